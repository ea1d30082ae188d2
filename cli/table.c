/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of a table.
 */
#include "table.h"

#include "output.h"

#include <calpol/calpol.h>

#include <stdlib.h>
#include <string.h>

static const char *const names[CLI_COLUMN_COUNT + 1] = {
    [CLI_COLUMN_SOURCE] = "source",
    [CLI_COLUMN_DESTINATION] = "destination",
    [CLI_COLUMN_SOURCE_IP] = "source_ip",
    [CLI_COLUMN_DESTINATION_IP] = "destination_ip",
    [CLI_COLUMN_PROTOCOL] = "protocol",
    [CLI_COLUMN_SOURCE_PORT] = "source_port",
    [CLI_COLUMN_DESTINATION_PORT] = "destination_port",
    [CLI_COLUMN_STATE] = "state",
    [CLI_COLUMN_ICMP_TYPE] = "icmp_type",
    [CLI_COLUMN_ICMP_CODE] = "icmp_code",
    [CLI_COLUMN_IP_VERSION] = "ip_version",
    [CLI_COLUMN_HTTP_METHOD] = "http_method",
    [CLI_COLUMN_HTTP_PATH] = "http_path",
    [CLI_COLUMN_DOMAINS] = "domains",
};

/* Columns that the answers have begin so. */
static const char answer_prefix[] = "answer_";

/* Takes the cell that the row begins with, and its tab; false if there is no more. */
static bool next_cell(struct cli_span *row, struct cli_span *out_cell)
{
    const char *tab;

    if (!row->text)
        return false;
    tab = row->length ? memchr(row->text, '\t', row->length) : NULL;
    if (!tab) {
        *out_cell = *row;
        row->text = NULL;
        return true;
    }
    *out_cell = (struct cli_span){row->text, (size_t)(tab - row->text)};
    row->length -= out_cell->length + 1;
    row->text = tab + 1;
    return true;
}

bool cli_table_begins(struct cli_span line)
{
    return line.length && line.text[0] != '{' && line.text[0] != '[' &&
           memchr(line.text, '\t', line.length);
}

/* ---- The header ------------------------------------------------------------------------------ */

static int find_column(struct cli_span name)
{
    for (int i = 0; i < CLI_COLUMN_COUNT; i++)
        if (cli_span_is(name, names[i]))
            return i;
    return -1;
}

static bool has_column(const struct cli_table *table, int kind)
{
    for (size_t i = 0; i < table->column_count; i++)
        if (table->kinds[i] == kind)
            return true;
    return false;
}

static bool take_columns(struct cli_table *table, const char *source, struct cli_span header)
{
    struct cli_span name;

    while (next_cell(&header, &name)) {
        int kind = find_column(name);

        if (kind >= 0 && has_column(table, kind)) {
            cli_error("%s:1: there are two columns %s", source, names[kind]);
            return false;
        }
        if (name.length >= sizeof(answer_prefix) - 1 &&
            memcmp(name.text, answer_prefix, sizeof(answer_prefix) - 1) == 0) {
            cli_error("%s:1: columns that begin with %s are those of the answers", source,
                      answer_prefix);
            return false;
        }
        table->kinds[table->column_count++] = kind;
    }
    return true;
}

/* Other columns may have any name, but not one of a flow's that is missing, misspelt. */
static bool check_names(const struct cli_table *table, const char *source, struct cli_span header)
{
    struct cli_span name;

    for (size_t i = 0; next_cell(&header, &name); i++) {
        int near = table->kinds[i] < 0 ? cli_record_resembles(name, names) : -1;

        if (near < 0 || has_column(table, near))
            continue;
        cli_error("%s:1: there is no column \"%.*s\" of a flow; did you mean %s?", source,
                  (int)name.length, name.text, names[near]);
        return false;
    }
    return true;
}

/* Without its ends every flow would be one between strangers. */
static bool check_ends(const struct cli_table *table, const char *source)
{
    bool has_source =
        has_column(table, CLI_COLUMN_SOURCE) || has_column(table, CLI_COLUMN_SOURCE_IP);
    bool has_destination =
        has_column(table, CLI_COLUMN_DESTINATION) || has_column(table, CLI_COLUMN_DESTINATION_IP);

    if (has_source && has_destination)
        return true;
    cli_error("%s:1: there is no column %s; the first line of a table names its columns", source,
              has_source ? "destination" : "source");
    return false;
}

bool cli_table_open(struct cli_table *table, const char *source, struct cli_span header)
{
    size_t count = 1;

    memset(table, 0, sizeof(*table));
    for (size_t i = 0; i < header.length; i++)
        count += header.text[i] == '\t';
    table->kinds = malloc(count * sizeof(*table->kinds));
    if (!table->kinds) {
        cli_error("%s", calpol_status_text(CALPOL_ERROR_NO_MEMORY));
        return false;
    }
    return take_columns(table, source, header) && check_names(table, source, header) &&
           check_ends(table, source);
}

void cli_table_free(struct cli_table *table)
{
    free(table->kinds);
    table->kinds = NULL;
}

/* ---- Rows ------------------------------------------------------------------------------------ */

bool cli_table_read(struct cli_table *table, struct cli_span row, const char **out_message)
{
    struct cli_span rest = row, cell;

    memset(table->cells, 0, sizeof(table->cells));
    table->cell_count = 0;
    while (next_cell(&rest, &cell)) {
        size_t index = table->cell_count++;

        if (index < table->column_count && table->kinds[index] >= 0 && cell.length)
            table->cells[table->kinds[index]] = cell;
    }
    *out_message = "the row has more or fewer cells than the first line";
    if (table->cell_count != table->column_count)
        return false;
    *out_message = "the row has a NUL byte";
    return !row.length || !memchr(row.text, '\0', row.length);
}

/* Addresses have no slash, and references of endpoints have one. */
static void place_end(struct cli_plain *plain,
                      struct cli_span cell,
                      struct cli_span *reference,
                      struct cli_span *ip)
{
    if (!cell.text || cli_span_is(cell, "external"))
        return;
    if (memchr(cell.text, '/', cell.length)) {
        *reference = cell;
        return;
    }
    if (ip->text)
        plain->is_plain = false;
    if (cell.length > 3 && memcmp(cell.text, "ip:", 3) == 0)
        cell = (struct cli_span){cell.text + 3, cell.length - 3};
    *ip = cell;
}

static void place_port(struct cli_plain *plain, struct cli_span cell, int32_t *out_port)
{
    if (cell.text && !cli_plain_read_port(cell, out_port))
        plain->is_plain = false;
}

void cli_table_plain(const struct cli_table *table, struct cli_plain *out_plain)
{
    const struct cli_span *cells = table->cells;

    cli_plain_init(out_plain);
    for (int i = CLI_COLUMN_ICMP_TYPE; i < CLI_COLUMN_COUNT; i++)
        if (cells[i].text)
            out_plain->is_plain = false;
    out_plain->source_ip = cells[CLI_COLUMN_SOURCE_IP];
    out_plain->destination_ip = cells[CLI_COLUMN_DESTINATION_IP];
    place_end(out_plain, cells[CLI_COLUMN_SOURCE], &out_plain->source, &out_plain->source_ip);
    place_end(out_plain, cells[CLI_COLUMN_DESTINATION], &out_plain->destination,
              &out_plain->destination_ip);
    out_plain->protocol = cells[CLI_COLUMN_PROTOCOL];
    place_port(out_plain, cells[CLI_COLUMN_SOURCE_PORT], &out_plain->source_port);
    place_port(out_plain, cells[CLI_COLUMN_DESTINATION_PORT], &out_plain->destination_port);
    if (cells[CLI_COLUMN_STATE].text &&
        !cli_plain_read_state(cells[CLI_COLUMN_STATE], &out_plain->state))
        out_plain->is_plain = false;
}

/* ---- In JSON --------------------------------------------------------------------------------- */

/* A comma if there is something before, then the key. */
static void add_key(struct cli_bytes *flow, const char *key)
{
    char last = flow->length ? flow->text[flow->length - 1] : '{';

    if (last != '{' && last != '[')
        cli_bytes_add_text(flow, ", ");
    cli_bytes_add_json(flow, key, strlen(key));
    cli_bytes_add_text(flow, ": ");
}

static void add_text(struct cli_bytes *flow, const char *key, struct cli_span cell)
{
    if (!cell.text)
        return;
    add_key(flow, key);
    cli_bytes_add_json(flow, cell.text, cell.length);
}

/* What is no number goes in as the text it is, and is refused. */
static void add_number(struct cli_bytes *flow, const char *key, struct cli_span cell)
{
    int32_t number;

    if (!cell.text || !cli_plain_read_port(cell, &number)) {
        add_text(flow, key, cell);
        return;
    }
    add_key(flow, key);
    cli_bytes_add_number(flow, number);
}

/* Names with commas between them; "-": it is known that there is none. */
static void add_domains(struct cli_bytes *flow, struct cli_span cell)
{
    const char *end = cell.text + cell.length;

    add_key(flow, "domains");
    cli_bytes_add_text(flow, "[");
    while (cell.length && !cli_span_is(cell, "-")) {
        const char *comma = memchr(cell.text, ',', cell.length);
        size_t length = comma ? (size_t)(comma - cell.text) : cell.length;

        cli_bytes_add_json(flow, cell.text, length);
        cell.text += comma ? length + 1 : length;
        cell.length = (size_t)(end - cell.text);
        if (comma)
            cli_bytes_add_text(flow, ", ");
        if (comma && !cell.length) /* an empty name, which is refused */
            cli_bytes_add_text(flow, "\"\"");
    }
    cli_bytes_add_text(flow, "]");
}

static bool is_address(struct cli_span cell)
{
    struct calpol_address address;
    char text[64];

    if (cell.length >= sizeof(text))
        return false;
    memcpy(text, cell.text, cell.length);
    text[cell.length] = '\0';
    return calpol_address_parse(text, &address) == CALPOL_OK;
}

static void add_end(struct cli_bytes *flow,
                    const char *key,
                    struct cli_span cell,
                    struct cli_span ip,
                    struct cli_span domains)
{
    add_key(flow, key);
    cli_bytes_add_text(flow, "{");
    if (cell.text && !ip.text && is_address(cell))
        ip = cell;
    else if (cell.text && !cli_span_is(cell, "external"))
        add_text(flow, "ref", cell);
    add_text(flow, "ip", ip);
    if (domains.text)
        add_domains(flow, domains);
    cli_bytes_add_text(flow, "}");
}

void cli_table_flow(const struct cli_table *table, struct cli_bytes *out_flow)
{
    const struct cli_span *cells = table->cells;
    const struct cli_span none = {NULL, 0};

    cli_bytes_add_text(out_flow, "{");
    add_end(out_flow, "source", cells[CLI_COLUMN_SOURCE], cells[CLI_COLUMN_SOURCE_IP], none);
    add_end(out_flow, "destination", cells[CLI_COLUMN_DESTINATION],
            cells[CLI_COLUMN_DESTINATION_IP], cells[CLI_COLUMN_DOMAINS]);
    add_text(out_flow, "protocol", cells[CLI_COLUMN_PROTOCOL]);
    add_number(out_flow, "source_port", cells[CLI_COLUMN_SOURCE_PORT]);
    add_number(out_flow, "destination_port", cells[CLI_COLUMN_DESTINATION_PORT]);
    add_text(out_flow, "state", cells[CLI_COLUMN_STATE]);
    add_number(out_flow, "ip_version", cells[CLI_COLUMN_IP_VERSION]);
    if (cells[CLI_COLUMN_ICMP_TYPE].text || cells[CLI_COLUMN_ICMP_CODE].text) {
        add_key(out_flow, "icmp");
        cli_bytes_add_text(out_flow, "{");
        add_number(out_flow, "type", cells[CLI_COLUMN_ICMP_TYPE]);
        add_number(out_flow, "code", cells[CLI_COLUMN_ICMP_CODE]);
        cli_bytes_add_text(out_flow, "}");
    }
    if (cells[CLI_COLUMN_HTTP_METHOD].text || cells[CLI_COLUMN_HTTP_PATH].text) {
        add_key(out_flow, "http");
        cli_bytes_add_text(out_flow, "{");
        add_text(out_flow, "method", cells[CLI_COLUMN_HTTP_METHOD]);
        add_text(out_flow, "path", cells[CLI_COLUMN_HTTP_PATH]);
        cli_bytes_add_text(out_flow, "}");
    }
    cli_bytes_add_text(out_flow, "}");
}

void cli_table_mend(const struct cli_table *table, struct cli_span row, struct cli_bytes *out_row)
{
    struct cli_span cell;

    for (size_t i = 0; i < table->column_count; i++) {
        if (i > 0)
            cli_bytes_add_text(out_row, "\t");
        if (!next_cell(&row, &cell))
            continue;
        for (size_t at = 0; at < cell.length; at++)
            cli_bytes_add(out_row, cell.text[at] ? &cell.text[at] : " ", 1);
    }
}
