# SPDX-License-Identifier: Apache-2.0
"""What the objects of the library refer to and define: no way out, no locale, no global state.

usage: check_objects.py ARCHIVE [release]
"""

import re
import subprocess
import sys

from tap import Results

# Whole families by pattern; fortified names (__printf_chk) and newer ones (__isoc23_strtol) are
# reduced to the plain name first.
FORBIDDEN = {
    "ends the process or jumps": r"_?exit|_Exit|quick_exit|atexit|abort|raise|longjmp|_?setjmp",
    "writes or reads streams": r"(v?[fsd]?n?printf|v?asprintf|f?puts|f?putc|putchar|fwrite|perror"
                               r"|v?f?s?scanf|fopen|fdopen|fread|fgets|f?getc|getline|fclose"
                               r"|stdin|stdout|stderr|syslog)(_unlocked)?",
    "depends on the locale": r"setlocale|localeconv|nl_langinfo|is(al(num|pha)|blank|cntrl|x?digit"
                             r"|graph|lower|print|punct|space|upper)|to(upper|lower)"
                             r"|__ctype_\w+_loc|str(n?casecmp|coll|xfrm)(_l)?|strto[dfl]|strtold"
                             r"|strtou?ll?|strto[iu]max|ato[fil]|atoll|mb\w+|wc\w+|isw\w+|tow\w+",
    "depends on the surroundings": r"(secure_)?getenv|setenv|putenv|environ|system|popen|fork"
                                   r"|s?rand(om)?(_r)?|time|clock|gettimeofday",
    "keeps state between calls": r"strtok|strerror|gethostbyname|getaddrinfo|inet_ntoa|localtime"
                                 r"|gmtime|signal|sigaction",
}
FORBIDDEN = {why: re.compile(pattern) for why, pattern in FORBIDDEN.items()}

# Only the allocator calls malloc.
MEMORY = re.compile(r"malloc|calloc|realloc|reallocarray|free|strn?dup|aligned_alloc|posix_memalign"
                    r"|alloca")
ALLOCATOR = "base_allocator.c.o"

ASSERTION = "__assert_fail"


def plain(name):
    match = re.fullmatch(r"__(?:isoc\d+_)?(\w+?)(?:_chk)?", name)
    if match and (name.endswith("_chk") or name.startswith("__isoc")):
        return match.group(1)
    return name


def reference_fault(member, name, release):
    """What is wrong with an undefined symbol of an object; None if nothing is."""
    name = plain(name)
    if name == ASSERTION:
        return "is an assertion, which a release has not" if release else None
    if MEMORY.fullmatch(name):
        return None if member == ALLOCATOR else "is for base/allocator.c alone"
    for why, pattern in FORBIDDEN.items():
        if pattern.fullmatch(name):
            return why
    return None


def definition_fault(kind, section):
    """What is wrong with a defined symbol. Tables of pointers are relocated, then read-only."""
    if kind in "bBcCsSgG":
        return "is writable"
    if kind in "dD" and not section.startswith(".data.rel.ro"):
        return "is writable"
    if kind in "uvVwW":
        return "may be replaced from outside"
    return None


def symbols(archive):
    """(member, name, kind, section) of each symbol of each object."""
    output = subprocess.run(["nm", "--format=sysv", archive],
                            check=True, capture_output=True, text=True).stdout
    member = None
    for line in output.splitlines():
        heading = re.match(r"Symbols from .*\[(.*)\]:", line)
        columns = [column.strip() for column in line.split("|")]
        if heading:
            member = heading.group(1).split("/")[-1]
        elif len(columns) == 7 and len(columns[2]) == 1:
            yield member, columns[0], columns[2], columns[6]


def check_itself(results):
    faulty = ["exit", "abort", "printf", "__printf_chk", "__fprintf_chk", "snprintf", "vsnprintf",
              "puts", "getenv", "setlocale", "strtod", "strtol", "__isoc23_strtol", "atoi",
              "isalpha", "__ctype_b_loc", "tolower", "strcasecmp", "stderr", "rand", "malloc",
              "free", "strdup"]
    harmless = ["memcpy", "__memcpy_chk", "strlen", "memcmp", "read", "open", "fstat",
                "__stack_chk_fail", "cp_buffer_printf", "yaml_parser_parse", "strchr", "qsort"]
    faults = [f"{name} was let through" for name in faulty
              if not reference_fault("net_ports.c.o", name, False)]
    faults += [f"{name} was objected to" for name in harmless
               if reference_fault("net_ports.c.o", name, False)]
    if not reference_fault("net_ports.c.o", ASSERTION, True):
        faults.append("an assertion in a release was let through")
    if reference_fault(ALLOCATOR, "malloc", False):
        faults.append("the allocator may not allocate")
    if definition_fault("d", ".data.rel.ro.local") or not definition_fault("d", ".data"):
        faults.append("writable and relocated data are not told apart")
    results.check("the check finds planted faults", faults)


def main():
    archive, release = sys.argv[1], "release" in sys.argv[2:]
    results = Results()
    faults = {}

    check_itself(results)
    for member, name, kind, section in symbols(archive):
        found = faults.setdefault(member, [])
        if kind == "U":
            fault = reference_fault(member, name, release)
        else:
            fault = definition_fault(kind, section)
        if fault:
            found.append(f"{name} {fault}")
    for member, found in sorted(faults.items()):
        results.check(f"{member} is clean", found)
    results.finish()


main()
