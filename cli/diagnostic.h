/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics as people read them.
 */
#ifndef CLI_DIAGNOSTIC_H
#define CLI_DIAGNOSTIC_H

#include "output.h"

#include <calpol/calpol.h>

/* "error", "warning", "note" */
const char *cli_severity_name(uint32_t severity);

/* With its line, a caret below the spot, resource and field. */
void cli_put_diagnostic(const struct cli_stream *stream,
                        const struct calpol_diagnostic *diagnostic);

/* In one line. */
void cli_put_diagnostic_line(const struct cli_stream *stream,
                             const struct calpol_diagnostic *diagnostic);

#endif
