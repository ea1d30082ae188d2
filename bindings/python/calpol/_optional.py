# SPDX-License-Identifier: Apache-2.0
"""numpy and pyarrow, where they are installed. They are imported when they are first of use."""

from __future__ import annotations

import functools
import importlib
from typing import Any


@functools.lru_cache(maxsize=None)
def _import(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def numpy() -> Any:
    """The module, or None."""
    return _import("numpy")


def pyarrow() -> Any:
    """The module, or None."""
    return _import("pyarrow")


def needed(name: str, what: str) -> Any:
    """The module. Raises ImportError that says what it is needed for."""
    module = _import(name)
    if module is None:
        raise ImportError(f"{what} needs {name}, which is not installed")
    return module
