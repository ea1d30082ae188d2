# SPDX-License-Identifier: Apache-2.0
"""The ruleset: what is in it, and questions asked of it."""

from __future__ import annotations

import ctypes
import functools
import ipaddress
import itertools
import json
import os
import weakref
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    Mapping,
    Optional,
    Tuple,
    TypeVar,
    Union,
)

from . import _abi, _optional
from ._codes import Action, Depends, Dialect, Reason, Stage
from ._columns import FLOW_SIZE, Table, is_table, read_flows
from ._diagnostics import NOTHING_SAID, Diagnostics
from ._errors import Error, NotFoundError, check, decode, encode, status_text
from ._file import open_bytes, path_bytes, save, write
from ._handle import EndpointHandle, Known, described, handles_of
from ._library import lib
from ._loader import Inputs, Loader, Text
from ._query import IPAddress, Query, Words
from ._records import FlowArray, Names, VerdictArray
from ._verdict import Counts, Decision, Endpoint, Explanation, Policy, Step, Tier, Verdict

if TYPE_CHECKING:
    import numpy
    from typing_extensions import Unpack

_Item = TypeVar("_Item")
_Struct = TypeVar("_Struct", bound=ctypes.Structure)

VERDICT_SIZE = ctypes.sizeof(_abi.Verdict)


class Ruleset:
    """Compiled policy. Never changes; any number of threads may use one at once. ``load()`` makes it.

    Many flows are asked about with ``evaluate_batch()``, which takes tables of them and lets other
    threads of Python run meanwhile.
    """

    def __init__(self, handle: ctypes.c_void_p, diagnostics: Diagnostics) -> None:
        """Takes over the reference that the caller has to a ruleset of the library's."""
        self._handle = handle
        self._finalizer = weakref.finalize(self, lib.calpol_ruleset_unref, handle)
        self._tier_names: Dict[int, Optional[str]] = {_abi.NONE: None}
        self._policy_labels: Dict[int, Optional[str]] = {_abi.NONE: None}
        #: Warnings and notes of the load.
        self.diagnostics = diagnostics

    def __repr__(self) -> str:
        counts = self.counts
        return (
            f"<calpol.Ruleset: {counts.policies} policies in {counts.tiers} tiers, "
            f"{counts.endpoints} endpoints>"
        )

    # Elsewhere and later

    def save(self, path: Union[str, os.PathLike[str], os.PathLike[bytes]]) -> None:
        """Writes it to a file, compiled, for ``open()``; or for the command, which takes such a file
        in place of policies. What was there is replaced at once: who has it open keeps the old one.

        Raises OSError if the file cannot be written.
        """
        save(self._handle, path_bytes(path))

    def to_bytes(self) -> bytes:
        """What ``save()`` writes, as bytes for ``open()``. They hang on the ruleset alone: equal input
        makes equal bytes."""
        return write(self._handle)

    def __reduce__(self) -> Tuple[Any, ...]:
        """Pickles it as its bytes, so that it travels to other processes with the same library."""
        return _reopen, (self.to_bytes(), self.diagnostics)

    def __copy__(self) -> Ruleset:
        return self

    def __deepcopy__(self, memo: Any) -> Ruleset:
        return self

    def update(
        self,
        *inputs: Inputs,
        text: Optional[Text] = None,
        removed: Iterable[str] = (),
    ) -> Ruleset:
        """Makes the next ruleset of this one and of what changed, as ``kubectl apply`` would: a document
        replaces the object of the same kind, namespace and name, or is added where there is none.

        The verdicts are those of a load of all documents that remain, with the options of the first
        load. This ruleset stays as it is; ids of endpoints, tiers and policies may be others in the new
        one.

        Args:
            inputs: Paths and texts of what changed, as in ``load()``.
            text: Likewise.
            removed: What is gone: "KIND NAMESPACE/NAME", or "KIND NAME" for kinds without namespace.
                KIND is as in diagnostics: "NetworkPolicy" is the one of Kubernetes,
                "CalicoNetworkPolicy" that of Calico.

        Returns:
            The new ruleset, which can be updated in turn. Its ``diagnostics`` are about what changed.

        Raises:
            LoadError: the new ruleset could not be used; its ``diagnostics`` say why.
            NotFoundError: something in removed is not there.
            Error: the ruleset was not loaded with updatable=True, or was opened; or a name in removed
                is not of the form above.
        """
        names = [encode(name, "a name in removed") for name in _several(removed)]
        with Loader(0, 0, {}) as loader:
            loader.add(inputs, text)
            return Ruleset(*loader.update(self._handle, names))

    # What is in it

    @functools.cached_property
    def counts(self) -> Counts:
        """How much is in it."""
        raw = _abi.Counts()
        check(lib.calpol_ruleset_counts(self._handle, raw, ctypes.sizeof(raw)))
        fields = {name: getattr(raw, name) for name, *_ in raw._fields_ if name != "reserved"}
        fields["dialect"] = Dialect(raw.dialect)
        return Counts(**fields)

    @functools.cached_property
    def tiers(self) -> Tuple[Tier, ...]:
        """All tiers by id, in the order of evaluation."""
        return tuple(_until_not_found(self.tier))

    @functools.cached_property
    def policies(self) -> Tuple[Policy, ...]:
        """All policies, then all profiles, by id."""
        return tuple(_until_not_found(self.policy))

    @functools.cached_property
    def endpoints(self) -> Tuple[Endpoint, ...]:
        """All endpoints by id."""
        return tuple(_until_not_found(self.endpoint))

    @functools.cached_property
    def _names(self) -> Tuple[Names, Names]:
        """Of tiers and of policies, by id."""
        tiers = Names(tier.name for tier in self.tiers)
        return tiers, Names(policy.label for policy in self.policies)

    def _described(self, describe: Callable[..., int], raw: _Struct, id: int, what: str) -> _Struct:
        """Fills in what the library knows of an id; what is how an error calls it."""
        check(describe(self._handle, _id(id), raw, ctypes.sizeof(raw)), what)
        return raw

    def tier(self, id: int) -> Tier:
        """The tier of an id, as in the columns of a VerdictArray. Raises NotFoundError."""
        raw = self._described(lib.calpol_ruleset_tier, _abi.TierInfo(), id, f"tier {id}")
        return Tier(
            id=id,
            name=decode(raw.name),
            order=raw.order,
            default_action=Action(raw.default_action),
            policy_count=raw.policy_count,
            declared=bool(raw.declared),
        )

    def policy(self, id: int) -> Policy:
        """The policy or profile of an id, as in the columns of a VerdictArray. Raises NotFoundError."""
        raw = self._described(lib.calpol_ruleset_policy, _abi.PolicyInfo(), id, f"policy {id}")
        return Policy(
            id=id,
            label=decode(raw.label),
            kind=decode(raw.kind),
            namespace=decode(raw.namespace_name),
            name=decode(raw.name),
            source=os.fsdecode(raw.source),
            line=raw.line,
            tier=self._tier_name(raw.tier),
            order=raw.order,
            ingress_count=raw.ingress_count,
            egress_count=raw.egress_count,
            staged=bool(raw.staged),
        )

    def endpoint(self, which: Union[str, IPAddress, int]) -> Endpoint:
        """An endpoint.

        Args:
            which: A reference, "pod:NS/NAME", "workloadendpoint:NS/NAME", "hostendpoint:NAME", in
                short "NS/NAME"; or an IP address object, for the first workload that owns it; or
                an id.

        Raises:
            NotFoundError: there is none; the message has the nearest names.
        """
        number = which if isinstance(which, int) else self._find_endpoint(which)
        raw = self._described(
            lib.calpol_ruleset_endpoint, _abi.EndpointInfo(), number, f"endpoint {which}"
        )
        return Endpoint(
            id=number,
            reference=decode(raw.reference),
            namespace=decode(raw.namespace_name),
            name=decode(raw.name),
            node=decode(raw.node),
            source=os.fsdecode(raw.source),
            line=raw.line,
            address_count=raw.address_count,
            is_host=bool(raw.is_host),
        )

    def _find_endpoint(self, which: Union[str, IPAddress]) -> int:
        number = ctypes.c_uint32()
        if isinstance(which, (ipaddress.IPv4Address, ipaddress.IPv6Address)):
            address = _abi.Address()
            check(lib.calpol_address_parse(str(which).encode(), address), str(which))
            status = lib.calpol_ruleset_find_address(self._handle, address, number)
            check(status, f"endpoint of {which}")
            return number.value
        status = lib.calpol_ruleset_find_endpoint(self._handle, encode(which, "which"), number)
        if status == _abi.ERROR_NOT_FOUND:
            near = ", ".join(self.suggest(which))
            hint = f", near it: {near}" if near else ""
            raise NotFoundError(f'there is no endpoint "{which}"{hint}', status)
        check(status, which)
        return number.value

    def new_endpoint(self, **known: Unpack[Known]) -> EndpointHandle:
        """Makes a handle for an endpoint that is in no input, such as a pod that was just made.

        It stands for the endpoint in flows, and verdicts are those of a ruleset with the endpoint in its
        input. Only flows that name it know of it: others do not find it by its address, and it is no
        backend of any Service. Where endpoints of the ruleset are like it in all that policies ask for,
        flows with it are as fast as others; not so in a ruleset that was opened.

        Args:
            namespace: "default" if not given.
            name: Of no influence on verdicts.
            service_account: "default" if not given.
            node: The name of its node; None: not known.
            labels: A mapping.
            addresses: Text, or objects of ipaddress. The first of a family is the one that flows have.
            ports: Named ones: ``Port("http", 80)``, ``Port("dns", 53, "UDP")``, or plain tuples.
            profiles: Names in order; None: those of namespace and service account.

        Raises:
            ValueError: an address, a port or a protocol is none.
        """
        return EndpointHandle(self, known)

    def suggest(self, reference: str) -> Tuple[str, ...]:
        """At most three references near one that was not found, nearest first."""
        buffer = ctypes.create_string_buffer(4096)
        check(
            lib.calpol_ruleset_suggest(
                self._handle, encode(reference, "reference"), buffer, len(buffer)
            )
        )
        text = decode(buffer.value)
        return tuple(text.split(", ")) if text else ()

    # One flow

    def evaluate(self, flow: Optional[Mapping[str, Any]] = None, **words: Unpack[Words]) -> Verdict:
        """Judges one flow: the first packet of a connection, as seen behind destination NAT.

        What is not given is unknown, never assumed; where the answer hangs on it, the action is
        UNKNOWN and ``depends_on`` names it.

        Args:
            flow: A whole flow in its JSON form; the other arguments win over its fields.
            source: An address, as text or as an object of ipaddress; a reference, "pod:NS/NAME",
                "workloadendpoint:NS/NAME", "hostendpoint:NAME", "node:NAME", "networkset:NS/NAME",
                "globalnetworkset:NAME", in short "NS/NAME"; or a participant in JSON form,
                {"namespace": "shop", "labels": {"app": "web"}}; or what ``new_endpoint()`` made.
            destination: Likewise, and "service:NS/NAME:PORT".
            protocol: A name in any case, or a number from 1 to 255.
            source_port: 0 to 65535.
            destination_port: 0 to 65535.
            icmp: A type, a pair (type, code), or {"type": ..., "code": ...}; each 0 to 255.
            http: {"method": ..., "path": ...}, each optional. False: there is no HTTP information.
            domains: The names that the client resolved to the destination; empty: there are none.
            state: "new" (if not given), "established", "related", "invalid".
            ip_version: 4 or 6.
            pre_dnat: The destination before NAT, {"ip": ..., "port": ...}, each optional.
            relabel: Answers as if endpoints had other labels: {"shop/web": {"app": "db", "old":
                None}} sets one and removes one.
            options: Options of evaluation for this flow only, as in ``load()``.

        Raises:
            FlowError: the flow contradicts itself, or names something that is not there.
        """
        with Query(self._handle) as query:
            query.set(flow, described(self, flow, words))
            return self._verdict(query.evaluate())

    def explain(
        self, flow: Optional[Mapping[str, Any]] = None, **words: Unpack[Words]
    ) -> Explanation:
        """Judges one flow and tells why. Arguments and errors are those of ``evaluate()``."""
        with Query(self._handle) as query:
            query.set(flow, described(self, flow, words))
            with query.explain() as trace:
                text = trace.json()
                return Explanation(
                    verdict=self._verdict(trace.verdict()),
                    summary=trace.summary(),
                    text=trace.text(),
                    json=text,
                    data=json.loads(text),
                    steps=tuple(self._step(step) for step in trace.steps()),
                )

    # Many flows

    def flows(self, table: Any, *, external_nulls: bool = False) -> FlowArray:
        """Makes records of a table of flows, to be evaluated once or often.

        Args:
            table: A mapping from names to columns; or an Arrow table or record batch (pyarrow,
                polars, duckdb, ...); or a data frame of pandas. A column is an array of shape (n,)
                (numpy, pyarrow, array.array, memoryview, list), or a single value for all flows.
                Null, None and NaN: not known; a column that is not there: not known of any flow.
                All columns are optional:

                source, destination: addresses or references of endpoints as text ("10.0.0.1",
                    "shop/web"), or ids of endpoints (0 to 2**32 - 2).
                source_address, destination_address: packed addresses in network byte order, uint8
                    of shape (n, 4) or (n, 16), or as many bytes; they win over the endpoint's.
                protocol: names, or numbers from 1 to 255.
                source_port, destination_port: 0 to 65535.
                icmp_type, icmp_code: 0 to 255.
                state: 0 to 3, numbers of State; a single one may be its name.
                no_http, no_domains: truths: it is known that there is no HTTP information, that the
                    destination has no domain names.
            external_nulls: An end that is not known is taken for an address outside the cluster. A
                null in source or destination seldom means that, so otherwise it makes its flow a
                bad one, unless there is a column of addresses for this end.

        Returns:
            The records, 76 bytes each. A text that cannot be read, or names an endpoint that is not
            there, makes its flow a bad one, which gets no verdict.

        Raises:
            ValueError: a column has a name that flows do not have, another length than the others,
                or numbers out of range.
        """
        return read_flows(self._handle, table, external_nulls)

    def evaluate_batch(
        self, flows: Any, *, out: Any = None, endpoints: Iterable[EndpointHandle] = ()
    ) -> VerdictArray:
        """Judges many flows at once. Other threads of Python run meanwhile.

        Args:
            flows: What ``flows()`` made, or what it takes; or a buffer of such records, n * 76 bytes,
                as bytes or as a structured array of numpy with the dtype ``flow_dtype()``.
            out: A buffer of n * 48 bytes to write to, as bytearray or as a structured array of
                numpy with the dtype ``verdict_dtype()``; a new one if it is None.
            endpoints: Handles that flows name: what ``handle(i)`` gives, as id of an endpoint, stands
                for ``endpoints[i]``.

        Returns:
            The verdicts, in the order of the flows. A flow that contradicts itself, or could not be
            read, has the action NONE, and does not stop the others.
        """
        handles = handles_of(self, endpoints)
        if is_table(flows):
            table = Table(self._handle, flows, external_nulls=False)
            verdicts = self._verdicts(len(table), out)
            scratch = bytearray(table.longest * FLOW_SIZE)
            records = FlowArray(scratch)
            for start, stop in table.pieces():
                piece = memoryview(scratch)[: (stop - start) * FLOW_SIZE]
                table.write(start, stop, piece, records.address)
                place = verdicts.address + start * VERDICT_SIZE
                self._judge(handles, records.address, stop - start, place)
        else:
            records = flows if isinstance(flows, FlowArray) else FlowArray(flows)
            verdicts = self._verdicts(len(records), out)
            self._judge(handles, records.address, len(records), verdicts.address)
        return verdicts

    def _verdicts(self, count: int, out: Any) -> VerdictArray:
        """An array for so many verdicts, in out if it is not None."""
        if out is None:
            return VerdictArray(bytearray(count * VERDICT_SIZE), self)
        if memoryview(out).readonly:
            raise ValueError("out cannot be written to")
        verdicts = VerdictArray(out, self)
        if len(verdicts) != count:
            raise ValueError(f"out has {len(verdicts)} records, expected {count}")
        return verdicts

    def _judge(self, handles: ctypes.Array[Any], flows: int, count: int, verdicts: int) -> None:
        """Has the library judge records, from address to address."""
        status = lib.calpol_evaluate_with(
            self._handle,
            handles if len(handles) else None,
            len(handles),
            flows or None,
            FLOW_SIZE,
            count,
            verdicts or None,
            VERDICT_SIZE,
        )
        if status != _abi.ERROR_INVALID_INPUT:
            check(status, "batch")

    # From numbers to names

    def _tier_name(self, id: int) -> Optional[str]:
        if id not in self._tier_names:
            self._tier_names[id] = self.tier(id).name
        return self._tier_names[id]

    def _policy_label(self, id: int) -> Optional[str]:
        if id not in self._policy_labels:
            self._policy_labels[id] = self.policy(id).label
        return self._policy_labels[id]

    def _decision(self, raw: _abi.Decision) -> Optional[Decision]:
        if raw.action == Action.NONE:
            return None
        return Decision(
            action=Action(raw.action),
            stage=Stage(raw.stage),
            reason=Reason(raw.reason),
            tier=self._tier_name(raw.tier),
            policy=self._policy_label(raw.policy),
            rule=raw.rule,
            tier_id=None if raw.tier == _abi.NONE else raw.tier,
            policy_id=None if raw.policy == _abi.NONE else raw.policy,
        )

    def _verdict(self, raw: _abi.Verdict) -> Verdict:
        return Verdict(
            action=Action(raw.action),
            reason=Reason(raw.reason),
            decided_by=Stage(raw.decided_by),
            depends_on=Depends(raw.depends_on),
            egress=self._decision(raw.egress),
            ingress=self._decision(raw.ingress),
        )

    def _step(self, raw: _abi.Step) -> Step:
        return Step(
            stage=Stage(raw.stage),
            action=Action(raw.action),
            certain=bool(raw.certain),
            tier=self._tier_name(raw.tier),
            policy=self._policy_label(raw.policy),
            rule=raw.rule,
            depends_on=Depends(raw.depends_on),
        )


def _reopen(compiled: bytes, diagnostics: Diagnostics) -> Ruleset:
    """What pickle makes of a ruleset."""
    return Ruleset(open_bytes(compiled), diagnostics)


def _several(names: Iterable[str]) -> Iterable[str]:
    if isinstance(names, str):
        raise TypeError("removed is a str, expected several of them")
    return names


def _until_not_found(get: Callable[[int], _Item]) -> Iterator[_Item]:
    """Ids run from 0 without gaps."""
    for id in itertools.count():
        try:
            yield get(id)
        except NotFoundError:
            return


def _id(id: int) -> int:
    """An id as ctypes takes it, which would cut a larger number to size."""
    return id if 0 <= id < _abi.NONE else _abi.NONE


def flow_dtype() -> numpy.dtype[numpy.void]:
    """The dtype of flows for ``evaluate_batch()``. Set source_endpoint and destination_endpoint to
    0xffffffff where they are not known, and in given the bits GIVEN_... of what is. Needs numpy."""
    kind: Any = _optional.needed("numpy", "flow_dtype()").dtype(_abi.Flow)
    return kind  # type: ignore[no-any-return]


def verdict_dtype() -> numpy.dtype[numpy.void]:
    """The dtype of verdicts, for ``out`` of ``evaluate_batch()``. Needs numpy."""
    kind: Any = _optional.needed("numpy", "verdict_dtype()").dtype(_abi.Verdict)
    return kind  # type: ignore[no-any-return]
