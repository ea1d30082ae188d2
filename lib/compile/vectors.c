/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs as vectors: a bit for each line, for each place on each axis. A place's bits are in
 * blocks; equal blocks are kept once, and empty ones not at all, so that what is the same nearly
 * everywhere costs nearly nothing.
 */
#include "compile/program_builder.h"

#define BLOCK_LINES (CP_BLOCK_WORDS * 64)

struct drawing {
    struct cp_program_builder *builder;
    struct cp_program_lines lines; /* by their bits */
    uint32_t *orders;              /* parallel: which line of the program it is; CP_NONE: none */
    struct cp_blocks blocks;
    struct cp_axis_draft axes[CP_AXIS_COUNT];
    struct cp_vectors vectors;
    uint32_t *joined; /* vectors' */
};

/* Takes memory of the ruleset's, within the limit. NULL: none; *status tells why. */
static void *take(struct drawing *drawing, size_t count, size_t size, int *status)
{
    struct cp_program_builder *builder = drawing->builder;
    void *bytes = NULL;

    if (size && count > SIZE_MAX / 2 / size)
        *status = CALPOL_ERROR_LIMIT;
    else if (builder->bytes + count * size > builder->limits.max_bytes)
        *status = CALPOL_ERROR_LIMIT;
    if (*status)
        return NULL;
    bytes = cp_arena_allocate(builder->arena, count * size);
    if (!bytes)
        *status = CALPOL_ERROR_NO_MEMORY;
    builder->bytes += count * size;
    return bytes;
}

/* ---- The order of lines ---------------------------------------------------------------------- */

/*
 * Rows of addresses have few bits, and few blocks, but for lines that ask for no address: those would
 * put bits into all blocks. So lines are apart by whether they ask for the peer, the own address, both
 * or neither, each kind in blocks of its own. In a block they are in the order of the program. The line
 * that holds is the first of that order, of all blocks.
 */
enum { BOTH_ASKED, ONLY_OWN_ASKED, ONLY_PEER_ASKED, MIXED, KIND_COUNT };

static uint32_t kind_of(const struct cp_program_line *line)
{
    return (line->peers == CP_RANGES_ALL ? ONLY_OWN_ASKED : BOTH_ASKED) +
           (line->own == CP_RANGES_ALL ? ONLY_PEER_ASKED : BOTH_ASKED);
}

/* Where the lines of each kind begin. A kind of few lines is not worth blocks of its own; and a jump
   must find all lines behind the place that it leads to behind one bit. */
static uint32_t place_kinds(const struct cp_program_lines *lines,
                            bool is_straight,
                            bool is_apart[KIND_COUNT],
                            uint32_t places[KIND_COUNT])
{
    uint32_t counts[KIND_COUNT] = {0}, total = 0;

    for (uint32_t i = 0; i < lines->items.count; i++)
        counts[kind_of(&lines->items.items[i])]++;
    for (uint32_t kind = 0; kind < MIXED; kind++) {
        is_apart[kind] = is_straight && counts[kind] >= BLOCK_LINES;
        places[kind] = total;
        if (is_apart[kind])
            total += (counts[kind] + BLOCK_LINES - 1) / BLOCK_LINES * BLOCK_LINES;
        else
            counts[MIXED] += counts[kind];
    }
    places[MIXED] = total;
    return total + counts[MIXED];
}

/* Does each line decide? */
static bool are_straight(const struct cp_program_lines *lines)
{
    for (uint32_t i = 0; i < lines->items.count; i++) {
        if (!lines->items.items[i].decision)
            return false;
    }
    return true;
}

static bool is_unconditional(const struct cp_program_line *line)
{
    return line->own == CP_RANGES_ALL && line->peers == CP_RANGES_ALL &&
           line->transport == CP_RANGES_ALL && line->source_ports == CP_RANGES_ALL;
}

/* A line with no bits. */
static void clear_line(struct cp_program_line *line)
{
    line->own = line->peers = line->transport = line->source_ports = CP_RANGES_NONE;
}

static int arrange_lines(struct drawing *drawing, const struct cp_program_lines *lines)
{
    uint32_t count = lines->items.count, places[KIND_COUNT], total;
    bool is_straight = are_straight(lines), is_apart[KIND_COUNT] = {false};
    struct cp_arena *scratch = &drawing->builder->scratch;
    struct cp_program_line *items;

    total = place_kinds(lines, is_straight, is_apart, places);
    items = CP_NEW_ARRAY(scratch, struct cp_program_line, total);
    drawing->orders = CP_NEW_ARRAY(scratch, uint32_t, total);
    if (!items || !drawing->orders)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < total; i++) {
        items[i].decision = lines->items.items[0].decision;
        items[i].next = UINT32_MAX;
        drawing->orders[i] = CP_NONE;
    }
    drawing->vectors.otherwise = CP_NONE;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_program_line *line = &lines->items.items[i];
        uint32_t kind = kind_of(line), place = places[is_apart[kind] ? kind : MIXED]++;

        items[place] = *line;
        drawing->orders[place] = i;
        if (i + 1 == count && is_straight && is_unconditional(line)) {
            drawing->vectors.otherwise = place;
            clear_line(&items[place]);
        }
    }
    drawing->lines.items.items = items;
    drawing->lines.items.count = drawing->lines.items.capacity = total;
    drawing->lines.asks = lines->asks;
    return CALPOL_OK;
}

/* The order of each line, and the lowest of all from each block on. */
static int copy_orders(struct drawing *drawing)
{
    uint32_t count = drawing->lines.items.count, lowest = CP_NONE;
    int status = CALPOL_OK;
    uint32_t *orders = take(drawing, count, sizeof(uint32_t), &status);
    uint32_t *lowest_orders =
        take(drawing, drawing->vectors.block_count, sizeof(uint32_t), &status);

    if (status)
        return status;
    memcpy(orders, drawing->orders, count * sizeof(*orders));
    for (uint32_t i = count; i-- > 0;) {
        lowest = orders[i] < lowest ? orders[i] : lowest;
        lowest_orders[i / BLOCK_LINES] = lowest;
    }
    drawing->vectors.orders = orders;
    drawing->vectors.lowest_orders = lowest_orders;
    return CALPOL_OK;
}

/* ---- Places and rows ------------------------------------------------------------------------- */

/* The row of each number. */
static int spread_ranges(struct drawing *drawing,
                         const struct cp_axis_draft *draft,
                         uint32_t size,
                         struct cp_vector_axis *axis)
{
    int status = CALPOL_OK;
    uint32_t *rows = take(drawing, size, sizeof(uint32_t), &status), range = 0;

    for (uint32_t i = 0; !status && i < size; i++) {
        while (range + 1 < draft->begins.count && draft->begins.items[range + 1] <= i)
            range++;
        rows[i] = draft->rows.items[range];
    }
    axis->rows = rows;
    axis->place_count = size;
    return status;
}

static int copy_ranges(struct drawing *drawing,
                       const struct cp_axis_draft *draft,
                       uint32_t size,
                       struct cp_vector_axis *axis)
{
    uint32_t page_count = (size + CP_PAGE - 1) / CP_PAGE, range = 0;
    int status = CALPOL_OK;
    uint32_t *begins = take(drawing, draft->begins.count, sizeof(uint32_t), &status);
    uint32_t *rows = take(drawing, draft->rows.count, sizeof(uint32_t), &status);
    uint32_t *pages = take(drawing, (size_t)page_count + 1, sizeof(uint32_t), &status);

    if (status)
        return status;
    memcpy(begins, draft->begins.items, draft->begins.count * sizeof(uint32_t));
    memcpy(rows, draft->rows.items, draft->rows.count * sizeof(uint32_t));
    for (uint32_t i = 0; i < page_count; i++) {
        while (range + 1 < draft->begins.count && draft->begins.items[range + 1] <= i * CP_PAGE)
            range++;
        pages[i] = range;
    }
    pages[page_count] = draft->begins.count - 1;
    axis->begins = begins;
    axis->rows = rows;
    axis->pages = pages;
    axis->count = axis->place_count = draft->begins.count;
    axis->page_count = page_count + 1;
    return CALPOL_OK;
}

/* A search in ranges takes longer than one access, but must not take much less memory. */
#define DENSE_FACTOR 8u

static int copy_places(struct drawing *drawing,
                       const struct cp_axis_draft *draft,
                       uint32_t size,
                       struct cp_vector_axis *axis)
{
    if (size / DENSE_FACTOR <= draft->begins.count)
        return spread_ranges(drawing, draft, size, axis);
    return copy_ranges(drawing, draft, size, axis);
}

/* How many words the record of a row takes. */
static uint32_t record_words(const struct cp_vectors *vectors, const uint32_t *numbers)
{
    uint32_t count = 0;

    for (uint32_t b = 0; b < vectors->block_count; b++)
        count += numbers[b] != 0;
    return vectors->summary_words + (count + 1) / 2;
}

static void write_record(const struct cp_vectors *vectors,
                         const uint32_t *numbers,
                         uint64_t *record)
{
    uint32_t *next = (uint32_t *)(void *)(record + vectors->summary_words);

    for (uint32_t b = 0; b < vectors->block_count; b++) {
        if (!numbers[b])
            continue;
        cp_bitset_add(record, b);
        *next++ = numbers[b];
    }
}

/* Writes the rows of an axis behind each other; out_places are where each is. */
static int copy_rows(struct drawing *drawing,
                     const struct cp_tuples *rows,
                     struct cp_vector_axis *axis,
                     uint32_t **out_places)
{
    const struct cp_vectors *vectors = &drawing->vectors;
    uint32_t count = rows->items.count;
    uint32_t *places = CP_NEW_ARRAY(&drawing->builder->scratch, uint32_t, count);
    int status = CALPOL_OK;
    uint64_t words = 0, *records;

    if (!places)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t row = 0; row < count; row++) {
        places[row] = (uint32_t)words;
        words += record_words(vectors, rows->items.items[row].numbers);
    }
    if (words > UINT32_MAX)
        return CALPOL_ERROR_LIMIT;
    records = take(drawing, (size_t)words, sizeof(uint64_t), &status);
    if (status)
        return status;
    memset(records, 0, (size_t)words * sizeof(*records));
    for (uint32_t row = 0; row < count; row++)
        write_record(vectors, rows->items.items[row].numbers, records + places[row]);
    axis->records = records;
    axis->word_count = (uint32_t)words;
    *out_places = places;
    return CALPOL_OK;
}

/* How many numbers an axis has. */
static uint32_t size_of(const struct cp_program_builder *builder, enum cp_axis axis)
{
    if (axis == CP_AXIS_TRANSPORT)
        return builder->clauses.transports.size;
    return axis == CP_AXIS_SOURCE_PORT ? CP_PORT_COUNT : builder->classes.count;
}

static int draw_axis(struct drawing *drawing, enum cp_axis axis)
{
    return cp_axis_make(drawing->builder, &drawing->lines, axis, &drawing->blocks,
                        &drawing->builder->scratch, &drawing->axes[axis]);
}

/* Makes places of rows of numbers of rows. */
static void lead_to(const uint32_t *places, uint32_t *rows, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        rows[i] = places[rows[i]];
}

/* Joined rows are found by their numbers on both axes. */
static int keep_axis(struct drawing *drawing, enum cp_axis axis)
{
    struct cp_axis_draft *draft = &drawing->axes[axis];
    struct cp_vector_axis *target = &drawing->vectors.axes[axis];
    uint32_t *places;
    int status = copy_rows(drawing, &draft->vectors, target, &places);

    if (status)
        return status;
    if (!drawing->joined || (axis != CP_AXIS_TRANSPORT && axis != CP_AXIS_SOURCE_PORT))
        lead_to(places, draft->rows.items, draft->rows.count);
    else if (axis == CP_AXIS_TRANSPORT)
        lead_to(places, drawing->joined, drawing->vectors.joined_count);
    return copy_places(drawing, draft, size_of(drawing->builder, axis), target);
}

/* ---- Joining --------------------------------------------------------------------------------- */

/* Rows of two axes are joined if it takes no more than so much. */
#define MOST_JOINED ((uint64_t)1 << 20)

static bool intern_block(struct drawing *drawing, const uint64_t *words, uint32_t *out_number)
{
    return cp_tuples_add(&drawing->blocks.tuples, (const uint32_t *)(const void *)words,
                         drawing->blocks.words * 2, out_number, NULL);
}

/* The lines that both rows have, as a row. */
static bool join_rows(struct drawing *drawing,
                      const uint32_t *left,
                      const uint32_t *right,
                      uint32_t *numbers,
                      struct cp_tuples *rows,
                      uint32_t *out_row)
{
    for (uint32_t b = 0; b < drawing->vectors.block_count; b++) {
        const uint64_t *x = cp_block(&drawing->blocks, left[b]);
        const uint64_t *y = cp_block(&drawing->blocks, right[b]);
        uint64_t both[CP_BLOCK_WORDS];

        for (uint32_t w = 0; w < drawing->blocks.words; w++)
            both[w] = x[w] & y[w];
        if (!intern_block(drawing, both, &numbers[b]))
            return false;
    }
    return cp_tuples_add(rows, numbers, drawing->vectors.block_count, out_row, NULL);
}

/* Rows that have all lines, of an axis that nothing hangs on any more. */
static bool fill_row(struct drawing *drawing, uint32_t *numbers, struct cp_tuples *rows)
{
    uint64_t all[CP_BLOCK_WORDS];
    uint32_t row;

    memset(all, 0xff, sizeof(all));
    cp_tuples_init(rows, &drawing->builder->scratch);
    for (uint32_t b = 0; b < drawing->vectors.block_count; b++) {
        if (!intern_block(drawing, all, &numbers[b]))
            return false;
    }
    return cp_tuples_add(rows, numbers, drawing->vectors.block_count, &row, NULL);
}

/* Lines that ask for a source port mostly ask for nothing else of the transport, and the other way
   round, so each alone leaves many lines, and both together few. */
static int join_source_ports(struct drawing *drawing)
{
    struct cp_axis_draft *transport = &drawing->axes[CP_AXIS_TRANSPORT];
    struct cp_axis_draft *source = &drawing->axes[CP_AXIS_SOURCE_PORT];
    uint32_t rows = transport->vectors.items.count, parts = source->vectors.items.count;
    struct cp_arena *scratch = &drawing->builder->scratch;
    uint32_t *numbers, *joined;
    struct cp_tuples both, all;
    int status = CALPOL_OK;

    if (parts == 1 || (uint64_t)rows * parts * drawing->vectors.block_count > MOST_JOINED)
        return CALPOL_OK;
    numbers = CP_NEW_ARRAY(scratch, uint32_t, drawing->vectors.block_count);
    joined = take(drawing, (size_t)rows * parts, sizeof(uint32_t), &status);
    cp_tuples_init(&both, scratch);
    if (!status && !numbers)
        status = CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < rows * parts; i++) {
        if (!join_rows(drawing, transport->vectors.items.items[i / parts].numbers,
                       source->vectors.items.items[i % parts].numbers, numbers, &both, &joined[i]))
            status = CALPOL_ERROR_NO_MEMORY;
    }
    if (status || !fill_row(drawing, numbers, &all))
        return status ? status : CALPOL_ERROR_NO_MEMORY;
    transport->vectors = both;
    source->vectors = all;
    drawing->vectors.joined = drawing->joined = joined;
    drawing->vectors.joined_count = rows * parts;
    drawing->vectors.part_count = parts;
    return CALPOL_OK;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static int copy_blocks(struct drawing *drawing)
{
    uint32_t count = drawing->blocks.tuples.items.count;
    size_t size = CP_BLOCK_WORDS * sizeof(uint64_t);
    int status = CALPOL_OK;
    unsigned char *bytes = take(drawing, (size_t)count + 1, size, &status);
    uint64_t(*blocks)[CP_BLOCK_WORDS];

    if (status)
        return status;
    bytes += (size - (uintptr_t)bytes % size) % size;
    blocks = (uint64_t(*)[CP_BLOCK_WORDS])(void *)bytes;
    memset(blocks, 0, count * size);
    for (uint32_t i = 0; i < count; i++)
        memcpy(blocks[i], cp_block(&drawing->blocks, i), drawing->blocks.words * sizeof(uint64_t));
    drawing->vectors.blocks = (const uint64_t(*)[CP_BLOCK_WORDS])blocks;
    drawing->vectors.block_total = count;
    return CALPOL_OK;
}

static int copy_lines(struct drawing *drawing)
{
    uint32_t count = drawing->lines.items.count;
    int status = CALPOL_OK;
    struct cp_vector_line *lines = take(drawing, count, sizeof(*lines), &status);

    if (status)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_program_line *line = &drawing->lines.items.items[i];

        lines[i] = (struct cp_vector_line){line->decision, line->next, line->needs};
    }
    drawing->vectors.lines = lines;
    drawing->vectors.line_count = count;
    return CALPOL_OK;
}

static int draw(struct drawing *drawing)
{
    struct cp_vectors *vectors = &drawing->vectors;
    uint32_t count = drawing->lines.items.count;
    int status = CALPOL_OK;

    vectors->block_count = cp_line_blocks(count);
    vectors->summary_words = (uint32_t)cp_bitset_words(vectors->block_count);
    vectors->asks = drawing->lines.asks;
    if (!cp_blocks_init(&drawing->blocks, &drawing->builder->scratch, count))
        return CALPOL_ERROR_NO_MEMORY;
    for (int axis = 0; !status && axis < CP_AXIS_COUNT; axis++)
        status = draw_axis(drawing, (enum cp_axis)axis);
    if (!status)
        status = join_source_ports(drawing);
    for (int axis = 0; !status && axis < CP_AXIS_COUNT; axis++)
        status = keep_axis(drawing, (enum cp_axis)axis);
    if (!status)
        status = copy_blocks(drawing);
    if (!status)
        status = copy_lines(drawing);
    return status ? status : copy_orders(drawing);
}

int cp_vectors_make(struct cp_program_builder *builder,
                    const struct cp_program_lines *lines,
                    uint32_t *out_vectors)
{
    struct drawing drawing = {.builder = builder};
    int status = arrange_lines(&drawing, lines);
    struct cp_vectors *slot;

    if (!status)
        status = draw(&drawing);
    if (status)
        return status;
    slot = cp_array_push(builder->work, &builder->vectors);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = drawing.vectors;
    *out_vectors = builder->vectors.count - 1;
    return CALPOL_OK;
}
