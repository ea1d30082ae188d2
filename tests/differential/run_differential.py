#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks calpol and a slow model of the specification the same questions about random clusters.

    run_differential.py DRIVER [--family calico|kubernetes] [--cases N] [--seed TEXT]
                        [--only SEED] [--keep FOLDER] [--jobs N]

DRIVER is the program of driver.c. A case is one flow on one cluster; the whole results must be the
same. What differs is made as small as it gets, printed with its seed, and written to FOLDER in the
form of tests/vectors/. --only asks the questions of one cluster again, by the seed that was
printed. The exit status is 0 if nothing differs and 77 if PyYAML is not there.
"""
import argparse
import collections
import multiprocessing
import os
import sys
import time

try:
    import yaml  # noqa: F401 (the models need it)
except ImportError:
    print("skipped: PyYAML is not installed (package python3-yaml)")
    sys.exit(77)

import families
import report
from driver import Crash, Driver, Script, parse, parse_batch

CLUSTERS_A_RUN = 10  # of the driver
MOST_SHOWN = 10


class Tally:
    """What came of some clusters."""

    def __init__(self):
        self.cases = self.plain = self.judged = self.clusters = self.updated = 0
        self.verdicts = collections.Counter()
        self.found = []  # report.Finding

    def add(self, other):
        self.cases += other.cases
        self.plain += other.plain
        self.judged += other.judged
        self.clusters += other.clusters
        self.updated += other.updated
        self.verdicts += other.verdicts
        self.found += other.found


def script_of(cases):
    script = Script()
    for case in cases:
        script.load(case.cluster)
        for flow, options in case.questions:
            script.ask(flow, options)
        script.batch()
    return script


def judge_answers(family, case, lines, tally):
    """Compares the answers to the questions of one case; lines begin with that to the load."""
    if lines[0] != "loaded":
        tally.found.append(report.Finding(case, None, ["calpol " + lines[0]]))
        return
    model = family.model(case.cluster)
    for question, line in zip(case.questions, lines[1:]):
        faults, answer = parse(line)
        expected = model.ask(*question)
        tally.cases += 1
        tally.verdicts[expected.get("error") or expected["verdict"]] += 1
        wrong = model.differences(expected, answer)
        if faults:
            wrong.append("the ways of asking differ: " + faults)
        if wrong:
            tally.found.append(report.Finding(case, question, wrong))
    faults, plain, judged, updated = parse_batch(lines[-1])
    tally.clusters += 1
    tally.updated += updated
    tally.plain += plain
    tally.judged += judged
    if faults:
        tally.found.append(report.Finding(case, None, ["plain flows differ: " + faults]))


def run_cases(family, driver, cases, tally):
    """One run of the driver. After a crash the cases are run alone, to find the one."""
    try:
        lines = driver.run(script_of(cases))
    except Crash as crash:
        if len(cases) > 1:
            for case in cases:
                run_cases(family, driver, [case], tally)
        else:
            tally.found.append(report.Finding(cases[0], None, ["crash: %s" % crash.args[1]]))
        return
    for case in cases:
        count = len(case.questions) + 2
        judge_answers(family, case, lines[:count], tally)
        lines = lines[count:]


def run_seeds(job):
    """A process's share of the work."""
    command, family_name, flow_count, seeds = job
    family = families.BY_NAME[family_name]
    tally = Tally()
    run_cases(family, Driver(command), [family.case(seed, flow_count) for seed in seeds], tally)
    return tally


def jobs_of(arguments):
    """Shares that make up the number of cases, each with seeds of its own."""
    family = families.BY_NAME[arguments.family]
    if arguments.only:
        yield arguments.driver, family.name, family.flows_a_cluster, [arguments.only]
        return
    count = -(-arguments.cases // family.flows_a_cluster)
    for first in range(0, count, CLUSTERS_A_RUN):
        seeds = ["%s/%d" % (arguments.seed, number)
                 for number in range(first, min(first + CLUSTERS_A_RUN, count))]
        yield arguments.driver, family.name, family.flows_a_cluster, seeds


def run(arguments):
    tally = Tally()
    with multiprocessing.Pool(arguments.jobs) as pool:
        for share in pool.imap_unordered(run_seeds, jobs_of(arguments)):
            tally.add(share)
            if len(tally.found) > 10 * MOST_SHOWN:
                pool.terminate()
                break
    return tally


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver")
    parser.add_argument("--family", choices=sorted(families.BY_NAME), default="calico")
    parser.add_argument("--cases", type=int, default=10000)
    parser.add_argument("--seed", default="1", help="any text; \"random\" is a new one each time")
    parser.add_argument("--only", help="the seed of one cluster, as printed")
    parser.add_argument("--keep", help="folder for the differences, one vector a file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    chosen = parser.parse_args(arguments)
    if chosen.seed == "random":
        chosen.seed = "%x" % time.time_ns()
    return chosen


def main(arguments):
    arguments = parse_arguments(arguments)
    started = time.monotonic()
    tally = run(arguments)
    family = families.BY_NAME[arguments.family]
    shown = report.of_several_kinds(tally.found, MOST_SHOWN)
    for finding in shown:
        report.show(finding, family, Driver(arguments.driver), arguments.keep)
    verdicts = ", ".join("%d %s" % (count, name) for name, count in tally.verdicts.most_common())
    print("%s; %d as plain structs, %d of them by programs" % (verdicts, tally.plain, tally.judged))
    print("%d clusters written and opened again, %d of them made by an update, too"
          % (tally.clusters, tally.updated))
    print("%s: %d cases from seed %s in %.0f s, %d differences"
          % (arguments.family, tally.cases, arguments.seed, time.monotonic() - started,
             len(tally.found)))
    return 1 if tally.found or not tally.cases else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
