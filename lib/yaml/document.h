/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to trees, for YAML (stream.h) and JSON (json.h).
 *
 * JSON text (its first non-blank byte is "{" or "[" and it parses as JSON) is read as JSON: no YAML
 * typing, surrogate pairs joined, several values after one another allowed. Everything else is YAML.
 * Both make the same nodes, keep positions and obey the same limits. A byte order mark is
 * skipped, UTF-16 with one is converted; positions are those of the characters either way.
 */
#ifndef CP_YAML_DOCUMENT_H
#define CP_YAML_DOCUMENT_H

#include "base/diagnostic.h"
#include "yaml/node.h"

struct cp_yaml_limits {
    uint64_t max_bytes; /* of the text; 0: any */
    uint32_t max_depth; /* of nested collections */
    uint32_t max_nodes; /* of one document with aliases expanded; 0: any */
};

enum cp_limit {
    CP_LIMIT_NONE,
    CP_LIMIT_DEPTH,     /* nesting */
    CP_LIMIT_NODES,     /* number of nodes */
    CP_LIMIT_ALIASES,   /* aliases expand it too much (resources.md 2.4) */
    CP_LIMIT_RECURSION, /* an alias inside its own anchor */
};

struct cp_document {
    struct cp_node root;  /* of a failed document: null, at the place where it failed */
    uint32_t number;      /* within the source, from 0; empty and null documents are not counted */
    bool failed;          /* a limit was exceeded in it: reported, its tree is not to be used */
    uint8_t limit;        /* enum cp_limit: which */
    struct cp_text again; /* a short text that gives the same tree (cp_document_read_again), if the
                             tree does not stay; else empty */
    uint32_t line;        /* lines of the source before that */
};

struct cp_documents {
    CP_ARRAY(struct cp_document) items;
};

/*
 * Reads all documents of a source into arena and appends them. Texts of nodes may lie in the source's,
 * which must live as long as they are used. Syntax errors (yaml-syntax, which
 * ends the stream; documents before it stay) and limits (yaml-limit) are reported to diagnostics,
 * everything else is marked in the nodes. CALPOL_OK whatever the text is like, or
 * CALPOL_ERROR_NO_MEMORY.
 */
int cp_documents_read(const struct cp_source *source,
                      const struct cp_yaml_limits *limits,
                      struct cp_arena *arena,
                      struct calpol_diagnostics *diagnostics,
                      struct cp_documents *documents);

/* Takes one document; CALPOL_OK, or what ends the reading. */
struct cp_document_visitor {
    int (*visit)(void *context, const struct cp_document *document);
    void *context;
};

/*
 * The same with each document handed to a visitor as soon as it is read. The trees of short documents
 * go when they were visited, so that a long stream does not need memory for all of them at once; their
 * texts stay. out_count is the number of documents. Returns what the visitor returned as well.
 */
int cp_documents_visit(const struct cp_source *source,
                       const struct cp_yaml_limits *limits,
                       struct cp_arena *arena,
                       struct calpol_diagnostics *diagnostics,
                       const struct cp_document_visitor *visitor,
                       uint32_t *out_count);

/* Reads the tree of a document again, into an arena. False: no memory. */
bool cp_document_read_again(struct cp_text again,
                            uint32_t line,
                            struct cp_arena *arena,
                            struct cp_node *out_root);

#endif
