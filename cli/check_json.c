/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check found, as one JSON object: a diagnostic on a line. What is not known is left out.
 */
#include "check_forms.h"
#include "diagnostic.h"

static void put_text(FILE *file, const char *name, const char *text)
{
    if (!*text)
        return;
    fprintf(file, ", \"%s\": ", name);
    cli_put_json(file, text);
}

static void put_number(FILE *file, const char *name, uint32_t number)
{
    if (number)
        fprintf(file, ", \"%s\": %u", name, (unsigned)number);
}

static void put_diagnostic(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    fprintf(file, "\n  {\"severity\": \"%s\"", cli_severity_name(diagnostic->severity));
    put_text(file, "code", diagnostic->name);
    put_text(file, "source", diagnostic->source);
    put_number(file, "line", diagnostic->line);
    put_number(file, "column", diagnostic->column);
    put_text(file, "resource", diagnostic->resource);
    put_text(file, "path", diagnostic->path);
    put_text(file, "message", diagnostic->message);
    fputc('}', file);
}

static void put_sources(FILE *file, const calpol_diagnostics *diagnostics)
{
    fputs("\"files\": [", file);
    for (size_t i = 0; i < calpol_diagnostics_source_count(diagnostics); i++) {
        fputs(i ? ", " : "", file);
        cli_put_json(file, calpol_diagnostics_source(diagnostics, i));
    }
    fputc(']', file);
}

void cli_findings_json(const struct cli_findings *findings, const struct cli_stream *out)
{
    size_t count = calpol_diagnostics_count(findings->diagnostics);
    const char *before = "";
    FILE *file = out->file;

    fputc('{', file);
    put_sources(file, findings->diagnostics);
    fprintf(file, ",\n \"resources\": %zu, \"errors\": %zu, \"warnings\": %zu, \"notes\": %zu",
            calpol_diagnostics_resource_count(findings->diagnostics), findings->errors,
            findings->warnings, findings->notes);
    fputs(",\n \"diagnostics\": [", file);
    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (!cli_findings_get(findings, i, &diagnostic))
            continue;
        fputs(before, file);
        put_diagnostic(file, &diagnostic);
        before = ",";
    }
    fputs("]}\n", file);
}
