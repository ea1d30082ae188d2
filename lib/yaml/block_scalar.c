/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scalars. Most stand in the text as they are, and the nodes point there.
 */
#include "yaml/block.h"

#include "base/utf8.h"
#include "yaml/scalar.h"

void cp_block_count_continuing(struct cp_block *block, const char *start, const char *end)
{
    for (; start < end; start++)
        block->continuing_bytes += ((unsigned char)*start & 0xc0) == 0x80;
}

enum cp_block_result cp_block_add_plain(struct cp_block *block, const char *end, bool is_ascii)
{
    struct cp_node *node = cp_tree_add(block->tree, block->line, cp_block_column(block));

    if (!node)
        return CP_BLOCK_NO_MEMORY;
    node->text = block->at;
    node->length = (uint32_t)(end - block->at);
    node->verbatim = true;
    node->type = (uint8_t)cp_scalar_type(cp_node_text(node), &node->boolean);
    if (!is_ascii)
        cp_block_count_continuing(block, block->at, end);
    return CP_BLOCK_OK;
}

/* ---- Quotes ---- */

const char *cp_block_find_quote(const struct cp_block *block, bool *out_escaped, bool *out_ascii)
{
    const char quote = *block->at;

    *out_escaped = false;
    *out_ascii = true;
    for (const char *at = block->at + 1; at < block->line_end; at++) {
        if (*at == quote) {
            if (quote == '"' || at + 1 == block->line_end || at[1] != quote)
                return at;
            *out_escaped = true;
            at++;
        } else if (*at == '\\' && quote == '"') {
            *out_escaped = true;
            at++;
        } else if ((unsigned char)*at >= 0x80) {
            *out_ascii = false;
        }
    }
    return NULL;
}

static int hex_value(char byte)
{
    if (cp_is_digit(byte))
        return byte - '0';
    byte = cp_lower(byte);
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Decodes the digits of "\x41" or "\u0041". Returns how many those are; 0: given up. */
static size_t decode_digits(struct cp_buffer *buffer, struct cp_text digits, size_t count)
{
    uint32_t value = 0;
    char bytes[4];

    if (digits.length < count)
        return 0;
    for (size_t i = 0; i < count; i++) {
        int digit = hex_value(digits.data[i]);

        if (digit < 0)
            return 0;
        value = value * 16 + (uint32_t)digit;
    }
    if (value >= 0xd800 && value < 0xe000)
        return 0;
    cp_buffer_add(buffer, cp_text_make(bytes, cp_utf8_encode(value, bytes)));
    return count;
}

/* Decodes what follows a backslash. Returns its bytes; 0: given up. */
static size_t decode_escape(struct cp_buffer *buffer, struct cp_text rest)
{
    static const char letters[] = "abtnvfre \"/\\";
    static const char meanings[] = "\a\b\t\n\v\f\r\033 \"/\\";
    const char *letter;
    size_t count;

    switch (rest.data[0]) {
    case 'x':
        count = decode_digits(buffer, cp_text_from_byte(rest, 1), 2);
        return count ? count + 1 : 0;
    case 'u':
        count = decode_digits(buffer, cp_text_from_byte(rest, 1), 4);
        return count ? count + 1 : 0;
    case '0':
        cp_buffer_add_byte(buffer, '\0');
        return 1;
    default:
        letter = strchr(letters, rest.data[0]);
        if (!letter)
            return 0;
        cp_buffer_add_byte(buffer, meanings[letter - letters]);
        return 1;
    }
}

/* Decodes the text between double quotes. False: given up. */
static bool decode_double(struct cp_buffer *buffer, struct cp_text raw)
{
    while (raw.length) {
        size_t plain = cp_text_find_byte(raw, '\\');
        size_t length;

        cp_buffer_add(buffer, cp_text_first(raw, plain));
        raw = cp_text_from_byte(raw, plain);
        if (!raw.length)
            break;
        length = decode_escape(buffer, cp_text_from_byte(raw, 1));
        if (!length)
            return false;
        raw = cp_text_from_byte(raw, length + 1);
    }
    return true;
}

/* Between single quotes, a quote is doubled. */
static void decode_single(struct cp_buffer *buffer, struct cp_text raw)
{
    while (raw.length) {
        size_t plain = cp_text_find_byte(raw, '\'');

        plain += plain < raw.length;
        cp_buffer_add(buffer, cp_text_first(raw, plain));
        raw = cp_text_from_byte(raw, plain == SIZE_MAX ? raw.length : plain + 1);
    }
}

/* Gives node the text that was made in the buffer. */
static enum cp_block_result set_made_text(struct cp_block *block, struct cp_node *node)
{
    const struct cp_buffer *buffer = &block->buffer;

    if (buffer->failed)
        return CP_BLOCK_NO_MEMORY;
    node->text = cp_tree_text(block->tree, buffer->data, buffer->length);
    node->length = (uint32_t)buffer->length;
    return node->text ? CP_BLOCK_OK : CP_BLOCK_NO_MEMORY;
}

enum cp_block_result cp_block_read_quoted(struct cp_block *block)
{
    bool escaped, is_ascii;
    const char *quote = cp_block_find_quote(block, &escaped, &is_ascii), *start = block->at;
    struct cp_text raw;
    struct cp_node *node;

    if (!quote)
        return CP_BLOCK_GIVEN_UP;
    node = cp_tree_add(block->tree, block->line, cp_block_column(block));
    if (!node)
        return CP_BLOCK_NO_MEMORY;
    raw = cp_text_make(start + 1, (size_t)(quote - start - 1));
    node->type = CP_NODE_TEXT;
    node->style = CP_STYLE_QUOTED;
    node->verbatim = !escaped;
    node->text = raw.data;
    node->length = (uint32_t)raw.length;
    if (!is_ascii)
        cp_block_count_continuing(block, start, quote);
    block->at = quote + 1;
    if (!escaped)
        return CP_BLOCK_OK;
    block->buffer.length = 0;
    if (*start == '\'')
        decode_single(&block->buffer, raw);
    else if (!decode_double(&block->buffer, raw))
        return CP_BLOCK_GIVEN_UP;
    return set_made_text(block, node);
}

/* ---- Literal and folded scalars ---- */

struct lines {
    bool is_folded;
    char chomping;         /* '-', '+', or a blank for one line break at the end */
    uint32_t least_indent; /* what is less indented ends the scalar */
    uint32_t indent;       /* of its lines; 0: not known yet */
    uint32_t blank_indent; /* of the blank lines before the first line, the most */
    bool has_break;        /* the last line ended with one */
    bool is_blank;         /* the last line began with a blank */
    size_t blank_lines;    /* since then */
};

static void add_breaks(struct cp_buffer *buffer, size_t count)
{
    for (; count; count--)
        cp_buffer_add_byte(buffer, '\n');
}

/* What is between the lines so far and the next one. */
static void add_gap(struct cp_buffer *buffer, struct lines *lines, bool is_blank)
{
    if (lines->is_folded && lines->has_break && !lines->is_blank && !is_blank) {
        if (!lines->blank_lines)
            cp_buffer_add_byte(buffer, ' ');
    } else {
        add_breaks(buffer, lines->has_break);
    }
    add_breaks(buffer, lines->blank_lines);
    lines->blank_lines = 0;
}

/* The indentation of a line, as far as it matters: the first line tells how far that is. */
static uint32_t indent_of(const struct cp_block *block, const struct lines *lines)
{
    size_t length = (size_t)(block->line_end - block->line_start);
    size_t most = lines->indent && lines->indent < length ? lines->indent : length;
    size_t indent = 0;

    while (indent < most && block->line_start[indent] == ' ')
        indent++;
    return (uint32_t)indent;
}

/* Takes a line in that is no blank one. The scalar ends before it, or goes on behind it. */
static enum cp_block_result take_line(struct cp_block *block,
                                      struct lines *lines,
                                      uint32_t indent,
                                      bool *out_is_end)
{
    const char *start = block->line_start + indent;
    bool is_blank = *start == ' ' || *start == '\t';

    if (!lines->indent) {
        if (indent < lines->least_indent || indent < lines->blank_indent)
            return CP_BLOCK_GIVEN_UP;
        lines->indent = indent;
        if (*start == '\t')
            return CP_BLOCK_GIVEN_UP;
    }
    if (indent < lines->indent) {
        *out_is_end = true;
        cp_block_unread_line(block);
        return *start == '\t' ? CP_BLOCK_GIVEN_UP : CP_BLOCK_OK;
    }
    add_gap(&block->buffer, lines, is_blank);
    cp_buffer_add(&block->buffer, cp_text_make(start, (size_t)(block->line_end - start)));
    lines->is_blank = is_blank;
    lines->has_break = block->line_end < block->next;
    return CP_BLOCK_OK;
}

static enum cp_block_result take_lines(struct cp_block *block, struct lines *lines)
{
    enum cp_block_result result = CP_BLOCK_OK;
    bool is_end = false;

    block->buffer.length = 0;
    while (result == CP_BLOCK_OK && !is_end && cp_block_next_line(block)) {
        uint32_t indent = indent_of(block, lines);

        if (block->line_start + indent < block->line_end) {
            result = take_line(block, lines, indent, &is_end);
        } else if (block->line_end < block->next) {
            lines->blank_lines++;
            if (!lines->indent && indent > lines->blank_indent)
                lines->blank_indent = indent;
        }
    }
    if (result == CP_BLOCK_OK && !lines->indent)
        return CP_BLOCK_GIVEN_UP;
    add_breaks(&block->buffer, lines->has_break && lines->chomping != '-');
    add_breaks(&block->buffer, lines->chomping == '+' ? lines->blank_lines : 0);
    return result;
}

enum cp_block_result cp_block_read_lines(struct cp_block *block)
{
    struct lines lines = {
        .is_folded = *block->at == '>',
        .chomping = ' ',
        .least_indent = (uint32_t)(block->levels[block->level_count - 1].column + 1),
    };
    struct cp_node *node = cp_tree_add(block->tree, block->line, cp_block_column(block));
    enum cp_block_result result;

    if (!node)
        return CP_BLOCK_NO_MEMORY;
    node->type = CP_NODE_TEXT;
    node->style = CP_STYLE_BLOCK;
    block->at++;
    if (block->at < block->line_end && (*block->at == '-' || *block->at == '+'))
        lines.chomping = *block->at++;
    if (!cp_block_is_at_end(block))
        return CP_BLOCK_GIVEN_UP;
    result = take_lines(block, &lines);
    return result == CP_BLOCK_OK ? set_made_text(block, node) : result;
}
