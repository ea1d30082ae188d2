#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Naive reference evaluator for the Kubernetes policy kinds (upstream semantics).

Scope: networking.k8s.io/v1 NetworkPolicy, policy.networking.k8s.io/v1alpha1
AdminNetworkPolicy and BaselineAdminNetworkPolicy, and v1alpha2
ClusterNetworkPolicy, evaluated on one described flow.

It is written from what the upstream documentation says and works on the
Kubernetes objects as they are: there is no translation into Calico tiers,
orders or selectors here.  That makes it a check on the vectors which is
independent of the conversion that the C library implements.  It favours being
easy to read over everything else and reports sets of candidate policies where
upstream leaves the choice open.

Use:
    k8s_ref.py check VECTORS.json [...]     compare every vector with this model
    k8s_ref.py eval RESOURCES.yaml FLOW.json
    k8s_ref.py validate RESOURCES.yaml      list what an API server would reject

Needs only python3 and python3-yaml.
"""

import copy
import ipaddress
import json
import re
import sys

import yaml

# --------------------------------------------------------------------------
# Loading
# --------------------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """SafeLoader that keeps timestamps as text (no policy field is a date)."""


_Loader.yaml_implicit_resolvers = {
    k: [(t, r) for t, r in v if t != "tag:yaml.org,2002:timestamp"]
    for k, v in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

POLICY_KINDS = {
    ("networking.k8s.io", "NetworkPolicy"),
    ("extensions", "NetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
}
WORKLOADS = {
    "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet",
    "ReplicationController", "Job", "CronJob",
}
CLUSTER_SCOPED = {
    "Namespace", "Node", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy",
    "ClusterNetworkPolicy",
}
NAME_LABEL = "kubernetes.io/metadata.name"


def group_of(api_version):
    return api_version.rsplit("/", 1)[0] if "/" in (api_version or "") else ""


def flatten(doc):
    """Yield the single objects in a document, opening List kinds."""
    if not isinstance(doc, dict):
        return
    kind = doc.get("kind") or ""
    if kind.endswith("List") and isinstance(doc.get("items"), list):
        for item in doc["items"]:
            if not isinstance(item, dict):
                continue
            item = dict(item)
            if kind != "List":
                item.setdefault("kind", kind[:-len("List")])
                item.setdefault("apiVersion", doc.get("apiVersion"))
            yield from flatten(item)
        return
    yield doc


class World:
    """All the objects of one input, after defaulting."""

    def __init__(self):
        self.objects = {}      # (kind, ns, name, group) -> object, last one wins
        self.namespaces = {}   # name -> labels
        self.pods = {}         # "ns/name" -> Pod
        self.nodes = {}        # name -> {"labels":…, "addresses":[…]}
        self.services = {}     # "ns/name" -> object
        self.endpoints = {}    # "ns/name" -> object
        self.slices = {}       # "ns/service" -> [object]
        self.nps = []
        self.anps = []
        self.banps = []
        self.cnps = []


class Pod:
    def __init__(self, ns, name, spec, labels, status=None, synthetic=None, annotations=None):
        self.ns, self.name, self.labels = ns, name, texts(labels)
        self.id = ns + "/" + name
        self.synthetic = synthetic
        status = status or {}
        self.host_network = bool(spec.get("hostNetwork"))
        self.node = spec.get("nodeName")
        self.sa = spec.get("serviceAccountName") or spec.get("serviceAccount") or "default"
        self.phase = status.get("phase") or "Running"
        self.ips = [x["ip"] for x in status.get("podIPs") or [] if x.get("ip")]
        if not self.ips and status.get("podIP"):
            self.ips = [status["podIP"]]
        for key in ("cni.projectcalico.org/podIPs", "cni.projectcalico.org/podIP", "vpc.amazonaws.com/pod-ips"):
            if not self.ips and (annotations or {}).get(key):
                self.ips = [i.strip().split("/")[0] for i in annotations[key].split(",")]
        self.host_ips = [x["ip"] for x in status.get("hostIPs") or [] if x.get("ip")]
        if not self.host_ips and status.get("hostIP"):
            self.host_ips = [status["hostIP"]]
        self.ready = True
        for c in status.get("conditions") or []:
            if c.get("type") == "Ready":
                self.ready = str(c.get("status")) == "True"
        self.ports = []         # (name, proto, number, hostPort) any container
        self.svc_ports = []     # what a Service's named targetPort looks at
        for c in spec.get("containers") or []:
            self.ports += _ports(c)
            self.svc_ports += _ports(c)
        for c in spec.get("initContainers") or []:
            self.ports += _ports(c)
            if c.get("restartPolicy") == "Always":
                self.svc_ports += _ports(c)

    @property
    def finished(self):
        return self.phase in ("Succeeded", "Failed", "Completed")


def _ports(container):
    return [(p.get("name") or "", p.get("protocol") or "TCP",
             p.get("containerPort"), p.get("hostPort"))
            for p in container.get("ports") or []]


def load_docs(text):
    return [o for d in yaml.load_all(text, Loader=_Loader) for o in flatten(d)]


def load(text, lenient=False):
    return load_objects(load_docs(text), lenient)


def load_objects(objects, lenient=False):
    w = World()
    for o in objects:
        kind = o.get("kind")
        if lenient and (group_of(o.get("apiVersion")), kind) in POLICY_KINDS:
            mark_bad_rules(o)
        meta = o.setdefault("metadata", {}) or {}
        o["metadata"] = meta
        name = meta.get("name") or ""
        if kind not in CLUSTER_SCOPED:
            meta["namespace"] = meta.get("namespace") or "default"
        else:
            meta.pop("namespace", None)
        w.objects[(kind, meta.get("namespace", ""), name, group_of(o.get("apiVersion")))] = o

    for (kind, ns, name, group), o in w.objects.items():
        spec = o.get("spec") or {}
        meta = o["metadata"]
        if kind == "Namespace":
            w.namespaces[name] = texts(meta.get("labels"))
        elif kind == "Pod":
            anns = meta.get("annotations") or {}
            p = Pod(ns, name, spec, meta.get("labels"), o.get("status"), annotations=anns)
            p.gone = "deletionTimestamp" in meta and "" in (
                anns.get("cni.projectcalico.org/podIP"), anns.get("vpc.amazonaws.com/pod-ips"))
            p.owners = meta.get("ownerReferences") or []
            p.deleting = "deletionTimestamp" in meta
            w.pods[p.id] = p
        elif kind == "Node":
            addrs = [a["address"] for a in (o.get("status") or {}).get("addresses") or []
                     if a.get("type") in ("InternalIP", "ExternalIP")]
            w.nodes[name] = {"labels": texts(meta.get("labels")), "addresses": addrs}
        elif kind == "Service":
            w.services[ns + "/" + name] = o
        elif kind == "Endpoints":
            w.endpoints[ns + "/" + name] = o
        elif kind == "EndpointSlice":
            svc = (meta.get("labels") or {}).get("kubernetes.io/service-name")
            if svc:
                w.slices.setdefault(ns + "/" + svc, []).append(o)
        elif kind == "NetworkPolicy" and group in ("networking.k8s.io", "extensions"):
            w.nps.append(default_np(o))
        elif kind == "AdminNetworkPolicy":
            w.anps.append(o)
        elif kind == "BaselineAdminNetworkPolicy":
            w.banps.append(o)
        elif kind == "ClusterNetworkPolicy":
            w.cnps.append(o)

    synthesise(w)
    for o in w.objects.values():
        ns = o["metadata"].get("namespace")
        if ns:
            w.namespaces.setdefault(ns, {})
    for ns, labels in w.namespaces.items():
        labels[NAME_LABEL] = ns
    return w


def mark_bad_rules(o):
    """Lenient load: note which rules have problems inside them."""
    for code, path in problems(o):
        m = re.match(r"spec\.(ingress|egress)\[(\d+)\]", path)
        if m and not (code == "port-name" and quoted_number(o, path)):
            o["spec"][m.group(1)][int(m.group(2))]["_bad"] = True


def quoted_number(o, path):
    m = re.match(r"spec\.(\w+)\[(\d+)\]\.ports\[(\d+)\]\.port", path)
    return bool(m) and str(o["spec"][m.group(1)][int(m.group(2))]["ports"][int(m.group(3))]["port"]).isdigit()


def default_np(o):
    """What the API server fills in before anything else sees the object."""
    o = copy.deepcopy(o)
    spec = o.setdefault("spec", {}) or {}
    o["spec"] = spec
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress"] + (["Egress"] if spec.get("egress") else [])
    for rule in (spec.get("ingress") or []) + (spec.get("egress") or []):
        for p in (rule or {}).get("ports") or []:
            p.setdefault("protocol", "TCP")
            if p["protocol"] is None:
                p["protocol"] = "TCP"
    return o


def synthesise(w):
    """Pods that stand for workload templates without live pods."""
    by_owner = set()
    for p in w.pods.values():
        for ref in p.owners:
            if ref.get("controller"):
                by_owner.add((p.ns, ref.get("kind"), ref.get("name")))
                h = p.labels.get("pod-template-hash")
                if ref.get("kind") == "ReplicaSet" and h and ref["name"].endswith("-" + h):
                    by_owner.add((p.ns, "Deployment", ref["name"][:-len(h) - 1]))
    # Ownership is transitive: a ReplicaSet or Job with live pods covers the
    # Deployment or CronJob that controls it, whichever is in the input.
    for (kind, ns, name, _), o in w.objects.items():
        if kind in WORKLOADS and (ns, kind, name) in by_owner:
            for ref in o["metadata"].get("ownerReferences") or []:
                if ref.get("controller"):
                    by_owner.add((ns, ref.get("kind"), ref.get("name")))

    for (kind, ns, name, _), o in list(w.objects.items()):
        if kind not in WORKLOADS or (ns, kind, name) in by_owner:
            continue
        if any(r.get("controller") and r.get("kind") in WORKLOADS
               for r in o["metadata"].get("ownerReferences") or []):
            continue            # its controller speaks for it
        spec = o.get("spec") or {}
        if kind == "CronJob":
            tpl = (((spec.get("jobTemplate") or {}).get("spec") or {}).get("template")) or {}
            replicas = 1
        elif kind == "Job":
            tpl, replicas = spec.get("template") or {}, spec.get("parallelism", 1)
        elif kind == "DaemonSet":
            tpl, replicas = spec.get("template") or {}, 1
        else:
            tpl, replicas = spec.get("template") or {}, spec.get("replicas", 1)
        count = 2 if (1 if replicas is None else replicas) > 1 else 1
        start = 1
        if kind == "StatefulSet":
            start = (spec.get("ordinals") or {}).get("start", 0)
        for i in range(start, start + count):
            labels = dict((tpl.get("metadata") or {}).get("labels") or {})
            pod_name = "%s-%d" % (name, i)
            if kind == "StatefulSet":
                labels["statefulset.kubernetes.io/pod-name"] = pod_name
                labels["apps.kubernetes.io/pod-index"] = str(i)
            if kind == "Job":
                labels["job-name"] = labels["batch.kubernetes.io/job-name"] = name
            pod = Pod(ns, pod_name, tpl.get("spec") or {}, labels, synthetic=(kind, name))
            pod.gone, pod.deleting, pod.owners = False, False, []
            w.pods.setdefault(pod.id, pod)


# --------------------------------------------------------------------------
# Label selectors, addresses, ports
# --------------------------------------------------------------------------


def texts(labels):
    """Labels as the API holds them: a null value is an empty one."""
    return {k: "" if v is None else v for k, v in (labels or {}).items()}


def selects(sel, labels):
    """metav1.LabelSelector: a missing or empty selector selects everything."""
    sel = sel or {}
    for k, v in texts(sel.get("matchLabels")).items():
        if labels.get(k) != v:
            return False
    for e in sel.get("matchExpressions") or []:
        key, op = e["key"], e["operator"]
        vals = ["" if v is None else v for v in e.get("values") or []]
        if op == "In" and labels.get(key) not in vals:
            return False
        if op == "NotIn" and key in labels and labels[key] in vals:
            return False
        if op == "Exists" and key not in labels:
            return False
        if op == "DoesNotExist" and key in labels:
            return False
        if op not in ("In", "NotIn", "Exists", "DoesNotExist"):
            raise ValueError("operator " + str(op))
    return True


def in_block(end, cidr, excepts=()):
    """Is the end's address in the block?  None means that nobody can say."""
    net = ipaddress.ip_network(cidr, strict=False)
    if net.version != end.family:
        return False
    if end.ip is None:
        return True if net.prefixlen == 0 and not excepts else None
    ip = ipaddress.ip_address(end.ip)
    if ip not in net:
        return False
    for e in excepts or ():
        x = ipaddress.ip_network(e, strict=False)
        if ip.version == x.version and ip in x:
            return False
    return True


def any_of(values):
    """True if one is true, else None if one is unknown, else False."""
    values = list(values)
    return True if True in values else None if None in values else False


class End:
    """One end of a concrete flow."""

    def __init__(self, pod=None, ip=None, node=None):
        self.pod, self.ip, self.node = pod, ip, node
        self.family = 4

    @property
    def policed(self):
        return self.pod is not None and not self.pod.host_network

    def selectable(self, w, ns_sel=None, pod_sel=None, ns_name=None):
        if not self.policed:
            return False
        if ns_name is not None and self.pod.ns != ns_name:
            return False
        if ns_sel is not None and not selects(ns_sel, w.namespaces[self.pod.ns]):
            return False
        return pod_sel is None or selects(pod_sel, self.pod.labels)


def has_named(dst, name, proto, port):
    return dst.policed and any(n == name and pr == proto and num == port
                               for n, pr, num, _ in dst.pod.ports)


# --------------------------------------------------------------------------
# Flow resolution: names to endpoints, Service addresses to backends
# --------------------------------------------------------------------------


class FlowError(Exception):
    pass


def find_end(w, spec):
    if "pod" in spec:
        p = w.pods.get(spec["pod"])
        if p is None:
            raise FlowError("unknown-ref")
        if p.finished or p.gone:
            raise FlowError("endpoint-finished")
        return End(pod=p, node=p.node)
    addr = str(ipaddress.ip_address(spec["ip"]))
    for p in w.pods.values():
        if not p.host_network and not p.finished and not p.gone and addr in map(_norm, p.ips):
            return End(pod=p, ip=addr, node=p.node)
    for name, n in w.nodes.items():
        if addr in map(_norm, n["addresses"]):
            return End(ip=addr, node=name)
    for p in w.pods.values():
        if p.node and addr in map(_norm, p.host_ips):
            return End(ip=addr, node=p.node)
    return End(ip=addr)


def _norm(a):
    return str(ipaddress.ip_address(a))


def backends(w, key, sport):
    """Ready (pod-or-ip, port) pairs behind one port of a Service."""
    svc = w.services[key]
    ns = svc["metadata"]["namespace"]
    out = []
    if key in w.slices:
        for s in w.slices[key]:
            for p in s.get("ports") or []:
                if (p.get("name") or "") != (sport.get("name") or ""):
                    continue
                for e in s.get("endpoints") or []:
                    if (e.get("conditions") or {}).get("ready") is False:
                        continue
                    for a in e.get("addresses") or []:
                        out.append((find_end(w, {"ip": a}), p.get("port")))
        return out
    if key in w.endpoints:
        for sub in w.endpoints[key].get("subsets") or []:
            for p in sub.get("ports") or []:
                if (p.get("name") or "") != (sport.get("name") or ""):
                    continue
                for a in sub.get("addresses") or []:
                    out.append((find_end(w, {"ip": a["ip"]}), p.get("port")))
        return out
    sel = (svc.get("spec") or {}).get("selector")
    if not sel:
        return out
    publish = (svc.get("spec") or {}).get("publishNotReadyAddresses")
    for p in w.pods.values():
        if p.ns != ns or p.finished or p.gone or p.deleting or not (p.ready or publish):
            continue
        if any(p.labels.get(k) != v for k, v in sel.items()):
            continue
        target = sport.get("targetPort", sport["port"])
        if target in (None, "", 0):
            target = sport["port"]
        proto = sport.get("protocol") or "TCP"
        if isinstance(target, str) and not target.isdigit():
            nums = [num for n, pr, num, _ in p.svc_ports if n == target and pr == proto]
            if not nums:
                continue
            target = nums[0]
        out.append((End(pod=p, node=p.node), int(target)))
    return sorted(out, key=lambda b: b[0].pod.id)


def service_for(w, addr, proto, port):
    """The Service port that kube-proxy would rewrite this destination for."""
    node_addrs = {_norm(a) for name in node_names(w) for a in node_ips(w, name)}
    for key, s in sorted(w.services.items()):
        spec = s.get("spec") or {}
        if spec.get("type") == "ExternalName" or spec.get("clusterIP") == "None":       # K8-117
            continue
        vips = set(spec.get("clusterIPs") or []) | {spec.get("clusterIP")}
        vips |= set(spec.get("externalIPs") or [])
        vips |= {i.get("ip") for i in ((s.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []}
        vips = {_norm(v) for v in vips if v and v != "None"}
        for sp in spec.get("ports") or []:
            if (sp.get("protocol") or "TCP") != proto:
                continue
            if addr in vips and sp["port"] == port:
                return key, sp
            if addr in node_addrs and sp.get("nodePort") == port:
                return key, sp
    return None


def short_flow(flow):
    """The flow of evaluation.md, chapter 1, in this model's own short form (src, dst, dst_port)."""
    if "src" in flow:
        return flow
    def end(part):
        out = {k: v for k, v in part.items() if k != "ref"}
        if "ref" in part:
            kind, _, name = part["ref"].partition(":")
            if kind != "pod":
                raise ValueError("this model knows pods and addresses only: %s" % part["ref"])
            out["pod"] = name
        return out
    short = {"source": "src", "destination": "dst", "destination_port": "dst_port"}
    return {short.get(k, k): end(v) if k in ("source", "destination") else v for k, v in flow.items()}


def expand(w, flow):
    """Concrete (src, dst, proto, port, via) tuples for a described flow."""
    src = find_end(w, flow["src"])
    proto, port = flow["protocol"], flow.get("dst_port")
    if "ip" in flow["dst"]:
        addr = _norm(flow["dst"]["ip"])
        hit = service_for(w, addr, proto, port)
        if hit:
            key, sp = hit
            got = backends(w, key, sp)
            return [(src, d, proto, n, key) for d, n in got] or None, key
        for name in node_names(w):
            if addr in map(_norm, node_ips(w, name)):
                for p in w.pods.values():
                    if p.node == name and not p.host_network and not p.finished and speaks(w, p, addr):
                        for _, pr, num, hp in p.ports:
                            if hp == port and pr == proto:
                                return [(src, End(pod=p, node=p.node), proto, num, "hostPort")], None
    return [(src, find_end(w, flow["dst"]), proto, port, None)], None


def speaks(w, pod, addr):
    """Can the pod be reached in an address's family?  A planned one can."""
    version = ipaddress.ip_address(addr).version
    ips = known_ips(w, End(pod=pod, node=pod.node))
    return not ips or any(ipaddress.ip_address(i).version == version for i in ips)


def known_ips(w, end):
    """A pod's addresses, on the host network those of its node (K8-51, K8-53)."""
    if end.pod.ips or not end.pod.host_network:
        return end.pod.ips
    return node_ips(w, end.node) if end.node else []


def node_names(w):
    return list(dict.fromkeys(list(w.nodes) + [p.node for p in w.pods.values() if p.node]))


def node_ips(w, name):                                                    # K8-51
    ips = list(w.nodes.get(name, {}).get("addresses") or [])
    ips += [i for p in w.pods.values() if p.node == name for i in p.host_ips]
    return list(dict.fromkeys(ips))


def check_family(w, flow, src):
    """K8-27: the addresses that are given, and the source, agree."""
    said = {ipaddress.ip_address(flow[e]["ip"]).version for e in ("src", "dst") if "ip" in flow[e]}
    said |= {flow["ip_version"]} if "ip_version" in flow else set()
    ips = known_ips(w, src) if src.pod and not src.ip else []
    if len(said) > 1 or (said and ips and not said & {ipaddress.ip_address(i).version for i in ips}):
        raise FlowError("mixed-ip-versions")


def choose_addresses(w, src, dst, version=None):
    """Give both ends an address of one family, where they are known."""
    for e in (src, dst):
        if e.pod and e.pod.host_network and e.ip is None:
            known = known_ips(w, e)
            e.pod = copy.copy(e.pod)
            e.pod.ips = e.pod.host_ips = list(known)
    def fam(e):
        if e.ip:
            return [ipaddress.ip_address(e.ip).version]
        if e.pod and e.pod.ips:
            return [ipaddress.ip_address(i).version for i in e.pod.ips]
        return None
    first, second = fam(dst), fam(src)
    if first is None:                   # K8-28: then from the other end
        first = second or [4, 6]
    if second is None:
        second = first
    both = [v for v in first if v in second and version in (None, v)]
    if not both:
        raise FlowError("mixed-ip-versions")
    want = src.family = dst.family = both[0]
    for e in (src, dst):
        if e.ip is None and e.pod:
            for i in e.pod.ips:
                if ipaddress.ip_address(i).version == want:
                    e.ip = _norm(i)
                    break


# --------------------------------------------------------------------------
# Rule matching
# --------------------------------------------------------------------------


def np_ports_match(ports, dst, proto, port):
    if not ports:
        return True
    for p in ports:
        if p.get("protocol", "TCP") != proto:
            continue
        want = p.get("port")
        if want is None:
            return True
        if isinstance(want, str) and not want.isdigit():
            if has_named(dst, want, proto, port):
                return True
            continue
        lo = int(want)
        hi = p.get("endPort") or lo
        if port is not None and lo <= port <= hi:
            return True
    return False


def np_peer_match(w, ns, peer, other):
    if peer.get("ipBlock"):
        b = peer["ipBlock"]
        return in_block(other, b["cidr"], b.get("except") or ())
    if "namespaceSelector" in peer and peer["namespaceSelector"] is not None:
        return other.selectable(w, ns_sel=peer["namespaceSelector"], pod_sel=peer.get("podSelector"))
    return other.selectable(w, pod_sel=peer.get("podSelector"), ns_name=ns)


def np_rule_match(w, ns, rule, key, other, dst, proto, port):
    """True, False, or None when it hangs on an unknown address."""
    if rule.get("_bad"):
        return False
    if not np_ports_match(rule.get("ports"), dst, proto, port):
        return False
    peers = rule.get(key)
    return any_of(np_peer_match(w, ns, p, other) for p in peers) if peers else True


def admin_subject(w, subject, end):
    if not end.policed:
        return False
    if subject.get("namespaces") is not None:
        return end.selectable(w, ns_sel=subject["namespaces"])
    pods = subject["pods"]
    return end.selectable(w, ns_sel=pods.get("namespaceSelector") or {}, pod_sel=pods.get("podSelector") or {})


def domain_match(pattern, name):
    pattern, name = pattern.rstrip(".").lower(), name.rstrip(".").lower()
    if pattern.startswith("*."):
        return name.endswith(pattern[1:]) and len(name) > len(pattern) - 1
    return pattern == name


def admin_peer_match(w, peer, other, flow):
    """True, False, None (unknown address or name), or "closed" when the peer
    has no field that this model knows."""
    if peer.get("namespaces") is not None:
        return other.selectable(w, ns_sel=peer["namespaces"])
    if peer.get("pods") is not None:
        p = peer["pods"]
        return other.selectable(w, ns_sel=p.get("namespaceSelector") or {}, pod_sel=p.get("podSelector") or {})
    if peer.get("nodes") is not None:
        chosen = [n for n in w.nodes.values() if selects(peer["nodes"], n["labels"])]
        if other.ip is None:        # a planned pod; only on the host network is it a node
            return None if chosen and not other.policed else False
        return any(other.ip in map(_norm, n["addresses"]) for n in chosen)
    if peer.get("networks"):
        return any_of(in_block(other, c) for c in peer["networks"])
    if peer.get("domainNames"):
        names = flow["dst"].get("domains")
        if names is None:           # not said; only outside addresses have names
            return False if other.pod or other.node else None      # EV-97
        return any(domain_match(p, d) for p in peer["domainNames"] for d in names)
    return "closed"


def anp_ports_match(ports, dst, proto, port):
    if not ports:
        return True
    for p in ports:
        if p.get("portNumber"):
            n = p["portNumber"]
            if n.get("protocol", "TCP") == proto and n["port"] == port:
                return True
        elif p.get("portRange"):
            r = p["portRange"]
            if r.get("protocol", "TCP") == proto and port is not None and r["start"] <= port <= r["end"]:
                return True
        elif p.get("namedPort"):
            if has_named(dst, p["namedPort"], proto, port):
                return True
    return False


def cnp_protocols_match(protocols, dst, proto, port):
    if not protocols:
        return True
    for p in protocols:
        if p.get("destinationNamedPort"):
            if has_named(dst, p["destinationNamedPort"], proto, port):
                return True
            continue
        for name in ("tcp", "udp", "sctp"):
            if name in p and name.upper() == proto:
                dp = (p[name] or {}).get("destinationPort")
                if not dp:
                    return True
                if dp.get("number") and dp["number"] == port:
                    return True
                if dp.get("range") and port is not None and dp["range"]["start"] <= port <= dp["range"]["end"]:
                    return True
    return False


def admin_rule_match(w, rule, key, other, dst, proto, port, flow):
    if rule.get("_bad"):
        return "closed"
    verdicts = [admin_peer_match(w, p or {}, other, flow) for p in rule.get(key) or []]
    if "closed" in verdicts or not verdicts:
        # Unknown peer: an allowing rule matches nothing, any other denies all.
        return "closed"
    if "protocols" in rule:
        ports = cnp_protocols_match(rule["protocols"], dst, proto, port)
    else:
        ports = anp_ports_match(rule.get("ports"), dst, proto, port)
    return any_of(verdicts) if ports else False


# --------------------------------------------------------------------------
# One direction
# --------------------------------------------------------------------------


def pid(short, o):
    m = o["metadata"]
    return "%s:%s" % (short, m["namespace"] + "/" + m["name"] if m.get("namespace") else m["name"])


def by_priority(items):
    return sorted(items, key=lambda o: (o["spec"].get("priority", 0), o["metadata"]["name"] + "//"))   # K8-9


def of_tier(w, tier):
    return by_priority([c for c in w.cnps if c["spec"].get("tier") == tier])


class Walk:
    """One direction of one flow: every outcome that the facts leave open."""

    def __init__(self, w, which, src, dst, proto, port, flow):
        self.w, self.which, self.flow = w, which, flow
        self.dst, self.proto, self.port = dst, proto, port
        self.me, self.other = (dst, src) if which == "ingress" else (src, dst)
        self.key = "from" if which == "ingress" else "to"
        self.own_node = (not self.other.policed and self.other.node is not None
                         and self.other.node == self.me.pod.node)
        self.stages = [
            lambda: self.admin(0, "kanp", by_priority(w.anps)),
            lambda: self.admin(1, "kcnp", of_tier(w, "Admin")),
            lambda: self.policies(2),
            lambda: self.admin(3, "kbanp", w.banps),
            lambda: self.admin(4, "kcnp", of_tier(w, "Baseline")),
        ]

    def after(self, stage):
        if stage + 1 == len(self.stages):
            return [{"verdict": "allow", "reason": "profile"}]
        return self.stages[stage + 1]()

    def admin(self, stage, short, items):
        out = []
        for o in items:
            if not admin_subject(self.w, o["spec"]["subject"], self.me):
                continue
            for i, rule in enumerate(o["spec"].get(self.which) or []):
                m = admin_rule_match(self.w, rule, self.key, self.other, self.dst, self.proto, self.port, self.flow)
                action = {"Accept": "Allow"}.get(rule["action"], rule["action"])
                if m == "closed":
                    m, action = action in ("Deny", "Pass"), "Deny"
                if m is False:
                    continue
                if action == "Pass":
                    out += self.after(stage)
                else:
                    out.append({"verdict": action.lower(), "reason": "rule",
                                "policy": pid(short, o), "source_rule": i})
                if m:
                    return out
        return out + self.after(stage)

    def policies(self, stage):
        section = self.which.capitalize()
        isolating = [o for o in self.w.nps
                     if section in o["spec"]["policyTypes"]
                     and o["metadata"]["namespace"] == self.me.pod.ns
                     and selects(o["spec"].get("podSelector"), self.me.pod.labels)]
        if not isolating:
            return self.after(stage)
        if self.own_node:
            return [{"verdict": "allow", "reason": "own-node"}]
        hits, maybe = [], []
        for o in isolating:
            for i, r in enumerate(o["spec"].get(self.which) or []):
                m = np_rule_match(self.w, self.me.pod.ns, r or {}, self.key, self.other, self.dst, self.proto, self.port)
                if m is not False:
                    (hits if m else maybe).append((pid("knp", o), i))
        allowed = {"verdict": "allow", "reason": "rule", "hits": hits + maybe}
        if hits:
            return [allowed]
        denied = {"verdict": "deny", "reason": "tier-default", "isolating": [pid("knp", o) for o in isolating]}
        return [allowed, denied] if maybe else [denied]


def direction(w, which, src, dst, proto, port, via, flow):
    me, other = (dst, src) if which == "ingress" else (src, dst)
    if not me.policed:
        return {"verdict": "allow", "reason": "not-policed"}
    if via is None and src.pod is not None and src.pod is dst.pod:
        return {"verdict": "allow", "reason": "same-endpoint"}
    if not src.policed and src.node is not None and dst.policed and src.node == dst.pod.node:
        return {"verdict": "allow", "reason": "host-to-own-workload"}
    found = Walk(w, which, src, dst, proto, port, flow).stages[0]()
    if len({f["verdict"] for f in found}) > 1:
        return {"verdict": "unknown", "reason": "unknown"}
    return found[0] if len(found) == 1 else {"verdict": found[0]["verdict"], "reason": "several"}


def combine(verdicts):
    return "deny" if "deny" in verdicts else "unknown" if "unknown" in verdicts else "allow"


def evaluate(w, flow):
    flow = short_flow(flow)
    try:
        src = find_end(w, flow["src"])
        find_end(w, flow["dst"])
        check_family(w, flow, src)
        legs, svc = expand(w, flow)
        if svc:                         # a backend without an address of the family is none
            legs = [leg for leg in legs or () if leg[1].ip is None and leg[1].pod and speaks(
                w, leg[1].pod, flow["dst"]["ip"]) or leg[1].ip and ipaddress.ip_address(
                leg[1].ip).version == ipaddress.ip_address(flow["dst"]["ip"]).version] or None
        if legs is None:
            return {"verdict": "deny", "reason": "no-backends", "service": svc}
        results = []
        for src, dst, proto, port, via in legs:
            src, dst = copy.copy(src), copy.copy(dst)
            version = flow.get("ip_version")
            if via:                     # the family of the address that was rewritten
                version = ipaddress.ip_address(flow["dst"]["ip"]).version
            choose_addresses(w, src, dst, version)
            e = direction(w, "egress", src, dst, proto, port, via, flow)
            i = direction(w, "ingress", src, dst, proto, port, via, flow)
            results.append({"verdict": combine([e["verdict"], i["verdict"]]), "egress": e, "ingress": i,
                            "dst": dst.pod.id if dst.pod else dst.ip, "dst_port": port,
                            "dst_on_host": dst.pod is not None and dst.pod.host_network})
    except FlowError as e:
        return {"error": str(e)}
    if len(results) == 1:
        return results[0]
    kinds = {r["verdict"] for r in results}
    return {"verdict": kinds.pop() if len(kinds) == 1 else "mixed", "legs": results}


# --------------------------------------------------------------------------
# What API servers reject
# --------------------------------------------------------------------------

DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?\Z")
DNS_SUB = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\Z")
LABEL_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\Z")
LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\Z")
PORT_NAME = re.compile(r"[a-z0-9-]{1,15}\Z")
DOMAIN = re.compile(r"(\*\.)?([a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.)+[a-zA-z0-9]([-a-zA-Z0-9_]*[a-zA-Z0-9])?\.?\Z")


def ok_key(k):
    if not isinstance(k, str):
        return False
    prefix, _, name = k.rpartition("/")
    if "/" in k and (not prefix or len(prefix) > 253 or not DNS_SUB.match(prefix)):
        return False
    return 0 < len(name) <= 63 and bool(LABEL_NAME.match(name))


def ok_value(v):
    return v is None or isinstance(v, str) and len(v) <= 63 and bool(LABEL_VALUE.match(v))


def ok_cidr(c):
    if not isinstance(c, str) or "/" not in c or re.search(r"/(0\d|[+-])", c):
        return None
    try:
        return ipaddress.ip_network(c, strict=False)
    except ValueError:
        return None


def check_selector(s, path, out):
    if s is None:
        return
    if not isinstance(s, dict):
        out.append(("type", path))
        return
    for f in s:
        if f not in ("matchLabels", "matchExpressions"):
            out.append(("unknown-field", path + "." + f))
    for k, v in (s.get("matchLabels") or {}).items():
        if not ok_key(k):
            out.append(("label-key", path + ".matchLabels"))
        if not ok_value(v):
            out.append(("label-value", path + ".matchLabels"))
    for i, e in enumerate(s.get("matchExpressions") or []):
        p = "%s.matchExpressions[%d]" % (path, i)
        op, vals = e.get("operator"), e.get("values") or []
        if not ok_key(e.get("key")):
            out.append(("label-key", p + ".key"))
        if op in ("In", "NotIn"):
            if not vals:
                out.append(("selector-values-required", p + ".values"))
        elif op in ("Exists", "DoesNotExist"):
            if vals:
                out.append(("selector-values-forbidden", p + ".values"))
        else:
            out.append(("selector-operator", p + ".operator"))
        for v in vals:
            if not ok_value(v):
                out.append(("label-value", p + ".values"))


def fields(o, known, path, out):
    for f in o or {}:
        if f not in known:
            out.append(("unknown-field", path + "." + f))


def is_int(x):
    return isinstance(x, int) and not isinstance(x, bool)


def check_np(o, out):
    spec = o.get("spec") or {}
    fields(spec, ("podSelector", "policyTypes", "ingress", "egress"), "spec", out)
    check_selector(spec.get("podSelector"), "spec.podSelector", out)
    types = spec.get("policyTypes") or []
    if len(types) > 2:
        out.append(("np-policy-types", "spec.policyTypes"))
    for i, t in enumerate(types):
        if t not in ("Ingress", "Egress"):
            out.append(("np-policy-types", "spec.policyTypes[%d]" % i))
    for sect, key in (("ingress", "from"), ("egress", "to")):
        for i, r in enumerate(spec.get(sect) or []):
            base = "spec.%s[%d]" % (sect, i)
            r = r or {}
            fields(r, (key, "ports"), base, out)
            for j, p in enumerate(r.get("ports") or []):
                check_np_port(p or {}, "%s.ports[%d]" % (base, j), out)
            for j, p in enumerate(r.get(key) or []):
                check_np_peer(p or {}, "%s.%s[%d]" % (base, key, j), out)


def check_np_port(p, path, out):
    fields(p, ("protocol", "port", "endPort"), path, out)
    if p.get("protocol") not in (None, "TCP", "UDP", "SCTP"):
        out.append(("protocol", path + ".protocol"))
    port, end = p.get("port"), p.get("endPort")
    if port is None:
        if end is not None:
            out.append(("np-endport-without-port", path + ".endPort"))
    elif is_int(port):
        if not 1 <= port <= 65535:
            out.append(("port-number", path + ".port"))
        if end is not None:
            if not is_int(end) or end < port:
                out.append(("np-endport-order", path + ".endPort"))
            elif end > 65535:
                out.append(("port-number", path + ".endPort"))
    else:
        if end is not None:
            out.append(("np-endport-named", path + ".endPort"))
        if not ok_port_name(port):
            out.append(("port-name", path + ".port"))


def ok_port_name(n):
    return (isinstance(n, str) and bool(PORT_NAME.match(n)) and re.search("[a-z]", n)
            and "--" not in n and n[0] != "-" and n[-1] != "-")


def check_np_peer(p, path, out):
    fields(p, ("podSelector", "namespaceSelector", "ipBlock"), path, out)
    have = [f for f in ("podSelector", "namespaceSelector", "ipBlock") if p.get(f) is not None]
    if not have:
        out.append(("np-peer-empty", path))
    if "ipBlock" in have and len(have) > 1:
        out.append(("np-peer-ipblock-exclusive", path))
    check_selector(p.get("podSelector"), path + ".podSelector", out)
    check_selector(p.get("namespaceSelector"), path + ".namespaceSelector", out)
    b = p.get("ipBlock")
    if b is not None:
        net = ok_cidr(b.get("cidr"))
        if net is None:
            out.append(("cidr", path + ".ipBlock.cidr"))
        for k, e in enumerate(b.get("except") or []):
            x = ok_cidr(e)
            if x is None:
                out.append(("cidr", "%s.ipBlock.except[%d]" % (path, k)))
            elif net is not None and (x.version != net.version or x.prefixlen <= net.prefixlen
                                      or x.network_address not in net):
                out.append(("np-except-not-subset", "%s.ipBlock.except[%d]" % (path, k)))


def check_admin(o, out):
    kind = o["kind"]
    spec = o.get("spec") or {}
    cnp = kind == "ClusterNetworkPolicy"
    limit = 25 if cnp else 100
    known = ["subject", "ingress", "egress"]
    if kind != "BaselineAdminNetworkPolicy":
        known.append("priority")
        pr = spec.get("priority")
        if pr is None:
            out.append(("admin-priority-missing", "spec.priority"))
        elif not is_int(pr) or not 0 <= pr <= 1000:
            out.append(("admin-priority-range", "spec.priority"))
    elif o["metadata"].get("name") != "default":
        out.append(("banp-name", "metadata.name"))
    if cnp:
        known.append("tier")
        if spec.get("tier") not in ("Admin", "Baseline"):
            out.append(("cnp-tier", "spec.tier"))
    fields(spec, known, "spec", out)
    subject = spec.get("subject")
    if subject is None:
        out.append(("admin-subject", "spec.subject"))
    else:
        check_oneof(subject, ("namespaces", "pods"), "spec.subject", "admin-subject", out)
        check_selector(subject.get("namespaces"), "spec.subject.namespaces", out)
        check_pods(subject.get("pods"), "spec.subject.pods", out, cnp)
    actions = {"ClusterNetworkPolicy": ("Accept", "Deny", "Pass"),
               "AdminNetworkPolicy": ("Allow", "Deny", "Pass"),
               "BaselineAdminNetworkPolicy": ("Allow", "Deny")}[kind]
    for sect, key in (("ingress", "from"), ("egress", "to")):
        rules = spec.get(sect) or []
        if len(rules) > limit:
            out.append(("admin-too-many", "spec." + sect))
        for i, r in enumerate(rules):
            base = "spec.%s[%d]" % (sect, i)
            r = r or {}
            portfield = "protocols" if cnp else "ports"
            fields(r, ("name", "action", key, portfield), base, out)
            if r.get("action") not in actions:
                out.append(("admin-action", base + ".action"))
            if len(r.get("name") or "") > 100:
                out.append(("admin-rule-name", base + ".name"))
            peers = r.get(key)
            if not peers:
                out.append(("admin-peers-missing", base + "." + key))
            elif len(peers) > limit:
                out.append(("admin-too-many", base + "." + key))
            if sect == "ingress":
                allowed = ("namespaces", "pods")
            elif kind == "BaselineAdminNetworkPolicy":
                allowed = ("namespaces", "pods", "nodes", "networks")
            else:
                allowed = ("namespaces", "pods", "nodes", "networks", "domainNames")
            nonpod = False
            for j, p in enumerate(peers or []):
                pp = "%s.%s[%d]" % (base, key, j)
                p = p or {}
                check_oneof(p, allowed, pp, "admin-peer", out)
                check_selector(p.get("namespaces"), pp + ".namespaces", out)
                check_selector(p.get("nodes"), pp + ".nodes", out)
                check_pods(p.get("pods"), pp + ".pods", out, cnp)
                for f in ("networks", "domainNames", "nodes"):
                    nonpod = nonpod or f in p
                for f, test in (("networks", lambda c: ok_cidr(c) and len(c) <= 43),
                                ("domainNames", lambda d: isinstance(d, str) and DOMAIN.match(d))):
                    if f in p:
                        vals = p[f] or []
                        if not 1 <= len(vals) <= 25:
                            out.append(("admin-too-many", pp + "." + f))
                        if len(set(map(str, vals))) != len(vals):
                            out.append(("admin-duplicate", pp + "." + f))
                        for k, v in enumerate(vals):
                            if not test(v):
                                out.append(("cidr" if f == "networks" else "domain-name",
                                            "%s.%s[%d]" % (pp, f, k)))
                if p.get("domainNames") and r.get("action") not in ("Accept", "Allow"):
                    out.append(("domain-name-action", pp + ".domainNames"))
            named = check_admin_ports(r, portfield, base, limit, out, cnp)
            if named and nonpod:
                out.append(("admin-named-port-peer", base))


def check_oneof(o, names, path, code, out):
    fields(o, names, path, out)
    if len([f for f in names if f in o]) != 1:
        out.append((code, path))


def check_pods(p, path, out, cnp):
    if p is None:
        return
    fields(p, ("namespaceSelector", "podSelector"), path, out)
    if "podSelector" not in p:
        out.append(("admin-pods-selector", path + ".podSelector"))
    if not cnp and "namespaceSelector" not in p:
        out.append(("admin-pods-selector", path + ".namespaceSelector"))
    check_selector(p.get("podSelector"), path + ".podSelector", out)
    check_selector(p.get("namespaceSelector"), path + ".namespaceSelector", out)


def check_admin_ports(r, field, base, limit, out, cnp):
    if field not in r or r[field] is None:
        return False
    vals = r[field]
    if not 1 <= len(vals) <= limit:
        out.append(("admin-too-many" if vals else "admin-ports-empty", base + "." + field))
    named = False
    for j, p in enumerate(vals):
        pp = "%s.%s[%d]" % (base, field, j)
        p = p or {}
        if cnp:
            check_oneof(p, ("tcp", "udp", "sctp", "destinationNamedPort"), pp, "admin-port", out)
            named = named or bool(p.get("destinationNamedPort"))
            for proto in ("tcp", "udp", "sctp"):
                if proto not in p:
                    continue
                body = p[proto] or {}
                fields(body, ("destinationPort",), pp + "." + proto, out)
                if "destinationPort" not in body:
                    out.append(("admin-port", pp + "." + proto))
                    continue
                dp = body["destinationPort"] or {}
                dpath = pp + "." + proto + ".destinationPort"
                check_oneof(dp, ("number", "range"), dpath, "admin-port", out)
                if "number" in dp and not (is_int(dp["number"]) and 1 <= dp["number"] <= 65535):
                    out.append(("port-number", dpath + ".number"))
                if "range" in dp:
                    check_range(dp["range"] or {}, dpath + ".range", out, True)
        else:
            check_oneof(p, ("portNumber", "namedPort", "portRange"), pp, "admin-port", out)
            named = named or bool(p.get("namedPort"))
            for f in ("portNumber", "portRange"):
                if f in p and (p[f] or {}).get("protocol", "TCP") not in ("TCP", "UDP", "SCTP"):
                    out.append(("protocol", pp + "." + f + ".protocol"))
            if "portNumber" in p and not (is_int((p["portNumber"] or {}).get("port"))
                                          and 1 <= p["portNumber"]["port"] <= 65535):
                out.append(("port-number", pp + ".portNumber.port"))
            if "portRange" in p:
                check_range(p["portRange"] or {}, pp + ".portRange", out, False)
    return named


def check_range(r, path, out, strict):
    lo, hi = r.get("start"), r.get("end")
    if not (is_int(lo) and is_int(hi) and 1 <= lo <= 65535 and 1 <= hi <= 65535):
        out.append(("port-number", path))
    elif lo > hi or (strict and lo == hi):
        out.append(("port-range-order", path))


def problems(o):
    """(code, path) pairs for one policy object."""
    kind = o.get("kind")
    meta = o.get("metadata") or {}
    o["metadata"] = meta
    out = []
    name = meta.get("name")
    if not isinstance(name, str) or len(name) > 253 or not DNS_SUB.match(name):
        out.append(("name", "metadata.name"))
    ns = meta.get("namespace")
    if kind == "NetworkPolicy":
        if ns is not None and not (isinstance(ns, str) and DNS_LABEL.match(ns) and len(ns) <= 63):
            out.append(("namespace", "metadata.namespace"))
        check_np(o, out)
    else:
        check_admin(o, out)
    return out


def validate(text):
    res = []
    for o in load_docs(text):
        if (group_of(o.get("apiVersion")), o.get("kind")) not in POLICY_KINDS:
            continue
        for code, path in problems(o):
            ns = o["metadata"].get("namespace")
            res.append({"object": "%s %s" % (o["kind"], (ns + "/" if ns else "") + str(o["metadata"].get("name"))),
                        "code": code, "path": path})
    return res


# --------------------------------------------------------------------------
# Command line
# --------------------------------------------------------------------------


def has_calico(text):
    return any(group_of(o.get("apiVersion")) in ("projectcalico.org", "crd.projectcalico.org") for o in load_docs(text))


def same_direction(got, want, top_reason):
    """None when the model's direction agrees with the expected one."""
    bypass = ("not-policed", "same-endpoint", "host-to-own-workload")
    if want is None:
        if got["reason"] not in bypass:
            return "expected no policy to be consulted, got %s" % got
        return None if got["reason"] in ("not-policed", top_reason) else "reason %s" % got["reason"]
    if got["reason"] in bypass:
        return "expected %s, got %s" % (want, got)
    if got["verdict"] != want["action"]:
        return "action %s, expected %s" % (got["verdict"], want["action"])
    if want["action"] == "unknown" or got["reason"] == "several":
        return None
    if want.get("reason") == "own-node" or got["reason"] == "own-node":
        return None if got["reason"] == want.get("reason") else "own-node"
    if want.get("policy") is None:      # certain action, but no single rule
        return None
    if want["tier"] == "__PROFILE__":
        return None if got["reason"] == "profile" else "profile expected, got %s" % got
    if want["rule_index"] == -1:
        ok = got["reason"] == "tier-default" and want["policy"] in got["isolating"]
        return None if ok else "end of tier expected, got %s" % got
    pair = (want["policy"], want["source_rule"])
    pool = got.get("hits") or [(got.get("policy"), got.get("source_rule"))]
    return None if pair in pool else "rule %s not among %s" % (pair, pool)


def check_vector(v):
    """None for agreement, "skip", or what differs."""
    exp, options = v["expect"], v.get("options") or {}
    if "errors" in exp:
        got = validate(v["resources"])
        a = sorted((g["object"], g["code"], g["path"]) for g in got)
        b = sorted((g["object"], g["code"], g["path"]) for g in exp["errors"])
        return None if a == b else "errors %s, expected %s" % (a, b)
    if "flow" not in v:
        return None if load_docs(v["resources"]) else "no objects"
    if options.get("dialect", "calico" if has_calico(v["resources"]) else "upstream") == "calico":
        return "skip"
    bad = validate(v["resources"])
    if bad and not v.get("lenient"):
        return "resources do not validate: %s" % bad[:3]
    got = evaluate(load(v["resources"], v.get("lenient")), v["flow"])
    if "error" in exp:
        return None if got.get("error") == exp["error"] else "got %s" % got
    if got.get("verdict") != exp["verdict"]:
        return "verdict %s, expected %s (%s)" % (got.get("verdict"), exp["verdict"], got)
    if exp.get("reason") == "no-backends":
        return None if got.get("reason") == "no-backends" else "not no-backends"
    if len(got.get("legs", ())) != len(exp.get("legs", ())):
        return "number of legs"
    for g, e in zip(got.get("legs") or [got], exp.get("legs") or [exp]):
        for d in ("egress", "ingress"):
            why = same_direction(g[d], e[d], exp.get("reason"))
            if why:
                return "%s: %s" % (d, why)
        if "dnat" in e and (e["dnat"]["destination"], e["dnat"]["destination_port"]) != (g["dst"], g["dst_port"]):
            return "dnat %s:%s" % (g["dst"], g["dst_port"])
    return None


def main(argv):
    if len(argv) > 2 and argv[1] == "check":
        good = bad = skipped = 0
        for path in argv[2:]:
            for v in json.load(open(path)):
                try:
                    why = check_vector(v)
                except Exception as e:  # a vector that breaks the model is a failure
                    why = "%s: %s" % (type(e).__name__, e)
                if why is None:
                    good += 1
                elif why == "skip":
                    skipped += 1
                else:
                    bad += 1
                    print("FAIL %s: %s" % (v["id"], why))
        print("%d passed, %d failed, %d skipped" % (good, bad, skipped))
        return 1 if bad else 0
    if len(argv) == 4 and argv[1] == "eval":
        print(json.dumps(evaluate(load(open(argv[2]).read()), json.load(open(argv[3]))), indent=1))
        return 0
    if len(argv) == 3 and argv[1] == "validate":
        for e in validate(open(argv[2]).read()):
            print("%(object)s: %(code)s at %(path)s" % e)
        return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
