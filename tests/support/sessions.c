/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Using the public interface in tests.
 */
#include "support/sessions.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

calpol_ruleset *load_text(const char *text, const struct calpol_allocator *allocator)
{
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;
    int status;

    ck_assert_int_eq(calpol_load_options_init(&options, sizeof(options)), CALPOL_OK);
    options.allocator = allocator;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "test.yaml", text, strlen(text)), CALPOL_OK);
    status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    for (size_t i = 0; status && i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        ck_assert_msg(item.severity != CALPOL_SEVERITY_ERROR, "%u:%u %s: %s", item.line,
                      item.column, item.path, item.message);
    }
    ck_assert_int_eq(status, CALPOL_OK);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return ruleset;
}

static int new_loader(uint32_t flags,
                      const struct calpol_allocator *allocator,
                      calpol_loader **out_loader)
{
    struct calpol_load_options options;

    calpol_load_options_init(&options, sizeof(options));
    options.allocator = allocator;
    options.flags = flags;
    return calpol_loader_new(&options, out_loader);
}

int try_load_text(const char *text,
                  uint32_t flags,
                  const struct calpol_allocator *allocator,
                  calpol_ruleset **out_ruleset)
{
    calpol_loader *loader;
    int status = new_loader(flags, allocator, &loader);

    if (status)
        return status;
    status = calpol_loader_add_text(loader, "base", text, strlen(text));
    if (!status)
        status = calpol_loader_finish(loader, out_ruleset, NULL);
    calpol_loader_free(loader);
    return status;
}

int try_update_text(calpol_ruleset *old,
                    const char *text,
                    const char *removed,
                    const struct calpol_allocator *allocator,
                    calpol_ruleset **out_ruleset)
{
    calpol_diagnostics *diagnostics = NULL;
    calpol_loader *loader;
    int status = new_loader(0, allocator, &loader);

    if (status)
        return status;
    status = calpol_loader_add_text(loader, "change", text, strlen(text));
    if (!status)
        status = calpol_ruleset_update(old, loader, removed ? &removed : NULL, removed != NULL,
                                       out_ruleset, &diagnostics);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return status;
}

calpol_query *new_query(calpol_ruleset *ruleset)
{
    calpol_query *query = NULL;

    ck_assert_int_eq(calpol_query_new(ruleset, &query), CALPOL_OK);
    return query;
}

void set_flow(calpol_query *query, const char *json)
{
    size_t length = strlen(json);
    char *text = malloc(length + 1);

    ck_assert_ptr_nonnull(text);
    for (size_t i = 0; i <= length; i++)
        text[i] = json[i] == '\'' ? '"' : json[i];
    ck_assert_msg(calpol_query_set_flow(query, text, length) == CALPOL_OK, "%s: %s", text,
                  calpol_query_error_text(query));
    free(text);
}

calpol_trace *explain(calpol_query *query)
{
    calpol_trace *trace = NULL;

    ck_assert_msg(calpol_query_explain(query, &trace) == CALPOL_OK, "%s",
                  calpol_query_error_text(query));
    return trace;
}

int action_of(calpol_query *query)
{
    struct calpol_verdict verdict;

    ck_assert_msg(calpol_query_evaluate(query, &verdict, sizeof(verdict)) == CALPOL_OK, "%s",
                  calpol_query_error_text(query));
    return verdict.action;
}

void expect_part(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) != NULL, "\"%s\" is not in\n%s", part, text);
}

void expect_no_part(const char *text, const char *part)
{
    ck_assert_msg(strstr(text, part) == NULL, "\"%s\" is in\n%s", part, text);
}
