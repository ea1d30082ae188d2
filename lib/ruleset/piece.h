/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an update adds to a ruleset. Rulesets that were made one of the other share the pieces of those
 * before them, so nothing that stays is copied.
 */
#ifndef CP_RULESET_PIECE_H
#define CP_RULESET_PIECE_H

#include "base/arena.h"

#include <stdatomic.h>

struct cp_piece {
    atomic_uint_fast32_t references;
    struct calpol_allocator allocator;
    struct cp_piece *before; /* with a reference; NULL: the first behind a load */
    uint32_t number;         /* of pieces before */
    uint32_t rule_numbers;   /* of the load and of all pieces up to here: so many */
    size_t total;            /* bytes of all pieces up to here */
    struct cp_arena arena;
};

/* A piece with one reference, behind another one or NULL, on which it takes a reference. NULL: no
   memory. */
struct cp_piece *cp_piece_new(const struct calpol_allocator *allocator, struct cp_piece *before);

/* Sets the hook that releases the piece and serves it later. */
void cp_piece_set_allocator(struct cp_piece *piece, const struct calpol_allocator *allocator);

/* One reference less; the last one frees, and drops that on the piece before. NULL is fine. */
void cp_piece_unref(struct cp_piece *piece);

#endif
