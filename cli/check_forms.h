/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What calpol check found, in its forms. Internal to check*.c.
 */
#ifndef CLI_CHECK_FORMS_H
#define CLI_CHECK_FORMS_H

#include "output.h"

#include <calpol/calpol.h>

#include <stdint.h>

struct cli_findings {
    const calpol_diagnostics *diagnostics;
    uint32_t least; /* severity: what is below it is not shown */
    bool strict;    /* warnings fail */
    size_t errors, warnings, notes;
};

/* Number index, if it is to be shown. */
bool cli_findings_get(const struct cli_findings *findings,
                      size_t index,
                      struct calpol_diagnostic *out_diagnostic);

/* "2 errors", "1 file" */
void cli_put_count(const struct cli_stream *stream, size_t count, const char *what);

/* Each writes everything there is. */
void cli_findings_human(const struct cli_findings *findings, const struct cli_stream *out);
void cli_findings_json(const struct cli_findings *findings, const struct cli_stream *out);
void cli_findings_sarif(const struct cli_findings *findings, const struct cli_stream *out);
void cli_findings_github(const struct cli_findings *findings, const struct cli_stream *out);
void cli_findings_junit(const struct cli_findings *findings, const struct cli_stream *out);

#endif
