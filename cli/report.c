/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Diagnostics as people read them.
 *
 *     shop.yaml:12:13: error: unknown action "Permit", expected Allow, Deny, Log or Pass
 *       12 |   - action: Permit
 *          |             ^
 *          = NetworkPolicy/shop/web, spec.ingress[0].action [bad-action]
 */
#include "report.h"

#include <string.h>

#define WARNING_LIMIT 10

static const struct {
    const char *name;
    enum cli_style style;
} severities[] = {
    [CALPOL_SEVERITY_NOTE] = {"note", CLI_CYAN},
    [CALPOL_SEVERITY_WARNING] = {"warning", CLI_YELLOW},
    [CALPOL_SEVERITY_ERROR] = {"error", CLI_RED},
};

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

static void put_diagnostic(const struct cli_stream *stream,
                           const struct calpol_diagnostic *diagnostic)
{
    put_place(stream, diagnostic);
    cli_put_styled(stream, severities[diagnostic->severity].style,
                   severities[diagnostic->severity].name);
    cli_put(stream, ": ");
    cli_put(stream, diagnostic->message);
    cli_put(stream, "\n");
    put_excerpt(stream, diagnostic);
    put_subject(stream, diagnostic);
}

static bool is_shown(const struct cli_common *common, uint32_t severity, size_t warnings_shown)
{
    switch (severity) {
    case CALPOL_SEVERITY_NOTE:
        return common->verbose;
    case CALPOL_SEVERITY_WARNING:
        return !common->quiet && (common->verbose || warnings_shown < WARNING_LIMIT);
    default:
        return true;
    }
}

static void put_count(const struct cli_stream *stream, size_t count, const char *what)
{
    fprintf(stream->file, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* What was not shown, then how many errors there were. */
static void put_end(const struct cli_common *common,
                    const struct cli_stream *stream,
                    const calpol_diagnostics *diagnostics,
                    const size_t *shown)
{
    size_t errors = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR);
    size_t warnings = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING);

    if (!common->quiet && warnings > shown[CALPOL_SEVERITY_WARNING]) {
        cli_put(stream, "... and ");
        put_count(stream, warnings - shown[CALPOL_SEVERITY_WARNING], "more warning");
        cli_put(stream, common->verbose ? "\n" : " (--verbose shows them)\n");
    }
    if (errors > shown[CALPOL_SEVERITY_ERROR]) {
        cli_put(stream, "... and ");
        put_count(stream, errors - shown[CALPOL_SEVERITY_ERROR], "more error");
        cli_put(stream, "\n");
    }
    if (errors) {
        put_count(stream, errors, "error");
        cli_put(stream, "\n");
    }
}

void cli_report(const struct cli_common *common, const calpol_diagnostics *diagnostics)
{
    struct cli_stream stream = cli_common_error(common);
    size_t count = calpol_diagnostics_count(diagnostics);
    size_t shown[CALPOL_SEVERITY_ERROR + 1] = {0};

    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (calpol_diagnostics_get(diagnostics, i, &diagnostic, sizeof(diagnostic)) != CALPOL_OK ||
            !is_shown(common, diagnostic.severity, shown[CALPOL_SEVERITY_WARNING]))
            continue;
        put_diagnostic(&stream, &diagnostic);
        shown[diagnostic.severity]++;
    }
    put_end(common, &stream, diagnostics, shown);
}
