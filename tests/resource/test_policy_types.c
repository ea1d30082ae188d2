/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types of a policy, and what is said about them (resources.md 8, 10).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define RULES "[{action: Allow}]"
#define BOTH (CP_TYPE_INGRESS | CP_TYPE_EGRESS)

/* The table of section 8: bold rows are ambiguous. */
static const struct {
    const char *text;
    uint8_t types;
    bool ambiguous;
} cases[] = {
    {POLICY(""), CP_TYPE_INGRESS, false},
    {POLICY("ingress: " RULES), CP_TYPE_INGRESS, false},
    {POLICY("egress: " RULES), CP_TYPE_EGRESS, false},
    {POLICY("ingress: " RULES ", egress: " RULES), BOTH, false},
    {POLICY("ingress: []"), CP_TYPE_INGRESS, false},
    {POLICY("egress: []"), CP_TYPE_INGRESS, true},
    {POLICY("ingress: [], egress: []"), CP_TYPE_INGRESS, true},
    {POLICY("ingress: " RULES ", egress: []"), CP_TYPE_INGRESS, true},
    {POLICY("ingress: [], egress: " RULES), CP_TYPE_EGRESS, true},
    {POLICY("types: [], egress: " RULES), CP_TYPE_EGRESS, false},
    {POLICY("ingress: ~, egress: " RULES), CP_TYPE_EGRESS, false},
    {POLICY("types: [Egress], egress: []"), CP_TYPE_EGRESS, false},
    {POLICY("types: [Egress, Ingress]"), BOTH, false},
};

START_TEST(types_follow_the_rules)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(cases[_i].text), 0);
    expect_no_errors(&loaded);
    ck_assert_uint_eq(loaded.collection.policies.items[0]->types, cases[_i].types);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_TYPES_AMBIGUOUS), cases[_i].ambiguous);
    finish_resources(&loaded);
}
END_TEST

START_TEST(raw_objects_without_types_have_both)
{
    static const struct {
        const char *text;
        uint32_t flags;
    } raw[] = {
        {RAW("GlobalNetworkPolicy", "name: p", "egress: " RULES), 0},
        {GLOBAL_POLICY("egress: " RULES), CALPOL_LOAD_RAW_DEFAULTS},
        {GLOBAL_POLICY("types: []"), CALPOL_LOAD_RAW_DEFAULTS},
    };

    for (size_t i = 0; i < COUNT_OF(raw); i++) {
        struct loaded loaded;

        load_resources(&loaded, cp_text_from(raw[i].text), raw[i].flags);
        expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_TYPES_MISSING_RAW, "spec.types");
        ck_assert_uint_eq(loaded.collection.policies.items[0]->types, BOTH);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(a_staged_deletion_has_no_types)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(CALICO("StagedNetworkPolicy", "name: p",
                                  "stagedAction: Delete, types: [Ingress, Foo]")),
                   0);
    expect_no_errors(&loaded);
    ck_assert_uint_eq(loaded.collection.policies.items[0]->types, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(rules_of_a_direction_left_out_are_inert)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(POLICY("types: [Ingress], egress: " RULES)), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_RULES_INERT, "spec.egress");
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/policy_types");
    TCase *types = tcase_create("types");

    tcase_add_loop_test(types, types_follow_the_rules, 0, (int)COUNT_OF(cases));
    tcase_add_test(types, raw_objects_without_types_have_both);
    tcase_add_test(types, a_staged_deletion_has_no_types);
    tcase_add_test(types, rules_of_a_direction_left_out_are_inert);
    suite_add_tcase(suite, types);
    return suite;
}
