/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an address to every network that contains it.
 *
 * Built once, then read by any number of threads. Values are numbers of the caller's; equal
 * networks may be added with several. A lookup costs at most as many steps as the address has bits,
 * in practice as there are distinct networks on the way.
 */
#ifndef CP_NET_PREFIX_TRIE_H
#define CP_NET_PREFIX_TRIE_H

#include "base/array.h"
#include "net/address_key.h"
#include "net/prefix.h"

#define CP_TRIE_NONE UINT32_MAX

/* A network: one that was added, or one where the ways of two others part. */
struct cp_trie_node {
    struct cp_address_key key; /* bits behind length are zero */
    uint32_t children[2];
    uint32_t parent;
    uint32_t first_value, last_value; /* a chain in values; CP_TRIE_NONE: no values */
    uint32_t length;
};

struct cp_trie_value {
    uint32_t value;
    uint32_t next;
};

struct cp_prefix_trie {
    struct cp_arena *arena;
    CP_ARRAY(struct cp_trie_node) nodes;
    CP_ARRAY(struct cp_trie_value) values;
    uint32_t root4, root6; /* CP_TRIE_NONE: no network of that family */
};

/* Where a lookup stands; see cp_prefix_trie_first. */
struct cp_trie_walk {
    uint32_t node;
    uint32_t value;
};

void cp_prefix_trie_init(struct cp_prefix_trie *trie, struct cp_arena *arena);

/* Adds a masked network. False: no memory; the trie is as before. */
bool cp_prefix_trie_add(struct cp_prefix_trie *trie,
                        const struct cp_prefix *prefix,
                        uint32_t value);

/* A copy to size, in another arena. False: no memory. */
bool cp_prefix_trie_copy(const struct cp_prefix_trie *trie,
                         struct cp_arena *arena,
                         struct cp_prefix_trie *out_trie);

/*
 * Walks all values whose network contains the address, longest network first; values of one network
 * in the order they were added:
 *
 *     struct cp_trie_walk walk;
 *
 *     for (bool more = cp_prefix_trie_first(trie, address, &walk, &value); more;
 *          more = cp_prefix_trie_next(trie, &walk, &value))
 *
 * An address of family 0 is in no network.
 */
bool cp_prefix_trie_first(const struct cp_prefix_trie *trie,
                          const struct calpol_address *address,
                          struct cp_trie_walk *out_walk,
                          uint32_t *out_value);
bool cp_prefix_trie_next(const struct cp_prefix_trie *trie,
                         struct cp_trie_walk *walk,
                         uint32_t *out_value);

#endif
