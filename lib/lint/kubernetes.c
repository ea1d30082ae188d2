/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What goes wrong with Kubernetes policies in particular: peers that are one dash apart, and pods
 * on the host network, which no selector reaches.
 */
#include "lint/linter.h"

static const struct cp_k8s_rules *rules_of(const struct cp_k8s_policy_spec *policy, bool ingress)
{
    return ingress ? &policy->ingress : &policy->egress;
}

static void advise(struct cp_linter *linter,
                   const struct cp_k8s_policy_spec *policy,
                   bool ingress,
                   uint32_t rule,
                   uint32_t peer,
                   enum cp_code code,
                   const char *message)
{
    struct cp_subject subject = {
        .place = policy->metadata.origin.place,
        .document = policy->metadata.origin.document,
        .resource = policy->metadata.resource,
    };
    struct cp_buffer path;
    int status;

    subject.place = rules_of(policy, ingress)->items.items[rule].origin.place;
    cp_buffer_init(&path, linter->input->work);
    cp_buffer_format(&path, "spec.%s[%u].%s[%u]", ingress ? "ingress" : "egress", rule,
                     ingress ? "from" : "to", peer);
    subject.path = cp_buffer_text(&path);
    status = cp_diagnose(linter->input->diagnostics, &subject, code, cp_text_from(message));
    if (status == CALPOL_ERROR_NO_MEMORY)
        linter->status = status;
}

/* A namespaceSelector alone, and behind it a podSelector alone: two peers where one may be meant
   (K8-22). */
static void check_or(struct cp_linter *linter,
                     const struct cp_k8s_policy_spec *policy,
                     bool ingress,
                     uint32_t number)
{
    const struct cp_k8s_rule *rule = &rules_of(policy, ingress)->items.items[number];

    for (uint32_t i = 0; i + 1 < rule->peers.count; i++) {
        const struct cp_k8s_peer *first = &rule->peers.items[i], *second = first + 1;
        bool namespace_then_pod = first->namespace_selector.given && !first->pod_selector.given &&
                                  second->pod_selector.given && !second->namespace_selector.given;

        if (namespace_then_pod)
            advise(linter, policy, ingress, number, i, CP_CODE_SUSPICIOUS_OR,
                   "namespaceSelector and podSelector are two peers: all pods of those namespaces, "
                   "or those pods of the policy's own namespace; without the second dash they "
                   "would be one peer that asks for both");
    }
}

static bool labels_hold(const struct cp_pairs *labels, const struct cp_k8s_expression *expression)
{
    const struct cp_text *value = cp_pairs_find(labels, expression->key);
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

static bool selects(const struct cp_k8s_selector *selector, const struct cp_pairs *labels)
{
    for (uint32_t i = 0; i < selector->match_labels.items.count; i++) {
        const struct cp_pair *pair = &selector->match_labels.items.items[i];
        const struct cp_text *value = cp_pairs_find(labels, pair->key);

        if (!value || !cp_text_equal(*value, pair->value))
            return false;
    }
    for (uint32_t i = 0; i < selector->expressions.count; i++) {
        if (!labels_hold(labels, &selector->expressions.items[i]))
            return false;
    }
    return true;
}

/* The namespace of a name; pods may be in one that nobody declared. */
static const struct cp_pairs *namespace_labels(const struct cp_linter *linter, struct cp_text name)
{
    const struct cp_collection *collection = linter->input->collection;

    for (uint32_t i = 0; i < collection->namespaces.count; i++) {
        if (cp_text_equal(collection->namespaces.items[i]->metadata.name, name))
            return &collection->namespaces.items[i]->metadata.labels;
    }
    return NULL;
}

static bool peer_names(const struct cp_linter *linter,
                       const struct cp_k8s_policy_spec *policy,
                       const struct cp_k8s_peer *peer,
                       const struct cp_workload_spec *pod)
{
    const struct cp_pairs none = {.items.count = 0}, *labels;

    if (!selects(&peer->pod_selector, &pod->metadata.labels))
        return false;
    if (!peer->namespace_selector.given)
        return cp_text_equal(pod->metadata.namespace_name, policy->metadata.namespace_name);
    labels = namespace_labels(linter, pod->metadata.namespace_name);
    return selects(&peer->namespace_selector, labels ? labels : &none);
}

/* Does a peer name some pod that is, or is not, on the host network? */
static bool names_some(const struct cp_linter *linter,
                       const struct cp_k8s_policy_spec *policy,
                       const struct cp_k8s_peer *peer,
                       bool host_network)
{
    const struct cp_collection *collection = linter->input->collection;

    for (uint32_t i = 0; i < collection->workloads.count; i++) {
        const struct cp_workload_spec *pod = collection->workloads.items[i];

        if (pod->host_network == host_network && peer_names(linter, policy, peer, pod))
            return true;
    }
    return false;
}

static void check_host_network(struct cp_linter *linter,
                               const struct cp_k8s_policy_spec *policy,
                               bool ingress,
                               uint32_t number)
{
    const struct cp_k8s_rule *rule = &rules_of(policy, ingress)->items.items[number];

    for (uint32_t i = 0; i < rule->peers.count; i++) {
        const struct cp_k8s_peer *peer = &rule->peers.items[i];

        if (!peer->pod_selector.given || !peer->pod_selector.match_labels.items.count)
            continue;
        if (names_some(linter, policy, peer, true) && !names_some(linter, policy, peer, false))
            advise(linter, policy, ingress, number, i, CP_CODE_HOST_NETWORK_ONLY,
                   "only pods on the host network have these labels, and selectors never match "
                   "those: their traffic has the node's address; an ipBlock would match it");
    }
}

/* Do two policies select a common endpoint? */
static bool share_endpoint(const struct cp_linter *linter,
                           const struct cp_policy *a,
                           const struct cp_policy *b)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;

    for (uint32_t i = 0; i < ruleset->workload_count; i++) {
        const struct cp_label_set *labels = ruleset->owners[i].labels;

        if (cp_label_set_matches(labels, a->selector) && cp_label_set_matches(labels, b->selector))
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

void cp_lint_kubernetes(struct cp_linter *linter)
{
    const struct cp_collection *collection = linter->input->collection;
    bool some_host_pod = linter->ruleset->host_pod_count > 0;

    for (uint32_t i = 0; i < collection->k8s_policies.count; i++) {
        const struct cp_k8s_policy_spec *policy = collection->k8s_policies.items[i];

        for (int ingress = 0; ingress < 2; ingress++) {
            uint32_t count = rules_of(policy, ingress != 0)->items.count;

            for (uint32_t r = 0; r < count; r++) {
                check_or(linter, policy, ingress != 0, r);
                if (some_host_pod)
                    check_host_network(linter, policy, ingress != 0, r);
            }
        }
    }
}
