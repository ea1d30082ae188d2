/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace: steps, JSON, and texts of a flow that has an error.
 */
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <string.h>

static const char cluster[] = TIER("guard", "order: 50, defaultAction: Pass")
    GLOBAL_POLICY("guard.no-telnet",
                  "tier: guard, types: [Ingress], ingress: [{action: Deny, protocol: TCP, "
                  "destination: {ports: [23]}}]")
        POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}")
            K8S_POLICY("shop",
                       "web",
                       "podSelector: {matchLabels: {app: web}}, ingress: [{from: [{ipBlock: {cidr: "
                       "10.1.0.0/16}}, {ipBlock: {cidr: 10.2.0.0/16}}]}]")
                POLICY("shop", "log", "order: 2000, types: [Ingress], ingress: [{action: Log}]")
                    STAGED_POLICY("later", "order: 1, types: [Ingress], ingress: [{action: Deny}]");

static calpol_ruleset *ruleset;
static calpol_query *query;

static void open_query(void)
{
    ruleset = load_text(cluster, NULL);
    query = new_query(ruleset);
}

static void close_query(void)
{
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
}

static calpol_trace *explain_from(const char *address)
{
    ck_assert_int_eq(calpol_query_set_source(query, address), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_destination(query, "shop/web"), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_protocol(query, "TCP"), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_destination_port(query, 80), CALPOL_OK);
    return explain(query);
}

/* What a step should be. */
struct expected_step {
    int action;
    const char *policy; /* label; "": none */
    int rule;
};

static void expect_steps(const calpol_trace *trace, const struct expected_step *steps, size_t count)
{
    ck_assert_uint_eq(calpol_trace_step_count(trace), count);
    for (size_t i = 0; i < count; i++) {
        struct calpol_policy_info policy = {.label = ""};
        struct calpol_step step;

        ck_assert_int_eq(calpol_trace_get_step(trace, i, &step, sizeof(step)), CALPOL_OK);
        calpol_ruleset_policy(ruleset, step.policy, &policy, sizeof(policy));
        ck_assert_int_eq(step.stage, CALPOL_STAGE_WORKLOAD_INGRESS);
        ck_assert_int_eq(step.action, steps[i].action);
        ck_assert_str_eq(policy.label, steps[i].policy);
        ck_assert_int_eq(step.rule, steps[i].rule);
        ck_assert_int_eq(step.certain, 1);
    }
}

START_TEST(the_steps_are_the_walk)
{
    static const struct expected_step steps[] = {
        {CALPOL_ACTION_NONE, "gnp:guard.no-telnet", 0},
        {CALPOL_ACTION_PASS, "gnp:guard.no-telnet", -1},
        {CALPOL_ACTION_NONE, "knp:shop/web", 0},
        {CALPOL_ACTION_NONE, "knp:shop/web", 1},
        {CALPOL_ACTION_LOG, "np:shop/log", 0},
        {CALPOL_ACTION_DENY, "np:shop/log", -1},
    };
    calpol_trace *trace = explain_from("10.3.0.1");

    expect_steps(trace, steps, 6);
    calpol_trace_free(trace);
}
END_TEST

START_TEST(the_walk_ends_where_a_rule_decides)
{
    static const struct expected_step steps[] = {
        {CALPOL_ACTION_NONE, "gnp:guard.no-telnet", 0},
        {CALPOL_ACTION_PASS, "gnp:guard.no-telnet", -1},
        {CALPOL_ACTION_NONE, "knp:shop/web", 0},
        {CALPOL_ACTION_ALLOW, "knp:shop/web", 1},
    };
    calpol_trace *trace = explain_from("10.2.0.1");

    expect_steps(trace, steps, 4);
    calpol_trace_free(trace);
}
END_TEST

START_TEST(the_json_has_flow_log_and_structured_form)
{
    calpol_trace *trace = explain_from("10.3.0.1");
    const char *json = calpol_trace_json(trace);

    ck_assert_ptr_null(strchr(json, '\n'));
    expect_part(json, "\"flow_log\": [\"0|guard|gnp:guard.no-telnet|pass|-1\", "
                      "\"1|default|np:shop/log|deny|-1\"]");
    expect_part(json, "{\"kind\": \"EndOfTier\", \"namespace\": \"\", \"name\": \"\", \"tier\": "
                      "\"default\", \"action\": \"deny\", \"policy_index\": 1, \"rule_index\": -1, "
                      "\"trigger\": {\"kind\": \"CalicoNetworkPolicy\", \"namespace\": \"shop\", "
                      "\"name\": \"log\", \"tier\": \"default\"}, "
                      "\"trigger_last\": {\"kind\": \"CalicoNetworkPolicy\", \"namespace\": "
                      "\"shop\", \"name\": \"log\", \"tier\": \"default\"}, "
                      "\"trigger_first\": {\"kind\": \"NetworkPolicy\", \"namespace\": \"shop\", "
                      "\"name\": \"web\", \"tier\": \"default\"}}");
    expect_part(json, "\"logs\": [\"np:shop/log|0\"]");
    expect_part(json,
                "\"x_applied\": [\"NetworkPolicy/shop/web\", \"CalicoNetworkPolicy/shop/log\"]");
    expect_part(json, "\"file\": \"test.yaml\", \"line\": ");
    expect_part(json, "\"options\": {\"scope\": \"enforced\", ");
    expect_part(json, "\"dialect\": \"calico\"");
    calpol_trace_free(trace);
}
END_TEST

START_TEST(a_kubernetes_rule_has_two_numbers)
{
    calpol_trace *trace = explain_from("10.2.0.1");

    expect_part(calpol_trace_json(trace), "\"rule_index\": 1, \"source_rule\": 0");
    expect_part(calpol_trace_summary(trace), "rule 0 (index 1 in flow logs)");
    calpol_trace_free(trace);
}
END_TEST

START_TEST(what_staged_policies_change_is_pending)
{
    calpol_trace *trace = explain_from("10.2.0.1");

    expect_part(calpol_trace_json(trace), "\"pending\": {\"verdict\": \"deny\"");
    expect_part(calpol_trace_summary(trace), "with staged policies enforced: deny");
    calpol_trace_free(trace);
}
END_TEST

START_TEST(a_verdict_is_that_of_evaluate)
{
    calpol_trace *trace = explain_from("10.2.0.1");
    struct calpol_verdict traced, evaluated;

    ck_assert_int_eq(calpol_trace_verdict(trace, &traced, sizeof(traced)), CALPOL_OK);
    ck_assert_int_eq(calpol_query_evaluate(query, &evaluated, sizeof(evaluated)), CALPOL_OK);
    ck_assert_int_eq(memcmp(&traced, &evaluated, sizeof(traced)), 0);
    ck_assert_int_eq(calpol_trace_verdict(trace, &traced, 1), CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_trace_verdict(trace, NULL, 48), CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_trace_free(trace);
}
END_TEST

START_TEST(a_trace_outlives_query_and_ruleset)
{
    calpol_ruleset *own = load_text(cluster, NULL);
    calpol_query *asked = new_query(own);
    calpol_trace *trace;

    set_flow(asked, "{'destination': {'ref': 'pod:shop/web'}}");
    trace = explain(asked);
    calpol_query_free(asked);
    calpol_ruleset_unref(own);
    expect_part(calpol_trace_text(trace), "pod:shop/web");
    calpol_trace_free(trace);
}
END_TEST

START_TEST(a_flow_with_an_error_has_a_trace_too)
{
    const char flow[] = "{\"protocol\": \"GRE\"}";
    struct calpol_verdict verdict;
    calpol_trace *trace = NULL;

    ck_assert_int_eq(calpol_query_set_flow(query, flow, strlen(flow)), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_query_explain(query, &trace), CALPOL_ERROR_INVALID_INPUT);
    expect_part(calpol_trace_json(trace), "{\"error\": \"unknown-protocol\", \"message\": \"");
    expect_part(calpol_trace_summary(trace), "error unknown-protocol: ");
    expect_part(calpol_trace_text(trace), "error unknown-protocol: ");
    ck_assert_uint_eq(calpol_trace_step_count(trace), 0);
    ck_assert_int_eq(calpol_trace_verdict(trace, &verdict, sizeof(verdict)), CALPOL_OK);
    ck_assert_int_eq(verdict.action, CALPOL_ACTION_NONE);
    calpol_trace_free(trace);
}
END_TEST

START_TEST(null_is_an_empty_trace)
{
    struct calpol_step step;
    calpol_trace *trace = explain_from("10.2.0.1");

    ck_assert_str_eq(calpol_trace_json(NULL), "");
    ck_assert_str_eq(calpol_trace_summary(NULL), "");
    ck_assert_str_eq(calpol_trace_text(NULL), "");
    ck_assert_uint_eq(calpol_trace_step_count(NULL), 0);
    ck_assert_int_eq(calpol_trace_get_step(NULL, 0, &step, sizeof(step)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_trace_get_step(trace, 4, &step, sizeof(step)),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_trace_get_step(trace, 0, &step, 2), CALPOL_ERROR_ABI);
    calpol_trace_free(trace);
    calpol_trace_free(NULL);
}
END_TEST

START_TEST(only_the_texts_that_are_asked_for_are_made)
{
    calpol_trace *whole = explain_from("10.1.0.1"), *trace = NULL;

    for (uint32_t texts = 0; texts < 8; texts++) {
        ck_assert_int_eq(calpol_query_explain_as(query, texts, &trace), CALPOL_OK);
        ck_assert_str_eq(calpol_trace_json(trace),
                         texts & CALPOL_TRACE_JSON ? calpol_trace_json(whole) : "");
        ck_assert_str_eq(calpol_trace_summary(trace),
                         texts & CALPOL_TRACE_SUMMARY ? calpol_trace_summary(whole) : "");
        ck_assert_str_eq(calpol_trace_text(trace),
                         texts & CALPOL_TRACE_TEXT ? calpol_trace_text(whole) : "");
        ck_assert_uint_eq(calpol_trace_step_count(trace), calpol_trace_step_count(whole));
        calpol_trace_free(trace);
    }
    ck_assert_int_eq(calpol_query_explain_as(query, 8, &trace), CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_trace_free(whole);
}
END_TEST

START_TEST(a_flow_with_an_error_has_the_texts_that_are_asked_for)
{
    calpol_trace *trace;

    ck_assert_int_eq(calpol_query_set_source(query, "shop/nobody"), CALPOL_OK);
    ck_assert_int_eq(calpol_query_explain_as(query, CALPOL_TRACE_SUMMARY, &trace),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_str_eq(calpol_trace_json(trace), "");
    ck_assert_str_ne(calpol_trace_summary(trace), "");
    ck_assert_str_eq(calpol_trace_text(trace), "");
    calpol_trace_free(trace);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("trace");
    TCase *tcase = tcase_create("trace");

    tcase_add_checked_fixture(tcase, open_query, close_query);
    tcase_add_test(tcase, the_steps_are_the_walk);
    tcase_add_test(tcase, the_walk_ends_where_a_rule_decides);
    tcase_add_test(tcase, the_json_has_flow_log_and_structured_form);
    tcase_add_test(tcase, a_kubernetes_rule_has_two_numbers);
    tcase_add_test(tcase, what_staged_policies_change_is_pending);
    tcase_add_test(tcase, a_verdict_is_that_of_evaluate);
    tcase_add_test(tcase, a_trace_outlives_query_and_ruleset);
    tcase_add_test(tcase, a_flow_with_an_error_has_a_trace_too);
    tcase_add_test(tcase, null_is_an_empty_trace);
    tcase_add_test(tcase, only_the_texts_that_are_asked_for_are_made);
    tcase_add_test(tcase, a_flow_with_an_error_has_the_texts_that_are_asked_for);
    suite_add_tcase(suite, tcase);
    return suite;
}
