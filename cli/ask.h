/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers: what calpol eval and calpol explain have in common.
 */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "answer.h"
#include "help.h"

struct cli_ask_command {
    const char *name;
    enum cli_answer_form form; /* for people; JSON is the same for both */
    struct cli_page page;
};

/* Runs the command; returns its exit status. */
int cli_ask(const struct cli_ask_command *command, int argument_count, char *const *arguments);

/* The end of the help page of both: references, options of evaluation, exit statuses. */
extern const char cli_ask_notes[];

#endif
