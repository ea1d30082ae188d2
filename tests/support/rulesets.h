/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling resources for a test: from text to a ruleset, below the public interface.
 */
#ifndef TESTS_SUPPORT_RULESETS_H
#define TESTS_SUPPORT_RULESETS_H

#include "compile/compile.h"
#include "support/resources.h"

struct compiled {
    struct loaded loaded;
    const struct calpol_ruleset *ruleset;
};

/* Loads strictly and compiles in a dialect; an error in the text fails the test. Must not move
   afterwards. */
void compile_resources(struct compiled *compiled, const char *text, enum calpol_dialect dialect);

/* The same with options of the caller's. */
void compile_with_options(struct compiled *compiled,
                          const char *text,
                          enum calpol_dialect dialect,
                          const struct cp_options *options);

void free_compiled(struct compiled *compiled);

/* The owner, policy, tier of a name; a missing one fails the test. Policies by label, "np:a/b". */
const struct cp_owner *owner_named(const struct calpol_ruleset *ruleset, const char *reference);
const struct cp_policy *policy_named(const struct calpol_ruleset *ruleset, const char *label);
const struct cp_tier *tier_named(const struct calpol_ruleset *ruleset, const char *name);

/* The value of an owner's effective label; NULL if it does not have it. */
const struct cp_text *label_of(const struct calpol_ruleset *ruleset,
                               const struct cp_owner *owner,
                               const char *key);

#endif
