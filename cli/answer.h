/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to flows, one after another, and what they come to.
 */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "command.h"
#include "output.h"

#include <calpol/calpol.h>

/* What of the answer is shown. */
enum cli_answer_form { CLI_ANSWER_SUMMARY, CLI_ANSWER_WALK, CLI_ANSWER_JSON, CLI_ANSWER_RECORDS };

struct cli_answers {
    enum cli_answer_form form;
    struct cli_stream out;
    const calpol_ruleset *ruleset;
    calpol_query *query;
    size_t count;                       /* flows */
    size_t tally[CLI_EXIT_UNKNOWN + 1]; /* of them by exit status */
};

/* Where a flow comes from. */
struct cli_place {
    const char *source; /* option, or file */
    unsigned long line; /* 0: it was given by options */
};

/* Judges the flow that the query holds. Returns the exit status that one flow has. */
int cli_answer(struct cli_answers *answers, const struct cli_place *place);

/* Answers a flow that the query did not take: status is what it returned. */
int cli_answer_refused(struct cli_answers *answers, const struct cli_place *place, int status);

/* Answers something that is no flow: a record in JSON, a message for people. */
int cli_answer_error(struct cli_answers *answers,
                     const struct cli_place *place,
                     const char *code,
                     const char *message);

/* Counts a flow by the exit status that it has alone; returns it. */
int cli_answers_count(struct cli_answers *answers, int status);

/* The exit status of a verdict: enum calpol_action. */
int cli_verdict_status(int action);

/* How many of each, for people who asked several. */
void cli_answers_put_tally(const struct cli_answers *answers);

#endif
