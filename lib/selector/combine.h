/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the selectors of several fields to one predicate, quirks included (selectors.md 4).
 *
 * Inputs are the fields' own trees, NULL for a field that is not set. Nothing of the result needs
 * the builder.
 *
 * All functions return CALPOL_OK, CALPOL_ERROR_NO_MEMORY, or CALPOL_ERROR_INVALID_INPUT where the
 * text that Calico puts together does not parse although the fields do: a field of blanks only
 * among others, or a label name that is too long once prefixed. Calico then goes on as if the
 * policy were not there (4.6).
 */
#ifndef CP_SELECTOR_COMBINE_H
#define CP_SELECTOR_COMBINE_H

#include "selector/selector.h"

struct cp_selector_builder {
    struct cp_arena *arena; /* of the nodes made, and of what is needed on the way */
    struct cp_intern *names;
};

/*
 * Stands for a namespace or service account selector of a policy which is set but does not parse.
 * Of it nothing is in the result, so the policy selects more, but all() in the policy's own
 * selector is replaced as if it were (4.3, 4.6). Rules never have it: there the whole policy is
 * given up.
 */
extern const struct cp_selector cp_selector_unparsed;

/* Selector of a namespaced policy: its endpoints (4.3). namespace_name is not empty. */
int cp_combine_network_policy(const struct cp_selector_builder *builder,
                              const struct cp_selector *selector,
                              struct cp_text namespace_name,
                              const struct cp_selector *service_account_selector,
                              const struct cp_selector **out_selector);

/*
 * Selector of a cluster-wide policy; *out_selector is NULL for "every endpoint" (4.3).
 *
 * selector_text is what selector was parsed from, as written: all() in it is replaced, all( ) with
 * a blank is not. It is empty for a selector that a converter built; such a one has no all().
 */
int cp_combine_global_policy(const struct cp_selector_builder *builder,
                             const struct cp_selector *selector,
                             struct cp_text selector_text,
                             const struct cp_selector *namespace_selector,
                             const struct cp_selector *service_account_selector,
                             const struct cp_selector **out_selector);

/* What source or destination of a rule give (4.4). */
struct cp_entity_selectors {
    const struct cp_selector *selector;
    const struct cp_selector *not_selector;
    const struct cp_selector *namespace_selector;
    const struct cp_selector *service_account_selector;
    const struct cp_text *service_account_names; /* as written: they are pasted into a text */
    uint32_t service_account_name_count;
};

/*
 * The two predicates of an entity: positive (folded with the negative if both are there) and
 * remaining negative; NULL where there is none. namespace_name is empty for rules of cluster-wide
 * policies and profiles.
 */
int cp_combine_entity(const struct cp_selector_builder *builder,
                      const struct cp_entity_selectors *selectors,
                      struct cp_text namespace_name,
                      const struct cp_selector **out_positive,
                      const struct cp_selector **out_negative);

#endif
