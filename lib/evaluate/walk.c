/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk of 14.3. The facts may leave open whether a rule matches; then its action is one
 * possible outcome, and the walk goes on as if it had not matched (EV-151).
 */
#include "evaluate/walk.h"

/* A walk under way. */
struct state {
    const struct cp_walk *walk;
    const struct cp_world *world;
    struct cp_stage *stage;
    bool certain;   /* nothing may have ended or passed a tier so far */
    bool took_part; /* some tier did (EV-69) */
};

/* A rule and where it stands. */
struct spot {
    uint32_t tier, policy, index;
    const struct cp_rule *rule;
};

static inline void record(const struct state *state, struct cp_step step)
{
    cp_record(state->walk->recorder, step);
}

/* ---- Rules --------------------------------------------------------------------------------- */

static struct cp_step step_of(enum cp_step_type type,
                              const struct spot *spot,
                              struct cp_tri match,
                              struct cp_rule_answers answers)
{
    return (struct cp_step){
        .type = (uint8_t)type,
        .action = spot->rule->action,
        .match = (uint8_t)match.answer,
        .tier = spot->tier,
        .policy = spot->policy,
        .rule = (int32_t)spot->index,
        .depends = match.depends,
        .answers = answers,
    };
}

/* Does the rule match? Misses are recorded here, as are Log rules, which decide nothing (EV-63). */
static struct cp_tri look_at(struct state *state,
                             const struct spot *spot,
                             struct cp_rule_answers *out_answers)
{
    const struct cp_walk *walk = state->walk;
    enum cp_step_type type = CP_STEP_MISS;
    struct cp_tri match;

    if (!walk->recorder)
        return cp_match(walk->view, spot->rule, walk->direction);
    match = cp_match_all(walk->view, spot->rule, walk->direction, out_answers);
    if (match.answer != CP_ANSWER_NO)
        type = CP_STEP_LOG;
    if (match.answer == CP_ANSWER_NO || spot->rule->action == CALPOL_ACTION_LOG) {
        struct cp_step step = step_of(type, spot, match, *out_answers);

        step.certain = state->certain && match.answer != CP_ANSWER_MAYBE;
        record(state, step);
    }
    return match;
}

/* Takes a rule that matches or may match for what it does: one entry of the trace. */
static void take(struct state *state,
                 const struct spot *spot,
                 enum cp_step_type type,
                 enum calpol_action action,
                 struct cp_tri match,
                 struct cp_rule_answers answers)
{
    struct cp_hit hit = {spot->tier, spot->policy, (int32_t)spot->index};
    struct cp_step step = step_of(type, spot, match, answers);

    if (match.answer == CP_ANSWER_MAYBE)
        state->certain = false;
    step.action = (uint8_t)action;
    step.certain = state->certain;
    record(state, step);
    if (type == CP_STEP_MATCH)
        state->stage->certain &= state->certain;
    if (action != CALPOL_ACTION_PASS)
        cp_stage_add(state->stage, action, &hit);
}

/* ---- Tiers --------------------------------------------------------------------------------- */

/* Why a policy that selects the endpoint does not govern it; NONE: it does (EV-60). */
static enum cp_skip skip_of(const struct state *state, const struct cp_policy *policy)
{
    const struct cp_walk *walk = state->walk;
    bool in_set = policy->set == walk->set ||
                  (walk->set == CP_SET_NORMAL && policy->set == CP_SET_FORWARD); /* EV-36 */

    if (!in_set)
        return CP_SKIP_SET;
    if (!(policy->types & 1u << walk->direction))
        return CP_SKIP_DIRECTION;
    if (policy->staged && !state->world->options->pending) /* EV-67, EV-180 */
        return CP_SKIP_STAGED;
    return CP_SKIP_NONE;
}

/* K8-52: is this a policy that never stands between a pod and its own node? */
static bool gives_way(const struct state *state, const struct cp_policy *policy)
{
    return state->walk->own_node && (policy->kind == CP_KIND_KUBERNETES_NETWORK_POLICY ||
                                     policy->kind == CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY);
}

static void allow_own_node(struct state *state, uint32_t tier, uint32_t policy)
{
    record(state, (struct cp_step){.type = CP_STEP_OWN_NODE,
                                   .action = CALPOL_ACTION_ALLOW,
                                   .reason = CALPOL_REASON_OWN_NODE,
                                   .certain = state->certain,
                                   .tier = tier,
                                   .policy = policy,
                                   .rule = -1});
    cp_stage_fix(state->stage, CALPOL_ACTION_ALLOW, CALPOL_REASON_OWN_NODE);
}

/* Goes through the rules of a policy. True: one matches for certain, the tier is over (EV-61). */
static bool walk_policy(struct state *state, uint32_t tier, uint32_t number, bool *passed)
{
    const struct cp_policy *policy = cp_world_policy(state->world, number);
    enum cp_direction direction = state->walk->direction;
    struct spot spot = {.tier = tier, .policy = number};

    for (; spot.index < policy->rule_count[direction]; spot.index++) {
        struct cp_rule_answers answers = {0, 0};
        struct cp_tri match;

        spot.rule = cp_world_rule(state->world, number, direction, spot.index);
        match = look_at(state, &spot, &answers);
        if (match.answer == CP_ANSWER_NO)
            continue;
        state->stage->depends |= match.depends;
        if (spot.rule->action == CALPOL_ACTION_LOG)
            continue;
        take(state, &spot, CP_STEP_MATCH, spot.rule->action, match, answers);
        if (spot.rule->action == CALPOL_ACTION_PASS)
            *passed = true;
        if (match.answer == CP_ANSWER_YES)
            return true;
    }
    return false;
}

/* EV-64, EV-165: no rule matched for certain. Untracked and pre-DNAT tiers just end (EV-68). */
static void end_tier(struct state *state, uint32_t number, uint32_t policy, bool *passed)
{
    const struct cp_tier *tier = &state->world->ruleset->tiers[number];
    bool silent = state->walk->set == CP_SET_UNTRACKED || state->walk->set == CP_SET_PREDNAT;
    struct cp_hit hit = {number, policy, -1};

    record(state, (struct cp_step){.type = CP_STEP_TIER_END,
                                   .action = silent ? CALPOL_ACTION_NONE : tier->default_action,
                                   .certain = state->certain,
                                   .tier = number,
                                   .policy = policy,
                                   .rule = -1});
    if (!silent)
        state->stage->certain &= state->certain;
    if (silent || tier->default_action == CALPOL_ACTION_PASS)
        *passed = true;
    else
        cp_stage_add(state->stage, CALPOL_ACTION_DENY, &hit);
}

/* Records that a policy is looked at; the first one that governs brings its tier in. */
static void enter_policy(struct state *state, uint32_t tier, uint32_t policy, bool is_first)
{
    if (is_first)
        record(state, (struct cp_step){.type = CP_STEP_TIER,
                                       .certain = state->certain,
                                       .tier = tier,
                                       .policy = policy});
    record(state,
           (struct cp_step){
               .type = CP_STEP_POLICY, .certain = state->certain, .tier = tier, .policy = policy});
}

static void skip_policy(struct state *state, uint32_t tier, uint32_t policy, enum cp_skip skip)
{
    record(state, (struct cp_step){.type = CP_STEP_SKIP,
                                   .skip = (uint8_t)skip,
                                   .certain = state->certain,
                                   .tier = tier,
                                   .policy = policy});
}

/* Walks those of a tier's policies that select the endpoint. True: the walk may go on behind it. */
static bool walk_tier(struct state *state, uint32_t tier, const uint32_t *policies, uint32_t count)
{
    uint32_t first = CP_NONE, last = CP_NONE;
    bool passed = false;

    for (uint32_t i = 0; i < count; i++) {
        const struct cp_policy *policy = cp_world_policy(state->world, policies[i]);
        enum cp_skip skip = skip_of(state, policy);

        if (skip != CP_SKIP_NONE) {
            skip_policy(state, tier, policies[i], skip);
            continue;
        }
        last = policies[i];
        enter_policy(state, tier, last, first == CP_NONE);
        if (first == CP_NONE)
            first = last;
        state->took_part = true;
        if (gives_way(state, policy)) {
            allow_own_node(state, tier, last);
            return passed;
        }
        if (walk_policy(state, tier, last, &passed))
            return passed;
    }
    if (first == CP_NONE)
        return true;
    end_tier(state, tier, state->world->options->default_hit_first ? first : last, &passed);
    return passed;
}

/* How many of the ascending policies belong to the tier of the first. */
static uint32_t count_of_tier(const struct cp_tier *tier, const uint32_t *policies, uint32_t count)
{
    uint32_t low = 0, high = count, end = tier->first_policy + tier->policy_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (policies[middle] < end)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* True: all tiers that take part are passed, or may be, or none takes part. */
static bool walk_tiers(struct state *state)
{
    const struct calpol_ruleset *ruleset = state->world->ruleset;
    const struct cp_label_set *labels = cp_world_labels(state->world, state->walk->owner);
    uint32_t i = 0;

    while (i < labels->policy_count) {
        uint32_t tier = ruleset->policies[labels->policies[i]]->tier;
        uint32_t count =
            count_of_tier(&ruleset->tiers[tier], labels->policies + i, labels->policy_count - i);

        if (!walk_tier(state, tier, labels->policies + i, count))
            return false;
        i += count;
    }
    return true;
}

/* ---- Profiles ------------------------------------------------------------------------------ */

/* EV-111: what a matching rule of a profile does. Pass goes to the next profile, if so wished;
   otherwise there is nothing to pass to. */
static void take_profile_rule(struct state *state,
                              const struct spot *spot,
                              struct cp_tri match,
                              struct cp_rule_answers answers)
{
    bool is_pass = spot->rule->action == CALPOL_ACTION_PASS;

    if (is_pass && state->world->options->profile_pass_next)
        take(state, spot, CP_STEP_PROFILE_PASS, CALPOL_ACTION_PASS, match, answers);
    else
        take(state, spot, CP_STEP_MATCH, is_pass ? CALPOL_ACTION_DENY : spot->rule->action, match,
             answers);
}

/* True: the next profile is looked at, or may be. */
static bool walk_profile(struct state *state, uint32_t number)
{
    const struct cp_policy *policy = cp_world_policy(state->world, number);
    enum cp_direction direction = state->walk->direction;
    struct spot spot = {.tier = CP_NONE, .policy = number};
    bool passed = false;

    enter_policy(state, CP_NONE, number, false);
    for (; spot.index < policy->rule_count[direction]; spot.index++) {
        struct cp_rule_answers answers = {0, 0};
        struct cp_tri match;

        spot.rule = cp_world_rule(state->world, number, direction, spot.index);
        match = look_at(state, &spot, &answers);
        if (match.answer == CP_ANSWER_NO)
            continue;
        state->stage->depends |= match.depends;
        if (spot.rule->action == CALPOL_ACTION_LOG) /* EV-115 */
            continue;
        take_profile_rule(state, &spot, match, answers);
        if (spot.rule->action == CALPOL_ACTION_PASS && state->world->options->profile_pass_next)
            passed = true;
        if (match.answer == CP_ANSWER_YES)
            return passed;
    }
    return true;
}

/* EV-110 to EV-113 */
static void walk_profiles(struct state *state)
{
    const struct cp_owner *owner = cp_world_owner(state->world, state->walk->owner);
    const struct cp_hit hit = {CP_NONE, CP_POLICY_NO_MATCH, -1};

    for (uint32_t i = 0; i < owner->profile_count; i++) {
        if (!walk_profile(state, cp_profile_policy(state->world->ruleset, owner->profiles[i])))
            return;
    }
    record(state, (struct cp_step){.type = CP_STEP_NO_PROFILE,
                                   .action = CALPOL_ACTION_DENY,
                                   .certain = state->certain,
                                   .tier = CP_NONE,
                                   .policy = CP_POLICY_NO_MATCH,
                                   .rule = -1});
    state->stage->certain &= state->certain;
    cp_stage_add(state->stage, CALPOL_ACTION_DENY, &hit);
}

/* ---- The whole walk ------------------------------------------------------------------------ */

/* EV-69 */
static void end_forward(struct state *state)
{
    enum calpol_reason reason =
        state->took_part ? CALPOL_REASON_FORWARD_PASS : CALPOL_REASON_NO_FORWARD_POLICY;

    record(state, (struct cp_step){.type = CP_STEP_FORWARD,
                                   .action = CALPOL_ACTION_ALLOW,
                                   .reason = (uint8_t)reason,
                                   .certain = state->certain});
    cp_stage_fix(state->stage, CALPOL_ACTION_ALLOW, reason);
}

void cp_walk(const struct cp_walk *walk, struct cp_stage *stage)
{
    struct state state = {
        .walk = walk,
        .world = walk->view->world,
        .stage = stage,
        .certain = true,
    };

    if (!walk_tiers(&state))
        return;
    switch (walk->set) {
    case CP_SET_NORMAL: /* EV-65 */
        walk_profiles(&state);
        break;
    case CP_SET_FORWARD:
        end_forward(&state);
        break;
    case CP_SET_UNTRACKED:
    case CP_SET_PREDNAT: /* EV-68 */
        cp_stage_add(stage, CALPOL_ACTION_NONE, NULL);
        break;
    }
}

bool cp_walk_has_policy(const struct cp_world *world, uint32_t owner, enum cp_policy_set set)
{
    const struct cp_label_set *labels = cp_world_labels(world, owner);

    for (uint32_t i = 0; i < labels->policy_count; i++) {
        const struct cp_policy *policy = cp_world_policy(world, labels->policies[i]);

        if (policy->set == set && (!policy->staged || world->options->pending))
            return true;
    }
    return false;
}
