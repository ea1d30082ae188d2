/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traffic that a policy forgets: ICMPv6 beside ICMP, DNS beside everything else.
 */
#include "lint/linter.h"

#include "net/protocol.h"
#include "ruleset/lookup.h"

static bool names_protocol(const struct cp_rule *rule, uint8_t protocol)
{
    return rule->criteria >> CP_CRITERION_PROTOCOL & 1 && rule->protocol == protocol;
}

/* Does a rule speak of ICMPv6, or deny whatever protocol it is? */
static bool covers_icmpv6(const struct cp_rule *rule)
{
    if (names_protocol(rule, CP_PROTOCOL_ICMPV6))
        return true;
    return !(rule->criteria >> CP_CRITERION_PROTOCOL & 1) && rule->action == CALPOL_ACTION_DENY &&
           rule->ip_version != 4;
}

/* A denial of ICMP is a gap if a rule behind it lets everything through and none in front of that
   thinks of ICMPv6. *out_denial is the denial. */
static bool leaves_icmpv6_open(const struct cp_linted_rules *rules, uint32_t *out_denial)
{
    bool is_denied = false;

    for (uint32_t i = 0; i < rules->count; i++) {
        const struct cp_rule *rule = &rules->rules[i];

        if (covers_icmpv6(rule))
            return false;
        if (!rule->criteria && rule->action == CALPOL_ACTION_ALLOW)
            return is_denied;
        if (!is_denied && rule->action == CALPOL_ACTION_DENY &&
            names_protocol(rule, CP_PROTOCOL_ICMP)) {
            *out_denial = i;
            is_denied = true;
        }
    }
    return false;
}

static void check_icmp(struct cp_linter *linter,
                       const struct cp_linted *policy,
                       const struct cp_linted_rules *rules)
{
    uint32_t denial;

    if (leaves_icmpv6_open(rules, &denial) && cp_lint_minds_ipv6(linter, CALPOL_ACTION_DENY))
        cp_advise_rule(linter, policy, rules, denial, "protocol", CP_CODE_ICMPV6_LEFT_OPEN,
                       "protocol ICMP is IPv4 only: ICMPv6 is not denied; add a rule with protocol "
                       "ICMPv6");
}

/* Is there a destination without bounds among the networks? */
static bool has_everything(const struct cp_prefixes *nets)
{
    for (uint32_t i = 0; i < nets->count; i++) {
        if (nets->items[i].length == 0)
            return true;
    }
    return false;
}

/* Does a rule allow connections to something that is usually called by its name? Networks are
   known by their addresses. */
static bool allows_names(const struct cp_rule *rule)
{
    if (rule->action != CALPOL_ACTION_ALLOW ||
        rule->criteria >> CP_CRITERION_DESTINATION_NOWHERE & 1)
        return false;
    if (rule->criteria >> CP_CRITERION_PROTOCOL & 1 && !cp_protocol_has_ports(rule->protocol))
        return false;
    return !(rule->criteria >> CP_CRITERION_DESTINATION_NETS & 1) ||
           has_everything(&rule->destination->nets);
}

static bool some_rule_allows_names(const struct cp_linted_rules *rules)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        if (allows_names(&rules->rules[i]))
            return true;
    }
    return false;
}

/* An endpoint that the policy selects and that no policy lets ask for names; NULL: none is known.
 */
static const struct cp_owner *find_deaf(const struct cp_linter *linter,
                                        const struct cp_linted *policy)
{
    for (uint32_t i = 0; i < linter->dns.deaf_count; i++) {
        uint32_t set = linter->dns.deaf_sets[i];

        if (cp_label_set_matches(&linter->ruleset->label_sets[set], policy->policy->selector))
            return linter->survey.set_owners[set];
    }
    return NULL;
}

/* May some policy that lets queries out go for the same endpoints? Where they are not known, those
   of one namespace may be the same, and global policies may select any. */
static bool may_be_allowed(const struct cp_linter *linter, const struct cp_linted *policy)
{
    const struct cp_lint_dns *dns = &linter->dns;
    const struct cp_text name = policy->policy->namespace_name;
    const struct cp_namespace_entry *entry = cp_lookup_namespace(linter->ruleset, name);

    if (dns->everywhere || !name.length)
        return dns->anywhere;
    return entry && cp_bitset_has(dns->namespaces, (uint32_t)(entry - linter->ruleset->namespaces));
}

static void check_dns(struct cp_linter *linter,
                      const struct cp_linted *policy,
                      const struct cp_linted_rules *rules)
{
    const struct cp_policy *compiled = policy->policy;
    const struct cp_owner *deaf;

    if (rules->direction != CP_EGRESS || !(compiled->types >> CP_EGRESS & 1) ||
        compiled->set != CP_SET_NORMAL || compiled->staged ||
        linter->ruleset->tiers[compiled->tier].default_action == CALPOL_ACTION_PASS ||
        cp_bitset_has(linter->dns.policies, policy->number) || !some_rule_allows_names(rules))
        return;
    deaf = find_deaf(linter, policy);
    if (deaf)
        cp_advise_policy(
            linter, policy, "spec.egress", CP_CODE_NO_DNS_EGRESS,
            "allows connections, but no policy lets %t ask DNS (UDP 53): names will not "
            "resolve there",
            deaf->reference);
    else if (!cp_lint_shows_subject(linter, policy) && !may_be_allowed(linter, policy))
        cp_advise_policy(linter, policy, "spec.egress", CP_CODE_NO_DNS_EGRESS,
                         "allows connections, but neither this nor another policy allows DNS (UDP "
                         "53): names will not resolve for the endpoints that it selects");
}

void cp_lint_traffic(struct cp_linter *linter, const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules = cp_linted_rules(policy, (enum cp_direction)direction);

        check_icmp(linter, policy, &rules);
        check_dns(linter, policy, &rules);
    }
}
