# SPDX-License-Identifier: Apache-2.0
"""The help pages: there is one for each command, they fit 80 columns, and what they say is true.

usage: check_help.py CALPOL
"""

import pathlib
import re
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

EMPTY = "apiVersion: v1\nkind: Namespace\nmetadata: {name: default}\n"


def run(calpol, *arguments, stdin=""):
    return subprocess.run([calpol, *arguments], input=stdin, capture_output=True, text=True)


def page_faults(done):
    faults = [] if done.returncode == 0 else [f"exit status {done.returncode}"]
    faults += [f"{len(row)} columns: {row}" for row in done.stdout.splitlines() if len(row) > 80]
    faults += [f"ends in blanks: {row}" for row in done.stdout.splitlines() if row != row.rstrip()]
    if not done.stdout.startswith("usage: calpol"):
        faults.append("does not begin with its usage")
    return faults + done.stderr.splitlines()


def commands(page):
    listed = page.split("Commands\n")[1].split("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, re.M)


def evaluation_options(page):
    """Name and values of each option of evaluation that the page lists."""
    listed = page.split("Options of evaluation")[1].split("\n\n")[0]
    for name, values in re.findall(r"^  (\w+)\s+(.*)$", listed, re.M):
        for value in re.sub(r"\(.*?\)", "", values).replace(" or ", ", ").split(", "):
            yield name, value.strip().replace("PROTOCOL:[NET:]PORT,...", "TCP:22,UDP:10.0.0.0/8:53")


def option_faults(calpol, page):
    faults = []
    for name, value in evaluation_options(page):
        done = run(calpol, "eval", "-p", "-", "--from", "192.0.2.1", "--to", "192.0.2.2",
                   "--option", f"{name}={value}", stdin=EMPTY)
        if done.returncode == 3:
            faults += [f"{name}={value}: {row}" for row in done.stderr.splitlines()]
    return faults


def preset_faults(calpol, page):
    help_text = " ".join(re.search(r"--preset NAME(.*?)--option", page, re.S).group(1).split())
    names = help_text.split(": ")[1].replace(" or ", ", ").split(", ")
    faults = [] if len(names) == 4 else [f"read as {names}"]
    for name in names:
        done = run(calpol, "eval", "-p", "-", "--from", "192.0.2.1", "--to", "192.0.2.2",
                   "--preset", name, stdin=EMPTY)
        if done.returncode == 3:
            faults += done.stderr.splitlines()
    return faults


def main():
    calpol = sys.argv[1]
    results = Results()
    top = run(calpol, "--help")
    names = commands(top.stdout)

    results.check("calpol --help is a page", page_faults(top))
    results.check("it lists the commands", [] if {"eval", "explain", "convert"} <= set(names)
                  else [str(names)])
    for name in names:
        page = run(calpol, name, "--help")
        results.check(f"calpol {name} --help is a page", page_faults(page))
        results.check(f"calpol help {name} is the same",
                      [] if run(calpol, "help", name).stdout == page.stdout else ["it is not"])
    page = run(calpol, "eval", "--help").stdout
    results.check("every option of evaluation is taken with every value that help lists",
                  option_faults(calpol, page))
    results.check("every preset that help lists is taken", preset_faults(calpol, page))
    results.finish()


main()
