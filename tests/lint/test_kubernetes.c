/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on Kubernetes policies in particular.
 */
#include "support/advice.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define NAMESPACE(name, labels)                                                                    \
    RESOURCE("v1", "Namespace", "name: " name ", labels: {" labels "}", "")
#define WEB POD("shop", "web", "app: web", "", "")
#define TEAM "{namespaceSelector: {matchLabels: {team: a}}}"
#define CLIENTS "{podSelector: {matchLabels: {app: client}}}"
#define DASH "suspicious-or NetworkPolicy/shop/p "

static const struct {
    const char *text, *expected;
} dashes[] = {
    {K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{from: [" TEAM ", " CLIENTS "]}]"),
     DASH "spec.ingress[0].from[1]"},
    {K8S_POLICY("shop",
                "p",
                "podSelector: {}, policyTypes: [Egress], egress: [{to: [" TEAM ", " CLIENTS
                "]}, {ports: [{port: 53, protocol: UDP}]}]"),
     DASH "spec.egress[0].to[1]"},
    {K8S_POLICY("shop",
                "p",
                "podSelector: {}, ingress: [{from: [" TEAM ", " CLIENTS
                "], ports: [{port: 1}, {port: 2, protocol: UDP}]}]"),
     DASH "spec.ingress[0].from[1]"}, /* once for all protocols */
    {K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{from: [" CLIENTS ", " TEAM "]}]"), ""},
    {K8S_POLICY(
         "shop", "p", "podSelector: {}, ingress: [{from: [" TEAM "]}, {from: [" CLIENTS "]}]"),
     ""}, /* two rules */
    {K8S_POLICY("shop",
                "p",
                "podSelector: {}, ingress: [{from: [{namespaceSelector: {}, "
                "podSelector: {matchLabels: {app: x}}}, " CLIENTS "]}]"),
     ""}, /* the first has both */
    {K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{from: [" TEAM ", " TEAM "]}]"), ""},
    {POD("shop", "c", "app: client", "", "")
         K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{from: [" TEAM ", " CLIENTS "]}]"),
     ""}, /* there are such pods in the namespace: two peers make sense */
    {POD("other", "c", "app: client", "", "")
         K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{from: [" TEAM ", " CLIENTS "]}]"),
     DASH "spec.ingress[0].from[1]"},
};

START_TEST(two_peers_that_may_be_meant_as_one_are_told)
{
    expect_advice(dashes[_i].text, dashes[_i].expected);
}
END_TEST

#define HOST_POD POD("kube-system", "proxy", "app: proxy", "hostNetwork: true", "")
#define FROM(peer) K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{from: [" peer "]}]")
#define PROXY "podSelector: {matchLabels: {app: proxy}}"
#define HOSTS "host-network-only NetworkPolicy/shop/p spec.ingress[0].from[0]"
#define OTHER_POD POD("kube-system", "dns", "app: dns", "", "")

static const struct {
    const char *text, *expected;
} hosts[] = {
    {WEB OTHER_POD HOST_POD FROM("{namespaceSelector: {}, " PROXY "}"), HOSTS},
    {NAMESPACE("kube-system", "team: a") NAMESPACE("shop", "")
         WEB OTHER_POD HOST_POD FROM("{namespaceSelector: {matchLabels: {team: a}}, " PROXY "}"),
     HOSTS},
    {WEB OTHER_POD HOST_POD FROM("{namespaceSelector: {matchLabels: "
                                 "{kubernetes.io/metadata.name: kube-system}}, " PROXY "}"),
     HOSTS},
    {WEB OTHER_POD HOST_POD FROM("{namespaceSelector: {matchExpressions: [{key: "
                                 "kubernetes.io/metadata.name, operator: In, values: "
                                 "[kube-system]}]}, " PROXY "}"),
     HOSTS},
    {WEB OTHER_POD HOST_POD FROM("{namespaceSelector: {matchExpressions: [{key: "
                                 "kubernetes.io/metadata.name, operator: NotIn, values: "
                                 "[kube-system]}]}, " PROXY "}"),
     "matches-nothing NetworkPolicy/shop/p spec.ingress[0].from[0]"}, /* not there either */
    {WEB POD("kube-system", "other", "app: proxy", "", "")
         HOST_POD FROM("{namespaceSelector: {}, " PROXY "}"),
     ""},                                               /* another pod has the labels */
    {WEB HOST_POD FROM("{namespaceSelector: {}}"), ""}, /* all pods: others are meant */
    {WEB POD("shop", "agent", "app: agent", "hostNetwork: true", "")
         K8S_POLICY("shop", "p", "podSelector: {matchLabels: {app: agent}}"),
     "host-network-only NetworkPolicy/shop/p spec.podSelector"},
    {WEB POD("shop", "agent", "app: agent", "hostNetwork: true", "")
         K8S_POLICY("shop", "p", "podSelector: {matchLabels: {app: web}}"),
     ""},
};

START_TEST(selectors_for_pods_on_the_host_network_are_told)
{
    expect_advice(hosts[_i].text, hosts[_i].expected);
}
END_TEST

#define CLUSTER_POLICY(name, priority, subject, rules)                                             \
    RESOURCE("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "name: " name,           \
             "spec: {tier: Admin, priority: " priority ", subject: {" subject "}, " rules "}")
#define EVERYTHING "namespaces: {}"
#define IN_SHOP "namespaces: {matchLabels: {kubernetes.io/metadata.name: shop}}"
#define IN_OTHER "namespaces: {matchLabels: {kubernetes.io/metadata.name: other}}"
#define DENY "ingress: [{action: Deny, from: [{namespaces: {}}]}]"
#define DENY_OUT "egress: [{action: Deny, to: [{namespaces: {}}]}]"
#define SAME "equal-priority ClusterNetworkPolicy/a spec.priority"

static const struct {
    const char *text, *expected;
} priorities[] = {
    {WEB CLUSTER_POLICY("a", "5", EVERYTHING, DENY) CLUSTER_POLICY("b", "5", EVERYTHING, DENY),
     SAME},
    {WEB CLUSTER_POLICY("a", "5", EVERYTHING, DENY) CLUSTER_POLICY("b", "5", IN_SHOP, DENY), SAME},
    {WEB CLUSTER_POLICY("a", "5", EVERYTHING, DENY) CLUSTER_POLICY("b", "6", EVERYTHING, DENY), ""},
    {WEB CLUSTER_POLICY("a", "5", EVERYTHING, DENY) CLUSTER_POLICY("b", "5", EVERYTHING, DENY_OUT),
     ""}, /* other directions */
    {WEB POD("other", "x", "", "", "") CLUSTER_POLICY("a", "5", IN_OTHER, DENY)
         CLUSTER_POLICY("b", "5", IN_SHOP, DENY),
     ""}, /* other endpoints */
    {WEB GLOBAL_POLICY("a", "order: 5, ingress: [{action: Deny}]")
         GLOBAL_POLICY("b", "order: 5, ingress: [{action: Deny}]"),
     ""}, /* Calico's order by name is documented */
};

START_TEST(admin_policies_of_equal_priority_are_told)
{
    expect_advice(priorities[_i].text, priorities[_i].expected);
}
END_TEST

START_TEST(the_remark_stands_at_the_second_dash)
{
    expect_advice_at(
        "apiVersion: networking.k8s.io/v1\n"
        "kind: NetworkPolicy\n"
        "metadata: {name: p, namespace: shop}\n"
        "spec:\n"
        "  podSelector: {}\n"
        "  ingress:\n"
        "  - from:\n"
        "    - namespaceSelector: {matchLabels: {team: a}}\n"
        "    - podSelector: {matchLabels: {app: client}}\n",
        DASH "spec.ingress[0].from[1]", 9, 7,
        "a peer of its own, so that the rule matches all pods of the namespaces before "
        "it, and these of namespace \"shop\"; without its dash both are one peer, "
        "these pods of those namespaces");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lint/kubernetes");
    TCase *made = tcase_create("kubernetes");

    tcase_add_loop_test(made, two_peers_that_may_be_meant_as_one_are_told, 0,
                        (int)COUNT_OF(dashes));
    tcase_add_loop_test(made, selectors_for_pods_on_the_host_network_are_told, 0,
                        (int)COUNT_OF(hosts));
    tcase_add_loop_test(made, admin_policies_of_equal_priority_are_told, 0,
                        (int)COUNT_OF(priorities));
    tcase_add_test(made, the_remark_stands_at_the_second_dash);
    suite_add_tcase(suite, made);
    return suite;
}
