/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failsafe ports (EV-125): what they say, and what they do.
 */
#include "evaluate/failsafe.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define HOST NODE("n1", INTERNAL("192.168.0.1"))

static const struct {
    const char *inbound; /* option failsafe_inbound; NULL: as it is */
    const char *flow;
    enum cp_direction direction;
    bool before_nat, replies;
    const char *expected;
} failsafes[] = {
    {NULL, "203.0.113.1 > node:n1 tcp :22", CP_INGRESS, false, false, "yes"},
    {NULL, "203.0.113.1 > node:n1 udp :22", CP_INGRESS, false, false, "no"},
    {NULL, "203.0.113.1 > node:n1 tcp :23", CP_INGRESS, false, false, "no"},
    {NULL, "203.0.113.1 > node:n1 tcp", CP_INGRESS, false, false, "maybe {destination_port}"},
    {NULL, "203.0.113.1 > node:n1 :22", CP_INGRESS, false, false, "maybe {protocol}"},
    {NULL, "203.0.113.1 > node:n1 icmp", CP_INGRESS, false, false, "no"},
    {NULL, "node:n1 > 203.0.113.1 udp :53", CP_EGRESS, false, false, "yes"},
    {NULL, "node:n1 > 203.0.113.1 tcp :22", CP_EGRESS, false, false, "no"},
    {"none", "203.0.113.1 > node:n1 tcp :22", CP_INGRESS, false, false, "no"},
    {"", "203.0.113.1 > node:n1 tcp :22", CP_INGRESS, false, false, "no"},
    {"tcp:203.0.113.0/24:22", "203.0.113.1 > node:n1 tcp :22", CP_INGRESS, false, false, "yes"},
    {"tcp:203.0.113.0/24:22", "203.0.112.1 > node:n1 tcp :22", CP_INGRESS, false, false, "no"},
    {"tcp:203.0.113.0/24:22", "? > node:n1 tcp :22", CP_INGRESS, false, false, "maybe {source.ip}"},
    {"tcp:0.0.0.0/0:22", "? > node:n1 tcp :22", CP_INGRESS, false, false, "yes"},
    {"tcp:[fd00::/8]:22", "? > node:n1 tcp :22", CP_INGRESS, false, false, "no"},
    /* The port before NAT is another one. */
    {NULL, "203.0.113.1 > node:n1 tcp :80 preport=22", CP_INGRESS, true, false, "yes"},
    {NULL, "203.0.113.1 > node:n1 tcp :80 preport=22", CP_INGRESS, false, false, "no"},
    /* Replies come from ports of the other direction. */
    {NULL, "203.0.113.1 > node:n1 udp 53: :9999", CP_INGRESS, true, true, "yes"},
    {NULL, "203.0.113.1 > node:n1 udp 53: :9999", CP_INGRESS, true, false, "no"},
    {NULL, "203.0.113.1 > node:n1 udp :9999", CP_INGRESS, true, true, "maybe {source_port}"},
};

START_TEST(failsafe_ports_are_three_valued)
{
    struct compiled compiled;
    struct asked asked;
    const char *actual;

    compile_resources(&compiled, HOST, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    if (failsafes[_i].inbound)
        ck_assert_int_eq(cp_options_set(&asked.options, &asked.arena, CP_TEXT("failsafe_inbound"),
                                        cp_text_from(failsafes[_i].inbound)),
                         CALPOL_OK);
    ask(&asked, failsafes[_i].flow);
    actual = tri_text(&asked, cp_failsafe(&asked.world, &asked.flow, 0, failsafes[_i].direction,
                                          failsafes[_i].before_nat, failsafes[_i].replies));
    ck_assert_msg(strcmp(actual, failsafes[_i].expected) == 0, "%s: %s, expected %s",
                  failsafes[_i].flow, actual, failsafes[_i].expected);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

#define CLOSED HOST HOST_ENDPOINT("e", "h: e", "node: n1, interfaceName: e")

static const struct {
    const char *resources, *flow, *result;
} effects[] = {
    {CLOSED, "203.0.113.1 > node:n1 tcp :22", "allow: host-ingress allow (failsafe)"},
    {CLOSED, "203.0.113.1 > node:n1 tcp :80",
     "deny by host-ingress: host-ingress deny pro:__NO_MATCH__[-1]"},
    {CLOSED, "203.0.113.1 > node:n1 tcp",
     "unknown {destination_port}: host-ingress unknown {destination_port}"},
    {CLOSED GLOBAL_POLICY("u",
                          "selector: has(h), doNotTrack: true, applyOnForward: true, ingress: "
                          "[{action: Deny}]"),
     "203.0.113.1 > node:n1 tcp :22",
     "allow: untracked-ingress none (failsafe); host-ingress allow (failsafe)"},
    /* EV-195: the node's own list, which is empty. */
    {CLOSED CALICO("FelixConfiguration", "name: node.n1", "failsafeInboundHostPorts: []"),
     "203.0.113.1 > node:n1 tcp :22",
     "deny by host-ingress: host-ingress deny pro:__NO_MATCH__[-1]"},
    {CLOSED CALICO("FelixConfiguration", "name: node.n2", "failsafeInboundHostPorts: []"),
     "203.0.113.1 > node:n1 tcp :22", "allow: host-ingress allow (failsafe)"},
};

START_TEST(failsafe_ports_come_before_policy)
{
    struct compiled compiled;
    struct asked asked;

    compile_resources(&compiled, effects[_i].resources, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    expect_string(result_of(&asked, effects[_i].flow), effects[_i].result);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/failsafe");
    TCase *ports = tcase_create("ports");

    tcase_add_loop_test(ports, failsafe_ports_are_three_valued, 0, COUNT_OF(failsafes));
    tcase_add_loop_test(ports, failsafe_ports_come_before_policy, 0, COUNT_OF(effects));
    suite_add_tcase(suite, ports);
    return suite;
}
