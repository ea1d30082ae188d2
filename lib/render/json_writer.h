/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing JSON on one line, so that nobody else counts commas.
 *
 *     cp_json_open(&json, "egress", '{');
 *     cp_json_text(&json, "tier", tier);
 *     cp_json_close(&json, '}');
 *
 * key is the name of a member; NULL inside a list and at the top.
 */
#ifndef CP_RENDER_JSON_WRITER_H
#define CP_RENDER_JSON_WRITER_H

#include "base/buffer.h"

struct cp_json {
    struct cp_buffer *buffer;
    bool behind; /* something stands in front: the next thing needs a comma */
};

void cp_json_open(struct cp_json *json, const char *key, char bracket);
void cp_json_close(struct cp_json *json, char bracket);
void cp_json_text(struct cp_json *json, const char *key, struct cp_text text);
void cp_json_string(struct cp_json *json, const char *key, const char *string);
void cp_json_number(struct cp_json *json, const char *key, int64_t number);
void cp_json_boolean(struct cp_json *json, const char *key, bool value);
void cp_json_null(struct cp_json *json, const char *key);

/* The text, or null if it is empty. */
void cp_json_text_or_null(struct cp_json *json, const char *key, struct cp_text text);

#endif
