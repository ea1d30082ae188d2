/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing text and random numbers.
 */
#include "text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void *need(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size);

    if (!memory) {
        fputs("no memory\n", stderr);
        exit(EXIT_FAILURE);
    }
    return memory;
}

static void grow(struct text *text, size_t more)
{
    if (text->length + more + 1 <= text->capacity)
        return;
    text->capacity = (text->capacity + more) * 2 + 4096;
    text->data = realloc(text->data, text->capacity);
    if (!text->data) {
        fputs("no memory\n", stderr);
        exit(EXIT_FAILURE);
    }
}

void text_add(struct text *text, const char *format, ...)
{
    va_list arguments;
    int length;

    grow(text, 1024);
    va_start(arguments, format);
    length = vsnprintf(text->data + text->length, text->capacity - text->length, format, arguments);
    va_end(arguments);
    text->length += (size_t)length;
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){NULL, 0, 0};
}

uint32_t below(uint64_t *seed, uint32_t limit)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)(((*seed >> 16) & 0xffffffff) * limit >> 32);
}
