/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growth of arena-backed arrays.
 */
#include "base/array.h"

#include <string.h>

/* Of the first items that come one by one; large ones take no more than they need. */
#define FIRST_CAPACITY 4u
#define LARGE_ITEM ((size_t)128)

static uint32_t first_capacity(uint32_t more, size_t item_size)
{
    return more == 1 && item_size < LARGE_ITEM ? FIRST_CAPACITY : more;
}

bool cp_array_reserve_bytes(struct cp_arena *arena,
                            void **memory,
                            uint32_t count,
                            uint32_t *capacity,
                            uint32_t more,
                            size_t item_size)
{
    uint32_t needed, wanted;
    void *grown;

    if (more <= *capacity - count)
        return true;
    if (more > UINT32_MAX - count)
        return false;
    needed = count + more;
    wanted = *capacity > UINT32_MAX / 2 ? UINT32_MAX : *capacity * 2;
    if (!*capacity)
        wanted = first_capacity(more, item_size);
    if (wanted < needed)
        wanted = needed;
    if (wanted > SIZE_MAX / item_size)
        return false;
    grown = cp_arena_allocate(arena, wanted * item_size);
    if (!grown)
        return false;
    if (count)
        memcpy(grown, *memory, count * item_size);
    *memory = grown;
    *capacity = wanted;
    return true;
}
