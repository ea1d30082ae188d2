/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conversion of Kubernetes policies where dialects differ and where it fails closed (K8-46, K8-96,
 * K8-99 to K8-101, K8-130). What both dialects share is in the vectors.
 */
#include "calpol/evaluate.h"
#include "compile/convert_k8s.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/policy_json.h"
#include "support/resources.h"
#include "support/suite.h"

#define POLICY(spec)                                                                               \
    "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"                                 \
    "metadata: {name: p, namespace: shop}\nspec: {" spec "}\n"
#define CLUSTER(spec)                                                                              \
    "---\napiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\n"             \
    "metadata: {name: c}\nspec: {tier: Admin, priority: 1, subject: {namespaces: {}}, " spec "}\n"
#define STAGED(spec)                                                                               \
    "---\napiVersion: projectcalico.org/v3\nkind: StagedKubernetesNetworkPolicy\n"                 \
    "metadata: {name: p, namespace: shop}\nspec: {" spec "}\n"
#define NODE(name, labels, address)                                                                \
    "---\napiVersion: v1\nkind: Node\nmetadata: {name: " name ", labels: {" labels "}}\n"          \
    "status: {addresses: [{type: InternalIP, address: " address "}]}\n"

struct conversion {
    struct loaded loaded;
    struct cp_policy_spec policy;
};

static int try_convert(struct conversion *conversion,
                       struct cp_text text,
                       enum calpol_dialect dialect,
                       uint32_t flags,
                       const struct calpol_allocator *allocator)
{
    struct loaded *loaded = &conversion->loaded;
    struct cp_k8s_converter converter = {.arena = &loaded->work,
                                         .dialect = dialect,
                                         .collection = &loaded->collection,
                                         .diagnostics = &loaded->diagnostics};
    int status = try_load_resources(loaded, text, flags, allocator);

    if (status)
        return status;
    converter.names = loaded->names;
    expect_no_errors(loaded);
    ck_assert_uint_eq(loaded->collection.k8s_policies.count, 1);
    return cp_convert_k8s_policy(&converter, loaded->collection.k8s_policies.items[0],
                                 &conversion->policy);
}

static void convert(struct conversion *conversion,
                    const char *text,
                    enum calpol_dialect dialect,
                    uint32_t flags)
{
    ck_assert_int_eq(try_convert(conversion, cp_text_from(text), dialect, flags, NULL), CALPOL_OK);
}

static void finish(struct conversion *conversion)
{
    finish_resources(&conversion->loaded);
}

static const char *tree_text(struct conversion *conversion, const struct cp_selector *tree)
{
    struct loaded *loaded = &conversion->loaded;
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &loaded->work);
    ck_assert_int_eq(cp_selector_print(tree, loaded->names, &loaded->work, &buffer), CALPOL_OK);
    return cp_buffer_string(&buffer);
}

/* ---- reserved labels ---- */

START_TEST(in_dialect_upstream_a_pod_selector_sees_own_labels_only)
{
    struct conversion conversion;

    convert(&conversion,
            POLICY("podSelector: {matchLabels: {projectcalico.org/orchestrator: k8s, pcns.a: b}, "
                   "matchExpressions: [{key: pcsa.c, operator: Exists}]}"),
            CALPOL_DIALECT_UPSTREAM, 0);
    expect_text(conversion.policy.selector.text,
                "projectcalico.org/orchestrator == 'k8s' && pcns.a == 'b' && "
                "projectcalico.org/orchestrator == 'k8s' && has(pcsa.c)");
    ck_assert_str_eq(tree_text(&conversion, conversion.policy.selector.tree),
                     "(projectcalico.org/orchestrator == \"k8s\" && \x01pcns.a == \"b\" && "
                     "\x01projectcalico.org/orchestrator == \"k8s\" && has(\x01pcsa.c))");
    finish(&conversion);
}
END_TEST

START_TEST(in_dialect_calico_a_pod_selector_is_its_text)
{
    struct conversion conversion;

    convert(&conversion, POLICY("podSelector: {matchLabels: {pcns.a: b}}"), CALPOL_DIALECT_CALICO,
            0);
    ck_assert_str_eq(tree_text(&conversion, conversion.policy.selector.tree),
                     "(projectcalico.org/orchestrator == \"k8s\" && pcns.a == \"b\")");
    finish(&conversion);
}
END_TEST

START_TEST(namespace_selectors_are_their_text_in_both_dialects)
{
    static const enum calpol_dialect dialects[] = {CALPOL_DIALECT_UPSTREAM, CALPOL_DIALECT_CALICO};

    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        struct conversion conversion;
        const struct cp_entity_spec *source;

        convert(&conversion,
                POLICY("ingress: [{from: [{namespaceSelector: {matchLabels: {pcns.a: b}}}]}]"),
                dialects[i], 0);
        source = &conversion.policy.ingress.items.items[0].source;
        ck_assert_str_eq(tree_text(&conversion, source->namespace_selector.tree),
                         "pcns.a == \"b\"");
        ck_assert_str_eq(tree_text(&conversion, source->selector.tree),
                         "projectcalico.org/orchestrator == \"k8s\"");
        finish(&conversion);
    }
}
END_TEST

/* ---- peers of admin policies ---- */

START_TEST(a_namespaces_peer_is_limited_to_pods_in_dialect_upstream_only)
{
    static const char text[] =
        CLUSTER("ingress: [{action: Deny, from: [{namespaces: {matchExpressions: [{key: a, "
                "operator: DoesNotExist}]}}]}]");
    struct conversion conversion;
    const struct cp_entity_spec *source;

    convert(&conversion, text, CALPOL_DIALECT_UPSTREAM, 0);
    source = &conversion.policy.ingress.items.items[0].source;
    expect_text(source->selector.text, "projectcalico.org/orchestrator == 'k8s'");
    expect_text(source->namespace_selector.text, "! has(a)");
    finish(&conversion);
    convert(&conversion, text, CALPOL_DIALECT_CALICO, 0);
    source = &conversion.policy.ingress.items.items[0].source;
    ck_assert(!source->selector.given);
    expect_text(source->namespace_selector.text, "! has(a)");
    finish(&conversion);
}
END_TEST

START_TEST(a_nodes_peer_without_nodes_matches_nothing)
{
    static const char *const texts[] = {
        CLUSTER("egress: [{action: Accept, to: [{nodes: {}}]}]"),
        NODE("n1", "a: b", "192.168.0.1")
            CLUSTER("egress: [{action: Accept, to: [{nodes: {matchLabels: {a: c}}}]}]"),
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct conversion conversion;
        const struct cp_entity_spec *destination;

        convert(&conversion, texts[i], CALPOL_DIALECT_UPSTREAM, 0);
        destination = &conversion.policy.egress.items.items[0].destination;
        ck_assert(destination->matches_nothing);
        ck_assert_uint_eq(destination->nets.count, 0);
        finish(&conversion);
    }
}
END_TEST

START_TEST(a_nodes_peer_is_the_addresses_of_the_nodes_by_name)
{
    struct conversion conversion;
    const struct cp_entity_spec *destination;

    convert(&conversion,
            NODE("n2", "a: b", "192.168.0.2") NODE("n1", "a: b", "'fd00::1'")
                NODE("n3", "a: c", "192.168.0.3")
                    CLUSTER("egress: [{action: Accept, to: [{nodes: {matchLabels: {a: b}}}]}]"),
            CALPOL_DIALECT_UPSTREAM, 0);
    destination = &conversion.policy.egress.items.items[0].destination;
    ck_assert(!destination->matches_nothing);
    ck_assert(destination->nets_are_nodes);
    ck_assert_uint_eq(destination->nets.count, 2);
    ck_assert_uint_eq(destination->nets.items[0].length, 128);
    ck_assert_uint_eq(destination->nets.items[1].address.bytes[3], 2);
    ck_assert(!destination->selector.given);
    finish(&conversion);
}
END_TEST

START_TEST(in_dialect_calico_a_rule_with_nodes_or_domains_fails_closed_with_a_warning)
{
    struct conversion conversion;
    const struct cp_rule_spec *rules;

    convert(
        &conversion,
        CLUSTER("egress: [{action: Accept, to: [{namespaces: {}}, {domainNames: [a.b]}]}, "
                "{name: x, action: Pass, to: [{nodes: {}}], protocols: [{tcp: "
                "{destinationPort: {number: 80}}}]}, {action: Accept, to: [{namespaces: {}}]}]"),
        CALPOL_DIALECT_CALICO, 0);
    rules = conversion.policy.egress.items.items;
    ck_assert_uint_eq(conversion.policy.egress.items.count, 2);
    ck_assert_uint_eq(rules[0].action, CALPOL_ACTION_DENY);
    ck_assert_uint_eq(rules[0].written_rule, 1);
    ck_assert(!rules[0].protocol.given);
    ck_assert_uint_eq(rules[0].annotations.items.count, 0);
    ck_assert_uint_eq(rules[0].destination.ports.count, 0);
    ck_assert_uint_eq(rules[1].action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(rules[1].written_rule, 2);
    ck_assert_uint_eq(count_code(&conversion.loaded, CP_CODE_RULE_NOT_CONVERTED), 2);
    ck_assert_str_eq(find_code(&conversion.loaded, CP_CODE_RULE_NOT_CONVERTED)->path,
                     "spec.egress[0]");
    finish(&conversion);
}
END_TEST

/* ---- lenient loads ---- */

START_TEST(a_broken_rule_of_a_network_policy_is_dropped)
{
    struct conversion conversion;

    convert(&conversion,
            POLICY("ingress: [{from: [{}]}, {ports: [{port: 80}]}, {ports: [{port: 0}]}], egress: "
                   "[{to: [{ipBlock: {cidr: x}}]}]"),
            CALPOL_DIALECT_CALICO, CALPOL_LOAD_LENIENT);
    ck_assert_uint_eq(conversion.policy.ingress.items.count, 1);
    ck_assert_uint_eq(conversion.policy.ingress.items.items[0].written_rule, 1);
    ck_assert_uint_eq(conversion.policy.egress.items.count, 0);
    ck_assert_uint_eq(conversion.policy.types, CP_TYPE_INGRESS | CP_TYPE_EGRESS);
    ck_assert_uint_eq(conversion.policy.written_ingress, 3);
    ck_assert_uint_eq(conversion.policy.written_egress, 1);
    finish(&conversion);
}
END_TEST

START_TEST(a_broken_rule_of_an_admin_policy_fails_closed_in_both_dialects)
{
    static const enum calpol_dialect dialects[] = {CALPOL_DIALECT_UPSTREAM, CALPOL_DIALECT_CALICO};

    for (size_t i = 0; i < COUNT_OF(dialects); i++) {
        struct conversion conversion;

        convert(&conversion,
                CLUSTER("ingress: [{action: Accept, from: [{later: {}}]}, {action: Deny, from: "
                        "[{namespaces: {}}, {later: {}}]}, {action: Pass, from: []}, {action: Log, "
                        "from: [{namespaces: {}}]}]"),
                dialects[i], CALPOL_LOAD_LENIENT);
        ck_assert_uint_eq(conversion.policy.ingress.items.count, 2);
        for (uint32_t k = 0; k < 2; k++) {
            const struct cp_rule_spec *rule = &conversion.policy.ingress.items.items[k];

            ck_assert_uint_eq(rule->action, CALPOL_ACTION_DENY);
            ck_assert_uint_eq(rule->written_rule, k + 1);
            ck_assert(!rule->source.selector.given && !rule->source.namespace_selector.given);
        }
        ck_assert_uint_eq(conversion.policy.types, CP_TYPE_INGRESS);
        ck_assert_uint_eq(count_code(&conversion.loaded, CP_CODE_RULE_NOT_CONVERTED), 0);
        finish(&conversion);
    }
}
END_TEST

/* ---- policies ---- */

START_TEST(an_admin_policy_without_rules_has_both_types)
{
    struct conversion conversion;

    convert(&conversion, CLUSTER(""), CALPOL_DIALECT_CALICO, 0);
    ck_assert_uint_eq(conversion.policy.types, CP_TYPE_INGRESS | CP_TYPE_EGRESS);
    ck_assert(!conversion.policy.types_given);
    finish(&conversion);
}
END_TEST

START_TEST(rules_of_a_direction_without_effect_are_converted_all_the_same)
{
    struct conversion conversion;

    convert(&conversion, POLICY("policyTypes: [Egress], ingress: [{}]"), CALPOL_DIALECT_CALICO, 0);
    ck_assert_uint_eq(conversion.policy.types, CP_TYPE_EGRESS);
    ck_assert_uint_eq(conversion.policy.ingress.items.count, 1);
    finish(&conversion);
}
END_TEST

START_TEST(a_staged_policy_is_converted_like_the_real_one)
{
    struct conversion conversion;
    struct cp_text legacy_name;

    convert(&conversion, STAGED("stagedAction: Ignore, ingress: [{ports: [{port: 80}]}]"),
            CALPOL_DIALECT_CALICO, 0);
    ck_assert_int_eq(conversion.policy.kind, CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY);
    ck_assert_int_eq(conversion.policy.staged_action, CP_STAGED_IGNORE);
    expect_text(conversion.policy.tier, "default");
    ck_assert(conversion.policy.has_order && conversion.policy.order == 1000);
    expect_text(conversion.policy.selector.text, "projectcalico.org/orchestrator == 'k8s'");
    ck_assert_int_eq(cp_k8s_legacy_name(conversion.loaded.collection.k8s_policies.items[0],
                                        &conversion.loaded.work, &legacy_name),
                     CALPOL_OK);
    expect_text(legacy_name, "");
    finish(&conversion);
}
END_TEST

START_TEST(converted_rules_remember_where_they_stand)
{
    struct conversion conversion;

    convert(&conversion, POLICY("podSelector: {}") "  \n", CALPOL_DIALECT_CALICO, 0);
    ck_assert_uint_eq(conversion.policy.metadata.origin.place.line, 2);
    finish(&conversion);
    convert(&conversion, POLICY("ingress: [{}, {ports: [{port: 1}, {port: 2, protocol: UDP}]}]"),
            CALPOL_DIALECT_CALICO, 0);
    ck_assert_uint_eq(conversion.policy.ingress.items.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        ck_assert_uint_eq(conversion.policy.ingress.items.items[i].origin.place.line, 5);
    finish(&conversion);
}
END_TEST

/* ---- memory ---- */

static const char everything[] = NODE("n1", "a: b", "192.168.0.1") NODE("n0", "a: b", "192.168.0.2")
    CLUSTER("egress: [{name: r, action: Accept, to: [{namespaces: {matchLabels: {x: '1', a: "
            "'2'}}}, {pods: {podSelector: {matchExpressions: [{key: pcns.k, operator: NotIn, "
            "values: [b, a]}, {key: e, operator: DoesNotExist}]}}}], protocols: [{tcp: "
            "{destinationPort: {number: 2}}}, {tcp: {destinationPort: {number: 1}}}, "
            "{destinationNamedPort: web}]}, {action: Deny, to: [{networks: [10.0.0.0/8]}, "
            "{nodes: {}}]}, {action: Accept, to: [{domainNames: [a.b]}]}]");

static int convert_everything(const struct calpol_allocator *allocator, void *context)
{
    struct conversion conversion;
    int status = try_convert(&conversion, cp_text_from(everything), *(enum calpol_dialect *)context,
                             0, allocator);

    finish(&conversion);
    return status;
}

START_TEST(conversion_survives_each_failing_allocation)
{
    enum calpol_dialect upstream = CALPOL_DIALECT_UPSTREAM, calico = CALPOL_DIALECT_CALICO;

    ck_assert_uint_gt(for_each_failure(convert_everything, &upstream), 5);
    ck_assert_uint_gt(for_each_failure(convert_everything, &calico), 5);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/convert_k8s");
    TCase *dialects = tcase_create("dialects");
    TCase *lenient = tcase_create("lenient");
    TCase *policies = tcase_create("policies");
    TCase *memory = tcase_create("memory");

    tcase_add_test(dialects, in_dialect_upstream_a_pod_selector_sees_own_labels_only);
    tcase_add_test(dialects, in_dialect_calico_a_pod_selector_is_its_text);
    tcase_add_test(dialects, namespace_selectors_are_their_text_in_both_dialects);
    tcase_add_test(dialects, a_namespaces_peer_is_limited_to_pods_in_dialect_upstream_only);
    tcase_add_test(dialects, a_nodes_peer_without_nodes_matches_nothing);
    tcase_add_test(dialects, a_nodes_peer_is_the_addresses_of_the_nodes_by_name);
    tcase_add_test(dialects,
                   in_dialect_calico_a_rule_with_nodes_or_domains_fails_closed_with_a_warning);
    tcase_add_test(lenient, a_broken_rule_of_a_network_policy_is_dropped);
    tcase_add_test(lenient, a_broken_rule_of_an_admin_policy_fails_closed_in_both_dialects);
    tcase_add_test(policies, an_admin_policy_without_rules_has_both_types);
    tcase_add_test(policies, rules_of_a_direction_without_effect_are_converted_all_the_same);
    tcase_add_test(policies, a_staged_policy_is_converted_like_the_real_one);
    tcase_add_test(policies, converted_rules_remember_where_they_stand);
    tcase_add_test(memory, conversion_survives_each_failing_allocation);
    tcase_set_timeout(memory, 60);
    suite_add_tcase(suite, dialects);
    suite_add_tcase(suite, lenient);
    suite_add_tcase(suite, policies);
    suite_add_tcase(suite, memory);
    return suite;
}
