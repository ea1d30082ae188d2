/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References as callers write them.
 */
#ifndef CP_API_REFERENCE_H
#define CP_API_REFERENCE_H

#include "base/arena.h"
#include "base/text.h"

/*
 * A reference with its type: "NS/NAME" is a workload, anything else is as it is. A copy in arena,
 * with a NUL behind it; {NULL, 0}: no memory.
 *
 * Looking one up in full takes no memory, so "not found" is never a lack of it.
 */
struct cp_text cp_full_reference(struct cp_arena *arena, struct cp_text reference);

#endif
