/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strings of JSON. Most have no escapes and are copied as they stand.
 */
#include "yaml/json_string.h"

#include "base/lines.h"
#include "base/utf8.h"

/* In every byte of a word. */
#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))
#define EACH_TOP_BIT EACH_BYTE(0x80u)

static const char not_closed[] = "the string is not closed";
static const char control_character[] = "a control character in a string, expected an escape";
static const char not_utf8[] = "a byte that is not UTF-8";
static const char bad_escape[] = "no such escape in JSON";
static const char lone_surrogate[] = "half of a surrogate pair without the other half";

/* The top bits of bytes that are zero, and perhaps of some behind the first of them. */
static uint64_t zero_bytes(uint64_t word)
{
    return (word - EACH_BYTE(1u)) & ~word & EACH_TOP_BIT;
}

/* Are these eight bytes all ASCII without controls, quotes and backslashes? */
static bool is_plain_word(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof(word));
    return !((word & EACH_TOP_BIT) | ((word - EACH_BYTE(0x20u)) & ~word & EACH_TOP_BIT) |
             zero_bytes(word ^ EACH_BYTE('"')) | zero_bytes(word ^ EACH_BYTE('\\')));
}

static bool is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x80 && byte != '"' && byte != '\\';
}

static const char *skip_plain(const char *at, const char *end)
{
    while ((size_t)(end - at) >= sizeof(uint64_t) && is_plain_word(at))
        at += sizeof(uint64_t);
    while (at < end && is_plain((unsigned char)*at))
        at++;
    return at;
}

/* Goes over a character that is not ASCII. */
static const char *skip_character(struct cp_json_cursor *cursor)
{
    struct cp_text rest = cp_text_make(cursor->at, (size_t)(cursor->end - cursor->at));
    size_t length = cp_utf8_length(rest);

    if (!length)
        return not_utf8;
    cursor->at += length;
    cursor->continuing_bytes += length - 1;
    /* Lines are counted as in YAML, where NEL, LS and PS end one. */
    if (cp_line_break(rest))
        cp_json_new_line(cursor);
    return NULL;
}

/* From behind the opening quote to the closing one. Returns what is wrong, or NULL. */
static const char *find_end(struct cp_json_cursor *cursor, bool *out_escaped)
{
    *out_escaped = false;
    for (;;) {
        const char *problem = NULL;

        cursor->at = skip_plain(cursor->at, cursor->end);
        if (cursor->at == cursor->end)
            return not_closed;
        if (*cursor->at == '"')
            return NULL;
        if (*cursor->at == '\\') {
            *out_escaped = true;
            if (cursor->end - cursor->at < 2)
                return not_closed;
            /* What follows is judged when the escapes are read. */
            cursor->at++;
            if ((unsigned char)*cursor->at < 0x80)
                cursor->at++;
        } else if ((unsigned char)*cursor->at < 0x20) {
            return control_character;
        } else {
            problem = skip_character(cursor);
        }
        if (problem)
            return problem;
    }
}

static int hex_value(char byte)
{
    if (cp_is_digit(byte))
        return byte - '0';
    byte = cp_lower(byte);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* The unit of "\uXXXX" at the start of a text; -1: there is none. */
static int32_t read_unit(struct cp_text text)
{
    int32_t unit = 0;

    if (text.length < 6 || text.data[0] != '\\' || text.data[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        int digit = hex_value(text.data[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* A string with escapes that is being decoded. */
struct decoder {
    struct cp_text rest; /* still to be read, without the closing quote */
    char *bytes;
    size_t length;
};

/* RFC 8259, 7: characters beyond 16 bits are two units. [P] A half alone is refused. */
static const char *decode_unit(struct decoder *decoder)
{
    int32_t unit = read_unit(decoder->rest), low;

    if (unit < 0)
        return bad_escape;
    if (unit >= 0xdc00 && unit < 0xe000)
        return lone_surrogate;
    if (unit >= 0xd800 && unit < 0xdc00) {
        low = read_unit(cp_text_from_byte(decoder->rest, 6));
        if (low < 0xdc00 || low >= 0xe000)
            return lone_surrogate;
        unit = 0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00);
    }
    decoder->rest = cp_text_from_byte(decoder->rest, unit >= 0x10000 ? 12 : 6);
    decoder->length += cp_utf8_encode((uint32_t)unit, decoder->bytes + decoder->length);
    return NULL;
}

/* An escape, whose backslash is at the start of the rest. */
static const char *decode_escape(struct decoder *decoder)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    char letter = decoder->rest.data[1];
    const char *found = letter ? strchr(letters, letter) : NULL;

    if (letter == 'u')
        return decode_unit(decoder);
    if (!found)
        return bad_escape;
    decoder->bytes[decoder->length++] = meanings[found - letters];
    decoder->rest = cp_text_from_byte(decoder->rest, 2);
    return NULL;
}

/* Decodes all of the rest. Returns what is wrong at its start then, or NULL. */
static const char *decode(struct decoder *decoder)
{
    const char *problem = NULL;

    while (decoder->rest.length && !problem) {
        size_t plain = cp_text_find_byte(decoder->rest, '\\');

        if (plain > decoder->rest.length)
            plain = decoder->rest.length;
        memcpy(decoder->bytes + decoder->length, decoder->rest.data, plain);
        decoder->length += plain;
        decoder->rest = cp_text_from_byte(decoder->rest, plain);
        if (decoder->rest.length)
            problem = decode_escape(decoder);
    }
    return problem;
}

/* The string between quotes is raw; the cursor, at the closing one, goes to what is wrong. */
static int decode_text(struct cp_json_cursor *cursor,
                       struct cp_arena *arena,
                       struct cp_text raw,
                       struct cp_node *node,
                       const char **out_problem)
{
    struct decoder decoder = {.rest = raw};

    /* Escapes are longer than what they mean. */
    decoder.bytes = cp_arena_allocate(arena, raw.length + 1);
    if (!decoder.bytes)
        return CALPOL_ERROR_NO_MEMORY;
    *out_problem = decode(&decoder);
    if (*out_problem)
        cursor->at = decoder.rest.data;
    decoder.bytes[decoder.length] = '\0';
    node->text = decoder.bytes;
    node->length = (uint32_t)decoder.length;
    return CALPOL_OK;
}

int cp_json_read_string(struct cp_json_cursor *cursor,
                        struct cp_tree *tree,
                        const char **out_problem)
{
    uint32_t line = cursor->line;
    struct cp_node *node = cp_tree_add(tree, line, cp_json_column(cursor));
    const char *start = ++cursor->at;
    struct cp_text raw;
    bool escaped;

    if (!node)
        return CALPOL_ERROR_NO_MEMORY;
    *out_problem = find_end(cursor, &escaped);
    if (*out_problem)
        return CALPOL_OK;
    raw = cp_text_make(start, (size_t)(cursor->at - start));
    node->type = CP_NODE_TEXT;
    node->style = CP_STYLE_QUOTED;
    if (escaped) {
        int status = decode_text(cursor, tree->arena, raw, node, out_problem);

        if (status != CALPOL_OK || *out_problem)
            return status;
    } else {
        node->verbatim = cursor->line == line;
        node->text = cp_tree_text(tree, raw.data, raw.length);
        node->length = (uint32_t)raw.length;
    }
    cursor->at++;
    return node->text ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}
