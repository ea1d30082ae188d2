/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Alternatives in words.
 */
#include "render/list.h"

/* Longer lists are cut: a network set's nets are not read one by one. */
#define MOST_ITEMS 4u

struct cp_list cp_list_begin(struct cp_buffer *buffer, uint32_t count)
{
    /* One item less would be longer said than shown. */
    return (struct cp_list){
        .buffer = buffer,
        .count = count,
        .shown = count <= MOST_ITEMS + 1 ? count : MOST_ITEMS,
    };
}

bool cp_list_next(struct cp_list *list)
{
    uint32_t position = list->position++;

    if (position >= list->shown)
        return false;
    if (position > 0)
        cp_buffer_add_string(list->buffer, position + 1 == list->count ? " or " : ", ");
    return true;
}

void cp_list_end(const struct cp_list *list)
{
    if (list->count > list->shown)
        cp_buffer_format(list->buffer, " or %u more", list->count - list->shown);
}

void cp_list_texts(struct cp_buffer *buffer, const struct cp_text_list *texts)
{
    struct cp_list list = cp_list_begin(buffer, texts->count);

    for (uint32_t i = 0; i < texts->count; i++) {
        if (cp_list_next(&list))
            cp_buffer_add(buffer, texts->items[i]);
    }
    cp_list_end(&list);
}
