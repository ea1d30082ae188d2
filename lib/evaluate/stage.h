/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One stage of an evaluation (EV-40): its possible outcomes, and what they come to (EV-151,
 * EV-153).
 */
#ifndef CP_EVALUATE_STAGE_H
#define CP_EVALUATE_STAGE_H

#include "ruleset/ruleset.h"

#include "calpol/evaluate.h"

/* Policy of a hit where no profile matched (EV-113); its tier is CP_NONE and its rule -1. */
#define CP_POLICY_NO_MATCH (UINT32_MAX - 1)

/* The rule, end of tier or profile that an outcome comes from. */
struct cp_hit {
    uint32_t tier;   /* CP_NONE: a profile */
    uint32_t policy; /* number in the world, or CP_POLICY_NO_MATCH */
    int32_t rule;    /* -1: end of tier, or no profile matched */
};

struct cp_stage {
    enum calpol_stage name;
    enum cp_direction direction; /* of the policed endpoint; EGRESS for to-host */
    uint32_t owner; /* the endpoint whose policy is walked, number in the world; CP_NONE for
                       loopback and host-to-workload. Of several candidates the first (EV-120) */
    uint32_t candidate_count; /* host endpoints that may govern; 1 where only one does */

    /* Outcomes so far, as they come in: */
    uint8_t possible; /* bits 1 << CALPOL_ACTION_NONE, ALLOW, DENY */
    bool first_has_hit, has_hit, several_hits;
    struct cp_hit first_hit;
    uint32_t depends; /* of everything that may match */
    bool certain;     /* every entry of the trace is */

    /* What they come to; see cp_stage_settle. */
    uint8_t action; /* NONE, ALLOW, DENY; UNKNOWN: several of them possible */
    enum calpol_reason reason;
    bool decided; /* one rule, end of tier or profile decides: hit */
    struct cp_hit hit;

    uint32_t first_step, step_count; /* in the recorder */
};

/* A stage without outcomes. */
void cp_stage_init(struct cp_stage *stage,
                   enum calpol_stage name,
                   enum cp_direction direction,
                   uint32_t owner);

/* One more possible outcome: NONE, ALLOW or DENY. hit may be NULL. */
void cp_stage_add(struct cp_stage *stage, enum calpol_action action, const struct cp_hit *hit);

/* A stage with one fixed outcome. */
void cp_stage_fix(struct cp_stage *stage, enum calpol_action action, enum calpol_reason reason);

/* Fills in action, decided and hit from the outcomes (EV-153). */
void cp_stage_settle(struct cp_stage *stage);

static inline bool cp_stage_may(const struct cp_stage *stage, enum calpol_action action)
{
    return stage->possible >> action & 1;
}

/* Is this the only possible outcome? */
static inline bool cp_stage_surely(const struct cp_stage *stage, enum calpol_action action)
{
    return stage->possible == 1u << action;
}

/* Does the stage belong to egress or ingress of the result (EV-40), rather than standing beside? */
static inline bool cp_stage_is_main(const struct cp_stage *stage)
{
    return stage->name == CALPOL_STAGE_WORKLOAD_EGRESS ||
           stage->name == CALPOL_STAGE_WORKLOAD_INGRESS ||
           stage->name == CALPOL_STAGE_HOST_EGRESS || stage->name == CALPOL_STAGE_HOST_INGRESS;
}

/* Do flow-log strings belong to the stage (EV-162, EV-163): definite, certain, not untracked? */
bool cp_stage_has_flow_log(const struct cp_stage *stage);

#endif
