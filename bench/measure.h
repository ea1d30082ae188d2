/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Measuring: nanoseconds per flow, one at a time and in batches.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "calpol/calpol.h"

/* Nanoseconds of a clock that only goes forward; of one that goes while this process runs. */
uint64_t now(void);
uint64_t busy(void);

struct timings {
    double dependent;    /* mean, each flow chosen by the verdict before it */
    double median, late; /* p50 and p99 of single calls, without the cost of the clock */
    double batch16, batch1024;
};

/* Judges the flows again and again; count is a power of two. */
struct timings measure(const calpol_ruleset *ruleset,
                       const struct calpol_flow *flows,
                       uint32_t count);

/* Mean of one call of a function per flow, each depending on the one before. */
typedef uint32_t ask_flow(const void *context, const struct calpol_flow *flow);
double measure_function(ask_flow *ask,
                        const void *context,
                        const struct calpol_flow *flows,
                        uint32_t count);

/* Nanoseconds of one access in a walk from line to line at random through so much memory. */
double measure_chase(size_t bytes);

#endif
