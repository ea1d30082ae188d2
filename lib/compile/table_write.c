/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables as bytes of a program (ruleset/program.h).
 */
#include "compile/table.h"

/* A map of peers with more ranges than this had better be an array. */
#define MANY_PEERS 2048u

/* Room that most programs do with. */
#define USUAL_BYTES 16384u

/* ---- Laying out ------------------------------------------------------------------------------ */

struct layout {
    struct cp_table *table;
    struct cp_program_head head;
    CP_ARRAY(unsigned char) bytes; /* of the whole program, head included */
};

/* A map being laid out. */
struct ranges {
    uint32_t *begins, *values;
    uint32_t count;
};

/* count zero bytes more, from a multiple of alignment on; SIZE_MAX: no memory. */
static size_t reserve(struct layout *layout, size_t count, size_t alignment)
{
    size_t start = (layout->bytes.count + alignment - 1) / alignment * alignment;
    size_t more = start + count - layout->bytes.count;

    if (more > UINT32_MAX ||
        !cp_array_reserve(layout->table->arena, &layout->bytes, (uint32_t)more))
        return SIZE_MAX;
    memset(layout->bytes.items + layout->bytes.count, 0, more);
    layout->bytes.count += (uint32_t)more;
    return start;
}

/* Writes count numbers in 8, 16 or 32 bits. */
static void write_numbers(
    struct layout *layout, size_t at, unsigned width, const uint32_t *numbers, size_t count)
{
    uint8_t *bytes = layout->bytes.items + at;
    uint16_t *halves = (uint16_t *)(void *)bytes;

    if (width == 4)
        memcpy(bytes, numbers, count * sizeof(*numbers));
    for (size_t i = 0; width == 2 && i < count; i++)
        halves[i] = (uint16_t)numbers[i];
    for (size_t i = 0; width == 1 && i < count; i++)
        bytes[i] = (uint8_t)numbers[i];
}

/* The same number count times. */
static void write_same(
    struct layout *layout, size_t at, unsigned width, uint32_t number, size_t count)
{
    uint8_t *bytes = layout->bytes.items + at;
    uint16_t *halves = (uint16_t *)(void *)bytes;
    uint32_t *words = (uint32_t *)(void *)bytes;

    if (width == 1)
        memset(bytes, (int)number, count);
    for (size_t i = 0; width == 2 && i < count; i++)
        halves[i] = (uint16_t)number;
    for (size_t i = 0; width == 4 && i < count; i++)
        words[i] = number;
}

static uint32_t padded(uint32_t count)
{
    return (count + CP_STEP - 1) / CP_STEP * CP_STEP;
}

/* Writes count numbers, padded with filler. */
static int write_list(
    struct layout *layout, const uint32_t *numbers, uint32_t count, unsigned width, uint32_t filler)
{
    size_t at = reserve(layout, (size_t)padded(count) * width, 32);

    if (at == SIZE_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    write_numbers(layout, at, width, numbers, count);
    write_same(layout, at + (size_t)count * width, width, filler, padded(count) - count);
    return CALPOL_OK;
}

/* The first of each step of begins. */
static int write_tops(struct layout *layout, const uint32_t *begins, uint32_t count, unsigned width)
{
    uint32_t steps = padded(count) / CP_STEP;
    uint32_t *tops = cp_arena_allocate(layout->table->arena, steps * sizeof(*tops));

    if (!tops)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < steps; i++)
        tops[i] = begins[i * CP_STEP];
    return write_list(layout, tops, steps, width, UINT32_MAX);
}

/* Room for so many ranges. */
static int make_ranges(struct layout *layout, uint32_t count, struct ranges *out_ranges)
{
    struct cp_arena *arena = layout->table->arena;

    out_ranges->count = 0;
    out_ranges->begins = cp_arena_allocate(arena, count * sizeof(uint32_t));
    out_ranges->values = cp_arena_allocate(arena, count * sizeof(uint32_t));
    return out_ranges->begins && out_ranges->values ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* A range that has the value of the one before belongs to it. */
static void add_range(struct ranges *ranges, uint32_t begin, uint32_t value)
{
    uint32_t count = ranges->count;

    if (count && ranges->values[count - 1] == value)
        return;
    ranges->begins[count] = begin;
    ranges->values[count] = value;
    ranges->count++;
}

static int write_map(struct layout *layout,
                     const struct ranges *ranges,
                     unsigned begin_width,
                     unsigned value_width,
                     struct cp_map *out_map)
{
    uint32_t count = ranges->count, steps = padded(count) / CP_STEP;
    size_t place = (layout->bytes.count + 31u) / 32;
    int status;

    if (steps > UINT8_MAX || place > UINT16_MAX)
        return CALPOL_ERROR_LIMIT;
    *out_map = (struct cp_map){(uint16_t)place, (uint8_t)steps, 0};
    if (count == 1) {
        *out_map = (struct cp_map){(uint16_t)ranges->values[0], 0, 0};
        return CALPOL_OK;
    }
    status = write_list(layout, ranges->begins, count, begin_width, UINT32_MAX);
    if (!status && steps > CP_MANY_STEPS && begin_width == 2) {
        out_map->tops = (uint8_t)(padded(steps) / CP_STEP);
        status = write_tops(layout, ranges->begins, count, begin_width);
    }
    return status
               ? status
               : write_list(layout, ranges->values, count, value_width, ranges->values[count - 1]);
}

/* ---- The parts of a program ------------------------------------------------------------------ */

static unsigned column_width(const struct layout *layout)
{
    return layout->head.wide_columns ? 2 : 1;
}

/* What a range of transports leads to: a column, or its part of one if source ports are asked. */
static uint32_t column_of(const struct cp_table *table, uint32_t transport)
{
    return table->part_count == 1 ? table->columns.numbers[transport] : transport;
}

/* Finds the first range of the slot, from range on, and where it ends. */
static int write_slot(struct layout *layout, uint32_t slot, uint32_t *range)
{
    const struct cp_table_axis *axis = &layout->table->transport;
    uint32_t start = slot << 16, end, i = *range;
    struct ranges ranges;
    int status;

    while (i + 1 < axis->count && axis->begins[i + 1] <= start)
        i++;
    for (end = i; end < axis->count && axis->begins[end] < start + CP_PORT_COUNT;)
        end++;
    status = make_ranges(layout, end - i, &ranges);
    for (*range = i; !status && i < end; i++)
        add_range(&ranges, axis->begins[i] < start ? 0 : axis->begins[i] - start,
                  column_of(layout->table, axis->rows[i]));
    return status ? status
                  : write_map(layout, &ranges, 2, column_width(layout), &layout->head.slots[slot]);
}

static int write_slots(struct layout *layout)
{
    uint32_t range = 0;
    int status = CALPOL_OK;

    for (uint32_t slot = 0; !status && slot < CP_SLOT_COUNT; slot++)
        status = write_slot(layout, slot, &range);
    return status;
}

static size_t round_up(size_t size)
{
    return (size + 63) / 64 * 64;
}

/* The row of each class, one after the other, right behind the head. */
static int write_dense_peers(struct layout *layout, const struct ranges *ranges, unsigned width)
{
    uint32_t class_count = layout->table->builder->classes.count;
    size_t at = reserve(layout, round_up((size_t)class_count * width), CP_DENSE_PLACE);

    if (at == SIZE_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    layout->head.is_dense = true;
    for (uint32_t i = 0; i < ranges->count; i++) {
        uint32_t begin = ranges->begins[i];
        uint32_t end = i + 1 < ranges->count ? ranges->begins[i + 1] : class_count;

        write_same(layout, at + (size_t)begin * width, width, ranges->values[i], end - begin);
    }
    return CALPOL_OK;
}

/* Are ranges of peers better written out? Few classes always are, then what is needed of a program is
   known before its head is read. */
static bool is_dense(const struct layout *layout, uint32_t range_count)
{
    const struct cp_program_builder *builder = layout->table->builder;

    return builder->classes.count <= builder->limits.max_dense_classes || range_count > MANY_PEERS;
}

static int write_peers(struct layout *layout)
{
    const struct cp_table *table = layout->table;
    const struct cp_table_axis *axis = &table->peers;
    unsigned width = layout->head.wide_rows ? 2 : 1;
    const struct cp_program_builder *builder = table->builder;
    unsigned begin_width = builder->classes.count > builder->limits.max_narrow_classes ? 4 : 2;
    struct ranges ranges;
    int status = make_ranges(layout, axis->count, &ranges);

    if (status)
        return status;
    for (uint32_t i = 0; i < axis->count; i++)
        add_range(&ranges, axis->begins[i], table->rows.numbers[axis->rows[i]]);
    if (is_dense(layout, ranges.count))
        return write_dense_peers(layout, &ranges, width);
    return write_map(layout, &ranges, begin_width, width, &layout->head.peers);
}

static int write_source_ports(struct layout *layout)
{
    const struct cp_table *table = layout->table;
    const struct cp_table_axis *axis = &table->source_ports;
    const uint32_t *columns = table->columns.numbers;
    struct ranges ranges;
    int status;

    layout->head.part_count = (uint16_t)table->part_count;
    if (table->part_count == 1)
        return CALPOL_OK;
    status = make_ranges(layout, axis->count, &ranges);
    for (uint32_t i = 0; !status && i < axis->count; i++)
        add_range(&ranges, axis->begins[i], axis->rows[i]);
    if (!status)
        status = write_map(layout, &ranges, 2, column_width(layout), &layout->head.source_ports);
    layout->head.columns = (uint16_t)((layout->bytes.count + 31u) / 32);
    if (layout->bytes.count / 32 >= UINT16_MAX)
        return CALPOL_ERROR_LIMIT;
    return status ? status
                  : write_list(layout, columns, table->column_count, column_width(layout),
                               columns[table->column_count - 1]);
}

/* Cells are written in 32 bits; programs.c makes them shorter once the decisions are counted. */
static int write_cells(struct layout *layout)
{
    const struct cp_table *table = layout->table;
    size_t count = (size_t)table->rows.count * table->columns.count;
    size_t at = reserve(layout, count * sizeof(uint32_t), 64);
    uint32_t rows = table->rows.count, *cells;

    if (at > UINT32_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    layout->head.cells = (uint32_t)at;
    cells = (uint32_t *)(void *)(layout->bytes.items + at);
    for (uint32_t row = 0; row < rows; row++) {
        for (uint32_t column = 0; column < table->columns.count; column++)
            *cells++ = table->cells[(size_t)table->columns.firsts[column] * rows + row];
    }
    return CALPOL_OK;
}

static void set_widths(struct layout *layout)
{
    const struct cp_table *table = layout->table;
    uint32_t transports = table->transport.row_count;
    bool in_parts = table->part_count > 1;

    layout->head.form = CP_FORM_TABLE;
    layout->head.vectors = CP_NO_VECTORS;
    layout->head.asks = table->lines->asks;
    layout->head.column_count = (uint16_t)table->columns.count;
    layout->head.wide_rows = table->rows.count > 256;
    layout->head.wide_columns =
        table->columns.count > 256 || (in_parts && (transports > 256 || table->part_count > 256));
}

/* Is the program of the form that is judged without asking much of its head? */
static bool is_usual(const struct layout *layout)
{
    const struct cp_program_builder *builder = layout->table->builder;
    const struct cp_program_head *head = &layout->head;
    bool is_plain = builder->classes.count <= builder->limits.max_dense_classes &&
                    !head->wide_rows && !head->wide_columns;

    for (unsigned slot = CP_SLOT_TCP + 1; slot < CP_SLOT_COUNT; slot++)
        is_plain = is_plain && head->slots[slot].steps <= 1;
    return is_plain && head->part_count == 1 && head->slots[CP_SLOT_TCP].steps <= CP_USUAL_STEPS;
}

static int write_program(struct layout *layout, uint32_t *out_draft)
{
    struct cp_program_builder *builder = layout->table->builder;
    struct cp_draft *draft;
    int status;

    set_widths(layout);
    if (!cp_array_reserve(layout->table->arena, &layout->bytes, USUAL_BYTES))
        return CALPOL_ERROR_NO_MEMORY;
    status =
        reserve(layout, sizeof(layout->head), 64) == SIZE_MAX ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
    if (!status)
        status = write_peers(layout);
    if (!status)
        status = write_slots(layout);
    if (!status)
        status = write_source_ports(layout);
    if (!status)
        status = write_cells(layout);
    if (status)
        return status;
    layout->head.is_usual = is_usual(layout);
    memcpy(layout->bytes.items, &layout->head, sizeof(layout->head));
    draft = cp_array_push(builder->work, &builder->drafts);
    if (!draft)
        return CALPOL_ERROR_NO_MEMORY;
    draft->size = layout->bytes.count;
    draft->bytes = cp_arena_copy(builder->work, layout->bytes.items, layout->bytes.count);
    *out_draft = builder->drafts.count - 1;
    return draft->bytes ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

int cp_table_write(struct cp_table *table, uint32_t *out_draft)
{
    struct layout layout = {.table = table};

    return write_program(&layout, out_draft);
}
