/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Columns of text in plain flows: the same as the words of a query, and nothing bad goes by.
 */
#include "support/failing_allocator.h"
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <string.h>

static const char cluster[] = POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}")
    POD("shop", "db", "app: db", "nodeName: n2", "{ip: 10.0.0.2}, {ip: 'fd00::2'}")
        HOST_ENDPOINT("h2", "", "node: n2, interfaceName: eth0, expectedIPs: [192.168.0.2]")
            NETWORK_SET("office", "role: office", "nets: [203.0.113.0/24]") SERVICE(
                "shop", "db", "clusterIP: 10.96.0.1, selector: {app: db}, ports: [{port: 80}]")
                POLICY("shop",
                       "db",
                       "selector: app == 'db', types: [Ingress], ingress: [{action: Allow, "
                       "protocol: TCP, source: {selector: app == 'web'}}]");

#define MOST_TEXTS 8u

static struct failing_allocator counting;
static calpol_ruleset *ruleset;
static struct calpol_flow flows[MOST_TEXTS];

static void load(void)
{
    failing_allocator_init(&counting, FAIL_NEVER);
    ruleset = load_text(cluster, &counting.allocator);
    for (size_t i = 0; i < MOST_TEXTS; i++)
        flows[i] = (struct calpol_flow){
            .source_endpoint = CALPOL_NONE,
            .destination_endpoint = CALPOL_NONE,
        };
}

static void unload(void)
{
    calpol_ruleset_unref(ruleset);
    ck_assert_uint_eq(counting.live_count, 0);
}

/* Reads texts, up to NULL, as a column into the first flows. */
static int read_texts(int column, const char *const *texts, const uint8_t *given)
{
    uint64_t offsets[MOST_TEXTS + 1] = {0};
    char joined[1024];
    size_t count = 0;

    for (; texts[count]; count++) {
        size_t length = strlen(texts[count]);

        memcpy(joined + offsets[count], texts[count], length);
        offsets[count + 1] = offsets[count] + length;
    }
    return calpol_flows_read_column(ruleset, column, joined, offsets, given, count, flows,
                                    sizeof(flows[0]));
}

static int read_one(int column, const char *text)
{
    const char *const texts[] = {text, NULL};

    return read_texts(column, texts, NULL);
}

static uint32_t endpoint_of(const char *reference)
{
    uint32_t endpoint;

    ck_assert_int_eq(calpol_ruleset_find_endpoint(ruleset, reference, &endpoint), CALPOL_OK);
    return endpoint;
}

START_TEST(references_become_endpoints)
{
    const char *const texts[] = {"pod:shop/web", "shop/db", "hostendpoint:h2",
                                 "workloadendpoint:shop/web", NULL};

    ck_assert_int_eq(read_texts(CALPOL_COLUMN_SOURCE, texts, NULL), CALPOL_OK);
    for (size_t i = 0; texts[i]; i++) {
        ck_assert_uint_eq(flows[i].source_endpoint, endpoint_of(texts[i]));
        ck_assert_uint_eq(flows[i].destination_endpoint, CALPOL_NONE);
        ck_assert_uint_eq(flows[i].source_address.family, 0);
        ck_assert_uint_eq(flows[i].given, 0);
    }
}
END_TEST

/* References are looked up some at a time: what is between them, and where the last ones end, does not
   matter. */
START_TEST(texts_of_a_long_column_are_read_as_each_by_itself)
{
    static const char *const kinds[] = {
        "shop/web",
        "pod:shop/db",
        "10.0.0.1",
        "shop/nobody",
        "hostendpoint:h2",
        "ip:fd00::2",
        "workloadendpoint:shop/web",
        "",
        "pod:",
        "networkset:shop/office",
        "nonsense",
    };
    const size_t kind_count = sizeof(kinds) / sizeof(kinds[0]);
    struct calpol_flow many[101], alone;
    uint64_t offsets[102] = {0};
    uint8_t given[101] = {0};
    char joined[4096] = "";

    for (size_t count = 0; count <= 101; count += count < 40 ? 1 : 61) {
        memset(many, 0, sizeof(many));
        for (size_t i = 0; i < count; i++) {
            const char *text = kinds[(i * 7 + i / 16) % kind_count];

            memcpy(joined + offsets[i], text, strlen(text));
            offsets[i + 1] = offsets[i] + strlen(text);
            given[i] = i % 5 != 3;
        }
        calpol_flows_read_column(ruleset, CALPOL_COLUMN_DESTINATION, joined, offsets, given, count,
                                 many, sizeof(many[0]));
        for (size_t i = 0; i < count; i++) {
            memset(&alone, 0, sizeof(alone));
            calpol_flows_read_column(ruleset, CALPOL_COLUMN_DESTINATION, joined, offsets + i,
                                     given + i, 1, &alone, sizeof(alone));
            ck_assert_mem_eq(&many[i], &alone, sizeof(alone));
        }
    }
}
END_TEST

START_TEST(addresses_stay_addresses)
{
    const char *const texts[] = {"10.0.0.1", "ip:10.0.0.1", "fd00::2", NULL};
    struct calpol_address address;

    ck_assert_int_eq(read_texts(CALPOL_COLUMN_DESTINATION, texts, NULL), CALPOL_OK);
    for (size_t i = 0; texts[i]; i++) {
        ck_assert_int_eq(calpol_address_parse(i == 1 ? texts[0] : texts[i], &address), CALPOL_OK);
        ck_assert_mem_eq(&flows[i].destination_address, &address, sizeof(address));
        ck_assert_uint_eq(flows[i].destination_endpoint, CALPOL_NONE);
        ck_assert_uint_eq(flows[i].given, 0);
    }
}
END_TEST

START_TEST(protocols_are_names_and_numbers)
{
    const char *const texts[] = {"TCP", "udp", "132", NULL};

    ck_assert_int_eq(read_texts(CALPOL_COLUMN_PROTOCOL, texts, NULL), CALPOL_OK);
    ck_assert_uint_eq(flows[0].protocol, 6);
    ck_assert_uint_eq(flows[1].protocol, 17);
    ck_assert_uint_eq(flows[2].protocol, 132);
    for (size_t i = 0; texts[i]; i++)
        ck_assert_uint_eq(flows[i].given, CALPOL_GIVEN_PROTOCOL);
}
END_TEST

static const struct {
    int column;
    const char *text;
} bad_texts[] = {
    {CALPOL_COLUMN_SOURCE, ""},
    {CALPOL_COLUMN_SOURCE, "ip:"},
    {CALPOL_COLUMN_SOURCE, "ip:shop/web"},
    {CALPOL_COLUMN_SOURCE, "10.0.0"},
    {CALPOL_COLUMN_SOURCE, "web"},
    {CALPOL_COLUMN_SOURCE, "shop/wev"},
    {CALPOL_COLUMN_SOURCE, "shop/we"},
    {CALPOL_COLUMN_SOURCE, " shop/web"},
    {CALPOL_COLUMN_DESTINATION, "service:shop/db"},
    {CALPOL_COLUMN_DESTINATION, "node:n1"},
    {CALPOL_COLUMN_DESTINATION, "globalnetworkset:office"},
    {CALPOL_COLUMN_PROTOCOL, ""},
    {CALPOL_COLUMN_PROTOCOL, "0"},
    {CALPOL_COLUMN_PROTOCOL, "256"},
    {CALPOL_COLUMN_PROTOCOL, "TCP "},
};

START_TEST(what_is_bad_gets_no_verdict)
{
    struct calpol_verdict verdict;

    ck_assert_int_eq(read_one(bad_texts[_i].column, bad_texts[_i].text),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert(flows[0].given & CALPOL_GIVEN_ERROR);
    ck_assert_int_eq(
        calpol_evaluate(ruleset, &flows[0], sizeof(flows[0]), &verdict, sizeof(verdict)),
        CALPOL_ERROR_INVALID_INPUT);
}
END_TEST

START_TEST(a_name_too_long_for_any_endpoint_is_bad)
{
    char name[5000];

    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    name[4] = '/';
    for (size_t length = 600; length < sizeof(name); length += 20) {
        const uint64_t offsets[] = {0, length};

        ck_assert_int_eq(calpol_flows_read_column(ruleset, CALPOL_COLUMN_SOURCE, name, offsets,
                                                  NULL, 1, flows, sizeof(flows[0])),
                         CALPOL_ERROR_INVALID_INPUT);
    }
}
END_TEST

START_TEST(a_later_good_column_does_not_make_it_good)
{
    struct calpol_verdict verdict;

    read_one(CALPOL_COLUMN_SOURCE, "shop/wev");
    ck_assert_int_eq(read_one(CALPOL_COLUMN_DESTINATION, "shop/db"), CALPOL_OK);
    ck_assert_int_eq(
        calpol_evaluate(ruleset, &flows[0], sizeof(flows[0]), &verdict, sizeof(verdict)),
        CALPOL_ERROR_INVALID_INPUT);
}
END_TEST

START_TEST(flows_that_are_not_given_stay_as_they_are)
{
    const char *const texts[] = {"shop/web", "nonsense", "shop/db", NULL};
    const uint8_t given[] = {1, 0, 255};

    ck_assert_int_eq(read_texts(CALPOL_COLUMN_SOURCE, texts, given), CALPOL_OK);
    ck_assert_uint_eq(flows[0].source_endpoint, endpoint_of("shop/web"));
    ck_assert_uint_eq(flows[1].source_endpoint, CALPOL_NONE);
    ck_assert_uint_eq(flows[1].given, 0);
    ck_assert_uint_eq(flows[2].source_endpoint, endpoint_of("shop/db"));
}
END_TEST

START_TEST(nul_bytes_at_the_end_do_not_count)
{
    static const char fixed[] = "UDP\0TCP\0\0\0\0\0\0\0TC\0P";
    const uint64_t offsets[] = {4, 14, 18};

    ck_assert_int_eq(calpol_flows_read_column(ruleset, CALPOL_COLUMN_PROTOCOL, fixed, offsets, NULL,
                                              2, flows, sizeof(flows[0])),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_uint_eq(flows[0].protocol, 6);
    ck_assert_uint_eq(flows[0].given, CALPOL_GIVEN_PROTOCOL);
    ck_assert_uint_eq(flows[1].given, CALPOL_GIVEN_ERROR);
}
END_TEST

START_TEST(a_column_comes_to_what_a_query_comes_to)
{
    const char *const sources[] = {"shop/web", "10.0.0.1", "10.0.0.9", "shop/db", NULL};
    const char *const destinations[] = {"shop/db", "pod:shop/db", "10.0.0.2", "10.0.0.1", NULL};
    const char *const protocols[] = {"TCP", "tcp", "6", "17", NULL};
    calpol_query *query = new_query(ruleset);

    read_texts(CALPOL_COLUMN_SOURCE, sources, NULL);
    read_texts(CALPOL_COLUMN_DESTINATION, destinations, NULL);
    read_texts(CALPOL_COLUMN_PROTOCOL, protocols, NULL);
    for (size_t i = 0; sources[i]; i++) {
        struct calpol_verdict plain, worded;

        calpol_query_reset(query);
        ck_assert_int_eq(calpol_query_set_source(query, sources[i]), CALPOL_OK);
        ck_assert_int_eq(calpol_query_set_destination(query, destinations[i]), CALPOL_OK);
        ck_assert_int_eq(calpol_query_set_protocol(query, protocols[i]), CALPOL_OK);
        ck_assert_int_eq(calpol_query_evaluate(query, &worded, sizeof(worded)), CALPOL_OK);
        ck_assert_int_eq(
            calpol_evaluate(ruleset, &flows[i], sizeof(flows[i]), &plain, sizeof(plain)),
            CALPOL_OK);
        ck_assert_mem_eq(&plain, &worded, sizeof(plain));
    }
    calpol_query_free(query);
}
END_TEST

START_TEST(reading_takes_no_memory)
{
    const char *const texts[] = {"shop/web", "10.0.0.1", "fd00::1", "nonsense", NULL};
    size_t before = counting.allocation_count;

    read_texts(CALPOL_COLUMN_SOURCE, texts, NULL);
    ck_assert_uint_eq(counting.allocation_count, before);
}
END_TEST

START_TEST(strides_may_be_larger_than_the_struct)
{
    static const char text[] = "TCPUDP";
    const uint64_t offsets[] = {0, 3, 6};
    struct {
        struct calpol_flow flow;
        uint32_t later;
    } wide[2];

    memset(wide, 0, sizeof(wide));
    ck_assert_int_eq(calpol_flows_read_column(ruleset, CALPOL_COLUMN_PROTOCOL, text, offsets, NULL,
                                              2, wide, sizeof(wide[0])),
                     CALPOL_OK);
    ck_assert_uint_eq(wide[1].flow.protocol, 17);
    wide[1].later = 1;
    ck_assert_int_eq(calpol_flows_read_column(ruleset, CALPOL_COLUMN_PROTOCOL, text, offsets, NULL,
                                              2, wide, sizeof(wide[0])),
                     CALPOL_ERROR_ABI);
}
END_TEST

START_TEST(arguments_are_checked)
{
    const uint64_t offsets[] = {0, 3, 2}, empty[] = {0, 0};
    const size_t size = sizeof(flows[0]);

    ck_assert_int_eq(calpol_flows_read_column(NULL, 3, "TCP", offsets, NULL, 1, flows, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 0, "TCP", offsets, NULL, 1, flows, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 4, "TCP", offsets, NULL, 1, flows, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, NULL, offsets, NULL, 1, flows, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, "TCP", NULL, NULL, 1, flows, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, "TCP", offsets, NULL, 1, NULL, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, "TCP", offsets, NULL, 2, flows, size),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, "TCP", offsets, NULL, 1, flows, 4),
                     CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, NULL, empty, NULL, 1, flows, size),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_flows_read_column(ruleset, 3, NULL, NULL, NULL, 0, NULL, size),
                     CALPOL_OK);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("flow-column");
    TCase *tcase = tcase_create("column");

    tcase_add_checked_fixture(tcase, load, unload);
    tcase_add_test(tcase, texts_of_a_long_column_are_read_as_each_by_itself);
    tcase_add_test(tcase, references_become_endpoints);
    tcase_add_test(tcase, addresses_stay_addresses);
    tcase_add_test(tcase, protocols_are_names_and_numbers);
    tcase_add_loop_test(tcase, what_is_bad_gets_no_verdict, 0,
                        sizeof(bad_texts) / sizeof(bad_texts[0]));
    tcase_add_test(tcase, a_name_too_long_for_any_endpoint_is_bad);
    tcase_add_test(tcase, a_later_good_column_does_not_make_it_good);
    tcase_add_test(tcase, flows_that_are_not_given_stay_as_they_are);
    tcase_add_test(tcase, nul_bytes_at_the_end_do_not_count);
    tcase_add_test(tcase, a_column_comes_to_what_a_query_comes_to);
    tcase_add_test(tcase, reading_takes_no_memory);
    tcase_add_test(tcase, strides_may_be_larger_than_the_struct);
    tcase_add_test(tcase, arguments_are_checked);
    suite_add_tcase(suite, tcase);
    return suite;
}
