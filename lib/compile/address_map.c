/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regions, which lie in each other, as ranges, which do not: what an address is, is what the smallest
 * region around it says.
 */
#include "compile/program_builder.h"

/* A network whose addresses go on behind the regions in it. */
struct outer {
    struct cp_address_key last; /* its last address */
    uint32_t value;
};

struct mapping {
    struct cp_program_builder *builder;
    CP_ARRAY(struct cp_address_key) begins;
    CP_ARRAY(uint32_t) values;
    struct outer stack[130];
    uint32_t depth;
};

static uint32_t value_of(enum cp_address_type type, uint32_t number)
{
    return (uint32_t)type << CP_ADDRESS_BITS | number;
}

/* What the very address of a region is (EV-11). An address of a workload whose class is not that of
   the workload's first address of the family is left to the plain walk. */
static uint32_t value_of_region(const struct cp_classes *classes, const struct cp_region *region)
{
    int family = cp_family_index(region->family);

    if (region->workload != CP_NONE)
        return classes->workload_classes[family][region->workload] == region->address_class
                   ? value_of(CP_ADDRESS_WORKLOAD, region->workload)
                   : value_of(CP_ADDRESS_SPECIAL, 0);
    if (region->is_host)
        return value_of(CP_ADDRESS_SPECIAL, 0);
    return value_of(region->is_service ? CP_ADDRESS_SERVICE : CP_ADDRESS_OUTSIDE,
                    region->address_class);
}

/* From an address on, addresses are something else. */
static bool begin_range(struct mapping *mapping, struct cp_address_key begin, uint32_t value)
{
    struct cp_arena *work = mapping->builder->work;
    uint32_t last = mapping->begins.count - 1;
    struct cp_address_key *begin_slot;
    uint32_t *value_slot;

    if (mapping->begins.count &&
        cp_address_key_compare(mapping->begins.items[last], begin) == 0) {
        mapping->values.items[last] = value; /* the region begins where the one around it does */
        return true;
    }
    if (mapping->begins.count && mapping->values.items[last] == value)
        return true;
    begin_slot = cp_array_push(work, &mapping->begins);
    value_slot = cp_array_push(work, &mapping->values);
    if (!begin_slot || !value_slot)
        return false;
    *begin_slot = begin;
    *value_slot = value;
    return true;
}

/* The address behind another one; false behind the last. */
static bool next_address(struct cp_address_key key, uint8_t family, struct cp_address_key *out_next)
{
    if (family == 4) {
        out_next->high = (key.high | UINT32_MAX) + 1;
        out_next->low = 0;
        return out_next->high != 0;
    }
    out_next->low = key.low + 1;
    out_next->high = key.high + (out_next->low == 0);
    return out_next->low || out_next->high;
}

/* Ends the regions that lie before an address, or all of them: behind each, the one around it goes
   on. */
static bool leave(struct mapping *mapping, uint8_t family, const struct cp_address_key *before)
{
    while (mapping->depth > 1) {
        const struct outer *inner = &mapping->stack[mapping->depth - 1];
        struct cp_address_key next;

        if (before && cp_address_key_compare(inner->last, *before) >= 0)
            break;
        mapping->depth--;
        if (next_address(inner->last, family, &next) &&
            !begin_range(mapping, next, mapping->stack[mapping->depth - 1].value))
            return false;
    }
    return true;
}

static bool enter(struct mapping *mapping, const struct cp_region *region)
{
    uint32_t value = value_of_region(&mapping->builder->classes, region);

    if (!leave(mapping, region->family, &region->key) ||
        !begin_range(mapping, region->key, value))
        return false;
    mapping->stack[mapping->depth++] =
        (struct outer){cp_address_key_last(region->key, region->length), value};
    return true;
}

static int keep(struct mapping *mapping, struct cp_address_map *out_map)
{
    struct cp_program_builder *builder = mapping->builder;
    uint32_t count = mapping->begins.count;

    out_map->begins = cp_arena_copy(builder->arena, mapping->begins.items,
                                    count * sizeof(*mapping->begins.items));
    out_map->values = cp_arena_copy(builder->arena, mapping->values.items,
                                    count * sizeof(*mapping->values.items));
    out_map->count = count;
    builder->bytes += count * (sizeof(*mapping->begins.items) + sizeof(*mapping->values.items));
    return out_map->begins && out_map->values ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int make_map(struct cp_program_builder *builder,
                    uint8_t family,
                    struct cp_address_map *out_map)
{
    const struct cp_classes *classes = &builder->classes;
    uint32_t root = classes->tree.classes[CP_CLASS_ROOT];
    struct mapping mapping = {.builder = builder};
    const struct cp_address_key first = {0, 0};

    mapping.stack[mapping.depth++] =
        (struct outer){{UINT64_MAX, UINT64_MAX}, value_of(CP_ADDRESS_OUTSIDE, root)};
    if (!begin_range(&mapping, first, mapping.stack[0].value))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < classes->regions.count; i++) {
        const struct cp_region *region = &classes->regions.items[i];

        if (region->family == family && !enter(&mapping, region))
            return CALPOL_ERROR_NO_MEMORY;
    }
    if (!leave(&mapping, family, NULL))
        return CALPOL_ERROR_NO_MEMORY;
    return keep(&mapping, out_map);
}

int cp_address_maps_make(struct cp_program_builder *builder)
{
    int status = make_map(builder, 4, &builder->programs->addresses[0]);

    return status ? status : make_map(builder, 6, &builder->programs->addresses[1]);
}
