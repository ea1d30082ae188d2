/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EV-95, step by step. Every step shortens, so all of them work in one buffer.
 */
#include "net/http_path.h"

static int hex_value(char byte)
{
    char lower = cp_lower(byte);

    if (cp_is_digit(byte))
        return byte - '0';
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Step 1: up to the query or fragment. */
static struct cp_text without_query(struct cp_text path)
{
    path = cp_text_first(path, cp_text_find_byte(path, '?'));
    return cp_text_first(path, cp_text_find_byte(path, '#'));
}

/* Step 2: percent escapes, once. False if one is malformed. */
static bool decode(struct cp_text path, char *buffer, size_t *out_length)
{
    size_t length = 0;

    for (size_t i = 0; i < path.length; i++) {
        char byte = path.data[i];

        if (byte == '%') {
            int high = i + 2 < path.length ? hex_value(path.data[i + 1]) : -1;
            int low = i + 2 < path.length ? hex_value(path.data[i + 2]) : -1;

            if (high < 0 || low < 0)
                return false;
            byte = (char)(high * 16 + low);
            i += 2;
        }
        buffer[length++] = byte;
    }
    *out_length = length;
    return true;
}

/* Step 3: would somebody who decodes again see a dot, a slash or a backslash? Or the end? */
static bool is_suspicious(struct cp_text path)
{
    static const char *const escapes[] = {"%2e", "%2f", "%5c"};

    if (cp_text_find_byte(path, '\0') != SIZE_MAX)
        return true;
    for (size_t i = 0; i + 3 <= path.length; i++) {
        struct cp_text three = cp_text_make(path.data + i, 3);

        for (size_t escape = 0; escape < sizeof(escapes) / sizeof(escapes[0]); escape++) {
            if (cp_text_equal_folded(three, cp_text_from(escapes[escape])))
                return true;
        }
    }
    return false;
}

/* Step 4. */
static void turn_backslashes(char *buffer, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (buffer[i] == '\\')
            buffer[i] = '/';
    }
}

/* Step 6, "..": the length of the result without its last segment. */
static size_t without_last_segment(const char *buffer, size_t length)
{
    while (length > 0 && buffer[--length] != '/')
        continue;
    return length;
}

/* Steps 5 to 7: the segments that count, each with a "/" in front. */
static size_t join_segments(char *buffer, size_t length)
{
    struct cp_text rest = cp_text_make(buffer, length);
    size_t written = 0;

    while (rest.length) {
        struct cp_text segment = cp_text_from_byte(rest, 1);

        segment = cp_text_first(segment, cp_text_find_byte(segment, '/'));
        rest = cp_text_from_byte(rest, 1 + segment.length);
        segment = cp_text_first(segment, cp_text_find_byte(segment, ';'));
        if (cp_text_is(segment, "..")) {
            written = without_last_segment(buffer, written);
        } else if (segment.length && !cp_text_is(segment, ".")) {
            buffer[written++] = '/';
            memmove(buffer + written, segment.data, segment.length);
            written += segment.length;
        }
    }
    if (!written)
        buffer[written++] = '/';
    return written;
}

bool cp_http_path_normalize(struct cp_text path, char *buffer, struct cp_text *out_path)
{
    size_t length;

    if (!decode(without_query(path), buffer, &length) ||
        is_suspicious(cp_text_make(buffer, length)))
        return false;
    turn_backslashes(buffer, length);
    if (!length || buffer[0] != '/')
        return false;
    *out_path = cp_text_make(buffer, join_segments(buffer, length));
    return true;
}

bool cp_http_path_matches_exact(struct cp_text rule_path, struct cp_text path)
{
    return cp_text_equal(rule_path, path);
}

bool cp_http_path_matches_prefix(struct cp_text rule_path, struct cp_text path)
{
    if (cp_text_is(rule_path, "/"))
        return true;
    return cp_text_starts_with(path, rule_path) &&
           (path.length == rule_path.length || path.data[rule_path.length] == '/');
}
