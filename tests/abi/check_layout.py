# SPDX-License-Identifier: Apache-2.0
"""No member of a ruleset's structs is forgotten: each is in the tables of lib/ruleset/layout.c, by which
compiled files are written and checked.

usage: check_layout.py SOURCE_ROOT
"""

import pathlib
import re
import sys

from tap import Results, without_comments

HEADERS = [
    "include/calpol/evaluate.h", "lib/base/hash.h", "lib/base/intern.h", "lib/net/address_key.h",
    "lib/net/prefix.h", "lib/net/prefix_trie.h", "lib/net/ports.h", "lib/selector/program.h",
    "lib/ruleset/options.h", "lib/ruleset/program.h", "lib/ruleset/ruleset.h",
]

# Structs that are in others, and the macro that stands for them.
MACROS = {
    "cp_prefixes": "PREFIXES", "cp_text_list": "TEXT_LIST", "cp_labels": "LABELS",
    "cp_failsafe_ports": "FAILSAFES", "cp_port_list": "PORT_LIST", "cp_prefix_trie": "TRIE",
    "cp_index": "INDEX_TABLE", "cp_entity": "ENTITY", "cp_address_map": "ADDRESS_MAP",
    "cp_vector_axis": "AXIS",
}

# Structs in others that are written out there, with the table in which.
WITHIN = {"cp_options": "calpol_ruleset", "cp_node_options": "cp_node_entry",
          "cp_program": "cp_selector_entry"}


def struct_bodies(root):
    """Name and body of each struct in the headers."""
    bodies = {}
    for header in HEADERS:
        text = without_comments((root / header).read_text(encoding="utf-8"))
        for match in re.finditer(r"^struct (\w+) \{\n(.*?)^\};", text, re.M | re.S):
            bodies[match.group(1)] = match.group(2)
    return bodies


def members_of(body):
    """Names of the members that a struct declares."""
    body = re.sub(r"CP_ARRAY\([^)]*\)", "array", body)
    for declaration in body.split(";"):
        for part in declaration.split(","):
            match = re.search(r"(\w+)\s*\)?\s*(\[[^\]]*\]\s*)*$", part.strip())
            if match:
                yield match.group(1)


def tables(text):
    """The text of each struct's table, and of each macro."""
    found = {}
    for match in re.finditer(r"^#define STRUCT struct (\w+)\n(.*?)^#undef STRUCT", text, re.M | re.S):
        found[match.group(1)] = match.group(2)
    for match in re.finditer(r"^#define (\w+)\(member\)((?:.*\\\n)*.*)$", text, re.M):
        found[match.group(1)] = match.group(2)
    return found


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    text = without_comments((root / "lib/ruleset/layout.c").read_text(encoding="utf-8"))
    bodies, described = struct_bodies(root), tables(text)
    results = Results()
    owners = {name: name for name in described if name in bodies}

    owners.update({name: macro for name, macro in MACROS.items() if name not in owners})
    owners.update(WITHIN)
    for name, owner in sorted(owners.items()):
        faults = []
        if name not in bodies or owner not in described:
            faults = [f"struct {name} or its table is not found"]
        else:
            faults = [f"{member} is in no field" for member in members_of(bodies[name])
                      if not re.search(rf"\b{member}\b", described[owner])]
        results.check(f"struct {name}", faults)
    results.check("there are tables", [] if len(owners) > 30 else [f"only {len(owners)}"])
    results.finish()


main()
