/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing YAML and JSON.
 */
#include "resource/emit.h"

#include "yaml/scalar.h"

#include <assert.h>

void cp_emitter_init(struct cp_emitter *emitter, enum cp_emit_form form, struct cp_buffer *buffer)
{
    *emitter = (struct cp_emitter){.buffer = buffer, .form = form};
}

/* Can a text stand in YAML without quotes, and still be a text? Careful rather than complete. */
static bool is_plain(struct cp_text text)
{
    bool boolean;

    for (size_t i = 0; i < text.length; i++) {
        char byte = cp_lower(text.data[i]);
        bool is_word = cp_is_digit(byte) || (byte >= 'a' && byte <= 'z');

        if (!is_word && byte != '/' && (i == 0 || (byte != '-' && byte != '_' && byte != '.')))
            return false;
    }
    return text.length && cp_scalar_type(text, &boolean) == CP_NODE_TEXT;
}

/* Selectors are easier to read in single quotes, which need no escapes. */
static bool is_for_single_quotes(struct cp_text text)
{
    bool has_escaped = false;

    for (size_t i = 0; i < text.length; i++) {
        char byte = text.data[i];

        if (byte < ' ' || byte > '~' || byte == '\'')
            return false;
        has_escaped = has_escaped || byte == '"' || byte == '\\';
    }
    return has_escaped;
}

static void add_scalar(struct cp_emitter *emitter, struct cp_text text)
{
    if (emitter->form == CP_EMIT_YAML && is_plain(text)) {
        cp_buffer_add(emitter->buffer, text);
    } else if (emitter->form == CP_EMIT_YAML && is_for_single_quotes(text)) {
        cp_buffer_add_byte(emitter->buffer, '\'');
        cp_buffer_add(emitter->buffer, text);
        cp_buffer_add_byte(emitter->buffer, '\'');
    } else {
        cp_buffer_add_json(emitter->buffer, text);
    }
}

/* What stands in front of an item: separator or indentation, then its key. */
static void begin_item_of(struct cp_emitter *emitter, const struct cp_text *key)
{
    struct cp_buffer *buffer = emitter->buffer;
    struct cp_emit_level *level;

    if (emitter->depth == 0)
        return;
    level = &emitter->levels[emitter->depth - 1];
    assert(level->is_list == !key);
    if (emitter->form == CP_EMIT_JSON) {
        if (level->has_items)
            cp_buffer_add_byte(buffer, ',');
    } else if (level->has_items || !level->goes_on) {
        if (!level->has_items)
            cp_buffer_add_byte(buffer, '\n');
        cp_buffer_add_spaces(buffer, level->indent);
    }
    level->has_items = true;
    if (key) {
        add_scalar(emitter, *key);
        cp_buffer_add_byte(buffer, ':');
    } else if (emitter->form == CP_EMIT_YAML) {
        cp_buffer_add_byte(buffer, '-');
    }
}

static void begin_item(struct cp_emitter *emitter, const char *key)
{
    struct cp_text text = cp_text_from(key);

    begin_item_of(emitter, key ? &text : NULL);
}

static void begin_scalar(struct cp_emitter *emitter, const char *key)
{
    begin_item(emitter, key);
    if (emitter->form == CP_EMIT_YAML)
        cp_buffer_add_byte(emitter->buffer, ' ');
}

static void end_scalar(struct cp_emitter *emitter)
{
    if (emitter->form == CP_EMIT_YAML)
        cp_buffer_add_byte(emitter->buffer, '\n');
}

/*
 * Where the items of a new collection stand in YAML. One in a list begins on the line of its dash;
 * a list under a key is not indented any further, a mapping is.
 */
static void open(struct cp_emitter *emitter, const char *key, bool is_list)
{
    struct cp_emit_level level = {.is_list = is_list, .goes_on = true};

    if (emitter->depth > 0) {
        const struct cp_emit_level *outer = &emitter->levels[emitter->depth - 1];

        level.goes_on = outer->is_list;
        level.indent = outer->indent + (outer->is_list || !is_list ? 2 : 0);
    }
    begin_item(emitter, key);
    if (emitter->form == CP_EMIT_JSON)
        cp_buffer_add_byte(emitter->buffer, is_list ? '[' : '{');
    else if (emitter->depth > 0 && level.goes_on)
        cp_buffer_add_byte(emitter->buffer, ' ');
    assert(emitter->depth < CP_EMIT_DEEPEST);
    emitter->levels[emitter->depth++] = level;
}

void cp_emit_map(struct cp_emitter *emitter, const char *key)
{
    open(emitter, key, false);
}

void cp_emit_list(struct cp_emitter *emitter, const char *key)
{
    open(emitter, key, true);
}

void cp_emit_end(struct cp_emitter *emitter)
{
    const struct cp_emit_level *level = &emitter->levels[--emitter->depth];

    if (emitter->form == CP_EMIT_JSON) {
        cp_buffer_add_byte(emitter->buffer, level->is_list ? ']' : '}');
    } else if (!level->has_items) {
        if (!level->goes_on)
            cp_buffer_add_byte(emitter->buffer, ' ');
        cp_buffer_add_string(emitter->buffer, level->is_list ? "[]\n" : "{}\n");
    }
}

void cp_emit_text(struct cp_emitter *emitter, const char *key, struct cp_text text)
{
    begin_scalar(emitter, key);
    add_scalar(emitter, text);
    end_scalar(emitter);
}

void cp_emit_string(struct cp_emitter *emitter, const char *key, const char *string)
{
    cp_emit_text(emitter, key, cp_text_from(string));
}

void cp_emit_boolean(struct cp_emitter *emitter, const char *key, bool value)
{
    begin_scalar(emitter, key);
    cp_buffer_add_string(emitter->buffer, value ? "true" : "false");
    end_scalar(emitter);
}

void cp_emit_integer(struct cp_emitter *emitter, const char *key, int64_t value)
{
    begin_scalar(emitter, key);
    cp_buffer_add_signed(emitter->buffer, value);
    end_scalar(emitter);
}

void cp_emit_number(struct cp_emitter *emitter, const char *key, double value)
{
    begin_scalar(emitter, key);
    cp_buffer_add_double(emitter->buffer, value);
    end_scalar(emitter);
}

void cp_emit_pair(struct cp_emitter *emitter, struct cp_text key, struct cp_text value)
{
    begin_item_of(emitter, &key);
    if (emitter->form == CP_EMIT_YAML)
        cp_buffer_add_byte(emitter->buffer, ' ');
    add_scalar(emitter, value);
    end_scalar(emitter);
}
