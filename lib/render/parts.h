/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parts that the summary and the whole text have in common. All of them write whole lines.
 */
#ifndef CP_RENDER_PARTS_H
#define CP_RENDER_PARTS_H

#include "render/explained.h"

/* "DENY  pod:shop/web -> 203.0.113.9 TCP/443" */
void cp_print_verdict(const struct cp_explained *explained,
                      int action,
                      const struct cp_flow *flow,
                      struct cp_buffer *buffer);

/* What a Service made of the destination, without a line end. */
void cp_print_leg_title(const struct cp_explained *explained,
                        const struct cp_leg *leg,
                        struct cp_buffer *buffer);

/* Both directions of a leg, and other stages where policy has a say. */
void cp_print_leg_summary(const struct cp_explained *explained,
                          const struct cp_leg_result *leg,
                          size_t indent,
                          struct cp_buffer *buffer);

/* What staged policies would change; remarks. Nothing if there is nothing to say. */
void cp_print_pending(const struct cp_explained *explained, struct cp_buffer *buffer);
void cp_print_notes(const struct cp_explained *explained, struct cp_buffer *buffer);

#endif
