/* SPDX-License-Identifier: Apache-2.0 */
/*
 * calpol eval: what happens to a flow, and which rule decides.
 */
#include "ask.h"
#include "command.h"

static const struct cli_ask_command command = {
    .name = "eval",
    .form = CLI_ANSWER_SUMMARY,
    .page =
        {
            .usage = "calpol eval -p PATH... --from REF --to REF [OPTION]...\n"
                     "       calpol eval -p PATH... --flow FILE [OPTION]...",
            .before =
                "Says whether a flow is allowed, and for each direction the tier, policy and\n"
                "rule that decide, with file and line.\n"
                "\n"
                "  calpol eval -p policies/ cluster.yaml --from pod:default/cat \\\n"
                "      --to 104.21.78.90 --domain catfact.ninja --protocol TCP --port 443\n"
                "\n"
                "  kubectl get ns,pods,networkpolicies -A -o yaml |\n"
                "      calpol eval -p - --from shop/web --to shop/db --protocol TCP --port 5432\n"
                "\n"
                "  calpol eval -p cluster/ --flow - -o records <flows.jsonl >answered.jsonl\n",
            .after = cli_ask_notes,
        },
};

int cli_eval(int argument_count, char *const *arguments)
{
    return cli_ask(&command, argument_count, arguments);
}
