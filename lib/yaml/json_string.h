/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The strings of JSON, and where in the text the reader is.
 */
#ifndef CP_YAML_JSON_STRING_H
#define CP_YAML_JSON_STRING_H

#include "yaml/tree.h"

struct cp_json_cursor {
    const char *at, *end;
    const char *line_start;  /* of the line that at is in */
    size_t continuing_bytes; /* bytes since then that begin no character */
    uint32_t line;
};

static inline uint32_t cp_json_column(const struct cp_json_cursor *cursor)
{
    return (uint32_t)((size_t)(cursor->at - cursor->line_start) - cursor->continuing_bytes + 1);
}

/* at is behind a line break. */
static inline void cp_json_new_line(struct cp_json_cursor *cursor)
{
    cursor->line++;
    cursor->line_start = cursor->at;
    cursor->continuing_bytes = 0;
}

/*
 * Reads a string, whose opening quote is at the cursor, as the next node of the tree. The cursor is
 * behind it then; or it is at what is wrong, and out_problem says that.
 * CALPOL_OK, CALPOL_ERROR_NO_MEMORY.
 */
int cp_json_read_string(struct cp_json_cursor *cursor,
                        struct cp_tree *tree,
                        const char **out_problem);

#endif
