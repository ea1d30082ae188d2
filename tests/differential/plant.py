#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants known faults into copies of the library, to see that random cases find each.

    plant.py [--cases N] [--folder FOLDER] [FAULT ...]

Copies the tree to FOLDER (a temporary one by default), builds the driver there, and for each fault
changes the text, builds again and asks run_differential.py. Prints a table; the exit status is 0 if
every fault was found and the tree without any has none.
"""
import argparse
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
from tree import copy_tree

# Name: what it stands for, and changes (file, text, other text). A text must be there once.
FAULTS = {
    "tier-order": ("the order of a tier is off by one", [
        ("lib/compile/policies.c", "            .order = spec->order,\n            .default_action",
         "            .order = spec->order + 1,\n            .default_action")]),
    "absent-label": ("!= does not hold for an absent label", [
        ("lib/selector/program.c", "return type == CP_SELECTOR_NOT_EQUAL || type",
         "return type"),
        ("lib/selector/program.c",
         "    if (type == CP_SELECTOR_NOT_EQUAL)\n        return CP_SELECTOR_EQUAL;\n", ""),
        ("lib/selector/program.c", "    if (term->type == CP_SELECTOR_EQUAL ||",
         "    if (term->type == CP_SELECTOR_NOT_EQUAL)\n"
         "        return !has_value(term, label->value);\n"
         "    if (term->type == CP_SELECTOR_EQUAL ||")]),
    "end-of-tier": ("a policy for the other direction brings a tier's default action", [
        ("lib/evaluate/walk.c", "    if (!(policy->types & 1u << walk->direction))\n"
         "        return CP_SKIP_DIRECTION;\n", "")]),
    "range-end": ("the last port of a range does not count", [
        ("lib/net/ports.c", "else if (port > ports->ranges[middle].last)",
         "else if (port >= ports->ranges[middle].last)")]),
    "mapped-address": ("an IPv4-mapped address is an IPv6 address", [
        ("lib/net/address.c", "    if (!is_mapped(address))\n        return false;\n",
         "    if (is_mapped(address))\n        return false;\n")]),
    "not-selector-owner": ("notSelector is asked of another owner than the selector", [
        ("lib/selector/combine.c", "if (status == CALPOL_OK && positive && negative) {",
         "if (status == CALPOL_OK && positive && negative && !selectors) {")]),
    "profile-pass": ("Pass in a profile allows", [
        ("lib/evaluate/walk.c", "is_pass ? CALPOL_ACTION_DENY :", "is_pass ? CALPOL_ACTION_ALLOW :")]),
    "staged-enforced": ("staged policies are enforced", [
        ("lib/evaluate/walk.c", "    if (policy->staged && !state->world->options->pending) "
         "/* EV-67, EV-180 */\n        return CP_SKIP_STAGED;\n", "")]),
    "named-port-protocol": ("a named port counts for every protocol", [
        ("lib/evaluate/match.c", "cp_tri_and(protocol_is(question->flow, port->protocol),\n"
         "                                              port_is(side, port->port))",
         "port_is(side, port->port)")]),
    "prefix-mask": ("a prefix is one bit shorter inside a byte", [
        ("lib/net/prefix.c", "(uint8_t)(0xff00u >> (length - 8 * index))",
         "(uint8_t)(0xff00u >> (length - 8 * index - 1))")]),
    "icmp-in-programs": ("programs take ICMP type and code for each other", [
        ("lib/evaluate/fast_kernel.h", "flow->icmp_type << 8 | flow->icmp_code",
         "flow->icmp_code << 8 | flow->icmp_type")]),
}


def configure(folder):
    """A private copy, configured."""
    copy_tree(folder)
    subprocess.run(["meson", "setup", os.path.join(folder, "build"), folder, "-Doptimization=1",
                    "-Dfuzzing=none"], check=True, stdout=subprocess.DEVNULL)


def build(folder):
    done = subprocess.run(["ninja", "-C", os.path.join(folder, "build"),
                           "tests/differential/differential-driver"], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:])


def ask(folder, cases):
    """How many cases were asked, how many differ, and the lines of the first difference."""
    here = os.path.join(folder, "tests", "differential")
    done = subprocess.run([sys.executable, os.path.join(here, "run_differential.py"),
                           os.path.join(folder, "build/tests/differential/differential-driver"),
                           "--cases", str(cases), "--seed", "planted"], capture_output=True,
                          text=True, check=False)
    match = re.search(r"(\d+) cases .* (\d+) differences", done.stdout)
    if not match:
        raise RuntimeError(done.stdout + done.stderr)
    return int(match.group(1)), int(match.group(2))


def change(folder, changes):
    """Plants a fault; gives back what undoes it."""
    before = {}
    for path, text, other in changes:
        path = os.path.join(folder, path)
        with open(path, encoding="utf-8") as file:
            content = file.read()
        before.setdefault(path, content)
        if content.count(text) != 1:
            raise RuntimeError("%s: the text to change is not there once: %s" % (path, text))
        write(path, content.replace(text, other))
    return before


def write(path, content):
    with open(path, "w", encoding="utf-8") as file:
        file.write(content)


def try_fault(folder, name, cases):
    meaning, changes = FAULTS[name]
    before = change(folder, changes)
    try:
        build(folder)
        asked, different = ask(folder, cases)
    finally:
        for path, content in before.items():
            write(path, content)
    print("%-20s %-62s %s" % (name, meaning, "found: %d of %d cases differ" % (different, asked)
                              if different else "NOT FOUND in %d cases" % asked), flush=True)
    return different > 0


def run(folder, arguments):
    configure(folder)
    build(folder)
    asked, different = ask(folder, arguments.cases)
    print("%-20s %-62s %d of %d cases differ" % ("-", "nothing planted", different, asked),
          flush=True)
    found = [try_fault(folder, name, arguments.cases) for name in arguments.faults or FAULTS]
    return 0 if all(found) and not different else 1


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--folder", help="to keep the copy; must not exist")
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(FAULTS))
    arguments = parser.parse_args(arguments)
    if arguments.folder:
        os.mkdir(arguments.folder)
        return run(arguments.folder, arguments)
    with tempfile.TemporaryDirectory() as folder:
        return run(folder, arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
