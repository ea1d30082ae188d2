/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The last step: what grew in the work arena goes to the ruleset's arena, to size.
 */
#include "compile/compiler.h"

#define FREEZE(array, target, count_target)                                                        \
    do {                                                                                           \
        ruleset->target = cp_freeze(compiler, &compiler->array);                                   \
        ruleset->count_target = compiler->array.count;                                             \
        if (!ruleset->target)                                                                      \
            return CALPOL_ERROR_NO_MEMORY;                                                         \
    } while (0)

static int freeze_arrays(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;

    FREEZE(rules, rules, rule_count);
    FREEZE(selectors, selectors, selector_count);
    FREEZE(rule_services, rule_services, rule_service_count);
    FREEZE(label_sets, label_sets, label_set_count);
    FREEZE(nodes, nodes, node_count);
    FREEZE(host_pods, host_pods, host_pod_count);
    FREEZE(services, services, service_count);
    FREEZE(namespaces, namespaces, namespace_count);
    FREEZE(references, reference_items, reference_count);
    return CALPOL_OK;
}

/* Policies and profiles share one array, policies first. */
static int freeze_policies(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;
    uint32_t profile_count = compiler->profiles.count;
    uint32_t count = compiler->policy_entries.count;
    struct cp_labels *labels = CP_NEW_ARRAY(compiler->arena, struct cp_labels, profile_count);
    const struct cp_policy **policies =
        CP_NEW_ARRAY(compiler->arena, const struct cp_policy *, count);
    struct cp_policy *entries = cp_freeze(compiler, &compiler->policy_entries);

    if (!entries || !policies || !labels)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++)
            entries[i].rules[direction] = ruleset->rules + entries[i].first_rule[direction];
        policies[i] = &entries[i];
    }
    ruleset->policies = policies;
    for (uint32_t i = 0; i < profile_count; i++)
        labels[i] = compiler->profiles.items[i].labels;
    ruleset->profile_labels = labels;
    ruleset->profile_count = profile_count;
    ruleset->policy_count = count - profile_count;
    return CALPOL_OK;
}

static int freeze_owners(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;
    struct cp_owner *owners = cp_freeze(compiler, &compiler->owners);

    if (!owners)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < compiler->owners.count; i++)
        owners[i].label_set = compiler->owner_sets.items[i];
    ruleset->owners = owners;
    return CALPOL_OK;
}

int cp_freeze_index(struct cp_compiler *compiler,
                    const struct cp_index *index,
                    struct cp_index *out_index)
{
    *out_index = *index;
    if (!index->entries)
        return CALPOL_OK;
    out_index->entries = cp_arena_copy(compiler->arena, index->entries,
                                       ((size_t)index->mask + 1) * sizeof(*index->entries));
    return out_index->entries ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int index_references(struct cp_compiler *compiler)
{
    struct cp_index index = {0};

    for (uint32_t i = 0; i < compiler->references.count; i++) {
        uint64_t hash = cp_hash_text(compiler->references.items[i].text, 0);

        if (!cp_index_add(&index, compiler->work, hash, i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return cp_freeze_index(compiler, &index, &compiler->ruleset->reference_index);
}

int cp_freeze_ruleset(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;
    int status = freeze_arrays(compiler);

    if (!status)
        status = freeze_policies(compiler);
    if (!status)
        status = freeze_owners(compiler);
    if (!status)
        status = cp_freeze_index(compiler, &compiler->profile_index, &ruleset->profile_index);
    if (!status)
        status = cp_freeze_index(compiler, &compiler->namespace_index, &ruleset->namespace_index);
    if (!status)
        status = cp_freeze_index(compiler, &compiler->label_set_index, &ruleset->label_set_index);
    if (!status)
        status = index_references(compiler);
    return status;
}
