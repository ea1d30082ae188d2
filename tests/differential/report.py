# SPDX-License-Identifier: Apache-2.0
"""Differences: made small, shown, and written as vectors."""
import json
import os
import re

import yaml

import driver as asking
from shrink import shrink


class Finding:
    """One difference: where, and in which words."""

    def __init__(self, case, question, wrong):
        self.case = case
        self.question = question  # None: it lies in loading, or in no single question
        self.wrong = wrong

    def kind(self):
        """What differs, without values and positions."""
        return kind_of(self.wrong)


def kind_of(wrong):
    """The names of what is wrong: findings of one kind are most likely one fault."""
    return tuple(sorted({re.sub(r"\[\d+\]", "", line.split(":")[0]).split(".")[-1]
                         for line in wrong}))


def of_several_kinds(findings, most):
    """At most so many, one of each kind first."""
    first = {}
    for finding in findings:
        first.setdefault(finding.kind(), finding)
    chosen = list(first.values())
    chosen += [finding for finding in findings if finding not in chosen]
    return chosen[:most]


# -- making small


def parts_of(finding):
    """What can be taken away from. Options count at the load, where all of them can be set."""
    cluster = finding.case.cluster
    flow, options = finding.question or ({}, {})
    return {"documents": cluster["documents"], "flow": flow,
            "options": {**cluster["options"], **options}}


def cluster_of(finding, parts):
    return {**finding.case.cluster, "documents": parts["documents"], "options": parts["options"]}


def wrong_with(family, driver, cluster, flow):
    """What is wrong with calpol's answer, the refusal of a cluster included; None: cannot be said."""
    try:
        refusal, faults, answer = asking.ask(driver, cluster, flow)
        if refusal:
            return [refusal]
        model = family.model(cluster)
        wrong = model.differences(model.ask(flow, {}), answer)
    except asking.Crash as crash:
        return ["crash: %s" % crash.args[1]]
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return None  # the model makes no sense of what is left
    return wrong + (["the ways of asking differ: " + faults] if faults else [])


def minimal(finding, family, driver):
    """The smallest parts with the same kind of difference, or all of them if it does not show."""
    parts = parts_of(finding)

    def judge(candidate):
        wrong = wrong_with(family, driver, cluster_of(finding, candidate), candidate["flow"])
        return kind_of(wrong) if wrong else None

    kind = judge(parts)
    if not kind:
        return parts, False
    return shrink(parts, lambda candidate: judge(candidate) == kind, family.kept), True


# -- showing and writing


def vector_of(finding, parts, family):
    """The case in the form of evaluation.md, chapter 16."""
    cluster = cluster_of(finding, parts)
    vector = {"id": "differential-" + re.sub(r"\W+", "-", finding.case.seed), "rule": "",
              "resources": yaml.safe_dump_all(parts["documents"], sort_keys=False),
              "flow": parts["flow"],
              "options": {**parts["options"], "dialect": cluster["dialect"]},
              "expect": {}, "note": "; ".join(finding.wrong[:4])}
    if cluster["lenient"]:
        vector["lenient"] = True
    try:
        model = family.model(cluster)
        vector["expect"] = model.expectation(model.ask(parts["flow"], {}))
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        pass  # a crash or a refusal, on what the model does not read
    return vector


def show(finding, family, driver, folder):
    parts, shows = minimal(finding, family, driver)
    cluster = cluster_of(finding, parts)
    wrong = wrong_with(family, driver, cluster, parts["flow"])
    print("---- seed %s" % finding.case.seed)
    if not shows:
        print("# does not show alone, ask again with --only %s: %s" % (
            finding.case.seed, json.dumps(finding.question)))
        print("\n".join("# " + line for line in finding.wrong[:4]))
        return
    print(yaml.safe_dump_all(parts["documents"], sort_keys=False, default_flow_style=None,
                             width=100), end="")
    print("# flow %s, options %s%s" % (json.dumps(parts["flow"]), json.dumps(parts["options"]),
                                       ", lenient" if cluster["lenient"] else ""))
    for line in (wrong or finding.wrong)[:12]:
        print("# " + line)
    if folder:
        write(vector_of(finding, parts, family), folder)


def write(vector, folder):
    os.makedirs(folder, exist_ok=True)
    path = os.path.join(folder, vector["id"] + ".json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump([vector], file, indent=1, ensure_ascii=False)
        file.write("\n")
    print("# written to " + path)
