# SPDX-License-Identifier: Apache-2.0
"""The words that random clusters and flows are made of.

There are few of each, so that things meet: addresses lie in several nets, labels nearly match, names
sort closely, ports are the ends of ranges and their neighbours.
"""

NAMESPACES = ["red", "blue", "default"]
ACCOUNTS = ["default", "sa", "sa.b"]
NODES = ["n1", "n2"]
KEYS = ["app", "env", "app-b", "x.y/app"]
VALUES = ["a", "b", "ab", "A", ""]

NAMESPACE = "projectcalico.org/namespace"
ORCHESTRATOR = "projectcalico.org/orchestrator"
ACCOUNT = "projectcalico.org/serviceaccount"
NAME = "projectcalico.org/name"
METADATA_NAME = "kubernetes.io/metadata.name"

# Labels with which an endpoint or set would look like something else.
FORGED = {"pcns.env": VALUES, "pcsa.env": VALUES, "pcns." + NAME: NAMESPACES,
          ORCHESTRATOR: ["k8s", "cni"], ACCOUNT: ACCOUNTS, NAMESPACE: NAMESPACES}

ADDRESSES = {
    4: ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.1.1", "203.0.113.9"],
    6: ["fd00::1", "fd00::2", "fd00::3", "fd00::1:0:1", "2001:db8::9"],
}
OUTSIDE = {4: ["192.0.2.1", "255.255.255.255"], 6: ["2001:db9::1", "::1"]}
NODE_ADDRESSES = {4: ["172.16.0.1", "172.16.0.2"], 6: ["fd01::1", "fd01::2"]}
NETS = {
    4: ["10.0.0.0/8", "10.0.0.0/24", "10.0.0.0/30", "10.0.0.2/31", "10.0.0.1/32", "10.0.1.0/24",
        "203.0.113.0/24", "172.16.0.0/31", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"],
    6: ["fd00::/8", "fd00::/64", "fd00::/126", "fd00::2/127", "fd00::1/128", "fd00::1:0:0/96",
        "2001:db8::/32", "fd01::/127", "::/0", "::/1", "8000::/1"],
}

PORTS = [1, 22, 53, 68, 79, 80, 81, 179, 443, 6443, 8080, 65534, 65535]
PORT_NAMES = ["http", "dns", "web-2"]
WITH_PORTS = ["TCP", "UDP", "SCTP", 6, 17, 132, "6"]
WITHOUT_PORTS = ["ICMP", "ICMPv6", 1, 58, "58", "UDPLite", 47, 255]
PROTOCOLS = {"TCP": ["TCP", 6, "6"], "UDP": ["UDP", 17], "SCTP": ["SCTP", 132],
             "ICMP": ["ICMP", 1], "ICMPv6": ["ICMPv6", 58, "58"], "others": ["UDPLite", 47]}
MORE_PROTOCOLS = [2, 4, 41, 46, 50, 51, 88, 89, 103, 112, 115, 136, 254]
ICMP = {"ICMP": 4, 1: 4, "ICMPv6": 6, 58: 6, "58": 6}
TYPES = [0, 1, 8, 128, 130, 136, 254]
CODES = [0, 1, 8, 255]

METHODS = ["GET", "get", "POST", "*"]
PATHS = ["/", "/a", "/a/b", "/ab", "/a/", "//a", "/a/../b", "/%61", "/a;x/b", "/A"]
BAD_PATHS = ["/a%2", "/%252e", "/a?b", "/a#b", "/a\\b", "/%00"]
DOMAINS = ["a.example", "b.a.example", "*.example", "*.a.example", "a.*", "A.Example."]
NAMES = ["a.example", "b.a.example", "c.b.a.example", "example", "a.example.", "A.EXAMPLE", "a.org"]
SERVICES = ["svc", "svc-2", "none"]

POLICY_NAMES = ["p", "p-a", "p.a", "p0", "q", "a"]
ORDERS = [0, -1, 0.5, 1, 1000, 1000.0, 1e300, 2, 1000000]
TIERS = ["sec", "net", "late", "ghost", "ghost-2", "kube-admin", "kube-baseline", "default"]
