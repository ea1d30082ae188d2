/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Advice on selectors that no labels can satisfy.
 */
#include "support/advice.h"
#include "support/expect.h"
#include "support/suite.h"

#include <stdio.h>

static const struct {
    const char *selector;
    bool possible;
} selectors[] = {
    {"a == 'x' && a == 'y'", false},
    {"a == 'x' && b == 'y'", true},
    {"a == 'x' || a == 'y'", true},
    {"a == 'x' && a == 'x'", true},
    {"a == 'x' && a != 'x'", false},
    {"a == 'x' && a != 'y'", true},
    {"a != 'x' && a != 'y'", true},
    {"a in {'x', 'y'} && a == 'z'", false},
    {"a in {'x', 'y'} && a == 'x'", true},
    {"a in {'x', 'y'} && a in {'z'}", false},
    {"a in {'x', 'y'} && a not in {'x', 'y', 'z'}", false},
    {"a in {'x', 'y'} && a not in {'x'}", true},
    {"a in {}", false},
    {"a not in {}", true},
    {"has(a) && !has(a)", false},
    {"a == 'x' && !has(a)", false},
    {"a contains 'x' && !has(a)", false},
    {"a != 'x' && !has(a)", true},
    {"a not in {'x'} && !has(a)", true},
    {"has(a) && !has(b)", true},
    {"a == 'xy' && a starts with 'y'", false},
    {"a == 'xy' && a starts with 'x'", true},
    {"a == 'xy' && a ends with 'x'", false},
    {"a == 'xy' && a ends with 'y'", true},
    {"a == 'xy' && a contains 'z'", false},
    {"a == 'xyz' && a contains 'y'", true},
    {"a starts with 'x' && a starts with 'y'", false},
    {"a starts with 'x' && a starts with 'xy'", true},
    {"a ends with 'x' && a ends with 'y'", false},
    {"a ends with 'x' && a ends with 'yx'", true},
    {"a starts with 'x' && a ends with 'y'", true},
    {"(b == '1' && a == 'x') && (a == 'y' && c == '2')", false},
    {"(a == 'x' || b == 'y') && a == 'z'", true},
    {"!(a == 'x') && a == 'x'", true}, /* not looked into */
    {"all()", true},
    {"!all()", true}, /* the usual way to write "nothing" */
};

START_TEST(a_selector_that_nothing_can_satisfy_is_told)
{
    char text[512];

    snprintf(text, sizeof(text),
             "apiVersion: projectcalico.org/v3\n"
             "kind: NetworkPolicy\n"
             "metadata: {name: p, namespace: shop}\n"
             "spec:\n"
             "  selector: \"%s\"\n"
             "  ingress: [{action: Allow, source: {selector: \"%s\"}}]\n",
             selectors[_i].selector, selectors[_i].selector);
    expect_advice(text,
                  selectors[_i].possible
                      ? ""
                      : "never-matches CalicoNetworkPolicy/shop/p spec.selector\n"
                        "never-matches CalicoNetworkPolicy/shop/p spec.ingress[0].source.selector");
}
END_TEST

START_TEST(all_selectors_are_looked_at)
{
    expect_advice("apiVersion: projectcalico.org/v3\n"
                  "kind: GlobalNetworkPolicy\n"
                  "metadata: {name: p}\n"
                  "spec:\n"
                  "  namespaceSelector: &never \"a == 'x' && a == 'y'\"\n"
                  "  serviceAccountSelector: *never\n"
                  "  ingress:\n"
                  "  - action: Deny\n"
                  "    source: {namespaceSelector: *never, serviceAccounts: {selector: *never}}\n"
                  "    destination: {namespaceSelector: *never, selector: *never}\n"
                  "  egress: [{action: Deny, source: {selector: *never}}]\n",
                  "never-matches GlobalNetworkPolicy/p spec.namespaceSelector\n"
                  "never-matches GlobalNetworkPolicy/p spec.serviceAccountSelector\n"
                  "never-matches GlobalNetworkPolicy/p spec.ingress[0].source.namespaceSelector\n"
                  "never-matches GlobalNetworkPolicy/p "
                  "spec.ingress[0].source.serviceAccounts.selector\n"
                  "never-matches GlobalNetworkPolicy/p "
                  "spec.ingress[0].destination.namespaceSelector\n"
                  "never-matches GlobalNetworkPolicy/p spec.ingress[0].destination.selector\n"
                  "never-matches GlobalNetworkPolicy/p spec.egress[0].source.selector");
}
END_TEST

START_TEST(label_selectors_are_looked_at_too)
{
    expect_advice("apiVersion: networking.k8s.io/v1\n"
                  "kind: NetworkPolicy\n"
                  "metadata: {name: p, namespace: shop}\n"
                  "spec:\n"
                  "  podSelector:\n"
                  "    matchLabels: {app: web}\n"
                  "    matchExpressions: [{key: app, operator: DoesNotExist}]\n"
                  "  ingress:\n"
                  "  - from:\n"
                  "    - podSelector:\n"
                  "        matchExpressions:\n"
                  "        - {key: app, operator: In, values: [a]}\n"
                  "        - {key: app, operator: NotIn, values: [a, b]}\n",
                  "never-matches NetworkPolicy/shop/p spec.podSelector\n"
                  "never-matches NetworkPolicy/shop/p spec.ingress[0].from[0]");
}
END_TEST

START_TEST(the_remark_names_the_label)
{
    expect_advice_at("apiVersion: projectcalico.org/v3\n"
                     "kind: NetworkPolicy\n"
                     "metadata: {name: p, namespace: shop}\n"
                     "spec:\n"
                     "  selector: app == 'a' && app == 'b'\n"
                     "  types: [Ingress]\n",
                     "never-matches CalicoNetworkPolicy/shop/p spec.selector", 5, 13,
                     "never matches: it asks for two things of label \"app\" that exclude each "
                     "other, so the policy selects nothing");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lint/selectors");
    TCase *made = tcase_create("selectors");

    tcase_add_loop_test(made, a_selector_that_nothing_can_satisfy_is_told, 0,
                        (int)COUNT_OF(selectors));
    tcase_add_test(made, all_selectors_are_looked_at);
    tcase_add_test(made, label_selectors_are_looked_at_too);
    tcase_add_test(made, the_remark_names_the_label);
    suite_add_tcase(suite, made);
    return suite;
}
