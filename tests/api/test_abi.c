/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule by which structs grow: callers compiled against an older or newer header work.
 */
#include "api/abi.h"
#include "calpol/calpol.h"
#include "support/suite.h"

#include <string.h>

/* A verdict of a later release. */
struct later_verdict {
    struct calpol_verdict verdict;
    uint32_t news;
};

START_TEST(each_public_struct_has_its_size)
{
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_ALLOCATOR), sizeof(struct calpol_allocator));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_LOAD_OPTIONS),
                      sizeof(struct calpol_load_options));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_DIAGNOSTIC),
                      sizeof(struct calpol_diagnostic));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_ADDRESS), 20);
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_FLOW), 76);
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_DECISION), 16);
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_VERDICT), 48);
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_STEP), sizeof(struct calpol_step));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_POLICY_INFO),
                      sizeof(struct calpol_policy_info));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_ENDPOINT_INFO),
                      sizeof(struct calpol_endpoint_info));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_TIER_INFO), sizeof(struct calpol_tier_info));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_COUNTS), sizeof(struct calpol_counts));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_ENDPOINT_SPEC),
                      sizeof(struct calpol_endpoint_spec));
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_ENDPOINT_PORT),
                      sizeof(struct calpol_endpoint_port));
}
END_TEST

START_TEST(an_unknown_struct_has_no_size)
{
    ck_assert_uint_eq(calpol_struct_size(0), 0);
    ck_assert_uint_eq(calpol_struct_size(-1), 0);
    ck_assert_uint_eq(calpol_struct_size(CALPOL_STRUCT_ENDPOINT_PORT + 1), 0);
}
END_TEST

START_TEST(a_struct_smaller_than_the_first_one_is_refused)
{
    struct calpol_flow flow = {.given = 0}, ours;

    ck_assert_int_eq(cp_abi_read(CALPOL_STRUCT_FLOW, &flow, sizeof(flow) - 1, &ours),
                     CALPOL_ERROR_ABI);
    ck_assert_int_eq(cp_abi_check(CALPOL_STRUCT_FLOW, sizeof(flow) - 1), CALPOL_ERROR_ABI);
    ck_assert_int_eq(cp_abi_check(CALPOL_STRUCT_FLOW, 0), CALPOL_ERROR_ABI);
    ck_assert_int_eq(cp_abi_check(CALPOL_STRUCT_FLOW, sizeof(flow)), CALPOL_OK);
}
END_TEST

START_TEST(a_larger_struct_is_read_if_what_is_not_known_is_zero)
{
    struct later_verdict later = {.verdict.action = CALPOL_ACTION_DENY};
    struct calpol_verdict ours;

    ck_assert_int_eq(cp_abi_read(CALPOL_STRUCT_VERDICT, &later, sizeof(later), &ours), CALPOL_OK);
    ck_assert_int_eq(ours.action, CALPOL_ACTION_DENY);
    later.news = 1;
    ck_assert_int_eq(cp_abi_read(CALPOL_STRUCT_VERDICT, &later, sizeof(later), &ours),
                     CALPOL_ERROR_ABI);
}
END_TEST

START_TEST(what_is_not_known_of_a_larger_struct_is_written_as_zero)
{
    const struct calpol_verdict ours = {.action = CALPOL_ACTION_ALLOW};
    struct later_verdict later;

    memset(&later, 0xff, sizeof(later));
    cp_abi_write(CALPOL_STRUCT_VERDICT, &ours, &later, sizeof(later));
    ck_assert_int_eq(later.verdict.action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(later.news, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("abi");
    TCase *tcase = tcase_create("sizes");

    tcase_add_test(tcase, each_public_struct_has_its_size);
    tcase_add_test(tcase, an_unknown_struct_has_no_size);
    tcase_add_test(tcase, a_struct_smaller_than_the_first_one_is_refused);
    tcase_add_test(tcase, a_larger_struct_is_read_if_what_is_not_known_is_zero);
    tcase_add_test(tcase, what_is_not_known_of_a_larger_struct_is_written_as_zero);
    suite_add_tcase(suite, tcase);
    return suite;
}
