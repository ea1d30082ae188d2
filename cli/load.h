/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the files named on the command line to a ruleset.
 */
#ifndef CLI_LOAD_H
#define CLI_LOAD_H

#include "common.h"

#include <calpol/calpol.h>

struct cli_load {
    struct cli_list policies; /* files, folders, "-" */
    bool as_dataplane;
    bool strict_oss;
    uint32_t defaults; /* 0: api, 1: raw */
    uint32_t dialect;  /* enum calpol_dialect */
    const char *preset;
    struct cli_list options;  /* NAME=VALUE, of evaluation */
    struct cli_list disabled; /* codes that diagnostics leave out */
    uint32_t flags;           /* of the library, beside those that options stand for */
    bool many_diagnostics;    /* more of them than the library keeps unasked */
};

/* The options that say what to read and how, and those of evaluation. */
extern const struct cli_option cli_load_options[];
extern const size_t cli_load_option_count;
extern const struct cli_option cli_evaluation_options[];
extern const size_t cli_evaluation_option_count;

void cli_load_free(struct cli_load *load);

/* Is standard input among the files? */
bool cli_load_reads_input(const struct cli_load *load);

/*
 * A loader with everything added. Returns an exit status: what is wrong with a file is kept by the
 * loader, so this fails for wrong options and want of memory only. To be freed in any case.
 */
int cli_load_open(const struct cli_load *load, calpol_loader **out_loader);

/* Reads and compiles. Says what there is to say on standard error; returns an exit status. */
int cli_load_ruleset(const struct cli_load *load,
                     const struct cli_common *common,
                     calpol_ruleset **out_ruleset);

/* Says that an option names a code which does not exist, and the nearest. Returns the exit status.
 */
int cli_unknown_code(const char *option, const char *name);

/* The exit status for what the library returned; says it where no diagnostic does. */
int cli_load_status(int status);

#endif
