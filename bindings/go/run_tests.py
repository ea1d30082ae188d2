#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the Go package against the library of a build, and reports them as TAP.

usage: run_tests.py tests|race --go GO --build FOLDER
       run_tests.py tests|race --skip REASON

tests also says whether gofmt and go vet have something to say; race runs under the race detector.
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
# Go's own resolver in place of C's, which would have to be compiled and is not used.
GO_FLAGS = "-mod=readonly -tags=netgo,osusergo"
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
    variables = dict(os.environ, GOFLAGS=GO_FLAGS, GOPROXY="off", GOTOOLCHAIN="local",
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


class Tap:
    """Lines of TAP."""

    def __init__(self):
        self.count = self.failed = 0

    def report(self, good, name, output=""):
        self.count += 1
        self.failed += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}")
        if not good and output.strip():
            print("# " + output.strip().replace("\n", "\n# "))


def vet(go, variables, tap):
    gofmt = pathlib.Path(ask_go(go, variables, "GOROOT")) / "bin" / "gofmt"
    for name, command in {
        "gofmt": [gofmt if gofmt.exists() else "gofmt", "-l", "."],
        "go vet": [go, "vet", "./..."],
    }.items():
        run = subprocess.run(command, cwd=MODULE, env=variables, text=True,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        tap.report(run.returncode == 0 and (name != "gofmt" or not run.stdout), name, run.stdout)


def test(go, variables, arguments, tap):
    """One line for each test that ran, subtests included. A package that ends badly is one more."""
    run = subprocess.Popen(
        [go, "test", "-json", "-count=1", "-vet=off", *arguments, "./..."], cwd=MODULE,
        env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    output, failed = {}, tap.failed
    for line in run.stdout:
        try:
            event = json.loads(line)
        except ValueError:  # of go itself
            print("# " + line.rstrip())
            continue
        action = event["Action"]
        name = "/".join(filter(None, (event.get("Package"), event.get("Test"))))
        if action == "output":
            output[name] = output.get(name, "") + event["Output"]
        elif action == "build-output":  # what does not compile
            print("# " + event["Output"].rstrip())
        elif action == "skip":
            tap.report(True, name + " # skip")
        elif action == "fail" or action == "pass" and "Test" in event:
            tap.report(action == "pass", name, output.get(name, ""))
    if run.wait() and tap.failed == failed:
        tap.report(False, "go test")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["tests", "race"])
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
    tap = Tap()
    if arguments.what == "race":
        test(arguments.go, variables, ["-race"], tap)
    else:
        vet(arguments.go, variables, tap)
        test(arguments.go, variables, [], tap)
    print(f"1..{tap.count}")


main()
