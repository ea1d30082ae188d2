/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question of all lines of a table. The places where the answer of some line changes are marked as
 * bits, which puts them in order without sorting; each place then gets the lines that change there, and
 * a walk from place to place knows all that fit.
 */
#include "compile/table.h"

/* So many words all places of an axis may take; beyond that the program is vectors. */
#define MOST_WORDS (1u << 18)

struct sweep {
    struct cp_table *table;
    const struct cp_range_pool *pool;
    struct cp_marks *marks;
    uint32_t *sets;    /* by line */
    uint64_t *changes; /* by place: the lines that begin or cease to fit; rows, as they are found */
    uint32_t place_count;
    uint32_t *slots; /* rows by hash, from 1 on */
    uint32_t slot_mask;
    struct cp_table_axis *axis;
};

/* ---- Marks ----------------------------------------------------------------------------------- */

bool cp_marks_init(struct cp_marks *marks, struct cp_arena *arena, uint32_t size)
{
    size_t words = cp_bitset_words(size), summary_words = (words + 63) / 64;

    marks->words = CP_NEW_ARRAY(arena, uint64_t, words);
    marks->summary = CP_NEW_ARRAY(arena, uint64_t, summary_words);
    marks->before = CP_NEW_ARRAY(arena, uint32_t, words);
    marks->summary_words = (uint32_t)summary_words;
    return marks->words && marks->summary && marks->before;
}

static void mark(struct cp_marks *marks, uint32_t place)
{
    cp_bitset_add(marks->words, place);
    cp_bitset_add(marks->summary, place / 64);
}

/* Counts the marks before each word that has some, and all. */
static uint32_t count_marks(struct cp_marks *marks)
{
    uint32_t total = 0;

    for (uint32_t s = 0; s < marks->summary_words; s++) {
        for (uint64_t rest = marks->summary[s]; rest; rest &= rest - 1) {
            uint32_t word = s * 64 + (uint32_t)__builtin_ctzll(rest);

            marks->before[word] = total;
            total += (uint32_t)__builtin_popcountll(marks->words[word]);
        }
    }
    return total;
}

static uint32_t number_of_mark(const struct cp_marks *marks, uint32_t place)
{
    uint64_t below = ((uint64_t)1 << (place % 64)) - 1;

    return marks->before[place / 64] +
           (uint32_t)__builtin_popcountll(marks->words[place / 64] & below);
}

/* Takes the marks back. places: room for a list of them; NULL: none is wanted. */
static void take_marks(struct cp_marks *marks, uint32_t *places)
{
    for (uint32_t s = 0; s < marks->summary_words; s++) {
        for (uint64_t rest = marks->summary[s]; rest; rest &= rest - 1) {
            uint32_t word = s * 64 + (uint32_t)__builtin_ctzll(rest);

            for (uint64_t bits = marks->words[word]; places && bits; bits &= bits - 1)
                *places++ = word * 64 + (uint32_t)__builtin_ctzll(bits);
            marks->words[word] = 0;
        }
        marks->summary[s] = 0;
    }
}

/* ---- Places ---------------------------------------------------------------------------------- */

static uint32_t set_of(const struct cp_program_line *line, enum cp_axis axis)
{
    if (axis == CP_AXIS_PEERS)
        return line->peers;
    return axis == CP_AXIS_TRANSPORT ? line->transport : line->source_ports;
}

static const struct cp_range_pool *pool_of(const struct cp_program_builder *builder,
                                           enum cp_axis axis)
{
    if (axis == CP_AXIS_PEERS)
        return &builder->classes.sets;
    return axis == CP_AXIS_TRANSPORT ? &builder->clauses.transports
                                     : &builder->clauses.source_ports;
}

static int list_sets(struct sweep *sweep, enum cp_axis axis)
{
    const struct cp_program_lines *lines = sweep->table->lines;

    sweep->sets = cp_arena_allocate(sweep->table->arena, lines->items.count * sizeof(*sweep->sets));
    if (!sweep->sets)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < lines->items.count; i++)
        sweep->sets[i] = set_of(&lines->items.items[i], axis);
    return CALPOL_OK;
}

static void mark_set(struct sweep *sweep, uint32_t set)
{
    struct cp_ranges ranges = cp_ranges_of(sweep->pool, set);

    for (uint32_t i = 0; i < ranges.count; i++) {
        mark(sweep->marks, ranges.items[i].first);
        if (ranges.items[i].end < sweep->pool->size)
            mark(sweep->marks, ranges.items[i].end);
    }
    sweep->table->builder->steps += ranges.count * (uint64_t)2;
}

/* The first place is always one, and where lines with all numbers begin. */
static void mark_places(struct sweep *sweep)
{
    mark(sweep->marks, 0);
    for (uint32_t i = 0; i < sweep->table->lines->items.count; i++) {
        if (sweep->sets[i] != CP_RANGES_ALL)
            mark_set(sweep, sweep->sets[i]);
    }
    sweep->place_count = count_marks(sweep->marks);
}

static void change(struct sweep *sweep, uint32_t place, uint32_t line)
{
    uint64_t *changes =
        sweep->changes + (size_t)number_of_mark(sweep->marks, place) * sweep->table->words;

    changes[line / 64] ^= (uint64_t)1 << (line % 64);
}

static void change_line(struct sweep *sweep, uint32_t line)
{
    struct cp_ranges ranges = cp_ranges_of(sweep->pool, sweep->sets[line]);

    for (uint32_t i = 0; i < ranges.count; i++) {
        change(sweep, ranges.items[i].first, line);
        if (ranges.items[i].end < sweep->pool->size)
            change(sweep, ranges.items[i].end, line);
    }
}

/* ---- Rows ------------------------------------------------------------------------------------ */

static int make_room(struct sweep *sweep)
{
    struct cp_arena *arena = sweep->table->arena;
    uint32_t count = sweep->place_count;
    size_t slot_count = 16;

    while (slot_count < (size_t)count * 2)
        slot_count *= 2;
    sweep->slot_mask = (uint32_t)(slot_count - 1);
    sweep->slots = CP_NEW_ARRAY(arena, uint32_t, slot_count);
    sweep->changes = CP_NEW_ARRAY(arena, uint64_t, (size_t)count * sweep->table->words);
    sweep->axis->begins = cp_arena_allocate(arena, count * sizeof(uint32_t));
    sweep->axis->rows = cp_arena_allocate(arena, count * sizeof(uint32_t));
    sweep->axis->bits = sweep->changes;
    return sweep->slots && sweep->changes && sweep->axis->begins && sweep->axis->rows
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

/* Most programs have no more lines than a word has bits. */
static inline bool is_row(const struct sweep *sweep, uint32_t row, const uint64_t *bits)
{
    uint32_t words = sweep->table->words;
    const uint64_t *known = sweep->axis->bits + (size_t)row * words;

    return *known == *bits && (words == 1 || memcmp(known, bits, words * sizeof(*bits)) == 0);
}

/* The row of some bits, new or known. A new one lies where changes have been looked at. */
static uint32_t find_row(struct sweep *sweep, const uint64_t *bits)
{
    uint32_t words = sweep->table->words, row = sweep->axis->row_count;
    uint32_t slot = cp_table_hash((const uint32_t *)(const void *)bits, words * 2);

    for (slot &= sweep->slot_mask; sweep->slots[slot]; slot = (slot + 1) & sweep->slot_mask) {
        if (is_row(sweep, sweep->slots[slot] - 1, bits))
            return sweep->slots[slot] - 1;
    }
    memcpy(sweep->axis->bits + (size_t)row * words, bits, words * sizeof(*bits));
    sweep->slots[slot] = ++sweep->axis->row_count;
    return row;
}

/* Most ranges end where nothing else goes on: the row is the one before the last then. */
static void find_rows(struct sweep *sweep)
{
    struct cp_table_axis *axis = sweep->axis;
    uint64_t bits[CP_TABLE_WORDS] = {0};
    uint32_t words = sweep->table->words;

    axis->count = sweep->place_count;
    for (uint32_t i = 0; i < axis->count; i++) {
        for (uint32_t w = 0; w < words; w++)
            bits[w] ^= sweep->changes[(size_t)i * words + w];
        if (i > 1 && is_row(sweep, axis->rows[i - 2], bits))
            axis->rows[i] = axis->rows[i - 2];
        else
            axis->rows[i] = find_row(sweep, bits);
    }
}

int cp_table_axis_make(struct cp_table *table, enum cp_axis axis, struct cp_table_axis *out_axis)
{
    struct sweep sweep = {
        .table = table,
        .pool = pool_of(table->builder, axis),
        .marks = &table->builder->marks,
        .axis = out_axis,
    };
    int status = list_sets(&sweep, axis);

    *out_axis = (struct cp_table_axis){.row_count = 0};
    if (status)
        return status;
    mark_places(&sweep);
    table->builder->steps += sweep.place_count;
    if ((uint64_t)sweep.place_count * table->words > MOST_WORDS)
        status = CALPOL_ERROR_LIMIT;
    if (!status)
        status = make_room(&sweep);
    for (uint32_t i = 0; !status && i < table->lines->items.count; i++)
        change_line(&sweep, i);
    take_marks(sweep.marks, status ? NULL : out_axis->begins);
    if (!status)
        find_rows(&sweep);
    return status;
}
