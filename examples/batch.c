/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may connect to whom: every pair of endpoints in one batch of plain flows.
 *
 * usage: batch PROTOCOL-NUMBER PORT PATH...
 */
#include <calpol/calpol.h>

#include <stdio.h>
#include <stdlib.h>

static void check(int status, const char *what)
{
    if (status == CALPOL_OK)
        return;
    fprintf(stderr, "%s: %s\n", what, calpol_status_text(status));
    exit(EXIT_FAILURE);
}

static calpol_ruleset *load(char **paths)
{
    calpol_loader *loader = NULL;
    calpol_ruleset *ruleset = NULL;

    check(calpol_loader_new(NULL, &loader), "loader");
    for (; *paths; paths++)
        check(calpol_loader_add_path(loader, *paths), *paths);
    check(calpol_loader_finish(loader, &ruleset, NULL), "policies");
    calpol_loader_free(loader);
    return ruleset;
}

/* One flow for each pair, row by row. */
static struct calpol_flow *make_flows(const struct calpol_counts *counts,
                                      uint8_t protocol,
                                      uint16_t port)
{
    size_t count = counts->endpoints;
    struct calpol_flow *flows = calloc(count * count, sizeof(*flows));

    if (!flows)
        check(CALPOL_ERROR_NO_MEMORY, "flows");
    for (size_t i = 0; i < count * count; i++) {
        flows[i].given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT;
        flows[i].source_endpoint = (uint32_t)(i / count);
        flows[i].destination_endpoint = (uint32_t)(i % count);
        flows[i].protocol = protocol;
        flows[i].destination_port = port;
    }
    return flows;
}

static const char *name_of(const calpol_ruleset *ruleset, uint32_t endpoint)
{
    struct calpol_endpoint_info info;

    check(calpol_ruleset_endpoint(ruleset, endpoint, &info, sizeof(info)), "endpoint");
    return info.reference;
}

int main(int argc, char **argv)
{
    struct calpol_counts counts;
    struct calpol_verdict *verdicts;
    struct calpol_flow *flows;
    calpol_ruleset *ruleset;
    size_t pair_count;

    if (argc < 4) {
        fprintf(stderr, "usage: %s PROTOCOL-NUMBER PORT PATH...\n", argv[0]);
        return EXIT_FAILURE;
    }
    ruleset = load(argv + 3);
    check(calpol_ruleset_counts(ruleset, &counts, sizeof(counts)), "counts");
    flows = make_flows(&counts, (uint8_t)atoi(argv[1]), (uint16_t)atoi(argv[2]));
    pair_count = (size_t)counts.endpoints * counts.endpoints;
    verdicts = calloc(pair_count, sizeof(*verdicts));
    if (!verdicts)
        check(CALPOL_ERROR_NO_MEMORY, "verdicts");

    /* A pair that cannot be, such as one without a common IP version, gets action NONE. */
    calpol_evaluate_batch(ruleset, flows, sizeof(*flows), pair_count, verdicts, sizeof(*verdicts));
    for (size_t i = 0; i < pair_count; i++)
        printf("%-8s %s -> %s\n", calpol_action_name(verdicts[i].action),
               name_of(ruleset, flows[i].source_endpoint),
               name_of(ruleset, flows[i].destination_endpoint));

    free(verdicts);
    free(flows);
    calpol_ruleset_unref(ruleset);
    return EXIT_SUCCESS;
}
