/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result in JSON.
 */
#include "render/json.h"

#include "render/describe.h"
#include "render/names.h"
#include "render/notes.h"

void cp_json_depends(struct cp_json *json, const char *key, uint32_t depends)
{
    const char *name;
    uint32_t bit;

    cp_json_open(json, key, '[');
    for (unsigned i = 0; (name = cp_dependency_name(i, &bit)); i++) {
        if (depends & bit)
            cp_json_string(json, NULL, name);
    }
    cp_json_close(json, ']');
}

void cp_json_actions(struct cp_json *json, const char *key, uint32_t actions)
{
    /* In byte order. */
    static const enum calpol_action order[] = {
        CALPOL_ACTION_ALLOW,
        CALPOL_ACTION_DENY,
        CALPOL_ACTION_NONE,
    };

    cp_json_open(json, key, '[');
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        if (actions >> order[i] & 1)
            cp_json_string(json, NULL, cp_action_name(order[i]));
    }
    cp_json_close(json, ']');
}

/* ---- One flow -------------------------------------------------------------------------------- */

static void write_end(struct cp_json *json,
                      const char *key,
                      const struct cp_explained *explained,
                      const struct cp_result *result,
                      int stage)
{
    if (stage < 0)
        cp_json_null(json, key);
    else
        cp_json_stage(json, key, explained, &result->stages[stage]);
}

static void write_stages(struct cp_json *json,
                         const struct cp_explained *explained,
                         const struct cp_result *result)
{
    cp_json_open(json, "stages", '[');
    for (uint32_t i = 0; i < result->stage_count; i++)
        cp_json_stage(json, NULL, explained, &result->stages[i]);
    cp_json_close(json, ']');
}

static void write_result(struct cp_json *json,
                         const struct cp_explained *explained,
                         const struct cp_result *result)
{
    enum calpol_stage decided_by = CALPOL_STAGE_NONE;

    if (result->decided_by >= 0)
        decided_by = result->stages[result->decided_by].name;
    cp_json_string(json, "verdict", cp_action_name(result->verdict));
    cp_json_text_or_null(json, "decided_by", cp_text_from(cp_stage_name(decided_by)));
    cp_json_text_or_null(json, "reason", cp_text_from(cp_reason_name(result->reason)));
    if (result->verdict == CALPOL_ACTION_UNKNOWN)
        cp_json_depends(json, "depends_on", result->depends);
    write_end(json, "egress", explained, result, result->egress);
    write_end(json, "ingress", explained, result, result->ingress);
    write_stages(json, explained, result);
}

/* ---- Services -------------------------------------------------------------------------------- */

static void write_service_name(struct cp_json *json,
                               const char *key,
                               const struct cp_explained *explained,
                               uint32_t number)
{
    const struct cp_service *service = &explained->world->ruleset->services[number];
    struct cp_buffer name;

    cp_buffer_init(&name, explained->scratch);
    cp_buffer_format(&name, "%t/%t", service->namespace_name, service->name);
    json->buffer->failed = json->buffer->failed || name.failed;
    cp_json_text(json, key, cp_buffer_text(&name));
}

/* A backend: a pod by name, else the address. */
static void write_backend(struct cp_json *json,
                          const struct cp_explained *explained,
                          const struct cp_party *party)
{
    struct cp_buffer name;

    cp_buffer_init(&name, explained->scratch);
    if (party->kind == CP_PARTY_WORKLOAD && party->owner != CP_NONE) {
        const struct cp_owner *owner = cp_world_owner(explained->world, party->owner);

        cp_buffer_format(&name, "%t/%t", owner->namespace_name, owner->name);
    } else if (party->has_address) {
        cp_address_print(&party->address, &name);
    }
    json->buffer->failed = json->buffer->failed || name.failed;
    cp_json_text(json, "destination", cp_buffer_text(&name));
}

/* Where the destination was rewritten to (kubernetes.md, section 13), or the Service where nobody
   is. */
static void write_dnat(struct cp_json *json,
                       const struct cp_explained *explained,
                       const struct cp_leg *leg)
{
    if (leg->refused)
        write_service_name(json, "service", explained, leg->service);
    if (leg->refused || leg->via == CP_VIA_NOTHING)
        return;
    cp_json_open(json, "dnat", '{');
    if (leg->via == CP_VIA_SERVICE)
        write_service_name(json, "via", explained, leg->service);
    else
        cp_json_string(json, "via", "hostPort");
    write_backend(json, explained, &leg->flow.destination);
    if (leg->flow.has_destination_port)
        cp_json_number(json, "destination_port", leg->flow.destination_port);
    cp_json_close(json, '}');
}

static const struct cp_stage *end_of(const struct cp_leg_result *leg, enum cp_direction direction)
{
    int stage = direction == CP_EGRESS ? leg->result.egress : leg->result.ingress;

    return stage < 0 ? NULL : &leg->result.stages[stage];
}

/* The stage whose rule decides on all legs; NULL: there is no such rule. */
static const struct cp_stage *common_stage(const struct cp_judgement *judgement,
                                           enum cp_direction direction)
{
    const struct cp_stage *first = NULL;

    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        const struct cp_stage *stage = end_of(&judgement->legs[i], direction);

        if (!stage || !stage->decided)
            return NULL;
        if (i == 0)
            first = stage;
        else if (stage->name != first->name || stage->hit.tier != first->hit.tier ||
                 stage->hit.policy != first->hit.policy || stage->hit.rule != first->hit.rule)
            return NULL;
    }
    return first;
}

/* A direction of several legs: what they have in common. */
static void write_common_end(struct cp_json *json,
                             const char *key,
                             const struct cp_explained *explained,
                             enum cp_direction direction)
{
    const struct cp_judgement *judgement = explained->judgement;
    const struct calpol_decision *decision =
        direction == CP_EGRESS ? &judgement->verdict.egress : &judgement->verdict.ingress;

    if (decision->stage == CALPOL_STAGE_NONE) {
        cp_json_null(json, key);
        return;
    }
    cp_json_open(json, key, '{');
    cp_json_string(json, "action", cp_action_name(decision->action));
    cp_json_hit(json, explained->world, common_stage(judgement, direction));
    cp_json_string(json, "stage", cp_stage_name(decision->stage));
    cp_json_text_or_null(json, "reason", cp_text_from(cp_reason_name(decision->reason)));
    cp_json_close(json, '}');
}

static void write_legs(struct cp_json *json, const struct cp_explained *explained)
{
    const struct cp_judgement *judgement = explained->judgement;

    cp_json_open(json, "legs", '[');
    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        cp_json_open(json, NULL, '{');
        write_result(json, explained, &judgement->legs[i].result);
        write_dnat(json, explained, &judgement->legs[i].leg);
        cp_json_close(json, '}');
    }
    cp_json_close(json, ']');
}

/* Several legs. */
static void write_summary(struct cp_json *json, const struct cp_explained *explained)
{
    const struct calpol_verdict *verdict = &explained->judgement->verdict;

    cp_json_string(json, "verdict", cp_action_name(verdict->action));
    cp_json_text_or_null(json, "decided_by", cp_text_from(cp_stage_name(verdict->decided_by)));
    cp_json_text_or_null(json, "reason", cp_text_from(cp_reason_name(verdict->reason)));
    if (verdict->action == CALPOL_ACTION_UNKNOWN)
        cp_json_depends(json, "depends_on", verdict->depends_on);
    write_common_end(json, "egress", explained, CP_EGRESS);
    write_common_end(json, "ingress", explained, CP_INGRESS);
    write_legs(json, explained);
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void write_options(struct cp_json *json, const struct cp_explained *explained)
{
    cp_json_open(json, "options", '{');
    for (int i = 0; i < CP_OPTION_COUNT; i++) {
        struct cp_buffer value;

        cp_buffer_init(&value, explained->scratch);
        cp_options_print_value(explained->world->options, (enum cp_option)i, &value);
        json->buffer->failed = json->buffer->failed || value.failed;
        cp_json_text(json, cp_option_name((enum cp_option)i), cp_buffer_text(&value));
    }
    cp_json_close(json, '}');
    cp_json_string(json, "dialect",
                   explained->world->ruleset->dialect == CALPOL_DIALECT_CALICO ? "calico"
                                                                               : "upstream");
}

static void write_notes(struct cp_json *json, const struct cp_explained *explained)
{
    struct cp_notes notes = {.items.count = 0};

    cp_find_notes(explained, &notes);
    json->buffer->failed = json->buffer->failed || notes.failed;
    if (!notes.items.count)
        return;
    cp_json_open(json, "notes", '[');
    for (uint32_t i = 0; i < notes.items.count; i++)
        cp_json_text(json, NULL, notes.items.items[i]);
    cp_json_close(json, ']');
}

/* Everything but the braces, options and pending. */
static void write_answer(struct cp_json *json, const struct cp_explained *explained)
{
    const struct cp_judgement *judgement = explained->judgement;

    if (judgement->leg_count != 1) {
        write_summary(json, explained);
        return;
    }
    write_result(json, explained, &judgement->legs[0].result);
    write_dnat(json, explained, &judgement->legs[0].leg);
}

void cp_render_json(const struct cp_explained *explained, struct cp_buffer *buffer)
{
    struct cp_json json = {.buffer = buffer};

    cp_json_open(&json, NULL, '{');
    write_answer(&json, explained);
    if (explained->pending) {
        cp_json_open(&json, "pending", '{');
        write_answer(&json, explained->pending);
        cp_json_close(&json, '}');
    }
    write_notes(&json, explained);
    write_options(&json, explained);
    cp_json_close(&json, '}');
}

void cp_render_json_error(enum calpol_flow_error error,
                          struct cp_text message,
                          struct cp_buffer *buffer)
{
    struct cp_json json = {.buffer = buffer};

    cp_json_open(&json, NULL, '{');
    cp_json_string(&json, "error", cp_flow_error_name(error));
    cp_json_text(&json, "message", message);
    cp_json_close(&json, '}');
}
