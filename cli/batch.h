/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain flows, judged many at a time.
 */
#ifndef CLI_BATCH_H
#define CLI_BATCH_H

#include "record.h"

#include <calpol/calpol.h>

/* Flows of one batch, and so records that wait for each other. */
#define CLI_BATCH_LIMIT 1024

/* A column of texts as calpol_flows_read_column() takes it. */
struct cli_texts {
    struct cli_bytes text;
    uint64_t offsets[CLI_BATCH_LIMIT + 1];
    uint8_t given[CLI_BATCH_LIMIT];
    size_t given_count;
};

struct cli_batch {
    size_t count;
    struct cli_texts source, destination, source_ip, destination_ip, protocol;
    struct calpol_flow flows[CLI_BATCH_LIMIT];
    struct calpol_flow addresses[CLI_BATCH_LIMIT]; /* of which only those are used */
    struct calpol_verdict verdicts[CLI_BATCH_LIMIT];
};

void cli_batch_free(struct cli_batch *batch);

/* Forgets all flows. */
void cli_batch_clear(struct cli_batch *batch);

/* Adds a flow; one that is not plain gets no verdict. */
void cli_batch_add(struct cli_batch *batch, const struct cli_plain *plain);

/*
 * Judges all flows: a verdict whose action is CALPOL_ACTION_NONE says that the flow is one for a
 * query, which has words for what is wrong with it as well. Returns what the library returned, but
 * for CALPOL_ERROR_INVALID_INPUT.
 */
int cli_batch_judge(struct cli_batch *batch, const calpol_ruleset *ruleset);

#endif
