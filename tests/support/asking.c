/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking a ruleset everything.
 */
#include "support/asking.h"

#include <stdio.h>
#include <string.h>

#define MOST_ENDPOINTS 12u
#define MOST_FLOWS 1024u

static const char *const addresses[] = {
    "10.0.0.1", "10.0.0.2", "10.1.0.1", "10.96.0.1", "192.168.0.1", "203.0.113.9", "fd00::1",
};

enum { ADDRESS_COUNT = sizeof(addresses) / sizeof(addresses[0]) };

/* Flows are collected, then asked at once. */
struct asking {
    calpol_ruleset *ruleset;
    struct calpol_flow flows[MOST_FLOWS];
    uint32_t count;
    uint64_t sum;
};

static void take(struct asking *asking, const void *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        asking->sum = (asking->sum ^ ((const unsigned char *)bytes)[i]) * 0x100000001b3u;
}

static void take_text(struct asking *asking, const char *text)
{
    take(asking, text, strlen(text));
}

/* ---- Plain flows ----------------------------------------------------------------------------- */

/* An end by number: endpoints, then addresses, then nobody knows. */
static void set_end(uint32_t number,
                    uint32_t endpoint_count,
                    uint32_t *out_endpoint,
                    struct calpol_address *out_address)
{
    memset(out_address, 0, sizeof(*out_address));
    *out_endpoint = number < endpoint_count ? number : CALPOL_NONE;
    if (number >= endpoint_count && number - endpoint_count < ADDRESS_COUNT)
        calpol_address_parse(addresses[number - endpoint_count], out_address);
}

static void set_numbers(struct calpol_flow *flow, uint32_t number)
{
    static const uint8_t protocols[] = {6, 17, 1, 132, 58, 6, 47};
    static const uint16_t ports[] = {80, 443, 53, 8080, 65535, 0, 9376, 30080};

    flow->protocol = protocols[number % sizeof(protocols)];
    flow->destination_port = ports[number % 8];
    flow->source_port = ports[number / 3 % 8];
    flow->icmp_type = 8;
    flow->given = CALPOL_GIVEN_NO_DOMAINS * 2 - 1;
    if (number % 5 == 4)
        flow->given &= number * 2654435761u >> 20;
}

static void ask_flows(struct asking *asking)
{
    static struct calpol_verdict verdicts[MOST_FLOWS];
    struct calpol_verdict one = {.action = CALPOL_ACTION_NONE};

    memset(verdicts, 0, sizeof(verdicts));
    calpol_evaluate_batch(asking->ruleset, asking->flows, sizeof(asking->flows[0]), asking->count,
                          verdicts, sizeof(verdicts[0]));
    take(asking, verdicts, asking->count * sizeof(verdicts[0]));
    for (uint32_t i = 0; i < asking->count; i += 7) {
        if (calpol_evaluate(asking->ruleset, &asking->flows[i], sizeof(asking->flows[i]), &one,
                            sizeof(one)) == CALPOL_OK)
            take(asking, &one, sizeof(one));
    }
    asking->count = 0;
}

static void ask_plainly(struct asking *asking, uint32_t endpoint_count)
{
    uint32_t ends = endpoint_count + ADDRESS_COUNT + 1, number = 0;

    for (uint32_t from = 0; from < ends; from++) {
        for (uint32_t to = 0; to < ends; to++) {
            struct calpol_flow *flow = &asking->flows[asking->count++];

            memset(flow, 0, sizeof(*flow));
            set_end(from, endpoint_count, &flow->source_endpoint, &flow->source_address);
            set_end(to, endpoint_count, &flow->destination_endpoint, &flow->destination_address);
            set_numbers(flow, number++);
            if (asking->count == MOST_FLOWS)
                ask_flows(asking);
        }
    }
    ask_flows(asking);
}

/* ---- In words -------------------------------------------------------------------------------- */

static void explain(struct asking *asking, calpol_query *query)
{
    struct calpol_verdict verdict = {.action = CALPOL_ACTION_NONE};
    calpol_trace *trace = NULL;

    if (calpol_query_evaluate(query, &verdict, sizeof(verdict)) == CALPOL_OK)
        take(asking, &verdict, sizeof(verdict));
    calpol_query_explain(query, &trace);
    if (trace) {
        take_text(asking, calpol_trace_json(trace));
        take_text(asking, calpol_trace_summary(trace));
        take_text(asking, calpol_trace_text(trace));
    }
    calpol_trace_free(trace);
}

static const char *reference_of(const calpol_ruleset *ruleset, uint32_t endpoint)
{
    struct calpol_endpoint_info info;

    if (calpol_ruleset_endpoint(ruleset, endpoint, &info, sizeof(info)) != CALPOL_OK)
        return "external";
    return info.reference;
}

static void ask_in_words(struct asking *asking, uint32_t endpoint_count)
{
    static const char *const others[] = {
        "external", "203.0.113.9", "service:shop/web", "service:shop/web:http",
        "node:n1",  "10.96.0.1",
    };
    const uint32_t other_count = sizeof(others) / sizeof(others[0]);

    for (uint32_t i = 0; i < endpoint_count + other_count; i++) {
        uint32_t j = (i * 7 + 3) % (endpoint_count + other_count);
        calpol_query *query = NULL;

        if (calpol_query_new(asking->ruleset, &query) != CALPOL_OK)
            return;
        calpol_query_set_source(query, i < endpoint_count ? reference_of(asking->ruleset, i)
                                                          : others[i - endpoint_count]);
        calpol_query_set_destination(query, j < endpoint_count ? reference_of(asking->ruleset, j)
                                                               : others[j - endpoint_count]);
        if (i % 3) {
            calpol_query_set_protocol(query, i % 3 == 1 ? "TCP" : "UDP");
            calpol_query_set_destination_port(query, i % 2 ? 80 : 53);
        }
        if (i % 4 == 1)
            calpol_query_set_http(query, "GET", "/a/b");
        if (i % 4 == 2)
            calpol_query_add_domain(query, "a.example.com");
        if (i % 5 == 1)
            calpol_query_relabel(query, reference_of(asking->ruleset, i % 2), "app=other");
        if (i % 5 == 2)
            calpol_query_set_option(query, "scope", "pending");
        explain(asking, query);
        calpol_query_free(query);
    }
}

/* A pod that is in no file. */
static void ask_inline(struct asking *asking)
{
    static const char flow[] =
        "{\"source\": {\"labels\": {\"app\": \"web\"}, \"namespace\": \"shop\", \"ip\": "
        "\"10.9.9.9\","
        " \"service_account\": \"robot\", \"ports\": [{\"name\": \"http\", \"port\": 80}]},"
        " \"destination\": {\"ref\": \"pod:shop/web\"}, \"protocol\": \"TCP\"}";
    calpol_query *query = NULL;

    if (calpol_query_new(asking->ruleset, &query) != CALPOL_OK)
        return;
    calpol_query_set_flow(query, flow, strlen(flow));
    explain(asking, query);
    calpol_query_free(query);
}

/* ---- Names ----------------------------------------------------------------------------------- */

static void ask_names(struct asking *asking, const struct calpol_counts *counts)
{
    struct calpol_policy_info policy;
    struct calpol_tier_info tier;
    struct calpol_address address;
    char text[200];
    uint32_t endpoint = 0;

    for (uint32_t i = 0; i < counts->tiers; i++) {
        if (calpol_ruleset_tier(asking->ruleset, i, &tier, sizeof(tier)) == CALPOL_OK)
            take_text(asking, tier.name);
    }
    for (uint32_t i = 0; i < counts->policies; i++) {
        if (calpol_ruleset_policy(asking->ruleset, i, &policy, sizeof(policy)) != CALPOL_OK)
            continue;
        take_text(asking, policy.label);
        take_text(asking, policy.kind);
        take_text(asking, policy.source);
    }
    for (uint32_t i = 0; i < ADDRESS_COUNT; i++) {
        calpol_address_parse(addresses[i], &address);
        if (calpol_ruleset_find_address(asking->ruleset, &address, &endpoint) == CALPOL_OK)
            take(asking, &endpoint, sizeof(endpoint));
    }
    if (calpol_ruleset_find_endpoint(asking->ruleset, "pod:shop/web", &endpoint) == CALPOL_OK)
        take(asking, &endpoint, sizeof(endpoint));
    if (calpol_ruleset_suggest(asking->ruleset, "pod:shop/wep", text, sizeof(text)) == CALPOL_OK)
        take_text(asking, text);
}

uint64_t ask_everything(calpol_ruleset *ruleset)
{
    static struct asking asking;
    struct calpol_counts counts = {.tiers = 0};
    uint32_t endpoint_count;

    asking.ruleset = ruleset;
    asking.count = 0;
    asking.sum = 0xcbf29ce484222325u;
    calpol_ruleset_counts(ruleset, &counts, sizeof(counts));
    endpoint_count = counts.endpoints < MOST_ENDPOINTS ? counts.endpoints : MOST_ENDPOINTS;
    ask_plainly(&asking, endpoint_count);
    ask_in_words(&asking, endpoint_count);
    ask_inline(&asking);
    ask_names(&asking, &counts);
    return asking.sum;
}
