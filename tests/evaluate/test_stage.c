/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What several outcomes come to (EV-151, EV-153).
 */
#include "evaluate/stage.h"

#include "support/expect.h"
#include "support/suite.h"

static const struct cp_hit hits[] = {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}, {1, 0, 0}};

/* Outcomes in order: 'a' allow, 'd' deny, 'n' none; with the number of a hit, or '-'. */
static const struct {
    const char *outcomes;
    enum calpol_action action;
    int hit; /* -1: none */
} cases[] = {
    {"a0", CALPOL_ACTION_ALLOW, 0},       {"d2", CALPOL_ACTION_DENY, 2},
    {"n-", CALPOL_ACTION_NONE, -1},       {"a-", CALPOL_ACTION_ALLOW, -1},
    {"a0 a0", CALPOL_ACTION_ALLOW, 0},    {"a0 a1", CALPOL_ACTION_ALLOW, -1},
    {"a0 a2", CALPOL_ACTION_ALLOW, -1},   {"a0 a3", CALPOL_ACTION_ALLOW, -1},
    {"a0 a-", CALPOL_ACTION_ALLOW, 0}, /* the rule, or a fixed answer of the same action */
    {"a- a0", CALPOL_ACTION_ALLOW, -1},   {"a0 d1", CALPOL_ACTION_UNKNOWN, -1},
    {"a0 n-", CALPOL_ACTION_UNKNOWN, -1}, {"d0 n- a1", CALPOL_ACTION_UNKNOWN, -1},
};

static enum calpol_action action_of(char letter)
{
    if (letter == 'n')
        return CALPOL_ACTION_NONE;
    return letter == 'a' ? CALPOL_ACTION_ALLOW : CALPOL_ACTION_DENY;
}

START_TEST(outcomes_of_one_action_are_definite_and_of_one_hit_decided)
{
    struct cp_stage stage;

    cp_stage_init(&stage, CALPOL_STAGE_WORKLOAD_INGRESS, CP_INGRESS, 0);
    stage.reason = CALPOL_REASON_FORWARD_PASS;
    for (const char *at = cases[_i].outcomes; *at; at += at[2] ? 3 : 2)
        cp_stage_add(&stage, action_of(at[0]), at[1] == '-' ? NULL : &hits[at[1] - '0']);
    cp_stage_settle(&stage);
    ck_assert_uint_eq(stage.action, cases[_i].action);
    ck_assert_int_eq(stage.decided, cases[_i].hit >= 0);
    if (cases[_i].hit >= 0)
        ck_assert_mem_eq(&stage.hit, &hits[cases[_i].hit], sizeof(stage.hit));
    ck_assert_int_eq(stage.reason == CALPOL_REASON_NONE, cases[_i].action == CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(cp_stage_has_flow_log(&stage), cases[_i].action != CALPOL_ACTION_UNKNOWN);
}
END_TEST

START_TEST(untracked_and_uncertain_stages_have_no_flow_log)
{
    struct cp_stage stage;

    cp_stage_init(&stage, CALPOL_STAGE_UNTRACKED_INGRESS, CP_INGRESS, 0);
    cp_stage_add(&stage, CALPOL_ACTION_ALLOW, &hits[0]);
    cp_stage_settle(&stage);
    ck_assert(!cp_stage_has_flow_log(&stage));
    stage.name = CALPOL_STAGE_PREDNAT_INGRESS;
    ck_assert(cp_stage_has_flow_log(&stage));
    stage.certain = false;
    ck_assert(!cp_stage_has_flow_log(&stage));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/stage");
    TCase *outcomes = tcase_create("outcomes");

    tcase_add_loop_test(outcomes, outcomes_of_one_action_are_definite_and_of_one_hit_decided, 0,
                        COUNT_OF(cases));
    tcase_add_test(outcomes, untracked_and_uncertain_stages_have_no_flow_log);
    suite_add_tcase(suite, outcomes);
    return suite;
}
