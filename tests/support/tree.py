# SPDX-License-Identifier: Apache-2.0
"""A private copy of the tree, for programs that plant faults."""
import os
import shutil

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def copy_tree(folder):
    """Everything but what was built and the history goes to a folder that exists."""
    for name in os.listdir(ROOT):
        source, target = os.path.join(ROOT, name), os.path.join(folder, name)
        if os.path.isfile(source):
            shutil.copy(source, target)
        elif not name.startswith("build") and name != ".git":
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
