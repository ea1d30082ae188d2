/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the input shows of the cluster, gathered once for all checks.
 */
#include "lint/linter.h"

#include "net/protocol.h"
#include "ruleset/lookup.h"

#define DNS_PORT 53u

/* ---- endpoints ---- */

static void unite(uint64_t *into, const struct cp_label_set *labels)
{
    for (uint32_t i = 0; i < labels->selector_count; i++)
        cp_bitset_add(into, labels->selectors[i]);
}

static bool has_ipv6(const struct cp_prefixes *prefixes)
{
    for (uint32_t i = 0; i < prefixes->count; i++) {
        if (prefixes->items[i].address.family == 6)
            return true;
    }
    return false;
}

/* What an owner satisfies. */
static void gather_labels(struct cp_lint_survey *survey,
                          const struct calpol_ruleset *ruleset,
                          const struct cp_owner *owner)
{
    const struct cp_label_set *labels = cp_owner_labels(ruleset, owner);

    unite(survey->by_owners, labels);
    if (owner->kind == CP_OWNER_NETWORK_SET)
        return;
    unite(survey->by_endpoints, labels);
    if (owner->kind == CP_OWNER_HOST)
        unite(survey->by_hosts, labels);
}

static void gather_workload(struct cp_lint_survey *survey,
                            const struct calpol_ruleset *ruleset,
                            const struct cp_owner *owner)
{
    const struct cp_owner **slot = &survey->set_owners[owner->label_set];
    const struct cp_namespace_entry *entry = cp_lookup_namespace(ruleset, owner->namespace_name);

    if (!*slot)
        *slot = owner;
    if (entry && !cp_bitset_has(survey->namespaces, (uint32_t)(entry - ruleset->namespaces))) {
        cp_bitset_add(survey->namespaces, (uint32_t)(entry - ruleset->namespaces));
        survey->namespace_count++;
    }
}

static void gather_owners(struct cp_lint_survey *survey, const struct calpol_ruleset *ruleset)
{
    const struct cp_owner *last = NULL;

    for (uint32_t i = 0; i < cp_ruleset_owner_count(ruleset); i++) {
        const struct cp_owner *owner = &ruleset->owners[i];

        /* Many share what holds for them: that of the last one is not looked at again. */
        if (!last || last->kind != owner->kind ||
            cp_owner_labels(ruleset, last)->selectors != cp_owner_labels(ruleset, owner)->selectors)
            gather_labels(survey, ruleset, owner);
        last = owner;
        survey->has_ipv6 |= has_ipv6(&owner->nets);
        survey->has_addresses |= owner->kind != CP_OWNER_NETWORK_SET && owner->nets.count;
        if (owner->kind == CP_OWNER_WORKLOAD)
            gather_workload(survey, ruleset, owner);
        for (uint32_t p = 0; p < owner->port_count; p++)
            cp_bitset_add(survey->ports, owner->ports[p].name);
    }
}

/* ---- the rest ---- */

static void gather_rules(struct cp_lint_survey *survey, const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->rule_count && !survey->has_ipv6; i++) {
        const struct cp_rule *rule = &ruleset->rules[i];

        survey->has_ipv6 = rule->ip_version == 6 || has_ipv6(&rule->source->nets) ||
                           has_ipv6(&rule->source->not_nets) ||
                           has_ipv6(&rule->destination->nets) ||
                           has_ipv6(&rule->destination->not_nets);
    }
}

static void gather_namespaces(struct cp_lint_survey *survey, const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->namespace_count; i++)
        survey->has_declared_namespaces |= ruleset->namespaces[i].declared;
}

bool cp_lint_survey(struct cp_linter *linter)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    const struct cp_collection *collection = linter->input->collection;
    struct cp_lint_survey *survey = &linter->survey;
    struct cp_arena *work = linter->input->work;
    const size_t words = cp_bitset_words(ruleset->selector_count);

    survey->by_owners = CP_NEW_ARRAY(work, uint64_t, words);
    survey->by_endpoints = CP_NEW_ARRAY(work, uint64_t, words);
    survey->by_hosts = CP_NEW_ARRAY(work, uint64_t, words);
    survey->ports = CP_NEW_ARRAY(work, uint64_t, cp_bitset_words(cp_intern_count(&ruleset->names)));
    survey->namespaces = CP_NEW_ARRAY(work, uint64_t, cp_bitset_words(ruleset->namespace_count));
    survey->set_owners = CP_NEW_ARRAY(work, const struct cp_owner *, ruleset->label_set_count);
    if (!survey->by_owners || !survey->by_endpoints || !survey->by_hosts || !survey->ports ||
        !survey->namespaces || !survey->set_owners)
        return false;
    survey->has_endpoints = ruleset->workload_count + ruleset->host_endpoint_count > 0;
    survey->has_backends = collection->slices.count + collection->services.count > 0;
    gather_owners(survey, ruleset);
    gather_rules(survey, ruleset);
    gather_namespaces(survey, ruleset);
    return true;
}

/* ---- DNS ---- */

/* May a rule let DNS queries out, by its protocol and ports? Whom it lets them out to is not asked:
   nobody knows where the servers are. */
static bool may_allow_dns(const struct cp_rule *rule)
{
    const struct cp_port_list *ports = &rule->destination->ports;
    const bool any_protocol = !(rule->criteria >> CP_CRITERION_PROTOCOL & 1);

    if (rule->action != CALPOL_ACTION_ALLOW && rule->action != CALPOL_ACTION_PASS)
        return false;
    if (!any_protocol && rule->protocol != CP_PROTOCOL_UDP)
        return false;
    if (!(rule->criteria >> CP_CRITERION_DESTINATION_PORTS & 1))
        return true;
    return ports->name_count || cp_ports_contain(&ports->numbers, DNS_PORT);
}

static bool policy_may_allow_dns(const struct cp_policy *policy)
{
    if (policy->staged || policy->set != CP_SET_NORMAL || !(policy->types >> CP_EGRESS & 1))
        return false;
    for (uint32_t r = 0; r < policy->rule_count[CP_EGRESS]; r++) {
        if (may_allow_dns(&policy->rules[CP_EGRESS][r]))
            return true;
    }
    return false;
}

static void gather_dns_policies(struct cp_lint_dns *dns, const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        const struct cp_policy *policy = ruleset->policies[i];
        const struct cp_namespace_entry *entry;

        if (!policy_may_allow_dns(policy))
            continue;
        cp_bitset_add(dns->policies, i);
        dns->anywhere = true;
        if (!policy->namespace_name.length)
            dns->everywhere = true;
        entry = cp_lookup_namespace(ruleset, policy->namespace_name);
        if (entry)
            cp_bitset_add(dns->namespaces, (uint32_t)(entry - ruleset->namespaces));
    }
}

static bool may_ask(const struct cp_lint_dns *dns, const struct cp_label_set *set)
{
    for (uint32_t i = 0; i < set->policy_count; i++) {
        if (cp_bitset_has(dns->policies, set->policies[i]))
            return true;
    }
    return false;
}

bool cp_lint_survey_dns(struct cp_linter *linter)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    struct cp_arena *work = linter->input->work;
    struct cp_lint_dns *dns = &linter->dns;
    bool is_deaf = false;

    dns->policies = CP_NEW_ARRAY(work, uint64_t, cp_bitset_words(ruleset->policy_count));
    dns->namespaces = CP_NEW_ARRAY(work, uint64_t, cp_bitset_words(ruleset->namespace_count));
    dns->deaf_sets = CP_NEW_ARRAY(work, uint32_t, ruleset->label_set_count);
    if (!dns->policies || !dns->namespaces || !dns->deaf_sets)
        return false;
    gather_dns_policies(dns, ruleset);
    for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
        const struct cp_label_set *set = &ruleset->label_sets[i];

        /* Label sets share their lists of policies. */
        if (!i || set->policies != set[-1].policies)
            is_deaf = !may_ask(dns, set);
        if (linter->survey.set_owners[i] && is_deaf)
            dns->deaf_sets[dns->deaf_count++] = i;
    }
    return true;
}
