#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Changes the library a little, again and again, to see whether the tests notice.

    mutate.py [--count N] [--seed TEXT] [--jobs N] [--folder FOLDER] [--report FILE] [--again FILE]
              [--only TEXT]

A sample of all changes that mutations.py can make to evaluate/, selector/, compile/ and resource/.
Each goes into a private copy of the tree, where only what hangs on it is compiled again; then the
tests run, those first that are likely to notice soon, until one fails, crashes or runs for too long.
What does not compile, and what compiles to the same objects, is no change: another takes its place.

Prints what survived, and a table; --report keeps all outcomes as lines of JSON, and --again tries
those survivors of such a file that the tree still has. --only takes none but mutants whose name
contains TEXT. The copies are built harsh (see meson_options.txt) and with assertions. The exit status
is 0 if at least 90 % were noticed.
"""
import argparse
import collections
import glob
import hashlib
import json
import multiprocessing
import multiprocessing.pool
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time

import mutations

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tree import ROOT, copy_tree

MUTATED = ("evaluate", "selector", "compile", "resource")
DEMANDED = 90  # per cent
MOST_MEMORY = 4 << 30
MOST_SECONDS = 300  # of a test that is used
DIFFERENTIAL = {"calico": 4000, "kubernetes": 1500}
SUITES = ("unit", "vector", "failures", "golden", "cli", "differential")
# Tests of what knows nothing of what is changed, and of how the command looks.
UNUSED = ("base/", "net/", "yaml/", "cli/help", "cli/usage", "cli/terminal", "cli/readme", "cli/forms",
          "cli/flows", "cli/input", "example", "docs/", "completions", "man")

Test = collections.namedtuple("Test", "name suite command environment targets")
Outcome = collections.namedtuple("Outcome", "name what by seconds old new")


# ---- Mutants

def all_mutants():
    for folder in MUTATED:
        for path in sorted(glob.glob(os.path.join(ROOT, "lib", folder, "*.[ch]"))):
            with open(path, encoding="utf-8") as file:
                yield from mutations.mutants_of(os.path.relpath(path, ROOT), file.read())


def named(mutants):
    """Names with their mutants; a second one of an operator at a place gets a number."""
    counts, names = collections.Counter(), {}
    for mutant in mutants:
        name = mutations.described(mutant)
        counts[name] += 1
        names[name if counts[name] == 1 else "%s %d" % (name, counts[name])] = mutant
    return names


def chosen(arguments):
    """Names with their mutants, in the order in which they are tried."""
    names = {name: mutant for name, mutant in named(all_mutants()).items()
             if arguments.only in name}
    if arguments.again:
        with open(arguments.again, encoding="utf-8") as file:
            before = [json.loads(line) for line in file]
        return {line["name"]: names[line["name"]] for line in before
                if line["what"] == "survived" and line["name"] in names}
    order = sorted(names)
    random.Random(arguments.seed).shuffle(order)
    return {name: names[name] for name in order}


# ---- A private copy

class Copy:
    """A tree of one's own, its tests, and how long each takes there."""

    def __init__(self, folder):
        self.folder, self.build = folder, os.path.join(folder, "build")
        if not os.path.isdir(folder):
            os.makedirs(folder)
            copy_tree(folder)
            subprocess.run(["meson", "setup", self.build, folder, "-Doptimization=1",
                            "-Ddebug=false", "-Dharsh=true", "-Dtests=enabled", "-Db_pie=false"],
                           check=True, stdout=subprocess.DEVNULL)
        if not self.ninja("all"):
            raise RuntimeError("the tree does not compile")
        self.objects = self.hash_objects()
        self.tests, self.seconds = self.read_tests(), {}

    def ninja(self, *targets):
        return subprocess.run(["ninja", "-C", self.build, "-j2", *targets], check=False,
                              capture_output=True).returncode == 0

    def hash_objects(self):
        hashed = hashlib.sha256()
        for path in sorted(glob.glob(os.path.join(self.build, "lib/libcalpol-objects.a.p/*.o"))):
            with open(path, "rb") as file:
                hashed.update(file.read())
        return hashed.digest()

    def read_tests(self):
        listed = json.loads(subprocess.run(["meson", "introspect", "--tests", self.build],
                                           check=True, capture_output=True).stdout)
        tests = [self.test_of(entry) for entry in listed]
        driver = os.path.join(self.build, "tests/differential/differential-driver")
        for family, cases in DIFFERENTIAL.items():
            command = [sys.executable,
                       os.path.join(self.folder, "tests/differential/run_differential.py"), driver,
                       "--family", family, "--cases", str(cases), "--jobs", "1"]
            tests.append(Test("differential/" + family, "differential", command, {},
                              ["tests/differential/differential-driver"]))
        return [test for test in tests if test.suite in SUITES and not test.name.startswith(UNUSED)]

    def test_of(self, entry):
        suite = entry["suite"][0].split(":")[-1]
        if suite == "differential":  # a few cases do, see read_tests
            suite = "long"
        paths = [os.path.normpath(word) for word in entry["cmd"] if word.startswith("/")]
        inside = [os.path.relpath(path, self.build) for path in paths
                  if path.startswith(self.build + os.sep) and os.path.isfile(path)]
        return Test(entry["name"], suite, entry["cmd"], entry["env"], inside)

    def run(self, test, limit):
        """How the test ended: "", or what was wrong."""
        if not self.ninja(*test.targets):
            return "does not link"
        environment = {**os.environ, **test.environment, "PYTHONDONTWRITEBYTECODE": "1",
                       "CK_TIMEOUT_MULTIPLIER": "10"}  # the time is watched here
        with subprocess.Popen(test.command, cwd=self.build, env=environment, start_new_session=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, preexec_fn=limit_memory) as process:
            try:
                code = process.wait(limit)
            except subprocess.TimeoutExpired:
                code = "too long"
            end_session(process.pid)
        return "" if code in (0, 77) else "%s (%s)" % (test.name, code)

    def use(self, seconds):
        """Takes the tests that pass without any change."""
        self.seconds = seconds
        self.tests = [test for test in self.tests if seconds[test.name] is not None]

    def time_of(self, test):
        """None: it cannot judge, for it fails, or takes too long, without any change."""
        start = time.monotonic()
        wrong = self.run(test, MOST_SECONDS)
        if wrong:
            print("not used: fails without any change: " + wrong, flush=True)
            return None
        return time.monotonic() - start

    def in_order(self, path):
        """The tests, those first that are likely to see a change in a file of lib/ soon."""
        folder, file = path.split("/")[1:3]
        own = "%s/%s" % (folder, os.path.splitext(file)[0])

        def key(test):
            rank = (0 if test.name == own else
                    1 if test.suite in ("vector", "failures") or test.name.startswith(folder + "/") else
                    2 if test.suite in ("golden", "differential") else 3)
            return rank, self.seconds[test.name]
        return sorted(self.tests, key=key)


def end_session(session):
    """Ends what a test left running; Check puts its tests into process groups of their own."""
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            if int(fields[3]) == session:
                os.kill(int(path.split("/")[2]), signal.SIGKILL)
        except (OSError, IndexError):  # it has ended by itself
            pass


def limit_memory():
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


# ---- Trying

def try_mutant(copy, mutant):
    """What came of it, and which test saw it."""
    if not copy.ninja("lib/libcalpol-objects.a"):
        return "invalid", ""
    if copy.hash_objects() == copy.objects:
        return "same", ""
    for test in copy.in_order(mutant.path):
        wrong = copy.run(test, 20 + 10 * copy.seconds[test.name])
        if wrong:
            return "noticed", wrong
    return "survived", ""


def changed_lines(mutant, text):
    """The lines before and after."""
    first = text.rfind("\n", 0, mutant.start) + 1
    last = text.find("\n", mutant.end)
    return (text[first:last].strip(),
            (text[first:mutant.start] + mutant.text + text[mutant.end:last]).strip())


def run_one(copy, name, mutant):
    path = os.path.join(copy.folder, mutant.path)
    start = time.monotonic()
    with open(path, encoding="utf-8") as file:
        text = file.read()
    write(path, mutations.applied(mutant, text))
    try:
        what, by = try_mutant(copy, mutant)
    finally:
        write(path, text)
    return Outcome(name, what, by, round(time.monotonic() - start, 1), *changed_lines(mutant, text))


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def measure(folder, jobs):
    """How long each test takes, in a copy that stays."""
    copy = Copy(folder)
    with multiprocessing.pool.ThreadPool(jobs) as pool:
        return dict(zip((test.name for test in copy.tests), pool.map(copy.time_of, copy.tests, 1)))


def work(folder, seconds, todo, done):
    """A process: takes mutants until there are no more."""
    copy = Copy(folder)
    copy.use(seconds)
    for name, mutant in iter(todo.get, None):
        done.put(run_one(copy, name, mutant))


def run_all(arguments, folder):
    """Outcomes of as many changes as were asked for."""
    todo, done, outcomes = multiprocessing.Queue(), multiprocessing.Queue(), []
    waiting = list(chosen(arguments).items())[::-1]
    folders = [os.path.join(folder, "copy%d" % i) for i in range(arguments.jobs)]
    seconds = measure(folders[0], arguments.jobs)
    processes = [multiprocessing.Process(target=work, args=(own, seconds, todo, done))
                 for own in folders]
    for process in processes:
        process.start()
    running = counted = 0
    while True:
        while waiting and counted + running < arguments.count and running < len(processes):
            todo.put(waiting.pop())
            running += 1
        if not running:
            break
        outcome = done.get()
        running -= 1
        counted += outcome.what in ("noticed", "survived")
        outcomes.append(outcome)
        note(arguments, outcome, counted)
    for _ in processes:
        todo.put(None)
    for process in processes:
        process.join()
    return outcomes


# ---- Telling

def note(arguments, outcome, counted):
    if arguments.report:
        with open(arguments.report, "a", encoding="utf-8") as file:
            file.write(json.dumps(outcome._asdict()) + "\n")
    if outcome.what == "survived":
        print("%d: survived: %s\n  - %s\n  + %s" % (counted, outcome.name, outcome.old, outcome.new),
              flush=True)


def print_table(outcomes):
    """Per folder; gives back the share that was noticed, in per cent."""
    totals = collections.defaultdict(collections.Counter)
    for outcome in outcomes:
        for key in (outcome.name.split("/")[1], "all"):
            totals[key][outcome.what] += 1
    for key in sorted(totals, key=lambda key: (key == "all", key)):
        count = totals[key]
        tried = count["noticed"] + count["survived"]
        print("%-10s %4d of %4d noticed %6.1f %%   (%d did not compile, %d to the same objects)"
              % (key, count["noticed"], tried, 100 * count["noticed"] / max(tried, 1),
                 count["invalid"], count["same"]))
    count = totals["all"]
    return 100 * count["noticed"] / max(count["noticed"] + count["survived"], 1)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--folder", help="for the copies; those in it are used as they are")
    parser.add_argument("--report", metavar="FILE")
    parser.add_argument("--again", metavar="FILE")
    parser.add_argument("--only", metavar="TEXT", default="")
    arguments = parser.parse_args(arguments)
    if arguments.folder:
        outcomes = run_all(arguments, arguments.folder)
    else:
        with tempfile.TemporaryDirectory() as folder:
            outcomes = run_all(arguments, folder)
    return 0 if print_table(outcomes) >= DEMANDED else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
