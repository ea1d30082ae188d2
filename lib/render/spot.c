/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps to spots.
 */
#include "render/spot.h"

void cp_scene_init(struct cp_scene *scene,
                   const struct cp_explained *explained,
                   const struct cp_leg_result *leg)
{
    scene->explained = explained;
    scene->leg = leg;
    cp_view_init(&scene->view, explained->world, &leg->leg.flow);
    cp_view_init_pre_dnat(&scene->pre_dnat_view, explained->world, &leg->leg.flow);
}

/* EV-121, EV-122: these look at the destination before NAT. */
static bool sees_pre_dnat(const struct cp_stage *stage)
{
    return stage->name == CALPOL_STAGE_PREDNAT_INGRESS ||
           stage->name == CALPOL_STAGE_UNTRACKED_INGRESS ||
           stage->name == CALPOL_STAGE_UNTRACKED_EGRESS;
}

struct cp_spot cp_spot_of_step(const struct cp_scene *scene,
                               const struct cp_stage *stage,
                               const struct cp_step *step)
{
    const struct cp_world *world = scene->explained->world;

    return (struct cp_spot){
        .explained = scene->explained,
        .view = sees_pre_dnat(stage) ? &scene->pre_dnat_view : &scene->view,
        .stage = stage,
        .policy = cp_world_policy(world, step->policy),
        .rule = cp_world_rule(world, step->policy, stage->direction, (uint32_t)step->rule),
        .owner = stage->owner,
    };
}

void cp_describe_misses(const struct cp_spot *spot, uint32_t no, struct cp_buffer *buffer)
{
    const char *separator = "";

    for (int i = 0; i < CP_CRITERION_COUNT; i++) {
        if (!(no >> i & 1))
            continue;
        cp_buffer_add_string(buffer, separator);
        cp_describe_miss(spot, (enum cp_criterion)i, buffer);
        separator = "; ";
    }
}

void cp_describe_conditions(const struct cp_spot *spot, uint32_t maybe, struct cp_buffer *buffer)
{
    const char *separator = "";

    for (int i = 0; i < CP_CRITERION_COUNT; i++) {
        if (!(maybe >> i & 1))
            continue;
        cp_buffer_add_string(buffer, separator);
        cp_describe_want(spot, (enum cp_criterion)i, buffer);
        separator = " and ";
    }
}
