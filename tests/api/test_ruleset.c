/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a ruleset: counts, descriptions, lookups.
 */
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <math.h>
#include <string.h>

static const char cluster[] = TIER("guard", "order: 50, defaultAction: Pass")
    POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}, {ip: 'fd00::1'}")
        POD("shop", "done", "", "", "{ip: 10.0.0.9}") "---\n" HOST_ENDPOINT(
            "h1", "", "node: n1, interfaceName: eth0, expectedIPs: [192.168.0.1]")
            NETWORK_SET("office", "role: office", "nets: [203.0.113.0/24]") POLICY(
                "shop",
                "web",
                "order: 7, selector: app == 'web', ingress: [{action: Allow}, {action: Deny}]")
                STAGED_POLICY("guard.later", "tier: guard, egress: [{action: Deny}]");

static calpol_ruleset *ruleset;

static void load(void)
{
    ruleset = load_text(cluster, NULL);
}

static void unload(void)
{
    calpol_ruleset_unref(ruleset);
}

static uint32_t endpoint_of(const char *reference)
{
    uint32_t endpoint = CALPOL_NONE;

    ck_assert_msg(calpol_ruleset_find_endpoint(ruleset, reference, &endpoint) == CALPOL_OK, "%s",
                  reference);
    return endpoint;
}

START_TEST(everything_is_counted)
{
    struct calpol_counts counts;

    ck_assert_int_eq(calpol_ruleset_counts(ruleset, &counts, sizeof(counts)), CALPOL_OK);
    ck_assert_uint_eq(counts.tiers, 4);
    ck_assert_uint_eq(counts.policies, 2);
    ck_assert_uint_eq(counts.endpoints, 3);
    ck_assert_uint_eq(counts.network_sets, 1);
    ck_assert_uint_eq(counts.namespaces, 1);
    ck_assert_uint_eq(counts.nodes, 1);
    ck_assert_uint_eq(counts.services, 0);
    ck_assert_uint_eq(counts.dialect, CALPOL_DIALECT_CALICO);
    ck_assert_uint_gt(counts.bytes, 1000);
    ck_assert_int_eq(calpol_ruleset_counts(NULL, &counts, sizeof(counts)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_counts(ruleset, &counts, 4), CALPOL_ERROR_ABI);
}
END_TEST

START_TEST(an_endpoint_is_found_by_reference_and_in_short)
{
    uint32_t endpoint = endpoint_of("pod:shop/web");

    ck_assert_uint_eq(endpoint_of("shop/web"), endpoint);
    ck_assert_uint_eq(endpoint_of("workloadendpoint:shop/web"), endpoint);
    ck_assert_uint_ne(endpoint_of("hostendpoint:h1"), endpoint);
}
END_TEST

START_TEST(what_is_no_endpoint_is_not_found)
{
    static const char *const references[] = {
        "",       "pod:shop/none", "pod:web", "node:n1", "globalnetworkset:office",
        "shop/x", "hostendpoint:", "h1",
    };
    uint32_t endpoint = 77;

    for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++)
        ck_assert_msg(calpol_ruleset_find_endpoint(ruleset, references[i], &endpoint) ==
                          CALPOL_ERROR_NOT_FOUND,
                      "%s", references[i]);
    ck_assert_uint_eq(endpoint, 77);
    ck_assert_int_eq(calpol_ruleset_find_endpoint(ruleset, NULL, &endpoint),
                     CALPOL_ERROR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(an_endpoint_is_found_by_address)
{
    struct calpol_address address;
    uint32_t endpoint = CALPOL_NONE;

    ck_assert_int_eq(calpol_address_parse("fd00::1", &address), CALPOL_OK);
    ck_assert_int_eq(calpol_ruleset_find_address(ruleset, &address, &endpoint), CALPOL_OK);
    ck_assert_uint_eq(endpoint, endpoint_of("pod:shop/web"));
    /* Only workloads own addresses here: EV-11 asks for them first. */
    ck_assert_int_eq(calpol_address_parse("192.168.0.1", &address), CALPOL_OK);
    ck_assert_int_eq(calpol_ruleset_find_address(ruleset, &address, &endpoint),
                     CALPOL_ERROR_NOT_FOUND);
    memset(&address, 0, sizeof(address));
    ck_assert_int_eq(calpol_ruleset_find_address(ruleset, &address, &endpoint),
                     CALPOL_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(addresses_are_read)
{
    struct calpol_address address;

    ck_assert_int_eq(calpol_address_parse("::ffff:10.0.0.1", &address), CALPOL_OK);
    ck_assert_uint_eq(address.family, 4);
    ck_assert_uint_eq(address.bytes[0], 10);
    ck_assert_int_eq(calpol_address_parse("10.0.0", &address), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_address_parse("10.0.0.1/8", &address), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_address_parse(NULL, &address), CALPOL_ERROR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(an_endpoint_is_described)
{
    struct calpol_endpoint_info info;

    ck_assert_int_eq(calpol_ruleset_endpoint(ruleset, endpoint_of("shop/web"), &info, sizeof(info)),
                     CALPOL_OK);
    ck_assert_str_eq(info.reference, "pod:shop/web");
    ck_assert_str_eq(info.namespace_name, "shop");
    ck_assert_str_eq(info.name, "web");
    ck_assert_str_eq(info.node, "n1");
    ck_assert_str_eq(info.source, "test.yaml");
    ck_assert_uint_gt(info.line, 1);
    ck_assert_uint_eq(info.address_count, 2);
    ck_assert_uint_eq(info.is_host, 0);
    ck_assert_int_eq(
        calpol_ruleset_endpoint(ruleset, endpoint_of("hostendpoint:h1"), &info, sizeof(info)),
        CALPOL_OK);
    ck_assert_str_eq(info.namespace_name, "");
    ck_assert_uint_eq(info.is_host, 1);
    ck_assert_int_eq(calpol_ruleset_endpoint(ruleset, 3, &info, sizeof(info)),
                     CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(calpol_ruleset_endpoint(ruleset, CALPOL_NONE, &info, sizeof(info)),
                     CALPOL_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(policies_and_tiers_are_described)
{
    struct calpol_policy_info policy;
    struct calpol_tier_info tier;

    ck_assert_int_eq(calpol_ruleset_policy(ruleset, 0, &policy, sizeof(policy)), CALPOL_OK);
    ck_assert_str_eq(policy.label, "sgnp:guard.later");
    ck_assert_uint_eq(policy.staged, 1);
    ck_assert(isinf(policy.order));
    ck_assert_int_eq(calpol_ruleset_tier(ruleset, policy.tier, &tier, sizeof(tier)), CALPOL_OK);
    ck_assert_str_eq(tier.name, "guard");
    ck_assert_double_eq(tier.order, 50);
    ck_assert_uint_eq(tier.default_action, CALPOL_ACTION_PASS);
    ck_assert_uint_eq(tier.declared, 1);

    ck_assert_int_eq(calpol_ruleset_policy(ruleset, 1, &policy, sizeof(policy)), CALPOL_OK);
    ck_assert_str_eq(policy.label, "np:shop/web");
    ck_assert_str_eq(policy.kind, "NetworkPolicy");
    ck_assert_double_eq(policy.order, 7);
    ck_assert_uint_eq(policy.ingress_count, 2);
    ck_assert_uint_eq(policy.egress_count, 0);
    ck_assert_int_eq(calpol_ruleset_policy(ruleset, CALPOL_NONE, &policy, sizeof(policy)),
                     CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(calpol_ruleset_tier(ruleset, 4, &tier, sizeof(tier)), CALPOL_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(profiles_are_policies_without_tier)
{
    struct calpol_policy_info policy;
    struct calpol_counts counts;
    int status = CALPOL_OK;

    calpol_ruleset_counts(ruleset, &counts, sizeof(counts));
    for (uint32_t i = counts.policies; status == CALPOL_OK; i++) {
        status = calpol_ruleset_policy(ruleset, i, &policy, sizeof(policy));
        ck_assert(status == CALPOL_ERROR_NOT_FOUND || policy.tier == CALPOL_NONE);
    }
    ck_assert_str_eq(policy.kind, "Profile");
}
END_TEST

START_TEST(near_names_are_suggested_and_cut_to_fit)
{
    char names[64], few[6];

    ck_assert_int_eq(calpol_ruleset_suggest(ruleset, "pod:shop/wep", names, sizeof(names)),
                     CALPOL_OK);
    ck_assert_str_eq(names, "pod:shop/web");
    ck_assert_int_eq(calpol_ruleset_suggest(ruleset, "pod:shop/wep", few, sizeof(few)), CALPOL_OK);
    ck_assert_str_eq(few, "pod:s");
    ck_assert_int_eq(calpol_ruleset_suggest(ruleset, "nothing at all", names, sizeof(names)),
                     CALPOL_OK);
    ck_assert_str_eq(names, "");
    ck_assert_int_eq(calpol_ruleset_suggest(ruleset, "a", names, 0), CALPOL_ERROR_INVALID_ARGUMENT);
}
END_TEST

START_TEST(references_are_counted)
{
    ck_assert_ptr_eq(calpol_ruleset_ref(ruleset), ruleset);
    calpol_ruleset_unref(ruleset);
    endpoint_of("shop/web");
    ck_assert_ptr_null(calpol_ruleset_ref(NULL));
    calpol_ruleset_unref(NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("ruleset");
    TCase *tcase = tcase_create("ruleset");

    tcase_add_checked_fixture(tcase, load, unload);
    tcase_add_test(tcase, everything_is_counted);
    tcase_add_test(tcase, an_endpoint_is_found_by_reference_and_in_short);
    tcase_add_test(tcase, what_is_no_endpoint_is_not_found);
    tcase_add_test(tcase, an_endpoint_is_found_by_address);
    tcase_add_test(tcase, addresses_are_read);
    tcase_add_test(tcase, an_endpoint_is_described);
    tcase_add_test(tcase, policies_and_tiers_are_described);
    tcase_add_test(tcase, profiles_are_policies_without_tier);
    tcase_add_test(tcase, near_names_are_suggested_and_cut_to_fit);
    tcase_add_test(tcase, references_are_counted);
    suite_add_tcase(suite, tcase);
    return suite;
}
