/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a file or pipe, one at a time, in bounded memory.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Longer lines are cut, and marked. */
#define CLI_LINE_LIMIT ((size_t)1 << 20)

struct cli_lines {
    int file;
    char *buffer;
    size_t capacity;
    size_t start, end;    /* unread bytes of buffer */
    unsigned long number; /* of the line read last */
    int error;            /* errno of what went wrong; 0: nothing */
    bool ended;
    bool cut; /* the rest of the line read last is unread */
};

struct cli_line {
    const char *text; /* without line feed; valid until the next call */
    size_t length;
    unsigned long number; /* from 1 */
    bool cut;
};

/* Opens a file, "-" for standard input. False with errno set if that fails. */
bool cli_lines_open(struct cli_lines *lines, const char *path);
void cli_lines_close(struct cli_lines *lines);

/*
 * The next line; false at the end or when lines->error is set. Flushes standard output before it
 * waits for more, so that whoever writes questions into a pipe gets his answers.
 */
bool cli_lines_next(struct cli_lines *lines, struct cli_line *out_line);

/* Is the next line there already, so that nobody waits for it? Lines read before then stay valid.
 */
bool cli_lines_has_next(const struct cli_lines *lines);

#endif
