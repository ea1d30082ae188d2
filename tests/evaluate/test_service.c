/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Destinations that are Services, nodePorts and hostPorts (kubernetes.md, section 9).
 */
#include "evaluate/service.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define PORTED(port) "containers: [{name: c, ports: [" port "]}]"

/* web has two backends, of which deny is closed on TCP. */
#define CLUSTER                                                                                    \
    POD("x", "open", "app: web", "nodeName: n1", "{ip: 10.0.0.1}")                                 \
    POD("x", "shut", "app: web, shut: 'yes'", "", "{ip: 10.0.0.2}")                                \
    POD("x", "edge", "app: edge",                                                                  \
        "nodeName: n1, " PORTED(                                                                   \
            "{containerPort: 8443, hostPort: 443}, {containerPort: 1, hostPort: 30080}"),          \
        "{ip: 10.0.0.3}")                                                                          \
    POD("x", "six", "app: six", "", "{ip: 'fd00::6'}")                                             \
    POD("x", "part", "app: part", "", "{ip: 10.0.0.7}")                                            \
    POD("x", "part2", "app: part, shut: 'perhaps'", "", "{ip: 10.0.0.8}")                          \
    POD("ops", "dual", "", "", "{ip: 'fd00::9'}, {ip: 10.0.9.8}")                                  \
    POD("ops", "client", "", "", "{ip: 10.0.9.9}")                                                 \
    NODE("n1", INTERNAL("192.168.0.1") ", " INTERNAL("fd00::99"))                                  \
    SERVICE("x", "web",                                                                            \
            "clusterIP: 10.96.0.1, externalIPs: [198.51.100.1], selector: {app: web}, ports: ["    \
            "{name: http, port: 80, targetPort: 8080, nodePort: 30080}, "                          \
            "{name: dns, port: 53, protocol: UDP}]")                                               \
    SERVICE("x", "edge", "clusterIP: 10.96.0.2, selector: {app: edge}, ports: [{port: 80}]")       \
    SERVICE("x", "none", "clusterIP: 10.96.0.3, selector: {app: none}, ports: [{port: 80}]")       \
    SERVICE("x", "mixed", "clusterIP: 10.96.0.4, selector: {app: six}, ports: [{port: 80}]")       \
    SERVICE("x", "bare", "selector: {app: edge}, ports: [{name: a, port: 80}]")                    \
    SERVICE("x", "less",                                                                           \
            "clusterIP: None, selector: {app: edge}, ports: [{name: a, port: 80, "                 \
            "targetPort: 8080, nodePort: 30099}]")                                                 \
    SERVICE("x", "alias", "type: ExternalName, externalName: a.example, ports: [{port: 80}]")      \
    SERVICE("x", "part", "clusterIP: 10.96.0.5, selector: {app: part}, ports: [{port: 80}]")       \
    SERVICE("x", "onnode",                                                                         \
            "externalIPs: [192.168.0.1], selector: {app: edge}, ports: [{port: 8888}]")            \
    SERVICE("x", "two",                                                                            \
            "selector: {app: edge}, ports: [{name: t, port: 53, targetPort: 5300}, "               \
            "{name: u, port: 53, protocol: UDP, targetPort: 5301}]")                               \
    SERVICE("x", "sliced", "ports: [{port: 80}]")                                                  \
    RESOURCE("discovery.k8s.io/v1", "EndpointSlice",                                               \
             "name: s4, namespace: x, labels: {kubernetes.io/service-name: sliced}",               \
             "addressType: IPv4\nendpoints: [{addresses: [203.0.113.8]}]\nports: [{port: 80}]")    \
    RESOURCE("discovery.k8s.io/v1", "EndpointSlice",                                               \
             "name: s6, namespace: x, labels: {kubernetes.io/service-name: sliced}",               \
             "addressType: IPv6\nendpoints: [{addresses: ['fd00::8']}]\nports: [{port: 80}]")      \
    K8S_POLICY("x", "perhaps",                                                                     \
               "podSelector: {matchLabels: {shut: perhaps}}, ingress: [{from: "                    \
               "[{ipBlock: {cidr: 198.51.0.0/16}}]}]")                                             \
    K8S_POLICY("x", "shut",                                                                        \
               "podSelector: {matchLabels: {shut: 'yes'}}, ingress: [{ports: "                     \
               "[{protocol: UDP}]}]")

static const struct {
    const char *rule;
    const char *flow, *legs;
} cases[] = {
    {"nothing to rewrite", "ops/client > x/open tcp :8080", "pod:x/open:8080 allow; = allow"},
    {"K8-110", "ops/client > 10.96.0.2 tcp :80", "pod:x/edge:80 allow; = allow"},
    {"K8-111 protocol", "ops/client > 10.96.0.1 udp :53",
     "pod:x/open:53 allow; pod:x/shut:53 allow; = allow"},
    {"K8-112 port", "ops/client > 10.96.0.1 tcp :81", "10.96.0.1:81 allow; = allow"},
    {"K8-112 protocol", "ops/client > 10.96.0.1 udp :80", "10.96.0.1:80 allow; = allow"},
    {"K8-113", "ops/client > 10.96.0.3 tcp :80", "refused; = deny (no-backends)"},
    {"K8-113 established", "ops/client > 10.96.0.3 tcp :80 established",
     "refused; = allow (conntrack-established)"},
    {"K8-113 no backend of the family", "ops/client > 10.96.0.4 tcp :80",
     "refused; = deny (no-backends)"},
    {"K8-115", "ops/client > 10.96.0.1 tcp :80",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; = mixed"},
    {"K8-116", "x/shut > 10.96.0.1 tcp :80",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; = mixed"},
    {"K8-118 external address", "203.0.113.1 > 198.51.100.1 udp :53",
     "pod:x/open:53 allow; pod:x/shut:53 allow; = allow"},
    {"K8-118 nodePort", "203.0.113.1 > 192.168.0.1 tcp :30080",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; = mixed"},
    {"K8-118 nodePort of a node named", "203.0.113.1 > node:n1 tcp :30080",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; = mixed"},
    {"K8-119", "203.0.113.1 > 192.168.0.1 tcp :443", "pod:x/edge:8443 allow; = allow"},
    {"K8-119 otherwise the node", "203.0.113.1 > 192.168.0.1 udp :443",
     "192.168.0.1:443 allow; = allow (no-endpoint)"},
    {"a pre-DNAT destination is behind the rewriting", "ops/client > 10.96.0.1 tcp :80 preport=9",
     "10.96.0.1:80 allow; = allow"},

    {"K8-118 an address of the node", "203.0.113.1 > 192.168.0.1 tcp :8888",
     "pod:x/edge:8888 allow; = allow"},
    {"K8-119 in the other family", "fd00::1 > fd00::99 tcp :443",
     "fd00::99:443 allow; = allow "
     "(no-endpoint)"},
    {"K8-115 one is unknown", "? > 10.96.0.5 tcp :80",
     "pod:x/part:80 allow; pod:x/part2:80 unknown; = mixed"},

    /* By name. */
    {"by name", "ops/client > service:x/edge tcp", "pod:x/edge:80 allow; = allow"},
    {"by name, its only port", "ops/client > service:x/edge", "pod:x/edge:80 allow; = allow"},
    {"by name and port", "ops/client > service:x/web:http",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; = mixed"},
    {"by name and number", "ops/client > service:x/web:53",
     "pod:x/open:53 allow; pod:x/shut:53 allow; = allow"},
    {"by name, port in the flow", "ops/client > service:x/web udp :53",
     "pod:x/open:53 allow; pod:x/shut:53 allow; = allow"},
    {"by name, no such port", "ops/client > service:x/web tcp :81", "10.96.0.1:81 allow; = allow"},
    {"by name, without address", "ops/client > service:x/bare", "pod:x/edge:80 allow; = allow"},
    {"by name and number, one of two", "ops/client > service:x/two:53 udp",
     "pod:x/edge:5301 allow; = allow"},
    {"by name, without address, source of both families", "ops/dual > service:x/bare",
     "pod:x/edge:80 allow; = allow"},
    {"by name, without address, slices of both families", "? > service:x/sliced",
     "203.0.113.8:80 allow; = allow (no-endpoint)"},
    {"by name, without address, the source's family", "fd00::1 > service:x/sliced",
     "fd00::8:80 allow; = allow (no-endpoint)"},
    /* K8-117 */
    {"headless", "ops/client > service:x/less tcp :9", "pod:x/edge:9 allow; = allow"},
    {"headless, by nodePort", "203.0.113.1 > 192.168.0.1 tcp :30099",
     "192.168.0.1:30099 allow; = allow (no-endpoint)"},
    {"an alias", "ops/client > service:x/alias tcp :80", "?:80 allow; = allow"},
    {"headless, port by number", "ops/client > service:x/less:80", "pod:x/edge:80 allow; = allow"},
    {"headless, port by name and number", "ops/client > service:x/less:a tcp :9",
     "pod:x/edge:9 allow; = allow"},
    {"headless, port by name", "ops/client > service:x/less:a", "pod:x/edge:8080 allow; = allow"},

    /* What the flow leaves open. */
    {"protocol unknown", "ops/client > 10.96.0.1 :80",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; 10.96.0.1:80 allow; = unknown {protocol}"},
    {"port unknown", "ops/client > 10.96.0.1 tcp",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; 10.96.0.1 allow; = unknown {destination_port}"},
    {"port unknown, but all the same", "ops/client > 10.96.0.2 tcp",
     "pod:x/edge:80 allow; 10.96.0.2 allow; = allow"},
    {"by name, port unknown", "ops/client > service:x/web udp",
     "pod:x/open:53 allow; pod:x/shut:53 allow; = allow"},
    {"by name, port and protocol unknown", "ops/client > service:x/web",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; pod:x/open:53 allow; pod:x/shut:53 allow; = "
     "unknown {protocol, destination_port}"},
    {"refused is a case, too", "ops/client > 10.96.0.3 tcp",
     "refused; 10.96.0.3 allow; = unknown {destination_port}"},
    {"a node, port unknown", "203.0.113.1 > 192.168.0.1 tcp",
     "pod:x/open:8080 allow; pod:x/shut:8080 deny; pod:x/edge:8888 allow; pod:x/edge:8443 allow; "
     "pod:x/edge:1 allow; 192.168.0.1 allow; = unknown {destination_port}"},
};

static struct compiled compiled;
static struct asked asked;

static void set_up(void)
{
    compile_resources(&compiled, CLUSTER, CALPOL_DIALECT_UPSTREAM);
    start_asking(&asked, compiled.ruleset);
}

static void tear_down(void)
{
    finish_asking(&asked);
    free_compiled(&compiled);
}

START_TEST(a_destination_becomes_its_backends)
{
    const char *legs = legs_of(&asked, cases[_i].flow);

    ck_assert_msg(strcmp(legs, cases[_i].legs) == 0, "%s: %s, expected %s", cases[_i].rule, legs,
                  cases[_i].legs);
}
END_TEST

/* The first leg of a flow. */
static struct cp_leg first_leg(const char *flow)
{
    struct cp_leg_walk walk = {0};
    struct cp_leg leg;

    ask(&asked, flow);
    ck_assert(cp_next_leg(&asked.world, &asked.flow, &walk, &leg));
    return leg;
}

static void expect_address(const struct calpol_address *address, const char *expected)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &asked.arena);
    cp_address_print(address, &buffer);
    expect_text(cp_buffer_text(&buffer), expected);
}

START_TEST(a_leg_remembers_what_it_was_before)
{
    struct cp_leg leg = first_leg("203.0.113.1 > 192.168.0.1 tcp :30080");

    ck_assert_int_eq(leg.via, CP_VIA_SERVICE);
    ck_assert(leg.flow.pre_dnat.present);
    ck_assert_uint_eq(leg.flow.pre_dnat.port, 30080);
    expect_address(&leg.flow.pre_dnat.address, "192.168.0.1");
    expect_address(&leg.flow.destination.address, "10.0.0.1");
    expect_address(&leg.flow.source.address, "203.0.113.1");
}
END_TEST

START_TEST(a_service_without_address_leaves_unknown_what_it_was_before)
{
    struct cp_leg leg = first_leg("ops/client > service:x/bare");
    struct cp_view view;

    ck_assert_int_eq(leg.flow.pre_dnat.address_known, CP_UNKNOWN);
    ck_assert_uint_eq(leg.flow.pre_dnat.port, 80);
    cp_view_init_pre_dnat(&view, &asked.world, &leg.flow);
    ck_assert(!view.sides[CP_DESTINATION].has_address);
    ck_assert(!view.sides[CP_DESTINATION].is_workload);
    ck_assert_uint_eq(view.sides[CP_DESTINATION].owner_count, 0);
}
END_TEST

START_TEST(source_and_backend_share_a_family)
{
    struct cp_leg leg = first_leg("ops/dual > service:x/bare");

    expect_address(&leg.flow.source.address, "10.0.9.8");
    expect_address(&leg.flow.destination.address, "10.0.0.3");
    ck_assert_uint_eq(leg.flow.family, 4);
}
END_TEST

START_TEST(a_headless_service_rewrites_nothing)
{
    struct cp_leg leg = first_leg("ops/client > service:x/less tcp :9");

    ck_assert(!leg.flow.pre_dnat.present);
}
END_TEST

START_TEST(what_is_mixed_hangs_on_nothing)
{
    struct calpol_verdict verdict;

    ask(&asked, "? > 10.96.0.5 tcp :80");
    cp_judge(&asked.world, &asked.flow, &verdict);
    ck_assert_uint_eq(verdict.action, CALPOL_ACTION_MIXED);
    ck_assert_uint_eq(verdict.depends_on, 0);
}
END_TEST

START_TEST(a_missing_port_of_a_service_is_told)
{
    struct cp_judgement judgement;

    ask(&asked, "ops/client > 10.96.0.1 tcp :81");
    ck_assert_int_eq(cp_judge_recorded(&asked.world, &asked.flow, &asked.arena, NULL, &judgement),
                     CALPOL_OK);
    ck_assert(judgement.port_is_missing);
    ask(&asked, "ops/client > 10.96.0.1 tcp :80");
    ck_assert_int_eq(cp_judge_recorded(&asked.world, &asked.flow, &asked.arena, NULL, &judgement),
                     CALPOL_OK);
    ck_assert(!judgement.port_is_missing);
}
END_TEST

START_TEST(legs_keep_what_they_have_in_common)
{
    struct calpol_verdict verdict;

    ask(&asked, "ops/client > 10.96.0.1 tcp :80");
    cp_judge(&asked.world, &asked.flow, &verdict);
    ck_assert_uint_eq(verdict.action, CALPOL_ACTION_MIXED);
    ck_assert_uint_eq(verdict.depends_on, 0);
    ck_assert_uint_eq(verdict.egress.action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(verdict.egress.rule, 0);
    ck_assert_uint_ne(verdict.egress.policy, CALPOL_NONE);
    ck_assert_uint_eq(verdict.ingress.action, CALPOL_ACTION_MIXED);
    ck_assert_uint_eq(verdict.ingress.policy, CALPOL_NONE);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/service");
    TCase *legs = tcase_create("legs");

    tcase_add_checked_fixture(legs, set_up, tear_down);
    tcase_add_loop_test(legs, a_destination_becomes_its_backends, 0, COUNT_OF(cases));
    tcase_add_test(legs, a_leg_remembers_what_it_was_before);
    tcase_add_test(legs, a_service_without_address_leaves_unknown_what_it_was_before);
    tcase_add_test(legs, source_and_backend_share_a_family);
    tcase_add_test(legs, a_headless_service_rewrites_nothing);
    tcase_add_test(legs, what_is_mixed_hangs_on_nothing);
    tcase_add_test(legs, a_missing_port_of_a_service_is_told);
    tcase_add_test(legs, legs_keep_what_they_have_in_common);
    suite_add_tcase(suite, legs);
    return suite;
}
