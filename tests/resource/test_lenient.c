/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lenient loading makes of each code (resources.md 12): every code of Calico's kinds has its
 * place here. Strict loading makes an error of all of them.
 */
#include "calico_text.h"
#include "resource/write.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* What is left of the resource in a lenient load: no fragment of its JSON is no resource. */
static const struct {
    enum cp_code code;
    const char *text;
    const char *fragment;
} cases[] = {
    {CP_CODE_YAML_DUPLICATE_KEY, TIER("t", "order: 1, order: 2"), "\"order\":2"},
    {CP_CODE_UNKNOWN_FIELD, TIER("t", "order: 1, foo: 2"), "\"order\":1"},
    {CP_CODE_TYPE, POLICY("tier: 12"), "\"tier\":\"12\""},
    {CP_CODE_TYPE, POLICY("order: '12'"), NULL},
    {CP_CODE_NAME, TIER("T", "order: 1"), "\"name\":\"T\""},
    {CP_CODE_NAME_REQUIRED, TIER("''", "order: 1"), NULL},
    {CP_CODE_NAMESPACE, CALICO("NetworkSet", "name: s, namespace: NS", ""), "\"namespace\":\"NS\""},
    {CP_CODE_LABEL_KEY, CALICO("Profile", "name: p, labels: {a/b/c: d}", ""), "\"a/b/c\":\"d\""},
    {CP_CODE_LABEL_VALUE, CALICO("Profile", "name: p, labels: {a: 1.10}", ""), "\"a\":\"1.10\""},
    {CP_CODE_LABEL_VALUE, CALICO("Profile", "name: p, labels: {a: '-'}", ""), "\"a\":\"-\""},
    {CP_CODE_LABEL_RESERVED,
     CALICO("NetworkSet", "name: s, labels: {projectcalico.org/namespace: x, a: b}", ""),
     "\"labels\":{\"a\":\"b\"}"},
    {CP_CODE_ANNOTATION_KEY, CALICO("Profile", "name: p, annotations: {'-': d}", ""),
     "\"-\":\"d\""},
    {CP_CODE_TIER_NAME, POLICY("tier: T"), "\"tier\":\"T\""},
    {CP_CODE_SELECTOR_SYNTAX, GLOBAL_POLICY("namespaceSelector: a =, selector: all()"),
     "{\"tier\":\"default\",\"selector\":\"all()\""},
    {CP_CODE_SELECTOR_SYNTAX, GLOBAL_POLICY("selector: a ="), NULL},
    {CP_CODE_SELECTOR_SYNTAX, INGRESS("action: Allow, source: {notSelector: a =}"), NULL},
    {CP_CODE_SELECTOR_SYNTAX,
     CALICO("Profile",
            "name: p",
            "egress: [{action: Deny, source: "
            "{serviceAccounts: {selector: b b}}}]"),
     NULL},
    {CP_CODE_SELECTOR_BLANK, POLICY("selector: ' '"), "\"selector\":\" \""},
    {CP_CODE_SELECTOR_GLOBAL, POLICY("selector: global()"), "\"selector\":\"global()\""},
    {CP_CODE_TYPES_VALUE, POLICY("types: [ingress]"), NULL},
    {CP_CODE_TYPES_DUPLICATE, POLICY("types: [Egress, Egress]"), "\"types\":[\"Egress\"]"},
    {CP_CODE_DUPLICATE_ITEM, INGRESS("action: Deny, source: {nets: [10.0.0.0/8, 10.0.0.0/8]}"),
     "\"nets\":[\"10.0.0.0/8\"]"},
    {CP_CODE_PERFORMANCE_HINT, POLICY("performanceHints: [Foo, AssumeNeededOnEveryNode]"),
     "\"performanceHints\":[\"AssumeNeededOnEveryNode\"]"},
    {CP_CODE_PREDNAT_AND_DONOTTRACK,
     GLOBAL_POLICY("preDNAT: true, doNotTrack: true, applyOnForward: true"),
     "\"doNotTrack\":true,\"preDNAT\":true"},
    {CP_CODE_PREDNAT_EGRESS_RULES,
     GLOBAL_POLICY("preDNAT: true, applyOnForward: true, egress: [{action: Allow}]"), "\"egress\""},
    {CP_CODE_PREDNAT_EGRESS_TYPE,
     GLOBAL_POLICY("preDNAT: true, applyOnForward: true, types: [Egress]"),
     "\"types\":[\"Egress\"]"},
    {CP_CODE_APPLY_ON_FORWARD, GLOBAL_POLICY("doNotTrack: true"), "\"doNotTrack\":true"},
    {CP_CODE_STAGED_ACTION, CALICO("StagedNetworkPolicy", "name: p", "stagedAction: set"), NULL},
    {CP_CODE_STAGED_DELETE_SPEC,
     CALICO("StagedNetworkPolicy", "name: p", "stagedAction: Delete, order: 0"),
     "\"stagedAction\":\"Delete\""},
    {CP_CODE_ACTION, INGRESS("action: allow"), NULL},
    {CP_CODE_IP_VERSION, INGRESS("action: Deny, ipVersion: 5"), NULL},
    {CP_CODE_PROTOCOL, INGRESS("action: Deny, protocol: tcp"), "\"protocol\":\"TCP\""},
    {CP_CODE_PROTOCOL, INGRESS("action: Deny, protocol: 0"), NULL},
    {CP_CODE_OUT_OF_RANGE, INGRESS("action: Deny, protocol: ICMP, icmp: {type: 255}"),
     "\"type\":255"},
    {CP_CODE_ICMP_CODE_NO_TYPE, INGRESS("action: Deny, protocol: ICMP, icmp: {code: 1}"),
     "\"icmp\":{\"code\":1}"},
    {CP_CODE_ICMP_PROTOCOL, INGRESS("action: Deny, icmp: {}"), "\"icmp\":{}"},
    {CP_CODE_ICMP_IP_VERSION, INGRESS("action: Deny, protocol: 58, ipVersion: 4"),
     "\"ipVersion\":4"},
    {CP_CODE_PORT_NUMBER, INGRESS("action: Deny, protocol: TCP, source: {ports: [0]}"),
     "\"ports\":[0]"},
    {CP_CODE_PORT_NUMBER, INGRESS("action: Deny, protocol: TCP, source: {ports: [65536]}"), NULL},
    {CP_CODE_PORT_RANGE_ORDER, INGRESS("action: Deny, protocol: TCP, source: {ports: ['2:1']}"),
     NULL},
    {CP_CODE_PORT_NAME, INGRESS("action: Deny, source: {ports: [HTTP]}"), "\"ports\":[\"HTTP\"]"},
    {CP_CODE_PORTS_PROTOCOL, INGRESS("action: Deny, source: {ports: [80]}"), "\"ports\":[80]"},
    {CP_CODE_CIDR, INGRESS("action: Deny, source: {nets: [10.0.0.1]}"), "\"10.0.0.1/32\""},
    {CP_CODE_CIDR, INGRESS("action: Deny, source: {nets: [10.0.1, 10.0.0.1/32]}"),
     "\"nets\":[\"10.0.0.1/32\"]"},
    {CP_CODE_CIDR_HOST_BITS, INGRESS("action: Deny, source: {nets: [10.0.0.1/8]}"),
     "\"10.0.0.0/8\""},
    {CP_CODE_NETS_MIXED_FAMILIES, INGRESS("action: Deny, source: {nets: [10.0.0.0/8, '::/0']}"),
     "\"::/0\""},
    {CP_CODE_NETS_IP_VERSION, INGRESS("action: Deny, ipVersion: 4, source: {nets: ['::/0']}"),
     "\"::/0\""},
    {CP_CODE_NOTNETS_CATCH_ALL, INGRESS("action: Deny, source: {notNets: [0.0.0.0/0]}"),
     "\"notNets\":[\"0.0.0.0/0\"]"},
    {CP_CODE_SERVICE_ACCOUNT_NAME, INGRESS("action: Deny, source: {serviceAccounts: {names: [A]}}"),
     "\"names\":[\"A\"]"},
    {CP_CODE_SERVICES_NAME, INGRESS("action: Deny, source: {services: {}}"), NULL},
    {CP_CODE_SERVICES_NAMESPACE,
     GLOBAL_POLICY("ingress: [{action: Deny, source: {services: {name: s}}}]"), NULL},
    {CP_CODE_SERVICES_EXCLUSIVE,
     INGRESS("action: Deny, source: {services: {name: s}, serviceAccounts: {}}"), "\"services\""},
    {CP_CODE_SERVICES_PORTS,
     EGRESS("action: Deny, destination: {services: {name: s}, ports: [http]}"), "\"services\""},
    {CP_CODE_SERVICES_DIRECTION, EGRESS("action: Deny, source: {services: {name: s}}"),
     "\"services\":{\"name\":\"s\",\"namespace\":\"ns\"}"},
    {CP_CODE_HTTP_ACTION, INGRESS("action: Deny, http: {}"), "\"http\":{}"},
    {CP_CODE_HTTP_PROTOCOL, INGRESS("action: Allow, protocol: UDP, http: {}"), "\"http\":{}"},
    {CP_CODE_HTTP_EGRESS, EGRESS("action: Allow, http: {}"), "\"http\":{}"},
    {CP_CODE_HTTP_METHOD_DUPLICATE, INGRESS("action: Allow, http: {methods: [GET, GET]}"),
     "\"GET\""},
    {CP_CODE_HTTP_PATH, INGRESS("action: Allow, http: {paths: [{exact: /, prefix: /}]}"), NULL},
    {CP_CODE_DOMAINS_DIRECTION, INGRESS("action: Allow, source: {domains: [a.b]}"), "\"domains\""},
    {CP_CODE_DOMAINS_ACTION, EGRESS("action: Deny, destination: {domains: [a.b]}"), "\"domains\""},
    {CP_CODE_DOMAINS_EXCLUSIVE,
     EGRESS("action: Allow, destination: {domains: [a.b], selector: all()}"), "\"domains\""},
    {CP_CODE_DOMAIN_NAME, EGRESS("action: Allow, destination: {domains: ['*.*']}"), NULL},
    {CP_CODE_TIER_DEFAULT_ACTION, TIER("t", "order: 1, defaultAction: Allow"),
     "\"defaultAction\":\"Deny\""},
    {CP_CODE_TIER_BUILTIN_ACTION, TIER("default", "defaultAction: Pass"),
     "\"defaultAction\":\"Pass\""},
    {CP_CODE_TIER_BUILTIN_ORDER, TIER("default", "order: 5"), "\"order\":5"},
    {CP_CODE_HEP_NODE, CALICO("HostEndpoint", "name: h", "node: No1, interfaceName: eth0"),
     "\"node\":\"No1\""},
    {CP_CODE_HEP_NODE, CALICO("HostEndpoint", "name: h", "interfaceName: eth0"), NULL},
    {CP_CODE_HEP_INTERFACE_OR_IPS, CALICO("HostEndpoint", "name: h", "node: m"), "\"node\":\"m\""},
    {CP_CODE_INTERFACE_NAME, CALICO("HostEndpoint", "name: h", "node: m, interfaceName: a/b"),
     "\"interfaceName\":\"a/b\""},
    {CP_CODE_ADDRESS,
     CALICO("HostEndpoint", "name: h", "node: m, expectedIPs: [10.0.0.1, 10.0.0.2/32]"),
     "\"expectedIPs\":[\"10.0.0.1\"]"},
    {CP_CODE_PROFILE_NAME,
     CALICO("HostEndpoint", "name: h", "node: m, interfaceName: a, profiles: [A]"),
     "\"profiles\":[\"A\"]"},
    {CP_CODE_ENDPOINT_PORT_NAME,
     CALICO(
         "HostEndpoint", "name: h", "node: m, interfaceName: a, ports: [{protocol: TCP, port: 1}]"),
     "\"interfaceName\":\"a\"}"},
    {CP_CODE_ENDPOINT_PORT_PROTOCOL,
     CALICO("HostEndpoint", "name: h", "node: m, interfaceName: a, ports: [{name: x, port: 1}]"),
     "\"interfaceName\":\"a\"}"},
    {CP_CODE_ENDPOINT_PORT_NUMBER,
     CALICO("HostEndpoint",
            "name: h",
            "node: m, interfaceName: a, ports: [{name: x, protocol: TCP, port: 0}]"),
     "\"interfaceName\":\"a\"}"},
    {CP_CODE_WEP_CONTAINER_ID,
     CALICO("WorkloadEndpoint", "name: w", "interfaceName: a, containerID: a_b"),
     "\"containerID\":\"a_b\""},
    {CP_CODE_WEP_MAC, CALICO("WorkloadEndpoint", "name: w", "interfaceName: a, mac: '1'"),
     "\"mac\":\"1\""},
    {CP_CODE_WEP_NET_NOT_SINGLE,
     CALICO("WorkloadEndpoint", "name: w", "interfaceName: a, ipNetworks: [10.0.0.0/24]"),
     "\"10.0.0.0/24\""},
    {CP_CODE_WEP_NAT_FAMILY,
     CALICO("WorkloadEndpoint",
            "name: w",
            "interfaceName: a, ipNetworks: [10.0.0.1], "
            "ipNATs: [{internalIP: 10.0.0.1, externalIP: '::1'}]"),
     "\"externalIP\":\"::1\""},
    {CP_CODE_WEP_NAT_NOT_COVERED,
     CALICO("WorkloadEndpoint",
            "name: w",
            "interfaceName: a, ipNATs: [{internalIP: 10.0.0.1, externalIP: 10.0.0.2}]"),
     "\"externalIP\":\"10.0.0.2\""},
    {CP_CODE_CRD_METADATA,
     RAW("Tier", "name: t, annotations: {projectcalico.org/metadata: '['}", "order: 1"),
     "\"name\":\"t\""},
};

/* The first resource as JSON; empty if there is none. */
static struct cp_text written(struct loaded *loaded)
{
    struct cp_write_index index;
    struct cp_writer writer;
    struct cp_buffer text;

    cp_buffer_init(&text, &loaded->work);
    cp_writer_init(&writer, CP_EMIT_JSON, loaded->names, &loaded->work, &text);
    ck_assert_int_eq(cp_write_index_make(&loaded->collection, &loaded->work, &index), CALPOL_OK);
    if (cp_write_object(&writer, &index, 0) != CALPOL_OK)
        return CP_TEXT("");
    return cp_buffer_text(&text);
}

START_TEST(strict_loading_refuses)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(cases[_i].text), 0);
    ck_assert_msg(find_code(&loaded, cases[_i].code), "%s", cases[_i].text);
    ck_assert_int_eq(find_code(&loaded, cases[_i].code)->severity, CALPOL_SEVERITY_ERROR);
    ck_assert_uint_eq(written(&loaded).length, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(lenient_loading_uses_drops_or_refuses)
{
    bool is_error = cases[_i].fragment == NULL && cases[_i].code != CP_CODE_SELECTOR_SYNTAX;
    struct loaded loaded;
    struct cp_text json;

    load_resources(&loaded, cp_text_from(cases[_i].text), CALPOL_LOAD_LENIENT);
    ck_assert_msg(find_code(&loaded, cases[_i].code), "%s", cases[_i].text);
    ck_assert_int_eq(find_code(&loaded, cases[_i].code)->severity,
                     is_error ? CALPOL_SEVERITY_ERROR : CALPOL_SEVERITY_WARNING);
    ck_assert_msg((loaded.diagnostics.error_count > 0) == is_error, "%s", cases[_i].text);
    json = written(&loaded);
    if (cases[_i].fragment)
        ck_assert_msg(cp_text_find(json, cp_text_from(cases[_i].fragment)) != SIZE_MAX, "%.*s",
                      (int)json.length, json.data);
    else
        ck_assert_uint_eq(json.length, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_policy_that_lenient_loading_leaves_out_is_told_so)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(GLOBAL_POLICY("selector: a =")), CALPOL_LOAD_LENIENT);
    ck_assert(strstr(find_code(&loaded, CP_CODE_SELECTOR_SYNTAX)->message,
                     "Calico would leave the whole resource out"));
    finish_resources(&loaded);
    load_resources(&loaded, CP_TEXT(GLOBAL_POLICY("namespaceSelector: a =")), CALPOL_LOAD_LENIENT);
    ck_assert(strstr(find_code(&loaded, CP_CODE_SELECTOR_SYNTAX)->message,
                     "Calico would read this namespaceSelector as empty"));
    finish_resources(&loaded);
}
END_TEST

#define K8S(metadata, spec)                                                                        \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {" metadata "}\n" spec "\n"

/* K8-130: outside rules, lenient loading tolerates nothing in a policy of Kubernetes' own. */
static const struct {
    enum cp_code code;
    const char *text;
} firm[] = {
    {CP_CODE_NAME, K8S("name: P", "spec: {}")},
    {CP_CODE_NAMESPACE, K8S("name: p, namespace: NS", "spec: {}")},
    {CP_CODE_UNKNOWN_FIELD, K8S("name: p", "spce: {}")},
};

START_TEST(a_kubernetes_policy_is_refused_outside_its_rules)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(firm[_i].text), CALPOL_LOAD_LENIENT);
    ck_assert_uint_eq(loaded.diagnostics.error_count, 1);
    ck_assert_uint_eq(count_code(&loaded, firm[_i].code), 1);
    ck_assert_uint_eq(loaded.collection.k8s_policies.count, 0);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/lenient");
    TCase *codes = tcase_create("codes");

    tcase_add_loop_test(codes, strict_loading_refuses, 0, (int)COUNT_OF(cases));
    tcase_add_loop_test(codes, lenient_loading_uses_drops_or_refuses, 0, (int)COUNT_OF(cases));
    tcase_add_test(codes, a_policy_that_lenient_loading_leaves_out_is_told_so);
    tcase_add_loop_test(codes, a_kubernetes_policy_is_refused_outside_its_rules, 0,
                        (int)COUNT_OF(firm));
    suite_add_tcase(suite, codes);
    return suite;
}
