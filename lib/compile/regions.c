/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks in order of address. A stack holds those that lie around the one being looked at, so
 * that each gets the key of the one around it plus its own tags.
 */
#include "compile/regions.h"

#include "base/sort.h"

/* What an entry says of a network. */
enum entry_type {
    ENTRY_TAG,           /* value: the tag */
    ENTRY_WORKLOAD,      /* value: a workload that has the address */
    ENTRY_FIRST_ADDRESS, /* the same; it is the workload's first one of the family */
    ENTRY_HOST,
    ENTRY_SERVICE
};

struct cp_region_entry {
    struct cp_address_key key;
    uint32_t value;
    uint8_t family, length;
    uint8_t type; /* enum entry_type */
};

/* Networks that lie in each other: one for each length. */
#define DEEPEST 129u

void cp_regions_init(struct cp_region_list *list, struct cp_arena *work)
{
    *list = (struct cp_region_list){.work = work};
}

/* ---- Gathering ------------------------------------------------------------------------------- */

static bool add(struct cp_region_list *list,
                const struct calpol_address *address,
                unsigned length,
                enum entry_type type,
                uint32_t value)
{
    struct cp_region_entry *entry = cp_array_push(list->work, &list->entries);

    if (entry)
        *entry = (struct cp_region_entry){
            .key = cp_address_key_first(cp_address_key_of(address), length),
            .value = value,
            .family = address->family,
            .length = (uint8_t)length,
            .type = (uint8_t)type,
        };
    return entry != NULL;
}

static bool add_host(struct cp_region_list *list,
                     const struct calpol_address *address,
                     enum entry_type type,
                     uint32_t value)
{
    return add(list, address, cp_family_bits(address->family), type, value);
}

bool cp_regions_add_address(struct cp_region_list *list,
                            const struct calpol_address *address,
                            uint32_t tag)
{
    return add_host(list, address, ENTRY_TAG, tag);
}

bool cp_regions_add_nets(struct cp_region_list *list, const struct cp_prefixes *nets, uint32_t tag)
{
    for (uint32_t i = 0; i < nets->count; i++) {
        if (!add(list, &nets->items[i].address, nets->items[i].length, ENTRY_TAG, tag))
            return false;
    }
    return true;
}

/* A workload's addresses lead to it (EV-11); its first of each family is its own (EV-14). */
static bool add_workload(struct cp_region_list *list,
                         const struct cp_prefixes *nets,
                         uint32_t workload)
{
    bool seen[2] = {false, false};

    for (uint32_t i = 0; i < nets->count; i++) {
        const struct calpol_address *address = &nets->items[i].address;
        int family = cp_family_index(address->family);

        if (!add_host(list, address, seen[family] ? ENTRY_WORKLOAD : ENTRY_FIRST_ADDRESS, workload))
            return false;
        seen[family] = true;
    }
    return true;
}

static bool add_hosts(struct cp_region_list *list,
                      const struct calpol_address *addresses,
                      uint32_t count,
                      enum entry_type type)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!add_host(list, &addresses[i], type, 0))
            return false;
    }
    return true;
}

int cp_regions_add_owners(struct cp_region_list *list, const struct cp_label_classes *labels)
{
    const struct calpol_ruleset *ruleset = labels->ruleset;

    for (uint32_t i = 0; i < cp_ruleset_owner_count(ruleset); i++) {
        const struct cp_owner *owner = &ruleset->owners[i];
        bool is_done = true;

        if (labels->tag_of_owner[i] != CP_NONE)
            is_done = cp_regions_add_nets(list, &owner->nets, labels->tag_of_owner[i]);
        if (is_done && owner->kind == CP_OWNER_WORKLOAD)
            is_done = add_workload(list, &owner->nets, i);
        for (uint32_t n = 0; is_done && owner->kind == CP_OWNER_HOST && n < owner->nets.count; n++)
            is_done = add_host(list, &owner->nets.items[n].address, ENTRY_HOST, 0);
        if (!is_done)
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

int cp_regions_add_special(struct cp_region_list *list, const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->node_count; i++) {
        const struct cp_node_entry *node = &ruleset->nodes[i];

        if (!add_hosts(list, node->addresses, node->address_count, ENTRY_HOST))
            return CALPOL_ERROR_NO_MEMORY;
    }
    for (uint32_t i = 0; i < ruleset->service_count; i++) {
        const struct cp_service *service = &ruleset->services[i];

        if (!add_hosts(list, service->cluster_ips, service->cluster_ip_count, ENTRY_SERVICE) ||
            !add_hosts(list, service->external_ips, service->external_ip_count, ENTRY_SERVICE))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* ---- Going through them ---------------------------------------------------------------------- */

/* By address, networks before those that lie in them. */
static int compare_entries(const void *left, const void *right)
{
    const struct cp_region_entry *a = left, *b = right;
    int order;

    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    order = cp_address_key_compare(a->key, b->key);
    return order ? order : (int)a->length - (int)b->length;
}

static bool is_same_network(const struct cp_region_entry *a, const struct cp_region_entry *b)
{
    return a->family == b->family && a->length == b->length &&
           cp_address_key_compare(a->key, b->key) == 0;
}

static bool lies_in(const struct cp_region_entry *inner, const struct cp_region *outer)
{
    return inner->family == outer->family && inner->length >= outer->length &&
           cp_address_key_compare(cp_address_key_first(inner->key, outer->length), outer->key) == 0;
}

struct sweep {
    struct cp_region_list *list;
    struct cp_classes *classes;
    uint32_t stack[DEEPEST]; /* regions around the next one, the innermost last */
    uint32_t depth;
    CP_ARRAY(uint32_t) tags;
};

/* The key of what lies around a network. */
static uint32_t enter(struct sweep *sweep, const struct cp_region_entry *entry)
{
    const struct cp_region *regions = sweep->classes->regions.items;

    while (sweep->depth && !lies_in(entry, &regions[sweep->stack[sweep->depth - 1]]))
        sweep->depth--;
    return sweep->depth ? regions[sweep->stack[sweep->depth - 1]].key_number : CP_CLASS_ROOT;
}

/* Takes in what an entry says, but for the key that it leads to. */
static bool take(struct sweep *sweep, const struct cp_region_entry *entry, struct cp_region *region)
{
    uint32_t *tag;

    switch ((enum entry_type)entry->type) {
    case ENTRY_TAG:
        tag = cp_array_push(sweep->list->work, &sweep->tags);
        if (!tag)
            return false;
        *tag = entry->value;
        break;
    case ENTRY_WORKLOAD:
    case ENTRY_FIRST_ADDRESS:
        if (entry->value < region->workload)
            region->workload = entry->value;
        break;
    case ENTRY_HOST:
        region->is_host = true;
        break;
    case ENTRY_SERVICE:
        region->is_service = true;
        break;
    }
    return true;
}

/* Is an address that of one workload, and nothing else? */
static bool is_of_one_workload(const struct cp_region_entry *entries, uint32_t count)
{
    uint32_t tags = 0, others = 0;

    for (uint32_t i = 0; i < count; i++) {
        tags += entries[i].type == ENTRY_TAG;
        others += entries[i].type != ENTRY_TAG;
    }
    return others == 1 && tags <= 1;
}

/* The next network: count entries that are all about it. */
static int add_region(struct sweep *sweep, const struct cp_region_entry *entries, uint32_t count)
{
    struct cp_classes *classes = sweep->classes;
    uint32_t parent = enter(sweep, entries);
    struct cp_region region = {
        .key = entries->key,
        .family = entries->family,
        .length = entries->length,
        .workload = CP_NONE,
    };
    struct cp_region *slot = cp_array_push(sweep->list->work, &classes->regions);

    sweep->tags.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (!take(sweep, &entries[i], &region))
            return CALPOL_ERROR_NO_MEMORY;
    }
    cp_sort_numbers(sweep->tags.items, sweep->tags.count, NULL, NULL);
    if (!slot || cp_class_tree_add(&classes->tree, parent, sweep->tags.items, sweep->tags.count,
                                   &region.key_number))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        int family = cp_family_index(entries->family);

        if (entries[i].type != ENTRY_FIRST_ADDRESS)
            continue;
        classes->workload_classes[family][entries[i].value] = region.key_number;
        if (is_of_one_workload(entries, count))
            classes->outer_classes[family][entries[i].value] = parent;
    }
    *slot = region;
    sweep->stack[sweep->depth++] = classes->regions.count - 1;
    return CALPOL_OK;
}

static int make_workload_classes(struct cp_classes *classes)
{
    uint32_t count = classes->ruleset->workload_count;

    for (int f = 0; f < 2; f++) {
        classes->workload_classes[f] = CP_NEW_ARRAY(classes->lasting, uint32_t, count);
        classes->outer_classes[f] = CP_NEW_ARRAY(classes->lasting, uint32_t, count);
        if (!classes->workload_classes[f] || !classes->outer_classes[f])
            return CALPOL_ERROR_NO_MEMORY;
        for (uint32_t i = 0; i < count; i++)
            classes->workload_classes[f][i] = classes->outer_classes[f][i] = CP_NONE;
    }
    return CALPOL_OK;
}

int cp_regions_finish(struct cp_region_list *list, struct cp_classes *classes)
{
    struct sweep sweep = {.list = list, .classes = classes};
    const struct cp_region_entry *entries = list->entries.items;
    uint32_t count = list->entries.count, first = 0;
    int status = make_workload_classes(classes);

    if (status ||
        !cp_sort(list->entries.items, count, sizeof(*entries), compare_entries, list->work))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 1; !status && i <= count; i++) {
        if (i < count && is_same_network(&entries[first], &entries[i]))
            continue;
        status = add_region(&sweep, entries + first, i - first);
        first = i;
    }
    return status;
}
