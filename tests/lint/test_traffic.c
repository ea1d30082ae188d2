/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on traffic that a policy forgets.
 */
#include "support/advice.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define WEB POD("shop", "web", "app: web", "", "{ip: 10.0.0.1}")
#define DB POD("shop", "db", "app: db", "", "{ip: 10.0.0.2}")
#define WEB_V6 POD("shop", "web", "app: web", "", "{ip: 'fd00::1'}")
#define P "CalicoNetworkPolicy/shop/p "

#define DENY_PING "{action: Deny, protocol: ICMP}"
#define OPEN "icmpv6-left-open " P "spec.ingress[0].protocol"

static const struct {
    const char *text, *expected;
} pings[] = {
    {POLICY("shop", "p", "ingress: [" DENY_PING ", {action: Allow}]"), OPEN},
    {POLICY("shop", "p", "ingress: [{action: Deny, protocol: 1}, {action: Allow}]"), OPEN},
    {POLICY("shop",
            "p",
            "ingress: [" DENY_PING ", {action: Allow}, {action: Deny, protocol: ICMPv6}]"),
     OPEN "\nunreachable-rule " P "spec.ingress[2]"},
    {POLICY("shop", "p", "ingress: [{action: Allow}, " DENY_PING "]"),
     "unreachable-rule " P "spec.ingress[1]"},
    {WEB_V6 POLICY("shop", "p", "ingress: [" DENY_PING ", {action: Allow}]"), OPEN},
    {WEB POLICY("shop", "p", "ingress: [" DENY_PING ", {action: Allow}]"), ""}, /* IPv4 only */
    {POLICY("shop", "p", "ingress: [" DENY_PING "]"), ""}, /* the rest is denied anyway */
    {POLICY("shop", "p", "ingress: [" DENY_PING ", {action: Allow, protocol: TCP}]"), ""},
    {POLICY("shop",
            "p",
            "ingress: [" DENY_PING ", {action: Deny, protocol: ICMPv6}, "
            "{action: Allow}]"),
     ""},
    {POLICY("shop",
            "p",
            "ingress: [" DENY_PING ", {action: Allow, protocol: ICMPv6}, "
            "{action: Allow}]"),
     ""}, /* somebody thought of it */
    {POLICY("shop",
            "p",
            "ingress: [" DENY_PING ", {action: Deny, ipVersion: 6}, "
            "{action: Allow}]"),
     ""},
};

START_TEST(who_denies_icmp_and_allows_the_rest_is_told_of_icmpv6)
{
    expect_advice(pings[_i].text, pings[_i].expected);
}
END_TEST

#define WEB_ONLY "{action: Allow, protocol: TCP, destination: {ports: [443]}}"
#define DNS "{action: Allow, protocol: UDP, destination: {ports: [53]}}"
#define FORGOT "no-dns-egress " P "spec.egress"

static const struct {
    const char *text, *expected;
} names[] = {
    {POLICY("shop", "p", "egress: [" WEB_ONLY "]"), FORGOT},
    {POLICY("shop", "p", "egress: [" WEB_ONLY ", " DNS "]"), ""},
    {POLICY("shop", "p", "egress: [" WEB_ONLY ", {action: Allow, protocol: UDP}]"), ""},
    {POLICY("shop", "p", "egress: [" WEB_ONLY ", {action: Pass}]"), ""},
    {POLICY("shop", "p", "egress: [{action: Allow}]"), ""},
    {POLICY("shop",
            "p",
            "egress: [" WEB_ONLY ", {action: Allow, protocol: TCP, destination: "
            "{ports: [53]}}]"),
     FORGOT},
    {POLICY("shop",
            "p",
            "egress: [" WEB_ONLY ", {action: Deny, protocol: UDP, destination: "
            "{ports: [53]}}]"),
     FORGOT},
    {POLICY("shop",
            "p",
            "egress: [" WEB_ONLY ", {action: Allow, protocol: UDP, destination: "
            "{ports: [dns]}}]"),
     ""},                                         /* may be 53 */
    {POLICY("shop", "p", "types: [Egress]"), ""}, /* a default deny means it */
    {POLICY("shop", "p", "egress: [{action: Deny}]"), ""},
    {POLICY("shop", "p", "egress: [{action: Allow, protocol: ICMP}]"), ""},
    {POLICY("shop",
            "p",
            "egress: [{action: Allow, destination: {nets: [10.0.0.0/8]}, "
            "protocol: TCP}]"),
     ""}, /* by address */
    {POLICY("shop",
            "p",
            "egress: [{action: Allow, destination: {nets: [0.0.0.0/0]}, "
            "protocol: TCP}]"),
     FORGOT},
    {POLICY("shop", "p", "types: [Ingress], ingress: [" WEB_ONLY "]"), ""},
    {STAGED_POLICY("p", "egress: [" WEB_ONLY "]"), ""},
    {TIER("t", "order: 1, defaultAction: Pass")
         POLICY("shop", "p", "tier: t, egress: [" WEB_ONLY "]"),
     ""}, /* goes on in the next tier */
    {K8S_POLICY("shop",
                "p",
                "podSelector: {}, policyTypes: [Egress], egress: [{ports: "
                "[{port: 443}]}]"),
     "no-dns-egress NetworkPolicy/shop/p spec.egress"},

    /* Another policy may allow it. */
    {POLICY("shop", "p", "egress: [" WEB_ONLY "]")
         POLICY("shop", "dns", "selector: app == 'web', egress: [" DNS "]"),
     ""},
    {POLICY("shop", "p", "egress: [" WEB_ONLY "]") GLOBAL_POLICY("dns", "egress: [" DNS "]"), ""},
    {POLICY("shop", "p", "egress: [" WEB_ONLY "]") POLICY("other", "dns", "egress: [" DNS "]"),
     FORGOT},
    {POLICY("shop", "p", "egress: [" WEB_ONLY "]") STAGED_POLICY("dns", "egress: [" DNS "]"),
     FORGOT},
    {GLOBAL_POLICY("p", "egress: [" WEB_ONLY "]") POLICY("other", "dns", "egress: [" DNS "]"), ""},
    /* With endpoints it is known which does. */
    {WEB POLICY("shop", "p", "egress: [" WEB_ONLY "]")
         POLICY("shop", "dns", "selector: app == 'web', egress: [" DNS "]"),
     ""},
    {WEB DB POLICY("shop", "p", "egress: [" WEB_ONLY "]")
         POLICY("shop", "dns", "selector: app == 'web', egress: [" DNS "]"),
     FORGOT},
    {WEB DB POLICY("shop", "p", "selector: app == 'web', egress: [" WEB_ONLY "]")
         POLICY("shop", "dns", "selector: app == 'web', egress: [" DNS "]"),
     ""},
    {WEB POLICY("shop", "p", "selector: app == 'x', egress: [" WEB_ONLY "]"),
     "selects-nothing " P "spec.selector"},
};

START_TEST(an_egress_policy_that_forgets_dns_is_told)
{
    expect_advice(names[_i].text, names[_i].expected);
}
END_TEST

START_TEST(the_remark_names_an_endpoint_that_cannot_ask)
{
    expect_advice_at("apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\n"
                     "---\n"
                     "apiVersion: projectcalico.org/v3\n"
                     "kind: NetworkPolicy\n"
                     "metadata: {name: p, namespace: shop}\n"
                     "spec:\n"
                     "  egress:\n"
                     "  - action: Allow\n"
                     "    protocol: TCP\n",
                     FORGOT, 9, 3,
                     "allows connections, but no policy lets pod:shop/web ask DNS (UDP 53): names "
                     "will not resolve there");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lint/traffic");
    TCase *made = tcase_create("traffic");

    tcase_add_loop_test(made, who_denies_icmp_and_allows_the_rest_is_told_of_icmpv6, 0,
                        (int)COUNT_OF(pings));
    tcase_add_loop_test(made, an_egress_policy_that_forgets_dns_is_told, 0, (int)COUNT_OF(names));
    tcase_add_test(made, the_remark_names_an_endpoint_that_cannot_ask);
    suite_add_tcase(suite, made);
    return suite;
}
