# SPDX-License-Identifier: Apache-2.0
"""What must hold between the answers to two questions, whatever is right (metamorphic properties).

A property makes out of a cluster and a flow others, or says that it has nothing to say about them
(None), and judges the two answers.
"""
import copy
import json
import re

import words
from compare import differences, plain_result
from rules import Selectors

POLICY_KINDS = ("NetworkPolicy", "GlobalNetworkPolicy", "StagedNetworkPolicy",
                "StagedGlobalNetworkPolicy", "StagedKubernetesNetworkPolicy",
                "ClusterNetworkPolicy", "AdminNetworkPolicy", "BaselineAdminNetworkPolicy")
WORKLOADS = ("Pod", "WorkloadEndpoint")
CALICO = "projectcalico.org/v3"


def is_calico(policy):
    return policy["apiVersion"] == CALICO and "Kubernetes" not in policy["kind"]


def identity(document):
    metadata = document["metadata"]
    return (document["apiVersion"], document["kind"], metadata.get("namespace", "default"),
            metadata["name"])


class Question:
    """A flow, and what goes with it alone."""

    def __init__(self, flow, options, relabel=()):
        self.flow, self.options, self.relabel = flow, options, relabel


class Property:
    """The answers to both must be the same."""

    def base_cluster(self, cluster):
        """The one cluster."""
        return cluster

    def changed_cluster(self, dice, cluster):
        """The other one; None: nothing to say."""
        del dice
        return cluster

    def first(self, dice, question):
        """What is asked of the one cluster."""
        del dice
        return question

    def second(self, dice, question):
        """What is asked of the other one."""
        del dice
        return question

    def wrong(self, before, after):
        """Lines on what must not be."""
        return differences(plain_result(before), plain_result(after))

    def change(self, cluster, make):
        """A copy of a cluster with other documents."""
        return {**cluster, "documents": make(copy.deepcopy(cluster["documents"]))}


class SelectsNothing(Property):
    """A policy that selects nothing changes nothing."""

    def changed_cluster(self, dice, cluster):
        spec = {"selector": "app == 'a' && app == 'b'", "order": dice.one([-100, 5, 2e6]),
                "types": ["Ingress", "Egress"], "ingress": [{"action": "Deny"}],
                "egress": [{"action": "Deny"}]}
        spec["tier"] = dice.one(["default", "sec", "kube-admin"])
        policy = {"apiVersion": CALICO, "kind": "GlobalNetworkPolicy",
                  "metadata": {"name": "nothing"}, "spec": spec}
        return self.change(cluster, lambda documents: documents + [policy])


class OtherOrder(Property):
    """The order of documents changes nothing, but for that of workloads, which share addresses, and
    of documents that replace each other."""

    def changed_cluster(self, dice, cluster):
        def shuffle(documents):
            free = [d for d in documents if d["kind"] not in WORKLOADS]
            if len({identity(d) for d in free}) != len(free):
                return documents
            dice.random.shuffle(free)
            return free + [d for d in documents if d["kind"] in WORKLOADS]
        return self.change(cluster, shuffle)


class InYaml(Property):
    """YAML says the same as JSON."""

    def changed_cluster(self, dice, cluster):
        return {**cluster, "form": "yaml"}


class Renamed(Property):
    """Other names change only names. The new ones sort like the old, among themselves and beside
    those that are built in."""

    NAMESPACES = {"red": "rose", "blue": "azure", "green": "grey"}
    HEADS = {"a": "aa", "p": "pp", "q": "qq", "pod": "pot", "wep": "web", "hep": "hex",
             "set": "sew"}
    KINDS = POLICY_KINDS + WORKLOADS + ("HostEndpoint", "NetworkSet", "GlobalNetworkSet")

    def changed_cluster(self, dice, cluster):
        return self.change(cluster, lambda documents: [self.document(d) for d in documents])

    def document(self, document):
        document = self.with_namespaces(document)
        if document["kind"] in self.KINDS:
            document["metadata"]["name"] = self.renamed(document["metadata"]["name"])
        return document

    def with_namespaces(self, value):
        """Namespaces are named in many places, and unlike anything else."""
        return json.loads(re.sub(r"\b(red|blue|green)\b", lambda m: self.NAMESPACES[m.group()],
                                 json.dumps(value)))

    def renamed(self, name):
        return re.sub(r"^[a-z]+", lambda m: self.HEADS.get(m.group(), m.group()), name)

    def second(self, dice, question):
        flow = self.with_namespaces(question.flow)
        for side in ("source", "destination"):
            kind, _, name = flow.get(side, {}).get("ref", "node:").partition(":")
            if kind != "node":
                space, slash, name = name.rpartition("/")
                flow[side]["ref"] = "%s:%s%s%s" % (kind, space, slash, self.renamed(name))
        return Question(flow, question.options)

    def wrong(self, before, after):
        old = {new: name for name, new in {**self.NAMESPACES, **self.HEADS}.items()}
        pattern = r"\b(%s)(?=[0-9.-]|\b)" % "|".join(old)
        text = re.sub(pattern, lambda m: old[m.group(1)], json.dumps(plain_result(after)))
        return differences(plain_result(before), json.loads(text))


class EquivalentSelectors(Property):
    """Another way to write a selector changes nothing."""

    FIELDS = ("selector", "notSelector", "namespaceSelector", "serviceAccountSelector")

    def changed_cluster(self, dice, cluster):
        return self.change(cluster, lambda documents: [self.walk(dice, d) for d in documents])

    def walk(self, dice, value):
        if isinstance(value, list):
            return [self.walk(dice, item) for item in value]
        if not isinstance(value, dict):
            return value
        changed = {key: self.walk(dice, item) for key, item in value.items()}
        for key in self.FIELDS:
            if isinstance(changed.get(key), str) and changed[key]:
                changed[key] = self.equivalent(dice, changed[key])
        if changed.get("matchLabels"):
            self.as_expressions(changed)
        return changed

    @staticmethod
    def as_expressions(selector):
        labels = selector.pop("matchLabels")
        selector["matchExpressions"] = selector.get("matchExpressions", []) + [
            {"key": key, "operator": "In", "values": [value]} for key, value in labels.items()]

    @staticmethod
    def equivalent(dice, text):
        if "global()" in text:
            return text  # has to stand alone
        text = re.sub(r"([\w./-]+) == (\"[^\"]*\"|'[^']*')", r"\1 in {\2}", text)
        text = re.sub(r"([\w./-]+) != (\"[^\"]*\"|'[^']*')", r"!(\1 == \2)", text)
        return dice.one(["(%s)", "!(!(%s))", "(%s) && (%s)", "(%s) || (%s)", " %s\t"]).replace(
            "%s", text)


class SplitPorts(Property):
    """A port range in pieces changes nothing."""

    def changed_cluster(self, dice, cluster):
        return self.change(cluster, lambda documents: [self.walk(dice, d) for d in documents])

    def walk(self, dice, value):
        if isinstance(value, list):
            return [self.walk(dice, item) for item in value]
        if not isinstance(value, dict):
            return value
        changed = {key: self.walk(dice, item) for key, item in value.items()}
        for key in ("ports", "notPorts"):
            if isinstance(changed.get(key), list):
                changed[key] = [piece for port in changed[key] for piece in self.pieces(dice, port)]
        return changed

    @staticmethod
    def pieces(dice, port):
        if isinstance(port, int):
            return ["%d:%d" % (port, port)]
        match = re.fullmatch(r"(\d+):(\d+)", port) if isinstance(port, str) else None
        if not match:
            return [port]
        low, high = int(match.group(1)), int(match.group(2))
        if low == high:
            return [low]
        middle = dice.count(low, high - 1)
        return dice.some(["%d:%d" % (low, middle), "%d:%d" % (middle + 1, high)], 2, 2)


class LessTold(Property):
    """What is told never contradicts what was sure without it (EV-151)."""

    def second(self, dice, question):
        flow = copy.deepcopy(question.flow)
        keys = [key for key in ("protocol", "source_port", "destination_port", "icmp", "http")
                if key in flow]
        for key in dice.some(keys, 1, 3):
            del flow[key]
        destination = flow.get("destination", {})
        if "ip" in destination and set(destination) <= {"ip", "domains"} and dice.chance(0.5) \
                and destination["ip"] in words.OUTSIDE[4] + words.OUTSIDE[6]:
            destination.pop("domains", None)
        return Question(flow, question.options)

    def wrong(self, told, less):
        if "error" in told or "error" in less:
            return []
        lines = self.contradictions("the verdict", told["verdict"], less["verdict"])
        if [s["stage"] for s in told["stages"]] != [s["stage"] for s in less["stages"]]:
            return lines
        for one, other in zip(told["stages"], less["stages"]):
            lines += self.contradictions(one["stage"], one["action"], other["action"])
            if other["policy"] and other["action"] == one["action"]:
                hit = [(s["tier"], s["policy"], s["rule_index"]) for s in (one, other)]
                # A rule is named as well where an answer without a rule may take its place (EV-153).
                if hit[0] != hit[1] and not one["reason"]:
                    lines.append("%s: %s, but without: %s" % (one["stage"], *hit))
        return lines

    @staticmethod
    def contradictions(what, told, less):
        if less in ("unknown", told):
            return []
        return ["%s is %s, but without a field it is surely %s" % (what, told, less)]


class WithoutAllow(Property):
    """Where there are no tiers and no Pass, an Allow less turns no deny into an allow."""

    def base_cluster(self, cluster):
        return self.change(cluster, lambda documents: [
            self.without_tiers(d) for d in documents
            if d["kind"] != "Tier" and not d["kind"].endswith(("AdminNetworkPolicy",
                                                               "ClusterNetworkPolicy"))])

    @staticmethod
    def without_tiers(document):
        spec = document.get("spec", {})
        spec.pop("tier", None)
        for direction in ("ingress", "egress"):
            for rule in spec.get(direction) or []:
                if rule.get("action") == "Pass":
                    rule["action"] = "Deny"
                    rule.pop("http", None)
        return document

    def changed_cluster(self, dice, cluster):
        places = [(number, direction, index)
                  for number, document in enumerate(cluster["documents"])
                  if document["kind"] in ("NetworkPolicy", "GlobalNetworkPolicy", "Profile")
                  for direction in ("ingress", "egress")
                  for index, rule in enumerate(document["spec"].get(direction) or [])
                  if rule.get("action", "Allow") == "Allow"]
        if not places:
            return None
        number, direction, index = dice.one(places)

        def take_out(documents):
            spec = documents[number]["spec"]
            if is_calico(documents[number]) and documents[number]["kind"] != "Profile":
                # What the policy is for must not change with what is in it.
                spec["types"] = spec.get("types") or default_types(spec)
            elif documents[number]["kind"] == "NetworkPolicy":
                spec["policyTypes"] = spec.get("policyTypes") or ["Ingress"] + (
                    ["Egress"] if spec.get("egress") else [])
            del spec[direction][index]
            return documents
        return self.change(cluster, take_out)

    def wrong(self, before, after):
        if "error" in before:
            return []
        may_be = {"deny": ("deny",), "unknown": ("deny", "unknown")}.get(before["verdict"])
        if may_be and after["verdict"] not in may_be:
            return ["%s became %s" % (before["verdict"], after["verdict"])]
        return []


def default_types(spec):
    types = ["Ingress"] if spec.get("ingress") or not spec.get("egress") else []
    return types + (["Egress"] if spec.get("egress") else [])


class Promoted(Property):
    """Scope pending says what will be when staged policies are enforced (EV-180)."""

    KINDS = {"StagedNetworkPolicy": (CALICO, "NetworkPolicy"),
             "StagedGlobalNetworkPolicy": (CALICO, "GlobalNetworkPolicy"),
             "StagedKubernetesNetworkPolicy": ("networking.k8s.io/v1", "NetworkPolicy")}
    LABELS = {"snp:": "np:", "sgnp:": "gnp:", "sknp:": "knp:"}

    def changed_cluster(self, dice, cluster):
        policies = [d for d in cluster["documents"] if d["kind"] in POLICY_KINDS]
        names = [(d["metadata"]["name"], d["metadata"].get("namespace")) for d in policies]
        # Of equal names the kinds decide the order, and one may replace the other.
        if len(set(names)) != len(names) or not any(d["kind"] in self.KINDS for d in policies):
            return None
        return self.change(cluster, lambda documents: [
            self.promote(d) for d in documents
            if d.get("spec", {}).get("stagedAction") != "Delete"])

    def promote(self, document):
        if document["kind"] not in self.KINDS:
            return document
        document["apiVersion"], document["kind"] = self.KINDS[document["kind"]]
        document["spec"].pop("stagedAction", None)
        return document

    def first(self, dice, question):
        return Question(question.flow, {**question.options, "scope": "pending"})

    def second(self, dice, question):
        return Question(question.flow, {**question.options, "scope": "enforced"})

    def wrong(self, before, after):
        text = re.sub(r"\b(snp|sgnp|sknp):", lambda m: self.LABELS[m.group()],
                      json.dumps(plain_result(before)))
        for staged, kind in (("StagedKubernetesNetworkPolicy", "NetworkPolicy"),
                             ("StagedNetworkPolicy", "CalicoNetworkPolicy"),
                             ("StagedGlobalNetworkPolicy", "GlobalNetworkPolicy")):
            text = text.replace('"%s"' % staged, '"%s"' % kind)
        return differences(json.loads(text), plain_result(after))


class Relabelled(Property):
    """A query with another label says what a cluster with it would say."""

    KEYS, VALUES = words.KEYS, words.VALUES

    def __init__(self):
        self.reference, self.change_text = "", ""

    def changed_cluster(self, dice, cluster):
        kinds = {"Pod": "pod", "WorkloadEndpoint": "workloadendpoint",
                 "HostEndpoint": "hostendpoint", "NetworkSet": "networkset",
                 "GlobalNetworkSet": "globalnetworkset"}
        documents = [d for d in cluster["documents"] if d["kind"] in kinds and not (
            d["spec"].get("hostNetwork") or d.get("status", {}).get("phase") in (
                "Succeeded", "Failed"))]
        if not documents:
            return None
        document = dice.one(documents)
        metadata = document["metadata"]
        self.reference = "%s:%s" % (kinds[document["kind"]], metadata["name"] if document["kind"] in (
            "HostEndpoint", "GlobalNetworkSet") else "%(namespace)s/%(name)s" % metadata)
        key, value = dice.one(self.KEYS), dice.one(self.VALUES + [None])
        self.change_text = key + "-" if value is None else "%s=%s" % (key, value)
        labels = {k: v for k, v in metadata.get("labels", {}).items() if k != key}
        if value is not None:
            labels[key] = value
        other = {**document, "metadata": {**metadata, "labels": labels}}
        return {**cluster, "documents": [other if d is document else d
                                         for d in cluster["documents"]]}

    def first(self, dice, question):
        return Question(question.flow, question.options, [(self.reference, self.change_text)])


class RelabelledBackend(Relabelled):
    """The same through Services whose backends come from their selectors. Where a label may be a
    profile's, the query may say that it does not know."""

    KEYS, VALUES = words.KEYS[:2], words.VALUES[:2]

    def __init__(self):
        super().__init__()
        self.services, self.asked = [], []

    def base_cluster(self, cluster):
        kinds = ("Service", "EndpointSlice")
        documents = [d for d in cluster["documents"] if d["kind"] not in kinds]
        for number, (namespace, key, value) in enumerate(
                (namespace, key, value) for namespace in words.NAMESPACES
                for key in self.KEYS for value in self.VALUES):
            self.services.append("10.97.0.%d" % (number + 1))
            documents.append({
                "apiVersion": "v1", "kind": "Service",
                "metadata": {"name": "by-label-%d" % number, "namespace": namespace},
                "spec": {"clusterIP": self.services[-1], "selector": {key: value}, "ports": [
                    {"port": 80, "targetPort": (80, "http")[number % 2]}]}})
        return {**cluster, "documents": documents}

    def first(self, dice, question):
        self.asked.append(dice.one(self.services))
        return super().first(dice, self.to(question, self.asked[-1]))

    def second(self, dice, question):
        return self.to(question, self.asked.pop(0))

    def to(self, question, address):
        flow = {key: value for key, value in question.flow.items()
                if key not in ("pre_dnat", "ip_version")}
        flow.update(destination={"ip": address}, destination_port=80, protocol="TCP")
        return Question(flow, question.options)

    def wrong(self, before, after):
        if before.get("verdict") == "unknown":
            return []
        return differences(self.legs(before), self.legs(after))

    @staticmethod
    def legs(result):
        keys = ("error", "verdict", "decided_by", "reason", "depends_on")
        return [{key: leg.get(key) for key in keys + ("dnat",)}
                for leg in [result] + result.get("legs", [])]


class ThroughService(Property):
    """A Service's address is its backend, with pre_dnat filled in."""

    ADDRESSES = {4: "10.96.0.9", 6: "fd96::9"}

    def __init__(self):
        self.backend, self.port, self.target = "", 0, 0

    def changed_cluster(self, dice, cluster):
        family = dice.one([4, 6])
        self.backend = dice.one(words.ADDRESSES[family])
        self.port, self.target = dice.one([80, 443]), dice.one(words.PORTS)
        self.address = self.ADDRESSES[family]
        service = {"apiVersion": "v1", "kind": "Service",
                   "metadata": {"name": "through", "namespace": "red"},
                   "spec": {"clusterIP": self.address, "ports": [{"port": self.port}]}}
        backends = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
                    "metadata": {"name": "through", "namespace": "red",
                                 "labels": {"kubernetes.io/service-name": "through"}},
                    "addressType": "IPv%d" % family, "endpoints": [{"addresses": [self.backend]}],
                    "ports": [{"port": self.target}]}
        return self.change(cluster, lambda documents: documents + [service, backends])

    def first(self, dice, question):
        flow = {key: value for key, value in question.flow.items() if key != "pre_dnat"}
        flow.update(destination={"ip": self.backend}, destination_port=self.target, protocol="TCP",
                    pre_dnat={"ip": self.address, "port": self.port})
        return Question(flow, question.options)

    def second(self, dice, question):
        flow = {key: value for key, value in question.flow.items() if key != "pre_dnat"}
        flow.update(destination={"ip": self.address}, destination_port=self.port, protocol="TCP")
        return Question(flow, question.options)


ALL = (SelectsNothing, OtherOrder, InYaml, Renamed, EquivalentSelectors, SplitPorts, LessTold,
       WithoutAllow, Promoted, Relabelled, RelabelledBackend, ThroughService)
