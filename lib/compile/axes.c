/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One question of all lines of a program: a sweep along the axis from range to range, with a bit for
 * each line that fits at the place reached. Places with the same bits are one row.
 */
#include "compile/program_builder.h"

#include "base/sort.h"

#define BLOCK_LINES (CP_BLOCK_WORDS * 64)

/* ---- Blocks ---------------------------------------------------------------------------------- */

bool cp_blocks_init(struct cp_blocks *blocks, struct cp_arena *arena, uint32_t line_count)
{
    const uint32_t empty[CP_BLOCK_WORDS * 2] = {0};
    uint32_t number;

    cp_tuples_init(&blocks->tuples, arena);
    blocks->words = CP_BLOCK_WORDS;
    if (line_count < BLOCK_LINES)
        blocks->words = (uint32_t)cp_bitset_words(line_count);
    return cp_tuples_add(&blocks->tuples, empty, blocks->words * 2, &number, NULL);
}

const uint64_t *cp_block(const struct cp_blocks *blocks, uint32_t number)
{
    return (const uint64_t *)(const void *)blocks->tuples.items.items[number].numbers;
}

/* ---- Sweeping -------------------------------------------------------------------------------- */

struct sweep {
    struct cp_program_builder *builder;
    const struct cp_program_lines *lines;
    enum cp_axis axis;
    struct cp_blocks *blocks;
    struct cp_arena *arena;
    struct cp_axis_draft *draft;
    struct cp_tuples sets; /* those that lines ask, each once */
    uint32_t *first_line;  /* by set, and one more: in line_numbers */
    uint32_t *line_numbers;
    CP_ARRAY(uint64_t) events;     /* where a set begins or ends: place << 32 | number of the set */
    CP_ARRAY(uint32_t) block_rows; /* with one block only: its row, or CP_NONE */
    struct {
        uint64_t bits[CP_BLOCK_WORDS];
        uint32_t row;
    } recent
        [2]; /* with one block only: the last rows, for most ranges end where nothing else goes on */
    uint32_t recent_count;
    uint64_t *bits;    /* of the place reached */
    uint32_t *numbers; /* of its blocks */
    bool *is_stale;    /* by block: the number is of other bits */
};

static uint32_t set_of(const struct cp_program_line *line, enum cp_axis axis)
{
    switch (axis) {
    case CP_AXIS_PEERS:
        return line->peers;
    case CP_AXIS_TRANSPORT:
        return line->transport;
    case CP_AXIS_SOURCE_PORT:
        return line->source_ports;
    case CP_AXIS_OWN:
    case CP_AXIS_COUNT:
        break;
    }
    return line->own;
}

static const struct cp_range_pool *pool_of(const struct cp_program_builder *builder,
                                           enum cp_axis axis)
{
    if (axis == CP_AXIS_TRANSPORT)
        return &builder->clauses.transports;
    return axis == CP_AXIS_SOURCE_PORT ? &builder->clauses.source_ports : &builder->classes.sets;
}

/* Lists the lines of each set. */
static int group_lines(struct sweep *sweep)
{
    uint32_t count = sweep->lines->items.count;
    uint32_t *set_numbers = CP_NEW_ARRAY(sweep->arena, uint32_t, count), *next;

    cp_tuples_init(&sweep->sets, sweep->arena);
    sweep->line_numbers = CP_NEW_ARRAY(sweep->arena, uint32_t, count);
    if (!set_numbers || !sweep->line_numbers)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t set = set_of(&sweep->lines->items.items[i], sweep->axis);

        if (!cp_tuples_add(&sweep->sets, &set, 1, &set_numbers[i], NULL))
            return CALPOL_ERROR_NO_MEMORY;
    }
    sweep->first_line = CP_NEW_ARRAY(sweep->arena, uint32_t, (size_t)sweep->sets.items.count + 2);
    if (!sweep->first_line)
        return CALPOL_ERROR_NO_MEMORY;
    next = sweep->first_line + 1;
    for (uint32_t i = 0; i < count; i++)
        next[set_numbers[i] + 1]++;
    for (uint32_t i = 1; i <= sweep->sets.items.count; i++)
        next[i] += next[i - 1];
    for (uint32_t i = 0; i < count; i++)
        sweep->line_numbers[next[set_numbers[i]]++] = i;
    return CALPOL_OK;
}

static void add_event(struct sweep *sweep, uint32_t place, uint32_t set)
{
    sweep->events.items[sweep->events.count++] = (uint64_t)place << 32 | set;
}

static int sort_events(struct sweep *sweep)
{
    uint64_t *scratch = cp_arena_allocate(sweep->arena, sweep->events.count * sizeof(*scratch));

    if (!scratch)
        return CALPOL_ERROR_NO_MEMORY;
    cp_sort_keys(sweep->events.items, sweep->events.count, scratch);
    return CALPOL_OK;
}

static int list_events(struct sweep *sweep)
{
    const struct cp_range_pool *pool = pool_of(sweep->builder, sweep->axis);

    for (uint32_t i = 0; i < sweep->sets.items.count; i++) {
        struct cp_ranges ranges = cp_ranges_of(pool, sweep->sets.items.items[i].numbers[0]);
        uint64_t lines = sweep->first_line[i + 1] - sweep->first_line[i];

        sweep->builder->steps += ranges.count * (lines + 1) * 2;
        if (sweep->builder->steps > sweep->builder->limits.max_work)
            return CALPOL_ERROR_LIMIT;
        if (!cp_array_reserve(sweep->arena, &sweep->events, ranges.count * 2))
            return CALPOL_ERROR_NO_MEMORY;
        for (uint32_t r = 0; r < ranges.count; r++) {
            add_event(sweep, ranges.items[r].first, i);
            if (ranges.items[r].end < pool->size)
                add_event(sweep, ranges.items[r].end, i);
        }
    }
    return sort_events(sweep);
}

/* Turns the bits of a set's lines. */
static void turn(struct sweep *sweep, uint32_t set)
{
    for (uint32_t i = sweep->first_line[set]; i < sweep->first_line[set + 1]; i++) {
        uint32_t line = sweep->line_numbers[i];

        sweep->bits[line / 64] ^= (uint64_t)1 << (line % 64);
        sweep->is_stale[line / BLOCK_LINES] = true;
    }
}

/* The row of one block that is all. */
static bool row_of_block(struct sweep *sweep, uint32_t block, uint32_t *out_row)
{
    while (sweep->block_rows.count <= block) {
        uint32_t *slot = cp_array_push(sweep->arena, &sweep->block_rows);

        if (!slot)
            return false;
        *slot = CP_NONE;
    }
    *out_row = sweep->block_rows.items[block];
    if (*out_row != CP_NONE)
        return true;
    if (!cp_tuples_add(&sweep->draft->vectors, &block, 1, out_row, NULL))
        return false;
    sweep->block_rows.items[block] = *out_row;
    return true;
}

static bool is_recent(const struct sweep *sweep, uint32_t *out_row)
{
    for (uint32_t i = 0; i < 2 && i < sweep->recent_count; i++) {
        if (memcmp(sweep->recent[i].bits, sweep->bits, sizeof(sweep->recent[i].bits)) == 0) {
            *out_row = sweep->recent[i].row;
            return true;
        }
    }
    return false;
}

/* The row of the bits reached, if they are one block. */
static bool find_small_row(struct sweep *sweep, uint32_t *out_row)
{
    const uint32_t *words = (const uint32_t *)(const void *)sweep->bits;
    uint32_t block, slot = sweep->recent_count % 2;

    if (is_recent(sweep, out_row))
        return true;
    if (!cp_tuples_add(&sweep->blocks->tuples, words, sweep->blocks->words * 2, &block, NULL) ||
        !row_of_block(sweep, block, out_row))
        return false;
    memcpy(sweep->recent[slot].bits, sweep->bits, sizeof(sweep->recent[slot].bits));
    sweep->recent[slot].row = *out_row;
    sweep->recent_count++;
    return true;
}

/* The row of the bits reached. */
static bool find_row(struct sweep *sweep, uint32_t *out_row)
{
    uint32_t block_count = cp_line_blocks(sweep->lines->items.count);

    if (block_count == 1)
        return find_small_row(sweep, out_row);
    for (uint32_t i = 0; i < block_count; i++) {
        const void *bits = sweep->bits + (size_t)i * CP_BLOCK_WORDS;

        if (sweep->is_stale[i] && !cp_tuples_add(&sweep->blocks->tuples, bits, CP_BLOCK_WORDS * 2,
                                                 &sweep->numbers[i], NULL))
            return false;
        sweep->is_stale[i] = false;
    }
    return cp_tuples_add(&sweep->draft->vectors, sweep->numbers, block_count, out_row, NULL);
}

/* From a place on another row holds, if it is another one. */
static int take_row(struct sweep *sweep, uint32_t place)
{
    struct cp_axis_draft *draft = sweep->draft;
    uint32_t *begin, *value, row;

    if (!find_row(sweep, &row))
        return CALPOL_ERROR_NO_MEMORY;
    if (draft->rows.count && draft->rows.items[draft->rows.count - 1] == row)
        return CALPOL_OK;
    begin = cp_array_push(sweep->arena, &draft->begins);
    value = cp_array_push(sweep->arena, &draft->rows);
    if (!begin || !value)
        return CALPOL_ERROR_NO_MEMORY;
    *begin = place;
    *value = row;
    return CALPOL_OK;
}

static int run(struct sweep *sweep)
{
    uint32_t i = 0, place = 0;
    int status = CALPOL_OK;

    while (!status) {
        while (i < sweep->events.count && sweep->events.items[i] >> 32 == place)
            turn(sweep, (uint32_t)sweep->events.items[i++]);
        status = take_row(sweep, place);
        sweep->builder->steps += cp_line_blocks(sweep->lines->items.count);
        if (i == sweep->events.count)
            break;
        place = (uint32_t)(sweep->events.items[i] >> 32);
    }
    return status;
}

int cp_axis_make(struct cp_program_builder *builder,
                 const struct cp_program_lines *lines,
                 enum cp_axis axis,
                 struct cp_blocks *blocks,
                 struct cp_arena *arena,
                 struct cp_axis_draft *out_axis)
{
    uint32_t block_count = cp_line_blocks(lines->items.count);
    struct sweep sweep = {
        .builder = builder,
        .lines = lines,
        .axis = axis,
        .blocks = blocks,
        .arena = arena,
        .draft = out_axis,
    };
    int status;

    *out_axis = (struct cp_axis_draft){.begins = {.count = 0}};
    cp_tuples_init(&out_axis->vectors, arena);
    sweep.bits = CP_NEW_ARRAY(arena, uint64_t, (size_t)block_count * CP_BLOCK_WORDS);
    sweep.numbers = CP_NEW_ARRAY(arena, uint32_t, block_count);
    sweep.is_stale = CP_NEW_ARRAY(arena, bool, block_count);
    if (!sweep.bits || !sweep.numbers || !sweep.is_stale)
        return CALPOL_ERROR_NO_MEMORY;
    status = group_lines(&sweep);
    if (!status)
        status = list_events(&sweep);
    return status ? status : run(&sweep);
}
