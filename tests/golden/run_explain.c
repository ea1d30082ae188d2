/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Explanations as a whole: each folder of tests/golden/explain has resources.yaml, flow.json and
 * expected.txt, which is the summary, an empty line, and the text.
 *
 *     run_explain [--update] FOLDER...
 *
 * Writes TAP. --update writes expected.txt anew: read the difference before it is committed.
 */
#include "calpol/calpol.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(int status, const char *what)
{
    if (status == CALPOL_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, calpol_status_text(status));
    exit(EXIT_FAILURE);
}

/* A file of a folder as text, "" if there is none. The caller frees it. */
static char *read_file(const char *folder, const char *name)
{
    char path[512], *text = NULL;
    size_t length = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    text = calloc(1, (size_t)1 << 20);
    must(text ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY, path);
    file = fopen(path, "rb");
    if (file) {
        length = fread(text, 1, ((size_t)1 << 20) - 1, file);
        fclose(file);
    }
    text[length] = '\0';
    return text;
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "wb");
    must(file ? CALPOL_OK : CALPOL_ERROR_IO, path);
    fputs(text, file);
    fclose(file);
}

static calpol_ruleset *load(const char *folder)
{
    char *text = read_file(folder, "resources.yaml");
    calpol_loader *loader = NULL;
    calpol_ruleset *ruleset = NULL;

    must(calpol_loader_new(NULL, &loader), "loader");
    /* By its short name, so that the expected text does not depend on where the tests lie. */
    must(calpol_loader_add_text(loader, "resources.yaml", text, strlen(text)), folder);
    must(calpol_loader_finish(loader, &ruleset, NULL), folder);
    calpol_loader_free(loader);
    free(text);
    return ruleset;
}

/* Summary and text; the caller frees it. */
static char *explain(const char *folder)
{
    char *flow = read_file(folder, "flow.json"), *answer;
    calpol_ruleset *ruleset = load(folder);
    calpol_query *query = NULL;
    calpol_trace *trace = NULL;
    size_t length;

    must(calpol_query_new(ruleset, &query), "query");
    must(calpol_query_set_flow(query, flow, strlen(flow)), calpol_query_error_text(query));
    must(calpol_query_explain(query, &trace), calpol_query_error_text(query));
    length = strlen(calpol_trace_summary(trace)) + strlen(calpol_trace_text(trace)) + 2;
    answer = malloc(length);
    must(answer ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY, folder);
    snprintf(answer, length, "%s\n%s", calpol_trace_summary(trace), calpol_trace_text(trace));
    calpol_trace_free(trace);
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
    free(flow);
    return answer;
}

/* The first line that differs. */
static void show_difference(const char *expected, const char *actual)
{
    int line = 1;

    while (*expected && *expected == *actual) {
        line += *expected == '\n';
        expected++;
        actual++;
    }
    printf("#   line %d: expected \"%.*s\", is \"%.*s\"\n", line, (int)strcspn(expected, "\n"),
           expected, (int)strcspn(actual, "\n"), actual);
}

static int check_case(const char *folder, int update, unsigned number)
{
    const char *slash = strrchr(folder, '/');
    char *actual = explain(folder), *expected;
    int same;

    if (update)
        write_file(folder, "expected.txt", actual);
    expected = read_file(folder, "expected.txt");
    same = strcmp(expected, actual) == 0;
    printf("%sok %u - %s\n", same ? "" : "not ", number, slash ? slash + 1 : folder);
    if (!same)
        show_difference(expected, actual);
    free(expected);
    free(actual);
    return same;
}

int main(int argument_count, char **arguments)
{
    int update = argument_count > 1 && strcmp(arguments[1], "--update") == 0, good = 1;
    unsigned number = 0;

    for (int i = 1 + update; i < argument_count; i++)
        good &= check_case(arguments[i], update, ++number);
    printf("1..%u\n", number);
    return good && number ? EXIT_SUCCESS : EXIT_FAILURE;
}
