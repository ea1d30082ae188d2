/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check found, as SARIF 2.1.0 (OASIS): one run, its results, and of the rules those that the
 * results name.
 */
#include "check_explain.h"
#include "check_forms.h"
#include "diagnostic.h"

#include <assert.h>
#include <string.h>

/* ---- rules ---- */

/* There are fewer codes. */
enum { CODE_LIMIT = 1024 };

/* Where the rules of the results are, by code, from 1; 0: the code is not among them. */
struct rules {
    uint32_t numbers[CODE_LIMIT];
    uint32_t count;
};

static void find_rules(const struct cli_findings *findings, struct rules *rules)
{
    size_t count = calpol_diagnostics_count(findings->diagnostics);

    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (cli_findings_get(findings, i, &diagnostic)) {
            assert(diagnostic.code < CODE_LIMIT);
            rules->numbers[diagnostic.code] = 1;
        }
    }
    for (uint32_t code = 1; code < CODE_LIMIT; code++)
        if (rules->numbers[code])
            rules->numbers[code] = ++rules->count;
}

static void put_text(FILE *file, const char *name, const char *text)
{
    fprintf(file, "\"%s\": {\"text\": ", name);
    cli_put_json(file, text);
    fputc('}', file);
}

static void put_rule(FILE *file, uint32_t code)
{
    const struct cli_explanation *explanation = cli_explanation_find(calpol_code_name(code));

    fputs("\n          {\"id\": ", file);
    cli_put_json(file, calpol_code_name(code));
    fputs(", ", file);
    put_text(file, "shortDescription", calpol_code_meaning(code));
    if (explanation) {
        fputs(", ", file);
        put_text(file, "help", explanation->text);
    }
    fprintf(file, ", \"defaultConfiguration\": {\"level\": \"%s\"}}",
            cli_severity_name((uint32_t)calpol_code_severity(code)));
}

static void put_tool(FILE *file, const struct rules *rules)
{
    const char *before = "";

    fprintf(file,
            "      \"tool\": {\n        \"driver\": {\n          \"name\": \"calpol\",\n"
            "          \"version\": \"%s\",\n          \"rules\": [",
            calpol_version());
    for (uint32_t code = 1; code < CODE_LIMIT; code++) {
        if (!rules->numbers[code])
            continue;
        fputs(before, file);
        put_rule(file, code);
        before = ",";
    }
    fputs("]\n        }\n      },\n", file);
}

/* ---- results ---- */

/* A path as a reference by RFC 3986: bytes that it does not take are written as %XX. */
static void put_uri(FILE *file, const char *path)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "-._~/!$&'()*+,;=@";

    fputs(path[0] == '/' ? "\"file://" : "\"", file);
    while (path[0] == '.' && path[1] == '/')
        path += 1 + strspn(path + 1, "/");
    for (; *path; path++) {
        if (strchr(plain, *path))
            fputc(*path, file);
        else
            fprintf(file, "%%%02X", (unsigned char)*path);
    }
    fputc('"', file);
}

static void put_region(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    fprintf(file, ", \"region\": {\"startLine\": %u", (unsigned)diagnostic->line);
    if (diagnostic->column)
        fprintf(file, ", \"startColumn\": %u", (unsigned)diagnostic->column);
    fputc('}', file);
}

static void put_location(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    fputs(",\n         \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": ",
          file);
    put_uri(file, diagnostic->source);
    fputc('}', file);
    if (diagnostic->line)
        put_region(file, diagnostic);
    fputc('}', file);
    if (*diagnostic->resource) {
        fputs(", \"logicalLocations\": [{\"kind\": \"resource\", \"fullyQualifiedName\": ", file);
        cli_put_json(file, diagnostic->resource);
        fputs("}]", file);
    }
    fputs("}]", file);
}

/* What stays the same when lines move. */
static void put_fingerprint(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    char text[1024];

    snprintf(text, sizeof(text), "%s %s %s", diagnostic->name, diagnostic->resource,
             diagnostic->path);
    fputs(",\n         \"partialFingerprints\": {\"calpol/v1\": ", file);
    cli_put_json(file, text);
    fputc('}', file);
}

static void put_message(FILE *file, const struct calpol_diagnostic *diagnostic)
{
    fputs(",\n         \"message\": {\"text\": \"", file);
    cli_put_json_inside(file, diagnostic->message);
    if (*diagnostic->resource || *diagnostic->path) {
        fputs(" (", file);
        cli_put_json_inside(file, diagnostic->resource);
        fputs(*diagnostic->resource && *diagnostic->path ? ", " : "", file);
        cli_put_json_inside(file, diagnostic->path);
        fputc(')', file);
    }
    fputs("\"}", file);
}

static void put_result(FILE *file,
                       const struct rules *rules,
                       const struct calpol_diagnostic *diagnostic)
{
    fputs("\n        {\"ruleId\": ", file);
    cli_put_json(file, diagnostic->name);
    fprintf(file, ", \"ruleIndex\": %u, \"level\": \"%s\"",
            (unsigned)rules->numbers[diagnostic->code] - 1,
            cli_severity_name(diagnostic->severity));
    put_message(file, diagnostic);
    if (*diagnostic->source)
        put_location(file, diagnostic);
    put_fingerprint(file, diagnostic);
    fputc('}', file);
}

static void put_results(FILE *file, const struct cli_findings *findings, const struct rules *rules)
{
    size_t count = calpol_diagnostics_count(findings->diagnostics);
    const char *before = "";

    fputs("      \"results\": [", file);
    for (size_t i = 0; i < count; i++) {
        struct calpol_diagnostic diagnostic;

        if (!cli_findings_get(findings, i, &diagnostic))
            continue;
        fputs(before, file);
        put_result(file, rules, &diagnostic);
        before = ",";
    }
    fputs("]\n", file);
}

void cli_findings_sarif(const struct cli_findings *findings, const struct cli_stream *out)
{
    struct rules rules = {.count = 0};
    FILE *file = out->file;

    find_rules(findings, &rules);
    fputs("{\n"
          "  \"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\",\n"
          "  \"version\": \"2.1.0\",\n"
          "  \"runs\": [\n"
          "    {\n",
          file);
    put_tool(file, &rules);
    fputs("      \"columnKind\": \"unicodeCodePoints\",\n", file);
    put_results(file, findings, &rules);
    fputs("    }\n  ]\n}\n", file);
}
