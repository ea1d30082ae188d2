/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in, records out.
 */
#include "records.h"

#include "batch.h"
#include "load.h"
#include "record_answer.h"
#include "record_json.h"

#include <stdlib.h>
#include <string.h>

/* A record that waits for the others of its batch. */
struct waiting {
    struct cli_flow_text text; /* a row, or an object from brace to brace */
    bool is_bad;               /* it holds no flow: reading it again says why */
};

struct records {
    struct cli_answers *answers;
    const struct cli_record_input *input;
    struct cli_record_json json;
    struct cli_batch batch;
    struct waiting waiting[CLI_BATCH_LIMIT];
    struct cli_bytes flow; /* for the query */
    struct cli_bytes out;
};

/* ---- In -------------------------------------------------------------------------------------- */

static struct cli_span span_of(const struct cli_flow_text *text)
{
    return (struct cli_span){text->text, text->length};
}

static void add_row(struct records *records, struct waiting *waiting)
{
    struct cli_span row = span_of(&waiting->text);
    struct cli_plain plain = {.is_plain = false};
    const char *message;

    waiting->is_bad = waiting->text.cut || !cli_table_read(records->input->table, row, &message);
    if (!waiting->is_bad && !records->input->for_query)
        cli_table_plain(records->input->table, &plain);
    cli_batch_add(&records->batch, &plain);
}

static void add_object(struct records *records, struct waiting *waiting)
{
    struct cli_record_json *json = &records->json;
    struct cli_flow_text *text = &waiting->text;

    waiting->is_bad = text->cut || !cli_record_json_read(json, text->text, text->length);
    if (waiting->is_bad || records->input->for_query)
        json->plain.is_plain = false;
    cli_batch_add(&records->batch, &json->plain);
}

static void add(struct records *records, const struct cli_flow_text *text)
{
    struct waiting *waiting = &records->waiting[records->batch.count];

    waiting->text = *text;
    if (records->input->table)
        add_row(records, waiting);
    else
        add_object(records, waiting);
}

/* ---- By query -------------------------------------------------------------------------------- */

/* Why the record is bad, in words of the answer. */
static void explain_bad(struct records *records,
                        const struct waiting *waiting,
                        struct cli_record_answer *answer)
{
    if (waiting->text.cut) {
        answer->error = calpol_flow_error_name(CALPOL_FLOW_BAD_JSON);
        answer->message = "a flow is no longer than 1 MiB";
    } else if (records->input->table) {
        answer->error = calpol_flow_error_name(CALPOL_FLOW_BAD_FIELD);
        cli_table_read(records->input->table, span_of(&waiting->text), &answer->message);
    } else {
        answer->error = records->json.error;
        answer->message = records->json.message;
    }
}

/* The flow of a good record as the query takes it. */
static int set_flow(struct records *records, const struct waiting *waiting)
{
    struct cli_bytes *flow = &records->flow;
    const char *message;

    flow->length = 0;
    if (!records->input->table) {
        cli_record_json_flow(&records->json, flow);
    } else if (cli_table_read(records->input->table, span_of(&waiting->text), &message)) {
        cli_table_flow(records->input->table, flow);
    }
    if (flow->failed)
        return CALPOL_ERROR_NO_MEMORY;
    return calpol_query_set_flow(records->answers->query, flow->text, flow->length);
}

/* What the query says is wrong, without the place in the text that it was given, which is not the
   place in the record. */
static const char *query_message(struct records *records)
{
    const char *message = calpol_query_error_text(records->answers->query);
    const char *place = NULL;

    for (const char *at = message; (at = strstr(at, " (line ")) != NULL; at++)
        place = at;
    if (!place || message[strlen(message) - 1] != ')')
        return message;
    records->flow.length = 0;
    cli_bytes_add(&records->flow, message, (size_t)(place - message));
    cli_bytes_add(&records->flow, "", 1);
    return records->flow.text;
}

/* Answers what is not plain, or wrong. Returns CALPOL_OK, or what leaves no answer. */
static int ask(struct records *records,
               const struct waiting *waiting,
               struct calpol_verdict *verdict,
               struct cli_record_answer *answer)
{
    calpol_query *query = records->answers->query;
    int status;

    if (!records->input->table && !waiting->text.cut)
        cli_record_json_read(&records->json, waiting->text.text, waiting->text.length);
    if (waiting->is_bad) {
        explain_bad(records, waiting, answer);
        return CALPOL_OK;
    }
    status = set_flow(records, waiting);
    if (status == CALPOL_OK)
        status = calpol_query_evaluate(query, verdict, sizeof(*verdict));
    if (status == CALPOL_OK) {
        answer->verdict = verdict;
    } else if (status == CALPOL_ERROR_INVALID_INPUT) {
        answer->error = calpol_flow_error_name(calpol_query_error(query));
        answer->message = query_message(records);
        status = records->flow.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
    }
    return status;
}

/* ---- Out ------------------------------------------------------------------------------------- */

/* The bytes of an object on one line: line feeds are blanks of JSON. */
static void add_on_line(struct cli_bytes *out, const char *text, size_t length)
{
    char *room = cli_bytes_room(out, length);

    if (!room)
        return;
    memcpy(room, text, length);
    for (char *feed; (feed = memchr(room, '\n', length)) != NULL;)
        *feed = ' ';
    for (char *feed; (feed = memchr(room, '\r', length)) != NULL;)
        *feed = ' ';
    out->length += length;
}

/* The object up to its last brace, or an empty one. */
static void put_object(struct records *records,
                       const struct waiting *waiting,
                       const struct cli_record_answer *answer)
{
    const char *start = waiting->text.text;
    size_t length = waiting->text.length;
    bool is_empty;

    if (waiting->is_bad && (waiting->text.cut || !records->json.is_object)) {
        cli_bytes_add_text(&records->out, "{");
        is_empty = true;
    } else {
        while (*start != '{') {
            start++;
            length--;
        }
        while (start[length - 1] != '}')
            length--;
        length--;
        while (start[length - 1] == ' ')
            length--;
        is_empty = start[length - 1] == '{';
        add_on_line(&records->out, start, length);
    }
    cli_bytes_add_text(&records->out, is_empty ? "\"answer\": " : ", \"answer\": ");
    cli_record_answer_json(answer, records->answers->ruleset, &records->out);
    cli_bytes_add_text(&records->out, "}\n");
}

static void put_row(struct records *records,
                    const struct waiting *waiting,
                    const struct cli_record_answer *answer)
{
    struct cli_span row = span_of(&waiting->text);

    if (waiting->text.cut)
        row.length = 0;
    if (waiting->is_bad)
        cli_table_mend(records->input->table, row, &records->out);
    else
        cli_bytes_add(&records->out, row.text, row.length);
    cli_record_answer_cells(answer, records->answers->ruleset, &records->out);
    cli_bytes_add_text(&records->out, "\n");
}

static int answer_one(struct records *records, size_t index)
{
    const struct waiting *waiting = &records->waiting[index];
    struct calpol_verdict *verdict = &records->batch.verdicts[index];
    struct cli_record_answer answer = {.line = waiting->text.line, .verdict = verdict};

    if (verdict->action == CALPOL_ACTION_NONE) {
        int status;

        answer.verdict = NULL;
        status = ask(records, waiting, verdict, &answer);
        if (status != CALPOL_OK)
            return status;
    }
    cli_answers_count(records->answers,
                      answer.verdict ? cli_verdict_status(verdict->action) : CLI_EXIT_INVALID);
    if (records->input->table)
        put_row(records, waiting, &answer);
    else
        put_object(records, waiting, &answer);
    return records->out.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

static bool write_out(struct records *records)
{
    bool written = fwrite(records->out.text, 1, records->out.length, stdout) == records->out.length;

    records->out.length = 0;
    return written;
}

/* Judges what waits, and writes the answers. Returns an exit status. */
static int answer_all(struct records *records)
{
    int status = cli_batch_judge(&records->batch, records->answers->ruleset);

    for (size_t i = 0; i < records->batch.count && status == CALPOL_OK; i++)
        status = answer_one(records, i);
    cli_batch_clear(&records->batch);
    if (!write_out(records))
        return CLI_EXIT_FAILURE;
    return status == CALPOL_OK ? CLI_EXIT_OK : cli_load_status(status);
}

/* ---- All of them ----------------------------------------------------------------------------- */

/* Must the batch be answered now? There is room for no other record, or none has arrived. */
static bool is_due(const struct records *records)
{
    struct cli_flows *flows = records->input->flows;

    return records->batch.count == CLI_BATCH_LIMIT || flows->form == CLI_FLOWS_VALUES ||
           !cli_lines_has_next(&flows->lines);
}

static int answer_records(struct records *records, const struct cli_flow_text *first)
{
    int status = CLI_EXIT_OK;
    struct cli_flow_text text;
    bool has_text = first != NULL;

    if (has_text)
        text = *first;
    else
        has_text = cli_flows_next(records->input->flows, &text);
    while (has_text && status == CLI_EXIT_OK) {
        add(records, &text);
        if (is_due(records))
            status = answer_all(records);
        has_text = status == CLI_EXIT_OK && cli_flows_next(records->input->flows, &text);
    }
    return status;
}

int cli_records_run(struct cli_answers *answers,
                    const struct cli_record_input *input,
                    const struct cli_flow_text *first)
{
    struct records *records = calloc(1, sizeof(*records));
    int status;

    if (!records)
        return cli_load_status(CALPOL_ERROR_NO_MEMORY);
    records->answers = answers;
    records->input = input;
    if (input->table) {
        cli_bytes_add(&records->out, input->header.text, input->header.length);
        cli_record_answer_header(&records->out);
        cli_bytes_add_text(&records->out, "\n");
        write_out(records);
    }
    status = answer_records(records, first);
    cli_batch_free(&records->batch);
    cli_bytes_free(&records->flow);
    cli_bytes_free(&records->out);
    free(records);
    return status;
}
