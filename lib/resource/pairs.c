/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of texts. Short ones are searched from end to end, long ones have an index.
 */
#include "resource/metadata.h"

#define LONGEST_WITHOUT_INDEX 16u

static struct cp_text *find_in_order(const struct cp_pairs *pairs, struct cp_text key)
{
    for (uint32_t i = 0; i < pairs->items.count; i++) {
        if (cp_text_equal(pairs->items.items[i].key, key))
            return &pairs->items.items[i].value;
    }
    return NULL;
}

static struct cp_text *find_by_index(const struct cp_pairs *pairs, struct cp_text key)
{
    const struct cp_index *index = &pairs->index;
    uint64_t hash = cp_hash_text(key, 0);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        struct cp_pair *pair = &pairs->items.items[cp_index_item(index, i)];

        if (cp_text_equal(pair->key, key))
            return &pair->value;
    }
    return NULL;
}

static struct cp_text *find(const struct cp_pairs *pairs, struct cp_text key)
{
    return pairs->index.count ? find_by_index(pairs, key) : find_in_order(pairs, key);
}

const struct cp_text *cp_pairs_find(const struct cp_pairs *pairs, struct cp_text key)
{
    return find(pairs, key);
}

/* Adds the pairs from the given one on to the index. */
static bool index_from(struct cp_pairs *pairs, struct cp_arena *arena, uint32_t first)
{
    for (uint32_t i = first; i < pairs->items.count; i++) {
        if (!cp_index_add(&pairs->index, arena, cp_hash_text(pairs->items.items[i].key, 0), i))
            return false;
    }
    return true;
}

bool cp_pairs_set(struct cp_pairs *pairs,
                  struct cp_arena *arena,
                  struct cp_text key,
                  struct cp_text value)
{
    struct cp_text *slot = find(pairs, key);
    struct cp_pair *pair;

    if (slot) {
        *slot = value;
        return true;
    }
    pair = cp_array_push(arena, &pairs->items);
    if (!pair)
        return false;
    *pair = (struct cp_pair){key, value};
    if (pairs->items.count <= LONGEST_WITHOUT_INDEX)
        return true;
    return index_from(pairs, arena, pairs->index.count);
}

bool cp_pairs_remove(struct cp_pairs *pairs, struct cp_arena *arena, struct cp_text key)
{
    struct cp_text *slot = find(pairs, key);
    struct cp_pair *pair;
    uint32_t after;

    if (!slot)
        return true;
    pair = (struct cp_pair *)(void *)((char *)slot - offsetof(struct cp_pair, value));
    after = pairs->items.count - (uint32_t)(pair - pairs->items.items) - 1;
    memmove(pair, pair + 1, after * sizeof(*pair));
    pairs->items.count--;
    pairs->index = (struct cp_index){0};
    return pairs->items.count <= LONGEST_WITHOUT_INDEX || index_from(pairs, arena, 0);
}
