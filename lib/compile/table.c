/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs as tables: a row for each class of peers that the lines tell apart, a column for each of
 * transport and source port, and in each cell the decision. Rows and columns that come to the same
 * are one.
 */
#include "compile/table.h"

#define MOST_CELLS_TRIED (1u << 18)

/* ---- Cells ----------------------------------------------------------------------------------- */

/* The decision under the conditions that were met on the way to it. */
static int conditional(struct cp_table *table,
                       uint32_t decision,
                       uint32_t needs,
                       uint32_t *out_number)
{
    struct cp_decision details = cp_decision_at(table->builder, decision);

    details.needs = (uint8_t)needs;
    return cp_decision_number(table->builder, &details, out_number);
}

/* The first line from from on that holds in row and column; UINT32_MAX if none does. */
static inline uint32_t first_line(const struct cp_table *table,
                                  const uint64_t *row,
                                  const uint64_t *column,
                                  uint32_t from)
{
    uint64_t mask = UINT64_MAX << (from % 64);

    for (uint32_t w = from / 64; w < table->words; w++, mask = UINT64_MAX) {
        uint64_t word = row[w] & column[w] & mask;

        if (word)
            return w * 64 + (uint32_t)__builtin_ctzll(word);
    }
    return UINT32_MAX;
}

/* What the lines come to where a row and a column cross. */
static int decide(struct cp_table *table,
                  const uint64_t *row,
                  const uint64_t *column,
                  uint32_t *out_decision)
{
    uint32_t from = 0, needs = 0;

    for (;;) {
        uint32_t number = first_line(table, row, column, from);
        const struct cp_program_line *line;

        *out_decision = 0;
        if (number == UINT32_MAX)
            return CALPOL_OK;
        line = &table->lines->items.items[number];
        needs |= line->needs;
        *out_decision = line->decision;
        if (line->decision)
            break;
        from = line->next;
    }
    return needs ? conditional(table, *out_decision, needs, out_decision) : CALPOL_OK;
}

/* The lines of each column: those of a row of transports and of one of source ports. */
static uint64_t *cross_ports(const struct cp_table *table)
{
    uint32_t words = table->words;
    uint64_t *columns = cp_arena_allocate(table->arena,
                                          (size_t)table->column_count * words * sizeof(*columns)),
             *next = columns;

    for (uint32_t t = 0; columns && t < table->transport.row_count; t++) {
        for (uint32_t p = 0; p < table->part_count; p++) {
            for (uint32_t w = 0; w < words; w++)
                *next++ = table->transport.bits[(size_t)t * words + w] &
                          table->source_ports.bits[(size_t)p * words + w];
        }
    }
    return columns;
}

/* Decides all cells, row after row. */
static int fill_cells(struct cp_table *table)
{
    uint32_t rows = table->peers.row_count, words = table->words, *cell;
    const uint64_t *columns;
    int status = CALPOL_OK;

    table->part_count = table->source_ports.row_count;
    if ((uint64_t)table->transport.row_count * table->part_count > MOST_CELLS_TRIED)
        return CALPOL_ERROR_LIMIT;
    table->column_count = table->transport.row_count * table->part_count;
    if ((uint64_t)rows * table->column_count > MOST_CELLS_TRIED)
        return CALPOL_ERROR_LIMIT;
    table->builder->steps += (uint64_t)rows * table->column_count;
    columns = cross_ports(table);
    cell = table->cells =
        cp_arena_allocate(table->arena, (size_t)rows * table->column_count * sizeof(*cell));
    if (!columns || !cell)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t r = 0; r < rows; r++) {
        const uint64_t *row = table->peers.bits + (size_t)r * words;

        for (uint32_t c = 0; !status && c < table->column_count; c++)
            status = decide(table, row, columns + (size_t)c * words, cell++);
    }
    return status;
}

/* ---- Merging --------------------------------------------------------------------------------- */

/* Numbers lists of width cells, which lie behind each other: equal ones alike. */
static int merge(struct cp_arena *arena,
                 const uint32_t *cells,
                 uint32_t count,
                 uint32_t width,
                 struct cp_merge *out_merge)
{
    size_t size = width * sizeof(*cells), slot_count = 16;
    uint32_t *slots;

    while (slot_count < (size_t)count * 2)
        slot_count *= 2;
    slots = CP_NEW_ARRAY(arena, uint32_t, slot_count); /* numbers from 1 on */
    out_merge->numbers = cp_arena_allocate(arena, count * sizeof(uint32_t));
    out_merge->firsts = cp_arena_allocate(arena, count * sizeof(uint32_t));
    out_merge->count = 0;
    if (!slots || !out_merge->numbers || !out_merge->firsts)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t *list = cells + (size_t)i * width;
        size_t slot = cp_table_hash(list, width) & (slot_count - 1);

        while (slots[slot] &&
               memcmp(cells + (size_t)out_merge->firsts[slots[slot] - 1] * width, list, size) != 0)
            slot = (slot + 1) & (slot_count - 1);
        if (!slots[slot]) {
            out_merge->firsts[out_merge->count] = i;
            slots[slot] = ++out_merge->count;
        }
        out_merge->numbers[i] = slots[slot] - 1;
    }
    return CALPOL_OK;
}

/* The cells column after column, of different rows only. */
static uint32_t *turn_cells(const struct cp_table *table)
{
    uint32_t rows = table->rows.count, columns = table->column_count;
    uint32_t *turned = cp_arena_allocate(table->arena, (size_t)rows * columns * sizeof(*turned));

    for (uint32_t r = 0; turned && r < rows; r++) {
        const uint32_t *row = table->cells + (size_t)table->rows.firsts[r] * columns;

        for (uint32_t c = 0; c < columns; c++)
            turned[(size_t)c * rows + r] = row[c];
    }
    return turned;
}

static int merge_all(struct cp_table *table)
{
    uint32_t columns = table->column_count;
    int status = merge(table->arena, table->cells, table->peers.row_count, columns, &table->rows);

    if (status)
        return status;
    table->cells = turn_cells(table);
    if (!table->cells)
        return CALPOL_ERROR_NO_MEMORY;
    return merge(table->arena, table->cells, columns, table->rows.count, &table->columns);
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* Numbers of the head are 16 bits. */
static bool is_small(const struct cp_table *table)
{
    return (uint64_t)table->rows.count * table->columns.count <= table->builder->limits.max_cells &&
           table->columns.count <= UINT16_MAX && table->part_count <= UINT16_MAX &&
           table->transport.row_count <= UINT16_MAX;
}

int cp_table_make(struct cp_program_builder *builder,
                  const struct cp_program_lines *lines,
                  uint32_t *out_draft)
{
    struct cp_table table = {
        .builder = builder,
        .lines = lines,
        .arena = &builder->scratch,
        .words = (uint32_t)cp_bitset_words(lines->items.count),
    };
    int status;

    if (table.words > CP_TABLE_WORDS)
        return CALPOL_ERROR_LIMIT;
    status = cp_table_axis_make(&table, CP_AXIS_PEERS, &table.peers);
    if (!status)
        status = cp_table_axis_make(&table, CP_AXIS_TRANSPORT, &table.transport);
    if (!status)
        status = cp_table_axis_make(&table, CP_AXIS_SOURCE_PORT, &table.source_ports);
    if (!status)
        status = fill_cells(&table);
    if (!status)
        status = merge_all(&table);
    if (!status && !is_small(&table))
        status = CALPOL_ERROR_LIMIT;
    return status ? status : cp_table_write(&table, out_draft);
}
