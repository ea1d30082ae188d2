/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Traffic that a policy forgets: ICMPv6 beside ICMP, DNS beside everything else.
 */
#include "lint/linter.h"

#include "net/protocol.h"

#define DNS_PORT 53u

static bool names_protocol(const struct cp_rule *rule, uint8_t protocol)
{
    return rule->criteria >> CP_CRITERION_PROTOCOL & 1 && rule->protocol == protocol;
}

/* Is there a rule that speaks of ICMPv6, or denies whatever protocol it is? */
static bool covers_icmpv6(const struct cp_linted_rules *rules)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        const struct cp_rule *rule = &rules->rules[i];
        bool any_protocol = !(rule->criteria >> CP_CRITERION_PROTOCOL & 1);

        if (names_protocol(rule, CP_PROTOCOL_ICMPV6))
            return true;
        if (any_protocol && rule->action == CALPOL_ACTION_DENY && rule->ip_version != 4)
            return true;
    }
    return false;
}

/* A rule that lets everything through behind the denial makes the gap one. */
static bool allows_the_rest(const struct cp_linted_rules *rules)
{
    const struct cp_rule *last = rules->count ? &rules->rules[rules->count - 1] : NULL;

    return last && !last->criteria && last->action == CALPOL_ACTION_ALLOW;
}

static void check_icmp(struct cp_linter *linter,
                       const struct cp_linted *policy,
                       const struct cp_linted_rules *rules)
{
    for (uint32_t i = 0; i < rules->count; i++) {
        const struct cp_rule *rule = &rules->rules[i];

        if (rule->action != CALPOL_ACTION_DENY || !names_protocol(rule, CP_PROTOCOL_ICMP))
            continue;
        if (covers_icmpv6(rules) || !allows_the_rest(rules))
            return;
        cp_advise_rule(linter, policy, rules, i, "protocol", CP_CODE_ICMPV6_LEFT_OPEN,
                       "protocol ICMP is IPv4 only: ICMPv6 is not denied; add a rule with protocol "
                       "ICMPv6");
        return;
    }
}

bool cp_rule_may_allow_dns(const struct cp_rule *rule)
{
    const struct cp_port_list *ports = &rule->destination.ports;
    bool any_protocol = !(rule->criteria >> CP_CRITERION_PROTOCOL & 1);

    if (rule->action != CALPOL_ACTION_ALLOW && rule->action != CALPOL_ACTION_PASS)
        return false;
    if (!any_protocol && rule->protocol != CP_PROTOCOL_UDP)
        return false;
    if (!(rule->criteria >> CP_CRITERION_DESTINATION_PORTS & 1))
        return true;
    return ports->name_count || cp_ports_contain(&ports->numbers, DNS_PORT);
}

static void check_dns(struct cp_linter *linter,
                      const struct cp_linted *policy,
                      const struct cp_linted_rules *rules)
{
    bool allows_something = false;

    if (rules->direction != CP_EGRESS || !(policy->policy->types >> CP_EGRESS & 1) ||
        policy->policy->set != CP_SET_NORMAL)
        return;
    for (uint32_t i = 0; i < rules->count; i++) {
        allows_something |= rules->rules[i].action == CALPOL_ACTION_ALLOW;
        if (cp_rule_may_allow_dns(&rules->rules[i]))
            return;
    }
    if (!allows_something || linter->dns_allowed)
        return;
    cp_advise_policy(linter, policy, "spec.egress", CP_CODE_NO_DNS_EGRESS,
                     "egress is allowed, but DNS (UDP 53) is not by this or any other policy: names "
                     "will not resolve for the endpoints that it selects");
}

void cp_lint_traffic(struct cp_linter *linter, const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules =
            cp_linted_rules(linter, policy, (enum cp_direction)direction);

        check_icmp(linter, policy, &rules);
        check_dns(linter, policy, &rules);
    }
}
