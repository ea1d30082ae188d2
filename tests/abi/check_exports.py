# SPDX-License-Identifier: Apache-2.0
"""What the shared library exports = lib/calpol.map = what the public headers declare.

usage: check_exports.py SOURCE_ROOT LIBRARY SONAME
"""

import pathlib
import re
import subprocess
import sys

from tap import Results, without_comments

FUNCTION = re.compile(r"\b(calpol_\w+)\s*\(")


def exported(library):
    """Names and version nodes (as "name@NODE") of the dynamic symbols, without the nodes' own."""
    output = subprocess.run(["nm", "-D", "--defined-only", library],
                            check=True, capture_output=True, text=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return {row[-1].replace("@@", "@") for row in rows if row[-2] != "A"}


def mapped(text):
    """The same of the version script."""
    names = set()
    for node, body in re.findall(r"([\w.]+)\s*\{(.*?)\}", without_comments(text), re.S):
        listed = re.search(r"global:(.*?)(?:local:|$)", body, re.S)
        if listed:
            names |= {f"{name}@{node}" for name in re.findall(r"[^\s;]+", listed.group(1))}
    return names


def statements(text):
    """The declarations of a header: no comments, no preprocessor, no bodies of structs and enums."""
    text = re.sub(r"^\s*#(?:.*\\\n)*.*$", "", without_comments(text), flags=re.M)
    text = re.sub(r'extern\s+"C"\s*\{', "", text)
    while re.search(r"\{[^{}]*\}", text):
        text = re.sub(r"\{[^{}]*\}", "", text)
    return [" ".join(part.split()) for part in text.split(";")]


def declared(text):
    """Functions with and without CALPOL_API."""
    public, unmarked = set(), set()
    for statement in statements(text):
        match = FUNCTION.search(statement)
        if match and not statement.startswith("typedef"):
            (public if "CALPOL_API" in statement else unmarked).add(match.group(1))
    return public, unmarked


def difference(wanted, found, wanted_name, found_name):
    return [f"{name} is in {wanted_name}, not in {found_name}" for name in sorted(wanted - found)] + \
           [f"{name} is in {found_name}, not in {wanted_name}" for name in sorted(found - wanted)]


def check_itself(results):
    header = ("#define CALPOL_API \\\n  something\n"
              'extern "C" {\n'
              "/* CALPOL_API int calpol_hidden(void); */\n"
              "typedef struct calpol_a calpol_a;\n"
              "struct calpol_hook { void *(*call)(void *); };\n"
              "CALPOL_API const char *calpol_one(int\n a);\n"
              "CALPOL_API void\ncalpol_two(calpol_a *a);\n"
              "int calpol_three(void);\n}")
    script = "/* A { global: no; }; */ A_0.1 {\nglobal:\n  one;\nlocal:\n  *;\n};\nB { global: two; } A_0.1;"
    faults = []
    if declared(header) != ({"calpol_one", "calpol_two"}, {"calpol_three"}):
        faults.append(f"declarations read as {declared(header)}")
    if mapped(script) != {"one@A_0.1", "two@B"}:
        faults.append(f"script read as {mapped(script)}")
    results.check("the check reads headers and version scripts", faults)


def soname(library):
    output = subprocess.run(["readelf", "-d", library], check=True, capture_output=True, text=True)
    match = re.search(r"SONAME.*\[(.*)\]", output.stdout)
    return match.group(1) if match else None


def main():
    root, library, wanted_soname = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    results = Results()
    public, unmarked = set(), set()

    check_itself(results)
    for header in sorted((root / "include" / "calpol").glob("*.h")):
        marked, rest = declared(header.read_text(encoding="utf-8"))
        public |= marked
        unmarked |= rest
    script = mapped((root / "lib" / "calpol.map").read_text(encoding="utf-8"))
    script_names = {name.split("@")[0] for name in script}

    results.check("every public function is marked CALPOL_API",
                  [f"{name} is not" for name in sorted(unmarked)])
    results.check("the version script lists what the headers declare",
                  difference(public, script_names, "the headers", "lib/calpol.map"))
    results.check("the library exports what the version script lists",
                  difference(script, exported(library), "lib/calpol.map", "the library"))
    found = soname(library)
    results.check("the library is called by its soname",
                  [] if found == wanted_soname else [f"{found}, expected {wanted_soname}"])
    results.finish()


main()
