/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking tiers, policies, rules and profiles (evaluation.md, chapters 7, 9 and 11).
 */
#include "evaluate/walk.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

/* One pod, reached from outside: ingress is all there is to see. */
#define PODS POD("x", "a", "app: a", "", "{ip: 10.0.0.1}")
#define TO_POD "203.0.113.1 > pod:x/a tcp 1000: :80"
#define UNKNOWN_PORT "203.0.113.1 > pod:x/a tcp 1000:"

#define PORT(number) "protocol: TCP, destination: {ports: [" #number "]}"

static const struct {
    const char *fact;
    const char *resources, *flow;
    const char *result, *trace;
} cases[] = {
    {"without policies profiles decide", PODS, TO_POD, "allow: workload-ingress allow pro:kns.x[0]",
     "pro:kns.x[0] allow"},
    {"the first matching rule ends the tier (EV-61)",
     PODS GLOBAL_POLICY(
         "p",
         "ingress: [{action: Deny, " PORT(81) "}, {action: Allow, " PORT(80) "}, {action: Deny}]"),
     TO_POD, "allow: workload-ingress allow gnp:p[1]", "gnp:p[1] allow"},
    {"end of tier denies, charged to the last governing policy (EV-64, EV-165)",
     PODS GLOBAL_POLICY("b", "ingress: [{action: Allow, " PORT(81) "}]")
         GLOBAL_POLICY("a", "ingress: [{action: Allow, " PORT(82) "}]"),
     TO_POD, "deny by workload-ingress: workload-ingress deny gnp:b[-1]", "gnp:b[-1] deny"},
    {"a policy without rules governs (EV-66)", PODS GLOBAL_POLICY("p", ""), TO_POD,
     "deny by workload-ingress: workload-ingress deny gnp:p[-1]", "gnp:p[-1] deny"},
    {"a policy for the other direction does not (EV-60)",
     PODS GLOBAL_POLICY("p", "types: [Egress]"), TO_POD,
     "allow: workload-ingress allow pro:kns.x[0]", "pro:kns.x[0] allow"},
    {"a policy that does not select does not", PODS GLOBAL_POLICY("p", "selector: \"app == 'b'\""),
     TO_POD, "allow: workload-ingress allow pro:kns.x[0]", "pro:kns.x[0] allow"},
    {"pass leaves the tier (EV-62)",
     PODS TIER("t", "order: 1")
         GLOBAL_POLICY("p",
                       "tier: t, order: 1, ingress: [{action: Pass}, {action: "
                       "Deny}]") GLOBAL_POLICY("q", "tier: t, order: 9, ingress: [{action: Deny}]")
             GLOBAL_POLICY("r", "ingress: [{action: Allow}]"),
     TO_POD, "allow: workload-ingress allow gnp:r[0]", "gnp:p[0] pass, gnp:r[0] allow"},
    {"pass out of the last tier goes to profiles (EV-65)",
     PODS GLOBAL_POLICY("p", "ingress: [{action: Pass}]"), TO_POD,
     "allow: workload-ingress allow pro:kns.x[0]", "gnp:p[0] pass, pro:kns.x[0] allow"},
    {"a tier whose default is Pass passes at its end (EV-64)",
     PODS TIER("t", "order: 1, defaultAction: Pass") GLOBAL_POLICY("p", "tier: t")
         GLOBAL_POLICY("q", "ingress: [{action: Allow}]"),
     TO_POD, "allow: workload-ingress allow gnp:q[0]", "gnp:p[-1] pass, gnp:q[0] allow"},
    {"tiers go by order, and without order last (EV-20)",
     PODS TIER("late", "") TIER("early", "order: 5")
         GLOBAL_POLICY("l", "tier: late, ingress: [{action: Deny}]")
             GLOBAL_POLICY("e", "tier: early, ingress: [{action: Allow}]"),
     TO_POD, "allow: workload-ingress allow gnp:e[0]", "gnp:e[0] allow"},
    {"log is recorded and ends nothing (EV-63)",
     PODS GLOBAL_POLICY("p",
                        "ingress: [{action: Log}, {action: Log, " PORT(81) "}, {action: "
                                                                           "Allow}]"),
     TO_POD, "allow: workload-ingress allow gnp:p[2]", "gnp:p[0] log, gnp:p[2] allow"},
    {"staged policies are not looked at (EV-67)",
     PODS STAGED_POLICY("s", "ingress: [{action: Deny}]"), TO_POD,
     "allow: workload-ingress allow pro:kns.x[0]", "pro:kns.x[0] allow"},
    {"a pre-DNAT policy means nothing to a workload (EV-35)",
     PODS GLOBAL_POLICY("p", "preDNAT: true, applyOnForward: true, ingress: [{action: Deny}]"),
     TO_POD, "allow: workload-ingress allow pro:kns.x[0]", "pro:kns.x[0] allow"},
    {"a forward policy is an ordinary one to a workload (EV-36)",
     PODS GLOBAL_POLICY("p", "applyOnForward: true, ingress: [{action: Deny}]"), TO_POD,
     "deny by workload-ingress: workload-ingress deny gnp:p[0]", "gnp:p[0] deny"},

    /* What is not known (EV-151, EV-153). */
    {"a maybe adds its action and the walk goes on",
     PODS GLOBAL_POLICY("p", "ingress: [{action: Allow, " PORT(80) "}]"), UNKNOWN_PORT,
     "unknown {destination_port}: workload-ingress unknown {destination_port}",
     "gnp:p[0] allow?, gnp:p[-1] deny?"},
    {"a certain end behind a maybe is one outcome more",
     PODS GLOBAL_POLICY("p", "ingress: [{action: Deny, " PORT(80) "}, {action: Allow}]"),
     UNKNOWN_PORT, "unknown {destination_port}: workload-ingress unknown {destination_port}",
     "gnp:p[0] deny?, gnp:p[1] allow?"},
    {"outcomes of one action are definite, without a rule",
     PODS GLOBAL_POLICY("p", "ingress: [{action: Allow, " PORT(80) "}, {action: Allow}]"),
     UNKNOWN_PORT, "allow: workload-ingress allow", "gnp:p[0] allow?, gnp:p[1] allow?"},
    {"a maybe pass looks at the rest of the tier and at the next",
     PODS TIER("t", "order: 1")
         GLOBAL_POLICY("p", "tier: t, ingress: [{action: Pass, " PORT(80) "}, {action: Deny}]")
             GLOBAL_POLICY("q", "ingress: [{action: Allow}]"),
     UNKNOWN_PORT, "unknown {destination_port}: workload-ingress unknown {destination_port}",
     "gnp:p[0] pass?, gnp:p[1] deny?, gnp:q[0] allow?"},
    {"a maybe pass before a certain deny, and a deny in the next tier",
     PODS TIER("t", "order: 1")
         GLOBAL_POLICY("p", "tier: t, ingress: [{action: Pass, " PORT(80) "}, {action: Deny}]")
             GLOBAL_POLICY("q", "ingress: [{action: Deny}]"),
     UNKNOWN_PORT, "deny by workload-ingress: workload-ingress deny",
     "gnp:p[0] pass?, gnp:p[1] deny?, gnp:q[0] deny?"},
    {"a maybe log changes nothing but is marked",
     PODS GLOBAL_POLICY("p", "ingress: [{action: Log, " PORT(80) "}, {action: Allow}]"),
     UNKNOWN_PORT, "allow: workload-ingress allow gnp:p[1]", "gnp:p[0] log?, gnp:p[1] allow"},
    {"what is not known but does not matter does not show",
     PODS GLOBAL_POLICY("p",
                        "ingress: [{action: Allow, " PORT(80) ", source: {nets: "
                                                              "[10.0.0.0/8]}}]"),
     UNKNOWN_PORT, "deny by workload-ingress: workload-ingress deny gnp:p[-1]", "gnp:p[-1] deny"},

    /* Profiles (chapter 9). */
    {"profiles go in order, a matching rule ends",
     POD("other", "z", "", "", "")
         CALICO("WorkloadEndpoint",
                "name: w, namespace: x",
                "orchestrator: k8s, node: one, workload: w, endpoint: e, pod: w, interfaceName: i, "
                "ipNetworks: [10.0.0.1/32], profiles: [one, two]")
             PROFILE("one", "ingress: [{action: Log}, {action: Deny, " PORT(81) "}]")
                 PROFILE("two", "ingress: [{action: Deny, " PORT(80) "}]"),
     "203.0.113.1 > x/w tcp :80", "deny by workload-ingress: workload-ingress deny pro:two[0]",
     "pro:one[0] log, pro:two[0] deny"},
    {"no profile matches: deny (EV-113)",
     CALICO("WorkloadEndpoint",
            "name: w, namespace: x",
            "orchestrator: k8s, node: one, workload: w, endpoint: e, pod: w, interfaceName: i, "
            "ipNetworks: [10.0.0.1/32]"),
     "203.0.113.1 > x/w", "deny by workload-ingress: workload-ingress deny pro:__NO_MATCH__[-1]",
     "pro:__NO_MATCH__[-1] deny"},
    {"a missing profile denies before a good one (EV-112)",
     CALICO("WorkloadEndpoint",
            "name: w, namespace: x",
            "orchestrator: k8s, node: one, workload: w, endpoint: e, pod: w, interfaceName: i, "
            "ipNetworks: [10.0.0.1/32], profiles: [gone, kns.x]"),
     "203.0.113.1 > x/w", "deny by workload-ingress: workload-ingress deny pro:gone[0]",
     "pro:gone[0] deny"},
    {"pass in a profile denies (EV-111)",
     CALICO("WorkloadEndpoint",
            "name: w, namespace: x",
            "orchestrator: k8s, node: one, workload: w, endpoint: e, pod: w, interfaceName: i, "
            "ipNetworks: [10.0.0.1/32], profiles: [one, kns.x]")
         PROFILE("one", "ingress: [{action: Pass}]"),
     "203.0.113.1 > x/w", "deny by workload-ingress: workload-ingress deny pro:one[0]",
     "pro:one[0] deny"},
};

START_TEST(walks_end_as_they_should)
{
    struct compiled compiled;
    struct asked asked;
    const char *result, *trace;

    compile_resources(&compiled, cases[_i].resources, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    result = result_of(&asked, cases[_i].flow);
    trace = trace_of(&asked, cases[_i].flow);
    ck_assert_msg(strcmp(result, cases[_i].result) == 0, "%s: %s, expected %s", cases[_i].fact,
                  result, cases[_i].result);
    ck_assert_msg(strcmp(trace, cases[_i].trace) == 0, "%s: %s, expected %s", cases[_i].fact, trace,
                  cases[_i].trace);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

/* ---- Options ------------------------------------------------------------------------------- */

#define WITH_PROFILES(list)                                                                        \
    CALICO("WorkloadEndpoint", "name: w, namespace: x",                                            \
           "orchestrator: k8s, node: one, workload: w, endpoint: e, pod: w, interfaceName: i, "    \
           "ipNetworks: [10.0.0.1/32], profiles: [" list "]")

static const struct {
    const char *resources, *option, *value, *flow, *result;
} option_cases[] = {
    {PODS STAGED_POLICY("s", "ingress: [{action: Deny}]"), "scope", "pending", TO_POD,
     "deny by workload-ingress: workload-ingress deny sgnp:s[0]"},
    {PODS GLOBAL_POLICY("a", "") GLOBAL_POLICY("b", ""), "default_hit", "first", TO_POD,
     "deny by workload-ingress: workload-ingress deny gnp:a[-1]"},
    {WITH_PROFILES("one, two") PROFILE("one", "ingress: [{action: Pass}, {action: Deny}]")
         PROFILE("two", "ingress: [{action: Allow}]"),
     "profile_pass", "next-profile", "203.0.113.1 > x/w",
     "allow: workload-ingress allow pro:two[0]"},
    /* A Pass that may match leads on, and the rest of its profile counts, too. */
    {WITH_PROFILES("one, two")
         PROFILE("one", "ingress: [{action: Pass, " PORT(80) "}, {action: Deny}]")
             PROFILE("two", "ingress: [{action: Allow}]"),
     "profile_pass", "next-profile", "203.0.113.1 > x/w tcp",
     "unknown {destination_port}: workload-ingress unknown {destination_port}"},
};

START_TEST(options_change_walks)
{
    struct compiled compiled;
    struct asked asked;

    compile_resources(&compiled, option_cases[_i].resources, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    ck_assert_int_eq(cp_options_set(&asked.options, &asked.arena,
                                    cp_text_from(option_cases[_i].option),
                                    cp_text_from(option_cases[_i].value)),
                     CALPOL_OK);
    expect_string(result_of(&asked, option_cases[_i].flow), option_cases[_i].result);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

/* ---- Steps --------------------------------------------------------------------------------- */

START_TEST(the_record_tells_what_was_looked_at)
{
    static const struct {
        enum cp_step_type type;
        const char *policy; /* label; NULL: does not matter */
        int32_t rule;
    } expected[] = {
        {CP_STEP_SKIP, "gnp:out", 0},     {CP_STEP_TIER, NULL, 0},
        {CP_STEP_POLICY, "gnp:p", 0},     {CP_STEP_MISS, "gnp:p", 0},
        {CP_STEP_LOG, "gnp:p", 1},        {CP_STEP_MATCH, "gnp:p", 2},
        {CP_STEP_POLICY, "pro:kns.x", 0}, {CP_STEP_MATCH, "pro:kns.x", 0},
    };
    struct cp_recorder recorder;
    struct compiled compiled;
    struct cp_result result;
    struct asked asked;

    compile_resources(&compiled,
                      PODS GLOBAL_POLICY("out", "order: 1, types: [Egress]")
                          GLOBAL_POLICY("p", "ingress: [{action: Deny, " PORT(
                                                 81) "}, {action: Log}, {action: Pass}]"),
                      CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
    ask(&asked, TO_POD);
    cp_recorder_init(&recorder, &asked.arena);
    cp_evaluate(&asked.world, &asked.flow, &recorder, &result);
    ck_assert_uint_eq(recorder.steps.count, COUNT_OF(expected));
    for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
        const struct cp_step *step = &recorder.steps.items[i];

        ck_assert_int_eq(step->type, expected[i].type);
        ck_assert_int_eq(step->rule, expected[i].rule);
        ck_assert(step->certain);
        if (expected[i].policy)
            expect_text(cp_world_policy(&asked.world, step->policy)->label, expected[i].policy);
    }
    ck_assert_uint_eq(recorder.steps.items[0].skip, CP_SKIP_DIRECTION);
    ck_assert_uint_eq(recorder.steps.items[3].answers.no, 1u << CP_CRITERION_DESTINATION_PORTS);
    finish_asking(&asked);
    free_compiled(&compiled);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/walk");
    TCase *walks = tcase_create("walks");

    tcase_add_loop_test(walks, walks_end_as_they_should, 0, COUNT_OF(cases));
    tcase_add_loop_test(walks, options_change_walks, 0, COUNT_OF(option_cases));
    tcase_add_test(walks, the_record_tells_what_was_looked_at);
    suite_add_tcase(suite, walks);
    return suite;
}
