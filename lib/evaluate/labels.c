/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Gathering labels, and running every selector on the result.
 */
#include "evaluate/labels.h"

#include "base/sort.h"
#include "ruleset/lookup.h"
#include "ruleset/own_label.h"

void cp_draft_init(struct cp_label_draft *draft,
                   const struct calpol_ruleset *ruleset,
                   struct cp_arena *arena)
{
    *draft = (struct cp_label_draft){.ruleset = ruleset, .arena = arena};
}

bool cp_draft_add(struct cp_label_draft *draft, struct cp_text key, struct cp_text value)
{
    const struct cp_intern *names = &draft->ruleset->names;
    struct cp_label label = {cp_intern_find(names, key), cp_intern_find(names, value), value};
    struct cp_label *slot;

    if (label.key == CP_INTERN_NONE)
        return true;
    label.text.data = cp_arena_text(draft->arena, value.data, value.length);
    slot = cp_array_push(draft->arena, &draft->items);
    if (!slot || !label.text.data)
        return false;
    *slot = label;
    return true;
}

bool cp_draft_add_prefixed(struct cp_label_draft *draft,
                           const char *prefix,
                           struct cp_text key,
                           struct cp_text value)
{
    struct cp_buffer joined;

    cp_buffer_init(&joined, draft->arena);
    cp_buffer_format(&joined, "%s%t", prefix, key);
    return !joined.failed && cp_draft_add(draft, cp_buffer_text(&joined), value);
}

bool cp_draft_add_labels(struct cp_label_draft *draft, const struct cp_labels *labels)
{
    if (!cp_array_reserve(draft->arena, &draft->items, labels->count))
        return false;
    for (uint32_t i = 0; i < labels->count; i++)
        draft->items.items[draft->items.count++] = labels->items[i];
    return true;
}

static int compare_keys(const void *left, const void *right)
{
    const struct cp_label *a = left, *b = right;

    return (a->key > b->key) - (a->key < b->key);
}

/* Sorted by key; of equal keys the first, which is the strongest. */
static bool sort_labels(struct cp_label_draft *draft)
{
    struct cp_label *items = draft->items.items;
    uint32_t count = 0;

    if (!cp_sort(items, draft->items.count, sizeof(*items), compare_keys, draft->arena))
        return false;
    for (uint32_t i = 0; i < draft->items.count; i++) {
        if (!count || items[count - 1].key != items[i].key)
            items[count++] = items[i];
    }
    draft->items.count = count;
    return true;
}

static bool match_selectors(const struct cp_label_draft *draft, struct cp_label_set *set)
{
    const struct calpol_ruleset *ruleset = draft->ruleset;
    CP_ARRAY(uint32_t) found = {.count = 0};

    for (uint32_t i = 0; i < ruleset->selector_count; i++) {
        uint32_t *slot;

        if (!cp_program_matches(&ruleset->selectors[i].program, &ruleset->names, &set->labels))
            continue;
        slot = cp_array_push(draft->arena, &found);
        if (!slot)
            return false;
        *slot = i;
    }
    set->selectors = found.items;
    set->selector_count = found.count;
    return true;
}

static bool list_policies(const struct cp_label_draft *draft, struct cp_label_set *set)
{
    const struct calpol_ruleset *ruleset = draft->ruleset;
    uint32_t *policies = CP_NEW_ARRAY(draft->arena, uint32_t, ruleset->policy_count);

    if (!policies)
        return false;
    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        if (cp_label_set_matches(set, ruleset->policies[i]->selector))
            policies[set->policy_count++] = i;
    }
    set->policies = policies;
    return true;
}

const struct cp_label_set *cp_draft_finish(struct cp_label_draft *draft)
{
    struct cp_label_set *set = CP_NEW(draft->arena, struct cp_label_set);
    uint32_t known;

    if (!set || !sort_labels(draft))
        return NULL;
    set->labels = (struct cp_labels){draft->items.items, draft->items.count};
    known = cp_lookup_label_set(draft->ruleset, &set->labels);
    if (known != CP_NONE)
        return &draft->ruleset->label_sets[known];
    return match_selectors(draft, set) && list_policies(draft, set) ? set : NULL;
}

bool cp_draft_add_own(struct cp_label_draft *draft, struct cp_text key, struct cp_text value)
{
    enum calpol_dialect dialect = draft->ruleset->dialect;

    if (dialect != CALPOL_DIALECT_UPSTREAM && cp_label_is_system(key))
        return true;
    return cp_own_label_key(draft->arena, dialect, key, &key) && cp_draft_add(draft, key, value);
}
