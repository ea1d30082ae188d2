/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calpol check: what is wrong with policies, and what is hardly meant.
 */
#include "check_explain.h"
#include "check_forms.h"
#include "command.h"
#include "help.h"
#include "load.h"

#define GROUP(title, options, target)                                                              \
    {                                                                                              \
        title, options, sizeof(options) / sizeof((options)[0]), target                             \
    }

struct settings {
    struct cli_load load;
    struct cli_common common;
    uint32_t output;
    bool strict;
    bool notes;
    bool tiers_required, tier_prefix_required;
    const char *explain; /* NULL: not asked for; "": all */
};

static const char *const forms[] = {"human", "json", "sarif", "github", "junit", NULL};

/* By the index of the form. */
static void (*const writers[])(const struct cli_findings *findings,
                               const struct cli_stream *out) = {
    cli_findings_human,  cli_findings_json,  cli_findings_sarif,
    cli_findings_github, cli_findings_junit,
};

static const struct cli_option file_options[] = {
    {.name = "disable",
     .arguments = "CODE,...",
     .kind = CLI_LIST,
     .offset = offsetof(struct settings, load.disabled),
     .help = "leave out warnings and notes of these codes; errors are always shown"},
    {.name = "tiers-required",
     .kind = CLI_FLAG,
     .offset = offsetof(struct settings, tiers_required),
     .help = "the input is complete: a policy whose tier is not in it is an error"},
    {.name = "tier-prefix",
     .kind = CLI_FLAG,
     .offset = offsetof(struct settings, tier_prefix_required),
     .help = "names of policies must begin with their tier, as releases before 3.32 want it"},
};

static const struct cli_option output_options[] = {
    {.letter = 'o',
     .name = "output",
     .arguments = "FORM",
     .kind = CLI_CHOICE,
     .choices = forms,
     .offset = offsetof(struct settings, output),
     .help = "human, json, sarif (2.1.0), github (annotations) or junit"},
    {.name = "strict",
     .kind = CLI_FLAG,
     .offset = offsetof(struct settings, strict),
     .help = "warnings fail too, with exit status 2"},
    {.name = "notes",
     .kind = CLI_FLAG,
     .offset = offsetof(struct settings, notes),
     .help = "show notes as well, which are no reason to change anything"},
    {.name = "explain",
     .arguments = "CODE",
     .kind = CLI_TEXT,
     .optional = true,
     .offset = offsetof(struct settings, explain),
     .help = "what a code means, with a bad and a good example; without CODE, all codes in a line "
             "each. Nothing is checked"},
};

static const struct cli_page page = {
    .usage = "calpol check PATH... [OPTION]...",
    .before = "Reads policies, and the cluster they stand in if it is there, as strictly as the\n"
              "servers do, and says what is wrong and where. When nothing is, looks for what is\n"
              "hardly meant: policies that select nothing, rules that are never reached, egress\n"
              "that forgets DNS. No flow is needed.\n"
              "\n"
              "  calpol check policies/\n"
              "  kubectl get networkpolicies -A -o json | calpol check -\n"
              "  calpol check --strict -o github policies/\n"
              "  calpol check --explain no-dns-egress\n",
    .after = "\nPATH is a file, a folder (every .yaml, .yml and .json below it) or - for\n"
             "standard input.\n"
             "\n"
             "What is meant can be said where it stands: by a comment, on the line or alone on\n"
             "the line above,\n"
             "\n"
             "  # calpol: ignore selects-nothing (the pods come with the next release)\n"
             "\n"
             "or for a whole resource by the annotation calpol.dev/ignore, a list of codes\n"
             "joined by commas. Errors cannot be ignored.\n"
             "\n"
             "Exit status: 0 nothing wrong, 2 warnings and --strict, 3 errors, 1 failure.\n",
};

/* Errors first: what the policies mean was not looked at then. */
static int findings_status(const struct cli_findings *findings)
{
    if (findings->errors)
        return CLI_EXIT_INVALID;
    if (calpol_diagnostics_resource_count(findings->diagnostics) == 0) {
        cli_error("there is no resource in the input");
        return CLI_EXIT_INVALID;
    }
    return findings->strict && findings->warnings ? CLI_EXIT_WARNINGS : CLI_EXIT_OK;
}

static int report(const struct settings *settings, const calpol_diagnostics *diagnostics)
{
    const struct cli_stream out = cli_common_out(&settings->common);
    struct cli_findings findings = {
        .diagnostics = diagnostics,
        .least = CALPOL_SEVERITY_WARNING,
        .strict = settings->strict,
        .errors = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR),
        .warnings = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING),
        .notes = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_NOTE),
    };

    if (settings->common.quiet)
        findings.least = CALPOL_SEVERITY_ERROR;
    else if (settings->notes || settings->common.verbose)
        findings.least = CALPOL_SEVERITY_NOTE;
    writers[settings->output](&findings, &out);
    return cli_common_finish(findings_status(&findings));
}

/* Whatever became of the load, what was found is written; unless there is no memory. */
static int load_and_report(const struct settings *settings, calpol_loader *loader)
{
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    int status = calpol_loader_finish(loader, &ruleset, &diagnostics);

    status = cli_load_status(status);
    if (status != CLI_EXIT_FAILURE)
        status = report(settings, diagnostics);
    calpol_diagnostics_free(diagnostics);
    calpol_ruleset_unref(ruleset);
    return status;
}

static int check(struct settings *settings)
{
    calpol_loader *loader = NULL;
    int status;

    if (settings->load.policies.count == 0) {
        cli_error("no files: calpol check PATH...");
        return CLI_EXIT_INVALID;
    }
    settings->load.many_diagnostics = true;
    settings->load.flags = CALPOL_LOAD_LINT |
                           (settings->tiers_required ? CALPOL_LOAD_TIERS_REQUIRED : 0u) |
                           (settings->tier_prefix_required ? CALPOL_LOAD_TIER_PREFIX_REQUIRED : 0u);
    status = cli_load_open(&settings->load, &loader);
    if (status == CLI_EXIT_OK)
        status = load_and_report(settings, loader);
    calpol_loader_free(loader);
    return status;
}

static int run(struct settings *settings, const struct cli_group *groups, size_t group_count)
{
    const struct cli_stream out = cli_common_out(&settings->common);

    if (settings->common.help) {
        cli_help(&out, &page, groups, group_count);
        return cli_common_finish(CLI_EXIT_OK);
    }
    if (settings->explain)
        return cli_common_finish(cli_explain_code(&out, settings->explain));
    return check(settings);
}

int cli_check(int argument_count, char *const *arguments)
{
    struct settings settings = {.output = 0};
    const struct cli_group groups[] = {
        {"Policies and cluster", cli_load_options, cli_load_option_count, &settings.load},
        GROUP("What is wrong", file_options, &settings),
        GROUP("Output", output_options, &settings),
        {"Other", cli_common_options, cli_common_option_count, &settings.common},
    };
    const size_t group_count = sizeof(groups) / sizeof(groups[0]);
    int status = CLI_EXIT_INVALID;

    if (cli_parse_words("check", groups, group_count, argument_count, arguments,
                        &settings.load.policies))
        status = run(&settings, groups, group_count);
    cli_load_free(&settings.load);
    return status;
}
