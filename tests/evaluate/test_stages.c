/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which stages a flow meets, and in which order (evaluation.md, chapter 6 and 14.2).
 */
#include "evaluate/stages.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

/* Pods on two nodes and on none, nodes with addresses. */
#define CLUSTER                                                                                    \
    POD("x", "a", "", "nodeName: n1", "{ip: 10.0.1.1}")                                            \
    POD("x", "b", "", "nodeName: n1", "{ip: 10.0.1.2}")                                            \
    POD("x", "c", "", "nodeName: n2", "{ip: 10.0.2.1}")                                            \
    POD("x", "d", "", "", "{ip: 10.0.3.1}")                                                        \
    POD("x", "h", "", "nodeName: n1, hostNetwork: true", "{ip: 192.168.0.1}")                      \
    POD("x", "u", "", "hostNetwork: true", "")                                                     \
    NODE("n1", INTERNAL("192.168.0.1")) NODE("n2", INTERNAL("192.168.0.2"))

#define OPEN "profiles: [projectcalico-default-allow]"
#define WILDCARDS                                                                                  \
    HOST_ENDPOINT("w1", "hep: all", "node: n1, interfaceName: '*', " OPEN)                         \
    HOST_ENDPOINT("w2", "hep: all", "node: n2, interfaceName: '*', " OPEN)
#define FABRIC                                                                                     \
    HOST_ENDPOINT("f1", "hep: fabric", "node: n1, interfaceName: eth0, " OPEN)                     \
    HOST_ENDPOINT("f2", "hep: fabric", "node: n2, interfaceName: eth0, " OPEN)

#define ON_HOSTS(flags, rules) "selector: has(hep), applyOnForward: true, " flags rules
#define UNTRACKED(rules) GLOBAL_POLICY("u", ON_HOSTS("doNotTrack: true, ", rules))
#define PRE_DNAT(rules) GLOBAL_POLICY("d", ON_HOSTS("preDNAT: true, ", rules))
#define FORWARD(rules) GLOBAL_POLICY("f", ON_HOSTS("", rules))
#define BOTH(action) "ingress: [{action: " action "}], egress: [{action: " action "}]"

#define OUT "workload-egress allow pro:kns.x[0]"
#define IN "workload-ingress allow pro:kns.x[0]"
#define NO_POLICY " allow (no-forward-policy)"

static const struct {
    const char *rule;
    const char *resources, *flow, *result;
} cases[] = {
    {"EV-16", CLUSTER, "pod:x/a > pod:x/a",
     "allow (same-endpoint): same-endpoint allow "
     "(same-endpoint)"},
    {"EV-16", CLUSTER, "pod:x/a > 10.0.1.1",
     "allow (same-endpoint): same-endpoint allow "
     "(same-endpoint)"},
    {"EV-16 hairpin", CLUSTER, "pod:x/a > pod:x/a pre=10.96.0.1", "allow: " OUT "; " IN},
    {"EV-41 same node", CLUSTER, "pod:x/a > pod:x/b", "allow: " OUT "; " IN},
    {"EV-41 two nodes", CLUSTER, "pod:x/a > pod:x/c", "allow: " OUT "; " IN},
    {"EV-41 unknown nodes", CLUSTER, "pod:x/d > pod:x/a", "allow: " OUT "; " IN},
    {"EV-44", CLUSTER, "node:n1 > pod:x/a",
     "allow (host-to-own-workload): host-to-workload allow (host-to-own-workload)"},
    {"EV-44 host network", CLUSTER, "pod:x/h > pod:x/a",
     "allow (host-to-own-workload): host-to-workload allow (host-to-own-workload)"},
    {"EV-44 other node", CLUSTER, "node:n1 > pod:x/c", "allow: " IN},
    {"EV-46", CLUSTER, "node:n1 > 192.168.0.1", "allow (loopback): loopback allow (loopback)"},
    {"EV-47", CLUSTER, "203.0.113.1 > pod:x/a", "allow: " IN},
    {"EV-43", CLUSTER, "pod:x/a > 203.0.113.1", "allow: " OUT},
    {"EV-43", CLUSTER, "pod:x/a > node:n2", "allow: " OUT},
    {"EV-49", CLUSTER, "203.0.113.1 > 203.0.113.2", "allow (no-endpoint)"},
    {"EV-49 no host endpoints", CLUSTER, "203.0.113.1 > node:n1", "allow (no-endpoint)"},

    /* EV-42, EV-129 */
    {"EV-129", CLUSTER, "pod:x/a > node:n1 tcp :80",
     "deny by to-host: " OUT "; to-host deny (endpoint-to-host-drop)"},
    {"EV-129 neighbour",
     POD("x", "a", "", "nodeName: n1", "{ip: 'fd00::1'}") NODE("n1", INTERNAL("fd00::99")),
     "pod:x/a > node:n1 icmpv6 type=135",
     "allow (icmpv6-neighbour): to-host allow (icmpv6-neighbour)"},
    {"EV-129 listener",
     POD("x", "a", "", "nodeName: n1", "{ip: 'fd00::1'}") NODE("n1", INTERNAL("fd00::99")),
     "pod:x/a > node:n1 icmpv6 type=130",
     "allow (icmpv6-neighbour): to-host allow (icmpv6-neighbour)"},
    {"EV-129 router advertisement",
     POD("x", "a", "", "nodeName: n1", "{ip: 'fd00::1'}") NODE("n1", INTERNAL("fd00::99")),
     "pod:x/a > node:n1 icmpv6 type=134",
     "deny by to-host: " OUT "; to-host deny (endpoint-to-host-drop)"},
    {"EV-129 echo",
     POD("x", "a", "", "nodeName: n1", "{ip: 'fd00::1'}") NODE("n1", INTERNAL("fd00::99")),
     "pod:x/a > node:n1 icmpv6 type=128",
     "deny by to-host: " OUT "; to-host deny (endpoint-to-host-drop)"},
    {"EV-129 perhaps neighbour",
     POD("x", "a", "", "nodeName: n1", "{ip: 'fd00::1'}") NODE("n1", INTERNAL("fd00::99")),
     "pod:x/a > node:n1 icmpv6",
     "unknown {icmp}: workload-egress allow pro:kns.x[0]; to-host "
     "unknown {icmp}"},

    /* EV-40: wildcard and fabric host endpoints. */
    {"EV-41 same node", CLUSTER WILDCARDS, "pod:x/a > pod:x/b",
     "allow: forward-ingress" NO_POLICY "; " OUT "; " IN "; forward-egress" NO_POLICY},
    {"EV-41 two nodes", CLUSTER WILDCARDS, "pod:x/a > pod:x/c",
     "allow: forward-ingress" NO_POLICY "; " OUT "; forward-egress" NO_POLICY
     "; forward-ingress" NO_POLICY "; " IN "; forward-egress" NO_POLICY},
    {"EV-41 two nodes", CLUSTER FABRIC, "pod:x/a > pod:x/c",
     "allow: " OUT "; forward-egress" NO_POLICY "; forward-ingress" NO_POLICY "; " IN},
    {"EV-43", CLUSTER FABRIC, "pod:x/a > 203.0.113.1", "allow: " OUT "; forward-egress" NO_POLICY},
    {"EV-43 to a node", CLUSTER FABRIC, "pod:x/a > node:n2",
     "allow: " OUT "; forward-egress" NO_POLICY
     "; host-ingress allow pro:projectcalico-default-allow[0]"},
    {"EV-42", CLUSTER WILDCARDS FORWARD(BOTH("Deny")), "pod:x/a > node:n1",
     "deny by to-host: " OUT "; to-host deny (endpoint-to-host-drop)"},
    {"EV-45", CLUSTER FABRIC, "node:n1 > 203.0.113.1",
     "allow: host-egress allow pro:projectcalico-default-allow[0]"},
    {"EV-45 to a workload", CLUSTER FABRIC, "node:n1 > pod:x/c",
     "allow: host-egress allow pro:projectcalico-default-allow[0]; forward-ingress" NO_POLICY
     "; " IN},
    {"EV-48", CLUSTER FABRIC, "203.0.113.1 > node:n1",
     "allow: host-ingress allow pro:projectcalico-default-allow[0]"},
    {"EV-44 a host on no node", CLUSTER, "pod:x/u > pod:x/d", "allow: " IN},
    {"EV-53", CLUSTER FABRIC, "203.0.113.1 > pod:x/d", "allow: " IN},

    /* EV-69 */
    {"EV-69 denies", CLUSTER FABRIC FORWARD("ingress: []"), "203.0.113.1 > pod:x/a",
     "deny by forward-ingress: forward-ingress deny gnp:f[-1]; " IN},
    {"EV-69 other direction", CLUSTER FABRIC FORWARD("ingress: []"), "pod:x/a > 203.0.113.1",
     "allow: " OUT "; forward-egress" NO_POLICY},
    {"EV-69 passes", CLUSTER FABRIC FORWARD(BOTH("Pass")), "203.0.113.1 > pod:x/a",
     "allow: forward-ingress allow (forward-pass); " IN},

    /* EV-121, EV-122, EV-126 */
    {"EV-121", CLUSTER FABRIC UNTRACKED(BOTH("Deny")), "203.0.113.1 > pod:x/a tcp 1: :80",
     "deny by untracked-ingress: untracked-ingress deny gnp:u[0]; forward-ingress" NO_POLICY
     "; " IN},
    {"EV-121 egress of forwarded", CLUSTER FABRIC UNTRACKED(BOTH("Deny")),
     "pod:x/a > 203.0.113.1 tcp 1: :80", "allow: " OUT "; forward-egress" NO_POLICY},
    {"EV-121 wildcard", CLUSTER WILDCARDS UNTRACKED(BOTH("Deny")),
     "203.0.113.1 > node:n1 tcp 1: :80",
     "allow: host-ingress allow pro:projectcalico-default-allow[0]"},
    {"EV-126", CLUSTER FABRIC UNTRACKED(BOTH("Allow")) FORWARD(BOTH("Deny")),
     "203.0.113.1 > pod:x/a tcp 1: :80",
     "allow: untracked-ingress allow gnp:u[0]; forward-ingress allow (accepted-early); " IN},
    {"EV-122",
     CLUSTER FABRIC PRE_DNAT("ingress: [{action: Deny, destination: {nets: "
                             "[192.0.2.1/32]}}]"),
     "203.0.113.1 > pod:x/a tcp 1: :80 pre=192.0.2.1",
     "deny by prednat-ingress: prednat-ingress deny gnp:d[0]; forward-ingress" NO_POLICY "; " IN},
    {"EV-122 without NAT",
     CLUSTER FABRIC PRE_DNAT("ingress: [{action: Deny, destination: {nets: "
                             "[192.0.2.1/32]}}]"),
     "203.0.113.1 > pod:x/a tcp 1: :80",
     "allow: prednat-ingress none; forward-ingress" NO_POLICY "; " IN},
    {"EV-126 perhaps",
     CLUSTER FABRIC PRE_DNAT("ingress: [{action: Allow, protocol: TCP, "
                             "destination: {ports: [80]}}]") FORWARD(BOTH("Deny")),
     "203.0.113.1 > pod:x/a tcp 1:",
     "unknown {destination_port}: prednat-ingress unknown {destination_port}; forward-ingress "
     "unknown {destination_port}; " IN},
    {"EV-127", CLUSTER WILDCARDS PRE_DNAT("ingress: [{action: Allow}]") FORWARD(BOTH("Deny")),
     "pod:x/a > pod:x/b",
     "deny by forward-egress: prednat-ingress allow gnp:d[0]; forward-ingress "
     "allow (accepted-early); " OUT "; " IN "; forward-egress deny gnp:f[0]"},

    {"EV-126 without pre-DNAT",
     CLUSTER FABRIC UNTRACKED(BOTH("Allow")) PRE_DNAT("ingress: [{action: Deny}]"),
     "203.0.113.1 > pod:x/a tcp 1: :80",
     "allow: untracked-ingress allow gnp:u[0]; forward-ingress allow (accepted-early); " IN},
    {"EV-126 perhaps untracked",
     CLUSTER FABRIC UNTRACKED(
         "ingress: [{action: Allow, protocol: TCP, destination: {ports: [80]}}]")
         PRE_DNAT("ingress: [{action: Deny, protocol: UDP}]") FORWARD(BOTH("Deny")),
     "203.0.113.1 > pod:x/a tcp 1:",
     "unknown {destination_port}: untracked-ingress unknown {destination_port}; prednat-ingress "
     "none; forward-ingress unknown {destination_port}; " IN},
    {"EV-127 perhaps",
     CLUSTER WILDCARDS PRE_DNAT("ingress: [{action: Allow, protocol: TCP, "
                                "destination: {ports: [80]}}]")
         FORWARD("ingress: [{action: Deny}]"),
     "pod:x/a > pod:x/b tcp",
     "unknown {destination_port}: prednat-ingress unknown {destination_port}; forward-ingress "
     "unknown {destination_port}; " OUT "; " IN "; forward-egress" NO_POLICY},

    /* EV-50 */
    {"EV-50", CLUSTER POLICY("x", "none", BOTH("Deny")), "pod:x/a > pod:x/b established",
     "allow (conntrack-established)"},
    {"EV-50", CLUSTER POLICY("x", "none", BOTH("Deny")), "pod:x/a > pod:x/b related",
     "allow (conntrack-related)"},
    {"EV-50", CLUSTER, "pod:x/a > pod:x/b invalid", "deny (conntrack-invalid)"},
    {"EV-50 untracked", CLUSTER FABRIC UNTRACKED(BOTH("Deny")),
     "203.0.113.1 > pod:x/a tcp 1: :80 established",
     "deny by untracked-ingress: untracked-ingress deny gnp:u[0]"},
    {"EV-50 untracked that allows", CLUSTER FABRIC UNTRACKED(BOTH("Allow")),
     "203.0.113.1 > pod:x/a tcp 1: :80 established", "allow (conntrack-established)"},
    {"EV-50 within a node", CLUSTER FABRIC UNTRACKED(BOTH("Deny")),
     "pod:x/a > node:n1 tcp 1: :80 established", "allow (conntrack-established)"},
    {"EV-50 from a node", CLUSTER FABRIC UNTRACKED(BOTH("Deny")),
     "node:n1 > 203.0.113.1 tcp 1: :80 related",
     "deny by untracked-egress: untracked-egress deny gnp:u[0]"},
};

START_TEST(stages_are_as_listed)
{
    struct compiled compiled;
    struct asked asked;
    const char *result;

    compile_resources(&compiled, cases[_i].resources, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    result = result_of(&asked, cases[_i].flow);
    ck_assert_msg(strcmp(result, cases[_i].result) == 0, "%s, %s:\n%s, expected\n%s",
                  cases[_i].rule, cases[_i].flow, result, cases[_i].result);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

/* ---- Own node (EV-129, EV-195, K8-52) ------------------------------------------------------ */

#define FELIX(name, action)                                                                        \
    CALICO("FelixConfiguration", "name: " name, "defaultEndpointToHostAction: " action)
#define TO_HOST(action, reason) OUT "; to-host " action " (endpoint-to-host-" reason ")"

static const struct {
    const char *resources;
    const char *option; /* of the caller's, for endpoint_to_host_action; NULL: none */
    const char *result;
} to_host_cases[] = {
    {CLUSTER, "Accept", "allow: " TO_HOST("allow", "accept")},
    {CLUSTER, "Return", "allow: " TO_HOST("allow", "return")},
    {CLUSTER FELIX("default", "Accept"), NULL, "allow: " TO_HOST("allow", "accept")},
    {CLUSTER FELIX("default", "Accept") FELIX("node.n1", "Return"), NULL,
     "allow: " TO_HOST("allow", "return")},
    {CLUSTER FELIX("node.n2", "Accept"), NULL, "deny by to-host: " TO_HOST("deny", "drop")},
    {CLUSTER FELIX("node.n1", "Accept"), "Drop", "deny by to-host: " TO_HOST("deny", "drop")},
};

START_TEST(the_action_to_the_host_is_the_callers_the_nodes_or_the_default)
{
    struct compiled compiled;
    struct asked asked;

    compile_resources(&compiled, to_host_cases[_i].resources, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    if (to_host_cases[_i].option)
        ck_assert_int_eq(cp_options_set(&asked.options, &asked.arena,
                                        CP_TEXT("endpoint_to_host_action"),
                                        cp_text_from(to_host_cases[_i].option)),
                         CALPOL_OK);
    expect_string(result_of(&asked, "pod:x/a > node:n1 tcp :80"), to_host_cases[_i].result);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

#define ADMIN(action)                                                                              \
    RESOURCE("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "name: c",               \
             "spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, egress: [{action: "      \
             "" action ", to: [{networks: [192.168.0.0/16]}]}]}")

static const struct {
    const char *resources, *result;
} upstream_cases[] = {
    {CLUSTER, "allow: " OUT},
    {CLUSTER K8S_POLICY("x", "none", "podSelector: {}, policyTypes: [Egress]"),
     "allow: workload-egress allow (own-node)"},
    {CLUSTER K8S_POLICY("x", "none", "podSelector: {}, policyTypes: [Ingress]"), "allow: " OUT},
    {CLUSTER ADMIN("Deny") K8S_POLICY("x", "none", "podSelector: {}, policyTypes: [Egress]"),
     "deny by workload-egress: workload-egress deny kcnp:c[0]"},
    {CLUSTER ADMIN("Pass") K8S_POLICY("x", "none", "podSelector: {}, policyTypes: [Egress]"),
     "allow: workload-egress allow (own-node)"},
};

START_TEST(network_policy_does_not_part_a_pod_from_its_node)
{
    struct compiled compiled;
    struct asked asked;

    compile_resources(&compiled, upstream_cases[_i].resources, CALPOL_DIALECT_UPSTREAM);
    start_asking(&asked, compiled.ruleset);
    expect_string(result_of(&asked, "pod:x/a > 192.168.0.1 tcp :80"), upstream_cases[_i].result);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/stages");
    TCase *lists = tcase_create("lists");
    TCase *own_node = tcase_create("own node");

    tcase_add_loop_test(lists, stages_are_as_listed, 0, COUNT_OF(cases));
    tcase_add_loop_test(own_node, the_action_to_the_host_is_the_callers_the_nodes_or_the_default, 0,
                        COUNT_OF(to_host_cases));
    tcase_add_loop_test(own_node, network_policy_does_not_part_a_pod_from_its_node, 0,
                        COUNT_OF(upstream_cases));
    suite_add_tcase(suite, lists);
    suite_add_tcase(suite, own_node);
    return suite;
}
