/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics as people read them, on standard error.
 */
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "common.h"

#include <calpol/calpol.h>

/*
 * All errors, each with its line and a caret below the spot, and a count of them at the end. Of
 * warnings the first ten, a line each, unless verbose; notes only if verbose. NULL is an empty
 * list.
 */
void cli_report(const struct cli_common *common, const calpol_diagnostics *diagnostics);

#endif
