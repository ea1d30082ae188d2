/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What single parts of the work cost: reading YAML and JSON, selectors, memory by what it is for,
 * and asking a whole cluster.
 *
 *     bench-parts
 */
#include "cluster.h"
#include "load.h"
#include "measure.h"

#include "ruleset/ruleset.h"
#include "selector/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define RUNS 5

/* ---- Reading --------------------------------------------------------------------------------- */

/* Nanoseconds since start, if that is less than the best run so far; 0: there was none. */
static double better(double best, uint64_t start)
{
    double took = (double)(busy() - start);

    return best > 0 && best < took ? best : took;
}

/* libyaml alone: the events of a text, each thrown away. */
static void parse_events(const struct text *text)
{
    yaml_parser_t parser;
    yaml_event_t event;
    bool is_over = false;

    if (!yaml_parser_initialize(&parser))
        abort();
    yaml_parser_set_input_string(&parser, (const unsigned char *)text->data, text->length);
    while (!is_over) {
        if (!yaml_parser_parse(&parser, &event))
            abort();
        is_over = event.type == YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
}

static struct text copy_text(const struct text *text)
{
    struct text copy = {need(text->length + 1, 1), text->length, text->length + 1};

    memcpy(copy.data, text->data, text->length);
    return copy;
}

/* Milliseconds from text to resources. */
static double read_text(const struct text *text)
{
    double best = 0;

    for (int run = 0; run < RUNS; run++) {
        struct text copy = copy_text(text);
        struct cluster cluster = load_cluster(&copy, EFFORT_USUAL);

        best = run && best < cluster.read ? best : cluster.read;
        free_cluster(&cluster);
    }
    return best;
}

static void bench_yaml(void)
{
    struct mesh mesh = mesh_w2;
    struct text text = {NULL, 0, 0};
    double events = 0, read, megabytes;

    mesh.endpoints = 20000;
    write_mesh(&text, &mesh);
    megabytes = (double)text.length / 1e6;
    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();

        parse_events(&text);
        events = better(events, start);
    }
    read = read_text(&text);
    printf("YAML, 10,000 policies and 20,000 pods, %.1f MB: to resources %.0f MB/s; libyaml's "
           "events alone "
           "%.0f MB/s: %.2f times as long\n",
           megabytes, megabytes / read * 1e3, megabytes / events * 1e9, read * 1e6 / events);
    text_free(&text);
}

/* Pods as kubectl -o json prints them. */
static void write_json(struct text *text, uint32_t count)
{
    text_add(text, "{\n    \"apiVersion\": \"v1\",\n    \"items\": [\n");
    for (uint32_t i = 0; i < count; i++)
        text_add(
            text,
            "%s        {\n            \"apiVersion\": \"v1\",\n            \"kind\": \"Pod\",\n"
            "            \"metadata\": {\n                \"labels\": {\n"
            "                    \"app\": \"app%u\",\n                    \"tier\": \"front\"\n"
            "                },\n                \"name\": \"pod-%u\",\n"
            "                \"namespace\": \"ns%u\"\n            },\n            \"spec\": {\n"
            "                \"nodeName\": \"node-%u\",\n"
            "                \"serviceAccountName\": \"default\"\n            },\n"
            "            \"status\": {\n                \"phase\": \"Running\",\n"
            "                \"podIPs\": [\n                    {\n"
            "                        \"ip\": \"10.%u.%u.%u\"\n                    }\n"
            "                ]\n            }\n        }",
            i ? ",\n" : "", i % 6, i, i % 500, i % 1000, i >> 16 & 255, i >> 8 & 255, i & 255);
    text_add(text, "\n    ],\n    \"kind\": \"List\"\n}\n");
}

static void bench_json(void)
{
    struct text text = {NULL, 0, 0};
    double megabytes;

    write_json(&text, 20000);
    megabytes = (double)text.length / 1e6;
    printf("JSON, a list of 20,000 pods, %.1f MB: to resources %.0f MB/s\n", megabytes,
           megabytes / read_text(&text) * 1e3);
    text_free(&text);
}

/* ---- Selectors ------------------------------------------------------------------------------- */

#define SELECTOR_COUNT 4096u

/* Each names another app. */
static const char *const shapes[][2] = {
    {"app == 'a", "' && tier in {'front', 'back'} && has(team)"},
    {"app != 'a", "' && !has(legacy) && env == 'prod'"},
    {"(app == 'a", "' || team == 'x') && tier not in {'middle'}"},
};

static void parse_selectors(char (*texts)[96],
                            struct cp_arena *arena,
                            struct cp_intern *names,
                            const struct cp_selector **out_selectors)
{
    for (uint32_t i = 0; i < SELECTOR_COUNT; i++) {
        struct cp_selector_problem problem;

        if (cp_selector_parse(cp_text_from(texts[i]), arena, names, &out_selectors[i], &problem))
            abort();
    }
}

static uint32_t match_selectors(const struct cp_program *programs,
                                const struct cp_intern *names,
                                uint32_t sets)
{
    static const char *const keys[] = {"app", "tier", "team", "env"};
    struct cp_label labels[4];
    uint32_t held = 0;

    for (uint32_t i = 0; i < 4; i++) {
        labels[i].key = cp_intern_find(names, cp_text_from(keys[i]));
        labels[i].value = cp_intern_find(names, cp_text_from(i == 3 ? "prod" : "front"));
    }
    for (uint32_t set = 0; set < sets; set++) {
        struct cp_label own[4];
        struct cp_labels all = {own, 4};

        memcpy(own, labels, sizeof(own));
        own[0].value = set; /* some number: other labels in each set */
        for (uint32_t a = 1; a < 4; a++) {
            for (uint32_t b = a; b > 0 && own[b].key < own[b - 1].key; b--) {
                struct cp_label swap = own[b];

                own[b] = own[b - 1];
                own[b - 1] = swap;
            }
        }
        for (uint32_t i = 0; i < SELECTOR_COUNT; i++)
            held += cp_program_matches(&programs[i], names, &all);
    }
    return held;
}

static void bench_selectors(void)
{
    char(*texts)[96] = need(SELECTOR_COUNT, sizeof(*texts));
    const struct cp_selector **selectors = need(SELECTOR_COUNT, sizeof(*selectors));
    struct cp_program *programs = need(SELECTOR_COUNT, sizeof(*programs));
    struct cp_arena arena, scratch;
    double parse = 0, match = 0;
    struct cp_intern names;

    for (uint32_t i = 0; i < SELECTOR_COUNT; i++)
        snprintf(texts[i], sizeof(texts[i]), "%s%u%s", shapes[i % 3][0], i, shapes[i % 3][1]);
    cp_arena_init(&arena, NULL);
    cp_arena_init(&scratch, NULL);
    cp_intern_init(&names, &arena);
    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();

        parse_selectors(texts, &arena, &names, selectors);
        parse = better(parse, start);
    }
    for (uint32_t i = 0; i < SELECTOR_COUNT; i++) {
        if (cp_program_make(selectors[i], &arena, &scratch, &programs[i]))
            abort();
    }
    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();

        match_selectors(programs, &names, 256);
        match = better(match, start);
    }
    printf("selectors of three terms: parsed in %.0f ns, matched in %.1f ns\n",
           parse / SELECTOR_COUNT, match / SELECTOR_COUNT / 256);
    cp_arena_finish(&arena);
    cp_arena_finish(&scratch);
    free(texts);
    free(selectors);
    free(programs);
}

/* ---- Memory ---------------------------------------------------------------------------------- */

/* Bytes of the ruleset but for its programs. */
static double plain_bytes(const struct mesh *mesh, uint32_t *out_rules, double *out_programs)
{
    struct text text = {NULL, 0, 0};
    struct cluster cluster;
    double bytes;

    write_mesh(&text, mesh);
    cluster = load_cluster(&text, EFFORT_USUAL);
    *out_rules = cluster.ruleset->rule_count;
    *out_programs = (double)cluster.ruleset->programs->bytes;
    bytes = (double)cluster.ruleset->arena.total - *out_programs;
    free_cluster(&cluster);
    return bytes;
}

/* What an endpoint, a policy more costs. */
static void bench_memory(void)
{
    struct mesh base = mesh_w2, more_endpoints, more_policies;
    double bytes, with_endpoints, with_policies, programs, programs_with_endpoints, other;
    uint32_t rules, other_rules, policies;

    base.endpoints = 20000;
    more_endpoints = more_policies = base;
    more_endpoints.endpoints *= 2;
    more_policies.k8s_policies *= 2;
    more_policies.policies *= 2;
    more_policies.global_policies *= 2;
    policies = base.k8s_policies + base.policies + base.global_policies;
    bytes = plain_bytes(&base, &rules, &programs);
    with_endpoints = plain_bytes(&more_endpoints, &other_rules, &programs_with_endpoints);
    with_policies = plain_bytes(&more_policies, &other_rules, &other);
    printf("memory: an endpoint more of known labels %.0f B, and %.0f B of records and addresses "
           "for the fast "
           "path; a policy more with its %.1f rules %.0f B, %.0f B a rule\n",
           (with_endpoints - bytes) / base.endpoints,
           (programs_with_endpoints - programs) / base.endpoints, (double)rules / policies,
           (with_policies - bytes) / policies, (with_policies - bytes) / (other_rules - rules));
}

/* ---- Whole clusters -------------------------------------------------------------------------- */

/* Who may talk to whom: one TCP port, from each endpoint to each other. */
static uint64_t count_connections(const calpol_ruleset *ruleset,
                                  const uint32_t *endpoints,
                                  uint32_t count)
{
    struct calpol_flow *flows = need(count, sizeof(*flows));
    struct calpol_verdict *verdicts = need(count, sizeof(*verdicts));
    uint64_t allowed = 0;

    for (uint32_t from = 0; from < count; from++) {
        for (uint32_t to = 0; to < count; to++)
            flows[to] = (struct calpol_flow){
                .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT |
                         CALPOL_GIVEN_DESTINATION_PORT | CALPOL_GIVEN_NO_HTTP |
                         CALPOL_GIVEN_NO_DOMAINS,
                .source_endpoint = endpoints[from],
                .destination_endpoint = endpoints[to],
                .source_port = 40000,
                .destination_port = 8080,
                .protocol = 6,
            };
        calpol_evaluate_batch(ruleset, flows, sizeof(*flows), count, verdicts, sizeof(*verdicts));
        for (uint32_t to = 0; to < count; to++)
            allowed += verdicts[to].action == CALPOL_ACTION_ALLOW;
    }
    free(flows);
    free(verdicts);
    return allowed;
}

/* An endpoint of each pair of programs and class of address: the others are like one of these. */
static uint32_t *choose_endpoints(const calpol_ruleset *ruleset, bool by_class, uint32_t *out_count)
{
    const struct cp_endpoint_record *records = ruleset->programs->records[0];
    uint32_t *endpoints = need(ruleset->workload_count, sizeof(*endpoints)), count = 0;
    bool *is_seen = need(ruleset->programs->class_count, sizeof(*is_seen));

    for (uint32_t i = 0; i < ruleset->workload_count; i++) {
        if (by_class && is_seen[records[i].address_class])
            continue;
        is_seen[records[i].address_class] = true;
        endpoints[count++] = i;
    }
    free(is_seen);
    *out_count = count;
    return endpoints;
}

static void bench_connectivity(const char *name, const struct mesh *mesh, bool by_class)
{
    struct text text = {NULL, 0, 0};
    uint32_t count, *endpoints;
    struct cluster cluster;
    uint64_t allowed = 0;
    double took = 0;

    write_mesh(&text, mesh);
    cluster = load_cluster(&text, EFFORT_USUAL);
    endpoints = choose_endpoints(cluster.ruleset, by_class, &count);
    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();

        allowed = count_connections(cluster.ruleset, endpoints, count);
        took = better(took, start);
    }
    printf("connectivity of %s, one port: %u x %u %s in %.0f ms; %.1f %% allowed\n", name, count,
           count, by_class ? "classes" : "endpoints", took / 1e6,
           100.0 * (double)allowed / ((double)count * count));
    free(endpoints);
    free_cluster(&cluster);
}

int main(void)
{
    struct mesh w2 = mesh_w2;

    bench_yaml();
    bench_json();
    bench_selectors();
    bench_memory();
    bench_connectivity("W1", &mesh_w1, false);
    w2.endpoints = 6000; /* two of each class are as good as thirty */
    bench_connectivity("W2", &w2, true);
    return EXIT_SUCCESS;
}
