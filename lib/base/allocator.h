/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator hook as the rest of the library sees it.
 *
 * Nothing but this file calls malloc. Whatever is allocated is released with the size it was
 * allocated with.
 */
#ifndef CP_BASE_ALLOCATOR_H
#define CP_BASE_ALLOCATOR_H

#include "calpol/base.h"

#include <stdbool.h>

/* The hook to use for a caller's hook: itself, or malloc for NULL. */
struct calpol_allocator cp_allocator_or_default(const struct calpol_allocator *allocator);

/* Of a hook: hands out no more than so many bytes at once. */
struct cp_memory_limit {
    struct calpol_allocator inner; /* the hook */
    uint64_t left;                 /* bytes that may still be handed out */
    bool exceeded;                 /* some block was refused because of this limit */
};

/* A hook that obeys the limit, which must outlive what is allocated, or released, through it. Blocks
   are the inner hook's: that may release them as well. */
struct calpol_allocator cp_limited_allocator(struct cp_memory_limit *limit);

/* Is it a whole hook, or NULL? Half an allocator is none. */
static inline bool cp_is_allocator(const struct calpol_allocator *allocator)
{
    return !allocator || (allocator->allocate && allocator->resize && allocator->release);
}

/* size bytes, not cleared; NULL if there is no memory. size is not 0. */
void *cp_allocate(const struct calpol_allocator *allocator, size_t size);

/* As realloc: on NULL the old block is untouched. */
void *cp_resize(const struct calpol_allocator *allocator,
                void *pointer,
                size_t old_size,
                size_t new_size);

/* pointer may be NULL. */
void cp_release(const struct calpol_allocator *allocator, void *pointer, size_t size);

#endif
