/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages that a flow meets, in order (evaluation.md, chapters 6 and 14.2).
 */
#ifndef CP_EVALUATE_STAGES_H
#define CP_EVALUATE_STAGES_H

#include "evaluate/walk.h"

/* The longest list is that of two workloads on different nodes through a third: 13 stages. */
#define CP_STAGE_LIMIT 16u

/* An evaluation under way. */
struct cp_plan {
    const struct cp_world *world;
    const struct cp_flow *flow;
    struct cp_view view, pre_dnat_view;
    bool has_pre_dnat_view;
    bool untracked_only;          /* an established connection: no other stage counts (EV-50) */
    struct cp_recorder *recorder; /* or NULL */
    struct cp_stage *stages;      /* room for CP_STAGE_LIMIT */
    uint32_t stage_count;
};

/* Lists the stages of a flow and evaluates each. */
void cp_list_stages(struct cp_plan *plan);

/* The next stage, not yet part of the list; and taking it into the list. */
struct cp_stage *cp_plan_begin(struct cp_plan *plan,
                               enum calpol_stage name,
                               enum cp_direction direction,
                               uint32_t owner);
void cp_plan_end(struct cp_plan *plan);

/* The view before NAT, made when it is first wanted. */
const struct cp_view *cp_plan_pre_dnat_view(struct cp_plan *plan);

#endif
