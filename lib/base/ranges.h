/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of numbers as ranges, each distinct set once.
 *
 * A pool holds subsets of 0 ... size - 1. Sets are called by number; equal sets have equal numbers,
 * so two questions that hold for the same numbers are one. Ranges are sorted and apart from each
 * other. Functions that make sets return false if there is no memory.
 */
#ifndef CP_BASE_RANGES_H
#define CP_BASE_RANGES_H

#include "base/tuples.h"

struct cp_range {
    uint32_t first, end; /* end is not in it */
};

struct cp_ranges {
    const struct cp_range *items;
    uint32_t count;
};

/* Every pool has these two. */
#define CP_RANGES_NONE 0u
#define CP_RANGES_ALL 1u

struct cp_range_pool {
    struct cp_tuples sets; /* two numbers a range */
    CP_ARRAY(struct cp_range) scratch;
    uint32_t size;
};

/* size is not 0. */
bool cp_range_pool_init(struct cp_range_pool *pool, struct cp_arena *arena, uint32_t size);

static inline struct cp_ranges cp_ranges_of(const struct cp_range_pool *pool, uint32_t set)
{
    const struct cp_tuple *tuple = &pool->sets.items.items[set];

    return (struct cp_ranges){(const struct cp_range *)(const void *)tuple->numbers,
                              tuple->count / 2};
}

bool cp_ranges_contain(const struct cp_range_pool *pool, uint32_t set, uint32_t number);

/* The set of count ranges in any order, overlapping or not; they are sorted in place. */
bool cp_ranges_make(struct cp_range_pool *pool,
                    struct cp_range *ranges,
                    uint32_t count,
                    uint32_t *out_set);

bool cp_ranges_complement(struct cp_range_pool *pool, uint32_t set, uint32_t *out_set);
bool cp_ranges_intersect(struct cp_range_pool *pool, uint32_t a, uint32_t b, uint32_t *out_set);
bool cp_ranges_unite(struct cp_range_pool *pool, uint32_t a, uint32_t b, uint32_t *out_set);

#endif
