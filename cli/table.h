/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records as rows of a table: columns set apart by tabs, the first line names them. A cell is the
 * bytes between two tabs; there is no quoting.
 */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "record.h"

enum cli_column {
    CLI_COLUMN_SOURCE,
    CLI_COLUMN_DESTINATION,
    CLI_COLUMN_SOURCE_IP,
    CLI_COLUMN_DESTINATION_IP,
    CLI_COLUMN_PROTOCOL,
    CLI_COLUMN_SOURCE_PORT,
    CLI_COLUMN_DESTINATION_PORT,
    CLI_COLUMN_STATE,
    CLI_COLUMN_ICMP_TYPE, /* this and the following are for a query */
    CLI_COLUMN_ICMP_CODE,
    CLI_COLUMN_IP_VERSION,
    CLI_COLUMN_HTTP_METHOD,
    CLI_COLUMN_HTTP_PATH,
    CLI_COLUMN_DOMAINS,
    CLI_COLUMN_COUNT
};

struct cli_table {
    int *kinds; /* of each column: enum cli_column, or -1: none of a flow's */
    size_t column_count;
    struct cli_span cells[CLI_COLUMN_COUNT]; /* of the row read last; no text: empty or absent */
    size_t cell_count;                       /* of the row read last, all of them */
};

/* Does a table begin with this line? */
bool cli_table_begins(struct cli_span line);

/*
 * Reads the line that names the columns. False after saying on standard error what is wrong. To be
 * freed in any case.
 */
bool cli_table_open(struct cli_table *table, const char *source, struct cli_span header);
void cli_table_free(struct cli_table *table);

/* Reads a row. False if it is none: message says why. */
bool cli_table_read(struct cli_table *table, struct cli_span row, const char **out_message);

/* The row read last in the words of the columns. */
void cli_table_plain(const struct cli_table *table, struct cli_plain *out_plain);

/* Adds the row read last as a flow in JSON. */
void cli_table_flow(const struct cli_table *table, struct cli_bytes *out_flow);

/* Adds a row that is none with the right number of cells, as far as it has them. */
void cli_table_mend(const struct cli_table *table, struct cli_span row, struct cli_bytes *out_row);

#endif
