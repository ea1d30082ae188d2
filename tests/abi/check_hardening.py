# SPDX-License-Identifier: Apache-2.0
"""How a file was linked: relocations read-only, no executable stack, functions guarded.

usage: check_hardening.py FILE [optimized]
"""

import re
import subprocess
import sys

from tap import Results


def read(option, path):
    return subprocess.run(["readelf", "-W", option, path], check=True, capture_output=True,
                          text=True).stdout


def segment_flags(headers, name):
    """Flags of a program header, None if there is none."""
    match = re.search(r"^\s+%s\s+(?:0x[0-9a-f]+\s+){5}([RWE ]{3})" % name, headers, re.M)
    return match.group(1) if match else None


def header_faults(headers):
    stack = segment_flags(headers, "GNU_STACK")
    if segment_flags(headers, "GNU_RELRO") is None:
        yield "there is no RELRO segment"
    if stack is None or "E" in stack:
        yield "the stack may be executed"
    for flags in re.findall(r"^\s+LOAD\s+(?:0x[0-9a-f]+\s+){5}([RWE ]{3})", headers, re.M):
        if "W" in flags and "E" in flags:
            yield "a segment may be written and executed"


def dynamic_faults(dynamic):
    if not re.search(r"\(FLAGS(?:_1)?\).*\b(?:BIND_NOW|NOW)\b", dynamic):
        yield "symbols are bound late, so that the table of them stays writable"
    if "(TEXTREL)" in dynamic:
        yield "code is relocated"
    if re.search(r"\((?:RPATH|RUNPATH)\)", dynamic):
        yield "it has a search path of its own"


def symbol_faults(symbols):
    if "__stack_chk_fail" not in symbols:
        yield "no function has a stack protector"
    if not re.search(r"\b__mem\w+_chk\b", symbols):
        yield "no function is fortified"


def check_itself(results):
    headers = """
  LOAD           0x000000 0x0000000000000000 0x0000000000000000 0x0000e8 0x0000e8 RWE 0x1000
  GNU_STACK      0x000000 0x0000000000000000 0x0000000000000000 0x000000 0x000000 RWE 0x10
"""
    dynamic = " 0x16 (TEXTREL) 0x0\n 0x1d (RUNPATH) Library runpath: [/nowhere]\n"
    found = [*header_faults(headers), *dynamic_faults(dynamic), *symbol_faults("memcpy")]
    results.check("the check finds planted faults", [] if len(found) == 8 else found)


def main():
    path, optimized = sys.argv[1], "optimized" in sys.argv[2:]
    results = Results()

    check_itself(results)
    results.check("segments are as they should be", list(header_faults(read("--segments", path))))
    results.check("everything is bound at the start", list(dynamic_faults(read("--dynamic", path))))
    if optimized:
        results.check("functions are guarded", list(symbol_faults(read("--dyn-syms", path))))
    else:
        results.skip("functions are guarded", "only what is optimized is")
    results.finish()


main()
