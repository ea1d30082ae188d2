/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching of domain names.
 */
#include "net/domain.h"

#define LONGEST_NAME 253u

static struct cp_text without_final_dot(struct cp_text text)
{
    if (text.length && text.data[text.length - 1] == '.')
        text.length--;
    return text;
}

/* One label or more, none of them empty. */
static bool are_labels(struct cp_text text)
{
    char last = '.';

    for (size_t i = 0; i < text.length; last = text.data[i++]) {
        if (text.data[i] == '.' && last == '.')
            return false;
    }
    return last != '.';
}

static bool is_name_byte(char byte)
{
    char lower = cp_lower(byte);

    return (lower >= 'a' && lower <= 'z') || cp_is_digit(byte) || byte == '-' || byte == '_' ||
           byte == '.';
}

bool cp_domain_is_name(struct cp_text text)
{
    text = without_final_dot(text);
    for (size_t i = 0; i < text.length; i++) {
        if (!is_name_byte(text.data[i]))
            return false;
    }
    return text.length <= LONGEST_NAME && are_labels(text);
}

static bool is_whole_label(struct cp_text text, size_t at)
{
    return (at == 0 || text.data[at - 1] == '.') &&
           (at + 1 == text.length || text.data[at + 1] == '.');
}

bool cp_domain_matches(struct cp_text pattern, struct cp_text name)
{
    struct cp_text head, tail;
    size_t star;

    pattern = without_final_dot(pattern);
    name = without_final_dot(name);
    if (!are_labels(name))
        return false;
    star = cp_text_find_byte(pattern, '*');
    if (star == SIZE_MAX)
        return cp_text_equal_folded(pattern, name);
    head = cp_text_first(pattern, star);
    tail = cp_text_from_byte(pattern, star + 1);
    if (!is_whole_label(pattern, star) || cp_text_find_byte(tail, '*') != SIZE_MAX)
        return false;
    /* Both bring their dot along, so what is left between them is whole labels. */
    return name.length > head.length + tail.length &&
           cp_text_equal_folded(head, cp_text_first(name, head.length)) &&
           cp_text_equal_folded(tail, cp_text_from_byte(name, name.length - tail.length));
}
