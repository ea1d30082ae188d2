/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow that is asked about, as given by options, put to a query.
 */
#ifndef CLI_QUESTION_H
#define CLI_QUESTION_H

#include "options.h"

#include <calpol/calpol.h>

struct cli_question {
    const char *from, *to;
    const char *protocol;
    int32_t port, source_port; /* -1: not given */
    const char *icmp;          /* "TYPE" or "TYPE:CODE", which cli_question_check() reads to: */
    int icmp_type, icmp_code;  /* -1: not given */
    const char *http_method, *http_path;
    struct cli_list domains;  /* "": known to have none */
    struct cli_list relabels; /* REF, CHANGE, REF, CHANGE, ... */
    const char *flow;         /* file of flows in JSON, "-" */
};

extern const struct cli_option cli_question_options[];
extern const size_t cli_question_option_count;

void cli_question_init(struct cli_question *question);
void cli_question_free(struct cli_question *question);

/* A flow is given, by options or as a file, and not by both. Says what is wrong; an exit status. */
int cli_question_check(struct cli_question *question);

/* Changes labels in the query. Says what is wrong; an exit status. */
int cli_question_relabel(const struct cli_question *question,
                         const calpol_ruleset *ruleset,
                         calpol_query *query);

/*
 * Sets the flow that the options describe. Returns what the query returned; if that is not
 * CALPOL_OK, *out_option is the option that it did not take.
 */
int cli_question_set(const struct cli_question *question,
                     calpol_query *query,
                     const char **out_option);

#endif
