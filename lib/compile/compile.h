/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the collection of what was loaded to the immutable ruleset.
 */
#ifndef CP_COMPILE_COMPILE_H
#define CP_COMPILE_COMPILE_H

#include "resource/collection.h"
#include "ruleset/ruleset.h"

/* How far the making of programs (ruleset/program.h) may go: what is left goes to the plain walk. And
   where their forms change, which tests move. */
struct cp_program_limits {
    uint64_t max_bytes;            /* of all programs */
    uint64_t max_work;             /* steps of making them; some ten million a second */
    uint32_t max_cells;            /* of a table, at most 65536; what needs more becomes vectors */
    uint32_t max_dense_classes;    /* up to so many, tables have the row of each class */
    uint32_t max_narrow_classes;   /* up to so many, at most 65536, maps of them have 16 bits */
    uint32_t max_narrow_decisions; /* up to so many, at most 65536, cells have 16 bits */
};

/* No limits, and the usual forms. */
extern const struct cp_program_limits cp_program_no_limits;

struct cp_compile_input {
    struct cp_collection *collection; /* synthetic workloads are added to it */
    struct cp_arena *work;            /* dropped by the caller afterwards */
    struct calpol_diagnostics *diagnostics;
    const struct cp_source *source; /* of reports that belong to no text; may be NULL */
    enum calpol_dialect dialect;    /* as asked for; AUTO is settled here (K8-3) */
    bool lenient;
    struct cp_options options; /* what the caller set; resources add to it (EV-195) */
    const struct cp_program_limits *programs; /* NULL: none are made */
    bool updatable;                           /* what quick updates need is kept */
    uint64_t max_tries, max_matches; /* of selectors with label sets; 0: the usual limits */
    /* NULL, or where the policies that were compiled go: by their numbers in the ruleset, in work. */
    struct cp_policy_spec *const **out_policies;
};

/*
 * Fills a new ruleset (cp_ruleset_new) whose names the selectors of the collection were parsed
 * with. CALPOL_OK or CALPOL_ERROR_NO_MEMORY; on failure the ruleset may only be unreferenced.
 * Warnings and notes go to the diagnostics; whether errors there make the load fail is the caller's
 * business, before this is called.
 */
int cp_compile(const struct cp_compile_input *input, struct calpol_ruleset *ruleset);

/* A tier that exists without being declared (EV-21, K8-7). */
struct cp_implied_tier {
    const char *name;
    double order;
    uint8_t default_action; /* CALPOL_ACTION_DENY or CALPOL_ACTION_PASS */
    bool v1alpha1;          /* only when the input holds such admin policies */
};

/* All of them, in order of evaluation. */
const struct cp_implied_tier *cp_implied_tiers(size_t *out_count);

#endif
