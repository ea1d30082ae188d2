/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interning of lists of numbers.
 */
#include "base/tuples.h"

void cp_tuples_init(struct cp_tuples *tuples, struct cp_arena *arena)
{
    *tuples = (struct cp_tuples){.arena = arena};
}

static uint64_t hash_of(const uint32_t *numbers, uint32_t count)
{
    return cp_hash_bytes(numbers, count * sizeof(*numbers), 0);
}

static bool is_equal(const struct cp_tuple *tuple, const uint32_t *numbers, uint32_t count)
{
    return tuple->count == count &&
           (count == 0 || memcmp(tuple->numbers, numbers, count * sizeof(*numbers)) == 0);
}

static uint32_t find(const struct cp_tuples *tuples,
                     uint64_t hash,
                     const uint32_t *numbers,
                     uint32_t count)
{
    const struct cp_index *index = &tuples->index;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (is_equal(&tuples->items.items[cp_index_item(index, i)], numbers, count))
            return cp_index_item(index, i);
    }
    return CP_INDEX_END;
}

uint32_t cp_tuples_find(const struct cp_tuples *tuples, const uint32_t *numbers, uint32_t count)
{
    return find(tuples, hash_of(numbers, count), numbers, count);
}

bool cp_tuples_add(struct cp_tuples *tuples,
                   const uint32_t *numbers,
                   uint32_t count,
                   uint32_t *out_id,
                   bool *out_is_new)
{
    uint64_t hash = hash_of(numbers, count);
    uint32_t id = find(tuples, hash, numbers, count);
    struct cp_tuple *slot;

    if (out_is_new)
        *out_is_new = id == CP_INDEX_END;
    if (id == CP_INDEX_END) {
        id = tuples->items.count;
        slot = cp_array_push(tuples->arena, &tuples->items);
        if (!slot)
            return false;
        slot->count = count;
        slot->numbers = cp_arena_copy(tuples->arena, numbers, count * sizeof(*numbers));
        if (!slot->numbers || !cp_index_add(&tuples->index, tuples->arena, hash, id)) {
            tuples->items.count--;
            return false;
        }
    }
    *out_id = id;
    return true;
}
