/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON form of a flow: what is wrong with it is told, with the code of EV-1 and the place; what
 * is right means what chapter 1 of evaluation.md says.
 */
#include "api/flow_json.h"
#include "support/expect.h"
#include "support/suite.h"

static struct cp_arena arena;
static struct cp_flow_words words;
static struct cp_buffer message;

static void start(void)
{
    cp_arena_init(&arena, NULL);
    cp_buffer_init(&message, &arena);
}

static void stop(void)
{
    cp_arena_finish(&arena);
}

/* Single quotes stand for double ones. */
static enum calpol_flow_error read_json(const char *json)
{
    char *text = cp_arena_text(&arena, json, strlen(json));
    enum calpol_flow_error error = CALPOL_FLOW_OK;
    int status;

    for (char *c = text; *c; c++) {
        if (*c == '\'')
            *c = '"';
    }
    status = cp_flow_json_read(cp_text_from(text), &arena, &words, &error, &message);
    ck_assert_msg((status == CALPOL_OK) == (error == CALPOL_FLOW_OK), "%s: status %d", json,
                  status);
    return error;
}

static void read_good(const char *json)
{
    ck_assert_msg(read_json(json) == CALPOL_FLOW_OK, "%s: %s", json, cp_buffer_string(&message));
}

static const struct {
    const char *json;
    enum calpol_flow_error error;
    const char *message;
} faults[] = {
    {"", CALPOL_FLOW_BAD_JSON, "nothing, expected a flow (line 1, column 1)"},
    {"# nothing", CALPOL_FLOW_BAD_JSON, "nothing, expected a flow (line 1, column 1)"},
    {"{} {}", CALPOL_FLOW_BAD_JSON, "a second document, expected one flow (line 1, column 4)"},
    {"{'protocol': 'TCP'", CALPOL_FLOW_BAD_JSON, NULL},
    {"[]", CALPOL_FLOW_BAD_FIELD, NULL},
    {"'TCP'", CALPOL_FLOW_BAD_FIELD, NULL},
    /* A YAML file of several lines would be as many flows, each of one field. */
    {"destination_port: 80", CALPOL_FLOW_BAD_JSON,
     "a flow is a JSON object, in braces (line 1, column 1)"},
    {"{'protocoll': 'TCP'}", CALPOL_FLOW_BAD_FIELD,
     "protocoll: unknown field \"protocoll\", did you mean protocol? (line 1, column 2)"},
    {"{'protocol': 'TCP', 'protocol': 'UDP'}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'domains': []}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': 'pod:a/b'}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'ref': ''}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'ref': 'pod:a/b', 'labels': {}}}", CALPOL_FLOW_BAD_FIELD,
     "source.labels: labels describes a workload and does not go with ref (line 1, column 41)"},
    {"{'source': {'ref': 'pod:a/b', 'node': 'n'}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'ip': '10.0.0.1', 'ports': []}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'labels': {}, 'ports': [{'name': 'http'}]}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'labels': {'a': 1}}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source': {'labels': {}, 'ports': [{'name': 'a', 'port': 65536}]}}", CALPOL_FLOW_BAD_PORT,
     "source.ports[0].port: \"65536\" is outside 0 to 65535 (line 1, column 59)"},
    {"{'source': {'ip': '10.0.0'}}", CALPOL_FLOW_BAD_ADDRESS,
     "source.ip: \"10.0.0\" is no IP address (line 1, column 19)"},
    {"{'pre_dnat': {'ip': 'x'}}", CALPOL_FLOW_BAD_ADDRESS, NULL},
    {"{'pre_dnat': {'port': -1}}", CALPOL_FLOW_BAD_PORT, NULL},
    {"{'protocol': 'GRE'}", CALPOL_FLOW_UNKNOWN_PROTOCOL,
     "protocol: \"GRE\" is no protocol, expected TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255 "
     "(line 1, column 14)"},
    {"{'protocol': 0}", CALPOL_FLOW_UNKNOWN_PROTOCOL, NULL},
    {"{'protocol': 256}", CALPOL_FLOW_UNKNOWN_PROTOCOL, NULL},
    {"{'protocol': true}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'source_port': 65536}", CALPOL_FLOW_BAD_PORT, NULL},
    {"{'destination_port': -1}", CALPOL_FLOW_BAD_PORT, NULL},
    {"{'destination_port': '80'}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'destination_port': 80.5}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'icmp': {'type': 256}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'icmp': 8}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'http': {'path': 'x'}}", CALPOL_FLOW_BAD_HTTP_PATH, NULL},
    {"{'http': {'verb': 'GET'}}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'ip_version': 5}", CALPOL_FLOW_BAD_FIELD, NULL},
    {"{'state': 'old'}", CALPOL_FLOW_BAD_FIELD,
     "state: \"old\" is no state, expected new, established, related or invalid (line 1, column "
     "11)"},
    {"{'destination': {'domains': 'a.b'}}", CALPOL_FLOW_BAD_FIELD, NULL},
    /* The first in the text is told, whatever is looked at first. */
    {"{'state': 'old', 'protocol': 'GRE'}", CALPOL_FLOW_BAD_FIELD, NULL},
};

START_TEST(what_is_wrong_is_told)
{
    ck_assert_msg(read_json(faults[_i].json) == faults[_i].error, "%s: %s", faults[_i].json,
                  cp_buffer_string(&message));
    ck_assert_uint_gt(message.length, 0);
    if (faults[_i].message)
        ck_assert_str_eq(cp_buffer_string(&message), faults[_i].message);
}
END_TEST

START_TEST(a_flow_of_nothing_tells_nothing)
{
    read_good("{}");
    ck_assert(!words.has_protocol && !words.has_source_port && !words.has_destination_port);
    ck_assert(!words.has_icmp_type && !words.has_pre_dnat && !words.ip_version);
    ck_assert_int_eq(words.http, CP_UNKNOWN);
    ck_assert_int_eq(words.domains, CP_UNKNOWN);
    ck_assert_int_eq(words.state, CALPOL_STATE_NEW);
}
END_TEST

START_TEST(null_is_like_missing_but_for_http)
{
    read_good("{'source': null, 'destination': {'ip': null, 'domains': null}, 'protocol': null,"
              " 'source_port': null, 'destination_port': null, 'icmp': {'type': null},"
              " 'pre_dnat': null, 'ip_version': null, 'state': null, 'http': null}");
    ck_assert(!words.has_protocol && !words.has_source_port && !words.has_destination_port);
    ck_assert(!words.has_icmp_type && !words.has_pre_dnat && !words.destination.has_address);
    ck_assert_int_eq(words.domains, CP_UNKNOWN);
    ck_assert_int_eq(words.http, CP_ABSENT);
}
END_TEST

START_TEST(everything_is_read)
{
    read_good("{'source': {'ref': 'pod:shop/web-1', 'interface': 'eth0', 'ip_version': 4},"
              " 'destination': {'ip': '203.0.113.9', 'domains': ['api.example.com', 'b']},"
              " 'protocol': 'tcp', 'source_port': 40000, 'destination_port': 443,"
              " 'icmp': {'type': 8, 'code': 0}, 'http': {'method': 'GET', 'path': '/v1'},"
              " 'pre_dnat': {'ip': '192.0.2.10', 'port': 30443}, 'ip_version': 4,"
              " 'state': 'related'}");
    expect_text(words.source.reference, "pod:shop/web-1");
    expect_text(words.source.interface_name, "eth0");
    ck_assert_uint_eq(words.source.ip_version, 4);
    ck_assert(words.destination.has_address);
    ck_assert_uint_eq(words.domain_count, 2);
    expect_text(words.domain_names[1], "b");
    ck_assert_uint_eq(words.protocol, 6);
    ck_assert_uint_eq(words.source_port, 40000);
    ck_assert_uint_eq(words.destination_port, 443);
    ck_assert(words.has_icmp_code && words.icmp_type == 8 && words.icmp_code == 0);
    ck_assert_int_eq(words.http, CP_KNOWN);
    expect_text(words.method, "GET");
    expect_text(words.path, "/v1");
    ck_assert(words.has_pre_dnat_address && words.pre_dnat_port == 30443);
    ck_assert_uint_eq(words.ip_version, 4);
    ck_assert_int_eq(words.state, CALPOL_STATE_RELATED);
}
END_TEST

START_TEST(a_workload_is_described_in_the_flow)
{
    read_good("{'source': {'namespace': 'shop', 'labels': {'app': 'web', 'x/y': ''},"
              " 'service_account': 'robot', 'ip': 'fd00::1', 'node': 'n1', 'profiles': ['a', 'b'],"
              " 'ports': [{'name': 'http', 'port': 80}, {'name': 'dns', 'protocol': 17, 'port':"
              " 53}]}}");
    expect_text(words.source.namespace_name, "shop");
    ck_assert(words.source.has_labels && words.source.has_profiles);
    ck_assert_uint_eq(words.source.label_count, 2);
    expect_text(words.source.labels[1].key, "x/y");
    expect_text(words.source.labels[1].value, "");
    expect_text(words.source.service_account, "robot");
    expect_text(words.source.node, "n1");
    ck_assert_uint_eq(words.source.profile_count, 2);
    ck_assert_uint_eq(words.source.ports[0].protocol, 6);
    ck_assert_uint_eq(words.source.ports[1].protocol, 17);
    ck_assert_uint_eq(words.source.ports[1].port, 53);
}
END_TEST

START_TEST(a_protocol_may_be_a_number_in_text)
{
    read_good("{'protocol': '47'}");
    ck_assert_uint_eq(words.protocol, 47);
    read_good("{'protocol': 255}");
    ck_assert_uint_eq(words.protocol, 255);
}
END_TEST

START_TEST(no_domains_is_known_to_be_none)
{
    read_good("{'destination': {'domains': []}}");
    ck_assert_int_eq(words.domains, CP_KNOWN);
    ck_assert_uint_eq(words.domain_count, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("flow_json");
    TCase *tcase = tcase_create("flow");

    tcase_add_checked_fixture(tcase, start, stop);
    tcase_add_loop_test(tcase, what_is_wrong_is_told, 0, COUNT_OF(faults));
    tcase_add_test(tcase, a_flow_of_nothing_tells_nothing);
    tcase_add_test(tcase, null_is_like_missing_but_for_http);
    tcase_add_test(tcase, everything_is_read);
    tcase_add_test(tcase, a_workload_is_described_in_the_flow);
    tcase_add_test(tcase, a_protocol_may_be_a_number_in_text);
    tcase_add_test(tcase, no_domains_is_known_to_be_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
