/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to records: a verdict as the members of an object, or as cells.
 */
#ifndef CLI_RECORD_ANSWER_H
#define CLI_RECORD_ANSWER_H

#include "bytes.h"

#include <calpol/calpol.h>

/* What a record is answered with: a verdict, or why there is none. */
struct cli_record_answer {
    unsigned long line;
    const struct calpol_verdict *verdict; /* NULL: there is none, but */
    const char *error, *message;
};

/* Adds an object in JSON: "{"line": 1, "verdict": "allow", ...}". */
void cli_record_answer_json(const struct cli_record_answer *answer,
                            const calpol_ruleset *ruleset,
                            struct cli_bytes *out_text);

/* Adds the names of the columns, each with a tab before it. */
void cli_record_answer_header(struct cli_bytes *out_text);

/* Adds the cells, each with a tab before it. */
void cli_record_answer_cells(const struct cli_record_answer *answer,
                             const calpol_ruleset *ruleset,
                             struct cli_bytes *out_text);

#endif
