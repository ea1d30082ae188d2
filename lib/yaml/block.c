/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines and indentation.
 *
 * Levels are the open collections of the block style. A line belongs to the level whose column it
 * has; deeper ones are closed by it, and it opens a new one where a value is waited for. Anything
 * else is given up, above all a line deeper than its level: that may continue the scalar before.
 */
#include "yaml/block.h"

/* Nobody indents so far. */
#define FARTHEST_COLUMN 65535

/* Bytes that a plain scalar has to look at. */
enum plain_class { PLAIN, PLAIN_COLON, PLAIN_HASH, PLAIN_TAB, PLAIN_WIDE };

#define WIDE_ROW                                                                                   \
    PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE,            \
        PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE, PLAIN_WIDE,        \
        PLAIN_WIDE, PLAIN_WIDE

static const uint8_t plain_classes[256] = {
    [':'] = PLAIN_COLON, ['#'] = PLAIN_HASH, ['\t'] = PLAIN_TAB, [0x80] = WIDE_ROW,
    [0x90] = WIDE_ROW,   [0xa0] = WIDE_ROW,  [0xb0] = WIDE_ROW,  [0xc0] = WIDE_ROW,
    [0xd0] = WIDE_ROW,   [0xe0] = WIDE_ROW,  [0xf0] = WIDE_ROW,
};

void cp_block_init(struct cp_block *block, struct cp_tree *tree, struct cp_text text)
{
    block->tree = tree;
    block->next = text.data;
    block->end = text.data + text.length;
    block->line = 0;
    cp_buffer_init(&block->buffer, &tree->scratch);
}

bool cp_block_next_line(struct cp_block *block)
{
    const char *line_feed;

    if (block->next == block->end)
        return false;
    block->line_start = block->at = block->next;
    line_feed = memchr(block->next, '\n', (size_t)(block->end - block->next));
    block->next = line_feed ? line_feed + 1 : block->end;
    block->line_end = line_feed ? line_feed : block->end;
    if (block->line_end > block->at && block->line_end[-1] == '\r')
        block->line_end--;
    block->line++;
    block->continuing_bytes = 0;
    return true;
}

/* ---- Levels ---- */

static struct cp_block_level *top_level(struct cp_block *block)
{
    return &block->levels[block->level_count - 1];
}

static void wait_for(struct cp_block *block, enum cp_block_pending pending, uint32_t column)
{
    block->pending = pending;
    block->pending_line = block->line;
    block->pending_column = column;
}

/* Nothing came for a key or a dash. */
static enum cp_block_result add_null(struct cp_block *block)
{
    struct cp_node *node = cp_tree_add(block->tree, block->pending_line, block->pending_column);

    if (!node)
        return CP_BLOCK_NO_MEMORY;
    node->verbatim = true;
    node->text = "";
    block->pending = CP_BLOCK_NOTHING;
    return CP_BLOCK_OK;
}

static enum cp_block_result open_level(struct cp_block *block, int32_t column, bool is_sequence)
{
    const struct cp_node node = {
        .type = is_sequence ? CP_NODE_SEQUENCE : CP_NODE_MAPPING,
        .line = block->line,
        .column = (uint32_t)column + 1,
    };

    if (block->level_count == CP_BLOCK_MOST_LEVELS ||
        cp_tree_depth(block->tree) > block->tree->limits->max_depth)
        return CP_BLOCK_GIVEN_UP;
    if (cp_tree_open(block->tree, &node) != CALPOL_OK)
        return CP_BLOCK_NO_MEMORY;
    block->levels[block->level_count++] = (struct cp_block_level){column, is_sequence};
    block->pending = CP_BLOCK_NOTHING;
    return CP_BLOCK_OK;
}

static enum cp_block_result close_level(struct cp_block *block)
{
    block->level_count--;
    return cp_tree_close(block->tree, NULL) == CALPOL_OK ? CP_BLOCK_OK : CP_BLOCK_NO_MEMORY;
}

/* Does something in this column begin what is waited for? The dashes of a sequence may stand below
   the key that it is the value of. */
static bool is_awaited(struct cp_block *block, int32_t column, bool is_dash)
{
    if (block->pending == CP_BLOCK_ROOT || column > top_level(block)->column)
        return true;
    return is_dash && block->pending == CP_BLOCK_VALUE && column == top_level(block)->column;
}

static bool is_closed_by(const struct cp_block_level *level, int32_t column, bool is_dash)
{
    return level->column > column || (level->column == column && level->is_sequence && !is_dash);
}

/* Makes the level of the key or dash at at the last one. */
static enum cp_block_result place(struct cp_block *block, bool is_dash)
{
    const int32_t column = block->at - block->line_start < FARTHEST_COLUMN
                               ? (int32_t)(block->at - block->line_start)
                               : FARTHEST_COLUMN;
    enum cp_block_result result = CP_BLOCK_OK;

    if (column == FARTHEST_COLUMN)
        return CP_BLOCK_GIVEN_UP;
    if (block->pending != CP_BLOCK_NOTHING) {
        if (is_awaited(block, column, is_dash))
            return open_level(block, column, is_dash);
        result = add_null(block);
    }
    while (result == CP_BLOCK_OK && block->level_count &&
           is_closed_by(top_level(block), column, is_dash))
        result = close_level(block);
    if (result != CP_BLOCK_OK)
        return result;
    if (!block->level_count || top_level(block)->column != column ||
        top_level(block)->is_sequence != is_dash)
        return CP_BLOCK_GIVEN_UP;
    return CP_BLOCK_OK;
}

/* ---- Keys and values ---- */

struct plain {
    const char *end;   /* behind its last character that is no blank */
    const char *colon; /* that makes a key of it; NULL: none */
    bool is_ascii;
};

/* Finds the end of a plain scalar, which begins at at. */
static enum cp_block_result find_plain_end(const struct cp_block *block, struct plain *out_plain)
{
    const char *at = block->at;

    *out_plain = (struct plain){.is_ascii = true};
    for (; at < block->line_end; at++) {
        uint8_t class = plain_classes[(unsigned char)*at];

        if (class == PLAIN)
            continue;
        if (class == PLAIN_TAB)
            return CP_BLOCK_GIVEN_UP;
        if (class == PLAIN_WIDE)
            out_plain->is_ascii = false;
        if (class == PLAIN_HASH && at > block->at && at[-1] == ' ')
            break;
        if (class == PLAIN_COLON && cp_block_is_blank(block, at + 1)) {
            out_plain->colon = at;
            break;
        }
    }
    while (at > block->at && at[-1] == ' ')
        at--;
    out_plain->end = at;
    return CP_BLOCK_OK;
}

/* May a plain scalar begin here? What may not is an indicator, or "- " and the like. */
static bool is_plain_start(const struct cp_block *block)
{
    switch (*block->at) {
    case '-':
    case '?':
    case ':':
        return !cp_block_is_blank(block, block->at + 1);
    case ',':
    case '[':
    case ']':
    case '{':
    case '}':
    case '#':
    case '&':
    case '*':
    case '!':
    case '|':
    case '>':
    case '\'':
    case '"':
    case '%':
    case '@':
    case '`':
    case '\t':
        return false;
    default:
        return true;
    }
}

static bool is_dash(const struct cp_block *block)
{
    return *block->at == '-' && cp_block_is_blank(block, block->at + 1);
}

static bool is_quote(char byte)
{
    return byte == '"' || byte == '\'';
}

/* libyaml gives up on keys that are too long; at is at the colon. */
static bool is_long_key(const struct cp_block *block, const char *start)
{
    return block->at - start > CP_BLOCK_LONGEST_KEY;
}

/* Reads a key and its colon; at is behind that then. */
static enum cp_block_result read_key(struct cp_block *block)
{
    const char *start = block->at;
    enum cp_block_result result;
    struct plain plain;

    if (is_quote(*start)) {
        result = cp_block_read_quoted(block);
        if (result != CP_BLOCK_OK)
            return result;
        cp_block_skip_spaces(block);
        if (block->at == block->line_end || *block->at != ':' ||
            !cp_block_is_blank(block, block->at + 1))
            return CP_BLOCK_GIVEN_UP;
    } else {
        if (!is_plain_start(block) || find_plain_end(block, &plain) != CP_BLOCK_OK || !plain.colon)
            return CP_BLOCK_GIVEN_UP;
        /* Merges. */
        if (plain.end - start == 2 && memcmp(start, "<<", 2) == 0)
            return CP_BLOCK_GIVEN_UP;
        result = cp_block_add_plain(block, plain.end, plain.is_ascii);
        block->at = plain.colon;
    }
    if (is_long_key(block, start))
        return CP_BLOCK_GIVEN_UP;
    block->at++;
    return result;
}

static enum cp_block_result read_plain(struct cp_block *block)
{
    struct plain plain;

    if (!is_plain_start(block) || find_plain_end(block, &plain) != CP_BLOCK_OK || plain.colon)
        return CP_BLOCK_GIVEN_UP;
    return cp_block_add_plain(block, plain.end, plain.is_ascii);
}

/* Reads a value, the rest of a line that has something in it. */
static enum cp_block_result read_value(struct cp_block *block)
{
    enum cp_block_result result;

    switch (*block->at) {
    case '"':
    case '\'':
        result = cp_block_read_quoted(block);
        break;
    case '[':
    case '{':
        result = cp_block_read_flow(block);
        break;
    case '|':
    case '>':
        return cp_block_read_lines(block);
    default:
        return read_plain(block);
    }
    if (result == CP_BLOCK_OK && !cp_block_is_at_end(block))
        return CP_BLOCK_GIVEN_UP;
    return result;
}

static enum cp_block_result read_pair(struct cp_block *block)
{
    enum cp_block_result result = place(block, false);
    uint32_t behind_colon;

    if (result == CP_BLOCK_OK)
        result = read_key(block);
    if (result != CP_BLOCK_OK)
        return result;
    behind_colon = cp_block_column(block);
    if (!cp_block_is_at_end(block))
        return read_value(block);
    wait_for(block, CP_BLOCK_VALUE, behind_colon);
    return CP_BLOCK_OK;
}

/* Does a mapping begin here, in the line of its dash? */
static bool is_pair(const struct cp_block *block)
{
    struct plain plain;
    const char *quote;
    bool escaped, is_ascii;

    if (is_plain_start(block))
        return find_plain_end(block, &plain) == CP_BLOCK_OK && plain.colon;
    if (!is_quote(*block->at))
        return false;
    quote = cp_block_find_quote(block, &escaped, &is_ascii);
    while (quote && ++quote < block->line_end && *quote == ' ')
        continue;
    return quote && quote < block->line_end && *quote == ':';
}

/* Reads a line that begins with a dash, or with several. */
static enum cp_block_result read_items(struct cp_block *block)
{
    do {
        enum cp_block_result result = place(block, true);

        if (result != CP_BLOCK_OK)
            return result;
        block->at++;
        wait_for(block, CP_BLOCK_ITEM, cp_block_column(block));
        if (cp_block_is_at_end(block))
            return CP_BLOCK_OK;
    } while (is_dash(block));
    if (is_pair(block))
        return read_pair(block);
    block->pending = CP_BLOCK_NOTHING;
    return read_value(block);
}

/* ---- Documents ---- */

/* Is the line a marker of documents? */
static bool is_marker(const struct cp_block *block)
{
    return block->line_end - block->line_start >= 3 &&
           (memcmp(block->line_start, "---", 3) == 0 || memcmp(block->line_start, "...", 3) == 0) &&
           cp_block_is_blank(block, block->line_start + 3);
}

/* Reads a marker that begins the document. */
static enum cp_block_result read_marker(struct cp_block *block)
{
    if (*block->at != '-')
        return CP_BLOCK_GIVEN_UP;
    block->at += 3;
    return cp_block_is_at_end(block) ? CP_BLOCK_OK : CP_BLOCK_GIVEN_UP;
}

static enum cp_block_result read_line(struct cp_block *block)
{
    return is_dash(block) ? read_items(block) : read_pair(block);
}

static enum cp_block_result end_document(struct cp_block *block)
{
    enum cp_block_result result = CP_BLOCK_OK;

    if (block->pending == CP_BLOCK_ROOT)
        return CP_BLOCK_OK;
    if (block->pending != CP_BLOCK_NOTHING)
        result = add_null(block);
    while (result == CP_BLOCK_OK && block->level_count)
        result = close_level(block);
    if (result != CP_BLOCK_OK)
        return result;
    /* Where it was exceeded is for libyaml's way to say. */
    if (block->tree->limit)
        return CP_BLOCK_GIVEN_UP;
    return cp_tree_end_document(block->tree) == CALPOL_OK ? CP_BLOCK_OK : CP_BLOCK_NO_MEMORY;
}

enum cp_block_result cp_block_read_document(struct cp_block *block)
{
    enum cp_block_result result = CP_BLOCK_OK;
    bool is_begun = false;

    block->level_count = 0;
    block->pending = CP_BLOCK_ROOT;
    while (result == CP_BLOCK_OK && cp_block_next_line(block)) {
        cp_block_skip_spaces(block);
        if (block->at == block->line_end || *block->at == '#')
            continue;
        if (is_marker(block)) {
            if (is_begun && *block->line_start == '-') {
                cp_block_unread_line(block);
                break;
            }
            result = read_marker(block);
        } else {
            result = read_line(block);
        }
        is_begun = true;
    }
    return result == CP_BLOCK_OK ? end_document(block) : result;
}
