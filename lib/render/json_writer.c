/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON.
 */
#include "render/json_writer.h"

static void begin(struct cp_json *json, const char *key)
{
    if (json->behind)
        cp_buffer_add_string(json->buffer, ", ");
    json->behind = true;
    if (key) {
        cp_buffer_add_json(json->buffer, cp_text_from(key));
        cp_buffer_add_string(json->buffer, ": ");
    }
}

void cp_json_open(struct cp_json *json, const char *key, char bracket)
{
    begin(json, key);
    cp_buffer_add_byte(json->buffer, bracket);
    json->behind = false;
}

void cp_json_close(struct cp_json *json, char bracket)
{
    cp_buffer_add_byte(json->buffer, bracket);
    json->behind = true;
}

void cp_json_text(struct cp_json *json, const char *key, struct cp_text text)
{
    begin(json, key);
    cp_buffer_add_json(json->buffer, text);
}

void cp_json_string(struct cp_json *json, const char *key, const char *string)
{
    cp_json_text(json, key, cp_text_from(string));
}

void cp_json_number(struct cp_json *json, const char *key, int64_t number)
{
    begin(json, key);
    cp_buffer_add_signed(json->buffer, number);
}

void cp_json_boolean(struct cp_json *json, const char *key, bool value)
{
    begin(json, key);
    cp_buffer_add_string(json->buffer, value ? "true" : "false");
}

void cp_json_null(struct cp_json *json, const char *key)
{
    begin(json, key);
    cp_buffer_add_string(json->buffer, "null");
}

void cp_json_text_or_null(struct cp_json *json, const char *key, struct cp_text text)
{
    if (text.length)
        cp_json_text(json, key, text);
    else
        cp_json_null(json, key);
}
