/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label classes are numbered so that what a selector holds for is few ranges: first those for which
 * the selector that holds most often does, of them and of the others first those for which the next
 * one does, and so on. So a selector's ranges are as many as the selectors before it make of those that
 * it holds for: the broad ones, whose ranges might be many, come early and have few.
 *
 * Parts of the order are refined selector by selector; each step costs what the selector holds for.
 */
#include "compile/label_classes.h"

#include "base/sort.h"

struct part {
    uint32_t first, end; /* in the order */
    uint32_t moved;      /* so many from its first on are in what is being looked at */
};

struct refinement {
    struct cp_label_classes *classes;
    uint32_t *order, *place;       /* vectors in order, and where each is */
    uint32_t *part_of;             /* by vector */
    uint32_t *first, *holders;     /* by selector, and one more: the vectors with it */
    struct part *parts;            /* at most as many as vectors */
    uint32_t part_count, *touched; /* parts */
};

/* Lists the vectors of each selector. */
static int list_holders(struct refinement *refinement)
{
    const struct cp_label_classes *classes = refinement->classes;
    const struct cp_tuples *vectors = &classes->vectors;
    uint32_t count = classes->ruleset->selector_count, *first;
    size_t total = 0;

    first = refinement->first = CP_NEW_ARRAY(classes->arena, uint32_t, (size_t)count + 2);
    if (!first)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t v = 0; v < vectors->items.count; v++) {
        total += vectors->items.items[v].count;
        for (uint32_t i = 0; i < vectors->items.items[v].count; i++)
            first[vectors->items.items[v].numbers[i] + 2]++;
    }
    for (uint32_t i = 2; i <= count; i++)
        first[i] += first[i - 1];
    refinement->holders = CP_NEW_ARRAY(classes->arena, uint32_t, total);
    if (!refinement->holders || total > UINT32_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t v = 0; v < vectors->items.count; v++) {
        for (uint32_t i = 0; i < vectors->items.items[v].count; i++)
            refinement->holders[first[vectors->items.items[v].numbers[i] + 1]++] = v;
    }
    return CALPOL_OK;
}

/* Moves a vector to the front of its part. */
static void move(struct refinement *refinement, uint32_t vector, uint32_t *touched_count)
{
    struct part *part = &refinement->parts[refinement->part_of[vector]];
    uint32_t from = refinement->place[vector], to = part->first + part->moved;
    uint32_t other = refinement->order[to];

    if (!part->moved++)
        refinement->touched[(*touched_count)++] = refinement->part_of[vector];
    refinement->order[to] = vector;
    refinement->place[vector] = to;
    refinement->order[from] = other;
    refinement->place[other] = from;
}

/* The front of a part becomes one of its own, unless it is all of it. */
static void split(struct refinement *refinement, struct part *part)
{
    uint32_t end = part->first + part->moved;

    if (end < part->end) {
        refinement->parts[refinement->part_count] = (struct part){part->first, end, 0};
        for (uint32_t i = part->first; i < end; i++)
            refinement->part_of[refinement->order[i]] = refinement->part_count;
        refinement->part_count++;
        part->first = end;
    }
    part->moved = 0;
}

static void refine(struct refinement *refinement, uint32_t selector)
{
    uint32_t touched_count = 0;

    for (uint32_t i = refinement->first[selector]; i < refinement->first[selector + 1]; i++)
        move(refinement, refinement->holders[i], &touched_count);
    for (uint32_t i = 0; i < touched_count; i++)
        split(refinement, &refinement->parts[refinement->touched[i]]);
}

/* Selectors by how often they hold, descending; those that hold for none are left out. */
static int rank_selectors(const struct refinement *refinement,
                          uint64_t **out_keys,
                          uint32_t *out_count)
{
    const struct cp_label_classes *classes = refinement->classes;
    uint32_t count = classes->ruleset->selector_count, kept = 0;
    uint64_t *keys = CP_NEW_ARRAY(classes->arena, uint64_t, count);
    uint64_t *scratch = CP_NEW_ARRAY(classes->arena, uint64_t, count);

    if (!keys || !scratch)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t holders = refinement->first[i + 1] - refinement->first[i];

        if (holders)
            keys[kept++] = (uint64_t)(UINT32_MAX - holders) << 32 | i;
    }
    cp_sort_keys(keys, kept, scratch);
    *out_keys = keys;
    *out_count = kept;
    return CALPOL_OK;
}

static int refine_all(struct refinement *refinement)
{
    uint32_t count;
    uint64_t *keys;
    int status = list_holders(refinement);

    if (!status)
        status = rank_selectors(refinement, &keys, &count);
    if (status)
        return status;
    for (uint32_t i = 0; i < count; i++)
        refine(refinement, (uint32_t)keys[i]);
    return CALPOL_OK;
}

int cp_label_classes_order(struct cp_label_classes *classes)
{
    uint32_t count = classes->vectors.items.count;
    struct refinement refinement = {
        .classes = classes,
        .order = CP_NEW_ARRAY(classes->arena, uint32_t, count),
        .place = CP_NEW_ARRAY(classes->arena, uint32_t, count),
        .part_of = CP_NEW_ARRAY(classes->arena, uint32_t, count),
        .parts = CP_NEW_ARRAY(classes->arena, struct part, (size_t)count + 1),
        .touched = CP_NEW_ARRAY(classes->arena, uint32_t, count),
        .part_count = 1,
    };
    int status;

    if (!refinement.order || !refinement.place || !refinement.part_of || !refinement.parts ||
        !refinement.touched)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        refinement.order[i] = refinement.place[i] = i;
    refinement.parts[0] = (struct part){0, count, 0};
    status = refine_all(&refinement);
    classes->vector_of_class = refinement.order;
    classes->class_of_vector = refinement.place;
    classes->class_count = count;
    return status;
}
