/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors as trees, and as programs that match.
 *
 * A tree is what the text says, node for node (selectors.md 1.2); it is printed, combined and
 * compared. A program is a tree made ready for matching: a list of terms with jumps, no stack, no
 * allocation. Nothing here recurses on the depth of the input.
 *
 * Keys and values are numbers of one intern table per load, so equal texts are equal numbers.
 */
#ifndef CP_SELECTOR_SELECTOR_H
#define CP_SELECTOR_SELECTOR_H

#include "base/buffer.h"
#include "base/intern.h"

enum cp_selector_type {
    CP_SELECTOR_ALL,
    CP_SELECTOR_GLOBAL,
    CP_SELECTOR_HAS,
    CP_SELECTOR_EQUAL,
    CP_SELECTOR_NOT_EQUAL,
    CP_SELECTOR_IN,
    CP_SELECTOR_NOT_IN,
    CP_SELECTOR_CONTAINS,
    CP_SELECTOR_STARTS_WITH,
    CP_SELECTOR_ENDS_WITH,
    CP_SELECTOR_NOT,
    CP_SELECTOR_AND,
    CP_SELECTOR_OR
};

/* A node. Trees are immutable, may share nodes and may be of any depth. */
struct cp_selector {
    enum cp_selector_type type;
    uint32_t key;           /* HAS and comparisons */
    uint32_t count;         /* of values or children */
    const uint32_t *values; /* comparisons: one; sets: any number, ascending by bytes, unique */
    const struct cp_selector *const *children; /* NOT: one; AND, OR: at least one */
};

static inline bool cp_selector_is_leaf(const struct cp_selector *node)
{
    return node->type < CP_SELECTOR_NOT;
}

/* What a text of blanks only parses to: an ALL, known by its address. Alone it is like all(), but
   Calico pastes texts together, and "( )" does not parse (selectors.md 4.2, 4.6). */
extern const struct cp_selector cp_selector_blank;

/* Why a text is no selector; names as in selectors.md 1.4. */
enum cp_selector_error {
    CP_SELECTOR_OK,
    CP_SELECTOR_UNTERMINATED_STRING,
    CP_SELECTOR_EXPECTED_EQEQ,
    CP_SELECTOR_EXPECTED_ANDAND,
    CP_SELECTOR_EXPECTED_OROR,
    CP_SELECTOR_EXPECTED_OPERATOR,
    CP_SELECTOR_EXPECTED_IDENTIFIER,
    CP_SELECTOR_LABEL_TOO_LONG,
    CP_SELECTOR_UNCLOSED_HAS,
    CP_SELECTOR_UNCLOSED_ALL,
    CP_SELECTOR_UNCLOSED_GLOBAL,
    CP_SELECTOR_UNEXPECTED_EOF,
    CP_SELECTOR_EXPECTED_COMPARISON,
    CP_SELECTOR_EXPECTED_STRING,
    CP_SELECTOR_EXPECTED_SET,
    CP_SELECTOR_EXPECTED_RBRACE,
    CP_SELECTOR_EXPECTED_RPAREN,
    CP_SELECTOR_UNEXPECTED_TOKEN,
    CP_SELECTOR_TRAILING_CONTENT
};

struct cp_selector_problem {
    enum cp_selector_error error;
    size_t offset; /* bytes from the start of the text */
};

/* "expected_operator" and the like; and a line for people: "expected an operator such as == or in
   behind the label". */
const char *cp_selector_error_name(enum cp_selector_error error);
const char *cp_selector_error_text(enum cp_selector_error error);

/*
 * Parses a text (selectors.md 1), in time that grows with its length. CALPOL_OK;
 * CALPOL_ERROR_INVALID_INPUT with *out_problem set; CALPOL_ERROR_NO_MEMORY. Nodes go to arena,
 * texts to names.
 */
int cp_selector_parse(struct cp_text text,
                      struct cp_arena *arena,
                      struct cp_intern *names,
                      const struct cp_selector **out_selector,
                      struct cp_selector_problem *out_problem);

/* Is the text exactly one global(), blanks around it allowed (selectors.md 3.4)? */
bool cp_selector_text_is_global(struct cp_text text);

/* Appends the canonical text (selectors.md 5.1). */
int cp_selector_print(const struct cp_selector *selector,
                      const struct cp_intern *names,
                      struct cp_arena *scratch,
                      struct cp_buffer *buffer);

/* The same with a prefix before each key, as namespace and service account selectors get one
   (selectors.md 4.3). */
int cp_selector_print_prefixed(const struct cp_selector *selector,
                               const struct cp_intern *names,
                               struct cp_text prefix,
                               struct cp_arena *scratch,
                               struct cp_buffer *buffer);

/* Building blocks, for converters. NULL: no memory. values are copied, sorted and made unique by
   cp_selector_set. children are copied; there is at least one. */
const struct cp_selector *cp_selector_leaf(struct cp_arena *arena,
                                           enum cp_selector_type type,
                                           uint32_t key,
                                           uint32_t value);
const struct cp_selector *cp_selector_set(struct cp_arena *arena,
                                          const struct cp_intern *names,
                                          enum cp_selector_type type,
                                          uint32_t key,
                                          const uint32_t *values,
                                          uint32_t count);
const struct cp_selector *cp_selector_join(struct cp_arena *arena,
                                           enum cp_selector_type type,
                                           const struct cp_selector *const *children,
                                           uint32_t count);

#endif
