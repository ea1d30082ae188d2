/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checks of a mapping's keys, and of all flaws below a field.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"
#include "yaml/reader.h"

static const char *const names[] = {"apiVersion", "kind", "metadata", "spec", "ports", NULL};
static const char *const ignored[] = {"status", NULL};

static void start(struct parsed *parsed, struct cp_reader *reader, const char *text)
{
    parse_documents(parsed, cp_text_from(text));
    *reader = (struct cp_reader){
        .arena = &parsed->arena,
        .diagnostics = &parsed->diagnostics,
        .source = &parsed->source,
    };
}

/* "code path line:column, ..." of all diagnostics. */
static void expect_reports(const struct parsed *parsed, const char *expected)
{
    struct cp_arena arena;
    struct cp_buffer actual;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&actual, &arena);
    for (uint32_t i = 0; i < parsed->diagnostics.items.count; i++) {
        const struct cp_diagnostic *item = &parsed->diagnostics.items.items[i];

        cp_buffer_format(&actual, "%s%s %s %u:%u", i ? ", " : "", cp_code_info(item->code)->name,
                         item->path, item->line, item->column);
    }
    expect_text(cp_buffer_text(&actual), expected);
    cp_arena_finish(&arena);
}

static const struct {
    const char *text, *expected;
} members[] = {
    {"kind: x\nspec: {y: z}\nstatus: {on: !x y}\n", ""},
    {"kind: x\nKind: y\n", "unknown-field Kind 2:1"},
    {"kind: x\na.b: y\n", "unknown-field [\"a.b\"] 2:1"},
    {"kind: x\nkind: y\n", "yaml-duplicate-key kind 2:1"},
    {"x: 1\nx: 2\n", "unknown-field x 1:1, yaml-duplicate-key x 2:1"},
    {"status: 1\nstatus: 2\n", "yaml-duplicate-key status 2:1"},
    {"on: 1\nkind: x\n", "yaml-key  1:1"},
    {"!x kind: 1\n", "yaml-tag [\"!x kind\"] 1:1"},
    {"!x {kind: 1, a: 2}\n", "yaml-tag  1:1, unknown-field a 1:14"},
    /* Values are not looked into. */
    {"kind: !x y\nspec: {a: 1, a: 2, 3: 4}\n", ""},
    {"[a]", ""},
    {"a", ""},
};

START_TEST(members_are_checked_by_their_keys)
{
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root;

    start(&parsed, &reader, members[_i].text);
    root = cp_field_root(root_of(&parsed, 0));
    cp_check_members(&reader, &root, names, ignored);
    expect_reports(&parsed, members[_i].expected);
    finish_parsed(&parsed);
}
END_TEST

/* What is remembered of one mapping holds for others with the same names, and for no others. */
START_TEST(a_name_is_known_only_where_it_belongs)
{
    static const char *const others[] = {"kind", "snec", NULL};
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root;

    start(&parsed, &reader, "spec: 1\nsnec: 2\nstatus: 3\n");
    reader.known_names = CP_NEW_ARRAY(&parsed.arena, struct cp_known_name, CP_READER_KNOWN_NAMES);
    ck_assert_ptr_nonnull(reader.known_names);
    root = cp_field_root(root_of(&parsed, 0));
    ck_assert_uint_eq(cp_key_tag(CP_TEXT("spec")), cp_key_tag(CP_TEXT("snec")));
    for (int i = 0; i < 2; i++) {
        cp_check_members(&reader, &root, names, ignored);
        cp_check_members(&reader, &root, names, NULL);
        cp_check_members(&reader, &root, others, ignored);
    }
    ck_assert_uint_eq(reader.error_count, 8);
    /* What is reported again is listed once. */
    expect_reports(&parsed,
                   "unknown-field snec 2:1, unknown-field status 3:1, unknown-field spec 1:1");
    finish_parsed(&parsed);
}
END_TEST

START_TEST(the_check_knows_where_the_mapping_is)
{
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root, spec, item;

    start(&parsed, &reader, "spec:\n- x: 1\n");
    root = cp_field_root(root_of(&parsed, 0));
    spec = cp_field_member(&root, "spec");
    item = cp_field_item(&spec, 0);
    cp_check_members(&reader, &item, names, NULL);
    expect_reports(&parsed, "unknown-field spec[0].x 2:3");
    ck_assert_uint_eq(reader.error_count, 1);
    finish_parsed(&parsed);
}
END_TEST

static const struct {
    const char *text, *message;
} suggestions[] = {
    {"metadta: x", "unknown field \"metadta\", did you mean metadata?"},
    {"SPEC: x", "unknown field \"SPEC\", did you mean spec?"},
    {"spce: x", "unknown field \"spce\", did you mean spec?"},
    {"nothing: x", "unknown field \"nothing\""},
    {"'': x", "unknown field \"\""},
};

START_TEST(an_unknown_field_is_told_the_nearest_name)
{
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root;

    start(&parsed, &reader, suggestions[_i].text);
    root = cp_field_root(root_of(&parsed, 0));
    cp_check_members(&reader, &root, names, ignored);
    ck_assert_str_eq(expect_diagnostic(&parsed, CP_CODE_UNKNOWN_FIELD, 1, 1)->message,
                     suggestions[_i].message);
    finish_parsed(&parsed);
}
END_TEST

static const struct {
    const char *text, *nearest;
} nearests[] = {
    {"kind", "kind"},
    {"KIND", "kind"},
    {"knid", "kind"},
    {"kin", "kind"},
    {"kinds", "kind"},
    {"kindly", "kind"},
    {"kindred", NULL},
    {"port", "ports"},
    {"pots", "ports"},
    {"p", NULL},
    {"", NULL},
    {"xy", NULL},
    {"poxxs", "ports"},
    {"apiVersoin", "apiVersion"},
    {"apiversion", "apiVersion"},
    {"spex", "spec"},
    {"spxx", "spec"},
    {"sxxx", NULL},
    {"kspec", "spec"},
};

START_TEST(the_nearest_name_is_at_most_two_changes_away)
{
    const char *nearest = cp_nearest_name(cp_text_from(nearests[_i].text), names);

    if (nearests[_i].nearest)
        ck_assert_str_eq(nearest ? nearest : "(none)", nearests[_i].nearest);
    else
        ck_assert_ptr_null(nearest);
}
END_TEST

START_TEST(the_nearest_of_several_names_is_taken)
{
    static const char *const near[] = {"abcxy", "abcdx", "abcde", "abcdf", NULL};

    ck_assert_str_eq(cp_nearest_name(CP_TEXT("abcdez"), near), "abcde");
    ck_assert_str_eq(cp_nearest_name(CP_TEXT("abcd"), near), "abcdx");
    ck_assert_str_eq(cp_nearest_name(CP_TEXT("ABCXY"), near), "abcxy");
}
END_TEST

static const struct {
    const char *text, *expected;
} deep[] = {
    {"a: {b: [1, 2]}", ""},
    {"!x y", "yaml-tag  1:1"},
    {"a: {b: [1, !x y]}", "yaml-tag a.b[1] 1:12"},
    {"a: {b: 1, b: 2}", "yaml-duplicate-key a.b 1:11"},
    {"a: {b: 1, b: {c: !x y}}", "yaml-duplicate-key a.b 1:11, yaml-tag a.b.c 1:18"},
    {"a: {1: !x y}", "yaml-key a 1:4, yaml-tag a[\"1\"] 1:8"},
    {"a: {!x b: c}", "yaml-tag a[\"!x b\"] 1:5"},
    {"- &a {b: !x y}\n- *a\n", "yaml-tag [0].b 1:10, yaml-tag [1].b 1:10"},
    {"- !x y\n- z\n- {a: !x y}\n- !x z\n",
     "yaml-tag [0] 1:3, yaml-tag [2].a 3:7, yaml-tag [3] 4:3"},
    {"a: {? [!x y] : z}", "yaml-key a 1:4"},
};

START_TEST(all_flaws_below_a_field_are_reported)
{
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root;

    start(&parsed, &reader, deep[_i].text);
    root = cp_field_root(root_of(&parsed, 0));
    cp_check_flaws(&reader, &root);
    expect_reports(&parsed, deep[_i].expected);
    ck_assert_uint_eq(reader.error_count, parsed.diagnostics.items.count);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(an_absent_field_has_no_flaws)
{
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root, field;

    start(&parsed, &reader, "a: !x y");
    root = cp_field_root(root_of(&parsed, 0));
    field = cp_field_member(&root, "b");
    cp_check_flaws(&reader, &field);
    cp_check_members(&reader, &field, names, NULL);
    expect_reports(&parsed, "");
    finish_parsed(&parsed);
}
END_TEST

/* Even when nothing more can be said, the resource must not pass for good. */
START_TEST(a_full_list_still_counts_one_error)
{
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root;

    start(&parsed, &reader, "[!x a, !x b, !x c, !x d]");
    parsed.diagnostics.limit = 2;
    root = cp_field_root(root_of(&parsed, 0));
    cp_check_flaws(&reader, &root);
    ck_assert_uint_eq(parsed.diagnostics.items.count, 2);
    reader.error_count = 0;
    cp_check_flaws(&reader, &root);
    ck_assert_uint_ge(reader.error_count, 1);
    finish_parsed(&parsed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("check");
    TCase *keys = tcase_create("keys");
    TCase *nearest = tcase_create("names");
    TCase *flaws = tcase_create("flaws");

    tcase_add_loop_test(keys, members_are_checked_by_their_keys, 0, COUNT_OF(members));
    tcase_add_test(keys, a_name_is_known_only_where_it_belongs);
    tcase_add_test(keys, the_check_knows_where_the_mapping_is);
    tcase_add_loop_test(nearest, an_unknown_field_is_told_the_nearest_name, 0,
                        COUNT_OF(suggestions));
    tcase_add_loop_test(nearest, the_nearest_name_is_at_most_two_changes_away, 0,
                        COUNT_OF(nearests));
    tcase_add_test(nearest, the_nearest_of_several_names_is_taken);
    tcase_add_loop_test(flaws, all_flaws_below_a_field_are_reported, 0, COUNT_OF(deep));
    tcase_add_test(flaws, an_absent_field_has_no_flaws);
    tcase_add_test(flaws, a_full_list_still_counts_one_error);
    suite_add_tcase(suite, keys);
    suite_add_tcase(suite, nearest);
    suite_add_tcase(suite, flaws);
    return suite;
}
