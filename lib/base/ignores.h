/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Warnings and notes that the author of a file does not want to see.
 *
 *     spec:
 *       order: 10
 *       # calpol: ignore selects-nothing (the pods come with release 5)
 *       selector: app == 'next'
 *       egress: []  # calpol: ignore rules-inert, types-ambiguous
 *
 * Such a comment counts for its own line; one that stands alone, for the first line below it that
 * is no such comment. YAML comments are no part of a document, so they are looked for in the text:
 * once a source, and only where something is to be said about it.
 */
#ifndef CP_BASE_IGNORES_H
#define CP_BASE_IGNORES_H

#include "base/array.h"
#include "base/text.h"

/* A comment: the codes that it names, as written. */
struct cp_ignore {
    uint32_t line;
    bool alone; /* nothing but blanks is in front of it */
    struct cp_text codes;
};

/* Those of a text, by line. Several may be in one line. */
struct cp_ignores {
    CP_ARRAY(struct cp_ignore) items;
};

/* Finds the comments of a text, which must outlive *out_ignores. Lines are counted as cp_line_break
   has it. False: no memory. */
bool cp_ignores_read(struct cp_text text, struct cp_arena *arena, struct cp_ignores *out_ignores);

/* Do the comments ask not to hear of a code in a line? */
bool cp_ignores_hold(const struct cp_ignores *ignores, uint32_t line, const char *code);

/* Is a code in a list? Codes are joined by commas, blanks around them do not matter; the list ends
   where no comma follows, and whatever is behind it is a remark: "a, b because of c" is a and b. */
bool cp_codes_name(struct cp_text codes, const char *code);

#endif
