/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokeniser. Bytes are bytes: blank is space or tab, everything but quotes, symbols and label
 * bytes is an error outside quotes, anything at all is fine inside.
 */
#include "selector/token.h"

#define LONGEST_LABEL 512u

/* Operator words in the order in which they are tried; blanks may stand between the two parts. */
static const struct operator_word {
    const char *first;
    const char *second;
    enum cp_token_type token;
    enum cp_selector_type node;
} operator_words[] = {
    {"contains", NULL, CP_TOKEN_COMPARE, CP_SELECTOR_CONTAINS},
    {"starts", "with", CP_TOKEN_COMPARE, CP_SELECTOR_STARTS_WITH},
    {"ends", "with", CP_TOKEN_COMPARE, CP_SELECTOR_ENDS_WITH},
    {"not", "in", CP_TOKEN_MEMBER, CP_SELECTOR_NOT_IN},
    {"in", NULL, CP_TOKEN_MEMBER, CP_SELECTOR_IN},
};

static const struct call_word {
    const char *word;
    enum cp_selector_type node;
    enum cp_selector_error unclosed;
} call_words[] = {
    {"has(", CP_SELECTOR_HAS, CP_SELECTOR_UNCLOSED_HAS},
    {"all(", CP_SELECTOR_ALL, CP_SELECTOR_UNCLOSED_ALL},
    {"global(", CP_SELECTOR_GLOBAL, CP_SELECTOR_UNCLOSED_GLOBAL},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_label_byte(char byte)
{
    /* "-", ".", "/" and the digits follow one another in ASCII. */
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '-' && byte <= '9') || byte == '_';
}

static bool is_byte_at(struct cp_text text, size_t position, char byte)
{
    return position < text.length && text.data[position] == byte;
}

static size_t skip_blanks(struct cp_text text, size_t position)
{
    while (position < text.length && is_blank(text.data[position]))
        position++;
    return position;
}

static size_t skip_label_bytes(struct cp_text text, size_t position)
{
    while (position < text.length && is_label_byte(text.data[position]))
        position++;
    return position;
}

/* Skips a word; false if the text goes on differently. */
static bool skip_word(struct cp_text text, size_t *position, const char *word)
{
    size_t at = *position;

    for (; *word; word++, at++) {
        if (!is_byte_at(text, at, *word))
            return false;
    }
    *position = at;
    return true;
}

static bool fail(struct cp_tokens *tokens, enum cp_selector_error error, size_t offset)
{
    tokens->problem = (struct cp_selector_problem){error, offset};
    return false;
}

/* The next length bytes are the token, or the rest of it. */
static bool take(struct cp_tokens *tokens, enum cp_token_type type, size_t length)
{
    tokens->token.type = type;
    tokens->position += length;
    return true;
}

static bool take_operator(struct cp_tokens *tokens,
                          enum cp_token_type type,
                          enum cp_selector_type node,
                          size_t length)
{
    tokens->token.node = node;
    return take(tokens, type, length);
}

/* "=", "&" and "|" mean something in pairs only. */
static bool is_pair(const struct cp_tokens *tokens)
{
    return is_byte_at(tokens->text, tokens->position + 1, tokens->text.data[tokens->position]);
}

static bool take_equals_sign(struct cp_tokens *tokens)
{
    if (!is_pair(tokens))
        return fail(tokens, CP_SELECTOR_EXPECTED_EQEQ, tokens->position);
    return take_operator(tokens, CP_TOKEN_COMPARE, CP_SELECTOR_EQUAL, 2);
}

static bool take_connective(struct cp_tokens *tokens,
                            enum cp_token_type type,
                            enum cp_selector_error error)
{
    return is_pair(tokens) ? take(tokens, type, 2) : fail(tokens, error, tokens->position);
}

static bool take_exclamation_mark(struct cp_tokens *tokens)
{
    if (!is_byte_at(tokens->text, tokens->position + 1, '='))
        return take(tokens, CP_TOKEN_NOT, 1);
    return take_operator(tokens, CP_TOKEN_COMPARE, CP_SELECTOR_NOT_EQUAL, 2);
}

static bool take_literal(struct cp_tokens *tokens)
{
    size_t quote = tokens->position;
    struct cp_text rest = cp_text_from_byte(tokens->text, quote + 1);
    size_t length = cp_text_find_byte(rest, tokens->text.data[quote]);

    if (length == SIZE_MAX)
        return fail(tokens, CP_SELECTOR_UNTERMINATED_STRING, quote);
    tokens->token.text = cp_text_first(rest, length);
    return take(tokens, CP_TOKEN_LITERAL, length + 2);
}

/*
 * Where an operator word at a position ends; 0 if it does not stand there. No label byte may
 * follow, and behind words of two parts blanks are skipped before that is asked: so "a not in b" is
 * refused here and "a in b" by the parser (selectors.md 1.3).
 */
static size_t operator_word_end(const struct operator_word *word,
                                struct cp_text text,
                                size_t position)
{
    size_t end = position;

    if (!skip_word(text, &end, word->first))
        return 0;
    if (word->second) {
        end = skip_blanks(text, end);
        if (!skip_word(text, &end, word->second))
            return 0;
        end = skip_blanks(text, end);
    }
    return skip_label_bytes(text, end) == end ? end : 0;
}

static bool take_operator_word(struct cp_tokens *tokens)
{
    size_t start = tokens->position;

    for (size_t i = 0; i < COUNT_OF(operator_words); i++) {
        const struct operator_word *word = &operator_words[i];
        size_t end = operator_word_end(word, tokens->text, start);

        if (end)
            return take_operator(tokens, word->token, word->node, end - start);
    }
    return fail(tokens, CP_SELECTOR_EXPECTED_OPERATOR, start);
}

static bool take_label(struct cp_tokens *tokens)
{
    size_t start = tokens->position, length = skip_label_bytes(tokens->text, start) - start;

    if (length == 0)
        return fail(tokens, CP_SELECTOR_EXPECTED_IDENTIFIER, start);
    if (length > LONGEST_LABEL)
        return fail(tokens, CP_SELECTOR_LABEL_TOO_LONG, start);
    tokens->token.text = cp_text_first(cp_text_from_byte(tokens->text, start), length);
    return take(tokens, CP_TOKEN_LABEL, length);
}

/* The rest of a call: position is behind its opening parenthesis. */
static bool take_call(struct cp_tokens *tokens, const struct call_word *call)
{
    struct cp_text text = tokens->text;

    tokens->position = skip_blanks(text, tokens->position);
    if (call->node == CP_SELECTOR_HAS && !take_label(tokens))
        return false;
    tokens->position = skip_blanks(text, tokens->position);
    if (!is_byte_at(text, tokens->position, ')'))
        return fail(tokens, call->unclosed, tokens->position);
    return take_operator(tokens, CP_TOKEN_CALL, call->node, 1);
}

static bool take_call_or_label(struct cp_tokens *tokens)
{
    for (size_t i = 0; i < COUNT_OF(call_words); i++) {
        if (skip_word(tokens->text, &tokens->position, call_words[i].word))
            return take_call(tokens, &call_words[i]);
    }
    return take_label(tokens);
}

/* A token that begins with a byte which is not blank. */
static bool take_token(struct cp_tokens *tokens, bool after_label)
{
    switch (tokens->text.data[tokens->position]) {
    case '(':
        return take(tokens, CP_TOKEN_LEFT_PARENTHESIS, 1);
    case ')':
        return take(tokens, CP_TOKEN_RIGHT_PARENTHESIS, 1);
    case '{':
        return take(tokens, CP_TOKEN_LEFT_BRACE, 1);
    case '}':
        return take(tokens, CP_TOKEN_RIGHT_BRACE, 1);
    case ',':
        return take(tokens, CP_TOKEN_COMMA, 1);
    case '"':
    case '\'':
        return take_literal(tokens);
    case '=':
        return take_equals_sign(tokens);
    case '&':
        return take_connective(tokens, CP_TOKEN_AND, CP_SELECTOR_EXPECTED_ANDAND);
    case '|':
        return take_connective(tokens, CP_TOKEN_OR, CP_SELECTOR_EXPECTED_OROR);
    case '!':
        return take_exclamation_mark(tokens);
    default:
        return after_label ? take_operator_word(tokens) : take_call_or_label(tokens);
    }
}

void cp_tokens_init(struct cp_tokens *tokens, struct cp_text text)
{
    *tokens = (struct cp_tokens){.text = text};
}

bool cp_tokens_next(struct cp_tokens *tokens)
{
    bool after_label = tokens->token.type == CP_TOKEN_LABEL;

    tokens->position = skip_blanks(tokens->text, tokens->position);
    tokens->token = (struct cp_token){.type = CP_TOKEN_END, .offset = tokens->position};
    if (tokens->position == tokens->text.length)
        return true;
    return take_token(tokens, after_label);
}
