/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and profiles of an endpoint as lines in the order of the walk (evaluate/walk.c), which it
 * mirrors: where that one asks whether a rule matches, this one writes down what it asks.
 */
#include "compile/program_builder.h"

/* A walk being written down. */
struct writing {
    struct cp_program_builder *builder;
    const struct cp_chain *chain;
    struct cp_program_lines *lines;
    uint32_t passes; /* lines from here on whose next is open lead behind the tier or profile */
    bool has_pass;   /* some line of the tier or profile leads behind it */
    bool is_closed;  /* nothing behind the last line is ever looked at, unless after a pass */
};

/* next of a line that leads behind its tier while that is being written. */
#define BEHIND_TIER UINT32_MAX

/* ---- Lines ----------------------------------------------------------------------------------- */

static bool is_unconditional(const struct cp_program_line *line)
{
    return line->own == CP_RANGES_ALL && line->peers == CP_RANGES_ALL &&
           line->transport == CP_RANGES_ALL && line->source_ports == CP_RANGES_ALL && !line->needs;
}

static int add_line(struct writing *writing, const struct cp_program_line *line)
{
    struct cp_program_line *slot = cp_array_push(writing->builder->work, &writing->lines->items);

    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *line;
    if (line->next == BEHIND_TIER && !line->decision)
        writing->has_pass = true;
    writing->is_closed = is_unconditional(line);
    return CALPOL_OK;
}

static int add_decision(struct writing *writing, const struct cp_decision *decision)
{
    struct cp_program_line line = {
        .own = CP_RANGES_ALL,
        .peers = CP_RANGES_ALL,
        .transport = CP_RANGES_ALL,
        .source_ports = CP_RANGES_ALL,
    };
    int status = cp_decision_number(writing->builder, decision, &line.decision);

    return status ? status : add_line(writing, &line);
}

/* A rule is in one policy and direction, so what it comes to is the same in all chains. */
static int decide(struct writing *writing,
                  const struct cp_decision *decision,
                  struct cp_clause_span *span)
{
    return span->decision ? CALPOL_OK
                          : cp_decision_number(writing->builder, decision, &span->decision);
}

/* The clauses of a rule, all with the same end: a decision, or NULL for what is behind the tier. */
static int add_rule(struct writing *writing,
                    const struct cp_policy *policy,
                    uint32_t index,
                    const struct cp_decision *decision)
{
    struct cp_clauses *clauses = &writing->builder->clauses;
    enum cp_direction direction = writing->chain->direction;
    struct cp_clause_span *span;
    int status = cp_clauses_of_rule(clauses, &policy->rules[direction][index],
                                    policy->first_rule[direction] + index, direction,
                                    writing->chain->family, &span);

    if (!status && !writing->is_closed)
        writing->lines->asks |= span->asks;
    if (!status && decision)
        status = decide(writing, decision, span);
    for (uint32_t i = 0; !status && !writing->is_closed && i < span->count; i++) {
        const struct cp_clause *clause = &clauses->items.items[span->first + i];
        struct cp_program_line line = {
            .own = clause->own,
            .peers = clause->peers,
            .transport = clause->transport,
            .source_ports = clause->source_ports,
            .decision = decision && !clause->is_doubt ? span->decision : 0,
            .needs = clause->needs,
        };

        if (clause->is_doubt)
            line.next = writing->lines->items.count + 1;
        else if (!decision)
            line.next = BEHIND_TIER;
        status = add_line(writing, &line);
    }
    return status;
}

/* A tier or profile begins: what closed the one before was passed by. */
static void begin(struct writing *writing)
{
    writing->passes = writing->lines->items.count;
    writing->has_pass = false;
    writing->is_closed = false;
}

/* A tier or profile is over. False: nothing behind it is ever looked at. */
static bool end(struct writing *writing)
{
    struct cp_program_line *lines = writing->lines->items.items;
    uint32_t count = writing->lines->items.count;

    for (uint32_t i = writing->passes; i < count; i++) {
        if (lines[i].next == BEHIND_TIER)
            lines[i].next = count;
    }
    return !writing->is_closed || writing->has_pass;
}

static uint16_t stage_of(const struct writing *writing)
{
    return writing->chain->direction == CP_EGRESS ? CALPOL_STAGE_WORKLOAD_EGRESS
                                                  : CALPOL_STAGE_WORKLOAD_INGRESS;
}

/* ---- Tiers ----------------------------------------------------------------------------------- */

bool cp_policy_governs(const struct calpol_ruleset *ruleset,
                       uint32_t number,
                       enum cp_direction direction)
{
    const struct cp_policy *policy = ruleset->policies[number];

    return (policy->set == CP_SET_NORMAL || policy->set == CP_SET_FORWARD) &&
           policy->types & 1u << direction && (!policy->staged || ruleset->options.pending);
}

static int add_policy(struct writing *writing, uint32_t number)
{
    const struct calpol_ruleset *ruleset = writing->builder->ruleset;
    const struct cp_policy *policy = ruleset->policies[number];
    enum cp_direction direction = writing->chain->direction;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < policy->rule_count[direction]; i++) {
        const struct cp_decision details = {
            .action = policy->rules[direction][i].action,
            .stage = stage_of(writing),
            .tier = policy->tier,
            .policy = number,
            .rule = (int32_t)i,
        };

        if (details.action == CALPOL_ACTION_LOG) /* EV-63 */
            continue;
        status =
            add_rule(writing, policy, i, details.action == CALPOL_ACTION_PASS ? NULL : &details);
    }
    return status;
}

/* The policies of one tier, all of which govern. */
static int add_tier(struct writing *writing, const uint32_t *policies, uint32_t count)
{
    const struct calpol_ruleset *ruleset = writing->builder->ruleset;
    uint32_t number = ruleset->policies[policies[0]]->tier;
    const struct cp_tier *tier = &ruleset->tiers[number];
    uint32_t charged = policies[ruleset->options.default_hit_first ? 0 : count - 1];
    const struct cp_decision denial = {
        .action = CALPOL_ACTION_DENY,
        .stage = stage_of(writing),
        .tier = number,
        .policy = charged,
        .rule = -1,
    };
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < count; i++)
        status = add_policy(writing, policies[i]);
    if (!status && !writing->is_closed && tier->default_action != CALPOL_ACTION_PASS)
        status = add_decision(writing, &denial); /* EV-64, EV-165 */
    return status;
}

static int add_tiers(struct writing *writing, bool *out_goes_on)
{
    const struct calpol_ruleset *ruleset = writing->builder->ruleset;
    const struct cp_chain *chain = writing->chain;
    uint32_t first = 0;
    int status = CALPOL_OK;

    *out_goes_on = true;
    while (!status && *out_goes_on && first < chain->policy_count) {
        uint32_t tier = ruleset->policies[chain->policies[first]]->tier, end_of_tier = first;

        while (end_of_tier < chain->policy_count &&
               ruleset->policies[chain->policies[end_of_tier]]->tier == tier)
            end_of_tier++;
        begin(writing);
        status = add_tier(writing, chain->policies + first, end_of_tier - first);
        *out_goes_on = end(writing);
        first = end_of_tier;
    }
    return status;
}

/* ---- Profiles -------------------------------------------------------------------------------- */

/* EV-111: Pass denies, or leads to the next profile. */
static int add_profile(struct writing *writing, uint32_t number)
{
    const struct calpol_ruleset *ruleset = writing->builder->ruleset;
    const struct cp_policy *profile = ruleset->policies[number];
    enum cp_direction direction = writing->chain->direction;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < profile->rule_count[direction]; i++) {
        struct cp_decision details = {
            .action = profile->rules[direction][i].action,
            .stage = stage_of(writing),
            .tier = CP_NONE,
            .policy = number,
            .rule = (int32_t)i,
        };
        bool is_pass = details.action == CALPOL_ACTION_PASS;

        if (details.action == CALPOL_ACTION_LOG) /* EV-115 */
            continue;
        if (is_pass)
            details.action = CALPOL_ACTION_DENY;
        status = add_rule(writing, profile, i,
                          is_pass && ruleset->options.profile_pass_next ? NULL : &details);
    }
    return status;
}

static int add_profiles(struct writing *writing)
{
    const struct cp_decision no_match = {
        .action = CALPOL_ACTION_DENY,
        .stage = stage_of(writing),
        .tier = CP_NONE,
        .policy = CP_NONE,
        .rule = -1,
    };
    const struct cp_chain *chain = writing->chain;
    bool goes_on = true;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && goes_on && i < chain->profile_count; i++) {
        begin(writing);
        status = add_profile(writing, chain->profiles[i]);
        goes_on = end(writing);
    }
    if (!status && goes_on) {
        begin(writing);
        status = add_decision(writing, &no_match); /* EV-113 */
    }
    return status;
}

int cp_chain_lines(struct cp_program_builder *builder,
                   const struct cp_chain *chain,
                   struct cp_program_lines *lines)
{
    struct writing writing = {.builder = builder, .chain = chain, .lines = lines};
    bool goes_on;
    int status;

    lines->items.count = 0;
    lines->asks = 0;
    status = add_tiers(&writing, &goes_on);
    return status || !goes_on ? status : add_profiles(&writing);
}

/* ---- Folding --------------------------------------------------------------------------------- */

bool cp_lines_fold(struct cp_program_builder *builder,
                   const struct cp_program_lines *lines,
                   uint32_t own_class,
                   struct cp_program_lines *out_lines)
{
    uint32_t count = lines->items.count, kept = 0;
    uint32_t *places = CP_NEW_ARRAY(&builder->scratch, uint32_t, (size_t)count + 1);

    out_lines->items.count = 0;
    out_lines->asks = lines->asks;
    if (!places || !cp_array_reserve(builder->work, &out_lines->items, count))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_program_line *line = &lines->items.items[i];

        places[i] = kept;
        if (!cp_ranges_contain(&builder->classes.sets, line->own, own_class))
            continue;
        out_lines->items.items[kept] = *line;
        out_lines->items.items[kept++].own = CP_RANGES_ALL;
    }
    places[count] = kept;
    out_lines->items.count = kept;
    for (uint32_t i = 0; i < kept; i++) {
        struct cp_program_line *line = &out_lines->items.items[i];

        if (!line->decision)
            line->next = places[line->next];
    }
    return true;
}
