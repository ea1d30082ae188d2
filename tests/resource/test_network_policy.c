/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calico policies beyond what the vectors of validation cover: what is told, and what is kept.
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

START_TEST(a_tier_label_that_differs_is_replaced)
{
    const struct cp_pairs *labels;
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(CALICO("GlobalNetworkPolicy",
                                  "name: p, labels: {projectcalico.org/tier: x}", "tier: default")),
                   0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_TIER_LABEL,
                  "metadata.labels[\"projectcalico.org/tier\"]");
    labels = &loaded.collection.policies.items[0]->metadata.labels;
    expect_text(*cp_pairs_find(labels, CP_TEXT("projectcalico.org/tier")), "default");
    finish_resources(&loaded);
}
END_TEST

/* Fields that people take from elsewhere, and what the message offers. */
static const struct {
    const char *text;
    const char *path;
    const char *message;
} hints[] = {
    {POLICY("policyTypes: [Ingress]"), "spec.policyTypes",
     "unknown field \"policyTypes\" of Kubernetes policies, Calico calls it types"},
    {POLICY("podSelector: ~"), "spec.podSelector",
     "unknown field \"podSelector\" of Kubernetes policies, Calico calls it selector"},
    {POLICY("Ingress: []"), "spec.Ingress", "unknown field \"Ingress\", did you mean ingress?"},
    {INGRESS("action: Deny, source: {noNets: []}"), "spec.ingress[0].source.noNets",
     "unknown field \"noNets\", did you mean notNets?"},
    {INGRESS("action: Deny, notIcmp: {}"), "spec.ingress[0].notIcmp",
     "unknown field \"notIcmp\", did you mean notICMP?"},
    {POLICY("doNotTrack: false"), "spec.doNotTrack", "unknown field \"doNotTrack\""},
};

START_TEST(a_foreign_field_is_told_the_right_one)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(hints[_i].text), 0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_UNKNOWN_FIELD, hints[_i].path);
    ck_assert_str_eq(loaded.diagnostics.items.items[0].message, hints[_i].message);
    finish_resources(&loaded);
}
END_TEST

START_TEST(domains_are_an_extension_and_refused_on_request)
{
    const struct cp_text texts[] = {
        CP_TEXT(EGRESS("action: Allow, destination: {domains: [a.b]}")),
        CP_TEXT(CALICO("NetworkSet", "name: s", "allowedEgressDomains: [a.b]"))};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct loaded loaded;

        load_resources(&loaded, texts[i], 0);
        expect_no_errors(&loaded);
        ck_assert_uint_eq(count_code(&loaded, CP_CODE_EXTENSION), 1);
        finish_resources(&loaded);
        load_resources(&loaded, texts[i], CALPOL_LOAD_STRICT_OSS);
        ck_assert_uint_eq(count_code(&loaded, CP_CODE_UNKNOWN_FIELD), 1);
        ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(rules_know_where_they_were_written)
{
    const struct cp_policy_spec *policy;
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                           "metadata: {name: p}\nspec:\n  egress:\n  - action: Log\n"
                           "  - action: Allow\n"),
                   0);
    policy = loaded.collection.policies.items[0];
    ck_assert_uint_eq(policy->written_egress, 2);
    ck_assert_uint_eq(policy->egress.items.items[1].written_rule, 1);
    ck_assert_uint_eq(policy->egress.items.items[1].origin.place.line, 7);
    ck_assert_uint_eq(policy->egress.items.items[1].origin.place.column, 5);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_service_without_namespace_is_in_the_policy_s)
{
    const struct cp_entity_spec *source;
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(INGRESS("action: Deny, source: {services: {name: s}}")), 0);
    source = &loaded.collection.policies.items[0]->ingress.items.items[0].source;
    expect_text(source->service.namespace_name, "ns");
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_deletion_is_decoded_but_its_rules_are_not_judged)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(CALICO("StagedGlobalNetworkPolicy", "name: p",
                                  "stagedAction: Delete, ingress: [{protocol: UDPLite, source: "
                                  "{ports: [1], selector: 'a ='}}]")),
                   CALPOL_LOAD_LENIENT);
    expect_no_errors(&loaded);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_STAGED_DELETE_SPEC, "spec");
    ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
    finish_resources(&loaded);
}
END_TEST

/* What may stand beside a deletion, and what may not: zero is a value. */
static const struct {
    const char *text;
    uint32_t count;
} deletions[] = {
    {CALICO("StagedGlobalNetworkPolicy",
            "name: p",
            "stagedAction: Delete, tier: default, types: [Egress], selector: '', ingress: [], "
            "doNotTrack: false, order: ~"),
     0},
    {CALICO("StagedGlobalNetworkPolicy", "name: p", "stagedAction: Delete, order: 0"), 1},
    {CALICO("StagedGlobalNetworkPolicy", "name: p", "stagedAction: Delete, doNotTrack: true"), 1},
};

START_TEST(a_deletion_has_its_tier_only)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(deletions[_i].text), 0);
    ck_assert_uint_eq(loaded.diagnostics.error_count, deletions[_i].count);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_STAGED_DELETE_SPEC), deletions[_i].count);
    finish_resources(&loaded);
}
END_TEST

START_TEST(what_comes_after_a_deletion_is_judged_again)
{
    struct loaded loaded;

    load_resources(
        &loaded,
        CP_TEXT(CALICO("StagedNetworkPolicy", "name: p", "stagedAction: Delete") "---\n" CALICO(
            "Profile", "name: q", "ingress: [{protocol: TCP}]")),
        0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_ACTION, "spec.ingress[0].action");
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/network_policy");
    TCase *policies = tcase_create("policies");

    tcase_add_test(policies, a_tier_label_that_differs_is_replaced);
    tcase_add_loop_test(policies, a_foreign_field_is_told_the_right_one, 0, (int)COUNT_OF(hints));
    tcase_add_test(policies, domains_are_an_extension_and_refused_on_request);
    tcase_add_test(policies, rules_know_where_they_were_written);
    tcase_add_test(policies, a_service_without_namespace_is_in_the_policy_s);
    tcase_add_test(policies, a_deletion_is_decoded_but_its_rules_are_not_judged);
    tcase_add_loop_test(policies, a_deletion_has_its_tier_only, 0, (int)COUNT_OF(deletions));
    tcase_add_test(policies, what_comes_after_a_deletion_is_judged_again);
    suite_add_tcase(suite, policies);
    return suite;
}
