/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain flows: one at a time and in batches, the same as in words, without memory.
 */
#include "support/failing_allocator.h"
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <string.h>

static const char cluster[] =
    POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}, {ip: 'fd00::1'}")
        POD("shop", "db", "app: db", "nodeName: n2", "{ip: 10.0.0.2}")
            HOST_ENDPOINT("h2", "", "node: n2, interfaceName: eth0, expectedIPs: [192.168.0.2]")
                NETWORK_SET("office", "role: office", "nets: [203.0.113.0/24]") SERVICE(
                    "shop",
                    "db",
                    "clusterIP: 10.96.0.1, selector: {app: db}, ports: [{port: 80, targetPort: "
                    "5432}]") POLICY("shop",
                                     "db",
                                     "selector: app == 'db', types: [Ingress, Egress], ingress: ["
                                     "{action: Log},"
                                     "{action: Allow, protocol: TCP, source: {selector: app == "
                                     "'web'}, destination: {ports: "
                                     "[5432, sql]}},"
                                     "{action: Allow, protocol: ICMP, icmp: {type: 8}},"
                                     "{action: Deny, source: {nets: [10.0.0.0/8]}},"
                                     "{action: Allow, protocol: TCP, http: {methods: [GET]}},"
                                     "{action: Pass, source: {namespaceSelector: global(), "
                                     "selector: role == 'office'}}]");

static calpol_ruleset *ruleset;
static struct failing_allocator counting;

static void load(void)
{
    failing_allocator_init(&counting, FAIL_NEVER);
    ruleset = load_text(cluster, &counting.allocator);
}

static void unload(void)
{
    calpol_ruleset_unref(ruleset);
    ck_assert_uint_eq(counting.live_count, 0);
}

static uint32_t endpoint_of(const char *reference)
{
    uint32_t endpoint;

    ck_assert_int_eq(calpol_ruleset_find_endpoint(ruleset, reference, &endpoint), CALPOL_OK);
    return endpoint;
}

static struct calpol_address address_of(const char *text)
{
    struct calpol_address address;

    ck_assert_int_eq(calpol_address_parse(text, &address), CALPOL_OK);
    return address;
}

static const struct calpol_flow nothing = {
    .source_endpoint = CALPOL_NONE,
    .destination_endpoint = CALPOL_NONE,
};

/* From web to the port of db. */
static struct calpol_flow web_to_db(uint16_t port)
{
    struct calpol_flow flow = nothing;

    flow.given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT | CALPOL_GIVEN_NO_HTTP;
    flow.source_endpoint = endpoint_of("shop/web");
    flow.destination_endpoint = endpoint_of("shop/db");
    flow.protocol = 6;
    flow.destination_port = port;
    return flow;
}

/* The verdict of a flow that is good. */
static struct calpol_verdict judge(const struct calpol_flow *flow)
{
    struct calpol_verdict verdict;

    ck_assert_int_eq(calpol_evaluate(ruleset, flow, sizeof(*flow), &verdict, sizeof(verdict)),
                     CALPOL_OK);
    return verdict;
}

START_TEST(a_verdict_names_who_decides)
{
    struct calpol_flow flow = web_to_db(5432);
    struct calpol_verdict verdict = judge(&flow);
    struct calpol_policy_info policy;

    ck_assert_int_eq(verdict.action, CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(verdict.decided_by, CALPOL_STAGE_NONE);
    ck_assert_int_eq(verdict.ingress.action, CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(verdict.ingress.stage, CALPOL_STAGE_WORKLOAD_INGRESS);
    ck_assert_int_eq(verdict.ingress.rule, 1);
    ck_assert_int_eq(
        calpol_ruleset_policy(ruleset, verdict.ingress.policy, &policy, sizeof(policy)), CALPOL_OK);
    ck_assert_str_eq(policy.label, "np:shop/db");
    ck_assert_uint_eq(verdict.egress.tier, CALPOL_NONE);
    ck_assert_int_eq(verdict.egress.rule, 0);

    flow = web_to_db(80);
    verdict = judge(&flow);
    ck_assert_int_eq(verdict.action, CALPOL_ACTION_DENY);
    ck_assert_int_eq(verdict.decided_by, CALPOL_STAGE_WORKLOAD_INGRESS);
    ck_assert_int_eq(verdict.ingress.rule, 3);
}
END_TEST

/* One backend is out of reach for the source, the other does not let it in. */
START_TEST(backends_that_deny_at_different_stages_leave_no_stage)
{
    static const char text[] = POD("s", "web", "app: web", "containers: []", "{ip: 10.0.0.1}")
        POD("s", "a", "app: db, zone: a", "containers: []", "{ip: 10.0.0.2}")
            POD("s", "b", "app: db, zone: b", "containers: []", "{ip: 10.0.0.3}")
                SERVICE("s", "db", "clusterIP: 10.96.0.1, selector: {app: db}, ports: [{port: 80}]")
                    POLICY("s", "web",
                           "selector: app == 'web', types: [Egress], egress: [{action: Deny, "
                           "destination: {selector: zone == 'a'}}, {action: Allow}]")
                        POLICY("s", "b", "selector: zone == 'b', types: [Ingress]");
    struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = 0,
        .destination_endpoint = CALPOL_NONE,
        .destination_address = address_of("10.96.0.1"),
        .protocol = 6,
        .destination_port = 80,
    };
    calpol_ruleset *other = load_text(text, NULL);
    struct calpol_verdict verdict;

    ck_assert_int_eq(calpol_evaluate(other, &flow, sizeof(flow), &verdict, sizeof(verdict)),
                     CALPOL_OK);
    ck_assert_int_eq(verdict.action, CALPOL_ACTION_DENY);
    ck_assert_int_eq(verdict.decided_by, CALPOL_STAGE_NONE);
    calpol_ruleset_unref(other);
}
END_TEST

/* EV-90, EV-152: the port that a rule's Service is asked for must be told. */
START_TEST(ports_of_services_that_rules_name_must_be_given)
{
    static const char text[] = POD("s", "web", "app: web", "containers: []", "{ip: 10.0.0.1}")
        POD("s", "db", "app: db", "containers: []", "{ip: 10.0.0.2}") SERVICE(
            "s", "db",
            "selector: {app: db}, ports: [{port: 80}]") "apiVersion: discovery.k8s.io/v1\nkind: "
                                                        "EndpointSlice\n"
                                                        "metadata: {name: db-1, namespace: s, "
                                                        "labels: {kubernetes.io/service-name: "
                                                        "db}}\n"
                                                        "addressType: IPv4\nendpoints: "
                                                        "[{addresses: [10.0.0.2]}]\n"
                                                        "ports: [{name: '', protocol: TCP, port: "
                                                        "80}]\n---\n" POLICY(
                                                            "s", "web",
                                                            "selector: app == 'web', types: "
                                                            "[Egress], egress: [{action: Allow, "
                                                            "destination: {services: {name: "
                                                            "db}}}]");
    struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = 0,
        .destination_endpoint = 1,
        .protocol = 6,
        .destination_port = 80,
    };
    calpol_ruleset *other = load_text(text, NULL);
    struct calpol_verdict verdict;

    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(calpol_evaluate(other, &flow, sizeof(flow), &verdict, sizeof(verdict)),
                         CALPOL_OK);
        ck_assert_int_eq(verdict.action, i == 0   ? CALPOL_ACTION_ALLOW
                                         : i == 1 ? CALPOL_ACTION_DENY
                                                  : CALPOL_ACTION_UNKNOWN);
        flow.destination_port = 81;
        if (i == 1)
            flow.given &= ~(uint32_t)CALPOL_GIVEN_DESTINATION_PORT;
    }
    ck_assert_uint_eq(verdict.depends_on, CALPOL_DEPENDS_DESTINATION_PORT);
    calpol_ruleset_unref(other);
}
END_TEST

START_TEST(what_is_not_given_is_unknown)
{
    struct calpol_flow flow = web_to_db(5432);
    struct calpol_verdict verdict;

    flow.given &= ~(uint32_t)CALPOL_GIVEN_DESTINATION_PORT;
    verdict = judge(&flow);
    ck_assert_int_eq(verdict.action, CALPOL_ACTION_UNKNOWN);
    ck_assert_uint_eq(verdict.depends_on, CALPOL_DEPENDS_DESTINATION_PORT);
    flow.given = 0;
    verdict = judge(&flow);
    ck_assert_uint_eq(verdict.depends_on, CALPOL_DEPENDS_DESTINATION_PORT |
                                              CALPOL_DEPENDS_PROTOCOL | CALPOL_DEPENDS_ICMP);
}
END_TEST

START_TEST(addresses_are_looked_up)
{
    struct calpol_flow flow = web_to_db(5432);

    flow.source_endpoint = flow.destination_endpoint = CALPOL_NONE;
    flow.source_address = address_of("10.0.0.1");
    flow.destination_address = address_of("10.0.0.2");
    ck_assert_int_eq(judge(&flow).action, CALPOL_ACTION_ALLOW);
    flow.destination_address = address_of("10.96.0.1");
    flow.destination_port = 80;
    ck_assert_int_eq(judge(&flow).action, CALPOL_ACTION_ALLOW);
    flow.source_address = address_of("10.0.0.9");
    ck_assert_int_eq(judge(&flow).action, CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(flows_that_contradict_themselves_are_refused)
{
    struct calpol_flow flow = web_to_db(5432);
    struct calpol_verdict verdict = {.reason = 77};
    struct calpol_flow bad[9];

    for (size_t i = 0; i < 9; i++)
        bad[i] = flow;
    bad[0].source_endpoint = 1000;
    bad[1].source_address = address_of("fd00::9");
    bad[2].source_address.family = 5;
    bad[3].state = 4;
    bad[4].given |= 1u << 30;
    bad[5].reserved[3] = 1;
    bad[6].destination_endpoint = CALPOL_NONE - 1;
    bad[7].source_endpoint = CALPOL_NONE;
    bad[7].source_address = address_of("10.0.0.1");
    bad[7].destination_address = address_of("fd00::1");
    bad[8].source_address = address_of("10.0.0.1");
    bad[8].source_address.family = 4;
    bad[8].destination_address.family = 7;
    for (size_t i = 0; i < 9; i++)
        ck_assert_msg(calpol_evaluate(ruleset, &bad[i], sizeof(flow), &verdict, sizeof(verdict)) ==
                          CALPOL_ERROR_INVALID_INPUT,
                      "flow %zu", i);
    ck_assert_int_eq(verdict.reason, 77);
}
END_TEST

START_TEST(arguments_are_checked)
{
    struct calpol_flow flow = web_to_db(1);
    struct calpol_verdict verdict;

    ck_assert_int_eq(calpol_evaluate(NULL, &flow, sizeof(flow), &verdict, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_evaluate(ruleset, NULL, sizeof(flow), &verdict, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_evaluate(ruleset, &flow, sizeof(flow), NULL, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_evaluate(ruleset, &flow, 4, &verdict, sizeof(verdict)),
                     CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_evaluate(ruleset, &flow, sizeof(flow), &verdict, 4), CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, NULL, sizeof(flow), 1, &verdict, 48),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, NULL, sizeof(flow), 0, NULL, 48), CALPOL_OK);
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, &flow, 4, 1, &verdict, 48), CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, &flow, 76, 1, &verdict, 4), CALPOL_ERROR_ABI);
}
END_TEST

/* ---- Many ------------------------------------------------------------------------------------ */

#define FLOW_COUNT 4096u

/* The next of a fixed sequence. */
static uint32_t draw(uint32_t bound)
{
    static uint64_t state = 88172645463325252u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state >> 16) % bound;
}

static struct calpol_address draw_address(void)
{
    static const char *const texts[] = {"10.0.0.1",     "10.0.0.2",  "10.0.0.3", "203.0.113.9",
                                        "198.51.100.1", "10.96.0.1", "fd00::1",  "192.168.0.2"};
    struct calpol_address none = {.family = 0};

    return draw(3) ? address_of(texts[draw(8)]) : none;
}

/* Some are bad. */
static struct calpol_flow draw_flow(void)
{
    static const uint16_t ports[] = {80, 5432, 22, 1000};
    static const uint8_t protocols[] = {6, 17, 1, 58};

    return (struct calpol_flow){
        .given = draw(128),
        .source_endpoint = draw(2) ? draw(4) : CALPOL_NONE,
        .destination_endpoint = draw(2) ? draw(4) : CALPOL_NONE,
        .source_address = draw_address(),
        .destination_address = draw_address(),
        .source_port = ports[draw(4)],
        .destination_port = ports[draw(4)],
        .protocol = protocols[draw(4)],
        .icmp_type = (uint8_t)(draw(2) * 8),
        .state = draw(8) ? CALPOL_STATE_NEW : (uint8_t)draw(4),
    };
}

static struct calpol_flow flows[FLOW_COUNT];
static struct calpol_verdict verdicts[FLOW_COUNT];

static void draw_flows(void)
{
    for (size_t i = 0; i < FLOW_COUNT; i++)
        flows[i] = draw_flow();
}

START_TEST(a_batch_comes_to_what_single_flows_come_to)
{
    static const struct calpol_verdict none;
    unsigned bad = 0, actions[8] = {0};

    draw_flows();
    memset(verdicts, 0xff, sizeof(verdicts));
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, flows, sizeof(flows[0]), FLOW_COUNT, verdicts,
                                           sizeof(verdicts[0])),
                     CALPOL_ERROR_INVALID_INPUT);
    for (size_t i = 0; i < FLOW_COUNT; i++) {
        struct calpol_verdict one = none;
        int status = calpol_evaluate(ruleset, &flows[i], sizeof(flows[i]), &one, sizeof(one));

        ck_assert_int_eq(memcmp(&one, &verdicts[i], sizeof(one)), 0);
        bad += status != CALPOL_OK;
        actions[verdicts[i].action & 7]++;
    }
    /* Otherwise the flows are not worth much. */
    ck_assert_uint_gt(bad, 100);
    ck_assert_uint_gt(actions[CALPOL_ACTION_ALLOW], 100);
    ck_assert_uint_gt(actions[CALPOL_ACTION_DENY], 100);
    ck_assert_uint_gt(actions[CALPOL_ACTION_UNKNOWN], 100);
}
END_TEST

START_TEST(strides_may_be_larger_than_the_structs)
{
    struct {
        struct calpol_flow flow;
        uint32_t later;
    } wide_flows[2] = {{.flow = web_to_db(5432)}, {.flow = web_to_db(80)}};
    struct {
        struct calpol_verdict verdict;
        uint64_t later;
    } wide_verdicts[2];

    memset(wide_verdicts, 0xff, sizeof(wide_verdicts));
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, wide_flows, sizeof(wide_flows[0]), 2,
                                           wide_verdicts, sizeof(wide_verdicts[0])),
                     CALPOL_OK);
    ck_assert_int_eq(wide_verdicts[0].verdict.action, CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(wide_verdicts[1].verdict.action, CALPOL_ACTION_DENY);
    ck_assert_uint_eq(wide_verdicts[1].later, 0);
    wide_flows[1].later = 1;
    ck_assert_int_eq(calpol_evaluate_batch(ruleset, wide_flows, sizeof(wide_flows[0]), 2,
                                           wide_verdicts, sizeof(wide_verdicts[0])),
                     CALPOL_ERROR_ABI);
}
END_TEST

/* Structs that are where ours would be are used in place, others are copied: with the same results. */
START_TEST(structs_need_not_be_aligned)
{
    unsigned char flow_bytes[8 * sizeof(struct calpol_flow) + 1];
    unsigned char verdict_bytes[8 * sizeof(struct calpol_verdict) + 1];

    draw_flows();
    memcpy(flow_bytes + 1, flows, 8 * sizeof(flows[0]));
    calpol_evaluate_batch(ruleset, flows, sizeof(flows[0]), 8, verdicts, sizeof(verdicts[0]));
    for (int shift = 0; shift < 4; shift++) {
        void *from = shift & 1 ? (void *)(flow_bytes + 1) : (void *)flows;
        struct calpol_verdict aligned[8];
        void *to = shift & 2 ? (void *)(verdict_bytes + 1) : (void *)aligned;

        memset(to, 0xff, sizeof(aligned));
        calpol_evaluate_batch(ruleset, from, sizeof(flows[0]), 8, to, sizeof(verdicts[0]));
        ck_assert_mem_eq(to, verdicts, sizeof(aligned));
    }
}
END_TEST

START_TEST(evaluation_takes_no_memory)
{
    size_t before = counting.allocation_count;
    struct calpol_verdict verdict;

    draw_flows();
    before = counting.allocation_count;
    for (size_t i = 0; i < FLOW_COUNT; i++)
        calpol_evaluate(ruleset, &flows[i], sizeof(flows[i]), &verdict, sizeof(verdict));
    calpol_evaluate_batch(ruleset, flows, sizeof(flows[0]), FLOW_COUNT, verdicts,
                          sizeof(verdicts[0]));
    ck_assert_uint_eq(counting.allocation_count, before);
}
END_TEST

/* The same flow in words. */
static void say_end(calpol_query *query,
                    uint32_t endpoint,
                    int (*set)(calpol_query *query, const char *reference))
{
    struct calpol_endpoint_info info;

    ck_assert_int_eq(calpol_ruleset_endpoint(ruleset, endpoint, &info, sizeof(info)), CALPOL_OK);
    ck_assert_int_eq(set(query, info.reference), CALPOL_OK);
}

START_TEST(words_come_to_the_same)
{
    calpol_query *query = new_query(ruleset);

    for (int i = 0; i < 500; i++) {
        struct calpol_flow flow = draw_flow();
        struct calpol_verdict plain, worded;

        flow.source_endpoint = draw(2);
        flow.destination_endpoint = draw(3);
        flow.source_address.family = flow.destination_address.family = 0;
        flow.state = CALPOL_STATE_NEW;
        flow.given &= CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT;
        calpol_query_reset(query);
        say_end(query, flow.source_endpoint, calpol_query_set_source);
        say_end(query, flow.destination_endpoint, calpol_query_set_destination);
        if (flow.given & CALPOL_GIVEN_PROTOCOL)
            calpol_query_set_protocol(query, flow.protocol == 6    ? "TCP"
                                             : flow.protocol == 17 ? "UDP"
                                             : flow.protocol == 1  ? "ICMP"
                                                                   : "58");
        if (flow.given & CALPOL_GIVEN_DESTINATION_PORT)
            calpol_query_set_destination_port(query, flow.destination_port);
        ck_assert_int_eq(calpol_query_evaluate(query, &worded, sizeof(worded)), CALPOL_OK);
        plain = judge(&flow);
        ck_assert_int_eq(memcmp(&plain, &worded, sizeof(plain)), 0);
    }
    calpol_query_free(query);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate");
    TCase *tcase = tcase_create("one");

    tcase_add_checked_fixture(tcase, load, unload);
    tcase_add_test(tcase, a_verdict_names_who_decides);
    tcase_add_test(tcase, backends_that_deny_at_different_stages_leave_no_stage);
    tcase_add_test(tcase, ports_of_services_that_rules_name_must_be_given);
    tcase_add_test(tcase, what_is_not_given_is_unknown);
    tcase_add_test(tcase, addresses_are_looked_up);
    tcase_add_test(tcase, flows_that_contradict_themselves_are_refused);
    tcase_add_test(tcase, arguments_are_checked);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("many");
    tcase_add_checked_fixture(tcase, load, unload);
    tcase_add_test(tcase, a_batch_comes_to_what_single_flows_come_to);
    tcase_add_test(tcase, strides_may_be_larger_than_the_structs);
    tcase_add_test(tcase, structs_need_not_be_aligned);
    tcase_add_test(tcase, evaluation_takes_no_memory);
    tcase_add_test(tcase, words_come_to_the_same);
    suite_add_tcase(suite, tcase);
    return suite;
}
