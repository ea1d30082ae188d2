/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Crossings between a node and the outside.
 */
#include "evaluate/host.h"

#include "evaluate/failsafe.h"

/* ---- Candidates (EV-120) ------------------------------------------------------------------- */

uint32_t cp_wildcard_of(const struct cp_world *world, uint32_t node)
{
    const struct cp_node_entry *entry = cp_world_node(world, node);

    return entry ? entry->wildcard : CP_NONE;
}

/* The host endpoints that may govern a crossing: only, if one does for certain, else all of a node.
 */
struct candidates {
    uint32_t only;
    const struct cp_node_entry *node;
    uint32_t count;
};

static bool expects(const struct cp_owner *host_endpoint, const struct cp_party *party)
{
    for (uint32_t i = 0; party->has_address && i < host_endpoint->nets.count; i++) {
        if (cp_prefix_contains(&host_endpoint->nets.items[i], &party->address))
            return true;
    }
    return false;
}

/* Does a host endpoint, not the wildcard, stand for the interface that the flow names? */
static bool is_interface(const struct cp_owner *host_endpoint,
                         const struct cp_party *party,
                         bool is_local)
{
    if (cp_text_equal(host_endpoint->interface_name, party->interface_name))
        return true;
    return is_local && !host_endpoint->interface_name.length && expects(host_endpoint, party);
}

/* The earliest name that fits what the flow tells; CP_NONE: none does, or nothing is told. */
static uint32_t choose(const struct cp_world *world,
                       const struct cp_node_entry *node,
                       const struct cp_party *party,
                       bool is_local)
{
    bool by_interface = party->interface_name.length > 0;

    for (uint32_t i = 0; i < node->host_endpoint_count; i++) {
        uint32_t owner = node->host_endpoints[i];
        const struct cp_owner *host_endpoint = cp_world_owner(world, owner);

        if (by_interface ? is_interface(host_endpoint, party, is_local)
                         : is_local && expects(host_endpoint, party))
            return owner;
    }
    return by_interface ? node->wildcard : CP_NONE;
}

static struct candidates find_candidates(const struct cp_world *world,
                                         const struct cp_party *party,
                                         bool is_local)
{
    struct candidates candidates = {CP_NONE, cp_world_node(world, party->node), 0};

    if (party->kind == CP_PARTY_HOST && party->owner != CP_NONE)
        candidates.only = party->owner;
    else if (candidates.node)
        candidates.only = choose(world, candidates.node, party, is_local);
    if (candidates.only != CP_NONE)
        candidates.count = 1;
    else if (candidates.node && !party->interface_name.length)
        candidates.count =
            candidates.node->host_endpoint_count + (candidates.node->wildcard != CP_NONE);
    return candidates;
}

static uint32_t candidate(const struct candidates *candidates, uint32_t i)
{
    if (candidates->only != CP_NONE)
        return candidates->only;
    return i < candidates->node->host_endpoint_count ? candidates->node->host_endpoints[i]
                                                     : candidates->node->wildcard;
}

/* ---- One candidate ------------------------------------------------------------------------- */

/* The stages that a crossing can add, in order; MAIN is host-... or forward-... */
enum slot { SLOT_UNTRACKED, SLOT_PREDNAT, SLOT_MAIN, SLOT_COUNT };

/* A crossing under way, and what its candidates come to. */
struct crossing {
    struct cp_plan *plan;
    enum cp_direction direction;
    bool is_local;
    struct candidates candidates;
    bool present[SLOT_COUNT];
    bool differs[SLOT_COUNT];
    struct cp_stage stages[SLOT_COUNT]; /* united so far */
    uint32_t done;                      /* candidates that are in stages */
};

/* The stages of one candidate. */
struct single {
    uint32_t owner;
    bool present[SLOT_COUNT];
    struct cp_stage stages[SLOT_COUNT];
    uint8_t early; /* actions that untracked and pre-DNAT policy may come to (EV-126) */
    uint32_t early_depends;
};

static enum calpol_stage name_of(const struct crossing *crossing, enum slot slot)
{
    bool ingress = crossing->direction == CP_INGRESS;

    if (slot == SLOT_UNTRACKED)
        return ingress ? CALPOL_STAGE_UNTRACKED_INGRESS : CALPOL_STAGE_UNTRACKED_EGRESS;
    if (slot == SLOT_PREDNAT)
        return CALPOL_STAGE_PREDNAT_INGRESS;
    if (crossing->is_local)
        return ingress ? CALPOL_STAGE_HOST_INGRESS : CALPOL_STAGE_HOST_EGRESS;
    return ingress ? CALPOL_STAGE_FORWARD_INGRESS : CALPOL_STAGE_FORWARD_EGRESS;
}

/* Steps are filed under the slot until it is known which stages there will be. */
static struct cp_stage *begin(struct crossing *crossing, struct single *single, enum slot slot)
{
    struct cp_recorder *recorder = crossing->plan->recorder;
    struct cp_stage *stage = &single->stages[slot];

    single->present[slot] = true;
    cp_stage_init(stage, name_of(crossing, slot), crossing->direction, single->owner);
    if (recorder)
        recorder->stage = (uint8_t)(crossing->plan->stage_count + slot);
    cp_record(recorder, (struct cp_step){.type = CP_STEP_ENDPOINT,
                                         .owner = single->owner,
                                         .certain = crossing->candidates.count == 1});
    return stage;
}

static void fix(struct crossing *crossing,
                struct cp_stage *stage,
                enum calpol_action action,
                enum calpol_reason reason,
                bool certain)
{
    cp_record(crossing->plan->recorder, (struct cp_step){.type = CP_STEP_FIXED,
                                                         .action = (uint8_t)action,
                                                         .reason = (uint8_t)reason,
                                                         .certain = certain});
    cp_stage_add(stage, action, NULL);
}

/* Walks a set, unless failsafe ports let the flow through with an action of their own. If they
   may, that is one more outcome (EV-125). */
static void walk_unless_failsafe(struct crossing *crossing,
                                 struct cp_stage *stage,
                                 enum cp_policy_set set,
                                 struct cp_tri failsafe)
{
    struct cp_plan *plan = crossing->plan;
    bool before_nat = set == CP_SET_UNTRACKED || set == CP_SET_PREDNAT;
    enum calpol_action action = before_nat ? CALPOL_ACTION_NONE : CALPOL_ACTION_ALLOW;
    const struct cp_walk walk = {
        .view = before_nat ? cp_plan_pre_dnat_view(plan) : &plan->view,
        .owner = stage->owner,
        .direction = crossing->direction,
        .set = set,
        .recorder = plan->recorder,
    };
    uint32_t first = cp_record_position(plan->recorder);

    if (failsafe.answer != CP_ANSWER_NO)
        cp_record(plan->recorder, (struct cp_step){.type = CP_STEP_FAILSAFE,
                                                   .action = (uint8_t)action,
                                                   .reason = CALPOL_REASON_FAILSAFE,
                                                   .match = (uint8_t)failsafe.answer,
                                                   .certain = failsafe.answer == CP_ANSWER_YES,
                                                   .depends = failsafe.depends});
    if (failsafe.answer == CP_ANSWER_YES) {
        cp_stage_fix(stage, action, CALPOL_REASON_FAILSAFE);
        return;
    }
    cp_walk(&walk, stage);
    if (failsafe.answer == CP_ANSWER_MAYBE) {
        cp_stage_add(stage, action, NULL);
        stage->depends |= failsafe.depends;
        stage->certain = false;
        cp_record_doubt(plan->recorder, first);
    }
}

/* EV-121 */
static void walk_untracked(struct crossing *crossing, struct single *single)
{
    const struct cp_plan *plan = crossing->plan;
    bool is_wildcard = cp_text_is(cp_world_owner(plan->world, single->owner)->interface_name, "*");
    struct cp_stage *stage;

    if (is_wildcard || !(crossing->is_local || crossing->direction == CP_INGRESS) ||
        !cp_walk_has_policy(plan->world, single->owner, CP_SET_UNTRACKED))
        return;
    stage = begin(crossing, single, SLOT_UNTRACKED);
    walk_unless_failsafe(crossing, stage, CP_SET_UNTRACKED,
                         cp_failsafe(plan->world, plan->flow,
                                     cp_world_owner(plan->world, single->owner)->node,
                                     crossing->direction, true, true));
    single->early = stage->possible;
    single->early_depends = stage->depends;
}

/* EV-122 */
static void walk_pre_dnat(struct crossing *crossing, struct single *single)
{
    const struct cp_plan *plan = crossing->plan;
    const uint8_t none = 1u << CALPOL_ACTION_NONE;
    struct cp_stage *stage;

    if (!(single->early & none) || crossing->direction != CP_INGRESS ||
        !cp_walk_has_policy(plan->world, single->owner, CP_SET_PREDNAT))
        return;
    stage = begin(crossing, single, SLOT_PREDNAT);
    walk_unless_failsafe(crossing, stage, CP_SET_PREDNAT,
                         cp_failsafe(plan->world, plan->flow,
                                     cp_world_owner(plan->world, single->owner)->node,
                                     crossing->direction, true, false));
    single->early = (uint8_t)((single->early & ~none) | stage->possible);
    single->early_depends |= stage->depends;
}

/* EV-123, EV-124, EV-126 */
static void walk_main(struct crossing *crossing, struct single *single)
{
    const struct cp_plan *plan = crossing->plan;
    const uint8_t allow = 1u << CALPOL_ACTION_ALLOW;
    struct cp_stage *stage = begin(crossing, single, SLOT_MAIN);
    struct cp_tri failsafe = cp_tri_of(false);

    if (single->early == allow) {
        fix(crossing, stage, CALPOL_ACTION_ALLOW, CALPOL_REASON_ACCEPTED_EARLY, true);
        stage->reason = CALPOL_REASON_ACCEPTED_EARLY;
        return;
    }
    if (crossing->is_local)
        failsafe =
            cp_failsafe(plan->world, plan->flow, cp_world_owner(plan->world, single->owner)->node,
                        crossing->direction, false, false);
    walk_unless_failsafe(crossing, stage, crossing->is_local ? CP_SET_NORMAL : CP_SET_FORWARD,
                         failsafe);
    if (single->early & allow) {
        fix(crossing, stage, CALPOL_ACTION_ALLOW, CALPOL_REASON_ACCEPTED_EARLY, false);
        stage->depends |= single->early_depends;
    }
}

/* ---- All candidates ------------------------------------------------------------------------ */

/* Adds a candidate's stage to what the earlier ones come to: the union of outcomes (EV-120). */
static void unite(struct cp_stage *united, const struct cp_stage *stage)
{
    if (stage->has_hit) {
        united->several_hits |=
            stage->several_hits ||
            (united->has_hit && (united->first_hit.tier != stage->first_hit.tier ||
                                 united->first_hit.policy != stage->first_hit.policy ||
                                 united->first_hit.rule != stage->first_hit.rule));
        if (!united->has_hit)
            united->first_hit = stage->first_hit;
        united->has_hit = true;
    }
    united->possible |= stage->possible;
    united->depends |= stage->depends;
    united->certain = false;
    if (united->reason != stage->reason)
        united->reason = CALPOL_REASON_NONE;
}

static void unite_slot(struct crossing *crossing, const struct single *single, enum slot slot)
{
    struct cp_stage *united = &crossing->stages[slot];
    const uint8_t none = 1u << CALPOL_ACTION_NONE;

    if (!single->present[slot]) {
        /* A candidate without the stage leaves the flow alone there. */
        if (crossing->present[slot]) {
            crossing->differs[slot] |= united->possible != none;
            united->possible |= none;
            united->first_has_hit = false;
            united->reason = CALPOL_REASON_NONE;
        }
    } else if (!crossing->present[slot]) {
        *united = single->stages[slot];
        if (crossing->done) {
            crossing->differs[slot] = united->possible != none;
            united->possible |= none;
            united->first_has_hit = false;
            united->reason = CALPOL_REASON_NONE;
        }
        crossing->present[slot] = true;
    } else {
        crossing->differs[slot] |= united->possible != single->stages[slot].possible;
        unite(united, &single->stages[slot]);
    }
}

static void add_candidate(struct crossing *crossing, uint32_t owner)
{
    struct single single = {.owner = owner, .early = 1u << CALPOL_ACTION_NONE};

    walk_untracked(crossing, &single);
    if (!crossing->plan->untracked_only) {
        walk_pre_dnat(crossing, &single);
        walk_main(crossing, &single);
    }
    for (int slot = 0; slot < SLOT_COUNT; slot++)
        unite_slot(crossing, &single, (enum slot)slot);
    crossing->done++;
}

/* Takes the united stages into the list, and brings the steps, filed by slot, behind each other. */
static void finish(struct crossing *crossing, uint32_t first_step)
{
    struct cp_plan *plan = crossing->plan;
    struct cp_recorder *recorder = plan->recorder;
    uint32_t base = plan->stage_count;
    uint8_t numbers[SLOT_COUNT] = {0};

    for (int slot = 0; slot < SLOT_COUNT; slot++) {
        struct cp_stage *stage = &plan->stages[plan->stage_count];

        if (!crossing->present[slot])
            continue;
        numbers[slot] = (uint8_t)plan->stage_count;
        *stage = crossing->stages[slot];
        stage->candidate_count = crossing->candidates.count;
        if (crossing->candidates.count > 1)
            stage->certain = false;
        if (crossing->differs[slot])
            stage->depends |= crossing->direction == CP_INGRESS
                                  ? CALPOL_DEPENDS_DESTINATION_INTERFACE
                                  : CALPOL_DEPENDS_SOURCE_INTERFACE;
        cp_plan_end(plan);
    }
    for (uint32_t i = first_step; i < cp_record_position(recorder); i++)
        recorder->steps.items[i].stage = numbers[recorder->steps.items[i].stage - base];
    cp_record_sort(recorder, first_step);
    if (crossing->candidates.count > 1)
        cp_record_doubt(recorder, first_step);
}

static void add_crossing(struct cp_plan *plan,
                         const struct cp_party *party,
                         enum cp_direction direction,
                         bool is_local)
{
    struct crossing crossing = {
        .plan = plan,
        .direction = direction,
        .is_local = is_local,
        .candidates = find_candidates(plan->world, party, is_local),
    };
    uint32_t first_step = cp_record_position(plan->recorder);

    for (uint32_t i = 0; i < crossing.candidates.count; i++)
        add_candidate(&crossing, candidate(&crossing.candidates, i));
    if (crossing.candidates.count)
        finish(&crossing, first_step);
}

void cp_add_crossing(struct cp_plan *plan, enum cp_direction direction, bool is_local)
{
    add_crossing(plan, direction == CP_INGRESS ? &plan->flow->destination : &plan->flow->source,
                 direction, is_local);
}

void cp_add_passage(struct cp_plan *plan, uint32_t node)
{
    const struct cp_party passed = {
        .kind = CP_PARTY_HOST,
        .owner = CP_NONE,
        .node = node,
        .interface_name = plan->flow->destination.interface_name,
    };

    add_crossing(plan, &passed, CP_INGRESS, false);
    add_crossing(plan, &passed, CP_EGRESS, false);
}
