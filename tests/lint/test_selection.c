/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on whom a policy selects.
 */
#include "support/advice.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define NAMESPACE(name) RESOURCE("v1", "Namespace", "name: " name, "")
#define WEB POD("shop", "web-1", "app: web", "", "")
#define HOST HOST_ENDPOINT("node1-eth0", "role: node", "node: node1, interfaceName: eth0")
#define NOTHING "selects-nothing NetworkPolicy/shop/p spec.podSelector"

static const struct {
    const char *text, *expected;
} cases[] = {
    /* A policy that selects nothing. */
    {WEB K8S_POLICY("shop", "p", "podSelector: {matchLabels: {app: db}}"), NOTHING},
    {WEB K8S_POLICY("shop", "p", "podSelector: {matchLabels: {app: web}}"), ""},
    {WEB K8S_POLICY("shop", "p", "podSelector: {}"), ""},
    {WEB POLICY("shop", "p", "selector: app == 'db', types: [Ingress]"),
     "selects-nothing CalicoNetworkPolicy/shop/p spec.selector"},
    {WEB POLICY("shop", "p", "selector: app == 'web', types: [Ingress]"), ""},
    {WEB GLOBAL_POLICY("p", "selector: app == 'db', types: [Ingress]"),
     "selects-nothing GlobalNetworkPolicy/p spec.selector"},
    {HOST GLOBAL_POLICY("p", "selector: app == 'db', types: [Ingress]"),
     "selects-nothing GlobalNetworkPolicy/p spec.selector"},
    {HOST GLOBAL_POLICY("p", "selector: role == 'node', types: [Ingress]"), ""},
    {WEB STAGED_POLICY("p", "selector: app == 'db', types: [Ingress]"),
     "selects-nothing StagedGlobalNetworkPolicy/p spec.selector"},
    /* Without endpoints, or without any in its namespace, nobody knows. */
    {K8S_POLICY("shop", "p", "podSelector: {matchLabels: {app: db}}"), ""},
    {GLOBAL_POLICY("p", "selector: app == 'db', types: [Ingress]"), ""},
    {WEB K8S_POLICY("other", "p", "podSelector: {matchLabels: {app: db}}"), ""},
    {NAMESPACE("other") WEB K8S_POLICY("other", "p", "podSelector: {}"), ""},
    /* But where namespaces are declared, one that is not is a slip. */
    {NAMESPACE("shop") WEB K8S_POLICY("shopp", "p", "podSelector: {}"),
     "selects-nothing NetworkPolicy/shopp/p metadata.namespace"},

    /* Host endpoints. */
    {HOST WEB GLOBAL_POLICY("p", "types: [Ingress]"),
     "selects-host-endpoints GlobalNetworkPolicy/p spec.selector"},
    {HOST WEB GLOBAL_POLICY("p", "selector: all(), types: [Ingress]"),
     "selects-host-endpoints GlobalNetworkPolicy/p spec.selector"},
    {HOST WEB GLOBAL_POLICY("p", "namespaceSelector: all(), types: [Ingress]"), ""},
    {HOST WEB GLOBAL_POLICY("p", "selector: has(role), types: [Ingress]"), ""}, /* they are meant */
    {HOST WEB GLOBAL_POLICY("p",
                            "selector: all(), types: [Ingress], applyOnForward: true, "
                            "preDNAT: true"),
     ""}, /* for them only */
    {WEB GLOBAL_POLICY("p", "selector: all(), types: [Ingress]"), ""},

    /* Policies that only log. */
    {POLICY("shop", "p", "ingress: [{action: Log}]"),
     "log-only-policy CalicoNetworkPolicy/shop/p spec"},
    {POLICY("shop", "p", "ingress: [{action: Log}], egress: [{action: Log}]"),
     "log-only-policy CalicoNetworkPolicy/shop/p spec"},
    {POLICY("shop", "p", "ingress: [{action: Log}, {action: Allow}]"), ""},
    {POLICY("shop", "p", "ingress: [{action: Log}], egress: [{action: Deny}]"), ""},
    {POLICY("shop", "p", "types: [Ingress]"), ""}, /* a default deny */
    {STAGED_POLICY("p", "ingress: [{action: Log}]"), ""},
    {TIER("audit", "order: 1, defaultAction: Pass")
         GLOBAL_POLICY("p", "tier: audit, ingress: [{action: Log}]"),
     ""}, /* where it does no harm */
};

START_TEST(a_policy_is_remarked_on_for_whom_it_selects)
{
    expect_advice(cases[_i].text, cases[_i].expected);
}
END_TEST

START_TEST(the_remark_stands_at_the_selector)
{
    expect_advice_at(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
        "---\n"
        "apiVersion: projectcalico.org/v3\n"
        "kind: NetworkPolicy\n"
        "metadata: {name: p, namespace: shop}\n"
        "spec:\n"
        "  types: [Ingress]\n"
        "  selector: app == 'db'\n",
        "selects-nothing CalicoNetworkPolicy/shop/p spec.selector", 10, 13,
        "selects none of the endpoints of namespace \"shop\": the policy has no effect "
        "on them");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lint/selection");
    TCase *made = tcase_create("selection");

    tcase_add_loop_test(made, a_policy_is_remarked_on_for_whom_it_selects, 0, (int)COUNT_OF(cases));
    tcase_add_test(made, the_remark_stands_at_the_selector);
    suite_add_tcase(suite, made);
    return suite;
}
