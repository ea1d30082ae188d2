/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an unknown answer hangs on, value by value.
 */
#ifndef CP_RENDER_OUTCOMES_H
#define CP_RENDER_OUTCOMES_H

#include "render/spot.h"

/*
 * Lines such as
 *
 *     allow if destination port 443: GlobalNetworkPolicy web rule 0 in tier default
 *     otherwise deny: end of tier default
 *
 * one for each outcome that the facts leave open, in the order of the walk.
 */
void cp_print_outcomes(const struct cp_scene *scene,
                       const struct cp_stage *stage,
                       size_t indent,
                       struct cp_buffer *buffer);

#endif
