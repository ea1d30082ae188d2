/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slices of text: pointer and length, not NUL-terminated, any byte allowed.
 *
 * Bytes are bytes: no locale, no Unicode, ASCII case folding only where a name says so.
 */
#ifndef CP_BASE_TEXT_H
#define CP_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cp_text {
    const char *data;
    size_t length;
};

/* A literal as a slice, without its NUL. */
#define CP_TEXT(literal) ((struct cp_text){"" literal, sizeof(literal) - 1})

static inline struct cp_text cp_text_make(const char *data, size_t length)
{
    struct cp_text text = {data, length};

    return text;
}

/* The slice of a NUL-terminated string; NULL is the empty text. */
static inline struct cp_text cp_text_from(const char *string)
{
    return cp_text_make(string, string ? strlen(string) : 0);
}

static inline bool cp_text_equal(struct cp_text a, struct cp_text b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static inline bool cp_text_is(struct cp_text text, const char *string)
{
    return cp_text_equal(text, cp_text_from(string));
}

static inline bool cp_text_starts_with(struct cp_text text, struct cp_text prefix)
{
    return text.length >= prefix.length &&
           (prefix.length == 0 || memcmp(text.data, prefix.data, prefix.length) == 0);
}

static inline bool cp_text_ends_with(struct cp_text text, struct cp_text suffix)
{
    return text.length >= suffix.length &&
           (suffix.length == 0 ||
            memcmp(text.data + text.length - suffix.length, suffix.data, suffix.length) == 0);
}

/* The text from a byte on; past the end it is empty. */
static inline struct cp_text cp_text_from_byte(struct cp_text text, size_t start)
{
    if (start > text.length)
        start = text.length;
    return cp_text_make(text.data ? text.data + start : NULL, text.length - start);
}

static inline struct cp_text cp_text_first(struct cp_text text, size_t length)
{
    return cp_text_make(text.data, length < text.length ? length : text.length);
}

/* Order by unsigned bytes; a prefix comes first. Negative, zero, positive. */
int cp_text_compare(struct cp_text a, struct cp_text b);

/* Equal but for the case of ASCII letters. */
bool cp_text_equal_folded(struct cp_text a, struct cp_text b);

/* Where needle first stands in text; SIZE_MAX if nowhere. An empty needle stands at 0. */
size_t cp_text_find(struct cp_text text, struct cp_text needle);

/* Where a byte first stands; SIZE_MAX if nowhere. */
size_t cp_text_find_byte(struct cp_text text, char byte);

/* Number of insertions, deletions, replacements and swaps of neighbours that make a of b; counting
   stops at limit + 1. For "did you mean": texts longer than 64 bytes are limit + 1 apart. */
unsigned cp_text_distance(struct cp_text a, struct cp_text b, unsigned limit);

static inline char cp_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static inline bool cp_is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

#endif
