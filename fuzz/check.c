/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `calpol check` writes: whatever the text, each form is well-formed, and they all have as
 * many findings. The name of the source is taken from the first line, for that is other people's as
 * well.
 */
#include "answers.h"
#include "check_forms.h"
#include "wellformed.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define MOST_NAME 80u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef void writer(const struct cli_findings *findings, const struct cli_stream *out);

/* Everything that is found in a text. The caller frees it. */
static calpol_diagnostics *check(const char *name, const char *text, size_t length)
{
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    EXPECT(!calpol_load_options_init(&options, sizeof(options)));
    options.flags = CALPOL_LOAD_LINT;
    options.max_nodes = 20000;
    options.max_diagnostics = 200;
    EXPECT(!calpol_loader_new(&options, &loader));
    EXPECT(!calpol_loader_add_text(loader, name, text, length));
    calpol_loader_finish(loader, &ruleset, &diagnostics);
    EXPECT(diagnostics);
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
    return diagnostics;
}

/* What a form writes, to be freed. */
static char *written(writer *write, const struct cli_findings *findings, size_t *out_length)
{
    char *text = NULL;
    FILE *file = open_memstream(&text, out_length);
    const struct cli_stream stream = {file, false};

    EXPECT(file);
    write(findings, &stream);
    EXPECT(fclose(file) == 0);
    return text;
}

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;

    for (; (text = strstr(text, word)); text++)
        count++;
    return count;
}

static void check_json_form(const struct cli_findings *findings, size_t count)
{
    size_t length;
    char *text = written(cli_findings_json, findings, &length);

    EXPECT(is_json(text, length));
    EXPECT(count_of(text, "\"severity\":") == count);
    free(text);
}

static void check_sarif_form(const struct cli_findings *findings, size_t count)
{
    size_t length;
    char *text = written(cli_findings_sarif, findings, &length);

    EXPECT(is_json(text, length));
    EXPECT(count_of(text, "\"ruleId\":") == count);
    free(text);
}

static void check_junit_form(const struct cli_findings *findings)
{
    size_t length;
    char *text = written(cli_findings_junit, findings, &length);

    EXPECT(is_xml(text, length));
    free(text);
}

/* A line for each, which begins with the command; nothing else can begin one. */
static void check_github_form(const struct cli_findings *findings, size_t count)
{
    size_t length, lines = 0;
    char *text = written(cli_findings_github, findings, &length);

    EXPECT(strlen(text) == length && !strchr(text, '\r'));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        EXPECT(strncmp(line, "::error ", 8) == 0 || strncmp(line, "::warning ", 10) == 0 ||
               strncmp(line, "::notice ", 9) == 0);
        EXPECT(strchr(line, '\n'));
        lines++;
    }
    EXPECT(lines == count);
    free(text);
}

/* A terminal obeys nothing that is in it. */
static void check_human_form(const struct cli_findings *findings)
{
    size_t length;
    char *text = written(cli_findings_human, findings, &length);

    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];

        EXPECT(byte >= ' ' || byte == '\n' || byte == '\t');
        EXPECT(byte != 0x7f);
        EXPECT(byte != 0xc2 || i + 1 == length || (unsigned char)text[i + 1] >= 0xa0 ||
               (unsigned char)text[i + 1] < 0x80);
    }
    free(text);
}

static void check_forms(const calpol_diagnostics *diagnostics)
{
    const struct cli_findings findings = {
        .diagnostics = diagnostics,
        .least = CALPOL_SEVERITY_NOTE,
        .errors = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR),
        .warnings = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING),
        .notes = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_NOTE),
    };
    size_t count = calpol_diagnostics_count(diagnostics);

    check_json_form(&findings, count);
    check_sarif_form(&findings, count);
    check_junit_form(&findings);
    check_github_form(&findings, count);
    check_human_form(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    size_t length = 0;
    char name[MOST_NAME + 1];
    calpol_diagnostics *diagnostics;

    while (length < size && length < MOST_NAME && text[length] && text[length] != '\n')
        length++;
    memcpy(name, length ? text : "x", length ? length : 1);
    name[length ? length : 1] = '\0';
    diagnostics = check(name, text, size);
    check_forms(diagnostics);
    calpol_diagnostics_free(diagnostics);
    return 0;
}
