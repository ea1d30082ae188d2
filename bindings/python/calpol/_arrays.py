# SPDX-License-Identifier: Apache-2.0
"""One column of a table, in whatever form it comes, as numbers or texts that the library can read.

A column is an array with an item for each flow. What is null, None or NaN in it is not known. Python
code never loops over the items of an array; lists, whose items are Python objects anyway, are gone
through by functions written in C. Columns of Arrow's are taken as arrow_array() gives them.
"""

from __future__ import annotations

import itertools
import operator
from array import array
from typing import Any, Dict, Iterable, NamedTuple, Optional, Sequence

from . import _abi, _optional
from ._codes import State
from ._query import IP_ADDRESS_TYPES


class Numbers(NamedTuple):
    """A column of numbers, each as wide as its field."""

    values: memoryview
    given: Optional[bytes]  # 1 or 0 for each; None: all are given


class Texts(NamedTuple):
    """A column of texts in Arrow's layout."""

    text: Any  # a buffer
    offsets: memoryview  # of uint64, one more than there are texts
    given: Optional[bytes]


class Kind(NamedTuple):
    """What numbers a column may have."""

    field: str
    code: str  # what array.array calls the type of the field
    highest: int
    given: int  # the bit that says that it is known; 0: there is none
    missing: int  # what stands for not known


KINDS: Dict[str, Kind] = {
    "source": Kind("source_endpoint", "I", _abi.NONE, 0, _abi.NONE),
    "destination": Kind("destination_endpoint", "I", _abi.NONE, 0, _abi.NONE),
    "protocol": Kind("protocol", "B", 255, _abi.GIVEN_PROTOCOL, 0),
    "source_port": Kind("source_port", "H", 65535, _abi.GIVEN_SOURCE_PORT, 0),
    "destination_port": Kind("destination_port", "H", 65535, _abi.GIVEN_DESTINATION_PORT, 0),
    "icmp_type": Kind("icmp_type", "B", 255, _abi.GIVEN_ICMP_TYPE, 0),
    "icmp_code": Kind("icmp_code", "B", 255, _abi.GIVEN_ICMP_CODE, 0),
    "state": Kind("state", "B", max(State), 0, State.NEW),
}


# Forms


def is_arrow(values: Any) -> bool:
    return hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__")


def arrow_array(values: Any) -> Any:
    """A column of Arrow's in one piece, as pyarrow has it."""
    pyarrow = _optional.needed("pyarrow", "an Arrow column")
    if not isinstance(values, (pyarrow.Array, pyarrow.ChunkedArray)):
        values = pyarrow.chunked_array(values)
    if isinstance(values, pyarrow.ChunkedArray):
        values = values.combine_chunks()
    if isinstance(values, pyarrow.ChunkedArray):  # of no chunk, in older releases
        values = pyarrow.concat_arrays(values.chunks or [pyarrow.array([], values.type)])
    if pyarrow.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    return values


def _kind_of(values: Any) -> Optional[str]:
    """The kind of an array of numpy's, "O" being one of Python objects; None: it is none."""
    return getattr(getattr(values, "dtype", None), "kind", None)


def is_text(values: Any) -> bool:
    """Does a column, in any form, hold texts?"""
    if is_arrow(values):
        kinds = ("string", "large_string", "string_view", "binary", "large_binary")
        return str(values.type) in kinds
    kind = _kind_of(values)
    if kind is not None and kind != "O":
        return kind in "SU"
    first = next((value for value in values if value is not None), None)
    return isinstance(first, (str, *IP_ADDRESS_TYPES))


def _arrow_given(values: Any) -> Optional[bytes]:
    if not values.null_count:
        return None
    return bytes(values.is_valid().to_numpy(zero_copy_only=False).astype("u1"))


def _listed_given(values: Sequence[Any]) -> Optional[bytes]:
    if None not in values:
        return None
    return bytes(map(operator.is_not, values, itertools.repeat(None)))


# Numbers


def numbers(name: str, values: Any) -> Numbers:
    """A column of numbers. Raises ValueError for one that is out of range."""
    if is_arrow(values):
        return _arrow_numbers(name, values)
    if isinstance(values, (list, tuple)):
        return _listed_numbers(name, values)
    numpy = _optional.numpy()
    if numpy is None:
        return Numbers(narrow(name, values), None)
    buffer = memoryview(values) if isinstance(values, (bytes, bytearray)) else values
    return _numpy_numbers(name, numpy.asarray(buffer))


def _out_of_range(name: str) -> ValueError:
    highest = KINDS[name].highest
    return ValueError(f"column {name} has values outside 0 to {highest}; null is for not known")


def narrow(name: str, values: Iterable[int]) -> memoryview:
    """Integers as wide as the field."""
    kind = KINDS[name]
    try:
        found = array(kind.code, iter(values))  # of bytes themselves it would take items of its size
    except OverflowError:
        raise _out_of_range(name) from None
    if found and max(found) > kind.highest:
        raise _out_of_range(name)
    return memoryview(found)


def _listed_numbers(name: str, values: Sequence[Any]) -> Numbers:
    given = _listed_given(values)
    if given is None:
        return Numbers(narrow(name, values), None)
    missing = KINDS[name].missing
    return Numbers(narrow(name, (missing if v is None else v for v in values)), given)


def _arrow_numbers(name: str, values: Any) -> Numbers:
    types = _optional.needed("pyarrow", "an Arrow column").types
    if types.is_floating(values.type):  # null becomes NaN
        return _numpy_numbers(name, values.to_numpy(zero_copy_only=False))
    given = _arrow_given(values)
    if given is not None:
        values = values.cast("int64").fill_null(KINDS[name].missing)
    return Numbers(_numpy_numbers(name, values.to_numpy(zero_copy_only=False)).values, given)


def _numpy_numbers(name: str, values: Any) -> Numbers:
    numpy = _optional.numpy()
    kind = KINDS[name]
    given = None
    if values.dtype.kind == "O":
        return _listed_numbers(name, values.tolist())
    if values.ndim != 1:
        raise ValueError(f"column {name} has {values.ndim} dimensions, expected 1")
    if values.dtype.kind == "f":
        known = ~numpy.isnan(values)
        given = None if known.all() else bytes(known.astype("u1"))
        values = numpy.where(known, values, kind.missing)
        if (values != numpy.floor(values)).any():
            raise ValueError(f"column {name} has values that are no integers")
    elif values.dtype.kind not in "iu":
        raise TypeError(f"column {name} has items of type {values.dtype}, expected integers")
    if len(values) and (values.min() < 0 or values.max() > kind.highest):
        raise _out_of_range(name)
    return Numbers(memoryview(numpy.ascontiguousarray(values, kind.code)), given)


# Texts


def texts(values: Any) -> Texts:
    """A column of texts; objects of ipaddress are texts, too."""
    if is_arrow(values):
        return _arrow_texts(values)
    if _kind_of(values) in ("S", "U"):
        return _numpy_texts(values)
    return _listed_texts(values.tolist() if hasattr(values, "tolist") else list(values))


def one_text(text: bytes) -> Texts:
    return Texts(text, memoryview(array("Q", [0, len(text)])), None)


def _listed_texts(values: Sequence[Any]) -> Texts:
    given = _listed_given(values)
    if given is not None:
        values = ["" if value is None else value for value in values]
    try:
        joined = "".join(values)
    except TypeError:  # addresses that are objects
        values = list(map(str, values))
        joined = "".join(values)
    data = joined.encode()
    lengths = map(len, values if len(data) == len(joined) else map(str.encode, values))
    return Texts(data, memoryview(array("Q", itertools.accumulate(lengths, initial=0))), given)


def _numpy_texts(values: Any) -> Texts:
    numpy = _optional.numpy()
    if values.dtype.kind == "U":
        values = numpy.char.encode(values, "utf-8")
    values = numpy.ascontiguousarray(values)
    size = numpy.uint64(values.dtype.itemsize)
    offsets = numpy.arange(len(values) + 1, dtype=numpy.uint64) * size
    return Texts(values.view("u1"), memoryview(offsets), None)


def _arrow_texts(values: Any) -> Texts:
    pyarrow = _optional.needed("pyarrow", "an Arrow column")
    numpy = _optional.needed("numpy", "an Arrow column")
    given = _arrow_given(values)
    values = values.cast(pyarrow.large_binary())
    _, offsets, data = values.buffers()
    if not len(values):
        return Texts(b"", memoryview(array("Q", [0])), given)
    start, stop = values.offset, values.offset + len(values) + 1
    found = numpy.frombuffer(offsets, numpy.uint64)[start:stop]
    return Texts(b"" if data is None else data, memoryview(found), given)


# Others


def truths(values: Any) -> bytes:
    """A column of truths, 1 or 0 for each; null is 0."""
    if is_arrow(values):
        values = values.fill_null(False).to_numpy(zero_copy_only=False)
    if _kind_of(values) in ("b", "i", "u"):
        return bytes(values.astype(bool).astype("u1"))
    return bytes(map(bool, values.tolist() if hasattr(values, "tolist") else values))


def packed(name: str, values: Any) -> memoryview:
    """The bytes of packed addresses, one after the other."""
    if is_arrow(values):
        if values.null_count or not str(values.type).startswith("fixed_size_binary"):
            raise TypeError(
                f"column {name} is of type {values.type}, expected fixed_size_binary without nulls"
            )
        width = values.type.byte_width
        start = values.offset * width
        return memoryview(values.buffers()[1] or b"")[start : start + len(values) * width]
    view = memoryview(values)
    if view.itemsize != 1:
        raise TypeError(f"column {name} has items of {view.itemsize} bytes, expected packed bytes")
    if view.ndim == 1 and view.c_contiguous:
        return view.cast("B")
    return memoryview(view.tobytes())
