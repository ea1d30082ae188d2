/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Admin policies of both API versions: fields, leniency (K8-130), what vectors do not reach.
 */
#include "calpol/evaluate.h"
#include "net/protocol.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define HEAD(version, kind, name)                                                                  \
    "apiVersion: policy.networking.k8s.io/" version "\nkind: " kind "\nmetadata: {name: " name "}" \
    "\n"
#define CLUSTER_HEAD HEAD("v1alpha2", "ClusterNetworkPolicy", "c")
#define CLUSTER(spec)                                                                              \
    CLUSTER_HEAD "spec: {tier: Admin, priority: 7, subject: {namespaces: {}}, " spec "}\n"
#define ADMIN(spec)                                                                                \
    HEAD("v1alpha1", "AdminNetworkPolicy", "a")                                                    \
    "spec: {priority: 7, subject: {namespaces: {}}, " spec "}\n"
#define BASELINE(spec)                                                                             \
    HEAD("v1alpha1", "BaselineAdminNetworkPolicy", "default")                                      \
    "spec: {subject: {namespaces: {}}, " spec "}\n"

#define INGRESS(rule) CLUSTER("ingress: [" rule "]")
#define EGRESS(rule) CLUSTER("egress: [" rule "]")
#define PORTS(ports) EGRESS("{action: Accept, to: [{namespaces: {}}], protocols: [" ports "]}")
#define OLD_PORTS(ports)                                                                           \
    ADMIN("egress: [{action: Allow, to: [{namespaces: {}}], ports: [" ports "]}]")

static const struct cp_k8s_policy_spec *load(struct loaded *loaded,
                                             const char *text,
                                             uint32_t flags)
{
    load_resources(loaded, cp_text_from(text), flags);
    return loaded->collection.k8s_policies.count ? loaded->collection.k8s_policies.items[0] : NULL;
}

START_TEST(a_cluster_policy_has_tier_priority_and_subject)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded,
             CLUSTER_HEAD "spec: {tier: Baseline, priority: 1000, subject: {pods: {podSelector: "
                          "{matchLabels: {a: b}}, namespaceSelector: {}}}}\n",
             0);

    expect_no_errors(&loaded);
    ck_assert_int_eq(policy->kind, CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY);
    ck_assert(policy->baseline);
    ck_assert(policy->priority == 1000);
    ck_assert(policy->pod_selector.given);
    ck_assert(policy->namespace_selector.given);
    ck_assert(!loaded.collection.has_admin_v1alpha1);
    ck_assert_uint_eq(policy->metadata.namespace_name.length, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(rules_have_name_action_and_peers)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy = load(
        &loaded,
        EGRESS("{name: first, action: Accept, to: [{namespaces: {matchLabels: {a: b}}}, {pods: "
               "{podSelector: {}}}, {networks: [10.1.2.3/8, '::/0']}, {nodes: {}}, "
               "{domainNames: ['*.example.com']}]}, {action: Deny, to: [{pods: {podSelector: "
               "{}}}]}, {action: Pass, to: [{nodes: {}}]}"),
        0);
    const struct cp_k8s_rule *rule = &policy->egress.items.items[0];

    expect_no_errors(&loaded);
    expect_text(rule->name, "first");
    ck_assert_uint_eq(rule->action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(policy->egress.items.items[1].action, CALPOL_ACTION_DENY);
    ck_assert_uint_eq(policy->egress.items.items[2].action, CALPOL_ACTION_PASS);
    ck_assert_uint_eq(rule->peers.count, 5);
    ck_assert(rule->peers.items[0].namespace_selector.given);
    ck_assert(!rule->peers.items[0].pod_selector.given);
    ck_assert(rule->peers.items[1].pod_selector.given);
    ck_assert(!rule->peers.items[1].namespace_selector.given);
    ck_assert_uint_eq(rule->peers.items[2].networks.count, 2);
    ck_assert_uint_eq(rule->peers.items[2].networks.items[0].address.bytes[1], 0);
    ck_assert(rule->peers.items[3].nodes.given);
    expect_text(rule->peers.items[4].domain_names.items.items[0], "*.example.com");
    finish_resources(&loaded);
}
END_TEST

START_TEST(ports_of_both_versions_come_to_the_same)
{
    static const struct {
        const char *text;
        uint8_t protocol;
        uint16_t first, last;
        const char *name;
    } cases[] = {
        {PORTS("{tcp: {destinationPort: {number: 80}}}"), CP_PROTOCOL_TCP, 80, 80, NULL},
        {PORTS("{udp: {destinationPort: {number: 65535}}}"), CP_PROTOCOL_UDP, 65535, 65535, NULL},
        {PORTS("{sctp: {destinationPort: {range: {start: 1, end: 2}}}}"), CP_PROTOCOL_SCTP, 1, 2,
         NULL},
        {PORTS("{destinationNamedPort: web}"), 0, 0, 0, "web"},
        {OLD_PORTS("{portNumber: {port: 80}}"), CP_PROTOCOL_TCP, 80, 80, NULL},
        {OLD_PORTS("{portNumber: {port: 80, protocol: null}}"), CP_PROTOCOL_TCP, 80, 80, NULL},
        {OLD_PORTS("{portNumber: {port: 80, protocol: UDP}}"), CP_PROTOCOL_UDP, 80, 80, NULL},
        {OLD_PORTS("{portRange: {start: 5, end: 5, protocol: SCTP}}"), CP_PROTOCOL_SCTP, 5, 5,
         NULL},
        {OLD_PORTS("{portRange: {start: 5, end: 9}}"), CP_PROTOCOL_TCP, 5, 9, NULL},
        {OLD_PORTS("{namedPort: web}"), 0, 0, 0, "web"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, 0);
        const struct cp_k8s_port *port;

        expect_no_errors(&loaded);
        port = &policy->egress.items.items[0].ports.items[0];
        ck_assert_uint_eq(port->protocol, cases[i].protocol);
        ck_assert(!port->any_port);
        ck_assert_int_eq(port->port.named, cases[i].name != NULL);
        ck_assert_uint_eq(port->port.first, cases[i].first);
        ck_assert_uint_eq(port->port.last, cases[i].last);
        if (cases[i].name)
            expect_text(port->port.name, cases[i].name);
        finish_resources(&loaded);
    }
}
END_TEST

/* What the vectors do not have. */
START_TEST(what_is_wrong_is_reported_where_it_is)
{
    static const struct {
        const char *text;
        enum cp_code code;
        const char *path;
    } cases[] = {
        {CLUSTER_HEAD "spec: {tier: Admin, priority: '1', subject: {namespaces: {}}}\n",
         CP_CODE_TYPE, "spec.priority"},
        {CLUSTER_HEAD "spec: {tier: Admin, priority: 1.5, subject: {namespaces: {}}}\n",
         CP_CODE_TYPE, "spec.priority"},
        {CLUSTER_HEAD "spec: {tier: Admin, priority: 1, subject: {namespaces: null}}\n",
         CP_CODE_ADMIN_SUBJECT, "spec.subject"},
        {CLUSTER_HEAD "spec: {tier: Admin, priority: 1, subject: {pods: {podSelector: null}}}\n",
         CP_CODE_ADMIN_PODS_SELECTOR, "spec.subject.pods.podSelector"},
        {CLUSTER_HEAD "spec: {tier: Admin, priority: 1, subject: {namespaces: [x]}}\n",
         CP_CODE_TYPE, "spec.subject.namespaces"},
        {INGRESS("{action: Deny}"), CP_CODE_ADMIN_PEERS_MISSING, "spec.ingress[0].from"},
        {INGRESS("{from: [{namespaces: {}}]}"), CP_CODE_ADMIN_ACTION, "spec.ingress[0].action"},
        {INGRESS("{action: deny, from: [{namespaces: {}}]}"), CP_CODE_ADMIN_ACTION,
         "spec.ingress[0].action"},
        {INGRESS("{action: Deny, from: [{namespaces: null}]}"), CP_CODE_ADMIN_PEER,
         "spec.ingress[0].from[0]"},
        {INGRESS("{action: Deny, from: {}}"), CP_CODE_TYPE, "spec.ingress[0].from"},
        {EGRESS("{action: Deny, to: [{networks: []}]}"), CP_CODE_ADMIN_TOO_MANY,
         "spec.egress[0].to[0].networks"},
        {EGRESS("{action: Deny, to: [{networks: [10.0.0.0/8, 10.0.0.0/9, 10.0.0.0/8]}]}"),
         CP_CODE_ADMIN_DUPLICATE, "spec.egress[0].to[0].networks"},
        {EGRESS("{action: Deny, to: [{networks: "
                "['0000:0000:0000:0000:0000:0001:100.100.100.100/128']}]}"),
         CP_CODE_CIDR, "spec.egress[0].to[0].networks[0]"},
        {EGRESS("{action: Accept, to: [{domainNames: []}]}"), CP_CODE_ADMIN_TOO_MANY,
         "spec.egress[0].to[0].domainNames"},
        {EGRESS("{action: Accept, to: [{domainNames: [a.b, a.b]}]}"), CP_CODE_ADMIN_DUPLICATE,
         "spec.egress[0].to[0].domainNames"},
        {EGRESS("{action: Pass, to: [{domainNames: [a.b]}]}"), CP_CODE_DOMAIN_NAME_ACTION,
         "spec.egress[0].to[0].domainNames"},
        {EGRESS("{action: Accept, to: [{domainNames: [a.b]}], protocols: [{destinationNamedPort: "
                "a}]}"),
         CP_CODE_ADMIN_NAMED_PORT_PEER, "spec.egress[0]"},
        {PORTS("{tcp: null}"), CP_CODE_ADMIN_PORT, "spec.egress[0].protocols[0]"},
        {PORTS("{tcp: {destinationPort: null}}"), CP_CODE_ADMIN_PORT,
         "spec.egress[0].protocols[0].tcp"},
        {PORTS("{tcp: {port: 1}}, {udp: {destinationPort: {number: 1}}}"), CP_CODE_UNKNOWN_FIELD,
         "spec.egress[0].protocols[0].tcp.port"},
        {PORTS("{tcp: {destinationPort: {range: {end: 2}}}}"), CP_CODE_PORT_NUMBER,
         "spec.egress[0].protocols[0].tcp.destinationPort.range.start"},
        {PORTS("{tcp: {destinationPort: {range: {start: 1, end: 70000}}}}"), CP_CODE_PORT_NUMBER,
         "spec.egress[0].protocols[0].tcp.destinationPort.range.end"},
        {PORTS("{tcp: {destinationPort: {number: '80'}}}"), CP_CODE_TYPE,
         "spec.egress[0].protocols[0].tcp.destinationPort.number"},
        {PORTS("{tcp: {destinationPort: {range: {start: 1, end: 2, protocol: TCP}}}}"),
         CP_CODE_UNKNOWN_FIELD, "spec.egress[0].protocols[0].tcp.destinationPort.range.protocol"},
        {PORTS("{destinationNamedPort: ''}"), CP_CODE_ADMIN_PORT,
         "spec.egress[0].protocols[0].destinationNamedPort"},
        {OLD_PORTS("{portNumber: {}}"), CP_CODE_PORT_NUMBER,
         "spec.egress[0].ports[0].portNumber.port"},
        {OLD_PORTS("{portNumber: {port: 80, endPort: 90}}"), CP_CODE_UNKNOWN_FIELD,
         "spec.egress[0].ports[0].portNumber.endPort"},
        {OLD_PORTS("{portRange: {start: 1, end: 2, protocol: udp}}"), CP_CODE_PROTOCOL,
         "spec.egress[0].ports[0].portRange.protocol"},
        {OLD_PORTS(""), CP_CODE_ADMIN_PORTS_EMPTY, "spec.egress[0].ports"},
        {ADMIN("egress: [{action: Allow, to: [{pods: {podSelector: {}}}]}]"),
         CP_CODE_ADMIN_PODS_SELECTOR, "spec.egress[0].to[0].pods.namespaceSelector"},
        {ADMIN("ingress: [{action: Allow, from: [{namespaces: {sameLabels: [a]}}]}]"),
         CP_CODE_UNKNOWN_FIELD, "spec.ingress[0].from[0].namespaces.sameLabels"},
        {BASELINE("ingress: [{action: Accept, from: [{namespaces: {}}]}]"), CP_CODE_ADMIN_ACTION,
         "spec.ingress[0].action"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, cases[i].text, 0), "%s", cases[i].text);
        expect_report(&loaded, CALPOL_SEVERITY_ERROR, cases[i].code, cases[i].path);
        finish_resources(&loaded);
    }
}
END_TEST

/* Twenty-six items, one more than v1alpha2 takes. */
#define TIMES_5(text) text text text text text
#define TIMES_26(text) TIMES_5(TIMES_5(text)) text

START_TEST(limits_are_those_of_the_version)
{
    struct loaded loaded;

    load(&loaded,
         INGRESS("{action: Deny, from: [" TIMES_26("{namespaces: {}}, ") "], protocols: [" TIMES_26(
             "{destinationNamedPort: a}, ") "]}"),
         0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_ADMIN_TOO_MANY), 2);
    finish_resources(&loaded);
    ck_assert(load(&loaded,
                   ADMIN("ingress: [{action: Deny, from: [" TIMES_26(
                       "{namespaces: {}}, ") "], ports: [" TIMES_26("{namedPort: a}, ") "]}]"),
                   0));
    expect_no_errors(&loaded);
    finish_resources(&loaded);
}
END_TEST

START_TEST(lenient_loading_marks_rules_with_problems)
{
    static const struct {
        const char *text;
        uint8_t action;
    } cases[] = {
        {INGRESS("{action: Deny, from: [{later: {}}]}"), CALPOL_ACTION_DENY},
        {INGRESS("{action: Pass, from: [{}]}"), CALPOL_ACTION_PASS},
        {INGRESS("{action: Accept, from: []}"), CALPOL_ACTION_ALLOW},
        {INGRESS("{action: Accept, from: [{pods: {namespaceSelector: {}}}]}"), CALPOL_ACTION_ALLOW},
        {INGRESS("{action: Log, from: [{namespaces: {}}]}"), CALPOL_ACTION_NONE},
        {INGRESS("{from: [{namespaces: {}}]}"), CALPOL_ACTION_NONE},
        {INGRESS("{action: [Accept], from: [{namespaces: {}}]}"), CALPOL_ACTION_NONE},
        {INGRESS("{action: Accept, from: [{namespaces: {}}], protocols: [{}]}"),
         CALPOL_ACTION_ALLOW},
        {INGRESS("{action: Accept, from: [{namespaces: {}}], protocols: []}"), CALPOL_ACTION_ALLOW},
        {INGRESS("{action: Accept, from: [{namespaces: {}}], ports: []}"), CALPOL_ACTION_ALLOW},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, CALPOL_LOAD_LENIENT);

        ck_assert_msg(policy && loaded.diagnostics.error_count == 0, "%s", cases[i].text);
        ck_assert_uint_ge(loaded.diagnostics.warning_count, 1);
        ck_assert_msg(policy->ingress.items.items[0].broken, "%s", cases[i].text);
        ck_assert_uint_eq(policy->ingress.items.items[0].action, cases[i].action);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(lenient_loading_refuses_problems_outside_rules)
{
    static const char *const texts[] = {
        CLUSTER_HEAD "spec: {tier: admin, priority: 1, subject: {namespaces: {}}}\n",
        CLUSTER_HEAD "spec: {tier: Admin, subject: {namespaces: {}}}\n",
        CLUSTER_HEAD "spec: {tier: Admin, priority: 1001, subject: {namespaces: {}}}\n",
        CLUSTER_HEAD "spec: {tier: Admin, priority: 1, subject: {}}\n",
        CLUSTER_HEAD "spec: {tier: Admin, priority: 1, subject: {pods: {}}}\n",
        CLUSTER_HEAD "spec: {tier: Admin, priority: 1, subject: {namespaces: {a: b}}}\n",
        CLUSTER("rules: []"),
        INGRESS(TIMES_26("{action: Deny, from: [{namespaces: {}}]}, ")),
        HEAD("v1alpha1", "BaselineAdminNetworkPolicy",
             "other") "spec: {subject: {namespaces: {}}}\n",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, texts[i], CALPOL_LOAD_LENIENT), "%s", texts[i]);
        ck_assert_msg(loaded.diagnostics.error_count >= 1, "%s", texts[i]);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(policies_of_both_versions_together_are_warned_of_once)
{
    struct loaded loaded;

    load(&loaded, ADMIN("") "---\n" CLUSTER("") "---\n" BASELINE(""), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_ADMIN_VERSIONS_MIXED, "apiVersion");
    ck_assert_uint_eq(find_code(&loaded, CP_CODE_ADMIN_VERSIONS_MIXED)->line, 1);
    ck_assert(loaded.collection.has_admin_v1alpha1);
    finish_resources(&loaded);
    load(&loaded, ADMIN("") "---\n" BASELINE(""), 0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_ADMIN_VERSIONS_MIXED), 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_namespace_on_an_admin_policy_is_ignored_with_a_warning)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded,
             "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"
             "metadata: {name: c, namespace: shop}\n"
             "spec: {tier: Admin, priority: 1, subject: {namespaces: {}}}\n",
             0);

    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_NAMESPACE_IGNORED,
                  "metadata.namespace");
    ck_assert_uint_eq(policy->metadata.namespace_name.length, 0);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/admin_policy");
    TCase *reading = tcase_create("reading");
    TCase *lenient = tcase_create("lenient");
    TCase *together = tcase_create("together");

    tcase_add_test(reading, a_cluster_policy_has_tier_priority_and_subject);
    tcase_add_test(reading, rules_have_name_action_and_peers);
    tcase_add_test(reading, ports_of_both_versions_come_to_the_same);
    tcase_add_test(reading, what_is_wrong_is_reported_where_it_is);
    tcase_add_test(reading, limits_are_those_of_the_version);
    tcase_add_test(lenient, lenient_loading_marks_rules_with_problems);
    tcase_add_test(lenient, lenient_loading_refuses_problems_outside_rules);
    tcase_add_test(together, policies_of_both_versions_together_are_warned_of_once);
    tcase_add_test(together, a_namespace_on_an_admin_policy_is_ignored_with_a_warning);
    suite_add_tcase(suite, reading);
    suite_add_tcase(suite, lenient);
    suite_add_tcase(suite, together);
    return suite;
}
