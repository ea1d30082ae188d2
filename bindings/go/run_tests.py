#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the Go package against the library of a build, and reports them as TAP.

usage: run_tests.py tests|race|vet --go GO --build FOLDER
       run_tests.py tests|race|vet --skip REASON
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

MODULE = pathlib.Path(__file__).resolve().parent
OLDEST = (1, 19)
RACE_DETECTOR = {"amd64", "arm64", "ppc64le", "s390x", "riscv64", "loong64"}


def skip(reason):
    print(f"1..0 # skipped: {reason}")
    sys.exit(0)


def header_sum(build):
    """What changes with the headers. Go does not notice that by itself, and would link old code."""
    flags = subprocess.run(
        ["pkg-config", "--cflags-only-I", "calpol"], env=environment(build), text=True,
        stdout=subprocess.PIPE, check=True,
    ).stdout.split()
    headers = sorted({
        header.resolve() for flag in flags for header in pathlib.Path(flag[2:]).glob("calpol/*.h")
    })
    if not headers:
        sys.exit(f"there are no headers in {' '.join(flags)}")
    return hashlib.sha256(b"".join(header.read_bytes() for header in headers)).hexdigest()[:16]


def environment(build, **more):
    """The library of the build, and no network."""
    variables = dict(os.environ, GOFLAGS="-mod=readonly", GOPROXY="off", GOTOOLCHAIN="local",
                     GOWORK="off", CGO_ENABLED="1", **more)
    for name, folder in ("PKG_CONFIG_PATH", "meson-uninstalled"), ("LD_LIBRARY_PATH", "lib"):
        others = [variables[name]] if variables.get(name) else []
        variables[name] = os.pathsep.join([str(build / folder), *others])
    if not any(variables.get(name) for name in ("GOCACHE", "XDG_CACHE_HOME", "HOME")):
        variables["GOCACHE"] = str(build / "go-cache")
    return variables


def ask_go(go, variables, name):
    return subprocess.run([go, "env", name], cwd=MODULE, env=variables, text=True,
                          stdout=subprocess.PIPE, check=True).stdout.strip()


def check_go(go, variables, what):
    version = ask_go(go, variables, "GOVERSION")
    numbers = re.match(r"go(\d+)\.(\d+)", version)
    if numbers and tuple(map(int, numbers.groups())) < OLDEST:
        skip(f"{version} is older than {'.'.join(map(str, OLDEST))}")
    if what == "race" and ask_go(go, variables, "GOARCH") not in RACE_DETECTOR:
        skip("there is no race detector for this machine")


def vet(go, variables):
    """Two tests: nothing to say for gofmt, nothing for go vet."""
    gofmt = pathlib.Path(ask_go(go, variables, "GOROOT")) / "bin" / "gofmt"
    commands = {
        "gofmt": [gofmt if gofmt.exists() else "gofmt", "-l", "."],
        "go vet": [go, "vet", "./..."],
    }
    print(f"1..{len(commands)}")
    for number, (name, command) in enumerate(commands.items(), 1):
        run = subprocess.run(command, cwd=MODULE, env=variables, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        good = run.returncode == 0 and (name != "gofmt" or not run.stdout)
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print("# " + run.stdout.strip().replace("\n", "\n# "))


def test(go, variables, arguments):
    """One line for each test that ran, subtests included. A package that ends badly is one more."""
    run = subprocess.Popen(
        [go, "test", "-json", "-count=1", *arguments, "./..."], cwd=MODULE, env=variables, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    words = {"pass": "ok", "skip": "ok", "fail": "not ok"}
    output, count, failed = {}, 0, 0
    for line in run.stdout:
        try:
            event = json.loads(line)
        except ValueError:  # go itself, about what does not compile
            print("# " + line.rstrip())
            continue
        action, package = event["Action"], event.get("Package", event.get("ImportPath", ""))
        name = (package, event.get("Test", ""))
        if action in ("output", "build-output"):
            output.setdefault(name, []).append(event["Output"])
        elif action in words and ("Test" in event or action == "fail"):
            count += 1
            failed += action == "fail"
            reason = " # skip" if action == "skip" else ""
            print(f"{words[action]} {count} - {'/'.join(filter(None, name))}{reason}")
        if action in ("fail", "build-fail"):
            print("".join("# " + text for text in output.get(name, [])), end="")
    if run.wait() and not failed:
        count += 1
        print(f"not ok {count} - go test")
    print(f"1..{count}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["tests", "race", "vet"])
    parser.add_argument("--go")
    parser.add_argument("--build", type=pathlib.Path)
    parser.add_argument("--skip")
    arguments = parser.parse_args()

    if arguments.skip:
        skip(arguments.skip)
    variables = environment(
        arguments.build, CGO_CFLAGS=f"-O2 -g -DCALPOL_HEADERS_{header_sum(arguments.build)}"
    )
    check_go(arguments.go, variables, arguments.what)
    if arguments.what == "vet":
        vet(arguments.go, variables)
    else:
        test(arguments.go, variables, ["-race"] if arguments.what == "race" else [])


main()
