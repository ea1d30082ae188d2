# SPDX-License-Identifier: Apache-2.0
"""What is in a ruleset, by id and by name; and how long it lives."""

import dataclasses
import gc
import ipaddress
import math
import threading
import unittest
import weakref
from unittest import mock

import calpol
from calpol import _library
from support import CLUSTER, ruleset


class Contents(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ruleset = ruleset()

    def test_counts_say_how_much_there_is(self):
        counts = self.ruleset.counts
        self.assertEqual((counts.policies, counts.endpoints, counts.namespaces), (2, 2, 1))
        self.assertEqual(counts.rules, sum(policy.ingress_count + policy.egress_count
                                           for policy in self.ruleset.policies))
        self.assertEqual(counts.dialect, calpol.Dialect.CALICO)
        self.assertGreater(counts.bytes, 1000)
        self.assertEqual(repr(self.ruleset),
                         f"<calpol.Ruleset: 2 policies in {counts.tiers} tiers, 2 endpoints>")

    def test_tiers_are_in_order_of_evaluation(self):
        tiers = self.ruleset.tiers
        self.assertEqual(len(tiers), self.ruleset.counts.tiers)
        self.assertEqual([tier.id for tier in tiers], list(range(len(tiers))))
        self.assertEqual(sorted(tiers, key=lambda tier: tier.order), list(tiers))
        default = next(tier for tier in tiers if tier.name == "default")
        self.assertEqual(self.ruleset.tier(default.id), default)
        self.assertEqual((default.order, default.default_action, default.policy_count, default.declared),
                         (1000000, calpol.Action.DENY, 2, False))

    def test_policies_come_before_profiles(self):
        policies = self.ruleset.policies
        labels = [policy.label for policy in policies]
        self.assertEqual(sorted(labels[:2]), ["gnp:web", "np:shop/db"])
        self.assertTrue(all(label.startswith("pro:") for label in labels[2:]))
        self.assertTrue(all(policy.tier is None for policy in policies[2:]))

    def test_a_policy_is_described(self):
        policy = self.ruleset.policies[[each.name for each in self.ruleset.policies].index("db")]
        self.assertEqual(self.ruleset.policy(policy.id), policy)
        self.assertEqual((policy.label, policy.namespace, policy.tier, policy.staged),
                         ("np:shop/db", "shop", "default", False))
        self.assertEqual((policy.source, policy.line), ("<text>", CLUSTER[:CLUSTER.index(
            "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy")].count("\n") + 1))
        self.assertEqual((policy.ingress_count, policy.egress_count), (3, 0))
        self.assertTrue(math.isinf(policy.order))

    def test_endpoints_are_found_by_reference_address_and_id(self):
        db = self.ruleset.endpoint("shop/db")
        self.assertEqual((db.reference, db.namespace, db.name, db.node, db.is_host, db.address_count),
                         ("pod:shop/db", "shop", "db", "n2", False, 2))
        for which in ("pod:shop/db", "workloadendpoint:shop/db", ipaddress.ip_address("fd00::2"),
                      ipaddress.ip_address("10.0.0.2"), db.id):
            self.assertEqual(self.ruleset.endpoint(which), db)
        self.assertEqual(self.ruleset.endpoints, (self.ruleset.endpoint("shop/web"), db))

    def test_what_is_not_there_is_not_found(self):
        for find in (lambda: self.ruleset.endpoint(ipaddress.ip_address("10.9.9.9")),
                     lambda: self.ruleset.endpoint(2), lambda: self.ruleset.endpoint(-1),
                     lambda: self.ruleset.endpoint(2**32), lambda: self.ruleset.policy(1000),
                     lambda: self.ruleset.policy(2**32), lambda: self.ruleset.tier(1000)):
            with self.assertRaises(calpol.NotFoundError):
                find()

    def test_names_near_one_that_is_not_there_are_told(self):
        self.assertEqual(self.ruleset.suggest("pod:shop/wev")[0], "pod:shop/web")
        self.assertEqual(self.ruleset.suggest("pod:elsewhere/nothing-like-it"), ())
        with self.assertRaisesRegex(LookupError, 'no endpoint "shop/wev", near it: pod:shop/web'):
            self.ruleset.endpoint("shop/wev")

    def test_a_name_is_not_cut_at_a_nul(self):
        with self.assertRaisesRegex(ValueError, "NUL"):
            self.ruleset.endpoint("shop/web\0x")

    def test_what_comes_out_cannot_be_changed(self):
        for item in (self.ruleset.counts, self.ruleset.tiers[0], self.ruleset.policies[0],
                     self.ruleset.endpoints[0]):
            with self.assertRaises(dataclasses.FrozenInstanceError):
                item.name = "other"


class Life(unittest.TestCase):
    def test_the_last_reference_gives_the_librarys_back(self):
        loaded = ruleset()
        verdicts = loaded.evaluate_batch({"source": ["shop/web"]})
        dead = weakref.ref(loaded)
        loaded.policies, loaded.evaluate(source="shop/web")
        del loaded
        gc.collect()
        self.assertIsNotNone(dead())  # names of verdicts come from it
        del verdicts
        gc.collect()
        self.assertIsNone(dead())

    def test_it_is_given_back_once(self):
        with mock.patch.object(_library.lib, "calpol_ruleset_unref") as unref:
            loaded = calpol.Ruleset(mock.sentinel.handle, ruleset().diagnostics)
            del loaded
            gc.collect()
        self.assertEqual(unref.mock_calls.count(mock.call(mock.sentinel.handle)), 1)

    def test_threads_may_share_it(self):
        shared, verdicts = ruleset(), []

        def ask():
            verdicts.extend(
                shared.evaluate(source="shop/web", destination="shop/db", protocol="TCP",
                                destination_port=5432).allowed for _ in range(50))

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(verdicts, [True] * 200)


if __name__ == "__main__":
    unittest.main()
