/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Algebra of sets as ranges. Results are gathered in the pool's scratch and interned.
 */
#include "base/ranges.h"

#include "base/sort.h"

#include <assert.h>

_Static_assert(sizeof(struct cp_range) == 2 * sizeof(uint32_t), "a range is two numbers");

static bool intern(struct cp_range_pool *pool, uint32_t *out_set)
{
    const uint32_t *numbers = (const uint32_t *)(const void *)pool->scratch.items;

    return cp_tuples_add(&pool->sets, numbers, pool->scratch.count * 2, out_set, NULL);
}

bool cp_range_pool_init(struct cp_range_pool *pool, struct cp_arena *arena, uint32_t size)
{
    uint32_t none, all;

    assert(size > 0);
    *pool = (struct cp_range_pool){.size = size};
    cp_tuples_init(&pool->sets, arena);
    if (!cp_array_reserve(arena, &pool->scratch, 1) || !intern(pool, &none))
        return false;
    pool->scratch.items[pool->scratch.count++] = (struct cp_range){0, size};
    if (!intern(pool, &all))
        return false;
    assert(none == CP_RANGES_NONE && all == CP_RANGES_ALL);
    return true;
}

bool cp_ranges_contain(const struct cp_range_pool *pool, uint32_t set, uint32_t number)
{
    struct cp_ranges ranges = cp_ranges_of(pool, set);
    uint32_t low = 0, high = ranges.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (number < ranges.items[middle].first)
            high = middle;
        else if (number >= ranges.items[middle].end)
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* Adds a range behind the others of the result; ranges that touch are joined. */
static void append(struct cp_range_pool *pool, uint32_t first, uint32_t end)
{
    uint32_t *count = &pool->scratch.count;
    struct cp_range *items = pool->scratch.items;

    if (first >= end)
        return;
    if (*count == 0 || first > items[*count - 1].end)
        items[(*count)++] = (struct cp_range){first, end};
    else if (end > items[*count - 1].end)
        items[*count - 1].end = end;
}

/* Empties the result and makes room for count ranges. */
static bool begin(struct cp_range_pool *pool, uint32_t count)
{
    pool->scratch.count = 0;
    return cp_array_reserve(pool->sets.arena, &pool->scratch, count + 1);
}

static int compare_ranges(const void *left, const void *right)
{
    const struct cp_range *a = left, *b = right;

    return (a->first > b->first) - (a->first < b->first);
}

static bool is_sorted(const struct cp_range *ranges, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (ranges[i].first < ranges[i - 1].first)
            return false;
    }
    return true;
}

bool cp_ranges_make(struct cp_range_pool *pool,
                    struct cp_range *ranges,
                    uint32_t count,
                    uint32_t *out_set)
{
    if (!begin(pool, count))
        return false;
    if (!is_sorted(ranges, count) &&
        !cp_sort(ranges, count, sizeof(*ranges), compare_ranges, pool->sets.arena))
        return false;
    for (uint32_t i = 0; i < count; i++)
        append(pool, ranges[i].first, ranges[i].end);
    return intern(pool, out_set);
}

bool cp_ranges_complement(struct cp_range_pool *pool, uint32_t set, uint32_t *out_set)
{
    struct cp_ranges ranges = cp_ranges_of(pool, set);
    uint32_t from = 0;

    if (!begin(pool, ranges.count + 1))
        return false;
    for (uint32_t i = 0; i < ranges.count; i++) {
        append(pool, from, ranges.items[i].first);
        from = ranges.items[i].end;
    }
    append(pool, from, pool->size);
    return intern(pool, out_set);
}

bool cp_ranges_intersect(struct cp_range_pool *pool, uint32_t a, uint32_t b, uint32_t *out_set)
{
    struct cp_ranges left = cp_ranges_of(pool, a), right = cp_ranges_of(pool, b);
    uint32_t i = 0, j = 0;

    if (a == b || b == CP_RANGES_ALL || a == CP_RANGES_ALL) {
        *out_set = b == CP_RANGES_ALL ? a : b;
        return true;
    }
    if (!begin(pool, left.count + right.count))
        return false;
    while (i < left.count && j < right.count) {
        const struct cp_range *x = &left.items[i], *y = &right.items[j];

        append(pool, x->first > y->first ? x->first : y->first, x->end < y->end ? x->end : y->end);
        if (x->end < y->end)
            i++;
        else
            j++;
    }
    return intern(pool, out_set);
}

bool cp_ranges_unite(struct cp_range_pool *pool, uint32_t a, uint32_t b, uint32_t *out_set)
{
    struct cp_ranges left = cp_ranges_of(pool, a), right = cp_ranges_of(pool, b);
    uint32_t i = 0, j = 0;

    if (a == b || b == CP_RANGES_NONE || a == CP_RANGES_NONE) {
        *out_set = b == CP_RANGES_NONE ? a : b;
        return true;
    }
    if (!begin(pool, left.count + right.count))
        return false;
    while (i < left.count || j < right.count) {
        bool take_left =
            j == right.count || (i < left.count && left.items[i].first <= right.items[j].first);
        const struct cp_range *next = take_left ? &left.items[i++] : &right.items[j++];

        append(pool, next->first, next->end);
    }
    return intern(pool, out_set);
}
