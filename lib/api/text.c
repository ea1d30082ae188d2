/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts for the caller.
 */
#include "api/text.h"

struct calpol_text *cp_public_text_new(const struct calpol_allocator *allocator,
                                       struct cp_text text)
{
    struct calpol_text *copy = cp_allocate(allocator, cp_public_text_size(text.length));

    if (!copy)
        return NULL;
    copy->allocator = *allocator;
    copy->length = text.length;
    if (text.length)
        memcpy(copy->string, text.data, text.length);
    copy->string[text.length] = '\0';
    return copy;
}

const char *calpol_text_string(const calpol_text *text)
{
    return text ? text->string : "";
}

size_t calpol_text_length(const calpol_text *text)
{
    return text ? text->length : 0;
}

void calpol_text_free(calpol_text *text)
{
    struct calpol_allocator allocator;

    if (!text)
        return;
    allocator = text->allocator;
    cp_release(&allocator, text, cp_public_text_size(text->length));
}
