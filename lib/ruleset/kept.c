/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that rulesets share.
 */
#include "ruleset/kept.h"

struct cp_kept_text *cp_kept_text_new(const struct calpol_allocator *allocator,
                                      const char *name,
                                      struct cp_text text)
{
    size_t name_length = strlen(name), size = sizeof(struct cp_kept_text) + name_length + 2;
    struct cp_kept_text *kept;
    char *bytes;

    if (text.length > SIZE_MAX - size)
        return NULL;
    size += text.length;
    kept = cp_allocate(allocator, size);
    if (!kept)
        return NULL;
    *kept = (struct cp_kept_text){.allocator = *allocator, .size = size};
    atomic_init(&kept->references, 1);
    bytes = (char *)(kept + 1);
    memcpy(bytes, name, name_length + 1);
    kept->name = bytes;
    bytes += name_length + 1;
    if (text.length)
        memcpy(bytes, text.data, text.length);
    bytes[text.length] = '\0';
    kept->text = cp_text_make(bytes, text.length);
    return kept;
}

struct cp_kept_text *cp_kept_text_ref(struct cp_kept_text *text)
{
    atomic_fetch_add_explicit(&text->references, 1, memory_order_relaxed);
    return text;
}

void cp_kept_text_unref(struct cp_kept_text *text)
{
    struct calpol_allocator allocator;

    /* All use by other threads happens before the end. */
    if (atomic_fetch_sub_explicit(&text->references, 1, memory_order_acq_rel) != 1)
        return;
    allocator = text->allocator;
    cp_release(&allocator, text, text->size);
}

static bool copy_text(struct cp_arena *arena, struct cp_text text, struct cp_text *out_text)
{
    const char *bytes = cp_arena_text(arena, text.data, text.length);

    *out_text = cp_text_make(bytes, text.length);
    return bytes != NULL;
}

bool cp_removal_copy(struct cp_arena *arena,
                     const struct cp_removal *removal,
                     struct cp_removal *out_removal)
{
    out_removal->round = removal->round;
    return copy_text(arena, removal->identity, &out_removal->identity) &&
           copy_text(arena, removal->namespace_name, &out_removal->namespace_name) &&
           copy_text(arena, removal->name, &out_removal->name);
}

void cp_kept_finish(const struct cp_kept *kept)
{
    for (uint32_t i = 0; kept && i < kept->input_count; i++)
        cp_kept_text_unref(kept->inputs[i].text);
}
