/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers.
 */
#include "ask.h"

#include "command.h"
#include "flows.h"
#include "load.h"
#include "question.h"
#include "records.h"

#include <errno.h>
#include <string.h>

enum { OUTPUT_HUMAN, OUTPUT_JSON, OUTPUT_RECORDS };

enum { FAIL_ON_DENY = 1, FAIL_ON_UNKNOWN = 2 };

struct settings {
    struct cli_load load;
    struct cli_question question;
    struct cli_common common;
    uint32_t output;
    const char *fail_on; /* NULL: for one flow, both; for several, neither */
    unsigned fail_bits;
};

static const char *const output_choices[] = {"human", "json", "records", NULL};

static const struct cli_option output_options[] = {
    {.letter = 'o',
     .name = "output",
     .arguments = "FORM",
     .kind = CLI_CHOICE,
     .choices = output_choices,
     .offset = offsetof(struct settings, output),
     .help =
         "human; json: one object on a line for each flow; or records, for --flow: each flow as it "
         "came, with its answer, the form for many (docs/flows.md)"},
    {.name = "fail-on",
     .arguments = "LIST",
     .kind = CLI_TEXT,
     .offset = offsetof(struct settings, fail_on),
     .help = "verdicts that make the exit status 2 or 4: deny, unknown, deny,unknown or none; "
             "without it both for one flow and none for several"},
};

#define GROUP(title, options, target)                                                              \
    {                                                                                              \
        title, options, sizeof(options) / sizeof((options)[0]), target                             \
    }

enum { GROUP_COUNT = 5 };

static void make_groups(struct settings *settings, struct cli_group groups[GROUP_COUNT])
{
    const struct cli_group made[GROUP_COUNT] = {
        {"Policies and cluster", cli_load_options, cli_load_option_count, &settings->load},
        {"Flow", cli_question_options, cli_question_option_count, &settings->question},
        {"Evaluation", cli_evaluation_options, cli_evaluation_option_count, &settings->load},
        GROUP("Output", output_options, settings),
        {"Other", cli_common_options, cli_common_option_count, &settings->common},
    };

    memcpy(groups, made, sizeof(made));
}

/* "deny", "unknown", "deny,unknown", "none" */
static bool read_fail_on(struct settings *settings)
{
    const char *at = settings->fail_on;

    if (!at || strcmp(at, "none") == 0)
        return true;
    for (;;) {
        size_t length = strcspn(at, ",");

        if (length == 4 && memcmp(at, "deny", 4) == 0)
            settings->fail_bits |= FAIL_ON_DENY;
        else if (length == 7 && memcmp(at, "unknown", 7) == 0)
            settings->fail_bits |= FAIL_ON_UNKNOWN;
        else
            break;
        if (at[length] == '\0')
            return true;
        at += length + 1;
    }
    cli_error("--fail-on is \"%s\", expected deny, unknown, deny,unknown or none",
              settings->fail_on);
    return false;
}

static int check_settings(struct settings *settings)
{
    int status = cli_question_check(&settings->question);

    if (status != CLI_EXIT_OK)
        return status;
    if (!read_fail_on(settings))
        return CLI_EXIT_INVALID;
    if (settings->output == OUTPUT_RECORDS && !settings->question.flow) {
        cli_error("-o records is for the flows of a file: give --flow");
        return CLI_EXIT_INVALID;
    }
    if (settings->question.flow && strcmp(settings->question.flow, "-") == 0 &&
        cli_load_reads_input(&settings->load)) {
        cli_error("-p - and --flow - both want standard input");
        return CLI_EXIT_INVALID;
    }
    return CLI_EXIT_OK;
}

static void ask_options(struct cli_answers *answers, const struct cli_question *question)
{
    char source[32];
    struct cli_place place = {"flow", 0};
    const char *option = "";
    int status = cli_question_set(question, answers->query, &option);

    if (status == CALPOL_OK) {
        cli_answer(answers, &place);
        return;
    }
    snprintf(source, sizeof(source), "--%s", option);
    place.source = source;
    cli_answer_refused(answers, &place, status);
}

static int ask_flow(struct cli_answers *answers,
                    const char *source,
                    const struct cli_flow_text *flow)
{
    struct cli_place place = {source, flow->line};
    int status;

    if (flow->cut)
        return cli_answer_error(answers, &place, calpol_flow_error_name(CALPOL_FLOW_BAD_JSON),
                                "a flow is no longer than 1 MiB");
    status = calpol_query_set_flow(answers->query, flow->text, flow->length);
    if (status == CALPOL_OK)
        return cli_answer(answers, &place);
    return cli_answer_refused(answers, &place, status);
}

/* A row of a table. */
static int ask_row(struct cli_answers *answers,
                   const char *source,
                   struct cli_table *table,
                   const struct cli_flow_text *row)
{
    struct cli_place place = {source, row->line};
    struct cli_bytes json = {0};
    const char *message;
    int status;

    if (!cli_table_read(table, (struct cli_span){row->text, row->length}, &message))
        return cli_answer_error(answers, &place, calpol_flow_error_name(CALPOL_FLOW_BAD_FIELD),
                                message);
    cli_table_flow(table, &json);
    if (json.failed) {
        status = cli_answer_refused(answers, &place, CALPOL_ERROR_NO_MEMORY);
    } else {
        const struct cli_flow_text flow = {json.text, json.length, row->line, row->cut};

        status = ask_flow(answers, source, &flow);
    }
    cli_bytes_free(&json);
    return status;
}

/* Each flow by itself, with its trace. */
static int ask_each(struct cli_answers *answers,
                    const char *source,
                    const struct cli_record_input *input,
                    const struct cli_flow_text *first)
{
    struct cli_flow_text flow;
    bool has_flow = first != NULL;
    int status = CLI_EXIT_OK;

    if (has_flow)
        flow = *first;
    else
        has_flow = cli_flows_next(input->flows, &flow);
    while (has_flow && status != CLI_EXIT_FAILURE) {
        if (input->table)
            status = ask_row(answers, source, input->table, &flow);
        else
            status = ask_flow(answers, source, &flow);
        has_flow = status != CLI_EXIT_FAILURE && cli_flows_next(input->flows, &flow);
    }
    return status == CLI_EXIT_FAILURE ? status : CLI_EXIT_OK;
}

/* A table whose header is first. For people too its answers are cells, but walks are not. */
static int ask_table(struct cli_answers *answers,
                     const char *source,
                     struct cli_record_input *input,
                     const struct cli_flow_text *first)
{
    struct cli_table table;
    int status = CLI_EXIT_INVALID;

    input->table = &table;
    input->header = (struct cli_span){first->text, first->length};
    if (answers->form == CLI_ANSWER_SUMMARY)
        answers->form = CLI_ANSWER_RECORDS;
    if (cli_table_open(&table, source, input->header))
        status = answers->form == CLI_ANSWER_RECORDS ? cli_records_run(answers, input, NULL)
                                                     : ask_each(answers, source, input, NULL);
    cli_table_free(&table);
    return status;
}

/* Everything from the first line on. */
static int ask_lines(struct cli_answers *answers,
                     const char *source,
                     struct cli_record_input *input)
{
    struct cli_flow_text first;

    if (!cli_flows_next(input->flows, &first))
        return CLI_EXIT_OK;
    if (input->flows->form == CLI_FLOWS_TABLE)
        return ask_table(answers, source, input, &first);
    if (answers->form == CLI_ANSWER_RECORDS)
        return cli_records_run(answers, input, &first);
    return ask_each(answers, source, input, &first);
}

/* Reads to the end of the file, or until something fails. Returns an exit status. */
static int ask_file(struct cli_answers *answers, const struct cli_question *question)
{
    const char *source = strcmp(question->flow, "-") == 0 ? "<stdin>" : question->flow;
    struct cli_flows flows;
    struct cli_record_input input = {.flows = &flows, .for_query = question->relabels.count > 0};
    int status;

    if (!cli_flows_open(&flows, question->flow)) {
        cli_error("cannot open %s: %s", source, strerror(errno));
        return CLI_EXIT_INVALID;
    }
    status = ask_lines(answers, source, &input);
    if (flows.lines.error) {
        cli_error("cannot read %s: %s", source, strerror(flows.lines.error));
        status = CLI_EXIT_FAILURE;
    } else if (answers->count == 0 && flows.form != CLI_FLOWS_TABLE && status == CLI_EXIT_OK) {
        cli_error("there is no flow in %s", source);
        status = CLI_EXIT_INVALID;
    }
    cli_flows_close(&flows);
    return status;
}

/* What the answers come to: the worst first. */
static int answers_status(const struct settings *settings, const struct cli_answers *answers)
{
    unsigned bits = settings->fail_bits;

    if (!settings->fail_on && answers->count == 1 && answers->form != CLI_ANSWER_RECORDS)
        bits = FAIL_ON_DENY | FAIL_ON_UNKNOWN;
    if (answers->tally[CLI_EXIT_FAILURE])
        return CLI_EXIT_FAILURE;
    if (answers->tally[CLI_EXIT_INVALID])
        return CLI_EXIT_INVALID;
    if ((bits & FAIL_ON_DENY) && answers->tally[CLI_EXIT_DENY])
        return CLI_EXIT_DENY;
    if ((bits & FAIL_ON_UNKNOWN) && answers->tally[CLI_EXIT_UNKNOWN])
        return CLI_EXIT_UNKNOWN;
    return CLI_EXIT_OK;
}

static int ask(const struct settings *settings, struct cli_answers *answers)
{
    const struct cli_question *question = &settings->question;
    int status = cli_question_relabel(question, answers->ruleset, answers->query);

    if (status != CLI_EXIT_OK)
        return status;
    if (question->flow)
        status = ask_file(answers, question);
    else
        ask_options(answers, question);
    cli_answers_put_tally(answers);
    return cli_common_finish(status == CLI_EXIT_OK ? answers_status(settings, answers) : status);
}

static int load_and_ask(struct settings *settings, struct cli_answers *answers)
{
    calpol_ruleset *ruleset = NULL;
    int status = check_settings(settings);

    if (status == CLI_EXIT_OK)
        status = cli_load_ruleset(&settings->load, &settings->common, &ruleset);
    if (status == CLI_EXIT_OK)
        status = cli_load_status(calpol_query_new(ruleset, &answers->query));
    if (status == CLI_EXIT_OK) {
        answers->ruleset = ruleset;
        status = ask(settings, answers);
    }
    calpol_query_free(answers->query);
    calpol_ruleset_unref(ruleset);
    return status;
}

static int run(const struct cli_ask_command *command,
               struct settings *settings,
               const struct cli_group *groups)
{
    struct cli_answers answers = {
        .form = settings->output == OUTPUT_JSON      ? CLI_ANSWER_JSON
                : settings->output == OUTPUT_RECORDS ? CLI_ANSWER_RECORDS
                                                     : command->form,
        .out = cli_common_out(&settings->common),
    };

    if (settings->common.help) {
        cli_help(&answers.out, &command->page, groups, GROUP_COUNT);
        return cli_common_finish(CLI_EXIT_OK);
    }
    return load_and_ask(settings, &answers);
}

int cli_ask(const struct cli_ask_command *command, int argument_count, char *const *arguments)
{
    struct settings settings = {.output = OUTPUT_HUMAN};
    struct cli_group groups[GROUP_COUNT];
    int status = CLI_EXIT_INVALID;

    cli_question_init(&settings.question);
    make_groups(&settings, groups);
    if (cli_parse(command->name, groups, GROUP_COUNT, argument_count, arguments))
        status = run(command, &settings, groups);
    cli_question_free(&settings.question);
    cli_load_free(&settings.load);
    return status;
}

const char cli_ask_notes[] =
    "\n"
    "REF is one of\n"
    "  pod:NS/NAME  workloadendpoint:NS/NAME  hostendpoint:NAME  node:NAME\n"
    "  networkset:NS/NAME  globalnetworkset:NAME  service:NS/NAME[:PORT] (only --to)\n"
    "  ip:ADDRESS, or in short ADDRESS\n"
    "  NS/NAME, in short for a pod or workload endpoint\n"
    "  external, somewhere outside the cluster, at an address that is not told\n"
    "\n"
    "What is not told about a flow is unknown, never assumed: where the answer\n"
    "hangs on it, the verdict is unknown and says what it depends on. (Without any\n"
    "address a flow is judged as IPv4.)\n"
    "\n"
    "A flow in JSON, for --flow (docs/flows.md has all of it):\n"
    "  {\"source\": {\"ref\": \"pod:shop/web\"}, \"destination\": {\"ip\": \"10.0.0.1\"},\n"
    "   \"protocol\": \"TCP\", \"destination_port\": 443}\n"
    "\n"
    "Options of evaluation (the first value is the default)\n"
    "  scope                    enforced, pending (staged policies as if enforced)\n"
    "  endpoint_to_host_action  Drop, Accept, Return\n"
    "  failsafe_inbound         PROTOCOL:[NET:]PORT,... or none\n"
    "  failsafe_outbound        PROTOCOL:[NET:]PORT,... or none\n"
    "  http                     l7, ignore\n"
    "  profile_pass             deny, next-profile\n"
    "  other_family_not_nets    skip, match\n"
    "  not_icmp_type_code       pair, both-differ\n"
    "  default_hit              last, first\n"
    "  tier_order_default       last, 1000000\n"
    "\n"
    "Exit status: 0 allow, 2 deny, 4 unknown (also: a Service's backends differ),\n"
    "3 wrong input (policies, flow or command line), 1 failure. For several flows:\n"
    "0 when all were answered, but for --fail-on.\n";
