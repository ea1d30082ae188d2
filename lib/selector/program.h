/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching: a selector as a list of terms with jumps, and the labels it is run on.
 *
 * Each term tests one label and says which term comes next for yes and for no; NOT, AND and OR are
 * gone into the jumps. So matching needs neither stack nor memory, stops at the first term that
 * settles the answer, and takes at most as many steps as there are terms.
 */
#ifndef CP_SELECTOR_PROGRAM_H
#define CP_SELECTOR_PROGRAM_H

#include "selector/selector.h"

/* One label. key is interned in the ruleset's names; labels whose key is not are left out, since no
   selector names them. value is CP_INTERN_NONE when it is not interned: it then equals no constant
   of a selector, and text serves the comparisons of parts. */
struct cp_label {
    uint32_t key;
    uint32_t value;
    struct cp_text text;
};

/* Sorted by key, each key once. */
struct cp_labels {
    const struct cp_label *items;
    uint32_t count;
};

/* Jump targets beside term numbers. */
#define CP_TERM_YES UINT32_MAX
#define CP_TERM_NO (UINT32_MAX - 1)

struct cp_term {
    enum cp_selector_type type; /* HAS, EQUAL, IN, CONTAINS, STARTS_WITH, ENDS_WITH: the others are
                                   these with jumps exchanged, ALL and GLOBAL are always yes */
    uint32_t key;
    uint32_t value_count;
    uint32_t value;         /* EQUAL: the value, which is where the term is */
    const uint32_t *values; /* EQUAL: one; IN: ascending numbers; text operators: one */
    uint32_t on_yes, on_no; /* a later term, or CP_TERM_YES, CP_TERM_NO */
};

/* Every term can be reached from start, which is term 0; or there are no terms and start is
   CP_TERM_YES or CP_TERM_NO. */
struct cp_program {
    const struct cp_term *terms;
    uint32_t term_count;
    uint32_t start;
};

/* Compiles a tree; everything the program points to is in arena. NULL selects everything. CALPOL_OK
   or CALPOL_ERROR_NO_MEMORY. */
int cp_program_make(const struct cp_selector *selector,
                    struct cp_arena *arena,
                    struct cp_arena *scratch,
                    struct cp_program *out_program);

/* Does the selector hold for the labels? Any number of threads at once. */
bool cp_program_matches(const struct cp_program *program,
                        const struct cp_intern *names,
                        const struct cp_labels *labels);

/* The label of a key, or NULL. */
const struct cp_label *cp_labels_find(const struct cp_labels *labels, uint32_t key);

#endif
