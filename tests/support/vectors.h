/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading test vectors: files in tests/vectors/, JSON through the library's own reader.
 *
 * What is not as expected fails the test that asks.
 */
#ifndef TESTS_SUPPORT_VECTORS_H
#define TESTS_SUPPORT_VECTORS_H

#include "yaml/document.h"

/* The one document of a file, a list or a mapping. The arena owns it. */
const struct cp_node *read_vectors(struct cp_arena *arena, const char *name);

/* A member that is there and not null; NULL else. */
const struct cp_node *find_member(const struct cp_node *mapping, const char *name);

/* The text of a member that must be there, a text. It ends with a NUL. */
struct cp_text member_text(const struct cp_node *mapping, const char *name);

/* The same of a member that may be missing or null: NULL then. */
const char *member_string(const struct cp_node *mapping, const char *name);

bool member_boolean(const struct cp_node *mapping, const char *name);
size_t member_size(const struct cp_node *mapping, const char *name);

/* A list that must be there. */
const struct cp_node *member_list(const struct cp_node *mapping, const char *name);

#endif
