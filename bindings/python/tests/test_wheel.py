# SPDX-License-Identifier: Apache-2.0
"""The wheel: what is in it, what it says it runs on, and that it works where nothing else is."""

import base64
import email
import hashlib
import importlib.util
import os
import pathlib
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import unittest
import zipfile
from unittest import mock

import calpol

FOLDER = pathlib.Path(__file__).resolve().parents[1]

sys.path.insert(0, str(FOLDER / "backend"))
import calpol_build as backend  # noqa: E402

PROGRAM = """\
import calpol, calpol._library
ruleset = calpol.load(text="apiVersion: v1\\nkind: Namespace\\nmetadata: {name: shop}\\n")
print(calpol._library.lib._name)
"""


def run(python, folder, environment=()):
    """What the program says, in an empty folder and without our library."""
    environment = {**os.environ, **dict(environment)}
    environment.pop("CALPOL_LIBRARY", None)
    with tempfile.TemporaryDirectory() as empty:
        return subprocess.run([python, *folder], cwd=empty, env=environment, check=False,
                              capture_output=True, text=True)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def build(self, **settings):
        return self.folder / backend.build_wheel(self.folder, settings)


class Wheels(Case):
    def test_it_carries_the_library_that_the_environment_names(self):
        with zipfile.ZipFile(self.build()) as wheel:
            library = pathlib.Path(os.environ["CALPOL_LIBRARY"]).read_bytes()
            self.assertEqual(wheel.read("calpol/libcalpol.so"), library)
            files = {f"calpol/{path.name}" for path in (FOLDER / "calpol").iterdir()
                     if path.suffix in (".py", ".typed")}
            self.assertLessEqual(files, set(wheel.namelist()))
            self.assertFalse([name for name in wheel.namelist() if "__pycache__" in name])

    def test_it_carries_the_library_that_the_settings_name(self):
        with self.assertRaises(FileNotFoundError):
            self.build(library="/nowhere.so")
        with mock.patch.dict(os.environ):
            library = os.environ.pop("CALPOL_LIBRARY")
            with zipfile.ZipFile(self.build(library=library)) as wheel:
                self.assertIn("calpol/libcalpol.so", wheel.namelist())

    def test_its_record_is_right(self):
        with zipfile.ZipFile(self.build()) as wheel:
            record = wheel.read(f"calpol-{calpol.__version__}.dist-info/RECORD").decode()
            rows = dict(line.split(",", 1) for line in record.splitlines())
            self.assertEqual(set(rows), set(wheel.namelist()))
            for name, row in rows.items():
                if row == ",":
                    continue
                content = wheel.read(name)
                digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
                self.assertEqual(row, f"sha256={digest.decode()},{len(content)}")

    def test_it_says_what_it_is(self):
        path = self.build()
        info = f"calpol-{calpol.__version__}.dist-info"
        with zipfile.ZipFile(path) as wheel:
            about = email.message_from_bytes(wheel.read(f"{info}/METADATA"))
            kind = email.message_from_bytes(wheel.read(f"{info}/WHEEL"))
        self.assertEqual((about["Name"], about["Version"]), ("calpol", calpol.__version__))
        self.assertEqual(about.get_all("Provides-Extra"), ["numpy", "arrow"])
        self.assertIsNone(next((line for line in about.get_all("Requires-Dist")
                                if "extra" not in line), None))
        self.assertIn("evaluate_batch", about.get_payload())
        self.assertEqual((kind["Root-Is-Purelib"], path.name),
                         ("false", f"calpol-{calpol.__version__}-{kind['Tag']}.whl"))
        self.assertTrue(kind["Tag"].startswith("py3-none-"))
        self.assertNotEqual(kind["Tag"], "py3-none-any")

    def test_the_same_files_make_the_same_wheel(self):
        first = self.build().read_bytes()
        self.assertEqual(self.build().read_bytes(), first)

    def test_it_works_where_nothing_else_is(self):
        with zipfile.ZipFile(self.build()) as wheel:
            wheel.extractall(self.folder)
        answer = run(sys.executable, ["-c", PROGRAM], {"PYTHONPATH": str(self.folder)})
        self.assertEqual(answer.stdout.strip(), str(self.folder / "calpol" / "libcalpol.so"), answer.stderr)

    def test_without_a_library_it_is_for_every_platform(self):
        path = self.build(library="system")
        self.assertTrue(path.name.endswith("-py3-none-any.whl"))
        with zipfile.ZipFile(path) as wheel:
            self.assertNotIn("calpol/libcalpol.so", wheel.namelist())

    def test_a_library_of_another_version_is_refused(self):
        with self.assertRaisesRegex(SystemExit, f"is calpol {calpol.library_version}, expected 9.9"):
            backend.check_version(os.environ["CALPOL_LIBRARY"], "9.9")

    def test_without_any_library_it_is_told_what_to_do(self):
        with mock.patch.dict(os.environ), mock.patch.object(backend, "SOURCE", self.folder):
            del os.environ["CALPOL_LIBRARY"]
            with mock.patch("ctypes.util.find_library", return_value=None):
                with self.assertRaisesRegex(SystemExit, "meson setup build"):
                    self.build()
            with mock.patch("ctypes.util.find_library", return_value="libcalpol.so.0.1"):
                self.assertTrue(self.build().name.endswith("-any.whl"))

    def test_an_editable_package_stays_where_it_is(self):
        name = backend.build_editable(self.folder)
        with zipfile.ZipFile(self.folder / name) as wheel:
            self.assertEqual(wheel.read("calpol.pth").decode().strip(), str(FOLDER))

    def test_the_source_archive_makes_the_same_package(self):
        with tarfile.open(self.folder / backend.build_sdist(self.folder)) as archive:
            archive.extractall(self.folder)
        root = self.folder / f"calpol-{calpol.__version__}"
        with mock.patch.object(backend, "HERE", root):
            again = self.build()
        with zipfile.ZipFile(again) as wheel:
            for name in wheel.namelist():
                if name.endswith(".py"):
                    self.assertEqual(wheel.read(name), (FOLDER / name).read_bytes())


class Platforms(unittest.TestCase):
    def tag(self, *names, platform="linux-x86_64"):
        with mock.patch.object(sysconfig, "get_platform", return_value=platform):
            return backend.platform_tag(b"\x7fELF\0" + b"\0".join(names) + b"\0")

    def test_a_library_that_needs_only_the_c_library_is_for_many_linuxes(self):
        names = (b"libcalpol.so.0.1", b"libc.so.6", b"GLIBC_2.3.4", b"GLIBC_2.33", b"GLIBC_2.14")
        self.assertEqual(self.tag(*names), "manylinux_2_33_x86_64")
        self.assertEqual(self.tag(*names, platform="linux-aarch64"), "manylinux_2_33_aarch64")

    def test_an_old_glibc_counts_as_the_oldest_that_pip_knows(self):
        self.assertEqual(self.tag(b"libc.so.6", b"GLIBC_2.2.5"), "manylinux_2_17_x86_64")

    def test_a_library_that_needs_others_is_for_this_linux(self):
        self.assertEqual(self.tag(b"libc.so.6", b"libyaml-0.so.2", b"GLIBC_2.14"), "linux_x86_64")

    def test_without_glibc_or_linux_there_is_no_manylinux(self):
        self.assertEqual(self.tag(b"libc.musl-x86_64.so.1"), "linux_x86_64")
        self.assertEqual(self.tag(b"GLIBC_2.14", platform="macosx-11.0-arm64"), "macosx_11_0_arm64")


class Pip(Case):
    """As a stranger would, but for the network, which is not needed."""

    @unittest.skipUnless(importlib.util.find_spec("ensurepip"), "there is no ensurepip, so no venv")
    def test_pip_installs_the_folder(self):
        home = self.folder / "home"
        made = subprocess.run([sys.executable, "-m", "venv", str(home)], capture_output=True,
                              text=True, check=False)
        if made.returncode:
            self.skipTest("no venv can be made here")
        python = str(home / "bin" / "python")
        environment = {"PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONPATH": ""}
        library = f"--config-settings=library={os.environ['CALPOL_LIBRARY']}"
        installed = run(python, ["-m", "pip", "install", "-q", library, str(FOLDER)], environment)
        self.assertEqual(installed.returncode, 0, installed.stderr)
        answer = run(python, ["-c", PROGRAM], {"PYTHONPATH": ""})
        self.assertRegex(answer.stdout, r"home/lib/python[\d.]+/site-packages/calpol/libcalpol.so")


if __name__ == "__main__":
    unittest.main()
