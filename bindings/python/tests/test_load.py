# SPDX-License-Identifier: Apache-2.0
"""Loading: what is taken for a path and what for a text, options, and what goes wrong."""

import os
import pathlib
import pickle
import tempfile
import unittest

import calpol
from support import CLUSTER, SOURCE_ROOT, ruleset

KUBERNETES = """\
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
"""

BAD = KUBERNETES.replace("[Ingress]", "[Inwards]")


class Inputs(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name) / "cluster.yaml"
        self.path.write_text(CLUSTER, encoding="utf-8")

    def check(self, *inputs, source, **options):
        loaded = calpol.load(*inputs, **options)
        self.assertEqual(loaded.counts.policies, 2)
        self.assertEqual(loaded.policies[0].source, source)

    def test_a_str_is_a_path(self):
        self.check(str(self.path), source=str(self.path))

    def test_an_object_of_pathlib_is_a_path(self):
        self.check(self.path, source=str(self.path))

    def test_a_folder_is_read_with_what_is_below(self):
        self.check(self.folder.name, source=str(self.path))

    def test_a_path_need_not_be_utf8(self):
        name = os.fsencode(self.folder.name) + b"/\xff.yaml"
        pathlib.Path(os.fsdecode(name)).write_text(CLUSTER, encoding="utf-8")
        self.check(os.fsdecode(name), source=os.fsdecode(name))

    def test_a_str_with_a_line_break_is_a_text(self):
        self.check(CLUSTER, source="<text>")

    def test_bytes_are_a_text(self):
        self.check(CLUSTER.encode(), source="<text>")

    def test_texts_have_the_names_that_they_are_given(self):
        self.check(text={"cluster": CLUSTER}, source="cluster")

    def test_several_make_one_ruleset(self):
        loaded = calpol.load([self.path, KUBERNETES], text={"more": CLUSTER.replace("name: ", "name: x")})
        self.assertEqual(loaded.diagnostics.sources, (str(self.path), "<text>", "more"))
        self.assertEqual(loaded.counts.policies, 5)

    def test_nothing_at_all_is_an_error(self):
        with self.assertRaisesRegex(ValueError, "nothing to load"):
            calpol.load()
        with self.assertRaisesRegex(ValueError, "nothing to load"):
            calpol.load([])

    def test_an_empty_text_is_a_ruleset_without_policies(self):
        self.assertEqual(calpol.load(text="").counts.policies, 0)

    def test_a_path_with_nul_is_refused(self):
        with self.assertRaisesRegex(ValueError, "NUL"):
            calpol.load(f"{self.path}\0.yaml")


class Errors(unittest.TestCase):
    def test_bad_policies_raise_with_all_diagnostics(self):
        with self.assertRaises(calpol.LoadError) as caught:
            calpol.load(text={"bad.yaml": BAD})
        diagnostics = caught.exception.diagnostics
        self.assertEqual(len(diagnostics), 1)
        first = diagnostics[0]
        self.assertEqual((first.severity, first.source, first.line), (calpol.Severity.ERROR, "bad.yaml", 4))
        self.assertEqual(first.column, BAD.splitlines()[3].index("Inwards") + 1)
        self.assertEqual(first.resource, "NetworkPolicy/shop/closed")
        self.assertEqual(first.path, "spec.policyTypes[0]")
        self.assertIn("Inwards", first.message)
        self.assertIn("Inwards", first.excerpt)
        self.assertEqual(caught.exception.status, -3)

    def test_the_message_is_that_of_a_compiler(self):
        with self.assertRaisesRegex(calpol.LoadError, r"^bad.yaml:4:\d+: error: .*Inwards.* \[[\w-]+\]$"):
            calpol.load(text={"bad.yaml": BAD})

    def test_the_message_has_the_first_five_errors(self):
        with self.assertRaisesRegex(calpol.LoadError, r"(?s)(.*\n){5}and 3 more errors$"):
            calpol.load(text="---\n".join([BAD] * 8))

    def test_a_file_that_is_not_there_is_told(self):
        with self.assertRaisesRegex(calpol.LoadError, "/nowhere.yaml.*file-unreadable") as caught:
            calpol.load("/nowhere.yaml")
        self.assertEqual(caught.exception.status, -6)

    def test_a_limit_is_a_limit(self):
        with self.assertRaises(calpol.LoadError) as caught:
            ruleset(max_bytes=10)
        self.assertEqual(caught.exception.status, -5)

    def test_diagnostics_beyond_the_limit_are_counted(self):
        with self.assertRaises(calpol.LoadError) as caught:
            calpol.load(text="---\n".join([BAD] * 8), max_diagnostics=2)
        diagnostics = caught.exception.diagnostics
        self.assertEqual((len(diagnostics.errors), diagnostics.error_count), (2, 8))

    def test_an_error_can_be_raised_in_another_process(self):
        with self.assertRaises(calpol.LoadError) as caught:
            calpol.load(text={"bad.yaml": BAD})
        copy = pickle.loads(pickle.dumps(caught.exception))
        self.assertIs(type(copy), calpol.LoadError)
        self.assertEqual((str(copy), copy.status, copy.diagnostics),
                         (str(caught.exception), -3, caught.exception.diagnostics))

    def test_load_errors_are_errors_of_calpol(self):
        self.assertTrue(issubclass(calpol.LoadError, calpol.Error))


class Options(unittest.TestCase):
    def test_options_of_evaluation_are_in_force(self):
        words = dict(source="shop/db", destination="node:n2")
        self.assertTrue(ruleset().evaluate(**words).denied)
        accepting = ruleset(options={"endpoint_to_host_action": "Accept"})
        self.assertTrue(accepting.evaluate(**words).allowed)

    def test_a_limit_out_of_range_is_refused(self):
        for limit in (2**32, -1):
            with self.assertRaisesRegex(calpol.OptionError, "max_depth"):
                ruleset(max_depth=limit)

    def test_what_is_no_option_is_refused(self):
        with self.assertRaisesRegex(calpol.OptionError, 'no option "colour"'):
            ruleset(options={"colour": "red"})
        with self.assertRaisesRegex(calpol.OptionError, '"red" is no value of option http'):
            ruleset(options={"http": "red"})
        with self.assertRaisesRegex(ValueError, "NUL"):
            ruleset(options={"http": "l7\0"})

    def test_the_dialect_is_chosen(self):
        for name in ("upstream", "calico"):
            self.assertEqual(str(ruleset(dialect=name).counts.dialect), name)
        self.assertEqual(ruleset(dialect=calpol.Dialect.UPSTREAM).counts.dialect, calpol.Dialect.UPSTREAM)
        self.assertEqual(ruleset().counts.dialect, calpol.Dialect.CALICO)
        with self.assertRaisesRegex(calpol.OptionError, "expected one of auto, upstream, calico"):
            ruleset(dialect="cilium")

    def test_codes_can_be_left_out(self):
        text = CLUSTER.replace("selector: app == 'web'", "selector: app == 'wep'")
        self.assertEqual(ruleset(text).diagnostics.warning_count, 0)
        linted = ruleset(text, lint=True).diagnostics
        self.assertGreater(linted.warning_count, 0)
        rest = ruleset(text, lint=True, disable={item.name for item in linted}).diagnostics
        self.assertEqual(len(rest), 0)
        with self.assertRaisesRegex(calpol.OptionError, "no code"):
            ruleset(disable=["nonsense"])
        with self.assertRaisesRegex(calpol.OptionError, 'no code "nonsense"'):
            ruleset(disable="nonsense")

    def test_flags_reach_the_library(self):
        domains = CLUSTER.replace("nets: [203.0.113.0/24]", "domains: [a.example]").replace(
            "action: Deny", "action: Allow")
        tier = CLUSTER.replace("spec:\n  selector: app == 'web'",
                               "spec:\n  tier: mine\n  selector: app == 'web'")
        bad = CLUSTER.replace("nets: [203.0.113.0/24]", "nets: ['fd00::/8', 203.0.113.0/24]")
        untyped = CLUSTER.replace("  types: [Ingress]\n", "")
        words = dict(source="shop/db", destination="192.0.2.1")

        for text, flag in ((domains, "strict_oss"), (tier, "tiers_required"),
                           (tier, "tier_prefix_required")):
            with self.subTest(flag):
                ruleset(text)
                with self.assertRaises(calpol.LoadError):
                    ruleset(text, **{flag: True})
        self.assertGreater(ruleset().counts.programs, 0)
        self.assertEqual(ruleset(no_programs=True).counts.programs, 0)
        with self.assertRaises(calpol.LoadError):
            ruleset(bad)
        self.assertGreater(ruleset(bad, lenient=True).diagnostics.warning_count, 0)
        self.assertTrue(ruleset(untyped).evaluate(**words).allowed)
        self.assertTrue(ruleset(untyped, raw_defaults=True).evaluate(**words).denied)


class Diagnostics(unittest.TestCase):
    def test_a_load_that_succeeds_keeps_its_warnings(self):
        text = CLUSTER + "---\napiVersion: apps/v1\nkind: Nonsense\nmetadata: {name: x}\n"
        diagnostics = ruleset(text, lint=True).diagnostics
        self.assertEqual(diagnostics.error_count, 0)
        self.assertEqual(len(diagnostics), diagnostics.warning_count + diagnostics.note_count)
        self.assertEqual(diagnostics.warnings + diagnostics.notes,
                         tuple(sorted(diagnostics, key=lambda item: -item.severity)))
        self.assertEqual(diagnostics.errors, ())
        self.assertEqual(diagnostics.sources, ("<text>",))
        self.assertEqual(diagnostics.resource_count, 5)
        self.assertEqual(diagnostics[:], tuple(diagnostics))
        self.assertEqual(str(diagnostics).count("\n") + 1, len(diagnostics))

    def test_codes_have_names_and_meanings(self):
        codes = calpol.codes()
        self.assertGreater(len(codes), 50)
        self.assertEqual([code.number for code in codes], list(range(1, len(codes) + 1)))
        self.assertEqual(codes[26].name, "selector-syntax")
        self.assertEqual(codes[26].severity, calpol.Severity.ERROR)
        self.assertEqual(codes[26].meaning, "a selector that does not parse")


class Conversion(unittest.TestCase):
    def test_kubernetes_policies_become_those_of_calico(self):
        conversion = calpol.convert(text=KUBERNETES)
        self.assertIn("projectcalico.org/v3", conversion.text)
        self.assertEqual(conversion.diagnostics.error_count, 0)
        self.assertEqual(calpol.load(text=conversion.text).counts.policies, 1)

    def test_without_kubernetes_policies_there_is_no_text(self):
        self.assertEqual(calpol.convert(CLUSTER).text, "")

    def test_bad_policies_raise(self):
        with self.assertRaises(calpol.LoadError):
            calpol.convert(text=BAD)

    def test_files_are_converted(self):
        path = SOURCE_ROOT / "examples" / "cat" / "cluster.yaml"
        self.assertEqual(calpol.convert(path, dialect="calico").text, "")


if __name__ == "__main__":
    unittest.main()
