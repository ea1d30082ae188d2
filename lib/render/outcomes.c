/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outcomes that are open.
 */
#include "render/outcomes.h"

#include "render/decision.h"
#include "render/describe.h"
#include "render/names.h"
#include "render/reasons.h"

#define MOST_OUTCOMES 8u

/* Is a step one that may decide? */
static bool is_outcome(const struct cp_step *step)
{
    switch ((enum cp_step_type)step->type) {
    case CP_STEP_MATCH:
    case CP_STEP_NO_PROFILE:
    case CP_STEP_OWN_NODE:
    case CP_STEP_FORWARD:
    case CP_STEP_FIXED:
    case CP_STEP_FAILSAFE:
        return true;
    case CP_STEP_TIER_END:
        return step->action == CALPOL_ACTION_DENY;
    case CP_STEP_ENDPOINT:
    case CP_STEP_SKIP:
    case CP_STEP_TIER:
    case CP_STEP_POLICY:
    case CP_STEP_MISS:
    case CP_STEP_LOG:
    case CP_STEP_PROFILE_PASS:
    case CP_STEP_TYPE_COUNT:
        break;
    }
    return false;
}

/* Who would decide. */
static void print_source(const struct cp_scene *scene,
                         const struct cp_stage *stage,
                         const struct cp_step *step,
                         struct cp_buffer *buffer)
{
    const struct cp_world *world = scene->explained->world;

    switch ((enum cp_step_type)step->type) {
    case CP_STEP_MATCH: {
        struct cp_spot spot = cp_spot_of_step(scene, stage, step);

        cp_describe_policy(spot.policy, ' ', buffer);
        cp_buffer_add_byte(buffer, ' ');
        cp_describe_rule(spot.policy, spot.rule, stage->direction, step->rule, buffer);
        if (step->tier != CP_NONE)
            cp_buffer_format(buffer, " in tier %t", cp_tier_text(world, step->tier));
        cp_describe_place(spot.policy->source, spot.rule->line, buffer);
        return;
    }
    case CP_STEP_TIER_END:
        cp_buffer_format(buffer, "end of tier %t", cp_tier_text(world, step->tier));
        return;
    case CP_STEP_NO_PROFILE:
        cp_buffer_add_string(buffer, "no profile matches");
        return;
    case CP_STEP_FAILSAFE:
        cp_buffer_add_string(buffer, "failsafe ports");
        return;
    case CP_STEP_OWN_NODE:
        cp_buffer_add_string(buffer, cp_reason_text(CALPOL_REASON_OWN_NODE));
        return;
    case CP_STEP_ENDPOINT:
    case CP_STEP_SKIP:
    case CP_STEP_TIER:
    case CP_STEP_POLICY:
    case CP_STEP_MISS:
    case CP_STEP_LOG:
    case CP_STEP_PROFILE_PASS:
    case CP_STEP_FORWARD:
    case CP_STEP_FIXED:
    case CP_STEP_TYPE_COUNT:
        break;
    }
    cp_buffer_add_string(buffer, cp_reason_text((enum calpol_reason)step->reason));
}

static void print_outcome(const struct cp_scene *scene,
                          const struct cp_stage *stage,
                          const struct cp_step *step,
                          bool is_otherwise,
                          struct cp_buffer *buffer)
{
    bool is_maybe = step->match == CP_ANSWER_MAYBE && step->type == CP_STEP_MATCH;

    if (!is_maybe && is_otherwise)
        cp_buffer_add_string(buffer, "otherwise ");
    cp_buffer_add_string(buffer, cp_action_name(step->action));
    if (is_maybe) {
        struct cp_spot spot = cp_spot_of_step(scene, stage, step);

        cp_buffer_add_string(buffer, " if ");
        cp_describe_conditions(&spot, step->answers.maybe, buffer);
    } else if (step->type == CP_STEP_FAILSAFE || (step->type == CP_STEP_FIXED && step->depends)) {
        cp_buffer_add_string(buffer, ", depending on ");
        cp_describe_depends(step->depends, buffer);
    }
    cp_buffer_add_string(buffer, ": ");
    print_source(scene, stage, step, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

/* Which of several host endpoints an outcome belongs to (EV-120). */
static void print_candidate(const struct cp_scene *scene, uint32_t owner, struct cp_buffer *buffer)
{
    cp_buffer_add_string(buffer, "if ");
    cp_describe_owner(scene->explained->world, owner, buffer);
    cp_buffer_add_string(buffer, " governs: ");
}

void cp_print_outcomes(const struct cp_scene *scene,
                       const struct cp_stage *stage,
                       size_t indent,
                       struct cp_buffer *buffer)
{
    const struct cp_step *steps = cp_stage_steps(scene->explained, stage);
    uint32_t count = 0, of_candidate = 0, candidate = CP_NONE;

    for (uint32_t i = 0; i < stage->step_count; i++) {
        if (steps[i].type == CP_STEP_ENDPOINT && stage->candidate_count > 1) {
            candidate = steps[i].owner;
            of_candidate = 0;
        }
        if (!is_outcome(&steps[i]))
            continue;
        cp_buffer_add_spaces(buffer, indent);
        if (count++ == MOST_OUTCOMES) {
            cp_buffer_add_string(buffer, "and more\n");
            return;
        }
        if (candidate != CP_NONE)
            print_candidate(scene, candidate, buffer);
        print_outcome(scene, stage, &steps[i], of_candidate++ > 0, buffer);
    }
}
