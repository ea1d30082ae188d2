#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many flows a second Python gets judged, and C.

usage: bench.py [--flows N] [--rounds N] [--c PROGRAM]

The cluster has 1,000 pods and 800 policies and is made from a fixed seed, as are the flows. Each row is
the fastest of so many rounds by CPU time. PROGRAM is the one made of batch.c; the share is that of its
speed with an array that is kept, taken before and after, of which the faster counts. What needs numpy or pyarrow is left out where they are not
installed.
"""

import argparse
import ctypes
import ipaddress
import pathlib
import random
import subprocess
import tempfile
import time

import calpol
from calpol import _abi, _optional

PORTS = (80, 443, 8080, 5432, 6379, 9090, 53, 3306)


def pod_address(number):
    return str(ipaddress.ip_address("10.0.0.1") + number)


def cluster(draw):
    """YAML of 20 namespaces, 1,000 pods, 800 policies."""
    parts = []
    for number in range(20):
        parts.append(f"apiVersion: v1\nkind: Namespace\nmetadata: {{name: ns{number}, labels: {{team: t{number % 5}}}}}")
    for number in range(1000):
        parts.append(
            f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p{number}, namespace: ns{number % 20}, "
            f"labels: {{app: a{number % 7}}}}}\nspec: {{nodeName: n{number % 10}}}\n"
            f"status: {{podIPs: [{{ip: {pod_address(number)}}}]}}")
    for number in range(800):
        rules = "".join(
            f"\n  - {{action: {draw.choice(['Allow', 'Allow', 'Deny'])}, protocol: TCP, "
            f"source: {{selector: app == 'a{draw.randrange(7)}'}}, "
            f"destination: {{ports: [{draw.choice(PORTS)}, {draw.choice(PORTS)}]}}}}"
            for _ in range(draw.randrange(1, 6)))
        parts.append(
            f"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\n"
            f"metadata: {{name: np{number}, namespace: ns{number % 20}}}\n"
            f"spec:\n  selector: app == 'a{draw.randrange(7)}'\n  types: [Ingress]\n  ingress:{rules}")
    return "\n---\n".join(parts)


def table(draw, count):
    """Columns of lists: texts and numbers."""
    ends = [f"ns{n % 20}/p{n}" for n in range(1000)]
    addresses = [pod_address(n) for n in range(1000)] + [f"203.0.113.{n}" for n in range(250)]
    return {
        "source": draw.choices(addresses, k=count),
        "destination": draw.choices(ends, k=count),
        "protocol": draw.choices([6, 6, 6, 17], k=count),
        "source_port": draw.choices(range(32768, 61000), k=count),
        "destination_port": draw.choices(PORTS, k=count),
        "no_http": True,
    }


def best(rounds, call):
    """Seconds of the fastest round."""
    times = []
    for _ in range(rounds):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return min(times)


def forms(ruleset, lists):
    """The same flows in other forms: name and table."""
    yield "lists", lists
    numpy, pyarrow = _optional.numpy(), _optional.pyarrow()
    if numpy is None:
        return
    arrays = {name: numpy.array(values) if isinstance(values, list) else values
              for name, values in lists.items()}
    yield "numpy, texts", {**arrays, "source": arrays["source"].astype("S"),
                           "destination": arrays["destination"].astype("S")}
    flows = ruleset.flows(lists).to_numpy()
    yield "numpy, ids", {**arrays, "source": flows["source_endpoint"].copy(),
                         "source_address": flows["source_address"]["bytes"][:, :4].copy(),
                         "destination": flows["destination_endpoint"].copy()}
    if pyarrow is None:
        return
    columns = pyarrow.table({name: values for name, values in lists.items() if name != "no_http"})
    yield "Arrow, texts", columns.append_column("no_http", pyarrow.array([True] * len(columns)))


def measure(ruleset, lists, rounds):
    """Name and flows a second of each way."""
    flows = ruleset.flows(lists)
    count = len(flows)
    out = bytearray(count * ctypes.sizeof(_abi.Verdict))
    yield "records", count / best(rounds, lambda: ruleset.evaluate_batch(flows, out=out))
    yield "records, new array", count / best(rounds, lambda: ruleset.evaluate_batch(flows))
    for name, columns in forms(ruleset, lists):
        yield name, count / best(rounds, lambda: ruleset.evaluate_batch(columns))
        yield f"{name}, flows() only", count / best(rounds, lambda: ruleset.flows(columns))
    if _optional.pyarrow() is not None:
        verdicts = ruleset.evaluate_batch(flows)
        yield "to_arrow() only", count / best(rounds, verdicts.to_arrow)
    single = dict(source="10.0.0.1", destination="ns1/p1", protocol="TCP", destination_port=80)
    yield "evaluate()", 1 / best(1000, lambda: ruleset.evaluate(**single))
    yield "explain()", 1 / best(200, lambda: ruleset.explain(**single))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--flows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--c", help="the program made of batch.c")
    arguments = parser.parse_args()
    draw = random.Random(7)

    with tempfile.TemporaryDirectory() as folder:
        policies, records = pathlib.Path(folder) / "cluster.yaml", pathlib.Path(folder) / "flows"
        policies.write_text(cluster(draw), encoding="utf-8")
        ruleset = calpol.load(policies)
        lists = table(draw, arguments.flows)
        records.write_bytes(ruleset.flows(lists).buffer)

        def in_c():
            command = [arguments.c, str(policies), str(records), str(arguments.rounds)]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            return [arguments.flows / int(line) * 1e9 for line in answer.split()]

        before = in_c() if arguments.c else []
        rows = list(measure(ruleset, lists, arguments.rounds))
        after = in_c() if arguments.c else []
        kept, *new = map(max, before, after) if before else [0]
        rows += [("C, records", kept), ("C, records, new array", *new)] if kept else []
        print(ruleset, {str(action): n for action, n in ruleset.evaluate_batch(lists).counts().items()})
        for name, speed in rows:
            share = f"{speed / kept:8.1%}" if kept else ""
            print(f"{name:28} {speed:14,.0f} a second {share}")


if __name__ == "__main__":
    main()
