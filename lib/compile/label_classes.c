/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label sets and owners, made equal where no rule can tell them apart.
 */
#include "compile/label_classes.h"

#include "base/sort.h"

/* ---- What is asked --------------------------------------------------------------------------- */

static void ask_selector(struct cp_label_classes *classes, uint32_t selector)
{
    if (selector != CP_NONE)
        cp_bitset_add(classes->selectors, selector);
}

static void ask_names(struct cp_label_classes *classes, const struct cp_port_list *ports)
{
    for (uint32_t i = 0; i < ports->name_count; i++)
        cp_bitset_add(classes->names, ports->names[i]);
}

static void ask_entity(struct cp_label_classes *classes, const struct cp_entity *entity)
{
    ask_selector(classes, entity->selector);
    ask_selector(classes, entity->not_selector);
    ask_names(classes, &entity->ports);
    ask_names(classes, &entity->not_ports);
}

/* Every name that somebody declares. */
static void ask_declared_names(struct cp_label_classes *classes)
{
    uint32_t count = cp_ruleset_owner_count(classes->ruleset);

    for (uint32_t i = 0; i < count; i++) {
        const struct cp_owner *owner = &classes->ruleset->owners[i];

        for (uint32_t p = 0; p < owner->port_count; p++)
            cp_bitset_add(classes->names, owner->ports[p].name);
    }
}

/* The rules of implied profiles are without criteria, but their entities say no "none". */
static bool has_entities(const struct cp_rule *rule)
{
    return rule->criteria >> CP_CRITERION_SOURCE_NETS;
}

static int gather_questions(struct cp_label_classes *classes, bool is_lasting)
{
    const struct calpol_ruleset *ruleset = classes->ruleset;
    size_t selector_words = cp_bitset_words(ruleset->selector_count);
    size_t name_words = cp_bitset_words(cp_intern_count(&ruleset->names));

    classes->selectors = CP_NEW_ARRAY(classes->arena, uint64_t, selector_words);
    classes->names = CP_NEW_ARRAY(classes->arena, uint64_t, name_words);
    if (!classes->selectors || !classes->names)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct cp_rule *rule = &ruleset->rules[i];

        if (!has_entities(rule))
            continue;
        ask_entity(classes, rule->source);
        ask_entity(classes, rule->destination);
    }
    if (is_lasting)
        ask_declared_names(classes);
    return CALPOL_OK;
}

/* ---- Label classes --------------------------------------------------------------------------- */

struct numbers {
    CP_ARRAY(uint32_t) items;
};

static bool push(struct cp_arena *work, struct numbers *numbers, uint32_t number)
{
    uint32_t *slot = cp_array_push(work, &numbers->items);

    if (slot)
        *slot = number;
    return slot != NULL;
}

static bool list_asked(struct cp_label_classes *classes,
                       const struct cp_label_set *set,
                       struct numbers *vector)
{
    vector->items.count = 0;
    for (uint32_t i = 0; i < set->selector_count; i++) {
        if (cp_bitset_has(classes->selectors, set->selectors[i]) &&
            !push(classes->arena, vector, set->selectors[i]))
            return false;
    }
    return true;
}

static int find_vectors(struct cp_label_classes *classes)
{
    const struct calpol_ruleset *ruleset = classes->ruleset;
    struct numbers vector = {0};

    cp_tuples_init(&classes->vectors, classes->arena);
    classes->vector_of_set = CP_NEW_ARRAY(classes->arena, uint32_t, ruleset->label_set_count);
    if (!classes->vector_of_set)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
        if (!list_asked(classes, &ruleset->label_sets[i], &vector) ||
            !cp_tuples_add(&classes->vectors, vector.items.items, vector.items.count,
                           &classes->vector_of_set[i], NULL))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* Numbers the label classes in the order of the vectors. next has for each class of vectors, and one more,
   where the label sets before it end. */
static void number_classes(struct cp_label_classes *classes, uint32_t *next)
{
    uint32_t set_count = classes->ruleset->label_set_count;

    for (uint32_t i = 0; i < set_count; i++)
        next[classes->class_of_vector[classes->vector_of_set[i]] + 1]++;
    for (uint32_t c = 1; c <= classes->class_count; c++)
        next[c] += next[c - 1];
    for (uint32_t i = 0; i < set_count; i++) {
        uint32_t number = classes->class_of_vector[classes->vector_of_set[i]];

        classes->class_of_set[i] = classes->by_set ? next[number]++ : number;
        classes->set_of_class[classes->class_of_set[i]] = i;
    }
    if (classes->by_set)
        classes->class_count = set_count;
}

static int order_classes(struct cp_label_classes *classes)
{
    uint32_t set_count = classes->ruleset->label_set_count, *next;
    int status = cp_label_classes_order(classes);

    classes->class_of_set = CP_NEW_ARRAY(classes->arena, uint32_t, set_count);
    classes->set_of_class = CP_NEW_ARRAY(classes->arena, uint32_t, set_count);
    next = CP_NEW_ARRAY(classes->arena, uint32_t, (size_t)classes->class_count + 1);
    if (status || !classes->class_of_set || !classes->set_of_class || !next)
        return CALPOL_ERROR_NO_MEMORY;
    number_classes(classes, next);
    return CALPOL_OK;
}

bool cp_label_class_matches(const struct cp_label_classes *classes,
                            uint32_t label_class,
                            uint32_t selector)
{
    uint32_t set = classes->set_of_class[label_class];

    return cp_label_set_matches(&classes->ruleset->label_sets[set], selector);
}

bool cp_label_classes_know(const struct cp_label_classes *classes, uint32_t selector)
{
    for (uint32_t i = 0; !classes->by_set && i < classes->ruleset->label_set_count; i++) {
        bool matches = cp_label_set_matches(&classes->ruleset->label_sets[i], selector);

        if (matches != cp_label_class_matches(classes, classes->class_of_set[i], selector))
            return false;
    }
    return true;
}

/* ---- From selectors to label classes --------------------------------------------------------- */

/* Goes through the label classes in order, and counts or writes the ranges of each selector. next
   is where the next range of a selector goes; last_end where its last one ended, 0: none. */
static void scan_ranges(struct cp_label_classes *classes,
                        uint32_t *next,
                        uint32_t *last_end,
                        struct cp_range *ranges)
{
    for (uint32_t c = 0; c < classes->class_count; c++) {
        uint32_t number = classes->vector_of_set[classes->set_of_class[c]];
        const struct cp_tuple *vector = &classes->vectors.items.items[number];

        for (uint32_t i = 0; i < vector->count; i++) {
            uint32_t selector = vector->numbers[i];
            bool goes_on = last_end[selector] == c && last_end[selector] > 0;

            if (!goes_on)
                next[selector]++;
            if (ranges && !goes_on)
                ranges[next[selector] - 1].first = c;
            if (ranges)
                ranges[next[selector] - 1].end = c + 1;
            last_end[selector] = c + 1;
        }
    }
}

static int transpose(struct cp_label_classes *classes)
{
    uint32_t count = classes->ruleset->selector_count, total = 0;
    uint32_t *first = CP_NEW_ARRAY(classes->arena, uint32_t, (size_t)count + 1);
    uint32_t *next = CP_NEW_ARRAY(classes->arena, uint32_t, count);
    uint32_t *last_end = CP_NEW_ARRAY(classes->arena, uint32_t, count);

    if (!first || !next || !last_end)
        return CALPOL_ERROR_NO_MEMORY;
    scan_ranges(classes, next, last_end, NULL);
    for (uint32_t i = 0; i < count; i++) {
        first[i] = total;
        total += next[i];
        next[i] = first[i];
        last_end[i] = 0;
    }
    first[count] = total;
    classes->ranges = CP_NEW_ARRAY(classes->arena, struct cp_range, total);
    if (!classes->ranges)
        return CALPOL_ERROR_NO_MEMORY;
    scan_ranges(classes, next, last_end, classes->ranges);
    classes->first_range = first;
    return CALPOL_OK;
}

/* ---- Tags ------------------------------------------------------------------------------------ */

static int compare_declarations(const void *left, const void *right)
{
    return memcmp(left, right, 2 * sizeof(uint32_t));
}

/* The asked ports of an owner as a number of a set. */
static bool find_ports(struct cp_label_classes *classes,
                       const struct cp_owner *owner,
                       struct numbers *list,
                       uint32_t *out_ports)
{
    uint32_t count = 0;

    list->items.count = 0;
    for (uint32_t i = 0; i < owner->port_count; i++) {
        const struct cp_named_port *port = &owner->ports[i];

        if (!cp_bitset_has(classes->names, port->name))
            continue;
        if (!push(classes->arena, list, port->name) ||
            !push(classes->arena, list, (uint32_t)port->protocol << 16 | port->port))
            return false;
        count++;
    }
    return cp_sort(list->items.items, count, 2 * sizeof(uint32_t), compare_declarations,
                   classes->arena) &&
           cp_tuples_add(&classes->port_sets, list->items.items, count * 2, out_ports, NULL);
}

static bool find_tag(struct cp_label_classes *classes, uint32_t number, struct numbers *list)
{
    const struct cp_owner *owner = &classes->ruleset->owners[number];
    uint32_t vector = classes->vector_of_set[owner->label_set];
    uint32_t ports, pair[2];

    if (!find_ports(classes, owner, list, &ports))
        return false;
    classes->tag_of_owner[number] = CP_NONE;
    if (!classes->by_set && classes->vectors.items.items[vector].count == 0 && ports == 0)
        return true;
    pair[0] = classes->class_of_set[owner->label_set];
    pair[1] = ports;
    return cp_tuples_add(&classes->found_tags, pair, 2, &classes->tag_of_owner[number], NULL);
}

static int compare_tags(const void *left, const void *right)
{
    const struct cp_owner_tag *a = left, *b = right;

    if (a->label_class != b->label_class)
        return a->label_class < b->label_class ? -1 : 1;
    return (a->ports > b->ports) - (a->ports < b->ports);
}

/* Sorts the tags by label class and renumbers those of the owners. */
static int order_tags(struct cp_label_classes *classes)
{
    const struct cp_tuples *found = &classes->found_tags;
    uint32_t owner_count = cp_ruleset_owner_count(classes->ruleset), count = found->items.count;
    uint32_t *numbers = CP_NEW_ARRAY(classes->arena, uint32_t, count);

    classes->tags = CP_NEW_ARRAY(classes->arena, struct cp_owner_tag, count);
    if (!numbers || !classes->tags)
        return CALPOL_ERROR_NO_MEMORY;
    classes->tag_count = count;
    for (uint32_t i = 0; i < count; i++)
        classes->tags[i] = (struct cp_owner_tag){found->items.items[i].numbers[0],
                                                 found->items.items[i].numbers[1]};
    if (!cp_sort(classes->tags, count, sizeof(*classes->tags), compare_tags, classes->arena))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t pair[2] = {classes->tags[i].label_class, classes->tags[i].ports};

        numbers[cp_tuples_find(found, pair, 2)] = i;
    }
    for (uint32_t i = 0; i < owner_count; i++) {
        if (classes->tag_of_owner[i] != CP_NONE)
            classes->tag_of_owner[i] = numbers[classes->tag_of_owner[i]];
    }
    return CALPOL_OK;
}

static int find_tags(struct cp_label_classes *classes)
{
    uint32_t owner_count = cp_ruleset_owner_count(classes->ruleset), empty;
    struct numbers list = {0};

    cp_tuples_init(&classes->port_sets, classes->arena);
    cp_tuples_init(&classes->found_tags, classes->arena);
    classes->tag_of_owner = CP_NEW_ARRAY(classes->arena, uint32_t, owner_count);
    if (!classes->tag_of_owner || !cp_tuples_add(&classes->port_sets, NULL, 0, &empty, NULL))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < owner_count; i++) {
        if (!find_tag(classes, i, &list))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return order_tags(classes);
}

static int index_tags(struct cp_label_classes *classes)
{
    uint32_t tag = 0;

    classes->first_tag = CP_NEW_ARRAY(classes->arena, uint32_t, (size_t)classes->class_count + 1);
    if (!classes->first_tag)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t c = 0; c <= classes->class_count; c++) {
        while (tag < classes->tag_count && classes->tags[tag].label_class < c)
            tag++;
        classes->first_tag[c] = tag;
    }
    return CALPOL_OK;
}

/* ---- Named ports ----------------------------------------------------------------------------- */

static int compare_declared(const void *left, const void *right)
{
    const struct cp_declared_port *a = left, *b = right;

    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return (a->tag > b->tag) - (a->tag < b->tag);
}

static int list_declared(struct cp_label_classes *classes)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < classes->tag_count; i++)
        count += classes->port_sets.items.items[classes->tags[i].ports].count / 2;
    classes->declared = CP_NEW_ARRAY(classes->arena, struct cp_declared_port, count);
    if (!classes->declared)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < classes->tag_count; i++) {
        const struct cp_tuple *ports = &classes->port_sets.items.items[classes->tags[i].ports];

        for (uint32_t p = 0; p < ports->count; p += 2)
            classes->declared[classes->declared_count++] = (struct cp_declared_port){
                .name = ports->numbers[p],
                .tag = i,
                .protocol = (uint8_t)(ports->numbers[p + 1] >> 16),
                .port = (uint16_t)ports->numbers[p + 1],
            };
    }
    return cp_sort(classes->declared, count, sizeof(*classes->declared), compare_declared,
                   classes->arena)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

/* Tables have a row for each class as long as there are so many at most (programs.c). */
#define MOST_CLASSES_BY_SET 3072u

int cp_label_classes_make(struct cp_label_classes *classes,
                          const struct calpol_ruleset *ruleset,
                          bool is_lasting,
                          struct cp_arena *arena)
{
    int status;

    *classes = (struct cp_label_classes){
        .ruleset = ruleset,
        .arena = arena,
        .by_set = is_lasting && ruleset->label_set_count <= MOST_CLASSES_BY_SET,
    };
    status = gather_questions(classes, is_lasting);
    if (!status)
        status = find_vectors(classes);
    if (!status)
        status = order_classes(classes);
    if (!status)
        status = transpose(classes);
    if (!status)
        status = find_tags(classes);
    if (!status)
        status = index_tags(classes);
    if (!status)
        status = list_declared(classes);
    return status;
}
