# SPDX-License-Identifier: Apache-2.0
"""The pages of docs/diagnostics/: there is one for each code, the page made of them is up to date, and
what their examples show is true.

usage: check_diagnostics.py CALPOL
"""

import difflib
import importlib.machinery
import importlib.util
import json
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.append(str(ROOT / "tests" / "abi"))
from tap import Results

# What the examples of these codes show cannot be shown otherwise.
ALLOWED = {code: {"extension"} for code in ("domains-direction", "domains-action", "domains-exclusive",
                                            "domain-name")}


def load_script():
    loader = importlib.machinery.SourceFileLoader("diagnostics", str(ROOT / "scripts" / "diagnostics"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("diagnostics", loader))
    loader.exec_module(module)
    return module


def check(calpol, page, example):
    """The codes that are reported for an example, notes left out, and those of notes."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / f"example.{example.language}"
        path.write_text(example.text, encoding="utf-8")
        done = subprocess.run([calpol, "check", "-o", "json", "--notes", *shlex.split(page.options),
                               str(path)], capture_output=True, text=True)
    found = json.loads(done.stdout)["diagnostics"]
    return ({item["code"] for item in found if item["severity"] != "note"},
            {item["code"] for item in found if item["severity"] == "note"})


def bad_faults(calpol, code, page):
    if page.bad.language not in ("yaml", "json"):
        return []
    loud, notes = check(calpol, page, page.bad)
    faults = [] if code.name in loud | notes else ["it is not reported for the bad example"]
    others = loud - {code.name} - ALLOWED.get(code.name, set())
    return faults + [f"the bad example is reported for {other} too" for other in others]


def good_faults(calpol, code, page):
    if page.good.language not in ("yaml", "json"):
        return []
    loud, notes = check(calpol, page, page.good)
    found = loud | (notes & {code.name})
    return [f"the good example is reported for {other}" for other in found - ALLOWED.get(code.name, set())]


def text_faults(page):
    faults = [f"longer than 79 characters: {line}" for line in page.text.splitlines() if len(line) > 79]
    return faults + ([] if page.text.rstrip().endswith(".") else ["the text does not end in a full stop"])


def explain_faults(calpol, code, page):
    """calpol check --explain says what the page says."""
    done = subprocess.run([calpol, "check", "--explain", code.name], capture_output=True, text=True)
    wanted = [page.text.strip()] + [re.sub("^(?=.)", "    ", part.text.rstrip(), flags=re.M)
                                    for part in (page.bad, page.good)]
    faults = [f"--explain does not print: {part.splitlines()[0]}..." for part in wanted
              if part not in done.stdout]
    return faults + ([] if done.returncode == 0 else [f"--explain ends with {done.returncode}"])


def main():
    calpol = sys.argv[1]
    script = load_script()
    results = Results()
    codes = script.read_codes()
    pages = {path.stem for path in script.PAGES.glob("*.md")}
    names = {code.name for code in codes}

    results.check("every code has a page", sorted(names - pages))
    results.check("every page has a code", sorted(pages - names))
    text = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
    results.check("docs/diagnostics.md is what scripts/diagnostics --markdown makes",
                  list(difflib.unified_diff(text.splitlines(), script.markdown().splitlines(), "found",
                                            "made", lineterm="")))
    for code in codes:
        page = script.Page(script.page_path(code))
        results.check(code.name, text_faults(page) + bad_faults(calpol, code, page)
                      + good_faults(calpol, code, page) + explain_faults(calpol, code, page))
    listed = subprocess.run([calpol, "check", "--explain"], capture_output=True, text=True).stdout
    results.check("--explain alone lists all codes",
                  [] if [row.split()[0] for row in listed.splitlines()] == [code.name for code in codes]
                  else [listed])
    results.finish()


main()
