/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tree of keys.
 */
#include "compile/class_tree.h"

#include "base/sort.h"
#include "ruleset/ruleset.h"

static uint32_t parent_of(const struct cp_class_tree *tree, uint32_t key)
{
    return tree->keys.items.items[key].numbers[0];
}

static struct cp_tuple tags_of(const struct cp_class_tree *tree, uint32_t key)
{
    const struct cp_tuple *tuple = &tree->keys.items.items[key];

    return (struct cp_tuple){tuple->numbers + 1, tuple->count - 1};
}

int cp_class_tree_init(struct cp_class_tree *tree, struct cp_arena *work)
{
    const uint32_t root[1] = {CP_NONE};
    uint32_t key;

    *tree = (struct cp_class_tree){.work = work};
    cp_tuples_init(&tree->keys, work);
    return cp_tuples_add(&tree->keys, root, 1, &key, NULL) ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* ---- Keys ------------------------------------------------------------------------------------ */

static bool adds(struct cp_tuple tags, uint32_t tag)
{
    uint32_t low = 0, high = tags.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (tags.numbers[middle] == tag)
            return true;
        if (tags.numbers[middle] < tag)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* Networks are at most as deep in each other as addresses have bits, and so are keys. */
static bool has_tag(const struct cp_class_tree *tree, uint32_t key, uint32_t tag)
{
    for (; key != CP_NONE; key = parent_of(tree, key)) {
        if (adds(tags_of(tree, key), tag))
            return true;
    }
    return false;
}

int cp_class_tree_add(struct cp_class_tree *tree,
                      uint32_t parent,
                      const uint32_t *tags,
                      uint32_t tag_count,
                      uint32_t *out_key)
{
    uint32_t *numbers, count = 1;

    tree->scratch.count = 0;
    if (tag_count == UINT32_MAX || !cp_array_reserve(tree->work, &tree->scratch, tag_count + 1))
        return CALPOL_ERROR_NO_MEMORY;
    numbers = tree->scratch.items;
    numbers[0] = parent;
    for (uint32_t i = 0; i < tag_count; i++) {
        bool is_repeated = i > 0 && tags[i] == tags[i - 1];

        if (!is_repeated && !has_tag(tree, parent, tags[i]))
            numbers[count++] = tags[i];
    }
    *out_key = parent;
    if (count == 1)
        return CALPOL_OK;
    return cp_tuples_add(&tree->keys, numbers, count, out_key, NULL) ? CALPOL_OK
                                                                     : CALPOL_ERROR_NO_MEMORY;
}

/* ---- Classes --------------------------------------------------------------------------------- */

/* A key with what siblings are sorted by. */
struct sibling {
    uint32_t parent, key;
    struct cp_tuple tags;
};

static int compare_siblings(const void *left, const void *right)
{
    const struct sibling *a = left, *b = right;

    if (a->parent != b->parent)
        return a->parent < b->parent ? -1 : 1;
    for (uint32_t i = 0; i < a->tags.count && i < b->tags.count; i++) {
        if (a->tags.numbers[i] != b->tags.numbers[i])
            return a->tags.numbers[i] < b->tags.numbers[i] ? -1 : 1;
    }
    return (a->tags.count > b->tags.count) - (a->tags.count < b->tags.count);
}

/* All keys but the root by parent, then by tags; first_child has one more entry than keys. */
static struct sibling *sort_siblings(struct cp_class_tree *tree, uint32_t *first_child)
{
    uint32_t count = tree->keys.items.count, child = 0;
    struct sibling *siblings = CP_NEW_ARRAY(tree->work, struct sibling, count);

    if (!siblings)
        return NULL;
    for (uint32_t key = 1; key < count; key++)
        siblings[key - 1] = (struct sibling){parent_of(tree, key), key, tags_of(tree, key)};
    if (!cp_sort(siblings, count - 1, sizeof(*siblings), compare_siblings, tree->work))
        return NULL;
    for (uint32_t key = 0; key <= count; key++) {
        while (child < count - 1 && siblings[child].parent < key)
            child++;
        first_child[key] = child;
    }
    return siblings;
}

/* Numbers keys in the order of a walk that takes children behind their parent. next holds where each
   key's walk stands. */
static void number_keys(struct cp_class_tree *tree,
                        const struct sibling *siblings,
                        const uint32_t *first_child,
                        uint32_t *next)
{
    uint32_t key = CP_CLASS_ROOT, count = 1;

    memcpy(next, first_child, tree->keys.items.count * sizeof(*next));
    tree->classes[key] = 0;
    tree->ordered[0] = key;
    while (key != CP_NONE) {
        if (next[key] < first_child[key + 1]) {
            key = siblings[next[key]++].key;
            tree->ordered[count] = key;
            tree->classes[key] = count++;
        } else {
            tree->ends[key] = count;
            key = parent_of(tree, key);
        }
    }
}

static int number_classes(struct cp_class_tree *tree)
{
    size_t count = tree->keys.items.count;
    uint32_t *first_child = CP_NEW_ARRAY(tree->work, uint32_t, count + 1);
    uint32_t *next = CP_NEW_ARRAY(tree->work, uint32_t, count);
    struct sibling *siblings = first_child ? sort_siblings(tree, first_child) : NULL;

    tree->classes = CP_NEW_ARRAY(tree->work, uint32_t, count);
    tree->ends = CP_NEW_ARRAY(tree->work, uint32_t, count);
    tree->ordered = CP_NEW_ARRAY(tree->work, uint32_t, count);
    if (!next || !siblings || !tree->classes || !tree->ends || !tree->ordered)
        return CALPOL_ERROR_NO_MEMORY;
    number_keys(tree, siblings, first_child, next);
    return CALPOL_OK;
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static int list_ranges(struct cp_class_tree *tree, uint32_t tag_count)
{
    uint32_t count = tree->keys.items.count, total = 0;
    uint32_t *next = CP_NEW_ARRAY(tree->work, uint32_t, (size_t)tag_count + 1);

    tree->first = CP_NEW_ARRAY(tree->work, uint32_t, (size_t)tag_count + 1);
    if (!next || !tree->first)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t key = 0; key < count; key++) {
        struct cp_tuple tags = tags_of(tree, key);

        for (uint32_t i = 0; i < tags.count; i++)
            next[tags.numbers[i]]++;
    }
    for (uint32_t tag = 0; tag <= tag_count; tag++) {
        tree->first[tag] = total;
        total += next[tag];
        next[tag] = tree->first[tag];
    }
    tree->ranges = CP_NEW_ARRAY(tree->work, struct cp_range, total);
    if (!tree->ranges)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t c = 0; c < count; c++) {
        struct cp_tuple tags = tags_of(tree, tree->ordered[c]);

        for (uint32_t i = 0; i < tags.count; i++)
            tree->ranges[next[tags.numbers[i]]++] =
                (struct cp_range){c, tree->ends[tree->ordered[c]]};
    }
    return CALPOL_OK;
}

int cp_class_tree_finish(struct cp_class_tree *tree, uint32_t tag_count)
{
    int status = number_classes(tree);

    return status ? status : list_ranges(tree, tag_count);
}
