/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Birth, sharing and end of a ruleset.
 */
#include "ruleset/ruleset.h"

#include <assert.h>

struct calpol_ruleset *cp_ruleset_new(const struct calpol_allocator *allocator)
{
    struct calpol_allocator hook = cp_allocator_or_default(allocator);
    struct calpol_ruleset *ruleset = cp_allocate(&hook, sizeof(*ruleset));

    if (!ruleset)
        return NULL;
    *ruleset = (struct calpol_ruleset){.allocator = hook};
    atomic_init(&ruleset->references, 1);
    cp_arena_init(&ruleset->arena, &hook);
    cp_intern_init(&ruleset->names, &ruleset->arena);
    cp_options_init(&ruleset->options);
    return ruleset;
}

void cp_ruleset_set_allocator(struct calpol_ruleset *ruleset,
                              const struct calpol_allocator *allocator)
{
    ruleset->allocator = *allocator;
    ruleset->arena.allocator = *allocator;
}

struct calpol_ruleset *cp_ruleset_ref(struct calpol_ruleset *ruleset)
{
    /* Who takes a reference has one already, so no order is needed. */
    if (ruleset)
        atomic_fetch_add_explicit(&ruleset->references, 1, memory_order_relaxed);
    return ruleset;
}

void cp_ruleset_unref(struct calpol_ruleset *ruleset)
{
    struct calpol_allocator hook;

    if (!ruleset)
        return;
    assert(atomic_load_explicit(&ruleset->references, memory_order_relaxed) > 0);
    /* All use by other threads happens before the end. */
    if (atomic_fetch_sub_explicit(&ruleset->references, 1, memory_order_acq_rel) != 1)
        return;
    hook = ruleset->allocator;
    cp_kept_finish(ruleset->kept);
    cp_arena_finish(&ruleset->arena);
    cp_mapping_finish(&ruleset->image, &hook);
    cp_release(&hook, ruleset, sizeof(*ruleset));
}

bool cp_label_set_lists(const struct cp_label_set *set, uint32_t selector)
{
    uint32_t low = 0, high = set->selector_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (set->selectors[middle] == selector)
            return true;
        if (set->selectors[middle] < selector)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
