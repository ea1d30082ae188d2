/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running the checks, and reporting what they find.
 */
#include "lint/linter.h"

#include <stdarg.h>

static void report(struct cp_linter *linter,
                   const struct cp_subject *subject,
                   enum cp_code code,
                   const char *format,
                   va_list *arguments)
{
    struct cp_buffer message;
    int status;

    cp_buffer_init(&message, linter->input->work);
    cp_buffer_format_list(&message, format, arguments);
    status = cp_diagnose(linter->input->diagnostics, subject, code, cp_buffer_text(&message));
    if (status == CALPOL_ERROR_NO_MEMORY)
        linter->status = status;
}

void cp_advise_policy(struct cp_linter *linter,
                      const struct cp_linted *policy,
                      const char *field,
                      enum cp_code code,
                      const char *format,
                      ...)
{
    const struct cp_metadata *metadata = &policy->spec->metadata;
    const struct cp_subject subject = {
        .place = metadata->origin.place,
        .document = metadata->origin.document,
        .resource = metadata->resource,
        .path = cp_text_from(field),
    };
    va_list arguments;

    va_start(arguments, format);
    report(linter, &subject, code, format, &arguments);
    va_end(arguments);
}

void cp_advise_rule(struct cp_linter *linter,
                    const struct cp_linted *policy,
                    const struct cp_linted_rules *rules,
                    uint32_t rule,
                    const char *field,
                    enum cp_code code,
                    const char *format,
                    ...)
{
    const struct cp_rule_spec *spec = &rules->specs->items.items[rule];
    struct cp_subject subject = {
        .place = spec->origin.place,
        .document = spec->origin.document,
        .resource = policy->spec->metadata.resource,
    };
    struct cp_buffer path;
    va_list arguments;

    cp_buffer_init(&path, linter->input->work);
    cp_buffer_format(&path, "spec.%s[%u]%s%s",
                     rules->direction == CP_INGRESS ? "ingress" : "egress", spec->written_rule,
                     *field ? "." : "", field);
    subject.path = cp_buffer_text(&path);
    va_start(arguments, format);
    report(linter, &subject, code, format, &arguments);
    va_end(arguments);
}

struct cp_linted_rules cp_linted_rules(const struct cp_linter *linter,
                                       const struct cp_linted *policy,
                                       enum cp_direction direction)
{
    const struct cp_policy *compiled = policy->policy;
    struct cp_linted_rules rules = {
        .direction = direction,
        .rules = linter->ruleset->rules + compiled->first_rule[direction],
        .specs = direction == CP_INGRESS ? &policy->spec->ingress : &policy->spec->egress,
        .count = compiled->rule_count[direction],
    };

    return rules;
}

static void unite(uint64_t *into, const uint64_t *from, size_t words)
{
    for (size_t i = 0; i < words; i++)
        into[i] |= from[i];
}

/* What the owners of the input satisfy and declare. Many share a label set: the last one seen is
   not looked at again. */
static void gather_owner(struct cp_linter *linter, const struct cp_owner *owner, size_t words)
{
    unite(linter->by_owners, owner->labels->matches, words);
    if (owner->kind != CP_OWNER_NETWORK_SET)
        unite(linter->by_endpoints, owner->labels->matches, words);
    if (owner->kind == CP_OWNER_HOST)
        unite(linter->by_hosts, owner->labels->matches, words);
}

static void gather_owners(struct cp_linter *linter, size_t words)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    const struct cp_owner *last = NULL;

    for (uint32_t i = 0; i < cp_ruleset_owner_count(ruleset); i++) {
        const struct cp_owner *owner = &ruleset->owners[i];

        if (!last || last->labels != owner->labels || last->kind != owner->kind)
            gather_owner(linter, owner, words);
        last = owner;
        for (uint32_t p = 0; p < owner->port_count; p++)
            cp_bitset_add(linter->declared_ports, owner->ports[p].name);
    }
}

static bool some_policy_allows_dns(const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        const struct cp_policy *policy = &ruleset->policies[i];

        if (policy->staged || !(policy->types >> CP_EGRESS & 1))
            continue;
        for (uint32_t r = 0; r < policy->rule_count[CP_EGRESS]; r++) {
            if (cp_rule_may_allow_dns(&ruleset->rules[policy->first_rule[CP_EGRESS] + r]))
                return true;
        }
    }
    return false;
}

static bool prepare(struct cp_linter *linter)
{
    const struct calpol_ruleset *ruleset = linter->ruleset;
    struct cp_arena *work = linter->input->work;
    size_t words = cp_bitset_words(ruleset->selector_count);

    linter->by_owners = CP_NEW_ARRAY(work, uint64_t, words);
    linter->by_endpoints = CP_NEW_ARRAY(work, uint64_t, words);
    linter->by_hosts = CP_NEW_ARRAY(work, uint64_t, words);
    linter->declared_ports =
        CP_NEW_ARRAY(work, uint64_t, cp_bitset_words(ruleset->names.texts.count));
    if (!linter->by_owners || !linter->by_endpoints || !linter->by_hosts ||
        !linter->declared_ports)
        return false;
    linter->has_endpoints = ruleset->workload_count + ruleset->host_endpoint_count > 0;
    linter->dns_allowed = some_policy_allows_dns(ruleset);
    gather_owners(linter, words);
    return true;
}

int cp_lint(const struct cp_lint_input *input)
{
    struct cp_linter linter = {.input = input, .ruleset = input->ruleset};

    if (!prepare(&linter))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !linter.status && i < input->ruleset->policy_count; i++) {
        const struct cp_linted policy = {i, &input->ruleset->policies[i], input->policies[i]};

        cp_lint_selection(&linter, &policy);
        cp_lint_rules(&linter, &policy);
        cp_lint_traffic(&linter, &policy);
        cp_lint_selectors(&linter, &policy);
        cp_lint_priority(&linter, &policy);
    }
    if (!linter.status)
        cp_lint_endpoints(&linter);
    if (!linter.status)
        cp_lint_kubernetes(&linter);
    return linter.status;
}
