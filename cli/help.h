/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help pages, 80 columns wide.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "options.h"
#include "output.h"

/* The page of a command; its options stand between before and after. Lines are written as wide as
   they are to be printed. */
struct cli_page {
    const char *usage;
    const char *before;
    const char *after;
};

void cli_help(const struct cli_stream *stream,
              const struct cli_page *page,
              const struct cli_group *groups,
              size_t group_count);

#endif
