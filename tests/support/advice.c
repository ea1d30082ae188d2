/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lint/ says about a text.
 */
#include "support/advice.h"

#include "calpol/calpol.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

static calpol_diagnostics *load(const char *text)
{
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;
    int status;

    calpol_load_options_init(&options, sizeof(options));
    options.flags = CALPOL_LOAD_LINT;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "test.yaml", text, strlen(text)), CALPOL_OK);
    status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    calpol_loader_free(loader);
    calpol_ruleset_unref(ruleset);
    for (size_t i = 0; status && i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        ck_assert_msg(item.severity != CALPOL_SEVERITY_ERROR, "%u:%u %s: %s", item.line,
                      item.column, item.path, item.message);
    }
    ck_assert_int_eq(status, CALPOL_OK);
    return diagnostics;
}

/* The warnings, one on a line; the last of them in *out_item. */
static void list_warnings(const calpol_diagnostics *diagnostics,
                          char *lines,
                          size_t size,
                          struct calpol_diagnostic *out_item)
{
    size_t length = 0;

    lines[0] = '\0';
    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        if (item.severity != CALPOL_SEVERITY_WARNING)
            continue;
        length += (size_t)snprintf(lines + length, size - length, "%s%s %s %s", length ? "\n" : "",
                                   item.name, item.resource, item.path);
        ck_assert_uint_lt(length, size);
        *out_item = item;
    }
}

void expect_advice(const char *text, const char *expected)
{
    calpol_diagnostics *diagnostics = load(text);
    struct calpol_diagnostic item;
    char lines[4096];

    list_warnings(diagnostics, lines, sizeof(lines), &item);
    ck_assert_str_eq(lines, expected);
    calpol_diagnostics_free(diagnostics);
}

void expect_advice_at(
    const char *text, const char *expected, unsigned line, unsigned column, const char *message)
{
    calpol_diagnostics *diagnostics = load(text);
    struct calpol_diagnostic item = {.line = 0};
    char lines[4096];

    list_warnings(diagnostics, lines, sizeof(lines), &item);
    ck_assert_str_eq(lines, expected);
    ck_assert_uint_eq(item.line, line);
    ck_assert_uint_eq(item.column, column);
    ck_assert_str_eq(item.message, message);
    calpol_diagnostics_free(diagnostics);
}
