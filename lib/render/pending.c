/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether staged policies would make a difference.
 */
#include "render/explained.h"

/* A stage decided by a policy that is staged. */
static bool is_staged_hit(const struct cp_explained *explained, const struct cp_stage *stage)
{
    return stage->decided && stage->hit.policy != CP_POLICY_NO_MATCH &&
           cp_world_policy(explained->world, stage->hit.policy)->staged;
}

static bool leg_differs(const struct cp_explained *explained,
                        const struct cp_result *enforced,
                        const struct cp_result *pending)
{
    if (enforced->verdict != pending->verdict || enforced->stage_count != pending->stage_count)
        return true;
    for (uint32_t i = 0; i < pending->stage_count; i++) {
        if (enforced->stages[i].name != pending->stages[i].name ||
            enforced->stages[i].action != pending->stages[i].action ||
            is_staged_hit(explained, &pending->stages[i]))
            return true;
    }
    return false;
}

bool cp_pending_differs(const struct cp_explained *enforced, const struct cp_explained *pending)
{
    uint32_t leg_count = enforced->judgement->leg_count;

    if (enforced->judgement->verdict.action != pending->judgement->verdict.action ||
        leg_count != pending->judgement->leg_count)
        return true;
    for (uint32_t i = 0; i < leg_count; i++) {
        if (leg_differs(pending, &enforced->judgement->legs[i].result,
                        &pending->judgement->legs[i].result))
            return true;
    }
    return false;
}
