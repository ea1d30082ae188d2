/* SPDX-License-Identifier: Apache-2.0 */
/*
 * W4 by DPDK's librte_acl: the same filters and headers as bench-evaluate's, single and in batches.
 *
 *     bench-acl
 *
 * What it answers is the number of the first filter that matches and no more. A reading beside it:
 * the same filters scanned one by one, to which the answers must be equal.
 */
#include "cluster.h"
#include "measure.h"

#include <rte_acl.h>
#include <rte_eal.h>

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FLOW_COUNT 65536u
#define RUNS 15

/* Network byte order, as the library wants its input. */
struct header {
    uint8_t protocol, padding[3];
    uint32_t source, destination;
    uint16_t source_port, destination_port;
};

enum { PROTOCOL, SOURCE, DESTINATION, SOURCE_PORT, DESTINATION_PORT, FIELDS };

static struct rte_acl_field_def fields[FIELDS] = {
    {RTE_ACL_FIELD_TYPE_BITMASK, 1, PROTOCOL, 0, offsetof(struct header, protocol)},
    {RTE_ACL_FIELD_TYPE_MASK, 4, SOURCE, 1, offsetof(struct header, source)},
    {RTE_ACL_FIELD_TYPE_MASK, 4, DESTINATION, 2, offsetof(struct header, destination)},
    {RTE_ACL_FIELD_TYPE_RANGE, 2, SOURCE_PORT, 3, offsetof(struct header, source_port)},
    {RTE_ACL_FIELD_TYPE_RANGE, 2, DESTINATION_PORT, 3, offsetof(struct header, destination_port)},
};

RTE_ACL_RULE_DEF(rule, FIELDS);

static void die(const char *what)
{
    fprintf(stderr, "librte_acl: %s failed\n", what);
    exit(EXIT_FAILURE);
}

static struct rule rule_of(const struct filter *filter, uint32_t number, uint32_t count)
{
    struct rule rule = {
        .data = {.category_mask = 1, .priority = (int32_t)(count - number), .userdata = number + 1},
    };

    rule.field[PROTOCOL].value.u8 = filter->protocol;
    rule.field[PROTOCOL].mask_range.u8 = filter->protocol ? 0xff : 0;
    rule.field[SOURCE].value.u32 = filter->source;
    rule.field[SOURCE].mask_range.u32 = filter->source_length;
    rule.field[DESTINATION].value.u32 = filter->destination;
    rule.field[DESTINATION].mask_range.u32 = filter->destination_length;
    rule.field[SOURCE_PORT].value.u16 = filter->source_first;
    rule.field[SOURCE_PORT].mask_range.u16 = filter->source_last;
    rule.field[DESTINATION_PORT].value.u16 = filter->destination_first;
    rule.field[DESTINATION_PORT].mask_range.u16 = filter->destination_last;
    return rule;
}

static struct rte_acl_ctx *build(const struct filter *filters, uint32_t count)
{
    struct rte_acl_param parameters = {
        .name = "peer",
        .socket_id = SOCKET_ID_ANY,
        .rule_size = sizeof(struct rule),
        .max_rule_num = count,
    };
    struct rte_acl_config config = {.num_categories = 1, .num_fields = FIELDS};
    struct rte_acl_ctx *context = rte_acl_create(&parameters);
    struct rule *rules = calloc(count, sizeof(*rules));

    if (!context || !rules)
        die("making a context");
    for (uint32_t i = 0; i < count; i++)
        rules[i] = rule_of(&filters[i], i, count);
    memcpy(config.defs, fields, sizeof(fields));
    if (rte_acl_add_rules(context, (const struct rte_acl_rule *)(const void *)rules, count) ||
        rte_acl_build(context, &config))
        die("building");
    free(rules);
    return context;
}

/* A header that matches a filter. */
static struct header header_of(const struct filter *filter, uint64_t *seed)
{
    uint32_t source_mask = filter->source_length ? UINT32_MAX << (32 - filter->source_length) : 0;
    uint32_t mask =
        filter->destination_length ? UINT32_MAX << (32 - filter->destination_length) : 0;
    struct header header = {.protocol = filter->protocol ? filter->protocol : 6};

    header.source = htonl(filter->source | (below(seed, UINT32_MAX) & ~source_mask));
    header.destination = htonl(filter->destination | (below(seed, UINT32_MAX) & ~mask));
    header.source_port =
        htons((uint16_t)(filter->source_first +
                         below(seed, (uint32_t)filter->source_last - filter->source_first + 1)));
    header.destination_port = htons(
        (uint16_t)(filter->destination_first + below(seed, (uint32_t)filter->destination_last -
                                                               filter->destination_first + 1)));
    return header;
}

static bool fits(const struct filter *filter, const struct header *header)
{
    uint32_t source_mask = filter->source_length ? UINT32_MAX << (32 - filter->source_length) : 0;
    uint32_t mask =
        filter->destination_length ? UINT32_MAX << (32 - filter->destination_length) : 0;
    uint16_t source_port = ntohs(header->source_port), port = ntohs(header->destination_port);

    return (!filter->protocol || filter->protocol == header->protocol) &&
           (ntohl(header->source) & source_mask) == filter->source &&
           (ntohl(header->destination) & mask) == filter->destination &&
           source_port >= filter->source_first && source_port <= filter->source_last &&
           port >= filter->destination_first && port <= filter->destination_last;
}

static void check(struct rte_acl_ctx *context,
                  const struct filter *filters,
                  uint32_t count,
                  const struct header *headers)
{
    for (uint32_t i = 0; i < 1000; i++) {
        const uint8_t *data = (const uint8_t *)&headers[i];
        uint32_t found, expected = 0;

        rte_acl_classify(context, &data, &found, 1, 1);
        while (expected < count && !fits(&filters[expected], &headers[i]))
            expected++;
        if (found != expected + 1)
            die("a comparison with a scan");
    }
}

/* Nanoseconds for each header, size at a time; with 1 each waits for the one before. */
static double measure_classify(struct rte_acl_ctx *context,
                               const struct header *headers,
                               uint32_t size)
{
    const uint8_t **data = need(FLOW_COUNT, sizeof(*data));
    volatile uint32_t none = 0;
    uint32_t zero = 0, mask = none, results[1024];
    double best = 0;

    for (uint32_t i = 0; i < FLOW_COUNT; i++)
        data[i] = (const uint8_t *)&headers[i];
    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();
        double took;

        for (uint32_t i = 0; i < FLOW_COUNT; i += size) {
            rte_acl_classify(context, &data[i + zero], results, size, 1);
            zero = results[0] & mask;
        }
        took = (double)(busy() - start) / FLOW_COUNT;
        best = run && best < took ? best : took;
    }
    free(data);
    return best;
}

static void run(const char *name, enum filter_style style, uint32_t count)
{
    struct filter *filters = need(count, sizeof(*filters));
    struct header *headers = need(FLOW_COUNT, sizeof(*headers));
    struct rte_acl_ctx *context;
    uint64_t seed = 4, start;
    double built;

    make_filters(filters, count, style);
    for (uint32_t i = 0; i < FLOW_COUNT; i++)
        headers[i] = header_of(&filters[below(&seed, count)], &seed);
    start = busy();
    context = build(filters, count);
    built = (double)(busy() - start) / 1e6;
    check(context, filters, count, headers);
    printf("%-26s %7.1f               %6.1f %6.1f  built in %.0f ms\n", name,
           measure_classify(context, headers, 1), measure_classify(context, headers, 16),
           measure_classify(context, headers, 1024), built);
    fflush(stdout);
    rte_acl_free(context);
    free(filters);
    free(headers);
}

int main(int argument_count, char **arguments)
{
    /* Neither devices nor huge pages, nor anything that is left behind. */
    char no_huge[] = "--no-huge", no_pci[] = "--no-pci", no_files[] = "--no-shconf";
    char no_telemetry[] = "--no-telemetry", memory[] = "-m", megabytes[] = "4096";
    char log_level[] = "--log-level=error";
    char *eal[] = {arguments[0], no_huge,   no_pci,    no_files, no_telemetry,
                   memory,       megabytes, log_level, NULL};
    bool is_full = argument_count > 1 && strcmp(arguments[1], "--full") == 0;

    if (rte_eal_init(sizeof(eal) / sizeof(eal[0]) - 1, eal) < 0)
        die("rte_eal_init");
    printf("%-26s %7s               %6s %6s\n", "librte_acl, ns per flow", "single", "by 16",
           "by 1024");
    run("W4 acl 1k", FILTER_ACL, 1000);
    run("W4 acl 10k", FILTER_ACL, 10000);
    if (is_full)
        run("W4 acl 100k", FILTER_ACL, 100000);
    run("W4 fw 1k", FILTER_FW, 1000);
    if (is_full)
        run("W4 fw 10k", FILTER_FW, 10000);
    run("W4 ipc 1k", FILTER_IPC, 1000);
    run("W4 ipc 10k", FILTER_IPC, 10000);
    return EXIT_SUCCESS;
}
