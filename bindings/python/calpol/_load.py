# SPDX-License-Identifier: Apache-2.0
"""From files and texts to a ruleset."""

from __future__ import annotations

import dataclasses
import os
from typing import Iterable, Mapping, Optional, Union

from . import _abi
from ._codes import Dialect
from ._diagnostics import NOTHING_SAID, Diagnostics
from ._errors import OptionError
from ._file import open_bytes, open_path, path_bytes
from ._loader import Inputs, Loader, Text
from ._ruleset import Ruleset

NOTHING = "nothing to load: neither a path nor a text was given"


def load(
    *inputs: Inputs,
    text: Optional[Text] = None,
    dialect: Union[str, Dialect] = Dialect.AUTO,
    lenient: bool = False,
    strict_oss: bool = False,
    raw_defaults: bool = False,
    tiers_required: bool = False,
    tier_prefix_required: bool = False,
    lint: bool = False,
    no_programs: bool = False,
    updatable: bool = False,
    max_bytes: Optional[int] = None,
    max_total_bytes: Optional[int] = None,
    max_depth: Optional[int] = None,
    max_nodes: Optional[int] = None,
    max_diagnostics: Optional[int] = None,
    max_program_megabytes: Optional[int] = None,
    max_memory_megabytes: Optional[int] = None,
    disable: Iterable[str] = (),
    options: Optional[Mapping[str, str]] = None,
) -> Ruleset:
    """Reads policies, and whatever else they refer to, and makes a ruleset of them.

    Args:
        inputs: Paths of files and folders (every .yaml, .yml and .json file below), or texts of
            YAML or JSON documents. ``bytes``, and a ``str`` with a line break, are texts; any other
            ``str`` is a path.
        text: A text, whatever it looks like; or several, as a mapping from the names that
            diagnostics call them.
        dialect: Whose reading of Kubernetes objects to follow where Calico departs from
            Kubernetes: "auto", "upstream" or "calico".
        lenient: Load what a dataplane would have accepted or silently changed, with warnings.
        strict_oss: Refuse fields that no open-source release of Calico has.
        raw_defaults: Read Calico objects as if read raw from their CRD.
        tiers_required: A policy whose tier is not in the input is an error.
        tier_prefix_required: A policy name that does not go with its tier is an error.
        lint: Look for what is well-formed and yet hardly meant; each is a warning.
        no_programs: Make no programs, which evaluate_batch() needs to be fast: a shorter load, for
            those who ask little. Answers are the same.
        updatable: Keep the texts, so that ``Ruleset.update()`` can be told what changed.
        max_bytes: Limit of one text in bytes; 0: none, None: the library's default. Likewise
            max_total_bytes (of all texts), max_depth (nested mappings and sequences), max_nodes
            (of one document), max_diagnostics (further ones are only counted),
            max_program_megabytes (of programs; endpoints beyond are judged slowly),
            max_memory_megabytes (of the whole load at once).
        disable: Names of codes of warnings and notes to leave out, "no-dns-egress".
        options: Options of evaluation, such as {"endpoint_to_host_action": "Accept"}; "preset" sets
            several at once: "iptables", "nftables", "bpf", "app-policy".

    Returns:
        The ruleset; warnings and notes are its ``diagnostics``.

    Raises:
        LoadError: the policies cannot be used; its ``diagnostics`` say why.
        OptionError: an option, its value or a code is none.
        ValueError: there is no input at all, which would allow everything.
    """
    flags = _flags(
        lenient=lenient,
        strict_oss=strict_oss,
        raw_defaults=raw_defaults,
        tiers_required=tiers_required,
        tier_prefix_required=tier_prefix_required,
        lint=lint,
        no_programs=no_programs,
        updatable=updatable,
    )
    limits = {
        "max_bytes": max_bytes,
        "max_total_bytes": max_total_bytes,
        "max_depth": max_depth,
        "max_nodes": max_nodes,
        "max_diagnostics": max_diagnostics,
        "max_program_megabytes": max_program_megabytes,
        "max_memory_megabytes": max_memory_megabytes,
    }
    with Loader(flags, _dialect(dialect), limits) as loader:
        loader.set_options(options or {})
        loader.disable(disable)
        if not loader.add(inputs, text):
            raise ValueError(NOTHING)
        return Ruleset(*loader.finish())


def open(
    compiled: Union[str, os.PathLike[str], os.PathLike[bytes], bytes, bytearray, memoryview],
) -> Ruleset:
    """Opens a compiled ruleset: what ``Ruleset.save()``, ``Ruleset.to_bytes()`` or the command
    ``calpol compile`` wrote. That takes milliseconds where its policies take seconds to load.

    It answers whatever the ruleset answers that was written, but cannot be updated. Nothing in it is
    believed: whatever the bytes, they make a ruleset that is safe to ask, or none.

    Args:
        compiled: The path of a file, as ``str`` or ``os.PathLike``. The file is mapped, not read, so
            it must not be changed in place; ``Ruleset.save()`` replaces it. Or its bytes, which are
            copied.

    Raises:
        CompiledError: it is no compiled ruleset, damaged, or made by another version of the library
            or on another kind of machine.
        OSError: the file cannot be opened.
    """
    if isinstance(compiled, (bytes, bytearray, memoryview)):
        return Ruleset(open_bytes(bytes(compiled)), NOTHING_SAID)
    return Ruleset(open_path(path_bytes(compiled)), NOTHING_SAID)


@dataclasses.dataclass(frozen=True)
class Conversion:
    """Kubernetes policies in Calico's form."""

    text: str  #: YAML documents, in the order of the input; empty if there was no such policy
    diagnostics: Diagnostics


def convert(
    *inputs: Inputs,
    text: Optional[Text] = None,
    dialect: Union[str, Dialect] = Dialect.AUTO,
    lenient: bool = False,
    strict_oss: bool = False,
    raw_defaults: bool = False,
    disable: Iterable[str] = (),
) -> Conversion:
    """Makes Calico policies of the Kubernetes policies in the input, as text.

    Arguments and errors are those of ``load()``; dialect "auto" is "calico" here.
    """
    flags = _flags(lenient=lenient, strict_oss=strict_oss, raw_defaults=raw_defaults)
    with Loader(flags, _dialect(dialect), {}) as loader:
        loader.disable(disable)
        if not loader.add(inputs, text):
            raise ValueError(NOTHING)
        return Conversion(*loader.convert())


def _flags(**given: bool) -> int:
    return sum(getattr(_abi, "LOAD_" + name.upper()) for name, value in given.items() if value)


def _dialect(dialect: Union[str, Dialect]) -> int:
    if isinstance(dialect, str):
        names = {str(known): known for known in Dialect}
        if dialect not in names:
            raise OptionError(
                f'"{dialect}" is no dialect, expected one of {", ".join(names)}',
                _abi.ERROR_INVALID_ARGUMENT,
            )
        return names[dialect]
    return dialect
