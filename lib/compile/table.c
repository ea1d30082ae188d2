/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs as tables: a row for each class of peers that the lines tell apart, a column for each of
 * transport and source port, and in each cell the decision. Rows and columns that come to the same
 * are one.
 */
#include "compile/program_builder.h"

/* A table is for programs of at most this size; others are vectors. */
#define MOST_BLOCKS 8u
#define MOST_CELLS_TRIED (1u << 18)

/* A map of peers with more ranges than this had better be an array. */
#define MANY_PEERS 2048u

/* Equal things made one: the number of each, and how many there are. */
struct merge {
    uint32_t *numbers;
    uint32_t *firsts; /* by number: the first of those that are equal */
    uint32_t count;
};

struct table {
    struct cp_program_builder *builder;
    const struct cp_program_lines *lines;
    struct cp_arena *arena;
    struct cp_blocks blocks;
    struct cp_axis_draft peers, transport, source_ports;
    uint32_t row_count, column_count; /* column: transport and part of the source ports */
    uint32_t part_count;
    uint32_t *cells; /* row after row */
    struct merge rows, columns;
};

/* A map being laid out. */
struct ranges {
    CP_ARRAY(uint32_t) begins;
    CP_ARRAY(uint32_t) values;
};

/* ---- Cells ----------------------------------------------------------------------------------- */

/* A row of each axis: the numbers of its blocks. */
struct crossing {
    const uint32_t *peers, *transport, *source_ports;
};

/* The first line from from on that holds where rows cross; the number of lines, if none does. */
static uint32_t first_line(const struct table *table,
                           const struct crossing *crossing,
                           uint32_t from)
{
    uint32_t count = table->lines->items.count, words = table->blocks.words, w = from / 64;
    uint64_t mask = UINT64_MAX << (from % 64);

    for (uint32_t b = w / CP_BLOCK_WORDS; b < cp_line_blocks(count); b++) {
        const uint64_t *x = cp_block(&table->blocks, crossing->peers[b]);
        const uint64_t *y = cp_block(&table->blocks, crossing->transport[b]);
        const uint64_t *z = cp_block(&table->blocks, crossing->source_ports[b]);

        for (w -= b * CP_BLOCK_WORDS; w < words; w++, mask = UINT64_MAX) {
            uint64_t word = x[w] & y[w] & z[w] & mask;

            if (word)
                return (b * CP_BLOCK_WORDS + w) * 64 + (uint32_t)__builtin_ctzll(word);
        }
        w = (b + 1) * CP_BLOCK_WORDS;
    }
    return count;
}

/* The decision under the conditions that were met on the way to it. */
static int conditional(struct table *table, uint32_t decision, uint32_t needs, uint32_t *out_number)
{
    const uint32_t *numbers = table->builder->decisions.items.items[decision].numbers;
    struct cp_decision details = {
        .action = (uint8_t)numbers[3],
        .needs = (uint8_t)needs,
        .stage = (uint16_t)(numbers[3] >> 16),
        .tier = numbers[0],
        .policy = numbers[1],
        .rule = (int32_t)numbers[2],
    };

    return cp_decision_number(table->builder, &details, out_number) ? CALPOL_OK
                                                                    : CALPOL_ERROR_NO_MEMORY;
}

/* What the lines come to where rows cross. */
static int decide(struct table *table, const struct crossing *crossing, uint32_t *out_decision)
{
    uint32_t from = 0, needs = 0, count = table->lines->items.count;

    for (;;) {
        uint32_t number = first_line(table, crossing, from);
        const struct cp_program_line *line = &table->lines->items.items[number];

        *out_decision = 0;
        if (number == count)
            return CALPOL_OK;
        needs |= line->needs;
        *out_decision = line->decision;
        if (line->decision)
            break;
        from = line->next;
    }
    return needs ? conditional(table, *out_decision, needs, out_decision) : CALPOL_OK;
}

/* Decides all columns of one row. */
static int fill_row(struct table *table, uint32_t row, uint32_t *cells)
{
    struct crossing crossing = {.peers = table->peers.vectors.items.items[row].numbers};
    uint32_t transports = table->transport.vectors.items.count;
    int status = CALPOL_OK;

    for (uint32_t t = 0; t < transports; t++) {
        crossing.transport = table->transport.vectors.items.items[t].numbers;
        for (uint32_t part = 0; !status && part < table->part_count; part++) {
            crossing.source_ports = table->source_ports.vectors.items.items[part].numbers;
            status = decide(table, &crossing, cells++);
        }
    }
    return status;
}

static int fill_cells(struct table *table)
{
    int status = CALPOL_OK;

    table->row_count = table->peers.vectors.items.count;
    table->part_count = table->source_ports.vectors.items.count;
    if ((uint64_t)table->transport.vectors.items.count * table->part_count > MOST_CELLS_TRIED)
        return CALPOL_ERROR_LIMIT;
    table->column_count = table->transport.vectors.items.count * table->part_count;
    if ((uint64_t)table->row_count * table->column_count > MOST_CELLS_TRIED)
        return CALPOL_ERROR_LIMIT;
    table->builder->steps += (uint64_t)table->row_count * table->column_count;
    table->cells =
        CP_NEW_ARRAY(table->arena, uint32_t, (size_t)table->row_count * table->column_count);
    if (!table->cells)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t row = 0; !status && row < table->row_count; row++)
        status = fill_row(table, row, table->cells + (size_t)row * table->column_count);
    return status;
}

/* ---- Merging --------------------------------------------------------------------------------- */

/* Makes lists of width cells one where they are equal: rows as they lie, columns gathered. */
static int merge(struct table *table,
                 uint32_t count,
                 uint32_t width,
                 size_t stride,
                 size_t step,
                 struct merge *out_merge)
{
    uint32_t *list = CP_NEW_ARRAY(table->arena, uint32_t, width);
    struct cp_tuples lists;

    cp_tuples_init(&lists, table->arena);
    out_merge->numbers = CP_NEW_ARRAY(table->arena, uint32_t, count);
    out_merge->firsts = CP_NEW_ARRAY(table->arena, uint32_t, count);
    if (!list || !out_merge->numbers || !out_merge->firsts)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        bool is_new;

        for (uint32_t j = 0; j < width; j++)
            list[j] = table->cells[i * stride + j * step];
        if (!cp_tuples_add(&lists, list, width, &out_merge->numbers[i], &is_new))
            return CALPOL_ERROR_NO_MEMORY;
        if (is_new)
            out_merge->firsts[out_merge->numbers[i]] = i;
    }
    out_merge->count = lists.items.count;
    return CALPOL_OK;
}

static int merge_all(struct table *table)
{
    uint32_t rows = table->row_count, columns = table->column_count;
    int status = merge(table, rows, columns, columns, 1, &table->rows);

    return status ? status : merge(table, columns, rows, 1, columns, &table->columns);
}

/* ---- Laying out ------------------------------------------------------------------------------ */

struct layout {
    struct table *table;
    struct cp_program_head head;
    CP_ARRAY(unsigned char) bytes; /* of the whole program, head included */
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

/* Numbers behind each other, in 8, 16 or 32 bits. */
static void write_number(struct layout *layout, size_t at, unsigned width, uint32_t number)
{
    uint16_t half = (uint16_t)number;
    uint8_t byte = (uint8_t)number;

    if (width == 1)
        layout->bytes.items[at] = byte;
    else if (width == 2)
        memcpy(layout->bytes.items + at, &half, sizeof(half));
    else
        memcpy(layout->bytes.items + at, &number, sizeof(number));
}

static uint32_t padded(uint32_t count)
{
    return (count + CP_STEP - 1) / CP_STEP * CP_STEP;
}

/* Writes count numbers, each step-th of a list, padded with filler, or with the last one. */
static int write_list(struct layout *layout,
                      const uint32_t *numbers,
                      uint32_t count,
                      uint32_t step,
                      unsigned width,
                      const uint32_t *filler)
{
    size_t at = reserve(layout, (size_t)padded(count) * width, 32);

    if (at == SIZE_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < padded(count); i++) {
        uint32_t last = numbers[(size_t)(count - 1) * step];
        uint32_t number = i < count ? numbers[(size_t)i * step] : filler ? *filler : last;

        write_number(layout, at + (size_t)i * width, width, number);
    }
    return CALPOL_OK;
}

/* A range that has the value of the one before belongs to it. */
static int add_range(struct layout *layout, struct ranges *ranges, uint32_t begin, uint32_t value)
{
    uint32_t *begin_slot, *value_slot;

    if (ranges->values.count && ranges->values.items[ranges->values.count - 1] == value)
        return CALPOL_OK;
    begin_slot = cp_array_push(layout->table->arena, &ranges->begins);
    value_slot = cp_array_push(layout->table->arena, &ranges->values);
    if (!begin_slot || !value_slot)
        return CALPOL_ERROR_NO_MEMORY;
    *begin_slot = begin;
    *value_slot = value;
    return CALPOL_OK;
}

static int write_map(struct layout *layout,
                     const struct ranges *ranges,
                     unsigned begin_width,
                     unsigned value_width,
                     struct cp_map *out_map)
{
    const uint32_t largest = UINT32_MAX;
    uint32_t count = ranges->begins.count, steps = padded(count) / CP_STEP;
    size_t place = (layout->bytes.count + 31u) / 32;
    int status;

    if (steps > UINT8_MAX || place > UINT16_MAX)
        return CALPOL_ERROR_LIMIT;
    *out_map = (struct cp_map){(uint16_t)place, (uint8_t)steps, 0};
    if (count == 1) {
        *out_map = (struct cp_map){(uint16_t)ranges->values.items[0], 0, 0};
        return CALPOL_OK;
    }
    status = write_list(layout, ranges->begins.items, count, 1, begin_width, &largest);
    if (!status && steps > CP_MANY_STEPS && begin_width == 2) {
        out_map->tops = (uint8_t)(padded(steps) / CP_STEP);
        status = write_list(layout, ranges->begins.items, steps, CP_STEP, begin_width, &largest);
    }
    return status ? status : write_list(layout, ranges->values.items, count, 1, value_width, NULL);
}

/* ---- The parts of a program ------------------------------------------------------------------ */

static unsigned column_width(const struct layout *layout)
{
    return layout->head.wide_columns ? 2 : 1;
}

/* What a range of transports leads to: a column, or its part of one if source ports are asked. */
static uint32_t column_of(const struct table *table, uint32_t transport)
{
    return table->part_count == 1 ? table->columns.numbers[transport] : transport;
}

static int write_slot(struct layout *layout, uint32_t slot)
{
    const struct cp_axis_draft *axis = &layout->table->transport;
    uint32_t start = slot << 16, count = axis->begins.count, i = 0;
    struct ranges ranges = {0};
    int status = CALPOL_OK;

    while (i + 1 < count && axis->begins.items[i + 1] <= start)
        i++;
    for (; !status && i < count && axis->begins.items[i] < start + CP_PORT_COUNT; i++) {
        uint32_t begin = axis->begins.items[i];

        status = add_range(layout, &ranges, begin < start ? 0 : begin - start,
                           column_of(layout->table, axis->rows.items[i]));
    }
    return status ? status
                  : write_map(layout, &ranges, 2, column_width(layout), &layout->head.slots[slot]);
}

static int write_slots(struct layout *layout)
{
    int status = CALPOL_OK;

    for (uint32_t slot = 0; !status && slot < CP_SLOT_COUNT; slot++)
        status = write_slot(layout, slot);
    return status;
}

static size_t round_up(size_t size)
{
    return (size + 63) / 64 * 64;
}

/* The row of each class, one after the other, right behind the head. */
static int write_dense_peers(struct layout *layout, const struct ranges *ranges, unsigned width)
{
    uint32_t class_count = layout->table->builder->classes.count, range = 0;
    size_t at = reserve(layout, round_up((size_t)class_count * width), CP_DENSE_PLACE);

    if (at == SIZE_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    layout->head.is_dense = true;
    for (uint32_t c = 0; c < class_count; c++) {
        while (range + 1 < ranges->begins.count && ranges->begins.items[range + 1] <= c)
            range++;
        write_number(layout, at + (size_t)c * width, width, ranges->values.items[range]);
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
    const struct table *table = layout->table;
    const struct cp_axis_draft *axis = &table->peers;
    unsigned width = layout->head.wide_rows ? 2 : 1;
    const struct cp_program_builder *builder = table->builder;
    unsigned begin_width = builder->classes.count > builder->limits.max_narrow_classes ? 4 : 2;
    struct ranges ranges = {0};
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < axis->begins.count; i++)
        status = add_range(layout, &ranges, axis->begins.items[i],
                           table->rows.numbers[axis->rows.items[i]]);
    if (status)
        return status;
    if (is_dense(layout, ranges.begins.count))
        return write_dense_peers(layout, &ranges, width);
    return write_map(layout, &ranges, begin_width, width, &layout->head.peers);
}

static int write_source_ports(struct layout *layout)
{
    const struct table *table = layout->table;
    const struct cp_axis_draft *axis = &table->source_ports;
    struct ranges ranges = {0};
    int status = CALPOL_OK;

    layout->head.part_count = (uint16_t)table->part_count;
    if (table->part_count == 1)
        return CALPOL_OK;
    for (uint32_t i = 0; !status && i < axis->begins.count; i++)
        status = add_range(layout, &ranges, axis->begins.items[i], axis->rows.items[i]);
    if (!status)
        status = write_map(layout, &ranges, 2, column_width(layout), &layout->head.source_ports);
    layout->head.columns = (uint16_t)((layout->bytes.count + 31u) / 32);
    if (layout->bytes.count / 32 >= UINT16_MAX)
        return CALPOL_ERROR_LIMIT;
    return status ? status
                  : write_list(layout, table->columns.numbers, table->column_count, 1,
                               column_width(layout), NULL);
}

/* Cells are written in 32 bits; programs.c makes them shorter once the decisions are counted. */
static int write_cells(struct layout *layout)
{
    const struct table *table = layout->table;
    size_t count = (size_t)table->rows.count * table->columns.count;
    size_t at = reserve(layout, count * sizeof(uint32_t), 64);

    if (at > UINT32_MAX)
        return CALPOL_ERROR_NO_MEMORY;
    layout->head.cells = (uint32_t)at;
    for (uint32_t row = 0; row < table->rows.count; row++) {
        for (uint32_t column = 0; column < table->columns.count; column++) {
            size_t cell = (size_t)table->rows.firsts[row] * table->column_count +
                          table->columns.firsts[column];

            write_number(layout, at, sizeof(uint32_t), table->cells[cell]);
            at += sizeof(uint32_t);
        }
    }
    return CALPOL_OK;
}

static void set_widths(struct layout *layout)
{
    const struct table *table = layout->table;
    uint32_t transports = table->transport.vectors.items.count;
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

/* Numbers of the head are 16 bits. */
static bool is_small(const struct table *table)
{
    return (uint64_t)table->rows.count * table->columns.count <= table->builder->limits.max_cells &&
           table->columns.count <= UINT16_MAX && table->part_count <= UINT16_MAX &&
           table->transport.vectors.items.count <= UINT16_MAX;
}

int cp_table_make(struct cp_program_builder *builder,
                  const struct cp_program_lines *lines,
                  uint32_t *out_draft)
{
    struct table table = {.builder = builder, .lines = lines, .arena = &builder->scratch};
    struct layout layout = {.table = &table};
    int status;

    if (cp_line_blocks(lines->items.count) > MOST_BLOCKS)
        return CALPOL_ERROR_LIMIT;
    if (!cp_blocks_init(&table.blocks, table.arena, lines->items.count))
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_axis_make(builder, lines, CP_AXIS_PEERS, &table.blocks, table.arena, &table.peers);
    if (!status)
        status = cp_axis_make(builder, lines, CP_AXIS_TRANSPORT, &table.blocks, table.arena,
                              &table.transport);
    if (!status)
        status = cp_axis_make(builder, lines, CP_AXIS_SOURCE_PORT, &table.blocks, table.arena,
                              &table.source_ports);
    if (!status)
        status = fill_cells(&table);
    if (!status)
        status = merge_all(&table);
    if (!status && !is_small(&table))
        status = CALPOL_ERROR_LIMIT;
    return status ? status : write_program(&layout, out_draft);
}
