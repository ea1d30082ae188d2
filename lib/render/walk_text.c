/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps in words.
 *
 *   tier default (order 1000000, ends in Deny)
 *     NetworkPolicy lab/dns-only, order 1000 (a.yaml:14)
 *       rule 0 Allow: no match: wants protocol UDP, but it is TCP (a.yaml:21)
 *     end of tier: no rule matched, so its default action Deny holds
 */
#include "render/walk_text.h"

#include "render/decision.h"
#include "render/describe.h"
#include "render/names.h"
#include "render/reasons.h"

/* Indentation. */
enum { TIER = 2, POLICY = 4, RULE = 6 };

static void begin_line(struct cp_buffer *buffer, size_t indent)
{
    cp_buffer_add_spaces(buffer, indent);
}

/* As the file spells it. */
static const char *action_word(int action)
{
    switch (action) {
    case CALPOL_ACTION_ALLOW:
        return "Allow";
    case CALPOL_ACTION_DENY:
        return "Deny";
    case CALPOL_ACTION_PASS:
        return "Pass";
    case CALPOL_ACTION_LOG:
        return "Log";
    default:
        return cp_action_name(action);
    }
}

/* ---- Tiers and policies ---------------------------------------------------------------------- */

static void print_order(bool has_order, double order, struct cp_buffer *buffer)
{
    if (has_order)
        cp_buffer_format(buffer, "order %f", order);
    else
        cp_buffer_add_string(buffer, "no order, so last");
}

static void print_tier(const struct cp_world *world,
                       const struct cp_step *step,
                       struct cp_buffer *buffer)
{
    const struct cp_tier *tier = &world->ruleset->tiers[step->tier];

    begin_line(buffer, TIER);
    cp_buffer_format(buffer, "tier %t (", tier->name);
    print_order(tier->has_order, tier->order, buffer);
    cp_buffer_format(buffer, ", ends in %s)", action_word(tier->default_action));
    if (!tier->exists)
        cp_buffer_add_string(buffer, ", which is not in the input");
    cp_buffer_add_byte(buffer, '\n');
}

/* A policy that by itself decides nothing, though it governs: EV-63, EV-66. */
static void remark_powerless(const struct cp_world *world,
                             const struct cp_policy *policy,
                             uint32_t number,
                             enum cp_direction direction,
                             struct cp_buffer *buffer)
{
    uint32_t logs = 0;

    for (uint32_t i = 0; i < policy->rule_count[direction]; i++)
        logs += cp_world_rule(world, number, direction, i)->action == CALPOL_ACTION_LOG;
    if (logs < policy->rule_count[direction])
        return;
    begin_line(buffer, RULE);
    cp_buffer_format(buffer, "has %s, so it decides nothing itself, but makes the tier apply\n",
                     logs ? "Log rules only"
                          : (direction == CP_EGRESS ? "no egress rules" : "no ingress rules"));
}

static void print_policy(const struct cp_scene *scene,
                         const struct cp_stage *stage,
                         const struct cp_step *step,
                         struct cp_buffer *buffer)
{
    const struct cp_world *world = scene->explained->world;
    const struct cp_policy *policy = cp_world_policy(world, step->policy);

    if (step->tier == CP_NONE) {
        begin_line(buffer, TIER);
        cp_buffer_format(buffer, "profile %t", policy->name);
        cp_describe_place(policy->source, policy->line, buffer);
        cp_buffer_add_string(buffer, policy->missing ? ", which does not exist\n" : "\n");
        return;
    }
    begin_line(buffer, POLICY);
    cp_describe_policy(policy, ' ', buffer);
    cp_buffer_add_string(buffer, ", ");
    print_order(policy->has_order, policy->order, buffer);
    cp_describe_place(policy->source, policy->line, buffer);
    cp_buffer_add_byte(buffer, '\n');
    remark_powerless(world, policy, step->policy, stage->direction, buffer);
}

static const char *set_text(enum cp_policy_set set)
{
    switch (set) {
    case CP_SET_UNTRACKED:
        return "doNotTrack policy, which has its own stage on host endpoints and no effect on "
               "workloads";
    case CP_SET_PREDNAT:
        return "preDNAT policy, which has its own stage on host endpoints and no effect on "
               "workloads";
    case CP_SET_NORMAL:
        return "not an applyOnForward policy, and only those govern forwarded traffic";
    case CP_SET_FORWARD:
        break;
    }
    return "an ordinary policy, which is asked later";
}

/* Does the tier of a step have its heading already? */
static bool is_inside_tier(const struct cp_step *step, const struct cp_step *first)
{
    for (const struct cp_step *before = step; before > first; before--) {
        if (before[-1].type == CP_STEP_TIER)
            return before[-1].tier == step->tier;
    }
    return false;
}

static void print_skip(const struct cp_scene *scene,
                       const struct cp_stage *stage,
                       const struct cp_step *step,
                       struct cp_buffer *buffer)
{
    const struct cp_policy *policy = cp_world_policy(scene->explained->world, step->policy);
    bool is_inside = is_inside_tier(step, cp_stage_steps(scene->explained, stage));

    begin_line(buffer, is_inside ? POLICY : TIER);
    cp_describe_policy(policy, ' ', buffer);
    cp_buffer_add_string(buffer, " selects it, but ");
    switch ((enum cp_skip)step->skip) {
    case CP_SKIP_DIRECTION:
        cp_buffer_format(buffer, "does not cover %s", cp_direction_name(stage->direction));
        break;
    case CP_SKIP_STAGED:
        cp_buffer_add_string(buffer, "is staged");
        break;
    case CP_SKIP_SET:
    case CP_SKIP_NONE:
        cp_buffer_format(buffer, "is %s", set_text(policy->set));
        break;
    }
    cp_describe_place(policy->source, policy->line, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

/* ---- Rules ----------------------------------------------------------------------------------- */

/* EV-83: what belongs to nobody has no labels, so notSelector alone lets it pass. */
static void remark_ownerless(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    int criterion =
        end == CP_SOURCE ? CP_CRITERION_SOURCE_NOT_SELECTOR : CP_CRITERION_DESTINATION_NOT_SELECTOR;
    const struct cp_side *side = &spot->view->sides[end];
    struct cp_owner_walk walk;

    if (!(spot->rule->criteria >> criterion & 1) || !side->has_address ||
        cp_side_first(spot->view, side, &walk))
        return;
    cp_buffer_add_string(buffer, "; ");
    cp_address_print(&side->address, buffer);
    cp_buffer_add_string(buffer, " belongs to no endpoint and no network set, which a notSelector "
                                 "alone lets pass");
}

static void print_match(const struct cp_spot *spot,
                        const struct cp_step *step,
                        struct cp_buffer *buffer)
{
    if (step->match == CP_ANSWER_MAYBE) {
        cp_buffer_add_string(buffer, "may match, if ");
        cp_describe_conditions(spot, step->answers.maybe, buffer);
        return;
    }
    cp_buffer_add_string(buffer, "matches ");
    cp_describe_rule_wants(spot, buffer);
    remark_ownerless(spot, CP_SOURCE, buffer);
    remark_ownerless(spot, CP_DESTINATION, buffer);
    if (!step->certain && spot->stage->candidate_count == 1)
        cp_buffer_add_string(buffer, ", unless a rule above did");
}

static void print_rule(const struct cp_scene *scene,
                       const struct cp_stage *stage,
                       const struct cp_step *step,
                       struct cp_buffer *buffer)
{
    struct cp_spot spot = cp_spot_of_step(scene, stage, step);

    begin_line(buffer, step->tier == CP_NONE ? POLICY : RULE);
    cp_describe_rule(spot.policy, spot.rule, stage->direction, step->rule, buffer);
    cp_buffer_format(buffer, " %s: ", action_word(spot.rule->action));
    if (step->type == CP_STEP_MISS) {
        cp_buffer_add_string(buffer, "no match: ");
        cp_describe_misses(&spot, step->answers.no, buffer);
    } else {
        print_match(&spot, step, buffer);
    }
    if (step->type == CP_STEP_LOG)
        cp_buffer_add_string(buffer, "; Log never ends the walk");
    else if (step->type == CP_STEP_PROFILE_PASS)
        cp_buffer_add_string(buffer, "; the next profile is taken");
    else if (step->action == CALPOL_ACTION_PASS && step->type == CP_STEP_MATCH)
        cp_buffer_add_string(buffer, "; the rest of the tier is skipped");
    cp_describe_place(spot.policy->source, spot.rule->line, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

/* ---- Ends ------------------------------------------------------------------------------------ */

static void print_tier_end(const struct cp_world *world,
                           const struct cp_step *step,
                           struct cp_buffer *buffer)
{
    const struct cp_tier *tier = &world->ruleset->tiers[step->tier];

    begin_line(buffer, POLICY);
    if (step->action == CALPOL_ACTION_NONE) {
        cp_buffer_add_string(buffer, "end of tier: no rule matched, and untracked and pre-DNAT "
                                     "policy have no default action\n");
        return;
    }
    cp_buffer_format(buffer, "end of tier: no rule matched%s, so its default action %s holds\n",
                     step->certain ? "" : " for certain", action_word(tier->default_action));
}

static void print_fixed(const struct cp_step *step, struct cp_buffer *buffer)
{
    begin_line(buffer, TIER);
    cp_buffer_format(buffer, "%s%s", step->certain && !step->depends ? "" : "perhaps ",
                     cp_action_name(step->action));
    cp_buffer_format(buffer, ": %s", cp_reason_text((enum calpol_reason)step->reason));
    if (step->depends) {
        cp_buffer_add_string(buffer, ", depending on ");
        cp_describe_depends(step->depends, buffer);
    }
    cp_buffer_add_byte(buffer, '\n');
}

static void print_candidate(const struct cp_world *world,
                            const struct cp_step *step,
                            struct cp_buffer *buffer)
{
    begin_line(buffer, TIER);
    cp_buffer_add_string(buffer, "if ");
    cp_describe_owner(world, step->owner, buffer);
    cp_buffer_add_string(buffer, " governs:\n");
}

static void print_step(const struct cp_scene *scene,
                       const struct cp_stage *stage,
                       const struct cp_step *step,
                       struct cp_buffer *buffer)
{
    const struct cp_world *world = scene->explained->world;

    switch ((enum cp_step_type)step->type) {
    case CP_STEP_ENDPOINT:
        if (stage->candidate_count > 1)
            print_candidate(world, step, buffer);
        break;
    case CP_STEP_SKIP:
        print_skip(scene, stage, step, buffer);
        break;
    case CP_STEP_TIER:
        print_tier(world, step, buffer);
        break;
    case CP_STEP_POLICY:
        print_policy(scene, stage, step, buffer);
        break;
    case CP_STEP_MISS:
    case CP_STEP_LOG:
    case CP_STEP_MATCH:
    case CP_STEP_PROFILE_PASS:
        print_rule(scene, stage, step, buffer);
        break;
    case CP_STEP_TIER_END:
        print_tier_end(world, step, buffer);
        break;
    case CP_STEP_NO_PROFILE:
        begin_line(buffer, TIER);
        cp_buffer_add_string(buffer, "no rule of a profile matched, which denies\n");
        break;
    case CP_STEP_OWN_NODE:
        begin_line(buffer, POLICY);
        cp_buffer_format(buffer, "allow: %s\n", cp_reason_text(CALPOL_REASON_OWN_NODE));
        break;
    case CP_STEP_FAILSAFE:
    case CP_STEP_FORWARD:
    case CP_STEP_FIXED:
        print_fixed(step, buffer);
        break;
    case CP_STEP_TYPE_COUNT:
        break;
    }
}

void cp_print_walk(const struct cp_scene *scene,
                   const struct cp_stage *stage,
                   struct cp_buffer *buffer)
{
    const struct cp_step *steps = cp_stage_steps(scene->explained, stage);

    for (uint32_t i = 0; i < stage->step_count; i++)
        print_step(scene, stage, &steps[i], buffer);
}
