# SPDX-License-Identifier: Apache-2.0
"""Each public header compiles alone, in every language and with every compiler at hand.

usage: check_headers.py SOURCE_ROOT VERSION
"""

import pathlib
import re
import shutil
import subprocess
import sys

from tap import Results

STRICT = ["-pedantic-errors", "-Wall", "-Wextra", "-Wshadow", "-Wundef", "-Werror", "-fsyntax-only"]

# Compiler, language, standard.
COMPILATIONS = [
    ("gcc", "c", "c99"),
    ("gcc", "c", "c11"),
    ("clang", "c", "c99"),
    ("clang", "c", "c11"),
    ("g++", "c++", "c++11"),
    ("g++", "c++", "c++17"),
    ("clang++", "c++", "c++11"),
    ("clang++", "c++", "c++17"),
]


def compile_alone(compiler, language, standard, include, header):
    """The messages of a unit which is this header twice and nothing else."""
    line = f"#include <calpol/{header}>\n"
    command = [compiler, "-x", language, f"-std={standard}", *STRICT, "-I", str(include), "-"]
    run = subprocess.run(command, input=line + line + "extern int unit_is_not_empty;\n",
                         capture_output=True, text=True)
    if run.returncode == 0:
        return []
    return run.stderr.splitlines() or [f"{compiler} ended with {run.returncode}"]


def header_version(text):
    """The version by its numbers and by its text, which have to agree."""
    numbers = [re.search(rf"#\s*define\s+CALPOL_VERSION_{part}\s+(\d+)", text)
               for part in ("MAJOR", "MINOR", "PATCH")]
    literal = re.search(r'#\s*define\s+CALPOL_VERSION\s+"(.*?)"', text)
    by_number = ".".join(match.group(1) if match else "?" for match in numbers)
    return by_number, literal.group(1) if literal else "?"


def check_version(results, include, version):
    found = header_version((include / "calpol" / "base.h").read_text(encoding="utf-8"))
    changelog = (include.parent / "debian" / "changelog").read_text(encoding="utf-8")
    packaged = re.match(r"calpol \(([^)]*)\)", changelog).group(1)
    results.check("the headers, the build and the packages agree on the version",
                  [f"{name}, expected {version}" for name in (*found, packaged) if name != version])


def main():
    include, version = pathlib.Path(sys.argv[1]) / "include", sys.argv[2]
    headers = sorted(path.name for path in (include / "calpol").glob("*.h"))
    results = Results()

    for compiler, language, standard in COMPILATIONS:
        for header in headers:
            name = f"calpol/{header} alone as {standard} with {compiler}"
            if shutil.which(compiler):
                results.check(name, compile_alone(compiler, language, standard, include, header))
            else:
                results.skip(name, f"there is no {compiler}")
    check_version(results, include, version)
    results.finish()


main()
