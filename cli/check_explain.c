/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What codes mean.
 */
#include "check_explain.h"

#include "command.h"
#include "diagnostic.h"
#include "load.h"

#include <string.h>

static const struct cli_explanation explanations[] = {
#define EXPLANATION(code, text, options, bad, good) {code, text, options, bad, good},
#include "explanations.def"
#undef EXPLANATION
};

const struct cli_explanation *cli_explanation_find(const char *code)
{
    for (size_t i = 0; i < sizeof(explanations) / sizeof(explanations[0]); i++)
        if (strcmp(explanations[i].code, code) == 0)
            return &explanations[i];
    return NULL;
}

/* The number of a code; 0: there is none. */
static uint32_t find_code(const char *name)
{
    for (uint32_t code = 1; calpol_code_severity(code); code++)
        if (strcmp(calpol_code_name(code), name) == 0)
            return code;
    return 0;
}

static int list_codes(const struct cli_stream *out)
{
    for (uint32_t code = 1; calpol_code_severity(code); code++) {
        fprintf(out->file, "%-25s %-7s  ", calpol_code_name(code),
                cli_severity_name((uint32_t)calpol_code_severity(code)));
        cli_put(out, calpol_code_meaning(code));
        cli_put(out, "\n");
    }
    return CLI_EXIT_OK;
}

/* Indented by four blanks. */
static void put_example(const struct cli_stream *out, const char *title, const char *text)
{
    if (!*text)
        return;
    cli_put(out, "\n");
    cli_put_styled(out, CLI_BOLD, title);
    cli_put(out, "\n\n");
    while (*text) {
        size_t length = strcspn(text, "\n");

        cli_put(out, length ? "    " : "");
        cli_put_length(out, text, length);
        cli_put(out, "\n");
        text += length + (text[length] == '\n');
    }
}

static void put_explanation(const struct cli_stream *out, const struct cli_explanation *explanation)
{
    char bad[256];

    cli_put(out, explanation->text);
    snprintf(bad, sizeof(bad),
             *explanation->options ? "Bad, with %s:" : "Bad:", explanation->options);
    put_example(out, bad, explanation->bad);
    put_example(out, "Good:", explanation->good);
}

int cli_explain_code(const struct cli_stream *out, const char *name)
{
    const struct cli_explanation *explanation;
    uint32_t code = find_code(name);

    if (!*name)
        return list_codes(out);
    if (!code)
        return cli_unknown_code("explain", name);
    cli_put_styled(out, CLI_BOLD, name);
    fprintf(out->file, " (%s): ", cli_severity_name((uint32_t)calpol_code_severity(code)));
    cli_put(out, calpol_code_meaning(code));
    cli_put(out, "\n\n");
    explanation = cli_explanation_find(name);
    if (explanation)
        put_explanation(out, explanation);
    return CLI_EXIT_OK;
}
