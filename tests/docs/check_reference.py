# SPDX-License-Identifier: Apache-2.0
"""Doxygen makes the reference without a warning: whatever is public is documented.

usage: check_reference.py DOXYFILE SOURCE_ROOT
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "abi"))
from tap import Results


def make(doxyfile, folder):
    """What Doxygen complains of. The pages go to a folder of their own."""
    settings = f"{doxyfile.read_text(encoding='utf-8')}\nOUTPUT_DIRECTORY = {folder}\n"
    done = subprocess.run(["doxygen", "-"], input=settings, capture_output=True, text=True)
    return done.stderr.splitlines() or ([] if done.returncode == 0 else [f"exit status {done.returncode}"])


def missing_functions(root, folder):
    exported = re.findall(r"^ +(calpol_\w+);$", (root / "lib/calpol.map").read_text(encoding="utf-8"), re.M)
    pages = "".join(path.read_text(encoding="utf-8") for path in (folder / "reference").glob("*_8h.html"))
    return [f"{name} is not there" for name in exported if f">{name}<" not in pages and f">{name} " not in pages]


def main():
    doxyfile, root = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    names = ["Doxygen has no complaint", "every function is in the reference"]
    results = Results()

    if not shutil.which("doxygen"):
        for name in names:
            results.skip(name, "there is no doxygen")
        results.finish()
    with tempfile.TemporaryDirectory() as folder:
        results.check(names[0], make(doxyfile, folder))
        results.check(names[1], missing_functions(root, pathlib.Path(folder)))
    results.finish()


main()
