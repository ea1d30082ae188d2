/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host endpoints (evaluation.md, chapter 10): which of them governs a crossing between a node and
 * the outside, and the stages that it adds.
 */
#ifndef CP_EVALUATE_HOST_H
#define CP_EVALUATE_HOST_H

#include "evaluate/stages.h"

/* The host endpoint with interface "*" of a node, or CP_NONE. */
uint32_t cp_wildcard_of(const struct cp_world *world, uint32_t node);

/*
 * The stages of one crossing (14.2, hep_side): of the source's node for EGRESS, of the
 * destination's for INGRESS. is_local: traffic of the host itself, not forwarded.
 */
void cp_add_crossing(struct cp_plan *plan, enum cp_direction direction, bool is_local);

/* The stages of a node that traffic from outside merely passes through, in and out again. */
void cp_add_passage(struct cp_plan *plan, uint32_t node);

#endif
