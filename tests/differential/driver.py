# SPDX-License-Identifier: Apache-2.0
"""Asking calpol: a thin dress over the program of driver.c."""
import json
import subprocess

import yaml

import before


class Script:
    """Commands for one run of the driver, and what each line of its output answers."""

    def __init__(self):
        self.lines = []

    def load(self, cluster):
        """Loads a cluster: a mapping of documents, dialect, lenient, options, and perhaps form."""
        for name, value in cluster.get("options", {}).items():
            self.lines.append("option %s %s" % (name, value))
        first, old, second, gone = before.split(cluster["documents"])
        form = cluster.get("form")
        texts = [text_of(first, form), text_of(old, form), text_of(second, form), ",".join(gone)]
        self.lines.append("load %s %s %s" % (cluster["dialect"],
                                             "lenient" if cluster["lenient"] else "strict",
                                             "\t".join(texts)))

    def ask(self, flow, options=(), relabel=()):
        for name, value in dict(options).items():
            self.lines.append("set %s %s" % (name, value))
        for reference, change in relabel:
            self.lines.append("relabel %s %s" % (reference, change))
        self.lines.append("flow " + json.dumps(flow))

    def batch(self):
        self.lines.append("batch")


def text_of(documents, form):
    if form == "yaml":
        return json.dumps(yaml.safe_dump_all(documents))
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})


class Crash(Exception):
    """The driver ended before its input; args: how many answers there were, what it said."""


class Driver:
    """The program; every run is a process of its own."""

    def __init__(self, command):
        self.command = command

    def run(self, script):
        """The lines that it answers: one for each load, flow and batch."""
        done = subprocess.run([self.command], input="\n".join(script.lines) + "\n",
                              capture_output=True, text=True, check=False)
        lines = done.stdout.split("\n")[:-1]
        if done.returncode != 0:
            raise Crash(len(lines), "exit code %d: %s" % (done.returncode, done.stderr[-4000:]))
        return lines


def parse(line):
    """What the ways of asking disagree about, and the answer."""
    faults, _, answer = line.partition("\t")
    return faults.strip(), json.loads(answer)


def parse_batch(line):
    """What differs in a batch; how many plain flows there were, how many of them programs judged, and
    how many rulesets were made by an update."""
    faults, _, counts = line.partition("\t")
    plain, judged, updated = counts.split()
    return faults.strip(), int(plain), int(judged), int(updated)


def ask(driver, cluster, flow, options=()):
    """One question to one cluster: refusal, faults, answer."""
    script = Script()
    script.load(cluster)
    script.ask(flow, options)
    script.batch()
    loaded, line, batch = driver.run(script)
    if loaded != "loaded":
        return loaded, "", None
    faults, answer = parse(line)
    return "", (faults + " " + parse_batch(batch)[0]).strip(), answer
