/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each distinct selector once, and which label sets it holds for.
 *
 * Running every selector on every label set would be the product of both. Most selectors demand
 * one of a few labels, though (a namespaced policy's demands its namespace), so each is filed under
 * such labels, and a label set tries only what is filed under its own, and the few that demand
 * nothing.
 */
#include "compile/compiler.h"

/* How deep in a tree a demand is looked for, and how many labels it may be filed under. */
#define DEEPEST_DEMAND 6u
#define MOST_LABELS 32u

int cp_selector_number(struct cp_compiler *compiler, const struct cp_selector *tree,
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
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_selector = cp_index_item(index, i);
        if (cp_text_equal(compiler->selectors.items[*out_selector].text, cp_buffer_text(&text)))
            return CALPOL_OK;
    }
    *out_selector = compiler->selectors.count;
    entry = cp_array_push(compiler->work, &compiler->selectors);
    slot = cp_array_push(compiler->work, &compiler->selector_trees);
    if (!entry || !slot ||
        !cp_index_add(&compiler->selector_index, compiler->work, hash, *out_selector))
        return CALPOL_ERROR_NO_MEMORY;
    *entry = (struct cp_selector_entry){0};
    *slot = tree;
    if (cp_keep_text(compiler, cp_buffer_text(&text), &entry->text))
        return CALPOL_ERROR_NO_MEMORY;
    return cp_program_make(tree, compiler->arena, compiler->work, &entry->program);
}

/* ---- What a selector demands --------------------------------------------------------------- */

/* Every label set that a selector holds for has one of these labels. count 0: it demands nothing.
   value is CP_INTERN_NONE for "any value". */
struct demand {
    struct {
        uint32_t key, value;
    } labels[MOST_LABELS];
    uint32_t count;
};

static struct demand demand_of_leaf(const struct cp_selector *leaf)
{
    struct demand demand = {.count = 0};

    switch (leaf->type) {
    case CP_SELECTOR_EQUAL:
    case CP_SELECTOR_IN:
        if (leaf->type == CP_SELECTOR_IN && (leaf->count == 0 || leaf->count > MOST_LABELS))
            break;
        demand.count = leaf->type == CP_SELECTOR_IN ? leaf->count : 1;
        for (uint32_t i = 0; i < demand.count; i++) {
            demand.labels[i].key = leaf->key;
            demand.labels[i].value = leaf->values[i];
        }
        break;
    case CP_SELECTOR_HAS:
    case CP_SELECTOR_CONTAINS:
    case CP_SELECTOR_STARTS_WITH:
    case CP_SELECTOR_ENDS_WITH:
        demand.count = 1;
        demand.labels[0].key = leaf->key;
        demand.labels[0].value = CP_INTERN_NONE;
        break;
    case CP_SELECTOR_ALL:
    case CP_SELECTOR_GLOBAL:
    case CP_SELECTOR_NOT_EQUAL:
    case CP_SELECTOR_NOT_IN:
    case CP_SELECTOR_NOT:
    case CP_SELECTOR_AND:
    case CP_SELECTOR_OR:
        break;
    }
    return demand;
}

/* Fewer labels are better, and a value is better than any value. */
static bool is_better(const struct demand *a, const struct demand *b)
{
    if (!a->count || !b->count)
        return a->count > 0;
    if ((a->labels[0].value == CP_INTERN_NONE) != (b->labels[0].value == CP_INTERN_NONE))
        return b->labels[0].value == CP_INTERN_NONE;
    return a->count < b->count;
}

static bool unite(struct demand *demand, const struct demand *more)
{
    if (!more->count || demand->count + more->count > MOST_LABELS)
        return false;
    for (uint32_t i = 0; i < more->count; i++)
        demand->labels[demand->count++] = more->labels[i];
    return true;
}

/* The best demand found; the depth is limited, so the recursion is. */
static struct demand find_demand(const struct cp_selector *tree, unsigned depth)
{
    struct demand best = {.count = 0};

    if (tree->type != CP_SELECTOR_AND && tree->type != CP_SELECTOR_OR)
        return demand_of_leaf(tree);
    if (depth == DEEPEST_DEMAND)
        return best;
    for (uint32_t i = 0; i < tree->count; i++) {
        struct demand demand = find_demand(tree->children[i], depth + 1);

        if (tree->type == CP_SELECTOR_AND) {
            if (is_better(&demand, &best))
                best = demand;
        } else if (!unite(&best, &demand)) {
            best.count = 0;
            return best;
        }
    }
    return best;
}

/* ---- Filing ---------------------------------------------------------------------------------- */

/* One selector filed under one label. */
struct filed {
    uint32_t key, value;
    uint32_t selector;
};

struct files {
    CP_ARRAY(struct filed) items;
    struct cp_index index;
    CP_ARRAY(uint32_t) undemanding;
};

static uint64_t hash_label(uint32_t key, uint32_t value)
{
    uint32_t pair[2] = {key, value};

    return cp_hash_bytes(pair, sizeof(pair), 0);
}

static bool file_selector(struct files *files, struct cp_arena *work, uint32_t selector,
                          const struct demand *demand)
{
    if (!demand->count) {
        uint32_t *slot = cp_array_push(work, &files->undemanding);

        if (slot)
            *slot = selector;
        return slot != NULL;
    }
    for (uint32_t i = 0; i < demand->count; i++) {
        struct filed *filed = cp_array_push(work, &files->items);

        if (!filed)
            return false;
        *filed = (struct filed){demand->labels[i].key, demand->labels[i].value, selector};
        if (!cp_index_add(&files->index, work, hash_label(filed->key, filed->value),
                          files->items.count - 1))
            return false;
    }
    return true;
}

static int file_all(struct cp_compiler *compiler, struct files *files)
{
    for (uint32_t i = 0; i < compiler->selectors.count; i++) {
        const struct cp_selector *tree = compiler->selector_trees.items[i];
        struct demand demand = {.count = 0};

        if (tree)
            demand = find_demand(tree, 0);
        if (!file_selector(files, compiler->work, i, &demand))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* ---- Matching -------------------------------------------------------------------------------- */

static void try_selector(const struct cp_compiler *compiler, uint32_t selector,
                         const struct cp_labels *labels, uint64_t *matches)
{
    const struct cp_program *program = &compiler->selectors.items[selector].program;

    if (cp_program_matches(program, compiler->names, labels))
        cp_bitset_add(matches, selector);
}

static void try_filed(const struct cp_compiler *compiler, const struct files *files, uint32_t key,
                      uint32_t value, const struct cp_labels *labels, uint64_t *matches)
{
    const struct cp_index *index = &files->index;
    uint64_t hash = hash_label(key, value);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        const struct filed *filed = &files->items.items[cp_index_item(index, i)];

        if (filed->key == key && filed->value == value)
            try_selector(compiler, filed->selector, labels, matches);
    }
}

static int match_label_set(struct cp_compiler *compiler, const struct files *files,
                           struct cp_label_set *set)
{
    size_t words = cp_bitset_words(compiler->selectors.count);
    uint64_t *matches = CP_NEW_ARRAY(compiler->arena, uint64_t, words);

    if (!matches)
        return CALPOL_ERROR_NO_MEMORY;
    set->matches = matches;
    for (uint32_t i = 0; i < files->undemanding.count; i++)
        try_selector(compiler, files->undemanding.items[i], &set->labels, matches);
    for (uint32_t i = 0; i < set->labels.count; i++) {
        const struct cp_label *label = &set->labels.items[i];

        try_filed(compiler, files, label->key, label->value, &set->labels, matches);
        try_filed(compiler, files, label->key, CP_INTERN_NONE, &set->labels, matches);
    }
    return CALPOL_OK;
}

/* Policies are numbered in order of evaluation, so an ascending list is the order of a walk. */
static int list_policies(struct cp_compiler *compiler, struct cp_label_set *set)
{
    uint32_t policy_count = compiler->policies.count;
    uint32_t count = 0;
    uint32_t *policies;

    for (uint32_t i = 0; i < policy_count; i++)
        count += cp_label_set_matches(set, compiler->policy_entries.items[i].selector);
    policies = CP_NEW_ARRAY(compiler->arena, uint32_t, count);
    if (!policies)
        return CALPOL_ERROR_NO_MEMORY;
    set->policies = policies;
    for (uint32_t i = 0; i < policy_count; i++) {
        if (cp_label_set_matches(set, compiler->policy_entries.items[i].selector))
            policies[set->policy_count++] = i;
    }
    return CALPOL_OK;
}

/* ---- What is known of a selector without an address (EV-15, EV-98) -------------------------- */

static void unite_words(uint64_t *into, const uint64_t *from, size_t words)
{
    for (size_t i = 0; i < words; i++)
        into[i] |= from[i];
}

/* The selectors that hold for some owner with an address, and for some network set with a net. */
static int mark_addressed(struct cp_compiler *compiler)
{
    size_t words = cp_bitset_words(compiler->selectors.count);
    uint64_t *addressed = CP_NEW_ARRAY(compiler->work, uint64_t, words);
    uint64_t *in_sets = CP_NEW_ARRAY(compiler->work, uint64_t, words);
    uint8_t *done = CP_NEW_ARRAY(compiler->work, uint8_t, compiler->label_sets.count);

    if (!addressed || !in_sets || !done)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < compiler->owners.count; i++) {
        const struct cp_owner *owner = &compiler->owners.items[i];
        uint32_t set = compiler->owner_sets.items[i];
        uint8_t kind = owner->kind == CP_OWNER_NETWORK_SET ? 2 : 1;

        /* Many owners share a label set: once for each kind is enough. */
        if (!owner->nets.count || done[set] & kind)
            continue;
        done[set] |= kind;
        unite_words(addressed, compiler->label_sets.items[set].matches, words);
        if (owner->kind == CP_OWNER_NETWORK_SET)
            unite_words(in_sets, compiler->label_sets.items[set].matches, words);
    }
    for (uint32_t i = 0; i < compiler->selectors.count; i++) {
        compiler->selectors.items[i].some_addressed = cp_bitset_has(addressed, i);
        compiler->selectors.items[i].some_set_with_nets = cp_bitset_has(in_sets, i);
    }
    return CALPOL_OK;
}

static int list_domain_sets(struct cp_compiler *compiler, uint32_t selector)
{
    struct cp_selector_entry *entry = &compiler->selectors.items[selector];
    CP_ARRAY(uint32_t) sets = {.count = 0};

    for (uint32_t i = 0; i < compiler->domain_owners.count; i++) {
        uint32_t owner = compiler->domain_owners.items[i];
        const struct cp_label_set *set =
            &compiler->label_sets.items[compiler->owner_sets.items[owner]];
        uint32_t *slot;

        if (!cp_label_set_matches(set, selector))
            continue;
        slot = cp_array_push(compiler->work, &sets);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = owner;
    }
    entry->domain_set_count = sets.count;
    entry->domain_sets = cp_freeze(compiler, &sets);
    return entry->domain_sets ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

int cp_compile_matches(struct cp_compiler *compiler)
{
    struct files files = {0};
    int status = file_all(compiler, &files);

    for (uint32_t i = 0; !status && i < compiler->label_sets.count; i++) {
        status = match_label_set(compiler, &files, &compiler->label_sets.items[i]);
        if (!status)
            status = list_policies(compiler, &compiler->label_sets.items[i]);
    }
    if (!status)
        status = mark_addressed(compiler);
    for (uint32_t i = 0; !status && compiler->domain_owners.count && i < compiler->selectors.count;
         i++)
        status = list_domain_sets(compiler, i);
    return status;
}
