/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON: a state machine over the bytes. Strings are in json_string.c.
 */
#include "yaml/json.h"

#include "base/lines.h"
#include "yaml/json_string.h"
#include "yaml/scalar.h"

/* Any integer of so few digits fits 64 bits. */
#define SURELY_FITTING_DIGITS 18

/* What may come next. */
enum state {
    STATE_DOCUMENT,    /* a value, or the end of the text */
    STATE_VALUE,       /* a value */
    STATE_FIRST_ITEM,  /* a value, or the end of a list that has none yet */
    STATE_FIRST_KEY,   /* a key, or the end of a mapping that has none yet */
    STATE_KEY,         /* a key */
    STATE_AFTER_VALUE, /* a comma or the end of the collection, or of the document */
    STATE_END,         /* nothing: the text is read */
    STATE_FAILED,      /* problem says why */
    STATE_NO_MEMORY
};

struct json {
    struct cp_tree *tree;
    struct cp_json_cursor cursor;
    const char *problem; /* what is wrong at the cursor */
    bool too_deep;       /* namely, that a limit is exceeded */
};

static enum state fail(struct json *json, const char *problem)
{
    json->problem = problem;
    return STATE_FAILED;
}

static void skip_blanks(struct cp_json_cursor *cursor)
{
    for (;;) {
        const char *at = cursor->at;

        while (at < cursor->end && (*at == ' ' || *at == '\t'))
            at++;
        cursor->at = at;
        if (at == cursor->end || (*at != '\n' && *at != '\r'))
            return;
        cursor->at += *at == '\r' && cursor->end - at > 1 && at[1] == '\n' ? 2 : 1;
        cp_json_new_line(cursor);
    }
}

/* The byte at the cursor; NUL, which is no JSON either, at the end. */
static char peek(const struct json *json)
{
    if (json->cursor.at == json->cursor.end)
        return '\0';
    return *json->cursor.at;
}

static enum state read_string(struct json *json, enum state next)
{
    int status = cp_json_read_string(&json->cursor, json->tree, &json->problem);

    if (status != CALPOL_OK)
        return STATE_NO_MEMORY;
    return json->problem ? STATE_FAILED : next;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && cp_is_digit(*at))
        at++;
    return at;
}

/* The end of the number at the cursor, and whether it has a fraction or an exponent; NULL if there
   is no number. */
static const char *find_number_end(const struct cp_json_cursor *cursor, bool *out_whole)
{
    const char *end = cursor->end, *at = cursor->at, *digits;

    *out_whole = true;
    at += *at == '-' ? 1 : 0;
    digits = at;
    at = skip_digits(at, end);
    /* No leading zeros. */
    if (at == digits || (*digits == '0' && at - digits > 1))
        return NULL;
    if (at < end && *at == '.') {
        *out_whole = false;
        digits = at + 1;
        at = skip_digits(digits, end);
        if (at == digits)
            return NULL;
    }
    if (at < end && (*at == 'e' || *at == 'E')) {
        *out_whole = false;
        at++;
        at += at < end && (*at == '+' || *at == '-') ? 1 : 0;
        digits = at;
        at = skip_digits(digits, end);
        if (at == digits)
            return NULL;
    }
    return at;
}

static bool fits_integer(struct cp_text text)
{
    uint64_t magnitude;
    bool negative;

    return text.length <= SURELY_FITTING_DIGITS || cp_scalar_integer(text, &negative, &magnitude);
}

static enum state read_number(struct json *json)
{
    struct cp_json_cursor *cursor = &json->cursor;
    bool whole;
    const char *end = find_number_end(cursor, &whole);
    struct cp_text text;
    struct cp_node *node;

    if (!end)
        return fail(json, "not a number as JSON has it");
    text = cp_text_make(cursor->at, (size_t)(end - cursor->at));
    node = cp_tree_add(json->tree, cursor->line, cp_json_column(cursor));
    if (!node)
        return STATE_NO_MEMORY;
    node->type = whole && fits_integer(text) ? CP_NODE_INTEGER : CP_NODE_FLOAT;
    node->verbatim = true;
    node->text = cp_tree_text(json->tree, text.data, text.length);
    node->length = (uint32_t)text.length;
    cursor->at = end;
    return node->text ? STATE_AFTER_VALUE : STATE_NO_MEMORY;
}

static enum state read_literal(struct json *json,
                               const char *literal,
                               enum cp_node_type type,
                               bool boolean)
{
    struct cp_json_cursor *cursor = &json->cursor;
    struct cp_text text = cp_text_from(literal);
    struct cp_node *node;

    if (!cp_text_starts_with(cp_text_make(cursor->at, (size_t)(cursor->end - cursor->at)), text))
        return fail(json, "expected a value");
    node = cp_tree_add(json->tree, cursor->line, cp_json_column(cursor));
    if (!node)
        return STATE_NO_MEMORY;
    node->type = (uint8_t)type;
    node->boolean = boolean;
    node->verbatim = true;
    node->text = literal;
    node->length = (uint32_t)text.length;
    cursor->at += text.length;
    return STATE_AFTER_VALUE;
}

static enum state open_collection(struct json *json, enum cp_node_type type, enum state next)
{
    const struct cp_node node = {
        .type = (uint8_t)type,
        .line = json->cursor.line,
        .column = cp_json_column(&json->cursor),
    };

    if (cp_tree_depth(json->tree) > json->tree->limits->max_depth) {
        json->too_deep = true;
        return fail(json, "nested too deep");
    }
    json->cursor.at++;
    return cp_tree_open(json->tree, &node) == CALPOL_OK ? next : STATE_NO_MEMORY;
}

static enum state close_collection(struct json *json)
{
    json->cursor.at++;
    return cp_tree_close(json->tree, NULL) == CALPOL_OK ? STATE_AFTER_VALUE : STATE_NO_MEMORY;
}

static enum state read_value(struct json *json)
{
    char byte = peek(json);

    switch (byte) {
    case '{':
        return open_collection(json, CP_NODE_MAPPING, STATE_FIRST_KEY);
    case '[':
        return open_collection(json, CP_NODE_SEQUENCE, STATE_FIRST_ITEM);
    case '"':
        return read_string(json, STATE_AFTER_VALUE);
    case 't':
        return read_literal(json, "true", CP_NODE_BOOLEAN, true);
    case 'f':
        return read_literal(json, "false", CP_NODE_BOOLEAN, false);
    case 'n':
        return read_literal(json, "null", CP_NODE_NULL, false);
    default:
        if (byte == '-' || cp_is_digit(byte))
            return read_number(json);
        return fail(json, "expected a value");
    }
}

static enum state read_key(struct json *json)
{
    enum state state;

    if (peek(json) != '"')
        return fail(json, "expected a key in double quotes");
    state = read_string(json, STATE_VALUE);
    if (state != STATE_VALUE)
        return state;
    skip_blanks(&json->cursor);
    if (peek(json) != ':')
        return fail(json, "expected a colon after the key");
    json->cursor.at++;
    return STATE_VALUE;
}

static enum state read_after_value(struct json *json)
{
    const struct cp_tree *tree = json->tree;
    bool in_mapping;
    char byte = peek(json);

    if (!tree->frames.count)
        return cp_tree_end_document(json->tree) == CALPOL_OK ? STATE_DOCUMENT : STATE_NO_MEMORY;
    in_mapping = tree->frames.items[tree->frames.count - 1].node.type == CP_NODE_MAPPING;
    if (byte == (in_mapping ? '}' : ']'))
        return close_collection(json);
    if (byte != ',')
        return fail(json, in_mapping ? "expected a comma or }" : "expected a comma or ]");
    json->cursor.at++;
    return in_mapping ? STATE_KEY : STATE_VALUE;
}

static enum state step(struct json *json, enum state state)
{
    skip_blanks(&json->cursor);
    switch (state) {
    case STATE_DOCUMENT:
        return json->cursor.at == json->cursor.end ? STATE_END : read_value(json);
    case STATE_FIRST_ITEM:
        return peek(json) == ']' ? close_collection(json) : read_value(json);
    case STATE_FIRST_KEY:
        return peek(json) == '}' ? close_collection(json) : read_key(json);
    case STATE_KEY:
        return read_key(json);
    case STATE_AFTER_VALUE:
        return read_after_value(json);
    case STATE_VALUE:
    case STATE_END:
    case STATE_FAILED:
    case STATE_NO_MEMORY:
        break;
    }
    return read_value(json);
}

bool cp_json_is_likely(struct cp_text text)
{
    struct cp_json_cursor cursor = {.at = text.data, .end = text.data + text.length};

    skip_blanks(&cursor);
    return cursor.at < cursor.end && (*cursor.at == '{' || *cursor.at == '[');
}

bool cp_json_is_meant(struct cp_text text)
{
    struct cp_json_cursor cursor = {.at = text.data, .end = text.data + text.length};

    for (skip_blanks(&cursor); cursor.at < cursor.end; skip_blanks(&cursor)) {
        if (*cursor.at != '{' && *cursor.at != '[')
            return *cursor.at == '"';
        cursor.at++;
    }
    return false;
}

static void set_error(const struct json *json, struct cp_text text, struct cp_yaml_error *error)
{
    error->code = json->too_deep ? CP_CODE_YAML_LIMIT : CP_CODE_YAML_SYNTAX;
    error->message = cp_text_from(json->problem);
    cp_line_locate(text, (size_t)(json->cursor.at - text.data), &error->line, &error->column);
}

int cp_json_read(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *out_error)
{
    struct json json = {
        .tree = tree,
        .cursor = {text.data, text.data + text.length, text.data, 0, 1},
    };
    enum state state = STATE_DOCUMENT;

    while (state < STATE_END)
        state = step(&json, state);
    if (state == STATE_NO_MEMORY)
        return CALPOL_ERROR_NO_MEMORY;
    *out_error = (struct cp_yaml_error){.code = CP_CODE_NONE};
    if (state == STATE_FAILED)
        set_error(&json, text, out_error);
    return CALPOL_OK;
}
