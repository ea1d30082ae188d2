/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader: arguments, limits, what it hands out, and that it can be used again.
 */
#include "support/failing_allocator.h"
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GOOD NODE("n1", "")
#define BAD GLOBAL_POLICY("bad", "selector: 'a ='")

static struct calpol_load_options default_options(void)
{
    struct calpol_load_options options;

    ck_assert_int_eq(calpol_load_options_init(&options, sizeof(options)), CALPOL_OK);
    return options;
}

static calpol_loader *new_loader(const struct calpol_load_options *options)
{
    calpol_loader *loader = NULL;

    ck_assert_int_eq(calpol_loader_new(options, &loader), CALPOL_OK);
    return loader;
}

static void add(calpol_loader *loader, const char *name, const char *text)
{
    ck_assert_int_eq(calpol_loader_add_text(loader, name, text, strlen(text)), CALPOL_OK);
}

/* Finishes; the number of diagnostics, of which the first is written to *out_first. */
static size_t finish(calpol_loader *loader, int expected, struct calpol_diagnostic *out_first)
{
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    size_t count;

    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics), expected);
    ck_assert(!ruleset == (expected != CALPOL_OK));
    ck_assert_ptr_nonnull(diagnostics);
    count = calpol_diagnostics_count(diagnostics);
    if (out_first && count) {
        ck_assert_int_eq(calpol_diagnostics_get(diagnostics, 0, out_first, sizeof(*out_first)),
                         CALPOL_OK);
        /* The names live no longer than the list. */
        out_first->source = out_first->path = out_first->resource = out_first->message = "";
    }
    calpol_diagnostics_free(diagnostics);
    calpol_ruleset_unref(ruleset);
    return count;
}

/* ---- Arguments ------------------------------------------------------------------------------- */

START_TEST(null_is_an_invalid_argument)
{
    calpol_loader *loader = new_loader(NULL);
    calpol_diagnostics *diagnostics;
    calpol_ruleset *ruleset;

    ck_assert_int_eq(calpol_load_options_init(NULL, 1), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_new(NULL, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_add_text(NULL, "a", "b", 1), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_add_text(loader, NULL, "b", 1), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_add_text(loader, "a", NULL, 1), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_add_text(loader, "a", NULL, 0), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_path(NULL, "a"), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_add_path(loader, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_set_option(loader, NULL, "b"), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_set_option(loader, "a", NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_finish(NULL, &ruleset, &diagnostics),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_finish(loader, NULL, &diagnostics),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_loader_free(loader);
    calpol_loader_free(NULL);
}
END_TEST

START_TEST(nothing_is_in_no_list)
{
    struct calpol_diagnostic item;

    ck_assert_uint_eq(calpol_diagnostics_count(NULL), 0);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(NULL, CALPOL_SEVERITY_ERROR), 0);
    ck_assert_int_eq(calpol_diagnostics_get(NULL, 0, &item, sizeof(item)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_diagnostics_free(NULL);
}
END_TEST

START_TEST(options_that_do_not_exist_are_refused)
{
    struct calpol_load_options options = default_options();
    struct calpol_allocator half = {.allocate = NULL};
    calpol_loader *loader;

    options.flags = 1u << 31;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_ERROR_INVALID_ARGUMENT);
    options = default_options();
    options.dialect = 3;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_ERROR_INVALID_ARGUMENT);
    options = default_options();
    options.reserved[4] = 1;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_ERROR_INVALID_ARGUMENT);
    options = default_options();
    options.allocator = &half;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_ERROR_INVALID_ARGUMENT);
    options = default_options();
    options.struct_size = 8;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_load_options_init(&options, 8), CALPOL_ERROR_ABI);
}
END_TEST

START_TEST(options_of_evaluation_are_checked)
{
    calpol_loader *loader = new_loader(NULL);

    ck_assert_int_eq(calpol_loader_set_option(loader, "scope", "pending"), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_set_option(loader, "scope", "all"), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_loader_set_option(loader, "scop", "pending"), CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(calpol_loader_set_option(loader, "preset", "bpf"), CALPOL_OK);
    calpol_loader_free(loader);
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------- */

START_TEST(a_text_over_max_bytes_is_told_by_finish)
{
    struct calpol_load_options options = default_options();
    struct calpol_diagnostic first;
    calpol_loader *loader;

    options.max_bytes = 10;
    loader = new_loader(&options);
    add(loader, "long", "# 4567890.");
    add(loader, "longer", "# 4567890..");
    ck_assert_uint_eq(finish(loader, CALPOL_ERROR_LIMIT, &first), 1);
    ck_assert_str_eq(first.name, "yaml-limit");
    calpol_loader_free(loader);
}
END_TEST

START_TEST(a_max_depth_of_0_is_the_default)
{
    struct calpol_load_options options = default_options();
    calpol_loader *loader;

    options.max_depth = 0;
    loader = new_loader(&options);
    add(loader, "nested", GOOD);
    ck_assert_uint_eq(finish(loader, CALPOL_OK, NULL), 0);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(all_texts_together_stay_within_max_total_bytes)
{
    struct calpol_load_options options = default_options();
    calpol_loader *loader;

    options.max_total_bytes = 10;
    loader = new_loader(&options);
    add(loader, "a", "# 456");
    add(loader, "b", "# 456");
    ck_assert_uint_eq(finish(loader, CALPOL_OK, NULL), 0);
    add(loader, "a", "# 456");
    add(loader, "b", "# 4567");
    ck_assert_uint_eq(finish(loader, CALPOL_ERROR_LIMIT, NULL), 1);
    calpol_loader_free(loader);
}
END_TEST

/* A text of some length, which takes a multiple of it. */
static char *long_text(size_t pods)
{
    char *text = malloc(pods * 128), *end = text;

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i < pods; i++)
        end += sprintf(end, "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p%zu\n", i);
    return text;
}

START_TEST(a_load_stays_within_max_memory_megabytes)
{
    struct calpol_load_options options = default_options();
    struct failing_allocator counting;
    calpol_ruleset *ruleset = NULL;
    struct calpol_diagnostic first;
    char *text = long_text(10000);
    calpol_loader *loader;

    failing_allocator_init(&counting, FAIL_NEVER);
    options.allocator = &counting.allocator;
    /* Too little for the text, for what is made of it, and enough. */
    for (uint32_t megabytes = 0; megabytes <= 4; megabytes += 2) {
        options.max_memory_megabytes = megabytes ? megabytes : 1;
        loader = new_loader(&options);
        add(loader, "bad", BAD);
        add(loader, "long", text);
        if (!megabytes)
            add(loader, "again", text);
        ck_assert_uint_eq(finish(loader, CALPOL_ERROR_LIMIT, &first), 1);
        ck_assert_str_eq(first.name, "yaml-limit");
        ck_assert_uint_eq(first.line, 0);
        /* A small one goes. */
        add(loader, "good", GOOD);
        ck_assert_uint_eq(finish(loader, CALPOL_OK, NULL), 0);
        calpol_loader_free(loader);
        ck_assert_uint_eq(counting.live_bytes, 0);
    }
    options.max_memory_megabytes = 1000;
    loader = new_loader(&options);
    add(loader, "long", text);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, NULL), CALPOL_OK);
    calpol_loader_free(loader);
    ck_assert_uint_gt(counting.live_bytes, 0);
    calpol_ruleset_unref(ruleset);
    ck_assert_uint_eq(counting.live_bytes, 0);
    free(text);
}
END_TEST

START_TEST(what_exceeds_max_diagnostics_is_counted)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct calpol_load_options options = default_options();
    calpol_diagnostics *diagnostics;
    calpol_ruleset *ruleset;
    calpol_loader *loader;
    size_t errors = 0;

    options.max_diagnostics = 2;
    loader = new_loader(&options);
    for (size_t i = 0; i < 5; i++)
        add(loader, names[i], BAD);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics),
                     CALPOL_ERROR_INVALID_INPUT);
    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        errors += item.severity == CALPOL_SEVERITY_ERROR;
    }
    ck_assert_uint_eq(errors, 2);
    ck_assert_uint_ge(calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR), 5);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(diagnostics, 17), 0);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}
END_TEST

/* ---- Results --------------------------------------------------------------------------------- */

START_TEST(a_diagnostic_has_place_and_texts)
{
    calpol_loader *loader = new_loader(NULL);
    calpol_diagnostics *diagnostics;
    struct calpol_diagnostic item;
    calpol_ruleset *ruleset;

    add(loader, "dir/bad.yaml", BAD);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(ruleset);
    ck_assert_int_eq(calpol_diagnostics_get(diagnostics, 0, &item, sizeof(item)), CALPOL_OK);
    ck_assert_str_eq(item.name, "selector-syntax");
    ck_assert_str_eq(item.name, calpol_code_name(item.code));
    ck_assert_int_eq(item.severity, CALPOL_SEVERITY_ERROR);
    ck_assert_str_eq(item.source, "dir/bad.yaml");
    ck_assert_str_eq(item.resource, "GlobalNetworkPolicy/bad");
    ck_assert_str_eq(item.path, "spec.selector");
    ck_assert_uint_eq(item.line, 4);
    ck_assert_str_eq(item.excerpt, "spec: {selector: 'a ='}");
    ck_assert_int_eq(item.excerpt[item.excerpt_column - 1], '=');
    ck_assert_int_eq(calpol_diagnostics_get(diagnostics, 1, &item, sizeof(item)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_diagnostics_get(diagnostics, 0, &item, 8), CALPOL_ERROR_ABI);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(diagnostics_are_in_the_order_of_adding)
{
    static const char *const sources[] = {"z", "a", "m"};
    calpol_loader *loader = new_loader(NULL);
    calpol_diagnostics *diagnostics;
    calpol_ruleset *ruleset;

    for (size_t i = 0; i < 3; i++)
        add(loader, sources[i], "# nothing\n---\n" BAD);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics),
                     CALPOL_ERROR_INVALID_INPUT);
    for (size_t i = 0, at = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        if (strcmp(item.source, sources[at]) != 0)
            at++;
        ck_assert_uint_lt(at, 3);
        ck_assert_str_eq(item.source, sources[at]);
    }
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(diagnostics_need_not_be_taken)
{
    calpol_loader *loader = new_loader(NULL);
    calpol_ruleset *ruleset;

    add(loader, "bad", BAD);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, NULL), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(ruleset);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(a_loader_is_empty_after_finish_and_keeps_its_options)
{
    calpol_loader *loader = new_loader(NULL);
    calpol_ruleset *ruleset;
    calpol_query *query;
    calpol_trace *trace;

    ck_assert_int_eq(calpol_loader_set_option(loader, "failsafe_inbound", "tcp:1234"), CALPOL_OK);
    add(loader, "bad", BAD);
    finish(loader, CALPOL_ERROR_INVALID_INPUT, NULL);
    finish(loader, CALPOL_OK, NULL);
    add(loader, "good", GOOD);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, NULL), CALPOL_OK);
    calpol_loader_free(loader);

    query = new_query(ruleset);
    set_flow(query, "{'source': {'ref': 'node:n1'}}");
    trace = explain(query);
    expect_part(calpol_trace_json(trace), "\"failsafe_inbound\": \"tcp:1234\"");
    calpol_trace_free(trace);
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(a_loader_with_texts_can_be_freed)
{
    calpol_loader *loader = new_loader(NULL);

    add(loader, "good", GOOD);
    calpol_loader_free(loader);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("loader");
    TCase *tcase = tcase_create("arguments");

    tcase_add_test(tcase, null_is_an_invalid_argument);
    tcase_add_test(tcase, nothing_is_in_no_list);
    tcase_add_test(tcase, options_that_do_not_exist_are_refused);
    tcase_add_test(tcase, options_of_evaluation_are_checked);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("limits");
    tcase_add_test(tcase, a_text_over_max_bytes_is_told_by_finish);
    tcase_add_test(tcase, a_max_depth_of_0_is_the_default);
    tcase_add_test(tcase, all_texts_together_stay_within_max_total_bytes);
    tcase_add_test(tcase, a_load_stays_within_max_memory_megabytes);
    tcase_add_test(tcase, what_exceeds_max_diagnostics_is_counted);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("results");
    tcase_add_test(tcase, a_diagnostic_has_place_and_texts);
    tcase_add_test(tcase, diagnostics_are_in_the_order_of_adding);
    tcase_add_test(tcase, diagnostics_need_not_be_taken);
    tcase_add_test(tcase, a_loader_is_empty_after_finish_and_keeps_its_options);
    tcase_add_test(tcase, a_loader_with_texts_can_be_freed);
    suite_add_tcase(suite, tcase);
    return suite;
}
