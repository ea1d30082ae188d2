# SPDX-License-Identifier: Apache-2.0
"""What can go wrong, as exceptions; and texts on their way into C."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Dict, Tuple, Type

from . import _abi
from ._library import lib

if TYPE_CHECKING:
    from ._diagnostics import Diagnostics


class Error(Exception):
    """A call that did not succeed. ``status`` is one of the negative numbers of enum calpol_status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


    def __reduce__(self) -> Tuple[Any, ...]:
        return _rebuild, (type(self), self.args, vars(self))


def _rebuild(kind: Type[Error], arguments: Tuple[Any, ...], fields: Dict[str, Any]) -> Error:
    """What pickle makes of an error, which another process may have raised."""
    error = kind.__new__(kind, *arguments)
    vars(error).update(fields)
    return error


class LoadError(Error):
    """The policies cannot be used. ``diagnostics`` say what is wrong with them, and where."""

    def __init__(self, status: int, diagnostics: Diagnostics) -> None:
        errors = diagnostics.errors
        lines = [str(error) for error in errors[:5]]
        if diagnostics.error_count > len(lines):
            lines.append(f"and {diagnostics.error_count - len(lines)} more errors")
        super().__init__("\n".join(lines) or status_text(status), status)
        self.diagnostics = diagnostics


class CompiledError(Error, ValueError):
    """What was to be opened is no compiled ruleset, a damaged one, or one of another library's."""


class FlowError(Error, ValueError):
    """The flow is wrong. ``code`` names how: "unknown-ref", "bad-port", "bad-option", ..."""

    def __init__(self, message: str, status: int, code: str) -> None:
        super().__init__(message, status)
        self.code = code


class OptionError(Error, ValueError):
    """There is no such option, or it does not take this value."""


class NotFoundError(Error, LookupError):
    """There is no such endpoint, policy, tier or code."""


def status_text(status: int) -> str:
    """One line for a status."""
    return decode(lib.calpol_status_text(status))


def check(status: int, what: str = "") -> None:
    """Raises unless the status is that of success."""
    if status == _abi.OK:
        return
    if status == _abi.ERROR_NO_MEMORY:
        raise MemoryError(status_text(status))
    text = f"{what}: {status_text(status)}" if what else status_text(status)
    raise NotFoundError(text, status) if status == _abi.ERROR_NOT_FOUND else Error(text, status)


def decode(text: bytes | None) -> str:
    """A text that came out of the library."""
    return (text or b"").decode("utf-8", "replace")


def take_text(handle: ctypes.c_void_p) -> bytes:
    """The bytes of a text of the library's, which is freed."""
    try:
        length = lib.calpol_text_length(handle)
        return bytes((ctypes.c_char * length).from_address(lib.calpol_text_string(handle)))
    finally:
        lib.calpol_text_free(handle)


def encode(text: str, what: str) -> bytes:
    """A text for the library, which would see no further than to a NUL."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is {type(text).__name__}, expected str")
    if "\0" in text:
        raise ValueError(f"{what} contains a NUL character")
    return text.encode("utf-8")
