/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A document as a tree of nodes with positions: what YAML and JSON text come down to.
 *
 * Scalars are typed already (resources.md 2.1 for YAML, JSON's own types for JSON) and keep their
 * text. Aliases are resolved by sharing: the node is a copy with the alias's position, its children
 * are the anchor's. Merge keys are applied.
 *
 * Flaws (a bad tag, a repeated key, a key that is no text) are marked, not reported, because they
 * are nobody's business in documents and fields that are not read (resources.md 3.2): the reader
 * reports those it comes by.
 */
#ifndef CP_YAML_NODE_H
#define CP_YAML_NODE_H

#include "base/text.h"

enum cp_node_type {
    CP_NODE_NULL,
    CP_NODE_BOOLEAN,
    CP_NODE_INTEGER, /* fits int64 or uint64 */
    CP_NODE_FLOAT,   /* any other number, .inf and .nan included */
    CP_NODE_TEXT,
    CP_NODE_SEQUENCE,
    CP_NODE_MAPPING
};

enum cp_node_style { CP_STYLE_PLAIN, CP_STYLE_QUOTED, CP_STYLE_BLOCK };

enum cp_flaw {
    CP_FLAW_NONE,
    CP_FLAW_TAG,      /* unsupported tag, or the value does not fit its tag: code yaml-tag */
    CP_FLAW_KEY,      /* on a mapping: a key that is no text, or a bad merge: code yaml-key */
    CP_FLAW_DUPLICATE /* on a member's key: given before: code yaml-duplicate-key */
};

struct cp_node {
    uint8_t type;   /* enum cp_node_type */
    uint8_t style;  /* enum cp_node_style; PLAIN for collections */
    uint8_t flaw;   /* enum cp_flaw */
    bool verbatim;  /* a scalar whose text stands in the source byte for byte, on one line: behind
                       the opening quote if quoted. Then offsets in it are columns. */
    bool boolean;   /* of a BOOLEAN */
    bool deep_flaw; /* some node below (or this one) has a flaw */
    uint32_t line, column; /* from 1, columns in characters */
    uint32_t length;       /* bytes of text (scalars, as written), items or members */
    uint32_t tag;          /* of a member's key that is text: cp_key_tag(), else 0 */
    union {
        const char *text; /* scalars; not NUL-terminated; NUL bytes may lie inside */
        const struct cp_node *items;
        const struct cp_member *members;
    };
};

struct cp_member {
    struct cp_node key; /* TEXT, unless the mapping has CP_FLAW_KEY */
    struct cp_node value;
};

/* The text of a scalar. */
static inline struct cp_text cp_node_text(const struct cp_node *node)
{
    return cp_text_make(node->text, node->length);
}

static inline bool cp_node_is_scalar(const struct cp_node *node)
{
    return node->type != CP_NODE_SEQUENCE && node->type != CP_NODE_MAPPING;
}

/* What a few bytes of a key come to: keys with different tags differ. Names of fields have theirs
   made by the compiler, so that looking for one compares numbers only. */
static inline uint32_t cp_key_tag(struct cp_text key)
{
    const unsigned char *bytes = (const unsigned char *)key.data;

    if (!key.length)
        return 0;
    return (uint32_t)(key.length & 0xff) | (uint32_t)bytes[0] << 8 |
           (uint32_t)bytes[key.length / 2] << 16 | (uint32_t)bytes[key.length - 1] << 24;
}

/* The value of a key, the last one if it is repeated; NULL if there is none or node is no mapping.
 */
const struct cp_node *cp_node_member(const struct cp_node *node, struct cp_text key);

/* The member itself, for who wants the place of its key; NULL as above. */
const struct cp_member *cp_node_find(const struct cp_node *node, struct cp_text key);

/* The same for a key whose tag is at hand. */
const struct cp_member *cp_node_find_tagged(const struct cp_node *node,
                                            struct cp_text key,
                                            uint32_t tag);

/* "null", "a boolean", "a number", "text", "a list", "a mapping": for messages. */
const char *cp_node_type_text(const struct cp_node *node);

/* The value of an INTEGER; false if it does not fit. An integral FLOAT counts. */
bool cp_node_integer(const struct cp_node *node, int64_t *out_value);

/* The value of an INTEGER or a finite FLOAT. */
bool cp_node_number(const struct cp_node *node, double *out_value);

#endif
