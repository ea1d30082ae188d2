/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check found, as annotations of GitHub: lines on standard output that its runners take for
 * commands. So nothing of what is in a file may begin a line, or end a property.
 */
#include "check_forms.h"

#include <string.h>

/* Percent, carriage return and line feed are written as %XX; in properties colon and comma too. */
static void put_escaped(FILE *file, const char *text, bool is_property)
{
    const char *special = is_property ? "%\r\n:," : "%\r\n";

    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (strchr(special, byte))
            fprintf(file, "%%%02X", byte);
        else
            fputc(byte, file);
    }
}

static void put_property(FILE *file, const char *before, const char *name, const char *text)
{
    fprintf(file, "%s%s=", before, name);
    put_escaped(file, text, true);
}

static void put_place(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    put_property(file, " ", "title", diagnostic->name);
    if (!*diagnostic->source)
        return;
    put_property(file, ",", "file", diagnostic->source);
    if (diagnostic->line)
        fprintf(file, ",line=%u", (unsigned)diagnostic->line);
    if (diagnostic->line && diagnostic->column)
        fprintf(file, ",col=%u", (unsigned)diagnostic->column);
}

static void put_diagnostic(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    static const char *const commands[] = {
        [CALPOL_SEVERITY_NOTE] = "notice",
        [CALPOL_SEVERITY_WARNING] = "warning",
        [CALPOL_SEVERITY_ERROR] = "error",
    };

    fprintf(file, "::%s", commands[diagnostic->severity]);
    put_place(file, diagnostic);
    fputs("::", file);
    put_escaped(file, diagnostic->message, false);
    if (*diagnostic->resource) {
        fputs(" (", file);
        put_escaped(file, diagnostic->resource, false);
        fputs(*diagnostic->path ? ", " : "", file);
        put_escaped(file, diagnostic->path, false);
        fputc(')', file);
    }
    fputc('\n', file);
}

void cli_findings_github(const struct cli_findings *findings, const struct cli_stream *out)
{
    size_t count = calpol_diagnostics_count(findings->diagnostics);

    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (cli_findings_get(findings, i, &diagnostic))
            put_diagnostic(out->file, &diagnostic);
    }
}
