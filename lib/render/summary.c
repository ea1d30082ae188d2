/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The summary: verdict first, then each direction with what decided it.
 *
 *     DENY  pod:lab/box (10.1.0.1) -> 198.51.100.7 TCP/443
 *       egress   deny     end of tier default: no rule matched in NetworkPolicy lab/dns-only
 * (a.yaml:14) ingress  -        198.51.100.7 is not policed
 */
#include "render/decision.h"
#include "render/describe.h"
#include "render/names.h"
#include "render/notes.h"
#include "render/outcomes.h"
#include "render/parts.h"
#include "render/reasons.h"
#include "render/text.h"

static const char *verdict_word(int action)
{
    switch (action) {
    case CALPOL_ACTION_ALLOW:
        return "ALLOW";
    case CALPOL_ACTION_DENY:
        return "DENY";
    case CALPOL_ACTION_MIXED:
        return "MIXED";
    default:
        return "UNKNOWN";
    }
}

void cp_print_verdict(const struct cp_explained *explained,
                      int action,
                      const struct cp_flow *flow,
                      struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s  ", verdict_word(action));
    cp_describe_flow(explained, flow, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

/* A line: what, what came of it, why. */
static void print_column(struct cp_buffer *buffer, const char *text, size_t width)
{
    size_t length = strlen(text);

    cp_buffer_add_string(buffer, text);
    cp_buffer_add_spaces(buffer, length < width ? width - length : 1);
}

static void print_stage(const struct cp_scene *scene,
                        const struct cp_stage *stage,
                        const char *label,
                        size_t indent,
                        struct cp_buffer *buffer)
{
    const struct cp_explained *explained = scene->explained;

    cp_buffer_add_spaces(buffer, indent);
    print_column(buffer, label, 9);
    print_column(buffer, cp_action_name(stage->action), 9);
    if (!cp_stage_is_main(stage)) {
        cp_describe_stage(explained, stage, buffer);
        cp_buffer_add_string(buffer, ": ");
    }
    cp_describe_decision(explained, stage, buffer);
    cp_buffer_add_byte(buffer, '\n');
    if (stage->action == CALPOL_ACTION_UNKNOWN)
        cp_print_outcomes(scene, stage, indent + 18, buffer);
}

/* An end that nobody polices. */
static void print_absent(const struct cp_explained *explained,
                         const struct cp_flow *flow,
                         enum cp_direction direction,
                         size_t indent,
                         struct cp_buffer *buffer)
{
    enum cp_end end = direction == CP_EGRESS ? CP_SOURCE : CP_DESTINATION;

    cp_buffer_add_spaces(buffer, indent);
    print_column(buffer, cp_direction_name(direction), 9);
    print_column(buffer, "-", 9);
    cp_describe_party(explained, flow, end, buffer);
    cp_buffer_add_string(buffer, " is not policed\n");
}

/* Is a stage beside egress and ingress worth a line: does policy have a say in it? */
static bool is_remarkable(const struct cp_stage *stage)
{
    return !cp_stage_is_main(stage) &&
           (stage->decided || stage->action == CALPOL_ACTION_DENY ||
            stage->action == CALPOL_ACTION_UNKNOWN || stage->name == CALPOL_STAGE_TO_HOST);
}

static void print_end(const struct cp_scene *scene,
                      enum cp_direction direction,
                      size_t indent,
                      struct cp_buffer *buffer)
{
    const struct cp_leg_result *leg = scene->leg;
    int stage = direction == CP_EGRESS ? leg->result.egress : leg->result.ingress;

    if (stage < 0)
        print_absent(scene->explained, &leg->leg.flow, direction, indent, buffer);
    else
        print_stage(scene, &leg->result.stages[stage], cp_direction_name(direction), indent,
                    buffer);
}

void cp_print_leg_summary(const struct cp_explained *explained,
                          const struct cp_leg_result *leg,
                          size_t indent,
                          struct cp_buffer *buffer)
{
    const struct cp_result *result = &leg->result;
    struct cp_scene scene;

    if (result->reason != CALPOL_REASON_NONE) {
        cp_buffer_add_spaces(buffer, indent);
        cp_buffer_format(buffer, "%s\n", cp_reason_text(result->reason));
        return;
    }
    cp_scene_init(&scene, explained, leg);
    print_end(&scene, CP_EGRESS, indent, buffer);
    print_end(&scene, CP_INGRESS, indent, buffer);
    for (uint32_t i = 0; i < result->stage_count; i++) {
        if (is_remarkable(&result->stages[i]))
            print_stage(&scene, &result->stages[i], "also", indent, buffer);
    }
}

void cp_print_leg_title(const struct cp_explained *explained,
                        const struct cp_leg *leg,
                        struct cp_buffer *buffer)
{
    const struct cp_service *service;

    switch (leg->via) {
    case CP_VIA_NOTHING:
        cp_buffer_add_string(buffer, "not rewritten");
        return;
    case CP_VIA_SERVICE:
        service = &explained->world->ruleset->services[leg->service];
        cp_buffer_format(buffer, "Service %t/%t", service->namespace_name, service->name);
        break;
    case CP_VIA_HOST_PORT:
        cp_buffer_add_string(buffer, "hostPort");
        break;
    }
    if (leg->refused)
        return;
    cp_buffer_add_string(buffer, leg->via == CP_VIA_SERVICE ? " -> backend " : " -> ");
    cp_describe_party(explained, &leg->flow, CP_DESTINATION, buffer);
    if (leg->flow.has_destination_port)
        cp_buffer_format(buffer, " port %u", leg->flow.destination_port);
}

static void print_legs(const struct cp_explained *explained, struct cp_buffer *buffer)
{
    const struct cp_judgement *judgement = explained->judgement;

    if (judgement->leg_count == 1 && judgement->legs[0].leg.via == CP_VIA_NOTHING) {
        cp_print_leg_summary(explained, &judgement->legs[0], 2, buffer);
        return;
    }
    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        cp_buffer_format(buffer, "  %s  ", cp_action_name(judgement->legs[i].result.verdict));
        cp_print_leg_title(explained, &judgement->legs[i].leg, buffer);
        cp_buffer_add_byte(buffer, '\n');
        cp_print_leg_summary(explained, &judgement->legs[i], 4, buffer);
    }
}

void cp_print_pending(const struct cp_explained *explained, struct cp_buffer *buffer)
{
    const struct cp_explained *pending = explained->pending;

    if (!pending)
        return;
    cp_buffer_format(buffer, "with staged policies enforced: %s\n",
                     cp_action_name(pending->judgement->verdict.action));
    print_legs(pending, buffer);
}

void cp_print_notes(const struct cp_explained *explained, struct cp_buffer *buffer)
{
    struct cp_notes notes = {.items.count = 0};

    cp_find_notes(explained, &notes);
    buffer->failed = buffer->failed || notes.failed;
    for (uint32_t i = 0; i < notes.items.count; i++)
        cp_buffer_format(buffer, "note: %t\n", notes.items.items[i]);
}

void cp_render_summary(const struct cp_explained *explained, struct cp_buffer *buffer)
{
    cp_print_verdict(explained, explained->judgement->verdict.action, explained->flow, buffer);
    print_legs(explained, buffer);
    cp_print_pending(explained, buffer);
    cp_print_notes(explained, buffer);
}

void cp_render_text_error(enum calpol_flow_error error,
                          struct cp_text message,
                          struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "error %s: %t\n", cp_flow_error_name(error), message);
}
