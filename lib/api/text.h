/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts for the caller.
 */
#ifndef CP_API_TEXT_H
#define CP_API_TEXT_H

#include "base/allocator.h"
#include "base/text.h"

#include "calpol/load.h"

struct calpol_text {
    struct calpol_allocator allocator;
    size_t length;
    char string[]; /* with a NUL behind it */
};

/* A text's memory in bytes. */
static inline size_t cp_public_text_size(size_t length)
{
    return sizeof(struct calpol_text) + length + 1;
}

/* NULL: no memory. */
struct calpol_text *cp_public_text_new(const struct calpol_allocator *allocator,
                                       struct cp_text text);

#endif
