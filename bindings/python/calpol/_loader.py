# SPDX-License-Identifier: Apache-2.0
"""The loader of the library: what is given to it, and what it comes to."""

from __future__ import annotations

import ctypes
import os
from typing import Any, Iterable, Iterator, Mapping, Optional, Sequence, Tuple, Union

from . import _abi
from ._diagnostics import Diagnostics, take
from ._errors import Error, LoadError, NotFoundError, OptionError, check, decode, encode, take_text
from ._file import path_bytes
from ._library import lib

#: A path, or a text: bytes are a text, and so is a str with a line break.
Input = Union[str, bytes, "os.PathLike[str]", "os.PathLike[bytes]"]

#: One of them or several.
Inputs = Union[Input, Iterable[Input]]

#: A text to read, or several by the names that diagnostics call them.
Text = Union[str, bytes, Mapping[str, Union[str, bytes]]]

TEXT_NAME = "<text>"


def _flatten(inputs: Iterable[Inputs]) -> Iterator[Input]:
    for item in inputs:
        if isinstance(item, (str, bytes, os.PathLike)):
            yield item
        else:
            yield from item


def _texts(text: Optional[Text]) -> Iterator[Tuple[str, bytes]]:
    if text is None:
        return
    named: Mapping[str, Union[str, bytes]] = (
        text if isinstance(text, Mapping) else {TEXT_NAME: text}
    )
    for name, content in named.items():
        yield name, content.encode("utf-8") if isinstance(content, str) else content


class Loader:
    """A loader of the library's, freed at the end of a with statement."""

    def __init__(self, flags: int, dialect: int, limits: Mapping[str, Optional[int]]) -> None:
        raw = _abi.LoadOptions()
        check(lib.calpol_load_options_init(raw, ctypes.sizeof(raw)))
        raw.flags = flags
        raw.dialect = dialect
        for name, limit in limits.items():
            _set_limit(raw, name, limit)
        self._handle = ctypes.c_void_p()
        check(lib.calpol_loader_new(raw, self._handle), "loader")

    def __enter__(self) -> Loader:
        return self

    def __exit__(self, *_: object) -> None:
        lib.calpol_loader_free(self._handle)

    def set_options(self, options: Mapping[str, str]) -> None:
        for name, value in options.items():
            status = lib.calpol_loader_set_option(
                self._handle, encode(name, "option"), encode(value, f"option {name}")
            )
            if status == _abi.ERROR_NOT_FOUND:
                raise OptionError(f'there is no option "{name}"', status)
            if status == _abi.ERROR_INVALID_INPUT:
                raise OptionError(f'"{value}" is no value of option {name}', status)
            check(status, name)

    def disable(self, codes: Iterable[str]) -> None:
        for code in [codes] if isinstance(codes, str) else codes:
            status = lib.calpol_loader_disable(self._handle, encode(code, "code"))
            if status == _abi.ERROR_NOT_FOUND:
                raise OptionError(f'there is no code "{code}"', status)
            check(status, code)

    def add(self, inputs: Iterable[Inputs], text: Optional[Text]) -> int:
        """How many inputs there were."""
        found = list(_flatten(inputs))
        for item in found:
            if isinstance(item, bytes) or (isinstance(item, str) and "\n" in item):
                self._add_texts(item)
            else:
                self._add_path(path_bytes(item))
        self._add_texts(text)
        return len(found) + (text is not None)

    def _add_path(self, path: bytes) -> None:
        status = lib.calpol_loader_add_path(self._handle, path)
        if status != _abi.ERROR_IO:  # a diagnostic says so, too, and the load will fail
            check(status, os.fsdecode(path))

    def _add_texts(self, text: Optional[Text]) -> None:
        for name, content in _texts(text):
            check(
                lib.calpol_loader_add_text(
                    self._handle, encode(name, "name"), content, len(content)
                ),
                name,
            )

    def finish(self) -> Tuple[ctypes.c_void_p, Diagnostics]:
        """The ruleset's handle, owned by the caller, and what there is to say."""
        ruleset = ctypes.c_void_p()
        return ruleset, self._run(lib.calpol_loader_finish, self._handle, ruleset)

    def update(
        self, ruleset: ctypes.c_void_p, removed: Sequence[bytes]
    ) -> Tuple[ctypes.c_void_p, Diagnostics]:
        """Likewise, of a ruleset with the changes that were added."""
        names = (ctypes.c_char_p * len(removed))(*removed)
        updated = ctypes.c_void_p()
        try:
            diagnostics = self._run(
                lib.calpol_ruleset_update, ruleset, self._handle, names, len(removed), updated
            )
        except LoadError as error:
            _explain_update(error, removed)
            raise
        return updated, diagnostics

    def convert(self) -> Tuple[str, Diagnostics]:
        handle = ctypes.c_void_p()
        diagnostics = self._run(lib.calpol_loader_convert, self._handle, handle)
        return decode(take_text(handle)), diagnostics

    @staticmethod
    def _run(function: ctypes._NamedFuncPointer, *arguments: Any) -> Diagnostics:
        """Calls a function whose last argument is what there is to say."""
        raw = ctypes.c_void_p()
        status = function(*arguments, raw)
        diagnostics = take(raw)
        if status == _abi.ERROR_NO_MEMORY:
            check(status)
        if status != _abi.OK:
            raise LoadError(status, diagnostics)
        return diagnostics


def _explain_update(error: LoadError, removed: Sequence[bytes]) -> None:
    """Raises what an update says by its status only."""
    if error.status == _abi.ERROR_INVALID_ARGUMENT:
        raise Error(
            "the ruleset was not loaded with updatable=True, or a name of what is removed is not "
            '"KIND NAMESPACE/NAME" or "KIND NAME"',
            error.status,
        ) from None
    if error.status == _abi.ERROR_NOT_FOUND:
        names = ", ".join(f'"{decode(name)}"' for name in removed)
        raise NotFoundError(f"what is removed is not there: {names}", error.status) from None


def _set_limit(raw: _abi.LoadOptions, name: str, limit: Optional[int]) -> None:
    if limit is None:
        return
    setattr(raw, name, limit)
    if getattr(raw, name) != limit:  # ctypes would have cut it
        raise OptionError(f"{name} is {limit}, which is out of range", _abi.ERROR_INVALID_ARGUMENT)
