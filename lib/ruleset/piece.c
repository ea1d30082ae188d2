/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pieces in a row.
 */
#include "ruleset/piece.h"

struct cp_piece *cp_piece_new(const struct calpol_allocator *allocator, struct cp_piece *before)
{
    struct cp_piece *piece = cp_allocate(allocator, sizeof(*piece));

    if (!piece)
        return NULL;
    *piece = (struct cp_piece){
        .allocator = *allocator,
        .before = before,
        .number = before ? before->number + 1 : 0,
    };
    atomic_init(&piece->references, 1);
    cp_arena_init(&piece->arena, allocator);
    if (before)
        atomic_fetch_add_explicit(&before->references, 1, memory_order_relaxed);
    return piece;
}

void cp_piece_set_allocator(struct cp_piece *piece, const struct calpol_allocator *allocator)
{
    piece->allocator = *allocator;
    piece->arena.allocator = *allocator;
}

void cp_piece_unref(struct cp_piece *piece)
{
    /* All use by other threads happens before the end. */
    while (piece && atomic_fetch_sub_explicit(&piece->references, 1, memory_order_acq_rel) == 1) {
        const struct calpol_allocator hook = piece->allocator;
        struct cp_piece *before = piece->before;

        cp_arena_finish(&piece->arena);
        cp_release(&hook, piece, sizeof(*piece));
        piece = before;
    }
}
