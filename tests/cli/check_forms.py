# SPDX-License-Identifier: Apache-2.0
"""What calpol check finds, in the forms for programs: each is well-formed whatever is in the files, and
says the same.

usage: check_forms.py CALPOL
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.append(str(HERE.parent / "abi"))
from tap import Results

# Names, values and file names that mean something to one form or another.
NASTY = "a%0A::error::b\r\n,c:d%\u001b[31m<!--]]>&\"'\u00e9\u2028\U0001f600\ufffe"
NASTY_FILE = "50% off, a:b <c> & \"d\" \u00e9.yaml"

POLICY = {"apiVersion": "projectcalico.org/v3", "kind": "NetworkPolicy",
          "metadata": {"name": "web", "namespace": "shop"}}

FILES = {
    "errors.json": json.dumps(dict(POLICY, spec={"ingress": [{"action": NASTY}, {"action": "Permit"}],
                                                 NASTY: 1})),
    NASTY_FILE: "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: first}\n",
    "folder/clean.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
    "broken.yaml": "kind: [\n",
    "latin.yaml": b"kind: \xe9\n",
    "empty.yaml": "",
}
WARNINGS = [NASTY_FILE, "folder"]


class Folder:
    """The files, and calpol run among them."""

    def __init__(self, calpol, path):
        self.calpol = calpol
        self.path = pathlib.Path(path)
        for name, content in FILES.items():
            file = self.path / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
        # A name that is no UTF-8 is possible too.
        with open(os.fsencode(self.path) + b"/no-utf8-\xff.yaml", "wb") as file:
            file.write(b"kind: 1\n")

    def run(self, form, paths, *options):
        """Standard output, which must be UTF-8 whatever is in the files, and the exit status."""
        done = subprocess.run([self.calpol, "check", "--notes", "-o", form, *options, *paths],
                              cwd=self.path, capture_output=True)
        if form != "github":
            return done.stdout.decode("utf-8"), done.returncode
        return done.stdout.decode("utf-8", "surrogateescape"), done.returncode

    def everything(self):
        return sorted(name for name in os.listdir(self.path))


def json_faults(folder, report):
    faults = []
    keys = {"severity", "code", "source", "line", "column", "resource", "path", "message"}
    for item in report["diagnostics"]:
        faults += [f"unknown key {key}" for key in item.keys() - keys]
        faults += [f"no {key}: {item}" for key in {"severity", "code", "message"} - item.keys()]
    for severity, name in (("error", "errors"), ("warning", "warnings"), ("note", "notes")):
        count = sum(item["severity"] == severity for item in report["diagnostics"])
        if count != report[name]:
            faults.append(f"{count} diagnostics of severity {severity}, {name} is {report[name]}")
    if len(report["files"]) != len(folder.everything()):
        faults.append(f"{len(report['files'])} files")
    return faults


def results_of(log):
    """A SARIF log as the list of what JSON has."""
    for result in log["runs"][0]["results"]:
        location = (result.get("locations") or [{}])[0]
        region = location.get("physicalLocation", {}).get("region", {})
        yield {"severity": result["level"], "code": result["ruleId"], "line": region.get("startLine"),
               "column": region.get("startColumn")}


def parts(items):
    return [{key: item.get(key) for key in ("severity", "code", "line", "column")} for item in items]


def sarif_faults(log, report):
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    faults = []
    if list(results_of(log)) != parts(report["diagnostics"]):
        faults.append("the results are not what JSON has")
    for result in log["runs"][0]["results"]:
        if rules[result["ruleIndex"]]["id"] != result["ruleId"]:
            faults.append(f"rule {result['ruleIndex']} is not {result['ruleId']}")
        for location in result.get("locations", []):
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            if not re.fullmatch(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=@/]|%[0-9A-F]{2})+", uri):
                faults.append(f"{uri} is no URI")
    return faults


def check_schema(results, folder, log, name):
    node = shutil.which("node")
    path = folder.path.parent / "log.sarif"
    path.write_text(log, encoding="utf-8")
    if not node:
        results.skip(name, "there is no node")
        return
    done = subprocess.run([node, HERE / "validate_sarif.js", path], capture_output=True, text=True)
    if done.returncode == 77:
        results.skip(name, done.stdout.strip())
    else:
        results.check(name, [] if done.returncode == 0 else done.stdout.splitlines()
                      + done.stderr.splitlines())


def github_faults(text, report):
    commands = {"error": "error", "warning": "warning", "note": "notice"}
    rows = text.split("\n")
    faults = [] if rows.pop() == "" else ["the last line is not ended"]
    if len(rows) != len(report["diagnostics"]):
        return faults + [f"{len(rows)} lines"]
    for row, item in zip(rows, report["diagnostics"]):
        match = re.fullmatch(r"::(\w+) ([^:\r]*)::([^\r]*)", row)
        if not match:
            faults.append(f"no command: {row!r}")
            continue
        properties = dict(part.split("=", 1) for part in match[2].split(","))
        expected = {"title": item["code"], "line": item.get("line"), "col": item.get("column")}
        faults += [f"{key} is {properties.get(key)}" for key, value in expected.items()
                   if value is not None and properties.get(key) != str(value)]
        if match[1] != commands[item["severity"]]:
            faults.append(f"{match[1]} for {item['severity']}")
    return faults


def unescape(text):
    return re.sub("%([0-9A-F]{2})", lambda match: chr(int(match[1], 16)), text)


def junit_faults(text, report, strict):
    suites = xml.etree.ElementTree.fromstring(text)
    cases = suites.findall("testsuite/testcase")
    failing = {"error", "warning"} if strict else {"error"}
    failed = {item["source"] for item in report["diagnostics"] if item["severity"] in failing}
    faults = []
    if [len(cases), len(failed)] != [int(suites.get("tests")), int(suites.get("failures"))]:
        faults.append(f"{suites.get('tests')} tests, {suites.get('failures')} failures")
    if len(cases) != len(report["files"]):
        faults.append(f"{len(cases)} cases for {len(report['files'])} files")
    for case, source in zip(cases, report["files"]):
        if (case.find("failure") is not None) != (source in failed):
            faults.append(f"{source}: {[part.tag for part in case]}")
        lines = sum(part.text.count("\n") for part in case if part.text)
        count = sum(item.get("source") == source for item in report["diagnostics"])
        if lines != count:
            faults.append(f"{source}: {lines} lines for {count} diagnostics")
    return faults


def many_faults(calpol):
    """Of each severity ten thousand are kept, and what is more is counted."""
    done = subprocess.run([calpol, "check", "-"], input="[" + "1," * 10004 + "1]", capture_output=True,
                          text=True)
    faults = [] if done.returncode == 3 else [f"exit status {done.returncode}"]
    shown = done.stdout.count("[document-type]")
    return faults + [f"{shown} are shown, then {row}" for row in done.stdout.splitlines()[-4:-3]
                     if (shown, row) != (10000, "... and 5 more errors")]


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as parent:
        folder = Folder(os.path.abspath(sys.argv[1]), pathlib.Path(parent) / "files")
        everything = folder.everything()
        text, status = folder.run("json", everything)
        report = json.loads(text)

        results.check("errors are exit status 3", [] if status == 3 else [str(status)])
        results.check("JSON is well-formed and counts right", json_faults(folder, report))
        text, status = folder.run("sarif", everything)
        results.check("SARIF is well-formed and says the same", sarif_faults(json.loads(text), report))
        check_schema(results, folder, text, "SARIF is valid by the schema")
        text, status = folder.run("github", everything)
        results.check("annotations are a line each and say the same", github_faults(text, report))
        results.check("nothing from a file begins a command",
                      [row for row in text.split("\n") if row.startswith("::error::")])
        text, status = folder.run("junit", everything)
        results.check("JUnit is well-formed and has a case for each file",
                      junit_faults(text, report, False))

        report = json.loads(folder.run("json", WARNINGS)[0])
        for form in ("human", "json", "sarif", "github", "junit"):
            codes = [folder.run(form, WARNINGS)[1], folder.run(form, WARNINGS, "--strict")[1]]
            results.check(f"warnings are exit status 0, with --strict 2: {form}",
                          [] if codes == [0, 2] else [str(codes)])
        results.check("warnings fail a case only if they fail",
                      junit_faults(folder.run("junit", WARNINGS)[0], report, False)
                      + junit_faults(folder.run("junit", WARNINGS, "--strict")[0], report, True))
        results.check("a name of a file is escaped and comes back",
                      [] if any(f"file={NASTY_FILE}," in unescape(row)
                                for row in folder.run("github", WARNINGS)[0].split("\n"))
                      else [folder.run("github", WARNINGS)[0]])
        clean = ["folder"]
        text = folder.run("sarif", clean)[0]
        results.check("nothing found is a run without results",
                      [] if json.loads(text)["runs"][0]["results"] == [] else [text])
        check_schema(results, folder, text, "SARIF without results is valid by the schema")
        results.check("nothing found is nothing to annotate",
                      [] if folder.run("github", clean) == ("", 0) else [str(folder.run("github", clean))])
    results.check("what is more than ten thousand is counted", many_faults(sys.argv[1]))
    results.finish()


main()
