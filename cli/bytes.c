/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text being built in memory.
 */
#include "bytes.h"

#include "output.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)4096)

void cli_bytes_free(struct cli_bytes *bytes)
{
    free(bytes->text);
    *bytes = (struct cli_bytes){0};
}

static bool grow(struct cli_bytes *bytes, size_t needed)
{
    size_t capacity = bytes->capacity ? bytes->capacity : FIRST_CAPACITY;
    char *text;

    while (capacity < needed && capacity <= SIZE_MAX / 2)
        capacity *= 2;
    text = capacity < needed ? NULL : realloc(bytes->text, capacity);
    if (!text) {
        bytes->failed = true;
        return false;
    }
    bytes->text = text;
    bytes->capacity = capacity;
    return true;
}

char *cli_bytes_room(struct cli_bytes *bytes, size_t length)
{
    if (bytes->failed || length > SIZE_MAX - bytes->length)
        return NULL;
    if (bytes->capacity - bytes->length < length && !grow(bytes, bytes->length + length))
        return NULL;
    return bytes->text + bytes->length;
}

void cli_bytes_add(struct cli_bytes *bytes, const char *text, size_t length)
{
    char *room = length ? cli_bytes_room(bytes, length) : NULL;

    if (!room)
        return;
    memcpy(room, text, length);
    bytes->length += length;
}

void cli_bytes_add_text(struct cli_bytes *bytes, const char *text)
{
    cli_bytes_add(bytes, text, strlen(text));
}

void cli_bytes_add_number(struct cli_bytes *bytes, int64_t number)
{
    uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    char digits[24];
    size_t at = sizeof(digits);

    do
        digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (number < 0)
        digits[--at] = '-';
    cli_bytes_add(bytes, digits + at, sizeof(digits) - at);
}

static bool is_plain(char byte)
{
    unsigned char code = (unsigned char)byte;

    return code >= 0x20 && code < 0x7f && code != '"' && code != '\\';
}

/* One character that JSON does not take as it is, or that has several bytes; its length. */
static size_t add_character(struct cli_bytes *bytes, const char *text, size_t length)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char code = (unsigned char)*text;
    size_t taken = cli_character_length(text, length);

    if (code >= 0x80) {
        cli_bytes_add(bytes, taken ? text : "\xef\xbf\xbd", taken ? taken : 3);
        return taken ? taken : 1;
    }
    if (code == '"' || code == '\\') {
        cli_bytes_add(bytes, "\\", 1);
        cli_bytes_add(bytes, text, 1);
    } else {
        const char escape[] = {'\\', 'u', '0', '0', hex[code >> 4], hex[code & 15]};

        cli_bytes_add(bytes, escape, sizeof(escape));
    }
    return 1;
}

void cli_bytes_add_json(struct cli_bytes *bytes, const char *text, size_t length)
{
    size_t at = 0;

    cli_bytes_add(bytes, "\"", 1);
    while (at < length) {
        size_t start = at;

        while (at < length && is_plain(text[at]))
            at++;
        cli_bytes_add(bytes, text + start, at - start);
        if (at < length)
            at += add_character(bytes, text + at, length - at);
    }
    cli_bytes_add(bytes, "\"", 1);
}

bool cli_span_is(struct cli_span span, const char *text)
{
    return span.text && strlen(text) == span.length && memcmp(span.text, text, span.length) == 0;
}
