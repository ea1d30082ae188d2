# SPDX-License-Identifier: Apache-2.0
"""What README.md shows is so: the part of a policy, the commands and their answers, the calls in C.

usage: check_readme.py CALPOL SOURCE_ROOT
"""

import os
import pathlib
import re
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def commands(block):
    """Pairs of a command line and what it prints."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, answer = re.match(r"((?:.*\\\n)*.*\n)((?s:.*))", part).groups()
        yield command.replace("\\\n", " "), answer.rstrip("\n") + "\n"


def check_console(results, calpol, folder, readme):
    environment = dict(os.environ, PATH=f"{os.path.dirname(calpol)}:{os.environ['PATH']}")
    for block in blocks(readme, "console"):
        for command, answer in commands(block):
            done = subprocess.run(command, shell=True, cwd=folder, env=environment,
                                  capture_output=True, text=True)
            results.check(" ".join(command.split()),
                          [] if done.stdout == answer else [done.stdout, done.stderr])


def check_policy(results, folder, readme):
    policy = (folder / "allow-cat.yaml").read_text(encoding="utf-8")
    for block in blocks(readme, "yaml"):
        results.check("the part of a policy is in the file",
                      [] if block in policy else ["it is not"])


def check_calls(results, root, readme):
    """The functions called, in this order, are those of the example."""
    example = (root / "examples" / "evaluate.c").read_text(encoding="utf-8")
    main = re.findall(r"\b(calpol_\w+)\(", example)
    for block in blocks(readme, "c"):
        position = 0
        faults = []
        for name in re.findall(r"^(?:fputs\()?(calpol_\w+)\(", block, re.M):
            try:
                position = main.index(name, position) + 1
            except ValueError:
                faults.append(f"{name} is not called there, or earlier")
        results.check("the calls in C are those of examples/evaluate.c", faults)


def check_links(results, root, readme):
    missing = [link for link in re.findall(r"\]\(([^)#]+)\)", readme)
               if not link.startswith("http") and not (root / link).exists()]
    results.check("links lead somewhere", missing)


def main():
    calpol, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    readme = (root / "README.md").read_text(encoding="utf-8")
    results = Results()

    check_console(results, calpol, root / "examples" / "cat", readme)
    check_policy(results, root / "examples" / "cat", readme)
    check_calls(results, root, readme)
    check_links(results, root, readme)
    results.finish()


main()
