/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One ruleset, many threads: verdicts and traces are the same in all of them, and the last
 * reference may be dropped by any. A ruleset is exchanged for another while it is being asked.
 */
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include "calpol/endpoint.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>

#define THREAD_COUNT 4
#define ROUND_COUNT 200
#define READER_COUNT 8
#define SWAP_COUNT 40

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

/* ---- Exchanging ------------------------------------------------------------------------------ */

#define DENIES                                                                                     \
    POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}")                               \
    POD("shop", "db", "app: db", "nodeName: n2", "{ip: 10.0.0.2}")                                 \
    POLICY("shop", "db", "selector: app == 'db', ingress: []")

/* What is asked at present, and what it must answer. */
struct current {
    pthread_mutex_t lock;
    calpol_ruleset *ruleset;
    uint8_t action;
    bool is_over;
    unsigned asked; /* how often the present one was, at least */
};

/* The present ruleset with a reference of the caller's; NULL: no more. */
static calpol_ruleset *take_current(struct current *current, uint8_t *out_action)
{
    calpol_ruleset *ruleset = NULL;

    pthread_mutex_lock(&current->lock);
    if (!current->is_over)
        ruleset = calpol_ruleset_ref(current->ruleset);
    *out_action = current->action;
    pthread_mutex_unlock(&current->lock);
    return ruleset;
}

static void put_current(struct current *current, calpol_ruleset *ruleset, uint8_t action)
{
    calpol_ruleset *old;

    pthread_mutex_lock(&current->lock);
    old = current->ruleset;
    current->ruleset = ruleset;
    current->action = action;
    current->is_over = !ruleset;
    current->asked = 0;
    pthread_mutex_unlock(&current->lock);
    calpol_ruleset_unref(old);
}

/* Counts an answer, whoever gave it. Returns how many there were. */
static unsigned count_answer(struct current *current, unsigned more)
{
    unsigned asked;

    pthread_mutex_lock(&current->lock);
    asked = current->asked += more;
    pthread_mutex_unlock(&current->lock);
    return asked;
}

/* Until the readers have seen the present ruleset; those that had the one before count as well. */
static void await_answers(struct current *current)
{
    while (count_answer(current, 0) < 2 * READER_COUNT)
        sched_yield();
}

/* How many of a batch of the same flow are not answered as they must. */
static uintptr_t count_wrong(const calpol_ruleset *ruleset, uint8_t action)
{
    struct calpol_flow flows[16] = {{.given = 0}};
    struct calpol_verdict verdicts[16];
    uintptr_t wrong = 0;

    flows[0].given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT;
    flows[0].protocol = 6;
    flows[0].destination_port = 5432;
    wrong += calpol_ruleset_find_endpoint(ruleset, "pod:shop/web", &flows[0].source_endpoint) != 0;
    wrong +=
        calpol_ruleset_find_endpoint(ruleset, "pod:shop/db", &flows[0].destination_endpoint) != 0;
    for (int i = 1; i < 16; i++)
        flows[i] = flows[0];
    wrong += calpol_evaluate_batch(ruleset, flows, sizeof(flows[0]), 16, verdicts,
                                   sizeof(verdicts[0])) != CALPOL_OK;
    for (int i = 0; i < 16; i++)
        wrong += verdicts[i].action != action;
    return wrong;
}

static void *ask_current(void *argument)
{
    struct current *current = argument;
    calpol_ruleset *ruleset;
    uintptr_t faults = 0;
    uint8_t action;

    while ((ruleset = take_current(current, &action))) {
        faults += count_wrong(ruleset, action);
        calpol_ruleset_unref(ruleset);
        count_answer(current, 1);
    }
    return (void *)faults;
}

START_TEST(a_ruleset_is_exchanged_while_it_is_asked)
{
    struct current current = {.lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t readers[READER_COUNT];

    put_current(&current, load_text(cluster, NULL), CALPOL_ACTION_ALLOW);
    for (int i = 0; i < READER_COUNT; i++)
        ck_assert_int_eq(pthread_create(&readers[i], NULL, ask_current, &current), 0);
    for (int i = 0; i < SWAP_COUNT; i++) {
        bool denies = i % 2 == 0;

        await_answers(&current);
        put_current(&current, load_text(denies ? DENIES : cluster, NULL),
                    denies ? CALPOL_ACTION_DENY : CALPOL_ACTION_ALLOW);
    }
    put_current(&current, NULL, CALPOL_ACTION_NONE);
    for (int i = 0; i < READER_COUNT; i++) {
        void *faults = NULL;

        ck_assert_int_eq(pthread_join(readers[i], &faults), 0);
        ck_assert_ptr_null(faults);
    }
    pthread_mutex_destroy(&current.lock);
}
END_TEST

/* ---- Handles --------------------------------------------------------------------------------- */

#define HANDLE_THREADS 8

/* What the threads share. */
struct shared {
    calpol_ruleset *ruleset;
    calpol_endpoint *handle;
};

static calpol_endpoint *make_web(calpol_ruleset *ruleset)
{
    static const char *const keys[] = {"app"}, *const values[] = {"web"};
    static const struct calpol_address address = {4, {0}, {10, 0, 0, 7}};
    const struct calpol_endpoint_spec spec = {
        .namespace_name = "shop",
        .label_keys = keys,
        .label_values = values,
        .label_count = 1,
        .addresses = &address,
        .address_count = 1,
    };
    calpol_endpoint *endpoint = NULL;

    (void)calpol_endpoint_new(ruleset, &spec, sizeof(spec), &endpoint);
    return endpoint;
}

/* Flows from a handle of its own, and from one that all threads have. */
static void *ask_with_handles(void *argument)
{
    const struct shared *shared = argument;
    uintptr_t faults = 0;

    for (int i = 0; i < ROUND_COUNT; i++) {
        calpol_endpoint *own = make_web(shared->ruleset);
        const calpol_endpoint *table[2] = {shared->handle, own};
        struct calpol_verdict verdict = {.action = CALPOL_ACTION_NONE};
        struct calpol_flow flow = {
            .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
            .source_endpoint = CALPOL_HANDLE(i % 2),
            .destination_endpoint = 1,
            .protocol = 6,
            .destination_port = 5432,
        };

        faults += calpol_evaluate_with(shared->ruleset, table, 2, &flow, sizeof(flow), 1, &verdict,
                                       sizeof(verdict)) != CALPOL_OK;
        faults += verdict.action != CALPOL_ACTION_ALLOW;
        calpol_endpoint_free(own);
    }
    return (void *)faults;
}

START_TEST(handles_are_shared_by_threads)
{
    struct shared shared = {.ruleset = load_text(cluster, NULL)};
    pthread_t threads[HANDLE_THREADS];

    shared.handle = make_web(shared.ruleset);
    for (int i = 0; i < HANDLE_THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_with_handles, &shared), 0);
    for (int i = 0; i < HANDLE_THREADS; i++) {
        void *faults = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &faults), 0);
        ck_assert_ptr_null(faults);
    }
    calpol_endpoint_free(shared.handle);
    calpol_ruleset_unref(shared.ruleset);
}
END_TEST

/* ---- Updates --------------------------------------------------------------------------------- */

#define UPDATE_COUNT 20

/* A ruleset that is swapped while others use it. */
struct swapped {
    pthread_mutex_t mutex;
    calpol_ruleset *ruleset;
    bool is_over;
};

static calpol_ruleset *take(struct swapped *swapped, bool *out_is_over)
{
    calpol_ruleset *ruleset;

    pthread_mutex_lock(&swapped->mutex);
    ruleset = calpol_ruleset_ref(swapped->ruleset);
    *out_is_over = swapped->is_over;
    pthread_mutex_unlock(&swapped->mutex);
    return ruleset;
}

static void *ask_what_is_swapped(void *argument)
{
    const struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = 0,
        .destination_endpoint = 1,
        .protocol = 6,
        .destination_port = 5432,
    };
    uintptr_t faults = 0;
    bool is_over = false;

    while (!is_over) {
        calpol_ruleset *ruleset = take(argument, &is_over);
        struct calpol_verdict verdict;

        for (int i = 0; i < 50; i++)
            faults += calpol_evaluate(ruleset, &flow, sizeof(flow), &verdict, sizeof(verdict)) ||
                      verdict.action == CALPOL_ACTION_UNKNOWN;
        calpol_ruleset_unref(ruleset);
    }
    return (void *)faults;
}

/* In a declared namespace updates of policies share what stays. */
static calpol_ruleset *load_updatable(void)
{
    static const char namespace_text[] = RESOURCE("v1", "Namespace", "name: shop", "");
    struct calpol_load_options options;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    calpol_load_options_init(&options, sizeof(options));
    options.flags = CALPOL_LOAD_UPDATABLE;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "n", namespace_text, strlen(namespace_text)),
                     CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "t", cluster, strlen(cluster)), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, NULL), CALPOL_OK);
    calpol_loader_free(loader);
    return ruleset;
}

/* Lets the policy of shop/db deny and allow in turn. */
static void update_often(struct swapped *swapped)
{
    static const char *const policies[] = {
        POLICY("shop", "db", "selector: app == 'db', ingress: [{action: Deny}]"),
        POLICY("shop", "db", "selector: app == 'db', ingress: [{action: Allow}]"),
    };
    calpol_loader *loader;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    for (int i = 0; i < UPDATE_COUNT; i++) {
        calpol_ruleset *old = swapped->ruleset, *updated;

        ck_assert_int_eq(
            calpol_loader_add_text(loader, "u", policies[i % 2], strlen(policies[i % 2])),
            CALPOL_OK);
        ck_assert_int_eq(calpol_ruleset_update(old, loader, NULL, 0, &updated, NULL), CALPOL_OK);
        pthread_mutex_lock(&swapped->mutex);
        swapped->ruleset = updated;
        swapped->is_over = i + 1 == UPDATE_COUNT;
        pthread_mutex_unlock(&swapped->mutex);
        calpol_ruleset_unref(old);
    }
    calpol_loader_free(loader);
}

START_TEST(a_ruleset_is_updated_while_threads_use_it)
{
    struct swapped swapped = {.ruleset = load_updatable()};
    pthread_t threads[HANDLE_THREADS];

    ck_assert_int_eq(pthread_mutex_init(&swapped.mutex, NULL), 0);
    for (int i = 0; i < HANDLE_THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_what_is_swapped, &swapped), 0);
    update_often(&swapped);
    for (int i = 0; i < HANDLE_THREADS; i++) {
        void *faults = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &faults), 0);
        ck_assert_ptr_null(faults);
    }
    calpol_ruleset_unref(swapped.ruleset);
    pthread_mutex_destroy(&swapped.mutex);
}
END_TEST

/* One thread's own line of rulesets, all of which go back to one that others update as well. */
static void *update_and_ask(void *argument)
{
    static const char *const policies[] = {
        POLICY("shop", "db", "selector: app == 'db', ingress: [{action: Deny}]"),
        POLICY("shop", "db", "selector: app == 'db', ingress: [{action: Allow}]"),
    };
    calpol_ruleset *ruleset = calpol_ruleset_ref(argument);
    calpol_loader *loader = NULL;
    uintptr_t faults = calpol_loader_new(NULL, &loader) != CALPOL_OK;

    for (int i = 0; !faults && i < UPDATE_COUNT; i++) {
        calpol_ruleset *updated = NULL;

        faults += calpol_loader_add_text(loader, "u", policies[i % 2], strlen(policies[i % 2])) !=
                  CALPOL_OK;
        faults += calpol_ruleset_update(ruleset, loader, NULL, 0, &updated, NULL) != CALPOL_OK;
        calpol_ruleset_unref(ruleset);
        ruleset = updated;
        faults += count_wrong(ruleset, i % 2 ? CALPOL_ACTION_ALLOW : CALPOL_ACTION_DENY);
    }
    calpol_loader_free(loader);
    calpol_ruleset_unref(ruleset);
    return (void *)faults;
}

START_TEST(a_ruleset_is_updated_by_threads_at_once)
{
    calpol_ruleset *ruleset = load_updatable();
    pthread_t threads[HANDLE_THREADS];

    for (int i = 0; i < HANDLE_THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, update_and_ask, ruleset), 0);
    for (int i = 0; i < HANDLE_THREADS; i++) {
        void *faults = NULL;

        ck_assert_int_eq(pthread_join(threads[i], &faults), 0);
        ck_assert_ptr_null(faults);
    }
    ck_assert_uint_eq(count_wrong(ruleset, CALPOL_ACTION_ALLOW), 0);
    calpol_ruleset_unref(ruleset);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("threads");
    TCase *tcase = tcase_create("threads");

    tcase_add_test(tcase, a_ruleset_is_shared_by_threads);
    tcase_add_test(tcase, a_ruleset_is_exchanged_while_it_is_asked);
    tcase_add_test(tcase, handles_are_shared_by_threads);
    tcase_add_test(tcase, a_ruleset_is_updated_while_threads_use_it);
    tcase_add_test(tcase, a_ruleset_is_updated_by_threads_at_once);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
