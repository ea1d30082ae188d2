/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a policy selects: nobody, or host endpoints unawares; and policies that only log.
 */
#include "lint/linter.h"

#include "ruleset/lookup.h"

/* ---- policies that only log ---- */

static bool has_rules(const struct cp_policy *policy)
{
    return policy->rule_count[CP_INGRESS] + policy->rule_count[CP_EGRESS] > 0;
}

static bool all_rules_log(const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules = cp_linted_rules(policy, (enum cp_direction)direction);

        for (uint32_t i = 0; i < rules.count; i++) {
            if (rules.rules[i].action != CALPOL_ACTION_LOG)
                return false;
        }
    }
    return true;
}

/* Log ends nothing, but the policy governs: what its tier leaves unmatched meets the default. */
static void check_log_only(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct cp_tier *tier = &linter->ruleset->tiers[policy->policy->tier];

    if (policy->policy->staged || policy->policy->set != CP_SET_NORMAL ||
        tier->default_action == CALPOL_ACTION_PASS || !has_rules(policy->policy) ||
        !all_rules_log(policy))
        return;
    cp_advise_policy(linter, policy, "spec", CP_CODE_LOG_ONLY_POLICY,
                     "all rules are Log, which ends nothing: what no other policy of tier %q "
                     "matches is denied for the endpoints that this one selects",
                     tier->name);
}

/* ---- policies that select nothing ---- */

/* A policy in a namespace of which the input shows nothing. That is no mistake, for a folder often
   holds a part of a cluster only; unless the namespace is the one that is missing among those
   declared. */
static void check_namespace(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct cp_text name = policy->policy->namespace_name;
    const struct cp_namespace_entry *entry = cp_lookup_namespace(linter->ruleset, name);

    if (!linter->survey.has_declared_namespaces || (entry && entry->declared))
        return;
    cp_advise_policy(linter, policy, "metadata.namespace", CP_CODE_SELECTS_NOTHING,
                     "selects nothing: namespace %q is not in the input, though others are", name);
}

static void check_selects_nothing(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    const struct cp_text name = policy->policy->namespace_name;

    if (!linter->survey.has_endpoints || cp_lint_selects_some(linter, policy) ||
        cp_lint_host_subject(linter, policy))
        return;
    if (!cp_lint_shows_subject(linter, policy))
        check_namespace(linter, policy);
    else if (name.length)
        cp_advise_policy(linter, policy, "spec.selector", CP_CODE_SELECTS_NOTHING,
                         "selects none of the endpoints of namespace %q: the policy has no effect "
                         "on them",
                         name);
    else
        cp_advise_policy(linter, policy, "spec.selector", CP_CODE_SELECTS_NOTHING,
                         "selects none of the %u endpoints of the input: the policy has no effect "
                         "on them",
                         ruleset->workload_count + ruleset->host_endpoint_count);
}

/* ---- host endpoints ---- */

/* EV-32: a global policy without namespace condition selects the hosts as well. */
static void check_host_endpoints(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct cp_policy_spec *spec = policy->spec;

    if (policy->k8s || policy->policy->namespace_name.length || spec->namespace_selector.given ||
        policy->policy->set != CP_SET_NORMAL)
        return;
    if (spec->selector.given && !cp_text_is(spec->selector.text, "all()"))
        return;
    if (!cp_bitset_has(linter->survey.by_hosts, policy->policy->selector))
        return;
    cp_advise_policy(linter, policy, "spec.selector", CP_CODE_SELECTS_HOST_ENDPOINTS,
                     "selects host endpoints too, and so governs the nodes' own traffic; with "
                     "namespaceSelector: all() it would select workloads only");
}

void cp_lint_selection(struct cp_linter *linter, const struct cp_linted *policy)
{
    check_log_only(linter, policy);
    check_selects_nothing(linter, policy);
    check_host_endpoints(linter, policy);
}
