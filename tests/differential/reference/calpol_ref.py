#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Naive reference evaluator for spec/evaluation.md.

Slow and plain on purpose.  Each section names the EV rules it follows.

It shares no code with calpol and is changed only by what the specification says.  For many flows on
one cluster what is parsed and found once is kept (lru_cache, Model.kept), and ask() takes a model.
Usage:
    calpol_ref.py VECTORS.json          run every vector, report differences
    calpol_ref.py VECTORS.json ID ...   show the full result of some vectors
Only PyYAML is needed.
"""
import functools
import ipaddress
import json
import math
import re
import sys

import yaml

YES, NO, MAYBE = "yes", "no", "maybe"
PROTO = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "sctp": 132, "udplite": 136}
WITH_PORTS = (6, 17, 132)
L_NS = "projectcalico.org/namespace"
L_ORCH = "projectcalico.org/orchestrator"
L_SA = "projectcalico.org/serviceaccount"
SHORT = {
    "NetworkPolicy": "np", "GlobalNetworkPolicy": "gnp", "StagedNetworkPolicy": "snp",
    "StagedGlobalNetworkPolicy": "sgnp", "StagedKubernetesNetworkPolicy": "sknp",
    "KubernetesNetworkPolicy": "knp", "KubernetesClusterNetworkPolicy": "kcnp",
    "KubernetesAdminNetworkPolicy": "kanp", "KubernetesBaselineAdminNetworkPolicy": "kbanp",  # K8-70
}
STAGED = ("StagedNetworkPolicy", "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy")
DEFAULT_OPTIONS = {
    "endpoint_to_host_action": "Drop",                                    # EV-129
    "failsafe_inbound": "tcp:22,udp:68,tcp:179,tcp:2379,tcp:2380,tcp:5473,tcp:6443,tcp:6666,tcp:6667",
    "failsafe_outbound": "udp:53,udp:67,tcp:179,tcp:2379,tcp:2380,tcp:5473,tcp:6443,tcp:6666,tcp:6667",
    "http": "l7",                                                         # EV-96: l7 | ignore
    "profile_pass": "deny",                                               # EV-111: deny | next-profile
    "other_family_not_nets": "skip",                                      # EV-78: skip | match
    "not_icmp_type_code": "pair",                                         # EV-93: pair | both-differ
    "default_hit": "last",                                                # EV-165: last | first
    "scope": "enforced",                                                  # EV-180: enforced | pending
    "tier_order_default": "last",                                         # EV-20: last | 1000000
}


class FlowError(Exception):
    """Bad flow description (EV-1); str() is the error code."""


# --------------------------------------------------------------------------
# Three-valued helpers (EV-150..EV-152)
# --------------------------------------------------------------------------

class Tri:
    def __init__(self, v, deps=()):
        self.v, self.deps = v, set(deps)

    @staticmethod
    def of(b):
        return Tri(YES if b else NO)


def tri_and(items):
    deps, out = set(), YES
    for t in items:
        if t.v == NO:
            return Tri(NO)
        if t.v == MAYBE:
            out = MAYBE
            deps |= t.deps
    return Tri(out, deps)


def tri_or(items):
    deps, out = set(), NO
    for t in items:
        if t.v == YES:
            return Tri(YES)
        if t.v == MAYBE:
            out = MAYBE
            deps |= t.deps
    return Tri(out, deps)


def tri_not(t):
    return Tri({YES: NO, NO: YES, MAYBE: MAYBE}[t.v], t.deps)


# --------------------------------------------------------------------------
# Selectors (grammar: see selectors.md; only what the vectors need)
# --------------------------------------------------------------------------

TOKEN = re.compile(
    r"""\s*(?:(?P<str>"[^"]*"|'[^']*')|(?P<op>==|!=|&&|\|\||[!(){},])|(?P<id>[A-Za-z0-9_./-]+))""")


@functools.lru_cache(None)
def parse_selector(text):
    toks, pos = [], 0
    text = (text or "").strip()
    while pos < len(text):
        m = TOKEN.match(text, pos)
        if not m or m.end() == pos:
            raise ValueError("bad selector %r" % text)
        toks.append((m.lastgroup, m.group(m.lastgroup)))
        pos = m.end()
        if pos < len(text) and text[pos:].strip() == "":
            break
    if not toks:
        return ("all",)
    p = [0]

    def peek(k=0):
        return toks[p[0] + k] if p[0] + k < len(toks) else (None, None)

    def take(value=None):
        t = peek()
        if value is not None and t[1] != value:
            raise ValueError("expected %r in %r" % (value, text))
        p[0] += 1
        return t

    def or_():
        items = [and_()]
        while peek()[1] == "||":
            take()
            items.append(and_())
        return items[0] if len(items) == 1 else ("or", items)

    def and_():
        items = [unary()]
        while peek()[1] == "&&":
            take()
            items.append(unary())
        return items[0] if len(items) == 1 else ("and", items)

    def unary():
        neg = False
        while peek()[1] == "!":
            take()
            neg = not neg
        kind, val = take()
        if val == "(":
            node = or_()
            take(")")
        elif kind == "id" and val in ("all", "global") and peek()[1] == "(":
            take("(")
            take(")")
            node = (val,)
        elif kind == "id" and val == "has" and peek()[1] == "(":
            take("(")
            node = ("has", take()[1])
            take(")")
        elif kind == "id":
            op = take()[1]
            if op == "not":
                take("in")
                op = "not in"
            elif op in ("starts", "ends"):
                take("with")
                op = op + " with"
            if op in ("in", "not in"):
                take("{")
                vals = []
                while peek()[1] != "}":
                    vals.append(take()[1][1:-1])
                    if peek()[1] == ",":
                        take()
                take("}")
                node = (op, val, vals)
            elif op in ("==", "!=", "contains", "starts with", "ends with"):
                node = (op, val, take()[1][1:-1])
            else:
                raise ValueError("bad operator %r in %r" % (op, text))
        else:
            raise ValueError("bad selector %r" % text)
        return ("not", node) if neg else node

    tree = or_()
    if p[0] != len(toks):
        raise ValueError("trailing text in selector %r" % text)
    return tree


def sel_eval(t, labels):
    k = t[0]
    if k in ("all", "global"):
        return True
    if k == "and":
        return all(sel_eval(x, labels) for x in t[1])
    if k == "or":
        return any(sel_eval(x, labels) for x in t[1])
    if k == "not":
        return not sel_eval(t[1], labels)
    if k == "has":
        return t[1] in labels
    v = labels.get(t[1])
    if k == "==":
        return v is not None and v == t[2]
    if k == "!=":
        return v is None or v != t[2]
    if k == "in":
        return v is not None and v in t[2]
    if k == "not in":
        return v is None or v not in t[2]
    if k == "contains":
        return v is not None and t[2] in v
    if k == "starts with":
        return v is not None and v.startswith(t[2])
    if k == "ends with":
        return v is not None and v.endswith(t[2])
    raise AssertionError(k)


def sel_map(t, leaf):
    if t[0] in ("and", "or"):
        return (t[0], [sel_map(x, leaf) for x in t[1]])
    if t[0] == "not":
        return ("not", sel_map(t[1], leaf))
    return leaf(t)


def sel_prefix(t, prefix):
    return sel_map(t, lambda n: n if n[0] in ("all", "global") else (n[0], prefix + n[1]) + tuple(n[2:]))


def sel_replace(t, kind, new):
    return sel_map(t, lambda n: new if n[0] == kind else n)


# --------------------------------------------------------------------------
# Model
# --------------------------------------------------------------------------

@functools.lru_cache(None)
def addr(s):
    a = ipaddress.ip_address(str(s).split("/")[0])
    if a.version == 6 and a.ipv4_mapped:                                   # EV-7
        a = a.ipv4_mapped
    return a


@functools.lru_cache(None)
def net(s):
    return ipaddress.ip_network(str(s), strict=False)


class Ent:
    """A label owner: workload endpoint, host endpoint or network set."""

    def __init__(self, kind, name, ns="", labels=None, profiles=(), nets=(), ports=(), node=None,
                 iface=None, domains=()):
        self.kind, self.name, self.ns = kind, name, ns
        self.own = dict(labels or {})
        self.profiles = list(profiles)
        self.nets = list(nets)
        self.ports = list(ports)          # (name, proto number, port)
        self.node, self.iface = node, iface
        self.domains = list(domains)
        self.labels = {}                  # effective labels, filled by Model.finish


class Policy:
    def __init__(self, kind, name, ns, tier, order, types, ingress, egress, sel, flags):
        self.kind, self.name, self.ns, self.tier = kind, name, ns, tier
        self.order = math.inf if order is None else float(order)           # EV-23
        self.types, self.ingress, self.egress = types, ingress, egress
        self.sel, self.flags = sel, flags

    def sort_key(self):                                                   # EV-24
        return (self.order, ("%s/%s/%s" % (self.name, self.ns, self.kind)).encode())

    def label(self):
        n = "%s/%s" % (self.ns, self.name) if self.ns else self.name
        return "%s:%s" % (SHORT[self.kind], n)


class Model:
    def __init__(self, text="", docs=None, options=None):
        self.no_order = None              # what a tier without order has
        if (options or {}).get("tier_order_default") == "1000000":
            self.no_order = 1000000.0
        self.kept = {}                    # what depends on the cluster alone
        self.tiers = {                                                    # EV-21
            "kube-admin": (1000.0, "Pass"), "default": (1000000.0, "Deny"),
            "kube-baseline": (10000000.0, "Pass"),
        }
        self.policies, self.profiles = [], {}
        self.weps, self.heps, self.netsets = [], [], []
        self.slices, self.nodes, self.hostpods, self.finished = [], {}, {}, set()
        self.namespaces, self.sas, self.node_labels, self.host_ips = {}, {}, {}, {}
        self.felix, self.auto_heps = {}, False
        for d in self.latest(yaml.safe_load_all(text or "") if docs is None else docs):
            self.load(d)
        self.finish()

    # -- loading -----------------------------------------------------------
    @staticmethod
    def latest(docs):                                                     # resources.md 3.4, K8-45
        found = {}
        for d in docs:
            if d:
                md, group = d.get("metadata") or {}, str(d.get("apiVersion", "")).rpartition("/")[0]
                key = (group.replace("crd.", ""), d.get("kind"), md.get("namespace") or "default", md.get("name"))
                found[key] = d
        return found.values()

    def load(self, d):
        kind, api = d.get("kind"), str(d.get("apiVersion", ""))
        md, sp = d.get("metadata") or {}, d.get("spec") or {}
        name, ns = md.get("name", ""), md.get("namespace", "")
        calico = api.startswith("projectcalico.org/") or api.startswith("crd.projectcalico.org/")
        if kind == "Tier":
            act = "Pass" if sp.get("defaultAction") == "Pass" else "Deny"  # EV-26
            order = sp.get("order")
            if order is None and name == "default":                       # resources.md 6.6
                order = 1000000.0
            self.tiers[name] = (order, act)
        elif kind in ("NetworkPolicy", "StagedNetworkPolicy") and calico:
            self.add_np(kind, name, ns or "default", sp)
        elif kind in ("GlobalNetworkPolicy", "StagedGlobalNetworkPolicy"):
            self.add_gnp(kind, name, sp)
        elif kind == "NetworkPolicy":
            self.add_knp("KubernetesNetworkPolicy", name, ns or "default", sp)
        elif kind == "StagedKubernetesNetworkPolicy":
            self.add_knp(kind, name, ns or "default", sp)
        elif kind == "ClusterNetworkPolicy":
            self.add_kcnp("KubernetesClusterNetworkPolicy", name, sp,
                          {"Admin": "kube-admin", "Baseline": "kube-baseline"}[sp["tier"]])
        elif kind in ("AdminNetworkPolicy", "BaselineAdminNetworkPolicy"):                       # K8-7, K8-77
            admin = kind == "AdminNetworkPolicy"
            tier = "adminnetworkpolicy" if admin else "baselineadminnetworkpolicy"
            self.tiers.setdefault(tier, (1000.0 if admin else 10000000.0, "Pass"))
            self.add_kcnp("Kubernetes" + kind, name, sp, tier)
        elif kind == "FelixConfiguration":                                # EV-195
            if name == "default" or name.startswith("node."):
                self.felix[name] = felix_options(sp)
        elif kind == "KubeControllersConfiguration":                      # K8-132
            node = ((sp.get("controllers") or {}).get("node") or {}).get("hostEndpoint") or {}
            self.auto_heps = node.get("autoCreate") == "Enabled"
        elif kind == "Profile":
            self.profiles[name] = (sp.get("ingress") or [], sp.get("egress") or [],
                                   sp.get("labelsToApply") or {})
        elif kind == "Namespace":
            self.namespaces[name] = md.get("labels") or {}
        elif kind == "ServiceAccount":
            self.sas[(ns or "default", name)] = md.get("labels") or {}
        elif kind == "Pod":
            self.add_pod(name, ns or "default", md, sp, d.get("status") or {})
        elif kind == "WorkloadEndpoint":
            labels = {k: v for k, v in (md.get("labels") or {}).items()
                      if not k.startswith(("pcns.", "pcsa."))}
            labels[L_NS] = ns or "default"
            for key, field in ((L_ORCH, "orchestrator"), (L_SA, "serviceAccountName")):
                if sp.get(field):
                    labels[key] = sp[field]
            self.weps.append(Ent("wep", name, ns or "default", labels, sp.get("profiles") or [],
                                 [net(addr(x)) for x in sp.get("ipNetworks") or []],
                                 self.ep_ports(sp), sp.get("node"), sp.get("interfaceName")))
        elif kind == "HostEndpoint":
            self.heps.append(Ent("hep", name, "", md.get("labels"), sp.get("profiles") or [],
                                 [net(addr(x)) for x in sp.get("expectedIPs") or []],
                                 self.ep_ports(sp), sp.get("node"), sp.get("interfaceName") or ""))
        elif kind == "NetworkSet":
            labels = dict(md.get("labels") or {})
            labels[L_NS] = ns or "default"
            self.netsets.append(Ent("netset", name, ns or "default", labels,
                                    ["kns." + (ns or "default")], [net(x) for x in sp.get("nets") or []],
                                    domains=sp.get("allowedEgressDomains") or []))
        elif kind == "GlobalNetworkSet":
            self.netsets.append(Ent("netset", name, "", md.get("labels"), [],
                                    [net(x) for x in sp.get("nets") or []],
                                    domains=sp.get("allowedEgressDomains") or []))
        elif kind == "EndpointSlice":
            self.slices.append(((ns or "default", (md.get("labels") or {}).get("kubernetes.io/service-name")), d))
        elif kind == "Node":
            self.node_labels[name] = md.get("labels") or {}
            self.nodes[name] = [addr(a["address"]) for a in (d.get("status") or {}).get("addresses") or []
                                if a.get("type") in ("InternalIP", "ExternalIP")]

    @staticmethod
    def ep_ports(sp):
        return [(p["name"], proto_num(p.get("protocol", "TCP")), p["port"]) for p in sp.get("ports") or []
                if p.get("name")]

    def add_pod(self, name, ns, md, sp, st):
        ips = [x["ip"] for x in st.get("podIPs") or []] or ([st["podIP"]] if st.get("podIP") else [])
        for key in ("cni.projectcalico.org/podIPs", "cni.projectcalico.org/podIP",
                    "vpc.amazonaws.com/pod-ips"):                         # K8-62
            text = (md.get("annotations") or {}).get(key)
            if not ips and text:
                ips = [x.strip() for x in text.split(",")]
        host_ips = [x["ip"] for x in st.get("hostIPs") or []] or ([st["hostIP"]] if st.get("hostIP") else [])
        if sp.get("nodeName") and host_ips:                               # K8-51
            self.host_ips.setdefault(sp["nodeName"], []).extend(addr(i) for i in host_ips)
        if st.get("phase") in ("Succeeded", "Failed", "Completed"):       # EV-12, K8-54
            self.finished.add((ns, name))
            return
        if sp.get("hostNetwork"):                                         # EV-12
            self.hostpods[(ns, name)] = (sp.get("nodeName"), [addr(i) for i in ips])
            return
        labels = {k: v for k, v in (md.get("labels") or {}).items() if not k.startswith(("pcns.", "pcsa."))}
        labels[L_NS], labels[L_ORCH] = ns, "k8s"
        profiles = ["kns." + ns]                                          # EV-114
        account = sp.get("serviceAccountName") or sp.get("serviceAccount") or "default"
        labels[L_SA] = account
        profiles.append("ksa.%s.%s" % (ns, account))
        ports = []
        for c in (sp.get("containers") or []) + (sp.get("initContainers") or []):
            for p in c.get("ports") or []:
                if p.get("name"):
                    ports.append((p["name"], proto_num(p.get("protocol", "TCP")), p["containerPort"]))
        self.weps.append(Ent("wep", name, ns, labels, profiles, [net(addr(i)) for i in ips], ports,
                             sp.get("nodeName")))

    def add_np(self, kind, name, ns, sp):                                 # EV-30
        if kind.startswith("Staged") and sp.get("stagedAction") == "Delete":
            return
        parts = [parse_selector(sp.get("selector")), ("==", L_NS, ns)]
        if sp.get("serviceAccountSelector"):
            parts.append(sel_prefix(parse_selector(sp["serviceAccountSelector"]), "pcsa."))
        self.policies.append(Policy(kind, name, ns, sp.get("tier") or "default", sp.get("order"),
                                    default_types(sp), sp.get("ingress") or [], sp.get("egress") or [],
                                    ("and", parts), set()))

    def add_gnp(self, kind, name, sp, real_kind=None):                    # EV-31
        if kind.startswith("Staged") and sp.get("stagedAction") == "Delete":
            return
        sel = parse_selector(sp.get("selector"))
        if sp.get("namespaceSelector"):
            extra = sel_prefix(parse_selector(sp["namespaceSelector"]), "pcns.")
            sel = ("and", [sel, extra]) if sp.get("selector") else extra
            sel = sel_replace(sel, "all", ("has", L_NS))
        if sp.get("serviceAccountSelector"):
            extra = sel_prefix(parse_selector(sp["serviceAccountSelector"]), "pcsa.")
            sel = ("and", [sel, extra]) if (sp.get("selector") or sp.get("namespaceSelector")) else extra
            sel = sel_replace(sel, "all", ("has", L_SA))
        flags = {f for f in ("doNotTrack", "preDNAT", "applyOnForward") if sp.get(f)}
        self.policies.append(Policy(real_kind or kind, name, "", sp.get("tier") or "default", sp.get("order"),
                                    default_types(sp), sp.get("ingress") or [], sp.get("egress") or [],
                                    sel, flags))

    def add_knp(self, kind, name, ns, sp):                                # EV-33
        if sp.get("stagedAction") == "Delete":
            return
        types = sp.get("policyTypes") or (["Ingress"] + (["Egress"] if sp.get("egress") else []))
        ing = [r for e in sp.get("ingress") or [] for r in knp_rules(e.get("from"), e.get("ports"), True)]
        egr = [r for e in sp.get("egress") or [] for r in knp_rules(e.get("to"), e.get("ports"), False)]
        sel = ("and", [k8s_sel(sp.get("podSelector"), True), ("==", L_NS, ns)])
        self.policies.append(Policy(kind, name, ns, "default", 1000.0, types, ing, egr, sel, set()))

    def add_kcnp(self, kind, name, sp, tier):
        subj = sp["subject"]
        if "namespaces" in subj:
            nssel, pod = subj["namespaces"], None
        else:
            nssel, pod = subj["pods"].get("namespaceSelector") or {}, subj["pods"].get("podSelector")
        out = {"ingress": [], "egress": []}
        for d, peers_key in (("ingress", "from"), ("egress", "to")):
            for r in sp.get(d) or []:
                if any("nodes" in p or "domainNames" in p for p in r.get(peers_key) or []):      # K8-100
                    if r["action"] not in ("Accept", "Allow"):
                        out[d].append({"action": "Deny"})
                    continue
                for proto, ports in kcnp_protocols(r.get("protocols")) if "protocols" in r else \
                        kanp_ports(r.get("ports")):
                    for peer in r.get(peers_key) or []:
                        ent = {}
                        if "namespaces" in peer:
                            ent["_nssel"] = k8s_ns_sel(peer["namespaces"])
                        if "pods" in peer:
                            ent["_nssel"] = k8s_ns_sel(peer["pods"].get("namespaceSelector") or {})
                            ent["_sel"] = k8s_sel(peer["pods"].get("podSelector"), True)
                        if peer.get("networks"):
                            ent["nets"] = peer["networks"]
                        rule = {"action": {"Accept": "Allow"}.get(r["action"], r["action"])}
                        if proto:
                            rule["protocol"] = proto
                        src, dst = (ent, {}) if d == "ingress" else ({}, ent)
                        if ports is not None:
                            dst["ports"] = ports
                        rule["source"], rule["destination"] = src, dst
                        out[d].append(rule)
        types = ([] if not out["ingress"] else ["Ingress"]) + ([] if not out["egress"] else ["Egress"])
        types = types or ["Ingress", "Egress"]                            # no rule at all: both
        ns_tree = k8s_ns_sel(nssel)
        sel = sel_replace(("and", [k8s_sel(pod, True), sel_prefix(ns_tree, "pcns.")]), "all", ("has", L_NS))
        self.policies.append(Policy(kind, name, "", tier, float(sp.get("priority", 1000)), types,
                                    out["ingress"], out["egress"], sel, set()))

    def finish(self):
        used = {e.ns for e in self.weps + self.netsets if e.ns} | {p.ns for p in self.policies if p.ns}
        for n in used:
            self.namespaces.setdefault(n, {})
        for n in self.namespaces:
            self.ns_profile(n)
        self.profiles.setdefault("projectcalico-default-allow", ([{"action": "Allow"}], [{"action": "Allow"}], {}))
        for (n, s), labels in self.sas.items():
            out = {"pcsa." + k: v for k, v in labels.items()}
            out["pcsa.projectcalico.org/name"] = s
            self.profiles.setdefault("ksa.%s.%s" % (n, s), ([], [], out))
        self.add_auto_heps()
        for name, ips in self.host_ips.items():
            known = self.nodes.setdefault(name, [])
            known += [ip for ip in dict.fromkeys(ips) if ip not in known]
        for e in self.weps + self.heps + self.netsets:
            self.set_labels(e)

    def add_auto_heps(self):                                              # K8-132
        for name, labels in self.node_labels.items() if self.auto_heps else ():
            labels = dict(labels, **{"projectcalico.org/created-by": "calico-kube-controllers"})
            self.heps.append(Ent("hep", name + "-auto-hep", "", labels, ["projectcalico-default-allow"],
                                 [net(a) for a in self.nodes[name]], (), name, "*"))

    def ns_profile(self, n):                                              # EV-114
        labels = dict(self.namespaces.get(n) or {})
        labels["kubernetes.io/metadata.name"] = n
        out = {"pcns." + k: v for k, v in labels.items()}
        out["pcns.projectcalico.org/name"] = n
        self.profiles.setdefault("kns." + n, ([{"action": "Allow"}], [{"action": "Allow"}], out))

    def set_labels(self, e):                                              # EV-17
        for p in e.profiles:
            if p.startswith("kns.") and p not in self.profiles:
                self.ns_profile(p[4:])
            if p.startswith("ksa.") and p not in self.profiles:
                self.profiles[p] = ([], [], {"pcsa.projectcalico.org/name": p.split(".", 2)[2]})
        e.labels = dict(e.own)
        for p in e.profiles:
            for k, v in self.profiles.get(p, ([], [], {}))[2].items():
                e.labels.setdefault(k, v)

    # -- ordering (EV-20..EV-24) ---------------------------------------------
    def sorted_tiers(self):
        names = set(self.tiers) | {p.tier for p in self.policies}

        def key(t):
            if t not in self.tiers:                                       # EV-22
                return (1, 1, 0.0, t.encode())
            order = self.tiers[t][0]
            order = self.no_order if order is None else order
            return (0, order is None, 0.0 if order is None else float(order), t.encode())
        out = []
        for t in sorted(names, key=key):
            pols = sorted((p for p in self.policies if p.tier == t), key=Policy.sort_key)
            out.append((t, self.tiers.get(t, (None, "Deny"))[1], pols))
        return out


def default_types(sp):                                                    # EV-25
    if sp.get("types"):
        return sp["types"]
    if not sp.get("egress"):
        return ["Ingress"]
    return ["Ingress", "Egress"] if sp.get("ingress") else ["Egress"]


def proto_num(p):
    if p is None:
        return None
    if isinstance(p, int):
        return p
    if str(p).isdigit():
        return int(p)
    try:
        return PROTO[str(p).lower()]
    except KeyError:
        raise FlowError("unknown-protocol")


# Kubernetes conversions (details: kubernetes.md)
def k8s_sel(s, pod):
    parts = [("==", L_ORCH, "k8s")] if pod else []
    s = s or {}
    for k in sorted(s.get("matchLabels") or {}):
        parts.append(("==", k, s["matchLabels"][k]))
    for e in s.get("matchExpressions") or []:
        op, k, vals = e["operator"], e["key"], e.get("values") or []
        parts.append({"In": ("in", k, vals), "NotIn": ("not in", k, vals), "Exists": ("has", k),
                      "DoesNotExist": ("not", ("has", k))}[op])
    return ("and", parts) if parts else ("all",)


def k8s_ns_sel(s):
    return k8s_sel(s, False)


def knp_rules(peers, ports, ingress):
    groups = {}
    for p in ports or [None]:
        if p is None:
            groups = {"": None}
            break
        proto = p.get("protocol", "TCP")
        if p.get("port") is None:
            groups[proto] = None
        elif groups.get(proto, []) is not None:
            v = str(p["port"])
            groups.setdefault(proto, []).append(v + (":%s" % p["endPort"] if p.get("endPort") else ""))
    for proto in sorted(groups):
        for peer in peers or [None]:
            ent = {}
            if peer and peer.get("ipBlock"):
                ent = {"nets": [peer["ipBlock"]["cidr"]], "notNets": peer["ipBlock"].get("except") or []}
            elif peer:
                ent["_sel"] = k8s_sel(peer.get("podSelector"), True)
                if peer.get("namespaceSelector") is not None:
                    ent["_nssel"] = k8s_ns_sel(peer["namespaceSelector"])
            rule = {"action": "Allow"}
            if proto:
                rule["protocol"] = proto
            src, dst = (ent, {}) if ingress else ({}, dict(ent))
            if groups[proto]:
                dst["ports"] = groups[proto]
            rule["source"], rule["destination"] = src, dst
            yield rule


def kcnp_protocols(protos):
    if not protos:
        return [("", None)]
    groups = {}
    for p in protos:
        for k in ("tcp", "udp", "sctp"):
            if k in p:
                dp = (p[k] or {}).get("destinationPort")
                if dp is None:
                    groups[k.upper()] = None
                elif groups.get(k.upper(), []) is not None:
                    v = str(dp["number"]) if "number" in dp else "%d:%d" % (dp["range"]["start"], dp["range"]["end"])
                    groups.setdefault(k.upper(), []).append(v)
        if "destinationNamedPort" in p:
            groups.setdefault("", []).append(p["destinationNamedPort"])
    return sorted(groups.items())


def kanp_ports(entries):                                                   # K8-77
    if not entries:
        return [("", None)]
    groups = {}
    for p in entries:
        if "namedPort" in p:
            groups.setdefault("", []).append(p["namedPort"])
        else:
            n = p.get("portNumber") or p["portRange"]
            v = str(n["port"]) if "port" in n else "%d:%d" % (n["start"], n["end"])
            groups.setdefault(n.get("protocol", "TCP"), []).append(v)
    return sorted(groups.items())


def felix_options(sp):                                                    # EV-195
    out = {}
    if sp.get("defaultEndpointToHostAction"):
        out["endpoint_to_host_action"] = sp["defaultEndpointToHostAction"].capitalize()
    for key, option in (("failsafeInboundHostPorts", "failsafe_inbound"),
                        ("failsafeOutboundHostPorts", "failsafe_outbound")):
        if sp.get(key) is not None:
            out[option] = ",".join(
                "%s:%s%d" % (p.get("protocol", "TCP").lower(),
                             "[%s]:" % p["net"] if p.get("net") else "", p["port"]) for p in sp[key])
    return out


def options_at(m, node, opts):
    """The caller's options win over the node's resource, that over the default one (EV-195)."""
    felix = dict(m.felix.get("default", {}), **m.felix.get("node.%s" % node, {}))
    return dict(opts, **{k: v for k, v in felix.items() if k not in opts["set_by_caller"]})


# --------------------------------------------------------------------------
# Flow (EV-1..EV-16)
# --------------------------------------------------------------------------

class Part:
    """One participant: workload, host or external."""

    def __init__(self, kind, ent=None, node=None, ip=None, ips=(), hep=None, iface=None):
        self.kind, self.ent, self.node, self.ip, self.hep, self.iface = kind, ent, node, ip, hep, iface
        self.ips = list(ips)             # its addresses, if the flow does not say which


class Flow:
    def __init__(self, m, d):
        self.m = m
        self.proto = proto_num(d.get("protocol"))
        self.sport, self.dport = d.get("source_port"), d.get("destination_port")
        for p in (self.sport, self.dport):
            if p is not None and not (isinstance(p, int) and 0 <= p <= 65535):
                raise FlowError("bad-port")
        self.icmp = d.get("icmp")
        self.http_known = "http" in d
        self.http = d.get("http")
        if self.http and self.http.get("path") is not None and not self.http["path"].startswith("/"):
            raise FlowError("bad-http-path")                              # EV-95
        self.state = d.get("state", "new")
        self.pre = d.get("pre_dnat") or {}
        sd, dd = d.get("source") or {}, d.get("destination") or {}
        if self.inline(dd) and not self.inline(sd):
            self.dst = self.part(dd)     # EV-10: an owner of its address for the other side, too
            self.src = self.part(sd)
        else:
            self.src = self.part(sd)
            self.dst = self.part(dd)
        self.domains = dd.get("domains") if "domains" in dd else None      # None = unknown (EV-6)
        self.version = self.settle_addresses(sd, dd, d.get("ip_version"))

    @staticmethod
    def inline(d):
        return "labels" in d or "namespace" in d or "profiles" in d

    def part(self, d):
        m = self.m
        ip = addr(d["ip"]) if d.get("ip") else None
        iface = d.get("interface")
        ref = d.get("ref")
        if ref:
            kind, _, rest = ref.partition(":")
            if kind in ("pod", "workloadendpoint"):
                ns, _, nm = rest.partition("/")
                if (ns, nm) in m.finished:
                    raise FlowError("endpoint-finished")
                if (ns, nm) in m.hostpods:
                    node, ips = m.hostpods[(ns, nm)]
                    ips = ips or self.node_ips(node)
                    return Part("host", node=node, ip=ip, ips=ips, iface=iface)
                for e in m.weps:
                    if (e.ns, e.name) == (ns, nm):
                        return Part("workload", e, e.node, ip, [n.network_address for n in e.nets], iface=iface)
            elif kind == "hostendpoint":
                for e in m.heps:
                    if e.name == rest:
                        return Part("host", None, e.node, ip, [n.network_address for n in e.nets], hep=e, iface=iface)
            elif kind == "node":
                if rest in m.nodes or any(h.node == rest for h in m.heps) or any(
                        w.node == rest for w in m.weps if w.name != "<inline>") or any(
                        node == rest for node, _ in m.hostpods.values()):
                    return Part("host", node=rest, ip=ip, ips=self.node_ips(rest), iface=iface)
            elif kind in ("networkset", "globalnetworkset"):
                ns, _, nm = rest.rpartition("/")
                for e in m.netsets:
                    if (e.ns, e.name) == (ns, nm):
                        return Part("external", None, None, ip, [n.network_address for n in e.nets])
            raise FlowError("unknown-ref")
        if self.inline(d):                                                # EV-10
            ns = d.get("namespace", "default")
            labels = dict(d.get("labels") or {})
            labels[L_NS] = ns
            labels[L_ORCH] = "k8s"
            labels[L_SA] = d.get("service_account") or "default"
            profiles = ["kns." + ns, "ksa.%s.%s" % (ns, labels[L_SA])]
            profiles = d.get("profiles", profiles)
            ports = [(p["name"], proto_num(p.get("protocol", "TCP")), p["port"]) for p in d.get("ports") or []]
            e = Ent("wep", "<inline>", ns, labels, profiles, [net(ip)] if ip else [], ports, d.get("node"))
            m.set_labels(e)
            m.weps.append(e)
            return Part("workload", e, d.get("node"), ip, iface=iface)
        if d.get("node"):
            return Part("host", node=d["node"], ip=ip, ips=self.node_ips(d["node"]), iface=iface)
        if ip is not None:                                                # EV-11
            for e in m.weps:
                if any(ip in n for n in e.nets):
                    return Part("workload", e, e.node, ip, iface=iface)
            for e in sorted(m.heps, key=lambda h: h.name):                # EV-169
                if any(ip in n for n in e.nets):
                    return Part("host", None, e.node, ip, iface=iface)
            for nm, ips in m.nodes.items():
                if ip in ips:
                    return Part("host", None, nm, ip, iface=iface)
        return Part("external", None, None, ip, iface=iface)

    def node_ips(self, name):
        """The specification is silent on a node without addresses: those of its host endpoints,
        in an order that is not the documents' (EV-169)."""
        named = sorted((h for h in self.m.heps if h.node == name and h.iface != "*"), key=lambda h: h.name)
        heps = named + wildcard(self.m, name)
        return self.m.nodes.get(name) or [n.network_address for h in heps for n in h.nets]

    def settle_addresses(self, src_doc, dst_doc, wanted):                 # EV-7, EV-14
        """Fix the flow's family, then each side's address. Returns the family."""
        sides = ((self.src, src_doc), (self.dst, dst_doc))
        said = {v for v in [wanted] + [d.get("ip_version") for _, d in sides] if v}
        said |= {p.ip.version for p, _ in sides if p.ip is not None}
        said |= {addr(self.pre["ip"]).version} if self.pre.get("ip") else set()
        if len(said) > 1:
            raise FlowError("mixed-ip-versions")
        lists = [[a.version for a in p.ips] for p, _ in (sides[1], sides[0]) if p.ip is None and p.ips]
        if said:
            family = said.pop()
        elif len(lists) == 2:
            family = next((v for v in lists[0] if v in lists[1]), None)
        else:
            family = lists[0][0] if lists else 4
        for p, _ in sides:
            if p.ip is None and p.ips:
                p.ip = next((a for a in p.ips if a.version == family), None)
                if p.ip is None:
                    raise FlowError("mixed-ip-versions")
        return family


# --------------------------------------------------------------------------
# Rule matching (EV-70..EV-98)
# --------------------------------------------------------------------------

class Leg:
    """The view of one side used for matching: address, port, and the endpoint behind it."""

    def __init__(self, name, part, ip, port):
        self.name, self.part, self.ip, self.port = name, part, ip, port


class Matcher:
    def __init__(self, flow, opts, pre_dnat=False):
        self.f, self.m, self.o = flow, flow.m, opts
        dip, dport, dpart = flow.dst.ip, flow.dport, flow.dst
        if pre_dnat and flow.pre:                                         # EV-8
            dip = addr(flow.pre["ip"]) if flow.pre.get("ip") else dip
            dport = flow.pre.get("port", dport)
            if dip != flow.dst.ip:
                dpart = Part("external", None, None, dip)
        self.legs = {"source": Leg("source", flow.src, flow.src.ip, flow.sport),
                     "destination": Leg("destination", dpart, dip, dport)}

    # whole rule
    def rule(self, r, policy_ns):
        f = self.f
        v = r.get("ipVersion")
        if v is None and isinstance(r.get("protocol"), str):              # EV-73
            v = {"icmp": 4, "icmpv6": 6}.get(r["protocol"].lower())
        checks = []
        if v is not None:                                                 # EV-72
            checks.append(Tri.of(f.version == v))
        if not self.family_ok(r):                                         # EV-78, EV-79
            return Tri(NO)
        if r.get("protocol") is not None:                                 # EV-74
            checks.append(self.proto(r["protocol"]))
        if r.get("notProtocol") is not None:                              # EV-75
            checks.append(tri_not(self.proto(r["notProtocol"])))
        for side in ("source", "destination"):
            if r.get(side):
                checks += self.entity(r[side], self.legs[side], policy_ns, r)
        checks += self.icmp(r)
        checks.append(self.http(r.get("http")))
        return tri_and(checks)

    def proto(self, p):
        if self.f.proto is None:
            return Tri(MAYBE, ["protocol"])
        return Tri.of(self.f.proto == proto_num(p))

    def family_ok(self, r):
        v = self.f.version
        for side in ("source", "destination"):
            e = r.get(side) or {}
            for key, neg in (("nets", False), ("notNets", True)):
                nets = [net(x) for x in e.get(key) or []]
                if not nets:
                    continue
                mine = [n for n in nets if n.version == v]
                if neg and any(n.prefixlen == 0 for n in mine):
                    return False
                if not mine and not (neg and self.o["other_family_not_nets"] == "match"):
                    return False
        return True

    def entity(self, e, leg, policy_ns, r):
        out = []
        if e.get("nets"):                                                 # EV-76
            out.append(self.in_nets(e["nets"], leg))
        if e.get("notNets"):                                              # EV-77
            out.append(tri_not(self.in_nets(e["notNets"], leg)))
        pos, notsel = self.selectors(e, policy_ns)
        if pos is not None and notsel is not None:                        # EV-84
            pos, notsel = ("and", [pos, ("not", notsel)]), None
        domains = e.get("domains") or []
        if pos is not None:                                               # EV-80
            out.append(self.by_owner(pos, leg))
        if notsel is not None:                                            # EV-83
            out.append(tri_not(self.by_owner(notsel, leg)))
        if e.get("ports"):                                                # EV-86..EV-88
            out.append(self.ports(e["ports"], leg, pos, r))
        if e.get("notPorts"):                                             # EV-89
            out.append(tri_not(self.ports(e["notPorts"], leg, pos, r)))
        if e.get("services"):                                             # EV-90, EV-91
            out.append(self.service(e["services"], leg, policy_ns))
        if domains:                                                       # EV-97
            out.append(self.domains(domains))
        return out

    def selectors(self, e, policy_ns):
        key = (id(e), policy_ns)         # rules live as long as the model
        if key not in self.m.kept:
            self.m.kept[key] = self.make_selectors(e, policy_ns)
        return self.m.kept[key]

    def make_selectors(self, e, policy_ns):                               # EV-80..EV-85
        parts, sel_used = [], False
        sa = e.get("serviceAccounts")
        if sa:
            if sa.get("selector"):
                parts.append(sel_prefix(parse_selector(sa["selector"]), "pcsa."))
            if sa.get("names"):
                parts.append(("in", L_SA, list(sa["names"])))
        if "_sel" in e:
            parts.append(e["_sel"])
        elif e.get("selector"):
            parts.append(parse_selector(e["selector"]))
        notsel = parse_selector(e["notSelector"]) if e.get("notSelector") else None
        nstree = None
        if "_nssel" in e:
            nstree = e["_nssel"]
        elif e.get("namespaceSelector"):
            nstree = parse_selector(e["namespaceSelector"])
        sel_used = bool(parts) or notsel is not None or nstree is not None
        if nstree is not None:                                            # EV-81
            t = sel_prefix(nstree, "pcns.")
            t = sel_replace(t, "all", ("has", L_NS))
            parts.insert(0, sel_replace(t, "global", ("not", ("has", L_NS))))
        elif policy_ns and sel_used:                                      # EV-82
            parts.insert(0, ("==", L_NS, policy_ns))
        return (("and", parts) if parts else None), notsel

    def owners(self, leg):
        """Entities known to own the leg's address (EV-18), and whether that list is complete."""
        m = self.m
        if leg.ip is not None:
            return [e for e in m.weps + m.heps + m.netsets if any(leg.ip in n for n in e.nets)], True
        return ([leg.part.ent] if leg.part.ent is not None else []), False

    def by_owner(self, sel, leg):
        known, complete = self.owners(leg)
        if any(sel_eval(sel, e.labels) for e in known):
            return Tri(YES)
        if complete:
            return self.netset_domains(sel, leg)
        # address unknown (EV-15): some other owner may match
        others = self.m.netsets if leg.part.ent is not None else self.m.weps + self.m.heps + self.m.netsets
        if any(e.nets and sel_eval(sel, e.labels) for e in others if e not in known):
            return tri_or([Tri(MAYBE, [leg.name + ".ip"]), self.netset_domains(sel, leg)])
        return self.netset_domains(sel, leg)

    def netset_domains(self, sel, leg):                                   # EV-98
        if leg.name != "destination" or not self.egress_allow:
            return Tri(NO)
        return tri_or([self.domains(e.domains) for e in self.m.netsets
                       if e.domains and sel_eval(sel, e.labels)])

    egress_allow = False

    def in_nets(self, nets, leg):
        mine = [net(n) for n in nets if net(n).version == self.f.version]
        if leg.ip is None:
            if any(n.prefixlen == 0 for n in mine):
                return Tri(YES)
            return Tri(MAYBE, [leg.name + ".ip"]) if mine else Tri(NO)
        return Tri.of(any(leg.ip in n for n in mine))

    def ports(self, ports, leg, pos, r):
        f = self.f
        if f.proto is not None and f.proto not in WITH_PORTS:              # EV-86
            return Tri(NO)
        res = []
        for p in ports:
            s = str(p)
            if s.isdigit() or re.fullmatch(r"\d+:\d+", s):
                lo, _, hi = s.partition(":")
                lo, hi = int(lo), int(hi or lo)
                if leg.port is None:
                    res.append(Tri(MAYBE, [leg.name + "_port"]))
                else:
                    res.append(Tri.of(lo <= leg.port <= hi))
            else:
                res.append(self.named_port(s, leg, pos, r))
        has_ports = Tri(YES) if f.proto is not None else Tri(MAYBE, ["protocol"])
        return tri_and([has_ports, tri_or(res)])                          # EV-152

    def named_port(self, name, leg, pos, r):                              # EV-87
        want = None                      # any
        if r.get("protocol") is not None:
            want = proto_num(r["protocol"])
        known, complete = self.owners(leg)
        deps, hit = set(), NO
        for e in known:
            if pos is not None and not sel_eval(pos, e.labels):
                continue
            for (n, proto, port) in e.ports:
                if n != name or (want is not None and proto != want):
                    continue
                t = tri_and([
                    Tri(MAYBE, ["protocol"]) if self.f.proto is None else Tri.of(self.f.proto == proto),
                    Tri(MAYBE, [leg.name + "_port"]) if leg.port is None else Tri.of(leg.port == port)])
                if t.v == YES:
                    return Tri(YES)
                if t.v == MAYBE:
                    hit = MAYBE
                    deps |= t.deps
        if hit == NO and not complete and leg.part.ent is None and any(
                n == name for e in self.m.weps + self.m.heps for (n, _, _) in e.ports):
            return Tri(MAYBE, [leg.name + ".ip"])
        return Tri(hit, deps)

    def service(self, s, leg, policy_ns):
        ns = s.get("namespace") or policy_ns                              # EV-90
        members = [d for (key, d) in self.m.slices if key == (ns, s["name"])]
        pairs = [(ep, d.get("ports") or []) for d in members for ep in d.get("endpoints") or []]
        if leg.ip is None:
            if leg.part.kind == "workload" and leg.part.ent is not None and not pairs:
                return Tri(NO)
            return Tri(MAYBE, [leg.name + ".ip"]) if pairs else Tri(NO)
        res = []
        for ep, ports in pairs:
            hit = False
            for a in ep.get("addresses") or []:
                try:
                    hit = hit or addr(a) == leg.ip
                except ValueError:
                    pass
            if not hit:
                continue
            if leg.name == "source":                                      # EV-91: ports ignored
                return Tri(YES)
            for p in ports:
                if p.get("port") is None:
                    continue
                proto = proto_num(p.get("protocol", "TCP"))
                res.append(tri_and([
                    Tri(MAYBE, ["protocol"]) if self.f.proto is None else Tri.of(self.f.proto == proto),
                    Tri(MAYBE, [leg.name + "_port"]) if leg.port is None else Tri.of(leg.port == p["port"])]))
        return tri_or(res)

    def icmp(self, r):                                                    # EV-92, EV-93
        out = []
        for key, neg in (("icmp", False), ("notICMP", True)):
            c = r.get(key)
            if not c:
                continue
            proto = Tri(MAYBE, ["protocol"]) if self.f.proto is None else Tri.of(self.f.proto in (1, 58))
            same = [self.icmp_field(c, "type"), self.icmp_field(c, "code")]
            if neg and self.o["not_icmp_type_code"] == "both-differ" and c.get("code") is not None:
                t = tri_or(same)
            else:
                t = tri_and(same)                                         # EV-152
            t = tri_and([proto, t])
            out.append(tri_not(t) if neg else t)
        return out

    def icmp_field(self, c, name):
        got = (self.f.icmp or {}).get(name)
        if c.get(name) is None:
            return Tri(YES)
        return Tri(MAYBE, ["icmp"]) if got is None else Tri.of(got == c[name])

    def http(self, h):                                                    # EV-94..EV-96
        if not h or self.o["http"] == "ignore":
            return Tri(YES)
        f = self.f
        methods, paths = h.get("methods") or [], h.get("paths") or []
        if not methods and not paths:
            return Tri(YES)
        if f.http_known and f.http is None:
            return Tri(YES)
        http = f.http or {}
        out = []
        if methods and "*" not in methods:
            out.append(Tri(MAYBE, ["http.method"]) if http.get("method") is None
                       else Tri.of(http["method"] in methods))
        if paths:
            out.append(Tri(MAYBE, ["http.path"]) if http.get("path") is None
                       else Tri.of(match_paths(paths, http["path"])))
        # Where no HTTP is possible the L4 answer stands (EV-96).
        not_tcp = Tri(MAYBE, ["protocol"]) if f.proto is None else Tri.of(f.proto != 6)
        return tri_and([tri_or([t, not_tcp]) for t in out])

    def domains(self, pats):                                              # EV-97
        f = self.f
        if f.domains is None:
            if f.dst.kind != "external":
                return Tri(NO)
            return Tri(MAYBE, ["destination.domains"])
        return Tri.of(any(domain_match(p, d) for p in pats for d in f.domains))


def domain_match(pat, name):
    pat, name = pat.lower().rstrip("."), name.lower().rstrip(".")
    if "*" not in pat:
        return pat == name
    rx = "".join(r"[^.]+(?:\.[^.]+)*" if c == "*" else re.escape(c) for c in re.split(r"(\*)", pat))
    return re.fullmatch(rx, name) is not None


def normalize_path(p):                                                    # EV-95
    p = re.split(r"[?#]", p, maxsplit=1)[0]
    out, i = bytearray(), 0
    raw = p.encode()
    while i < len(raw):
        if raw[i:i + 1] == b"%":
            h = raw[i + 1:i + 3]
            if len(h) != 2 or not re.fullmatch(rb"[0-9a-fA-F]{2}", h):
                return None
            out.append(int(h, 16))
            i += 3
        else:
            out.append(raw[i])
            i += 1
    s = out.decode("latin-1")
    if re.search(r"%(2e|2f|5c)", s, re.I) or "\0" in s:
        return None
    s = s.replace("\\", "/")
    if not s.startswith("/"):
        return None
    stack = []
    for seg in s.split("/"):
        seg = seg.split(";", 1)[0]
        if seg in ("", "."):
            continue
        if seg == "..":
            if stack:
                stack.pop()
            continue
        stack.append(seg)
    return "/" + "/".join(stack)


def match_paths(paths, got):
    g = normalize_path(got)
    if g is None:
        return False
    for p in paths:
        want = normalize_path(p.get("exact") or p.get("prefix") or "")
        if want is None:
            continue
        if p.get("exact"):
            if g == want:
                return True
        elif want == "/" or g == want or g.startswith(want + "/"):
            return True
    return False


# --------------------------------------------------------------------------
# Walking tiers and profiles (EV-60..EV-69, EV-110..EV-115)
# --------------------------------------------------------------------------

class Hit:
    def __init__(self, tier, policy, action, index, flidx=None):
        self.tier, self.policy, self.action, self.index = tier, policy, action, index
        self.flidx = index if flidx is None else flidx

    def short(self):
        return {"action": self.action, "tier": self.tier, "policy": self.policy, "rule_index": self.index}


class Walk:
    """Outcomes of one stage: list of (action, hit) that may decide it, plus what they depend on."""

    def __init__(self):
        self.outcomes, self.deps, self.trace, self.logs = [], set(), [], []
        self.reason = None

    def add(self, action, hit):
        self.outcomes.append((action, hit))

    def actions(self):
        return {a for a, _ in self.outcomes}


def policies_for(m, ent, set_name):
    """EV-34..EV-36: the policies of one set that select this endpoint."""
    key = (ent, set_name)
    if key not in m.kept:
        m.kept[key] = list(find_policies(m, ent, set_name))
    return m.kept[key]


def find_policies(m, ent, set_name):
    for tier, default, pols in m.sorted_tiers():
        sel = []
        for p in pols:
            if not sel_eval(p.sel, ent.labels):
                continue
            if "doNotTrack" in p.flags:
                in_set = set_name == "untracked"
            elif "preDNAT" in p.flags:
                in_set = set_name == "prednat"
            else:
                in_set = set_name == "normal" or (set_name == "forward" and "applyOnForward" in p.flags)
            if in_set:
                sel.append(p)
        if sel:
            yield tier, default, sel


def has_set(m, ent, set_name, opts):                                      # EV-40, EV-180
    return any(opts["scope"] == "pending" or p.kind not in STAGED
               for _, _, pols in policies_for(m, ent, set_name) for p in pols)


def walk(m, matcher, ent, direction, set_name, opts):
    w = Walk()
    alive = True                     # may the flow still be undecided?
    certain = True                   # ... and is it certainly undecided?
    scope_pending = opts["scope"] == "pending"
    any_policy = False
    for tier, default, pols in policies_for(m, ent, set_name):
        gov = [p for p in pols if direction.capitalize() in p.types
               and not (set_name == "prednat" and direction == "egress")]
        gov = [p for p in gov if scope_pending or p.kind not in STAGED]   # EV-67, EV-180
        if not gov:                                                       # EV-60
            continue
        any_policy = True
        passed = False
        in_tier = True
        for p in gov:
            rules = p.ingress if direction == "ingress" else p.egress
            for i, r in enumerate(rules):
                act = r["action"].lower()
                matcher.egress_allow = direction == "egress" and act == "allow"
                t = matcher.rule(r, p.ns)
                if t.v == NO:
                    continue
                if t.v == MAYBE:
                    w.deps |= t.deps
                if act == "log":                                          # EV-63
                    w.logs.append("%s|%d%s" % (p.label(), i, "" if t.v == YES else "?"))
                    continue
                hit = Hit(tier, p.label(), act, i)
                if act == "pass":                                         # EV-62
                    passed = True
                    w.trace.append((hit, certain and t.v == YES))
                else:                                                     # EV-61
                    w.add(act, hit)
                    w.trace.append((hit, certain and t.v == YES))
                if t.v == YES:
                    in_tier = False
                    break
                certain = False
            if not in_tier:
                break
        if in_tier:                                                       # EV-64
            act = "pass" if default == "Pass" else "deny"
            if set_name in ("untracked", "prednat"):                       # EV-68
                act = "pass"
            who = gov[0] if opts["default_hit"] == "first" else gov[-1]   # EV-165
            hit = Hit(tier, who.label(), act, -1)
            if set_name not in ("untracked", "prednat"):
                w.trace.append((hit, certain))
            if act == "pass":
                passed = True
            else:
                w.add("deny", hit)
        if not passed:
            alive = False
            break
    if alive:                                                             # EV-65
        if set_name == "normal":
            walk_profiles(m, matcher, ent, direction, w, certain, opts)
        elif set_name == "forward":                                       # EV-69
            w.add("allow", None)
            w.reason = "forward-pass" if any_policy else "no-forward-policy"
        else:
            w.add("none", None)
    return w


def walk_profiles(m, matcher, ent, direction, w, certain, opts):
    for name in ent.profiles:
        passed = False                   # perhaps, by a Pass that may match (EV-151)
        prof = m.profiles.get(name)
        if prof is None:                                                  # EV-112
            rules = [{"action": "Deny"}]
        else:
            rules = prof[0] if direction == "ingress" else prof[1]
        for i, r in enumerate(rules):
            act = r["action"].lower()
            matcher.egress_allow = direction == "egress" and act == "allow"
            t = matcher.rule(r, "")
            if t.v == NO:
                continue
            if t.v == MAYBE:
                w.deps |= t.deps
            if act == "log":                                              # EV-115
                w.logs.append("pro:%s|%d%s" % (name, i, "" if t.v == YES else "?"))
                continue
            if act == "pass":                                             # EV-111
                if opts["profile_pass"] == "next-profile":
                    if t.v == YES:
                        break
                    passed, certain = True, False
                    continue
                act = "deny"
            hit = Hit("__PROFILE__", "pro:" + name, act, i)
            w.add(act, hit)
            w.trace.append((hit, certain and t.v == YES))
            if t.v == YES and passed:
                break
            if t.v == YES:
                return
            certain = False
    hit = Hit("__PROFILE__", "pro:__NO_MATCH__", "deny", -1, 0)           # EV-113
    w.add("deny", hit)
    w.trace.append((hit, certain))


# --------------------------------------------------------------------------
# Stages (EV-40..EV-53, EV-120..EV-129)
# --------------------------------------------------------------------------

def hep_candidates(m, part, local):                                       # EV-120
    if part.hep is not None:
        return [part.hep]
    if part.node is None:
        return []
    named = sorted((h for h in m.heps if h.node == part.node and h.iface != "*"), key=lambda h: h.name)
    by_ip = [h for h in named if not h.iface and part.ip is not None and any(part.ip in n for n in h.nets)]
    if part.iface:
        hits = [h for h in named if h.iface == part.iface] + (by_ip if local else [])
        return sorted(hits, key=lambda h: h.name)[:1] or wildcard(m, part.node)
    if local and part.ip is not None:
        hits = [h for h in named if any(part.ip in n for n in h.nets)]
        if hits:
            return hits[:1]
    return named + wildcard(m, part.node)


def wildcard(m, node):
    return sorted((h for h in m.heps if h.node == node and h.iface == "*"), key=lambda h: h.name)[:1]


def failsafe(flow, opts, direction, dport, replies=False):                # EV-125
    """Three-valued: may the failsafe ports let this flow through?"""
    def known(value, want, name):
        return Tri(MAYBE, [name]) if value is None else Tri.of(value == want)

    def listed(key, port, port_name, peer, peer_name):
        out = []
        text = opts[key]
        for item in ([] if not text or text == "none" else text.split(",")):
            proto, _, rest = item.strip().partition(":")
            cidr, want = rest.rsplit(":", 1) if ":" in rest else ("", rest)
            t = [known(flow.proto, PROTO[proto], "protocol"), known(port, int(want), port_name)]
            if cidr:
                n = net(cidr.strip("[]"))
                if n.version != flow.version:
                    t.append(Tri(NO))
                elif peer is None:
                    t.append(Tri(YES) if n.prefixlen == 0 else Tri(MAYBE, [peer_name]))
                else:
                    t.append(Tri.of(peer in n))
            out.append(tri_and(t))
        return tri_or(out)
    keys = ("failsafe_inbound", "failsafe_outbound")
    mine, other = keys if direction == "ingress" else keys[::-1]
    peer, peer_name = (flow.src.ip, "source.ip") if direction == "ingress" else (flow.dst.ip, "destination.ip")
    hits = [listed(mine, dport, "destination_port", peer, peer_name)]
    if replies:
        hits.append(listed(other, flow.sport, "source_port", peer, peer_name))
    return tri_or(hits)


def unless_failsafe(fs, action, make_walk):
    """The walk, with the failsafe's answer mixed in when that is unknown."""
    if fs.v == YES:
        return fixed(action, "failsafe")
    w = make_walk()
    if fs.v == MAYBE:
        w.add(action, None)
        w.deps |= fs.deps
        w.trace = [(h, False) for h, _ in w.trace]
    return w


class Stage:
    def __init__(self, name, endpoint, direction, walk_, main=None):
        self.name, self.endpoint, self.direction, self.walk, self.main = name, endpoint, direction, walk_, main


def fixed(action, reason):
    w = Walk()
    w.add(action, None)
    w.reason = reason
    return w


def hep_stages(m, f, opts, cands, direction, local):
    """Host endpoint stages for one node boundary. local: traffic of the host itself (not forwarded)."""
    out = []
    if not cands:
        return out                                                        # EV-128
    merged = []
    all_opts = opts
    for h in cands:
        opts = options_at(m, h.node, all_opts)
        stages, early, deps = [], {"none"}, set()
        pre_port = f.pre.get("port", f.dport)
        if h.iface != "*" and (local or direction == "ingress") and has_set(m, h, "untracked", opts):  # EV-121
            w = unless_failsafe(failsafe(f, opts, direction, pre_port, True), "none",
                                lambda: walk(m, Matcher(f, opts, True), h, direction, "untracked", opts))
            stages.append(Stage("untracked-" + direction, h, direction, w))
            early, deps = w.actions(), w.deps
        if "none" in early and direction == "ingress" and has_set(m, h, "prednat", opts):    # EV-122
            w = unless_failsafe(failsafe(f, opts, direction, pre_port), "none",
                                lambda: walk(m, Matcher(f, opts, True), h, direction, "prednat", opts))
            stages.append(Stage("prednat-ingress", h, direction, w))
            early, deps = (early - {"none"}) | w.actions(), deps | w.deps
        name = ("host-" if local else "forward-") + direction
        if early == {"allow"}:                                            # EV-126
            w = fixed("allow", "accepted-early")
        elif local:                                                       # EV-123
            w = unless_failsafe(failsafe(f, opts, direction, f.dport), "allow",
                                lambda: walk(m, Matcher(f, opts), h, direction, "normal", opts))
        else:                                                             # EV-124
            w = walk(m, Matcher(f, opts), h, direction, "forward", opts)
        if "allow" in early and early != {"allow"}:
            w.add("allow", None)
            w.deps |= deps
        stages.append(Stage(name, h, direction, w, main=direction if local else None))
        merged.append(stages)
    if len(merged) == 1:
        return merged[0]
    # several host endpoints could govern the unnamed interface (EV-120)
    end = "destination" if direction == "ingress" else "source"
    for name in ("untracked-" + direction, "prednat-ingress", ("host-" if local else "forward-") + direction):
        found = [[s for s in st if s.name == name] for st in merged]
        if not any(found):
            continue
        w, actions, reasons = Walk(), set(), set()
        for per_hep in found:
            one = per_hep[0].walk if per_hep else fixed("none", None)
            w.outcomes += one.outcomes
            w.deps |= one.deps
            w.trace += [(h, False) for h, _ in one.trace]
            actions.add(frozenset(one.actions()))
            w.logs += one.logs
            reasons.add(one.reason)
        if len(reasons) == 1:
            w.reason = reasons.pop()
        if len(actions) > 1:
            w.deps.add(end + ".interface")
        first = next(p[0] for p in found if p)
        out.append(Stage(name, first.endpoint, direction, w, first.main))
    return out


def neighbour(f):                                                         # EV-129
    if f.version != 6:
        return Tri(NO)
    kind = (f.icmp or {}).get("type")
    return tri_and([
        Tri(MAYBE, ["protocol"]) if f.proto is None else Tri.of(f.proto == 58),
        Tri(MAYBE, ["icmp"]) if kind is None else Tri.of(kind in (130, 131, 132, 133, 135, 136))])


def build_stages(m, f, opts):
    S, D = f.src, f.dst
    st = []
    wl = lambda part, d: Stage("workload-" + d, part.ent, d,
                               walk(m, Matcher(f, opts), part.ent, d, "normal", opts), main=d)
    same = S.node is not None and S.node == D.node
    if S.kind == "workload" and D.kind == "workload" and S.ent is D.ent and not f.pre:    # EV-16
        return [Stage("same-endpoint", S.ent, None, fixed("allow", "same-endpoint"))]
    if S.kind == "workload":
        wc = wildcard(m, S.node) if S.node else []
        pre_done = pre_maybe = False
        if wc and has_set(m, wc[0], "prednat", opts):                       # EV-127
            pw = walk(m, Matcher(f, opts, True), wc[0], "ingress", "prednat", opts)
            st.append(Stage("prednat-ingress", wc[0], "ingress", pw))
            pre_done, pre_maybe = pw.actions() == {"allow"}, "allow" in pw.actions()
        if D.kind == "host" and same:                                     # EV-42
            nd = neighbour(f)
            if nd.v == YES:
                return st + [Stage("to-host", S.ent, "egress", fixed("allow", "icmpv6-neighbour"))]
            act = options_at(m, S.node, opts)["endpoint_to_host_action"]  # EV-129
            last = [wl(S, "egress"), Stage("to-host", S.ent, None, fixed(
                "deny" if act == "Drop" else "allow", "endpoint-to-host-" + act.lower()))]
            for s in last if nd.v == MAYBE else []:
                s.walk.add("allow", None)
                s.walk.deps |= nd.deps
            return st + last
        if wc:
            w = fixed("allow", "accepted-early") if pre_done else \
                walk(m, Matcher(f, opts), wc[0], "ingress", "forward", opts)
            if pre_maybe and not pre_done:
                w.add("allow", None)
                w.deps |= pw.deps
            st.append(Stage("forward-ingress", wc[0], "ingress", w))
        st.append(wl(S, "egress"))
        if D.kind == "workload" and same:                                 # EV-41
            st.append(wl(D, "ingress"))
            if wc:
                st.append(Stage("forward-egress", wc[0], "egress",
                                walk(m, Matcher(f, opts), wc[0], "egress", "forward", opts)))
            return st
        st += hep_stages(m, f, opts, hep_candidates(m, S, False), "egress", False)
    elif S.kind == "host":
        if same and D.kind == "workload":                                 # EV-44
            return [Stage("host-to-workload", None, None, fixed("allow", "host-to-own-workload"))]
        if same and D.kind == "host":                                     # EV-46
            return [Stage("loopback", None, None, fixed("allow", "loopback"))]
        st += hep_stages(m, f, opts, hep_candidates(m, S, True), "egress", True)        # EV-45
    if D.kind == "workload":                                              # EV-47
        st += hep_stages(m, f, opts, hep_candidates(m, D, False), "ingress", False)
        st.append(wl(D, "ingress"))
        wc = wildcard(m, D.node) if D.node else []
        if wc:
            st.append(Stage("forward-egress", wc[0], "egress",
                            walk(m, Matcher(f, opts), wc[0], "egress", "forward", opts)))
    elif D.kind == "host":                                                # EV-48
        st += hep_stages(m, f, opts, hep_candidates(m, D, True), "ingress", True)
    return st


# --------------------------------------------------------------------------
# Result (EV-51, EV-160..EV-170)
# --------------------------------------------------------------------------

def summarize(w):
    acts = w.actions()
    if len(acts) == 1:
        act = acts.pop()
        hits = [h for _, h in w.outcomes]
        out = {"action": act, "tier": None, "policy": None, "rule_index": None}
        if hits[0] is not None and len({(h.tier, h.policy, h.index) for h in hits if h}) == 1:
            out = hits[0].short()
            out["action"] = act
        if w.reason:
            out["reason"] = w.reason
        return out
    return {"action": "unknown", "tier": None, "policy": None, "rule_index": None,
            "depends_on": sorted(w.deps), "possible": sorted(acts)}


def flow_log(w):                                                          # EV-163
    return ["%d|%s|%s|%s|%d" % (i, h.tier, h.policy, h.action, h.flidx)
            for i, (h, _) in enumerate(w.trace)]


GOLDMANE = {
    "np": "CalicoNetworkPolicy", "gnp": "GlobalNetworkPolicy", "snp": "StagedNetworkPolicy",
    "sgnp": "StagedGlobalNetworkPolicy", "sknp": "StagedKubernetesNetworkPolicy",
    "knp": "NetworkPolicy", "kcnp": "ClusterNetworkPolicy", "pro": "Profile",
    "kanp": "AdminNetworkPolicy", "kbanp": "BaselineAdminNetworkPolicy",
}


def structured(number, hit, certain):                                     # EV-164
    short, _, full = hit.policy.partition(":")
    ns, _, name = full.rpartition("/")
    tier = "" if hit.tier == "__PROFILE__" else hit.tier
    named = {"kind": GOLDMANE[short], "namespace": ns, "name": name, "tier": tier}
    out = dict(named, action=hit.action, policy_index=number, rule_index=hit.index)
    if hit.index == -1:
        out.update(kind="EndOfTier", namespace="", name="")
        if tier:
            out["trigger"] = named
    if not certain:
        out["certain"] = False
    return out


def evaluate(resources, flow_doc, options=None):
    return ask(Model(resources, options=options), flow_doc, options)


def ask(m, flow_doc, options=None):
    """The result for one flow; the model is as before afterwards."""
    opts = dict(DEFAULT_OPTIONS)
    opts.update(options or {})
    opts["set_by_caller"] = set(options or {})
    count = len(m.weps)
    try:
        return evaluate_flow(m, Flow(m, flow_doc), opts)
    except FlowError as e:
        return {"error": str(e)}
    finally:
        del m.weps[count:]               # inline workloads


def evaluate_flow(m, f, opts):
    res = {"verdict": None, "egress": None, "ingress": None, "stages": []}
    if f.state == "invalid":                                              # EV-50
        return dict(res, verdict="deny", reason="conntrack-invalid")
    stages = build_stages(m, f, opts)
    if f.state in ("established", "related"):
        stages = [s for s in stages if s.name.startswith("untracked") and "deny" in s.walk.actions()]
        if not stages:
            return dict(res, verdict="allow", reason="conntrack-" + f.state)
    if not stages:                                                        # EV-49
        return dict(res, verdict="allow", reason="no-endpoint")
    deny = unknown = False
    deps, decided = set(), None
    for s in stages:
        d = summarize(s.walk)
        d["stage"] = s.name
        d["endpoint"] = s.endpoint.name if s.endpoint is not None else None
        definite = len(s.walk.actions()) == 1
        if definite and all(c for _, c in s.walk.trace) and not s.name.startswith("untracked"):
            d["flow_log"] = flow_log(s.walk)
        if s.walk.logs:
            d["logs"] = s.walk.logs
        d["structured"] = [structured(i, h, c) for i, (h, c) in enumerate(s.walk.trace)]
        res["stages"].append(d)
        if s.main:
            res[s.main] = d
        acts = s.walk.actions() - {"none"}
        if acts == {"deny"} and "none" not in s.walk.actions():
            deny = True
            decided = decided or s.name
        elif "deny" in acts:
            unknown = True
            deps |= s.walk.deps
    res["verdict"] = "deny" if deny else "unknown" if unknown else "allow"
    if res["verdict"] == "unknown":
        res["depends_on"] = sorted(deps)
    if decided:
        res["decided_by"] = decided
    if len(stages) == 1 and stages[0].walk.reason and not stages[0].main:
        res["reason"] = stages[0].walk.reason
    return res


# --------------------------------------------------------------------------
# Vector runner
# --------------------------------------------------------------------------

def diff(path, want, got, out):
    if isinstance(want, dict):
        if not isinstance(got, dict):
            out.append("%s: want %r got %r" % (path, want, got))
            return
        for k, v in want.items():
            diff(path + "." + k, v, got.get(k), out)
    elif want != got:
        out.append("%s: want %r got %r" % (path, want, got))


def check(v):
    got = evaluate(v["resources"], v["flow"], v.get("options"))
    out = []
    for k, want in v["expect"].items():
        if k == "stages":
            for name, w in want.items():
                found = [s for s in got.get("stages", []) if s["stage"] == name]
                diff("stages." + name, w, found[0] if found else None, out)
        elif k == "pending":
            opts = dict(v.get("options") or {}, scope="pending", default_hit="first")
            diff("pending", want, evaluate(v["resources"], v["flow"], opts), out)
        else:
            diff(k, want, got.get(k), out)
    return got, out


def main(argv):
    vectors = json.load(open(argv[1]))
    ids = [v["id"] for v in vectors]
    assert len(ids) == len(set(ids)), "duplicate ids"
    bad = 0
    for v in vectors:
        if len(argv) > 2 and v["id"] not in argv[2:]:
            continue
        list(yaml.safe_load_all(v["resources"]))
        got, out = check(v)
        if out:
            bad += 1
            print("FAIL", v["id"], v["rule"])
            for line in out:
                print("     ", line)
        if len(argv) > 2:
            print(json.dumps(got, indent=1))
    print("%d vectors, %d differences" % (len(vectors), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
