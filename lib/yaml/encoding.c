/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bytes of a source are.
 */
#include "yaml/encoding.h"

#include "base/lines.h"
#include "base/utf8.h"

#define MOST_TAG_DIRECTIVES 100u

static const char control_character[] = "a character that YAML does not allow";
static const char not_utf8[] = "a byte that is not UTF-8";
static const char too_many_directives[] = "more than 100 %TAG directives";

static uint32_t read_unit(struct cp_text text, size_t at, bool big_endian)
{
    uint32_t first = (unsigned char)text.data[at], second = (unsigned char)text.data[at + 1];

    return big_endian ? first << 8 | second : second << 8 | first;
}

static bool is_high_half(uint32_t unit)
{
    return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_low_half(uint32_t unit)
{
    return unit >= 0xdc00 && unit < 0xe000;
}

/* Appends one character of UTF-16 and returns its bytes. What is none becomes a byte that is no
   UTF-8, to be found by the check. */
static size_t transcode(
    struct cp_text text, size_t at, bool big_endian, char *out_bytes, size_t *length)
{
    uint32_t unit = text.length - at < 2 ? 0xdc00 : read_unit(text, at, big_endian);
    size_t used = 2;

    if (is_high_half(unit) && text.length - at >= 4) {
        uint32_t low = read_unit(text, at + 2, big_endian);

        if (is_low_half(low)) {
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            used = 4;
        }
    }
    if (is_high_half(unit) || is_low_half(unit))
        out_bytes[(*length)++] = '\xff';
    else
        *length += cp_utf8_encode(unit, out_bytes + *length);
    return used;
}

static int decode_utf16(struct cp_arena *arena, struct cp_text text, struct cp_text *out_text)
{
    bool big_endian = text.data[0] == '\xfe';
    size_t length = 0;
    char *bytes;

    /* Two bytes make at most three. */
    if (text.length > SIZE_MAX / 2)
        return CALPOL_ERROR_NO_MEMORY;
    bytes = cp_arena_allocate(arena, text.length / 2 * 3 + 3);
    if (!bytes)
        return CALPOL_ERROR_NO_MEMORY;
    for (size_t at = 2; at < text.length;)
        at += transcode(text, at, big_endian, bytes, &length);
    *out_text = cp_text_make(bytes, length);
    return CALPOL_OK;
}

int cp_encoding_decode(struct cp_arena *arena, struct cp_text text, struct cp_text *out_text)
{
    if (cp_text_starts_with(text, CP_TEXT("\xff\xfe")) ||
        cp_text_starts_with(text, CP_TEXT("\xfe\xff")))
        return decode_utf16(arena, text, out_text);
    *out_text = text;
    if (cp_text_starts_with(text, CP_TEXT("\xef\xbb\xbf")))
        *out_text = cp_text_from_byte(text, 3);
    return CALPOL_OK;
}

/* Bytes that are looked at at once. */
#define BLOCK_BYTES ((size_t)64)

/* Are these bytes all printable ASCII or line feeds? Compilers make vectors of this. */
static bool is_usual_block(const char *bytes)
{
    unsigned char unusual = 0;

    for (size_t i = 0; i < BLOCK_BYTES; i++) {
        unsigned char byte = (unsigned char)bytes[i];

        unusual |=
            (unsigned char)((unsigned char)(byte - 0x20u) >= 0x5fu) & (unsigned char)(byte != '\n');
    }
    return !unusual;
}

/* The length of an allowed character, or line break; 0 if it is none (YAML 1.1, 5.1). */
static size_t allowed_length(struct cp_text rest)
{
    unsigned char first = (unsigned char)rest.data[0];
    size_t length = cp_line_break(rest);

    if (length || first < 0x80)
        return length ? length : first == '\t' || (first >= 0x20 && first < 0x7f);
    /* C1 controls; NEL is a line break. */
    if (first == 0xc2 && rest.length > 1 && (unsigned char)rest.data[1] < 0xa0)
        return 0;
    /* U+FFFE and U+FFFF. */
    if (cp_text_starts_with(rest, CP_TEXT("\xef\xbf\xbe")) ||
        cp_text_starts_with(rest, CP_TEXT("\xef\xbf\xbf")))
        return 0;
    return cp_utf8_length(rest);
}

/* Counts the %TAG directives of a document: to be called at the start of each line. */
static void count_directive(struct cp_text line, unsigned *count)
{
    if (cp_text_starts_with(line, CP_TEXT("%TAG")))
        ++*count;
    else if (cp_text_starts_with(line, CP_TEXT("---")) || cp_text_starts_with(line, CP_TEXT("...")))
        *count = 0;
}

/* Is this what libyaml takes for a line break or skips at the start of a line, and is none of what
   everybody does? */
static bool is_odd(struct cp_text rest, size_t length)
{
    if (rest.data[0] == '\r')
        return length == 1;
    return (unsigned char)rest.data[0] >= 0x80 &&
           (cp_line_break(rest) || cp_text_starts_with(rest, CP_TEXT("\xef\xbb\xbf")));
}

/* Looks at the character at *at and goes on behind it. */
static void check_character(struct cp_text text,
                            size_t *at,
                            unsigned *directives,
                            struct cp_encoding_fault *fault)
{
    struct cp_text rest = cp_text_from_byte(text, *at);
    size_t length = allowed_length(rest);

    if (!length) {
        *fault = (struct cp_encoding_fault){*at, CP_CODE_YAML_SYNTAX,
                                            cp_utf8_length(rest) ? control_character : not_utf8,
                                            fault->is_odd};
        return;
    }
    fault->is_odd |= is_odd(rest, length);
    if (cp_line_break(rest)) {
        count_directive(cp_text_from_byte(rest, length), directives);
        if (*directives > MOST_TAG_DIRECTIVES)
            *fault = (struct cp_encoding_fault){*at, CP_CODE_YAML_LIMIT, too_many_directives,
                                                fault->is_odd};
    }
    *at += length;
}

void cp_encoding_check(struct cp_text text, struct cp_encoding_fault *out_fault)
{
    /* Hardly a text has any; else every line must be looked at. */
    const bool has_directives = cp_text_find(text, CP_TEXT("%TAG")) != SIZE_MAX;
    unsigned directives = 0;
    size_t at = 0;

    *out_fault = (struct cp_encoding_fault){.offset = text.length, .code = CP_CODE_NONE};
    count_directive(text, &directives);
    while (at < text.length && !out_fault->problem) {
        size_t end = at + BLOCK_BYTES;

        if (!has_directives && end <= text.length && is_usual_block(text.data + at))
            at = end;
        while (at < end && at < text.length && !out_fault->problem)
            check_character(text, &at, &directives, out_fault);
    }
}
