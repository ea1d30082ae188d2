/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The flow that is asked about, as given by options.
 */
#include "question.h"

#include "command.h"
#include "load.h"

#include <string.h>

const struct cli_option cli_question_options[] = {
    {.name = "from",
     .arguments = "REF",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, from),
     .help = "who connects, see below for the forms of REF"},
    {.name = "to",
     .arguments = "REF",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, to),
     .help = "to whom"},
    {.name = "protocol",
     .arguments = "NAME",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, protocol),
     .help = "TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or a number"},
    {.name = "port",
     .arguments = "N",
     .kind = CLI_NUMBER,
     .maximum = 65535,
     .offset = offsetof(struct cli_question, port),
     .help = "destination port"},
    {.name = "source-port",
     .arguments = "N",
     .kind = CLI_NUMBER,
     .maximum = 65535,
     .offset = offsetof(struct cli_question, source_port),
     .help = "source port"},
    {.name = "icmp",
     .arguments = "TYPE[:CODE]",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, icmp),
     .help = "type and code of ICMP or ICMPv6, in numbers"},
    {.name = "domain",
     .arguments = "NAME",
     .kind = CLI_LIST,
     .offset = offsetof(struct cli_question, domains),
     .help = "a name which the client resolved to the destination; may be repeated; \"\" says that "
             "there is none"},
    {.name = "http-method",
     .arguments = "METHOD",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, http_method),
     .help = "method of the HTTP request"},
    {.name = "http-path",
     .arguments = "PATH",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, http_path),
     .help = "path of the HTTP request, as sent"},
    {.name = "flow",
     .arguments = "FILE",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_question, flow),
     .help =
         "in place of all these: one flow in JSON, a flow on each line, or a table with a row for "
         "each, from a file or - for standard input"},
    {.name = "relabel",
     .arguments = "REF CHANGE",
     .kind = CLI_PAIRS,
     .offset = offsetof(struct cli_question, relabels),
     .help = "answer as if an endpoint had another label: KEY=VALUE sets one, KEY- removes one; "
             "may be repeated"},
};
const size_t cli_question_option_count =
    sizeof(cli_question_options) / sizeof(cli_question_options[0]);

void cli_question_init(struct cli_question *question)
{
    memset(question, 0, sizeof(*question));
    question->port = -1;
    question->source_port = -1;
    question->icmp_type = -1;
    question->icmp_code = -1;
}

void cli_question_free(struct cli_question *question)
{
    cli_list_free(&question->domains);
    cli_list_free(&question->relabels);
}

static bool describes_flow(const struct cli_question *question)
{
    return question->from || question->to || question->protocol || question->port >= 0 ||
           question->source_port >= 0 || question->icmp || question->http_method ||
           question->http_path || question->domains.count;
}

/* A number from 0 to 255, ended by the character end; NULL if there is none. */
static const char *read_byte(const char *text, char end, int *out_value)
{
    int value = 0;
    const char *digit = text;

    for (; *digit >= '0' && *digit <= '9' && value <= 255; digit++)
        value = value * 10 + (*digit - '0');
    if (digit == text || value > 255 || *digit != end)
        return NULL;
    *out_value = value;
    return digit;
}

static bool read_icmp(struct cli_question *question)
{
    const char *colon = read_byte(question->icmp, ':', &question->icmp_type);

    if (colon ? read_byte(colon + 1, '\0', &question->icmp_code)
              : read_byte(question->icmp, '\0', &question->icmp_type))
        return true;
    cli_error("--icmp is \"%s\", expected TYPE or TYPE:CODE, each from 0 to 255", question->icmp);
    return false;
}

int cli_question_check(struct cli_question *question)
{
    if (question->flow && describes_flow(question)) {
        cli_error("--flow is a whole flow: leave out the options that describe one");
        return CLI_EXIT_INVALID;
    }
    if (!question->flow && (!question->from || !question->to)) {
        const char *missing = question->from ? "--to" : "--from";

        cli_error("no %s: an end that is not named would be taken to lie outside the cluster; if "
                  "that is meant, say %s external (or give --flow)",
                  missing, missing);
        return CLI_EXIT_INVALID;
    }
    if (question->icmp && !read_icmp(question))
        return CLI_EXIT_INVALID;
    return CLI_EXIT_OK;
}

static void say_unknown(const calpol_ruleset *ruleset, const char *reference)
{
    char nearest[256] = "";

    calpol_ruleset_suggest(ruleset, reference, nearest, sizeof(nearest));
    if (*nearest)
        cli_error("--relabel: there is no \"%s\"; the nearest are %s", reference, nearest);
    else
        cli_error("--relabel: there is no \"%s\"", reference);
}

int cli_question_relabel(const struct cli_question *question,
                         const calpol_ruleset *ruleset,
                         calpol_query *query)
{
    for (size_t i = 0; i + 1 < question->relabels.count; i += 2) {
        const char *reference = question->relabels.items[i];
        const char *change = question->relabels.items[i + 1];
        int status = calpol_query_relabel(query, reference, change);

        if (status == CALPOL_OK)
            continue;
        if (status == CALPOL_ERROR_NOT_FOUND) {
            say_unknown(ruleset, reference);
            return CLI_EXIT_INVALID;
        }
        if (status == CALPOL_ERROR_INVALID_INPUT)
            cli_error("--relabel %s: \"%s\" is no change of a label, expected KEY=VALUE or KEY-",
                      reference, change);
        return cli_load_status(status);
    }
    return CLI_EXIT_OK;
}

/* Somewhere outside the cluster, at an address that is not told: what the library takes an end to
   be that is not named. */
static bool is_named(const char *reference)
{
    return reference && strcmp(reference, "external") != 0;
}

static int set_from(const struct cli_question *question, calpol_query *query)
{
    return is_named(question->from) ? calpol_query_set_source(query, question->from) : CALPOL_OK;
}

static int set_to(const struct cli_question *question, calpol_query *query)
{
    return is_named(question->to) ? calpol_query_set_destination(query, question->to) : CALPOL_OK;
}

static int set_protocol(const struct cli_question *question, calpol_query *query)
{
    return question->protocol ? calpol_query_set_protocol(query, question->protocol) : CALPOL_OK;
}

static int set_port(const struct cli_question *question, calpol_query *query)
{
    if (question->port < 0)
        return CALPOL_OK;
    return calpol_query_set_destination_port(query, (uint32_t)question->port);
}

static int set_source_port(const struct cli_question *question, calpol_query *query)
{
    if (question->source_port < 0)
        return CALPOL_OK;
    return calpol_query_set_source_port(query, (uint32_t)question->source_port);
}

static int set_icmp(const struct cli_question *question, calpol_query *query)
{
    if (!question->icmp)
        return CALPOL_OK;
    return calpol_query_set_icmp(query, question->icmp_type, question->icmp_code);
}

static int set_domains(const struct cli_question *question, calpol_query *query)
{
    int status = CALPOL_OK;

    for (size_t i = 0; i < question->domains.count && status == CALPOL_OK; i++) {
        const char *domain = question->domains.items[i];

        status = calpol_query_add_domain(query, *domain ? domain : NULL);
    }
    return status;
}

static int set_http(const struct cli_question *question, calpol_query *query)
{
    if (!question->http_method && !question->http_path)
        return CALPOL_OK;
    return calpol_query_set_http(query, question->http_method, question->http_path);
}

static const struct {
    const char *option;
    int (*set)(const struct cli_question *question, calpol_query *query);
} setters[] = {
    {"from", set_from},
    {"to", set_to},
    {"protocol", set_protocol},
    {"port", set_port},
    {"source-port", set_source_port},
    {"icmp", set_icmp},
    {"domain", set_domains},
    {"http-path", set_http},
};

int cli_question_set(const struct cli_question *question,
                     calpol_query *query,
                     const char **out_option)
{
    for (size_t i = 0; i < sizeof(setters) / sizeof(setters[0]); i++) {
        int status = setters[i].set(question, query);

        *out_option = setters[i].option;
        if (status != CALPOL_OK)
            return status;
    }
    return CALPOL_OK;
}
