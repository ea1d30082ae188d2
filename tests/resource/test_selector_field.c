/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selector fields: which problem is told, and where (resources.md 5.4).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* A column of 0 is not looked at. */
static const struct {
    const char *spec; /* last line of a NetworkPolicy, from column 1 on */
    enum cp_code code;
    const char *path;
    uint32_t column;
} problems[] = {
    {"spec: {selector: 'a = b'}", CP_CODE_SELECTOR_SYNTAX, "spec.selector", 21},
    /*                    ^ column 21 */
    {"spec: {selector: has(a b)}", CP_CODE_SELECTOR_SYNTAX, "spec.selector", 24},
    /*                       ^ column 24 */
    {"spec: {selector: \"a\\x20=\"}", CP_CODE_SELECTOR_SYNTAX, "spec.selector", 18},
    /*                ^ column 18: escaped, so the scalar's own */
    {"spec: {selector: all() && global()}", CP_CODE_SELECTOR_GLOBAL, "spec.selector", 27},
    {"spec: {selector: \"a == 'global('\"}", CP_CODE_SELECTOR_GLOBAL, "spec.selector", 0},
    {"spec: {serviceAccountSelector: global()}", CP_CODE_SELECTOR_GLOBAL,
     "spec.serviceAccountSelector", 0},
    {"spec: {selector: \" \\t\"}", CP_CODE_SELECTOR_BLANK, "spec.selector", 0},
    {"spec: {selector: \"\\n\"}", CP_CODE_SELECTOR_SYNTAX, "spec.selector", 0},
    {"spec: {ingress: [{action: Deny, source: {selector: global()}}]}", CP_CODE_SELECTOR_GLOBAL,
     "spec.ingress[0].source.selector", 0},
    {"spec: {ingress: [{action: Deny, source: {namespaceSelector: '!global()'}}]}",
     CP_CODE_SELECTOR_GLOBAL, "spec.ingress[0].source.namespaceSelector", 0},
    {"spec: {ingress: [{action: Deny, source: {namespaceSelector: ' '}}]}", CP_CODE_SELECTOR_BLANK,
     "spec.ingress[0].source.namespaceSelector", 0},
    {"spec: {ingress: [{action: Deny, source: {serviceAccounts: {selector: a}}}]}",
     CP_CODE_SELECTOR_SYNTAX, "spec.ingress[0].source.serviceAccounts.selector", 0},
};

static void load_spec(struct loaded *loaded, const char *spec)
{
    struct cp_arena arena;
    struct cp_buffer text;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_format(&text,
                     "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p}\n"
                     "%s\n",
                     spec);
    loaded->source.text = cp_buffer_text(&text);
    load_resources(loaded, cp_buffer_text(&text), 0);
    cp_arena_finish(&arena);
}

START_TEST(one_problem_is_told_where_it_is)
{
    struct loaded loaded;

    load_spec(&loaded, problems[_i].spec);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, problems[_i].code, problems[_i].path);
    ck_assert_uint_eq(loaded.diagnostics.items.items[0].line, 4);
    if (problems[_i].column)
        ck_assert_uint_eq(loaded.diagnostics.items.items[0].column, problems[_i].column);
    finish_resources(&loaded);
}
END_TEST

static const char *const good_specs[] = {
    "spec: {selector: ''}",
    "spec: {selector: ~}",
    "spec: {ingress: [{action: Deny, source: {namespaceSelector: ' global() '}}]}",
    "spec: {ingress: [{action: Deny, source: {notSelector: 'global()'}}]}",
    "spec: {ingress: [{action: Deny, source: {serviceAccounts: {selector: '!global()'}}}]}",
};

START_TEST(these_are_good)
{
    struct loaded loaded;

    load_spec(&loaded, good_specs[_i]);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_blank_selector_is_all_of_them_for_lenient_loading)
{
    const struct cp_selector_field *selector;
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(GLOBAL_POLICY("selector: ' '")), CALPOL_LOAD_LENIENT);
    selector = &loaded.collection.policies.items[0]->selector;
    ck_assert(selector->given);
    ck_assert_int_eq(selector->tree->type, CP_SELECTOR_ALL);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/selector_field");
    TCase *fields = tcase_create("fields");

    tcase_add_loop_test(fields, one_problem_is_told_where_it_is, 0, (int)COUNT_OF(problems));
    tcase_add_loop_test(fields, these_are_good, 0, (int)COUNT_OF(good_specs));
    tcase_add_test(fields, a_blank_selector_is_all_of_them_for_lenient_loading);
    suite_add_tcase(suite, fields);
    return suite;
}
