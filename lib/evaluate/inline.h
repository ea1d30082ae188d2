/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workloads that a flow describes inline (EV-10): like pods, but known to one question only.
 */
#ifndef CP_EVALUATE_INLINE_H
#define CP_EVALUATE_INLINE_H

#include "evaluate/words.h"
#include "evaluate/world.h"

static inline bool cp_is_inline(const struct cp_participant_words *words)
{
    return !words->reference.length &&
           (words->has_namespace || words->has_labels || words->has_profiles);
}

/* Adds the workload to the world as its next inline owner; its node is the caller's business.
   CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_world_add_inline(struct cp_world *world,
                        const struct cp_participant_words *words,
                        struct cp_arena *arena);

/* The same with any number of addresses. */
int cp_world_add_described(struct cp_world *world,
                           const struct cp_participant_words *words,
                           const struct calpol_address *addresses,
                           uint32_t address_count,
                           struct cp_arena *arena);

#endif
