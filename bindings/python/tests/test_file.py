# SPDX-License-Identifier: Apache-2.0
"""Compiled rulesets: what was written answers as before, wherever it is opened."""

import copy
import os
import pathlib
import pickle
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

import calpol
from calpol import _abi, _file, _library
from support import CLUSTER, ruleset

TO_DB = dict(source="shop/web", destination="shop/db", protocol="TCP", destination_port=5432)

IN_ANOTHER_PROCESS = """\
import pickle, sys
ruleset = pickle.load(sys.stdin.buffer)
print(ruleset.evaluate(source="shop/web", destination="shop/db", protocol="TCP", destination_port=22))
print(len(ruleset.diagnostics))
"""


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "shop.calpol"

    def check_same(self, opened):
        for port in (22, 80, 5432, None):
            words = {**TO_DB, "destination_port": port}
            self.assertEqual(opened.explain(**words), self.ruleset.explain(**words))
        self.assertEqual(opened.endpoints, self.ruleset.endpoints)
        self.assertEqual(opened.policies, self.ruleset.policies)
        self.assertEqual(opened.tiers, self.ruleset.tiers)
        table = {"source": ["shop/web", "10.0.0.2"], "destination": "shop/db", "protocol": 6}
        self.assertEqual(opened.evaluate_batch(table).buffer, self.ruleset.evaluate_batch(table).buffer)


class Files(Case):
    def test_what_was_saved_answers_the_same(self):
        self.ruleset.save(self.path)
        self.check_same(calpol.open(self.path))
        self.check_same(calpol.open(str(self.path)))
        self.assertEqual(self.path.read_bytes(), self.ruleset.to_bytes())

    def test_an_open_one_survives_that_its_file_is_replaced(self):
        self.ruleset.save(self.path)
        opened = calpol.open(self.path)
        ruleset(CLUSTER.replace("5432", "5433")).save(self.path)
        self.check_same(opened)
        self.assertTrue(calpol.open(self.path).evaluate(**TO_DB).denied)

    def test_what_cannot_be_opened_is_said_as_python_says_it(self):
        with self.assertRaises(FileNotFoundError) as caught:
            calpol.open(self.path)
        self.assertEqual(os.fsdecode(caught.exception.filename), str(self.path))
        with self.assertRaises(IsADirectoryError):
            calpol.open(self.path.parent)
        with self.assertRaises(ValueError):
            calpol.open("a\0b")

    def test_what_cannot_be_written_is_said_as_python_says_it(self):
        with self.assertRaises(FileNotFoundError) as caught:
            self.ruleset.save(self.path.parent / "none" / "file")
        self.assertIn("none/file", str(caught.exception))
        with self.assertRaises(ValueError):
            self.ruleset.save("a\0b")

    def test_a_file_that_is_something_else_is_refused(self):
        self.path.write_text(CLUSTER)
        with self.assertRaises(calpol.CompiledError) as caught:
            calpol.open(self.path)
        self.assertRegex(str(caught.exception), r"shop\.calpol: \w+")
        self.assertEqual(caught.exception.status, _abi.ERROR_INVALID_INPUT)


class Bytes(Case):
    def test_what_was_written_answers_the_same(self):
        content = self.ruleset.to_bytes()
        for form in (content, bytearray(content), memoryview(content)):
            self.check_same(calpol.open(form))

    def test_equal_input_makes_equal_bytes(self):
        self.assertEqual(ruleset().to_bytes(), self.ruleset.to_bytes())
        self.assertEqual(calpol.open(self.ruleset.to_bytes()).to_bytes(), self.ruleset.to_bytes())

    def test_damage_is_refused_wherever_it_is(self):
        content = self.ruleset.to_bytes()
        for place in range(0, len(content), len(content) // 50):
            damaged = bytearray(content)
            damaged[place] ^= 0x10
            with self.assertRaises(calpol.CompiledError):
                calpol.open(damaged)
        for length in (0, 1, 8, len(content) // 2, len(content) - 1):
            with self.assertRaises(calpol.CompiledError):
                calpol.open(content[:length])

    def test_want_of_memory_is_a_memory_error(self):
        for function in ("calpol_ruleset_write", "calpol_ruleset_open_bytes"):
            with mock.patch.object(_library.lib, function, return_value=_abi.ERROR_NO_MEMORY):
                with self.assertRaises(MemoryError):
                    calpol.open(self.ruleset.to_bytes())

    def test_a_text_is_freed_once(self):
        with mock.patch.object(_library.lib, "calpol_text_free",
                               wraps=_library.lib.calpol_text_free) as free:
            _file.write(self.ruleset._handle)
        self.assertEqual(free.call_count, 1)


class Pickles(Case):
    def test_a_ruleset_travels_to_another_process(self):
        run = subprocess.run([sys.executable, "-c", IN_ANOTHER_PROCESS], check=True,
                             input=pickle.dumps(self.ruleset), capture_output=True)
        expected = self.ruleset.evaluate(**{**TO_DB, "destination_port": 22})
        self.assertEqual(run.stdout.decode(), f"{expected}\n{len(self.ruleset.diagnostics)}\n")

    def test_diagnostics_travel_with_it(self):
        text = CLUSTER + "---\nkind: Surprise\napiVersion: example.org/v1\nmetadata: {name: x}\n"
        loaded = ruleset(text)
        self.assertGreater(len(loaded.diagnostics), 0)
        self.assertEqual(pickle.loads(pickle.dumps(loaded)).diagnostics, loaded.diagnostics)

    def test_copies_are_the_same_ruleset(self):
        self.assertIs(copy.copy(self.ruleset), self.ruleset)
        self.assertIs(copy.deepcopy([self.ruleset])[0], self.ruleset)


if __name__ == "__main__":
    unittest.main()
