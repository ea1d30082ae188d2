/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Criteria of rules, row by row of table 14.5: what holds, what does not, and what hangs on
 * something that the flow does not tell.
 */
#include "evaluate/match.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

/* Pods a (TCP 80 is http, UDP 53 is dns) and b, p without address; sets around some addresses. */
static const char cluster[] =
    "apiVersion: v1\n"
    "kind: Pod\n"
    "metadata: {name: a, namespace: default, labels: {app: a}}\n"
    "spec:\n"
    "  nodeName: n1\n"
    "  serviceAccountName: robot\n"
    "  containers:\n"
    "  - name: c\n"
    "    ports:\n"
    "    - {name: http, containerPort: 80}\n"
    "    - {name: dns, containerPort: 53, protocol: UDP}\n"
    "status: {podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}]}\n"
    "---\n"
    "apiVersion: v1\n"
    "kind: Pod\n"
    "metadata: {name: b, namespace: team, labels: {app: b}}\n"
    "spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\n"
    "status: {podIP: 10.0.0.2}\n"
    "---\n"
    "apiVersion: v1\n"
    "kind: Pod\n"
    "metadata: {name: p, namespace: team, labels: {app: p}}\n"
    "spec: {containers: [{name: c, ports: [{name: http, containerPort: 8080}]}]}\n"
    "---\n"
    "apiVersion: v1\n"
    "kind: Namespace\n"
    "metadata: {name: team, labels: {env: prod}}\n"
    "---\n"
    "apiVersion: projectcalico.org/v3\n"
    "kind: GlobalNetworkSet\n"
    "metadata: {name: around, labels: {set: around}}\n"
    "spec: {nets: [10.0.0.2/32, 192.0.2.0/24]}\n"
    "---\n"
    "apiVersion: projectcalico.org/v3\n"
    "kind: GlobalNetworkSet\n"
    "metadata: {name: empty, labels: {set: empty}}\n"
    "---\n"
    "apiVersion: projectcalico.org/v3\n"
    "kind: GlobalNetworkSet\n"
    "metadata: {name: named, labels: {set: named}}\n"
    "spec: {allowedEgressDomains: ['*.example.com']}\n"
    "---\n"
    "apiVersion: discovery.k8s.io/v1\n"
    "kind: EndpointSlice\n"
    "metadata: {name: e, namespace: default, labels: {kubernetes.io/service-name: web}}\n"
    "addressType: IPv4\n"
    "endpoints: [{addresses: [10.0.0.1]}, {addresses: [10.0.0.9]}]\n"
    "ports: [{port: 80, protocol: TCP}, {port: 53, protocol: UDP}]\n"
    "---\n"
    "apiVersion: discovery.k8s.io/v1\n"
    "kind: EndpointSlice\n"
    "metadata: {name: none, namespace: default, labels: {kubernetes.io/service-name: none}}\n"
    "addressType: IPv4\n"
    "endpoints: []\n"
    "ports: [{port: 80, protocol: TCP}]\n"
    "---\n"
    "apiVersion: discovery.k8s.io/v1\n"
    "kind: EndpointSlice\n"
    "metadata: {name: f, namespace: default, labels: {kubernetes.io/service-name: portless}}\n"
    "addressType: IPv4\n"
    "endpoints: [{addresses: [10.0.0.9]}]\n"
    "ports: []\n"
    "---\n"
    "apiVersion: projectcalico.org/v3\n";

/* A rule of a policy for everything, a flow, and whether they match. Without "in" or "out" in front
   the rule is one for ingress; "np" is a policy of namespace default. */
struct row {
    const char *rule;
    const char *flow;
    const char *expected;
};

static const struct row family_rows[] = {
    {"{action: Deny}", "? > ?", "yes"}, /* no criterion */
    {"{action: Deny, ipVersion: 4}", "? > ? v4", "yes"},
    {"{action: Deny, ipVersion: 4}", "? > ? v6", "no"},
    {"{action: Deny, ipVersion: 6}", "? > ?", "no"}, /* EV-7: without a word IPv4 */
    {"{action: Deny, protocol: ICMP}", "? > ? icmp v6", "no"},
    {"{action: Deny, protocol: 1}", "? > ? icmp v6", "yes"},
    {"{action: Deny, protocol: ICMPv6}", "? > ? icmpv6 v4", "no"},
    {"{action: Deny, source: {nets: ['fd00::/8']}}", "? > ?", "no"},
    {"{action: Deny, source: {nets: ['fd00::/8']}}", "? > ? v6", "maybe {source.ip}"},
    {"{action: Deny, source: {notNets: ['fd00::/8']}}", "? > ? sip=10.0.0.7", "no"},
    {"{action: Deny, destination: {notNets: ['fd00::/8']}}", "? > ?", "no"},
};

static const struct row protocol_rows[] = {
    {"{action: Deny, protocol: TCP}", "? > ? tcp", "yes"},
    {"{action: Deny, protocol: TCP}", "? > ? udp", "no"},
    {"{action: Deny, protocol: TCP}", "? > ?", "maybe {protocol}"},
    {"{action: Deny, protocol: 47}", "? > ? 47", "yes"},
    {"{action: Deny, notProtocol: TCP}", "? > ? udp", "yes"},
    {"{action: Deny, notProtocol: TCP}", "? > ? tcp", "no"},
    {"{action: Deny, notProtocol: TCP}", "? > ?", "maybe {protocol}"},
};

static const struct row icmp_rows[] = {
    {"{action: Deny, protocol: ICMP, icmp: {type: 8}}", "? > ? icmp type=8", "yes"},
    {"{action: Deny, protocol: ICMP, icmp: {type: 8}}", "? > ? icmp type=0", "no"},
    {"{action: Deny, protocol: ICMP, icmp: {type: 8}}", "? > ? icmp", "maybe {icmp}"},
    {"{action: Deny, protocol: ICMP, icmp: {type: 8, code: 0}}", "? > ? icmp type=8 code=0", "yes"},
    {"{action: Deny, protocol: ICMP, icmp: {type: 8, code: 0}}", "? > ? icmp type=8 code=1", "no"},
    {"{action: Deny, protocol: ICMP, icmp: {type: 8, code: 0}}", "? > ? icmp type=8",
     "maybe {icmp}"},
    /* A type that differs settles it without the code. */
    {"{action: Deny, protocol: ICMP, icmp: {type: 8, code: 0}}", "? > ? icmp type=0", "no"},
    {"{action: Deny, protocol: ICMP, icmp: {type: 8}}", "? > ?", "maybe {protocol, icmp}"},
    {"{action: Deny, notICMP: {type: 8}}", "? > ? icmp type=0", "yes"},
    {"{action: Deny, notICMP: {type: 8}}", "? > ? icmp type=8", "no"},
    {"{action: Deny, notICMP: {type: 8}}", "? > ? tcp", "yes"}, /* D-3 */
    {"{action: Deny, notICMP: {type: 8}}", "? > ? icmp", "maybe {icmp}"},
    {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=8 code=1", "yes"},
    {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=8", "maybe {icmp}"},
    {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=3", "yes"},
};

static const struct row net_rows[] = {
    {"{action: Deny, source: {nets: [10.0.0.0/8]}}", "10.9.9.9 > ?", "yes"}, /* EV-76 */
    {"{action: Deny, source: {nets: [10.0.0.0/8, 192.0.2.7/32]}}", "192.0.2.7 > ?", "yes"},
    {"{action: Deny, source: {nets: [10.0.0.0/8]}}", "11.0.0.1 > ?", "no"},
    {"{action: Deny, source: {nets: [10.0.0.0/8]}}", "? > ?", "maybe {source.ip}"},
    {"{action: Deny, destination: {nets: [10.0.0.0/8]}}", "? > pod:team/p",
     "maybe {destination.ip}"},
    {"{action: Deny, source: {nets: [0.0.0.0/0]}}", "? > ?", "yes"}, /* EV-15 */
    {"{action: Deny, source: {nets: [10.0.0.0/8, 0.0.0.0/0]}}", "? > ?", "yes"},
    {"{action: Deny, source: {notNets: [10.0.0.0/8]}}", "11.0.0.1 > ?", "yes"},
    {"{action: Deny, source: {notNets: [10.0.0.0/8]}}", "10.0.0.1 > ?", "no"},
    {"{action: Deny, source: {notNets: [10.0.0.0/8]}}", "? > ?", "maybe {source.ip}"},
    {"{action: Deny, source: {nets: [10.0.0.0/8], notNets: [10.1.0.0/16]}}", "10.1.0.1 > ?", "no"},
};

static const struct row selector_rows[] = {
    {"{action: Deny, source: {selector: \"app == 'a'\"}}", "10.0.0.1 > ?", "yes"},
    {"{action: Deny, source: {selector: \"app == 'a'\"}}", "10.0.0.2 > ?", "no"},
    /* EV-18: any owner will do, a network set too. */
    {"{action: Deny, source: {selector: \"set == 'around'\"}}", "pod:team/b > ?", "yes"},
    {"{action: Deny, source: {selector: \"set == 'around'\"}}", "192.0.2.200 > ?", "yes"},
    {"{action: Deny, source: {selector: \"set == 'around' && app == 'b'\"}}", "10.0.0.2 > ?", "no"},
    {"{action: Deny, source: {selector: all()}}", "203.0.113.1 > ?", "no"}, /* EV-80 */
    /* EV-15: its own labels; what else it might be. */
    {"{action: Deny, source: {selector: \"app == 'p'\"}}", "pod:team/p > ?", "yes"},
    {"{action: Deny, source: {selector: \"app == 'a'\"}}", "pod:team/p > ?", "no"},
    {"{action: Deny, source: {selector: \"set == 'around'\"}}", "pod:team/p > ?",
     "maybe {source.ip}"},
    {"{action: Deny, source: {selector: \"set == 'empty'\"}}", "pod:team/p > ?", "no"},
    {"{action: Deny, source: {selector: \"app == 'a'\"}}", "? > ?", "maybe {source.ip}"},
    {"{action: Deny, source: {selector: \"app == 'p'\"}}", "? > ?", "no"},
    {"{action: Deny, source: {selector: \"app == 'x'\"}}", "? > ?", "no"},
    {"{action: Deny, source: {namespaceSelector: \"env == 'prod'\"}}", "10.0.0.2 > ?", "yes"},
    {"{action: Deny, source: {namespaceSelector: \"env == 'prod'\"}}", "10.0.0.1 > ?", "no"},
    {"{action: Deny, source: {namespaceSelector: global()}}", "192.0.2.1 > ?", "yes"},
    {"{action: Deny, source: {namespaceSelector: global()}}", "10.0.0.1 > ?", "no"},
    {"{action: Deny, source: {notSelector: \"app == 'a'\"}}", "10.0.0.1 > ?", "no"},
    {"{action: Deny, source: {notSelector: \"app == 'a'\"}}", "203.0.113.1 > ?", "yes"}, /* EV-83 */
    {"{action: Deny, source: {notSelector: \"app == 'a'\"}}", "? > ?", "maybe {source.ip}"},
    /* EV-84: one owner must do both. */
    {"{action: Deny, source: {selector: has(app), notSelector: has(set)}}", "10.0.0.2 > ?", "yes"},
    {"{action: Deny, source: {selector: has(set), notSelector: has(set)}}", "10.0.0.2 > ?", "no"},
    {"{action: Deny, source: {serviceAccounts: {names: [robot]}}}", "10.0.0.1 > ?", "yes"},
    {"{action: Deny, source: {serviceAccounts: {names: [robot]}}}", "10.0.0.2 > ?", "no"},
    /* EV-82: a namespaced policy looks at its own namespace, and at the outside never. */
    {"np {action: Deny, source: {selector: has(app)}}", "10.0.0.1 > ?", "yes"},
    {"np {action: Deny, source: {selector: has(app)}}", "10.0.0.2 > ?", "no"},
    {"np {action: Deny, source: {notSelector: \"app == 'x'\"}}", "203.0.113.1 > ?", "no"},
    {"np {action: Deny, source: {notSelector: \"app == 'x'\"}}", "10.0.0.1 > ?", "yes"},
};

static const struct row port_rows[] = {
    {"{action: Deny, protocol: TCP, destination: {ports: [80, '8000:8999']}}", "? > ? tcp :8080",
     "yes"},
    {"{action: Deny, protocol: TCP, destination: {ports: [80, '8000:8999']}}", "? > ? tcp :9000",
     "no"},
    {"{action: Deny, protocol: TCP, destination: {ports: [80]}}", "? > ? tcp",
     "maybe {destination_port}"},
    {"{action: Deny, protocol: TCP, destination: {ports: [80]}}", "? > ? :80", "maybe {protocol}"},
    {"{action: Deny, protocol: TCP, destination: {ports: [80]}}", "? > ? :81", "no"},
    {"{action: Deny, protocol: TCP, source: {ports: [80]}}", "? > ? tcp 80: :1", "yes"},
    {"{action: Deny, protocol: TCP, source: {ports: [80]}}", "? > ? tcp :80",
     "maybe {source_port}"},
    {"{action: Deny, protocol: TCP, destination: {notPorts: [80]}}", "? > ? tcp :81", "yes"},
    {"{action: Deny, protocol: TCP, destination: {notPorts: [80]}}", "? > ? tcp :80", "no"},
    {"{action: Deny, protocol: TCP, destination: {notPorts: [80]}}", "? > ? tcp",
     "maybe {destination_port}"},
    /* EV-87: each owner's own number. */
    {"{action: Deny, destination: {ports: [http]}}", "? > 10.0.0.1 tcp :80", "yes"},
    {"{action: Deny, destination: {ports: [http]}}", "? > 10.0.0.1 tcp :8080", "no"},
    {"{action: Deny, destination: {ports: [http]}}", "? > 10.0.0.2 tcp :8080", "yes"},
    {"{action: Deny, destination: {ports: [http]}}", "? > 10.0.0.1 udp :80", "no"},
    {"{action: Deny, destination: {ports: [dns]}}", "? > 10.0.0.1 udp :53", "yes"},
    {"{action: Deny, protocol: TCP, destination: {ports: [dns]}}", "? > 10.0.0.1 tcp :53", "no"},
    {"{action: Deny, destination: {ports: [dns]}}", "? > 10.0.0.1 :53", "maybe {protocol}"},
    {"{action: Deny, destination: {ports: [http]}}", "? > 10.0.0.1 tcp",
     "maybe {destination_port}"},
    {"{action: Deny, destination: {ports: [http]}}", "? > pod:team/p tcp :8080", "yes"},
    {"{action: Deny, destination: {ports: [http]}}", "? > 203.0.113.1 tcp :80", "no"},
    {"{action: Deny, destination: {ports: [http]}}", "? > ? tcp :80", "maybe {destination.ip}"},
    {"{action: Deny, destination: {ports: [nobody]}}", "? > ? tcp :80", "no"},
    {"{action: Deny, destination: {ports: [dns]}}", "? > pod:team/p udp :53", "no"},
    {"{action: Deny, protocol: TCP, destination: {ports: [dns]}}", "? > 10.0.0.1 :53", "no"},
    /* EV-86: no ports, no criterion of ports. */
    {"{action: Deny, destination: {ports: [http]}}", "? > ? icmp", "no"},
    {"{action: Deny, destination: {notPorts: [http]}}", "? > ? icmp", "yes"},
    {"{action: Deny, destination: {notPorts: [http]}}", "? > 203.0.113.1 tcp :80", "yes"},
    /* EV-88: the owner must be selected, numbers need no owner. */
    {"{action: Deny, destination: {selector: \"app == 'b'\", ports: [http]}}",
     "? > 10.0.0.1 tcp :80", "no"},
    {"{action: Deny, destination: {selector: \"set == 'around'\", ports: [http]}}",
     "? > 10.0.0.2 tcp :8080", "no"},
    {"{action: Deny, protocol: TCP, destination: {ports: [http, 9]}}", "? > 203.0.113.1 tcp :9",
     "yes"},
};

static const struct row service_rows[] = {
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > 10.0.0.1 tcp :80", "yes"},
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > 10.0.0.9 udp :53", "yes"},
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > 10.0.0.1 udp :80", "no"},
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > 10.0.0.2 tcp :80", "no"},
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > 10.0.0.1 tcp", "maybe {destination_port}"},
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > 10.0.0.1 :80", "maybe {protocol}"},
    {"out {action: Deny, destination: {services: {name: web, namespace: default}}}",
     "? > ? tcp :80", "maybe {destination.ip}"},
    {"out {action: Deny, destination: {services: {name: none, namespace: default}}}",
     "? > ? tcp :80", "no"},
    {"out {action: Deny, destination: {services: {name: gone, namespace: default}}}",
     "? > ? tcp :80", "no"},
    {"out {action: Deny, destination: {services: {name: portless, namespace: default}}}",
     "? > 10.0.0.9", "no"},
    {"{action: Deny, source: {services: {name: portless, namespace: default}}}", "10.0.0.9 > ?",
     "yes"},
    /* EV-91: the slice's ports play no part. */
    {"{action: Deny, source: {services: {name: web, namespace: default}}}", "10.0.0.9 > ? tcp :1",
     "yes"},
    {"{action: Deny, source: {services: {name: web, namespace: default}}}", "10.0.0.2 > ?", "no"},
    {"{action: Deny, source: {services: {name: web, namespace: default}}}", "? > ?",
     "maybe {source.ip}"},
};

static const struct row domain_rows[] = {
    {"out {action: Allow, destination: {domains: ['*.example.com']}}",
     "? > 203.0.113.1 domains=a.example.com", "yes"},
    {"out {action: Allow, destination: {domains: ['*.example.com']}}",
     "? > 203.0.113.1 domains=example.com,a.b", "no"},
    {"out {action: Allow, destination: {domains: ['*.example.com']}}",
     "? > 203.0.113.1 domains=", "no"},
    {"out {action: Allow, destination: {domains: ['*.example.com']}}", "? > 203.0.113.1",
     "maybe {destination.domains}"},
    {"out {action: Allow, destination: {domains: ['*.example.com']}}", "? > 10.0.0.1", "no"},
    /* EV-98: sets with domains, in egress Allow rules only. */
    {"out {action: Allow, destination: {selector: \"set == 'named'\"}}",
     "? > 203.0.113.1 domains=a.example.com", "yes"},
    {"out {action: Allow, destination: {selector: \"set == 'named'\"}}", "? > 203.0.113.1",
     "maybe {destination.domains}"},
    {"out {action: Allow, destination: {selector: \"set == 'named'\"}}", "? > 10.0.0.1", "no"},
    {"out {action: Deny, destination: {selector: \"set == 'named'\"}}",
     "? > 203.0.113.1 domains=a.example.com", "no"},
    {"{action: Allow, destination: {selector: \"set == 'named'\"}}",
     "? > 203.0.113.1 domains=a.example.com", "no"},
    {"out {action: Allow, source: {selector: \"set == 'named'\"}}",
     "203.0.113.2 > 203.0.113.1 domains=a.example.com", "no"},
    /* An address that may lie in a set, or a name that does: the name settles it. */
    {"out {action: Allow, destination: {selector: has(set)}}", "? > ? domains=a.example.com",
     "yes"},
    {"out {action: Allow, destination: {selector: has(set)}}", "? > ?",
     "maybe {destination.ip, destination.domains}"},
};

static const struct row http_rows[] = {
    {"{action: Allow, protocol: TCP, http: {methods: [GET]}}", "? > ? tcp method=GET", "yes"},
    {"{action: Allow, protocol: TCP, http: {methods: [GET]}}", "? > ? tcp method=get", "no"},
    {"{action: Allow, protocol: TCP, http: {methods: [GET]}}", "? > ? tcp path=/",
     "maybe {http.method}"},
    {"{action: Allow, protocol: TCP, http: {methods: [GET]}}", "? > ? tcp", "maybe {http.method}"},
    {"{action: Allow, protocol: TCP, http: {methods: [GET]}}", "? > ? tcp nohttp", "yes"},
    {"{action: Allow, protocol: TCP, http: {methods: ['*']}}", "? > ? tcp", "yes"},
    /* EV-96: what is not TCP is no HTTP; what may not be TCP may be none. */
    {"{action: Allow, http: {methods: [GET]}}", "? > ? udp method=POST", "yes"},
    {"{action: Allow, http: {methods: [GET]}}", "? > ? method=POST", "maybe {protocol}"},
    {"{action: Allow, http: {methods: [GET]}}", "? > ? method=GET", "yes"},
    {"{action: Allow, protocol: TCP, http: {paths: [{exact: /a/b}]}}", "? > ? tcp path=/a/./b?q",
     "yes"},
    {"{action: Allow, protocol: TCP, http: {paths: [{exact: /a/b}]}}", "? > ? tcp path=/a/bc",
     "no"},
    {"{action: Allow, protocol: TCP, http: {paths: [{prefix: /a}]}}", "? > ? tcp path=/a/b", "yes"},
    {"{action: Allow, protocol: TCP, http: {paths: [{prefix: /a}]}}", "? > ? tcp path=/ab", "no"},
    {"{action: Allow, protocol: TCP, http: {paths: [{prefix: /}]}}", "? > ? tcp path=/%zz", "no"},
    {"{action: Allow, protocol: TCP, http: {paths: [{prefix: '/%zz'}]}}", "? > ? tcp path=/a",
     "no"},
    {"{action: Allow, protocol: TCP, http: {paths: [{prefix: /}]}}", "? > ? tcp method=GET",
     "maybe {http.path}"},
};

/* EV-152: the examples below table 14.5. */
static const struct row whole_rows[] = {
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1 tcp :443 domains=a.example", "yes"},
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1 tcp :443 domains=", "no"},
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1 tcp :443", "maybe {destination.domains}"},
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1 tcp :80", "no"},
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1 :443 domains=a.example", "maybe {protocol}"},
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1", "maybe {protocol, destination_port, destination.domains}"},
    {"out {action: Allow, protocol: TCP, destination: {ports: [443], domains: [a.example]}}",
     "? > 203.0.113.1 udp", "no"},
};

static const struct {
    const struct row *rows;
    size_t count;
} tables[] = {
    {family_rows, COUNT_OF(family_rows)},     {protocol_rows, COUNT_OF(protocol_rows)},
    {icmp_rows, COUNT_OF(icmp_rows)},         {net_rows, COUNT_OF(net_rows)},
    {selector_rows, COUNT_OF(selector_rows)}, {port_rows, COUNT_OF(port_rows)},
    {service_rows, COUNT_OF(service_rows)},   {domain_rows, COUNT_OF(domain_rows)},
    {http_rows, COUNT_OF(http_rows)},         {whole_rows, COUNT_OF(whole_rows)},
};

/* The one rule of a ruleset, ready to be matched. */
struct matched {
    struct compiled compiled;
    struct asked asked;
    const struct cp_rule *rule;
    enum cp_direction direction;
    struct cp_view view;
};

static void compile_rule(struct matched *matched, const char *rule)
{
    bool egress = strncmp(rule, "out ", 4) == 0, namespaced = strncmp(rule, "np ", 3) == 0;
    struct cp_arena arena;
    struct cp_buffer text;
    const struct cp_policy *policy;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_add_string(&text, cluster);
    cp_buffer_format(&text,
                     "kind: %s\n"
                     "metadata: {name: x%s}\n"
                     "spec:\n"
                     "  types: [%s]\n"
                     "  %s:\n"
                     "  - %s\n",
                     namespaced ? "NetworkPolicy" : "GlobalNetworkPolicy",
                     namespaced ? ", namespace: default" : "", egress ? "Egress" : "Ingress",
                     egress ? "egress" : "ingress",
                     rule + (egress       ? 4
                             : namespaced ? 3
                                          : 0));
    compile_resources(&matched->compiled, cp_buffer_string(&text), CALPOL_DIALECT_CALICO);
    cp_arena_finish(&arena);
    matched->direction = egress ? CP_EGRESS : CP_INGRESS;
    policy = matched->compiled.ruleset->policies[0];
    matched->rule = policy->rules[matched->direction];
    start_asking(&matched->asked, matched->compiled.ruleset);
}

static void finish_matched(struct matched *matched)
{
    finish_asking(&matched->asked);
    free_compiled(&matched->compiled);
}

/* Matches in every way there is, which must all agree. */
static struct cp_tri match(struct matched *matched, const char *flow)
{
    struct cp_rule_answers answers;
    struct cp_tri all, fast;

    ask(&matched->asked, flow);
    cp_view_init(&matched->view, &matched->asked.world, &matched->asked.flow);
    fast = cp_match(&matched->view, matched->rule, matched->direction);
    all = cp_match_all(&matched->view, matched->rule, matched->direction, &answers);
    ck_assert_int_eq(fast.answer, all.answer);
    ck_assert_uint_eq(fast.depends, all.depends);
    ck_assert_uint_eq(answers.no & answers.maybe, 0);
    ck_assert_int_eq(all.answer == CP_ANSWER_NO, answers.no != 0);
    ck_assert_int_eq(all.answer == CP_ANSWER_YES, answers.no == 0 && answers.maybe == 0);
    return all;
}

START_TEST(criteria_are_as_the_table_says)
{
    for (size_t i = 0; i < tables[_i].count; i++) {
        const struct row *row = &tables[_i].rows[i];
        struct matched matched;
        const char *actual;

        compile_rule(&matched, row->rule);
        actual = tri_text(&matched.asked, match(&matched, row->flow));
        ck_assert_msg(strcmp(actual, row->expected) == 0, "%s\n%s\nis %s, expected %s", row->rule,
                      row->flow, actual, row->expected);
        finish_matched(&matched);
    }
}
END_TEST

static const struct {
    const char *option, *value;
    struct row row;
} option_rows[] = {
    {"http", "ignore", {"{action: Allow, http: {methods: [GET]}}", "? > ? tcp method=PUT", "yes"}},
    {"http", "ignore", {"{action: Allow, http: {paths: [{exact: /a}]}}", "? > ? tcp", "yes"}},
    {"other_family_not_nets",
     "match",
     {"{action: Deny, source: {notNets: ['fd00::/8']}}", "? > ?", "yes"}},
    {"other_family_not_nets",
     "match",
     {"{action: Deny, source: {nets: ['fd00::/8']}}", "? > ?", "no"}},
    {"not_icmp_type_code",
     "both-differ",
     {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=8 code=1", "no"}},
    {"not_icmp_type_code",
     "both-differ",
     {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=3 code=0", "no"}},
    {"not_icmp_type_code",
     "both-differ",
     {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=3 code=1", "yes"}},
    {"not_icmp_type_code",
     "both-differ",
     {"{action: Deny, notICMP: {type: 8, code: 0}}", "? > ? icmp type=3", "maybe {icmp}"}},
    {"not_icmp_type_code",
     "both-differ",
     {"{action: Deny, notICMP: {type: 8}}", "? > ? icmp type=3", "yes"}},
};

START_TEST(options_change_criteria)
{
    const struct row *row = &option_rows[_i].row;
    struct matched matched;

    compile_rule(&matched, row->rule);
    ck_assert_int_eq(cp_options_set(&matched.asked.options, &matched.asked.arena,
                                    cp_text_from(option_rows[_i].option),
                                    cp_text_from(option_rows[_i].value)),
                     CALPOL_OK);
    expect_string(tri_text(&matched.asked, match(&matched, row->flow)), row->expected);
    finish_matched(&matched);
}
END_TEST

START_TEST(each_criterion_has_its_answer)
{
    struct cp_rule_answers answers;
    struct matched matched;

    compile_rule(&matched, "{action: Deny, protocol: TCP, notProtocol: UDP, source: {nets: "
                           "[10.0.0.0/8]}, destination: {ports: [80], notPorts: [81]}}");
    match(&matched, "11.0.0.1 > ? tcp");
    cp_match_all(&matched.view, matched.rule, matched.direction, &answers);
    ck_assert_uint_eq(answers.no, 1u << CP_CRITERION_SOURCE_NETS);
    ck_assert_uint_eq(answers.maybe, 1u << CP_CRITERION_DESTINATION_PORTS |
                                         1u << CP_CRITERION_DESTINATION_NOT_PORTS);
    ck_assert_int_eq(cp_match_criterion(&matched.view, matched.rule, matched.direction,
                                        CP_CRITERION_NOT_PROTOCOL)
                         .answer,
                     CP_ANSWER_YES);
    finish_matched(&matched);
}
END_TEST

/* K8-28, K8-99 */
static const struct {
    const char *flow, *expected;
} node_rows[] = {
    {"x/a > 192.168.0.1", "yes"},
    {"x/a > 192.168.0.2", "no"},
    {"x/a > x/plan", "no"}, /* a planned pod is no node */
    {"x/a > ?", "maybe {destination.ip}"},
};

START_TEST(no_workload_has_the_address_of_a_node)
{
    struct matched matched;

    compile_resources(
        &matched.compiled,
        POD("x", "a", "", "", "{ip: 10.0.0.1}") POD("x", "plan", "", "", "")
            NODE("n1", INTERNAL("192.168.0.1"))
                RESOURCE("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "name: c",
                         "spec: {tier: Admin, priority: 1, subject: {namespaces: {}}, egress: "
                         "[{action: Deny, to: [{nodes: {}}]}]}"),
        CALPOL_DIALECT_UPSTREAM);
    start_asking(&matched.asked, matched.compiled.ruleset);
    matched.direction = CP_EGRESS;
    matched.rule = cp_world_rule(&matched.asked.world, 0, CP_EGRESS, 0);
    expect_string(tri_text(&matched.asked, match(&matched, node_rows[_i].flow)),
                  node_rows[_i].expected);
    finish_matched(&matched);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/match");
    TCase *criteria = tcase_create("criteria");

    tcase_set_timeout(criteria, 60);
    tcase_add_loop_test(criteria, criteria_are_as_the_table_says, 0, COUNT_OF(tables));
    tcase_add_loop_test(criteria, options_change_criteria, 0, COUNT_OF(option_rows));
    tcase_add_loop_test(criteria, no_workload_has_the_address_of_a_node, 0, COUNT_OF(node_rows));
    tcase_add_test(criteria, each_criterion_has_its_answer);
    suite_add_tcase(suite, criteria);
    return suite;
}
