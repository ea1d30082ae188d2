# SPDX-License-Identifier: Apache-2.0
"""Tables of flows, made into records piece by piece, so that a piece stays in the processor's cache."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from . import _abi, _optional
from ._arrays import (
    KINDS,
    Texts,
    arrow_array,
    is_arrow,
    is_text,
    narrow,
    numbers,
    one_text,
    packed,
    texts,
    truths,
)
from ._codes import State
from ._errors import check, encode
from ._library import lib
from ._query import ENDS, IP_ADDRESS_TYPES
from ._records import FlowArray, memory_of, put

FLOW_SIZE = ctypes.sizeof(_abi.Flow)

#: Records of a piece: a megabyte of them.
PIECE = 1 << 14

#: Texts, with the number by which the library reads them.
TEXTS = {
    "source": _abi.COLUMN_SOURCE,
    "destination": _abi.COLUMN_DESTINATION,
    "protocol": _abi.COLUMN_PROTOCOL,
}

#: Packed addresses, in network byte order.
ADDRESSES = {f"{end}_address": getattr(_abi.Flow, f"{end}_address").offset for end in ENDS}

#: Truths: there is none.
ABSENCES = {"no_http": _abi.GIVEN_NO_HTTP, "no_domains": _abi.GIVEN_NO_DOMAINS}

NAMES = (*KINDS, *ADDRESSES, *ABSENCES)

# All bits that columns set lie in the lowest byte of the field, and that of an error in the highest.
GIVEN = _abi.Flow.given.offset
LOWEST, HIGHEST = (GIVEN, GIVEN + 3) if sys.byteorder == "little" else (GIVEN + 3, GIVEN)
ERROR = _abi.GIVEN_ERROR >> 24


def _is_frame(value: Any) -> bool:
    """Of pandas."""
    return hasattr(value, "columns") and hasattr(value, "items") and hasattr(value, "index")


def is_table(flows: Any) -> bool:
    return isinstance(flows, Mapping) or is_arrow(flows) or _is_frame(flows)


def _arrow_table(table: Any) -> Any:
    pyarrow = _optional.needed("pyarrow", "an Arrow table")
    if _is_frame(table):
        return pyarrow.Table.from_pandas(table, preserve_index=False)
    return pyarrow.table(table)


def _columns_of(table: Any) -> Dict[str, Any]:
    """The columns of a table by name. Raises ValueError for one that flows do not have."""
    if isinstance(table, Mapping):
        columns = dict(table)
    elif _is_frame(table) and _optional.pyarrow() is None:
        columns = {name: series.to_numpy() for name, series in table.items()}
    else:
        arrow = _arrow_table(table)
        columns = {name: arrow.column(name) for name in arrow.column_names}
    unknown = [name for name in columns if name not in NAMES]
    if unknown:
        raise ValueError(
            f"a flow has no column {unknown[0]!r}, expected some of {', '.join(NAMES)}"
        )
    return {name: arrow_array(v) if is_arrow(v) else v for name, v in columns.items()}


def _is_single(value: Any) -> bool:
    return value is None or isinstance(value, (int, str, *IP_ADDRESS_TYPES))


class _Field(NamedTuple):
    """Bytes that go to one place in each record."""

    offset: int
    width: int
    values: memoryview  # of bytes


class Table:
    """A table that was understood: its columns, ready to be put into records."""

    def __init__(self, ruleset: ctypes.c_void_p, table: Any, external_nulls: bool) -> None:
        columns = _columns_of(table)
        self._ruleset = ruleset
        self._template = _abi.Flow(source_endpoint=_abi.NONE, destination_endpoint=_abi.NONE)
        self._fields: List[_Field] = []
        self._texts: List[Tuple[int, Texts]] = []
        self._addresses: List[_Field] = []
        self._given: List[Tuple[bytes, int]] = []  # for each flow 1 or 0, and the bit to set
        self._needed: List[bytes] = []  # for each flow 1, or 0: it is a bad one
        self._may_lack = {
            end for end in ENDS if external_nulls or columns.get(f"{end}_address") is not None
        }
        self._length: Optional[int] = None
        addresses = {name: columns.pop(name) for name in ADDRESSES if name in columns}
        for name, values in columns.items():
            self._add(name, values)
        for name, values in addresses.items():
            if values is not None:
                self._add_addresses(name, values)
        if self._length is None:
            raise ValueError("no column has an item for each flow")

    def __len__(self) -> int:
        return self._length or 0

    # Understanding columns

    def _add(self, name: str, values: Any) -> None:
        if name in ABSENCES and (values is None or isinstance(values, bool)):
            self._template.given |= ABSENCES[name] if values else 0
        elif name in ABSENCES:
            given = truths(values)
            self._see(name, len(given))
            self._given.append((given, ABSENCES[name]))
        elif _is_single(values):
            self._add_single(name, values)
        elif name in TEXTS and is_text(values):
            column = texts(values)
            self._see(name, len(column.offsets) - 1)
            self._see_nulls(name, column.given)
            self._texts.append((TEXTS[name], column))
        else:
            self._add_numbers(name, values)

    def _see(self, name: str, length: int) -> None:
        if self._length is None:
            self._length = length
        if self._length != length:
            raise ValueError(f"column {name} has {length} items, others have {self._length}")

    def _see_nulls(self, name: str, given: Optional[bytes]) -> None:
        """An end that is null is rather a join that failed than somebody outside the cluster."""
        if name in ENDS and name not in self._may_lack and given is not None:
            self._needed.append(given)

    def _add_single(self, name: str, value: Any) -> None:
        """One value for all: it goes into the template, a text when the library has read it."""
        if value is None:
            return
        if name == "state" and isinstance(value, str):
            value = _state(value)
        if name in TEXTS and not isinstance(value, int):
            flow = FlowArray(bytearray(self._template))
            if not self._read(TEXTS[name], one_text(encode(str(value), name)), flow.address, 0, 1):
                raise ValueError(f"column {name}: {str(value)!r} cannot be read, or is not there")
            self._template = _abi.Flow.from_buffer_copy(flow.buffer)
        elif isinstance(value, int):
            kind = KINDS[name]
            setattr(self._template, kind.field, narrow(name, [value])[0])
            self._template.given |= kind.given
        else:
            raise TypeError(f"column {name} is {value!r}, expected an array of integers")

    def _add_numbers(self, name: str, values: Any) -> None:
        column, kind = numbers(name, values), KINDS[name]
        self._see(name, len(column.values))
        self._see_nulls(name, column.given)
        offset = getattr(_abi.Flow, kind.field).offset
        width = column.values.itemsize
        self._fields.append(_Field(offset, width, _bytes_of(column.values)))
        if kind.given and column.given is None:
            self._template.given |= kind.given
        elif kind.given and column.given is not None:
            self._given.append((column.given, kind.given))

    def _add_addresses(self, name: str, values: Any) -> None:
        if isinstance(values, (int, str, *IP_ADDRESS_TYPES)):
            raise TypeError(f"column {name} is {values!r}, expected an array of packed addresses")
        column = packed(name, values)
        length = self._length
        if length is None and len(getattr(values, "shape", ())) == 2:
            length = self._length = values.shape[0]
        if length is None or len(column) not in (4 * length, 16 * length):
            raise ValueError(
                f"column {name} has {len(column)} bytes, expected 4 or 16 for each of "
                f"{length or 0} flows"
            )
        if not length:
            return
        width = len(column) // length
        offset = ADDRESSES[name]
        address = _abi.Address(family=4 if width == 4 else 6)
        whole = memoryview(bytes(address) * self.longest)
        self._addresses.append(_Field(offset, ctypes.sizeof(address), whole))
        self._addresses.append(_Field(offset + _abi.Address.bytes.offset, width, column))

    # Making records

    @property
    def longest(self) -> int:
        """Length of the longest piece."""
        return min(len(self), PIECE)

    def pieces(self) -> Iterator[Tuple[int, int]]:
        """Start and stop of each piece."""
        for start in range(0, len(self), PIECE):
            yield start, min(start + PIECE, len(self))

    def write(self, start: int, stop: int, records: memoryview, address: int) -> None:
        """Makes records of the flows from start to stop, where address is that of the records."""
        count = stop - start
        records[:] = bytes(self._template) * count
        for field in self._fields:
            self._put(records, field, start, stop)
        if self._given:
            put(records, LOWEST, FLOW_SIZE, self._bits(start, stop), 1)
        if self._needed:
            put(records, HIGHEST, FLOW_SIZE, self._errors(start, stop), 1)
        for number, column in self._texts:
            self._read(number, column, address, start, stop)
        for field in self._addresses:
            self._put(records, field, start, stop)

    @staticmethod
    def _put(records: memoryview, field: _Field, start: int, stop: int) -> None:
        offset, width, values = field
        if len(values) >= stop * width:
            values = values[start * width : stop * width]
        else:  # the same for each piece
            values = values[: (stop - start) * width]
        put(records, offset, FLOW_SIZE, values, width)

    def _bits(self, start: int, stop: int) -> bytes:
        """The given bits of each record: those of all, and those of columns with gaps."""
        count = stop - start
        bits = int.from_bytes(bytes([self._template.given & 0xFF]) * count, "little")
        for given, bit in self._given:
            bits |= int.from_bytes(given[start:stop], "little") * bit
        return bits.to_bytes(count, "little")

    def _errors(self, start: int, stop: int) -> bytes:
        """The error bit of each record."""
        count = stop - start
        everything = given = int.from_bytes(b"\1" * count, "little")
        for column in self._needed:
            given &= int.from_bytes(column[start:stop], "little")
        return ((everything ^ given) * ERROR).to_bytes(count, "little")

    def _read(self, number: int, column: Texts, address: int, start: int, stop: int) -> bool:
        """Has the library read texts into records. False: some were bad, and will get no verdict."""
        text, _, _keep_text = memory_of(column.text)
        offsets, _, _keep_offsets = memory_of(column.offsets[start : stop + 1])
        given, _, _keep_given = memory_of(column.given[start:stop] if column.given else b"")
        status = lib.calpol_flows_read_column(
            self._ruleset,
            number,
            text or None,
            offsets,
            given or None,
            stop - start,
            address,
            FLOW_SIZE,
        )
        if status != _abi.ERROR_INVALID_INPUT:
            check(status, "a column of texts")
        return bool(status == _abi.OK)


def _state(text: str) -> int:
    names = {str(state): state for state in State}
    if text not in names:
        raise ValueError(f"{text!r} is no state, expected one of {', '.join(names)}")
    return names[text]


def _bytes_of(values: memoryview) -> memoryview:
    return values.cast("B") if len(values) else memoryview(b"")


def read_flows(ruleset: ctypes.c_void_p, table: Any, external_nulls: bool) -> FlowArray:
    """The records of a whole table."""
    columns = Table(ruleset, table, external_nulls)
    records = bytearray(len(columns) * FLOW_SIZE)
    flows = FlowArray(records)
    view = memoryview(records)
    for start, stop in columns.pieces():
        piece = view[start * FLOW_SIZE : stop * FLOW_SIZE]
        columns.write(start, stop, piece, flows.address + start * FLOW_SIZE)
    return flows
