/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A 64-bit hash in the manner of multiply-and-fold, and open addressing with linear probing over
 * it. An entry keeps 32 bits of the hash, which both filters and allows growing without the items.
 */
#include "base/hash.h"

#define FIRST_ENTRIES 16u

/* Harsh builds keep so few bits that much collides: nothing may hang on hashes that differ. */
#ifdef CP_HARSH
#define KEPT ((uint64_t)0x15151515 << 32)
#else
#define KEPT UINT64_MAX
#endif

/* 64 x 64 -> 128 bits, halves folded together. */
#ifdef __SIZEOF_INT128__

__extension__ typedef unsigned __int128 wide;

static inline uint64_t mix(uint64_t a, uint64_t b)
{
    wide product = (wide)a * b;

    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

#else

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t a_low = (uint32_t)a, a_high = a >> 32, b_low = (uint32_t)b, b_high = b >> 32;
    uint64_t low = a_low * b_low, middle = a_high * b_low, other = a_low * b_high;
    uint64_t carry = ((low >> 32) + (uint32_t)middle + (uint32_t)other) >> 32;
    uint64_t high = a_high * b_high + (middle >> 32) + (other >> 32) + carry;

    return high ^ (a * b);
}

#endif

static uint64_t read_bytes(const unsigned char *bytes, size_t length)
{
    uint64_t value = 0;

    memcpy(&value, bytes, length);
    return value;
}

uint64_t cp_hash_bytes(const void *bytes, size_t length, uint64_t seed)
{
    const uint64_t first = 0x9e3779b97f4a7c15u, second = 0xd6e8feb86659fd93u;
    const unsigned char *at = bytes;
    uint64_t state = seed ^ mix(length ^ first, second);

    for (; length > 8; length -= 8, at += 8)
        state = mix(state ^ read_bytes(at, 8), second);
    if (length)
        state = mix(state ^ read_bytes(at, length), first);
    return mix(state ^ first, second) & KEPT;
}

static uint32_t tag_of(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static void place(struct cp_index *index, uint32_t tag, uint32_t item)
{
    uint32_t position = tag & index->mask;

    while (index->entries[position].item != CP_INDEX_END)
        position = (position + 1) & index->mask;
    index->entries[position] = (struct cp_index_entry){tag, item};
}

static bool grow(struct cp_index *index, struct cp_arena *arena)
{
    struct cp_index old = *index;
    uint32_t size = old.entries ? (old.mask + 1) * 2 : FIRST_ENTRIES;

    if (!size)
        return false;
    index->entries = cp_arena_allocate(arena, size * sizeof(*index->entries));
    if (!index->entries) {
        *index = old;
        return false;
    }
    index->mask = size - 1;
    for (uint32_t i = 0; i < size; i++)
        index->entries[i] = (struct cp_index_entry){0, CP_INDEX_END};
    for (uint32_t i = 0; old.entries && i <= old.mask; i++) {
        if (old.entries[i].item != CP_INDEX_END)
            place(index, old.entries[i].tag, old.entries[i].item);
    }
    return true;
}

bool cp_index_add(struct cp_index *index, struct cp_arena *arena, uint64_t hash, uint32_t item)
{
    if (!index->entries || index->count >= index->mask / 2 + 1) {
        if (!grow(index, arena))
            return false;
    }
    place(index, tag_of(hash), item);
    index->count++;
    return true;
}

/* The next position at or behind one that holds an item with the tag. */
static uint32_t search(const struct cp_index *index, uint32_t tag, uint32_t position)
{
    while (index->entries[position].item != CP_INDEX_END) {
        if (index->entries[position].tag == tag)
            return position;
        position = (position + 1) & index->mask;
    }
    return CP_INDEX_END;
}

uint32_t cp_index_first(const struct cp_index *index, uint64_t hash)
{
    if (!index->entries)
        return CP_INDEX_END;
    return search(index, tag_of(hash), tag_of(hash) & index->mask);
}

uint32_t cp_index_next(const struct cp_index *index, uint32_t position)
{
    return search(index, index->entries[position].tag, (position + 1) & index->mask);
}
