/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is to say about policies that a command reads.
 */
#include "report.h"

#include "diagnostic.h"

#include <string.h>

#define WARNING_LIMIT 10

/* Errors are shown with their line; the others too if all is to be seen. */
static void put_diagnostic(const struct cli_common *common,
                           const struct cli_stream *stream,
                           const struct calpol_diagnostic *diagnostic)
{
    if (common->verbose || diagnostic->severity == CALPOL_SEVERITY_ERROR)
        cli_put_diagnostic(stream, diagnostic);
    else
        cli_put_diagnostic_line(stream, diagnostic);
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
