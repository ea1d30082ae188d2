# SPDX-License-Identifier: Apache-2.0
"""The examples for tables larger than a machine: what they say of each flow is what calpol says.

usage: check_tables.py SOURCE_ROOT duckdb|spark

Skipped, saying so, where the packages are missing; CALPOL_EXAMPLES_PYTHON names an interpreter that
has them.
"""

import collections
import csv
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

import calpol

PACKAGES = {"duckdb": ["duckdb", "pyarrow", "numpy"], "spark": ["pyspark", "pyarrow", "pandas", "numpy"]}
ENDS = ["shop/web", "shop/db", "shop/report", "10.0.1.10", "203.0.113.9", "shop/nobody", ""]
ROWS = 3000


def flows():
    for row in range(ROWS):
        port = ["5432", "80", ""][row // 49 % 3]
        yield [row, ENDS[row % 7], ENDS[row // 7 % 7], ["TCP", "UDP"][row % 2], port]


def expected(root):
    """How many flows there are of each verdict, asked one by one."""
    ruleset = calpol.load(str(root / "examples" / "shop"))
    found = collections.Counter()
    known = {}
    for _, source, destination, protocol, port in flows():
        words = {"source": source, "destination": destination, "protocol": protocol,
                 "destination_port": int(port) if port else None}
        key = tuple(words.values())
        if key not in known:
            try:
                known[key] = str(ruleset.evaluate(**words).action)
            except calpol.FlowError:
                known[key] = "none"
        # What a table lacks is not taken for an end outside.
        found[known[key] if source and destination else "none"] += 1
    return found


def missing(python, name):
    """Why the example cannot run; None if it can."""
    if name == "spark" and not shutil.which("java"):
        return "there is no java"
    for package in PACKAGES[name]:
        if subprocess.run([python, "-c", f"import {package}"], capture_output=True, check=False).returncode:
            return f"there is no Python package {package}"
    return None


def run(python, root, name, table, folder):
    """Verdict to number, from what the example prints."""
    policies = root / "examples" / "shop"
    if name == "spark":  # workers get it compiled
        policies = folder / "shop.calpol"
        calpol.load(str(root / "examples" / "shop")).save(policies)
    command = [python, str(root / "examples" / name / "judge.py"), str(policies), table]
    if name == "spark":
        command += [str(folder / "out"), "2"]
    done = subprocess.run(command, capture_output=True, text=True, check=False,
                          env=dict(os.environ, PYSPARK_PYTHON=python, SPARK_LOCAL_IP="127.0.0.1"))
    if done.returncode:
        return None, done.stderr.splitlines()[-5:]
    found = collections.Counter()
    for row in done.stdout.splitlines():
        cells = [cell.strip() for cell in re.split("[|│]", row)]
        if len(cells) > 3 and cells[1] in ("allow", "deny", "unknown", "none"):
            found[cells[1]] += int(cells[-2])
    return found, []


def main():
    root, name = pathlib.Path(sys.argv[1]), sys.argv[2]
    python = os.environ.get("CALPOL_EXAMPLES_PYTHON") or sys.executable
    results = Results()
    title = f"examples/{name} says of each flow what calpol says"
    reason = missing(python, name)
    if reason:
        results.skip(title, reason)
        results.finish()
    with tempfile.TemporaryDirectory() as folder:
        table = pathlib.Path(folder) / "flows.csv"
        with open(table, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "source", "destination", "protocol", "destination_port"])
            writer.writerows(flows())
        found, faults = run(python, root, name, str(table), pathlib.Path(folder))
    wanted = expected(root)
    if not faults and found != wanted:
        faults = [f"{dict(found)} instead of {dict(wanted)}"]
    results.check(title, faults)
    results.finish()


if __name__ == "__main__":
    main()
