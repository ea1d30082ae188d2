/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rulesets among the files named on the command line.
 */
#ifndef CLI_COMPILED_H
#define CLI_COMPILED_H

#include "load.h"

/* The first of the policies that is a compiled ruleset; NULL: none is. Only regular files are looked
   into, for what is read from a pipe is gone. */
const char *cli_compiled_among(const struct cli_load *load);

/* Opens the compiled ruleset of that path, which must be all that is to be loaded. Says what is wrong;
   returns an exit status. */
int cli_compiled_open(const struct cli_load *load, const char *path, calpol_ruleset **out_ruleset);

#endif
