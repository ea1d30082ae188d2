/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends of rules: equal ones are there once, others are kept apart.
 */
#include "support/expect.h"
#include "support/rulesets.h"
#include "support/suite.h"

#include <stdio.h>
#include <string.h>

#define GLOBAL(name, rules)                                                                        \
    "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: " name     \
    "}\nspec: {order: 1, types: [Egress], egress: [" rules "]}\n"
#define LOCAL(namespace_name, rules)                                                               \
    "---\napiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: "  \
    "" namespace_name "}\nspec: {order: 2, types: [Egress], egress: [" rules "]}\n"
#define ALLOW(end) "{action: Allow, protocol: TCP, destination: {" end "}}, "

static const struct cp_rule *egress(const struct compiled *compiled, uint32_t policy, uint32_t rule)
{
    const struct cp_policy *entry = compiled->ruleset->policies[policy];

    ck_assert_uint_lt(policy, compiled->ruleset->policy_count);
    ck_assert_uint_lt(rule, entry->rule_count[CP_EGRESS]);
    return &entry->rules[CP_EGRESS][rule];
}

START_TEST(equal_ends_of_all_policies_are_the_same)
{
    static const char *const rules =
        GLOBAL("a", ALLOW("ports: [80, '90:95', web], selector: app == 'x'")
                        ALLOW("nets: [10.0.0.0/8], notNets: [10.1.0.0/16]"))
            GLOBAL("b", ALLOW("nets: [10.0.0.0/8], notNets: [10.1.0.0/16]")
                            ALLOW("ports: [80, '90:95', web], selector: app == 'x'"));
    struct compiled compiled;

    compile_resources(&compiled, rules, CALPOL_DIALECT_AUTO);
    ck_assert_ptr_eq(egress(&compiled, 0, 0)->destination, egress(&compiled, 1, 1)->destination);
    ck_assert_ptr_eq(egress(&compiled, 0, 1)->destination, egress(&compiled, 1, 0)->destination);
    ck_assert_ptr_ne(egress(&compiled, 0, 0)->destination, egress(&compiled, 0, 1)->destination);
    ck_assert_ptr_eq(egress(&compiled, 0, 0)->source, egress(&compiled, 1, 0)->source);
    free_compiled(&compiled);
}
END_TEST

static const char *const ends[] = {
    "nets: [10.0.0.0/8]",
    "notNets: [10.0.0.0/8]",
    "nets: [10.0.0.0/9]",
    "nets: [10.0.0.0/8, 10.0.0.0/9]",
    "nets: [10.0.0.0/8], notNets: [10.0.0.0/9]",
    "ports: [80]",
    "notPorts: [80]",
    "notPorts: [81]",
    "ports: [81]",
    "ports: ['80:81']",
    "ports: [a, bc]",
    "ports: [ab, c]",
    "selector: has(a)",
    "selector: 'has( a )'",
    "selector: has(b)",
    "notSelector: has(a)",
    "notSelector: 'has( a )'",
    "namespaceSelector: has(a)",
    "namespaceSelector: 'has( a )'",
    "domains: [a.example]",
    "domains: [a.example, b.example]",
    "serviceAccounts: {names: [a]}",
    "serviceAccounts: {names: [a, b]}",
    "serviceAccounts: {selector: has(a)}",
    "serviceAccounts: {selector: 'has( a )'}",
    "services: {name: s, namespace: one}",
    "services: {name: s, namespace: two}",
};

static void write_rules(char *text, size_t size)
{
    size_t length = (size_t)snprintf(text, size, "%s", GLOBAL("a", ""));

    length -= strlen("]}\n");
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        length +=
            (size_t)snprintf(text + length, size - length, "{action: Allow, %sdestination: {%s}}, ",
                             strstr(ends[i], "orts") ? "protocol: TCP, " : "", ends[i]);
    snprintf(text + length, size - length, "]}\n");
}

START_TEST(ends_that_differ_in_anything_are_kept_apart)
{
    struct compiled compiled;
    char text[4096];

    write_rules(text, sizeof(text));
    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    for (uint32_t i = 0; i < COUNT_OF(ends); i++) {
        for (uint32_t j = 0; j < i; j++)
            ck_assert_msg(egress(&compiled, 0, i)->destination !=
                              egress(&compiled, 0, j)->destination,
                          "%s and %s", ends[i], ends[j]);
    }
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_selector_of_another_namespace_is_another_end)
{
    static const char *const rules = LOCAL("one", ALLOW("selector: has(a)") ALLOW("ports: [80]"))
        LOCAL("two", ALLOW("selector: has(a)") ALLOW("ports: [80]"));
    struct compiled compiled;

    compile_resources(&compiled, rules, CALPOL_DIALECT_AUTO);
    ck_assert_ptr_ne(egress(&compiled, 0, 0)->destination, egress(&compiled, 1, 0)->destination);
    ck_assert_uint_ne(egress(&compiled, 0, 0)->destination->selector,
                      egress(&compiled, 1, 0)->destination->selector);
    ck_assert_ptr_eq(egress(&compiled, 0, 1)->destination, egress(&compiled, 1, 1)->destination);
    free_compiled(&compiled);
}
END_TEST

/* K8-99: no pod has an address of nodes, not even one whose address is not known. */
START_TEST(addresses_of_nodes_are_not_those_networks)
{
    static const char *const text =
        "{apiVersion: v1, kind: Node, metadata: {name: x, labels: {a: b}}, "
        "status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}}\n"
        "---\n"
        "apiVersion: policy.networking.k8s.io/v1alpha1\n"
        "kind: AdminNetworkPolicy\n"
        "metadata: {name: a}\n"
        "spec:\n"
        "  priority: 1\n"
        "  subject: {namespaces: {}}\n"
        "  egress:\n"
        "  - {action: Allow, to: [{networks: [192.168.0.1/32]}]}\n"
        "  - {action: Allow, to: [{nodes: {matchLabels: {a: b}}}]}\n";
    struct compiled compiled;

    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    ck_assert(!egress(&compiled, 0, 0)->destination->nets_are_nodes);
    ck_assert(egress(&compiled, 0, 1)->destination->nets_are_nodes);
    free_compiled(&compiled);
}
END_TEST

START_TEST(only_rules_with_icmp_or_http_have_details)
{
    static const char *const text = "apiVersion: projectcalico.org/v3\n"
                                    "kind: GlobalNetworkPolicy\n"
                                    "metadata: {name: a}\n"
                                    "spec:\n"
                                    "  ingress:\n"
                                    "  - {action: Allow}\n"
                                    "  - {action: Allow, protocol: ICMP, icmp: {type: 8}}\n"
                                    "  - {action: Allow, protocol: ICMP, notICMP: {type: 8}}\n"
                                    "  - {action: Allow, http: {methods: [GET]}}\n"
                                    "  - {action: Allow, http: {paths: [{exact: /a}]}}\n";
    const struct cp_rule *rules;
    struct compiled compiled;

    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    rules = compiled.ruleset->policies[0]->rules[CP_INGRESS];
    ck_assert_ptr_null(rules[0].details);
    for (uint32_t i = 1; i < 5; i++)
        ck_assert_ptr_nonnull(rules[i].details);
    ck_assert_int_eq(rules[1].details->icmp.type, 8);
    ck_assert_int_eq(rules[1].details->not_icmp.type, -1);
    free_compiled(&compiled);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/entities");
    TCase *entities = tcase_create("entities");

    tcase_add_test(entities, equal_ends_of_all_policies_are_the_same);
    tcase_add_test(entities, ends_that_differ_in_anything_are_kept_apart);
    tcase_add_test(entities, a_selector_of_another_namespace_is_another_end);
    tcase_add_test(entities, addresses_of_nodes_are_not_those_networks);
    tcase_add_test(entities, only_rules_with_icmp_or_http_have_details);
    suite_add_tcase(suite, entities);
    return suite;
}
