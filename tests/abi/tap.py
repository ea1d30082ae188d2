# SPDX-License-Identifier: Apache-2.0
"""Results of the checks in this folder, as TAP on standard output."""

import re
import sys


class Results:
    """Collects results; finish() prints the plan and ends the program."""

    def __init__(self):
        self.count = 0
        self.failed = 0

    def check(self, name, faults):
        """One result: passed if there are no faults, which are lines of text."""
        self.count += 1
        print(f"{'not ok' if faults else 'ok'} {self.count} - {name}")
        if faults:
            self.failed += 1
            for fault in faults:
                print(f"{name}: {fault}", file=sys.stderr)

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} - {name} # SKIP {reason}")

    def finish(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failed else 0)


def without_comments(text):
    """C text with its comments gone and its line numbers kept."""
    return re.sub(r"/\*.*?\*/", lambda match: "\n" * match.group().count("\n"), text, flags=re.S)
