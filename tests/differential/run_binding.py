#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks the Python package what the driver is asked, about random clusters.

    run_binding.py DRIVER [--clusters N] [--seed TEXT]

The package is found like any other (PYTHONPATH, CALPOL_LIBRARY). Whole answers must be equal, and a
table of flows must come to what they come to one by one. The exit status is 0 if all is so.
"""
import argparse
import json
import sys

try:
    import yaml  # noqa: F401 (the driver's side needs it)
except ImportError:
    print("skipped: PyYAML is not installed (package python3-yaml)")
    sys.exit(77)

import calpol

import before
import families
from driver import Driver, Script, parse, text_of

MOST_SHOWN = 5


def load(cluster):
    """The two texts that the driver loads, under the names that it gives them."""
    first, _, second, _ = before.split(cluster["documents"])
    return calpol.load(text={"first": text_of(first, None), "second": text_of(second, None)},
                       dialect=cluster["dialect"], lenient=cluster["lenient"],
                       options=cluster["options"])


def explain(ruleset, flow, options):
    """The answer as the driver would give it."""
    try:
        return ruleset.explain(flow, options=options or None).data
    except calpol.FlowError as error:
        return {"error": error.code}


def differs(found, expected):
    if "error" in expected:
        return found.get("error") != expected["error"]
    return found != expected


def end_of(ruleset, flow, side):
    """An end as a table has it: an address or a reference to an endpoint; None: something else."""
    end = flow.get(side, {})
    if set(end) - {"domains"} == {"ip"}:
        return end["ip"]
    if not set(end) <= {"ref", "domains"} or "ref" not in end:
        return None
    try:
        ruleset.endpoint(end["ref"])  # a pod on the host network is none
    except calpol.NotFoundError:
        return None
    return end["ref"]


def table_of(ruleset, flows):
    """Columns of the flows that fit into a table, and those flows."""
    keys = {"source", "destination", "protocol", "source_port", "destination_port", "http"}
    fitting = [flow for flow in flows if set(flow) <= keys and not flow.get("http", {})
               and end_of(ruleset, flow, "source") and end_of(ruleset, flow, "destination")
               and not flow["destination"].get("domains")]
    return fitting, {
        "source": [end_of(ruleset, flow, "source") for flow in fitting],
        "destination": [end_of(ruleset, flow, "destination") for flow in fitting],
        "protocol": [str(flow["protocol"]) if "protocol" in flow else None for flow in fitting],
        "source_port": [flow.get("source_port") for flow in fitting],
        "destination_port": [flow.get("destination_port") for flow in fitting],
        "no_http": ["http" in flow for flow in fitting],
        "no_domains": ["domains" in flow["destination"] for flow in fitting],
    }


def single(ruleset, flow):
    """The verdict of one flow; None for what contradicts itself."""
    try:
        return ruleset.evaluate(flow)
    except calpol.FlowError:
        return None


def judge_table(ruleset, flows):
    """How many flows fit into a table, and those whose verdicts there are not those of single flows."""
    fitting, table = table_of(ruleset, flows)
    verdicts = ruleset.evaluate_batch(ruleset.flows(table)) if fitting else []
    odd = []
    for flow, verdict in zip(fitting, verdicts):
        expected = single(ruleset, flow)
        if verdict != expected and not (expected is None and verdict.action == calpol.Action.NONE):
            odd.append(flow)
    return len(fitting), odd


def judge(driver, case):
    """How many flows were in a table, and texts on what differs."""
    script = Script()
    script.load(case.cluster)
    for flow, options in case.questions:
        script.ask(flow, options)
    ruleset = load(case.cluster)
    found = []
    for (flow, options), line in zip(case.questions, driver.run(script)[1:]):
        expected, answer = parse(line)[1], explain(ruleset, flow, options)
        if differs(answer, expected):
            found.append("seed %s: %s\n# %s\n# %s" % (case.seed, json.dumps(flow),
                                                    json.dumps(expected), json.dumps(answer)))
    count, odd = judge_table(ruleset, [flow for flow, _ in case.questions])
    return count, found + ["seed %s, in a table: %s" % (case.seed, json.dumps(f)) for f in odd]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver")
    parser.add_argument("--clusters", type=int, default=60)
    parser.add_argument("--seed", default="1")
    arguments = parser.parse_args(arguments)
    driver, found = Driver(arguments.driver), []
    count = in_tables = 0
    for family in families.BY_NAME.values():
        for number in range(arguments.clusters):
            case = family.case("%s/%d" % (arguments.seed, number), family.flows_a_cluster)
            fitting, differences = judge(driver, case)
            count += len(case.questions)
            in_tables += fitting
            found += differences
    for text in found[:MOST_SHOWN]:
        print("---- " + text)
    print("%d flows, %d in tables, %d differences" % (count, in_tables, len(found)))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
