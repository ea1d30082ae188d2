/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Failsafe ports (EV-125): traffic of a host itself that its host endpoints always let through.
 */
#ifndef CP_EVALUATE_FAILSAFE_H
#define CP_EVALUATE_FAILSAFE_H

#include "evaluate/flow.h"
#include "evaluate/tri.h"
#include "evaluate/world.h"

/* May failsafe ports let the flow through (EV-125)? before_nat: the destination port is the one
   before NAT; replies: ports of the other direction count as source port (untracked stages). */
struct cp_tri cp_failsafe(const struct cp_world *world,
                          const struct cp_flow *flow,
                          uint32_t node,
                          enum cp_direction direction,
                          bool before_nat,
                          bool replies);

#endif
