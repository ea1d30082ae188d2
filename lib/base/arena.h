/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bump allocation: many small things that all go at once.
 *
 * A load has two arenas, work and ruleset (style.md: memory); a query and a trace have one each.
 * Nothing in an arena is freed on its own. Under AddressSanitizer each allocation is a block of its
 * own, so that an overrun inside a block does not go unseen.
 */
#ifndef CP_BASE_ARENA_H
#define CP_BASE_ARENA_H

#include "base/allocator.h"

#include <stdbool.h>

struct cp_arena_block;

struct cp_arena {
    struct calpol_allocator allocator;
    struct cp_arena_block *blocks; /* newest first */
    size_t used;                   /* bytes handed out of the newest block */
    size_t total;                  /* bytes taken from the allocator */
};

/* allocator is copied; NULL is malloc. An arena that is never used allocates nothing. */
void cp_arena_init(struct cp_arena *arena, const struct calpol_allocator *allocator);

/* Releases everything. The arena may be used again. */
void cp_arena_finish(struct cp_arena *arena);

/* Takes back everything that was handed out, but keeps the newest block for what comes next. */
void cp_arena_rewind(struct cp_arena *arena);

/* Takes over what was allocated from another arena of the same allocator, which is empty then. */
void cp_arena_adopt(struct cp_arena *arena, struct cp_arena *other);

/* size bytes aligned for any type, not cleared; NULL if there is no memory. size may be 0; what comes next
   may be at the same address then. */
void *cp_arena_allocate(struct cp_arena *arena, size_t size);

/* count items of size bytes, cleared; NULL if there is no memory or the product overflows. */
void *cp_arena_zeroed(struct cp_arena *arena, size_t count, size_t size);

/* The same for what is read here and there: on large pages, if it is large. */
void *cp_arena_zeroed_large(struct cp_arena *arena, size_t count, size_t size);

/* A copy of size bytes. */
void *cp_arena_copy(struct cp_arena *arena, const void *bytes, size_t size);

/* A copy of length bytes with a NUL behind it. */
char *cp_arena_text(struct cp_arena *arena, const char *text, size_t length);

/* One cleared item, count cleared items, by type. */
#define CP_NEW(arena, type) ((type *)cp_arena_zeroed((arena), 1, sizeof(type)))
#define CP_NEW_ARRAY(arena, type, count) ((type *)cp_arena_zeroed((arena), (count), sizeof(type)))

#endif
