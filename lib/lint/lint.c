/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the checks.
 */
#include "lint/linter.h"

#include "ruleset/lookup.h"

struct cp_linted_rules cp_linted_rules(const struct cp_linted *policy, enum cp_direction direction)
{
    const struct cp_policy *compiled = policy->policy;
    struct cp_linted_rules rules = {
        .direction = direction,
        .rules = compiled->rules[direction],
        .specs = direction == CP_INGRESS ? &policy->spec->ingress : &policy->spec->egress,
        .count = compiled->rule_count[direction],
    };

    return rules;
}

bool cp_lint_selects_some(const struct cp_linter *linter, const struct cp_linted *policy)
{
    return cp_bitset_has(linter->survey.by_endpoints, policy->policy->selector);
}

bool cp_lint_shows_subject(const struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    const struct cp_text name = policy->policy->namespace_name;
    const struct cp_namespace_entry *entry = cp_lookup_namespace(ruleset, name);

    if (!name.length)
        return linter->survey.has_endpoints;
    return entry &&
           cp_bitset_has(linter->survey.namespaces, (uint32_t)(entry - ruleset->namespaces));
}

bool cp_lint_minds_ipv6(const struct cp_linter *linter, uint8_t action)
{
    const struct cp_lint_survey *survey = &linter->survey;

    if (survey->has_ipv6)
        return true;
    return !survey->has_addresses && action == CALPOL_ACTION_DENY;
}

/* Where converted policies come from. */
static bool find_k8s_policies(struct cp_linter *linter)
{
    const struct cp_collection *collection = linter->input->collection;

    linter->k8s_policies = CP_NEW_ARRAY(linter->input->work, const struct cp_k8s_policy_spec *,
                                        collection->objects.count);
    if (!linter->k8s_policies)
        return false;
    for (uint32_t i = 0; i < collection->k8s_policies.count; i++) {
        const struct cp_k8s_policy_spec *policy = collection->k8s_policies.items[i];

        linter->k8s_policies[policy->metadata.object] = policy;
    }
    return true;
}

static bool find_namespace_labels(struct cp_linter *linter)
{
    const struct cp_collection *collection = linter->input->collection;
    const struct calpol_ruleset *ruleset = linter->ruleset;

    linter->namespace_labels =
        CP_NEW_ARRAY(linter->input->work, const struct cp_pairs *, ruleset->namespace_count);
    if (!linter->namespace_labels)
        return false;
    for (uint32_t i = 0; i < collection->namespaces.count; i++) {
        const struct cp_metadata *metadata = &collection->namespaces.items[i]->metadata;
        const struct cp_namespace_entry *entry = cp_lookup_namespace(ruleset, metadata->name);

        if (entry)
            linter->namespace_labels[entry - ruleset->namespaces] = &metadata->labels;
    }
    return true;
}

uint64_t cp_lint_hash_label(const struct cp_pair *label)
{
    return cp_hash_text(label->value, cp_hash_text(label->key, 0));
}

static bool index_host_pod(struct cp_linter *linter, uint32_t number)
{
    const struct cp_pairs *labels = &linter->host_pods.items[number]->metadata.labels;

    for (uint32_t i = 0; i < labels->items.count; i++) {
        if (!cp_index_add(&linter->host_labels, linter->input->work,
                          cp_lint_hash_label(&labels->items.items[i]), number))
            return false;
    }
    return true;
}

static bool find_host_pods(struct cp_linter *linter)
{
    const struct cp_collection *collection = linter->input->collection;

    for (uint32_t i = 0; i < collection->workloads.count; i++) {
        const struct cp_workload_spec *pod = collection->workloads.items[i], **item;

        if (!pod->host_network)
            continue;
        item = cp_array_push(linter->input->work, &linter->host_pods);
        if (!item)
            return false;
        *item = pod;
        if (!index_host_pod(linter, linter->host_pods.count - 1))
            return false;
    }
    return true;
}

static void lint_policy(struct cp_linter *linter, uint32_t number)
{
    const struct cp_policy_spec *spec = linter->input->policies[number];
    const struct cp_linted policy = {
        .number = number,
        .policy = linter->ruleset->policies[number],
        .spec = spec,
        .k8s = linter->k8s_policies[spec->metadata.object],
    };

    cp_lint_selection(linter, &policy);
    cp_lint_rules(linter, &policy);
    cp_lint_traffic(linter, &policy);
    cp_lint_selectors(linter, &policy);
    cp_lint_priority(linter, &policy);
    cp_lint_peers(linter, &policy);
}

int cp_lint(const struct cp_lint_input *input)
{
    struct cp_linter linter = {.input = input, .ruleset = input->ruleset};

    if (!cp_lint_survey(&linter) || !cp_lint_survey_dns(&linter) || !find_k8s_policies(&linter) ||
        !find_namespace_labels(&linter) || !find_host_pods(&linter))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !linter.status && i < input->ruleset->policy_count; i++)
        lint_policy(&linter, i);
    if (!linter.status)
        cp_lint_endpoints(&linter);
    return linter.status;
}
