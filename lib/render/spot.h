/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules where they are looked at: what a step is about, ready to be put into words.
 */
#ifndef CP_RENDER_SPOT_H
#define CP_RENDER_SPOT_H

#include "render/criterion.h"

/* One leg with the views of its flow. */
struct cp_scene {
    const struct cp_explained *explained;
    const struct cp_leg_result *leg;
    struct cp_view view, pre_dnat_view;
};

void cp_scene_init(struct cp_scene *scene,
                   const struct cp_explained *explained,
                   const struct cp_leg_result *leg);

/* The spot of a step that is about a rule. */
struct cp_spot cp_spot_of_step(const struct cp_scene *scene,
                               const struct cp_stage *stage,
                               const struct cp_step *step);

/* The criteria that say no, each "wants ..., but ...", joined by "; ". */
void cp_describe_misses(const struct cp_spot *spot, uint32_t no, struct cp_buffer *buffer);

/* The criteria that nobody can tell: "destination port 443 and protocol TCP". */
void cp_describe_conditions(const struct cp_spot *spot, uint32_t maybe, struct cp_buffer *buffer);

#endif
