/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calpol compile: policies once and for all.
 */
#include "command.h"
#include "compiled.h"
#include "help.h"

#include <errno.h>
#include <string.h>

struct settings {
    struct cli_load load;
    struct cli_common common;
    const char *output;
};

static const struct cli_option output_options[] = {
    {.letter = 'o',
     .name = "output",
     .arguments = "FILE",
     .kind = CLI_TEXT,
     .offset = offsetof(struct settings, output),
     .help = "where the compiled ruleset goes; - is standard output. A file that is there is "
             "replaced in one step, so nobody ever finds half of one"},
};

static const struct cli_page page = {
    .usage = "calpol compile -o FILE PATH... [OPTION]...",
    .before = "Reads policies, and the cluster they stand in, and writes what calpol makes of\n"
              "them to a file. Commands that ask about flows take it in place of the YAML and\n"
              "have it open in milliseconds. Options of evaluation go into it.\n"
              "\n"
              "  calpol compile -o cluster.calpol policies/ cluster.yaml\n"
              "  calpol eval -p cluster.calpol --from shop/web --to shop/db --port 5432\n",
    .after = "\nPATH is a file, a folder (every .yaml, .yml and .json below it) or - for\n"
             "standard input.\n"
             "\n"
             "A compiled file is for the version of calpol that wrote it, on a machine of the\n"
             "same kind; others refuse it. Keep the YAML.\n"
             "\n"
             "Exit status: 0 done, 3 wrong input (policies or command line), 1 failure.\n",
};

static int write_to_output(const calpol_ruleset *ruleset)
{
    calpol_text *text = NULL;
    int status = cli_load_status(calpol_ruleset_write(ruleset, &text));

    if (status == CLI_EXIT_OK)
        fwrite(calpol_text_string(text), 1, calpol_text_length(text), stdout);
    calpol_text_free(text);
    return cli_common_finish(status);
}

static int write_to_file(const calpol_ruleset *ruleset, const char *path)
{
    int status = calpol_ruleset_save(ruleset, path);

    if (status != CALPOL_ERROR_IO)
        return cli_load_status(status);
    cli_error("cannot write %s: %s", path, strerror(errno));
    return CLI_EXIT_FAILURE;
}

static int compile(struct settings *settings)
{
    calpol_ruleset *ruleset = NULL;
    const char *compiled;
    int status;

    if (!settings->output) {
        cli_error("no file to write: name one with -o");
        return CLI_EXIT_INVALID;
    }
    if (settings->load.policies.count == 0) {
        cli_error("no files: calpol compile -o FILE PATH...");
        return CLI_EXIT_INVALID;
    }
    compiled = cli_compiled_among(&settings->load);
    if (compiled) {
        cli_error("%s is compiled already", compiled);
        return CLI_EXIT_INVALID;
    }
    status = cli_load_ruleset(&settings->load, &settings->common, &ruleset);
    if (status == CLI_EXIT_OK)
        status = strcmp(settings->output, "-") == 0 ? write_to_output(ruleset)
                                                    : write_to_file(ruleset, settings->output);
    calpol_ruleset_unref(ruleset);
    return status;
}

int cli_compile(int argument_count, char *const *arguments)
{
    struct settings settings = {.output = NULL};
    const struct cli_group groups[] = {
        {"Policies and cluster", cli_load_options, cli_load_option_count, &settings.load},
        {"Evaluation", cli_evaluation_options, cli_evaluation_option_count, &settings.load},
        {"Output", output_options, sizeof(output_options) / sizeof(output_options[0]), &settings},
        {"Other", cli_common_options, cli_common_option_count, &settings.common},
    };
    const size_t group_count = sizeof(groups) / sizeof(groups[0]);
    int status = CLI_EXIT_INVALID;

    if (cli_parse_words("compile", groups, group_count, argument_count, arguments,
                        &settings.load.policies)) {
        if (settings.common.help) {
            struct cli_stream out = cli_common_out(&settings.common);

            cli_help(&out, &page, groups, group_count);
            status = cli_common_finish(CLI_EXIT_OK);
        } else {
            status = compile(&settings);
        }
    }
    cli_load_free(&settings.load);
    return status;
}
