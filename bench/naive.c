/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scanning rules.
 */
#include "naive.h"

#include "ruleset/ruleset.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

/* One side of a rule. */
struct side {
    uint32_t selector; /* CP_NONE: any */
    uint32_t net, mask;
    uint16_t first, last;
};

struct rule {
    struct side sides[2]; /* source, destination */
    uint32_t skip;        /* rules to leave out when a Pass matches */
    uint8_t protocol;     /* 0: any */
    uint8_t action;
};

struct chain {
    const struct rule *rules;
    uint32_t count;
};

/* Addresses for which a selector holds. */
struct holders {
    uint32_t (*ranges)[2]; /* first and last, ascending */
    uint32_t count;
};

struct naive {
    const calpol_ruleset *ruleset;
    struct chain *chains[2]; /* by label set */
    struct holders *holders; /* by selector */
};

/* ---- Making ---------------------------------------------------------------------------------- */

struct growing {
    struct rule *rules;
    uint32_t count, capacity;
};

static struct rule *push(struct growing *list)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? list->capacity * 2 : 64;
        list->rules = realloc(list->rules, list->capacity * sizeof(*list->rules));
        if (!list->rules)
            abort();
    }
    return &list->rules[list->count++];
}

static uint32_t read_address(const struct calpol_address *address)
{
    const uint8_t *bytes = address->bytes;

    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t mask_of(unsigned length)
{
    return length ? UINT32_MAX << (32 - length) : 0;
}

static struct side side_of(const struct cp_entity *entity, uint32_t range)
{
    struct side side = {.selector = entity->selector, .last = UINT16_MAX};

    if (entity->nets.count) {
        side.mask = mask_of(entity->nets.items[0].length);
        side.net = read_address(&entity->nets.items[0].address) & side.mask;
    }
    if (entity->ports.numbers.range_count) {
        side.first = entity->ports.numbers.ranges[range].first;
        side.last = entity->ports.numbers.ranges[range].last;
    }
    return side;
}

/* A rule for each of its ranges of destination ports; none for Log. */
static void add_rule(struct growing *list, const struct cp_rule *rule)
{
    const struct cp_entity *source = rule->source, *destination = rule->destination;
    uint32_t ranges = destination->ports.numbers.range_count;

    if (rule->action == CALPOL_ACTION_LOG)
        return;
    for (uint32_t i = 0; i < (ranges ? ranges : 1); i++)
        *push(list) = (struct rule){
            .sides = {side_of(source, 0), side_of(destination, i)},
            .protocol = rule->criteria & 1u << CP_CRITERION_PROTOCOL ? rule->protocol : 0,
            .action = rule->action,
        };
}

static void end_tier(struct growing *list, uint32_t first, uint8_t action)
{
    const struct cp_entity any = {.selector = CP_NONE};

    if (action == CALPOL_ACTION_DENY)
        *push(list) = (struct rule){
            .sides = {side_of(&any, 0), side_of(&any, 0)},
            .action = CALPOL_ACTION_DENY,
        };
    for (uint32_t i = first; i < list->count; i++)
        list->rules[i].skip = list->count - i - 1;
}

static void add_policy(struct growing *list, const struct cp_policy *policy, int direction)
{
    for (uint32_t i = 0; i < policy->rule_count[direction]; i++)
        add_rule(list, &policy->rules[direction][i]);
}

static struct chain make_chain(const calpol_ruleset *ruleset,
                               const struct cp_owner *owner,
                               int direction)
{
    const struct cp_label_set *set = cp_owner_labels(ruleset, owner);
    struct growing list = {NULL, 0, 0};
    uint32_t tier = CP_NONE, first = 0;

    for (uint32_t i = 0; i < set->policy_count; i++) {
        const struct cp_policy *policy = ruleset->policies[set->policies[i]];

        if (!(policy->types & 1u << direction))
            continue;
        if (tier != CP_NONE && tier != policy->tier) {
            end_tier(&list, first, ruleset->tiers[tier].default_action);
            first = list.count;
        }
        tier = policy->tier;
        add_policy(&list, policy, direction);
    }
    if (tier != CP_NONE)
        end_tier(&list, first, ruleset->tiers[tier].default_action);
    for (uint32_t i = 0; i < owner->profile_count; i++)
        add_policy(&list, ruleset->policies[cp_profile_policy(ruleset, owner->profiles[i])],
                   direction);
    return (struct chain){list.rules, list.count};
}

static int compare_ranges(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;

    return (a[0] > b[0]) - (a[0] < b[0]);
}

/* The addresses of network sets by selector. */
static void find_holders(struct naive *naive)
{
    const calpol_ruleset *ruleset = naive->ruleset;
    uint32_t first = ruleset->workload_count + ruleset->host_endpoint_count;

    for (uint32_t s = 0; s < ruleset->network_set_count; s++) {
        const struct cp_owner *set = &ruleset->owners[first + s];

        for (uint32_t i = 0; i < ruleset->selector_count; i++) {
            struct holders *holders = &naive->holders[i];

            if (!cp_label_set_matches(cp_owner_labels(ruleset, set), i) || !set->nets.count)
                continue;
            holders->ranges = realloc(holders->ranges, (holders->count + set->nets.count) *
                                                           sizeof(*holders->ranges));
            if (!holders->ranges)
                abort();
            for (uint32_t n = 0; n < set->nets.count; n++) {
                uint32_t *range = holders->ranges[holders->count++];

                range[0] = read_address(&set->nets.items[n].address);
                range[1] = range[0] | ~mask_of(set->nets.items[n].length);
            }
        }
    }
    for (uint32_t i = 0; i < ruleset->selector_count; i++) {
        if (naive->holders[i].count)
            qsort(naive->holders[i].ranges, naive->holders[i].count,
                  sizeof(*naive->holders[i].ranges), compare_ranges);
    }
}

struct naive *naive_new(const calpol_ruleset *ruleset)
{
    struct naive *naive = need(1, sizeof(*naive));

    naive->ruleset = ruleset;
    naive->holders = need(ruleset->selector_count, sizeof(*naive->holders));
    for (int direction = 0; direction < 2; direction++) {
        naive->chains[direction] = need(ruleset->label_set_count, sizeof(struct chain));
        for (uint32_t i = 0; i < ruleset->workload_count; i++) {
            const struct cp_owner *owner = &ruleset->owners[i];
            struct chain *chain = &naive->chains[direction][owner->label_set];

            if (!chain->rules)
                *chain = make_chain(ruleset, owner, direction);
        }
    }
    find_holders(naive);
    return naive;
}

void naive_free(struct naive *naive)
{
    for (int direction = 0; direction < 2; direction++) {
        for (uint32_t i = 0; i < naive->ruleset->label_set_count; i++)
            free((void *)(uintptr_t)naive->chains[direction][i].rules);
        free(naive->chains[direction]);
    }
    for (uint32_t i = 0; i < naive->ruleset->selector_count; i++)
        free(naive->holders[i].ranges);
    free(naive->holders);
    free(naive);
}

/* ---- Scanning -------------------------------------------------------------------------------- */

/* One end of a flow. */
struct end {
    const struct cp_label_set *labels; /* NULL: outside */
    uint32_t address;
    uint16_t port;
};

static bool holds(const struct holders *holders, uint32_t address)
{
    uint32_t low = 0, high = holders->count;

    while (low < high) {
        uint32_t half = low + (high - low) / 2;

        if (address < holders->ranges[half][0])
            high = half;
        else if (address > holders->ranges[half][1])
            low = half + 1;
        else
            return true;
    }
    return false;
}

static bool fits(const struct naive *naive, const struct side *side, const struct end *end)
{
    if (end->port < side->first || end->port > side->last ||
        (end->address & side->mask) != side->net)
        return false;
    if (side->selector == CP_NONE)
        return true;
    return (end->labels && cp_label_set_matches(end->labels, side->selector)) ||
           holds(&naive->holders[side->selector], end->address);
}

static uint8_t scan(const struct naive *naive,
                    struct chain chain,
                    const struct end *source,
                    const struct end *destination,
                    uint8_t protocol)
{
    for (uint32_t i = 0; i < chain.count; i++) {
        const struct rule *rule = &chain.rules[i];

        if ((rule->protocol && rule->protocol != protocol) ||
            !fits(naive, &rule->sides[1], destination) || !fits(naive, &rule->sides[0], source))
            continue;
        if (rule->action != CALPOL_ACTION_PASS)
            return rule->action;
        i += rule->skip;
    }
    return CALPOL_ACTION_DENY;
}

static struct end find_end(const struct naive *naive,
                           uint32_t endpoint,
                           const struct calpol_address *address,
                           uint16_t port)
{
    struct end end = {.port = port};

    if (endpoint != CALPOL_NONE) {
        const struct cp_owner *owner = &naive->ruleset->owners[endpoint];

        end.labels = cp_owner_labels(naive->ruleset, owner);
        if (owner->nets.count)
            end.address = read_address(&owner->nets.items[0].address);
    }
    if (address->family)
        end.address = read_address(address);
    return end;
}

uint32_t naive_judge(const void *context, const struct calpol_flow *flow)
{
    const struct naive *naive = context;
    const struct cp_label_set *sets = naive->ruleset->label_sets;
    struct end source =
        find_end(naive, flow->source_endpoint, &flow->source_address, flow->source_port);
    struct end destination = find_end(naive, flow->destination_endpoint, &flow->destination_address,
                                      flow->destination_port);
    uint8_t egress = CALPOL_ACTION_ALLOW, ingress = CALPOL_ACTION_ALLOW;

    if (source.labels && flow->source_endpoint == flow->destination_endpoint)
        return egress;
    if (source.labels)
        egress = scan(naive, naive->chains[CP_EGRESS][source.labels - sets], &source, &destination,
                      flow->protocol);
    if (destination.labels)
        ingress = scan(naive, naive->chains[CP_INGRESS][destination.labels - sets], &source,
                       &destination, flow->protocol);
    return egress == CALPOL_ACTION_DENY ? egress : ingress;
}
