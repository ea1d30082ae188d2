/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on rules that cannot do anything.
 */
#include "support/advice.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define WEB                                                                                        \
    POD("shop", "web", "app: web",                                                                 \
        "containers: [{name: c, ports: [{name: http, containerPort: 80}]}]", "{ip: 10.0.0.1}")
#define MONITOR POD("monitoring", "m", "app: m", "", "{ip: 10.0.0.2}")
#define WEB_V6 POD("shop", "web", "app: web", "", "{ip: 'fd00::1'}")
#define P "CalicoNetworkPolicy/shop/p "

static const struct {
    const char *text, *expected;
} unreachable[] = {
    {POLICY("shop", "p", "ingress: [{action: Allow}, {action: Deny}]"),
     "unreachable-rule " P "spec.ingress[1]"},
    {POLICY("shop", "p", "ingress: [{action: Deny}, {action: Allow}, {action: Deny}]"),
     "unreachable-rule " P "spec.ingress[1]"}, /* said once */
    {POLICY("shop", "p", "ingress: [{action: Allow, source: {}}, {action: Deny}]"),
     "unreachable-rule " P "spec.ingress[1]"},
    {POLICY("shop", "p", "ingress: [{action: Pass}], egress: [{action: Pass}, {action: Log}]"),
     "unreachable-rule " P "spec.egress[1]"},
    {POLICY("shop", "p", "ingress: [{action: Log}, {action: Allow}]"), ""},
    {POLICY("shop", "p", "ingress: [{action: Allow, protocol: TCP}, {action: Deny}]"), ""},
    {POLICY("shop", "p", "ingress: [{action: Allow, source: {selector: all()}}, {action: Deny}]"),
     ""}, /* only what has labels */
    {POLICY("shop", "p", "ingress: [{action: Allow}], egress: [{action: Deny}]"), ""},
    {K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{}, {ports: [{port: 80}]}]"),
     "unreachable-rule NetworkPolicy/shop/p spec.ingress[1]"},
    {K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{ports: [{port: 80}]}, {}]"), ""},
    {K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{}]"), ""},
    {K8S_POLICY("shop",
                "p",
                "podSelector: {}, ingress: [{ports: [{protocol: TCP}, "
                "{protocol: UDP}]}]"),
     ""}, /* several rules of Calico's for one */
};

START_TEST(a_rule_behind_an_unconditional_one_is_never_reached)
{
    expect_advice(unreachable[_i].text, unreachable[_i].expected);
}
END_TEST

#define DENY_V4 "egress: [{action: Deny, destination: {notNets: [10.0.0.0/8]}}]"
#define ALLOW_V4 "egress: [{action: Allow, destination: {notNets: [10.0.0.0/8]}}]"
#define VOIDED "family-voided-rule " P "spec.egress[0]"

static const struct {
    const char *text, *expected;
} families[] = {
    {POLICY("shop", "p", DENY_V4), VOIDED},
    {POLICY("shop", "p", ALLOW_V4), ""},    /* fails closed, and IPv6 may not be in use */
    {WEB POLICY("shop", "p", DENY_V4), ""}, /* it is not in use */
    {WEB_V6 POLICY("shop", "p", DENY_V4), VOIDED},
    {WEB_V6 POLICY("shop", "p", ALLOW_V4), VOIDED},
    {WEB_V6 POLICY("shop",
                   "p",
                   "egress: [{action: Deny, ipVersion: 4, destination: "
                   "{notNets: [10.0.0.0/8]}}]"),
     ""}, /* IPv4 is meant */
    {WEB POLICY("shop", "p", "egress: [{action: Allow, destination: {notNets: ['fd00::/8']}}]"),
     VOIDED},
    {POLICY("shop",
            "p",
            "egress: [{action: Deny, destination: {notNets: [10.0.0.0/8]}}, "
            "{action: Deny, destination: {notNets: ['fd00::/8']}}]"),
     ""}, /* a rule for each */
    {POLICY("shop",
            "p",
            "egress: [{action: Deny, destination: {notNets: [10.0.0.0/8]}}, "
            "{action: Deny, ipVersion: 6}]"),
     ""},
    {POLICY("shop",
            "p",
            "egress: [{action: Deny, destination: {notNets: [10.0.0.0/8]}}, "
            "{action: Allow, ipVersion: 6}]"),
     VOIDED},
    {POLICY("shop",
            "p",
            "egress: [{action: Deny, destination: {nets: [10.0.0.0/8], "
            "notNets: [10.1.0.0/16]}}]"),
     ""}, /* nets say so themselves */
};

START_TEST(a_rule_that_is_void_for_an_ip_version_in_use_is_remarked_on)
{
    expect_advice(families[_i].text, families[_i].expected);
}
END_TEST

static const struct {
    const char *text, *expected;
} matches[] = {
    /* Named ports. */
    {WEB POLICY("shop",
                "p",
                "ingress: [{action: Allow, protocol: TCP, destination: "
                "{ports: [https]}}]"),
     "named-port-unresolved " P "spec.ingress[0].destination.ports"},
    {WEB POLICY("shop",
                "p",
                "ingress: [{action: Allow, protocol: TCP, destination: "
                "{notPorts: [https]}}]"),
     "named-port-unresolved " P "spec.ingress[0].destination.notPorts"},
    {WEB POLICY("shop",
                "p",
                "ingress: [{action: Allow, protocol: TCP, destination: "
                "{ports: [http, 443]}}]"),
     ""},
    {POLICY("shop",
            "p",
            "ingress: [{action: Allow, protocol: TCP, destination: "
            "{ports: [https]}}]"),
     ""},
    {WEB K8S_POLICY("shop", "p", "podSelector: {}, ingress: [{ports: [{port: https}]}]"),
     "named-port-unresolved NetworkPolicy/shop/p spec.ingress[0].ports"},

    /* Services. */
    {WEB POLICY("shop", "p", "egress: [{action: Allow, destination: {services: {name: db}}}]"),
     "service-unresolved " P "spec.egress[0].destination.services"},
    {SERVICE("shop", "db", "ports: [{port: 80}]")
         POLICY("shop", "p", "egress: [{action: Allow, destination: {services: {name: db}}}]"),
     "service-unresolved " P "spec.egress[0].destination.services"},
    {POLICY("shop", "p", "egress: [{action: Allow, destination: {services: {name: db}}}]"), ""},
    {RESOURCE("discovery.k8s.io/v1",
              "EndpointSlice",
              "name: db-1, namespace: shop, labels: {kubernetes.io/service-name: db}",
              "addressType: IPv4\nports: [{port: 5432}]\nendpoints: [{addresses: [10.0.0.9]}]")
         WEB POLICY("shop", "p", "egress: [{action: Allow, destination: {services: {name: db}}}]"),
     ""},

    /* Selectors of rules. */
    {WEB POLICY("shop", "p", "ingress: [{action: Allow, source: {selector: app == 'x'}}]"),
     "matches-nothing " P "spec.ingress[0].source.selector"},
    {WEB POLICY("shop", "p", "ingress: [{action: Deny, source: {selector: app == 'x'}}]"),
     "matches-nothing " P "spec.ingress[0].source.selector"},
    {WEB POLICY("shop", "p", "ingress: [{action: Allow, source: {selector: app == 'web'}}]"), ""},
    {WEB POLICY("shop", "p", "ingress: [{action: Allow, source: {notSelector: app == 'x'}}]"), ""},
    {WEB NETWORK_SET("set", "app: x", "nets: [192.0.2.0/24]")
         POLICY("shop",
                "p",
                "ingress: [{action: Allow, source: {selector: app == 'x', "
                "namespaceSelector: global()}}]"),
     ""},
    {POLICY("shop", "p", "ingress: [{action: Allow, source: {selector: app == 'x'}}]"), ""},
    /* Other namespaces are shown, or not. */
    {WEB POLICY("shop",
                "p",
                "ingress: [{action: Allow, source: {selector: app == 'x', "
                "namespaceSelector: all()}}]"),
     ""},
    {WEB MONITOR POLICY("shop",
                        "p",
                        "ingress: [{action: Allow, source: {selector: app == 'x', "
                        "namespaceSelector: all()}}]"),
     "matches-nothing " P "spec.ingress[0].source.selector"},
    {MONITOR POLICY("shop", "p", "ingress: [{action: Allow, source: {selector: app == 'x'}}]"),
     ""}, /* nothing of shop is */
    {WEB MONITOR POLICY("shop",
                        "p",
                        "selector: app == 'db', ingress: [{action: Allow, source: "
                        "{selector: app == 'x'}}]"),
     "selects-nothing " P "spec.selector"}, /* the rest does not matter */
    {WEB POLICY("shop",
                "p",
                "ingress: [{action: Allow, source: {selector: \"app == 'x' && app == 'y'\"}}]"),
     "never-matches " P "spec.ingress[0].source.selector"}, /* says enough */
    {WEB K8S_POLICY("shop",
                    "p",
                    "podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: "
                    "{app: web}}}, {podSelector: {matchLabels: {app: x}}}]}]"),
     "matches-nothing NetworkPolicy/shop/p spec.ingress[0].from[1]"},
    {WEB K8S_POLICY("shop",
                    "p",
                    "podSelector: {}, policyTypes: [Egress], egress: [{to: "
                    "[{podSelector: {matchLabels: {app: x}}}]}]"),
     "matches-nothing NetworkPolicy/shop/p spec.egress[0].to[0]"},
};

START_TEST(what_a_rule_asks_for_and_the_input_does_not_have_is_remarked_on)
{
    expect_advice(matches[_i].text, matches[_i].expected);
}
END_TEST

START_TEST(the_remark_stands_at_the_field)
{
    expect_advice_at("apiVersion: projectcalico.org/v3\n"
                     "kind: NetworkPolicy\n"
                     "metadata: {name: p, namespace: shop}\n"
                     "spec:\n"
                     "  ingress:\n"
                     "  - action: Allow\n"
                     "  - action: Deny\n",
                     "unreachable-rule " P "spec.ingress[1]", 7, 5,
                     "never reached: spec.ingress[0] (Allow) matches everything, so this rule and "
                     "those behind it have no effect");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lint/rules");
    TCase *made = tcase_create("rules");

    tcase_add_loop_test(made, a_rule_behind_an_unconditional_one_is_never_reached, 0,
                        (int)COUNT_OF(unreachable));
    tcase_add_loop_test(made, a_rule_that_is_void_for_an_ip_version_in_use_is_remarked_on, 0,
                        (int)COUNT_OF(families));
    tcase_add_loop_test(made, what_a_rule_asks_for_and_the_input_does_not_have_is_remarked_on, 0,
                        (int)COUNT_OF(matches));
    tcase_add_test(made, the_remark_stands_at_the_field);
    suite_add_tcase(suite, made);
    return suite;
}
