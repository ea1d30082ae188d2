/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Decisions in words.
 */
#include "render/decision.h"

#include "render/describe.h"
#include "render/entries.h"
#include "render/reasons.h"

/* More policies than this are counted, not named. */
#define MOST_NAMES 4u

void cp_describe_stage(const struct cp_explained *explained,
                       const struct cp_stage *stage,
                       struct cp_buffer *buffer)
{
    static const char *const phrases[] = {
        [CALPOL_STAGE_NONE] = "",
        [CALPOL_STAGE_WORKLOAD_EGRESS] = "egress of ",
        [CALPOL_STAGE_WORKLOAD_INGRESS] = "ingress of ",
        [CALPOL_STAGE_HOST_EGRESS] = "egress of ",
        [CALPOL_STAGE_HOST_INGRESS] = "ingress of ",
        [CALPOL_STAGE_FORWARD_EGRESS] = "forwarding out through ",
        [CALPOL_STAGE_FORWARD_INGRESS] = "forwarding in through ",
        [CALPOL_STAGE_PREDNAT_INGRESS] = "pre-DNAT ingress of ",
        [CALPOL_STAGE_UNTRACKED_EGRESS] = "untracked egress of ",
        [CALPOL_STAGE_UNTRACKED_INGRESS] = "untracked ingress of ",
        [CALPOL_STAGE_TO_HOST] = "own node of ",
        [CALPOL_STAGE_HOST_TO_WORKLOAD] = "node to its own workload",
        [CALPOL_STAGE_LOOPBACK] = "node to itself",
        [CALPOL_STAGE_SAME_ENDPOINT] = "inside ",
    };

    cp_buffer_add_string(buffer, phrases[stage->name]);
    if (stage->owner != CP_NONE)
        cp_describe_owner(explained->world, stage->owner, buffer);
    if (stage->candidate_count > 1)
        cp_buffer_format(buffer, ", or one of %u host endpoints in all", stage->candidate_count);
}

void cp_describe_rule(const struct cp_policy *policy,
                      const struct cp_rule *rule,
                      enum cp_direction direction,
                      int32_t index,
                      struct cp_buffer *buffer)
{
    if (!cp_policy_is_kubernetes(policy)) {
        cp_buffer_format(buffer, "rule %d", index);
        return;
    }
    cp_buffer_format(buffer, "rule %u", rule->written_rule);
    if (rule->details && rule->details->name.length)
        cp_buffer_format(buffer, " %q", rule->details->name);
    if (policy->written_rule_count[direction] != policy->rule_count[direction] ||
        rule->written_rule != (uint32_t)index)
        cp_buffer_format(buffer, " (index %d in flow logs)", index);
}

/* Does any tier take part in the stage? */
static bool some_tier(const struct cp_explained *explained, const struct cp_stage *stage)
{
    const struct cp_step *steps = cp_stage_steps(explained, stage);

    for (uint32_t i = 0; i < stage->step_count; i++) {
        if (steps[i].type == CP_STEP_TIER)
            return true;
    }
    return false;
}

static void describe_rule_hit(const struct cp_explained *explained,
                              const struct cp_stage *stage,
                              struct cp_buffer *buffer)
{
    const struct cp_world *world = explained->world;
    const struct cp_policy *policy = cp_world_policy(world, stage->hit.policy);
    const struct cp_rule *rule = cp_hit_rule(world, &stage->hit, stage->direction);

    cp_describe_policy(policy, ' ', buffer);
    cp_buffer_add_byte(buffer, ' ');
    cp_describe_rule(policy, rule, stage->direction, stage->hit.rule, buffer);
    cp_buffer_format(buffer, " in tier %t", cp_tier_text(world, stage->hit.tier));
    cp_describe_place(policy->source, rule->line ? rule->line : policy->line, buffer);
}

/* The policies that made the tier take part; the place is that of the one it is charged to. */
static void describe_tier_end(const struct cp_explained *explained,
                              const struct cp_stage *stage,
                              struct cp_buffer *buffer)
{
    const struct cp_world *world = explained->world;
    const struct cp_policy *charged = cp_world_policy(world, stage->hit.policy);
    uint32_t position = 0, policy, count = 0;

    cp_buffer_format(buffer, "end of tier %t: no rule matched in ",
                     cp_tier_text(world, stage->hit.tier));
    for (; cp_next_applied(explained, stage, &position, &policy); count++) {
        if (count >= MOST_NAMES)
            continue;
        cp_buffer_add_string(buffer, count ? ", " : "");
        cp_describe_policy(cp_world_policy(world, policy), ' ', buffer);
    }
    if (count > MOST_NAMES)
        cp_buffer_format(buffer, " and %u more", count - MOST_NAMES);
    cp_describe_place(charged->source, charged->line, buffer);
}

static void describe_profile_hit(const struct cp_explained *explained,
                                 const struct cp_stage *stage,
                                 struct cp_buffer *buffer)
{
    bool passed = some_tier(explained, stage);
    const struct cp_policy *profile;

    if (stage->hit.policy == CP_POLICY_NO_MATCH) {
        const struct cp_owner *owner = cp_world_owner(explained->world, stage->owner);

        cp_buffer_add_string(buffer, passed ? "all tiers pass it on" : "no policy applies");
        cp_buffer_add_string(buffer, owner->profile_count ? ", and no rule of its profiles matches"
                                                          : ", and it has no profile");
        return;
    }
    profile = cp_world_policy(explained->world, stage->hit.policy);
    if (profile->missing) {
        cp_buffer_format(buffer, "profile %t does not exist, which closes the endpoint",
                         profile->name);
        return;
    }
    cp_buffer_format(buffer, "profile %t rule %d, %s", profile->name, stage->hit.rule,
                     passed ? "since all tiers pass it on" : "since no policy applies");
    cp_describe_place(profile->source, profile->line, buffer);
}

void cp_describe_decision(const struct cp_explained *explained,
                          const struct cp_stage *stage,
                          struct cp_buffer *buffer)
{
    if (stage->action == CALPOL_ACTION_UNKNOWN) {
        cp_buffer_add_string(buffer, "depends on ");
        cp_describe_depends(stage->depends, buffer);
    } else if (stage->decided && stage->hit.tier == CP_NONE) {
        describe_profile_hit(explained, stage, buffer);
    } else if (stage->decided && stage->hit.rule < 0) {
        describe_tier_end(explained, stage, buffer);
    } else if (stage->decided) {
        describe_rule_hit(explained, stage, buffer);
    } else if (stage->reason != CALPOL_REASON_NONE) {
        cp_buffer_add_string(buffer, cp_reason_text(stage->reason));
    } else if (stage->action == CALPOL_ACTION_NONE) {
        cp_buffer_add_string(buffer, "no rule matched, which leaves it to the next stage");
    } else {
        cp_buffer_add_string(buffer, "one of several rules, depending on ");
        cp_describe_depends(stage->depends, buffer);
    }
}
