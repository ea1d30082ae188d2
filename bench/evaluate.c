/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How long a flow takes.
 *
 *     bench-evaluate [--full] [NAME...]
 *
 * Prints a table, a row for each kind of cluster and flows, or for those named: W1, W2, W3, W4, W6.
 * --full adds, and names may too, what takes minutes or gigabytes: W5, W6-300k; only named: W6-1M, for some
 * 25 gigabytes.
 *
 * Nanoseconds are those of this machine and this minute; what tells something are the ratios, taken
 * in the same run: to the plain walk, to a naive scan of the same rules in C, and to one access in
 * a random walk through as much memory as the programs take.
 */
#include "cluster.h"
#include "load.h"
#include "measure.h"
#include "naive.h"

#include "evaluate/evaluate.h"
#include "evaluate/fast.h"
#include "evaluate/resolve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOW_COUNT 65536u
#define HOT_COUNT 1024u

struct bench {
    const char *name;
    struct cluster cluster;
    const calpol_ruleset *ruleset; /* the cluster's */
    struct naive *naive;
    double chase; /* nanoseconds */
};

/* ---- Clusters -------------------------------------------------------------------------------- */

static struct bench start(const char *name, struct text *text)
{
    struct bench bench = {.name = name, .cluster = load_cluster(text, EFFORT_UNLIMITED)};

    bench.ruleset = bench.cluster.ruleset;
    bench.naive = naive_new(bench.ruleset);
    bench.chase = measure_chase(bench.ruleset->programs->bytes);
    return bench;
}

static void finish(struct bench *bench)
{
    print_cluster(bench->name, &bench->cluster);
    naive_free(bench->naive);
    free_cluster(&bench->cluster);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

/* The naive scan knows endpoints by their numbers only. */
static bool knows_endpoints(const struct calpol_flow *flow)
{
    return flow->source_endpoint != CALPOL_NONE || flow->destination_endpoint != CALPOL_NONE;
}

static uint32_t ask_plain_walk(const void *context, const struct calpol_flow *plain)
{
    struct calpol_verdict verdict;
    struct cp_world world;
    struct cp_flow flow;

    cp_world_init(&world, context);
    cp_resolve_plain(&world, plain, &flow);
    cp_judge(&world, &flow, &verdict);
    return verdict.egress.policy + verdict.ingress.policy;
}

struct check {
    uint32_t judged, different, naive_different;
};

/* Flows that the fast path judges, and those on which it differs: there must be none. */
static struct check check(const struct bench *bench,
                          const struct calpol_flow *flows,
                          uint32_t count)
{
    const struct cp_fast_kernel *kernel = cp_fast_kernel_best();
    struct check check = {0, 0, 0};

    for (uint32_t i = 0; i < count; i++) {
        struct calpol_verdict fast, slow;
        struct cp_world world;
        struct cp_flow flow;

        cp_world_init(&world, bench->ruleset);
        cp_resolve_plain(&world, &flows[i], &flow);
        cp_judge(&world, &flow, &slow);
        if (knows_endpoints(&flows[i]))
            check.naive_different += naive_judge(bench->naive, &flows[i]) != slow.action;
        if (!kernel->judge(bench->ruleset->programs, &flows[i], &fast))
            continue;
        check.judged++;
        check.different += memcmp(&fast, &slow, sizeof(fast)) != 0;
    }
    return check;
}

static void print_heads(void)
{
    printf("%-26s %7s %6s %6s %6s %6s %8s %8s %6s\n", "ns per flow", "single", "p50", "p99",
           "by 16", "by 1024", "x walk", "x naive", "chases");
}

static void print_row(const struct bench *bench,
                      const char *kind,
                      const struct calpol_flow *flows,
                      uint32_t count)
{
    uint32_t sample = count < 2048 ? count : 2048;
    struct timings timings = measure(bench->ruleset, flows, count);
    struct check checked = check(bench, flows, sample);
    double walk = measure_function(ask_plain_walk, bench->ruleset, flows, sample);
    char name[64], scan[16] = "";

    snprintf(name, sizeof(name), "%s %s", bench->name, kind);
    if (knows_endpoints(flows))
        snprintf(scan, sizeof(scan), "%.1f",
                 measure_function(naive_judge, bench->naive, flows, sample) / timings.dependent);
    printf("%-26s %7.1f %6.0f %6.0f %6.1f %6.1f %8.0f %8s %6.1f", name, timings.dependent,
           timings.median, timings.late, timings.batch16, timings.batch1024,
           walk / timings.dependent, scan, timings.dependent / bench->chase);
    if (checked.judged < sample)
        printf("  %.1f %% by the plain walk", 100 - 100.0 * checked.judged / sample);
    if (checked.different || checked.naive_different)
        printf("  WRONG: %u, naive %u of %u", checked.different, checked.naive_different, sample);
    printf("\n");
    fflush(stdout);
}

/* ---- Flows ----------------------------------------------------------------------------------- */

#define TOLD                                                                                       \
    (CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |            \
     CALPOL_GIVEN_NO_HTTP | CALPOL_GIVEN_NO_DOMAINS)

static struct calpol_flow blank_flow(void)
{
    return (struct calpol_flow){
        .given = TOLD,
        .source_endpoint = CALPOL_NONE,
        .destination_endpoint = CALPOL_NONE,
        .protocol = 6,
    };
}

static struct calpol_address ipv4(uint32_t address)
{
    return (struct calpol_address){
        .family = 4,
        .bytes = {(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                  (uint8_t)address},
    };
}

/* Between any two endpoints, on ports that policies name, mostly. */
static struct calpol_flow *mesh_flows(const struct bench *bench, uint32_t count, bool by_address)
{
    static const uint16_t ports[] = {80, 443, 8080, 5432, 6379, 9090, 53, 3306};
    struct calpol_flow *flows = need(count, sizeof(*flows));
    uint64_t seed = 1;

    for (uint32_t i = 0; i < count; i++) {
        uint32_t source = below(&seed, bench->ruleset->workload_count);
        uint32_t destination = below(&seed, bench->ruleset->workload_count);

        flows[i] = blank_flow();
        flows[i].source_port = (uint16_t)(32768 + below(&seed, 28000));
        flows[i].destination_port =
            below(&seed, 10) ? ports[below(&seed, 8)] : (uint16_t)below(&seed, 65536);
        flows[i].protocol = below(&seed, 10) ? 6 : 17;
        if (by_address) {
            flows[i].source_address = bench->ruleset->owners[source].nets.items[0].address;
            flows[i].destination_address =
                bench->ruleset->owners[destination].nets.items[0].address;
        } else {
            flows[i].source_endpoint = source;
            flows[i].destination_endpoint = destination;
        }
    }
    return flows;
}

static void print_mesh_row(const struct bench *bench,
                           const char *kind,
                           uint32_t count,
                           bool by_address)
{
    struct calpol_flow *flows = mesh_flows(bench, count, by_address);

    print_row(bench, kind, flows, count);
    free(flows);
}

static void bench_mesh(const char *name, const struct mesh *mesh)
{
    struct text text = {NULL, 0, 0};
    struct bench bench;

    write_mesh(&text, mesh);
    bench = start(name, &text);
    print_mesh_row(&bench, "uniform", FLOW_COUNT, false);
    print_mesh_row(&bench, "1024 hot", HOT_COUNT, false);
    print_mesh_row(&bench, "uniform, addresses", FLOW_COUNT, true);
    print_mesh_row(&bench, "1024 hot, addresses", HOT_COUNT, true);
    finish(&bench);
}

/* Members of sets on other ports; the same on the port that rules ask for. */
static void bench_production(void)
{
    static const char *const kinds[] = {"no match", "set members", "set members, hit"};
    struct text text = {NULL, 0, 0};
    struct bench bench;

    write_production(&text);
    bench = start("W3", &text);
    for (int kind = 0; kind < 3; kind++) {
        struct calpol_flow *flows = need(HOT_COUNT, sizeof(*flows));
        uint64_t seed = 3;

        for (uint32_t i = 0; i < HOT_COUNT; i++) {
            flows[i] = blank_flow();
            flows[i].source_address = ipv4(kind ? (10u << 24) + below(&seed, 256000) : 0xc000020au);
            flows[i].destination_endpoint = below(&seed, 10);
            flows[i].source_port = (uint16_t)(kind ? below(&seed, 65000) : 45000);
            flows[i].destination_port = (uint16_t)(kind ? below(&seed, 65000) : 8080);
            if (kind == 2)
                flows[i].source_port = 65001;
        }
        print_row(&bench, kinds[kind], flows, HOT_COUNT);
        free(flows);
    }
    finish(&bench);
}

/* Headers that match some rule, as ClassBench makes them. */
static void fill_filter_flow(struct calpol_flow *flow, const struct filter *filter, uint64_t *seed)
{
    uint32_t source_mask = filter->source_length ? UINT32_MAX << (32 - filter->source_length) : 0;
    uint32_t mask =
        filter->destination_length ? UINT32_MAX << (32 - filter->destination_length) : 0;

    *flow = blank_flow();
    flow->destination_endpoint = 0;
    flow->source_address = ipv4(filter->source | (below(seed, UINT32_MAX) & ~source_mask));
    flow->destination_address = ipv4(filter->destination | (below(seed, UINT32_MAX) & ~mask));
    flow->protocol = filter->protocol ? filter->protocol : 6;
    flow->source_port =
        (uint16_t)(filter->source_first +
                   below(seed, (uint32_t)filter->source_last - filter->source_first + 1));
    flow->destination_port =
        (uint16_t)(filter->destination_first +
                   below(seed, (uint32_t)filter->destination_last - filter->destination_first + 1));
}

static void bench_filters(const char *name, enum filter_style style, uint32_t count)
{
    struct filter *filters = need(count, sizeof(*filters));
    struct calpol_flow *flows = need(FLOW_COUNT, sizeof(*flows));
    struct text text = {NULL, 0, 0};
    struct bench bench;
    uint64_t seed = 4;

    make_filters(filters, count, style);
    write_filters(&text, filters, count);
    bench = start(name, &text);
    for (uint32_t i = 0; i < FLOW_COUNT; i++)
        fill_filter_flow(&flows[i], &filters[below(&seed, count)], &seed);
    print_row(&bench, "", flows, FLOW_COUNT);
    finish(&bench);
    free(filters);
    free(flows);
}

/* ---- All ------------------------------------------------------------------------------------- */

static void bench_w1(void)
{
    bench_mesh("W1", &mesh_w1);
}

static void bench_w2(void)
{
    bench_mesh("W2", &mesh_w2);
}

static void bench_w4(void)
{
    bench_filters("W4 acl 1k", FILTER_ACL, 1000);
    bench_filters("W4 acl 10k", FILTER_ACL, 10000);
    bench_filters("W4 acl 100k", FILTER_ACL, 100000);
    bench_filters("W4 fw 1k", FILTER_FW, 1000);
    bench_filters("W4 fw 10k", FILTER_FW, 10000);
    bench_filters("W4 ipc 1k", FILTER_IPC, 1000);
    bench_filters("W4 ipc 10k", FILTER_IPC, 10000);
}

static void bench_w5(void)
{
    struct mesh mesh = mesh_w2;

    mesh.endpoints = 1000000;
    bench_mesh("W5", &mesh);
}

/* More and more policies, as many of them on each endpoint. */
static void bench_w6_of(uint32_t thousands)
{
    struct mesh mesh = {
        .endpoints = 300 * thousands,
        .namespaces = 50 * thousands,
        .apps = 6,
        .k8s_policies = 600 * thousands,
        .policies = 300 * thousands,
        .global_policies = 100 * thousands,
        .teams = 4 * thousands,
    };
    char name[32];

    snprintf(name, sizeof(name), "W6 %uk", thousands);
    bench_mesh(name, &mesh);
}

static void bench_w6(void)
{
    bench_w6_of(1);
    bench_w6_of(10);
    bench_w6_of(100);
}

static void bench_w6_300k(void)
{
    bench_w6_of(300);
}

static void bench_w6_1m(void)
{
    bench_w6_of(1000);
}

static const struct {
    const char *name;
    void (*run)(void);
    enum { ALWAYS, IN_FULL, IF_NAMED } when;
} benches[] = {
    {"W1", bench_w1, ALWAYS},
    {"W2", bench_w2, ALWAYS},
    {"W3", bench_production, ALWAYS},
    {"W4", bench_w4, ALWAYS},
    {"W6", bench_w6, ALWAYS},
    {"W5", bench_w5, IN_FULL},
    {"W6-300k", bench_w6_300k, IN_FULL},
    {"W6-1M", bench_w6_1m, IF_NAMED},
};

static bool is_named(const char *name, int name_count, char **names)
{
    for (int i = 0; i < name_count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

int main(int argument_count, char **arguments)
{
    bool is_full = argument_count > 1 && strcmp(arguments[1], "--full") == 0;
    int skipped = is_full ? 2 : 1;

    print_heads();
    for (size_t i = 0; i < sizeof(benches) / sizeof(benches[0]); i++) {
        bool is_wanted = is_named(benches[i].name, argument_count - skipped, arguments + skipped);

        if (argument_count == skipped)
            is_wanted = benches[i].when == ALWAYS || (is_full && benches[i].when == IN_FULL);
        if (is_wanted)
            benches[i].run();
    }
    return EXIT_SUCCESS;
}
