/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a check found, as a JUnit report: a test case for each file, which fails by its errors; by
 * its warnings too if they fail. What else there is to say about a file is its output.
 */
#include "check_forms.h"
#include "diagnostic.h"

#include <string.h>

/* Counts of the diagnostics of one file. */
struct tally {
    size_t errors, warnings, all;
};

/* The next file's diagnostics: they are in the order of the files. */
struct range {
    size_t first, end;
};

static bool is_of(const struct calpol_diagnostic *diagnostic, const char *source)
{
    return strcmp(diagnostic->source, source) == 0;
}

static struct range find_range(const struct cli_findings *findings,
                               size_t first,
                               const char *source)
{
    struct range range = {first, first};
    struct calpol_diagnostic diagnostic;

    while (calpol_diagnostics_get(findings->diagnostics, range.end, &diagnostic,
                                  sizeof(diagnostic)) == CALPOL_OK &&
           is_of(&diagnostic, source))
        range.end++;
    return range;
}

static struct tally count_range(const struct cli_findings *findings, const struct range *range)
{
    struct tally tally = {0};
    struct calpol_diagnostic diagnostic;

    for (size_t i = range->first; i < range->end; i++) {
        if (!cli_findings_get(findings, i, &diagnostic))
            continue;
        tally.all++;
        tally.errors += diagnostic.severity == CALPOL_SEVERITY_ERROR;
        tally.warnings += diagnostic.severity == CALPOL_SEVERITY_WARNING;
    }
    return tally;
}

static bool fails(const struct cli_findings *findings, const struct tally *tally)
{
    return tally->errors || (findings->strict && tally->warnings);
}

static void put_diagnostics(const struct cli_findings *findings,
                            const struct range *range,
                            FILE *file)
{
    struct calpol_diagnostic diagnostic;
    char place[64];

    for (size_t i = range->first; i < range->end; i++) {
        if (!cli_findings_get(findings, i, &diagnostic))
            continue;
        snprintf(place, sizeof(place), "%u:%u: %s: ", (unsigned)diagnostic.line,
                 (unsigned)diagnostic.column, cli_severity_name(diagnostic.severity));
        fputs(place, file);
        cli_put_xml(file, diagnostic.message);
        fputs(" [", file);
        cli_put_xml(file, diagnostic.name);
        fputs("] ", file);
        cli_put_xml(file, diagnostic.resource);
        fputs(" ", file);
        cli_put_xml(file, diagnostic.path);
        fputs("\n", file);
    }
}

static void put_case(const struct cli_findings *findings,
                     const char *source,
                     const struct range *range,
                     FILE *file)
{
    const struct tally tally = count_range(findings, range);
    const bool failed = fails(findings, &tally);

    fputs("    <testcase classname=\"calpol.check\" name=\"", file);
    cli_put_xml(file, source);
    fputs(tally.all ? "\">\n" : "\"/>\n", file);
    if (!tally.all)
        return;
    if (failed)
        fprintf(file, "      <failure type=\"%s\" message=\"%zu errors, %zu warnings\">",
                tally.errors ? "error" : "warning", tally.errors, tally.warnings);
    else
        fputs("      <system-out>", file);
    put_diagnostics(findings, range, file);
    fputs(failed ? "</failure>\n" : "</system-out>\n", file);
    fputs("    </testcase>\n", file);
}

/* What is about no file in particular comes last, as a case without one. */
static struct range rest_of(const struct cli_findings *findings, size_t first)
{
    return (struct range){first, calpol_diagnostics_count(findings->diagnostics)};
}

struct cases {
    size_t count, failed;
};

/* Goes through the files; file is where their cases are written, NULL: they are only counted. */
static struct cases each_case(const struct cli_findings *findings, FILE *file)
{
    size_t source_count = calpol_diagnostics_source_count(findings->diagnostics);
    struct range range = {0, 0};
    struct cases cases = {0};

    for (size_t i = 0; i <= source_count; i++) {
        const char *source = calpol_diagnostics_source(findings->diagnostics, i);
        struct tally tally;

        range = source ? find_range(findings, range.end, source) : rest_of(findings, range.end);
        tally = count_range(findings, &range);
        if (!source && !tally.all)
            break;
        cases.count++;
        cases.failed += fails(findings, &tally);
        if (file)
            put_case(findings, source ? source : "(input)", &range, file);
    }
    return cases;
}

void cli_findings_junit(const struct cli_findings *findings, const struct cli_stream *out)
{
    const struct cases cases = each_case(findings, NULL);
    FILE *file = out->file;

    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n", file);
    fprintf(file, "<testsuites tests=\"%zu\" failures=\"%zu\">\n", cases.count, cases.failed);
    fprintf(file,
            "  <testsuite name=\"calpol check\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n",
            cases.count, cases.failed);
    each_case(findings, file);
    fputs("  </testsuite>\n</testsuites>\n", file);
}
