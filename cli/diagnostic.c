/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics as people read them.
 *
 *     shop.yaml:12:13: error: unknown action "Permit", expected Allow, Deny, Log or Pass
 *       12 |   - action: Permit
 *          |             ^
 *          = NetworkPolicy/shop/web, spec.ingress[0].action [action]
 */
#include "diagnostic.h"

static const struct {
    const char *name;
    enum cli_style style;
} severities[] = {
    [CALPOL_SEVERITY_NOTE] = {"note", CLI_CYAN},
    [CALPOL_SEVERITY_WARNING] = {"warning", CLI_YELLOW},
    [CALPOL_SEVERITY_ERROR] = {"error", CLI_RED},
};

const char *cli_severity_name(uint32_t severity)
{
    return severities[severity].name;
}

static void put_place(const struct cli_stream *stream, const struct calpol_diagnostic *diagnostic)
{
    char place[32];

    if (!*diagnostic->source)
        return;
    cli_put_styled(stream, CLI_BOLD, diagnostic->source);
    if (diagnostic->line) {
        snprintf(place, sizeof(place), ":%u", (unsigned)diagnostic->line);
        cli_put_styled(stream, CLI_BOLD, place);
    }
    if (diagnostic->line && diagnostic->column) {
        snprintf(place, sizeof(place), ":%u", (unsigned)diagnostic->column);
        cli_put_styled(stream, CLI_BOLD, place);
    }
    cli_put(stream, ": ");
}

/* A blank for each character before the column, a tab for a tab. */
static void put_caret(const struct cli_stream *stream, const char *excerpt, uint32_t column)
{
    for (const char *at = excerpt; *at && column > 1; at++) {
        if (((unsigned char)*at & 0xc0) == 0x80)
            continue;
        cli_put(stream, *at == '\t' ? "\t" : " ");
        column--;
    }
    cli_put_styled(stream, CLI_GREEN, "^");
    cli_put(stream, "\n");
}

static void put_excerpt(const struct cli_stream *stream, const struct calpol_diagnostic *diagnostic)
{
    if (!*diagnostic->excerpt)
        return;
    fprintf(stream->file, "%6u | ", (unsigned)diagnostic->line);
    cli_put(stream, diagnostic->excerpt);
    cli_put(stream, "\n");
    if (diagnostic->excerpt_column) {
        cli_put(stream, "       | ");
        put_caret(stream, diagnostic->excerpt, diagnostic->excerpt_column);
    }
}

static void put_subject(const struct cli_stream *stream, const struct calpol_diagnostic *diagnostic)
{
    cli_put(stream, "       = ");
    cli_put(stream, diagnostic->resource);
    if (*diagnostic->resource && *diagnostic->path)
        cli_put(stream, ", ");
    cli_put(stream, diagnostic->path);
    if (*diagnostic->resource || *diagnostic->path)
        cli_put(stream, " ");
    fprintf(stream->file, "[%s]\n", diagnostic->name);
}

static void put_head(const struct cli_stream *stream, const struct calpol_diagnostic *diagnostic)
{
    put_place(stream, diagnostic);
    cli_put_styled(stream, severities[diagnostic->severity].style,
                   severities[diagnostic->severity].name);
    cli_put(stream, ": ");
    cli_put(stream, diagnostic->message);
}

void cli_put_diagnostic(const struct cli_stream *stream, const struct calpol_diagnostic *diagnostic)
{
    put_head(stream, diagnostic);
    cli_put(stream, "\n");
    put_excerpt(stream, diagnostic);
    put_subject(stream, diagnostic);
}

void cli_put_diagnostic_line(const struct cli_stream *stream,
                             const struct calpol_diagnostic *diagnostic)
{
    put_head(stream, diagnostic);
    fprintf(stream->file, " [%s]\n", diagnostic->name);
}
