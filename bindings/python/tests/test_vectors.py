# SPDX-License-Identifier: Apache-2.0
"""The vectors of the C tests, through Python: each in words, and as a batch where it can be said so;
again of the ruleset that was compiled to bytes and opened; and with handles for workloads in no input.

What an expectation means is told in tests/support/compare.h.
"""

import json
import unittest

import calpol
from support import SOURCE_ROOT

FILES = ("evaluation", "kubernetes", "user-cases")


def differences(expected, actual, path):
    """What is expected and not so: a key that is expected must be there and equal, at every depth."""
    if isinstance(expected, dict) and expected:
        if not isinstance(actual, dict):
            return [f"{path}: expected {expected}, is {actual}"]
        found = []
        for name, value in expected.items():
            inner = actual.get(name)
            if name == "stages":
                stages = {stage["stage"]: stage for stage in inner or []}
                inner = {stage: stages.get(stage) for stage in value}
            if name != "pending":  # another question
                found += differences(value, inner, f"{path}.{name}")
        return found
    if isinstance(expected, list) and isinstance(actual, list) and len(expected) == len(actual):
        return [line for a, b in zip(expected, actual) for line in differences(a, b, path)]
    if type(expected) is type(actual) and expected == actual:
        return []
    return [f"{path}: expected {expected}, is {actual}"]


def columns_of(flow):
    """A flow as a table of one row; None: the columns cannot say it."""
    table = {}
    for name, value in flow.items():
        if name in ("source", "destination"):
            end = dict(value or {})
            if end.get("domains") == []:
                table["no_domains"] = [True]
            if end.pop("domains", None) or len(end) != 1:
                return None
            kind, text = end.popitem()
            if kind not in ("ip", "ref") or text.startswith(("node:", "service:", "networkset:", "globalnet")):
                return None
            table[name] = [text]
        elif name in ("protocol", "source_port", "destination_port"):
            table[name] = [value]
        elif name == "icmp":
            table.update({f"icmp_{part}": [number] for part, number in (value or {}).items()})
        elif name == "http" and value is None:
            table["no_http"] = [True]
        elif name == "state":
            table[name] = [calpol.State[value.upper()]]
        else:
            return None
    return table or None


def handle_of(ruleset, end):
    """A handle for an end that is described; None: it is not, or by more than handles have."""
    known = dict(end or {})
    address = known.pop("ip", None)
    wanted = {"namespace", "labels", "service_account", "node", "ports", "profiles"}
    if "namespace" not in known or known.keys() - wanted:
        return None
    if "ports" in known:
        known["ports"] = [calpol.Port(**port) for port in known["ports"]]
    return ruleset.new_endpoint(addresses=[address] if address else [], **known)


class Vector(unittest.TestCase):
    def __init__(self, file, vector):
        super().__init__("run_vector")
        self.file, self.vector = file, vector

    def id(self):
        return f"vectors.{self.file}.{self.vector['id']}"

    def load(self):
        options = dict(self.vector.get("options", {}))
        calico = "calico" if self.file == "evaluation" else "auto"
        return calpol.load(
            text={"resources": self.vector["resources"]},
            dialect=options.pop("dialect", calico),
            lenient=self.vector.get("lenient", False),
            options=options,
        )

    def explain(self, ruleset, **words):
        """The answer as the trace has it."""
        try:
            explanation = ruleset.explain(self.vector["flow"], **words)
        except calpol.FlowError as error:
            return {"error": error.code}
        verdict = ruleset.evaluate(self.vector["flow"], **words)
        self.assertEqual(verdict, explanation.verdict)
        self.assertEqual(str(verdict.action), explanation.data["verdict"])
        return explanation.data

    def check_refused(self, expected):
        with self.assertRaises(calpol.LoadError) as caught:
            self.load()
        found = {(item.name, item.resource, item.path) for item in caught.exception.diagnostics}
        for error in expected.get("errors", []):
            self.assertIn((error["code"], error["resource"], error["path"]), found)

    def check_batch(self, ruleset):
        table = columns_of(self.vector["flow"])
        if table is None:
            return
        if self.vector["expect"].get("error") == "bad-port":
            self.assertRaises(ValueError, ruleset.flows, table)
            return
        verdict = ruleset.evaluate_batch(table)[0]
        single = self.outcome(ruleset, self.vector["flow"])
        if single is None or self.has_other_ends(ruleset, table):
            self.assertEqual(verdict.action, calpol.Action.NONE)
        else:
            self.assertEqual(verdict, single)

    def check_handles(self, ruleset):
        """A handle in words, and in a batch, answers as its description."""
        flow = self.vector["flow"]
        handles = {end: handle_of(ruleset, flow.get(end)) for end in ("source", "destination")}
        handles = {end: handle for end, handle in handles.items() if handle}
        rest = {name: value for name, value in flow.items() if name not in handles}
        expected = self.outcome(ruleset, flow)
        if not handles or expected is None:
            return
        self.assertEqual(ruleset.evaluate(rest, **handles), expected)
        table = columns_of(rest) if rest else {}
        if table is None or self.has_other_ends(ruleset, table):
            return
        for place, end in enumerate(handles):
            table[end] = [calpol.handle(place)]
        verdict = ruleset.evaluate_batch(table, endpoints=handles.values())[0]
        self.assertEqual(verdict, expected)

    @staticmethod
    def outcome(ruleset, flow):
        """A verdict; None: the flow is wrong."""
        try:
            return ruleset.evaluate(flow)
        except calpol.FlowError:
            return None

    @staticmethod
    def has_other_ends(ruleset, table):
        """Are there ends that are no endpoints? Pods on the host's network are none."""
        for name in ("source", "destination"):
            text = table.get(name, ["10.0.0.1"])[0]
            try:
                if ":" in text and text.startswith(("pod:", "workloadendpoint:", "hostendpoint:")):
                    ruleset.endpoint(text)
            except calpol.NotFoundError:
                return True
        return False

    def run_vector(self):
        expected = self.vector["expect"]
        if "load" in expected:
            self.check_refused(expected)
            return
        ruleset = self.load()
        self.run_on(ruleset)
        self.run_on(calpol.open(ruleset.to_bytes()))

    def run_on(self, ruleset):
        expected = self.vector["expect"]
        found = differences(expected, self.explain(ruleset), "expect")
        if "pending" in expected:
            pending = {"scope": "pending", "default_hit": "first"}
            found += differences(expected["pending"], self.explain(ruleset, options=pending), "pending")
        self.assertEqual(found, [])
        self.check_batch(ruleset)
        self.check_handles(ruleset)


class Comparison(unittest.TestCase):
    def test_every_difference_is_seen(self):
        answer = {"a": 1, "b": {"c": [1, 2]}, "stages": [{"stage": "x", "action": "allow"}]}
        for expected, count in (({"a": 1}, 0), ({"a": 2}, 1), ({"a": True}, 1), ({"z": None}, 0),
                                ({"b": None}, 1), ({"b": {"c": [1, 3]}}, 1), ({"b": {"c": [1]}}, 1),
                                ({"stages": {"x": {"action": "allow"}}}, 0),
                                ({"stages": {"x": {"action": "deny"}, "y": None}}, 1),
                                ({"stages": {"x": None}}, 1), ({"stages": {"y": {"action": "deny"}}}, 1)):
            with self.subTest(expected):
                self.assertEqual(len(differences(expected, answer, "")), count)


def load_tests(loader, tests, pattern):
    for file in FILES:
        path = SOURCE_ROOT / "tests" / "vectors" / f"{file}.json"
        vectors = json.loads(path.read_text(encoding="utf-8"))
        wanted = loader.testNamePatterns
        tests.addTests(
            Vector(file, vector) for vector in vectors
            if not wanted or any(pattern.strip("*") in vector["id"] for pattern in wanted)
        )
    return tests
