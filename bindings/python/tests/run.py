#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs test modules of this folder and writes TAP, a line for each test.

usage: run.py MODULE [PATTERN]     run.py vectors walk-no-tiers
"""

import sys
import traceback
import unittest


class TapResult(unittest.TestResult):
    """Writes each result as it comes."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def _write(self, good, test, comment=""):
        self.count += 1
        name = test.id().split(".", 1)[-1]
        print(f"{'' if good else 'not '}ok {self.count} - {name}{comment}", flush=True)

    def _write_failure(self, test, error):
        self._write(False, test)
        for line in "".join(traceback.format_exception(*error)).splitlines():
            print(f"# {line}")

    def addSuccess(self, test):
        super().addSuccess(test)
        self._write(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._write(True, test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._write_failure(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self._write_failure(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self._write_failure(subtest, err)


def main():
    loader = unittest.TestLoader()
    if len(sys.argv) > 2:
        loader.testNamePatterns = [f"*{sys.argv[2]}*"]
    result = TapResult()
    loader.loadTestsFromName(f"test_{sys.argv[1]}").run(result)
    print(f"1..{result.count}")
    return 0 if result.wasSuccessful() and result.count else 1


if __name__ == "__main__":
    sys.exit(main())
