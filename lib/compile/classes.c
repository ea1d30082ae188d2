/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks of all kinds in order of address, and the classes of what lies between them.
 */
#include "compile/classes.h"

#include "base/sort.h"
#include "compile/regions.h"

/* A service with one of its protocols and ports; protocol 0: an address without ports. */
struct cp_service_tag {
    uint32_t service;
    uint8_t protocol;
    uint16_t port;
};

/* ---- Lists of nets --------------------------------------------------------------------------- */

static int compare_prefixes(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(struct calpol_address) + 1);
}

/* A list as numbers in an order of its own, so that equal sets of nets are equal. */
static bool number_nets(const struct cp_prefixes *nets,
                        struct cp_arena *work,
                        uint32_t **out_numbers,
                        uint32_t *out_count)
{
    uint32_t words = 1 + sizeof(struct calpol_address) / sizeof(uint32_t);
    struct cp_prefix *sorted = CP_NEW_ARRAY(work, struct cp_prefix, nets->count);
    uint32_t *numbers = CP_NEW_ARRAY(work, uint32_t, (size_t)nets->count * words);

    if (!sorted || !numbers)
        return false;
    for (uint32_t i = 0; i < nets->count; i++)
        sorted[i] = nets->items[i];
    if (!cp_sort(sorted, nets->count, sizeof(*sorted), compare_prefixes, work))
        return false;
    for (uint32_t i = 0; i < nets->count; i++) {
        memcpy(numbers + (size_t)i * words, &sorted[i].address, sizeof(sorted[i].address));
        numbers[(size_t)i * words + words - 1] = sorted[i].length;
    }
    *out_numbers = numbers;
    *out_count = nets->count * words;
    return true;
}

/* Numbers a list; one seen for the first time becomes networks. */
static int add_net_list(struct cp_classes *classes,
                        struct cp_region_list *regions,
                        const struct cp_prefixes *nets)
{
    uint32_t *numbers, count, list;
    bool is_new;

    if (!nets->count)
        return CALPOL_OK;
    if (!number_nets(nets, classes->work, &numbers, &count) ||
        !cp_tuples_add(&classes->net_lists, numbers, count, &list, &is_new) ||
        (is_new && !cp_regions_add_nets(regions, nets, classes->labels.tag_count + list)))
        return CALPOL_ERROR_NO_MEMORY;
    return CALPOL_OK;
}

static int add_net_lists(struct cp_classes *classes, struct cp_region_list *regions)
{
    const struct calpol_ruleset *ruleset = classes->ruleset;
    int status = CALPOL_OK;

    cp_tuples_init(&classes->net_lists, classes->lasting);
    for (uint32_t i = 0; !status && i < ruleset->rule_count; i++) {
        const struct cp_rule *rule = &ruleset->rules[i];

        status = add_net_list(classes, regions, &rule->source->nets);
        if (!status)
            status = add_net_list(classes, regions, &rule->source->not_nets);
        if (!status)
            status = add_net_list(classes, regions, &rule->destination->nets);
        if (!status)
            status = add_net_list(classes, regions, &rule->destination->not_nets);
    }
    return status;
}

/* ---- Services of rules ----------------------------------------------------------------------- */

static uint32_t first_service_tag(const struct cp_classes *classes)
{
    return classes->labels.tag_count + classes->net_lists.items.count;
}

/* The tag of an entry's protocol and port within its service, new or known. */
static bool find_service_tag(struct cp_classes *classes,
                             struct cp_tuples *tags,
                             uint32_t service,
                             const struct cp_service_entry *entry,
                             uint32_t *out_tag)
{
    const uint32_t numbers[2] = {service, (uint32_t)entry->protocol << 16 | entry->port};

    if (!cp_tuples_add(tags, numbers, 2, out_tag, NULL))
        return false;
    *out_tag += first_service_tag(classes);
    return true;
}

static int add_services(struct cp_classes *classes, struct cp_region_list *regions)
{
    const struct calpol_ruleset *ruleset = classes->ruleset;
    struct cp_tuples tags;

    cp_tuples_init(&tags, classes->work);
    classes->first_service_tag =
        CP_NEW_ARRAY(classes->lasting, uint32_t, (size_t)ruleset->rule_service_count + 1);
    if (!classes->first_service_tag)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < ruleset->rule_service_count; i++) {
        const struct cp_rule_service *service = &ruleset->rule_services[i];

        classes->first_service_tag[i] = tags.items.count;
        for (uint32_t e = 0; e < service->entry_count; e++) {
            uint32_t tag;

            if (!find_service_tag(classes, &tags, i, &service->entries[e], &tag) ||
                !cp_regions_add_address(regions, &service->entries[e].address, tag))
                return CALPOL_ERROR_NO_MEMORY;
        }
    }
    classes->first_service_tag[ruleset->rule_service_count] = tags.items.count;
    classes->service_tags = CP_NEW_ARRAY(classes->lasting, struct cp_service_tag, tags.items.count);
    if (!classes->service_tags)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < tags.items.count; i++) {
        const uint32_t *numbers = tags.items.items[i].numbers;

        classes->service_tags[i] =
            (struct cp_service_tag){numbers[0], (uint8_t)(numbers[1] >> 16), (uint16_t)numbers[1]};
    }
    return CALPOL_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int make_regions(struct cp_classes *classes, struct cp_region_list *regions)
{
    int status = cp_regions_add_owners(regions, &classes->labels);

    if (!status)
        status = cp_regions_add_special(regions, classes->ruleset);
    if (!status)
        status = add_net_lists(classes, regions);
    if (!status)
        status = add_services(classes, regions);
    return status ? status : cp_regions_finish(regions, classes);
}

static void set_classes(struct cp_classes *classes)
{
    const struct cp_class_tree *tree = &classes->tree;
    uint32_t workload_count = classes->ruleset->workload_count;

    for (uint32_t i = 0; i < classes->regions.count; i++) {
        struct cp_region *region = &classes->regions.items[i];

        region->address_class = tree->classes[region->key_number];
    }
    for (int f = 0; f < 2; f++) {
        for (uint32_t i = 0; i < workload_count; i++) {
            uint32_t *address_class = &classes->workload_classes[f][i];
            uint32_t *outer_class = &classes->outer_classes[f][i];

            if (*address_class != CP_NONE)
                *address_class = tree->classes[*address_class];
            if (*outer_class != CP_NONE)
                *outer_class = tree->classes[*outer_class];
        }
    }
}

/* Nothing was asked yet. */
static int begin_questions(struct cp_classes *classes)
{
    uint32_t count = classes->ruleset->selector_count;

    cp_tuples_init(&classes->atom_keys, classes->work);
    memset(&classes->atoms, 0, sizeof(classes->atoms));
    memset(&classes->scratch, 0, sizeof(classes->scratch));
    classes->selector_sets = CP_NEW_ARRAY(classes->work, uint32_t, count);
    if (!classes->selector_sets ||
        !cp_range_pool_init(&classes->sets, classes->work, classes->count))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        classes->selector_sets[i] = CP_NONE;
    return CALPOL_OK;
}

int cp_classes_make(struct cp_classes *classes,
                    const struct calpol_ruleset *ruleset,
                    struct cp_arena *lasting,
                    struct cp_arena *work)
{
    struct cp_region_list regions;
    uint32_t tag_count;
    int status;

    *classes = (struct cp_classes){
        .ruleset = ruleset,
        .lasting = lasting ? lasting : work,
        .work = work,
        .selector_count = ruleset->selector_count,
    };
    cp_regions_init(&regions, work);
    status = cp_label_classes_make(&classes->labels, ruleset, lasting != NULL, classes->lasting);
    if (!status)
        status = cp_class_tree_init(&classes->tree, classes->lasting);
    if (!status)
        status = make_regions(classes, &regions);
    if (status)
        return status;
    tag_count =
        first_service_tag(classes) + classes->first_service_tag[ruleset->rule_service_count];
    status = cp_class_tree_finish(&classes->tree, tag_count);
    if (status)
        return status;
    classes->count = cp_class_tree_count(&classes->tree);
    set_classes(classes);
    return begin_questions(classes);
}

int cp_classes_reuse(struct cp_classes *classes,
                     const struct cp_classes *known,
                     const struct calpol_ruleset *ruleset,
                     struct cp_arena *work)
{
    *classes = *known;
    classes->ruleset = classes->labels.ruleset = ruleset;
    classes->work = work;
    return begin_questions(classes);
}

/* ---- Questions ------------------------------------------------------------------------------- */

/* Adds the classes of addresses with a tag to what is being gathered. */
static bool gather_tag(struct cp_classes *classes, uint32_t tag)
{
    struct cp_ranges ranges = cp_class_tree_of_tag(&classes->tree, tag);

    if (!cp_array_reserve(classes->work, &classes->scratch, ranges.count))
        return false;
    for (uint32_t i = 0; i < ranges.count; i++)
        classes->scratch.items[classes->scratch.count++] = ranges.items[i];
    return true;
}

/* The set of what was gathered. */
static int finish_set(struct cp_classes *classes, uint32_t *out_set)
{
    return cp_ranges_make(&classes->sets, classes->scratch.items, classes->scratch.count, out_set)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

/* Adds what owners of a range of label classes have. */
static bool gather_label_classes(struct cp_classes *classes, uint32_t first, uint32_t end)
{
    const uint32_t *first_tag = classes->labels.first_tag;

    for (uint32_t tag = first_tag[first]; tag < first_tag[end]; tag++) {
        if (!gather_tag(classes, tag))
            return false;
    }
    return true;
}

static bool is_asked(const struct cp_classes *classes, uint32_t selector)
{
    return selector < classes->selector_count && cp_bitset_has(classes->labels.selectors, selector);
}

/* The classes for a selector that rules ask for which they were made. */
static int gather_asked(struct cp_classes *classes, uint32_t selector)
{
    const struct cp_label_classes *labels = &classes->labels;

    for (uint32_t r = labels->first_range[selector]; r < labels->first_range[selector + 1]; r++) {
        if (!gather_label_classes(classes, labels->ranges[r].first, labels->ranges[r].end))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* The same for another one. */
static int gather_other(struct cp_classes *classes, uint32_t selector)
{
    if (!cp_label_classes_know(&classes->labels, selector))
        return CALPOL_ERROR_LIMIT;
    for (uint32_t i = 0; i < classes->labels.class_count; i++) {
        if (cp_label_class_matches(&classes->labels, i, selector) &&
            !gather_label_classes(classes, i, i + 1))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

int cp_classes_of_selector(struct cp_classes *classes, uint32_t selector, uint32_t *out_set)
{
    int status;

    *out_set = classes->selector_sets[selector];
    if (*out_set != CP_NONE)
        return CALPOL_OK;
    classes->scratch.count = 0;
    status = is_asked(classes, selector) ? gather_asked(classes, selector)
                                         : gather_other(classes, selector);
    if (!status)
        status = finish_set(classes, out_set);
    if (!status)
        classes->selector_sets[selector] = *out_set;
    return status;
}

int cp_classes_of_nets(struct cp_classes *classes,
                       const struct cp_prefixes *nets,
                       uint32_t *out_set)
{
    uint32_t *numbers, count, list;

    if (!number_nets(nets, classes->work, &numbers, &count))
        return CALPOL_ERROR_NO_MEMORY;
    list = cp_tuples_find(&classes->net_lists, numbers, count);
    if (list == CP_INDEX_END)
        return CALPOL_ERROR_LIMIT;
    classes->scratch.count = 0;
    if (!gather_tag(classes, classes->labels.tag_count + list))
        return CALPOL_ERROR_NO_MEMORY;
    return finish_set(classes, out_set);
}

int cp_classes_of_service(struct cp_classes *classes, uint32_t service, uint32_t *out_set)
{
    uint32_t end = classes->first_service_tag[service + 1];

    classes->scratch.count = 0;
    for (uint32_t i = classes->first_service_tag[service]; i < end; i++) {
        if (!gather_tag(classes, first_service_tag(classes) + i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return finish_set(classes, out_set);
}

/* ---- Protocols and ports --------------------------------------------------------------------- */

/* Tags being gathered with the protocol and port that addresses have by each: all three in one number. */
struct ported_tags {
    CP_ARRAY(uint64_t) items;
};

static int add_ported_tag(struct cp_classes *classes,
                          struct ported_tags *tags,
                          uint8_t protocol,
                          uint16_t port,
                          uint32_t tag)
{
    uint64_t *slot = cp_array_push(classes->work, &tags->items);

    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = (uint64_t)protocol << 48 | (uint64_t)port << 32 | tag;
    return CALPOL_OK;
}

/* The atom of the first count tags, which have one protocol and port. */
static int make_atom(struct cp_classes *classes,
                     const uint64_t *tags,
                     uint32_t count,
                     struct cp_port_atom *out_atom)
{
    *out_atom = (struct cp_port_atom){(uint8_t)(*tags >> 48), (uint16_t)(*tags >> 32), 0};
    classes->scratch.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!gather_tag(classes, (uint32_t)tags[i]))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return finish_set(classes, &out_atom->addresses);
}

static int make_atoms(struct cp_classes *classes,
                      struct ported_tags *tags,
                      struct cp_port_atoms *out_atoms)
{
    uint32_t count = tags->items.count, first = 0, atom_count = 0;
    uint64_t *keys = tags->items.items, *scratch = CP_NEW_ARRAY(classes->work, uint64_t, count);
    struct cp_port_atom *atoms = CP_NEW_ARRAY(classes->work, struct cp_port_atom, count);
    int status = CALPOL_OK;

    if (!scratch || !atoms)
        return CALPOL_ERROR_NO_MEMORY;
    cp_sort_keys(keys, count, scratch);
    for (uint32_t i = 1; !status && i <= count; i++) {
        if (i < count && keys[i] >> 32 == keys[first] >> 32)
            continue;
        status = make_atom(classes, keys + first, i - first, &atoms[atom_count++]);
        first = i;
    }
    *out_atoms = (struct cp_port_atoms){atoms, atom_count};
    return status;
}

/* Atoms that were asked for before. */
static bool find_atoms(const struct cp_classes *classes,
                       const uint32_t *key,
                       uint32_t count,
                       struct cp_port_atoms *out_atoms)
{
    uint32_t known = cp_tuples_find(&classes->atom_keys, key, count);

    if (known != CP_INDEX_END)
        *out_atoms = classes->atoms.items[known];
    return known != CP_INDEX_END;
}

static int keep_atoms(struct cp_classes *classes,
                      const uint32_t *key,
                      uint32_t count,
                      struct ported_tags *tags,
                      struct cp_port_atoms *out_atoms)
{
    struct cp_port_atoms *slot = cp_array_push(classes->work, &classes->atoms);
    uint32_t number;

    if (!slot || make_atoms(classes, tags, slot) ||
        !cp_tuples_add(&classes->atom_keys, key, count, &number, NULL))
        return CALPOL_ERROR_NO_MEMORY;
    *out_atoms = *slot;
    return CALPOL_OK;
}

int cp_service_atoms(struct cp_classes *classes, uint32_t service, struct cp_port_atoms *out_atoms)
{
    const uint32_t key[1] = {service};
    uint32_t end = classes->first_service_tag[service + 1];
    struct ported_tags tags = {0};

    if (find_atoms(classes, key, 1, out_atoms))
        return CALPOL_OK;
    for (uint32_t i = classes->first_service_tag[service]; i < end; i++) {
        const struct cp_service_tag *tag = &classes->service_tags[i];

        if (tag->protocol && add_ported_tag(classes, &tags, tag->protocol, tag->port,
                                            first_service_tag(classes) + i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return keep_atoms(classes, key, 1, &tags, out_atoms);
}

/* The first declaration of a name. */
static uint32_t first_declared(const struct cp_label_classes *labels, uint32_t name)
{
    uint32_t low = 0, high = labels->declared_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (labels->declared[middle].name < name)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int add_name(struct cp_classes *classes,
                    struct ported_tags *tags,
                    uint32_t name,
                    uint32_t selector,
                    uint8_t protocol)
{
    const struct cp_label_classes *labels = &classes->labels;
    int status = CALPOL_OK;

    for (uint32_t i = first_declared(labels, name);
         !status && i < labels->declared_count && labels->declared[i].name == name; i++) {
        const struct cp_declared_port *port = &labels->declared[i];
        uint32_t label_class = labels->tags[port->tag].label_class;

        if (protocol && port->protocol != protocol)
            continue;
        if (selector == CP_NONE || cp_label_class_matches(labels, label_class, selector))
            status = add_ported_tag(classes, tags, port->protocol, port->port, port->tag);
    }
    return status;
}

int cp_named_atoms(struct cp_classes *classes,
                   const struct cp_port_list *ports,
                   uint32_t selector,
                   uint8_t protocol,
                   struct cp_port_atoms *out_atoms)
{
    uint32_t count = ports->name_count + 2;
    uint32_t *key = CP_NEW_ARRAY(classes->work, uint32_t, count);
    struct ported_tags tags = {0};
    int status = key ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;

    *out_atoms = (struct cp_port_atoms){NULL, 0};
    if (!ports->name_count || status)
        return status;
    key[0] = selector;
    key[1] = protocol;
    memcpy(key + 2, ports->names, ports->name_count * sizeof(*key));
    if (find_atoms(classes, key, count, out_atoms))
        return CALPOL_OK;
    if (selector != CP_NONE && !is_asked(classes, selector) &&
        !cp_label_classes_know(&classes->labels, selector))
        return CALPOL_ERROR_LIMIT;
    for (uint32_t i = 0; !status && i < ports->name_count; i++)
        status = add_name(classes, &tags, ports->names[i], selector, protocol);
    return status ? status : keep_atoms(classes, key, count, &tags, out_atoms);
}
