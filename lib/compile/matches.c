/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which selectors hold for which label sets, and so which policies select whom.
 *
 * Running every selector on every label set would be the product of both. Most selectors demand one of
 * a few labels, though (a namespaced policy's demands its namespace), so each is filed under such
 * labels, and a label set tries only what is filed under its own, and the few that demand nothing.
 */
#include "compile/demands.h"

/* ---- Filing ---------------------------------------------------------------------------------- */

/* One selector filed under one label. */
struct filed {
    uint32_t key, value;
    uint32_t selector;
};

/* Selectors that hold for a label set, of which there is each list once. */
struct match_list {
    const uint32_t *selectors;
    const uint64_t *bits;
    const uint32_t *policies;
    uint32_t policy_count;
};

struct matching {
    struct cp_compiler *compiler;
    struct cp_label_counts counts;
    CP_ARRAY(struct filed) filed;
    struct cp_index index;
    CP_ARRAY(uint32_t) undemanding;
    CP_ARRAY(uint32_t) found; /* for the label set being looked at */
    uint64_t *is_found;       /* bits by selector; none between uses */
    uint64_t tries, matches;  /* so far */
    struct cp_tuples lists;
    CP_ARRAY(struct match_list) details; /* parallel */
    uint32_t *list_of_set;
    uint32_t *first_policy; /* by selector, and one more: in policies */
    uint32_t *policies;     /* by the selector of each */
};

static uint64_t hash_label(uint32_t key, uint32_t value)
{
    uint32_t pair[2] = {key, value};

    return cp_hash_bytes(pair, sizeof(pair), 0);
}

static bool file_selector(struct matching *matching,
                          uint32_t selector,
                          const struct cp_demand *demand)
{
    struct cp_arena *work = matching->compiler->work;

    if (!demand->count) {
        uint32_t *slot = cp_array_push(work, &matching->undemanding);

        if (slot)
            *slot = selector;
        return slot != NULL;
    }
    for (uint32_t i = 0; i < demand->count; i++) {
        struct filed *filed = cp_array_push(work, &matching->filed);

        if (!filed)
            return false;
        *filed = (struct filed){demand->labels[i].key, demand->labels[i].value, selector};
        if (!cp_index_add(&matching->index, work, hash_label(filed->key, filed->value),
                          matching->filed.count - 1))
            return false;
    }
    return true;
}

static int file_all(struct matching *matching)
{
    struct cp_compiler *compiler = matching->compiler;

    for (uint32_t i = 0; i < compiler->selectors.count; i++) {
        struct cp_demand demand =
            cp_find_demand(&matching->counts, compiler->selector_trees.items[i]);

        if (!file_selector(matching, i, &demand))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* ---- Matching -------------------------------------------------------------------------------- */

static bool try_selector(struct matching *matching,
                         uint32_t selector,
                         const struct cp_labels *labels)
{
    const struct cp_compiler *compiler = matching->compiler;
    const struct cp_program *program = &compiler->selectors.items[selector].program;
    uint32_t *slot;

    matching->tries++;
    if (!cp_program_matches(program, compiler->names, labels))
        return true;
    slot = cp_array_push(compiler->work, &matching->found);
    if (slot)
        *slot = selector;
    return slot != NULL;
}

static bool try_filed(struct matching *matching,
                      uint32_t key,
                      uint32_t value,
                      const struct cp_labels *labels)
{
    const struct cp_index *index = &matching->index;
    uint64_t hash = hash_label(key, value);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        const struct filed *filed = &matching->filed.items[cp_index_item(index, i)];

        if (filed->key == key && filed->value == value &&
            !try_selector(matching, filed->selector, labels))
            return false;
    }
    return true;
}

/* Many are sorted by bits: in one step for each, and for each word that could have one. */
#define SELECTORS_OF_STEP 256u

static void sort_many(struct matching *matching)
{
    uint32_t word_count = (uint32_t)cp_bitset_words(matching->compiler->selectors.count), count = 0;

    for (uint32_t i = 0; i < matching->found.count; i++)
        cp_bitset_add(matching->is_found, matching->found.items[i]);
    for (uint32_t w = 0; w < word_count; w++) {
        for (; matching->is_found[w]; matching->is_found[w] &= matching->is_found[w] - 1)
            matching->found.items[count++] =
                w * 64 + (uint32_t)__builtin_ctzll(matching->is_found[w]);
    }
    matching->found.count = count;
}

/* Sorts what was found; what was filed under several labels may be there more than once. */
static void sort_found(struct matching *matching)
{
    uint32_t *items = matching->found.items, count = 0;

    if (matching->found.count > matching->compiler->selectors.count / SELECTORS_OF_STEP) {
        sort_many(matching);
        return;
    }
    cp_sort_numbers(items, matching->found.count, NULL, NULL);
    for (uint32_t i = 0; i < matching->found.count; i++) {
        if (!count || items[count - 1] != items[i])
            items[count++] = items[i];
    }
    matching->found.count = count;
}

/* All that holds for a label set. */
static bool find_selectors(struct matching *matching, const struct cp_labels *labels)
{
    matching->found.count = 0;
    for (uint32_t i = 0; i < matching->undemanding.count; i++) {
        if (!try_selector(matching, matching->undemanding.items[i], labels))
            return false;
    }
    for (uint32_t i = 0; i < labels->count; i++) {
        const struct cp_label *label = &labels->items[i];

        if (!try_filed(matching, label->key, label->value, labels) ||
            !try_filed(matching, label->key, CP_INTERN_NONE, labels))
            return false;
    }
    sort_found(matching);
    return true;
}

/* However little text there is, what is tried and what holds may be the product of selectors and label
   sets; so many are a few seconds, and half a gigabyte. */
#define MOST_TRIES ((uint64_t)1 << 29)
#define MOST_MATCHES ((uint64_t)1 << 27)

static uint64_t limit_or(uint64_t limit, uint64_t usual)
{
    return limit ? limit : usual;
}

static int report_product(const struct matching *matching)
{
    const struct cp_compiler *compiler = matching->compiler;
    const struct cp_subject none = {.place.source = NULL};
    struct cp_buffer message;
    int status;

    cp_buffer_init(&message, compiler->work);
    cp_buffer_format(
        &message,
        "%u selectors and %u distinct sets of labels are too many with each other: more "
        "than %U pairs were tried, or more than %U of them hold",
        compiler->selectors.count, compiler->label_sets.count,
        limit_or(compiler->input->max_tries, MOST_TRIES),
        limit_or(compiler->input->max_matches, MOST_MATCHES));
    if (message.failed)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_diagnose(compiler->input->diagnostics, &none, CP_CODE_YAML_LIMIT,
                         cp_buffer_text(&message));
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_ERROR_LIMIT;
}

static int match_label_sets(struct matching *matching)
{
    struct cp_compiler *compiler = matching->compiler;
    uint32_t count = compiler->label_sets.count;

    cp_tuples_init(&matching->lists, compiler->work);
    matching->list_of_set = CP_NEW_ARRAY(compiler->work, uint32_t, count);
    matching->is_found =
        CP_NEW_ARRAY(compiler->work, uint64_t, cp_bitset_words(compiler->selectors.count));
    if (!matching->list_of_set || !matching->is_found)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        if (matching->tries > limit_or(compiler->input->max_tries, MOST_TRIES) ||
            matching->matches > limit_or(compiler->input->max_matches, MOST_MATCHES))
            return report_product(matching);
        if (!find_selectors(matching, &compiler->label_sets.items[i].labels) ||
            !cp_tuples_add(&matching->lists, matching->found.items, matching->found.count,
                           &matching->list_of_set[i], NULL))
            return CALPOL_ERROR_NO_MEMORY;
        matching->matches += matching->found.count;
    }
    return CALPOL_OK;
}

/* ---- Policies -------------------------------------------------------------------------------- */

/* The policies of each selector, ascending. */
static int group_policies(struct matching *matching)
{
    const struct cp_compiler *compiler = matching->compiler;
    uint32_t selector_count = compiler->selectors.count, policy_count = compiler->policies.count;
    uint32_t *first = CP_NEW_ARRAY(compiler->work, uint32_t, (size_t)selector_count + 2);

    matching->policies = CP_NEW_ARRAY(compiler->work, uint32_t, policy_count);
    if (!first || !matching->policies)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < policy_count; i++)
        first[compiler->policy_entries.items[i].selector + 2]++;
    for (uint32_t i = 2; i <= selector_count; i++)
        first[i] += first[i - 1];
    for (uint32_t i = 0; i < policy_count; i++)
        matching->policies[first[compiler->policy_entries.items[i].selector + 1]++] = i;
    matching->first_policy = first;
    return CALPOL_OK;
}

/* Policies are numbered in order of evaluation, so an ascending list is the order of a walk. */
static int list_policies(struct matching *matching,
                         const struct cp_tuple *list,
                         struct match_list *details)
{
    const uint32_t *first = matching->first_policy;
    uint32_t count = 0, *policies;

    for (uint32_t i = 0; i < list->count; i++)
        count += first[list->numbers[i] + 1] - first[list->numbers[i]];
    policies = CP_NEW_ARRAY(matching->compiler->arena, uint32_t, count);
    if (!policies)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t selector = list->numbers[i];

        for (uint32_t p = first[selector]; p < first[selector + 1]; p++)
            policies[details->policy_count++] = matching->policies[p];
    }
    cp_sort_numbers(policies, count, NULL, NULL);
    details->policies = policies;
    return CALPOL_OK;
}

/* Bits are made unless all of them take more than so many bytes. */
#define MOST_BIT_BYTES ((uint64_t)32 << 20)

static int set_bits(struct matching *matching,
                    const struct cp_tuple *list,
                    struct match_list *details)
{
    const struct cp_compiler *compiler = matching->compiler;
    uint32_t late = compiler->input->updatable ? CP_LATE_SELECTORS : 0;
    size_t words = cp_bitset_words(compiler->selectors.count + late);
    uint64_t *bits;

    if ((uint64_t)words * sizeof(*bits) * matching->lists.items.count > MOST_BIT_BYTES)
        return CALPOL_OK;
    bits = CP_NEW_ARRAY(compiler->arena, uint64_t, words);
    if (!bits)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < list->count; i++)
        cp_bitset_add(bits, list->numbers[i]);
    details->bits = bits;
    return CALPOL_OK;
}

static int make_match_list(struct matching *matching,
                           const struct cp_tuple *list,
                           struct match_list *out_details)
{
    int status;

    *out_details = (struct match_list){
        .selectors = cp_arena_copy(matching->compiler->arena, list->numbers,
                                   list->count * sizeof(*list->numbers)),
    };
    if (!out_details->selectors)
        return CALPOL_ERROR_NO_MEMORY;
    status = list_policies(matching, list, out_details);
    return status ? status : set_bits(matching, list, out_details);
}

static int make_details(struct matching *matching)
{
    uint32_t count = matching->lists.items.count;
    int status = CALPOL_OK;

    if (!cp_array_reserve(matching->compiler->work, &matching->details, count))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < count; i++) {
        struct match_list *details = &matching->details.items[matching->details.count++];

        status = make_match_list(matching, &matching->lists.items.items[i], details);
    }
    return status;
}

static void fill_label_sets(struct matching *matching)
{
    struct cp_compiler *compiler = matching->compiler;

    for (uint32_t i = 0; i < compiler->label_sets.count; i++) {
        struct cp_label_set *set = &compiler->label_sets.items[i];
        const struct cp_tuple *list = &matching->lists.items.items[matching->list_of_set[i]];
        const struct match_list *details = &matching->details.items[matching->list_of_set[i]];

        set->selectors = details->selectors;
        set->selector_count = list->count;
        set->matches = details->bits;
        set->policies = details->policies;
        set->policy_count = details->policy_count;
    }
}

/* ---- What is known of a selector without an address (EV-15, EV-98) -------------------------- */

static void unite_numbers(uint64_t *into, const struct cp_label_set *set)
{
    for (uint32_t i = 0; i < set->selector_count; i++)
        cp_bitset_add(into, set->selectors[i]);
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
        unite_numbers(addressed, &compiler->label_sets.items[set]);
        if (owner->kind == CP_OWNER_NETWORK_SET)
            unite_numbers(in_sets, &compiler->label_sets.items[set]);
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
    struct matching matching = {.compiler = compiler};
    int status = cp_count_labels(compiler, &matching.counts);

    if (!status)
        status = file_all(&matching);
    if (!status)
        status = match_label_sets(&matching);
    if (!status)
        status = group_policies(&matching);
    if (!status)
        status = make_details(&matching);
    if (status)
        return status;
    fill_label_sets(&matching);
    status = mark_addressed(compiler);
    for (uint32_t i = 0; !status && compiler->domain_owners.count && i < compiler->selectors.count;
         i++)
        status = list_domain_sets(compiler, i);
    return status;
}
