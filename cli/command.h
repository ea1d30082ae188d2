/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commands, and what they end with.
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

/* Exit statuses. */
enum cli_exit {
    CLI_EXIT_OK = 0, /* of a question: allow */
    CLI_EXIT_FAILURE = 1,
    CLI_EXIT_DENY = 2,
    CLI_EXIT_WARNINGS = 2, /* of a check that is strict */
    CLI_EXIT_INVALID = 3,  /* policies, flow or command line */
    CLI_EXIT_UNKNOWN = 4   /* or mixed */
};

/* Each takes the arguments behind its name and returns an exit status. */
int cli_eval(int argument_count, char *const *arguments);
int cli_explain(int argument_count, char *const *arguments);
int cli_check(int argument_count, char *const *arguments);
int cli_convert(int argument_count, char *const *arguments);
int cli_compile(int argument_count, char *const *arguments);

#endif
