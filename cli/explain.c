/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calpol explain: the whole walk to a verdict.
 */
#include "ask.h"
#include "command.h"

static const struct cli_ask_command command = {
    .name = "explain",
    .form = CLI_ANSWER_WALK,
    .page =
        {
            .usage = "calpol explain -p PATH... --from REF --to REF [OPTION]...\n"
                     "       calpol explain -p PATH... --flow FILE [OPTION]...",
            .before =
                "Says what calpol eval says, and how it comes about: every tier, every policy\n"
                "that governs the endpoint in order, what each rule missed on, where the\n"
                "decision fell and what would change it.\n"
                "\n"
                "  calpol explain -p cluster.yaml policies/ --from shop/web --to shop/db \\\n"
                "      --protocol TCP --port 5432\n",
            .after = cli_ask_notes,
        },
};

int cli_explain(int argument_count, char *const *arguments)
{
    return cli_ask(&command, argument_count, arguments);
}
