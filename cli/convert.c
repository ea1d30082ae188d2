/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calpol convert: what Calico makes of Kubernetes policies.
 */
#include "command.h"
#include "help.h"
#include "load.h"
#include "report.h"

static const struct cli_page page = {
    .usage = "calpol convert -p PATH... [OPTION]...",
    .before = "Prints the Calico form of the Kubernetes policies in the input, as YAML:\n"
              "tier, order, selectors and rules as Calico enforces them. Other objects are\n"
              "read and not printed. Where Calico reads Kubernetes in its own way, so does\n"
              "calpol here, but for --dialect upstream.\n"
              "\n"
              "  kubectl get networkpolicies -A -o yaml | calpol convert -p -\n",
    .after = "\n"
             "What is printed can be loaded again. Where a rule has networks of both IP\n"
             "versions, which Calico's API would refuse, that takes --as-dataplane.\n"
             "\nExit status: 0 done, 3 wrong input (policies or command line), 1 failure.\n",
};

static int convert(const struct cli_load *load, const struct cli_common *common)
{
    struct cli_stream out = {stdout, false};
    calpol_loader *loader;
    calpol_text *text = NULL;
    calpol_diagnostics *diagnostics = NULL;
    int status = cli_load_open(load, &loader);

    if (status == CLI_EXIT_OK) {
        status = calpol_loader_convert(loader, &text, &diagnostics);
        cli_report(common, diagnostics);
        status = cli_load_status(status);
    }
    if (status == CLI_EXIT_OK && calpol_text_length(text) == 0)
        cli_error("there is no Kubernetes policy in the input");
    cli_put(&out, calpol_text_string(text));
    calpol_diagnostics_free(diagnostics);
    calpol_text_free(text);
    calpol_loader_free(loader);
    return cli_common_finish(status);
}

int cli_convert(int argument_count, char *const *arguments)
{
    struct cli_load load = {0};
    struct cli_common common = {0};
    const struct cli_group groups[] = {
        {"Policies", cli_load_options, cli_load_option_count, &load},
        {"Other", cli_common_options, cli_common_option_count, &common},
    };
    const size_t group_count = sizeof(groups) / sizeof(groups[0]);
    int status = CLI_EXIT_INVALID;

    if (cli_parse("convert", groups, group_count, argument_count, arguments)) {
        if (common.help) {
            struct cli_stream out = cli_common_out(&common);

            cli_help(&out, &page, groups, group_count);
            status = cli_common_finish(CLI_EXIT_OK);
        } else {
            status = convert(&load, &common);
        }
    }
    cli_load_free(&load);
    return status;
}
