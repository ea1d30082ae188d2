/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetworkPolicy of Kubernetes and its staged variant: defaults, leniency (K8-130), what vectors do
 * not reach.
 */
#include "calpol/evaluate.h"
#include "net/protocol.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define HEAD                                                                                       \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: "       \
    "shop}\n"
#define POLICY(spec) HEAD "spec: {" spec "}\n"
#define STAGED(spec)                                                                               \
    "apiVersion: projectcalico.org/v3\nkind: StagedKubernetesNetworkPolicy\n"                      \
    "metadata: {name: p, namespace: shop}\nspec: {" spec "}\n"
#define INGRESS(rule) POLICY("ingress: [" rule "]")

static const struct cp_k8s_policy_spec *load(struct loaded *loaded,
                                             const char *text,
                                             uint32_t flags)
{
    load_resources(loaded, cp_text_from(text), flags);
    return loaded->collection.k8s_policies.count ? loaded->collection.k8s_policies.items[0] : NULL;
}

START_TEST(policy_types_are_filled_in_by_the_rules)
{
    static const struct {
        const char *text;
        uint8_t types;
    } cases[] = {
        {HEAD, CP_TYPE_INGRESS},
        {HEAD "spec: null\n", CP_TYPE_INGRESS},
        {POLICY(""), CP_TYPE_INGRESS},
        {POLICY("policyTypes: []"), CP_TYPE_INGRESS},
        {POLICY("policyTypes: null, egress: []"), CP_TYPE_INGRESS},
        {POLICY("egress: null"), CP_TYPE_INGRESS},
        {POLICY("egress: [{}]"), CP_TYPE_INGRESS | CP_TYPE_EGRESS},
        {POLICY("policyTypes: [], egress: [{}, {}]"), CP_TYPE_INGRESS | CP_TYPE_EGRESS},
        {POLICY("ingress: [{}]"), CP_TYPE_INGRESS},
        {POLICY("policyTypes: [Ingress], egress: [{}]"), CP_TYPE_INGRESS},
        {POLICY("policyTypes: [Egress]"), CP_TYPE_EGRESS},
        {POLICY("policyTypes: [Egress, Egress]"), CP_TYPE_EGRESS},
        {POLICY("policyTypes: [Egress, Ingress]"), CP_TYPE_INGRESS | CP_TYPE_EGRESS},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, 0);

        expect_no_errors(&loaded);
        ck_assert_msg(policy->types == cases[i].types, "%s", cases[i].text);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(rules_that_given_types_leave_out_are_warned_of)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded, POLICY("policyTypes: [Ingress], ingress: [{}], egress: [{}, {}]"), 0);

    ck_assert_uint_eq(policy->egress.items.count, 2);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_RULES_INERT, "spec.egress");
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_policy_without_namespace_is_in_default)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy = load(
        &loaded, "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n", 0);

    expect_text(policy->metadata.namespace_name, "default");
    expect_text(policy->metadata.resource, "NetworkPolicy/default/p");
    finish_resources(&loaded);
}
END_TEST

START_TEST(ports_have_protocol_tcp_unless_they_say_otherwise)
{
    static const struct {
        const char *text;
        uint8_t protocol;
        bool any_port;
        uint16_t first, last;
        const char *name;
    } cases[] = {
        {INGRESS("{ports: [{}]}"), CP_PROTOCOL_TCP, true, 0, 0, NULL},
        {INGRESS("{ports: [null]}"), CP_PROTOCOL_TCP, true, 0, 0, NULL},
        {INGRESS("{ports: [{protocol: null}]}"), CP_PROTOCOL_TCP, true, 0, 0, NULL},
        {INGRESS("{ports: [{protocol: UDP}]}"), CP_PROTOCOL_UDP, true, 0, 0, NULL},
        {INGRESS("{ports: [{port: 80}]}"), CP_PROTOCOL_TCP, false, 80, 80, NULL},
        {INGRESS("{ports: [{port: 80.0, protocol: SCTP}]}"), CP_PROTOCOL_SCTP, false, 80, 80, NULL},
        {INGRESS("{ports: [{port: 65535}]}"), CP_PROTOCOL_TCP, false, 65535, 65535, NULL},
        {INGRESS("{ports: [{port: 1, endPort: 65535}]}"), CP_PROTOCOL_TCP, false, 1, 65535, NULL},
        {INGRESS("{ports: [{port: http, protocol: UDP}]}"), CP_PROTOCOL_UDP, false, 0, 0, "http"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_k8s_policy_spec *policy = load(&loaded, cases[i].text, 0);
        const struct cp_k8s_port *port = &policy->ingress.items.items[0].ports.items[0];

        expect_no_errors(&loaded);
        ck_assert_uint_eq(port->protocol, cases[i].protocol);
        ck_assert_int_eq(port->any_port, cases[i].any_port);
        ck_assert_int_eq(port->port.named, cases[i].name != NULL);
        ck_assert_uint_eq(port->port.first, cases[i].first);
        ck_assert_uint_eq(port->port.last, cases[i].last);
        if (cases[i].name)
            expect_text(port->port.name, cases[i].name);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(blocks_are_masked_with_a_warning_for_host_bits)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy = load(
        &loaded,
        INGRESS("{from: [{ipBlock: {cidr: 10.1.2.3/8, except: [10.9.0.0/16, 10.8.1.1/32]}}]}"), 0);
    const struct cp_k8s_peer *peer = &policy->ingress.items.items[0].peers.items[0];

    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_CIDR_HOST_BITS,
                  "spec.ingress[0].from[0].ipBlock.cidr");
    expect_no_errors(&loaded);
    ck_assert(peer->has_block);
    ck_assert_uint_eq(peer->block.length, 8);
    ck_assert_uint_eq(peer->block.address.bytes[1], 0);
    ck_assert_uint_eq(peer->except.count, 2);
    ck_assert_uint_eq(peer->except.items[1].length, 32);
    ck_assert(!peer->pod_selector.given);
    finish_resources(&loaded);
}
END_TEST

START_TEST(rules_remember_where_they_stand)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded, HEAD "spec:\n  ingress:\n  - {}\n  - ports: []\n", 0);

    ck_assert_uint_eq(policy->ingress.items.items[0].origin.place.line, 6);
    ck_assert_uint_eq(policy->ingress.items.items[1].origin.place.line, 7);
    ck_assert_uint_eq(policy->ingress.items.items[1].origin.place.column, 5);
    ck_assert_uint_eq(policy->ingress.items.items[1].action, CALPOL_ACTION_ALLOW);
    finish_resources(&loaded);
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
        {HEAD "spec: []\n", CP_CODE_TYPE, "spec"},
        {HEAD "Spec: {}\n", CP_CODE_UNKNOWN_FIELD, "Spec"},
        {POLICY("ingress: {}"), CP_CODE_TYPE, "spec.ingress"},
        {POLICY("ingress: [x]"), CP_CODE_TYPE, "spec.ingress[0]"},
        {POLICY("policyTypes: Ingress"), CP_CODE_TYPE, "spec.policyTypes"},
        {POLICY("policyTypes: [null]"), CP_CODE_NP_POLICY_TYPES, "spec.policyTypes[0]"},
        {POLICY("ingress: [{}], ingress: []"), CP_CODE_YAML_DUPLICATE_KEY, "spec.ingress"},
        {INGRESS("{to: []}"), CP_CODE_UNKNOWN_FIELD, "spec.ingress[0].to"},
        {INGRESS("{from: {}}"), CP_CODE_TYPE, "spec.ingress[0].from"},
        {INGRESS("{from: [null]}"), CP_CODE_NP_PEER_EMPTY, "spec.ingress[0].from[0]"},
        {INGRESS("{from: [{ipBlock: {}}]}"), CP_CODE_CIDR, "spec.ingress[0].from[0].ipBlock.cidr"},
        {INGRESS("{from: [{ipBlock: {cidr: 10}}]}"), CP_CODE_TYPE,
         "spec.ingress[0].from[0].ipBlock.cidr"},
        {INGRESS("{from: [{ipBlock: {cidr: '::ffff:10.0.0.0/104'}}]}"), CP_CODE_CIDR,
         "spec.ingress[0].from[0].ipBlock.cidr"},
        {INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/8, excepts: []}}]}"), CP_CODE_UNKNOWN_FIELD,
         "spec.ingress[0].from[0].ipBlock.excepts"},
        {INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [null]}}]}"), CP_CODE_CIDR,
         "spec.ingress[0].from[0].ipBlock.except[0]"},
        {INGRESS("{ports: {}}"), CP_CODE_TYPE, "spec.ingress[0].ports"},
        {INGRESS("{ports: [80]}"), CP_CODE_TYPE, "spec.ingress[0].ports[0]"},
        {INGRESS("{ports: [{protocol: ''}]}"), CP_CODE_PROTOCOL,
         "spec.ingress[0].ports[0].protocol"},
        {INGRESS("{ports: [{protocol: 6}]}"), CP_CODE_TYPE, "spec.ingress[0].ports[0].protocol"},
        {INGRESS("{ports: [{port: 1.5}]}"), CP_CODE_TYPE, "spec.ingress[0].ports[0].port"},
        {INGRESS("{ports: [{port: yes}]}"), CP_CODE_TYPE, "spec.ingress[0].ports[0].port"},
        {INGRESS("{ports: [{port: ''}]}"), CP_CODE_PORT_NAME, "spec.ingress[0].ports[0].port"},
        {INGRESS("{ports: [{port: 99999999999999999999}]}"), CP_CODE_PORT_NUMBER,
         "spec.ingress[0].ports[0].port"},
        {INGRESS("{ports: [{port: 5, endPort: 0}]}"), CP_CODE_NP_ENDPORT_ORDER,
         "spec.ingress[0].ports[0].endPort"},
        {INGRESS("{ports: [{port: 5, endPort: '6'}]}"), CP_CODE_TYPE,
         "spec.ingress[0].ports[0].endPort"},
        {INGRESS("{ports: [{targetPort: 80}]}"), CP_CODE_UNKNOWN_FIELD,
         "spec.ingress[0].ports[0].targetPort"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, cases[i].text, 0), "%s", cases[i].text);
        expect_report(&loaded, CALPOL_SEVERITY_ERROR, cases[i].code, cases[i].path);
        ck_assert_uint_eq(loaded.diagnostics.error_count, 1);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(a_bad_port_says_nothing_about_its_end)
{
    struct loaded loaded;

    load(&loaded, INGRESS("{ports: [{port: 70000, endPort: 80000}]}"), 0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_PORT_NUMBER,
                  "spec.ingress[0].ports[0].port");
    ck_assert_uint_eq(loaded.diagnostics.error_count, 1);
    finish_resources(&loaded);
}
END_TEST

START_TEST(lenient_loading_marks_rules_with_problems_and_keeps_the_others)
{
    static const char *const rules[] = {
        "{form: []}",
        "{from: [{}]}",
        "{from: {}}",
        "{from: [{ipBlock: {cidr: 10.0.0.0/99}}]}",
        "{from: [{ipBlock: {cidr: 10.0.0.0}}]}",
        "{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/8]}}]}",
        "{from: [{ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}}]}",
        "{ports: [{port: 70000}]}",
        "{ports: [{port: 0}]}",
        "{ports: [{port: '70000'}]}",
        "{ports: [{port: '0'}]}",
        "{ports: [{port: Http}]}",
        "{ports: [{port: [80]}]}",
        "{ports: [{protocol: tcp}]}",
        "{ports: [{port: 2, endPort: 1}]}",
        "{ports: [{endPort: 1}]}",
        "{ports: [{port: a, endPort: 1}]}",
        "{ports: [], ports: []}",
        "x",
    };

    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        const struct cp_k8s_policy_spec *policy;
        struct loaded loaded;
        struct cp_buffer text;
        struct cp_arena arena;

        cp_arena_init(&arena, NULL);
        cp_buffer_init(&text, &arena);
        cp_buffer_format(&text, "%sspec: {ingress: [{}, %s, {}]}\n", HEAD, rules[i]);
        policy = load(&loaded, cp_buffer_string(&text), CALPOL_LOAD_LENIENT);
        ck_assert_msg(loaded.diagnostics.error_count == 0, "%s", rules[i]);
        ck_assert_msg(loaded.diagnostics.warning_count > 0, "%s", rules[i]);
        ck_assert_uint_eq(policy->ingress.items.count, 3);
        ck_assert(!policy->ingress.items.items[0].broken);
        ck_assert_msg(policy->ingress.items.items[1].broken, "%s", rules[i]);
        ck_assert(!policy->ingress.items.items[2].broken);
        ck_assert_uint_eq(policy->types, CP_TYPE_INGRESS);
        finish_resources(&loaded);
        cp_arena_finish(&arena);
    }
}
END_TEST

START_TEST(lenient_loading_reads_a_quoted_port_as_the_number)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded, INGRESS("{ports: [{port: '80', endPort: 90}]}"), CALPOL_LOAD_LENIENT);
    const struct cp_k8s_rule *rule = &policy->ingress.items.items[0];

    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_PORT_NAME,
                  "spec.ingress[0].ports[0].port");
    ck_assert(!rule->broken);
    ck_assert(!rule->ports.items[0].port.named);
    ck_assert_uint_eq(rule->ports.items[0].port.first, 80);
    ck_assert_uint_eq(rule->ports.items[0].port.last, 90);
    finish_resources(&loaded);
}
END_TEST

START_TEST(lenient_loading_refuses_problems_outside_rules)
{
    static const char *const texts[] = {
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: My_P}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: 1}\n",
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
        "metadata: {name: p, namespace: a.b}\n",
        POLICY("policyTypes: [ingress]"),
        POLICY("policyTypes: [Ingress, Egress, Ingress]"),
        POLICY("policyType: []"),
        POLICY("ingress: {}"),
        POLICY("podSelector: x"),
        HEAD "spec: x\n",
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, texts[i], CALPOL_LOAD_LENIENT), "%s", texts[i]);
        ck_assert_msg(loaded.diagnostics.error_count >= 1, "%s", texts[i]);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(leniency_ends_with_the_policy)
{
    struct loaded loaded;

    load(&loaded,
         INGRESS("{from: [{}]}") "---\napiVersion: v1\nkind: Pod\n"
                                 "metadata: {name: p, labels: {a: yes}}\n",
         CALPOL_LOAD_LENIENT);
    ck_assert_uint_eq(loaded.diagnostics.error_count, 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_LABEL_VALUE, "metadata.labels.a");
    ck_assert_uint_eq(loaded.collection.workloads.count, 1);
    ck_assert_int_eq(loaded.reader.base.leniency, CP_LENIENCY_BY_CODE);
    finish_resources(&loaded);
}
END_TEST

START_TEST(the_old_api_group_is_read_with_a_warning)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy = load(
        &loaded, "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: p}\n", 0);

    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_REMOVED_API_VERSION, "apiVersion");
    ck_assert_uint_eq(policy->kind, CP_KIND_KUBERNETES_NETWORK_POLICY);
    finish_resources(&loaded);
}
END_TEST

START_TEST(the_same_policy_of_both_groups_is_one)
{
    struct loaded loaded;

    load(&loaded,
         "apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: "
         "shop}\n"
         "---\n" POLICY("policyTypes: [Egress]"),
         0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_DUPLICATE_OBJECT), 1);
    ck_assert_uint_eq(loaded.collection.k8s_policies.count, 1);
    ck_assert_uint_eq(loaded.collection.k8s_policies.items[0]->types, CP_TYPE_EGRESS);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_staged_policy_has_the_same_spec_and_an_action)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded, STAGED("stagedAction: Learn, egress: [{ports: [{port: 80}]}]"), 0);

    expect_no_errors(&loaded);
    ck_assert_int_eq(policy->kind, CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY);
    ck_assert_int_eq(policy->staged_action, CP_STAGED_LEARN);
    ck_assert_uint_eq(policy->types, CP_TYPE_INGRESS | CP_TYPE_EGRESS);
    ck_assert_uint_eq(policy->egress.items.items[0].ports.items[0].port.first, 80);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_staged_deletion_has_nothing_filled_in)
{
    struct loaded loaded;
    const struct cp_k8s_policy_spec *policy =
        load(&loaded, STAGED("stagedAction: Delete, podSelector: {}, ingress: []"), 0);

    expect_no_errors(&loaded);
    ck_assert_int_eq(policy->staged_action, CP_STAGED_DELETE);
    ck_assert_uint_eq(policy->types, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(lenient_loading_of_a_staged_policy_softens_what_the_catalogue_says)
{
    struct loaded loaded;

    ck_assert(
        load(&loaded, STAGED("stagedAction: Delete, policyTypes: [Ingress]"), CALPOL_LOAD_LENIENT));
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_STAGED_DELETE_SPEC, "spec");
    finish_resources(&loaded);
    ck_assert(load(&loaded, STAGED("policyTypes: [Ingress, Ingress]"), CALPOL_LOAD_LENIENT));
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_TYPES_DUPLICATE, "spec.policyTypes[1]");
    finish_resources(&loaded);
    ck_assert(!load(&loaded, STAGED("stagedAction: Drop"), CALPOL_LOAD_LENIENT));
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_STAGED_ACTION, "spec.stagedAction");
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/k8s_network_policy");
    TCase *reading = tcase_create("reading");
    TCase *lenient = tcase_create("lenient");
    TCase *variants = tcase_create("variants");

    tcase_add_test(reading, policy_types_are_filled_in_by_the_rules);
    tcase_add_test(reading, rules_that_given_types_leave_out_are_warned_of);
    tcase_add_test(reading, a_policy_without_namespace_is_in_default);
    tcase_add_test(reading, ports_have_protocol_tcp_unless_they_say_otherwise);
    tcase_add_test(reading, blocks_are_masked_with_a_warning_for_host_bits);
    tcase_add_test(reading, rules_remember_where_they_stand);
    tcase_add_test(reading, what_is_wrong_is_reported_where_it_is);
    tcase_add_test(reading, a_bad_port_says_nothing_about_its_end);
    tcase_add_test(lenient, lenient_loading_marks_rules_with_problems_and_keeps_the_others);
    tcase_add_test(lenient, lenient_loading_reads_a_quoted_port_as_the_number);
    tcase_add_test(lenient, lenient_loading_refuses_problems_outside_rules);
    tcase_add_test(lenient, leniency_ends_with_the_policy);
    tcase_add_test(variants, the_old_api_group_is_read_with_a_warning);
    tcase_add_test(variants, the_same_policy_of_both_groups_is_one);
    tcase_add_test(variants, a_staged_policy_has_the_same_spec_and_an_action);
    tcase_add_test(variants, a_staged_deletion_has_nothing_filled_in);
    tcase_add_test(variants, lenient_loading_of_a_staged_policy_softens_what_the_catalogue_says);
    suite_add_tcase(suite, reading);
    suite_add_tcase(suite, lenient);
    suite_add_tcase(suite, variants);
    return suite;
}
