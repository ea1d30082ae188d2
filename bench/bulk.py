# SPDX-License-Identifier: Apache-2.0
"""How many records a second `calpol eval --flow` answers, as a filter on one core.

usage: bulk.py CALPOL [--quick]

The example of the cat, and a cluster of the size of W2: 100,000 pods in 300 namespaces, 10,000
policies. Flows name their ends by reference and by address, in tables and in JSON. What is counted is the
processor's time of the whole command, without that of a run that loads the same and is asked nothing.
"""

import json
import os
import pathlib
import random
import sys
import tempfile

SEED = 7
NAMESPACES, APPS, TEAMS = 300, 10, 20
PORTS = [80, 443, 5432, 6379, 22]


def pod(number):
    namespace, app = number % NAMESPACES, number // NAMESPACES % APPS
    address = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    return f"ns{namespace}/app{app}-{number:06x}", address


def peers(chance):
    return [
        {"namespaceSelector": {"matchLabels": {"team": f"t{chance.randrange(TEAMS)}"}},
         "podSelector": {"matchLabels": {"app": f"app{chance.randrange(APPS)}"}}},
        {"ipBlock": {"cidr": f"10.{chance.randrange(2)}.{chance.randrange(256)}.0/24"}},
    ]


def policy(number, chance):
    rules = [{"from": peers(chance), "ports": [{"port": chance.choice(PORTS[:4])}]} for _ in range(3)]
    spec = {"podSelector": {"matchLabels": {"app": f"app{chance.randrange(APPS)}"}},
            "policyTypes": ["Ingress"], "ingress": rules}
    if number % 4 == 0:
        spec["policyTypes"].append("Egress")
        spec["egress"] = [{"to": peers(chance)[:1], "ports": [{"port": 443}]}]
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": f"p{number}", "namespace": f"ns{number % NAMESPACES}"}, "spec": spec}


def items(pods, policies, chance):
    for number in range(NAMESPACES):
        yield {"apiVersion": "v1", "kind": "Namespace",
               "metadata": {"name": f"ns{number}", "labels": {"team": f"t{number % TEAMS}"}}}
    for number in range(pods):
        reference, address = pod(number)
        namespace, name = reference.split("/")
        yield {"apiVersion": "v1", "kind": "Pod",
               "metadata": {"name": name, "namespace": namespace, "labels": {"app": name.split("-")[0]}},
               "spec": {"nodeName": f"n{number % 500}", "containers": [{"name": "c"}]},
               "status": {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}]}}
    for number in range(policies):
        yield policy(number, chance)


def write_cluster(path, pods, policies, chance):
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"apiVersion": "v1", "kind": "List", "items": [\n')
        file.write(",\n".join(json.dumps(item) for item in items(pods, policies, chance)))
        file.write("]}\n")


def write_flows(folder, ends, count, chance):
    """Files of flows between random ends, each with two members or columns that no flow has."""
    names = {"table, by reference": ("ref.tsv", 0, False), "table, by address": ("ip.tsv", 1, False),
             "JSON, by reference": ("ref.jsonl", 0, True), "JSON, by address": ("ip.jsonl", 1, True)}
    for file_name, form, is_json in names.values():
        with open(folder / file_name, "w", encoding="utf-8") as file:
            if not is_json:
                file.write("time\tsource\tdestination\tprotocol\tdestination_port\tbytes\n")
            for number in range(count):
                source, destination = chance.choice(ends)[form], chance.choice(ends)[form]
                port, size = chance.choice(PORTS), chance.randrange(100000)
                if is_json:
                    key = ["ref", "ip"][form]
                    file.write(f'{{"time": {number}, "source": {{"{key}": "{source}"}}, '
                               f'"destination": {{"{key}": "{destination}"}}, "protocol": "TCP", '
                               f'"destination_port": {port}, "bytes": {size}}}\n')
                else:
                    file.write(f"{number}\t{source}\t{destination}\tTCP\t{port}\t{size}\n")
    return names


def seconds(calpol, policies, flows):
    """Of the processor, for one run."""
    null = os.open(os.devnull, os.O_WRONLY)
    process = os.posix_spawn(
        calpol, [calpol, "eval", "-q", "-p", *policies, "--flow", str(flows), "-o", "records"], os.environ,
        file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)])
    _, status, usage = os.wait4(process, 0)
    os.close(null)
    if status:
        sys.exit(f"{flows}: exit status {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def measure(calpol, title, policies, ends, folder, count):
    chance = random.Random(SEED)
    names = write_flows(folder, ends, count, chance)
    empty = folder / "empty.tsv"
    empty.write_text("source\tdestination\n")
    loading = min(seconds(calpol, policies, empty) for _ in range(3))
    for name, (file_name, _, _) in names.items():
        best = min(seconds(calpol, policies, folder / file_name) for _ in range(3))
        rate = count / max(best - loading, 1e-9)
        print(f"{title:8} {name:22} {rate / 1000:8.0f} thousand records/s")


def main():
    calpol = os.path.abspath(sys.argv[1])
    quick = "--quick" in sys.argv
    pods, policies, count = (1000, 300, 2000) if quick else (100000, 10000, 1000000)
    example = pathlib.Path(__file__).resolve().parent.parent / "examples" / "cat"
    cat_ends = [("default/cat", "10.224.0.128"), ("catfacts/facts", "10.224.0.31"),
                ("catfacts/db", "10.224.0.233")]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        measure(calpol, "cat", [str(example)], cat_ends, folder, count)
        cluster = folder / "cluster.json"
        write_cluster(cluster, pods, policies, random.Random(SEED))
        measure(calpol, "W2", [str(cluster)], [pod(number) for number in range(pods)], folder, count)


if __name__ == "__main__":
    main()
