/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One stage in JSON: what it came to, and its trace.
 */
#include "render/describe.h"
#include "render/entries.h"
#include "render/json.h"
#include "render/names.h"

/* ---- What it came to ------------------------------------------------------------------------- */

/* File and line of the rule, or of the policy where no rule decides. */
static void write_place(struct cp_json *json,
                        const struct cp_world *world,
                        const struct cp_stage *stage,
                        const struct cp_rule *rule)
{
    const struct cp_policy *policy;
    uint32_t line;

    if (stage->hit.policy == CP_POLICY_NO_MATCH)
        return;
    policy = cp_world_policy(world, stage->hit.policy);
    line = rule && rule->line ? rule->line : policy->line;
    if (policy->source.length)
        cp_json_text(json, "file", policy->source);
    if (policy->source.length && line)
        cp_json_number(json, "line", line);
}

void cp_json_hit(struct cp_json *json, const struct cp_world *world, const struct cp_stage *stage)
{
    const struct cp_rule *rule;

    if (!stage) {
        cp_json_null(json, "tier");
        cp_json_null(json, "policy");
        cp_json_null(json, "rule_index");
        return;
    }
    rule = cp_hit_rule(world, &stage->hit, stage->direction);
    cp_json_text(json, "tier", cp_tier_text(world, stage->hit.tier));
    cp_json_text(json, "policy", cp_policy_text(world, stage->hit.policy));
    cp_json_number(json, "rule_index", stage->hit.rule);
    if (rule && cp_policy_is_kubernetes(cp_world_policy(world, stage->hit.policy)))
        cp_json_number(json, "source_rule", rule->written_rule); /* K8-140 */
    write_place(json, world, stage, rule);
}

/* ---- The trace ------------------------------------------------------------------------------- */

/* EV-163, EV-166. */
static void write_flow_log(struct cp_json *json,
                           const struct cp_explained *explained,
                           const struct cp_stage *stage)
{
    const struct cp_world *world = explained->world;
    struct cp_entry_walk walk;
    struct cp_entry entry;

    cp_json_open(json, "flow_log", '[');
    cp_entries_begin(&walk, explained, stage);
    while (cp_entries_next(&walk, &entry)) {
        struct cp_buffer line;

        cp_buffer_init(&line, explained->scratch);
        cp_buffer_format(&line, "%u|%t|%t|%s|%d", entry.index, cp_tier_text(world, entry.tier),
                         cp_policy_text(world, entry.policy), cp_action_name(entry.action),
                         entry.policy == CP_POLICY_NO_MATCH ? 0 : entry.rule);
        json->buffer->failed = json->buffer->failed || line.failed;
        cp_json_text(json, NULL, cp_buffer_text(&line));
    }
    cp_json_close(json, ']');
}

/* Who an end of tier is charged to (EV-164, EV-165). */
static void write_trigger(struct cp_json *json,
                          const char *key,
                          const struct cp_world *world,
                          const struct cp_entry *entry,
                          uint32_t number)
{
    const struct cp_policy *policy = cp_world_policy(world, number);

    cp_json_open(json, key, '{');
    cp_json_string(json, "kind", cp_policy_kind_info(policy->kind)->goldmane);
    cp_json_text(json, "namespace", policy->namespace_name);
    cp_json_text(json, "name", policy->name);
    cp_json_text(json, "tier", cp_tier_text(world, entry->tier));
    cp_json_close(json, '}');
}

static void write_entry(struct cp_json *json,
                        const struct cp_world *world,
                        const struct cp_entry *entry)
{
    const struct cp_policy *policy =
        entry->rule >= 0 ? cp_world_policy(world, entry->policy) : NULL;
    const char *kind = policy ? cp_policy_kind_info(policy->kind)->goldmane : "EndOfTier";

    cp_json_open(json, NULL, '{');
    cp_json_string(json, "kind", kind);
    cp_json_text(json, "namespace", policy ? policy->namespace_name : CP_TEXT(""));
    cp_json_text(json, "name", policy ? policy->name : CP_TEXT(""));
    cp_json_text(json, "tier",
                 entry->tier == CP_NONE ? CP_TEXT("") : cp_tier_text(world, entry->tier));
    cp_json_string(json, "action", cp_action_name(entry->action));
    cp_json_number(json, "policy_index", entry->index);
    cp_json_number(json, "rule_index", entry->rule);
    if (!entry->certain)
        cp_json_boolean(json, "certain", false);
    if (!policy && entry->tier != CP_NONE) {
        write_trigger(json, "trigger", world, entry, entry->policy);
        write_trigger(json, "trigger_last", world, entry, entry->last_governing);
        write_trigger(json, "trigger_first", world, entry, entry->first_governing);
    }
    cp_json_close(json, '}');
}

static void write_structured(struct cp_json *json,
                             const struct cp_explained *explained,
                             const struct cp_stage *stage)
{
    struct cp_entry_walk walk;
    struct cp_entry entry;

    cp_json_open(json, "structured", '[');
    cp_entries_begin(&walk, explained, stage);
    while (cp_entries_next(&walk, &entry))
        write_entry(json, explained->world, &entry);
    cp_json_close(json, ']');
}

/* EV-162: POLICY|INDEX, with a "?" if the rule only may match (EV-151). */
static void write_logs(struct cp_json *json,
                       const struct cp_explained *explained,
                       const struct cp_stage *stage)
{
    const struct cp_step *steps = cp_stage_steps(explained, stage);

    cp_json_open(json, "logs", '[');
    for (uint32_t i = 0; i < stage->step_count; i++) {
        const struct cp_step *step = &steps[i];
        struct cp_buffer log;

        if (step->type != CP_STEP_LOG)
            continue;
        cp_buffer_init(&log, explained->scratch);
        cp_buffer_format(&log, "%t|%d%s", cp_policy_text(explained->world, step->policy),
                         step->rule, step->match == CP_ANSWER_MAYBE ? "?" : "");
        json->buffer->failed = json->buffer->failed || log.failed;
        cp_json_text(json, NULL, cp_buffer_text(&log));
    }
    cp_json_close(json, ']');
}

static void write_applied(struct cp_json *json,
                          const struct cp_explained *explained,
                          const struct cp_stage *stage)
{
    uint32_t position = 0, policy;

    cp_json_open(json, "x_applied", '[');
    while (cp_next_applied(explained, stage, &position, &policy)) {
        struct cp_buffer name;

        cp_buffer_init(&name, explained->scratch);
        cp_describe_policy(cp_world_policy(explained->world, policy), '/', &name);
        json->buffer->failed = json->buffer->failed || name.failed;
        cp_json_text(json, NULL, cp_buffer_text(&name));
    }
    cp_json_close(json, ']');
}

/* ---- The stage ------------------------------------------------------------------------------- */

void cp_json_stage(struct cp_json *json,
                   const char *key,
                   const struct cp_explained *explained,
                   const struct cp_stage *stage)
{
    const struct cp_world *world = explained->world;
    bool is_unknown = stage->action == CALPOL_ACTION_UNKNOWN;

    cp_json_open(json, key, '{');
    cp_json_string(json, "action", cp_action_name(stage->action));
    cp_json_hit(json, world, stage->decided ? stage : NULL);
    cp_json_string(json, "stage", cp_stage_name(stage->name));
    if (stage->owner == CP_NONE)
        cp_json_null(json, "endpoint");
    else
        cp_json_text(json, "endpoint", cp_world_owner(world, stage->owner)->name);
    cp_json_text_or_null(json, "reason", cp_text_from(cp_reason_name(stage->reason)));
    if (is_unknown) {
        cp_json_actions(json, "possible", stage->possible);
        cp_json_depends(json, "depends_on", stage->depends);
    }
    if (cp_stage_has_flow_log(stage))
        write_flow_log(json, explained, stage);
    write_structured(json, explained, stage);
    write_logs(json, explained, stage);
    write_applied(json, explained, stage);
    cp_json_close(json, '}');
}
