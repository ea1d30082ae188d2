# SPDX-License-Identifier: Apache-2.0
"""The type hints hold, and hold for users."""

import importlib.util
import inspect
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import calpol

FOLDER = pathlib.Path(__file__).resolve().parents[1]

USE = """\
import calpol

ruleset = calpol.load("a.yaml", lint=True, options={"http": "ignore"})
verdict: calpol.Verdict = ruleset.evaluate(source="shop/web", icmp=(8, 0), domains=["a.example"])
tier: str = ruleset.tiers[0].name
label: str | None = verdict.egress.policy if verdict.egress else None
pod = ruleset.new_endpoint(labels={"app": "web"}, addresses=["10.0.0.1"], ports=[("http", 80)])
verdict = ruleset.evaluate(source=pod, destination="shop/web")
ruleset.evaluate_batch({"source": [calpol.handle(0)]}, endpoints=[pod])
data: bytes = ruleset.to_bytes()
ruleset = calpol.open(data).update("b.yaml", removed=["Pod shop/web"])
count: int = ruleset.evaluate_batch({"protocol": [6]}).counts()[calpol.Action.ALLOW]
"""

MISUSE = """\
ruleset.evaluate(destination_prot=80)
ruleset.evaluate(protocol=["TCP"])
text: str = verdict.action
calpol.load(lint="yes")
ruleset.new_endpoint(label={})
calpol.open(5)
"""


def mypy(*arguments, **environment):
    with tempfile.TemporaryDirectory() as cache:
        return subprocess.run(
            [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={cache}", *arguments],
            cwd=FOLDER, env={**os.environ, **environment}, capture_output=True, text=True, check=False)


@unittest.skipUnless(importlib.util.find_spec("mypy"), "mypy is not installed")
class Mypy(unittest.TestCase):
    def check_use(self, text):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "use.py"
            path.write_text(text, encoding="utf-8")
            return mypy(str(path), MYPYPATH=str(FOLDER)).stdout

    def test_the_package_is_strictly_typed(self):
        self.assertIn("Success: no issues", mypy("--config-file=pyproject.toml").stdout)

    def test_right_use_is_right(self):
        self.assertIn("Success: no issues", self.check_use(USE))

    def test_wrong_use_is_seen(self):
        output = self.check_use(USE + MISUSE)
        wrong = range(USE.count("\n") + 1, (USE + MISUSE).count("\n") + 1)
        self.assertEqual([f":{line}: error" in output for line in wrong], [True] * len(wrong), output)


class Documentation(unittest.TestCase):
    def test_the_package_says_that_it_is_typed(self):
        self.assertTrue((FOLDER / "calpol" / "py.typed").exists())

    def test_what_is_public_is_there_and_documented(self):
        for name in calpol.__all__:
            with self.subTest(name):
                value = getattr(calpol, name)
                if callable(value):
                    self.assertTrue(inspect.getdoc(value))
        for name, method in inspect.getmembers(calpol.Ruleset):
            if not name.startswith("_"):
                with self.subTest(name):
                    self.assertTrue(inspect.getdoc(method))


if __name__ == "__main__":
    unittest.main()
