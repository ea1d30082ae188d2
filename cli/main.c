/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calpol: the commands by name.
 */
#include "command.h"
#include "common.h"
#include "suggest.h"

#include <calpol/calpol.h>

#include <string.h>

/* In the order of the help page. */
static const struct {
    const char *name;
    int (*run)(int argument_count, char *const *arguments);
    const char *summary;
} commands[] = {
    {"eval", cli_eval, "is this flow allowed, and which rule decides?"},
    {"explain", cli_explain, "how does that answer come about, and what would change it?"},
    {"check", cli_check, "what is wrong with these policies, and what is hardly meant?"},
    {"convert", cli_convert, "what does Calico make of these Kubernetes policies?"},
    {"compile", cli_compile, "policies as a file that opens in milliseconds"},
};

enum { COMMAND_COUNT = sizeof(commands) / sizeof(commands[0]) };

static int put_help(void)
{
    struct cli_common common = {0};
    struct cli_stream out = cli_common_out(&common);

    cli_put_styled(&out, CLI_BOLD, "usage: ");
    cli_put(&out, "calpol COMMAND [OPTION]...\n\n"
                  "Reads Calico and Kubernetes network policies from files and says what happens\n"
                  "to a flow: allow, deny or unknown, and the tier, policy and rule that decide.\n"
                  "Nothing is contacted; there need not be a cluster.\n\n");
    cli_put_styled(&out, CLI_BOLD, "Commands\n");
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        char name[16];

        snprintf(name, sizeof(name), "  %-10s", commands[i].name);
        cli_put_styled(&out, CLI_BOLD, name);
        cli_put(&out, commands[i].summary);
        cli_put(&out, "\n");
    }
    cli_put(&out,
            "\ncalpol COMMAND --help tells more; calpol --version which calpol this is.\n"
            "\n"
            "  calpol eval -p policies/ --from shop/web --to shop/db --protocol TCP --port 80\n");
    return cli_common_finish(CLI_EXIT_OK);
}

static int put_version(void)
{
    printf("calpol %s\n", CALPOL_VERSION);
    if (strcmp(CALPOL_VERSION, calpol_version()) != 0)
        printf("libcalpol %s\n", calpol_version());
    return cli_common_finish(CLI_EXIT_OK);
}

static int unknown_command(const char *name)
{
    struct cli_suggestion suggestion = cli_suggestion_for(name);

    for (size_t i = 0; i < COMMAND_COUNT; i++)
        cli_suggestion_consider(&suggestion, commands[i].name);
    if (suggestion.nearest)
        cli_error("unknown command \"%s\"; did you mean %s?", name, suggestion.nearest);
    else
        cli_error("unknown command \"%s\"; see calpol --help", name);
    return CLI_EXIT_INVALID;
}

static int run_command(const char *name, int argument_count, char *const *arguments)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return commands[i].run(argument_count, arguments);
    return unknown_command(name);
}

static bool is_any(const char *argument, const char *a, const char *b, const char *c)
{
    return strcmp(argument, a) == 0 || strcmp(argument, b) == 0 || strcmp(argument, c) == 0;
}

int main(int argument_count, char **arguments)
{
    static char help_option[] = "--help";
    char *const help_arguments[] = {help_option};

    if (argument_count < 2) {
        cli_error("no command; see calpol --help");
        return CLI_EXIT_INVALID;
    }
    if (is_any(arguments[1], "help", "--help", "-h"))
        return argument_count > 2 ? run_command(arguments[2], 1, help_arguments) : put_help();
    if (is_any(arguments[1], "version", "--version", "-V"))
        return put_version();
    return run_command(arguments[1], argument_count - 2, arguments + 2);
}
