/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors of Kubernetes: how they are read (K8-123, K8-124) and what they select (K8-23).
 */
#include "resource/label_selector.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* A NetworkPolicy whose podSelector is at test, and which a peer of a rule has as well. */
#define WITH_SELECTOR(selector)                                                                    \
    "apiVersion: networking.k8s.io/v1\n"                                                           \
    "kind: NetworkPolicy\n"                                                                        \
    "metadata: {name: p, namespace: shop}\n"                                                       \
    "spec: {podSelector: " selector "}\n"
#define WITH_PEER(selector)                                                                        \
    "apiVersion: networking.k8s.io/v1\n"                                                           \
    "kind: NetworkPolicy\n"                                                                        \
    "metadata: {name: p, namespace: shop}\n"                                                       \
    "spec: {podSelector: {}, ingress: [{from: [{podSelector: " selector "}]}]}\n"

static const struct cp_k8s_policy_spec *load(struct loaded *loaded,
                                             const char *text,
                                             uint32_t flags)
{
    load_resources(loaded, cp_text_from(text), flags);
    return loaded->collection.k8s_policies.count ? loaded->collection.k8s_policies.items[0] : NULL;
}

START_TEST(a_selector_is_labels_and_expressions_as_written)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded,
             WITH_SELECTOR("{matchLabels: {b: '2', a: '1'}, matchExpressions: ["
                           "{key: c, operator: In, values: [q, x]}, {key: d, operator: NotIn, "
                           "values: [z]}, {key: e/f, operator: Exists}, {key: g, operator: "
                           "DoesNotExist, values: []}]}"),
             0);
    const struct cp_k8s_selector *selector = &policy->pod_selector;

    expect_no_errors(&loaded);
    ck_assert(selector->given);
    ck_assert_uint_eq(selector->match_labels.items.count, 2);
    expect_text(selector->match_labels.items.items[0].key, "b");
    expect_text(selector->match_labels.items.items[1].value, "1");
    ck_assert_uint_eq(selector->expressions.count, 4);
    ck_assert_int_eq(selector->expressions.items[0].operator_, CP_OPERATOR_IN);
    expect_text(selector->expressions.items[0].values.items.items[0], "q");
    ck_assert_int_eq(selector->expressions.items[1].operator_, CP_OPERATOR_NOT_IN);
    ck_assert_int_eq(selector->expressions.items[2].operator_, CP_OPERATOR_EXISTS);
    expect_text(selector->expressions.items[2].key, "e/f");
    ck_assert_int_eq(selector->expressions.items[3].operator_, CP_OPERATOR_NOT_EXISTS);
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_absent_selector_is_not_given_and_an_empty_one_is)
{
    static const struct {
        const char *text;
        bool given;
    } cases[] = {
        {WITH_SELECTOR("{}"), true},
        {WITH_SELECTOR("{matchLabels: null, matchExpressions: []}"), true},
        {WITH_SELECTOR("null"), false},
        {WITH_SELECTOR(""), false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, 0);

        expect_no_errors(&loaded);
        ck_assert_int_eq(policy->pod_selector.given, cases[i].given);
        ck_assert_uint_eq(policy->pod_selector.match_labels.items.count, 0);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(a_null_value_is_the_empty_text)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded,
             WITH_SELECTOR("{matchLabels: {a: null}, matchExpressions: [{key: b, operator: In, "
                           "values: [null]}]}"),
             0);

    expect_no_errors(&loaded);
    expect_text(policy->pod_selector.match_labels.items.items[0].value, "");
    expect_text(policy->pod_selector.expressions.items[0].values.items.items[0], "");
    finish_resources(&loaded);
}
END_TEST

START_TEST(what_is_wrong_is_reported_where_it_is)
{
    static const struct {
        const char *text;
        enum cp_code code;
        const char *path;
    } cases[] = {
        {WITH_SELECTOR("[]"), CP_CODE_TYPE, "spec.podSelector"},
        {WITH_SELECTOR("{matchLabel: {}}"), CP_CODE_UNKNOWN_FIELD, "spec.podSelector.matchLabel"},
        {WITH_SELECTOR("{matchLabels: []}"), CP_CODE_TYPE, "spec.podSelector.matchLabels"},
        {WITH_SELECTOR("{matchLabels: {a: [b]}}"), CP_CODE_LABEL_VALUE,
         "spec.podSelector.matchLabels"},
        {WITH_SELECTOR("{matchLabels: {a: b, a: c}}"), CP_CODE_YAML_DUPLICATE_KEY,
         "spec.podSelector.matchLabels.a"},
        {WITH_SELECTOR("{matchLabels: {a: !x b}}"), CP_CODE_YAML_TAG,
         "spec.podSelector.matchLabels.a"},
        {WITH_SELECTOR("{matchExpressions: {}}"), CP_CODE_TYPE,
         "spec.podSelector.matchExpressions"},
        {WITH_SELECTOR("{matchExpressions: [{key: a, operator: Exists, value: b}]}"),
         CP_CODE_UNKNOWN_FIELD, "spec.podSelector.matchExpressions[0].value"},
        {WITH_SELECTOR("{matchExpressions: [{operator: Exists}]}"), CP_CODE_LABEL_KEY,
         "spec.podSelector.matchExpressions[0].key"},
        {WITH_SELECTOR("{matchExpressions: [{key: 1, operator: Exists}]}"), CP_CODE_TYPE,
         "spec.podSelector.matchExpressions[0].key"},
        {WITH_SELECTOR("{matchExpressions: [{key: a}]}"), CP_CODE_SELECTOR_OPERATOR,
         "spec.podSelector.matchExpressions[0].operator"},
        {WITH_SELECTOR("{matchExpressions: [{key: a, operator: In, values: [b, c d]}]}"),
         CP_CODE_LABEL_VALUE, "spec.podSelector.matchExpressions[0].values[1]"},
        {WITH_SELECTOR("{matchExpressions: [{key: a, operator: In, values: [on]}]}"),
         CP_CODE_LABEL_VALUE, "spec.podSelector.matchExpressions[0].values[0]"},
        {WITH_SELECTOR("{matchExpressions: [{key: a, operator: In, values: [!x b]}]}"),
         CP_CODE_YAML_TAG, "spec.podSelector.matchExpressions[0].values[0]"},
        {WITH_SELECTOR("{matchExpressions: [{key: a, operator: NotIn, values: []}]}"),
         CP_CODE_SELECTOR_VALUES_REQUIRED, "spec.podSelector.matchExpressions[0].values"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, cases[i].text, 0), "%s", cases[i].text);
        expect_report(&loaded, CALPOL_SEVERITY_ERROR, cases[i].code, cases[i].path);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(outside_a_rule_lenient_loading_refuses_a_selector_all_the_same)
{
    static const char *const texts[] = {
        WITH_SELECTOR("{matchLabels: {a: yes}}"),
        WITH_SELECTOR("{matchLabels: {a b: c}}"),
        WITH_SELECTOR("{matchExpressions: [{key: a, operator: Equals}]}"),
        WITH_SELECTOR("{matchExpressions: [{key: a, operator: Exists, values: [b]}]}"),
        WITH_SELECTOR("{matchLabel: {}}"),
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct loaded loaded;

        ck_assert(!load(&loaded, texts[i], CALPOL_LOAD_LENIENT));
        ck_assert_uint_eq(loaded.diagnostics.error_count, 1);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(in_a_rule_lenient_loading_takes_a_scalar_as_written)
{
    static const struct {
        const char *text;
        const char *value;
    } cases[] = {
        {WITH_PEER("{matchLabels: {a: yes}}"), "yes"},
        {WITH_PEER("{matchLabels: {a: 1.10}}"), "1.10"},
        {WITH_PEER("{matchLabels: {a: 0x1F}}"), "0x1F"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, CALPOL_LOAD_LENIENT);
        const struct cp_k8s_rule *rule = &policy->ingress.items.items[0];

        expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_LABEL_VALUE,
                      "spec.ingress[0].from[0].podSelector.matchLabels");
        ck_assert(!rule->broken);
        expect_text(rule->peers.items[0].pod_selector.match_labels.items.items[0].value,
                    cases[i].value);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(in_a_rule_lenient_loading_drops_what_is_no_label)
{
    static const char *const texts[] = {
        WITH_PEER("{matchLabels: {a: it's}}"),
        WITH_PEER("{matchLabels: {a: -1}}"),
        WITH_PEER("{matchLabels: {a b: c}}"),
        WITH_PEER("{matchExpressions: [{key: a, operator: in, values: [b]}]}"),
        WITH_PEER("{matchExpressions: [{key: a, operator: In}]}"),
        WITH_PEER("{matchExpression: []}"),
        WITH_PEER("{matchLabels: {a: !x b}}"),
        WITH_PEER("[]"),
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, texts[i], CALPOL_LOAD_LENIENT);

        ck_assert_uint_eq(loaded.diagnostics.error_count, 0);
        ck_assert_uint_ge(loaded.diagnostics.warning_count, 1);
        ck_assert_msg(policy && policy->ingress.items.items[0].broken, "%s", texts[i]);
        finish_resources(&loaded);
    }
}
END_TEST

/* The labels of all cases: app=web, tier= (empty), x.y/z=1. */
START_TEST(a_selector_selects_what_kubernetes_says)
{
    static const struct {
        const char *text;
        bool matches;
    } cases[] = {
        {WITH_SELECTOR("{}"), true},
        {WITH_SELECTOR("null"), true},
        {WITH_SELECTOR("{matchLabels: {app: web}}"), true},
        {WITH_SELECTOR("{matchLabels: {app: Web}}"), false},
        {WITH_SELECTOR("{matchLabels: {App: web}}"), false},
        {WITH_SELECTOR("{matchLabels: {tier: }}"), true},
        {WITH_SELECTOR("{matchLabels: {none: }}"), false},
        {WITH_SELECTOR("{matchLabels: {app: web, x.y/z: '1'}}"), true},
        {WITH_SELECTOR("{matchLabels: {app: web, x.y/z: '2'}}"), false},
        {WITH_SELECTOR("{matchExpressions: [{key: app, operator: In, values: [a, web]}]}"), true},
        {WITH_SELECTOR("{matchExpressions: [{key: app, operator: In, values: [a]}]}"), false},
        {WITH_SELECTOR("{matchExpressions: [{key: none, operator: In, values: ['']}]}"), false},
        {WITH_SELECTOR("{matchExpressions: [{key: app, operator: NotIn, values: [a, web]}]}"),
         false},
        {WITH_SELECTOR("{matchExpressions: [{key: app, operator: NotIn, values: [a]}]}"), true},
        {WITH_SELECTOR("{matchExpressions: [{key: none, operator: NotIn, values: [a]}]}"), true},
        {WITH_SELECTOR("{matchExpressions: [{key: tier, operator: Exists}]}"), true},
        {WITH_SELECTOR("{matchExpressions: [{key: none, operator: Exists}]}"), false},
        {WITH_SELECTOR("{matchExpressions: [{key: tier, operator: DoesNotExist}]}"), false},
        {WITH_SELECTOR("{matchExpressions: [{key: none, operator: DoesNotExist}]}"), true},
        {WITH_SELECTOR("{matchLabels: {app: web}, matchExpressions: [{key: app, operator: "
                       "DoesNotExist}]}"),
         false},
    };
    struct cp_pairs labels = {.items = {.count = 0}};
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    ck_assert(cp_pairs_set(&labels, &arena, CP_TEXT("app"), CP_TEXT("web")));
    ck_assert(cp_pairs_set(&labels, &arena, CP_TEXT("tier"), CP_TEXT("")));
    ck_assert(cp_pairs_set(&labels, &arena, CP_TEXT("x.y/z"), CP_TEXT("1")));
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, 0);

        expect_no_errors(&loaded);
        ck_assert_msg(cp_k8s_selector_matches(&policy->pod_selector, &labels) == cases[i].matches,
                      "%s", cases[i].text);
        finish_resources(&loaded);
    }
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/label_selector");
    TCase *reading = tcase_create("reading");
    TCase *lenient = tcase_create("lenient");
    TCase *matching = tcase_create("matching");

    tcase_add_test(reading, a_selector_is_labels_and_expressions_as_written);
    tcase_add_test(reading, an_absent_selector_is_not_given_and_an_empty_one_is);
    tcase_add_test(reading, a_null_value_is_the_empty_text);
    tcase_add_test(reading, what_is_wrong_is_reported_where_it_is);
    tcase_add_test(lenient, outside_a_rule_lenient_loading_refuses_a_selector_all_the_same);
    tcase_add_test(lenient, in_a_rule_lenient_loading_takes_a_scalar_as_written);
    tcase_add_test(lenient, in_a_rule_lenient_loading_drops_what_is_no_label);
    tcase_add_test(matching, a_selector_selects_what_kubernetes_says);
    suite_add_tcase(suite, reading);
    suite_add_tcase(suite, lenient);
    suite_add_tcase(suite, matching);
    return suite;
}
