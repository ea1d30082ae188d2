/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable typed arrays whose items live in an arena.
 *
 *     CP_ARRAY(struct cp_prefix) nets = {0};
 *     struct cp_prefix *net = cp_array_push(arena, &nets);   (NULL: no memory)
 *
 * Growing doubles; the old items stay in the arena, unused, until it goes. Things that stay are
 * copied to size by who freezes them.
 */
#ifndef CP_BASE_ARRAY_H
#define CP_BASE_ARRAY_H

#include "base/arena.h"

#define CP_ARRAY(type)                                                                             \
    struct {                                                                                       \
        union {                                                                                    \
            type *items;                                                                           \
            void *memory;                                                                          \
        };                                                                                         \
        uint32_t count;                                                                            \
        uint32_t capacity;                                                                         \
    }

/* Room for more items; false if there is no memory or four billion items are exceeded. */
bool cp_array_reserve_bytes(struct cp_arena *arena,
                            void **memory,
                            uint32_t count,
                            uint32_t *capacity,
                            uint32_t more,
                            size_t item_size);

/* Makes room for more items behind count. */
#define cp_array_reserve(arena, array, more)                                                       \
    cp_array_reserve_bytes((arena), &(array)->memory, (array)->count, &(array)->capacity, (more),  \
                           sizeof(*(array)->items))

/* Pointer to a new, uncleared item at the end; NULL: no memory. */
#define cp_array_push(arena, array)                                                                \
    (cp_array_reserve((arena), (array), 1) ? &(array)->items[(array)->count++] : NULL)

#endif
