/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a text: where a line and a column are.
 *
 * Diagnostics have line and column, but their excerpts come from bytes. Marks are left on the way
 * through the text, so that the next search, or one in a line of megabytes, does not start over.
 */
#ifndef CP_BASE_LINES_H
#define CP_BASE_LINES_H

#include "base/array.h"
#include "base/text.h"

/* Bytes of the line break that the text starts with; 0 if with none. As libyaml has it: LF, CR,
   CR LF, NEL, LS and PS. */
size_t cp_line_break(struct cp_text text);

/* A character of the text. Line and column count from 1, columns in characters. */
struct cp_line_mark {
    size_t offset;
    uint32_t line, column;
};

/* The line and column of a byte. */
void cp_line_locate(struct cp_text text, size_t offset, uint32_t *out_line, uint32_t *out_column);

struct cp_lines {
    struct cp_text text; /* without a byte order mark */
    CP_ARRAY(struct cp_line_mark) marks;
    struct cp_line_mark last; /* found last: places are often asked for in their order */
};

void cp_lines_init(struct cp_lines *lines, struct cp_text text);

/* The offset of a place, or of the end of its line or text if that comes earlier. False if there is
   no memory for marks. */
bool cp_lines_find(struct cp_lines *lines,
                   struct cp_arena *arena,
                   uint32_t line,
                   uint32_t column,
                   size_t *out_offset);

#endif
