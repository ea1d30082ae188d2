/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on a ruleset and on what it was made of. Never changes a verdict.
 *
 * Each finding is a warning that says what the consequence is. Advice that compares policies with
 * endpoints is given only when the input has endpoints: a folder of policies alone is no mistake.
 */
#ifndef CP_LINT_LINT_H
#define CP_LINT_LINT_H

#include "resource/collection.h"
#include "ruleset/ruleset.h"

struct cp_lint_input {
    const struct calpol_ruleset *ruleset;
    const struct cp_collection *collection;
    struct cp_policy_spec *const *policies; /* by number in the ruleset */
    struct calpol_diagnostics *diagnostics;
    struct cp_arena *work;
};

/* CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_lint(const struct cp_lint_input *input);

#endif
