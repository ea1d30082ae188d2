/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What selectors demand: labels of which a label set must have one for the selector to hold. Internal
 * to compile/.
 */
#ifndef CP_COMPILE_DEMANDS_H
#define CP_COMPILE_DEMANDS_H

#include "base/tuples.h"
#include "compile/compiler.h"

/* In how many label sets a label is, about. */
struct cp_label_counts {
    struct cp_tuples labels;   /* key and value; CP_INTERN_NONE: any value */
    CP_ARRAY(uint32_t) counts; /* parallel */
};

/* CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_count_labels(const struct cp_compiler *compiler, struct cp_label_counts *counts);

/* How many labels a selector may demand one of. */
#define CP_MOST_DEMANDED 32u

/* Every label set that a selector holds for has one of these labels. count 0: it demands nothing.
   value is CP_INTERN_NONE for "any value". */
struct cp_demand {
    struct {
        uint32_t key, value;
    } labels[CP_MOST_DEMANDED];
    uint32_t count;
    uint64_t commonness; /* how many label sets have one of them, at most */
};

/* The rarest demand that can be found. NULL is the selector of everything. */
struct cp_demand cp_find_demand(const struct cp_label_counts *counts,
                                const struct cp_selector *tree);

#endif
