/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The entries of a stage's trace (EV-162): what flow logs have a line for.
 */
#ifndef CP_RENDER_ENTRIES_H
#define CP_RENDER_ENTRIES_H

#include "render/explained.h"

struct cp_entry {
    uint32_t index;  /* from 0 in the stage */
    uint32_t tier;   /* CP_NONE: a profile */
    uint32_t policy; /* CP_POLICY_NO_MATCH: no profile matched */
    int32_t rule;    /* -1: end of tier, or no profile matched */
    enum calpol_action action;
    bool certain;
    /* End of tier: the policies that it may be charged to (EV-165). */
    uint32_t first_governing, last_governing;
};

/* Where a walk over a stage's entries stands. */
struct cp_entry_walk {
    const struct cp_step *steps;
    uint32_t count, position;
    uint32_t next_index;
    uint32_t first_governing, last_governing; /* of the tier at hand */
};

void cp_entries_begin(struct cp_entry_walk *walk,
                      const struct cp_explained *explained,
                      const struct cp_stage *stage);

/* The next entry; false: no more. */
bool cp_entries_next(struct cp_entry_walk *walk, struct cp_entry *out_entry);

/* Is a step an entry of the trace? */
bool cp_step_is_entry(const struct cp_step *step);

/*
 * The policies that governed the endpoint in the tier that decides, without a rule of theirs
 * deciding, one after the other; position is 0 before the first. False: no more.
 */
bool cp_next_applied(const struct cp_explained *explained,
                     const struct cp_stage *stage,
                     uint32_t *position,
                     uint32_t *out_policy);

#endif
