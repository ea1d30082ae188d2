# SPDX-License-Identifier: Apache-2.0
"""The examples in README.md are true. They are run where their paths lead: in the source tree."""

import contextlib
import doctest
import io
import os
import re
import unittest

import calpol
from support import SOURCE_ROOT, needs

TEXT = (SOURCE_ROOT / "bindings" / "python" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.S)


class Readme(unittest.TestCase):
    def setUp(self):
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(SOURCE_ROOT)
        self.names = {}
        with contextlib.redirect_stdout(io.StringIO()) as output:
            exec(BLOCKS[0], self.names)
        self.output = output.getvalue()

    def run_session(self):
        test = doctest.DocTestParser().get_doctest(TEXT, self.names, "README.md", "README.md", 0)
        report = io.StringIO()
        result = doctest.DocTestRunner().run(test, out=report.write, clear_globs=False)
        self.names = test.globs
        self.assertGreater(result.attempted, 10)
        self.assertEqual(result.failed, 0, report.getvalue())

    def test_the_three_lines_answer(self):
        self.assertRegex(self.output, r"^DENY +pod:default/cat")

    def test_the_session_answers_what_it_shows(self):
        self.run_session()

    @needs("numpy", "pyarrow")
    def test_the_lines_on_arrays_run(self):
        self.run_session()
        exec(BLOCKS[1], self.names)
        self.assertEqual(self.names["table"]["action"].tolist(), [calpol.Action.DENY] * 3)

    def test_there_are_no_other_lines(self):
        self.assertEqual(len(BLOCKS), 2)

    def test_every_column_is_in_the_table(self):
        from calpol import _columns

        rows = re.findall(r"^\| (`.*?) \|", TEXT, re.M)
        names = [name for row in rows for name in re.findall(r"`(\w+)`", row)]
        self.assertEqual(sorted(set(names) & set(_columns.NAMES)), sorted(_columns.NAMES))


if __name__ == "__main__":
    unittest.main()
