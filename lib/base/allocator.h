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

/* The hook to use for a caller's hook: itself, or malloc for NULL. */
struct calpol_allocator cp_allocator_or_default(const struct calpol_allocator *allocator);

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
