/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong with Kubernetes policies in particular: peers that are one dash apart, and pods
 * on the host network, which no selector reaches.
 */
#include "lint/linter.h"

#include "ruleset/lookup.h"

/* ---- peers that are one dash apart (K8-22) ---- */

static const struct cp_k8s_rule *written_rule(const struct cp_linted *policy,
                                              const struct cp_linted_rules *rules,
                                              uint32_t rule)
{
    const struct cp_k8s_rules *written =
        rules->direction == CP_INGRESS ? &policy->k8s->ingress : &policy->k8s->egress;

    return &written->items.items[rules->specs->items.items[rule].written_rule];
}

/* The peer that a converted rule comes from; NULL if it has none. */
static const struct cp_k8s_peer *written_peer(const struct cp_linted *policy,
                                              const struct cp_linted_rules *rules,
                                              uint32_t rule)
{
    const struct cp_k8s_rule *written = written_rule(policy, rules, rule);
    uint32_t peer = rules->specs->items.items[rule].written_peer;

    return peer < written->peers.count ? &written->peers.items[peer] : NULL;
}

/* A podSelector alone, and in front of it a namespaceSelector alone: two peers where one may be
   meant. Not if there are such pods in the policy's own namespace, for then it makes sense. */
bool cp_lint_dash(struct cp_linter *linter,
                  const struct cp_linted *policy,
                  const struct cp_linted_rules *rules,
                  uint32_t rule)
{
    const bool is_ingress = rules->direction == CP_INGRESS;
    const struct cp_rule *compiled = &rules->rules[rule];
    const uint32_t selector = (is_ingress ? compiled->source : compiled->destination)->selector;
    const struct cp_k8s_peer *second, *first;

    second = policy->k8s ? written_peer(policy, rules, rule) : NULL;
    if (!second || rules->specs->items.items[rule].written_peer == 0)
        return false;
    first = second - 1;
    if (!first->namespace_selector.given || first->pod_selector.given ||
        !second->pod_selector.given || second->namespace_selector.given)
        return false;
    if (selector != CP_NONE && cp_bitset_has(linter->survey.by_endpoints, selector))
        return false;
    cp_advise_rule(linter, policy, rules, rule,
                   is_ingress ? "source.selector" : "destination.selector", CP_CODE_SUSPICIOUS_OR,
                   "a peer of its own, so that the rule matches all pods of the namespaces before "
                   "it, and these of namespace %q; without its dash both are one peer, these pods "
                   "of those namespaces",
                   policy->policy->namespace_name);
    return true;
}

void cp_lint_peers(struct cp_linter *linter, const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules = cp_linted_rules(policy, (enum cp_direction)direction);

        for (uint32_t i = 0; i < rules.count; i++)
            cp_lint_dash(linter, policy, &rules, i);
    }
}

/* ---- pods on the host network (K8-26) ---- */

/* Labels of a pod or a namespace; a namespace has its name among them (K8-40). */
struct labels {
    const struct cp_pairs *written; /* NULL: none */
    struct cp_text name;            /* of a namespace */
};

static const struct cp_text *find_label(const struct labels *labels, struct cp_text key)
{
    if (labels->name.length && cp_text_is(key, "kubernetes.io/metadata.name"))
        return &labels->name;
    return labels->written ? cp_pairs_find(labels->written, key) : NULL;
}

static bool expression_holds(const struct labels *labels,
                             const struct cp_k8s_expression *expression)
{
    const struct cp_text *value = find_label(labels, expression->key);
    bool listed = false;

    for (uint32_t i = 0; value && i < expression->values.items.count; i++)
        listed |= cp_text_equal(*value, expression->values.items.items[i]);
    switch (expression->operator_) {
    case CP_OPERATOR_IN:
        return listed;
    case CP_OPERATOR_NOT_IN:
        return !listed;
    case CP_OPERATOR_EXISTS:
        return value != NULL;
    case CP_OPERATOR_NOT_EXISTS:
        break;
    }
    return value == NULL;
}

static bool selects(const struct cp_k8s_selector *selector, const struct labels *labels)
{
    for (uint32_t i = 0; i < selector->match_labels.items.count; i++) {
        const struct cp_pair *pair = &selector->match_labels.items.items[i];
        const struct cp_text *value = find_label(labels, pair->key);

        if (!value || !cp_text_equal(*value, pair->value))
            return false;
    }
    for (uint32_t i = 0; i < selector->expressions.count; i++) {
        if (!expression_holds(labels, &selector->expressions.items[i]))
            return false;
    }
    return true;
}

/* Is a pod in a namespace that is selected; without a selector, in the policy's own? */
static bool is_in(const struct cp_linter *linter,
                  const struct cp_linted *policy,
                  const struct cp_k8s_selector *namespaces,
                  struct cp_text name)
{
    const struct cp_namespace_entry *entry = cp_lookup_namespace(linter->ruleset, name);
    const struct labels labels = {
        .written = entry ? linter->namespace_labels[entry - linter->ruleset->namespaces] : NULL,
        .name = name,
    };

    if (namespaces->given)
        return selects(namespaces, &labels);
    return cp_text_equal(name, policy->policy->namespace_name);
}

static bool names_pod(const struct cp_linter *linter,
                      const struct cp_linted *policy,
                      const struct cp_k8s_selector *namespaces,
                      const struct cp_k8s_selector *pods,
                      const struct cp_workload_spec *pod)
{
    const struct labels labels = {.written = &pod->metadata.labels};

    return selects(pods, &labels) &&
           is_in(linter, policy, namespaces, pod->metadata.namespace_name);
}

/* Is a pod on the host network meant? Only by a selector that asks for labels: one for all pods
   means others. */
static bool names_host_pod(const struct cp_linter *linter,
                           const struct cp_linted *policy,
                           const struct cp_k8s_selector *namespaces,
                           const struct cp_k8s_selector *pods)
{
    const struct cp_index *index = &linter->host_labels;
    uint64_t hash;

    if (!pods->match_labels.items.count)
        return false;
    hash = cp_lint_hash_label(&pods->match_labels.items.items[0]);
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (names_pod(linter, policy, namespaces, pods,
                      linter->host_pods.items[cp_index_item(index, i)]))
            return true;
    }
    return false;
}

bool cp_lint_host_subject(struct cp_linter *linter, const struct cp_linted *policy)
{
    if (!policy->k8s || !names_host_pod(linter, policy, &policy->k8s->namespace_selector,
                                        &policy->k8s->pod_selector))
        return false;
    cp_advise_policy(linter, policy, "spec.selector", CP_CODE_HOST_NETWORK_ONLY,
                     "only pods on the host network have these labels, and no policy ever applies "
                     "to those: a HostEndpoint of their node and a GlobalNetworkPolicy would");
    return true;
}

bool cp_lint_host_peer(struct cp_linter *linter,
                       const struct cp_linted *policy,
                       const struct cp_linted_rules *rules,
                       uint32_t rule)
{
    const bool is_ingress = rules->direction == CP_INGRESS;
    const struct cp_k8s_peer *peer = policy->k8s ? written_peer(policy, rules, rule) : NULL;

    if (!peer || !names_host_pod(linter, policy, &peer->namespace_selector, &peer->pod_selector))
        return false;
    cp_advise_rule(linter, policy, rules, rule,
                   is_ingress ? "source.selector" : "destination.selector",
                   CP_CODE_HOST_NETWORK_ONLY,
                   "only pods on the host network have these labels, and selectors never match "
                   "those: their traffic has the node's address; an ipBlock would match it");
    return true;
}

/* ---- admin policies of equal priority (K8-92) ---- */

/* Do two policies select a common endpoint? */
static bool share_endpoint(const struct cp_linter *linter,
                           const struct cp_policy *a,
                           const struct cp_policy *b)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;

    for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
        const struct cp_label_set *labels = &ruleset->label_sets[i];

        if (linter->survey.set_owners[i] && cp_label_set_matches(labels, a->selector) &&
            cp_label_set_matches(labels, b->selector))
            return true;
    }
    return false;
}

static bool is_admin(const struct cp_policy *policy)
{
    return policy->kind == CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY ||
           policy->kind == CP_KIND_KUBERNETES_ADMIN_NETWORK_POLICY;
}

/* K8-92: which of two policies of equal priority goes first is up to the implementation. */
void cp_lint_priority(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    const struct cp_policy *first = policy->policy, *next = first + 1;

    if (policy->number + 1 >= ruleset->policy_count || !is_admin(first) || !is_admin(next) ||
        next->tier != first->tier || next->order != first->order || !(next->types & first->types) ||
        !share_endpoint(linter, first, next))
        return;
    cp_advise_policy(linter, policy, "spec.priority", CP_CODE_EQUAL_PRIORITY,
                     "has the priority of %t and selects a common endpoint: which of them goes "
                     "first is up to the implementation (Calico goes by name)",
                     next->label);
}
