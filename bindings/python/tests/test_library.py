# SPDX-License-Identifier: Apache-2.0
"""Where the shared library is looked for, and which one is taken."""

import pathlib
import re
import tempfile
import unittest
from unittest import mock

import calpol
from calpol import _library
from support import SOURCE_ROOT


class Places(unittest.TestCase):
    def test_the_environment_names_it_and_nothing_else_is_tried(self):
        with tempfile.NamedTemporaryFile() as beside:
            found = _library.candidates({"CALPOL_LIBRARY": "/x.so"}, pathlib.Path(beside.name))
            self.assertEqual(list(found), ["/x.so"])

    def test_a_library_beside_the_package_comes_before_the_systems(self):
        with tempfile.NamedTemporaryFile() as beside:
            found = _library.candidates({}, pathlib.Path(beside.name))
            self.assertEqual(list(found), [beside.name])

    def test_a_library_of_the_same_prefix_comes_before_the_systems(self):
        with tempfile.TemporaryDirectory() as prefix:
            library = pathlib.Path(prefix, "lib", _library.SONAME)
            package = pathlib.Path(prefix, "lib", "python3.11", "site-packages", "calpol")
            package.mkdir(parents=True)
            library.touch()
            found = list(_library.candidates({}, package / "libcalpol.so"))
            self.assertEqual(found[:2], [str(library), "libcalpol.so.0.1"])

    def test_a_package_that_lies_elsewhere_has_no_prefix(self):
        self.assertEqual(list(_library.of_prefix(pathlib.Path("/tree/bindings/python/calpol"))), [])

    def test_the_systems_is_asked_for_by_the_name_that_goes_with_the_version(self):
        with mock.patch("ctypes.util.find_library", return_value="libcalpol.so.9"):
            found = _library.candidates({}, pathlib.Path("/nowhere"))
            self.assertEqual(list(found), ["libcalpol.so.0.1", "libcalpol.so.9"])

    def test_an_empty_name_in_the_environment_is_none(self):
        with mock.patch("ctypes.util.find_library", return_value=None):
            found = _library.candidates({"CALPOL_LIBRARY": ""}, pathlib.Path("/nowhere"))
            self.assertEqual(list(found), ["libcalpol.so.0.1"])

    def test_what_was_tried_is_told(self):
        with self.assertRaisesRegex(ImportError, "CALPOL_LIBRARY.*/nowhere/calpol.so"):
            _library.open_library({"CALPOL_LIBRARY": "/nowhere/calpol.so"})

    def test_another_library_is_refused(self):
        with self.assertRaisesRegex(ImportError, "has no function calpol_"):
            _library.open_library({"CALPOL_LIBRARY": "libc.so.6"})

    def test_a_library_of_another_version_is_refused(self):
        with mock.patch.object(_library, "is_compatible", return_value=False):
            with self.assertRaisesRegex(ImportError, "is calpol .*, this package is for"):
                _library.open_library()


class Installation(unittest.TestCase):
    def test_every_module_is_installed(self):
        folder = SOURCE_ROOT / "bindings" / "python"
        listed = re.findall(r"'calpol/(\w+\.py)'", (folder / "meson.build").read_text(encoding="utf-8"))
        self.assertEqual(listed, sorted(path.name for path in (folder / "calpol").glob("*.py")))


class Versions(unittest.TestCase):
    def test_before_one_minor_releases_break(self):
        self.assertTrue(_library.is_compatible("0.1.7", "0.1.0"))
        self.assertFalse(_library.is_compatible("0.2.0", "0.1.0"))
        self.assertFalse(_library.is_compatible("1.1.0", "0.1.0"))

    def test_after_one_a_newer_library_does(self):
        self.assertTrue(_library.is_compatible("1.4.0", "1.2.3"))
        self.assertFalse(_library.is_compatible("1.1.0", "1.2.0"))
        self.assertFalse(_library.is_compatible("2.2.0", "1.2.0"))

    def test_package_library_and_project_have_one_version(self):
        for name in ("meson.build", "bindings/python/pyproject.toml"):
            text = (SOURCE_ROOT / name).read_text(encoding="utf-8")
            found = re.search(r"^\s*version\s*[:=]\s*['\"]([\d.]+)", text, re.M).group(1)
            self.assertEqual(found, calpol.__version__, name)
        self.assertEqual(calpol.library_version, calpol.__version__)


if __name__ == "__main__":
    unittest.main()
