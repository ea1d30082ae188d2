/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of an evaluation, step by step, for traces and explanations.
 *
 * Evaluation reports each step to a recorder if it is given one; it does the same work and comes to
 * the same result without. Steps live in an arena. When memory runs out the recorder takes nothing
 * more and says so at the end (failed); the evaluation goes on.
 */
#ifndef CP_EVALUATE_RECORD_H
#define CP_EVALUATE_RECORD_H

#include "base/array.h"
#include "evaluate/match.h"

/* The comment tells which fields of struct cp_step are set beside type and stage. */
enum cp_step_type {
    CP_STEP_ENDPOINT, /* owner: what follows is the walk of this host endpoint. Where several may
                         govern (EV-120), a stage has the steps of each, one after the other */
    CP_STEP_FAILSAFE, /* action: what a failsafe port gives (EV-125); certain, or with depends */
    CP_STEP_SKIP,     /* tier, policy, skip: it selects the endpoint, but does not take part */
    CP_STEP_TIER,     /* tier: it takes part; its governing policies follow (EV-60) */
    CP_STEP_POLICY,   /* tier, policy: its rules follow. Profiles have tier CP_NONE */
    CP_STEP_MISS,     /* tier, policy, rule, answers: the rule does not match */
    CP_STEP_LOG,      /* tier, policy, rule, answers, match: a Log rule matches or may match */
    CP_STEP_MATCH,    /* tier, policy, rule, action, match, certain, answers: a rule with Allow,
                         Deny or Pass matches or may match. Entry of the trace (EV-162) */
    CP_STEP_TIER_END, /* tier, policy: the one it is charged to (EV-165), rule -1, action, certain:
                         no rule of the tier matched for certain. Entry of the trace, but not in
                         untracked and pre-DNAT stages, where its action is NONE (EV-68) */
    CP_STEP_PROFILE_PASS, /* tier, policy, rule, match, certain, answers: a Pass that leads to the
                             next profile (EV-111 with profile_pass=next-profile) */
    CP_STEP_NO_PROFILE,   /* action DENY, rule -1, certain: EV-113. Entry of the trace */
    CP_STEP_OWN_NODE,     /* tier, policy, certain: in place of NetworkPolicies (K8-52) */
    CP_STEP_FORWARD,      /* action ALLOW, certain: end of a forward walk (EV-69) */
    CP_STEP_FIXED,        /* action, reason, certain: an answer that no policy gives, or may give */
    CP_STEP_TYPE_COUNT
};

enum cp_skip { CP_SKIP_NONE, CP_SKIP_DIRECTION, CP_SKIP_STAGED, CP_SKIP_SET };

struct cp_step {
    uint8_t type;   /* enum cp_step_type */
    uint8_t stage;  /* index in the result's stages */
    uint8_t action; /* enum calpol_action */
    uint8_t reason; /* enum calpol_reason */
    uint8_t skip;   /* enum cp_skip */
    uint8_t match;  /* enum cp_answer: YES or MAYBE */
    bool certain;   /* false: on some branches only (EV-151) */
    uint32_t owner;
    uint32_t tier, policy;
    int32_t rule;
    uint32_t depends; /* what a maybe depends on */
    struct cp_rule_answers answers;
};

struct cp_recorder {
    struct cp_arena *arena;
    CP_ARRAY(struct cp_step) steps;
    uint8_t stage; /* of the steps to come */
    bool failed;   /* no memory: steps are missing */
};

void cp_recorder_init(struct cp_recorder *recorder, struct cp_arena *arena);

void cp_recorder_add(struct cp_recorder *recorder, const struct cp_step *step);

/* Adds a step; recorder may be NULL. Inline, so that without one not even the step is made. */
static inline void cp_record(struct cp_recorder *recorder, struct cp_step step)
{
    if (recorder)
        cp_recorder_add(recorder, &step);
}

/* Number of steps so far; 0 without a recorder. */
static inline uint32_t cp_record_position(const struct cp_recorder *recorder)
{
    return recorder ? recorder->steps.count : 0;
}

/* Takes certainty from all steps from a position on. */
void cp_record_doubt(struct cp_recorder *recorder, uint32_t first);

/* Brings the steps from a position on into order of their stages, keeping the order within each. */
void cp_record_sort(struct cp_recorder *recorder, uint32_t first);

#endif
