/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a text.
 */
#include "base/lines.h"

#include "base/utf8.h"

#define BYTES_BETWEEN_MARKS ((size_t)512)

size_t cp_line_break(struct cp_text text)
{
    if (!text.length)
        return 0;
    switch (text.data[0]) {
    case '\n':
        return 1;
    case '\r':
        return text.length > 1 && text.data[1] == '\n' ? 2 : 1;
    case '\xc2':
        return cp_text_starts_with(text, CP_TEXT("\xc2\x85")) ? 2 : 0;
    case '\xe2':
        return cp_text_starts_with(text, CP_TEXT("\xe2\x80\xa8")) ||
                       cp_text_starts_with(text, CP_TEXT("\xe2\x80\xa9"))
                   ? 3
                   : 0;
    default:
        return 0;
    }
}

void cp_lines_init(struct cp_lines *lines, struct cp_text text)
{
    *lines = (struct cp_lines){.text = text, .last = {0, 1, 1}};
}

static bool comes_before(const struct cp_line_mark *mark, uint32_t line, uint32_t column)
{
    return mark->line < line || (mark->line == line && mark->column < column);
}

/* The last mark at or before a place, or the start of the text. */
static struct cp_line_mark nearest_mark(const struct cp_lines *lines,
                                        uint32_t line,
                                        uint32_t column)
{
    const struct cp_line_mark place = {.line = line, .column = column};
    struct cp_line_mark mark = {0, 1, 1};
    uint32_t low = 0, high = lines->marks.count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (comes_before(&lines->marks.items[middle], line, column))
            low = middle + 1;
        else
            high = middle;
    }
    if (low)
        mark = lines->marks.items[low - 1];
    if (mark.offset < lines->last.offset &&
        !comes_before(&place, lines->last.line, lines->last.column))
        return lines->last;
    return mark;
}

/* Goes one character on. False at the end of the text, and at the end of the line if the place
   looked for is in it. */
static bool step(struct cp_text text, struct cp_line_mark *mark, uint32_t line)
{
    struct cp_text rest = cp_text_from_byte(text, mark->offset);
    size_t length;

    /* Most of all characters. */
    if (rest.length && rest.data[0] >= ' ' && rest.data[0] <= '~') {
        mark->offset++;
        mark->column++;
        return true;
    }
    length = cp_line_break(rest);
    if (!rest.length || (length && mark->line == line))
        return false;
    if (length) {
        mark->line++;
        mark->column = 1;
    } else {
        length = cp_utf8_length(rest);
        mark->column++;
    }
    mark->offset += length ? length : 1;
    return true;
}

void cp_line_locate(struct cp_text text, size_t offset, uint32_t *out_line, uint32_t *out_column)
{
    struct cp_line_mark mark = {0, 1, 1};

    /* There is no line 0 to stop at. */
    while (mark.offset < offset && step(text, &mark, 0))
        continue;
    *out_line = mark.line;
    *out_column = mark.column;
}

/* Leaves a mark if the last one is far behind. */
static bool leave_mark(struct cp_lines *lines,
                       struct cp_arena *arena,
                       const struct cp_line_mark *mark)
{
    uint32_t count = lines->marks.count;
    size_t last = count ? lines->marks.items[count - 1].offset : 0;
    struct cp_line_mark *added;

    if (mark->offset < last + BYTES_BETWEEN_MARKS)
        return true;
    added = cp_array_push(arena, &lines->marks);
    if (added)
        *added = *mark;
    return added != NULL;
}

bool cp_lines_find(struct cp_lines *lines,
                   struct cp_arena *arena,
                   uint32_t line,
                   uint32_t column,
                   size_t *out_offset)
{
    struct cp_line_mark mark = nearest_mark(lines, line, column);

    while (comes_before(&mark, line, column) && step(lines->text, &mark, line)) {
        if (!leave_mark(lines, arena, &mark))
            return false;
    }
    lines->last = mark;
    *out_offset = mark.offset;
    return true;
}
