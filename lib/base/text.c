/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparisons of text slices that are more than a line.
 */
#include "base/text.h"

#define LONGEST_COMPARED 64u

int cp_text_compare(struct cp_text a, struct cp_text b)
{
    size_t shorter = a.length < b.length ? a.length : b.length;
    int order = shorter ? memcmp(a.data, b.data, shorter) : 0;

    if (order)
        return order;
    return (a.length > b.length) - (a.length < b.length);
}

bool cp_text_equal_folded(struct cp_text a, struct cp_text b)
{
    if (a.length != b.length)
        return false;
    for (size_t i = 0; i < a.length; i++) {
        if (cp_lower(a.data[i]) != cp_lower(b.data[i]))
            return false;
    }
    return true;
}

size_t cp_text_find(struct cp_text text, struct cp_text needle)
{
    if (needle.length == 0)
        return 0;
    if (needle.length > text.length)
        return SIZE_MAX;
    for (size_t start = 0; start <= text.length - needle.length; start++) {
        const char *found =
            memchr(text.data + start, needle.data[0], text.length - needle.length - start + 1);

        if (!found)
            return SIZE_MAX;
        start = (size_t)(found - text.data);
        if (memcmp(found, needle.data, needle.length) == 0)
            return start;
    }
    return SIZE_MAX;
}

size_t cp_text_find_byte(struct cp_text text, char byte)
{
    const char *found = text.length ? memchr(text.data, byte, text.length) : NULL;

    return found ? (size_t)(found - text.data) : SIZE_MAX;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned cp_text_distance(struct cp_text a, struct cp_text b, unsigned limit)
{
    /* Three rows of the usual table: before last, last, current. */
    unsigned rows[3][LONGEST_COMPARED + 1];
    unsigned *before = rows[0], *last = rows[1], *current = rows[2];

    if (a.length > LONGEST_COMPARED || b.length > LONGEST_COMPARED)
        return limit + 1;
    for (size_t j = 0; j <= b.length; j++)
        last[j] = (unsigned)j;
    for (size_t i = 1; i <= a.length; i++) {
        unsigned *oldest = before;

        current[0] = (unsigned)i;
        for (size_t j = 1; j <= b.length; j++) {
            unsigned change = a.data[i - 1] != b.data[j - 1];

            current[j] = least(least(last[j] + 1, current[j - 1] + 1), last[j - 1] + change);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] && a.data[i - 2] == b.data[j - 1])
                current[j] = least(current[j], before[j - 2] + 1);
        }
        before = last;
        last = current;
        current = oldest;
    }
    return least(last[b.length], limit + 1);
}
