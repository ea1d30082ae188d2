/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that grows, and random numbers from a fixed seed: what the generators of benchmarks share.
 */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include <stddef.h>
#include <stdint.h>

struct text {
    char *data;
    size_t length, capacity;
};

/* Appends as printf does. Ends the program if there is no memory. */
void text_add(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text *text);

/* The next random number below limit; the seed is changed. */
uint32_t below(uint64_t *seed, uint32_t limit);

/* Memory, or the end of the program. */
void *need(size_t count, size_t size);

#endif
