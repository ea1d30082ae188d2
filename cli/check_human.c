/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check found, for people.
 */
#include "check_forms.h"

#include "diagnostic.h"

bool cli_findings_get(const struct cli_findings *findings,
                      size_t index,
                      struct calpol_diagnostic *out_diagnostic)
{
    return calpol_diagnostics_get(findings->diagnostics, index, out_diagnostic,
                                  sizeof(*out_diagnostic)) == CALPOL_OK &&
           out_diagnostic->severity >= findings->least;
}

void cli_put_count(const struct cli_stream *stream, size_t count, const char *what)
{
    fprintf(stream->file, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

/* ", 2 warnings (--notes shows them)"; returns what stands between this count and the next. */
static const char *put_tally(const struct cli_stream *out,
                             const char *before,
                             size_t count,
                             const char *what,
                             const char *behind)
{
    if (count == 0)
        return before;
    cli_put(out, before);
    cli_put_count(out, count, what);
    cli_put(out, behind);
    return ", ";
}

static void put_summary(const struct cli_findings *findings, const struct cli_stream *out)
{
    const char *before = ": ";
    bool notes_shown = findings->least <= CALPOL_SEVERITY_NOTE;
    bool warnings_shown = findings->least <= CALPOL_SEVERITY_WARNING;

    if (calpol_diagnostics_resource_count(findings->diagnostics) + findings->errors == 0)
        return; /* whoever checks nothing is told so elsewhere */
    cli_put_count(out, calpol_diagnostics_resource_count(findings->diagnostics), "resource");
    cli_put(out, " in ");
    cli_put_count(out, calpol_diagnostics_source_count(findings->diagnostics), "file");
    before = put_tally(out, before, findings->errors, "error", "");
    before =
        put_tally(out, before, findings->warnings, "warning", warnings_shown ? "" : " (not shown)");
    if (findings->errors + findings->warnings == 0) {
        cli_put(out, ": nothing wrong");
        before = ", ";
    }
    put_tally(out, before, findings->notes, "note", notes_shown ? "" : " (--notes shows them)");
    cli_put(out, "\n");
    if (findings->errors)
        cli_put(out, "what the policies mean is looked at when there are no errors\n");
}

/* Of each severity there are only so many in the list. */
static void put_rest(const struct cli_findings *findings,
                     const size_t *shown,
                     const struct cli_stream *out)
{
    const size_t counts[] = {
        [CALPOL_SEVERITY_NOTE] = findings->notes,
        [CALPOL_SEVERITY_WARNING] = findings->warnings,
        [CALPOL_SEVERITY_ERROR] = findings->errors,
    };

    for (uint32_t severity = CALPOL_SEVERITY_ERROR; severity >= findings->least; severity--) {
        if (counts[severity] == shown[severity])
            continue;
        cli_put(out, "... and ");
        fprintf(out->file, "%zu more ", counts[severity] - shown[severity]);
        cli_put(out, cli_severity_name(severity));
        cli_put(out, counts[severity] - shown[severity] == 1 ? "\n" : "s\n");
    }
}

void cli_findings_human(const struct cli_findings *findings, const struct cli_stream *out)
{
    size_t count = calpol_diagnostics_count(findings->diagnostics);
    size_t shown[CALPOL_SEVERITY_ERROR + 1] = {0};

    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (!cli_findings_get(findings, i, &diagnostic))
            continue;
        cli_put_diagnostic(out, &diagnostic);
        shown[diagnostic.severity]++;
    }
    put_rest(findings, shown, out);
    if (shown[CALPOL_SEVERITY_ERROR] + shown[CALPOL_SEVERITY_WARNING] + shown[CALPOL_SEVERITY_NOTE])
        cli_put(out, "\n");
    put_summary(findings, out);
}
