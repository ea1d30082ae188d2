/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of port ranges.
 */
#include "net/ports.h"

#include "base/sort.h"

#include <assert.h>

static int compare_first(const void *a, const void *b)
{
    const struct cp_port_range *left = a, *right = b;

    return (int)left->first - (int)right->first;
}

/* Joins sorted ranges that overlap or touch; returns how many are left. */
static uint32_t join(struct cp_port_range *ranges, uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 1; i < count; i++) {
        if (ranges[i].first > ranges[kept].last + 1)
            ranges[++kept] = ranges[i];
        else if (ranges[i].last > ranges[kept].last)
            ranges[kept].last = ranges[i].last;
    }
    return kept + 1;
}

bool cp_ports_make(struct cp_arena *arena,
                   const struct cp_port_range *ranges,
                   uint32_t count,
                   struct cp_ports *out_ports)
{
    struct cp_ports ports = {NULL, 0};

    for (uint32_t i = 0; i < count; i++)
        assert(ranges[i].first <= ranges[i].last);
    if (count) {
        struct cp_port_range *set = cp_arena_copy(arena, ranges, count * sizeof(*ranges));

        if (!set || !cp_sort(set, count, sizeof(*set), compare_first, arena))
            return false;
        ports.ranges = set;
        ports.range_count = join(set, count);
    }
    *out_ports = ports;
    return true;
}

bool cp_ports_contain(const struct cp_ports *ports, uint16_t port)
{
    uint32_t low = 0, high = ports->range_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (port < ports->ranges[middle].first)
            high = middle;
        else if (port > ports->ranges[middle].last)
            low = middle + 1;
        else
            return true;
    }
    return false;
}
