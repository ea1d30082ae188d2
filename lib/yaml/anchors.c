/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The anchors of a document. A name may be defined again, any number of times; the latest counts.
 */
#include "yaml/anchors.h"

void cp_anchors_clear(struct cp_anchors *anchors)
{
    anchors->items.count = 0;
    anchors->definitions.count = 0;
    /* Emptying a large index for each of many small documents would take long. */
    anchors->index = (struct cp_index){0};
}

/* The seed is an address, which the author of a hostile file does not know. */
static uint64_t hash_name(const struct cp_anchors *anchors, struct cp_text name)
{
    return cp_hash_text(name, (uint64_t)(uintptr_t)anchors);
}

struct cp_anchor *cp_anchors_find(const struct cp_anchors *anchors, struct cp_text name)
{
    uint64_t hash = hash_name(anchors, name);

    for (uint32_t i = cp_index_first(&anchors->index, hash); i != CP_INDEX_END;
         i = cp_index_next(&anchors->index, i)) {
        struct cp_anchor *anchor = &anchors->items.items[cp_index_item(&anchors->index, i)];

        if (cp_text_equal(anchor->name, name))
            return anchor;
    }
    return NULL;
}

static struct cp_anchor *add(struct cp_anchors *anchors,
                             struct cp_arena *arena,
                             struct cp_text name)
{
    const char *copy = cp_arena_text(arena, name.data, name.length);
    struct cp_anchor *anchor = cp_array_push(arena, &anchors->items);

    if (!copy || !anchor)
        return NULL;
    *anchor = (struct cp_anchor){.name = cp_text_make(copy, name.length)};
    if (!cp_index_add(&anchors->index, arena, hash_name(anchors, name), anchors->items.count - 1))
        return NULL;
    return anchor;
}

bool cp_anchors_open(struct cp_anchors *anchors,
                     struct cp_arena *arena,
                     struct cp_text name,
                     uint32_t *out_definition)
{
    struct cp_anchor *anchor = cp_anchors_find(anchors, name);
    uint32_t *definition = cp_array_push(arena, &anchors->definitions);

    if (!anchor)
        anchor = add(anchors, arena, name);
    if (!anchor || !definition)
        return false;
    *definition = (uint32_t)(anchor - anchors->items.items);
    anchor->definition = anchors->definitions.count - 1;
    anchor->is_open = true;
    *out_definition = anchor->definition;
    return true;
}

void cp_anchors_close(struct cp_anchors *anchors,
                      uint32_t definition,
                      const struct cp_node *node,
                      uint32_t height,
                      uint64_t size)
{
    struct cp_anchor *anchor = &anchors->items.items[anchors->definitions.items[definition]];

    if (anchor->definition != definition)
        return;
    anchor->node = *node;
    anchor->height = height;
    anchor->size = size;
    anchor->is_open = false;
}
