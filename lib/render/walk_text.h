/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The walk of a stage, line by line.
 */
#ifndef CP_RENDER_WALK_TEXT_H
#define CP_RENDER_WALK_TEXT_H

#include "render/spot.h"

/* Every step: tiers, policies, rules with what they missed on, ends of tiers, profiles. */
void cp_print_walk(const struct cp_scene *scene,
                   const struct cp_stage *stage,
                   struct cp_buffer *buffer);

/* What the walk did not look at, and why: policies that do not select the endpoint, tiers without a
   policy that governs it, policies and tiers behind the one that decides. */
void cp_print_unasked(const struct cp_scene *scene,
                      const struct cp_stage *stage,
                      struct cp_buffer *buffer);

/* Of a stage that denies or may deny: the rule that is nearest to allowing the flow, and what would
   have to be otherwise. */
void cp_print_remedy(const struct cp_scene *scene,
                     const struct cp_stage *stage,
                     struct cp_buffer *buffer);

#endif
