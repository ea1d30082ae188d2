/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When two workloads are alike.
 */
#include "ruleset/exemplar.h"

uint64_t cp_exemplar_hash(const struct cp_likeness *likeness)
{
    const uint32_t others[2] = {(uint32_t)likeness->family, likeness->outer_class};
    uint64_t hash = cp_hash_bytes(others, sizeof(others), likeness->is_quiet);

    return cp_hash_bytes(likeness->labels->selectors,
                         likeness->labels->selector_count * sizeof(*likeness->labels->selectors),
                         hash);
}

static bool have_equal_selectors(const struct cp_label_set *a, const struct cp_label_set *b)
{
    if (a->selector_count != b->selector_count)
        return false;
    return !a->selector_count ||
           memcmp(a->selectors, b->selectors, a->selector_count * sizeof(*a->selectors)) == 0;
}

static bool have_equal_ports(const struct cp_named_port *a,
                             const struct cp_named_port *b,
                             uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (a[i].name != b[i].name || a[i].protocol != b[i].protocol || a[i].port != b[i].port)
            return false;
    }
    return true;
}

/* Profiles without rules say nothing. */
static bool has_rules(const struct calpol_ruleset *ruleset, uint32_t profile)
{
    const struct cp_policy *policy;

    if (profile >= ruleset->profile_count)
        return true;
    policy = ruleset->policies[cp_profile_policy(ruleset, profile)];
    return policy->rule_count[CP_INGRESS] || policy->rule_count[CP_EGRESS];
}

/* The next profile with rules from *position on, or CP_NONE. */
static uint32_t next_profile(const struct calpol_ruleset *ruleset,
                             const uint32_t *profiles,
                             uint32_t count,
                             uint32_t *position)
{
    while (*position < count) {
        uint32_t profile = profiles[(*position)++];

        if (has_rules(ruleset, profile))
            return profile;
    }
    return CP_NONE;
}

static bool have_equal_profiles(const struct calpol_ruleset *ruleset,
                                const struct cp_owner *owner,
                                const struct cp_likeness *likeness)
{
    uint32_t a = 0, b = 0, profile;

    do {
        profile = next_profile(ruleset, owner->profiles, owner->profile_count, &a);
        if (profile != next_profile(ruleset, likeness->profiles, likeness->profile_count, &b))
            return false;
    } while (profile != CP_NONE);
    return true;
}

static bool is_like(const struct calpol_ruleset *ruleset,
                    const struct cp_exemplar *exemplar,
                    const struct cp_likeness *likeness)
{
    const struct cp_owner *owner = &ruleset->owners[exemplar->workload];

    return exemplar->family == likeness->family && exemplar->is_quiet == likeness->is_quiet &&
           exemplar->outer_class == likeness->outer_class &&
           owner->port_count == likeness->port_count &&
           have_equal_selectors(cp_owner_labels(ruleset, owner), likeness->labels) &&
           have_equal_ports(owner->ports, likeness->ports, owner->port_count) &&
           have_equal_profiles(ruleset, owner, likeness);
}

uint32_t cp_exemplar_find(const struct calpol_ruleset *ruleset,
                          const struct cp_exemplars *exemplars,
                          const struct cp_likeness *likeness)
{
    const struct cp_index *index = &exemplars->index;
    uint64_t hash = cp_exemplar_hash(likeness);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (is_like(ruleset, &exemplars->items[cp_index_item(index, i)], likeness))
            return cp_index_item(index, i);
    }
    return CP_NONE;
}
