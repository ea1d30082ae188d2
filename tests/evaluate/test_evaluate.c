/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts from stages (EV-50, EV-51, EV-154, EV-167), and in the form of the public interface.
 */
#include "evaluate/evaluate.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/snippets.h"
#include "support/suite.h"

#define RULES(port, action)                                                                        \
    "[{action: " action ", protocol: TCP, destination: {ports: [" port "]}}, {action: Allow}]"

/* out closes 81 on the way out, in closes 82 and UDP on the way in. */
#define CLUSTER                                                                                    \
    POD("x", "a", "app: a", "", "{ip: 10.0.0.1}")                                                  \
    POD("x", "b", "app: b", "", "{ip: 10.0.0.2}")                                                  \
    POLICY("x", "out", "selector: \"app == 'a'\", egress: " RULES("81", "Deny"))                   \
    POLICY("x", "in",                                                                              \
           "selector: \"app == 'b'\", ingress: [{action: Deny, protocol: UDP}, "                   \
           "{action: Deny, protocol: TCP, destination: {ports: [82]}}, {action: "                  \
           "Allow}]")                                                                              \
    SERVICE("x", "s", "clusterIP: 10.96.0.1, selector: {app: b}, ports: [{port: 80}]")

static struct compiled compiled;
static struct asked asked;

static void set_up(void)
{
    compile_resources(&compiled, CLUSTER, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
}

static void tear_down(void)
{
    finish_asking(&asked);
    free_compiled(&compiled);
}

#define OUT(rest) "workload-egress " rest
#define IN(rest) "workload-ingress " rest

static const struct {
    const char *flow, *result;
} cases[] = {
    {"x/a > x/b tcp :80", "allow: " OUT("allow np:x/out[1]") "; " IN("allow np:x/in[2]")},
    {"x/a > x/b tcp :81",
     "deny by workload-egress: " OUT("deny np:x/out[0]") "; " IN("allow np:x/in[2]")},
    {"x/a > x/b tcp :82",
     "deny by workload-ingress: " OUT("allow np:x/out[1]") "; " IN("deny np:x/in[1]")},
    /* EV-154: a definite deny, whatever is unknown elsewhere. */
    {"x/a > x/b udp",
     "deny by workload-ingress: " OUT("allow np:x/out[1]") "; " IN("deny np:x/in[0]")},
    /* Only the stages that may deny tell what the verdict hangs on. */
    {"x/a > x/b :81",
     "unknown {protocol}: " OUT("unknown {protocol}") "; " IN("unknown {protocol}")},
    {"x/a > x/b tcp", "unknown {destination_port}: " OUT("unknown {destination_port}") "; " IN(
                          "unknown {destination_port}")},
    {"x/a > x/b icmp", "allow: " OUT("allow np:x/out[1]") "; " IN("allow np:x/in[2]")},
    {"x/a > 203.0.113.1",
     "unknown {protocol, destination_port}: " OUT("unknown {protocol, destination_port}")},
};

START_TEST(a_verdict_is_what_its_stages_come_to)
{
    expect_string(result_of(&asked, cases[_i].flow), cases[_i].result);
}
END_TEST

START_TEST(a_verdict_names_stage_tier_policy_and_rule)
{
    struct calpol_verdict verdict;

    ask(&asked, "x/a > x/b tcp :82");
    cp_judge(&asked.world, &asked.flow, &verdict);
    ck_assert_uint_eq(verdict.action, CALPOL_ACTION_DENY);
    ck_assert_uint_eq(verdict.decided_by, CALPOL_STAGE_WORKLOAD_INGRESS);
    ck_assert_uint_eq(verdict.depends_on, 0);
    ck_assert_uint_eq(verdict.egress.action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(verdict.ingress.action, CALPOL_ACTION_DENY);
    ck_assert_uint_eq(verdict.ingress.stage, CALPOL_STAGE_WORKLOAD_INGRESS);
    ck_assert_int_eq(verdict.ingress.rule, 1);
    expect_text(compiled.ruleset->policies[verdict.ingress.policy]->label, "np:x/in");
    expect_text(compiled.ruleset->tiers[verdict.ingress.tier].name, "default");
}
END_TEST

START_TEST(a_direction_that_nobody_polices_has_no_decision)
{
    struct calpol_verdict verdict;

    ask(&asked, "203.0.113.1 > x/b tcp :80");
    cp_judge(&asked.world, &asked.flow, &verdict);
    ck_assert_uint_eq(verdict.egress.action, CALPOL_ACTION_NONE);
    ck_assert_uint_eq(verdict.egress.stage, CALPOL_STAGE_NONE);
    ck_assert_uint_eq(verdict.egress.policy, CALPOL_NONE);
    ck_assert_uint_eq(verdict.ingress.action, CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(an_unknown_verdict_has_dependencies_and_no_rule)
{
    struct calpol_verdict verdict;

    ask(&asked, "x/a > x/b :81");
    cp_judge(&asked.world, &asked.flow, &verdict);
    ck_assert_uint_eq(verdict.action, CALPOL_ACTION_UNKNOWN);
    ck_assert_uint_eq(verdict.depends_on, CALPOL_DEPENDS_PROTOCOL);
    ck_assert_uint_eq(verdict.decided_by, CALPOL_STAGE_NONE);
    ck_assert_uint_eq(verdict.egress.action, CALPOL_ACTION_UNKNOWN);
    ck_assert_uint_eq(verdict.egress.policy, CALPOL_NONE);
    ck_assert_uint_eq(verdict.egress.tier, CALPOL_NONE);
}
END_TEST

static int judge(const struct calpol_allocator *allocator, void *context)
{
    struct cp_judgement judgement;
    struct cp_recorder recorder;
    struct cp_arena arena;
    int status;

    (void)context;
    cp_arena_init(&arena, allocator);
    cp_recorder_init(&recorder, &arena);
    status = cp_judge_recorded(&asked.world, &asked.flow, &arena, &recorder, &judgement);
    cp_arena_finish(&arena);
    return status;
}

START_TEST(a_recorded_judgement_survives_a_lack_of_memory)
{
    ask(&asked, "x/a > 10.96.0.1 tcp :80");
    for_each_failure(judge, NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/evaluate");
    TCase *verdicts = tcase_create("verdicts");

    tcase_add_checked_fixture(verdicts, set_up, tear_down);
    tcase_add_loop_test(verdicts, a_verdict_is_what_its_stages_come_to, 0, COUNT_OF(cases));
    tcase_add_test(verdicts, a_verdict_names_stage_tier_policy_and_rule);
    tcase_add_test(verdicts, a_direction_that_nobody_polices_has_no_decision);
    tcase_add_test(verdicts, an_unknown_verdict_has_dependencies_and_no_rule);
    tcase_add_test(verdicts, a_recorded_judgement_survives_a_lack_of_memory);
    suite_add_tcase(suite, verdicts);
    return suite;
}
