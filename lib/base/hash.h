/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashing, and an index of items by hash.
 *
 * The index holds item numbers only; the items stay where they are and the caller compares:
 *
 *     uint64_t hash = cp_hash_text(name, 0);
 *
 *     for (uint32_t i = cp_index_first(&index, hash); i != CP_INDEX_END; i = cp_index_next(&index,
 * i)) if (cp_text_equal(items[cp_index_item(&index, i)].name, name)) return cp_index_item(&index,
 * i);
 *
 * Texts of a hostile file can be made to share a hash only by someone who knows the seed; the seed
 * is fixed, so the worst case is bounded by the load limits, not excluded.
 */
#ifndef CP_BASE_HASH_H
#define CP_BASE_HASH_H

#include "base/arena.h"
#include "base/text.h"

#define CP_INDEX_END UINT32_MAX

uint64_t cp_hash_bytes(const void *bytes, size_t length, uint64_t seed);

static inline uint64_t cp_hash_text(struct cp_text text, uint64_t seed)
{
    return cp_hash_bytes(text.data, text.length, seed);
}

struct cp_index_entry {
    uint32_t tag; /* high half of the hash; entries in use have item != CP_INDEX_END */
    uint32_t item;
};

struct cp_index {
    struct cp_index_entry *entries; /* a power of two of them */
    uint32_t mask;                  /* entries - 1; 0 with entries NULL: empty */
    uint32_t count;
};

/* Adds an item under a hash, whether or not it is there. False: no memory. */
bool cp_index_add(struct cp_index *index, struct cp_arena *arena, uint64_t hash, uint32_t item);

/* Walks the items added under a hash (and perhaps a few others): positions, not items. */
uint32_t cp_index_first(const struct cp_index *index, uint64_t hash);
uint32_t cp_index_next(const struct cp_index *index, uint32_t position);

/* Asks memory for where a walk begins. */
static inline void cp_index_prefetch(const struct cp_index *index, uint64_t hash)
{
    if (index->entries)
        __builtin_prefetch(&index->entries[(uint32_t)(hash >> 32) & index->mask]);
}

static inline uint32_t cp_index_item(const struct cp_index *index, uint32_t position)
{
    return index->entries[position].item;
}

#endif
