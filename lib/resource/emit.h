/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes mappings, lists and scalars as YAML or JSON, piece by piece.
 *
 *     cp_emit_map(&emitter, "metadata");
 *     cp_emit_text(&emitter, "name", name);
 *     cp_emit_end(&emitter);
 *
 * Inside a list key is NULL. Failure sticks to the buffer.
 */
#ifndef CP_RESOURCE_EMIT_H
#define CP_RESOURCE_EMIT_H

#include "base/buffer.h"

enum cp_emit_form {
    CP_EMIT_YAML, /* block style, texts quoted where they must be */
    CP_EMIT_JSON  /* one line */
};

/* Far more than any resource is deep. */
#define CP_EMIT_DEEPEST 16u

struct cp_emit_level {
    bool is_list;
    bool has_items;
    bool goes_on;    /* YAML: the first item stands on the line that is begun */
    uint32_t indent; /* YAML: of the items */
};

struct cp_emitter {
    struct cp_buffer *buffer;
    enum cp_emit_form form;
    uint32_t depth; /* levels in use; 0: nothing is open */
    struct cp_emit_level levels[CP_EMIT_DEEPEST];
};

void cp_emitter_init(struct cp_emitter *emitter, enum cp_emit_form form, struct cp_buffer *buffer);

/* Opens a mapping or a list; the first one is the document. */
void cp_emit_map(struct cp_emitter *emitter, const char *key);
void cp_emit_list(struct cp_emitter *emitter, const char *key);

/* Closes what was opened last. */
void cp_emit_end(struct cp_emitter *emitter);

void cp_emit_text(struct cp_emitter *emitter, const char *key, struct cp_text text);
void cp_emit_string(struct cp_emitter *emitter, const char *key, const char *string);
void cp_emit_boolean(struct cp_emitter *emitter, const char *key, bool value);
void cp_emit_integer(struct cp_emitter *emitter, const char *key, int64_t value);
void cp_emit_number(struct cp_emitter *emitter, const char *key, double value);

/* A text under a key that is data, as in a map of labels. */
void cp_emit_pair(struct cp_emitter *emitter, struct cp_text key, struct cp_text value);

#endif
