/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What summary and text say: a table of resources, a flow, and a part that one of them must have.
 */
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <string.h>

#define WEB POD("shop", "web", "app: web", "nodeName: n1", "{ip: 10.0.0.1}")
#define DB POD("shop", "db", "app: db", "nodeName: n2", "{ip: 10.0.0.2}")
#define TO_DB "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ref': 'pod:shop/db'}"
#define INGRESS(rules)                                                                             \
    GLOBAL_POLICY("p", "selector: app == 'db', types: [Ingress], ingress: [" rules "]")

enum where { SUMMARY, TEXT };

static const struct {
    const char *resources, *flow;
    enum where where;
    const char *part;
} cases[] = {
    /* Fixed answers. */
    {WEB NODE("n1", ""), "{'source': {'ref': 'node:n1'}, 'destination': {'ref': 'pod:shop/web'}}",
     SUMMARY,
     "  a node always reaches its own workloads: the dataplane bypasses policy, whatever it "
     "says\n"},
    {WEB, "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ref': 'pod:shop/web'}}", SUMMARY,
     "a workload that talks to itself stays in its own network namespace"},
    {WEB, TO_DB ", 'state': 'invalid'}", SUMMARY, "error unknown-ref"},
    {WEB DB, TO_DB ", 'state': 'invalid'}", SUMMARY,
     "connection tracking finds the packet invalid"},
    {WEB, "{}", SUMMARY, "ALLOW  an unknown address outside -> an unknown address outside"},

    /* EV-195 */
    {WEB NODE("n1", INTERNAL("192.168.0.1")) TIER("t", "order: 1"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ip': '192.168.0.1'}}", SUMMARY,
     "note: nobody set option endpoint_to_host_action: Felix's own default is Drop, but "
     "installations of Calico on Kubernetes set Accept; with Accept the verdict is allow"},
    {WEB NODE("n1", INTERNAL("192.168.0.1")) TIER("t", "order: 1"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ip': '192.168.0.1'}}", TEXT,
     "  to allow it, set option endpoint_to_host_action to Accept"},

    /* What is not known. */
    {WEB DB INGRESS(
         "{action: Allow, protocol: TCP, destination: {ports: [80, 443]}}, {action: Deny, "
         "protocol: UDP}"),
     TO_DB "}", SUMMARY,
     "  ingress  unknown  depends on destination_port, protocol\n"
     "                    allow if protocol TCP and destination port 80 or 443: "
     "GlobalNetworkPolicy "
     "p rule 0 in tier default ("},
    {WEB DB INGRESS("{action: Allow, protocol: TCP, destination: {ports: [80]}}"), TO_DB "}",
     SUMMARY, "                    otherwise deny: end of tier default\n"},
    {WEB DB INGRESS("{action: Deny, protocol: TCP}, {action: Deny, protocol: UDP}"), TO_DB "}",
     TEXT, "=> deny: one of several rules, depending on protocol"},

    /* What rules want and flows have. */
    {WEB DB INGRESS("{action: Allow, notProtocol: TCP}"), TO_DB ", 'protocol': 'TCP'}", TEXT,
     "wants a protocol other than TCP, but it is TCP"},
    {WEB DB INGRESS("{action: Allow, ipVersion: 6}"), TO_DB "}", TEXT,
     "wants IPv6, but it is IPv4"},
    {WEB DB INGRESS("{action: Allow, protocol: ICMP, icmp: {type: 8, code: 0}}"),
     TO_DB ", 'protocol': 'ICMP', 'icmp': {'type': 3, 'code': 1}}", TEXT,
     "wants ICMP type 8 code 0, but it is ICMP type 3 code 1"},
    {WEB DB INGRESS(
         "{action: Allow, protocol: TCP, http: {methods: [GET, PUT], paths: [{exact: /a}, "
         "{prefix: /b}]}}"),
     TO_DB ", 'protocol': 'TCP', 'http': {'method': 'POST', 'path': '/c'}}", TEXT,
     "wants HTTP method GET or PUT, but it is POST; wants HTTP path /a or below /b, but it is /c"},
    {WEB GLOBAL_POLICY("e",
                       "types: [Egress], egress: [{action: Allow, destination: {domains: "
                       "['*.example.com']}}]"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ip': '203.0.113.1', 'domains': "
     "['a.b']}}",
     TEXT, "wants destination domain *.example.com, but it has a.b"},
    {WEB GLOBAL_POLICY("e",
                       "types: [Egress], egress: [{action: Allow, destination: {domains: [a.b]}}]"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ip': '203.0.113.1', 'domains': []}}",
     TEXT, "wants destination domain a.b, but it has none"},
    {WEB DB INGRESS("{action: Allow, source: {nets: [10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, "
                    "10.4.0.0/16, 10.5.0.0/16, 10.6.0.0/16]}}"),
     TO_DB "}", TEXT,
     "wants source in 10.1.0.0/16, 10.2.0.0/16, 10.3.0.0/16, 10.4.0.0/16 or 2 more, but it is "
     "10.0.0.1"},
    {WEB DB INGRESS("{action: Allow, protocol: TCP, source: {ports: [1, '5:9']}}"),
     TO_DB ", 'protocol': 'TCP', 'source_port': 10}", TEXT,
     "wants source port 1 or 5-9, but it is 10"},
    {WEB DB INGRESS("{action: Deny, source: {notSelector: app == 'web'}}, {action: Allow}"),
     TO_DB "}", TEXT,
     "wants source not matching app == 'web', but it matches: pod:shop/web has label app=web"},

    /* Selectors that match nothing. */
    {WEB DB INGRESS("{action: Allow, source: {selector: ap == 'web'}}"), TO_DB "}", TEXT,
     "the selector matches 0 endpoints and network sets: no endpoint or network set has label ap, "
     "near it: app"},
    {WEB DB INGRESS("{action: Allow, source: {selector: app == 'wep'}}"), TO_DB "}", TEXT,
     "no endpoint or network set has app=wep, near it: web"},
    {WEB DB RESOURCE("v1", "Namespace", "name: shop, labels: {team: a}", "")
         INGRESS("{action: Allow, source: {namespaceSelector: teem == 'a'}}"),
     TO_DB "}", TEXT, "no namespace has label teem, near it: team"},
    {WEB DB RESOURCE("v1", "Namespace", "name: shop, labels: {team: a}", "")
         INGRESS("{action: Allow, source: {selector: team == 'a'}}"),
     TO_DB "}", TEXT,
     "no endpoint or network set has label team, but namespaces have one: write namespaceSelector"},
    {WEB DB RESOURCE("v1", "Namespace", "name: none, labels: {team: a}", "")
         INGRESS("{action: Allow, source: {namespaceSelector: team == 'a'}}"),
     TO_DB "}", TEXT, "no endpoint or network set is in a namespace with label team=a"},
    {WEB RESOURCE("v1", "Namespace", "name: shop, labels: {team: a}", "")
         GLOBAL_POLICY("b", "namespaceSelector: team == 'b', types: [Egress]"),
     "{'source': {'ref': 'pod:shop/web'}}", TEXT,
     "GlobalNetworkPolicy b does not select it, namespaceSelector team == 'b'"},
    {WEB GLOBAL_POLICY("a", "serviceAccountSelector: app == 'b', types: [Egress]"),
     "{'source': {'ref': 'pod:shop/web'}}", TEXT,
     "GlobalNetworkPolicy a does not select it, serviceAccountSelector app == 'b'"},
    {WEB GLOBAL_POLICY("typo", "selector: ap == 'web', types: [Egress]"),
     "{'source': {'ref': 'pod:shop/web'}}", TEXT,
     "GlobalNetworkPolicy typo does not select it, selector ap == 'web'; it selects 0 endpoints: "
     "no "
     "endpoint or network set has label ap, near it: app ("},

    /* Tiers and profiles. */
    {WEB DB GLOBAL_POLICY("gone.p", "tier: gone, types: [Ingress]"), TO_DB "}", SUMMARY,
     "note: tier gone is not in the input: it comes after all others and ends in deny"},
    {WEB DB GLOBAL_POLICY("u", "doNotTrack: true, applyOnForward: true, types: [Ingress]"),
     TO_DB "}", TEXT,
     "GlobalNetworkPolicy u selects it, but is doNotTrack policy, which has its own"},
    {HOST_ENDPOINT("h", "", "node: n1, interfaceName: eth0, profiles: [lost]"),
     "{'destination': {'ref': 'hostendpoint:h'}, 'protocol': 'TCP', 'destination_port': 80}",
     SUMMARY, "ingress  deny     profile lost does not exist, which closes the endpoint"},
    {WEB DB INGRESS("{action: Deny, protocol: TCP}"), TO_DB ", 'protocol': 'TCP'}", TEXT,
     "  to allow it, an Allow rule has to match before GlobalNetworkPolicy p rule 0: further up in "
     "it, in a policy of tier default that comes before it, or in an earlier tier\n"},
    {WEB DB INGRESS("{action: Allow, protocol: UDP, destination: {ports: [1]}}, {action: Allow, "
                    "protocol: TCP, destination: {ports: [2]}}"),
     TO_DB ", 'protocol': 'TCP', 'destination_port': 3}", TEXT,
     "  nearest to allowing it is GlobalNetworkPolicy p rule 1, which wants destination port 2, "
     "but "
     "it is 3\n"},

    /* Services. */
    {WEB DB SERVICE("shop",
                    "db",
                    "clusterIP: 10.96.0.1, selector: {app: db}, ports: [{port: 80, "
                    "targetPort: 5432}]"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ip': '10.96.0.1'}, 'protocol': 'TCP', "
     "'destination_port': 80}",
     SUMMARY, "  allow  Service shop/db -> backend pod:shop/db (10.0.0.2) port 5432\n"},
    {WEB DB SERVICE(
         "shop", "db", "clusterIP: 10.96.0.1, selector: {app: none}, ports: [{port: 80}]"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ref': 'service:shop/db'}, 'protocol': "
     "'TCP', 'destination_port': 80}",
     SUMMARY, "the Service has no backend: the connection is refused, whatever policy says"},
    {WEB DB SERVICE("shop", "db", "clusterIP: 10.96.0.1, selector: {app: db}, ports: [{port: 80}]"),
     "{'source': {'ref': 'pod:shop/web'}, 'destination': {'ip': '10.96.0.1'}, 'protocol': 'TCP', "
     "'destination_port': 81}",
     SUMMARY, "note: the destination is the address of a Service, but this is none of its ports"},

    /* Ends that only the question describes. */
    {DB, "{'source': {'namespace': 'new', 'labels': {}}, 'destination': {'ref': 'pod:shop/db'}}",
     SUMMARY, "the workload described in namespace new -> pod:shop/db (10.0.0.2)"},
    {DB, "{'source': {'node': 'n9', 'ip': '192.168.0.9'}, 'destination': {'ref': 'pod:shop/db'}}",
     SUMMARY, "node:n9 (192.168.0.9) -> pod:shop/db (10.0.0.2) protocol not told, port not told"},
    {NETWORK_SET("office", "", "nets: [203.0.113.0/24]") DB,
     "{'source': {'ref': 'globalnetworkset:office'}, 'destination': {'ref': 'pod:shop/db'}, "
     "'protocol': 47}",
     SUMMARY, "globalnetworkset:office (203.0.113.0) -> pod:shop/db (10.0.0.2) protocol 47\n"},
};

START_TEST(a_part_is_said)
{
    calpol_ruleset *ruleset = load_text(cases[_i].resources, NULL);
    calpol_query *query = new_query(ruleset);
    calpol_trace *trace = NULL;

    set_flow(query, cases[_i].flow);
    calpol_query_explain(query, &trace);
    ck_assert_ptr_nonnull(trace);
    expect_part(cases[_i].where == SUMMARY ? calpol_trace_summary(trace) : calpol_trace_text(trace),
                cases[_i].part);
    calpol_trace_free(trace);
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("text");
    TCase *tcase = tcase_create("parts");

    tcase_add_loop_test(tcase, a_part_is_said, 0, sizeof(cases) / sizeof(cases[0]));
    suite_add_tcase(suite, tcase);
    return suite;
}
