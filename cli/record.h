/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records: flows that come with whatever else is known of them, in JSON or as rows of a table. They
 * are read far enough to see whether they are plain, which most are; all else is the library's.
 */
#ifndef CLI_RECORD_H
#define CLI_RECORD_H

#include "bytes.h"

/* A flow as words that the library takes by the column. What is not told has no text. */
struct cli_plain {
    bool is_plain; /* false: nothing else here counts, the flow is for a query */
    struct cli_span source, destination; /* references, which have a slash */
    struct cli_span source_ip, destination_ip;
    struct cli_span protocol;
    int32_t source_port, destination_port; /* -1: not told */
    uint8_t state;                         /* enum calpol_state */
};

/* All unknown. */
void cli_plain_init(struct cli_plain *plain);

/* A port as everybody writes it, in up to five digits; false if it is something else. */
bool cli_plain_read_port(struct cli_span text, int32_t *out_port);

/* "new", "established", "related", "invalid" */
bool cli_plain_read_state(struct cli_span text, uint8_t *out_state);

/*
 * Is a name that no flow has so like one of a flow's that it was probably meant? Such a name is
 * taken for a slip if the other is not there. names end with NULL; returns its index, or -1.
 */
int cli_record_resembles(struct cli_span name, const char *const *names);

#endif
