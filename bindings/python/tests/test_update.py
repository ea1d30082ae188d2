# SPDX-License-Identifier: Apache-2.0
"""From a ruleset and what changed to the next one."""

import pathlib
import tempfile
import unittest

import calpol
from support import CLUSTER, ruleset

TO_DB = dict(source="shop/web", destination="shop/db", protocol="TCP", destination_port=5432)

CLOSED = """\
apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: db, namespace: shop}
spec: {selector: app == 'db', types: [Ingress]}
"""

CACHE = """\
apiVersion: v1
kind: Pod
metadata: {name: cache, namespace: shop, labels: {app: cache}}
status: {podIPs: [{ip: 10.0.0.3}]}
"""


class Updates(unittest.TestCase):
    def setUp(self):
        self.ruleset = ruleset(updatable=True)

    def test_a_document_replaces_the_one_of_its_name(self):
        updated = self.ruleset.update(text=CLOSED)
        self.assertTrue(updated.evaluate(**TO_DB).denied)
        self.assertTrue(self.ruleset.evaluate(**TO_DB).allowed)
        self.assertEqual(len(updated.policies), len(self.ruleset.policies))

    def test_a_document_is_added_where_there_is_none(self):
        updated = self.ruleset.update(CACHE)
        self.assertEqual(updated.endpoint("shop/cache").address_count, 1)
        self.assertEqual(updated.counts.endpoints, 3)

    def test_paths_are_read(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "closed.yaml").write_text(CLOSED)
            updated = self.ruleset.update(folder)
            self.assertTrue(updated.evaluate(**TO_DB).denied)
            with self.assertRaisesRegex(calpol.LoadError, "none.yaml"):
                self.ruleset.update(pathlib.Path(folder) / "none.yaml")

    def test_what_is_removed_is_gone(self):
        updated = self.ruleset.update(removed=["CalicoNetworkPolicy shop/db"])
        self.assertNotIn("np:shop/db", [policy.label for policy in updated.policies])
        updated = updated.update(removed=["GlobalNetworkPolicy web"])
        self.assertNotIn("gnp:web", [policy.label for policy in updated.policies])
        self.assertEqual(updated.evaluate(**TO_DB).egress.policy, "pro:kns.shop")

    def test_the_result_is_that_of_a_load_of_what_remains(self):
        updated = self.ruleset.update(CACHE, text=CLOSED)
        documents = CLUSTER.split("---\n")
        loaded = ruleset("---\n".join(documents[:3] + documents[4:] + [CACHE, CLOSED]))
        for source in ("shop/web", "shop/cache", "192.0.2.1"):
            for port in (80, 5432):
                words = dict(source=source, destination="shop/db", protocol="TCP", destination_port=port)
                self.assertEqual(updated.evaluate(**words).action, loaded.evaluate(**words).action)

    def test_nothing_changed_changes_nothing(self):
        self.assertEqual(self.ruleset.update().evaluate(**TO_DB), self.ruleset.evaluate(**TO_DB))

    def test_options_are_those_of_the_first_load(self):
        first = ruleset(updatable=True, options={"endpoint_to_host_action": "Accept"}, lint=True)
        self.assertEqual(first.update(CACHE).counts.dialect, first.counts.dialect)

    def test_what_cannot_be_used_is_said_with_its_place(self):
        with self.assertRaises(calpol.LoadError) as caught:
            self.ruleset.update(text={"bad.yaml": CLOSED.replace("selector: app", "selector: 1 app")})
        self.assertEqual(caught.exception.diagnostics.errors[0].source, "bad.yaml")

    def test_what_is_not_there_cannot_be_removed(self):
        for name in ("CalicoNetworkPolicy shop/dba", "NetworkPolicy shop/db"):
            with self.assertRaisesRegex(calpol.NotFoundError, name):
                self.ruleset.update(removed=[name])

    def test_names_of_another_form_are_refused(self):
        for name in ("shop/db", "", "CalicoNetworkPolicy "):
            with self.assertRaisesRegex(calpol.Error, "KIND NAMESPACE/NAME"):
                self.ruleset.update(removed=[name])
        with self.assertRaises(TypeError):
            self.ruleset.update(removed="CalicoNetworkPolicy shop/db")
        with self.assertRaises(ValueError):
            self.ruleset.update(removed=["A b\0c"])

    def test_others_cannot_be_updated(self):
        for other in (ruleset(), calpol.open(self.ruleset.to_bytes())):
            with self.assertRaisesRegex(calpol.Error, "updatable"):
                other.update(CACHE)


if __name__ == "__main__":
    unittest.main()
