/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From text to tree (selectors.md 1.2), without recursion.
 *
 * Finished operands lie on one stack. Each open group knows where its operands begin, and where
 * those of its last run of && begin:
 *
 *     a || b && c            operands: [ a, b, c ]
 *                                        |  ` and_start
 *                                        ` or_start
 *
 * A run that ends becomes one operand in place of its operands; so does a group that closes. The
 * text as a whole is the first group.
 */
#include "selector/token.h"

#include <assert.h>

struct group {
    uint32_t or_start;
    uint32_t and_start;
    bool negated; /* an odd number of "!" stood before the parenthesis */
};

/* What the parser wants next. */
enum state { WANTS_OPERAND, WANTS_CONNECTIVE, DONE };

struct parser {
    struct cp_tokens tokens;
    struct cp_arena *arena;
    struct cp_intern *names;
    enum state state;
    CP_ARRAY(const struct cp_selector *) operands;
    CP_ARRAY(struct group) groups;
    CP_ARRAY(uint32_t) values; /* of the set at hand */
};

static bool at(const struct parser *parser, enum cp_token_type type)
{
    return parser->tokens.token.type == type;
}

static int advance(struct parser *parser)
{
    return cp_tokens_next(&parser->tokens) ? CALPOL_OK : CALPOL_ERROR_INVALID_INPUT;
}

/* The token at hand is wrong, unless there is a lexical error further on: that one comes first, as
   if the whole text had been made tokens before (selectors.md 1.3). */
static int reject(struct parser *parser, enum cp_selector_error error)
{
    struct cp_selector_problem problem = {error, parser->tokens.token.offset};

    while (!at(parser, CP_TOKEN_END)) {
        if (!cp_tokens_next(&parser->tokens))
            return CALPOL_ERROR_INVALID_INPUT;
    }
    parser->tokens.problem = problem;
    return CALPOL_ERROR_INVALID_INPUT;
}

static int push_operand(struct parser *parser, const struct cp_selector *operand, bool negated)
{
    const struct cp_selector **slot;

    if (operand && negated)
        operand = cp_selector_join(parser->arena, CP_SELECTOR_NOT, &operand, 1);
    slot = operand ? cp_array_push(parser->arena, &parser->operands) : NULL;
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = operand;
    return CALPOL_OK;
}

/* Makes one operand of those from start on. */
static int join_operands(struct parser *parser,
                         enum cp_selector_type type,
                         uint32_t start,
                         bool negated)
{
    const struct cp_selector *const *operands = &parser->operands.items[start];
    const struct cp_selector *joined = operands[0];
    uint32_t count = parser->operands.count - start;

    if (count > 1)
        joined = cp_selector_join(parser->arena, type, operands, count);
    parser->operands.count = start;
    return push_operand(parser, joined, negated);
}

static struct group *innermost(struct parser *parser)
{
    return &parser->groups.items[parser->groups.count - 1];
}

static int open_group(struct parser *parser, bool negated)
{
    struct group *group = cp_array_push(parser->arena, &parser->groups);

    if (!group)
        return CALPOL_ERROR_NO_MEMORY;
    group->or_start = parser->operands.count;
    group->and_start = parser->operands.count;
    group->negated = negated;
    return CALPOL_OK;
}

static int end_and_run(struct parser *parser)
{
    struct group *group = innermost(parser);
    int status = join_operands(parser, CP_SELECTOR_AND, group->and_start, false);

    group->and_start = parser->operands.count;
    return status;
}

static int close_group(struct parser *parser)
{
    const struct group *group = innermost(parser);
    int status = end_and_run(parser);

    if (status == CALPOL_OK)
        status = join_operands(parser, CP_SELECTOR_OR, group->or_start, group->negated);
    parser->groups.count--;
    return status;
}

static int intern_token(struct parser *parser, uint32_t *out_id)
{
    bool added = cp_intern_add(parser->names, parser->tokens.token.text, out_id);

    return added ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* "," and perhaps another literal, or "}" at once: a comma may be the last thing in a set. */
static int read_value(struct parser *parser)
{
    uint32_t *value = cp_array_push(parser->arena, &parser->values);
    int status = value ? intern_token(parser, value) : CALPOL_ERROR_NO_MEMORY;

    if (status == CALPOL_OK)
        status = advance(parser);
    if (status != CALPOL_OK || at(parser, CP_TOKEN_RIGHT_BRACE))
        return status;
    if (!at(parser, CP_TOKEN_COMMA))
        return reject(parser, CP_SELECTOR_EXPECTED_RBRACE);
    return advance(parser);
}

/* The values of a set, from "{" to "}". */
static int read_values(struct parser *parser)
{
    int status;

    if (!at(parser, CP_TOKEN_LEFT_BRACE))
        return reject(parser, CP_SELECTOR_EXPECTED_SET);
    parser->values.count = 0;
    status = advance(parser);
    while (status == CALPOL_OK && at(parser, CP_TOKEN_LITERAL))
        status = read_value(parser);
    if (status == CALPOL_OK && !at(parser, CP_TOKEN_RIGHT_BRACE))
        return reject(parser, CP_SELECTOR_EXPECTED_RBRACE);
    return status;
}

static int read_set(struct parser *parser, uint32_t key, bool negated)
{
    enum cp_selector_type type = parser->tokens.token.node;
    const struct cp_selector *set;
    int status = advance(parser);

    if (status == CALPOL_OK)
        status = read_values(parser);
    if (status != CALPOL_OK)
        return status;
    set = cp_selector_set(parser->arena, parser->names, type, key, parser->values.items,
                          parser->values.count);
    return push_operand(parser, set, negated);
}

static int read_literal(struct parser *parser, uint32_t key, bool negated)
{
    enum cp_selector_type type = parser->tokens.token.node;
    int status = advance(parser);
    uint32_t value;

    if (status != CALPOL_OK)
        return status;
    if (!at(parser, CP_TOKEN_LITERAL))
        return reject(parser, CP_SELECTOR_EXPECTED_STRING);
    status = intern_token(parser, &value);
    if (status != CALPOL_OK)
        return status;
    return push_operand(parser, cp_selector_leaf(parser->arena, type, key, value), negated);
}

/* A label, an operator and what it wants; the last token of these is left at hand. */
static int read_comparison(struct parser *parser, bool negated)
{
    uint32_t key;
    int status = intern_token(parser, &key);

    if (status == CALPOL_OK)
        status = advance(parser);
    if (status != CALPOL_OK)
        return status;
    if (at(parser, CP_TOKEN_COMPARE))
        return read_literal(parser, key, negated);
    if (at(parser, CP_TOKEN_MEMBER))
        return read_set(parser, key, negated);
    return reject(parser, at(parser, CP_TOKEN_END) ? CP_SELECTOR_UNEXPECTED_EOF
                                                   : CP_SELECTOR_EXPECTED_COMPARISON);
}

/* has(name), all(), global(). */
static int read_call(struct parser *parser, bool negated)
{
    enum cp_selector_type type = parser->tokens.token.node;
    uint32_t key = 0;
    int status = type == CP_SELECTOR_HAS ? intern_token(parser, &key) : CALPOL_OK;

    if (status != CALPOL_OK)
        return status;
    return push_operand(parser, cp_selector_leaf(parser->arena, type, key, 0), negated);
}

static int read_term(struct parser *parser, bool negated)
{
    parser->state = WANTS_CONNECTIVE;
    if (at(parser, CP_TOKEN_LABEL))
        return read_comparison(parser, negated);
    if (at(parser, CP_TOKEN_CALL))
        return read_call(parser, negated);
    return reject(parser, CP_SELECTOR_UNEXPECTED_TOKEN);
}

/* Any number of "!", then a term, or "(" behind which an operand is wanted again. */
static int read_operand(struct parser *parser)
{
    bool negated = false;
    int status = CALPOL_OK;

    while (status == CALPOL_OK && at(parser, CP_TOKEN_NOT)) {
        negated = !negated;
        status = advance(parser);
    }
    if (status != CALPOL_OK)
        return status;
    if (at(parser, CP_TOKEN_LEFT_PARENTHESIS))
        status = open_group(parser, negated);
    else
        status = read_term(parser, negated);
    return status == CALPOL_OK ? advance(parser) : status;
}

/* What may stand behind an operand: "&&", "||", ")" or, outside all parentheses, the end. */
static int read_connective(struct parser *parser)
{
    bool is_nested = parser->groups.count > 1;
    int status = CALPOL_OK;

    if (at(parser, CP_TOKEN_AND)) {
        parser->state = WANTS_OPERAND;
    } else if (at(parser, CP_TOKEN_OR)) {
        parser->state = WANTS_OPERAND;
        status = end_and_run(parser);
    } else if (is_nested && at(parser, CP_TOKEN_RIGHT_PARENTHESIS)) {
        status = close_group(parser);
    } else if (!is_nested && at(parser, CP_TOKEN_END)) {
        parser->state = DONE;
        status = close_group(parser);
    } else {
        status =
            reject(parser, is_nested ? CP_SELECTOR_EXPECTED_RPAREN : CP_SELECTOR_TRAILING_CONTENT);
    }
    return status == CALPOL_OK ? advance(parser) : status;
}

static int read_expression(struct parser *parser)
{
    int status = open_group(parser, false);

    while (status == CALPOL_OK && parser->state != DONE)
        status = parser->state == WANTS_OPERAND ? read_operand(parser) : read_connective(parser);
    return status;
}

int cp_selector_parse(struct cp_text text,
                      struct cp_arena *arena,
                      struct cp_intern *names,
                      const struct cp_selector **out_selector,
                      struct cp_selector_problem *out_problem)
{
    struct parser parser = {.arena = arena, .names = names, .state = WANTS_OPERAND};
    int status;

    cp_tokens_init(&parser.tokens, text);
    status = advance(&parser);
    if (status == CALPOL_OK && at(&parser, CP_TOKEN_END)) {
        *out_selector = &cp_selector_blank;
        return CALPOL_OK;
    }
    if (status == CALPOL_OK)
        status = read_expression(&parser);
    if (status == CALPOL_OK) {
        assert(parser.operands.count == 1);
        *out_selector = parser.operands.items[0];
    } else if (status == CALPOL_ERROR_INVALID_INPUT) {
        *out_problem = parser.tokens.problem;
    }
    return status;
}

bool cp_selector_text_is_global(struct cp_text text)
{
    struct cp_tokens tokens;

    cp_tokens_init(&tokens, text);
    return cp_tokens_next(&tokens) && tokens.token.type == CP_TOKEN_CALL &&
           tokens.token.node == CP_SELECTOR_GLOBAL && cp_tokens_next(&tokens) &&
           tokens.token.type == CP_TOKEN_END;
}
