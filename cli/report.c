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

/* Errors are shown with their line; the others too if all is to be seen. */
static void put_diagnostic(const struct cli_common *common,
                           const struct cli_stream *stream,
                           const struct calpol_diagnostic *diagnostic)
{
    bool whole = common->verbose || diagnostic->severity == CALPOL_SEVERITY_ERROR;

    put_place(stream, diagnostic);
    cli_put_styled(stream, severities[diagnostic->severity].style,
                   severities[diagnostic->severity].name);
    cli_put(stream, ": ");
    cli_put(stream, diagnostic->message);
    if (!whole) {
        fprintf(stream->file, " [%s]\n", diagnostic->name);
        return;
    }
    cli_put(stream, "\n");
    put_excerpt(stream, diagnostic);
    put_subject(stream, diagnostic);
}

/* What has been said so far. */
struct report {
    const struct cli_common *common;
    struct cli_stream stream;
    size_t shown[CALPOL_SEVERITY_ERROR + 1]; /* by severity */
    bool is_other_file;                      /* something is no resource at all */
};

static bool is_shown(const struct report *report, uint32_t severity)
{
    const struct cli_common *common = report->common;

    switch (severity) {
    case CALPOL_SEVERITY_NOTE:
        return common->verbose;
    case CALPOL_SEVERITY_WARNING:
        return !common->quiet &&
               (common->verbose || report->shown[CALPOL_SEVERITY_WARNING] < WARNING_LIMIT);
    default:
        return true;
    }
}

static void put_one(struct report *report, const struct calpol_diagnostic *diagnostic)
{
    if (!is_shown(report, diagnostic->severity))
        return;
    put_diagnostic(report->common, &report->stream, diagnostic);
    report->shown[diagnostic->severity]++;
    if (diagnostic->severity == CALPOL_SEVERITY_ERROR &&
        strcmp(diagnostic->name, "kind-missing") == 0)
        report->is_other_file = true;
}

static void put_count(const struct cli_stream *stream, size_t count, const char *what)
{
    fprintf(stream->file, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void put_more(const struct report *report, size_t count, const char *what, const char *end)
{
    cli_put(&report->stream, "... and ");
    put_count(&report->stream, count, what);
    cli_put(&report->stream, end);
}

/* What was not shown, then how many errors there were. */
static void put_end(const struct report *report, const calpol_diagnostics *diagnostics)
{
    size_t errors = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR);
    size_t warnings = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING);
    size_t errors_shown = report->shown[CALPOL_SEVERITY_ERROR];
    size_t warnings_shown = report->shown[CALPOL_SEVERITY_WARNING];

    if (!report->common->quiet && warnings > warnings_shown)
        put_more(report, warnings - warnings_shown, "more warning",
                 report->common->verbose ? "\n" : " (--verbose shows them)\n");
    if (errors > errors_shown)
        put_more(report, errors - errors_shown, "more error", "\n");
    if (errors) {
        put_count(&report->stream, errors, "error");
        cli_put(&report->stream, "\n");
    }
    if (report->is_other_file)
        cli_put(&report->stream,
                "a file that holds something else is left out by naming the others: "
                "-p FILE FILE...\n");
}

void cli_report(const struct cli_common *common, const calpol_diagnostics *diagnostics)
{
    struct report report = {.common = common, .stream = cli_common_error(common)};
    size_t count = calpol_diagnostics_count(diagnostics);

    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (calpol_diagnostics_get(diagnostics, i, &diagnostic, sizeof(diagnostic)) == CALPOL_OK)
            put_one(&report, &diagnostic);
    }
    put_end(&report, diagnostics);
}
