/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners: effective labels, profiles, nodes, references (EV-12, EV-17, EV-18, K8-46).
 */
#include "support/expect.h"
#include "support/rulesets.h"
#include "support/suite.h"

#include "ruleset/lookup.h"

#define POD                                                                                        \
    "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {env: prod, app: "       \
    "shop}}\n"                                                                                     \
    "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web, namespace: shop, labels: "   \
    "{team: a}}\n"                                                                                 \
    "---\napiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop, labels: {app: web, "     \
    "pcns.env: forged, projectcalico.org/namespace: forged}}\n"                                    \
    "spec: {serviceAccountName: web, nodeName: n1}\nstatus: {podIP: 10.0.0.1}\n"
#define CALICO_OBJECT                                                                              \
    "---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: t}\nspec: {order: 1}\n"

static void expect_label(const struct compiled *compiled,
                         const char *reference,
                         const char *key,
                         const char *value)
{
    const struct cp_text *found =
        label_of(compiled->ruleset, owner_named(compiled->ruleset, reference), key);

    if (!value) {
        ck_assert_ptr_null(found);
        return;
    }
    ck_assert_msg(found != NULL, "%s has no label %s", reference, key);
    expect_text(*found, value);
}

START_TEST(a_pod_has_its_namespaces_and_its_service_accounts_labels_under_prefixes)
{
    struct compiled compiled;

    compile_resources(&compiled, CALICO_OBJECT POD, CALPOL_DIALECT_AUTO);
    expect_label(&compiled, "pod:shop/p", "app", "web");
    expect_label(&compiled, "pod:shop/p", "pcns.app", "shop");
    expect_label(&compiled, "pod:shop/p", "pcns.env", "prod");
    expect_label(&compiled, "pod:shop/p", "pcns.projectcalico.org/name", "shop");
    expect_label(&compiled, "pod:shop/p", "pcns.kubernetes.io/metadata.name", "shop");
    expect_label(&compiled, "pod:shop/p", "pcsa.team", "a");
    expect_label(&compiled, "pod:shop/p", "projectcalico.org/serviceaccount", "web");
    expect_label(&compiled, "pod:shop/p", "projectcalico.org/orchestrator", "k8s");
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_pod_cannot_forge_its_namespace_in_either_dialect)
{
    struct compiled compiled;

    for (int dialect = CALPOL_DIALECT_UPSTREAM; dialect <= CALPOL_DIALECT_CALICO; dialect++) {
        compile_resources(&compiled, CALICO_OBJECT POD, (enum calpol_dialect)dialect);
        expect_label(&compiled, "pod:shop/p", "pcns.env", "prod");
        expect_label(&compiled, "pod:shop/p", "projectcalico.org/namespace", "shop");
        free_compiled(&compiled);
    }
}
END_TEST

START_TEST(in_dialect_upstream_a_reserved_label_of_a_pod_is_kept_under_a_key_of_its_own)
{
    struct compiled compiled;

    compile_resources(&compiled, POD, CALPOL_DIALECT_AUTO);
    ck_assert_int_eq(compiled.ruleset->dialect, CALPOL_DIALECT_UPSTREAM);
    expect_label(&compiled, "pod:shop/p", "\1pcns.env", "forged");
    free_compiled(&compiled);
    compile_resources(&compiled, CALICO_OBJECT POD, CALPOL_DIALECT_AUTO);
    expect_label(&compiled, "pod:shop/p", "\1pcns.env", NULL);
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_network_set_has_its_namespaces_labels_and_a_global_one_only_its_own)
{
    struct compiled compiled;

    compile_resources(&compiled,
                      POD "---\napiVersion: projectcalico.org/v3\nkind: NetworkSet\nmetadata: "
                          "{name: s, namespace: shop, labels: {pcns.env: own}}\nspec: {nets: "
                          "[10.1.2.3/8]}\n"
                          "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\n"
                          "metadata: {name: g, labels: {a: b}}\n",
                      CALPOL_DIALECT_AUTO);
    expect_label(&compiled, "networkset:shop/s", "pcns.env", "own");
    expect_label(&compiled, "networkset:shop/s", "pcns.app", "shop");
    expect_label(&compiled, "networkset:shop/s", "projectcalico.org/namespace", "shop");
    expect_label(&compiled, "networkset:shop/s", "projectcalico.org/orchestrator", NULL);
    expect_label(&compiled, "globalnetworkset:g", "a", "b");
    expect_label(&compiled, "globalnetworkset:g", "projectcalico.org/namespace", NULL);
    free_compiled(&compiled);
}
END_TEST

START_TEST(earlier_profiles_labels_win_over_later_ones_and_a_missing_profile_has_one_deny)
{
    static const char text[] =
        "---\napiVersion: projectcalico.org/v3\nkind: Profile\nmetadata: {name: one}\n"
        "spec: {labelsToApply: {a: '1', b: '1'}}\n"
        "---\napiVersion: projectcalico.org/v3\nkind: Profile\nmetadata: {name: two}\n"
        "spec: {labelsToApply: {b: '2', c: '2'}}\n"
        "---\napiVersion: projectcalico.org/v3\nkind: HostEndpoint\n"
        "metadata: {name: h, labels: {a: own}}\n"
        "spec: {node: n1, interfaceName: eth0, profiles: [one, two, lost]}\n";
    struct compiled compiled;
    const struct cp_policy *lost;

    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    expect_label(&compiled, "hostendpoint:h", "a", "own");
    expect_label(&compiled, "hostendpoint:h", "b", "1");
    expect_label(&compiled, "hostendpoint:h", "c", "2");
    lost = policy_named(compiled.ruleset, "pro:lost");
    ck_assert(lost->missing);
    ck_assert_uint_eq(lost->rule_count[CP_EGRESS], 1);
    ck_assert_uint_eq(lost->rules[CP_EGRESS][0].action, CALPOL_ACTION_DENY);
    free_compiled(&compiled);
}
END_TEST

START_TEST(pods_on_the_host_network_and_finished_pods_are_no_owners)
{
    static const char text[] =
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: host, namespace: a}\n"
        "spec: {hostNetwork: true, nodeName: n1}\nstatus: {podIP: 192.0.2.1}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: done, namespace: a}\n"
        "spec: {nodeName: n1}\nstatus: {phase: Succeeded, podIP: 10.0.0.9}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: both, namespace: a}\n"
        "spec: {hostNetwork: true, nodeName: n1}\nstatus: {phase: Failed, podIP: 192.0.2.1}\n";
    struct compiled compiled;
    const struct cp_reference *reference;

    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    ck_assert_uint_eq(compiled.ruleset->workload_count, 0);
    reference = cp_lookup_reference(compiled.ruleset, CP_TEXT("pod:a/host"));
    ck_assert_ptr_nonnull(reference);
    ck_assert_int_eq(reference->type, CP_REFERENCE_HOST_POD);
    reference = cp_lookup_reference(compiled.ruleset, CP_TEXT("pod:a/done"));
    ck_assert_ptr_nonnull(reference);
    ck_assert_int_eq(reference->type, CP_REFERENCE_FINISHED);
    reference = cp_lookup_reference(compiled.ruleset, CP_TEXT("pod:a/both"));
    ck_assert_ptr_nonnull(reference);
    ck_assert_int_eq(reference->type, CP_REFERENCE_FINISHED);
    free_compiled(&compiled);
}
END_TEST

START_TEST(endpoints_with_equal_labels_share_one_label_set)
{
    static const char text[] =
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x, labels: {k: v, l: w}}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: b, namespace: x, labels: {l: w, k: v}}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: c, namespace: x, labels: {l: w}}\n";
    struct compiled compiled;

    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    ck_assert_uint_eq(compiled.ruleset->label_set_count, 2);
    ck_assert_uint_eq(owner_named(compiled.ruleset, "pod:x/a")->label_set,
                      owner_named(compiled.ruleset, "pod:x/b")->label_set);
    free_compiled(&compiled);
}
END_TEST

START_TEST(automatic_host_endpoints_stand_for_the_nodes)
{
    static const char text[] =
        "---\napiVersion: projectcalico.org/v3\nkind: KubeControllersConfiguration\n"
        "metadata: {name: default}\nspec: {controllers: {node: {hostEndpoint: {autoCreate: "
        "Enabled}}}}\n"
        "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1, labels: {rack: r1}}\n"
        "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n";
    struct compiled compiled;
    const struct cp_owner *owner;

    compile_resources(&compiled, text, CALPOL_DIALECT_AUTO);
    owner = owner_named(compiled.ruleset, "hostendpoint:n1-auto-hep");
    expect_text(owner->interface_name, "*");
    ck_assert_uint_eq(owner->nets.count, 1);
    expect_label(&compiled, "hostendpoint:n1-auto-hep", "rack", "r1");
    expect_label(&compiled, "hostendpoint:n1-auto-hep", "projectcalico.org/created-by",
                 "calico-kube-controllers");
    ck_assert_uint_eq(compiled.ruleset->nodes[owner->node].wildcard,
                      (uint32_t)(owner - compiled.ruleset->owners));
    free_compiled(&compiled);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/owners");
    TCase *owners = tcase_create("owners");

    tcase_add_test(owners, a_pod_has_its_namespaces_and_its_service_accounts_labels_under_prefixes);
    tcase_add_test(owners, a_pod_cannot_forge_its_namespace_in_either_dialect);
    tcase_add_test(owners,
                   in_dialect_upstream_a_reserved_label_of_a_pod_is_kept_under_a_key_of_its_own);
    tcase_add_test(owners, a_network_set_has_its_namespaces_labels_and_a_global_one_only_its_own);
    tcase_add_test(owners,
                   earlier_profiles_labels_win_over_later_ones_and_a_missing_profile_has_one_deny);
    tcase_add_test(owners, pods_on_the_host_network_and_finished_pods_are_no_owners);
    tcase_add_test(owners, endpoints_with_equal_labels_share_one_label_set);
    tcase_add_test(owners, automatic_host_endpoints_stand_for_the_nodes);
    suite_add_tcase(suite, owners);
    return suite;
}
