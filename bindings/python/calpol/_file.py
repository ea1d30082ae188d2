# SPDX-License-Identifier: Apache-2.0
"""Compiled rulesets: in files and as bytes."""

from __future__ import annotations

import ctypes
import os
from typing import Union

from . import _abi
from ._errors import CompiledError, check, decode, take_text
from ._library import lib

#: Room for the line that says why a file was refused.
MESSAGE_SIZE = 1024


def path_bytes(path: Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]) -> bytes:
    """A path for the library, which would see no further than to a NUL."""
    encoded = os.fsencode(path)
    if b"\0" in encoded:
        raise ValueError("a path contains a NUL character")
    return encoded


def save(ruleset: ctypes.c_void_p, path: bytes) -> None:
    status = lib.calpol_ruleset_save(ruleset, path)
    if status == _abi.ERROR_IO:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), os.fsdecode(path))
    check(status, os.fsdecode(path))


def write(ruleset: ctypes.c_void_p) -> bytes:
    text = ctypes.c_void_p()
    check(lib.calpol_ruleset_write(ruleset, text), "compiled ruleset")
    return take_text(text)


def open_path(path: bytes) -> ctypes.c_void_p:
    """The handle of a ruleset, owned by the caller."""
    ruleset = ctypes.c_void_p()
    message = ctypes.create_string_buffer(MESSAGE_SIZE)
    status = lib.calpol_ruleset_open(path, None, ruleset, message, MESSAGE_SIZE)
    if status == _abi.ERROR_IO:
        with open(path, "rb"):  # fails in Python's words
            raise OSError(f"{os.fsdecode(path)}: {decode(message.value)}")
    _check(status, message, os.fsdecode(path))
    return ruleset


def open_bytes(content: bytes) -> ctypes.c_void_p:
    """The same, of bytes, which the library copies."""
    ruleset = ctypes.c_void_p()
    message = ctypes.create_string_buffer(MESSAGE_SIZE)
    status = lib.calpol_ruleset_open_bytes(
        content, len(content), None, ruleset, message, MESSAGE_SIZE
    )
    _check(status, message, "compiled ruleset")
    return ruleset


def _check(status: int, message: ctypes.Array[ctypes.c_char], what: str) -> None:
    if status == _abi.ERROR_INVALID_INPUT:
        raise CompiledError(f"{what}: {decode(message.value)}", status)
    check(status, what)
