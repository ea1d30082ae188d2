/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a ruleset and some policies that changed to the next ruleset, in time that goes with the change:
 * for what most updates are. Everything else is for a load of all texts.
 */
#ifndef CP_COMPILE_UPDATE_H
#define CP_COMPILE_UPDATE_H

#include "compile/compile.h"

/* A policy that is there no more; identity is that of its kind of object. */
struct cp_gone_policy {
    struct cp_text identity, namespace_name, name;
};

struct cp_update_input {
    const struct calpol_ruleset *old; /* made by a load that was updatable, or over one */
    const struct cp_collection
        *collection; /* what changed: new, or in place of what has its name */
    const struct cp_gone_policy *gone;
    uint32_t gone_count;
    struct cp_arena *work;
    struct calpol_diagnostics *diagnostics;
    bool lenient;
};

/*
 * Fills a ruleset over the old one (cp_ruleset_over), whose names the collection was read with.
 *
 * CALPOL_OK: it is what a load would make, and what was reported is what a load would report.
 * CALPOL_ERROR_LIMIT: it takes a load to tell. CALPOL_ERROR_NO_MEMORY. On failure the ruleset may only be
 * unreferenced.
 */
int cp_compile_update(const struct cp_update_input *input, struct calpol_ruleset *ruleset);

#endif
