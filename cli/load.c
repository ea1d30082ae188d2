/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the files named on the command line to a ruleset.
 */
#include "load.h"

#include "command.h"
#include "compiled.h"
#include "progress.h"
#include "report.h"
#include "suggest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* More than anybody reads, and no more than programs take. */
#define MANY_DIAGNOSTICS 10000

static const char *const defaults_choices[] = {"api", "raw", NULL};
static const char *const dialect_choices[] = {"auto", "upstream", "calico", NULL};

const struct cli_option cli_load_options[] = {
    {.letter = 'p',
     .name = "policies",
     .arguments = "PATH...",
     .kind = CLI_LIST,
     .greedy = true,
     .offset = offsetof(struct cli_load, policies),
     .help = "files, folders (every .yaml, .yml and .json below them) or - for standard input: "
             "policies and the cluster they stand in, such as kubectl get ... -o yaml prints it; "
             "or a file that calpol compile wrote"},
    {.name = "dialect",
     .arguments = "NAME",
     .kind = CLI_CHOICE,
     .choices = dialect_choices,
     .offset = offsetof(struct cli_load, dialect),
     .help = "whose reading of Kubernetes objects counts where they differ: upstream, calico or "
             "auto, which is calico if there is any Calico object"},
    {.name = "as-dataplane",
     .kind = CLI_FLAG,
     .offset = offsetof(struct cli_load, as_dataplane),
     .help = "take what an API server would refuse as a dataplane would have taken it, and warn"},
    {.name = "strict-oss",
     .kind = CLI_FLAG,
     .offset = offsetof(struct cli_load, strict_oss),
     .help = "refuse fields that no open-source release of Calico has, such as domains"},
    {.name = "defaults",
     .arguments = "KIND",
     .kind = CLI_CHOICE,
     .choices = defaults_choices,
     .offset = offsetof(struct cli_load, defaults),
     .help = "api, as the API server fills in what is missing; or raw, as objects read past it "
             "(policies without types are in force in both directions)"},
};
const size_t cli_load_option_count = sizeof(cli_load_options) / sizeof(cli_load_options[0]);

const struct cli_option cli_evaluation_options[] = {
    {.name = "preset",
     .arguments = "NAME",
     .kind = CLI_TEXT,
     .offset = offsetof(struct cli_load, preset),
     .help = "answer like one dataplane where they differ: iptables, nftables, bpf or app-policy"},
    {.name = "option",
     .arguments = "NAME=VALUE",
     .kind = CLI_LIST,
     .offset = offsetof(struct cli_load, options),
     .help = "set one option of evaluation, see below; it wins over a FelixConfiguration"},
};
const size_t cli_evaluation_option_count =
    sizeof(cli_evaluation_options) / sizeof(cli_evaluation_options[0]);

/* Options of evaluation, for suggestions. */
static const char *const option_names[] = {
    "scope",
    "endpoint_to_host_action",
    "failsafe_inbound",
    "failsafe_outbound",
    "http",
    "profile_pass",
    "other_family_not_nets",
    "not_icmp_type_code",
    "default_hit",
    "tier_order_default",
    "preset",
};

void cli_load_free(struct cli_load *load)
{
    cli_list_free(&load->policies);
    cli_list_free(&load->options);
    cli_list_free(&load->disabled);
}

bool cli_load_reads_input(const struct cli_load *load)
{
    for (size_t i = 0; i < load->policies.count; i++)
        if (strcmp(load->policies.items[i], "-") == 0)
            return true;
    return false;
}

int cli_load_status(int status)
{
    switch (status) {
    case CALPOL_OK:
        return CLI_EXIT_OK;
    case CALPOL_ERROR_INVALID_INPUT:
    case CALPOL_ERROR_LIMIT:
    case CALPOL_ERROR_IO:
        return CLI_EXIT_INVALID;
    default:
        cli_error("%s", calpol_status_text(status));
        return CLI_EXIT_FAILURE;
    }
}

static int unknown_option(const char *name)
{
    struct cli_suggestion suggestion = cli_suggestion_for(name);

    for (size_t i = 0; i < sizeof(option_names) / sizeof(option_names[0]); i++)
        cli_suggestion_consider(&suggestion, option_names[i]);
    if (suggestion.nearest)
        cli_error("--option: there is no option \"%s\"; did you mean %s?", name,
                  suggestion.nearest);
    else
        cli_error("--option: there is no option \"%s\"; see calpol eval --help", name);
    return CLI_EXIT_INVALID;
}

static int set_option(calpol_loader *loader, const char *name, const char *value)
{
    int status = calpol_loader_set_option(loader, name, value);

    if (status == CALPOL_ERROR_NOT_FOUND)
        return unknown_option(name);
    if (status == CALPOL_ERROR_INVALID_INPUT)
        cli_error("option %s cannot be \"%s\"; see calpol eval --help", name, value);
    return cli_load_status(status);
}

/* NAME=VALUE */
static int set_assignment(calpol_loader *loader, const char *assignment)
{
    size_t length = strcspn(assignment, "=");
    char name[64];

    if (assignment[length] == '\0') {
        cli_error("--option is \"%s\", expected NAME=VALUE", assignment);
        return CLI_EXIT_INVALID;
    }
    if (length >= sizeof(name))
        return unknown_option(assignment);
    memcpy(name, assignment, length);
    name[length] = '\0';
    return set_option(loader, name, assignment + length + 1);
}

static int set_options(const struct cli_load *load, calpol_loader *loader)
{
    int status = CLI_EXIT_OK;

    if (load->preset)
        status = set_option(loader, "preset", load->preset);
    for (size_t i = 0; i < load->options.count && status == CLI_EXIT_OK; i++)
        status = set_assignment(loader, load->options.items[i]);
    return status;
}

int cli_unknown_code(const char *option, const char *name)
{
    struct cli_suggestion suggestion = cli_suggestion_for(name);

    for (uint32_t code = 1; calpol_code_severity(code); code++)
        cli_suggestion_consider(&suggestion, calpol_code_name(code));
    if (suggestion.nearest)
        cli_error("--%s: there is no code \"%s\"; did you mean %s?", option, name,
                  suggestion.nearest);
    else
        cli_error("--%s: there is no code \"%s\"; calpol check --explain lists them", option, name);
    return CLI_EXIT_INVALID;
}

/* Codes joined by commas, as in files. */
static int disable_codes(calpol_loader *loader, const char *codes)
{
    char name[64];

    for (;;) {
        size_t length = strcspn(codes, ",");

        if (length >= sizeof(name))
            return cli_unknown_code("disable", codes);
        memcpy(name, codes, length);
        name[length] = '\0';
        if (calpol_loader_disable(loader, name) != CALPOL_OK)
            return cli_unknown_code("disable", name);
        if (codes[length] == '\0')
            return CLI_EXIT_OK;
        codes += length + 1;
    }
}

static int disable(const struct cli_load *load, calpol_loader *loader)
{
    int status = CLI_EXIT_OK;

    for (size_t i = 0; i < load->disabled.count && status == CLI_EXIT_OK; i++)
        status = disable_codes(loader, load->disabled.items[i]);
    return status;
}

/* Everything from standard input, in memory of malloc. */
static char *read_input(size_t *out_length)
{
    size_t length = 0, capacity = 1 << 16;
    char *text = malloc(capacity);

    while (text) {
        char *larger;

        length += fread(text + length, 1, capacity - length, stdin);
        if (length < capacity)
            break;
        larger = capacity > SIZE_MAX / 2 ? NULL : realloc(text, capacity * 2);
        if (!larger)
            free(text);
        text = larger;
        capacity *= 2;
    }
    *out_length = length;
    return text;
}

static int add_input(calpol_loader *loader)
{
    size_t length;
    char *text = read_input(&length);
    int status;

    if (!text)
        return cli_load_status(CALPOL_ERROR_NO_MEMORY);
    if (ferror(stdin)) {
        cli_error("cannot read standard input: %s", strerror(errno));
        free(text);
        return CLI_EXIT_FAILURE;
    }
    if (length == 0) {
        cli_error("standard input is empty; without policies everything would be allowed");
        free(text);
        return CLI_EXIT_INVALID;
    }
    status = calpol_loader_add_text(loader, "<stdin>", text, length);
    free(text);
    return cli_load_status(status);
}

/* A path that cannot be read is among the diagnostics in the end, so the others are added too. */
static int add_policies(const struct cli_load *load, calpol_loader *loader)
{
    int status = CLI_EXIT_OK;

    for (size_t i = 0; i < load->policies.count && status == CLI_EXIT_OK; i++) {
        const char *path = load->policies.items[i];

        if (strcmp(path, "-") == 0) {
            status = add_input(loader);
        } else {
            int added = calpol_loader_add_path(loader, path);

            status = added == CALPOL_ERROR_IO ? CLI_EXIT_OK : cli_load_status(added);
        }
    }
    return status;
}

static bool policies_make_sense(const struct cli_load *load)
{
    bool input_seen = false;

    if (load->policies.count == 0)
        cli_error("no policies: name files or folders with -p");
    for (size_t i = 0; i < load->policies.count; i++) {
        if (strcmp(load->policies.items[i], "-") != 0)
            continue;
        if (input_seen) {
            cli_error("-p - is given twice, and standard input can be read once");
            return false;
        }
        input_seen = true;
    }
    return load->policies.count > 0;
}

int cli_load_open(const struct cli_load *load, calpol_loader **out_loader)
{
    struct calpol_load_options options;
    const char *compiled;
    int status;

    *out_loader = NULL;
    if (!policies_make_sense(load))
        return CLI_EXIT_INVALID;
    compiled = cli_compiled_among(load);
    if (compiled) {
        cli_error("%s is a compiled ruleset; the files that it was made of are wanted", compiled);
        return CLI_EXIT_INVALID;
    }
    calpol_load_options_init(&options, sizeof(options));
    options.max_bytes = 0; /* standard input was named by the user like any file */
    options.dialect = load->dialect;
    if (load->many_diagnostics)
        options.max_diagnostics = MANY_DIAGNOSTICS;
    options.flags = load->flags | (load->as_dataplane ? CALPOL_LOAD_LENIENT : 0u) |
                    (load->strict_oss ? CALPOL_LOAD_STRICT_OSS : 0u) |
                    (load->defaults ? CALPOL_LOAD_RAW_DEFAULTS : 0u);
    status = cli_load_status(calpol_loader_new(&options, out_loader));
    if (status == CLI_EXIT_OK)
        status = set_options(load, *out_loader);
    if (status == CLI_EXIT_OK)
        status = disable(load, *out_loader);
    if (status == CLI_EXIT_OK)
        status = add_policies(load, *out_loader);
    return status;
}

static void put_count(const struct cli_stream *stream,
                      const char *before,
                      uint32_t count,
                      const char *one,
                      const char *many)
{
    fprintf(stream->file, "%s%u %s", before, (unsigned)count, count == 1 ? one : many);
}

/* What there is to ask about; checking is another command's. */
static void put_counts(const struct cli_common *common, const calpol_ruleset *ruleset)
{
    struct cli_stream stream = cli_common_error(common);
    struct calpol_counts counts;

    if (calpol_ruleset_counts(ruleset, &counts, sizeof(counts)) != CALPOL_OK)
        return;
    put_count(&stream, "calpol: loaded ", counts.policies, "policy", "policies");
    put_count(&stream, " in ", counts.tiers, "tier", "tiers");
    put_count(&stream, ", ", counts.endpoints, "endpoint", "endpoints");
    put_count(&stream, ", ", counts.namespaces, "namespace", "namespaces");
    put_count(&stream, ", ", counts.network_sets, "network set", "network sets");
    put_count(&stream, ", ", counts.services, "service", "services");
    put_count(&stream, ", ", counts.nodes, "node", "nodes");
    fprintf(stream.file, "; dialect %s\n",
            counts.dialect == CALPOL_DIALECT_CALICO ? "calico" : "upstream");
    cli_put(&stream, "calpol: policies that select nothing and rules that never match are found by "
                     "calpol check\n");
}

/* Nothing at all is most likely a mistake, and its answer is allow. */
static void warn_if_empty(const struct cli_common *common, const calpol_ruleset *ruleset)
{
    struct calpol_counts counts;

    if (common->quiet || calpol_ruleset_counts(ruleset, &counts, sizeof(counts)) != CALPOL_OK)
        return;
    if (counts.policies + counts.endpoints + counts.network_sets + counts.namespaces +
            counts.services + counts.nodes ==
        0)
        cli_error("warning: the input has neither policies nor endpoints");
    else if (counts.policies == 0)
        cli_error("warning: the input has no policies; was one of their files left out?");
}

int cli_load_ruleset(const struct cli_load *load,
                     const struct cli_common *common,
                     calpol_ruleset **out_ruleset)
{
    const char *compiled = cli_compiled_among(load);
    calpol_diagnostics *diagnostics = NULL;
    calpol_loader *loader;
    int status;

    if (compiled)
        return cli_compiled_open(load, compiled, out_ruleset);
    if (!common->quiet)
        cli_progress_begin("reading");
    status = cli_load_open(load, &loader);
    if (status == CLI_EXIT_OK) {
        if (!common->quiet)
            cli_progress_begin("compiling");
        status = calpol_loader_finish(loader, out_ruleset, &diagnostics);
        cli_progress_end();
        cli_report(common, diagnostics);
        if (status == CALPOL_OK)
            warn_if_empty(common, *out_ruleset);
        if (status == CALPOL_OK && common->verbose)
            put_counts(common, *out_ruleset);
        status = cli_load_status(status);
    }
    cli_progress_end();
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return status;
}
