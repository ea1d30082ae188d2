/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text from bytes: a grammar says what can stand where, and each byte makes one choice. So a fuzzer
 * that changes bytes changes meaning, and never writes nonsense.
 */
#ifndef FUZZ_GRAMMAR_H
#define FUZZ_GRAMMAR_H

#include "base/buffer.h"

/* Bytes that are used up one after another; behind the last one all are zero. */
struct choices {
    const uint8_t *data;
    size_t size, used;
};

#define MOST_ALTERNATIVES 12

/* One symbol. The first alternative is what is left to choose when the bytes are used up: it must
   come to an end. In alternatives "<name>" is the symbol of that name, and "<#>" a number that only
   goes up. */
struct symbol {
    const char *name;
    const char *alternatives[MOST_ALTERNATIVES];
};

/* A number below limit, which is at most 256. */
uint32_t choose(struct choices *choices, uint32_t limit);

/* Writes a symbol; symbols end with one without a name. */
void write_symbol(const struct symbol *symbols,
                  const char *name,
                  struct choices *choices,
                  struct cp_buffer *buffer);

#endif
