/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What codes mean: docs/diagnostics/ in the command.
 */
#ifndef CLI_CHECK_EXPLAIN_H
#define CLI_CHECK_EXPLAIN_H

#include "output.h"

#include <stdint.h>

/* A code as its page in docs/diagnostics/ has it. */
struct cli_explanation {
    const char *code;
    const char *text;    /* paragraphs, their lines as written */
    const char *options; /* of calpol check, for the examples; "" if none are needed */
    const char *bad, *good;
};

/* The explanation of a code's name; NULL if there is none. */
const struct cli_explanation *cli_explanation_find(const char *code);

/* Explains a code; "" lists all of them. Returns an exit status. */
int cli_explain_code(const struct cli_stream *out, const char *name);

#endif
