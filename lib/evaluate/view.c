/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sides of a flow: who owns their addresses.
 */
#include "evaluate/view.h"

static void add_owner(const struct cp_world *world, struct cp_side *side, uint32_t owner)
{
    side->owners[side->owner_count] = owner;
    side->labels[side->owner_count++] = cp_world_labels(world, owner);
}

static bool owns(const struct cp_owner *owner, const struct calpol_address *address)
{
    for (uint32_t i = 0; i < owner->nets.count; i++) {
        if (cp_prefix_contains(&owner->nets.items[i], address))
            return true;
    }
    return false;
}

/* EV-18. Inline workloads first: the rest of the trie comes last. */
static void find_owners(const struct cp_world *world, struct cp_side *side)
{
    const struct cp_prefix_trie *trie = &world->ruleset->owner_trie;
    struct cp_trie_walk walk;
    uint32_t owner;

    for (uint32_t i = 0; i < world->inline_count; i++) {
        if (owns(&world->inline_owners[i], &side->address))
            add_owner(world, side, cp_ruleset_owner_count(world->ruleset) + i);
    }
    for (bool more = cp_prefix_trie_first(trie, &side->address, &walk, &owner); more;
         more = cp_prefix_trie_next(trie, &walk, &owner)) {
        add_owner(world, side, owner);
        if (side->owner_count == CP_SIDE_OWNERS) {
            side->more_owners = true;
            side->rest = walk;
            return;
        }
    }
}

/* EV-15: without an address a workload still is itself. */
static void set_owners(const struct cp_world *world,
                       struct cp_side *side,
                       const struct cp_party *party)
{
    side->owner_count = 0;
    side->more_owners = false;
    side->is_workload = party && party->kind == CP_PARTY_WORKLOAD;
    side->is_no_pod =
        party && party->kind == CP_PARTY_HOST && world->ruleset->dialect == CALPOL_DIALECT_UPSTREAM;
    if (side->has_address)
        find_owners(world, side);
    else if (side->is_workload)
        add_owner(world, side, party->owner);
}

static void set_address(struct cp_side *side, bool known, const struct calpol_address *address)
{
    side->has_address = known;
    side->address = *address;
}

static void init_sources(struct cp_view *view,
                         const struct cp_world *world,
                         const struct cp_flow *flow)
{
    struct cp_side *source = &view->sides[CP_SOURCE];

    view->world = world;
    view->flow = flow;
    source->has_port = flow->has_source_port;
    source->port = flow->source_port;
    source->address_depends = CALPOL_DEPENDS_SOURCE_IP;
    source->port_depends = CALPOL_DEPENDS_SOURCE_PORT;
    set_address(source, flow->source.has_address, &flow->source.address);
    set_owners(world, source, &flow->source);
    view->sides[CP_DESTINATION].address_depends = CALPOL_DEPENDS_DESTINATION_IP;
    view->sides[CP_DESTINATION].port_depends = CALPOL_DEPENDS_DESTINATION_PORT;
}

void cp_view_init(struct cp_view *view, const struct cp_world *world, const struct cp_flow *flow)
{
    struct cp_side *destination = &view->sides[CP_DESTINATION];

    init_sources(view, world, flow);
    destination->has_port = flow->has_destination_port;
    destination->port = flow->destination_port;
    set_address(destination, flow->destination.has_address, &flow->destination.address);
    set_owners(world, destination, &flow->destination);
}

void cp_view_init_pre_dnat(struct cp_view *view,
                           const struct cp_world *world,
                           const struct cp_flow *flow)
{
    struct cp_side *destination = &view->sides[CP_DESTINATION];
    const struct cp_pre_dnat *pre = &flow->pre_dnat;

    cp_view_init(view, world, flow);
    if (pre->present && pre->has_port) {
        destination->has_port = true;
        destination->port = pre->port;
    }
    if (pre->present && pre->address_known != CP_ABSENT) {
        /* EV-122: who owns the address before NAT has nothing to do with the endpoint behind it. */
        set_address(destination, pre->address_known == CP_KNOWN, &pre->address);
        set_owners(world, destination, NULL);
    }
}

/* Takes the owner at the walk's position of the array. */
static bool take_from_array(struct cp_owner_walk *walk)
{
    walk->owner = walk->side->owners[walk->position];
    walk->labels = walk->side->labels[walk->position];
    return true;
}

bool cp_side_first(const struct cp_view *view,
                   const struct cp_side *side,
                   struct cp_owner_walk *out_walk)
{
    out_walk->view = view;
    out_walk->side = side;
    out_walk->position = 0;
    return side->owner_count > 0 && take_from_array(out_walk);
}

bool cp_side_next(struct cp_owner_walk *walk)
{
    const struct cp_side *side = walk->side;
    const struct cp_world *world = walk->view->world;

    if (walk->position < side->owner_count)
        walk->position++;
    if (walk->position < side->owner_count)
        return take_from_array(walk);
    if (!side->more_owners)
        return false;
    if (walk->position == side->owner_count) {
        walk->trie = side->rest;
        walk->position++;
    }
    if (!cp_prefix_trie_next(&world->ruleset->owner_trie, &walk->trie, &walk->owner))
        return false;
    walk->labels = cp_world_labels(world, walk->owner);
    return true;
}
