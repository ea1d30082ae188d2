/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of port ranges, as a compiled rule holds them: numbers only, sorted and disjoint.
 */
#ifndef CP_NET_PORTS_H
#define CP_NET_PORTS_H

#include "base/arena.h"

struct cp_port_range {
    uint16_t first, last;
};

struct cp_ports {
    const struct cp_port_range *ranges;
    uint32_t range_count;
};

/* The set of count ranges in any order, overlapping or not; kept in arena. False: no memory. */
bool cp_ports_make(struct cp_arena *arena,
                   const struct cp_port_range *ranges,
                   uint32_t count,
                   struct cp_ports *out_ports);

/* Is port in the set? An empty set contains nothing; "any port" is the absence of a set. */
bool cp_ports_contain(const struct cp_ports *ports, uint16_t port);

#endif
