/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules that cannot do anything: behind an unconditional one, void for an IP version, or asking for
 * what the input does not have.
 */
#include "lint/linter.h"

static const char *action_text(uint8_t action)
{
    switch (action) {
    case CALPOL_ACTION_ALLOW:
        return "Allow";
    case CALPOL_ACTION_DENY:
        return "Deny";
    case CALPOL_ACTION_PASS:
        return "Pass";
    default:
        return "Log";
    }
}

static void check_unreachable(struct cp_linter *linter,
                              const struct cp_linted *policy,
                              const struct cp_linted_rules *rules)
{
    for (uint32_t i = 0; i + 1 < rules->count; i++) {
        const struct cp_rule *rule = &rules->rules[i];

        if (rule->criteria || rule->action == CALPOL_ACTION_LOG)
            continue;
        /* Converted rules of one written rule are alternatives of the reader's own making. */
        if (rules->rules[i + 1].written_rule == rule->written_rule)
            return;
        cp_advise_rule(linter, policy, rules, i + 1, "", CP_CODE_UNREACHABLE_RULE,
                       "never reached: rule %u (%s) matches everything, so this rule and those "
                       "behind it have no effect",
                       rule->written_rule, action_text(rule->action));
        return;
    }
}

/* EV-78: one family in notNets voids the rule for the other. nets of one family say so themselves. */
static bool void_by_not_nets(const struct cp_rule *rule, int family)
{
    return rule->family_void[family] && !rule->family_void_match[family];
}

static void check_family(struct cp_linter *linter,
                         const struct cp_linted *policy,
                         const struct cp_linted_rules *rules,
                         uint32_t number)
{
    const struct cp_rule *rule = &rules->rules[number];

    for (int family = 0; family < 2; family++) {
        uint8_t version = family ? 6 : 4;

        if (!void_by_not_nets(rule, family) || (rule->ip_version && rule->ip_version != version))
            continue;
        cp_advise_rule(linter, policy, rules, number, "", CP_CODE_FAMILY_VOIDED_RULE,
                       "never matches IPv%u: notNets holds no IPv%u network, and a dataplane leaves "
                       "the rule out then; write a second rule for IPv%u",
                       (uint32_t)version, (uint32_t)version, (uint32_t)version);
    }
}

static void check_named_ports(struct cp_linter *linter,
                              const struct cp_linted *policy,
                              const struct cp_linted_rules *rules,
                              uint32_t number,
                              const struct cp_port_list *ports,
                              const char *field)
{
    for (uint32_t i = 0; linter->has_endpoints && i < ports->name_count; i++) {
        if (cp_bitset_has(linter->declared_ports, ports->names[i]))
            continue;
        cp_advise_rule(linter, policy, rules, number, field, CP_CODE_NAMED_PORT_UNRESOLVED,
                       "no endpoint of the input declares a port named %q: it matches nothing",
                       cp_intern_text(&linter->ruleset->names, ports->names[i]));
    }
}

static void check_service(struct cp_linter *linter,
                          const struct cp_linted *policy,
                          const struct cp_linted_rules *rules,
                          uint32_t number,
                          const struct cp_entity *entity,
                          const char *field)
{
    const struct cp_rule_service *service;

    if (entity->service == CP_NONE)
        return;
    service = &linter->ruleset->rule_services[entity->service];
    if (service->entry_count)
        return;
    cp_advise_rule(linter, policy, rules, number, field, CP_CODE_SERVICE_UNRESOLVED,
                   "the input has no endpoint slice of service %t/%t: the rule matches nothing",
                   cp_intern_text(&linter->ruleset->names, service->namespace_name),
                   cp_intern_text(&linter->ruleset->names, service->name));
}

/* A positive selector that no owner satisfies never matches any address. */
static void check_selector(struct cp_linter *linter,
                           const struct cp_linted *policy,
                           const struct cp_linted_rules *rules,
                           uint32_t number,
                           const struct cp_entity *entity,
                           const char *field)
{
    if (!linter->has_endpoints || entity->selector == CP_NONE ||
        cp_bitset_has(linter->by_owners, entity->selector))
        return;
    cp_advise_rule(linter, policy, rules, number, field, CP_CODE_MATCHES_NOTHING,
                   "matches no endpoint and no network set of the input: %s",
                   rules->rules[number].action == CALPOL_ACTION_DENY ? "the rule denies nothing"
                                                                     : "the rule has no effect");
}

static void check_entity(struct cp_linter *linter,
                         const struct cp_linted *policy,
                         const struct cp_linted_rules *rules,
                         uint32_t number,
                         bool is_source)
{
    const struct cp_rule *rule = &rules->rules[number];
    const struct cp_entity *entity = is_source ? &rule->source : &rule->destination;

    check_selector(linter, policy, rules, number, entity,
                   is_source ? "source.selector" : "destination.selector");
    check_service(linter, policy, rules, number, entity,
                  is_source ? "source.services" : "destination.services");
    check_named_ports(linter, policy, rules, number, &entity->ports,
                      is_source ? "source.ports" : "destination.ports");
    check_named_ports(linter, policy, rules, number, &entity->not_ports,
                      is_source ? "source.notPorts" : "destination.notPorts");
}

void cp_lint_rules(struct cp_linter *linter, const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules =
            cp_linted_rules(linter, policy, (enum cp_direction)direction);

        check_unreachable(linter, policy, &rules);
        for (uint32_t i = 0; i < rules.count; i++) {
            check_family(linter, policy, &rules, i);
            check_entity(linter, policy, &rules, i, true);
            check_entity(linter, policy, &rules, i, false);
        }
    }
}
