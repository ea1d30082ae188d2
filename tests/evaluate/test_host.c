/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host endpoints: which one governs a crossing (EV-120).
 */
#include "evaluate/host.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

/* Each host endpoint has its own policy, so that the result tells which one was asked. */
#define NAMED(name, spec, action)                                                                  \
    HOST_ENDPOINT(name, "h: " name, "node: n1, " spec)                                             \
    GLOBAL_POLICY(name, "selector: \"h == '" name "'\", applyOnForward: true, ingress: [{action: " \
                        "" action "}], egress: [{action: " action "}]")

#define TWO                                                                                        \
    NODE("n1", INTERNAL("192.168.0.1"))                                                            \
    POD("x", "a", "", "nodeName: n1", "{ip: 10.0.1.1}")                                            \
    NAMED("eth0", "interfaceName: eth0, expectedIPs: [192.168.0.1]", "Allow")                      \
    NAMED("eth1", "interfaceName: eth1, expectedIPs: [192.168.1.1]", "Deny")
#define WILD NAMED("any", "interfaceName: '*'", "Deny")
#define BY_ADDRESS NAMED("byip", "expectedIPs: [192.168.7.7, 10.0.1.1]", "Deny")

#define IN "workload-ingress allow pro:kns.x[0]"

static const struct {
    const char *fact;
    const char *resources, *flow, *result;
} choices[] = {
    {"named in the flow", TWO, "203.0.113.1 > hostendpoint:eth1 tcp :80",
     "deny by host-ingress: host-ingress deny gnp:eth1[0]"},
    {"by interface", TWO, "203.0.113.1 > node:n1 tcp :80 dif=eth1",
     "deny by host-ingress: host-ingress deny gnp:eth1[0]"},
    {"by interface before address", TWO, "203.0.113.1 > node:n1 tcp :80 dif=eth1 dip=192.168.0.1",
     "deny by host-ingress: host-ingress deny gnp:eth1[0]"},
    {"by address", TWO, "203.0.113.1 > node:n1 tcp :80 dip=192.168.1.1",
     "deny by host-ingress: host-ingress deny gnp:eth1[0]"},
    {"by the address of the node", TWO, "203.0.113.1 > node:n1 tcp :80",
     "allow: host-ingress allow gnp:eth0[0]"},
    {"an address alone leads to the host", TWO, "203.0.113.1 > 192.168.1.1 tcp :80",
     "deny by host-ingress: host-ingress deny gnp:eth1[0]"},
    {"an unknown interface without wildcard: nobody", TWO, "203.0.113.1 > node:n1 tcp :80 dif=eth9",
     "allow (no-endpoint)"},
    {"an unknown interface: the wildcard", TWO WILD, "203.0.113.1 > node:n1 tcp :80 dif=eth9",
     "deny by host-ingress: host-ingress deny gnp:any[0]"},
    {"without interface name, by its address", TWO BY_ADDRESS,
     "203.0.113.1 > node:n1 tcp :80 dif=eth9 dip=192.168.7.7",
     "deny by host-ingress: host-ingress deny gnp:byip[0]"},
    {"expected addresses mean nothing to forwarded traffic", TWO BY_ADDRESS,
     "203.0.113.1 > pod:x/a tcp :80 dif=eth9", "allow: " IN},
    {"nor without an interface", TWO BY_ADDRESS, "203.0.113.1 > pod:x/a tcp :80",
     "unknown {destination.interface}: forward-ingress unknown {destination.interface}; " IN},
    {"candidates of which one hangs on something else",
     POD("x", "a", "", "nodeName: n1", "{ip: 10.0.1.1}") NAMED("e1", "interfaceName: e1", "Allow")
         NAMED("e2", "interfaceName: e2", "Allow, protocol: UDP"),
     "203.0.113.1 > pod:x/a",
     "unknown {protocol, destination.interface}: forward-ingress unknown {protocol, "
     "destination.interface}; " IN},
    {"several candidates that differ", TWO, "203.0.113.1 > pod:x/a tcp :80",
     "unknown {destination.interface}: forward-ingress unknown {destination.interface}; " IN},
    {"the interface settles it", TWO, "203.0.113.1 > pod:x/a tcp :80 dif=eth0",
     "allow: forward-ingress allow gnp:eth0[0]; " IN},
    {"egress depends on the source's interface", TWO, "pod:x/a > 203.0.113.1 tcp :80",
     "unknown {source.interface}: workload-egress allow pro:kns.x[0]; forward-egress unknown "
     "{source.interface}"},
    {"candidates that agree are definite, without a rule",
     NODE("n1", INTERNAL("192.168.0.1")) NAMED("e1", "interfaceName: e1", "Deny")
         NAMED("e2", "interfaceName: e2", "Deny"),
     "203.0.113.1 > node:n1 tcp :80", "deny by host-ingress: host-ingress deny"},
};

START_TEST(the_host_endpoint_is_chosen_by_what_the_flow_tells)
{
    struct compiled compiled;
    struct asked asked;
    const char *result;

    compile_resources(&compiled, choices[_i].resources, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    result = result_of(&asked, choices[_i].flow);
    ck_assert_msg(strcmp(result, choices[_i].result) == 0, "%s: %s, expected %s", choices[_i].fact,
                  result, choices[_i].result);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_candidate_without_the_stage_leaves_the_flow_alone)
{
    struct compiled compiled;
    struct asked asked;

    compile_resources(
        &compiled,
        NODE("n1", INTERNAL("192.168.0.1")) HOST_ENDPOINT(
            "e1", "h: one", "node: n1, interfaceName: e1, profiles: [projectcalico-default-allow]")
            HOST_ENDPOINT("e2", "h: two",
                          "node: n1, interfaceName: e2, profiles: [projectcalico-default-allow]")
                GLOBAL_POLICY("u", "selector: \"h == 'two'\", doNotTrack: true, "
                                   "applyOnForward: true, ingress: [{action: Deny}]"),
        CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    expect_string(result_of(&asked, "203.0.113.1 > node:n1 tcp 1: :80"),
                  "unknown {destination.interface}: untracked-ingress unknown "
                  "{destination.interface}; host-ingress allow "
                  "pro:projectcalico-default-allow[0]");
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

START_TEST(the_steps_of_several_candidates_are_kept_by_stage)
{
    struct cp_recorder recorder;
    struct compiled compiled;
    struct cp_result result;
    struct asked asked;
    uint32_t endpoints = 0;

    compile_resources(&compiled, TWO, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    ask(&asked, "203.0.113.1 > pod:x/a tcp :80");
    cp_recorder_init(&recorder, &asked.arena);
    cp_evaluate(&asked.world, &asked.flow, &recorder, &result);
    ck_assert_uint_eq(result.stage_count, 2);
    ck_assert_uint_eq(result.stages[0].candidate_count, 2);
    ck_assert_uint_eq(result.stages[0].first_step, 0);
    ck_assert_uint_eq(result.stages[1].first_step, result.stages[0].step_count);
    ck_assert_uint_eq(result.stages[0].step_count + result.stages[1].step_count,
                      recorder.steps.count);
    for (uint32_t i = 0; i < result.stages[0].step_count; i++) {
        endpoints += recorder.steps.items[i].type == CP_STEP_ENDPOINT;
        ck_assert(!recorder.steps.items[i].certain);
    }
    ck_assert_uint_eq(endpoints, 2);
    ck_assert(!cp_stage_has_flow_log(&result.stages[0]));
    ck_assert(cp_stage_has_flow_log(&result.stages[1]));
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/host");
    TCase *choice = tcase_create("choice");

    tcase_add_loop_test(choice, the_host_endpoint_is_chosen_by_what_the_flow_tells, 0,
                        COUNT_OF(choices));
    tcase_add_test(choice, a_candidate_without_the_stage_leaves_the_flow_alone);
    tcase_add_test(choice, the_steps_of_several_candidates_are_kept_by_stage);
    suite_add_tcase(suite, choice);
    return suite;
}
