/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom a policy selects: nobody, or host endpoints unawares; and policies that only log.
 */
#include "lint/linter.h"

static bool has_rules(const struct cp_policy *policy)
{
    return policy->rule_count[CP_INGRESS] + policy->rule_count[CP_EGRESS] > 0;
}

static bool all_rules_log(const struct cp_linter *linter, const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules =
            cp_linted_rules(linter, policy, (enum cp_direction)direction);

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

    if (!has_rules(policy->policy) || !all_rules_log(linter, policy))
        return;
    cp_advise_policy(linter, policy, "spec", CP_CODE_LOG_ONLY_POLICY,
                     "all rules are Log, which ends nothing: endpoints that this policy selects "
                     "meet the default action %s of tier %q for whatever no other policy matches",
                     tier->default_action == CALPOL_ACTION_PASS ? "Pass" : "Deny", tier->name);
}

static void check_selects_nothing(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    uint32_t count = ruleset->workload_count + ruleset->host_endpoint_count;

    if (!linter->has_endpoints || cp_bitset_has(linter->by_endpoints, policy->policy->selector))
        return;
    cp_advise_policy(linter, policy, "spec", CP_CODE_SELECTS_NOTHING,
                     "selects none of the %u endpoints of the input: the policy has no effect on "
                     "them",
                     count);
}

/* EV-32: a global policy without namespace condition selects the hosts as well. */
static void check_host_endpoints(struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct cp_policy_spec *spec = policy->spec;

    if (policy->policy->namespace_name.length || spec->namespace_selector.given ||
        policy->policy->set != CP_SET_NORMAL)
        return;
    if (spec->selector.given && !cp_text_is(spec->selector.text, "all()"))
        return;
    if (!cp_bitset_has(linter->by_hosts, policy->policy->selector))
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
