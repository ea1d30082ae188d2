# SPDX-License-Identifier: Apache-2.0
"""Runs command lines and compares what they answer.

usage: run_cases.py CALPOL SOURCE_ROOT CASES... [--update]

A file of cases is read line by line; "#" starts a comment line. A line that begins with "|" belongs to
the block of the line above it.

    case NAME               begins a case, named for the fact that it proves
    file NAME               a file in the folder where the command runs; its text is the block
    input                   standard input; its text is the block
    env NAME=VALUE
    before ARGUMENTS        of calpol, run before: it must succeed
    run ARGUMENTS           of calpol, quoted as in a shell; a block continues them
    exit STATUS             0 if it is not given
    stdout TEXT             there is a line which contains TEXT
    stdout-not TEXT         there is none
    stdout-empty
    stdout-is               all of it; the block, which --update rewrites
    json LINE PATH VALUE    in line LINE of standard output, from 1, "egress.policy" has this value

stderr, stderr-not, stderr-empty and stderr-is likewise. Below the folder is "cat", with the cluster and
the policies of the example.
"""

import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results


class Line:
    """A directive: word, the rest, the lines of its block, and where it stands."""

    def __init__(self, number, text):
        self.number = number
        self.word, _, self.rest = text.partition(" ")
        self.block = []

    def text(self):
        return "".join(line + "\n" for line in self.block)


def parse(path):
    """The cases of a file: lists of Line, of which the first is "case"."""
    cases = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if text.startswith("|"):
            cases[-1][-1].block.append(text[2:])
        elif text.strip() and not text.startswith("#"):
            line = Line(number, text)
            if line.word == "case":
                cases.append([])
            cases[-1].append(line)
    return cases


def arguments(line):
    return shlex.split(" ".join([line.rest] + line.block))


def link_cat(root, folder):
    folder.mkdir()
    for path in (root / "examples" / "cat").glob("*.yaml"):
        os.symlink(path, folder / path.name)


def run(calpol, root, case):
    """The finished process of a case."""
    environment = dict(os.environ, TERM="dumb")
    command, stdin = None, ""
    with tempfile.TemporaryDirectory() as folder:
        link_cat(root, pathlib.Path(folder) / "cat")
        for line in case:
            if line.word == "file":
                path = pathlib.Path(folder) / line.rest
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(line.text(), encoding="utf-8")
            elif line.word == "input":
                stdin = line.text()
            elif line.word == "env":
                name, _, value = line.rest.partition("=")
                environment[name] = value
            elif line.word == "before":
                subprocess.run([calpol] + arguments(line), cwd=folder, env=environment, check=True)
            elif line.word == "run":
                command = [calpol] + arguments(line)
        return subprocess.run(command, input=stdin, capture_output=True, text=True, cwd=folder,
                              env=environment)


def json_faults(line, stdout):
    number, path, wanted = line.rest.split(" ", 2)
    rows = stdout.splitlines()
    if len(rows) < int(number):
        return [f"there are only {len(rows)} lines"]
    value = json.loads(rows[int(number) - 1])
    for key in path.split("."):
        value = value[int(key)] if isinstance(value, list) else value.get(key)
    if value != json.loads(wanted):
        return [f"{path} is {json.dumps(value)}, expected {wanted}"]
    return []


def text_faults(line, name, text):
    check = line.word[len(name):]
    rows = text.splitlines()
    if check == "" and not any(line.rest in row for row in rows):
        return [f"no line of {name} has: {line.rest}"]
    if check == "-not" and any(line.rest in row for row in rows):
        return [f"a line of {name} has: {line.rest}"]
    if check == "-empty" and text:
        return [f"{name} is not empty"]
    if check == "-is" and text != line.text():
        return [f"{name} is not the text expected"]
    if check not in ("", "-not", "-empty", "-is"):
        return [f"unknown check {line.word}"]
    return []


def faults(case, done):
    """What is wrong with what a case answered."""
    found = []
    status = next((int(line.rest) for line in case if line.word == "exit"), 0)
    if done.returncode != status:
        found.append(f"exit status {done.returncode}, expected {status}")
    for line in case:
        these = []
        if line.word.startswith("stdout"):
            these = text_faults(line, "stdout", done.stdout)
        elif line.word.startswith("stderr"):
            these = text_faults(line, "stderr", done.stderr)
        elif line.word == "json":
            these = json_faults(line, done.stdout)
        elif line.word not in ("case", "file", "input", "env", "before", "run", "exit"):
            these = [f"unknown word {line.word}"]
        found += [f"line {line.number}: {fault}" for fault in these]
    if found:
        found += [f"stdout> {row}" for row in done.stdout.splitlines()]
        found += [f"stderr> {row}" for row in done.stderr.splitlines()]
    return found


def update(path, answers):
    """Rewrites the blocks of stdout-is and stderr-is; answers are pairs of a case and its process."""
    rows = path.read_text(encoding="utf-8").splitlines()
    for case, done in reversed(answers):
        for line in reversed(case):
            if line.word not in ("stdout-is", "stderr-is"):
                continue
            text = done.stdout if line.word == "stdout-is" else done.stderr
            block = [f"| {row}".rstrip() for row in text.splitlines()]
            rows[line.number:line.number + len(line.block)] = block
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def main():
    updating = "--update" in sys.argv
    calpol, root, *files = [argument for argument in sys.argv[1:] if argument != "--update"]
    calpol = str(pathlib.Path(calpol).resolve())
    results = Results()

    for path in map(pathlib.Path, files):
        answers = [(case, run(calpol, pathlib.Path(root).resolve(), case)) for case in parse(path)]
        if updating:
            update(path, answers)
            answers = [(case, done) for case, (_, done) in zip(parse(path), answers)]
        for case, done in answers:
            results.check(case[0].rest, faults(case, done))
    results.finish()


main()
