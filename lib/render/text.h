/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result for people.
 *
 * The summary is the verdict and what decided it, in a few lines. The text is the whole walk: each
 * tier and policy that governed, what each rule missed on, what is nearest, what would change the
 * answer. Both end with a line end.
 */
#ifndef CP_RENDER_TEXT_H
#define CP_RENDER_TEXT_H

#include "render/explained.h"

void cp_render_summary(const struct cp_explained *explained, struct cp_buffer *buffer);
void cp_render_text(const struct cp_explained *explained, struct cp_buffer *buffer);

/* The same for a flow that has an error, one line. */
void cp_render_text_error(enum calpol_flow_error error,
                          struct cp_text message,
                          struct cp_buffer *buffer);

#endif
