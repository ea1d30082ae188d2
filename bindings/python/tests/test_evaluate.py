# SPDX-License-Identifier: Apache-2.0
"""One flow in words: what can be said, what it comes to, and what is refused."""

import dataclasses
import ipaddress
import pickle
import unittest
from unittest import mock

import calpol
from calpol import Action, Depends, Stage, _library
from support import needs, ruleset

TO_DB = dict(source="shop/web", destination="shop/db", protocol="TCP", destination_port=5432)


class Verdicts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()

    def judge(self, flow=None, **words):
        return self.ruleset.evaluate(flow, **words)

    def test_a_verdict_names_who_decides(self):
        verdict = self.judge(**TO_DB)
        self.assertEqual(verdict.action, Action.ALLOW)
        self.assertEqual(verdict.decided_by, Stage.NONE)
        self.assertEqual(verdict.ingress, calpol.Decision(
            action=Action.ALLOW, stage=Stage.WORKLOAD_INGRESS, reason=calpol.Reason.NONE,
            tier="default", policy="np:shop/db", rule=0,
            tier_id=verdict.ingress.tier_id, policy_id=verdict.ingress.policy_id))
        self.assertEqual(self.ruleset.policy(verdict.ingress.policy_id).label, "np:shop/db")
        self.assertEqual(self.ruleset.tier(verdict.ingress.tier_id).name, "default")
        self.assertEqual((verdict.egress.policy, verdict.egress.rule), ("gnp:web", 1))

    def test_a_denial_names_its_stage(self):
        verdict = self.judge(**{**TO_DB, "destination_port": 22})
        self.assertTrue(verdict.denied)
        self.assertFalse(verdict.allowed)
        self.assertEqual(verdict.decided_by, Stage.WORKLOAD_INGRESS)
        self.assertEqual((verdict.ingress.policy, verdict.ingress.rule), ("np:shop/db", -1))

    def test_what_is_not_given_is_unknown_and_named(self):
        verdict = self.judge(source="shop/web", destination="shop/db", protocol="TCP")
        self.assertEqual(verdict.action, Action.UNKNOWN)
        self.assertFalse(verdict.allowed)
        self.assertFalse(verdict.denied)
        self.assertEqual(verdict.depends_on, Depends.DESTINATION_PORT | Depends.HTTP_METHOD)

    def test_an_end_without_policy_has_no_decision(self):
        verdict = self.judge(source="shop/db", destination="192.0.2.1")
        self.assertIsNone(verdict.ingress)
        self.assertTrue(verdict.allowed)
        self.assertIsNone(verdict.egress.tier)
        self.assertEqual(verdict.egress.policy, "pro:kns.shop")
        self.assertIsNone(verdict.egress.tier_id)

    def test_a_verdict_is_neither_true_nor_false(self):
        with self.assertRaisesRegex(TypeError, "verdict.allowed"):
            if self.judge(**TO_DB):
                pass

    def test_a_verdict_can_be_sent_to_another_process(self):
        for words in (TO_DB, {"source": "shop/db", "destination": "192.0.2.1"}):
            verdict = self.judge(**words)
            self.assertEqual(pickle.loads(pickle.dumps(verdict)), verdict)
        self.assertEqual(pickle.loads(pickle.dumps(calpol.Reason(200))), 200)

    def test_a_verdict_cannot_be_changed(self):
        with self.assertRaises(dataclasses.FrozenInstanceError):
            self.judge(**TO_DB).action = Action.ALLOW

    def test_ends_are_references_addresses_or_descriptions(self):
        for source in ("shop/web", "pod:shop/web", "10.0.0.1", "ip:10.0.0.1", {"ref": "pod:shop/web"},
                       ipaddress.ip_address("10.0.0.1"), {"ip": ipaddress.ip_address("10.0.0.1")},
                       {"namespace": "shop", "labels": {"app": "web"}}):
            with self.subTest(source):
                self.assertTrue(self.judge(**{**TO_DB, "source": source}).allowed)
        for destination in ("10.0.0.2", {"ip": "10.0.0.2"}, ipaddress.ip_address("10.0.0.2")):
            with self.subTest(destination):
                self.assertTrue(self.judge(**{**TO_DB, "destination": destination}).allowed)
        self.assertTrue(self.judge(**{**TO_DB, "source": "192.0.2.1"}).denied)

    def test_protocols_are_names_or_numbers(self):
        for protocol in ("TCP", "tcp", 6, "6"):
            self.assertTrue(self.judge(**{**TO_DB, "protocol": protocol}).allowed)
        self.assertTrue(self.judge(**{**TO_DB, "protocol": 17}).denied)

    def test_icmp_is_a_type_a_pair_or_a_mapping(self):
        words = dict(source="10.0.0.9", destination="shop/db", protocol="ICMP")
        self.assertTrue(self.judge(**words, icmp=(8, 0)).allowed)
        self.assertTrue(self.judge(**words, icmp={"type": 8, "code": 0}).allowed)
        self.assertEqual(self.judge(**words, icmp=8).depends_on, Depends.ICMP)
        self.assertEqual(self.judge(**words, icmp={"type": 8}).action, Action.UNKNOWN)
        self.assertTrue(self.judge(**words, icmp=0).denied)

    def test_http_is_a_mapping_or_known_to_be_absent(self):
        words = dict(source="10.0.0.9", destination="shop/db", protocol="TCP", destination_port=80)
        self.assertEqual(self.judge(**words).depends_on, Depends.HTTP_METHOD)
        self.assertTrue(self.judge(**words, http={"method": "GET", "path": "/"}).allowed)
        self.assertTrue(self.judge(**words, http={"method": "POST"}).denied)
        self.assertTrue(self.judge(**words, http=False).allowed)
        with self.assertRaisesRegex(TypeError, "http is True"):
            self.judge(**words, http=True)

    def test_connection_state_and_family_are_told(self):
        denied = {**TO_DB, "destination_port": 22}
        self.assertTrue(self.judge(**denied, state="established").allowed)
        self.assertTrue(self.judge(**denied, state="new").denied)
        with self.assertRaisesRegex(calpol.FlowError, "mixed|family|version"):
            self.judge(**TO_DB, ip_version=6)
        self.assertTrue(self.judge(**TO_DB, ip_version=4).allowed)

    def test_the_destination_before_nat_is_told(self):
        self.assertTrue(self.judge(**TO_DB, pre_dnat={"ip": "192.0.2.10", "port": 30432}).allowed)
        with self.assertRaises(calpol.FlowError):
            self.judge(**TO_DB, pre_dnat={"ip": "fd00::10"})

    def test_a_flow_in_json_form_is_taken_and_words_win(self):
        flow = {"source": {"ref": "pod:shop/web"}, "destination": {"ref": "pod:shop/db"},
                "protocol": "TCP", "destination_port": 22}
        self.assertTrue(self.judge(flow).denied)
        self.assertTrue(self.judge(flow, destination_port=5432).allowed)
        self.assertTrue(self.judge(flow, destination="192.0.2.1").allowed)
        self.assertTrue(self.judge(flow, destination={"ip": "192.0.2.1"}).allowed)
        self.assertTrue(self.judge(flow, destination_port=None, source=None).denied)
        self.assertEqual(flow["destination_port"], 22)

    def test_labels_are_changed_for_one_question(self):
        flow = {**TO_DB, "source": "shop/db", "destination": "shop/web"}
        self.assertTrue(self.judge(**flow).allowed)
        self.assertTrue(self.judge(**TO_DB, relabel={"shop/web": {"app": "other"}}).denied)
        self.assertTrue(self.judge(**TO_DB, relabel={"pod:shop/web": {"app": None}}).denied)
        self.assertTrue(self.judge(**TO_DB, relabel={"shop/db": {"app": None}}).allowed)
        self.assertTrue(self.judge(**TO_DB).allowed)

    def test_options_are_changed_for_one_question(self):
        words = dict(source="10.0.0.9", destination="shop/db", protocol="TCP", destination_port=80)
        self.assertTrue(self.judge(**words, options={"http": "ignore"}).allowed)
        self.assertEqual(self.judge(**words).action, Action.UNKNOWN)

    def test_numbers_need_not_be_of_type_int(self):
        class Number:
            def __index__(self):
                return 5432

        self.assertTrue(self.judge(**{**TO_DB, "destination_port": Number()}).allowed)

    @needs("numpy")
    def test_numbers_may_be_numpys(self):
        import numpy

        port, protocol = numpy.uint16(5432), numpy.int64(6)
        self.assertTrue(self.judge(**{**TO_DB, "destination_port": port, "protocol": protocol}).allowed)


class Domains(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset("""\
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
status: {podIPs: [{ip: 10.0.0.1}]}
---
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  selector: app == 'web'
  types: [Egress]
  egress:
  - {action: Allow, destination: {domains: [a.example]}}
""")

    def judge(self, domains, destination="192.0.2.1"):
        return self.ruleset.evaluate(source="shop/web", destination=destination, domains=domains)

    def test_names_of_the_destination_are_told(self):
        self.assertTrue(self.judge(["x.example", "a.example"]).allowed)
        self.assertTrue(self.judge(("x.example",)).denied)
        self.assertTrue(self.judge(["a.example"], {"ip": "192.0.2.1", "domains": []}).allowed)

    def test_no_names_is_not_the_same_as_not_told(self):
        self.assertTrue(self.judge([]).denied)
        self.assertEqual(self.judge(None).depends_on, Depends.DESTINATION_DOMAINS)

    def test_a_lone_str_is_refused(self):
        with self.assertRaisesRegex(TypeError, "domains"):
            self.judge("a.example")


class Refusals(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()

    def refuse(self, code, message, flow=None, **words):
        with self.assertRaisesRegex(calpol.FlowError, message) as caught:
            self.ruleset.evaluate(flow, **words)
        self.assertEqual(caught.exception.code, code)

    def test_errors_of_flows_have_codes(self):
        self.refuse("unknown-ref", "near it: pod:shop/web", source="shop/wev")
        self.refuse("unknown-ref", "shop/wev", source={"ref": "pod:shop/wev"})
        self.refuse("unknown-protocol", "TPC", protocol="TPC")
        self.refuse("bad-port", "65536", destination_port=65536)
        self.refuse("bad-port", "-1", source_port=-1)
        self.refuse("bad-http-path", "/", http={"path": "x"})
        self.refuse("mixed-ip-versions", "", source="10.0.0.1", destination="fd00::2")
        self.refuse("bad-address", "10.0.0", source="ip:10.0.0")
        self.refuse("bad-field", "colour", {"colour": "red"})
        self.refuse("bad-field", "state", state="old")
        self.refuse("bad-option", "colour", options={"colour": "red"})
        self.refuse("bad-option", "red", options={"http": "red"})
        self.refuse("unknown-ref", "shop/wev", relabel={"shop/wev": {"app": "x"}})

    def test_ports_are_not_cut_to_size(self):
        self.refuse("bad-port", str(2**32 + 5432), **{**TO_DB, "destination_port": 2**32 + 5432})

    def test_texts_are_not_cut_at_a_nul(self):
        for words in ({"source": "shop/web\0"}, {"destination": "shop/db\0x"}, {"domains": ["a\0b"]},
                      {"options": {"http": "l7\0"}}, {"relabel": {"shop/web": {"app": "a\0b"}}}):
            with self.subTest(words):
                with self.assertRaisesRegex(ValueError, "NUL"):
                    self.ruleset.evaluate(**words)

    def test_misspelt_words_are_refused(self):
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'destination_prot'"):
            self.ruleset.evaluate(source="shop/web", destination_prot=80)
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument 'src'"):
            self.ruleset.explain(src="shop/web")

    def test_what_json_cannot_say_is_refused(self):
        for value in (1.5, object()):
            with self.assertRaises((TypeError, calpol.FlowError)):
                self.ruleset.evaluate(destination_port=value)

    def test_errors_of_flows_are_value_errors(self):
        self.assertTrue(issubclass(calpol.FlowError, ValueError))
        self.assertTrue(issubclass(calpol.FlowError, calpol.Error))

    def test_no_memory_is_a_memory_error(self):
        with mock.patch.object(_library.lib, "calpol_query_evaluate", return_value=-1):
            with self.assertRaises(MemoryError):
                self.ruleset.evaluate(**TO_DB)


class Explanations(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()
        cls.explanation = cls.ruleset.explain(**TO_DB)

    def test_it_holds_the_verdict(self):
        self.assertEqual(self.explanation.verdict, self.ruleset.evaluate(**TO_DB))

    def test_it_tells_people_why(self):
        self.assertRegex(self.explanation.summary, r"^ALLOW +pod:shop/web")
        self.assertIn("NetworkPolicy", self.explanation.text)
        self.assertEqual(str(self.explanation), self.explanation.text)

    def test_it_tells_programs_why(self):
        self.assertNotIn("\n", self.explanation.json)
        data = self.explanation.data
        self.assertEqual((data["verdict"], data["ingress"]["policy"]), ("allow", "np:shop/db"))

    def test_it_has_the_steps_of_the_walk(self):
        self.assertEqual(
            [(str(step.stage), str(step.action), step.policy, step.rule) for step in self.explanation.steps],
            [("workload-egress", "none", "gnp:web", 0), ("workload-egress", "allow", "gnp:web", 1),
             ("workload-ingress", "allow", "np:shop/db", 0)])
        self.assertEqual({step.tier for step in self.explanation.steps}, {"default"})
        self.assertTrue(all(step.certain for step in self.explanation.steps))

    def test_steps_of_an_unknown_say_what_they_depend_on(self):
        steps = self.ruleset.explain(source="shop/web", destination="shop/db", protocol="TCP").steps
        self.assertIn((False, Depends.DESTINATION_PORT), {(step.certain, step.depends_on) for step in steps})

    def test_a_bad_flow_has_no_explanation(self):
        with self.assertRaises(calpol.FlowError) as caught:
            self.ruleset.explain(source="shop/wev")
        self.assertEqual(caught.exception.code, "unknown-ref")

    def test_labels_and_options_count(self):
        explanation = self.ruleset.explain(**TO_DB, relabel={"shop/web": {"app": "x"}},
                                           options={"scope": "pending"})
        self.assertTrue(explanation.verdict.denied)
        self.assertEqual(explanation.data["options"]["scope"], "pending")


if __name__ == "__main__":
    unittest.main()
