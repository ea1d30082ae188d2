/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in, records out: each comes back as it was, with its answer.
 *
 * Whole batches are judged at once, of as many records as have arrived: whoever sends one and waits
 * gets its answer.
 */
#ifndef CLI_RECORDS_H
#define CLI_RECORDS_H

#include "answer.h"
#include "flows.h"
#include "table.h"

/* Where records come from. */
struct cli_record_input {
    struct cli_flows *flows;
    struct cli_table *table; /* NULL: records are JSON */
    struct cli_span header;  /* of the table */
    bool for_query;          /* no flow is plain, for the query has labels of its own */
};

/*
 * Answers first, which was read already, and all that follow; a table has no first. To the end of
 * the input, or until something fails. Returns an exit status: CLI_EXIT_OK, CLI_EXIT_FAILURE.
 */
int cli_records_run(struct cli_answers *answers,
                    const struct cli_record_input *input,
                    const struct cli_flow_text *first);

#endif
