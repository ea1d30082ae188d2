/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers.
 */
#include "ask.h"

#include "command.h"
#include "flows.h"
#include "load.h"
#include "question.h"

#include <errno.h>
#include <string.h>

enum { OUTPUT_HUMAN, OUTPUT_JSON };

enum { FAIL_ON_DENY = 1, FAIL_ON_UNKNOWN = 2 };

struct settings {
    struct cli_load load;
    struct cli_question question;
    struct cli_common common;
    uint32_t output;
    const char *fail_on; /* NULL: for one flow, both; for several, neither */
    unsigned fail_bits;
};

/* A run: what is asked, and how it has gone so far. */
struct run {
    const struct cli_ask_command *command;
    struct settings settings;
    struct cli_stream out;
    calpol_ruleset *ruleset;
    calpol_query *query;
    size_t count;                       /* flows */
    size_t tally[CLI_EXIT_UNKNOWN + 1]; /* of them by exit status */
};

/* Where a flow stands. */
struct place {
    const char *source; /* option or file */
    unsigned long line; /* 0: not in a file */
};

static const char *const output_choices[] = {"human", "json", NULL};

static const struct cli_option output_options[] = {
    {.letter = 'o',
     .name = "output",
     .arguments = "FORM",
     .kind = CLI_CHOICE,
     .choices = output_choices,
     .offset = offsetof(struct settings, output),
     .help = "human or json: one object on a line for each flow"},
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
    if (settings->question.flow && strcmp(settings->question.flow, "-") == 0 &&
        cli_load_reads_input(&settings->load)) {
        cli_error("-p - and --flow - both want standard input");
        return CLI_EXIT_INVALID;
    }
    return CLI_EXIT_OK;
}

static int verdict_status(int action)
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

/* A flow that has no verdict: a record among the answers, or a message. */
static int answer_error(const struct run *run,
                        const struct place *place,
                        const char *code,
                        const char *message)
{
    if (run->settings.output == OUTPUT_JSON) {
        fputs("{\"error\":", stdout);
        cli_put_json(stdout, code);
        fputs(",\"message\":", stdout);
        cli_put_json(stdout, message);
        if (place->line)
            printf(",\"line\":%lu", place->line);
        fputs("}\n", stdout);
        return CLI_EXIT_INVALID;
    }
    fflush(stdout);
    if (place->line)
        cli_error("%s:%lu: %s", place->source, place->line, message);
    else
        cli_error("%s: %s", place->source, message);
    return CLI_EXIT_INVALID;
}

static int answer_query_error(const struct run *run, const struct place *place)
{
    return answer_error(run, place, calpol_flow_error_name(calpol_query_error(run->query)),
                        calpol_query_error_text(run->query));
}

/* Which of several flows this is. */
static void put_title(const struct run *run, const struct place *place)
{
    if (!place->line)
        return;
    if (run->count > 0)
        fputc('\n', stdout);
    printf("%s:%lu\n", place->source, place->line);
}

static int answer_trace(const struct run *run, const struct place *place, const calpol_trace *trace)
{
    struct calpol_verdict verdict;
    int status = calpol_trace_verdict(trace, &verdict, sizeof(verdict));

    if (status != CALPOL_OK)
        return cli_load_status(status);
    if (run->settings.output == OUTPUT_JSON) {
        puts(calpol_trace_json(trace));
    } else {
        put_title(run, place);
        cli_put_answer(&run->out, run->command->answer == CLI_ANSWER_WALK
                                      ? calpol_trace_text(trace)
                                      : calpol_trace_summary(trace));
    }
    return verdict_status(verdict.action);
}

/* Answers the flow that the query holds. */
static int answer(const struct run *run, const struct place *place)
{
    calpol_trace *trace = NULL;
    int status = calpol_query_explain(run->query, &trace);

    if (status == CALPOL_OK)
        status = answer_trace(run, place, trace);
    else if (status == CALPOL_ERROR_INVALID_INPUT)
        status = answer_query_error(run, place);
    else
        status = cli_load_status(status);
    calpol_trace_free(trace);
    return status;
}

static void count(struct run *run, int status)
{
    run->count++;
    run->tally[status]++;
}

static int ask_options(struct run *run)
{
    char source[32];
    struct place place = {source, 0};
    const char *option = "";
    int status = cli_question_set(&run->settings.question, run->query, &option);

    snprintf(source, sizeof(source), "--%s", option);
    if (status == CALPOL_ERROR_INVALID_INPUT) {
        status = answer_query_error(run, &place);
    } else if (status != CALPOL_OK) {
        status = cli_load_status(status);
    } else {
        place.source = "flow";
        status = answer(run, &place);
    }
    count(run, status);
    return status;
}

static int ask_flow(struct run *run, const struct cli_flow_text *flow)
{
    struct place place = {run->settings.question.flow, flow->line};
    int status;

    if (strcmp(place.source, "-") == 0)
        place.source = "<stdin>";
    if (flow->cut)
        return answer_error(run, &place, calpol_flow_error_name(CALPOL_FLOW_BAD_JSON),
                            "a flow is no longer than 1 MiB");
    status = calpol_query_set_flow(run->query, flow->text, flow->length);
    if (status == CALPOL_OK)
        return answer(run, &place);
    if (status == CALPOL_ERROR_INVALID_INPUT)
        return answer_query_error(run, &place);
    return cli_load_status(status);
}

static int ask_file(struct run *run)
{
    const char *path = run->settings.question.flow;
    struct cli_flows flows;
    struct cli_flow_text flow;
    int status = CLI_EXIT_OK;

    if (!cli_flows_open(&flows, path)) {
        cli_error("cannot open %s: %s", path, strerror(errno));
        return CLI_EXIT_INVALID;
    }
    while (status != CLI_EXIT_FAILURE && cli_flows_next(&flows, &flow)) {
        status = ask_flow(run, &flow);
        count(run, status);
    }
    if (flows.lines.error) {
        cli_error("cannot read %s: %s", path, strerror(flows.lines.error));
        status = CLI_EXIT_FAILURE;
        count(run, status);
    } else if (run->count == 0) {
        cli_error("there is no flow in %s", path);
        status = CLI_EXIT_INVALID;
    }
    cli_flows_close(&flows);
    return status;
}

/* How many of each, below the answers to several flows. */
static void put_tally(const struct run *run)
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

    printf("\n%zu flows", run->count);
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        if (run->tally[columns[i].status] == 0)
            continue;
        printf("%s%zu %s", before, run->tally[columns[i].status], columns[i].name);
        before = ", ";
    }
    fputc('\n', stdout);
}

/* What a run ends with: the worst first. */
static int run_status(const struct run *run)
{
    unsigned bits = run->settings.fail_bits;

    if (!run->settings.fail_on && run->count == 1)
        bits = FAIL_ON_DENY | FAIL_ON_UNKNOWN;
    if (run->tally[CLI_EXIT_FAILURE])
        return CLI_EXIT_FAILURE;
    if (run->tally[CLI_EXIT_INVALID] || run->count == 0)
        return CLI_EXIT_INVALID;
    if ((bits & FAIL_ON_DENY) && run->tally[CLI_EXIT_DENY])
        return CLI_EXIT_DENY;
    if ((bits & FAIL_ON_UNKNOWN) && run->tally[CLI_EXIT_UNKNOWN])
        return CLI_EXIT_UNKNOWN;
    return CLI_EXIT_OK;
}

static int ask(struct run *run)
{
    int status = cli_load_status(calpol_query_new(run->ruleset, &run->query));

    if (status == CLI_EXIT_OK)
        status = cli_question_relabel(&run->settings.question, run->ruleset, run->query);
    if (status != CLI_EXIT_OK)
        return status;
    if (run->settings.question.flow)
        ask_file(run);
    else
        ask_options(run);
    if (run->count > 1 && run->settings.output == OUTPUT_HUMAN)
        put_tally(run);
    return cli_common_finish(run_status(run));
}

static int load_and_ask(struct run *run)
{
    int status = check_settings(&run->settings);

    if (status == CLI_EXIT_OK)
        status = cli_load_ruleset(&run->settings.load, &run->settings.common, &run->ruleset);
    if (status == CLI_EXIT_OK)
        status = ask(run);
    calpol_query_free(run->query);
    calpol_ruleset_unref(run->ruleset);
    return status;
}

int cli_ask(const struct cli_ask_command *command, int argument_count, char *const *arguments)
{
    struct run run = {.command = command};
    struct cli_group groups[GROUP_COUNT];
    int status = CLI_EXIT_INVALID;

    cli_question_init(&run.settings.question);
    make_groups(&run.settings, groups);
    if (cli_parse(command->name, groups, GROUP_COUNT, argument_count, arguments)) {
        run.out = cli_common_out(&run.settings.common);
        if (run.settings.common.help) {
            cli_help(&run.out, &command->page, groups, GROUP_COUNT);
            status = cli_common_finish(CLI_EXIT_OK);
        } else {
            status = load_and_ask(&run);
        }
    }
    cli_question_free(&run.settings.question);
    cli_load_free(&run.settings.load);
    return status;
}

const char cli_ask_notes[] =
    "\n"
    "REF is one of\n"
    "  pod:NS/NAME  workloadendpoint:NS/NAME  hostendpoint:NAME  node:NAME\n"
    "  networkset:NS/NAME  globalnetworkset:NAME  service:NS/NAME[:PORT] (only --to)\n"
    "  ip:ADDRESS, or in short ADDRESS\n"
    "  NS/NAME, in short for a pod or workload endpoint\n"
    "\n"
    "What is not told about a flow is unknown, never assumed: where the answer\n"
    "hangs on it, the verdict is unknown and says what it depends on.\n"
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
