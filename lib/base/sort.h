/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Stable sorting in guaranteed n log n steps, which qsort promises neither of.
 */
#ifndef CP_BASE_SORT_H
#define CP_BASE_SORT_H

#include "base/arena.h"

/* Sorts count items of size bytes; compare as for qsort; equal items keep their order. Takes room
   for the items from scratch. False: no memory, items unchanged. */
bool cp_sort(void *items,
             size_t count,
             size_t size,
             int (*compare)(const void *, const void *),
             struct cp_arena *scratch);

/* Sorts numbers in place, without memory. compare NULL: ascending. */
void cp_sort_numbers(uint32_t *numbers,
                     size_t count,
                     int (*compare)(uint32_t a, uint32_t b, const void *context),
                     const void *context);

/* Sorts keys, ascending, in steps that grow with their number only. scratch has room for as many. */
void cp_sort_keys(uint64_t *keys, size_t count, uint64_t *scratch);

#endif
