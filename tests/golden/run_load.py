# SPDX-License-Identifier: Apache-2.0
"""Checks inputs and compares what calpol says about them.

usage: run_load.py CALPOL FOLDER [--update] [CASE...]

Each folder of FOLDER is a case. It has

    input.yaml or input.json   what is checked
    arguments                  if there: arguments of calpol check; without files among them it is the input
    expand                     if there: lines "MARKER COUNT TEXT"; the input has TEXT COUNT times for MARKER
    expected.txt               what is printed, with notes, and the exit status

calpol runs in a copy of the folder. --update rewrites what is expected: read it.
"""

import difflib
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests" / "abi"))
from tap import Results


def codes():
    """The names of all codes."""
    text = (ROOT / "lib" / "base" / "codes.def").read_text(encoding="utf-8")
    return re.findall(r'^CP_CODE\(\w+, \d+, "([^"]+)"', text, re.M)


def expand(folder):
    """Replaces the markers of an input."""
    path = folder / "expand"
    source = input_of(folder)
    if not path.exists():
        return
    text = source.read_text(encoding="utf-8")
    for line in path.read_text(encoding="utf-8").splitlines():
        marker, count, part = line.split(" ", 2)
        text = text.replace(marker, part * int(count))
    source.write_text(text, encoding="utf-8")


def input_of(folder):
    return next(folder.glob("input.*"))


def arguments_of(folder):
    path = folder / "arguments"
    words = shlex.split(path.read_text(encoding="utf-8")) if path.exists() else []
    named = [word for word in words if not word.startswith("-") and (pathlib.Path(word).suffix
                                                                     or (folder / word).is_dir())]
    return words if named else words + [input_of(folder).name]


def answer(calpol, case):
    """What is printed for a case."""
    with tempfile.TemporaryDirectory() as parent:
        folder = pathlib.Path(parent) / "case"
        shutil.copytree(case, folder)
        expand(folder)
        done = subprocess.run([calpol, "check", "--notes", *arguments_of(folder)], cwd=folder,
                              capture_output=True, text=True)
    return f"{done.stdout}{done.stderr}exit status {done.returncode}\n"


def faults(expected, actual):
    return list(difflib.unified_diff(expected.splitlines(), actual.splitlines(), "expected", "found",
                                     lineterm=""))


def main():
    words = [word for word in sys.argv[1:] if word != "--update"]
    updating = "--update" in sys.argv
    calpol, folder = pathlib.Path(words[0]).resolve(), pathlib.Path(words[1])
    seen = set()
    results = Results()

    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        if words[2:] and case.name not in words[2:]:
            continue
        path = case / "expected.txt"
        actual = answer(calpol, case)
        if updating:
            path.write_text(actual, encoding="utf-8")
        expected = path.read_text(encoding="utf-8") if path.exists() else ""
        results.check(case.name, faults(expected, actual))
        seen.update(re.findall(r"^ +=.* ?\[([a-z0-9-]+)\]$", expected, re.M))
    if not words[2:]:
        results.check("every code has a case",
                      [f"{code} has none" for code in codes() if code not in seen])
    results.finish()


main()
