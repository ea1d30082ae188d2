/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bump allocation. Blocks double in size up to a limit, so small arenas stay small and large ones
 * have few blocks.
 *
 *   block: [ next | size | bytes ... ]
 */
#include "base/arena.h"

#include "base/pages.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define FIRST_BLOCK_BYTES ((size_t)4096)
#define LARGEST_BLOCK_BYTES ((size_t)1 << 20)

#if defined(__SANITIZE_ADDRESS__) || defined(CP_HARSH)
#define BLOCK_PER_ALLOCATION 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define BLOCK_PER_ALLOCATION 1
#endif
#endif
#ifndef BLOCK_PER_ALLOCATION
#define BLOCK_PER_ALLOCATION 0
#endif

struct cp_arena_block {
    struct cp_arena_block *next;
    size_t size; /* bytes behind this header */
    _Alignas(max_align_t) unsigned char bytes[];
};

void cp_arena_init(struct cp_arena *arena, const struct calpol_allocator *allocator)
{
    arena->allocator = cp_allocator_or_default(allocator);
    arena->blocks = NULL;
    arena->used = 0;
    arena->total = 0;
}

void cp_arena_finish(struct cp_arena *arena)
{
    struct cp_arena_block *block = arena->blocks;

    while (block) {
        struct cp_arena_block *next = block->next;

        cp_release(&arena->allocator, block, sizeof(*block) + block->size);
        block = next;
    }
    arena->blocks = NULL;
    arena->used = 0;
    arena->total = 0;
}

void cp_arena_rewind(struct cp_arena *arena)
{
    struct cp_arena rest = *arena;

    if (BLOCK_PER_ALLOCATION || !arena->blocks) {
        cp_arena_finish(arena);
        return;
    }
    rest.blocks = arena->blocks->next;
    arena->blocks->next = NULL;
    arena->used = 0;
    arena->total = sizeof(*arena->blocks) + arena->blocks->size;
    cp_arena_finish(&rest);
}

void cp_arena_adopt(struct cp_arena *arena, struct cp_arena *other)
{
    struct cp_arena_block *last = other->blocks;

    if (!last)
        return;
    while (last->next)
        last = last->next;
    if (arena->blocks) {
        last->next = arena->blocks->next;
        arena->blocks->next = other->blocks;
    } else {
        arena->blocks = other->blocks;
        arena->used = other->used;
    }
    arena->total += other->total;
    other->blocks = NULL;
    other->used = 0;
    other->total = 0;
}

/* Size of the next block, so that size bytes fit. */
static size_t next_block_size(const struct cp_arena *arena, size_t size)
{
    size_t wanted = FIRST_BLOCK_BYTES;

    if (BLOCK_PER_ALLOCATION)
        return size;
    if (arena->blocks)
        wanted = arena->blocks->size * 2;
    if (wanted > LARGEST_BLOCK_BYTES)
        wanted = LARGEST_BLOCK_BYTES;
    return wanted > size ? wanted : size;
}

static bool add_block(struct cp_arena *arena, size_t size)
{
    size_t block_size = next_block_size(arena, size);
    struct cp_arena_block *block;

    if (block_size > SIZE_MAX - sizeof(*block))
        return false;
    block = cp_allocate(&arena->allocator, sizeof(*block) + block_size);
    if (!block)
        return false;
    block->next = arena->blocks;
    block->size = block_size;
    arena->blocks = block;
    arena->used = 0;
    arena->total += sizeof(*block) + block_size;
    return true;
}

void *cp_arena_allocate(struct cp_arena *arena, size_t size)
{
    const size_t alignment = _Alignof(max_align_t);
    void *bytes;

    if (size > SIZE_MAX - alignment)
        return NULL;
    /* Nothing takes nothing, but where each allocation is a block. Rounding up is left out under
       sanitizers, so that one byte too many is noticed. */
    if (BLOCK_PER_ALLOCATION && !size)
        size = 1;
    if (!BLOCK_PER_ALLOCATION)
        size = (size + alignment - 1) / alignment * alignment;
    if (BLOCK_PER_ALLOCATION || !arena->blocks || size > arena->blocks->size - arena->used) {
        if (!add_block(arena, size))
            return NULL;
    }
    bytes = arena->blocks->bytes + arena->used;
    arena->used += size;
    return bytes;
}

static void *zeroed(struct cp_arena *arena, size_t count, size_t size, bool is_large)
{
    void *bytes;

    assert(size > 0);
    if (count > SIZE_MAX / size)
        return NULL;
    bytes = cp_arena_allocate(arena, count * size);
    if (bytes && is_large)
        cp_pages_prefer_large(bytes, count * size);
    if (bytes)
        memset(bytes, 0, count * size);
    return bytes;
}

void *cp_arena_zeroed(struct cp_arena *arena, size_t count, size_t size)
{
    return zeroed(arena, count, size, false);
}

void *cp_arena_zeroed_large(struct cp_arena *arena, size_t count, size_t size)
{
    return zeroed(arena, count, size, true);
}

void *cp_arena_copy(struct cp_arena *arena, const void *bytes, size_t size)
{
    void *copy = cp_arena_allocate(arena, size);

    if (copy && size)
        memcpy(copy, bytes, size);
    return copy;
}

char *cp_arena_text(struct cp_arena *arena, const char *text, size_t length)
{
    char *copy = length < SIZE_MAX ? cp_arena_allocate(arena, length + 1) : NULL;

    if (!copy)
        return NULL;
    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}
