/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From an image to a ruleset: the ruleset itself is copied out of it, all else stays where it is.
 */
#include "ruleset/image.h"

/* What is in no image. */
static void set_absent(struct calpol_ruleset *ruleset, const struct calpol_allocator *allocator)
{
    atomic_init(&ruleset->references, 1);
    ruleset->allocator = *allocator;
    cp_arena_init(&ruleset->arena, allocator);
    ruleset->root = NULL;
    ruleset->piece = NULL;
    ruleset->rules = NULL;
    ruleset->kept = NULL;
    ruleset->basis = NULL;
    ruleset->exemplars = (struct cp_exemplars){.items = NULL};
    ruleset->label_set_index = (struct cp_index){.entries = NULL};
    ruleset->names.arena = &ruleset->arena;
    ruleset->names.base = NULL;
    ruleset->names.base_count = 0;
    ruleset->names.texts.capacity = ruleset->names.texts.count;
    ruleset->owner_trie.arena = &ruleset->arena;
    ruleset->node_trie.arena = &ruleset->arena;
    ruleset->service_trie.arena = &ruleset->arena;
}

int cp_image_open(struct cp_mapping *image,
                  const struct calpol_allocator *allocator,
                  struct calpol_ruleset **out_ruleset,
                  struct cp_buffer *message)
{
    struct cp_image_header header;
    const struct calpol_ruleset *root;
    struct calpol_ruleset *ruleset;
    int status = cp_image_read_header(image->bytes, image->size, &header, message);
    bool is_moved;

    if (status)
        return status;
    is_moved = header.base != (uintptr_t)image->bytes;
    if (is_moved && !cp_mapping_unlock(image))
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_image_check(image->bytes, image->size, allocator, &root, message);
    if (status)
        return status;
    ruleset = cp_allocate(allocator, sizeof(*ruleset));
    if (!ruleset || (is_moved && !cp_mapping_lock(image))) {
        cp_release(allocator, ruleset, sizeof(*ruleset));
        return CALPOL_ERROR_NO_MEMORY;
    }
    memcpy(ruleset, root, sizeof(*ruleset));
    set_absent(ruleset, allocator);
    ruleset->image = *image;
    *out_ruleset = ruleset;
    return CALPOL_OK;
}
