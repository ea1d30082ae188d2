# SPDX-License-Identifier: Apache-2.0
"""No file is forgotten: each source, public header and unit test is named by a build file.

usage: check_lists.py SOURCE_ROOT
"""

import collections
import pathlib
import re
import sys

from tap import Results


def listed(folder):
    """How often the build files below a folder name each file that ends in .c or .h."""
    names = collections.Counter()
    for build_file in folder.rglob("meson.build"):
        text = re.sub(r"#.*", "", build_file.read_text(encoding="utf-8"))
        for name in re.findall(r"'([^']+\.[ch])'", text):
            names[(build_file.parent / name).resolve()] += 1
    return names


def forgotten(names, files, root):
    return [f"{path.relative_to(root)} is in no list" for path in sorted(files)
            if path not in names]


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    library, tests = listed(root / "lib"), listed(root / "tests")
    results = Results()

    results.check("every source is compiled",
                  forgotten(library, (root / "lib").rglob("*.c"), root))
    results.check("every public header is installed",
                  forgotten(library, (root / "include").rglob("*.h"), root))
    results.check("every unit test is run",
                  forgotten(tests, (root / "tests").rglob("test_*.c"), root))
    results.check("no source is listed twice",
                  [f"{path.relative_to(root)} is" for path in sorted(library)
                   if library[path] > 1])
    results.finish()


main()
