/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to records. The words are those of the result in JSON that a trace has.
 */
#include "record_answer.h"

#include <string.h>

/* How tier, policy and rule of a decision are called; NULL and no number where there is none. */
struct names {
    const char *tier, *policy;
    bool has_rule;
};

static struct names find_names(const calpol_ruleset *ruleset,
                               const struct calpol_decision *decision)
{
    struct names names = {NULL, NULL, false};
    struct calpol_policy_info policy;
    struct calpol_tier_info tier;

    if (decision->policy != CALPOL_NONE &&
        calpol_ruleset_policy(ruleset, decision->policy, &policy, sizeof(policy)) == CALPOL_OK)
        names.policy = policy.label;
    if (decision->tier != CALPOL_NONE &&
        calpol_ruleset_tier(ruleset, decision->tier, &tier, sizeof(tier)) == CALPOL_OK)
        names.tier = tier.name;
    else if (names.policy)
        names.tier = "__PROFILE__"; /* EV-163 */
    names.has_rule = names.policy != NULL;
    return names;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void add_key(struct cli_bytes *text, const char *key)
{
    cli_bytes_add_text(text, ", \"");
    cli_bytes_add_text(text, key);
    cli_bytes_add_text(text, "\": ");
}

/* A string; null for an empty one. */
static void add_string(struct cli_bytes *text, const char *key, const char *value)
{
    add_key(text, key);
    if (value && *value)
        cli_bytes_add_json(text, value, strlen(value));
    else
        cli_bytes_add_text(text, "null");
}

/* The names of the bits, as they are sorted in a trace; returns how many. */
static size_t find_dependencies(uint32_t depends, const char *names[32])
{
    size_t count = 0;

    for (uint32_t bit = 1; bit && bit <= depends; bit <<= 1) {
        const char *name = calpol_dependency_name(bit);
        size_t at = count;

        if (!(depends & bit))
            continue;
        for (; at > 0 && strcmp(names[at - 1], name) > 0; at--)
            names[at] = names[at - 1];
        names[at] = name;
        count++;
    }
    return count;
}

/* The names of bits, with a separator between them. */
static void add_dependencies(struct cli_bytes *text,
                             uint32_t depends,
                             const char *quote,
                             const char *separator)
{
    const char *names[32];
    size_t count = find_dependencies(depends, names);

    for (size_t i = 0; i < count; i++) {
        cli_bytes_add_text(text, i ? separator : "");
        cli_bytes_add_text(text, quote);
        cli_bytes_add_text(text, names[i]);
        cli_bytes_add_text(text, quote);
    }
}

static void add_decision(struct cli_bytes *text,
                         const char *key,
                         const calpol_ruleset *ruleset,
                         const struct calpol_decision *decision)
{
    struct names names;

    add_key(text, key);
    if (decision->stage == CALPOL_STAGE_NONE) {
        cli_bytes_add_text(text, "null");
        return;
    }
    names = find_names(ruleset, decision);
    cli_bytes_add_text(text, "{\"action\": \"");
    cli_bytes_add_text(text, calpol_action_name(decision->action));
    cli_bytes_add_text(text, "\"");
    add_string(text, "tier", names.tier);
    add_string(text, "policy", names.policy);
    add_key(text, "rule_index");
    if (names.has_rule)
        cli_bytes_add_number(text, decision->rule);
    else
        cli_bytes_add_text(text, "null");
    add_string(text, "stage", calpol_stage_name(decision->stage));
    add_string(text, "reason", calpol_reason_name(decision->reason));
    cli_bytes_add_text(text, "}");
}

static const char *decided_by(const struct calpol_verdict *verdict)
{
    return verdict->decided_by == CALPOL_STAGE_NONE ? "" : calpol_stage_name(verdict->decided_by);
}

void cli_record_answer_json(const struct cli_record_answer *answer,
                            const calpol_ruleset *ruleset,
                            struct cli_bytes *out_text)
{
    const struct calpol_verdict *verdict = answer->verdict;

    cli_bytes_add_text(out_text, "{\"line\": ");
    cli_bytes_add_number(out_text, (int64_t)answer->line);
    if (!verdict) {
        add_string(out_text, "error", answer->error);
        add_string(out_text, "message", answer->message);
        cli_bytes_add_text(out_text, "}");
        return;
    }
    add_string(out_text, "verdict", calpol_action_name(verdict->action));
    add_string(out_text, "decided_by", decided_by(verdict));
    add_string(out_text, "reason", calpol_reason_name(verdict->reason));
    if (verdict->action == CALPOL_ACTION_UNKNOWN) {
        add_key(out_text, "depends_on");
        cli_bytes_add_text(out_text, "[");
        add_dependencies(out_text, verdict->depends_on, "\"", ", ");
        cli_bytes_add_text(out_text, "]");
    }
    add_decision(out_text, "egress", ruleset, &verdict->egress);
    add_decision(out_text, "ingress", ruleset, &verdict->ingress);
    cli_bytes_add_text(out_text, "}");
}

/* ---- Cells ----------------------------------------------------------------------------------- */

void cli_record_answer_header(struct cli_bytes *out_text)
{
    cli_bytes_add_text(out_text, "\tanswer_line\tanswer_verdict\tanswer_decided_by\tanswer_reason"
                                 "\tanswer_depends_on");
    for (int i = 0; i < 2; i++) {
        static const char *const columns[] = {"action", "tier", "policy", "rule_index"};

        for (size_t k = 0; k < sizeof(columns) / sizeof(columns[0]); k++) {
            cli_bytes_add_text(out_text, i == 0 ? "\tanswer_egress_" : "\tanswer_ingress_");
            cli_bytes_add_text(out_text, columns[k]);
        }
    }
    cli_bytes_add_text(out_text, "\tanswer_error\tanswer_message");
}

/* Nothing in a cell may end it. */
static void add_cell(struct cli_bytes *text, const char *value)
{
    size_t length = value ? strlen(value) : 0;
    char *room;

    cli_bytes_add_text(text, "\t");
    room = cli_bytes_room(text, length);
    if (!room)
        return;
    for (size_t i = 0; i < length; i++)
        room[i] = (unsigned char)value[i] < 0x20 ? ' ' : value[i];
    text->length += length;
}

static void add_decision_cells(struct cli_bytes *text,
                               const calpol_ruleset *ruleset,
                               const struct calpol_decision *decision)
{
    struct names names;

    if (decision->stage == CALPOL_STAGE_NONE) {
        cli_bytes_add_text(text, "\t\t\t\t");
        return;
    }
    names = find_names(ruleset, decision);
    add_cell(text, calpol_action_name(decision->action));
    add_cell(text, names.tier);
    add_cell(text, names.policy);
    cli_bytes_add_text(text, "\t");
    if (names.has_rule)
        cli_bytes_add_number(text, decision->rule);
}

void cli_record_answer_cells(const struct cli_record_answer *answer,
                             const calpol_ruleset *ruleset,
                             struct cli_bytes *out_text)
{
    const struct calpol_verdict *verdict = answer->verdict;

    cli_bytes_add_text(out_text, "\t");
    cli_bytes_add_number(out_text, (int64_t)answer->line);
    if (!verdict) {
        cli_bytes_add_text(out_text, "\t\t\t\t\t\t\t\t\t\t\t\t");
        add_cell(out_text, answer->error);
        add_cell(out_text, answer->message);
        return;
    }
    add_cell(out_text, calpol_action_name(verdict->action));
    add_cell(out_text, decided_by(verdict));
    add_cell(out_text, calpol_reason_name(verdict->reason));
    cli_bytes_add_text(out_text, "\t");
    if (verdict->action == CALPOL_ACTION_UNKNOWN)
        add_dependencies(out_text, verdict->depends_on, "", ",");
    add_decision_cells(out_text, ruleset, &verdict->egress);
    add_decision_cells(out_text, ruleset, &verdict->ingress);
    cli_bytes_add_text(out_text, "\t\t");
}
