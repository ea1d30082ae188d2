/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON as trees, and whether a result holds what is expected of it. For programs that are no Check
 * tests.
 */
#ifndef TESTS_SUPPORT_COMPARE_H
#define TESTS_SUPPORT_COMPARE_H

#include "base/buffer.h"
#include "yaml/node.h"

/* The one value of a file or text; NULL: it cannot be read. The arena owns it. */
const struct cp_node *parse_file(struct cp_arena *arena, const char *path);
const struct cp_node *parse_json(struct cp_arena *arena, const char *text);

/* A member; NULL if there is none, it is null, or mapping is NULL. */
const struct cp_node *member_of(const struct cp_node *mapping, const char *name);

/* A tree as JSON text. */
const char *print_node(struct cp_arena *arena, const struct cp_node *node);

/*
 * Does an answer hold what is expected (evaluation.md, chapter 16)? A key that is expected must be
 * there and equal, at every depth; null is the same as absent; other keys do not matter. stages are
 * a mapping in expectations and a list in answers. Differences are written to report, a line each.
 */
bool compare_answer(const struct cp_node *expected,
                    const struct cp_node *answer,
                    const char *path,
                    struct cp_buffer *report);

#endif
