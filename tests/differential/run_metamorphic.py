#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Asks calpol two questions whose answers must go together, about random clusters.

    run_metamorphic.py DRIVER [--clusters N] [--seed TEXT] [--only SEED] [--jobs N]

DRIVER is the program of driver.c; properties.py tells which questions. No model takes part. Prints
what does not hold, with its seed; the exit status is 0 if all does.
"""
import argparse
import collections
import json
import multiprocessing
import os
import sys
import time

try:
    import yaml  # noqa: F401 (one property needs it)
except ImportError:
    print("skipped: PyYAML is not installed (package python3-yaml)")
    sys.exit(77)

import properties
from cases import calico_case
from dice import Dice
from driver import Crash, Driver, Script, parse

FLOWS_A_CLUSTER = 12
MOST_SHOWN = 5


class Pair:
    """A property, two clusters made for it, and the questions to each."""

    def __init__(self, kind, case):
        dice = Dice(case.seed + kind.__name__)
        self.rule = kind()
        self.base = self.rule.base_cluster(case.cluster)
        self.changed = self.rule.changed_cluster(dice, self.base)
        questions = [properties.Question(*question) for question in case.questions]
        if self.changed:
            self.first = [self.rule.first(dice, question) for question in questions]
            self.second = [self.rule.second(dice, question) for question in questions]

    def write(self, script):
        for cluster, questions in ((self.base, self.first), (self.changed, self.second)):
            script.load(cluster)
            for question in questions:
                script.ask(question.flow, question.options, question.relabel)


def judge_pair(case, pair, before, after):
    """What does not hold, as texts. The lists begin with the answers to the loads."""
    name = "%s, seed %s: " % (type(pair.rule).__name__, case.seed)
    if before[0] != "loaded" or after[0] != "loaded":
        return [name + "one cluster is %s, the other %s" % (before[0], after[0])]
    found = []
    for first, second, one, other in zip(pair.first, pair.second, before[1:], after[1:]):
        wrong = pair.rule.wrong(parse(one)[1], parse(other)[1])
        if wrong:
            found.append(name + "\n#   ".join(["", json.dumps(first.flow), json.dumps(second.flow)]
                                              + wrong[:6]))
    return found


def run_seed(job):
    """One cluster: how many questions each property had, and what does not hold."""
    command, seed = job
    case = calico_case(seed, FLOWS_A_CLUSTER)
    counts, found, script = collections.Counter(), [], Script()
    pairs = [pair for pair in (Pair(kind, case) for kind in properties.ALL) if pair.changed]
    for pair in pairs:
        pair.write(script)
    try:
        lines = Driver(command).run(script)
    except Crash as crash:
        return counts, ["crash, seed %s: %s" % (seed, crash.args[1])]
    for pair in pairs:
        count = FLOWS_A_CLUSTER + 1
        found += judge_pair(case, pair, lines[:count], lines[count:2 * count])
        lines = lines[2 * count:]
        counts[type(pair.rule).__name__] += FLOWS_A_CLUSTER
    return counts, found


def run(arguments):
    """Totals over all clusters."""
    seeds = [arguments.only] if arguments.only else [
        "%s/%d" % (arguments.seed, number) for number in range(arguments.clusters)]
    counts, found = collections.Counter(), []
    with multiprocessing.Pool(arguments.jobs) as pool:
        jobs = ((arguments.driver, seed) for seed in seeds)
        for some_counts, some_found in pool.imap_unordered(run_seed, jobs, 4):
            counts += some_counts
            found += some_found
    return counts, found


def parse_arguments(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver")
    parser.add_argument("--clusters", type=int, default=500)
    parser.add_argument("--seed", default="1", help="any text; \"random\" is a new one each time")
    parser.add_argument("--only", help="the seed of one cluster, as printed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    chosen = parser.parse_args(arguments)
    if chosen.seed == "random":
        chosen.seed = "%x" % time.time_ns()
    return chosen


def main(arguments):
    arguments = parse_arguments(arguments)
    started = time.monotonic()
    counts, found = run(arguments)
    for text in found[:MOST_SHOWN]:
        print("---- " + text)
    print(", ".join("%s %d" % pair for pair in sorted(counts.items())))
    print("%d pairs of questions from seed %s in %.0f s, %d do not hold"
          % (sum(counts.values()), arguments.seed, time.monotonic() - started, len(found)))
    return 1 if found or not counts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
