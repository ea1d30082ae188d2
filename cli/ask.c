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

/* Reads to the end of the file, or until something fails. Returns an exit status. */
static int ask_file(struct cli_answers *answers, const char *path)
{
    const char *source = strcmp(path, "-") == 0 ? "<stdin>" : path;
    struct cli_flows flows;
    struct cli_flow_text flow;
    int status = CLI_EXIT_OK;

    if (!cli_flows_open(&flows, path)) {
        cli_error("cannot open %s: %s", source, strerror(errno));
        return CLI_EXIT_INVALID;
    }
    while (status != CLI_EXIT_FAILURE && cli_flows_next(&flows, &flow))
        status = ask_flow(answers, source, &flow);
    if (flows.lines.error) {
        cli_error("cannot read %s: %s", source, strerror(flows.lines.error));
        status = CLI_EXIT_FAILURE;
    } else if (answers->count == 0) {
        cli_error("there is no flow in %s", source);
        status = CLI_EXIT_INVALID;
    } else if (status != CLI_EXIT_FAILURE) {
        status = CLI_EXIT_OK;
    }
    cli_flows_close(&flows);
    return status;
}

/* What the answers come to: the worst first. */
static int answers_status(const struct settings *settings, const struct cli_answers *answers)
{
    unsigned bits = settings->fail_bits;

    if (!settings->fail_on && answers->count == 1)
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
        status = ask_file(answers, question->flow);
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
        .form = settings->output == OUTPUT_JSON ? CLI_ANSWER_JSON : command->form,
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
