/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One flow against policies in files.
 *
 * usage: evaluate SOURCE DESTINATION DOMAIN PROTOCOL PORT PATH...
 */
#include <calpol/calpol.h>

#include <stdio.h>
#include <stdlib.h>

/* Ends the program if a call did not succeed; a library would hand the status on. */
static void check(int status, const char *message)
{
    if (status == CALPOL_OK)
        return;
    fprintf(stderr, "%s: %s\n", calpol_status_text(status), message);
    exit(EXIT_FAILURE);
}

static void check_query(const calpol_query *query, int status)
{
    check(status, calpol_query_error_text(query));
}

static calpol_ruleset *load(char **paths)
{
    calpol_loader *loader = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_diagnostics *diagnostics = NULL;
    struct calpol_diagnostic diagnostic;
    int status;

    check(calpol_loader_new(NULL, &loader), "");
    for (; *paths; paths++)
        calpol_loader_add_path(loader, *paths); /* what is wrong with it comes out at the end */
    status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        calpol_diagnostics_get(diagnostics, i, &diagnostic, sizeof(diagnostic));
        fprintf(stderr, "%s:%u: %s\n", diagnostic.source, (unsigned)diagnostic.line,
                diagnostic.message);
    }
    check(status, "the policies cannot be used");
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return ruleset;
}

int main(int argc, char **argv)
{
    calpol_ruleset *ruleset;
    calpol_query *query = NULL;
    calpol_trace *trace = NULL;

    if (argc < 7) {
        fprintf(stderr, "usage: %s SOURCE DESTINATION DOMAIN PROTOCOL PORT PATH...\n", argv[0]);
        return EXIT_FAILURE;
    }
    ruleset = load(argv + 6);
    check(calpol_query_new(ruleset, &query), "");
    check_query(query, calpol_query_set_source(query, argv[1]));
    check_query(query, calpol_query_set_destination(query, argv[2]));
    check_query(query, calpol_query_add_domain(query, argv[3]));
    check_query(query, calpol_query_set_protocol(query, argv[4]));
    check_query(query, calpol_query_set_destination_port(query, (uint32_t)atoi(argv[5])));
    check_query(query, calpol_query_explain(query, &trace));
    fputs(calpol_trace_summary(trace), stdout);

    calpol_trace_free(trace);
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
    return EXIT_SUCCESS;
}
