# SPDX-License-Identifier: Apache-2.0
"""Finding the shared library.

CALPOL_LIBRARY names the file and then nothing else is tried; else the library beside this package,
which a wheel carries; else the one of the prefix in which both were installed; else the system's.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import pathlib
import sysconfig
from typing import Iterator, List, Mapping, Tuple

from . import _abi

VERSION = "0.1.0"

# Before 1.0 any minor release may break, so the library's name carries the minor number.
SONAME = "libcalpol.so." + ".".join(VERSION.split(".")[: 2 if VERSION.startswith("0.") else 1])

BESIDE = pathlib.Path(__file__).with_name("libcalpol.so")


def of_prefix(package: pathlib.Path) -> Iterator[str]:
    """For a package in PREFIX/lib/python3/site-packages, or with another name for these, the library
    in PREFIX/lib or in the folder for this machine below it."""
    if len(package.parents) < 3 or not package.parents[1].name.startswith("python3"):
        return
    folder = package.parents[2]
    for place in (folder / str(sysconfig.get_config_var("MULTIARCH")), folder):
        if (place / SONAME).exists():
            yield str(place / SONAME)


def candidates(environment: Mapping[str, str], beside: pathlib.Path = BESIDE) -> Iterator[str]:
    """What to try, in order."""
    named = environment.get("CALPOL_LIBRARY")
    if named:
        yield named
        return
    if beside.exists():
        yield str(beside)
        return
    yield from of_prefix(beside.parent)
    yield SONAME
    found = ctypes.util.find_library("calpol")
    if found and found != SONAME:
        yield found


def is_compatible(library: str, package: str = VERSION) -> bool:
    """May a library of this version serve this package?"""

    def numbers(version: str) -> Tuple[int, ...]:
        return tuple(int(part) for part in version.split("."))

    theirs, ours = numbers(library), numbers(package)
    if ours[0] == 0:
        return theirs[:2] == ours[:2]
    return theirs[0] == ours[0] and theirs[1] >= ours[1]


def open_library(environment: Mapping[str, str] = os.environ) -> ctypes.CDLL:
    """The library, with prototypes. Raises ImportError that says what was tried."""
    failures: List[str] = []
    for name in candidates(environment):
        try:
            library = ctypes.CDLL(name, use_errno=True)
        except OSError as error:
            failures.append(f"{name}: {error}")
            continue
        _abi.bind(library)
        version = library.calpol_version().decode()
        if not is_compatible(version):
            raise ImportError(f"{name} is calpol {version}, this package is for {VERSION}")
        return library
    raise ImportError(
        "the shared library of calpol was not found; install it, or name it in CALPOL_LIBRARY ("
        + "; ".join(failures)
        + ")"
    )


lib = open_library()
