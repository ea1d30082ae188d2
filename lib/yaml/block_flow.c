/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collections of the flow style on one line: "{}", "[80, 443]", "{app: web, tier: 'a b'}".
 *
 * Keys of their own kind ("? a", "[a: b]"), values left out, and whatever YAML makes of a plain
 * scalar's colons, question marks and hashes in brackets are given up.
 */
#include "yaml/block.h"

/* What may come next. */
enum expected { EXPECT_FIRST, EXPECT_MORE, EXPECT_COMMA };

/* The next byte; 0 at the end of the line. */
static char peek(const struct cp_block *block)
{
    return block->at < block->line_end ? *block->at : '\0';
}

static bool is_in_mapping(const struct cp_block *block)
{
    const struct cp_tree *tree = block->tree;

    return tree->frames.items[tree->frames.count - 1].node.type == CP_NODE_MAPPING;
}

/* Finds the end of a plain scalar; NULL: given up. */
static const char *find_plain_end(const struct cp_block *block, bool *out_ascii)
{
    const char *at = block->at;

    *out_ascii = true;
    for (; at < block->line_end; at++) {
        if ((unsigned char)*at >= 0x80) {
            *out_ascii = false;
            continue;
        }
        if (*at == ',' || *at == ']' || *at == '}')
            break;
        if (*at == ':') {
            if (cp_block_is_blank(block, at + 1))
                break;
            if (strchr(",?[]{}", at[1]))
                return NULL;
        }
        if (strchr("[{#?\t", *at))
            return NULL;
    }
    while (at > block->at && at[-1] == ' ')
        at--;
    return at;
}

static bool is_plain_start(const struct cp_block *block)
{
    char byte = peek(block);

    if (byte == '-')
        return block->line_end - block->at > 1 && cp_is_digit(block->at[1]);
    return byte && !strchr("?:,[]{}#&*!|>'\"%@`\t ", byte);
}

static enum cp_block_result read_scalar(struct cp_block *block, bool is_key)
{
    enum cp_block_result result;
    const char *end;
    bool is_ascii;

    if (peek(block) == '"' || peek(block) == '\'')
        return cp_block_read_quoted(block);
    if (!is_plain_start(block))
        return CP_BLOCK_GIVEN_UP;
    end = find_plain_end(block, &is_ascii);
    if (!end || (is_key && end - block->at == 2 && memcmp(block->at, "<<", 2) == 0))
        return CP_BLOCK_GIVEN_UP;
    result = cp_block_add_plain(block, end, is_ascii);
    block->at = end;
    return result;
}

/* Reads a key, its colon, and the blanks behind it. */
static enum cp_block_result read_key(struct cp_block *block)
{
    const char *start = block->at;
    enum cp_block_result result = read_scalar(block, true);

    if (result != CP_BLOCK_OK)
        return result;
    cp_block_skip_spaces(block);
    if (peek(block) != ':' || block->at - start > CP_BLOCK_LONGEST_KEY)
        return CP_BLOCK_GIVEN_UP;
    block->at++;
    cp_block_skip_spaces(block);
    return CP_BLOCK_OK;
}

static enum cp_block_result open_collection(struct cp_block *block)
{
    const struct cp_node node = {
        .type = *block->at == '[' ? CP_NODE_SEQUENCE : CP_NODE_MAPPING,
        .line = block->line,
        .column = cp_block_column(block),
    };

    if (cp_tree_depth(block->tree) > block->tree->limits->max_depth)
        return CP_BLOCK_GIVEN_UP;
    block->at++;
    return cp_tree_open(block->tree, &node) == CALPOL_OK ? CP_BLOCK_OK : CP_BLOCK_NO_MEMORY;
}

/* Reads an item, or a key and its value as far as that is not a collection. */
static enum cp_block_result read_item(struct cp_block *block, enum expected *out_expected)
{
    enum cp_block_result result = is_in_mapping(block) ? read_key(block) : CP_BLOCK_OK;

    if (result != CP_BLOCK_OK)
        return result;
    if (peek(block) == '[' || peek(block) == '{') {
        *out_expected = EXPECT_FIRST;
        return open_collection(block);
    }
    *out_expected = EXPECT_COMMA;
    return read_scalar(block, false);
}

static enum cp_block_result close_collection(struct cp_block *block)
{
    block->at++;
    return cp_tree_close(block->tree, NULL) == CALPOL_OK ? CP_BLOCK_OK : CP_BLOCK_NO_MEMORY;
}

enum cp_block_result cp_block_read_flow(struct cp_block *block)
{
    const uint32_t frames = block->tree->frames.count;
    enum expected expected = EXPECT_FIRST;
    enum cp_block_result result = open_collection(block);

    while (result == CP_BLOCK_OK && block->tree->frames.count > frames) {
        cp_block_skip_spaces(block);
        if (expected != EXPECT_MORE && peek(block) == (is_in_mapping(block) ? '}' : ']')) {
            result = close_collection(block);
            expected = EXPECT_COMMA;
        } else if (expected == EXPECT_COMMA) {
            if (peek(block) != ',')
                return CP_BLOCK_GIVEN_UP;
            block->at++;
            expected = EXPECT_MORE;
        } else {
            result = read_item(block, &expected);
        }
    }
    return result;
}
