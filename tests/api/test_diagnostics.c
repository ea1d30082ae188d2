/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The finished list of diagnostics, and what keeps something off it.
 */
#include "calpol/calpol.h"

#include <stdio.h>

#include "support/expect.h"
#include "support/suite.h"

/* Line 5: a warning, tier nowhere. Line 6: an error. */
static const char policy[] = "apiVersion: projectcalico.org/v3\n"
                             "kind: GlobalNetworkPolicy\n"
                             "metadata: {name: a, annotations: {%s: %s}}\n"
                             "spec:\n"
                             "  tier: nowhere %s\n"
                             "  ingress: [{action: %s}]\n";

struct variant {
    const char *disabled; /* given to calpol_loader_disable, or NULL */
    const char *annotation, *codes;
    const char *comment;
    const char *action;
    size_t errors, warnings;
};

static const struct variant variants[] = {
    {NULL, "a", "b", "", "Allow", 0, 1},
    {"undefined-tier", "a", "b", "", "Allow", 0, 0},
    {"type", "a", "b", "", "Allow", 0, 1},
    {NULL, "calpol.dev/ignore", "undefined-tier", "", "Allow", 0, 0},
    {NULL, "calpol.dev/ignore", "'type, undefined-tier'", "", "Allow", 0, 0},
    {NULL, "calpol.dev/ignore", "type", "", "Allow", 0, 1},
    {NULL, "a", "b", "# calpol: ignore undefined-tier (it comes later)", "Allow", 0, 0},
    {NULL, "a", "b", "# calpol: ignore action", "Allow", 0, 1},
    {"action", "calpol.dev/ignore", "action", "# calpol: ignore action", "Permit", 1, 0},
};

START_TEST(warnings_are_switched_off_in_three_ways_and_errors_in_none)
{
    const struct variant *variant = &variants[_i];
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;
    char text[500];

    snprintf(text, sizeof(text), policy, variant->annotation, variant->codes, variant->comment,
             variant->action);
    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    if (variant->disabled)
        ck_assert_int_eq(calpol_loader_disable(loader, variant->disabled), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "a.yaml", text, strlen(text)), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics),
                     variant->errors ? CALPOL_ERROR_INVALID_INPUT : CALPOL_OK);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR),
                      variant->errors);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING),
                      variant->warnings);
    calpol_diagnostics_free(diagnostics);
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
}
END_TEST

/* A raw object keeps its annotations in one of them (resources.md 10). */
START_TEST(stored_metadata_can_ask_for_silence)
{
    const char *text = "apiVersion: crd.projectcalico.org/v1\n"
                       "kind: GlobalNetworkPolicy\n"
                       "metadata:\n"
                       "  name: a\n"
                       "  annotations:\n"
                       "    projectcalico.org/metadata: |-\n"
                       "      {\"annotations\": {\"calpol.dev/ignore\": \"undefined-tier\"}}\n"
                       "spec: {tier: nowhere, types: [Ingress]}\n";
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "a.yaml", text, strlen(text)), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics), CALPOL_OK);
    ck_assert_uint_eq(calpol_diagnostics_count(diagnostics), 0);
    calpol_diagnostics_free(diagnostics);
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
}
END_TEST

START_TEST(only_codes_can_be_disabled)
{
    calpol_loader *loader;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_disable(loader, "no-such-code"), CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(calpol_loader_disable(loader, ""), CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(calpol_loader_disable(loader, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_loader_disable(NULL, "type"), CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_loader_free(loader);
}
END_TEST

/* A text, one that is broken, and a file that is not there. */
START_TEST(the_list_tells_what_was_read)
{
    const char *good = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"
                       "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
                       "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\n";
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "good", good, strlen(good)), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "bad", "[", 1), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_path(loader, "/no/such/file"), CALPOL_ERROR_IO);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics), CALPOL_ERROR_IO);
    calpol_loader_free(loader);
    ck_assert_uint_eq(calpol_diagnostics_source_count(diagnostics), 3);
    ck_assert_str_eq(calpol_diagnostics_source(diagnostics, 0), "good");
    ck_assert_str_eq(calpol_diagnostics_source(diagnostics, 1), "bad");
    ck_assert_str_eq(calpol_diagnostics_source(diagnostics, 2), "/no/such/file");
    ck_assert_ptr_null(calpol_diagnostics_source(diagnostics, 3));
    ck_assert_uint_eq(calpol_diagnostics_resource_count(diagnostics), 2);
    calpol_diagnostics_free(diagnostics);
}
END_TEST

START_TEST(no_list_is_an_empty_one)
{
    struct calpol_diagnostic item;

    ck_assert_uint_eq(calpol_diagnostics_count(NULL), 0);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(NULL, CALPOL_SEVERITY_ERROR), 0);
    ck_assert_uint_eq(calpol_diagnostics_source_count(NULL), 0);
    ck_assert_ptr_null(calpol_diagnostics_source(NULL, 0));
    ck_assert_uint_eq(calpol_diagnostics_resource_count(NULL), 0);
    ck_assert_int_eq(calpol_diagnostics_get(NULL, 0, &item, sizeof(item)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_diagnostics_free(NULL);
}
END_TEST

START_TEST(codes_have_a_severity)
{
    uint32_t code = 1;

    for (; strcmp(calpol_code_name(code), "unknown") != 0; code++) {
        ck_assert_int_ge(calpol_code_severity(code), CALPOL_SEVERITY_NOTE);
        ck_assert_int_le(calpol_code_severity(code), CALPOL_SEVERITY_ERROR);
    }
    ck_assert_uint_gt(code, 147);
    ck_assert_int_eq(calpol_code_severity(code), 0);
    ck_assert_int_eq(calpol_code_severity(0), 0);
    ck_assert_int_eq(calpol_code_severity(14), CALPOL_SEVERITY_ERROR); /* type */
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("api/diagnostics");
    TCase *made = tcase_create("diagnostics");

    tcase_add_loop_test(made, warnings_are_switched_off_in_three_ways_and_errors_in_none, 0,
                        (int)COUNT_OF(variants));
    tcase_add_test(made, stored_metadata_can_ask_for_silence);
    tcase_add_test(made, only_codes_can_be_disabled);
    tcase_add_test(made, the_list_tells_what_was_read);
    tcase_add_test(made, no_list_is_an_empty_one);
    tcase_add_test(made, codes_have_a_severity);
    suite_add_tcase(suite, made);
    return suite;
}
