/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator hook, and malloc behind it when the caller has none.
 */
#include "base/allocator.h"

#include <assert.h>
#include <stdlib.h>

static void *heap_allocate(void *context, size_t size)
{
    (void)context;
    return malloc(size);
}

static void *heap_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    (void)context;
    (void)old_size;
    return realloc(pointer, new_size);
}

static void heap_release(void *context, void *pointer, size_t size)
{
    (void)context;
    (void)size;
    free(pointer);
}

struct calpol_allocator cp_allocator_or_default(const struct calpol_allocator *allocator)
{
    const struct calpol_allocator heap = {heap_allocate, heap_resize, heap_release, NULL};

    return allocator ? *allocator : heap;
}

/* Takes bytes from what is left. */
static bool take(struct cp_memory_limit *limit, size_t size)
{
    if (size > limit->left) {
        limit->exceeded = true;
        return false;
    }
    limit->left -= size;
    return true;
}

static void *limited_allocate(void *context, size_t size)
{
    struct cp_memory_limit *limit = context;
    void *block;

    if (!take(limit, size))
        return NULL;
    block = cp_allocate(&limit->inner, size);
    if (!block)
        limit->left += size;
    return block;
}

static void *limited_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    struct cp_memory_limit *limit = context;
    void *block;

    if (new_size > old_size && !take(limit, new_size - old_size))
        return NULL;
    block = cp_resize(&limit->inner, pointer, old_size, new_size);
    if (block && new_size < old_size)
        limit->left += old_size - new_size;
    if (!block && new_size > old_size)
        limit->left += new_size - old_size;
    return block;
}

static void limited_release(void *context, void *pointer, size_t size)
{
    struct cp_memory_limit *limit = context;

    limit->left += size;
    cp_release(&limit->inner, pointer, size);
}

struct calpol_allocator cp_limited_allocator(struct cp_memory_limit *limit)
{
    return (struct calpol_allocator){limited_allocate, limited_resize, limited_release, limit};
}

void *cp_allocate(const struct calpol_allocator *allocator, size_t size)
{
    assert(size > 0);
    return allocator->allocate(allocator->context, size);
}

void *cp_resize(const struct calpol_allocator *allocator,
                void *pointer,
                size_t old_size,
                size_t new_size)
{
    assert(new_size > 0);
    return allocator->resize(allocator->context, pointer, old_size, new_size);
}

void cp_release(const struct calpol_allocator *allocator, void *pointer, size_t size)
{
    if (pointer)
        allocator->release(allocator->context, pointer, size);
}
