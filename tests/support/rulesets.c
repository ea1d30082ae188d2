/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rulesets for tests.
 */
#include "support/rulesets.h"

#include <check.h>

void compile_with_options(struct compiled *compiled,
                          const char *text,
                          enum calpol_dialect dialect,
                          const struct cp_options *options)
{
    struct loaded *loaded = &compiled->loaded;
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .dialect = dialect,
        .options = *options,
    };

    load_resources(loaded, cp_text_from(text), 0);
    expect_no_errors(loaded);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    compiled->ruleset = loaded->ruleset;
}

void compile_resources(struct compiled *compiled, const char *text, enum calpol_dialect dialect)
{
    struct cp_options options;

    cp_options_init(&options);
    compile_with_options(compiled, text, dialect, &options);
}

void free_compiled(struct compiled *compiled)
{
    finish_resources(&compiled->loaded);
}

const struct cp_owner *owner_named(const struct calpol_ruleset *ruleset, const char *reference)
{
    for (uint32_t i = 0; i < cp_ruleset_owner_count(ruleset); i++) {
        if (cp_text_is(ruleset->owners[i].reference, reference))
            return &ruleset->owners[i];
    }
    ck_abort_msg("no owner %s", reference);
}

const struct cp_policy *policy_named(const struct calpol_ruleset *ruleset, const char *label)
{
    for (uint32_t i = 0; i < ruleset->policy_count + ruleset->profile_count; i++) {
        if (cp_text_is(ruleset->policies[i]->label, label))
            return ruleset->policies[i];
    }
    ck_abort_msg("no policy %s", label);
}

const struct cp_tier *tier_named(const struct calpol_ruleset *ruleset, const char *name)
{
    for (uint32_t i = 0; i < ruleset->tier_count; i++) {
        if (cp_text_is(ruleset->tiers[i].name, name))
            return &ruleset->tiers[i];
    }
    ck_abort_msg("no tier %s", name);
}

const struct cp_text *label_of(const struct calpol_ruleset *ruleset,
                               const struct cp_owner *owner,
                               const char *key)
{
    uint32_t id = cp_intern_find(&ruleset->names, cp_text_from(key));
    const struct cp_label *label =
        id == CP_INTERN_NONE ? NULL : cp_labels_find(&cp_owner_labels(ruleset, owner)->labels, id);

    return label ? &label->text : NULL;
}
