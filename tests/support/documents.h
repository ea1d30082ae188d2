/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading YAML and JSON for a test, and trees as short text to compare with.
 */
#ifndef TESTS_SUPPORT_DOCUMENTS_H
#define TESTS_SUPPORT_DOCUMENTS_H

#include "base/buffer.h"
#include "yaml/document.h"

struct parsed {
    struct cp_arena arena;
    struct calpol_diagnostics diagnostics;
    struct cp_source source;
    struct cp_documents documents;
};

/* The limits that calpol_load_options_init() sets, but for bytes. */
extern const struct cp_yaml_limits usual_limits;

/* Reads a text. Memory failure fails the test. Must not move afterwards. */
void parse_documents(struct parsed *parsed, struct cp_text text);
void parse_limited(struct parsed *parsed, struct cp_text text, const struct cp_yaml_limits *limits);
void finish_parsed(struct parsed *parsed);

/* The root of a document that must be there and not have failed. */
const struct cp_node *root_of(const struct parsed *parsed, uint32_t index);

/*
 * Appends a tree in one line:
 *   null  true  false  int(0x10)  float(1.5)  "text"  [item, item]  {"key": value}
 * and behind a node what is wrong with it: !tag !key !repeated
 */
void write_tree(struct cp_buffer *buffer, const struct cp_node *node);

/* All documents of a text, " --- " between them; a failed one is "failed". Diagnostics are not
   shown, but for one that ended the reading: "error" at the end. */
void write_documents(struct cp_buffer *buffer, const struct parsed *parsed);

/* Fails the test unless a text reads as these documents, in the form of write_documents. */
void expect_documents(struct cp_text text, const char *expected);

/* Fails the test unless there is exactly one diagnostic, of this code, at this place. Returns it.
 */
const struct cp_diagnostic *expect_diagnostic(const struct parsed *parsed,
                                              enum cp_code code,
                                              uint32_t line,
                                              uint32_t column);

#endif
