/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps to entries of the trace.
 */
#include "render/entries.h"

bool cp_step_is_entry(const struct cp_step *step)
{
    switch ((enum cp_step_type)step->type) {
    case CP_STEP_MATCH:
    case CP_STEP_NO_PROFILE:
        return true;
    case CP_STEP_TIER_END: /* EV-68: untracked and pre-DNAT stages know no end of tier */
        return step->action != CALPOL_ACTION_NONE;
    case CP_STEP_ENDPOINT:
    case CP_STEP_FAILSAFE:
    case CP_STEP_SKIP:
    case CP_STEP_TIER:
    case CP_STEP_POLICY:
    case CP_STEP_MISS:
    case CP_STEP_LOG:
    case CP_STEP_PROFILE_PASS:
    case CP_STEP_OWN_NODE:
    case CP_STEP_FORWARD:
    case CP_STEP_FIXED:
    case CP_STEP_TYPE_COUNT:
        break;
    }
    return false;
}

void cp_entries_begin(struct cp_entry_walk *walk,
                      const struct cp_explained *explained,
                      const struct cp_stage *stage)
{
    *walk = (struct cp_entry_walk){
        .steps = cp_stage_steps(explained, stage),
        .count = stage->step_count,
        .first_governing = CP_NONE,
        .last_governing = CP_NONE,
    };
}

/* Keeps track of who governs in the tier at hand. */
static void note_policy(struct cp_entry_walk *walk, const struct cp_step *step)
{
    if (step->type == CP_STEP_TIER)
        walk->first_governing = walk->last_governing = CP_NONE;
    if (step->type != CP_STEP_POLICY)
        return;
    if (walk->first_governing == CP_NONE)
        walk->first_governing = step->policy;
    walk->last_governing = step->policy;
}

bool cp_entries_next(struct cp_entry_walk *walk, struct cp_entry *out_entry)
{
    while (walk->position < walk->count) {
        const struct cp_step *step = &walk->steps[walk->position++];

        note_policy(walk, step);
        if (!cp_step_is_entry(step))
            continue;
        *out_entry = (struct cp_entry){
            .index = walk->next_index++,
            .tier = step->tier,
            .policy = step->policy,
            .rule = step->rule,
            .action = (enum calpol_action)step->action,
            .certain = step->certain && step->match != CP_ANSWER_MAYBE,
            .first_governing = walk->first_governing,
            .last_governing = walk->last_governing,
        };
        return true;
    }
    return false;
}

bool cp_next_applied(const struct cp_explained *explained,
                     const struct cp_stage *stage,
                     uint32_t *position,
                     uint32_t *out_policy)
{
    const struct cp_step *steps = cp_stage_steps(explained, stage);

    if (!stage->decided || stage->hit.tier == CP_NONE)
        return false;
    while (*position < stage->step_count) {
        const struct cp_step *step = &steps[(*position)++];

        if (step->type != CP_STEP_POLICY || step->tier != stage->hit.tier)
            continue;
        if (stage->hit.rule >= 0 && step->policy == stage->hit.policy)
            continue;
        *out_policy = step->policy;
        return true;
    }
    return false;
}
