/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows in JSON or rows of a table, one after another, from a file or pipe.
 *
 * The first line decides what the file is. If it is a whole value, each line is a flow, whatever
 * the others are like: a line that is none is answered for itself, and so there are as many answers
 * as lines. If it is the beginning of one, flows are read as they come, over as many lines as each
 * takes. If it is the header of a table, each line that follows is a row. Blank lines are passed
 * over.
 */
#ifndef CLI_FLOWS_H
#define CLI_FLOWS_H

#include "lines.h"

/* One flow, as text: valid until the next call. */
struct cli_flow_text {
    const char *text;
    size_t length;
    unsigned long line; /* where it begins, from 1 */
    bool cut;           /* it is longer than CLI_LINE_LIMIT and not complete */
};

enum cli_flows_form {
    CLI_FLOWS_UNDECIDED,
    CLI_FLOWS_LINES,
    CLI_FLOWS_VALUES,
    CLI_FLOWS_TABLE /* the first line is the header */
};

struct cli_flows {
    struct cli_lines lines;
    enum cli_flows_form form;
    struct cli_line held; /* read, but not used */
    bool has_held;
    char *value; /* lines that make one flow */
    size_t value_length, value_capacity;
};

/* Opens a file, "-" for standard input. False with errno set if that fails. */
bool cli_flows_open(struct cli_flows *flows, const char *path);
void cli_flows_close(struct cli_flows *flows);

/* The next flow; false at the end, or with flows->lines.error set. */
bool cli_flows_next(struct cli_flows *flows, struct cli_flow_text *out_flow);

#endif
