/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of numbers, as in the JSON form; version and status.
 */
#include "calpol/calpol.h"
#include "support/suite.h"

#include <stdlib.h>
#include <string.h>

START_TEST(the_version_is_that_of_the_header)
{
    ck_assert_str_eq(calpol_version(), CALPOL_VERSION);
}
END_TEST

START_TEST(each_status_has_a_text_of_its_own)
{
    for (int a = 0; a >= CALPOL_ERROR_ABI; a--) {
        ck_assert_str_ne(calpol_status_text(a), "unknown status");
        for (int b = 0; b > a; b--)
            ck_assert_str_ne(calpol_status_text(a), calpol_status_text(b));
    }
    ck_assert_str_eq(calpol_status_text(1), "unknown status");
    ck_assert_str_eq(calpol_status_text(CALPOL_ERROR_ABI - 1), "unknown status");
}
END_TEST

typedef const char *name_function(int number);

static const struct {
    name_function *name;
    int number;
    const char *expected;
} names[] = {
    {calpol_action_name, CALPOL_ACTION_NONE, "none"},
    {calpol_action_name, CALPOL_ACTION_MIXED, "mixed"},
    {calpol_action_name, CALPOL_ACTION_MIXED + 1, "unknown"},
    {calpol_action_name, -1, "unknown"},
    {calpol_stage_name, CALPOL_STAGE_NONE, ""},
    {calpol_stage_name, CALPOL_STAGE_WORKLOAD_EGRESS, "workload-egress"},
    {calpol_stage_name, CALPOL_STAGE_SAME_ENDPOINT, "same-endpoint"},
    {calpol_stage_name, CALPOL_STAGE_SAME_ENDPOINT + 1, "unknown"},
    {calpol_reason_name, CALPOL_REASON_NONE, ""},
    {calpol_reason_name, CALPOL_REASON_FAILSAFE, "failsafe"},
    {calpol_reason_name, CALPOL_REASON_NO_BACKENDS, "no-backends"},
    {calpol_reason_name, CALPOL_REASON_NO_BACKENDS + 1, "unknown"},
    {calpol_flow_error_name, CALPOL_FLOW_OK, ""},
    {calpol_flow_error_name, CALPOL_FLOW_UNKNOWN_REF, "unknown-ref"},
    {calpol_flow_error_name, CALPOL_FLOW_MIXED_IP_VERSIONS, "mixed-ip-versions"},
    {calpol_flow_error_name, CALPOL_FLOW_BAD_OPTION, "bad-option"},
    {calpol_flow_error_name, CALPOL_FLOW_BAD_OPTION + 1, "unknown"},
};

START_TEST(a_number_has_its_name)
{
    ck_assert_str_eq(names[_i].name(names[_i].number), names[_i].expected);
}
END_TEST

/* Every number up to the last has a name, and no two the same. */
static void check_all(name_function *name, int last)
{
    for (int a = 0; a <= last; a++) {
        ck_assert_ptr_nonnull(name(a));
        for (int b = 0; b < a; b++)
            ck_assert_str_ne(name(a), name(b));
    }
}

START_TEST(no_two_numbers_share_a_name)
{
    check_all(calpol_action_name, CALPOL_ACTION_MIXED);
    check_all(calpol_stage_name, CALPOL_STAGE_SAME_ENDPOINT);
    check_all(calpol_reason_name, CALPOL_REASON_NO_BACKENDS);
    check_all(calpol_flow_error_name, CALPOL_FLOW_BAD_OPTION);
}
END_TEST

START_TEST(each_dependency_has_a_name_of_its_own)
{
    for (uint32_t a = 0; a < 32; a++) {
        const char *name = calpol_dependency_name(1u << a);

        ck_assert_int_eq(strcmp(name, "unknown") == 0,
                         1u << a > CALPOL_DEPENDS_DESTINATION_INTERFACE);
        for (uint32_t b = 0; 1u << a <= CALPOL_DEPENDS_DESTINATION_INTERFACE && b < a; b++)
            ck_assert_str_ne(name, calpol_dependency_name(1u << b));
    }
    ck_assert_str_eq(calpol_dependency_name(CALPOL_DEPENDS_SOURCE_IP), "source.ip");
    ck_assert_str_eq(calpol_dependency_name(0), "unknown");
    ck_assert_str_eq(calpol_dependency_name(3), "unknown");
}
END_TEST

START_TEST(codes_have_names_and_meanings)
{
    ck_assert_str_eq(calpol_code_name(27), "selector-syntax");
    ck_assert_str_eq(calpol_code_meaning(27), "a selector that does not parse");
    ck_assert_str_eq(calpol_code_name(0), "unknown");
    ck_assert_str_eq(calpol_code_meaning(0), "");
    ck_assert_str_eq(calpol_code_name(1000000), "unknown");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("names");
    TCase *tcase = tcase_create("names");

    tcase_add_test(tcase, the_version_is_that_of_the_header);
    tcase_add_test(tcase, each_status_has_a_text_of_its_own);
    tcase_add_loop_test(tcase, a_number_has_its_name, 0, sizeof(names) / sizeof(names[0]));
    tcase_add_test(tcase, no_two_numbers_share_a_name);
    tcase_add_test(tcase, each_dependency_has_a_name_of_its_own);
    tcase_add_test(tcase, codes_have_names_and_meanings);
    suite_add_tcase(suite, tcase);
    return suite;
}
