/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The anchors of a document: names of nodes, for aliases.
 */
#ifndef CP_YAML_ANCHORS_H
#define CP_YAML_ANCHORS_H

#include "base/array.h"
#include "base/hash.h"
#include "yaml/node.h"

struct cp_anchor {
    struct cp_text name;
    struct cp_node node; /* once it is closed */
    uint64_t size;       /* nodes that it stands for */
    uint32_t height;     /* of its collections */
    uint32_t definition; /* number of the definition that counts, the latest */
    bool is_open;        /* still being read: an alias would be inside its own anchor */
};

struct cp_anchors {
    CP_ARRAY(struct cp_anchor) items; /* one of each name */
    CP_ARRAY(uint32_t) definitions;   /* the item that each definition is of */
    struct cp_index index;
};

/* Forgets all anchors, at the end of a document. */
void cp_anchors_clear(struct cp_anchors *anchors);

/* Opens a new definition of an anchor, whose number is out_definition. False: no memory. */
bool cp_anchors_open(struct cp_anchors *anchors,
                     struct cp_arena *arena,
                     struct cp_text name,
                     uint32_t *out_definition);

/* Completes a definition, unless another one of the same name was opened meanwhile. */
void cp_anchors_close(struct cp_anchors *anchors,
                      uint32_t definition,
                      const struct cp_node *node,
                      uint32_t height,
                      uint64_t size);

/* The anchor of a name; NULL if there is none. Valid until the next one is opened. */
struct cp_anchor *cp_anchors_find(const struct cp_anchors *anchors, struct cp_text name);

#endif
