/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Participants in words to parties (EV-10 to EV-13).
 */
#ifndef CP_EVALUATE_PARTICIPANT_H
#define CP_EVALUATE_PARTICIPANT_H

#include "evaluate/resolve.h"

/* Both ends of a flow being resolved. */
struct cp_participants {
    struct cp_world *world;
    struct cp_arena *arena;
    struct cp_flow *flow;
    struct cp_flow_problem *problem;
    struct cp_text source_node; /* the node that the source names; empty: none */
};

/* Finds source and destination; inline workloads go to the world first, so that either end can be
   the other's address. Status as cp_resolve. */
int cp_find_participants(struct cp_participants *participants, const struct cp_flow_words *words);

/* An owner or a node as a party. */
void cp_party_of_owner(const struct cp_world *world, uint32_t owner, struct cp_party *out_party);
void cp_party_of_node(const struct cp_world *world, uint32_t node, struct cp_party *out_party);

#endif
