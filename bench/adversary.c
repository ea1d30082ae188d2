/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rulesets that are meant to be hard on the compiler: is what a policy author writes compiled
 * within bounds?
 *
 *     bench-adversary [--quick] [NAME...]
 *
 * Loads run with the library's usual limits. --quick takes an eighth of each. Ends with 1 if a
 * ruleset takes more than ten seconds of the processor to compile, or more than a gibibyte of
 * memory at any moment; or if the fast path and the plain walk differ on one of a thousand flows.
 */
#include "load.h"
#include "measure.h"
#include "text.h"

#include "evaluate/evaluate.h"
#include "evaluate/fast.h"
#include "evaluate/resolve.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_MILLISECONDS 10000.0
#define MOST_BYTES ((size_t)1 << 30)

#define CALICO "---\napiVersion: projectcalico.org/v3\n"

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_pods(struct text *text, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        text_add(
            text,
            "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p%u\n  namespace: ns\n  labels:\n"
            "    id: v%u\n    group: g%u\nspec:\n  containers:\n  - name: c\n    ports:\n"
            "    - name: named\n      containerPort: %u\nstatus:\n  podIPs:\n  - ip: 10.%u.%u.%u\n",
            i, i, i % 16, 1 + i % 60000, i >> 16 & 255, i >> 8 & 255, i & 255);
}

static void begin_policy(struct text *text, uint32_t number, const char *selector, const char *type)
{
    text_add(text,
             CALICO "kind: GlobalNetworkPolicy\nmetadata:\n  name: g%u\nspec:\n  order: %u\n"
                    "  selector: %s\n  types: [%s]\n",
             number, number, selector, type);
}

/* A policy has at most 1,024 rules. */
#define RULES_OF_POLICY 1000u

/* Before each rule: where it is time for that, a new policy for all endpoints. */
static void begin_rule(struct text *text, uint32_t rule, bool is_egress)
{
    if (rule % RULES_OF_POLICY)
        return;
    begin_policy(text, rule / RULES_OF_POLICY * 2 + is_egress, "all()",
                 is_egress ? "Egress" : "Ingress");
    text_add(text, "  %s:\n", is_egress ? "egress" : "ingress");
}

/* Each policy selects an endpoint of its own, each rule names one. */
static void write_selectors(struct text *text, uint32_t size)
{
    char selector[64];

    for (uint32_t i = 0; i < size; i++) {
        snprintf(selector, sizeof(selector), "id == 'v%u' || group == 'g%u'", i, i % 16);
        begin_policy(text, i, selector, "Ingress");
        text_add(
            text,
            "  ingress:\n  - action: %s\n    source:\n      selector: id == 'v%u' || id == 'v%u'\n",
            i % 3 ? "Allow" : "Deny", i * 7 % size, i * 13 % size);
    }
    write_pods(text, size);
}

/* No two rules name the same port on either side. */
static void write_ports(struct text *text, uint32_t size)
{
    for (int direction = 0; direction < 2; direction++) {
        for (uint32_t i = 0; i < size; i++) {
            begin_rule(text, i, direction);
            text_add(text,
                     "  - action: %s\n    protocol: %s\n    source:\n      ports: [%u]\n"
                     "    destination:\n      ports: [%u]\n",
                     i % 3 ? "Allow" : "Deny", i % 2 ? "TCP" : "UDP", 1 + i * 3 % 65000,
                     1 + i * 7 % 65000);
        }
    }
    write_pods(text, 64);
}

/* Networks in networks, as sources, and what is not in them. */
static void write_nets(struct text *text, uint32_t size)
{
    uint64_t seed = 5;

    for (uint32_t i = 0; i < size; i++) {
        uint32_t length = 8 + below(&seed, 25), address = 10u << 24 | below(&seed, 1u << 18) << 6;

        begin_rule(text, i, false);
        address &= UINT32_MAX << (32 - length);
        text_add(text, "  - action: %s\n    source:\n      %s: [%u.%u.%u.%u/%u]\n",
                 i % 2 ? "Allow" : "Deny", i % 16 ? "nets" : "notNets", address >> 24,
                 address >> 16 & 255, address >> 8 & 255, address & 255, length);
        if (i % 16 == 0)
            text_add(text, "      ports: [%u]\n    protocol: TCP\n", 1 + i % 60000);
    }
    write_pods(text, 64);
}

/* Each endpoint has a program of its own, for rules name the endpoint's own address. */
static void write_own_nets(struct text *text, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        begin_rule(text, i, false);
        text_add(text,
                 "  - action: Allow\n    source:\n      selector: id == 'v%u'\n    destination:\n"
                 "      nets: [10.%u.%u.%u/32]\n",
                 i * 7 % size, i >> 16 & 255, i >> 8 & 255, i & 255);
    }
    write_pods(text, size);
}

/* One name that is another port on each endpoint. */
static void write_named_ports(struct text *text, uint32_t size)
{
    begin_policy(text, 0, "all()", "Ingress, Egress");
    text_add(text, "  egress:\n");
    for (uint32_t i = 0; i < 16; i++)
        text_add(
            text,
            "  - action: %s\n    protocol: TCP\n    destination:\n      selector: group == 'g%u'\n"
            "      ports: [named]\n",
            i % 3 ? "Allow" : "Deny", i);
    text_add(text, "  ingress:\n  - action: Allow\n    protocol: TCP\n    destination:\n"
                   "      notPorts: [named]\n");
    write_pods(text, size);
}

/* Every endpoint is governed by all policies; no two endpoints by the same, for one each is its
 * own. */
static void write_layers(struct text *text, uint32_t size)
{
    char selector[64];

    for (uint32_t i = 0; i < size; i++) {
        snprintf(selector, sizeof(selector), "id != 'v%u'", i);
        begin_policy(text, i, selector, "Ingress");
        text_add(text,
                 "  ingress:\n  - action: Allow\n    protocol: TCP\n    source:\n"
                 "      selector: id != 'v%u'\n    destination:\n      ports: [%u]\n",
                 i * 7 % size, 1 + i % 60000);
    }
    write_pods(text, size);
}

static const struct series {
    const char *name;
    void (*write)(struct text *text, uint32_t size);
    uint32_t size;
} all[] = {
    {"distinct-selectors", write_selectors, 20000}, {"distinct-ports", write_ports, 20000},
    {"overlapping-nets", write_nets, 100000},       {"own-nets", write_own_nets, 4000},
    {"named-ports", write_named_ports, 8000},       {"layers", write_layers, 1600},
};

/* ---- Running --------------------------------------------------------------------------------- */

static struct calpol_flow random_flow(const calpol_ruleset *ruleset, uint64_t *seed)
{
    struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |
                 CALPOL_GIVEN_NO_HTTP | CALPOL_GIVEN_NO_DOMAINS,
        .source_endpoint = below(seed, ruleset->workload_count),
        .destination_endpoint = below(seed, ruleset->workload_count),
        .source_port = (uint16_t)below(seed, 65536),
        .destination_port = (uint16_t)below(seed, 65536),
        .protocol = below(seed, 2) ? 6 : 17,
    };

    return flow;
}

static bool agree(const calpol_ruleset *ruleset, const struct calpol_flow *plain, uint32_t *judged)
{
    struct calpol_verdict fast, slow;
    struct cp_world world;
    struct cp_flow flow;

    if (!cp_fast_kernel_best()->judge(ruleset->programs, plain, &fast))
        return true;
    ++*judged;
    cp_world_init(&world, ruleset);
    cp_resolve_plain(&world, plain, &flow);
    cp_judge(&world, &flow, &slow);
    return memcmp(&fast, &slow, sizeof(fast)) == 0;
}

static bool run(const struct series *series, bool is_quick)
{
    uint32_t judged = 0, different = 0, flows = 1000;
    struct text text = {NULL, 0, 0};
    struct cluster cluster;
    uint64_t seed = 7;
    bool is_good;

    series->write(&text, is_quick ? series->size / 8 : series->size);
    cluster = load_cluster(&text, EFFORT_USUAL);
    for (uint32_t i = 0; i < flows; i++) {
        struct calpol_flow flow = random_flow(cluster.ruleset, &seed);

        different += !agree(cluster.ruleset, &flow, &judged);
    }
    is_good =
        !different && cluster.compile <= MOST_MILLISECONDS && cluster.most_bytes <= MOST_BYTES;
    printf("%-20s %8.1f %8.0f %8.0f %8.1f %8.1f %8u %8u %7.1f%s\n", series->name,
           (double)cluster.text_bytes / 1e6, cluster.read, cluster.compile,
           (double)cluster.most_bytes / 1e6, (double)cluster.ruleset->arena.total / 1e6,
           cluster.ruleset->programs->program_count, cluster.ruleset->programs->left_out,
           100.0 * judged / flows,
           is_good     ? ""
           : different ? "  WRONG"
                       : "  TOO MUCH");
    fflush(stdout);
    free_cluster(&cluster);
    return is_good;
}

static bool is_asked(const char *name, int name_count, char **names)
{
    for (int i = 0; i < name_count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return name_count == 0;
}

int main(int argument_count, char **arguments)
{
    bool is_quick = argument_count > 1 && strcmp(arguments[1], "--quick") == 0;
    int skipped = is_quick ? 2 : 1, bad = 0;

    printf("%-20s %8s %8s %8s %8s %8s %8s %8s %7s\n", "hard rulesets", "MB text", "read ms",
           "compile", "MB peak", "MB kept", "programs", "left out", "% fast");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (is_asked(all[i].name, argument_count - skipped, arguments + skipped))
            bad += !run(&all[i], is_quick);
    }
    return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}
