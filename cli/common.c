/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options that every command has.
 */
#include "common.h"

#include "command.h"

#include <errno.h>
#include <string.h>

static const char *const colour_choices[] = {"auto", "always", "never", NULL};

const struct cli_option cli_common_options[] = {
    {.letter = 'v',
     .name = "verbose",
     .kind = CLI_FLAG,
     .offset = offsetof(struct cli_common, verbose),
     .help = "show what was loaded, notes about the input as well, and all warnings, not only the "
             "first "
             "ten"},
    {.letter = 'q',
     .name = "quiet",
     .kind = CLI_FLAG,
     .offset = offsetof(struct cli_common, quiet),
     .help = "show no warnings; errors are always shown"},
    {.name = "color",
     .arguments = "WHEN",
     .kind = CLI_CHOICE,
     .choices = colour_choices,
     .offset = offsetof(struct cli_common, colour),
     .help = "auto (on a terminal, unless NO_COLOR is set), always or never"},
    {.letter = 'h',
     .name = "help",
     .kind = CLI_FLAG,
     .offset = offsetof(struct cli_common, help),
     .help = "show this page"},
};
const size_t cli_common_option_count = sizeof(cli_common_options) / sizeof(cli_common_options[0]);

struct cli_stream cli_common_out(const struct cli_common *common)
{
    return cli_stream_make(stdout, common->colour);
}

struct cli_stream cli_common_error(const struct cli_common *common)
{
    return cli_stream_make(stderr, common->colour);
}

int cli_common_finish(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    cli_error("cannot write to standard output: %s", strerror(errno));
    return CLI_EXIT_FAILURE;
}
