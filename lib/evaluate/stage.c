/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering the outcomes of a stage. Outcomes are not kept: their actions are a set of bits, and of
 * their hits it only matters whether there is one or several.
 */
#include "evaluate/stage.h"

void cp_stage_init(struct cp_stage *stage,
                   enum calpol_stage name,
                   enum cp_direction direction,
                   uint32_t owner)
{
    *stage = (struct cp_stage){
        .name = name,
        .direction = direction,
        .owner = owner,
        .candidate_count = 1,
        .certain = true,
    };
}

static bool same_hit(const struct cp_hit *a, const struct cp_hit *b)
{
    return a->tier == b->tier && a->policy == b->policy && a->rule == b->rule;
}

void cp_stage_add(struct cp_stage *stage, enum calpol_action action, const struct cp_hit *hit)
{
    if (!stage->possible)
        stage->first_has_hit = hit != NULL;
    stage->possible |= (uint8_t)(1u << action);
    if (!hit)
        return;
    if (stage->has_hit && !same_hit(&stage->first_hit, hit))
        stage->several_hits = true;
    if (!stage->has_hit)
        stage->first_hit = *hit;
    stage->has_hit = true;
}

void cp_stage_fix(struct cp_stage *stage, enum calpol_action action, enum calpol_reason reason)
{
    cp_stage_add(stage, action, NULL);
    stage->reason = reason;
}

void cp_stage_settle(struct cp_stage *stage)
{
    if (cp_stage_surely(stage, CALPOL_ACTION_ALLOW))
        stage->action = CALPOL_ACTION_ALLOW;
    else if (cp_stage_surely(stage, CALPOL_ACTION_DENY))
        stage->action = CALPOL_ACTION_DENY;
    else if (cp_stage_surely(stage, CALPOL_ACTION_NONE))
        stage->action = CALPOL_ACTION_NONE;
    else
        stage->action = CALPOL_ACTION_UNKNOWN;
    if (stage->action == CALPOL_ACTION_UNKNOWN) {
        stage->reason = CALPOL_REASON_NONE;
        return;
    }
    stage->decided = stage->first_has_hit && !stage->several_hits;
    stage->hit = stage->first_hit;
}

bool cp_stage_has_flow_log(const struct cp_stage *stage)
{
    return stage->action != CALPOL_ACTION_UNKNOWN && stage->certain &&
           stage->name != CALPOL_STAGE_UNTRACKED_EGRESS &&
           stage->name != CALPOL_STAGE_UNTRACKED_INGRESS;
}
