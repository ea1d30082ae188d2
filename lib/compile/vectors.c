/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs as vectors: a bit for each line, for each place on each axis. A place's bits are in blocks;
 * equal blocks are kept once, so that what is the same nearly everywhere costs nearly nothing.
 */
#include "compile/program_builder.h"

struct drawing {
    struct cp_program_builder *builder;
    const struct cp_program_lines *lines;
    struct cp_blocks blocks;
    struct cp_vectors vectors;
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

static int copy_ranges(struct drawing *drawing,
                       const struct cp_axis_draft *draft,
                       struct cp_vector_axis *axis)
{
    int status = CALPOL_OK;
    uint32_t *begins = take(drawing, draft->begins.count, sizeof(uint32_t), &status);
    uint32_t *rows = take(drawing, draft->rows.count, sizeof(uint32_t), &status);

    if (status)
        return status;
    memcpy(begins, draft->begins.items, draft->begins.count * sizeof(uint32_t));
    memcpy(rows, draft->rows.items, draft->rows.count * sizeof(uint32_t));
    axis->begins = begins;
    axis->rows = rows;
    axis->count = draft->begins.count;
    return CALPOL_OK;
}

static int copy_rows(struct drawing *drawing,
                     const struct cp_axis_draft *draft,
                     struct cp_vector_axis *axis)
{
    uint32_t count = draft->vectors.items.count;
    uint32_t block_count = drawing->vectors.block_count;
    uint32_t summary_words = drawing->vectors.summary_words;
    int status = CALPOL_OK;
    uint32_t *blocks = take(drawing, (size_t)count * block_count, sizeof(uint32_t), &status);
    uint64_t *summaries = take(drawing, (size_t)count * summary_words, sizeof(uint64_t), &status);

    if (status)
        return status;
    memset(summaries, 0, (size_t)count * summary_words * sizeof(uint64_t));
    for (uint32_t row = 0; row < count; row++) {
        const uint32_t *numbers = draft->vectors.items.items[row].numbers;

        for (uint32_t b = 0; b < block_count; b++) {
            blocks[(size_t)row * block_count + b] = numbers[b];
            if (numbers[b])
                cp_bitset_add(summaries + (size_t)row * summary_words, b);
        }
    }
    axis->blocks = blocks;
    axis->summaries = summaries;
    return CALPOL_OK;
}

static int draw_axis(struct drawing *drawing, enum cp_axis axis)
{
    struct cp_vector_axis *target = &drawing->vectors.axes[axis];
    struct cp_axis_draft draft;
    int status = cp_axis_make(drawing->builder, drawing->lines, axis, &drawing->blocks,
                              &drawing->builder->scratch, &draft);

    if (!status)
        status = copy_ranges(drawing, &draft, target);
    return status ? status : copy_rows(drawing, &draft, target);
}

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
    for (uint32_t i = 0; i < count; i++)
        memcpy(blocks[i], cp_block(&drawing->blocks, i), size);
    drawing->vectors.blocks = (const uint64_t(*)[CP_BLOCK_WORDS])blocks;
    return CALPOL_OK;
}

static int copy_lines(struct drawing *drawing)
{
    uint32_t count = drawing->lines->items.count;
    int status = CALPOL_OK;
    struct cp_vector_line *lines = take(drawing, count, sizeof(*lines), &status);

    if (status)
        return status;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_program_line *line = &drawing->lines->items.items[i];

        lines[i] = (struct cp_vector_line){line->decision, line->next, line->needs};
    }
    drawing->vectors.lines = lines;
    return CALPOL_OK;
}

int cp_vectors_make(struct cp_program_builder *builder,
                    const struct cp_program_lines *lines,
                    uint32_t *out_vectors)
{
    struct drawing drawing = {.builder = builder, .lines = lines};
    struct cp_vectors *slot;
    int status = CALPOL_OK;

    drawing.vectors.block_count = cp_line_blocks(lines->items.count);
    drawing.vectors.summary_words = (uint32_t)cp_bitset_words(drawing.vectors.block_count);
    if (!cp_blocks_init(&drawing.blocks, &builder->scratch))
        return CALPOL_ERROR_NO_MEMORY;
    for (int axis = 0; !status && axis < CP_AXIS_COUNT; axis++)
        status = draw_axis(&drawing, (enum cp_axis)axis);
    if (!status)
        status = copy_blocks(&drawing);
    if (!status)
        status = copy_lines(&drawing);
    if (status)
        return status;
    drawing.vectors.asks_port = lines->asks_port;
    drawing.vectors.asks_source_port = lines->asks_source_port;
    drawing.vectors.any_own = drawing.vectors.axes[CP_AXIS_OWN].count > 1;
    slot = cp_array_push(builder->work, &builder->vectors);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = drawing.vectors;
    *out_vectors = builder->vectors.count - 1;
    return CALPOL_OK;
}
