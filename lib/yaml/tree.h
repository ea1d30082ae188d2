/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building trees: what the readers of YAML and of JSON have in common.
 *
 * Children of open collections wait on a stack, keys and values alike; when a collection is closed
 * its children are copied to the arena at their exact number, and it becomes a child itself:
 *
 *     nodes   [ key value key value | item item item ]
 *     frames    ^ mapping             ^ sequence in it
 *
 * Exceeding a limit spoils the document: from then on only frames are kept, until its end.
 */
#ifndef CP_YAML_TREE_H
#define CP_YAML_TREE_H

#include "yaml/document.h"

/* What ended the reading of a source early. */
struct cp_yaml_error {
    enum cp_code code; /* CP_CODE_NONE: nothing did */
    struct cp_text message;
    uint32_t line, column;
};

#define CP_TREE_NO_ANCHOR UINT32_MAX
#define CP_TREE_RECENT_TEXTS 256u

struct cp_tree_frame {
    struct cp_node node;      /* the collection, without its children */
    uint32_t first;           /* its first child on the stack */
    uint32_t height;          /* of the collections below it, itself included */
    uint32_t anchor;          /* which definition of an anchor it is; CP_TREE_NO_ANCHOR */
    bool has_merge;           /* a key is marked as "<<" */
    uint64_t expanded_before; /* nodes of the document up to and with this one */
};

struct cp_tree {
    struct cp_arena *arena;       /* for what stays */
    struct cp_arena *collections; /* for items and members: the same, or passing */
    struct cp_arena passing;      /* for those of a document, if there is a visitor */
    const struct cp_document_visitor
        *visitor; /* takes documents out of the list; NULL: none does */
    uint32_t visited_count;
    struct cp_arena scratch; /* stacks, gone at the end */
    const struct cp_yaml_limits *limits;
    struct cp_documents *documents;
    uint32_t first_document;  /* of this source in documents */
    uint32_t quick_documents; /* those that libyaml was not needed for, empty ones too */

    CP_ARRAY(struct cp_node) nodes;
    CP_ARRAY(struct cp_tree_frame) frames;
    struct cp_node discarded;                    /* where nodes of a spoilt document are written */
    struct cp_text recent[CP_TREE_RECENT_TEXTS]; /* short texts by hash, to be shared */

    /* Of the current document. */
    uint64_t written;  /* nodes, an alias being one */
    uint64_t expanded; /* nodes, an alias being all that it stands for */
    uint64_t merged;   /* members looked at by merges */
    uint8_t limit;     /* enum cp_limit: the one that was exceeded first */
    uint32_t limit_line, limit_column;
};

void cp_tree_init(struct cp_tree *tree,
                  struct cp_arena *arena,
                  const struct cp_yaml_limits *limits,
                  struct cp_documents *documents);
void cp_tree_finish(struct cp_tree *tree);

/* Documents of a tree that was just initialised go to a visitor. */
void cp_tree_set_visitor(struct cp_tree *tree, const struct cp_document_visitor *visitor);

/* Spoils the document; the first limit stays. */
void cp_tree_spoil(struct cp_tree *tree, enum cp_limit limit, uint32_t line, uint32_t column);

/* A new child of the collection that was opened last, or the root: cleared but for its place, to be
   filled in. Valid until the next call; NULL: no memory. */
struct cp_node *cp_tree_add(struct cp_tree *tree, uint32_t line, uint32_t column);

/* A copy of text for a node that was added; NULL: no memory. */
const char *cp_tree_text(struct cp_tree *tree, const char *text, size_t length);

/* Marks the key that was added last as a merge key; at the close its value is merged. */
void cp_tree_mark_merge(struct cp_tree *tree);

/* Opens a collection: node has type, flaw and place. CALPOL_OK, CALPOL_ERROR_NO_MEMORY. */
int cp_tree_open(struct cp_tree *tree, const struct cp_node *node);

/* Closes the collection that was opened last. A mapping's keys are judged and merges are applied.
   out_frame (may be NULL) is the frame with the node complete; not written if the document is
   spoilt. CALPOL_OK, CALPOL_ERROR_NO_MEMORY. */
int cp_tree_close(struct cp_tree *tree, struct cp_tree_frame *out_frame);

/* Adds a finished node, with its collections height deep, that stands for size nodes: an alias. */
int cp_tree_add_alias(struct cp_tree *tree,
                      const struct cp_node *node,
                      uint32_t height,
                      uint64_t size);

/* Ends a document, all of whose collections are closed unless it is spoilt. Its root goes to the
   documents unless it is null. CALPOL_OK, CALPOL_ERROR_NO_MEMORY. */
int cp_tree_end_document(struct cp_tree *tree);

/* Forgets what there is of the document that is being read. */
void cp_tree_forget_document(struct cp_tree *tree);

/* Hands the documents that are read to the visitor, if there is one. again: see struct cp_document,
   of the only document; empty if trees are to stay. What the visitor returns. */
int cp_tree_hand_over(struct cp_tree *tree, struct cp_text again, uint32_t line);

/* The nesting that the next collection would have: 1 for a root. */
static inline uint32_t cp_tree_depth(const struct cp_tree *tree)
{
    return tree->frames.count + 1;
}

/* Number of the document that is being read. */
static inline uint32_t cp_tree_document(const struct cp_tree *tree)
{
    return tree->visited_count + tree->documents->items.count - tree->first_document;
}

/* Are that many nodes too many for what is written? (resources.md 2.4: up to a million at will, or
   ten times as many as written.) */
static inline bool cp_tree_is_expansion(const struct cp_tree *tree, uint64_t count)
{
    return count > 1000000 && count / 10 > tree->written;
}

#endif
