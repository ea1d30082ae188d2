/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of small clusters, in YAML to be loaded leniently. Names, labels, ports and addresses
 * come from short lists, so that things meet.
 */
#include "cluster.h"

static const struct symbol symbols[] = {
    {"cluster",
     {"<core>Node\n"
      "metadata: {name: n1}\n"
      "status: {addresses: [{type: InternalIP, address: 192.168.0.1}]}\n"
      "<core>Namespace\n"
      "metadata: {name: a, <labels>}\n"
      "<core>ServiceAccount\n"
      "metadata: {name: one, namespace: a, <labels>}\n"
      "<calico>Tier\n"
      "metadata: {name: first}\n"
      "spec: {order: 1}\n"
      "<calico>Tier\n"
      "metadata: {name: second}\n"
      "spec: {order: 2, defaultAction: <end>}\n"
      "<objects>"}},
    {"objects",
     {"", "<pod><objects>", "<workload><objects>", "<policy><objects>", "<global><objects>",
      "<set><objects>", "<k8s><objects>", "<profile><objects>", "<host><objects>",
      "<service><objects>", "<slice><objects>", "<admin><objects>"}},

    /* Endpoints and the like. */
    {"pod",
     {"<core>Pod\n"
      "metadata: {name: w<#>, namespace: <namespace>, <labels>}\n"
      "spec: {nodeName: <node>, serviceAccountName: <account>, containers: [{name: c, "
      "image: i, ports: [<container>]}]}\n"
      "status: {phase: Running, podIPs: [<podips>]}\n"}},
    {"podips",
     {"{ip: <v4>}", "{ip: <v4>}, {ip: '<v6>'}", "{ip: '<v6>'}", "{ip: '<v6>'}, {ip: <v4>}", ""}},
    {"container", {"", "{name: <portname>, protocol: <transport>, containerPort: <port>}"}},
    {"workload",
     {"<calico>WorkloadEndpoint\n"
      "metadata: {name: e<#>, namespace: <namespace>, <labels>}\n"
      "spec: {node: <node>, orchestrator: cni, containerID: c, endpoint: eth0, "
      "interfaceName: cali<#>, profiles: [<profiles>], ports: [<named>], ipNetworks: "
      "[<v4>/32<second>]}\n"}},
    {"profiles", {"", "r1", "r2, r1", "r3", "kns.a"}},
    {"named", {"", "{name: <portname>, protocol: <transport>, port: <port>}"}},
    {"second", {"", ", '<v6>/128'", ", <v4>/32"}},
    {"host",
     {"<calico>HostEndpoint\n"
      "metadata: {name: h<#>, <labels>}\n"
      "spec: {node: <node>, interfaceName: <interface>, expectedIPs: [192.168.0.<digit>], "
      "ports: [<named>]}\n"}},
    {"interface", {"'*'", "eth0"}},
    {"set",
     {"<calico>GlobalNetworkSet\n"
      "metadata: {name: s<#>, <labels>}\n"
      "spec: {nets: [<nets>]<egress>}\n",
      "<calico>NetworkSet\n"
      "metadata: {name: s<#>, namespace: <namespace>, <labels>}\n"
      "spec: {nets: [<nets>]<egress>}\n"}},
    {"egress", {"", ", allowedEgressDomains: [a.example.com]"}},
    {"service",
     {"<core>Service\n"
      "metadata: {name: v<digit>, namespace: <namespace>}\n"
      "spec: {clusterIP: 10.0.1.<digit>, selector: {<key>: <value>}, ports: [{port: "
      "<port>, protocol: <transport>, targetPort: <target>}]}\n"}},
    {"target", {"80", "443", "http"}},
    {"slice",
     {"---\n"
      "apiVersion: discovery.k8s.io/v1\n"
      "kind: EndpointSlice\n"
      "metadata: {name: l<#>, namespace: <namespace>, labels: {kubernetes.io/service-name: "
      "v<digit>}}\n"
      "addressType: IPv4\n"
      "endpoints: [{addresses: [<v4>]}, {addresses: [203.0.113.<digit>]}]\n"
      "ports: [{port: <port>, protocol: <transport>}]\n"}},

    /* Policies. */
    {"policy",
     {"<calico>NetworkPolicy\n"
      "metadata: {name: p<#>, namespace: <namespace>}\n"
      "spec: {<spec>}\n",
      "<calico>StagedNetworkPolicy\n"
      "metadata: {name: p<#>, namespace: <namespace>}\n"
      "spec: {<spec>}\n"}},
    {"global",
     {"<calico>GlobalNetworkPolicy\n"
      "metadata: {name: g<#>}\n"
      "spec: {<flags><spec>}\n",
      "<calico>GlobalNetworkPolicy\n"
      "metadata: {name: g<#>}\n"
      "spec: {namespaceSelector: \"<selector>\", <spec>}\n",
      "<calico>StagedGlobalNetworkPolicy\n"
      "metadata: {name: g<#>}\n"
      "spec: {<spec>}\n"}},
    {"flags",
     {"", "applyOnForward: true, ", "applyOnForward: true, doNotTrack: true, ",
      "applyOnForward: true, preDNAT: true, "}},
    {"spec",
     {"tier: <tier>, order: <digit>, types: [<types>], selector: \"<selector>\", ingress: "
      "[<rules>], egress: [<rules>]"}},
    {"types", {"Ingress, Egress", "Ingress", "Egress"}},
    {"tier", {"default", "first", "second", "nowhere"}},
    {"profile",
     {"<calico>Profile\n"
      "metadata: {name: r<digit>}\n"
      "spec: {labelsToApply: {<key>: <value>}, ingress: [<rules>], egress: [<rules>]}\n"}},
    {"rules", {"", "<rule>", "<rule>, <rules>"}},
    {"rule",
     {"{action: <action>}",
      "{action: <action>, protocol: <transport>, source: {<entity><ports>}, destination: "
      "{<entity><ports>}}",
      "{action: <action>, source: {<entity>}, destination: {<entity>}}",
      "{action: <action>, <other>, source: {<entity>}, destination: {<entity>}}",
      "{action: <action>, protocol: TCP, http: {<http>}, destination: {<ports>}}",
      "{action: <action>, source: {services: {name: v<digit>, namespace: <namespace>}}}",
      "{action: <action>, destination: {services: {name: v<digit>, namespace: "
      "<namespace>}}}",
      "{action: <action>, destination: {domains: ['*.example.com']}}"}},
    {"other",
     {"protocol: ICMP, icmp: {type: <icmp>}", "protocol: ICMP, icmp: {type: <icmp>, code: 1}",
      "protocol: ICMP, notICMP: {type: <icmp>, code: 0}", "protocol: ICMPv6, icmp: {type: 128}",
      "notProtocol: <transport>", "protocol: 41", "ipVersion: 4", "ipVersion: 6",
      "protocol: <transport>, notProtocol: <transport>", "notICMP: {type: <icmp>}"}},
    {"icmp", {"8", "0", "3"}},
    {"http", {"methods: [GET]", "paths: [{exact: /a}]", "methods: ['*'], paths: [{prefix: /a}]"}},
    {"entity",
     {"", "selector: \"<selector>\", ", "nets: [<nets>], ", "notNets: [<nets>], ",
      "notSelector: \"<selector>\", ", "namespaceSelector: \"<selector>\", ",
      "serviceAccounts: {names: [<account>]}, ",
      "selector: \"<selector>\", nets: [<nets>], notNets: [<nets>], ",
      "selector: \"<selector>\", notSelector: \"<selector>\", ",
      "namespaceSelector: 'global()', selector: \"<selector>\", "}},
    {"ports",
     {"", "ports: [<portlist>]", "notPorts: [<portlist>]",
      "ports: [<portlist>], notPorts: [<portlist>]"}},
    {"portlist",
     {"<port>", "<portname>", "'<range>'", "<port>, <portlist>", "<portname>, <portlist>",
      "'<range>', <portlist>"}},
    {"range", {"8080:8090", "1:1024", "80:443", "1024:65535", "0:65535"}},
    {"selector",
     {"all()", "<key> == '<value>'", "<key> != '<value>'", "has(<key>)", "!has(<key>)",
      "<key> in {'x', '<value>'}", "<key> not in {'x', '<value>'}",
      "<key> == '<value>' && <selector>", "<key> == '<value>' || <selector>", "!(<selector>)",
      "global()"}},

    /* Kubernetes' own. */
    {"k8s",
     {"---\n"
      "apiVersion: networking.k8s.io/v1\n"
      "kind: NetworkPolicy\n"
      "metadata: {name: k<#>, namespace: <namespace>}\n"
      "spec: {podSelector: {<match>}, policyTypes: [<types>], ingress: [{from: [<peer>], "
      "ports: [<k8sports>]}], egress: [{to: [<peer>], ports: [<k8sports>]}]}\n",
      "---\n"
      "apiVersion: networking.k8s.io/v1\n"
      "kind: NetworkPolicy\n"
      "metadata: {name: k<#>, namespace: <namespace>}\n"
      "spec: {podSelector: {<match>}, policyTypes: [<types>]}\n"}},
    {"match",
     {"", "matchLabels: {<key>: <value>}", "matchExpressions: [{key: <key>, operator: Exists}]",
      "matchExpressions: [{key: <key>, operator: NotIn, values: [<value>]}]"}},
    {"peer",
     {"{podSelector: {<match>}}", "{namespaceSelector: {<match>}}",
      "{podSelector: {<match>}, namespaceSelector: {<match>}}",
      "{ipBlock: {cidr: 10.0.0.0/8, except: [<v4>/32]}}", "{ipBlock: {cidr: 'fd00::/8'}}"}},
    {"k8sports",
     {"", "{protocol: <transport>}", "{protocol: <transport>, port: <port>}",
      "{protocol: <transport>, port: <portname>}",
      "{protocol: <transport>, port: 80, endPort: 443}"}},
    {"admin",
     {"---\n"
      "apiVersion: policy.networking.k8s.io/v1alpha1\n"
      "kind: AdminNetworkPolicy\n"
      "metadata: {name: m<#>}\n"
      "spec: {priority: <digit>, subject: {namespaces: {<match>}}, ingress: [{action: "
      "<adminaction>, from: [{namespaces: {<match>}}]}], egress: [{action: <adminaction>, "
      "to: [{networks: [10.0.0.0/8]}]}]}\n"}},
    {"adminaction", {"Allow", "Deny", "Pass"}},

    /* Words. */
    {"core", {"---\napiVersion: v1\nkind: "}},
    {"calico", {"---\napiVersion: projectcalico.org/v3\nkind: "}},
    {"labels",
     {"labels: {}", "labels: {<key>: <value>}", "labels: {app: <value>, env: <value>}",
      "labels: {app: <value>, tier: <value>, env: <value>}"}},
    {"end", {"Deny", "Pass"}},
    {"action", {"Allow", "Deny", "Pass", "Log"}},
    {"transport", {"TCP", "UDP", "SCTP"}},
    {"key", {"app", "tier", "env"}},
    {"value", {"x", "v", "z"}},
    {"namespace", {"a", "b"}},
    {"node", {"n1", "n2"}},
    {"account", {"one", "two", "default"}},
    {"port", {"80", "443", "8080", "53", "65535", "1"}},
    {"portname", {"http", "dns"}},
    {"digit", {"1", "2", "3", "4", "5", "6", "7", "8"}},
    {"v4", {"10.0.0.<digit>"}},
    {"v6", {"fd00::<digit>"}},
    {"nets",
     {"10.0.0.0/8", "10.0.0.0/30", "203.0.113.0/24", "0.0.0.0/0", "'fd00::/8'", "'::/0'",
      "10.0.0.0/30, <nets>", "10.0.0.2/32, <nets>", "192.168.0.0/24, <nets>",
      "203.0.113.4/31, <nets>", "'fd00::2/127', <nets>"}},
    {NULL, {NULL}},
};

void write_cluster(struct choices *choices, struct cp_buffer *buffer)
{
    write_symbol(symbols, "cluster", choices, buffer);
}
