/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every allocation of a load, a query and an explanation fails once: each call says so, nothing
 * leaks, and a failed query can be asked again.
 */
#include "support/failing_allocator.h"
#include "support/sessions.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text;
static size_t text_length;

/* A document with all kinds that calpol reads. */
static void read_kinds(void)
{
    FILE *file = fopen(TESTS_FOLDER "/api/all-kinds.yaml", "rb");
    long size;

    ck_assert_ptr_nonnull(file);
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = malloc((size_t)size);
    ck_assert_ptr_nonnull(text);
    text_length = fread(text, 1, (size_t)size, file);
    ck_assert_uint_eq(text_length, (size_t)size);
    fclose(file);
}

static void free_kinds(void)
{
    free(text);
}

static int load(const struct calpol_allocator *allocator, calpol_ruleset **out_ruleset)
{
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_loader *loader;
    int status;

    calpol_load_options_init(&options, sizeof(options));
    options.allocator = allocator;
    status = calpol_loader_new(&options, &loader);
    if (status)
        return status;
    status = calpol_loader_set_option(loader, "failsafe_inbound", "tcp:22,udp:10.0.0.0/8:68");
    if (!status)
        status = calpol_loader_add_text(loader, "kinds.yaml", text, text_length);
    if (!status) {
        status = calpol_loader_finish(loader, out_ruleset, &diagnostics);
        ck_assert_int_eq(diagnostics == NULL, status == CALPOL_ERROR_NO_MEMORY);
    }
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return status;
}

static int load_body(const struct calpol_allocator *allocator, void *context)
{
    calpol_ruleset *ruleset = NULL;
    int status = load(allocator, &ruleset);

    (void)context;
    calpol_ruleset_unref(ruleset);
    return status;
}

START_TEST(a_load_survives_every_failure)
{
    ck_assert_uint_gt(for_each_failure(load_body, NULL), 5);
}
END_TEST

static int load_bad_body(const struct calpol_allocator *allocator, void *context)
{
    const char bad[] = "kind: Tier\napiVersion: projectcalico.org/v3\nmetadata: {name: t}\n"
                       "spec: {order: x, ordre: 1}\n";
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;
    int status;

    (void)context;
    calpol_load_options_init(&options, sizeof(options));
    options.allocator = allocator;
    status = calpol_loader_new(&options, &loader);
    if (status)
        return status;
    status = calpol_loader_add_text(loader, "bad.yaml", bad, strlen(bad));
    if (!status)
        status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    if (status == CALPOL_ERROR_INVALID_INPUT) {
        ck_assert_uint_eq(calpol_diagnostics_count(diagnostics), 2);
        status = CALPOL_OK;
    }
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return status;
}

START_TEST(a_load_of_errors_survives_every_failure)
{
    ck_assert_uint_gt(for_each_failure(load_bad_body, NULL), 5);
}
END_TEST

/* ---- Queries: the ruleset is loaded with memory enough, and has its own allocator -------------
 */

/* The allocator that a query takes from its ruleset, which can be told to fail later on. */
static struct failing_allocator late;

static const char *const flows[] = {
    "{\"source\": {\"ref\": \"pod:shop/web\"}, \"destination\": {\"ip\": \"10.96.0.1\"},"
    " \"protocol\": \"TCP\", \"destination_port\": 80}",
    "{\"source\": {\"labels\": {\"app\": \"x\"}, \"namespace\": \"new\", \"ip\": \"10.9.9.9\","
    " \"ports\": [{\"name\": \"a\", \"port\": 1}], \"profiles\": [\"kns.new\", \"odd\"]},"
    " \"destination\": {\"ref\": \"pod:shop/db\"}}",
    "{\"source\": {\"ip\": \"203.0.113.9\"}, \"destination\": {\"ref\": \"hostendpoint:h1\"},"
    " \"http\": {\"method\": \"GET\", \"path\": \"/a/../b\"}}",
    "{\"source\": {\"ref\": \"pod:shop/nobody\"}}",
    "{\"protcol\": 1}",
};

static int ask(calpol_query *query, const char *flow)
{
    struct calpol_verdict verdict;
    calpol_trace *trace = NULL;
    int status = calpol_query_set_flow(query, flow, strlen(flow));

    if (status == CALPOL_ERROR_NO_MEMORY)
        return status;
    if (calpol_query_add_domain(query, "a.example.com") == CALPOL_ERROR_NO_MEMORY ||
        calpol_query_set_option(query, "failsafe_outbound", "tcp:1") == CALPOL_ERROR_NO_MEMORY ||
        calpol_query_relabel(query, "shop/db", "app=other") == CALPOL_ERROR_NO_MEMORY)
        return CALPOL_ERROR_NO_MEMORY;
    if (calpol_query_evaluate(query, &verdict, sizeof(verdict)) == CALPOL_ERROR_NO_MEMORY)
        return CALPOL_ERROR_NO_MEMORY;
    status = calpol_query_explain(query, &trace);
    calpol_trace_free(trace);
    if (status == CALPOL_ERROR_NO_MEMORY)
        return status;
    /* What is refused takes memory for its text. */
    if (calpol_query_relabel(query, "shop/dc", "app=other") == CALPOL_ERROR_NO_MEMORY ||
        calpol_query_set_option(query, "scop", "x") == CALPOL_ERROR_NO_MEMORY)
        return CALPOL_ERROR_NO_MEMORY;
    calpol_query_reset(query);
    return CALPOL_OK;
}

/* Asks with allocation number at failing; what was set up before is not counted. */
static int ask_failing(calpol_ruleset *ruleset, const char *flow, size_t at)
{
    calpol_query *query = NULL;
    int status;

    late.fail_at = late.allocation_count + at;
    late.failed = false;
    status = calpol_query_new(ruleset, &query);
    if (!status)
        status = ask(query, flow);
    late.fail_at = FAIL_NEVER;
    if (status && query)
        ck_assert_int_eq(ask(query, flow), CALPOL_OK);
    calpol_query_free(query);
    return status;
}

START_TEST(a_query_survives_every_failure)
{
    calpol_ruleset *ruleset = NULL;
    size_t live_count, live_bytes, at = 0;

    failing_allocator_init(&late, FAIL_NEVER);
    ck_assert_int_eq(load(&late.allocator, &ruleset), CALPOL_OK);
    live_count = late.live_count;
    live_bytes = late.live_bytes;
    do {
        int status = ask_failing(ruleset, flows[_i], at);

        ck_assert_msg(status == (late.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK),
                      "allocation %zu: status %d", at, status);
        ck_assert_uint_eq(late.live_count, live_count);
        ck_assert_uint_eq(late.live_bytes, live_bytes);
        at++;
    } while (late.failed);
    ck_assert_uint_gt(at, 5);
    calpol_ruleset_unref(ruleset);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("memory");
    TCase *tcase = tcase_create("memory");

    tcase_add_checked_fixture(tcase, read_kinds, free_kinds);
    tcase_add_test(tcase, a_load_survives_every_failure);
    tcase_add_test(tcase, a_load_of_errors_survives_every_failure);
    tcase_add_loop_test(tcase, a_query_survives_every_failure, 0, sizeof(flows) / sizeof(flows[0]));
    tcase_set_timeout(tcase, 300);
    suite_add_tcase(suite, tcase);
    return suite;
}
