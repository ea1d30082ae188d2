# SPDX-License-Identifier: Apache-2.0
"""Who includes whom: every #include must follow the table in docs/architecture.md.

usage: check_includes.py SOURCE_ROOT
"""

import pathlib
import re
import sys

from tap import Results, without_comments

MAY_INCLUDE = {
    "base": "",
    "net": "base",
    "yaml": "base",
    "selector": "base",
    "resource": "base net yaml selector",
    "ruleset": "base net selector",
    "compile": "base net selector resource ruleset",
    "evaluate": "base net selector ruleset",
    "render": "base net selector ruleset evaluate",
    "lint": "base net selector resource ruleset",
    "api": "base net yaml selector resource ruleset compile evaluate render lint",
}

# Foreign headers, and the only place which may include each.
CONFINED = {"yaml.h": "yaml/", "pcre2.h": "base/pattern.c"}

# The library prints nothing, has no locale (ctype depends on it) and does not jump.
FORBIDDEN = {"stdio.h", "locale.h", "ctype.h", "wchar.h", "wctype.h", "setjmp.h"}

OUTSIDE = ["cli", "examples", "bindings"]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def includes(text):
    """(line, is quoted, header) of each include."""
    text = without_comments(text)
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start(1)) + 1
        yield line, match.group(1) == '"', match.group(2)


def library_fault(name, quoted, header):
    """What is wrong with a header in lib/<name>; None if nothing is."""
    folder = name.split("/")[0]
    target = header.split("/")[0]

    if header in CONFINED:
        allowed = CONFINED[header]
        return None if name.startswith(allowed) else f"only {allowed} may include {header}"
    if header in FORBIDDEN:
        return f"the library does not use {header}"
    if target == "calpol":
        return None
    if not quoted:
        return f"{header} belongs in quotes" if target in MAY_INCLUDE else None
    if "/" not in header:
        return f'"{header}" does not name its folder'
    if target not in MAY_INCLUDE:
        return f'"{header}": there is no folder {target} in the table'
    if target != folder and target not in MAY_INCLUDE[folder].split():
        return f'{folder} may not include {target} ("{header}")'
    return None


def outside_fault(header):
    """What is wrong with a header in a program that uses the public interface only."""
    if header in CONFINED:
        return f"{header} is the library's business"
    if header.split("/")[0] in MAY_INCLUDE:
        return f'"{header}" is not public'
    return None


def library_faults(name, text):
    for line, quoted, header in includes(text):
        fault = library_fault(name, quoted, header)
        if fault:
            yield f"lib/{name}:{line}: {fault}"


def outside_faults(name, text):
    for line, _, header in includes(text):
        fault = outside_fault(header)
        if fault:
            yield f"{name}:{line}: {fault}"


def cycles(headers):
    """Circles among headers, each as "a -> b -> a"; headers maps a name to what it includes."""
    found, done = [], set()

    def visit(name, trail):
        if name in trail:
            found.append(" -> ".join(trail[trail.index(name):] + [name]))
        elif name not in done:
            for target in headers.get(name, ()):
                visit(target, trail + [name])
            done.add(name)

    for name in sorted(headers):
        visit(name, [])
    return found


def check_itself(results):
    """Each sample has exactly one fault, but for the last, which has none."""
    samples = [
        ("base/a.c", '#include "evaluate/walk.h"'),
        ("evaluate/a.c", '#  include "resource/rule.h"'),
        ("net/a.h", '#include "address.h"'),
        ("net/a.c", "#include <base/text.h>"),
        ("net/a.c", '#include "wishes/text.h"'),
        ("resource/a.c", "#include <yaml.h>"),
        ("base/text.c", "#include <pcre2.h>"),
        ("base/text.c", "#include <stdio.h>"),
        ("api/a.c", '#include "lint/lint.h"\n#include "base/text.h"\n#include <calpol/base.h>\n'
                    '/*\n#include "nothing.h"\n*/\n#include <stdint.h>'),
    ]
    counts = [len(list(library_faults(name, text))) for name, text in samples]
    faults = [f"{name}: {text}: {count} faults"
              for (name, text), count, wanted in zip(samples, counts, [1] * 8 + [0])
              if count != wanted]
    if cycles({"a": ["b"], "b": ["a"], "c": ["a"]}) != ["a -> b -> a"]:
        faults.append("a circle was not found")
    results.check("the check finds planted faults", faults)


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".c", ".h", ".def"))


def check_library(results, library):
    headers = {}
    by_folder = {}

    for path in sources(library):
        name = path.relative_to(library).as_posix()
        text = path.read_text(encoding="utf-8")
        by_folder.setdefault(name.split("/")[0], []).extend(library_faults(name, text))
        if path.suffix == ".h":
            headers[name] = [header for _, quoted, header in includes(text) if quoted]
    for folder, faults in by_folder.items():
        if folder not in MAY_INCLUDE:
            faults = [f"lib/{folder} is not in the table"]
        results.check(f"lib/{folder} includes only what it may", faults)
    results.check("no header includes itself by a detour", cycles(headers))


def check_outside(results, root):
    for folder in OUTSIDE:
        faults = []
        for path in sources(root / folder):
            name = path.relative_to(root).as_posix()
            faults += outside_faults(name, path.read_text(encoding="utf-8"))
        results.check(f"{folder} includes public headers only", faults)


def main():
    root = pathlib.Path(sys.argv[1])
    results = Results()

    check_itself(results)
    check_library(results, root / "lib")
    check_outside(results, root)
    results.finish()


main()
