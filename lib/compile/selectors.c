/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each distinct selector once.
 */
#include "compile/compiler.h"

/* Among those that an update begins with: the indexed ones, and those that earlier updates added. */
static bool find_known(const struct cp_compiler *compiler,
                       struct cp_text text,
                       uint64_t hash,
                       uint32_t *out_selector)
{
    const struct cp_index *index = compiler->known_selector_index;

    if (!index)
        return false;
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_selector = cp_index_item(index, i);
        if (cp_text_equal(compiler->known_selectors[*out_selector].text, text))
            return true;
    }
    for (*out_selector = compiler->indexed_selector_count;
         *out_selector < compiler->known_selector_count; ++*out_selector) {
        if (cp_text_equal(compiler->known_selectors[*out_selector].text, text))
            return true;
    }
    return false;
}

int cp_selector_number(struct cp_compiler *compiler,
                       const struct cp_selector *tree,
                       uint32_t *out_selector)
{
    const struct cp_index *index = &compiler->selector_index;
    struct cp_selector_entry *entry;
    const struct cp_selector **slot;
    struct cp_buffer text;
    uint64_t hash;

    cp_buffer_init(&text, compiler->work);
    if (!tree)
        cp_buffer_add_string(&text, "all()");
    else if (cp_selector_print(tree, compiler->names, compiler->work, &text))
        return CALPOL_ERROR_NO_MEMORY;
    if (text.failed)
        return CALPOL_ERROR_NO_MEMORY;
    hash = cp_hash_text(cp_buffer_text(&text), 0);
    if (find_known(compiler, cp_buffer_text(&text), hash, out_selector))
        return CALPOL_OK;
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        uint32_t late = cp_index_item(index, i);

        *out_selector = compiler->known_selector_count + late;
        if (cp_text_equal(compiler->selectors.items[late].text, cp_buffer_text(&text)))
            return CALPOL_OK;
    }
    *out_selector = compiler->known_selector_count + compiler->selectors.count;
    entry = cp_array_push(compiler->work, &compiler->selectors);
    slot = cp_array_push(compiler->work, &compiler->selector_trees);
    if (!entry || !slot ||
        !cp_index_add(&compiler->selector_index, compiler->work, hash,
                      compiler->selectors.count - 1))
        return CALPOL_ERROR_NO_MEMORY;
    *entry = (struct cp_selector_entry){0};
    *slot = tree;
    if (cp_keep_text(compiler, cp_buffer_text(&text), &entry->text))
        return CALPOL_ERROR_NO_MEMORY;
    return cp_program_make(tree, compiler->arena, compiler->work, &entry->program);
}
