/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ruleset, many threads: verdicts and traces are the same in all of them, and the last
 * reference may be dropped by any.
 */
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <pthread.h>
#include <string.h>

#define THREAD_COUNT 4
#define ROUND_COUNT 200

static const char cluster[] = POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}")
    POD("shop", "db", "app: db", "nodeName: n2", "{ip: 10.0.0.2}")
        POLICY("shop",
               "db",
               "selector: app == 'db', ingress: [{action: Allow, protocol: TCP, source: "
               "{selector: app == 'web'}, destination: {ports: [5432]}}]");

/* Checks from several threads at once are not Check's business: faults are counted. */
static void *ask_often(void *argument)
{
    const char flow[] = "{\"source\": {\"ref\": \"pod:shop/web\"},"
                        " \"destination\": {\"ref\": \"pod:shop/db\"}, \"protocol\": \"TCP\","
                        " \"destination_port\": 5432}";
    calpol_ruleset *ruleset = argument;
    uintptr_t faults = 0;

    for (int i = 0; i < ROUND_COUNT; i++) {
        struct calpol_verdict verdict = {.action = CALPOL_ACTION_NONE};
        calpol_query *query = NULL;
        calpol_trace *trace = NULL;

        if (calpol_query_new(ruleset, &query))
            return (void *)1;
        faults += calpol_query_set_flow(query, flow, strlen(flow)) != CALPOL_OK;
        faults += calpol_query_evaluate(query, &verdict, sizeof(verdict)) != CALPOL_OK;
        faults += verdict.action != CALPOL_ACTION_ALLOW;
        faults += calpol_query_explain(query, &trace) != CALPOL_OK;
        faults += strncmp(calpol_trace_summary(trace), "ALLOW  ", 7) != 0;
        calpol_query_free(query);
        calpol_trace_free(trace);
    }
    calpol_ruleset_unref(ruleset);
    return (void *)faults;
}

START_TEST(a_ruleset_is_shared_by_threads)
{
    calpol_ruleset *ruleset = load_text(cluster, NULL);
    pthread_t threads[THREAD_COUNT];

    for (int i = 0; i < THREAD_COUNT; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_often, calpol_ruleset_ref(ruleset)),
                         0);
    calpol_ruleset_unref(ruleset);
    for (int i = 0; i < THREAD_COUNT; i++) {
        void *faults = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &faults), 0);
        ck_assert_ptr_null(faults);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("threads");
    TCase *tcase = tcase_create("threads");

    tcase_add_test(tcase, a_ruleset_is_shared_by_threads);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
