/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The query: setters, what they refuse, relabelling, options, and that it can be asked again.
 */
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <string.h>

static const char cluster[] = POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}") POD(
    "shop", "db", "app: db", "nodeName: n2", "{ip: 10.0.0.2}")
    NETWORK_SET("office", "role: office", "nets: [203.0.113.0/24]") POLICY(
        "shop",
        "db",
        "selector: app == 'db', ingress: ["
        "{action: Allow, protocol: TCP, source: {selector: app == 'web'}, destination: {ports: "
        "[5432]}},"
        "{action: Allow, protocol: TCP, http: {methods: [GET], paths: [{prefix: /open}]}},"
        "{action: Allow, protocol: ICMP, icmp: {type: 8, code: 0}},"
        "{action: Allow, protocol: UDP, source: {namespaceSelector: global(), selector: role == "
        "'office', ports: [1000]}}]")
        POLICY("shop",
               "web",
               "selector: app == 'web', types: [Egress], egress: ["
               "{action: Allow, destination: {domains: ['*.example.com']}},"
               "{action: Allow, destination: {selector: all()}}]");

static calpol_ruleset *ruleset;
static calpol_query *query;

static void open_query(void)
{
    ruleset = load_text(cluster, NULL);
    query = new_query(ruleset);
    /* The query has a reference of its own. */
    calpol_ruleset_unref(ruleset);
}

static void close_query(void)
{
    calpol_query_free(query);
}

static void ends(const char *source, const char *destination)
{
    ck_assert_int_eq(calpol_query_set_source(query, source), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_destination(query, destination), CALPOL_OK);
}

static void service(const char *protocol, uint32_t port)
{
    ck_assert_int_eq(calpol_query_set_protocol(query, protocol), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_destination_port(query, port), CALPOL_OK);
}

static void expect_refused(int status, int error)
{
    struct calpol_verdict verdict;

    ck_assert_int_eq(status, CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_query_error(query), error);
    ck_assert_str_ne(calpol_query_error_text(query), "");
    ck_assert_int_eq(calpol_query_evaluate(query, &verdict, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_query_error(query), error);
}

/* ---- Setters --------------------------------------------------------------------------------- */

START_TEST(a_flow_is_put_together_by_setters)
{
    ends("pod:shop/web", "pod:shop/db");
    service("tcp", 5432);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_set_destination_port(query, 5433), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_http(query, "POST", "/"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(ends_may_be_named_in_short)
{
    ends("shop/web", "10.0.0.2");
    service("6", 5432);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ends("ip:10.0.0.1", "shop/db");
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ends("workloadendpoint:shop/web", "ip:10.0.0.2");
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(http_counts_when_it_is_told)
{
    ends("10.9.9.9", "shop/db");
    service("TCP", 80);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(calpol_query_set_http(query, "GET", "/open/x"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_set_http(query, "GET", NULL), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(calpol_query_set_http(query, "POST", NULL), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(icmp_code_may_be_left_out)
{
    ends("10.9.9.9", "shop/db");
    ck_assert_int_eq(calpol_query_set_protocol(query, "ICMP"), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_icmp(query, 8, -1), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(calpol_query_set_icmp(query, 8, 0), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_set_icmp(query, 0, 0), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(source_ports_count)
{
    ends("203.0.113.7", "shop/db");
    service("UDP", 1);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(calpol_query_set_source_port(query, 1000), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_set_source_port(query, 1001), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(domains_add_up_and_can_be_none)
{
    ends("shop/web", "198.51.100.1");
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(calpol_query_add_domain(query, "example.org"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
    ck_assert_int_eq(calpol_query_add_domain(query, "api.example.com"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_add_domain(query, NULL), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(domains_are_added_to_those_of_the_flow)
{
    set_flow(query, "{'source': {'ref': 'pod:shop/web'},"
                    " 'destination': {'ip': '198.51.100.1', 'domains': ['a.example.com']}}");
    ck_assert_int_eq(calpol_query_add_domain(query, "example.org"), CALPOL_OK);
    ck_assert_int_eq(calpol_query_add_domain(query, "example.net"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(setting_again_replaces)
{
    for (int i = 0; i < 100; i++) {
        ends("203.0.113.7", "shop/db");
        ck_assert_int_eq(calpol_query_set_http(query, "POST", "/x"), CALPOL_OK);
    }
    ends("shop/web", "shop/db");
    service("TCP", 5432);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(a_new_flow_forgets_the_old_one)
{
    ends("shop/web", "shop/db");
    service("TCP", 5432);
    set_flow(query, "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ref': 'pod:shop/db'}}");
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
}
END_TEST

/* ---- What is refused ------------------------------------------------------------------------- */

START_TEST(a_refused_setter_stops_the_query_until_it_succeeds)
{
    struct calpol_verdict verdict;

    ends("shop/web", "shop/db");
    service("TCP", 5432);
    expect_refused(calpol_query_set_protocol(query, "GRE"), CALPOL_FLOW_UNKNOWN_PROTOCOL);
    ck_assert_int_eq(calpol_query_set_source_port(query, 1), CALPOL_OK);
    ck_assert_int_eq(calpol_query_evaluate(query, &verdict, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_query_error(query), CALPOL_FLOW_BAD_FIELD);
    ck_assert_str_eq(calpol_query_error_text(query), "protocol: an earlier call was refused");
    ck_assert_int_eq(calpol_query_set_protocol(query, "TCP"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_error(query), CALPOL_FLOW_OK);
    ck_assert_str_eq(calpol_query_error_text(query), "");
}
END_TEST

START_TEST(setters_check_their_values)
{
    ends("shop/web", "shop/db");
    expect_refused(calpol_query_set_source_port(query, 65536), CALPOL_FLOW_BAD_PORT);
    expect_refused(calpol_query_set_destination_port(query, UINT32_MAX), CALPOL_FLOW_BAD_PORT);
    expect_refused(calpol_query_set_icmp(query, 256, 0), CALPOL_FLOW_BAD_FIELD);
    expect_refused(calpol_query_set_icmp(query, -1, 0), CALPOL_FLOW_BAD_FIELD);
    expect_refused(calpol_query_set_http(query, NULL, "x"), CALPOL_FLOW_BAD_HTTP_PATH);
    expect_refused(calpol_query_set_source(query, "ip:x"), CALPOL_FLOW_BAD_ADDRESS);
    expect_refused(calpol_query_set_destination(query, ""), CALPOL_FLOW_BAD_ADDRESS);
    expect_refused(calpol_query_set_flow(query, "{", 1), CALPOL_FLOW_BAD_JSON);
    calpol_query_reset(query);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(an_unknown_end_is_told_with_its_neighbours)
{
    struct calpol_verdict verdict;

    ends("pod:shop/wep", "shop/db");
    ck_assert_int_eq(calpol_query_evaluate(query, &verdict, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_query_error(query), CALPOL_FLOW_UNKNOWN_REF);
    ck_assert_str_eq(calpol_query_error_text(query),
                     "source.ref: there is no \"pod:shop/wep\" in the ruleset, near it: "
                     "pod:shop/web, pod:shop/db");
    ends("pod:shop/web", "shop/db");
    ck_assert_int_ne(action_of(query), CALPOL_ACTION_NONE);
}
END_TEST

START_TEST(families_must_agree)
{
    struct calpol_verdict verdict;

    ends("fd00::1", "shop/db");
    ck_assert_int_eq(calpol_query_evaluate(query, &verdict, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_query_error(query), CALPOL_FLOW_MIXED_IP_VERSIONS);
}
END_TEST

START_TEST(null_is_an_invalid_argument)
{
    struct calpol_verdict verdict;
    calpol_trace *trace;
    calpol_query *other;

    ck_assert_int_eq(calpol_query_new(NULL, &other), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_new(ruleset, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_flow(query, NULL, 1), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_source(query, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_destination(NULL, "a"), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_protocol(query, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_source_port(NULL, 1), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_http(NULL, "GET", "/"), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_icmp(NULL, 0, 0), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_add_domain(NULL, "a"), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_relabel(query, NULL, "a=b"), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_set_option(query, "http", NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_evaluate(query, NULL, sizeof(verdict)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_evaluate(query, &verdict, 1), CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_query_explain(query, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_explain(NULL, &trace), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_query_error(NULL), CALPOL_FLOW_OK);
    ck_assert_str_eq(calpol_query_error_text(NULL), "");
    calpol_query_reset(NULL);
    calpol_query_free(NULL);
}
END_TEST

/* ---- Labels and options ---------------------------------------------------------------------- */

START_TEST(relabelling_changes_who_is_selected)
{
    ends("shop/web", "shop/db");
    service("TCP", 9999);
    ck_assert_int_eq(calpol_query_set_http(query, "POST", "/"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
    ck_assert_int_eq(calpol_query_relabel(query, "shop/db", "app-"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(relabelling_changes_what_peers_see)
{
    ends("shop/web", "shop/db");
    service("TCP", 5432);
    ck_assert_int_eq(calpol_query_set_http(query, "POST", "/"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(calpol_query_relabel(query, "pod:shop/web", "app=other"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
    ck_assert_int_eq(calpol_query_relabel(query, "10.0.0.1", "app=web"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(relabelling_outlasts_a_flow_and_not_a_reset)
{
    ck_assert_int_eq(calpol_query_relabel(query, "globalnetworkset:office", "role-"), CALPOL_OK);
    ends("203.0.113.7", "shop/db");
    service("UDP", 1);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
    set_flow(query, "{'source': {'ip': '203.0.113.7'}, 'destination': {'ref': 'pod:shop/db'},"
                    " 'protocol': 'UDP', 'source_port': 1000}");
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_DENY);
    calpol_query_reset(query);
    set_flow(query, "{'source': {'ip': '203.0.113.7'}, 'destination': {'ref': 'pod:shop/db'},"
                    " 'protocol': 'UDP', 'source_port': 1000}");
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
}
END_TEST

START_TEST(bad_relabelling_is_refused)
{
    ck_assert_int_eq(calpol_query_relabel(query, "pod:shop/wep", "a=b"), CALPOL_ERROR_NOT_FOUND);
    ck_assert_str_eq(
        calpol_query_error_text(query),
        "there is no endpoint or network set \"pod:shop/wep\", near it: pod:shop/web, pod:shop/db");
    ck_assert_int_eq(calpol_query_relabel(query, "198.51.100.1", "a=b"), CALPOL_ERROR_NOT_FOUND);
    expect_refused(calpol_query_relabel(query, "shop/web", "a"), CALPOL_FLOW_BAD_FIELD);
    expect_refused(calpol_query_relabel(query, "shop/web", "=b"), CALPOL_FLOW_BAD_FIELD);
    expect_refused(calpol_query_relabel(query, "shop/web", "-"), CALPOL_FLOW_BAD_FIELD);
    expect_refused(calpol_query_relabel(query, "shop/web", "pcns.team=x"), CALPOL_FLOW_BAD_FIELD);
}
END_TEST

START_TEST(options_hold_for_the_query)
{
    ends("10.9.9.9", "shop/db");
    service("TCP", 80);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
    ck_assert_int_eq(calpol_query_set_option(query, "http", "ignore"), CALPOL_OK);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_ALLOW);
    calpol_query_reset(query);
    ends("10.9.9.9", "shop/db");
    service("TCP", 80);
    ck_assert_int_eq(action_of(query), CALPOL_ACTION_UNKNOWN);
}
END_TEST

START_TEST(bad_options_are_refused)
{
    ck_assert_int_eq(calpol_query_set_option(query, "scop", "x"), CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(calpol_query_error(query), CALPOL_FLOW_BAD_OPTION);
    ck_assert_str_eq(calpol_query_error_text(query),
                     "there is no option \"scop\" of a query, near it: scope");
    /* Tiers are sorted once, when the ruleset is made. */
    ck_assert_int_eq(calpol_query_set_option(query, "tier_order_default", "last"),
                     CALPOL_ERROR_NOT_FOUND);
    expect_refused(calpol_query_set_option(query, "scope", "x"), CALPOL_FLOW_BAD_OPTION);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("query");
    TCase *tcase = tcase_create("setters");

    tcase_add_checked_fixture(tcase, open_query, close_query);
    tcase_add_test(tcase, a_flow_is_put_together_by_setters);
    tcase_add_test(tcase, ends_may_be_named_in_short);
    tcase_add_test(tcase, http_counts_when_it_is_told);
    tcase_add_test(tcase, icmp_code_may_be_left_out);
    tcase_add_test(tcase, source_ports_count);
    tcase_add_test(tcase, domains_add_up_and_can_be_none);
    tcase_add_test(tcase, domains_are_added_to_those_of_the_flow);
    tcase_add_test(tcase, setting_again_replaces);
    tcase_add_test(tcase, a_new_flow_forgets_the_old_one);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("refused");
    tcase_add_checked_fixture(tcase, open_query, close_query);
    tcase_add_test(tcase, a_refused_setter_stops_the_query_until_it_succeeds);
    tcase_add_test(tcase, setters_check_their_values);
    tcase_add_test(tcase, an_unknown_end_is_told_with_its_neighbours);
    tcase_add_test(tcase, families_must_agree);
    tcase_add_test(tcase, null_is_an_invalid_argument);
    suite_add_tcase(suite, tcase);
    tcase = tcase_create("labels and options");
    tcase_add_checked_fixture(tcase, open_query, close_query);
    tcase_add_test(tcase, relabelling_changes_who_is_selected);
    tcase_add_test(tcase, relabelling_changes_what_peers_see);
    tcase_add_test(tcase, relabelling_outlasts_a_flow_and_not_a_reset);
    tcase_add_test(tcase, bad_relabelling_is_refused);
    tcase_add_test(tcase, options_hold_for_the_query);
    tcase_add_test(tcase, bad_options_are_refused);
    suite_add_tcase(suite, tcase);
    return suite;
}
