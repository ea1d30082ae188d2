/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading a generated cluster, with the time that each part of it takes.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "text.h"

#include "calpol/calpol.h"

struct cluster {
    calpol_ruleset *ruleset;
    double read, compile; /* milliseconds of the processor: from text to resources, from those to
                             the ruleset */
    size_t text_bytes,
        most_bytes; /* the latter: taken from the allocator at any moment of the load */
};

/* How much memory programs may take, and how much work. */
enum effort { EFFORT_USUAL, EFFORT_UNLIMITED };

/* Frees the text. Ends the program if the cluster does not load. */
struct cluster load_cluster(struct text *text, enum effort effort);

void free_cluster(struct cluster *cluster);

/* Prints a line of figures of the cluster itself. */
void print_cluster(const char *name, const struct cluster *cluster);

#endif
