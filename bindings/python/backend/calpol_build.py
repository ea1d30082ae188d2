# SPDX-License-Identifier: Apache-2.0
"""Makes the wheel: Python files and, where there is one, the shared library (PEP 517).

A backend of our own, because nothing has to be compiled or downloaded for it: the package is pure
Python, and what is not usual about the wheel, a library without an extension module, would have to be
written for any other backend, too.

Which library the wheel carries, in this order:

    pip install -C library=FILE    that file; or "system": none, or "build": a fresh one
    CALPOL_LIBRARY                 that file
    build/lib/libcalpol.so         of the source tree around this folder
    meson and the source tree      a fresh one, without dependencies but the C library
    a library of the system        none: it is found when the package is imported
"""

from __future__ import annotations

import base64
import ctypes
import ctypes.util
import gzip
import hashlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import zipfile

try:
    import tomllib
except ImportError:  # before Python 3.11
    import tomli as tomllib

HERE = pathlib.Path(__file__).resolve().parent.parent
SOURCE = HERE.parent.parent

# What manylinux lets a library need beside versions of glibc.
ALLOWED = {
    "libc.so.6", "libm.so.6", "libdl.so.2", "librt.so.1", "libpthread.so.0", "libgcc_s.so.1",
    "ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1",
}

HOW = """no libcalpol.so for the wheel to carry, and none installed. Please do one of
    meson setup build && ninja -C build        in the source tree, then install again
    pip install -C library=FILE ...            a library that is somewhere else
    pip install -C library=system ...          a library will be installed later"""


def project():
    return tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


# The library


def build_library(folder):
    """A fresh library in a folder, linked with static libyaml and pcre2."""
    for command in (
        ["meson", "setup", folder, str(SOURCE), "--buildtype=release", "-Dprefer_static=true",
         "-Dtests=disabled", "-Dcli=disabled", "-Dpython=disabled", "-Dfuzzing=none"],
        ["ninja", "-C", folder],
    ):
        subprocess.run(command, check=True, stdout=sys.stderr)
    return pathlib.Path(folder) / "lib" / "libcalpol.so"


def can_build():
    return (SOURCE / "include/calpol/calpol.h").exists() and bool(
        shutil.which("meson") and shutil.which("ninja")
    )


def choose_library(settings, folder):
    """The library that the wheel is to carry; None: none."""
    wanted = settings.get("library") or os.environ.get("CALPOL_LIBRARY")
    if wanted == "system":
        return None
    if wanted == "build":
        return build_library(folder)
    if wanted:
        return pathlib.Path(wanted).resolve(strict=True)
    built = SOURCE / "build" / "lib" / "libcalpol.so"
    if built.exists():
        return built
    if can_build():
        return build_library(folder)
    if ctypes.util.find_library("calpol"):
        return None
    raise SystemExit(HOW)


def check_version(library, version):
    loaded = ctypes.CDLL(str(library))
    loaded.calpol_version.restype = ctypes.c_char_p
    found = loaded.calpol_version().decode()
    if found != version:
        raise SystemExit(f"{library} is calpol {found}, expected {version}")


def platform_tag(content):
    """The platform of a library, from the names in it: of libraries that it needs, and of versions.

    Names that only look like these make the tag more modest, never less.
    """
    platform = re.sub(r"[^A-Za-z0-9]", "_", sysconfig.get_platform())
    needed = set(re.findall(rb"\0((?:lib|ld-)[\w.+-]+\.so(?:\.\d+)*)(?=\0)", content))
    foreign = {name.decode() for name in needed if not name.startswith(b"libcalpol.so")} - ALLOWED
    versions = [tuple(map(int, v.split(b"."))) for v in re.findall(rb"\0GLIBC_(\d+\.\d+)", content)]
    if not platform.startswith("linux_") or foreign or not versions:
        return platform
    major, minor = max(max(versions), (2, 17))
    return f"manylinux_{major}_{minor}_{platform[len('linux_'):]}"


# Files


def metadata():
    about = project()
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {about['name']}",
        f"Version: {about['version']}",
        f"Summary: {about['description']}",
        f"License: {about['license']['text']}",
        f"Keywords: {','.join(about['keywords'])}",
        f"Requires-Python: {about['requires-python']}",
        *(f"Classifier: {classifier}" for classifier in about["classifiers"]),
    ]
    for extra, requirements in about["optional-dependencies"].items():
        lines.append(f"Provides-Extra: {extra}")
        lines += [f'Requires-Dist: {needed} ; extra == "{extra}"' for needed in requirements]
    lines += ["Description-Content-Type: text/markdown", ""]
    return "\n".join(lines) + "\n" + (HERE / about["readme"]).read_text(encoding="utf-8")


def package_files():
    """Names in a wheel, and contents."""
    for path in sorted((HERE / "calpol").iterdir()):
        if path.suffix == ".py" or path.name == "py.typed":
            yield f"calpol/{path.name}", path.read_bytes()


def record_line(name, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(content)}"


def write_wheel(folder, tag, files):
    """Writes a wheel of these files and what a wheel says about itself. Returns its name."""
    about = project()
    info = f"{about['name']}-{about['version']}.dist-info"
    pure = "true" if tag.endswith("-any") else "false"
    files = dict(files)
    if (SOURCE / "LICENSE").exists():
        files[f"{info}/licenses/LICENSE"] = (SOURCE / "LICENSE").read_bytes()
    files[f"{info}/METADATA"] = metadata().encode()
    files[f"{info}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: calpol_build\nRoot-Is-Purelib: {pure}\nTag: {tag}\n"
    ).encode()
    record = [record_line(name, content) for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    wheel = f"{about['name']}-{about['version']}-{tag}.whl"
    with zipfile.ZipFile(pathlib.Path(folder) / wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name)  # of 1980, so that the same files make the same wheel
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if name.endswith(".so") else 0o644) << 16
            archive.writestr(entry, content)
    return wheel


# What pip calls


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    files = dict(package_files())
    tag = "py3-none-any"
    with tempfile.TemporaryDirectory() as folder:
        library = choose_library(config_settings or {}, folder)
        if library:
            check_version(library, project()["version"])
            content = library.read_bytes()
            files["calpol/libcalpol.so"] = content
            tag = f"py3-none-{platform_tag(content)}"
    return write_wheel(wheel_directory, tag, files)


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    """The package stays where it is; the library is the system's or that of CALPOL_LIBRARY."""
    return write_wheel(wheel_directory, "py3-none-any", {"calpol.pth": f"{HERE}\n".encode()})


def build_sdist(sdist_directory, config_settings=None):
    """Python files only: the wheel made of it carries a library if one is named."""
    about = project()
    base = f"{about['name']}-{about['version']}"
    names = ["pyproject.toml", "README.md", "backend/calpol_build.py"]
    files = {name: (HERE / name).read_bytes() for name in names}
    files.update(package_files())
    files["PKG-INFO"] = metadata().encode()
    name = f"{base}.tar.gz"
    with open(pathlib.Path(sdist_directory) / name, "wb") as output:
        with gzip.GzipFile(filename="", fileobj=output, mode="wb", mtime=0) as packed:
            with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
                for path, content in files.items():
                    entry = tarfile.TarInfo(f"{base}/{path}")
                    entry.size = len(content)
                    archive.addfile(entry, io.BytesIO(content))
    return name
