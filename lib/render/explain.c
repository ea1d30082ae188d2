/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole text: verdict, then stage by stage the walk, what was not asked, and what would change
 * the answer.
 */
#include "render/decision.h"
#include "render/describe.h"
#include "render/names.h"
#include "render/outcomes.h"
#include "render/parts.h"
#include "render/reasons.h"
#include "render/text.h"
#include "render/walk_text.h"

static void print_heading(const struct cp_scene *scene,
                          const struct cp_stage *stage,
                          bool decides,
                          struct cp_buffer *buffer)
{
    cp_buffer_add_byte(buffer, '\n');
    cp_describe_stage(scene->explained, stage, buffer);
    cp_buffer_format(buffer, ": %s%s\n", cp_action_name(stage->action),
                     decides ? ", which decides" : "");
}

/* A stage without a walk: its decision says it all. */
static bool is_fixed(const struct cp_scene *scene, const struct cp_stage *stage)
{
    return stage->step_count == 1 && cp_stage_steps(scene->explained, stage)->type == CP_STEP_FIXED;
}

static void print_stage(const struct cp_scene *scene,
                        const struct cp_stage *stage,
                        bool decides,
                        struct cp_buffer *buffer)
{
    print_heading(scene, stage, decides, buffer);
    if (!is_fixed(scene, stage))
        cp_print_walk(scene, stage, buffer);
    cp_print_unasked(scene, stage, buffer);
    cp_buffer_format(buffer, "  => %s: ", cp_action_name(stage->action));
    cp_describe_decision(scene->explained, stage, buffer);
    cp_buffer_add_byte(buffer, '\n');
    if (stage->action == CALPOL_ACTION_UNKNOWN)
        cp_print_outcomes(scene, stage, 5, buffer);
    cp_print_remedy(scene, stage, buffer);
}

static void print_unpoliced(const struct cp_scene *scene,
                            enum cp_direction direction,
                            struct cp_buffer *buffer)
{
    enum cp_end end = direction == CP_EGRESS ? CP_SOURCE : CP_DESTINATION;

    cp_buffer_format(buffer, "\n%s of ", cp_direction_name(direction));
    cp_describe_party(scene->explained, &scene->leg->leg.flow, end, buffer);
    cp_buffer_add_string(buffer, ": not policed\n");
}

static void print_leg(const struct cp_explained *explained,
                      const struct cp_leg_result *leg,
                      struct cp_buffer *buffer)
{
    const struct cp_result *result = &leg->result;
    struct cp_scene scene;

    cp_scene_init(&scene, explained, leg);
    if (result->reason != CALPOL_REASON_NONE) {
        cp_buffer_format(buffer, "  %s: %s\n", cp_action_name(result->verdict),
                         cp_reason_text(result->reason));
        return;
    }
    if (result->egress < 0)
        print_unpoliced(&scene, CP_EGRESS, buffer);
    for (uint32_t i = 0; i < result->stage_count; i++)
        print_stage(&scene, &result->stages[i], result->decided_by == (int)i, buffer);
    if (result->ingress < 0)
        print_unpoliced(&scene, CP_INGRESS, buffer);
}

void cp_render_text(const struct cp_explained *explained, struct cp_buffer *buffer)
{
    const struct cp_judgement *judgement = explained->judgement;

    cp_print_verdict(explained, judgement->verdict.action, explained->flow, buffer);
    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        const struct cp_leg_result *leg = &judgement->legs[i];

        if (judgement->leg_count > 1 || leg->leg.via != CP_VIA_NOTHING) {
            cp_buffer_format(buffer, "\n%s  ", cp_action_name(leg->result.verdict));
            cp_print_leg_title(explained, &leg->leg, buffer);
            cp_buffer_add_byte(buffer, '\n');
        }
        print_leg(explained, leg, buffer);
    }
    cp_buffer_add_string(buffer, explained->pending ? "\n" : "");
    cp_print_pending(explained, buffer);
    cp_print_notes(explained, buffer);
}
