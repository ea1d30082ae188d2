/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Birth, sharing and end of a ruleset.
 */
#include "ruleset/ruleset.h"

#include <assert.h>
#include <stddef.h>

const struct cp_entity cp_entity_any = {
    .selector = CP_NONE,
    .not_selector = CP_NONE,
    .service = CP_NONE,
};

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

/* Names keep their numbers: the root's, then those that updates added. */
static bool copy_names(struct cp_intern *names,
                       const struct calpol_ruleset *old,
                       const struct calpol_ruleset *root,
                       struct cp_arena *arena)
{
    uint32_t count = old == root ? 0 : old->names.texts.count, number;

    cp_intern_init_over(names, &root->names, arena);
    for (uint32_t i = 0; i < count; i++) {
        if (!cp_intern_add(names, old->names.texts.items[i], &number))
            return false;
    }
    return true;
}

struct calpol_ruleset *cp_ruleset_over(const struct calpol_allocator *allocator,
                                       struct calpol_ruleset *old)
{
    const size_t common = offsetof(struct calpol_ruleset, dialect);
    struct calpol_ruleset *root = old->root ? old->root : old;
    struct calpol_ruleset *ruleset = cp_ruleset_new(allocator);

    if (!ruleset)
        return NULL;
    memcpy((unsigned char *)ruleset + common, (const unsigned char *)old + common,
           sizeof(*ruleset) - common);
    ruleset->rules = NULL;
    ruleset->kept = NULL;
    ruleset->image = (struct cp_mapping){0};
    ruleset->root = cp_ruleset_ref(root);
    ruleset->piece = cp_piece_new(allocator, old->piece);
    if (!ruleset->piece || !copy_names(&ruleset->names, old, root, &ruleset->piece->arena)) {
        cp_ruleset_unref(ruleset);
        return NULL;
    }
    ruleset->piece->rule_numbers = old->piece ? old->piece->rule_numbers : root->rule_count;
    return ruleset;
}

void cp_ruleset_set_allocator(struct calpol_ruleset *ruleset,
                              const struct calpol_allocator *allocator)
{
    ruleset->allocator = *allocator;
    ruleset->arena.allocator = *allocator;
    if (ruleset->piece)
        cp_piece_set_allocator(ruleset->piece, allocator);
}

struct calpol_ruleset *cp_ruleset_ref(struct calpol_ruleset *ruleset)
{
    /* Who takes a reference has one already, so no order is needed. */
    if (ruleset)
        atomic_fetch_add_explicit(&ruleset->references, 1, memory_order_relaxed);
    return ruleset;
}

/* Takes a reference back. Is nobody left? */
static bool is_last(struct calpol_ruleset *ruleset)
{
    assert(atomic_load_explicit(&ruleset->references, memory_order_relaxed) > 0);
    /* All use by other threads happens before the end. */
    return atomic_fetch_sub_explicit(&ruleset->references, 1, memory_order_acq_rel) == 1;
}

void cp_ruleset_unref(struct calpol_ruleset *ruleset)
{
    /* A root has no root. */
    while (ruleset && is_last(ruleset)) {
        const struct calpol_allocator hook = ruleset->allocator;
        struct calpol_ruleset *root = ruleset->root;

        cp_kept_finish(ruleset->kept);
        cp_piece_unref(ruleset->piece);
        cp_arena_finish(&ruleset->arena);
        cp_mapping_finish(&ruleset->image, &hook);
        cp_release(&hook, ruleset, sizeof(*ruleset));
        ruleset = root;
    }
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
