/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking for what selectors demand.
 */
#include "compile/demands.h"

/* How deep in a tree a demand is looked for. */
#define DEEPEST_DEMAND 6u

/* ---- How common labels are ------------------------------------------------------------------- */

/* Counting goes through so many label sets at most. */
#define MOST_COUNTED 16384u

static bool count_label(struct cp_label_counts *counts, uint32_t key, uint32_t value)
{
    const uint32_t label[2] = {key, value};
    uint32_t number, *slot;
    bool is_new;

    if (!cp_tuples_add(&counts->labels, label, 2, &number, &is_new))
        return false;
    if (is_new) {
        slot = cp_array_push(counts->labels.arena, &counts->counts);
        if (!slot)
            return false;
        *slot = 0;
    }
    counts->counts.items[number]++;
    return true;
}

/* Less than bound, by chance but the same each time. */
static uint32_t choose(uint64_t *state, uint32_t bound)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % bound;
}

/* Of each so many label sets one is looked at, and not always the first: labels that come back in turn
   would be in all of these or in none. */
int cp_count_labels(const struct cp_compiler *compiler, struct cp_label_counts *counts)
{
    uint32_t set_count = compiler->label_sets.count, step = set_count / MOST_COUNTED + 1;
    uint64_t state = 1;

    *counts = (struct cp_label_counts){.counts = {.count = 0}};
    cp_tuples_init(&counts->labels, compiler->work);
    for (uint32_t i = 0; i + step <= set_count; i += step) {
        const struct cp_labels *labels =
            &compiler->label_sets.items[i + choose(&state, step)].labels;

        for (uint32_t l = 0; l < labels->count; l++) {
            if (!count_label(counts, labels->items[l].key, labels->items[l].value) ||
                !count_label(counts, labels->items[l].key, CP_INTERN_NONE))
                return CALPOL_ERROR_NO_MEMORY;
        }
    }
    return CALPOL_OK;
}

static uint64_t count_of(const struct cp_label_counts *counts, uint32_t key, uint32_t value)
{
    const uint32_t label[2] = {key, value};
    uint32_t number = cp_tuples_find(&counts->labels, label, 2);

    return number == CP_INDEX_END ? 0 : counts->counts.items[number];
}

/* ---- What a selector demands --------------------------------------------------------------- */

static void add_demand(struct cp_demand *demand,
                       const struct cp_label_counts *counts,
                       uint32_t key,
                       uint32_t value)
{
    demand->labels[demand->count].key = key;
    demand->labels[demand->count++].value = value;
    demand->commonness += count_of(counts, key, value);
}

/* There is room for many labels, which are left as they are. */
static void demand_nothing(struct cp_demand *demand)
{
    demand->count = 0;
    demand->commonness = 0;
}

static struct cp_demand demand_of_leaf(const struct cp_label_counts *counts,
                                       const struct cp_selector *leaf)
{
    struct cp_demand demand;

    demand_nothing(&demand);
    switch (leaf->type) {
    case CP_SELECTOR_EQUAL:
        add_demand(&demand, counts, leaf->key, leaf->values[0]);
        break;
    case CP_SELECTOR_IN:
        if (leaf->count > CP_MOST_DEMANDED)
            break;
        for (uint32_t i = 0; i < leaf->count; i++)
            add_demand(&demand, counts, leaf->key, leaf->values[i]);
        break;
    case CP_SELECTOR_HAS:
    case CP_SELECTOR_CONTAINS:
    case CP_SELECTOR_STARTS_WITH:
    case CP_SELECTOR_ENDS_WITH:
        add_demand(&demand, counts, leaf->key, CP_INTERN_NONE);
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

/* Labels that are rarer make a selector tried less often. */
static bool is_better(const struct cp_demand *a, const struct cp_demand *b)
{
    if (!a->count || !b->count)
        return a->count > 0;
    return a->commonness < b->commonness;
}

static bool unite(struct cp_demand *demand, const struct cp_demand *more)
{
    if (!more->count || demand->count + more->count > CP_MOST_DEMANDED)
        return false;
    for (uint32_t i = 0; i < more->count; i++)
        demand->labels[demand->count++] = more->labels[i];
    demand->commonness += more->commonness;
    return true;
}

/* The best demand found; the depth is limited, so the recursion is. */
static struct cp_demand find_demand(const struct cp_label_counts *counts,
                                    const struct cp_selector *tree,
                                    unsigned depth)
{
    struct cp_demand best;

    demand_nothing(&best);
    if (tree->type != CP_SELECTOR_AND && tree->type != CP_SELECTOR_OR)
        return demand_of_leaf(counts, tree);
    if (depth == DEEPEST_DEMAND)
        return best;
    for (uint32_t i = 0; i < tree->count; i++) {
        struct cp_demand demand = find_demand(counts, tree->children[i], depth + 1);

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

struct cp_demand cp_find_demand(const struct cp_label_counts *counts,
                                const struct cp_selector *tree)
{
    const struct cp_demand nothing = {.count = 0};

    return tree ? find_demand(counts, tree, 0) : nothing;
}
