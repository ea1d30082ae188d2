/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Effective labels (EV-17): lists, sorted sets, and each distinct set once.
 */
#include "compile/compiler.h"

#include "ruleset/lookup.h"

int cp_label_add(struct cp_compiler *compiler,
                 struct cp_label_list *list,
                 struct cp_text key,
                 struct cp_text value)
{
    struct cp_label *label = cp_array_push(compiler->work, &list->items);

    if (!label || !cp_intern_add(compiler->names, key, &label->key) ||
        !cp_intern_add(compiler->names, value, &label->value))
        return CALPOL_ERROR_NO_MEMORY;
    label->text = cp_intern_text(compiler->names, label->value);
    return CALPOL_OK;
}

static int compare_keys(const void *left, const void *right)
{
    const struct cp_label *a = left, *b = right;

    return (a->key > b->key) - (a->key < b->key);
}

int cp_labels_finish(struct cp_compiler *compiler,
                     struct cp_label_list *list,
                     struct cp_labels *out_labels)
{
    uint32_t count = 0;

    if (!cp_sort(list->items.items, list->items.count, sizeof(struct cp_label), compare_keys,
                 compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    /* The first of equal keys is the strongest. */
    for (uint32_t i = 0; i < list->items.count; i++) {
        if (!count || list->items.items[count - 1].key != list->items.items[i].key)
            list->items.items[count++] = list->items.items[i];
    }
    *out_labels = (struct cp_labels){list->items.items, count};
    return CALPOL_OK;
}

int cp_label_set_number(struct cp_compiler *compiler,
                        const struct cp_labels *labels,
                        uint32_t *out_set)
{
    const struct cp_index *index = &compiler->label_set_index;
    uint64_t hash = cp_labels_hash(labels);
    struct cp_label_set *set;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_set = cp_index_item(index, i);
        if (cp_labels_are_equal(&compiler->label_sets.items[*out_set].labels, labels))
            return CALPOL_OK;
    }
    *out_set = compiler->label_sets.count;
    set = cp_array_push(compiler->work, &compiler->label_sets);
    if (!set || !cp_index_add(&compiler->label_set_index, compiler->work, hash, *out_set))
        return CALPOL_ERROR_NO_MEMORY;
    *set = (struct cp_label_set){.labels.count = labels->count};
    set->labels.items =
        cp_arena_copy(compiler->arena, labels->items, labels->count * sizeof(*labels->items));
    return set->labels.items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}
