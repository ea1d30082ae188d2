/* SPDX-License-Identifier: Apache-2.0 */
/*
 * That something is still going on: seconds on a terminal's standard error, from the second second on.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>

/* Begins to tell what goes on, or tells something else from now on: "reading". what is a literal.
   Nothing is told where standard error is no terminal. */
void cli_progress_begin(const char *what);

/* Ends it and clears the line. Fine without a beginning. */
void cli_progress_end(void);

#endif
