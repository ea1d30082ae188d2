# SPDX-License-Identifier: Apache-2.0
"""Arrays of flows and verdicts: the structs of the C interface, one after the other.

Nothing here loops over records: what is done to each is done by the library, by numpy where it is
installed, or else by slices of bytes.
"""

from __future__ import annotations

import ctypes
import functools
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Dict,
    Iterable,
    Iterator,
    List,
    Literal,
    Optional,
    Tuple,
    Type,
    Union,
    cast,
)

from . import _abi, _optional
from ._codes import Action, Reason, Stage

if TYPE_CHECKING:
    import numpy
    import pyarrow

    from ._ruleset import Ruleset
    from ._verdict import Verdict


def memory_of(buffer: Any) -> Tuple[int, int, Any]:
    """Address and size in bytes of what a buffer holds, and the object that keeps it in place.

    The memory is the buffer's own, but for buffers that cannot be written to and of which there is
    no other way to learn the address: then it is a copy.
    """
    view = memoryview(buffer)
    if not view.c_contiguous:
        raise ValueError("the buffer is not contiguous")
    if not view.nbytes:
        return 0, 0, view
    if not view.readonly:
        array = (ctypes.c_char * view.nbytes).from_buffer(buffer)
        return ctypes.addressof(array), view.nbytes, array
    numpy = _optional.numpy()
    if numpy is not None and not isinstance(buffer, bytes):
        array = numpy.frombuffer(buffer, numpy.uint8)
        return array.ctypes.data, view.nbytes, array
    kept = buffer if isinstance(buffer, bytes) else view.tobytes()
    return ctypes.cast(ctypes.c_char_p(kept), ctypes.c_void_p).value or 0, len(kept), kept


def put(records: memoryview, offset: int, stride: int, values: Any, width: int) -> None:
    """Writes width bytes of each record, from a buffer of bytes that has them one after the other."""
    numpy = _optional.numpy()
    if numpy is None:
        view = memoryview(values)
        for byte in range(width):
            records[offset + byte :: stride] = view[byte::width]
        return
    kind = f"V{width}"
    field = numpy.ndarray((len(records) // stride,), kind, records, offset, (stride,))
    field[:] = numpy.frombuffer(values, kind)


def get(records: memoryview, offset: int, stride: int, width: int) -> bytearray:
    """Width bytes of each record, one after the other."""
    numpy = _optional.numpy()
    count = len(records) // stride
    values = bytearray(count * width)
    if numpy is None or not count:
        for byte in range(width):
            values[byte::width] = records[offset + byte :: stride]
        return values
    kind = f"V{width}"
    numpy.frombuffer(values, kind)[:] = numpy.ndarray((count,), kind, records, offset, (stride,))
    return values


def field_of(struct: Type[ctypes.Structure], path: str) -> Tuple[int, Any]:
    """Offset and type of a field, "egress.policy" being one of a field."""
    name, _, rest = path.partition(".")
    fields: Dict[str, Any] = {field[0]: field[1] for field in getattr(struct, "_fields_", ())}
    if name not in fields:
        raise KeyError(f"there is no column {path!r}, expected one of {', '.join(fields)}")
    kind = fields[name]
    offset: int = getattr(struct, name).offset
    if not rest:
        return offset, kind
    inner, kind = field_of(kind, rest)
    return offset + inner, kind


class Records:
    """An array of structs in memory that something else may own."""

    struct: ClassVar[Type[ctypes.Structure]]

    def __init__(self, buffer: Any) -> None:
        """Takes a buffer as it is, without a copy if that can be.

        Raises ValueError if it is not contiguous or no whole number of records.
        """
        view = memoryview(buffer)
        size = ctypes.sizeof(self.struct)
        if view.itemsize not in (1, size) or view.nbytes % size:
            raise ValueError(
                f"the buffer has {view.nbytes} bytes in items of {view.itemsize}, expected records "
                f"of {size} bytes (struct calpol_{self.struct.__name__.lower()})"
            )
        _check_dtype(buffer, self.struct)
        self._address, length, self._keep = memory_of(buffer)
        self._count = length // size

    def __len__(self) -> int:
        return self._count

    @property
    def address(self) -> int:
        """Where the first record lies; 0 if there is none."""
        return self._address

    @property
    def buffer(self) -> memoryview:
        """The bytes of all records; not to be written to."""
        length = self._count * ctypes.sizeof(self.struct)
        if not length:
            return memoryview(b"")
        array = (ctypes.c_ubyte * length).from_address(self._address)
        array._keep = self._keep  # type: ignore[attr-defined]
        return memoryview(array).cast("B").toreadonly()

    def column(self, name: str) -> memoryview:
        """A copy of one field of all records, as a one-dimensional memoryview of integers.

        The names are those of the C structs; "egress.policy" is a field of a field.
        """
        offset, kind = field_of(self.struct, name)
        code = getattr(kind, "_type_", None)
        if not isinstance(code, str):
            raise KeyError(f"column {name!r} has fields of its own")
        values = get(self.buffer, offset, ctypes.sizeof(self.struct), ctypes.sizeof(kind))
        return memoryview(values).cast(cast(Literal["B"], code))

    def to_numpy(self) -> numpy.ndarray[Any, numpy.dtype[numpy.void]]:
        """The same memory as a structured array of shape (n,), not to be written to. Needs numpy."""
        numpy = _optional.needed("numpy", "to_numpy()")
        array: Any = numpy.ndarray((self._count,), numpy.dtype(self.struct), self.buffer)
        return array  # type: ignore[no-any-return]

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> Any:
        array = self.to_numpy()
        if dtype is not None and dtype != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else array


def _check_dtype(buffer: Any, struct: Type[ctypes.Structure]) -> None:
    """A structured array of numpy must have the fields of the struct, where the struct has them."""
    dtype = getattr(buffer, "dtype", None)
    if getattr(dtype, "names", None) and dtype != _optional.numpy().dtype(struct):
        raise ValueError(f"the array has the fields {dtype}, expected those of {struct.__name__}")


class FlowArray(Records):
    """Flows as the library takes them, 76 bytes each: struct calpol_flow. ``Ruleset.flows()`` makes it.

    Ids of endpoints in it are those of the ruleset that made it, and only good for that one.
    """

    struct = _abi.Flow


class VerdictArray(Records):
    """The verdicts of a batch, 48 bytes each: struct calpol_verdict; in the order of the flows.

    Columns, for ``column()`` and as fields of ``to_numpy()``: action, reason, decided_by (uint8, uint8,
    uint16; numbers of Action, Reason, Stage), depends_on (uint32; bits of Depends), and in egress and
    ingress: action, reason, stage, tier, policy (uint32; ids of ``Ruleset.tiers`` and
    ``Ruleset.policies``, 0xffffffff: none), rule (int32). Of a bad flow all of them are 0.
    """

    struct = _abi.Verdict

    def __init__(self, buffer: Any, ruleset: Ruleset) -> None:
        super().__init__(buffer)
        self._ruleset = ruleset

    def __getitem__(self, index: int) -> Verdict:
        if index < 0:
            index += self._count
        if not 0 <= index < self._count:
            raise IndexError("verdict index out of range")
        size = ctypes.sizeof(_abi.Verdict)
        raw = _abi.Verdict.from_buffer_copy(self.buffer[index * size : (index + 1) * size])
        return self._ruleset._verdict(raw)

    def __iter__(self) -> Iterator[Verdict]:
        return (self[index] for index in range(self._count))

    def counts(self) -> Dict[Action, int]:
        """How many verdicts there are of each action. NONE counts the flows that were bad."""
        actions = bytes(self.column("action"))
        return {Action(value): actions.count(value) for value in sorted(set(actions))}

    @property
    def bad_count(self) -> int:
        """How many flows were bad, and got no verdict: their action is NONE."""
        return self.counts().get(Action.NONE, 0)

    def to_arrow(self) -> pyarrow.Table:
        """A table with a row for each verdict, names in place of ids. Needs numpy and pyarrow.

        Columns: action, reason, decided_by (names); depends_on (uint32, bits of Depends); and, with
        egress and ingress in front of them, _action, _stage, _tier, _policy (names), _rule (int32).
        Names are dictionary-encoded. Without a name: null.
        """
        pyarrow = _optional.needed("pyarrow", "to_arrow()")
        verdicts = self.to_numpy()
        actions, stages = _names_of(Action), _names_of(Stage)
        tiers, policies = self._ruleset._names
        columns = {
            "action": actions.of(verdicts["action"]),
            "reason": _names_of(Reason).of(verdicts["reason"]),
            "decided_by": stages.of(verdicts["decided_by"]),
            "depends_on": pyarrow.array(verdicts["depends_on"]),
        }
        for side in ("egress", "ingress"):
            decisions = verdicts[side]
            columns[f"{side}_action"] = actions.of(decisions["action"])
            columns[f"{side}_stage"] = stages.of(decisions["stage"])
            decided = decisions["action"] != Action.NONE  # ids of bad flows are 0, and mean nothing
            columns[f"{side}_tier"] = tiers.of(decisions["tier"], decided)
            columns[f"{side}_policy"] = policies.of(decisions["policy"], decided)
            columns[f"{side}_rule"] = pyarrow.array(decisions["rule"])
        table: Any = pyarrow.table(columns)
        return table


class Names:
    """Names by number, as columns of Arrow have them. Needs numpy and pyarrow."""

    def __init__(self, names: Iterable[Optional[str]]) -> None:
        numpy = _optional.needed("numpy", "to_arrow()")
        pyarrow = _optional.needed("pyarrow", "to_arrow()")
        known = list(names)
        self._count = len(known)
        self._without = numpy.array([name is None for name in known] + [True])
        self._texts = pyarrow.array([name or "" for name in known], pyarrow.string())

    def of(self, numbers: Any, counts: Any = True) -> Any:
        """Names in place of numbers, null where there is none, or where the number does not count."""
        numpy = _optional.needed("numpy", "to_arrow()")
        pyarrow = _optional.needed("pyarrow", "to_arrow()")
        index = numpy.minimum(numbers, self._count).astype(numpy.int32)
        return pyarrow.DictionaryArray.from_arrays(
            pyarrow.array(index, mask=self._without[index] | numpy.logical_not(counts)),
            self._texts,
        )


@functools.lru_cache(maxsize=None)
def _names_of(codes: Union[Type[Action], Type[Reason], Type[Stage]]) -> Names:
    """Those of codes; what is none has no name, but for actions."""
    names: List[Optional[str]] = [str(code) for code in codes]
    if codes is not Action:
        names[0] = None
    return Names(names)
