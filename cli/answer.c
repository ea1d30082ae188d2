/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers to flows.
 */
#include "answer.h"

#include "load.h"

#include <string.h>

/* Fields of a flow in JSON, and the options that set them. */
static const struct {
    const char *prefix;
    const char *option;
} fields[] = {
    {"source.ref: ", "--from"},
    {"destination.ref: ", "--to"},
};

int cli_answers_count(struct cli_answers *answers, int status)
{
    answers->count++;
    answers->tally[status]++;
    return status;
}

static void put_error_record(const struct cli_place *place, const char *code, const char *message)
{
    fputs("{\"error\": ", stdout);
    cli_put_json(stdout, code);
    fputs(", \"message\": ", stdout);
    cli_put_json(stdout, message);
    if (place->line)
        printf(", \"line\": %lu", place->line);
    fputs("}\n", stdout);
}

static void say_error(const struct cli_place *place, const char *message)
{
    fflush(stdout);
    if (place->line)
        cli_error("%s:%lu: %s", place->source, place->line, message);
    else
        cli_error("%s: %s", place->source, message);
}

int cli_answer_error(struct cli_answers *answers,
                     const struct cli_place *place,
                     const char *code,
                     const char *message)
{
    if (answers->form == CLI_ANSWER_JSON)
        put_error_record(place, code, message);
    else
        say_error(place, message);
    return cli_answers_count(answers, CLI_EXIT_INVALID);
}

/* An endpoint is not found where there are none: most likely only policies were named. */
static void say_if_empty(const struct cli_answers *answers)
{
    struct calpol_counts counts;

    if (calpol_query_error(answers->query) == CALPOL_FLOW_UNKNOWN_REF &&
        calpol_ruleset_counts(answers->ruleset, &counts, sizeof(counts)) == CALPOL_OK &&
        counts.endpoints == 0)
        cli_error("the input has no endpoints at all; the cluster's objects are named with -p too");
}

/* A message about a flow in JSON speaks of its fields; whoever gave options wants to read of them.
 */
static int answer_query_error(struct cli_answers *answers, struct cli_place place)
{
    const char *code = calpol_flow_error_name(calpol_query_error(answers->query));
    const char *message = calpol_query_error_text(answers->query);

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && !place.line; i++) {
        size_t length = strlen(fields[i].prefix);

        if (strncmp(message, fields[i].prefix, length) != 0)
            continue;
        place.source = fields[i].option;
        message += length;
        break;
    }
    cli_answer_error(answers, &place, code, message);
    if (!place.line)
        say_if_empty(answers);
    return CLI_EXIT_INVALID;
}

int cli_answer_refused(struct cli_answers *answers, const struct cli_place *place, int status)
{
    if (status == CALPOL_ERROR_INVALID_INPUT)
        return answer_query_error(answers, *place);
    return cli_answers_count(answers, cli_load_status(status));
}

int cli_verdict_status(int action)
{
    switch (action) {
    case CALPOL_ACTION_ALLOW:
        return CLI_EXIT_OK;
    case CALPOL_ACTION_DENY:
        return CLI_EXIT_DENY;
    default:
        return CLI_EXIT_UNKNOWN;
    }
}

/* Which of several flows this is. */
static void put_title(const struct cli_answers *answers, const struct cli_place *place)
{
    if (!place->line)
        return;
    if (answers->count > 0)
        fputc('\n', stdout);
    printf("%s:%lu\n", place->source, place->line);
}

/* The result, with the line that its flow begins at. */
static void put_json(const struct cli_place *place, const char *json)
{
    if (place->line)
        printf("{\"line\": %lu, ", place->line);
    puts(place->line ? json + 1 : json);
}

static void put_trace(const struct cli_answers *answers,
                      const struct cli_place *place,
                      const calpol_trace *trace)
{
    switch (answers->form) {
    case CLI_ANSWER_JSON:
        put_json(place, calpol_trace_json(trace));
        return;
    case CLI_ANSWER_RECORDS: /* which have no trace */
        return;
    case CLI_ANSWER_SUMMARY:
        put_title(answers, place);
        cli_put_answer(&answers->out, calpol_trace_summary(trace));
        return;
    case CLI_ANSWER_WALK:
        put_title(answers, place);
        cli_put_answer(&answers->out, calpol_trace_text(trace));
        return;
    }
}

int cli_answer(struct cli_answers *answers, const struct cli_place *place)
{
    static const uint32_t texts[] = {
        [CLI_ANSWER_SUMMARY] = CALPOL_TRACE_SUMMARY,
        [CLI_ANSWER_WALK] = CALPOL_TRACE_TEXT,
        [CLI_ANSWER_JSON] = CALPOL_TRACE_JSON,
        [CLI_ANSWER_RECORDS] = 0,
    };
    calpol_trace *trace = NULL;
    struct calpol_verdict verdict;
    int status = calpol_query_explain_as(answers->query, texts[answers->form], &trace);

    if (status == CALPOL_OK)
        status = calpol_trace_verdict(trace, &verdict, sizeof(verdict));
    if (status == CALPOL_OK) {
        put_trace(answers, place, trace);
        status = cli_answers_count(answers, cli_verdict_status(verdict.action));
    } else {
        status = cli_answer_refused(answers, place, status);
    }
    calpol_trace_free(trace);
    return status;
}

void cli_answers_put_tally(const struct cli_answers *answers)
{
    static const struct {
        int status;
        const char *name;
    } columns[] = {
        {CLI_EXIT_OK, "allow"},
        {CLI_EXIT_DENY, "deny"},
        {CLI_EXIT_UNKNOWN, "unknown"},
        {CLI_EXIT_INVALID, "invalid"},
    };
    const char *before = ": ";

    if (answers->count < 2 || answers->form >= CLI_ANSWER_JSON)
        return;
    printf("\n%zu flows", answers->count);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (answers->tally[columns[i].status] == 0)
            continue;
        printf("%s%zu %s", before, answers->tally[columns[i].status], columns[i].name);
        before = ", ";
    }
    fputc('\n', stdout);
}
