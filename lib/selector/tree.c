/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making nodes. A node and what it points to are one allocation.
 *
 *   leaf:  [ node | value ]      set:  [ node | values ... ]      join:  [ node | children ... ]
 */
#include "selector/selector.h"

#include "base/sort.h"

#include <assert.h>

struct value_node {
    struct cp_selector node;
    uint32_t values[];
};

struct parent_node {
    struct cp_selector node;
    const struct cp_selector *children[];
};

const struct cp_selector cp_selector_blank = {.type = CP_SELECTOR_ALL};

/* Room for a node and count items of size bytes behind it. */
static void *allocate_node(struct cp_arena *arena, size_t count, size_t size)
{
    if (count > (SIZE_MAX - sizeof(struct cp_selector)) / size)
        return NULL;
    return cp_arena_allocate(arena, sizeof(struct cp_selector) + count * size);
}

static struct value_node *new_value_node(struct cp_arena *arena,
                                         enum cp_selector_type type,
                                         uint32_t key,
                                         uint32_t count)
{
    struct value_node *made = allocate_node(arena, count, sizeof(made->values[0]));

    if (made)
        made->node =
            (struct cp_selector){.type = type, .key = key, .count = count, .values = made->values};
    return made;
}

const struct cp_selector *cp_selector_leaf(struct cp_arena *arena,
                                           enum cp_selector_type type,
                                           uint32_t key,
                                           uint32_t value)
{
    bool compares = type > CP_SELECTOR_HAS;
    struct value_node *made = new_value_node(arena, type, key, compares);

    if (!made)
        return NULL;
    if (compares)
        made->values[0] = value;
    return &made->node;
}

struct value {
    uint32_t id;
    struct cp_text text;
};

static int compare_values(const void *a, const void *b)
{
    return cp_text_compare(((const struct value *)a)->text, ((const struct value *)b)->text);
}

/* The values in the order of their texts; NULL if there is no memory. */
static struct value *sort_values(struct cp_arena *arena,
                                 const struct cp_intern *names,
                                 const uint32_t *values,
                                 uint32_t count)
{
    struct value *sorted = CP_NEW_ARRAY(arena, struct value, count);

    if (!sorted)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (struct value){values[i], cp_intern_text(names, values[i])};
    return cp_sort(sorted, count, sizeof(*sorted), compare_values, arena) ? sorted : NULL;
}

const struct cp_selector *cp_selector_set(struct cp_arena *arena,
                                          const struct cp_intern *names,
                                          enum cp_selector_type type,
                                          uint32_t key,
                                          const uint32_t *values,
                                          uint32_t count)
{
    const struct value *sorted = sort_values(arena, names, values, count);
    struct value_node *made = new_value_node(arena, type, key, count);
    uint32_t kept = 0;

    assert(type == CP_SELECTOR_IN || type == CP_SELECTOR_NOT_IN);
    if (!sorted || !made)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (kept == 0 || made->values[kept - 1] != sorted[i].id)
            made->values[kept++] = sorted[i].id;
    }
    made->node.count = kept;
    return &made->node;
}

const struct cp_selector *cp_selector_join(struct cp_arena *arena,
                                           enum cp_selector_type type,
                                           const struct cp_selector *const *children,
                                           uint32_t count)
{
    struct parent_node *made = allocate_node(arena, count, sizeof(*children));

    assert(type == CP_SELECTOR_NOT ? count == 1 : count > 0);
    if (!made)
        return NULL;
    made->node = (struct cp_selector){.type = type, .count = count, .children = made->children};
    memcpy(made->children, children, count * sizeof(*children));
    return &made->node;
}
