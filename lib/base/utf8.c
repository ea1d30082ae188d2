/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-8 by the table of well-formed sequences in the Unicode standard (3.9, table 3-7).
 */
#include "base/utf8.h"

#include <assert.h>

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

/* Second bytes are restricted further for some first bytes: no overlong forms, no surrogates. */
static bool second_byte_fits(unsigned char first, unsigned char second)
{
    switch (first) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second <= 0x9f;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second <= 0x8f;
    default:
        return true;
    }
}

static size_t length_by_first_byte(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t cp_utf8_length(struct cp_text text)
{
    size_t length = text.length ? length_by_first_byte((unsigned char)text.data[0]) : 0;

    if (!length || length > text.length)
        return 0;
    for (size_t i = 1; i < length; i++) {
        if (!is_continuation(text.data[i]))
            return 0;
    }
    if (length > 1 && !second_byte_fits((unsigned char)text.data[0], (unsigned char)text.data[1]))
        return 0;
    return length;
}

size_t cp_utf8_count(struct cp_text text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; count++) {
        size_t length = cp_utf8_length(cp_text_from_byte(text, i));

        i += length ? length : 1;
    }
    return count;
}

size_t cp_utf8_cut(struct cp_text text, size_t limit)
{
    size_t start = limit;

    if (limit >= text.length)
        return text.length;
    while (start > 0 && limit - start < 3 && is_continuation(text.data[start]))
        start--;
    /* Continuation bytes that belong to no character may be cut apart. */
    return start + cp_utf8_length(cp_text_from_byte(text, start)) > limit ? start : limit;
}

size_t cp_utf8_encode(uint32_t code_point, char out_bytes[4])
{
    assert(code_point < 0x110000);
    if (code_point < 0x80) {
        out_bytes[0] = (char)code_point;
        return 1;
    }
    if (code_point < 0x800) {
        out_bytes[0] = (char)(0xc0 | code_point >> 6);
        out_bytes[1] = (char)(0x80 | (code_point & 0x3f));
        return 2;
    }
    if (code_point < 0x10000) {
        out_bytes[0] = (char)(0xe0 | code_point >> 12);
        out_bytes[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
        out_bytes[2] = (char)(0x80 | (code_point & 0x3f));
        return 3;
    }
    out_bytes[0] = (char)(0xf0 | code_point >> 18);
    out_bytes[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
    out_bytes[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
    out_bytes[3] = (char)(0x80 | (code_point & 0x3f));
    return 4;
}
