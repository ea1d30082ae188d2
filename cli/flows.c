/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Flows in JSON or rows of a table, one after another.
 */
#include "flows.h"

#include "table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* How far a value has been read. Only brackets and strings count; what is between them is judged
   by the library. */
struct balance {
    int depth;
    bool in_text;
    bool escaped;
    bool broken; /* a string goes past the end of its line */
};

static void balance_text(struct balance *balance, char byte)
{
    if (balance->escaped)
        balance->escaped = false;
    else if (byte == '\\')
        balance->escaped = true;
    else if (byte == '"')
        balance->in_text = false;
}

static void balance_line(struct balance *balance, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (balance->in_text)
            balance_text(balance, text[i]);
        else if (text[i] == '"')
            balance->in_text = true;
        else if (text[i] == '{' || text[i] == '[')
            balance->depth++;
        else if (text[i] == '}' || text[i] == ']')
            balance->depth--;
    }
    balance->broken = balance->broken || balance->in_text;
}

static bool is_open(const struct balance *balance)
{
    return balance->depth > 0 && !balance->broken;
}

bool cli_flows_open(struct cli_flows *flows, const char *path)
{
    memset(flows, 0, sizeof(*flows));
    return cli_lines_open(&flows->lines, path);
}

void cli_flows_close(struct cli_flows *flows)
{
    free(flows->value);
    cli_lines_close(&flows->lines);
}

/* A row of a table may have nothing but tabs. */
static bool is_blank(const struct cli_line *line, enum cli_flows_form form)
{
    if (form == CLI_FLOWS_TABLE)
        return line->length == 0 || (line->length == 1 && line->text[0] == '\r');
    for (size_t i = 0; i < line->length; i++)
        if (line->text[i] != ' ' && line->text[i] != '\t' && line->text[i] != '\r')
            return false;
    return true;
}

/* Editors mark UTF-8 so. */
static void skip_mark(struct cli_line *line)
{
    static const char mark[] = "\xef\xbb\xbf";

    if (line->length < 3 || memcmp(line->text, mark, 3) != 0)
        return;
    line->text += 3;
    line->length -= 3;
}

/* The next line that is not blank. */
static bool next_line(struct cli_flows *flows, struct cli_line *out_line)
{
    if (flows->has_held) {
        *out_line = flows->held;
        flows->has_held = false;
        return true;
    }
    do
        if (!cli_lines_next(&flows->lines, out_line))
            return false;
    while (is_blank(out_line, flows->form));
    if (out_line->number == 1)
        skip_mark(out_line);
    return true;
}

/* Adds a line to the value, with its line feed. */
static bool add_line(struct cli_flows *flows, const struct cli_line *line)
{
    size_t needed = flows->value_length + line->length + 1;

    if (needed > flows->value_capacity) {
        size_t capacity = needed * 2;
        char *value = realloc(flows->value, capacity);

        if (!value) {
            flows->lines.error = ENOMEM;
            return false;
        }
        flows->value = value;
        flows->value_capacity = capacity;
    }
    memcpy(flows->value + flows->value_length, line->text, line->length);
    flows->value[needed - 1] = '\n';
    flows->value_length = needed;
    return true;
}

static void hold(struct cli_flows *flows, const struct cli_line *line)
{
    flows->held = *line;
    flows->has_held = true;
}

/*
 * Lines from first on until the value is whole. A line that begins with a brace ends it too: inside
 * a flow such lines are indented, so this is the next flow, and the one before was not finished.
 */
static bool read_value(struct cli_flows *flows,
                       const struct cli_line *first,
                       struct balance *balance,
                       bool *out_cut)
{
    struct cli_line line;

    flows->value_length = 0;
    *out_cut = first->cut;
    if (!add_line(flows, first))
        return false;
    while (is_open(balance) && !*out_cut && next_line(flows, &line)) {
        if (line.text[0] == '{') {
            hold(flows, &line);
            break;
        }
        balance_line(balance, line.text, line.length);
        if (!add_line(flows, &line))
            return false;
        *out_cut = line.cut || flows->value_length > CLI_LINE_LIMIT;
    }
    return flows->lines.error == 0;
}

/* What the file is, by its first line. */
static enum cli_flows_form decide(const struct cli_line *line, const struct balance *balance)
{
    if (cli_table_begins((struct cli_span){line->text, line->length}))
        return CLI_FLOWS_TABLE;
    return is_open(balance) ? CLI_FLOWS_VALUES : CLI_FLOWS_LINES;
}

bool cli_flows_next(struct cli_flows *flows, struct cli_flow_text *out_flow)
{
    struct balance balance = {0};
    struct cli_line line;

    if (!next_line(flows, &line))
        return false;
    *out_flow = (struct cli_flow_text){line.text, line.length, line.number, line.cut};
    if (flows->form == CLI_FLOWS_UNDECIDED || flows->form == CLI_FLOWS_VALUES)
        balance_line(&balance, line.text, line.length);
    if (flows->form == CLI_FLOWS_UNDECIDED)
        flows->form = decide(&line, &balance);
    if (flows->form == CLI_FLOWS_TABLE && line.length && line.text[line.length - 1] == '\r')
        out_flow->length--;
    if (flows->form != CLI_FLOWS_VALUES)
        return true;
    if (!read_value(flows, &line, &balance, &out_flow->cut))
        return false;
    out_flow->text = flows->value;
    out_flow->length = flows->value_length;
    return true;
}
