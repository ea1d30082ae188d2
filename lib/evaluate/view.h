/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow as rules see it: for each side the address, the port and the owners of the address
 * (EV-18). Two views of a flow exist: after destination NAT, and before it, for untracked and
 * pre-DNAT policy (EV-8, EV-122).
 *
 * A view is made once and serves all rules. It allocates nothing: owners that do not fit its array
 * are looked up again in the trie each time.
 */
#ifndef CP_EVALUATE_VIEW_H
#define CP_EVALUATE_VIEW_H

#include "evaluate/flow.h"
#include "evaluate/world.h"

#define CP_SIDE_OWNERS 12u

/* Sides, as indexes. */
enum cp_end { CP_SOURCE, CP_DESTINATION };

struct cp_side {
    bool has_address, has_port;
    struct calpol_address address;
    uint16_t port;
    uint32_t address_depends; /* CALPOL_DEPENDS_SOURCE_IP or ..._DESTINATION_IP */
    uint32_t port_depends;
    /* Who is known to own the address; without an address the endpoint itself (EV-15). */
    uint32_t owners[CP_SIDE_OWNERS];
    const struct cp_label_set *labels[CP_SIDE_OWNERS]; /* parallel */
    uint32_t owner_count;
    bool more_owners; /* more than the array holds: rest goes on in the trie */
    struct cp_trie_walk rest;
    bool is_workload; /* without an address: a workload endpoint speaks for itself */
    bool is_no_pod;   /* without an address: a node, where selectors know pods only (K8-20) */
};

struct cp_view {
    const struct cp_world *world;
    const struct cp_flow *flow;
    struct cp_side sides[2]; /* by enum cp_end */
};

/* The flow after destination NAT, and before it. */
void cp_view_init(struct cp_view *view, const struct cp_world *world, const struct cp_flow *flow);
void cp_view_init_pre_dnat(struct cp_view *view,
                           const struct cp_world *world,
                           const struct cp_flow *flow);

/*
 * The owners of a side, one after the other. Their order means nothing.
 *
 *     struct cp_owner_walk walk;
 *
 *     for (bool more = cp_side_first(view, side, &walk); more; more = cp_side_next(&walk))
 *         look at walk.owner and walk.labels
 */
struct cp_owner_walk {
    uint32_t owner;
    const struct cp_label_set *labels;
    const struct cp_view *view;
    const struct cp_side *side;
    uint32_t position; /* of the owner in the array; owner_count: in the trie */
    struct cp_trie_walk trie;
};

bool cp_side_first(const struct cp_view *view,
                   const struct cp_side *side,
                   struct cp_owner_walk *out_walk);
bool cp_side_next(struct cp_owner_walk *walk);

#endif
