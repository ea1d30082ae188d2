/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A binary trie with one-way paths left out, one for each family.
 *
 * A node is a network: one that was added, or one where the ways of two others part, which has no
 * values. Its children are the longer networks that continue with a 0 and with a 1. IPv4 addresses
 * are the upper 32 of the 128 bits.
 *
 *                 10.0.0.0/8
 *                /          \
 *       10.0.0.0/9           10.200.0.0/16       (children of /8: next bit 0, 1)
 *
 * A lookup goes down to the longest network with values and from there up along the parents.
 */
#include "net/prefix_trie.h"

#include <assert.h>

static unsigned bit_at(struct cp_address_key key, unsigned position)
{
    return (position < 64 ? key.high >> (63 - position) : key.low >> (127 - position)) & 1;
}

static bool starts_with(struct cp_address_key key, const struct cp_trie_node *node)
{
    struct cp_address_key first = cp_address_key_first(key, node->length);

    return first.high == node->key.high && first.low == node->key.low;
}

/* Number of bits, limit at most, in which two keys agree from the first one on. */
static unsigned common_length(struct cp_address_key a, struct cp_address_key b, unsigned limit)
{
    uint64_t high = a.high ^ b.high, low = a.low ^ b.low;
    unsigned length = 0;

    if (!high) {
        length = 64;
        high = low;
    }
    for (uint64_t bit = (uint64_t)1 << 63; bit && !(high & bit); bit >>= 1)
        length++;
    return length < limit ? length : limit;
}

void cp_prefix_trie_init(struct cp_prefix_trie *trie, struct cp_arena *arena)
{
    *trie = (struct cp_prefix_trie){.arena = arena, .root4 = CP_TRIE_NONE, .root6 = CP_TRIE_NONE};
}

/* A node without children and values. There is room for it. */
static uint32_t new_node(struct cp_prefix_trie *trie,
                         struct cp_address_key key,
                         unsigned length,
                         uint32_t parent)
{
    uint32_t number = trie->nodes.count++;

    trie->nodes.items[number] = (struct cp_trie_node){
        .key = cp_address_key_first(key, length),
        .children = {CP_TRIE_NONE, CP_TRIE_NONE},
        .parent = parent,
        .first_value = CP_TRIE_NONE,
        .last_value = CP_TRIE_NONE,
        .length = length,
    };
    return number;
}

/* Makes a node the child of another. */
static void adopt(struct cp_prefix_trie *trie, uint32_t parent, uint32_t child)
{
    struct cp_trie_node *node = &trie->nodes.items[parent];

    node->children[bit_at(trie->nodes.items[child].key, node->length)] = child;
    trie->nodes.items[child].parent = parent;
}

/* Puts a new node for the network at a place where the node below it is not on the way to it:
   beside that one, under a node where both part, or between it and the parent. */
static uint32_t insert_above(struct cp_prefix_trie *trie,
                             uint32_t below,
                             uint32_t *place,
                             struct cp_address_key key,
                             unsigned length)
{
    const struct cp_trie_node *old = &trie->nodes.items[below];
    unsigned common = common_length(key, old->key, length < old->length ? length : old->length);
    uint32_t upper = new_node(trie, key, common, old->parent), added = upper;

    *place = upper;
    adopt(trie, upper, below);
    if (common < length) {
        added = new_node(trie, key, length, upper);
        adopt(trie, upper, added);
    }
    return added;
}

/* The node of a network, new or known. There is room for two nodes, so that places stay where they
   are. */
static uint32_t find_or_insert(struct cp_prefix_trie *trie,
                               uint32_t *place,
                               struct cp_address_key key,
                               unsigned length)
{
    uint32_t parent = CP_TRIE_NONE;

    while (*place != CP_TRIE_NONE) {
        struct cp_trie_node *node = &trie->nodes.items[*place];

        if (node->length > length || !starts_with(key, node))
            return insert_above(trie, *place, place, key, length);
        if (node->length == length)
            return *place;
        parent = *place;
        place = &node->children[bit_at(key, node->length)];
    }
    *place = new_node(trie, key, length, parent);
    return *place;
}

bool cp_prefix_trie_add(struct cp_prefix_trie *trie, const struct cp_prefix *prefix, uint32_t value)
{
    const struct cp_address_key key = cp_address_key_of(&prefix->address);
    uint32_t *root = prefix->address.family == 4 ? &trie->root4 : &trie->root6;
    struct cp_trie_value *entry;
    struct cp_trie_node *node;
    uint32_t number;

    assert(prefix->address.family == 4 || prefix->address.family == 6);
    assert(prefix->length <= cp_family_bits(prefix->address.family));
    if (!cp_array_reserve(trie->arena, &trie->nodes, 2))
        return false;
    entry = cp_array_push(trie->arena, &trie->values);
    if (!entry)
        return false;
    *entry = (struct cp_trie_value){value, CP_TRIE_NONE};
    number = find_or_insert(trie, root, key, prefix->length);
    node = &trie->nodes.items[number];
    if (node->last_value == CP_TRIE_NONE)
        node->first_value = trie->values.count - 1;
    else
        trie->values.items[node->last_value].next = trie->values.count - 1;
    node->last_value = trie->values.count - 1;
    return true;
}

bool cp_prefix_trie_copy(const struct cp_prefix_trie *trie,
                         struct cp_arena *arena,
                         struct cp_prefix_trie *out_trie)
{
    struct cp_prefix_trie copy = *trie;

    copy.arena = arena;
    copy.nodes.capacity = copy.nodes.count;
    copy.values.capacity = copy.values.count;
    copy.nodes.memory =
        cp_arena_copy(arena, trie->nodes.items, trie->nodes.count * sizeof(*trie->nodes.items));
    copy.values.memory =
        cp_arena_copy(arena, trie->values.items, trie->values.count * sizeof(*trie->values.items));
    if (!copy.nodes.memory || !copy.values.memory)
        return false;
    *out_trie = copy;
    return true;
}

/* Stops at a node or the nearest one above it that has values; false if there is none. */
static bool stop_at_values(const struct cp_prefix_trie *trie,
                           uint32_t node,
                           struct cp_trie_walk *out_walk,
                           uint32_t *out_value)
{
    while (node != CP_TRIE_NONE && trie->nodes.items[node].first_value == CP_TRIE_NONE)
        node = trie->nodes.items[node].parent;
    if (node == CP_TRIE_NONE)
        return false;
    out_walk->node = node;
    out_walk->value = trie->nodes.items[node].first_value;
    *out_value = trie->values.items[out_walk->value].value;
    return true;
}

bool cp_prefix_trie_first(const struct cp_prefix_trie *trie,
                          const struct calpol_address *address,
                          struct cp_trie_walk *out_walk,
                          uint32_t *out_value)
{
    const struct cp_address_key key = cp_address_key_of(address);
    const unsigned bits = cp_family_bits(address->family);
    uint32_t place = CP_TRIE_NONE, longest = CP_TRIE_NONE;

    if (address->family == 4)
        place = trie->root4;
    else if (address->family == 6)
        place = trie->root6;
    while (place != CP_TRIE_NONE) {
        const struct cp_trie_node *node = &trie->nodes.items[place];

        if (!starts_with(key, node))
            break;
        longest = place;
        if (node->length == bits)
            break;
        place = node->children[bit_at(key, node->length)];
    }
    return stop_at_values(trie, longest, out_walk, out_value);
}

bool cp_prefix_trie_next(const struct cp_prefix_trie *trie,
                         struct cp_trie_walk *walk,
                         uint32_t *out_value)
{
    uint32_t next = trie->values.items[walk->value].next;

    if (next == CP_TRIE_NONE)
        return stop_at_values(trie, trie->nodes.items[walk->node].parent, walk, out_value);
    walk->value = next;
    *out_value = trie->values.items[next].value;
    return true;
}
