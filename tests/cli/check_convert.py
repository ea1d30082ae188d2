# SPDX-License-Identifier: Apache-2.0
"""What calpol convert prints means what was converted: the flows of the Kubernetes vectors have the
same verdict with the policies as written and as converted.

usage: check_convert.py CALPOL SOURCE_ROOT [EVERY]

With EVERY only each EVERYth vector is tried.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

POLICY = re.compile(r"^kind: \w*NetworkPolicy(List)?$", re.M)
FOREIGN = re.compile(r"^apiVersion: [\w.]*projectcalico.org/", re.M)
MIXED = re.compile(r"^kind: List$|^[{\[]", re.M)

VERDICTS = {0: "allow", 2: "deny", 4: "unknown"}


def split(resources):
    """The Kubernetes policies of a vector, and the rest of it; None if they cannot be told apart by
    their lines."""
    documents = re.split(r"^---$", resources, flags=re.M)
    policies, rest = [], []
    for document in documents:
        if MIXED.search(document):
            return None
        is_policy = POLICY.search(document) and not FOREIGN.search(document)
        (policies if is_policy else rest).append(document)
    return ("---".join(policies), "---".join(rest)) if policies else None


def run(arguments, text):
    return subprocess.run(arguments, input=text, capture_output=True, text=True)


def verdict(calpol, policies, rest, flow):
    """The exit status is the verdict. What Calico makes of Kubernetes policies is more than its API
    takes: networks of both families in one rule."""
    done = run([calpol, "eval", "-q", "--as-dataplane", "--dialect", "calico", "-p", policies, rest,
                "--flow", "-"], json.dumps(flow))
    return VERDICTS.get(done.returncode, done.stderr)


def compare(calpol, folder, vector):
    """"same", why there is nothing to compare, or a difference."""
    parts = split(vector["resources"])
    if not parts:
        return "mixed"
    written, rest, converted = (folder / name for name in ("written.yaml", "rest.yaml", "converted.yaml"))
    written.write_text(parts[0], encoding="utf-8")
    rest.write_text(parts[1], encoding="utf-8")
    # Nodes are among the rest, and a rule for nodes needs their addresses.
    done = run([calpol, "convert", "--as-dataplane", "-p", str(written), str(rest)], "")
    if done.returncode:
        return "refused"
    converted.write_text(done.stdout, encoding="utf-8")
    before = verdict(calpol, written, rest, vector["flow"])
    after = verdict(calpol, converted, rest, vector["flow"])
    if before not in VERDICTS.values():
        return "refused"
    return "same" if before == after else f"{vector['id']}: {before} as written, {after} as converted"


def main():
    calpol, root = sys.argv[1], pathlib.Path(sys.argv[2])
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    vectors = json.loads((root / "tests/vectors/kubernetes.json").read_text(encoding="utf-8"))
    vectors = vectors[::every]
    counts = collections.Counter()
    faults = []
    results = Results()

    with tempfile.TemporaryDirectory() as folder:
        for vector in vectors:
            outcome = compare(calpol, pathlib.Path(folder), vector)
            counts[outcome if outcome in ("same", "mixed", "refused") else "different"] += 1
            if outcome not in ("same", "mixed", "refused"):
                faults.append(outcome)
    print(f"# {len(vectors)} vectors: {dict(counts)}")
    results.check("converted policies mean what was written", faults)
    results.check("there was much to compare",
                  [] if counts["same"] > 0.9 * len(vectors) else [str(dict(counts))])
    results.finish()


main()
