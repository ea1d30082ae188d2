# SPDX-License-Identifier: Apache-2.0
"""What README.md and the pages in docs/ show is so.

usage: check_examples.py CALPOL SOURCE_ROOT [LIBRARY]

Every fenced block is looked at, by the language it names:

    console     its commands, run by bash in the folder of examples/ which the page last named ("in
                `examples/shop`"), print what stands below them, standard error included
    yaml        part of a file in examples/, or something that calpol check has no error for
    json        a flow that can be judged in that folder
    c           compiles, with what is usual declared around it if there is no main()
    cpp, rust   part of a file in examples/
    python      runs, with the library; skipped without
    cmake       not here: the test of what is installed builds with it
    (none)      a picture

Links lead somewhere, and docs/verdicts.md names every action, stage, reason and dependency.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)
END = "--- end of answer ---"

AROUND = """\
#include <calpol/calpol.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

extern pthread_mutex_t lock;
extern calpol_loader *loader;
extern calpol_ruleset *ruleset, *in_force, *old, *mine;
extern calpol_diagnostics *diagnostics;
extern struct calpol_diagnostic diagnostic;
extern calpol_query *query;
extern calpol_trace *trace;
extern calpol_endpoint *endpoint;
extern const calpol_endpoint *table[1];
extern struct calpol_flow flow;
extern struct calpol_verdict verdict;
extern int status;
extern bool allowed;
void block(void);
void block(void)
{
%s
}
"""


class Block:
    def __init__(self, page, match, text):
        self.language, self.text = match.group(1), match.group(2)
        self.line = text.count("\n", 0, match.start()) + 1
        self.name = f"{page}:{self.line}"
        folders = re.findall(r"[Ii]n\s+`examples/(\w+)`", text[:match.start()])
        self.folder = folders[-1] if folders else None


def commands(block):
    """Pairs of a command line and what it prints."""
    for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
        command, answer = re.match(r"((?:.*\\\n)*.*\n)((?s:.*))", part).groups()
        yield command, answer.rstrip("\n")


class Checker:
    def __init__(self, calpol, root, library, scratch):
        self.calpol, self.root, self.library, self.scratch = calpol, root, library, scratch
        self.environment = dict(os.environ, PATH=f"{os.path.dirname(calpol)}:{os.environ['PATH']}")
        self.examples = [path.read_text(encoding="utf-8") for path in sorted((root / "examples").rglob("*"))
                         if path.is_file()]

    def run(self, *command, **options):
        return subprocess.run(command, capture_output=True, text=True, env=self.environment, timeout=60, **options)

    def folder(self, block):
        """A copy of the folder, so that examples may write."""
        copy = self.scratch / block.folder
        if not copy.exists():
            shutil.copytree(self.root / "examples" / block.folder, copy)
        return copy

    def console(self, block):
        pairs = list(commands(block.text))
        # The status goes on to the next command, which may be "echo $?".
        script = "status=0\n" + "".join(
            f"(exit $status)\n{command}status=$?\necho '{END}'\n" for command, _ in pairs)
        done = self.run("bash", "-c", f"exec 2>&1\n{script}", cwd=self.folder(block))
        answers = [answer.strip("\n") for answer in done.stdout.split(f"{END}\n")]
        faults = [] if pairs else ["there is no command"]
        for (command, expected), answer in zip(pairs, answers):
            if answer != expected:
                faults += [f"$ {command.strip()}", *answer.splitlines()]
        return faults

    def yaml(self, block):
        if self.is_part_of_example(block.text):
            return []
        done = self.run(self.calpol, "check", "-q", "-", input=block.text)
        return [] if done.returncode in (0, 2) else (done.stdout + done.stderr).splitlines()

    def json(self, block):
        json.loads(block.text)
        done = self.run(self.calpol, "eval", "-q", "-p", str(self.folder(block)), "--flow", "-", input=block.text)
        return [] if done.returncode in (0, 2, 4) else (done.stdout + done.stderr).splitlines()

    def c(self, block):
        whole = block.text if re.search(r"\bmain\(", block.text) else AROUND % block.text
        done = self.run("cc", "-std=c11", "-D_POSIX_C_SOURCE=200809L", "-Wall", "-Wextra", "-Werror",
                        "-fsyntax-only", "-I", str(self.root / "include"), "-x", "c", "-", input=whole)
        return done.stderr.splitlines() if done.returncode else []

    def part(self, block):
        return [] if self.is_part_of_example(block.text) else ["it is in no file of examples/"]

    def python(self, block):
        environment = dict(self.environment, CALPOL_LIBRARY=self.library,
                           PYTHONPATH=str(self.root / "bindings" / "python"))
        done = subprocess.run([sys.executable, "-c", block.text], capture_output=True, text=True, timeout=60,
                              cwd=self.root, env=environment)
        return (done.stdout + done.stderr).splitlines() if done.returncode else []

    def is_part_of_example(self, text):
        wanted = textwrap.dedent(text)
        return any(wanted in textwrap.dedent(example) or text in example for example in self.examples)

    def check(self, results, block):
        checks = {"console": self.console, "yaml": self.yaml, "json": self.json, "c": self.c,
                  "cpp": self.part, "rust": self.part, "python": self.python}
        name = f"{block.name} {block.language}"
        if block.language in ("", "cmake"):
            return
        if block.language not in checks:
            results.check(name, ["no check is known for this language"])
        elif block.language == "python" and not self.library:
            results.skip(name, "the library of this build cannot be loaded by Python")
        elif block.language in ("console", "json") and not block.folder:
            results.check(name, ["the page names no folder of examples/ before it"])
        else:
            results.check(name, checks[block.language](block))


def pages(root):
    yield from (root / name for name in ("README.md", "HACKING.md", "SECURITY.md", "tests/README.md"))
    yield from sorted(path for path in (root / "docs").glob("*.md") if path.name != "diagnostics.md")
    yield from sorted((root / "examples").glob("*/README.md"))


def link_faults(root, path, text):
    return [link for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
            if "://" not in link and not (path.parent / link).exists()]


def check_calls(results, root):
    """README.md leaves out the checks of what calls return; the calls are those of the example."""
    readme = (root / "README.md").read_text(encoding="utf-8")
    called = re.findall(r"\b(calpol_\w+)\(", (root / "examples/evaluate.c").read_text(encoding="utf-8"))
    block = next(match.group(2) for match in BLOCK.finditer(readme) if match.group(1) == "c")
    position, faults = 0, []
    for name in re.findall(r"^(?:fputs\()?(calpol_\w+)\(", block, re.M):
        try:
            position = called.index(name, position) + 1
        except ValueError:
            faults.append(f"{name} is not called there, or earlier")
    results.check("the calls in README.md are those of examples/evaluate.c", faults)


def check_names(results, root):
    header = (root / "include/calpol/evaluate.h").read_text(encoding="utf-8")
    names = (root / "lib/render/names.c").read_text(encoding="utf-8")
    page = (root / "docs/verdicts.md").read_text(encoding="utf-8")
    for kind in ("ACTION", "STAGE", "REASON", "DEPENDS"):
        constants = re.findall(rf"^ +(CALPOL_{kind}_\w+) = ", header, re.M)
        found = [name for constant in constants
                 for name in re.findall(rf'\[{constant}\] = "([^"]+)"|"([^"]+)", {constant}\}}', names)]
        found = [first or second for first, second in found]
        faults = [name for name in found if f"`{name}`" not in page]
        results.check(f"docs/verdicts.md names every {kind.lower()}",
                      faults or ([] if len(found) > 5 else [f"{len(found)} found"]))


def main():
    calpol, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    library = sys.argv[3] if len(sys.argv) > 3 else None
    results = Results()

    with tempfile.TemporaryDirectory() as scratch:
        checker = Checker(calpol, root, library, pathlib.Path(scratch))
        for path in pages(root):
            text = path.read_text(encoding="utf-8")
            page = path.relative_to(root)
            for match in BLOCK.finditer(text):
                checker.check(results, Block(page, match, text))
            results.check(f"links of {page} lead somewhere", link_faults(root, path, text))
    check_calls(results, root)
    check_names(results, root)
    results.finish()


main()
