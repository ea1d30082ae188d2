/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that every command has.
 */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "options.h"
#include "output.h"

struct cli_common {
    bool help;
    bool verbose;    /* notes as well, and all warnings */
    bool quiet;      /* no warnings */
    uint32_t colour; /* enum cli_colour */
};

extern const struct cli_option cli_common_options[];
extern const size_t cli_common_option_count;

struct cli_stream cli_common_out(const struct cli_common *common);
struct cli_stream cli_common_error(const struct cli_common *common);

/* Status of a command that wrote to standard output: status, or 1 if what it wrote is not there. */
int cli_common_finish(int status);

#endif
