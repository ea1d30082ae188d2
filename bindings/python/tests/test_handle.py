# SPDX-License-Identifier: Apache-2.0
"""Endpoints that are in no input answer as if they were."""

import array
import gc
import ipaddress
import threading
import unittest
import weakref
from unittest import mock

import calpol
from calpol import Action, Port, _library
from support import CLUSTER, needs, ruleset

# What the handle of the tests is, as input.
API = """\
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: shop, labels: {app: web}}
spec: {nodeName: n1, containers: [{name: c, ports: [{name: rpc, containerPort: 7000}]}]}
status: {podIPs: [{ip: 10.0.0.9}, {ip: 'fd00::9'}]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: rpc, namespace: shop}
spec:
  selector: app == 'web'
  types: [Ingress]
  ingress: [{action: Allow, protocol: TCP, destination: {ports: [rpc]}}]
"""

KNOWN = dict(namespace="shop", name="api", node="n1", labels={"app": "web"},
             addresses=["10.0.0.9", ipaddress.ip_address("fd00::9")], ports=[Port("rpc", 7000)])


def without_pod(text):
    return "---".join(part for part in text.split("---") if "name: api," not in part)


def judge(ruleset, **ends):
    """The verdict of a batch of one flow, whose ends are handles or texts."""
    handles = [end for end in ends.values() if isinstance(end, calpol.EndpointHandle)]
    numbers = {name: calpol.handle(handles.index(end)) if end in handles else end
               for name, end in ends.items()}
    return ruleset.evaluate_batch({**numbers, "source_port": [1]}, endpoints=handles)[0]


class Case(unittest.TestCase):
    make = staticmethod(ruleset)

    @classmethod
    def setUpClass(cls):
        cls.with_pod = ruleset(CLUSTER + API)
        cls.ruleset = cls.make(without_pod(CLUSTER + API))
        cls.api = cls.ruleset.new_endpoint(**KNOWN)


class Batches(Case):
    def check(self, **columns):
        """A table with the handle, and the same with the pod."""
        number = self.with_pod.endpoint("shop/api").id
        named = {name: number if value == calpol.handle(0) else value
                 for name, value in columns.items()}
        expected = [verdict.action for verdict in self.with_pod.evaluate_batch(named)]
        verdicts = self.ruleset.evaluate_batch(columns, endpoints=[self.api])
        self.assertEqual([verdict.action for verdict in verdicts], expected)
        return expected

    def test_a_handle_stands_for_the_pod(self):
        ports = array.array("H", [80, 5432, 7000])
        self.assertEqual(
            self.check(source=calpol.handle(0), destination="shop/db", protocol=6,
                       destination_port=ports),
            [Action.UNKNOWN, Action.ALLOW, Action.DENY])
        self.assertEqual(
            self.check(source="10.0.0.2", destination=calpol.handle(0), protocol=6,
                       destination_port=ports),
            [Action.DENY, Action.DENY, Action.ALLOW])
        self.assertEqual(
            self.check(source=calpol.handle(0), destination="203.0.113.9", protocol=6,
                       destination_port=ports),
            [Action.DENY] * 3)

    def test_each_flow_may_name_another(self):
        db = self.ruleset.new_endpoint(namespace="shop", labels={"app": "db"}, addresses=["10.0.0.8"])
        table = {"source": array.array("I", [calpol.handle(0), calpol.handle(1)]),
                 "destination": self.ruleset.endpoint("shop/db").id,
                 "protocol": 6, "destination_port": 5432}
        for given in (table, self.ruleset.flows(table)):
            verdicts = self.ruleset.evaluate_batch(given, endpoints=[self.api, db])
            self.assertEqual([verdict.action for verdict in verdicts], [Action.ALLOW, Action.DENY])

    def test_a_place_behind_the_table_makes_a_bad_flow(self):
        table = {"source": array.array("I", [calpol.handle(1), calpol.handle(0)]), "protocol": 6}
        verdicts = self.ruleset.evaluate_batch(table, endpoints=[self.api])
        self.assertEqual((verdicts[0].action, verdicts.bad_count), (Action.NONE, 1))
        self.assertEqual(self.ruleset.evaluate_batch(table).bad_count, 2)

    def test_what_is_no_handle_of_this_ruleset_is_refused(self):
        with self.assertRaisesRegex(ValueError, r"endpoints\[1\] is one of another ruleset"):
            self.ruleset.evaluate_batch(
                {"protocol": [6]}, endpoints=[self.api, self.with_pod.new_endpoint()])
        with self.assertRaisesRegex(TypeError, r"endpoints\[0\] is str"):
            self.ruleset.evaluate_batch({"protocol": [6]}, endpoints=["shop/web"])
        for place in (-1, 2**31 - 1):
            with self.assertRaises(ValueError):
                calpol.handle(place)

    def test_a_handle_like_another_endpoint_is_fast(self):
        web = self.ruleset.new_endpoint(namespace="shop", node="n1", labels={"app": "web"},
                                        addresses=["10.0.0.10"])
        self.assertEqual(web.is_fast, self.make is ruleset)
        self.assertFalse(self.ruleset.new_endpoint(labels={"odd": "one"}).is_fast)

    def test_threads_may_share_it(self):
        table, found = {"source": calpol.handle(0), "destination": ["10.0.0.2"] * 100,
                        "protocol": 6, "destination_port": 5432}, []

        def ask():
            for _ in range(20):
                found.append(self.ruleset.evaluate_batch(table, endpoints=[self.api]).counts())

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(found, [{Action.ALLOW: 100}] * 80)

    @needs("numpy")
    def test_columns_of_numpy_name_handles(self):
        import numpy

        verdicts = self.ruleset.evaluate_batch(
            {"source": numpy.full(3, calpol.handle(0), numpy.uint32), "destination": "shop/db",
             "protocol": 6, "destination_port": 5432}, endpoints=[self.api])
        self.assertEqual(verdicts.counts(), {Action.ALLOW: 3})


class Words(Case):
    def check(self, **words):
        """A flow with the handle, and the same with the pod."""
        named = {name: "shop/api" if value is self.api else value for name, value in words.items()}
        verdict = self.ruleset.evaluate(**words)
        expected = self.with_pod.evaluate(**named)
        for side in ("egress", "ingress"):
            got, wanted = getattr(verdict, side), getattr(expected, side)
            self.assertEqual(got and (got.action, got.policy, got.rule),
                             wanted and (wanted.action, wanted.policy, wanted.rule))
        self.assertEqual((verdict.action, verdict.depends_on), (expected.action, expected.depends_on))
        self.assertEqual(self.ruleset.explain(**words).verdict, verdict)
        return verdict.action

    def test_a_handle_stands_for_the_pod(self):
        for port, action in ((5432, Action.ALLOW), (22, Action.DENY), (80, Action.UNKNOWN)):
            self.assertEqual(self.check(source=self.api, destination="10.0.0.2", protocol="TCP",
                                        destination_port=port), action)
        self.assertEqual(self.check(source=self.api, destination="shop/db", protocol="TCP",
                                    destination_port=80, http={"method": "GET"}, ip_version=4),
                         Action.ALLOW)
        self.assertEqual(self.check(source="fd00::2", destination=self.api, protocol="TCP",
                                    destination_port=7000), Action.ALLOW)
        self.assertEqual(self.check(destination=self.api, protocol="TCP", destination_port=7001),
                         Action.DENY)

    def test_two_handles_meet_in_the_family_that_both_have(self):
        db = self.ruleset.new_endpoint(namespace="shop", labels={"app": "db"}, addresses=["fd00::8"])
        for source, destination, action in ((self.api, db, Action.ALLOW), (db, self.api, Action.DENY)):
            verdict = self.ruleset.evaluate(source=source, destination=destination, protocol="TCP",
                                            destination_port=5432)
            self.assertEqual(verdict.action, action)

    def test_the_first_family_of_the_destination_counts(self):
        for addresses, action in ((["203.0.113.5", "2001:db8::1"], Action.DENY),
                                  (["2001:db8::1", "203.0.113.5"], Action.ALLOW)):
            outside = self.ruleset.new_endpoint(addresses=addresses, namespace="shop")
            verdict = self.ruleset.evaluate(source=self.api, destination=outside)
            self.assertEqual(verdict.action, action)
            self.assertEqual(judge(self.ruleset, source=self.api, destination=outside), verdict)

    def test_an_address_that_cannot_be_known_is_asked_for(self):
        with self.assertRaisesRegex(ValueError, "say ip_version"):
            self.ruleset.evaluate(source=self.api, destination="shop/db")
        with self.assertRaisesRegex(ValueError, "say ip_version"):
            self.ruleset.evaluate({"destination": {"ref": "shop/db"}}, source=self.api)
        with self.assertRaises(calpol.FlowError) as caught:
            self.ruleset.evaluate(source=self.ruleset.new_endpoint(addresses=["10.0.0.7"]),
                                  destination="fd00::2")
        self.assertEqual(caught.exception.code, "mixed-ip-versions")

    def test_handles_that_words_cannot_say_are_refused(self):
        with self.assertRaisesRegex(ValueError, "the same handle"):
            self.ruleset.evaluate(source=self.api, destination=self.api)
        with self.assertRaisesRegex(ValueError, "another ruleset"):
            self.with_pod.evaluate(source=self.api)

    def test_a_handle_tells_its_json_form(self):
        self.assertEqual(self.api.participant(6), {
            "namespace": "shop", "labels": {"app": "web"}, "node": "n1", "ip": "fd00::9",
            "ports": [{"name": "rpc", "port": 7000, "protocol": "TCP"}]})
        self.assertEqual(self.ruleset.new_endpoint(profiles=[]).participant(),
                         {"namespace": "default", "labels": {}, "profiles": []})
        with self.assertRaisesRegex(ValueError, "IPv6"):
            self.ruleset.new_endpoint(addresses=["10.0.0.7"]).participant(6)


class BatchesOfAnOpenedRuleset(Batches):
    make = staticmethod(lambda text: calpol.open(ruleset(text).to_bytes()))


class WordsOfAnOpenedRuleset(Words):
    make = staticmethod(lambda text: calpol.open(ruleset(text).to_bytes()))


class Making(Case):
    def test_wrong_words_are_refused(self):
        for words in ({"addresses": ["10.0.0"]}, {"ports": [("x", 65536)]}, {"ports": [("x", -1)]},
                      {"ports": [("x", 1, "ABC")]}, {"labels": {"a\0": "b"}}, {"namespace": "a\0"}):
            with self.subTest(words), self.assertRaises(ValueError):
                self.ruleset.new_endpoint(**words)
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'label'"):
            self.ruleset.new_endpoint(label={})

    def test_a_mapped_address_is_that_of_ipv4(self):
        made = self.ruleset.new_endpoint(addresses=["::ffff:10.0.0.9"])
        self.assertEqual(made.addresses, (ipaddress.ip_address("10.0.0.9"),))

    def test_profiles_are_those_of_the_namespace_unless_given(self):
        for namespace, profiles, policy in (
                ("shop", None, "pro:kns.shop"), ("shop", [], None),
                ("other", ["kns.shop"], "pro:kns.shop")):
            made = self.ruleset.new_endpoint(namespace=namespace, addresses=["10.0.0.7"],
                                             profiles=profiles)
            verdict = self.ruleset.evaluate(source=made, destination="192.0.2.1")
            self.assertEqual((verdict.allowed, verdict.egress.policy), (policy is not None, policy))
            self.assertEqual(judge(self.ruleset, source=made, destination="192.0.2.1"), verdict)

    def test_named_ports_are_of_a_protocol(self):
        for protocol, action in (("tcp", Action.ALLOW), ("6", Action.ALLOW), ("UDP", Action.DENY)):
            made = self.ruleset.new_endpoint(namespace="shop", labels={"app": "web"},
                                             addresses=["10.0.0.7"], ports=[("rpc", 7000, protocol)])
            verdicts = self.ruleset.evaluate_batch(
                {"destination": calpol.handle(0), "source": ["10.0.0.2"], "protocol": 6,
                 "destination_port": 7000}, endpoints=[made])
            self.assertEqual(verdicts[0].action, action)

    def test_it_keeps_its_ruleset_and_is_given_back_once(self):
        loaded = ruleset()
        made = loaded.new_endpoint()
        dead = weakref.ref(loaded)
        del loaded
        gc.collect()
        self.assertIsNotNone(dead())
        with mock.patch.object(_library.lib, "calpol_endpoint_free") as free:
            other = dead().new_endpoint()
            kept = other._handle
            del other
            gc.collect()
        self.assertEqual(free.mock_calls, [mock.call(kept)])
        _library.lib.calpol_endpoint_free(kept)
        del made
        gc.collect()
        self.assertIsNone(dead())


if __name__ == "__main__":
    unittest.main()
