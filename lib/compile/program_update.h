/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The programs of an updated ruleset: those of the one before, but for endpoints that the change is about.
 * Internal to compile/.
 */
#ifndef CP_COMPILE_PROGRAM_UPDATE_H
#define CP_COMPILE_PROGRAM_UPDATE_H

#include "compile/basis.h"

struct cp_program_update {
    const struct calpol_ruleset *old;
    struct calpol_ruleset *ruleset; /* all but the programs is made */
    struct cp_arena *piece;
    struct cp_arena *work;
    const uint32_t *governed_sets; /* label sets whose policies changed */
    uint32_t governed_count;
    const uint32_t *changed_sets; /* and those for which other selectors hold now */
    uint32_t changed_count;
    const uint32_t
        *new_policies; /* by number of a policy or profile of old; NULL: all are the same */
    const uint32_t *root_policies; /* by number in ruleset: the root's, or CP_NONE */
    const uint32_t *own_policies;  /* by number in the root: that in ruleset, or CP_NONE */
    uint32_t rule_count;           /* numbers of rules */
};

/* CALPOL_OK, CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_LIMIT if no room is left. */
int cp_programs_update(const struct cp_program_update *update);

#endif
