/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verdict of a flow from its stages, and of a destination with several backends from its legs.
 */
#include "evaluate/evaluate.h"

/* ---- One flow ------------------------------------------------------------------------------ */

static void fix_result(struct cp_result *result, uint8_t verdict, enum calpol_reason reason)
{
    result->verdict = verdict;
    result->reason = reason;
}

/* Stages that cannot deny do not count for a connection that is known already (EV-50). */
static void drop_harmless(struct cp_result *result)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < result->stage_count; i++) {
        if (cp_stage_may(&result->stages[i], CALPOL_ACTION_DENY))
            result->stages[count++] = result->stages[i];
    }
    result->stage_count = count;
}

/* EV-51, EV-154 */
static void decide(struct cp_result *result)
{
    uint32_t depends = 0;
    bool maybe = false;

    for (uint32_t i = 0; i < result->stage_count; i++) {
        const struct cp_stage *stage = &result->stages[i];

        if (cp_stage_surely(stage, CALPOL_ACTION_DENY)) {
            if (result->decided_by < 0)
                result->decided_by = (int)i;
        } else if (cp_stage_may(stage, CALPOL_ACTION_DENY)) {
            maybe = true;
            depends |= stage->depends;
        }
    }
    if (result->decided_by >= 0) {
        result->verdict = CALPOL_ACTION_DENY;
    } else if (maybe) {
        result->verdict = CALPOL_ACTION_UNKNOWN;
        result->depends = depends;
    } else {
        result->verdict = CALPOL_ACTION_ALLOW;
    }
}

/* Which stages are egress and ingress (EV-40), and the reason of a lone stage without policy. */
static void point_out(struct cp_result *result)
{
    for (uint32_t i = 0; i < result->stage_count; i++) {
        const struct cp_stage *stage = &result->stages[i];

        if (!cp_stage_is_main(stage))
            continue;
        if (stage->direction == CP_EGRESS)
            result->egress = (int)i;
        else
            result->ingress = (int)i;
    }
    if (result->stage_count == 1 && !cp_stage_is_main(&result->stages[0]))
        result->reason = result->stages[0].reason;
}

/* Steps of one flow are in order of their stages. */
static void count_steps(const struct cp_recorder *recorder,
                        uint32_t first,
                        struct cp_result *result)
{
    uint32_t position = first;

    for (uint32_t i = 0; i < result->stage_count; i++) {
        struct cp_stage *stage = &result->stages[i];

        stage->first_step = position;
        while (position < cp_record_position(recorder) &&
               recorder->steps.items[position].stage == i)
            position++;
        stage->step_count = position - stage->first_step;
    }
}

void cp_evaluate(const struct cp_world *world,
                 const struct cp_flow *flow,
                 struct cp_recorder *recorder,
                 struct cp_result *out_result)
{
    bool known = flow->state == CALPOL_STATE_ESTABLISHED || flow->state == CALPOL_STATE_RELATED;
    uint32_t first_step = cp_record_position(recorder);
    struct cp_plan plan = {
        .world = world,
        .flow = flow,
        .untracked_only = known,
        .recorder = recorder,
        .stages = out_result->stages,
    };

    out_result->decided_by = out_result->egress = out_result->ingress = -1;
    out_result->reason = CALPOL_REASON_NONE;
    out_result->depends = 0;
    out_result->stage_count = 0;
    if (flow->state == CALPOL_STATE_INVALID) {
        fix_result(out_result, CALPOL_ACTION_DENY, CALPOL_REASON_CONNTRACK_INVALID);
        return;
    }
    cp_list_stages(&plan);
    out_result->stage_count = plan.stage_count;
    count_steps(recorder, first_step, out_result);
    if (known)
        drop_harmless(out_result);
    if (out_result->stage_count) {
        decide(out_result);
        point_out(out_result);
    } else if (known) {
        fix_result(out_result, CALPOL_ACTION_ALLOW,
                   flow->state == CALPOL_STATE_ESTABLISHED ? CALPOL_REASON_CONNTRACK_ESTABLISHED
                                                           : CALPOL_REASON_CONNTRACK_RELATED);
    } else { /* EV-49 */
        fix_result(out_result, CALPOL_ACTION_ALLOW, CALPOL_REASON_NO_ENDPOINT);
    }
}

/* K8-113. An established connection does not ask for a backend again. */
static void refuse(const struct cp_flow *flow, struct cp_result *out_result)
{
    out_result->decided_by = out_result->egress = out_result->ingress = -1;
    out_result->depends = 0;
    out_result->stage_count = 0;
    fix_result(out_result, CALPOL_ACTION_DENY, CALPOL_REASON_NO_BACKENDS);
    if (flow->state == CALPOL_STATE_ESTABLISHED)
        fix_result(out_result, CALPOL_ACTION_ALLOW, CALPOL_REASON_CONNTRACK_ESTABLISHED);
    else if (flow->state == CALPOL_STATE_RELATED)
        fix_result(out_result, CALPOL_ACTION_ALLOW, CALPOL_REASON_CONNTRACK_RELATED);
    else if (flow->state == CALPOL_STATE_INVALID)
        fix_result(out_result, CALPOL_ACTION_DENY, CALPOL_REASON_CONNTRACK_INVALID);
}

static void evaluate_leg(const struct cp_world *world,
                         const struct cp_leg *leg,
                         struct cp_recorder *recorder,
                         struct cp_result *out_result)
{
    if (leg->refused)
        refuse(&leg->flow, out_result);
    else
        cp_evaluate(world, &leg->flow, recorder, out_result);
}

/* ---- In the form of the public interface --------------------------------------------------- */

static const struct calpol_decision no_decision = {
    .action = CALPOL_ACTION_NONE,
    .tier = CALPOL_NONE,
    .policy = CALPOL_NONE,
    .rule = -1,
};

struct calpol_decision cp_stage_decision(const struct cp_world *world, const struct cp_stage *stage)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    struct calpol_decision decision = no_decision;

    decision.action = stage->action;
    decision.reason = (uint8_t)stage->reason;
    decision.stage = (uint16_t)stage->name;
    if (!stage->decided)
        return decision;
    decision.tier = stage->hit.tier;
    decision.rule = stage->hit.rule;
    if (stage->hit.policy < ruleset->policy_count + ruleset->profile_count)
        decision.policy = stage->hit.policy;
    return decision;
}

static struct calpol_decision decision_at(const struct cp_world *world,
                                          const struct cp_result *result,
                                          int stage)
{
    return stage < 0 ? no_decision : cp_stage_decision(world, &result->stages[stage]);
}

void cp_result_verdict(const struct cp_world *world,
                       const struct cp_result *result,
                       struct calpol_verdict *out_verdict)
{
    *out_verdict = (struct calpol_verdict){
        .action = result->verdict,
        .reason = (uint8_t)result->reason,
        .decided_by = CALPOL_STAGE_NONE,
        .depends_on = result->depends,
        .egress = decision_at(world, result, result->egress),
        .ingress = decision_at(world, result, result->ingress),
    };
    if (result->decided_by >= 0)
        out_verdict->decided_by = (uint16_t)result->stages[result->decided_by].name;
}

/* ---- Several legs -------------------------------------------------------------------------- */

/* What actions that differ come to: backends are mixed, cases unknown. */
static uint8_t unite_actions(uint8_t a, uint8_t b)
{
    return a == b ? a : CALPOL_ACTION_MIXED;
}

static void unite_decision(struct calpol_decision *united, const struct calpol_decision *decision)
{
    bool same = united->tier == decision->tier && united->policy == decision->policy &&
                united->rule == decision->rule;

    united->action = unite_actions(united->action, decision->action);
    if (united->reason != decision->reason)
        united->reason = CALPOL_REASON_NONE;
    if (united->stage != decision->stage)
        united->stage = CALPOL_STAGE_NONE;
    if (!same || united->action == CALPOL_ACTION_MIXED) {
        united->tier = CALPOL_NONE;
        united->policy = CALPOL_NONE;
        united->rule = -1;
    }
}

static void unite_verdict(struct calpol_verdict *united, const struct calpol_verdict *verdict)
{
    united->action = unite_actions(united->action, verdict->action);
    if (united->reason != verdict->reason)
        united->reason = CALPOL_REASON_NONE;
    if (united->decided_by != verdict->decided_by)
        united->decided_by = CALPOL_STAGE_NONE;
    united->depends_on |= verdict->depends_on;
    unite_decision(&united->egress, &verdict->egress);
    unite_decision(&united->ingress, &verdict->ingress);
}

static void open_action(uint8_t *action)
{
    if (*action == CALPOL_ACTION_MIXED)
        *action = CALPOL_ACTION_UNKNOWN;
}

/* Cases that differ are unknown, and hang on what tells the cases apart. */
static void finish_verdict(struct calpol_verdict *verdict, bool is_open, uint32_t depends)
{
    if (is_open && verdict->action == CALPOL_ACTION_MIXED)
        verdict->depends_on |= depends;
    if (is_open) {
        open_action(&verdict->action);
        open_action(&verdict->egress.action);
        open_action(&verdict->ingress.action);
    }
    if (verdict->action != CALPOL_ACTION_UNKNOWN)
        verdict->depends_on = 0;
}

static void add_verdict(const struct cp_world *world,
                        const struct cp_result *result,
                        bool is_first,
                        struct calpol_verdict *united)
{
    struct calpol_verdict one;

    cp_result_verdict(world, result, &one);
    if (is_first)
        *united = one;
    else
        unite_verdict(united, &one);
}

void cp_judge(const struct cp_world *world,
              const struct cp_flow *flow,
              struct calpol_verdict *out_verdict)
{
    struct cp_leg_walk walk = {0};
    struct cp_result result;
    struct cp_leg leg;

    if (flow->rewrite == CP_REWRITE_NONE) {
        cp_evaluate(world, flow, NULL, &result);
        cp_result_verdict(world, &result, out_verdict);
        return;
    }
    while (cp_next_leg(world, flow, &walk, &leg)) {
        evaluate_leg(world, &leg, NULL, &result);
        add_verdict(world, &result, walk.leg_count == 1, out_verdict);
    }
    finish_verdict(out_verdict, walk.is_open, walk.depends);
}

int cp_judge_recorded(const struct cp_world *world,
                      const struct cp_flow *flow,
                      struct cp_arena *arena,
                      struct cp_recorder *recorder,
                      struct cp_judgement *out_judgement)
{
    CP_ARRAY(struct cp_leg_result) legs = {.count = 0};
    struct cp_leg_walk walk = {0};
    struct cp_leg leg;

    *out_judgement = (struct cp_judgement){.is_open = false};
    while (cp_next_leg(world, flow, &walk, &leg)) {
        struct cp_leg_result *slot = cp_array_push(arena, &legs);

        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        slot->leg = leg;
        evaluate_leg(world, &leg, recorder, &slot->result);
        add_verdict(world, &slot->result, legs.count == 1, &out_judgement->verdict);
    }
    finish_verdict(&out_judgement->verdict, walk.is_open, walk.depends);
    out_judgement->legs = legs.items;
    out_judgement->leg_count = legs.count;
    out_judgement->is_open = walk.is_open;
    out_judgement->depends = walk.depends;
    out_judgement->changed = walk.changed ? walk.changed - 1 : CP_NONE;
    out_judgement->port_is_missing = walk.port_is_missing;
    return recorder && recorder->failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}
