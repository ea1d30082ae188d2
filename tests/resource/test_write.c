/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources as YAML: every field comes out, and comes back.
 */
#include "resource/write.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* Each text is in the form in which it is written, so that it must come back as it is. */
static const char *const texts[] = {
    "apiVersion: projectcalico.org/v3\n"
    "kind: StagedGlobalNetworkPolicy\n"
    "metadata:\n"
    "  name: p\n"
    "  labels:\n"
    "    a: \"1\"\n"
    "    projectcalico.org/tier: t\n"
    "  annotations:\n"
    "    b: \"c d\"\n"
    "spec:\n"
    "  tier: t\n"
    "  stagedAction: Learn\n"
    "  order: -1.5\n"
    "  selector: \"a == 'b'\"\n"
    "  namespaceSelector: \"has(c)\"\n"
    "  serviceAccountSelector: \"all()\"\n"
    "  doNotTrack: true\n"
    "  applyOnForward: true\n"
    "  performanceHints:\n"
    "  - AssumeNeededOnEveryNode\n"
    "  types:\n"
    "  - Egress\n"
    "  - Ingress\n"
    "  ingress:\n"
    "  - action: Allow\n"
    "    ipVersion: 4\n"
    "    protocol: TCP\n"
    "    notProtocol: 17\n"
    "    notICMP:\n"
    "      type: 8\n"
    "      code: 0\n"
    "    source:\n"
    "      nets:\n"
    "      - 10.0.0.0/8\n"
    "      notNets:\n"
    "      - 10.1.0.0/16\n"
    "      ports:\n"
    "      - 80\n"
    "      - \"90:99\"\n"
    "      - http\n"
    "      notPorts:\n"
    "      - 95\n"
    "      selector: \"has(a)\"\n"
    "      notSelector: \"has(b)\"\n"
    "      namespaceSelector: \"global()\"\n"
    "      serviceAccounts:\n"
    "        names:\n"
    "        - x\n"
    "        selector: \"has(d)\"\n"
    "    http:\n"
    "      methods:\n"
    "      - GET\n"
    "      paths:\n"
    "      - exact: /a\n"
    "      - prefix: /b\n"
    "    metadata:\n"
    "      annotations:\n"
    "        e: f\n"
    "  - action: Deny\n"
    "    protocol: ICMPv6\n"
    "    icmp: {}\n"
    "    source:\n"
    "      services:\n"
    "        name: s\n"
    "        namespace: ns\n"
    "  - action: Log\n"
    "  egress:\n"
    "  - action: Pass\n"
    "    source:\n"
    "      serviceAccounts: {}\n"
    "  - action: Allow\n"
    "    destination:\n"
    "      domains:\n"
    "      - \"*.example.org\"\n",

    "apiVersion: projectcalico.org/v3\n"
    "kind: StagedKubernetesNetworkPolicy\n"
    "metadata:\n"
    "  name: p\n"
    "  namespace: ns\n"
    "spec:\n"
    "  stagedAction: Set\n"
    "  podSelector:\n"
    "    matchLabels:\n"
    "      a: b\n"
    "    matchExpressions:\n"
    "    - key: c\n"
    "      operator: NotIn\n"
    "      values:\n"
    "      - d\n"
    "    - key: e\n"
    "      operator: DoesNotExist\n"
    "  policyTypes:\n"
    "  - Ingress\n"
    "  - Egress\n"
    "  ingress:\n"
    "  - {}\n"
    "  - from:\n"
    "    - podSelector: {}\n"
    "      namespaceSelector:\n"
    "        matchExpressions:\n"
    "        - key: f\n"
    "          operator: Exists\n"
    "    - ipBlock:\n"
    "        cidr: 10.0.0.0/8\n"
    "        except:\n"
    "        - 10.1.0.0/16\n"
    "    ports:\n"
    "    - protocol: UDP\n"
    "    - protocol: TCP\n"
    "      port: http\n"
    "    - protocol: SCTP\n"
    "      port: 1\n"
    "      endPort: 9\n"
    "  egress:\n"
    "  - to:\n"
    "    - podSelector:\n"
    "        matchExpressions:\n"
    "        - key: g\n"
    "          operator: In\n"
    "          values:\n"
    "          - \"1\"\n",

    "apiVersion: projectcalico.org/v3\n"
    "kind: Tier\n"
    "metadata:\n"
    "  name: t\n"
    "spec:\n"
    "  order: 100\n"
    "  defaultAction: Pass\n",

    "apiVersion: projectcalico.org/v3\n"
    "kind: Profile\n"
    "metadata:\n"
    "  name: p\n"
    "spec:\n"
    "  labelsToApply:\n"
    "    a: b\n"
    "  ingress:\n"
    "  - action: Allow\n",

    "apiVersion: projectcalico.org/v3\n"
    "kind: GlobalNetworkSet\n"
    "metadata:\n"
    "  name: s\n"
    "spec:\n"
    "  nets:\n"
    "  - 10.0.0.0/8\n"
    "  - \"2001:db8::1/128\"\n"
    "  allowedEgressDomains:\n"
    "  - example.org\n",

    "apiVersion: projectcalico.org/v3\n"
    "kind: HostEndpoint\n"
    "metadata:\n"
    "  name: h\n"
    "spec:\n"
    "  node: m\n"
    "  interfaceName: \"*\"\n"
    "  expectedIPs:\n"
    "  - 10.0.0.1\n"
    "  profiles:\n"
    "  - p\n"
    "  ports:\n"
    "  - name: http\n"
    "    protocol: TCP\n"
    "    port: 80\n",

    "apiVersion: projectcalico.org/v3\n"
    "kind: WorkloadEndpoint\n"
    "metadata:\n"
    "  name: m-k8s-p-eth0\n"
    "  namespace: ns\n"
    "spec:\n"
    "  node: m\n"
    "  orchestrator: k8s\n"
    "  workload: w\n"
    "  pod: p\n"
    "  endpoint: eth0\n"
    "  containerID: c\n"
    "  interfaceName: cali1\n"
    "  serviceAccountName: a\n"
    "  ipNetworks:\n"
    "  - 10.0.0.1/32\n"
    "  - 10.0.0.2/32\n"
    "  ipNATs:\n"
    "  - internalIP: 10.0.0.1\n"
    "    externalIP: 10.9.0.1\n"
    "  - internalIP: 10.0.0.2\n"
    "    externalIP: 10.9.0.2\n"
    "  ipv4Gateway: 169.254.1.1\n"
    "  ipv6Gateway: \"fe80::1\"\n"
    "  profiles:\n"
    "  - kns.ns\n"
    "  mac: \"00:11:22:33:44:55\"\n"
    "  ports:\n"
    "  - protocol: TCP\n"
    "    port: 80\n"
    "    hostPort: 8080\n"
    "    hostIP: 10.8.0.1\n"
    "  allowSpoofedSourcePrefixes:\n"
    "  - 10.7.0.0/16\n",
};

static const char *write_yaml(struct loaded *loaded, uint32_t object)
{
    struct cp_write_index index;
    struct cp_writer writer;
    struct cp_buffer text;

    cp_buffer_init(&text, &loaded->work);
    cp_writer_init(&writer, CP_EMIT_YAML, loaded->names, &loaded->work, &text);
    ck_assert_int_eq(cp_write_index_make(&loaded->collection, &loaded->work, &index), CALPOL_OK);
    ck_assert_int_eq(cp_write_object(&writer, &index, object), CALPOL_OK);
    return cp_buffer_string(&text);
}

START_TEST(what_is_written_is_what_was_read)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(texts[_i]), 0);
    expect_no_errors(&loaded);
    ck_assert_str_eq(write_yaml(&loaded, 0), texts[_i]);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_side_that_matches_nothing_does_not_become_one_that_matches_everything)
{
    struct cp_policy_spec *policy;
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                           "metadata: {name: p}\nspec: {ingress: [{action: Allow}]}\n"),
                   0);
    policy = loaded.collection.policies.items[0];
    policy->ingress.items.items[0].source.matches_nothing = true;
    ck_assert(strstr(write_yaml(&loaded, 0), "    source:\n      selector: \"!all()\"\n"));
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_selector_without_text_is_written_from_its_tree)
{
    struct cp_selector_field *selector;
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                           "metadata: {name: p}\nspec: {selector: a=='b'}\n"),
                   0);
    selector = &loaded.collection.policies.items[0]->selector;
    selector->text = cp_text_make(NULL, 0);
    ck_assert(strstr(write_yaml(&loaded, 0), "  selector: 'a == \"b\"'\n"));
    finish_resources(&loaded);
}
END_TEST

START_TEST(what_is_not_calico_s_is_not_written)
{
    struct cp_write_index index;
    struct cp_writer writer;
    struct cp_buffer text;
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                           "metadata: {name: p}\n"),
                   0);
    cp_buffer_init(&text, &loaded.work);
    cp_writer_init(&writer, CP_EMIT_YAML, loaded.names, &loaded.work, &text);
    ck_assert_int_eq(cp_write_index_make(&loaded.collection, &loaded.work, &index), CALPOL_OK);
    ck_assert_uint_eq(loaded.collection.k8s_policies.count, 1);
    ck_assert_int_eq(cp_write_object(&writer, &index, 0), CALPOL_ERROR_NOT_FOUND);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/write");
    TCase *resources = tcase_create("resources");

    tcase_add_loop_test(resources, what_is_written_is_what_was_read, 0, (int)COUNT_OF(texts));
    tcase_add_test(resources,
                   a_side_that_matches_nothing_does_not_become_one_that_matches_everything);
    tcase_add_test(resources, a_selector_without_text_is_written_from_its_tree);
    tcase_add_test(resources, what_is_not_calico_s_is_not_written);
    suite_add_tcase(suite, resources);
    return suite;
}
