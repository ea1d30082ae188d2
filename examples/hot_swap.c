/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A proxy that goes on answering while its policies change: workers judge connections, and another
 * thread loads policies anew and puts the new ruleset in place of the old one.
 *
 * usage: hot_swap SOURCE DESTINATION PORT CLUSTER FIRST SECOND
 *
 * CLUSTER is loaded always, with FIRST and SECOND in turn. Each worker prints what it answered.
 */
#include <calpol/calpol.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define WORKER_COUNT 2
#define SWAP_COUNT 6

/* What the threads share: the ruleset in force. The lock is held for a moment only. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t seen; /* some worker has come to the ruleset in force */
    calpol_ruleset *ruleset;
    unsigned generation; /* of the ruleset; 0: none yet */
    unsigned workers;    /* that have come to it */
    int stop;
} shared = {.lock = PTHREAD_MUTEX_INITIALIZER, .seen = PTHREAD_COND_INITIALIZER};

/* The question, the same for all. */
static const char *source, *destination;
static uint16_t port;

static void check(int status, const char *what)
{
    if (status == CALPOL_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, calpol_status_text(status));
    exit(EXIT_FAILURE);
}

static calpol_ruleset *load(const char *cluster, const char *policies)
{
    calpol_loader *loader = NULL;
    calpol_ruleset *ruleset = NULL;

    check(calpol_loader_new(NULL, &loader), "loader");
    check(calpol_loader_add_path(loader, cluster), cluster);
    check(calpol_loader_add_path(loader, policies), policies);
    check(calpol_loader_finish(loader, &ruleset, NULL), policies);
    calpol_loader_free(loader);
    return ruleset;
}

/* Puts a ruleset in force. Whoever still works with the old one has a reference of its own. */
static void swap(calpol_ruleset *ruleset)
{
    calpol_ruleset *old;

    pthread_mutex_lock(&shared.lock);
    old = shared.ruleset;
    shared.ruleset = ruleset;
    shared.generation++;
    shared.workers = 0;
    pthread_mutex_unlock(&shared.lock);
    calpol_ruleset_unref(old);
}

/* Only so that this program ends with all rulesets used; a proxy would not wait. */
static void wait_for_workers(void)
{
    pthread_mutex_lock(&shared.lock);
    while (shared.workers < WORKER_COUNT)
        pthread_cond_wait(&shared.seen, &shared.lock);
    pthread_mutex_unlock(&shared.lock);
}

/* What a worker keeps between connections. Ids belong to a ruleset: with a new one they are looked
   up anew. */
struct worker {
    calpol_ruleset *ruleset;
    unsigned generation;
    struct calpol_flow flow;
    unsigned allowed, denied; /* first answers with each ruleset */
    unsigned long answers;
};

static void judge(struct worker *worker, int is_first)
{
    struct calpol_verdict verdict;

    check(calpol_evaluate(worker->ruleset, &worker->flow, sizeof(worker->flow), &verdict,
                          sizeof(verdict)),
          "flow");
    worker->answers++;
    if (is_first && verdict.action == CALPOL_ACTION_ALLOW)
        worker->allowed++;
    else if (is_first)
        worker->denied++;
}

static void take_ruleset(struct worker *worker, calpol_ruleset *ruleset)
{
    struct calpol_flow flow = {.source_endpoint = CALPOL_NONE, .destination_endpoint = CALPOL_NONE};

    calpol_ruleset_unref(worker->ruleset);
    worker->ruleset = ruleset;
    check(calpol_ruleset_find_endpoint(ruleset, source, &flow.source_endpoint), source);
    check(calpol_address_parse(destination, &flow.destination_address), destination);
    flow.given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT | CALPOL_GIVEN_NO_DOMAINS;
    flow.protocol = 6;
    flow.destination_port = port;
    worker->flow = flow;
}

static void *work(void *argument)
{
    struct worker *worker = argument;
    int stop = 0;

    while (!stop) {
        calpol_ruleset *fresh = NULL;

        pthread_mutex_lock(&shared.lock);
        stop = shared.stop;
        if (shared.generation != worker->generation) {
            fresh = calpol_ruleset_ref(shared.ruleset);
            worker->generation = shared.generation;
            shared.workers++;
            pthread_cond_signal(&shared.seen);
        }
        pthread_mutex_unlock(&shared.lock);
        if (fresh)
            take_ruleset(worker, fresh);
        if (worker->ruleset)
            judge(worker, fresh != NULL);
    }
    calpol_ruleset_unref(worker->ruleset);
    return NULL;
}

int main(int argc, char **argv)
{
    struct worker workers[WORKER_COUNT] = {{.generation = 0}};
    pthread_t threads[WORKER_COUNT];

    if (argc != 7) {
        fprintf(stderr, "usage: %s SOURCE DESTINATION PORT CLUSTER FIRST SECOND\n", argv[0]);
        return EXIT_FAILURE;
    }
    source = argv[1];
    destination = argv[2];
    port = (uint16_t)atoi(argv[3]);
    for (int i = 0; i < WORKER_COUNT; i++) {
        if (pthread_create(&threads[i], NULL, work, &workers[i]))
            return EXIT_FAILURE;
    }
    for (int i = 0; i < SWAP_COUNT; i++) {
        swap(load(argv[4], argv[5 + i % 2]));
        wait_for_workers();
    }
    pthread_mutex_lock(&shared.lock);
    shared.stop = 1;
    pthread_mutex_unlock(&shared.lock);
    for (int i = 0; i < WORKER_COUNT; i++) {
        pthread_join(threads[i], NULL);
        printf("worker %d: %u rulesets allowed it, %u denied it\n", i, workers[i].allowed,
               workers[i].denied);
    }
    calpol_ruleset_unref(shared.ruleset);
    return EXIT_SUCCESS;
}
