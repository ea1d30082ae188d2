/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a selector does not match, beyond the labels at hand: that it matches nothing that is loaded,
 * for want of a label or value, and which is nearest; or that it looks into another namespace.
 */
#ifndef CP_RENDER_SELECTOR_HINTS_H
#define CP_RENDER_SELECTOR_HINTS_H

#include "render/criterion.h"

/* The labels of an owner by which a selector does or does not match: " has label app=web and has no
   label tier". */
void cp_print_relevant_labels(const struct cp_world *world,
                              uint32_t selector,
                              const struct cp_label_set *labels,
                              struct cp_buffer *buffer);

/* Hints, each "; ...": nothing if there is none. */
void cp_print_selector_hints(const struct cp_spot *spot,
                             enum cp_end end,
                             uint32_t selector,
                             struct cp_buffer *buffer);

/* Does an owner of this world match the selector? */
bool cp_selector_matches_some(const struct cp_world *world, uint32_t selector);

/* What makes a selector match nothing: "no namespace has label team, near it: teams". Nothing if it
   is not one label alone. */
void cp_print_missing_label(const struct cp_world *world,
                            uint32_t selector,
                            struct cp_buffer *buffer);

#endif
