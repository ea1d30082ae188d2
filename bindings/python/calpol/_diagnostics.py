# SPDX-License-Identifier: Apache-2.0
"""What there is to say about what was read."""

from __future__ import annotations

import ctypes
import dataclasses
import os
from typing import Iterator, Sequence, Tuple, Union, overload

from . import _abi
from ._codes import Severity
from ._errors import check, decode
from ._library import lib


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """One thing found in the input. ``str()`` gives it as compilers do."""

    code: int  #: stable number
    name: str  #: the code as text, "selector-syntax"
    severity: Severity
    source: str  #: the path, or what the text was called
    line: int  #: from 1; 0: not known
    column: int  #: from 1, in characters; 0: not known
    resource: str  #: "GlobalNetworkPolicy/new-ns"
    path: str  #: "spec.ingress[0].action"
    message: str
    excerpt: str  #: the line in question, shortened around the column
    excerpt_column: int  #: where the column falls in the excerpt, from 1; 0: not known

    def __str__(self) -> str:
        place = ":".join([self.source, *(str(n) for n in (self.line, self.column) if n)])
        return f"{place}: {self.severity}: {self.message} [{self.name}]"


@dataclasses.dataclass(frozen=True)
class Diagnostics(Sequence[Diagnostic]):
    """All of them, by source, line and column. The counts include those that max_diagnostics left out."""

    items: Tuple[Diagnostic, ...]
    error_count: int
    warning_count: int
    note_count: int
    sources: Tuple[str, ...]  #: the texts and files that were read, in order
    resource_count: int  #: resources of known kinds, bad ones included

    @property
    def errors(self) -> Tuple[Diagnostic, ...]:
        return self._of(Severity.ERROR)

    @property
    def warnings(self) -> Tuple[Diagnostic, ...]:
        return self._of(Severity.WARNING)

    @property
    def notes(self) -> Tuple[Diagnostic, ...]:
        return self._of(Severity.NOTE)

    def _of(self, severity: Severity) -> Tuple[Diagnostic, ...]:
        return tuple(item for item in self.items if item.severity == severity)

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(self.items)

    @overload
    def __getitem__(self, index: int) -> Diagnostic: ...

    @overload
    def __getitem__(self, index: slice) -> Tuple[Diagnostic, ...]: ...

    def __getitem__(self, index: Union[int, slice]) -> Union[Diagnostic, Tuple[Diagnostic, ...]]:
        return self.items[index]

    def __str__(self) -> str:
        return "\n".join(str(item) for item in self.items)


NOTHING_SAID = Diagnostics((), 0, 0, 0, (), 0)


def _read(handle: ctypes.c_void_p, index: int) -> Diagnostic:
    raw = _abi.Diagnostic()
    check(lib.calpol_diagnostics_get(handle, index, raw, ctypes.sizeof(raw)))
    return Diagnostic(
        code=raw.code,
        name=decode(raw.name),
        severity=Severity(raw.severity),
        source=os.fsdecode(raw.source),
        line=raw.line,
        column=raw.column,
        resource=decode(raw.resource),
        path=decode(raw.path),
        message=decode(raw.message),
        excerpt=decode(raw.excerpt),
        excerpt_column=raw.excerpt_column,
    )


def take(handle: ctypes.c_void_p) -> Diagnostics:
    """Copies a list of the library's and frees it. No list, for want of memory, is an empty one."""
    try:
        count = lib.calpol_diagnostics_count(handle)
        sources = lib.calpol_diagnostics_source_count(handle)
        return Diagnostics(
            items=tuple(_read(handle, index) for index in range(count)),
            error_count=lib.calpol_diagnostics_count_severity(handle, Severity.ERROR),
            warning_count=lib.calpol_diagnostics_count_severity(handle, Severity.WARNING),
            note_count=lib.calpol_diagnostics_count_severity(handle, Severity.NOTE),
            sources=tuple(
                os.fsdecode(lib.calpol_diagnostics_source(handle, index))
                for index in range(sources)
            ),
            resource_count=lib.calpol_diagnostics_resource_count(handle),
        )
    finally:
        lib.calpol_diagnostics_free(handle)


@dataclasses.dataclass(frozen=True)
class DiagnosticCode:
    """A code that diagnostics carry."""

    number: int
    name: str
    severity: Severity  #: the usual one; a lenient load makes warnings of errors
    meaning: str  #: one line


def codes() -> Tuple[DiagnosticCode, ...]:
    """Every code that a diagnostic may carry, by number."""
    found = []
    number = 1
    while lib.calpol_code_severity(number):
        found.append(
            DiagnosticCode(
                number=number,
                name=decode(lib.calpol_code_name(number)),
                severity=Severity(lib.calpol_code_severity(number)),
                meaning=decode(lib.calpol_code_meaning(number)),
            )
        )
        number += 1
    return tuple(found)
