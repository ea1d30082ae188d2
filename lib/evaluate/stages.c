/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of stages (14.2).
 */
#include "evaluate/stages.h"

#include "evaluate/host.h"
#include "net/protocol.h"

#include <assert.h>

/* ---- Adding stages ------------------------------------------------------------------------- */

struct cp_stage *cp_plan_begin(struct cp_plan *plan,
                               enum calpol_stage name,
                               enum cp_direction direction,
                               uint32_t owner)
{
    struct cp_stage *stage = &plan->stages[plan->stage_count];

    assert(plan->stage_count < CP_STAGE_LIMIT);
    cp_stage_init(stage, name, direction, owner);
    if (plan->recorder)
        plan->recorder->stage = (uint8_t)plan->stage_count;
    return stage;
}

void cp_plan_end(struct cp_plan *plan)
{
    cp_stage_settle(&plan->stages[plan->stage_count++]);
}

const struct cp_view *cp_plan_pre_dnat_view(struct cp_plan *plan)
{
    if (!plan->has_pre_dnat_view)
        cp_view_init_pre_dnat(&plan->pre_dnat_view, plan->world, plan->flow);
    plan->has_pre_dnat_view = true;
    return &plan->pre_dnat_view;
}

/* One more outcome of the stage being made, which no policy gives. */
static void add_fixed(struct cp_plan *plan,
                      struct cp_stage *stage,
                      enum calpol_action action,
                      enum calpol_reason reason,
                      bool certain)
{
    cp_record(plan->recorder, (struct cp_step){.type = CP_STEP_FIXED,
                                               .action = (uint8_t)action,
                                               .reason = (uint8_t)reason,
                                               .certain = certain});
    cp_stage_add(stage, action, NULL);
}

/* A stage with a fixed answer. */
static void add_answer(struct cp_plan *plan,
                       enum calpol_stage name,
                       enum cp_direction direction,
                       uint32_t owner,
                       enum calpol_action action,
                       enum calpol_reason reason)
{
    struct cp_stage *stage = cp_plan_begin(plan, name, direction, owner);

    add_fixed(plan, stage, action, reason, true);
    stage->reason = reason;
    cp_plan_end(plan);
}

static void walk(struct cp_plan *plan,
                 struct cp_stage *stage,
                 const struct cp_view *view,
                 enum cp_policy_set set,
                 bool own_node)
{
    const struct cp_walk details = {
        .view = view,
        .owner = stage->owner,
        .direction = stage->direction,
        .set = set,
        .own_node = own_node,
        .recorder = plan->recorder,
    };

    cp_walk(&details, stage);
}

static void add_workload(struct cp_plan *plan, enum cp_direction direction)
{
    bool egress = direction == CP_EGRESS;
    struct cp_stage *stage =
        cp_plan_begin(plan, egress ? CALPOL_STAGE_WORKLOAD_EGRESS : CALPOL_STAGE_WORKLOAD_INGRESS,
                      direction, egress ? plan->flow->source.owner : plan->flow->destination.owner);

    walk(plan, stage, &plan->view, CP_SET_NORMAL, false);
    cp_plan_end(plan);
}

/* ---- Wildcard host endpoints (EV-127) ------------------------------------------------------ */

static void add_wildcard_forward_egress(struct cp_plan *plan, uint32_t wildcard)
{
    struct cp_stage *stage;

    if (wildcard == CP_NONE)
        return;
    stage = cp_plan_begin(plan, CALPOL_STAGE_FORWARD_EGRESS, CP_EGRESS, wildcard);
    walk(plan, stage, &plan->view, CP_SET_FORWARD, false);
    cp_plan_end(plan);
}

/* What pre-DNAT policy came to; nothing if there is none. */
struct early {
    uint8_t possible;
    uint32_t depends;
};

static struct early add_wildcard_pre_dnat(struct cp_plan *plan, uint32_t wildcard)
{
    struct early early = {0, 0};
    struct cp_stage *stage;

    if (wildcard == CP_NONE || !cp_walk_has_policy(plan->world, wildcard, CP_SET_PREDNAT))
        return early;
    stage = cp_plan_begin(plan, CALPOL_STAGE_PREDNAT_INGRESS, CP_INGRESS, wildcard);
    walk(plan, stage, cp_plan_pre_dnat_view(plan), CP_SET_PREDNAT, false);
    early.possible = stage->possible;
    early.depends = stage->depends;
    cp_plan_end(plan);
    return early;
}

static void add_wildcard_forward_ingress(struct cp_plan *plan,
                                         uint32_t wildcard,
                                         struct early early)
{
    const uint8_t allow = 1u << CALPOL_ACTION_ALLOW;
    struct cp_stage *stage;

    if (wildcard == CP_NONE)
        return;
    if (early.possible == allow) {
        add_answer(plan, CALPOL_STAGE_FORWARD_INGRESS, CP_INGRESS, wildcard, CALPOL_ACTION_ALLOW,
                   CALPOL_REASON_ACCEPTED_EARLY);
        return;
    }
    stage = cp_plan_begin(plan, CALPOL_STAGE_FORWARD_INGRESS, CP_INGRESS, wildcard);
    walk(plan, stage, &plan->view, CP_SET_FORWARD, false);
    if (early.possible & allow) {
        add_fixed(plan, stage, CALPOL_ACTION_ALLOW, CALPOL_REASON_ACCEPTED_EARLY, false);
        stage->depends |= early.depends;
    }
    cp_plan_end(plan);
}

/* ---- A workload and its own node (EV-42, EV-129, K8-52) ------------------------------------ */

/* May the flow be neighbour discovery or multicast listening, which is allowed before policy? */
static struct cp_tri is_neighbour(const struct cp_flow *flow)
{
    bool listed = (flow->icmp_type >= 130 && flow->icmp_type <= 133) || flow->icmp_type == 135 ||
                  flow->icmp_type == 136;

    if (flow->family != 6)
        return cp_tri_of(false);
    return cp_tri_and(cp_tri_if_known(flow->has_protocol, flow->protocol == CP_PROTOCOL_ICMPV6,
                                      CALPOL_DEPENDS_PROTOCOL),
                      cp_tri_if_known(flow->has_icmp_type, listed, CALPOL_DEPENDS_ICMP));
}

/* The action in force at a node: what the caller set wins over the node's own (EV-195). */
static enum cp_to_host to_host(const struct cp_world *world, uint32_t node)
{
    const struct cp_node_entry *entry = cp_world_node(world, node);
    bool by_caller = world->options->set_by_caller & 1u << CP_OPTION_ENDPOINT_TO_HOST_ACTION;

    if (entry && entry->options.has_to_host && !by_caller)
        return (enum cp_to_host)entry->options.to_host;
    return (enum cp_to_host)world->options->to_host;
}

static void fix_to_host(struct cp_plan *plan, struct cp_stage *stage)
{
    static const enum calpol_reason reasons[] = {
        [CP_TO_HOST_DROP] = CALPOL_REASON_ENDPOINT_TO_HOST_DROP,
        [CP_TO_HOST_ACCEPT] = CALPOL_REASON_ENDPOINT_TO_HOST_ACCEPT,
        [CP_TO_HOST_RETURN] = CALPOL_REASON_ENDPOINT_TO_HOST_RETURN,
    };
    enum cp_to_host action = to_host(plan->world, plan->flow->source.node);

    add_fixed(plan, stage, action == CP_TO_HOST_DROP ? CALPOL_ACTION_DENY : CALPOL_ACTION_ALLOW,
              reasons[action], true);
    stage->reason = reasons[action];
}

/* Takes in that the flow may be neighbour discovery. */
static void end_neighbour(struct cp_plan *plan, struct cp_stage *stage, struct cp_tri neighbour)
{
    if (neighbour.answer == CP_ANSWER_MAYBE) {
        add_fixed(plan, stage, CALPOL_ACTION_ALLOW, CALPOL_REASON_ICMPV6_NEIGHBOUR, false);
        stage->depends |= neighbour.depends;
    }
    cp_plan_end(plan);
}

static void add_own_node(struct cp_plan *plan)
{
    uint32_t owner = plan->flow->source.owner;
    bool upstream = plan->world->ruleset->dialect == CALPOL_DIALECT_UPSTREAM;
    struct cp_tri neighbour = upstream ? cp_tri_of(false) : is_neighbour(plan->flow);
    struct cp_stage *stage;

    if (neighbour.answer == CP_ANSWER_YES) {
        add_answer(plan, CALPOL_STAGE_TO_HOST, CP_EGRESS, owner, CALPOL_ACTION_ALLOW,
                   CALPOL_REASON_ICMPV6_NEIGHBOUR);
        return;
    }
    stage = cp_plan_begin(plan, CALPOL_STAGE_WORKLOAD_EGRESS, CP_EGRESS, owner);
    walk(plan, stage, &plan->view, CP_SET_NORMAL, upstream);
    end_neighbour(plan, stage, neighbour);
    if (upstream) /* K8-52: nothing but policy stands between a pod and its node */
        return;
    stage = cp_plan_begin(plan, CALPOL_STAGE_TO_HOST, CP_EGRESS, owner);
    fix_to_host(plan, stage);
    end_neighbour(plan, stage, neighbour);
}

/* ---- The list ------------------------------------------------------------------------------ */

static bool same_node(const struct cp_flow *flow)
{
    return flow->source.node != CP_NONE && flow->source.node == flow->destination.node;
}

/* The fixed answers that need no stage but one. False: the flow has another list. */
static bool add_short_cut(struct cp_plan *plan)
{
    const struct cp_party *source = &plan->flow->source, *destination = &plan->flow->destination;

    if (source->kind == CP_PARTY_WORKLOAD && destination->kind == CP_PARTY_WORKLOAD &&
        source->owner == destination->owner && !plan->flow->pre_dnat.present) {
        add_answer(plan, CALPOL_STAGE_SAME_ENDPOINT, CP_EGRESS, source->owner, CALPOL_ACTION_ALLOW,
                   CALPOL_REASON_SAME_ENDPOINT); /* EV-16, K8-50 */
        return true;
    }
    if (source->kind != CP_PARTY_HOST || !same_node(plan->flow))
        return false;
    if (destination->kind == CP_PARTY_WORKLOAD)
        add_answer(plan, CALPOL_STAGE_HOST_TO_WORKLOAD, CP_INGRESS, CP_NONE, CALPOL_ACTION_ALLOW,
                   CALPOL_REASON_HOST_TO_OWN_WORKLOAD); /* EV-44, K8-51 */
    else
        add_answer(plan, CALPOL_STAGE_LOOPBACK, CP_EGRESS, CP_NONE, CALPOL_ACTION_ALLOW,
                   CALPOL_REASON_LOOPBACK); /* EV-46 */
    return true;
}

/* The half of a workload as source. True: the list is complete. */
static bool add_source_workload(struct cp_plan *plan)
{
    const struct cp_flow *flow = plan->flow;
    uint32_t wildcard = cp_wildcard_of(plan->world, flow->source.node);
    struct early early = add_wildcard_pre_dnat(plan, wildcard);

    if (flow->destination.kind == CP_PARTY_HOST && same_node(flow)) {
        add_own_node(plan);
        return true;
    }
    add_wildcard_forward_ingress(plan, wildcard, early);
    add_workload(plan, CP_EGRESS);
    if (flow->destination.kind == CP_PARTY_WORKLOAD && same_node(flow)) {
        add_workload(plan, CP_INGRESS);
        add_wildcard_forward_egress(plan, wildcard);
        return true;
    }
    cp_add_crossing(plan, CP_EGRESS, false); /* EV-43 */
    return false;
}

/* A packet for a nodePort is taken in by the node that was dialled, rewritten there and sent on to
   the backend's node (K8-118): the dialled node's host endpoints see it first. */
static void add_entry_node(struct cp_plan *plan)
{
    const struct cp_flow *flow = plan->flow;
    uint32_t node = flow->entry_node - 1;

    if (flow->entry_node && node != flow->destination.node && node != flow->source.node)
        cp_add_passage(plan, node);
}

static void add_destination(struct cp_plan *plan)
{
    const struct cp_party *destination = &plan->flow->destination;

    add_entry_node(plan);
    if (destination->kind == CP_PARTY_HOST) {
        cp_add_crossing(plan, CP_INGRESS, true); /* EV-48 */
    } else if (destination->kind == CP_PARTY_WORKLOAD) {
        cp_add_crossing(plan, CP_INGRESS, false); /* EV-47 */
        add_workload(plan, CP_INGRESS);
        add_wildcard_forward_egress(plan, cp_wildcard_of(plan->world, destination->node));
    }
}

/* Of the stages of an established connection only untracked ones count (EV-50). They stand where a
   host endpoint meets the outside, so not between two ends of one node. */
static void list_untracked(struct cp_plan *plan)
{
    const struct cp_party *source = &plan->flow->source, *destination = &plan->flow->destination;

    if (same_node(plan->flow))
        return;
    if (source->kind == CP_PARTY_HOST)
        cp_add_crossing(plan, CP_EGRESS, true);
    if (destination->kind != CP_PARTY_EXTERNAL)
        cp_add_crossing(plan, CP_INGRESS, destination->kind == CP_PARTY_HOST);
}

void cp_list_stages(struct cp_plan *plan)
{
    bool is_complete = false;

    cp_view_init(&plan->view, plan->world, plan->flow);
    plan->has_pre_dnat_view = false;
    plan->stage_count = 0;
    if (plan->untracked_only) {
        list_untracked(plan);
        return;
    }
    if (add_short_cut(plan))
        return;
    if (plan->flow->source.kind == CP_PARTY_WORKLOAD)
        is_complete = add_source_workload(plan);
    else if (plan->flow->source.kind == CP_PARTY_HOST)
        cp_add_crossing(plan, CP_EGRESS, true); /* EV-45 */
    if (!is_complete)
        add_destination(plan);
}
