/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interned texts.
 */
#include "base/intern.h"

void cp_intern_init(struct cp_intern *intern, struct cp_arena *arena)
{
    *intern = (struct cp_intern){.arena = arena};
}

void cp_intern_init_over(struct cp_intern *intern,
                         const struct cp_intern *base,
                         struct cp_arena *arena)
{
    *intern = (struct cp_intern){
        .arena = arena,
        .base = base,
        .base_count = cp_intern_count(base),
    };
}

/* Among the texts behind those of the base. */
static uint32_t find_own(const struct cp_intern *intern, struct cp_text text, uint64_t hash)
{
    const struct cp_index *index = &intern->index;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        uint32_t id = cp_index_item(index, i);

        if (cp_text_equal(intern->texts.items[id], text))
            return intern->base_count + id;
    }
    return CP_INTERN_NONE;
}

static uint32_t find_hashed(const struct cp_intern *intern, struct cp_text text, uint64_t hash)
{
    uint32_t id = CP_INTERN_NONE;

    for (; intern && id == CP_INTERN_NONE; intern = intern->base)
        id = find_own(intern, text, hash);
    return id;
}

uint32_t cp_intern_find(const struct cp_intern *intern, struct cp_text text)
{
    return find_hashed(intern, text, cp_hash_text(text, 0));
}

bool cp_intern_add(struct cp_intern *intern, struct cp_text text, uint32_t *out_id)
{
    uint64_t hash = cp_hash_text(text, 0);
    uint32_t id = find_hashed(intern, text, hash);
    struct cp_text *slot;
    char *copy;

    if (id != CP_INTERN_NONE) {
        *out_id = id;
        return true;
    }
    if (cp_intern_count(intern) >= CP_INTERN_NONE - 1)
        return false;
    copy = cp_arena_text(intern->arena, text.data, text.length);
    if (!copy || !cp_array_reserve(intern->arena, &intern->texts, 1))
        return false;
    id = cp_intern_count(intern);
    if (!cp_index_add(&intern->index, intern->arena, hash, intern->texts.count))
        return false;
    slot = &intern->texts.items[intern->texts.count++];
    *slot = cp_text_make(copy, text.length);
    *out_id = id;
    return true;
}
