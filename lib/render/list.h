/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alternatives in words: "a", "a or b", "a, b or c", "a, b, c, d or 12 more".
 */
#ifndef CP_RENDER_LIST_H
#define CP_RENDER_LIST_H

#include "base/buffer.h"
#include "ruleset/ruleset.h"

struct cp_list {
    struct cp_buffer *buffer;
    uint32_t count, shown, position;
};

/* A list of count items to come. */
struct cp_list cp_list_begin(struct cp_buffer *buffer, uint32_t count);

/* The next item: writes what stands before it; false if it is not to be written. */
bool cp_list_next(struct cp_list *list);

/* Says how many are left out. */
void cp_list_end(const struct cp_list *list);

/* A list of texts. */
void cp_list_texts(struct cp_buffer *buffer, const struct cp_text_list *texts);

#endif
