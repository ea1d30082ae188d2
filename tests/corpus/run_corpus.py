#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks calpol what other projects' test suites ask, and compares the answers.

The corpus is not part of this project: it lies in a folder beside the source tree, and where it is
not there the test is skipped. Usage:

    run_corpus.py CALPOL CORPUS [CASE ...]     with cases: print every question of them

For each case a cluster is written from the case's topology and policies, loaded leniently, and
asked for every flow that has an answer, for flows inside the listed connections, and for pairs that
no connection names, which must be denied.

Where a file is what its tool accepts and not what an API server does, or a tool's convention is not
Kubernetes', the cluster is written so that the same question is asked:

* "pods" of admin policies without podSelector mean every pod to np-guard; the API demands the field.
  "namespaces" has a namespaceSelector inside in files from before 2024.
* Profiles kns.NS are written without the labels of their namespace, which the tools know from it.
* The tools take pods on the host network for ordinary pods.

The peers' convention is that networks never match pods (endpoint_ips_match_nets: false), while to
calpol an address is an address. So endpoints get addresses out of ranges that no policy names, of
both families, and flows between them run over the family that the policies' networks do not have.
"""
import ipaddress
import itertools
import json
import os
import re
import subprocess
import sys
import tempfile

PROTOCOLS = {"GRE": 47, "VRRP": 112}
OPTIONS = ["failsafe_inbound=none", "failsafe_outbound=none", "other_family_not_nets=match"]
CONNECTION_SAMPLES = 120  # questions a case, of connections and of pairs without one

# Cases whose answers rest on a peer's convention that Calico does not share, each with its reason.
BOTH_FAMILIES = "the networks of the rule are every address of both families; pods have addresses too"
TESTCASE_16 = "nca-calico/testcase16/equiv-ranges-%s-games@kube-system.testcase16-%s"
KNOWN = {
    TESTCASE_16 % ("writing", "simple-all-range"): BOTH_FAMILIES,
    TESTCASE_16 % ("writing", "nets-all-range-partition2-nets"): BOTH_FAMILIES,
    TESTCASE_16 % ("writing", "nets-all-range-partitioned-4-with-nets"): BOTH_FAMILIES,
    TESTCASE_16 % ("containment", "simple-all-range"): BOTH_FAMILIES,
}


def as_api_has_it(policy, namespaces):
    """A policy or profile in the form that an API server would have taken."""
    if policy["kind"] == "Profile":
        return with_namespace_labels(policy, namespaces)
    if not policy["kind"].endswith(("AdminNetworkPolicy", "ClusterNetworkPolicy")):
        return policy
    policy = json.loads(json.dumps(policy))
    ends = [policy["spec"].get("subject") or {}]
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for rule in policy["spec"].get(direction) or []:
            ends += rule.get(peers) or []
    for end in ends:
        if "pods" in end:
            end["pods"].setdefault("podSelector", {})
        if "namespaceSelector" in end.get("namespaces", {}):
            end["namespaces"] = end["namespaces"]["namespaceSelector"]
    return policy


def with_namespace_labels(profile, namespaces):
    """A declared profile kns.NS carries its namespace's labels, as the one it replaces would."""
    labels = namespaces.get(profile["metadata"]["name"].removeprefix("kns."))
    if labels is None or not profile["metadata"]["name"].startswith("kns."):
        return profile
    spec = dict(profile.get("spec") or {})
    spec["labelsToApply"] = {**{"pcns." + k: v for k, v in labels.items()},
                             **(spec.get("labelsToApply") or {})}
    return dict(profile, spec=spec)


class Cluster:
    """Resources made from a topology, and how its endpoints are called in a flow."""

    def __init__(self, topology, policies, real_addresses):
        self.refs = {}
        self.real_addresses = real_addresses
        self.family = family_without_nets(policies)
        self.names_icmp = '"ICMP' in json.dumps(policies)
        self.items = [self.namespace(n) for n in topology.get("namespaces", [])]
        for number, endpoint in enumerate(topology.get("endpoints", [])):
            self.items.append(self.endpoint(number, endpoint))
        self.items += [self.network_set(s) for s in topology.get("network_sets", [])]
        labels = {n["name"]: n.get("labels") or {} for n in topology.get("namespaces", [])}
        self.items += [as_api_has_it(p, labels) for p in policies]

    @staticmethod
    def namespace(namespace):
        return {"apiVersion": "v1", "kind": "Namespace",
                "metadata": {"name": namespace["name"], "labels": namespace.get("labels") or {}}}

    @staticmethod
    def network_set(entry):
        metadata = {"name": entry["name"], "labels": entry.get("labels") or {}}
        kind = "GlobalNetworkSet"
        if entry.get("namespace"):
            metadata["namespace"] = entry["namespace"]
            kind = "NetworkSet"
        return {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata,
                "spec": {"nets": list(dict.fromkeys(entry.get("nets") or []))}}

    def addresses(self, number, endpoint):
        if self.real_addresses:
            return endpoint.get("ips") or []
        return ["2001:db8:42::%x" % (number + 1), str(ipaddress.ip_address("240.66.0.1") + number)]

    def endpoint(self, number, endpoint):
        addresses = self.addresses(number, endpoint)
        if endpoint["kind"] == "host":
            return self.host_endpoint(endpoint, addresses)
        standard = [p for p in endpoint.get("profiles", []) if p.startswith(("kns.", "ksa."))]
        if standard and standard == endpoint["profiles"]:
            return self.pod(endpoint, addresses)
        return self.workload_endpoint(endpoint, addresses)

    def host_endpoint(self, endpoint, addresses):
        self.refs[endpoint["id"]] = "hostendpoint:" + endpoint["name"]
        return {"apiVersion": "projectcalico.org/v3", "kind": "HostEndpoint",
                "metadata": {"name": endpoint["name"], "labels": endpoint.get("labels") or {}},
                "spec": {"node": "node-of-" + endpoint["name"], "interfaceName": "eth0",
                         "expectedIPs": addresses, "profiles": endpoint.get("profiles") or [],
                         "ports": endpoint.get("ports") or []}}

    def pod(self, endpoint, addresses):
        # Replicas share a name in some topologies, so a pod is called by its number.
        name = "pod-%d" % len(self.refs)
        self.refs[endpoint["id"]] = "pod:%s/%s" % (endpoint["namespace"], name)
        ports = [{"name": p["name"], "containerPort": p["port"], "protocol": p["protocol"]}
                 for p in endpoint.get("ports") or []]
        accounts = [p.split(".", 2)[2] for p in endpoint["profiles"] if p.startswith("ksa.")]
        account = (accounts + [endpoint.get("service_account") or "default"])[0]
        return {"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": name, "namespace": endpoint["namespace"],
                             "labels": endpoint.get("labels") or {}},
                "spec": {"serviceAccountName": account,
                         "containers": [{"name": "c", "ports": ports}]},
                "status": {"podIPs": [{"ip": a} for a in addresses]}}

    def workload_endpoint(self, endpoint, addresses):
        self.refs[endpoint["id"]] = "workloadendpoint:%s/%s" % (endpoint["namespace"],
                                                                endpoint["name"])
        return {"apiVersion": "projectcalico.org/v3", "kind": "WorkloadEndpoint",
                "metadata": {"name": endpoint["name"], "namespace": endpoint["namespace"],
                             "labels": endpoint.get("labels") or {}},
                "spec": {"orchestrator": "k8s", "interfaceName": "cali1",
                         "ipNetworks": addresses, "profiles": endpoint.get("profiles") or [],
                         "ports": endpoint.get("ports") or []}}

    def party(self, name):
        if name.startswith("ip:"):
            return {"ip": name[3:]}
        return {"ref": self.refs[name]}


def family_without_nets(policies):
    """The address family that the policies' networks leave alone, IPv6 if they name both."""
    nets = re.findall(r'"([0-9a-fA-F.:]+)/\d+"', json.dumps(policies))
    families = {6 if ":" in net else 4 for net in nets}
    return 4 if families == {6} else 6


def flow_of(cluster, source, destination, protocol, port, source_port=None):
    flow = {"source": cluster.party(source), "destination": cluster.party(destination),
            "protocol": PROTOCOLS.get(protocol, protocol), "http": None}
    inside = "ref" in flow["source"] and "ref" in flow["destination"]
    if isinstance(port, list):
        flow["icmp"] = {"type": port[0], "code": port[1]}
    else:
        flow["destination_port"] = port
    flow["source_port"] = 40000 if source_port is None else source_port
    if inside and not cluster.real_addresses:
        # The name ICMP means IPv4 in Calico's rules, and ICMPv6 means IPv6.
        named = cluster.names_icmp and {"ICMP": 4, "ICMPv6": 6}.get(protocol)
        flow["ip_version"] = named or cluster.family
    return flow


def allowed_samples(allow, protocols):
    """Some (protocol, port) out of a connection's ALLOW."""
    if allow == "all":
        return [("TCP", 80), ("UDP", 53)] if protocols != "any" else [("TCP", 80), ("GRE", 0)]
    if isinstance(allow, dict):
        return [s for part in allow.get("union", []) for s in allowed_samples(part, protocols)]
    samples = []
    for item in allow:
        protocol = item.get("protocol")
        if protocol not in ("TCP", "UDP", "SCTP") or "src_ports" in item or "except" in item:
            continue
        for low, high in item.get("ports", [[1, 65535]])[:2]:
            samples += [(protocol, max(low, 1)), (protocol, high)]
    return samples


def first_address(name):
    return name.split("-")[0] if name.startswith("ip:") else name


def connection_questions(case, cluster):
    """Flows inside the connections, and pairs that no connection names."""
    protocols = case["scope"].get("protocols", "any")
    named = set()
    questions = []
    for entry in case.get("connections", []):
        for source, destination in itertools.product(entry["src"], entry["dst"]):
            named.add((source, destination))
            if source == destination:
                continue
            for protocol, port in allowed_samples(entry["allow"], protocols):
                questions.append((first_address(source), first_address(destination), protocol,
                                  port, "allow"))
    for pair in case.get("excluded", {}).get("pairs", []):
        named.update(itertools.product(pair["src"], pair["dst"]))
    if case.get("connections"):
        for source, destination in itertools.permutations(cluster.refs, 2):
            if (source, destination) not in named:
                questions.append((source, destination, "TCP", 80, "deny"))
    step = max(1, len(questions) // CONNECTION_SAMPLES)
    return questions[::step]


def ask(calpol, cluster, flows):
    """One result for each flow."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"apiVersion": "v1", "kind": "List", "items": cluster.items}, file)
        file.flush()
        command = [calpol, "eval", "-p", file.name, "--as-dataplane", "--flow", "-", "-o", "json"]
        for option in OPTIONS:
            command += ["--option", option]
        text = "".join(json.dumps(flow) + "\n" for flow in flows)
        run = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 2, 4):
        raise RuntimeError(run.stderr.strip() or "exit code %d" % run.returncode)
    return [json.loads(line) for line in run.stdout.splitlines()]


def questions_of(case, cluster):
    questions = [tuple(f) for f in case.get("flows", [])]
    return questions + connection_questions(case, cluster)


def load_case(corpus, path):
    with open(os.path.join(corpus, path), encoding="utf-8") as file:
        return json.load(file)


class Tally:
    def __init__(self):
        self.agree = self.unknown = self.known = 0
        self.differences = []

    def take(self, name, question, result):
        expected = question[4]
        got = result.get("verdict") or "error: %s" % result.get("error")
        if got == expected:
            self.agree += 1
        elif got == "unknown" and set(result.get("depends_on", [])) <= {"source.ip",
                                                                        "destination.ip"}:
            self.unknown += 1
        elif name in KNOWN:
            self.known += 1
        else:
            self.differences.append((name, question, got))


def run_case(calpol, corpus, case, tally, verbose):
    scope = case.get("scope") or {}
    cluster = Cluster(load_case(corpus, case["topology"]), load_case(corpus, case["policies"]),
                      scope.get("endpoint_ips_match_nets", False))
    questions = questions_of(case, cluster)
    flows = [flow_of(cluster, q[0], q[1], q[2], q[3], *q[5:6]) for q in questions]
    for question, flow, result in zip(questions, flows, ask(calpol, cluster, flows)):
        tally.take(case["case"], question, result)
        if verbose:
            print(json.dumps({"question": question, "flow": flow, "result": result}))
    return len(questions)


def main(arguments):
    calpol, corpus, wanted = arguments[1], arguments[2], arguments[3:]
    if not os.path.isdir(corpus):
        print("skipped: there is no corpus at %s" % corpus)
        return 77
    tally = Tally()
    case_count = question_count = 0
    failed = []
    for entry in load_case(corpus, "index.json"):
        case = load_case(corpus, os.path.join("cases", entry["case"] + ".json"))
        if "topology" not in case or not case.get("flows") or (
                wanted and entry["case"] not in wanted):
            continue
        case_count += 1
        try:
            question_count += run_case(calpol, corpus, case, tally, bool(wanted))
        except RuntimeError as error:
            failed.append((entry["case"], str(error)))
    for name, error in failed:
        print("FAILED %s: %s" % (name, error))
    for name, question, got in tally.differences[:60]:
        print("DIFFERENT %s: %s, but %s" % (name, json.dumps(question), got))
    print("%d cases, %d questions: %d agree, %d unknown for want of addresses, "
          "%d known deviations, %d differences, %d cases failed"
          % (case_count, question_count, tally.agree, tally.unknown, tally.known,
             len(tally.differences), len(failed)))
    return 1 if tally.differences or failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
