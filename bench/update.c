/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What changes cost: handles of endpoints that are in no input, and updates of one policy; in W1
 * and W2.
 */
#include "cluster.h"
#include "load.h"
#include "measure.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HANDLES 2000u
#define UPDATES 400u
#define CLUSTER_WIDE_UPDATES 5u

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static calpol_ruleset *load_updatable(const struct text *text)
{
    struct calpol_load_options options;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    calpol_load_options_init(&options, sizeof(options));
    options.max_bytes = 0;
    options.flags = CALPOL_LOAD_UPDATABLE;
    if (calpol_loader_new(&options, &loader) ||
        calpol_loader_add_text(loader, "cluster", text->data, text->length) ||
        calpol_loader_finish(loader, &ruleset, NULL)) {
        fprintf(stderr, "the cluster does not load\n");
        exit(1);
    }
    calpol_loader_free(loader);
    return ruleset;
}

/* Microseconds of making a handle like the pods of ns0/app0, at best one of which labels are known.
 */
static double measure_handles(calpol_ruleset *ruleset, const char *app, int *out_is_fast)
{
    const char *const keys[] = {"app", "tier", "team"}, *const values[] = {app, "front", "t0"};
    const struct calpol_address address = {4, {0}, {10, 250, 0, 1}};
    const struct calpol_endpoint_port port = {.name = "http", .port = 8080};
    const struct calpol_endpoint_spec spec = {
        .namespace_name = "ns0",
        .label_keys = keys,
        .label_values = values,
        .label_count = 3,
        .addresses = &address,
        .address_count = 1,
        .ports = &port,
        .port_count = 1,
        .node = "node-0",
    };
    double best = 1e9;

    for (uint32_t run = 0; run < 5; run++) {
        uint64_t start = now();
        double mean;

        for (uint32_t i = 0; i < HANDLES; i++) {
            calpol_endpoint *endpoint;

            if (calpol_endpoint_new(ruleset, &spec, sizeof(spec), &endpoint))
                exit(1);
            *out_is_fast = calpol_endpoint_is_fast(endpoint);
            calpol_endpoint_free(endpoint);
        }
        mean = (double)(now() - start) / HANDLES / 1000;
        best = mean < best ? mean : best;
    }
    return best;
}

/* A policy of a namespace, in turn with others; and one for all endpoints. %u is a port. */
static void write_change(struct text *text, bool cluster_wide, uint32_t number)
{
    if (cluster_wide)
        text_add(text,
                 "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                 "metadata: {name: g0}\nspec: {tier: platform, order: 0, selector: has(app), "
                 "ingress: [{action: Deny, protocol: TCP, destination: {ports: [%u]}}]}\n",
                 8000 + number);
    else
        text_add(text,
                 "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                 "metadata: {name: k%u, namespace: ns%u}\n"
                 "spec: {podSelector: {matchLabels: {app: app0}}, ingress: [{from: [{podSelector: "
                 "{matchLabels: {app: app%u}}}], ports: [{port: %u}]}]}\n",
                 number % 20, number % 20, number % 7, 8000 + number);
}

/* Milliseconds of updates, each of the ruleset that the one before made. */
static void measure_updates(calpol_ruleset *ruleset,
                            bool cluster_wide,
                            uint32_t count,
                            double *out_times)
{
    calpol_ruleset *current = calpol_ruleset_ref(ruleset);
    calpol_loader *loader;

    if (calpol_loader_new(NULL, &loader))
        exit(1);
    for (uint32_t i = 0; i < count; i++) {
        struct text change = {NULL, 0, 0};
        calpol_ruleset *updated;
        uint64_t start;

        write_change(&change, cluster_wide, i);
        start = now();
        if (calpol_loader_add_text(loader, "change", change.data, change.length) ||
            calpol_ruleset_update(current, loader, NULL, 0, &updated, NULL))
            exit(1);
        out_times[i] = (double)(now() - start) / 1e6;
        calpol_ruleset_unref(current);
        current = updated;
        text_free(&change);
    }
    calpol_ruleset_unref(current);
    calpol_loader_free(loader);
    qsort(out_times, count, sizeof(*out_times), compare);
}

static void run(const char *name, const struct mesh *mesh)
{
    struct text text = {NULL, 0, 0};
    double times[UPDATES], wide[CLUSTER_WIDE_UPDATES], known, other;
    calpol_ruleset *ruleset;
    int known_fast, other_fast;

    write_mesh(&text, mesh);
    ruleset = load_updatable(&text);
    text_free(&text);
    known = measure_handles(ruleset, "app0", &known_fast);
    other = measure_handles(ruleset, "new", &other_fast);
    measure_updates(ruleset, false, UPDATES, times);
    measure_updates(ruleset, true, CLUSTER_WIDE_UPDATES, wide);
    printf("%s: endpoint add, known labels %.2f us (%s), new labels %.1f us (%s); "
           "update of one policy of a namespace, p50 %.2f ms, p99 %.2f ms, slowest of %u %.1f ms; "
           "of one for all endpoints, p50 %.1f ms, slowest of %u %.1f ms\n",
           name, known, known_fast ? "fast" : "slow", other, other_fast ? "fast" : "slow",
           times[UPDATES / 2], times[UPDATES * 99 / 100], UPDATES, times[UPDATES - 1],
           wide[CLUSTER_WIDE_UPDATES / 2], CLUSTER_WIDE_UPDATES, wide[CLUSTER_WIDE_UPDATES - 1]);
    calpol_ruleset_unref(ruleset);
}

int main(void)
{
    run("W1", &mesh_w1);
    run("W2", &mesh_w2);
    return 0;
}
