# SPDX-License-Identifier: Apache-2.0
"""A dump of a whole cluster, as kubectl prints it, loads as it is and answers.

usage: check_dump.py CALPOL

The cluster is made up: 20 namespaces of 25 pods in five Deployments, and ten NetworkPolicies each:
one closes the namespace, the others open single ports between applications. So every answer is
known beforehand. status, managedFields and the objects that kubectl lists beside them are there.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

NAMESPACES = 20
APPLICATIONS = 5
REPLICAS = 5
PORTS = range(8000, 8009)  # one for each opening policy of a namespace


def metadata(name, namespace=None, **more):
    """Metadata with what a server adds."""
    fields = {"f:metadata": {"f:labels": {".": {}, "f:app": {}}}, "f:spec": {"f:nodeName": {}}}
    result = {
        "name": name,
        "uid": "00000000-0000-4000-8000-000000000000",
        "resourceVersion": "123456",
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "managedFields": [{"manager": "kubectl", "operation": "Update", "apiVersion": "v1",
                           "time": "2026-01-02T03:04:05Z", "fieldsType": "FieldsV1",
                           "fieldsV1": fields}],
        **more,
    }
    if namespace:
        result["namespace"] = namespace
    return result


def owner(kind, name):
    return [{"apiVersion": "apps/v1", "kind": kind, "name": name, "controller": True,
             "blockOwnerDeletion": True, "uid": "00000000-0000-4000-8000-000000000000"}]


def template(application):
    return {"metadata": {"labels": {"app": application}, "creationTimestamp": None},
            "spec": {"containers": [{"name": "main", "image": "example/app:1", "resources": {},
                                     "ports": [{"name": "http", "containerPort": 8080,
                                                "protocol": "TCP"}]}],
                     "restartPolicy": "Always", "dnsPolicy": "ClusterFirst"}}


def workload(kind, name, namespace, application, **more):
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata(name, namespace, **more),
            "spec": {"replicas": REPLICAS, "selector": {"matchLabels": {"app": application}},
                     "template": template(application)},
            "status": {"replicas": REPLICAS, "observedGeneration": 1}}


def pod(namespace, application, replica, number):
    name = f"{application}-6c9f-{replica}"
    spec = template(application)["spec"]
    spec.update(nodeName=f"node-{number % 3}", serviceAccountName="default",
                volumes=[{"name": "token", "projected": {"sources": []}}])
    address = f"10.1.{number // 250}.{number % 250 + 1}"
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": metadata(name, namespace, generateName=f"{application}-6c9f-",
                                 labels={"app": application, "pod-template-hash": "6c9f"},
                                 ownerReferences=owner("ReplicaSet", f"{application}-6c9f")),
            "spec": spec,
            "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}],
                       "hostIP": f"192.0.2.{number % 3 + 1}", "qosClass": "BestEffort",
                       "conditions": [{"type": "Ready", "status": "True"}]}}


def policy(namespace, name, spec):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": metadata(name, namespace), "spec": spec, "status": {}}


def policies(namespace):
    """One that closes the namespace, and one for each port: from the next application."""
    yield policy(namespace, "closed", {"podSelector": {}, "policyTypes": ["Ingress"]})
    for port in PORTS:
        to = port % APPLICATIONS
        peer = {"podSelector": {"matchLabels": {"app": f"app-{(to + 1) % APPLICATIONS}"}}}
        yield policy(namespace, f"open-{port}", {
            "podSelector": {"matchLabels": {"app": f"app-{to}"}}, "policyTypes": ["Ingress"],
            "ingress": [{"from": [peer], "ports": [{"port": port, "protocol": "TCP"}]}]})


def cluster():
    number = 0
    for node in range(3):
        yield {"apiVersion": "v1", "kind": "Node", "metadata": metadata(f"node-{node}"),
               "status": {"addresses": [{"type": "InternalIP", "address": f"192.0.2.{node + 1}"}]}}
    for index in range(NAMESPACES):
        namespace = f"team-{index}"
        yield {"apiVersion": "v1", "kind": "Namespace", "spec": {"finalizers": ["kubernetes"]},
               "metadata": metadata(namespace), "status": {"phase": "Active"}}
        yield {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata("settings", namespace),
               "data": {"yes": "1", "on": "off"}}
        for application in (f"app-{i}" for i in range(APPLICATIONS)):
            yield workload("Deployment", application, namespace, application)
            yield workload("ReplicaSet", f"{application}-6c9f", namespace, application,
                           ownerReferences=owner("Deployment", application))
            for replica in range(REPLICAS):
                yield pod(namespace, application, replica, number)
                number += 1
        yield from policies(namespace)


def flows():
    """(flow, verdict): the port that is open, another one, and one from another namespace."""
    for index in range(NAMESPACES):
        for port in PORTS:
            to, source = port % APPLICATIONS, (port + 1) % APPLICATIONS
            for name, wanted, asked in ((f"team-{index}", "allow", port),
                                        (f"team-{index}", "deny", 9000),
                                        (f"team-{(index + 1) % NAMESPACES}", "deny", port)):
                yield {"source": {"ref": f"pod:{name}/app-{source}-6c9f-{port % REPLICAS}"},
                       "destination": {"ref": f"pod:team-{index}/app-{to}-6c9f-0"},
                       "protocol": "TCP", "destination_port": asked}, wanted


def as_yaml(value, indent=0):
    """Rows of block style."""
    pad = "  " * indent
    if isinstance(value, dict) and value:
        for key, item in value.items():
            if isinstance(item, (dict, list)) and item:
                yield f"{pad}{json.dumps(key)}:"
                yield from as_yaml(item, indent + 1)
            else:
                yield f"{pad}{json.dumps(key)}: {json.dumps(item)}"
    elif isinstance(value, list) and value:
        for item in value:
            rows = list(as_yaml(item, indent + 1))
            yield f"{pad}- {rows[0].lstrip()}"
            yield from rows[1:]
    else:
        yield f"{pad}{json.dumps(value)}"


def check(results, calpol, name, text):
    asked = list(flows())
    with tempfile.NamedTemporaryFile("w", suffix="." + name) as file:
        file.write(text)
        file.flush()
        done = subprocess.run([calpol, "eval", "-p", file.name, "--flow", "-", "-o", "json"],
                              input="".join(json.dumps(f) + "\n" for f, _ in asked),
                              capture_output=True, text=True)
    answers = [json.loads(row)["verdict"] for row in done.stdout.splitlines()]
    faults = [f"{json.dumps(flow)} is {answer}, expected {wanted}"
              for (flow, wanted), answer in zip(asked, answers) if answer != wanted]
    if len(answers) != len(asked):
        faults.append(f"{len(answers)} answers to {len(asked)} flows: {done.stderr[:400]}")
    if done.stderr:
        faults.append(f"there are complaints: {done.stderr[:400]}")
    results.check(f"a dump of 500 pods and 200 policies in {name} answers {len(asked)} flows",
                  faults[:5])


def main(calpol):
    results = Results()
    dump = {"apiVersion": "v1", "items": list(cluster()), "kind": "List",
            "metadata": {"resourceVersion": ""}}
    check(results, calpol, "json", json.dumps(dump, indent=4))
    check(results, calpol, "yaml", "\n".join(as_yaml(dump)) + "\n")
    results.finish()


main(*sys.argv[1:])
