# SPDX-License-Identifier: Apache-2.0
"""The manuals say what there is, and nothing else: options, functions, statuses, errors of flows. Their
examples run in a copy of examples/shop.

usage: check_manuals.py CALPOL SOURCE_ROOT
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results

# What mandoc says of pages that are not installed.
NOT_INSTALLED = "referenced manual not found: Xr "


def page(calpol, *arguments):
    return subprocess.run([calpol, *arguments], capture_output=True, text=True, check=True).stdout


def command_names(calpol):
    listed = page(calpol, "--help").split("Commands\n")[1].split("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, re.M)


def options_of_help(text):
    """--name: (letter, arguments)"""
    found = re.findall(r"^  (?:-(\w), |    )--([\w-]+)(?: (\S+(?: [A-Z]+)*))?(?:  .*|)$", text, re.M)
    return {name: (letter, arguments) for letter, name, arguments in found}


def sections(manual):
    """Text by title, of sections and subsections alike."""
    parts = re.split(r"^\.S[hs] (.*)\n", manual, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def options_of_section(text):
    items = re.findall(r"^\.It (?:Fl (\w) , )?Fl -([\w-]+)(?: Ar (.*))?$", text, re.M)
    return {name: (letter, arguments) for letter, name, arguments in items}


def options_of_command(parts, command):
    """Those of its own section, and of the sections it refers to."""
    own = parts.get(f"calpol {command}", "")
    options = options_of_section(own)
    for title in re.findall(r"^\.Sx ([^,.\n]+?)(?: [,.])?$", own, re.M):
        options.update(options_of_section(parts.get(title, "")))
    return options


def differences(found, expected, where):
    """Of two mappings or sets of names."""
    faults = [f"{name} is not {where}" for name in sorted(set(expected) - set(found))]
    faults += [f"{name} is {where}, and there is no such thing" for name in sorted(set(found) - set(expected))]
    if isinstance(expected, dict):
        faults += [f"{name} is {found[name]} {where}, expected {expected[name]}"
                   for name in sorted(set(found) & set(expected)) if found[name] != expected[name]]
    return faults


def check_commands(results, calpol, manual):
    parts = sections(manual)
    names = command_names(calpol)
    described = [title.split()[1] for title in parts if title.startswith("calpol ")]
    results.check("calpol(1) has a section for each command",
                  differences(set(described), set(names), "a section of calpol(1)"))
    results.check("and its synopsis shows each", [
        name for name in names if f"\n.Cm {name}\n" not in parts["SYNOPSIS"]])
    for name in names:
        options = {f"--{option}": value
                   for option, value in options_of_help(page(calpol, name, "--help")).items()}
        there = {f"--{option}": value for option, value in options_of_command(parts, name).items()}
        results.check(f"the options of calpol {name} are those of its help page",
                      differences(there, options, f"in calpol(1) for calpol {name}")
                      or ([] if options else ["no option was found"]))


def check_evaluation_options(results, calpol, manual):
    help_page = page(calpol, "eval", "--help").split("Options of evaluation")[1].split("\n\n")[0]
    listed = {name: re.sub(r" *\(.*\)", "", values) for name, values in
              re.findall(r"^  (\w+) +(.*)$", help_page, re.M)}
    there = {name: re.sub(r" Pq .*", "", values) for name, values in
             re.findall(r"^\.It Li (\w+) Ta (.*)$", manual, re.M)}
    results.check("the options of evaluation are those of the help page",
                  differences(there, listed, "in calpol(1)"))


def check_functions(results, root, manual):
    exported = re.findall(r"^ +(calpol_\w+);$", (root / "lib/calpol.map").read_text(encoding="utf-8"), re.M)
    listed = re.findall(r"^\.It Fn (calpol_\w+)$", manual, re.M)
    results.check("libcalpol(3) names every function",
                  differences(set(listed), set(exported), "in libcalpol(3)"))
    header = (root / "include/calpol/base.h").read_text(encoding="utf-8")
    statuses = re.findall(r"^ +(CALPOL_(?:OK|ERROR_\w+)) = ", header, re.M)
    listed = re.findall(r"^\.It Dv (CALPOL_\w+)$", manual, re.M)
    results.check("and every status", differences(set(listed), set(statuses), "in libcalpol(3)"))


def check_flow_errors(results, root, manual):
    source = (root / "include/calpol/evaluate.h").read_text(encoding="utf-8")
    codes = {name.lower().replace("_", "-") for name in
             re.findall(r"^ +CALPOL_FLOW_(\w+) = [1-9]", source, re.M)}
    wrong = sections(manual)["FLOWS THAT ARE WRONG"]
    listed = set(re.findall(r"^\.Li ([\w-]+)", wrong, re.M))
    results.check("calpol-flow(5) names every error of a flow",
                  differences(listed, codes, "in calpol-flow(5)"))


def literals(manual):
    return [text.replace("\\e", "\\") for text in
            re.findall(r"^\.Bd -literal.*\n((?:(?!\.Ed).*\n)*)\.Ed$", manual, re.M)]


def shop(root, folder):
    """The shop as the examples of the manuals have it, and a kubectl that tells of it."""
    source = root / "examples" / "shop"
    shutil.copy(source / "cluster.yaml", folder)
    shutil.copy(source / "flows.jsonl", folder)
    (folder / "policies").mkdir()
    shutil.copy(source / "policies.yaml", folder / "policies")
    kubectl = folder / "kubectl"
    kubectl.write_text("#!/bin/sh\ncat cluster.yaml\necho ---\ncat policies/policies.yaml\n", encoding="utf-8")
    kubectl.chmod(0o755)


def check_commands_shown(results, calpol, root, pages):
    for name, manual in pages.items():
        with tempfile.TemporaryDirectory() as folder:
            shop(root, pathlib.Path(folder))
            path = f"{folder}:{os.path.dirname(calpol)}:{os.environ['PATH']}"
            for example in literals(manual):
                command = example.removeprefix("$ ")
                if "calpol " not in command:
                    continue
                done = subprocess.run(["bash", "-c", command], cwd=folder, env=dict(os.environ, PATH=path),
                                      capture_output=True, text=True)
                faults = [] if done.returncode in (0, 2, 4) else [f"exit status {done.returncode}"]
                results.check(f"{name}: {' '.join(command.split())}", faults + done.stderr.splitlines())


def check_code_shown(results, root, manual):
    code = literals(manual)[-1]
    unit = f"#include <calpol/calpol.h>\n#include <stdio.h>\nvoid f(void);\nvoid f(void)\n{{\n{code}}}\n"
    done = subprocess.run(["cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-",
                           "-I", str(root / "include")], input=unit, capture_output=True, text=True)
    results.check("the example of libcalpol(3) compiles",
                  done.stderr.splitlines() or ([] if "calpol_loader_new(" in code else ["it is not there"]))


def lint(path):
    done = subprocess.run(["mandoc", "-Tlint", str(path)], capture_output=True, text=True)
    return [row for row in (done.stdout + done.stderr).splitlines() if NOT_INSTALLED not in row]


def rendered(path):
    done = subprocess.run(["man", "--warnings", "-l", str(path)], capture_output=True, text=True)
    return done.stderr.splitlines() or ([] if done.stdout else ["nothing was printed"])


def check_form(results, pages):
    for tool, check in (("mandoc", lint), ("man", rendered)):
        for path in pages:
            if shutil.which(tool):
                results.check(f"{tool} finds nothing in {path.name}", check(path))
            else:
                results.skip(f"{tool} finds nothing in {path.name}", f"there is no {tool}")
    names = {path.name for path in pages}
    referred = {".".join(match) for path in pages
                for match in re.findall(r"^\.Xr (\S+) (\d)", path.read_text(encoding="utf-8"), re.M)}
    results.check("references lead to pages of calpol", sorted(referred - names))


def main():
    calpol, root = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
    pages = sorted((root / "docs/man").glob("*.[1-9]"))
    text = {path.name: path.read_text(encoding="utf-8") for path in pages}
    results = Results()

    check_commands(results, calpol, text["calpol.1"])
    check_evaluation_options(results, calpol, text["calpol.1"])
    check_functions(results, root, text["libcalpol.3"])
    check_flow_errors(results, root, text["calpol-flow.5"])
    check_commands_shown(results, calpol, root, text)
    check_code_shown(results, root, text["libcalpol.3"])
    check_form(results, pages)
    results.finish()


main()
