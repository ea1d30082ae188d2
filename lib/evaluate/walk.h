/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Walking the policies of one endpoint (evaluation.md, chapters 7 and 9): tiers in order, policies
 * in order, rules as written, then profiles.
 */
#ifndef CP_EVALUATE_WALK_H
#define CP_EVALUATE_WALK_H

#include "evaluate/record.h"
#include "evaluate/stage.h"

/* What is walked. */
struct cp_walk {
    const struct cp_view *view;
    uint32_t owner; /* the policed endpoint */
    enum cp_direction direction;
    enum cp_policy_set set;       /* NORMAL walks FORWARD policies too (EV-36) */
    bool own_node;                /* K8-52: NetworkPolicies give way */
    struct cp_recorder *recorder; /* or NULL */
};

/* Adds every outcome that the facts leave open to the stage (EV-151). */
void cp_walk(const struct cp_walk *walk, struct cp_stage *stage);

/* Does a policy of the set select the owner, in whatever direction (EV-34, EV-40)? Staged policies
   count as their scope says. */
bool cp_walk_has_policy(const struct cp_world *world, uint32_t owner, enum cp_policy_set set);

#endif
