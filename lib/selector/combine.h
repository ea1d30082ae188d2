/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the selectors of several fields to one predicate, quirks included (selectors.md 4).
 *
 * Inputs are the fields' own trees, NULL for a field that is not set; texts that do not parse never
 * get here. raw_text of a field is needed where Calico replaces text (4.3): "all( )" with a blank in
 * a global policy's own selector is not replaced.
 */
#ifndef CP_SELECTOR_COMBINE_H
#define CP_SELECTOR_COMBINE_H

#include "selector/selector.h"

struct cp_selector_builder {
    struct cp_arena *arena;
    struct cp_intern *names;
};

/* Selector of a namespaced policy: its endpoints (4.3). namespace_name is not empty. */
int cp_combine_network_policy(struct cp_selector_builder *builder, const struct cp_selector *selector,
                              struct cp_text namespace_name,
                              const struct cp_selector *service_account_selector,
                              const struct cp_selector **out_selector);

/* Selector of a cluster-wide policy; *out_selector is NULL for "every endpoint" (4.3). selector_text
   is the text that selector was parsed from, as written. */
int cp_combine_global_policy(struct cp_selector_builder *builder, const struct cp_selector *selector,
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
    const uint32_t *service_account_names; /* interned */
    uint32_t service_account_name_count;
};

/*
 * The two predicates of an entity: positive (folded with the negative if both are there) and
 * remaining negative; NULL where there is none. namespace_name is empty for rules of cluster-wide
 * policies and profiles.
 */
int cp_combine_entity(struct cp_selector_builder *builder,
                      const struct cp_entity_selectors *selectors, struct cp_text namespace_name,
                      const struct cp_selector **out_positive,
                      const struct cp_selector **out_negative);

#endif
