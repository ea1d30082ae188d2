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

static void advise_unreachable(struct cp_linter *linter,
                               const struct cp_linted *policy,
                               const struct cp_linted_rules *rules,
                               uint32_t unconditional)
{
    const uint8_t action = rules->rules[unconditional].action;
    struct cp_buffer path;

    cp_buffer_init(&path, linter->input->work);
    cp_lint_rule_path(policy, rules, unconditional, "", &path);
    if (path.failed) {
        linter->status = CALPOL_ERROR_NO_MEMORY;
        return;
    }
    cp_advise_rule(linter, policy, rules, unconditional + 1, "", CP_CODE_UNREACHABLE_RULE,
                   policy->k8s && action == CALPOL_ACTION_ALLOW
                       ? "%t (%s) matches everything already, so this rule and those behind it add "
                         "nothing"
                       : "never reached: %t (%s) matches everything, so this rule and those behind "
                         "it have no effect",
                   cp_buffer_text(&path), action_text(action));
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
        if (rules->rules[i + 1].written_rule != rule->written_rule)
            advise_unreachable(linter, policy, rules, i);
        return;
    }
}

/* EV-78: one family in notNets voids the rule for the other. nets of one family say so themselves.
 */
static bool void_by_not_nets(const struct cp_rule *rule, int family)
{
    return rule->family_void[family] && !rule->family_void_match[family];
}

/* Actions with a rule for just one IP version, as bits, by that version: 0 is IPv4, 1 is IPv6. */
struct single_family {
    unsigned actions[2];
};

static struct single_family find_single_family(const struct cp_linted_rules *rules)
{
    struct single_family single = {{0}};

    for (uint32_t i = 0; i < rules->count; i++) {
        const struct cp_rule *rule = &rules->rules[i];

        for (int family = 0; family < 2; family++) {
            if (rule->ip_version == (family ? 6 : 4) || void_by_not_nets(rule, !family))
                single.actions[family] |= 1u << rule->action;
        }
    }
    return single;
}

static void check_family(struct cp_linter *linter,
                         const struct cp_linted *policy,
                         const struct cp_linted_rules *rules,
                         const struct single_family *single,
                         uint32_t number)
{
    const struct cp_rule *rule = &rules->rules[number];

    for (int family = 0; family < 2; family++) {
        uint8_t version = family ? 6 : 4;

        if (!void_by_not_nets(rule, family) || (rule->ip_version && rule->ip_version != version))
            continue;
        if ((version == 6 && !cp_lint_minds_ipv6(linter, rule->action)) ||
            single->actions[family] >> rule->action & 1)
            continue;
        cp_advise_rule(
            linter, policy, rules, number, "", CP_CODE_FAMILY_VOIDED_RULE,
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
                              const char *field,
                              const char *consequence)
{
    for (uint32_t i = 0; linter->survey.has_endpoints && i < ports->name_count; i++) {
        if (cp_bitset_has(linter->survey.ports, ports->names[i]))
            continue;
        cp_advise_rule(linter, policy, rules, number, field, CP_CODE_NAMED_PORT_UNRESOLVED,
                       "no endpoint of the input declares a port named %q: it %s",
                       cp_intern_text(&linter->ruleset->names, ports->names[i]), consequence);
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

    if (entity->service == CP_NONE ||
        (!linter->survey.has_endpoints && !linter->survey.has_backends))
        return;
    service = &linter->ruleset->rule_services[entity->service];
    if (service->entry_count)
        return;
    cp_advise_rule(linter, policy, rules, number, field, CP_CODE_SERVICE_UNRESOLVED,
                   "the input has no endpoint slice of service %t/%t: the rule matches nothing",
                   cp_intern_text(&linter->ruleset->names, service->namespace_name),
                   cp_intern_text(&linter->ruleset->names, service->name));
}

/* Does the input show where the endpoints would be that a selector asks for? Those of the policy's
   own namespace are shown if it selects some; others, if there are other namespaces. */
static bool shows_peers(const struct cp_linter *linter,
                        const struct cp_linted *policy,
                        const struct cp_entity_spec *entity)
{
    const bool is_local =
        policy->policy->namespace_name.length && !entity->namespace_selector.given;

    return cp_lint_selects_some(linter, policy) && (is_local || linter->survey.namespace_count > 1);
}

/* A positive selector that no owner satisfies never matches any address. */
static void check_selector(struct cp_linter *linter,
                           const struct cp_linted *policy,
                           const struct cp_linted_rules *rules,
                           uint32_t number,
                           bool is_source)
{
    const struct cp_rule *rule = &rules->rules[number];
    const struct cp_rule_spec *spec = &rules->specs->items.items[number];
    const struct cp_entity *entity = is_source ? rule->source : rule->destination;
    const struct cp_entity_spec *written = is_source ? &spec->source : &spec->destination;

    if (entity->selector == CP_NONE || cp_bitset_has(linter->survey.by_owners, entity->selector) ||
        !shows_peers(linter, policy, written) || cp_lint_host_peer(linter, policy, rules, number) ||
        cp_lint_dash(linter, policy, rules, number) ||
        cp_lint_is_impossible(linter, &written->selector))
        return;
    cp_advise_rule(
        linter, policy, rules, number, is_source ? "source.selector" : "destination.selector",
        CP_CODE_MATCHES_NOTHING, "matches no endpoint and no network set of the input: %s",
        rule->action == CALPOL_ACTION_DENY ? "the rule denies nothing" : "the rule has no effect");
}

static void check_entity(struct cp_linter *linter,
                         const struct cp_linted *policy,
                         const struct cp_linted_rules *rules,
                         uint32_t number,
                         bool is_source)
{
    const struct cp_rule *rule = &rules->rules[number];
    const struct cp_entity *entity = is_source ? rule->source : rule->destination;

    check_selector(linter, policy, rules, number, is_source);
    check_service(linter, policy, rules, number, entity,
                  is_source ? "source.services" : "destination.services");
    check_named_ports(linter, policy, rules, number, &entity->ports,
                      is_source ? "source.ports" : "destination.ports", "matches nothing");
    check_named_ports(linter, policy, rules, number, &entity->not_ports,
                      is_source ? "source.notPorts" : "destination.notPorts", "excludes nothing");
}

void cp_lint_rules(struct cp_linter *linter, const struct cp_linted *policy)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules = cp_linted_rules(policy, (enum cp_direction)direction);
        const struct single_family single = find_single_family(&rules);

        check_unreachable(linter, policy, &rules);
        for (uint32_t i = 0; i < rules.count; i++) {
            check_family(linter, policy, &rules, &single, i);
            check_entity(linter, policy, &rules, i, true);
            check_entity(linter, policy, &rules, i, false);
        }
    }
}
