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

    if (mapping->begins.count && cp_address_key_compare(mapping->begins.items[last], begin) == 0) {
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

    if (!leave(mapping, region->family, &region->key) || !begin_range(mapping, region->key, value))
        return false;
    mapping->stack[mapping->depth++] =
        (struct outer){cp_address_key_last(region->key, region->length), value};
    return true;
}

/* ---- The trie -------------------------------------------------------------------------------- */

struct planting {
    struct cp_program_builder *builder;
    const struct cp_address_key *begins;
    const uint32_t *values;
    uint32_t count;
    CP_ARRAY(struct cp_address_node) nodes;
    CP_ARRAY(uint32_t) ways;
};

/* Addresses that begin with the same bytes, and the range that the first of them is in. */
struct place {
    struct cp_address_key first;
    unsigned bytes;
    uint32_t range;
};

static int plant(struct planting *planting, const struct place *place, uint32_t *out_way);

/* The first address that begins with the bytes of a place and one more. */
static struct cp_address_key key_behind(const struct place *place, unsigned byte)
{
    struct cp_address_key key = place->first;

    if (place->bytes < 8)
        key.high |= (uint64_t)byte << (56 - 8 * place->bytes);
    else
        key.low |= (uint64_t)byte << (56 - 8 * (place->bytes - 8));
    return key;
}

/* How many ranges begin within a place, behind its first address. */
static uint32_t count_inside(const struct planting *planting, const struct place *place)
{
    struct cp_address_key last = cp_address_key_last(place->first, place->bytes * 8);
    uint32_t low = place->range + 1, high = planting->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (cp_address_key_compare(planting->begins[middle], last) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low - place->range - 1;
}

/* The ways of a node: of each byte, where it differs from the one before. */
static int plant_ways(struct planting *planting,
                      const struct place *place,
                      struct cp_address_node *node,
                      uint32_t ways[256],
                      uint32_t *out_count)
{
    uint32_t range = place->range, count = 0;

    for (unsigned byte = 0; byte < 256; byte++) {
        struct place next = {key_behind(place, byte), place->bytes + 1, range};
        uint32_t way;
        int status;

        while (range + 1 < planting->count &&
               cp_address_key_compare(planting->begins[range + 1], next.first) <= 0)
            range++;
        next.range = range;
        status = plant(planting, &next, &way);
        if (status)
            return status;
        if (count && ways[count - 1] == way)
            continue;
        node->begins[byte / 64] |= (uint64_t)1 << (byte % 64);
        ways[count++] = way;
    }
    *out_count = count;
    return CALPOL_OK;
}

static int keep_ways(struct planting *planting,
                     struct cp_address_node *node,
                     const uint32_t *ways,
                     uint32_t count)
{
    struct cp_arena *work = planting->builder->work;
    uint8_t before = 0;

    for (int i = 0; i < 4; i++) {
        node->before[i] = before;
        before = (uint8_t)(before + __builtin_popcountll(node->begins[i]));
    }
    node->first = CP_WAYS_HERE;
    if (count <= sizeof(node->here) / sizeof(node->here[0])) {
        memcpy(node->here, ways, count * sizeof(*ways));
        return CALPOL_OK;
    }
    node->first = planting->ways.count;
    if (!cp_array_reserve(work, &planting->ways, count))
        return CALPOL_ERROR_NO_MEMORY;
    memcpy(planting->ways.items + planting->ways.count, ways, count * sizeof(*ways));
    planting->ways.count += count;
    return CALPOL_OK;
}

/* The way to a place: what it is, a few ranges, or a node. Recursion is as deep as addresses are
   long. */
static int plant(struct planting *planting, const struct place *place, uint32_t *out_way)
{
    uint32_t inside = count_inside(planting, place), number, count, ways[256];
    struct cp_address_node node = {.first = 0}, *slot;
    int status;

    if (inside == 0) {
        *out_way = planting->values[place->range];
        return CALPOL_OK;
    }
    if (inside < CP_MOST_RANGES) {
        *out_way = value_of(CP_ADDRESS_RANGES, place->range);
        return CALPOL_OK;
    }
    number = planting->nodes.count;
    slot = cp_array_push(planting->builder->work, &planting->nodes);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    status = plant_ways(planting, place, &node, ways, &count);
    if (!status)
        status = keep_ways(planting, &node, ways, count);
    planting->nodes.items[number] = node;
    *out_way = value_of(CP_ADDRESS_NODE, number);
    return status;
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* A copy that begins at a cache line. */
static void *keep_lines(struct cp_program_builder *builder, const void *bytes, size_t size)
{
    unsigned char *memory = cp_arena_zeroed_large(builder->arena, size + 63, 1);

    if (!memory)
        return NULL;
    memory += (64 - (uintptr_t)memory % 64) % 64;
    if (size)
        memcpy(memory, bytes, size);
    builder->bytes += size;
    return memory;
}

static int keep(struct mapping *mapping, struct cp_address_map *out_map)
{
    struct cp_program_builder *builder = mapping->builder;
    uint32_t count = mapping->begins.count;
    struct planting planting = {
        .builder = builder,
        .begins = mapping->begins.items,
        .values = mapping->values.items,
        .count = count,
    };
    const struct place everywhere = {{0, 0}, 0, 0};
    int status = plant(&planting, &everywhere, &out_map->root);

    if (status)
        return status;
    out_map->count = count;
    out_map->node_count = planting.nodes.count;
    out_map->way_count = planting.ways.count;
    out_map->begins =
        keep_lines(builder, mapping->begins.items, count * sizeof(*mapping->begins.items));
    out_map->values =
        keep_lines(builder, mapping->values.items, count * sizeof(*mapping->values.items));
    out_map->nodes = keep_lines(builder, planting.nodes.items,
                                planting.nodes.count * sizeof(*planting.nodes.items));
    out_map->ways = keep_lines(builder, planting.ways.items,
                               planting.ways.count * sizeof(*planting.ways.items));
    return out_map->begins && out_map->values && out_map->nodes && out_map->ways
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
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
