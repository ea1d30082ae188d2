# SPDX-License-Identifier: Apache-2.0
"""calpol from C++ and Rust: the examples compile, give one answer, and bindgen reads the headers.

usage: check_languages.py SOURCE_ROOT LIBRARY_FOLDER

What needs a compiler that is missing is skipped. Nothing is downloaded: no crate is needed.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from tap import Results

CPLUSPLUS = ["-pedantic-errors", "-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Werror"]

# The pod cat may ask UDP port 53 and call one name on port 443 (examples/cat/allow-cat.yaml).
EXPECTED = """\
pod:default/cat: allow
pod:kube-system/coredns-1: deny by np:default/platform.cat
pod:catfacts/db: deny by np:default/platform.cat
pod:catfacts/facts: deny by np:default/platform.cat

DENY  pod:default/cat (10.224.0.128) -> pod:kube-system/coredns-1 (10.224.0.43) TCP/80
"""


def run(*command, **options):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)


def complaints(done):
    """Of a compiler that is to say nothing."""
    return (done.stdout + done.stderr).splitlines() or ([] if done.returncode == 0 else ["failed"])


def answer_faults(program, root, library):
    environment = dict(os.environ, LD_LIBRARY_PATH=str(library))
    cat = root / "examples" / "cat"
    files = [cat / "cluster.yaml", cat / "allow-cat.yaml"]
    done = run(program, "default/cat", "80", *files, env=environment)
    faults = [] if done.returncode == 0 else [f"exit status {done.returncode}"]
    if not done.stdout.startswith(EXPECTED):
        faults += ["answers", *done.stdout.splitlines()]
    if "=> deny: end of tier platform" not in done.stdout:
        faults.append("there is no walk")
    if "allow-cat.yaml:35: domains is a field" not in done.stderr:
        faults.append("the warning of the load is missing")
    done = run(program, "default/dog", "80", *files, env=environment)
    if done.returncode != 1 or "default/dog: not found" not in done.stderr:
        faults += ["an endpoint that is not there", f"exit status {done.returncode}", *done.stderr.splitlines()]
    return faults


def check_example(results, name, compiler, command, program, root, library):
    if not shutil.which(compiler):
        results.skip(name, f"there is no {compiler}")
        return
    faults = complaints(run(compiler, *command, "-o", program))
    results.check(name, faults or answer_faults(program, root, library))


def check_cplusplus(results, root, library, folder):
    for compiler in ("g++", "clang++"):
        for standard in ("c++11", "c++17"):
            command = [f"-std={standard}", *CPLUSPLUS, "-I", root / "include", root / "examples/reachable.cpp",
                       "-L", library, "-lcalpol"]
            check_example(results, f"examples/reachable.cpp as {standard} with {compiler}", compiler,
                          command, folder / "reachable", root, library)


def check_rust(results, root, library, folder):
    command = ["--edition", "2021", "-D", "warnings", root / "examples/reachable.rs", "-L", library]
    check_example(results, "examples/reachable.rs", "rustc", command, folder / "reachable", root, library)


def check_constants(results, root):
    """What the Rust example has written down is what the headers say."""
    headers = "".join(path.read_text(encoding="utf-8") for path in (root / "include/calpol").glob("*.h"))
    values = dict(re.findall(r"^ +CALPOL_(\w+) = ([^,/ ][^,/]*?),?(?: *//?.*)?$", headers, re.M))
    example = (root / "examples/reachable.rs").read_text(encoding="utf-8")
    constants = re.findall(r"pub const (\w+): \w+ = (.*);", example)
    results.check("the constants in examples/reachable.rs are those of the headers", [
        f"{name} is {value}, in the headers {values.get(name)}" for name, value in constants
        if values.get(name, "?").replace("1u", "1").strip() != value] or ([] if constants else ["none found"]))


def bindings_faults(root, text):
    exported = re.findall(r"^ +(calpol_\w+);$", (root / "lib/calpol.map").read_text(encoding="utf-8"), re.M)
    found = set(re.findall(r"pub fn (calpol_\w+)\(", text))
    faults = [f"there is no {name}" for name in exported if name not in found]
    faults += [f"what Rust cannot use safely: {row}" for row in text.splitlines()
               if "pub union" in row or "__BindgenBitfieldUnit" in row]
    return faults


def check_bindgen(results, root, library, folder):
    names = ["bindgen finds every function, and nothing that Rust cannot use",
             "and the layout of every struct is what Rust makes of it"]
    missing = [tool for tool in ("bindgen", "rustc") if not shutil.which(tool)]
    if missing:
        for name in names:
            results.skip(name, f"there is no {missing[0]}")
        return
    output = folder / "calpol.rs"
    done = run("bindgen", root / "include/calpol/calpol.h", "--allowlist-item", "(calpol|CALPOL)_.*", "-o", output,
               "--", "-I", root / "include")
    if done.returncode and "allowlist-item" in done.stderr:  # bindgen before 0.62 has no such option
        done = run("bindgen", root / "include/calpol/calpol.h", "-o", output, "--", "-I", root / "include")
    faults = complaints(done)
    results.check(names[0], faults or bindings_faults(root, output.read_text(encoding="utf-8")))
    if faults:
        return
    program = folder / "layout"
    done = run("rustc", "--edition", "2021", "--test", "-A", "warnings", output, "-L", library, "-l", "calpol",
               "-o", program)
    if done.returncode == 0:
        done = run(program, env=dict(os.environ, LD_LIBRARY_PATH=str(library)))
    results.check(names[1], [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines())


def main():
    root, library = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
    results = Results()

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        check_cplusplus(results, root, library, folder)
        check_rust(results, root, library, folder)
        check_constants(results, root)
        check_bindgen(results, root, library, folder)
    results.finish()


main()
