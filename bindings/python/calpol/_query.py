# SPDX-License-Identifier: Apache-2.0
"""One question about a ruleset in words."""

from __future__ import annotations

import ctypes
import ipaddress
import json
import operator
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    Iterator,
    Mapping,
    Optional,
    Tuple,
    TypedDict,
    Union,
)

from . import _abi
from ._errors import FlowError, check, decode, encode
from ._library import lib

if TYPE_CHECKING:
    from ._handle import EndpointHandle

IPAddress = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
IP_ADDRESS_TYPES = (ipaddress.IPv4Address, ipaddress.IPv6Address)

#: One end of a flow: an address, a reference, the JSON form of a participant, or a handle.
End = Union[str, IPAddress, Mapping[str, Any], "EndpointHandle"]


class Words(TypedDict, total=False):
    """What can be said about a flow. ``None`` is the same as not given: not known."""

    #: An address, as text or as an object of ipaddress; a reference, "pod:NS/NAME",
    #: "workloadendpoint:NS/NAME", "hostendpoint:NAME", "node:NAME", "networkset:NS/NAME",
    #: "globalnetworkset:NAME", in short "NS/NAME"; or a participant in JSON form,
    #: {"namespace": "shop", "labels": {"app": "web"}}; or what new_endpoint() made.
    source: Optional[End]
    #: Likewise, and "service:NS/NAME:PORT".
    destination: Optional[End]
    #: A name in any case, or a number from 1 to 255.
    protocol: Union[str, int, None]
    #: 0 to 65535.
    source_port: Optional[int]
    #: 0 to 65535.
    destination_port: Optional[int]
    #: A type, a pair (type, code), or {"type": ..., "code": ...}; each 0 to 255.
    icmp: Union[int, Tuple[int, int], Mapping[str, int], None]
    #: {"method": ..., "path": ...}, each optional. False: there is no HTTP information.
    http: Union[Mapping[str, str], bool, None]
    #: The names that the client resolved to the destination; empty: there are none.
    domains: Optional[Iterable[str]]
    #: "new" (if not given), "established", "related", "invalid".
    state: Optional[str]
    #: 4 or 6.
    ip_version: Optional[int]
    #: The destination before NAT, {"ip": ..., "port": ...}, each optional.
    pre_dnat: Optional[Mapping[str, Any]]
    #: Labels to set, or with None to remove, by the reference of an endpoint or network set:
    #: answers as if they had been so.
    relabel: Optional[Mapping[str, Mapping[str, Optional[str]]]]
    #: Options of evaluation for this flow only.
    options: Optional[Mapping[str, str]]


ENDS = ("source", "destination")

# What is said by calls of its own; the rest goes into the JSON form.
CALLS = (*ENDS, "domains", "relabel", "options")


def check_names(words: Words) -> None:
    unknown = sorted(words.keys() - Words.__annotations__.keys())
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")


def flow_fields(flow: Optional[Mapping[str, Any]], words: Words) -> Dict[str, Any]:
    """The JSON form of a flow: what the words say replaces what flow says."""
    fields = dict(flow or {})
    for name, value in words.items():
        if name in ENDS and value is not None:
            fields.pop(name, None)
        if value is not None and (name not in CALLS or name in ENDS and isinstance(value, Mapping)):
            fields[name] = value
    http, icmp = words.get("http"), words.get("icmp")
    if http is True:
        raise TypeError("http is True, expected a mapping, or False: there is no HTTP information")
    if http is False:
        fields["http"] = None
    if isinstance(icmp, tuple):
        fields["icmp"] = {"type": icmp[0], "code": icmp[1]}
    elif icmp is not None and not isinstance(icmp, Mapping):
        fields["icmp"] = {"type": icmp}
    return fields


def _plain(value: Any) -> Union[str, int]:
    """What JSON has no form for: addresses, and integers that are no int, such as numpy's."""
    return str(value) if isinstance(value, IP_ADDRESS_TYPES) else operator.index(value)


class Query:
    """A query of the library's, freed at the end of a with statement."""

    def __init__(self, ruleset: ctypes.c_void_p) -> None:
        self._handle = ctypes.c_void_p()
        check(lib.calpol_query_new(ruleset, self._handle), "query")

    def __enter__(self) -> Query:
        return self

    def __exit__(self, *_: object) -> None:
        lib.calpol_query_free(self._handle)

    def _check(self, status: int) -> None:
        """Raises what the library says about the call."""
        if status == _abi.OK:
            return
        error = lib.calpol_query_error(self._handle)
        if error and status in (_abi.ERROR_INVALID_INPUT, _abi.ERROR_NOT_FOUND):
            text = decode(lib.calpol_query_error_text(self._handle))
            raise FlowError(text, status, decode(lib.calpol_flow_error_name(error)))
        check(status)

    def set(self, flow: Optional[Mapping[str, Any]], words: Words) -> None:
        """Sets everything: options, labels, then the flow."""
        check_names(words)
        self._set_options(words.get("options") or {})
        self._relabel(words.get("relabel") or {})
        text = json.dumps(flow_fields(flow, words), default=_plain).encode()
        self._check(lib.calpol_query_set_flow(self._handle, text, len(text)))
        source, destination = words.get("source"), words.get("destination")
        if source is not None and not isinstance(source, Mapping):
            self._check(lib.calpol_query_set_source(self._handle, _reference(source)))
        if destination is not None and not isinstance(destination, Mapping):
            self._check(lib.calpol_query_set_destination(self._handle, _reference(destination)))
        domains = words.get("domains")
        if domains is not None:
            self._set_domains(domains)

    def _set_options(self, options: Mapping[str, str]) -> None:
        for name, value in options.items():
            self._check(
                lib.calpol_query_set_option(
                    self._handle, encode(name, "option"), encode(value, f"option {name}")
                )
            )

    def _relabel(self, changes: Mapping[str, Mapping[str, Optional[str]]]) -> None:
        for reference, labels in changes.items():
            for key, value in labels.items():
                change = f"{key}-" if value is None else f"{key}={value}"
                self._check(
                    lib.calpol_query_relabel(
                        self._handle, encode(reference, "reference"), encode(change, "label")
                    )
                )

    def _set_domains(self, domains: Iterable[str]) -> None:
        if isinstance(domains, str):
            raise TypeError("domains is a str, expected several of them")
        self._check(lib.calpol_query_add_domain(self._handle, None))
        for domain in domains:
            self._check(lib.calpol_query_add_domain(self._handle, encode(domain, "domain")))

    def evaluate(self) -> _abi.Verdict:
        verdict = _abi.Verdict()
        self._check(lib.calpol_query_evaluate(self._handle, verdict, ctypes.sizeof(verdict)))
        return verdict

    def explain(self) -> Trace:
        handle = ctypes.c_void_p()
        status = lib.calpol_query_explain(self._handle, handle)
        if status != _abi.OK:  # there may be a trace that says so
            lib.calpol_trace_free(handle)
        self._check(status)
        return Trace(handle)


def _reference(end: Any) -> bytes:
    return str(end).encode() if isinstance(end, IP_ADDRESS_TYPES) else encode(end, "an end")


class Trace:
    """A trace of the library's, freed at the end of a with statement."""

    def __init__(self, handle: ctypes.c_void_p) -> None:
        self._handle = handle

    def __enter__(self) -> Trace:
        return self

    def __exit__(self, *_: object) -> None:
        lib.calpol_trace_free(self._handle)

    def verdict(self) -> _abi.Verdict:
        verdict = _abi.Verdict()
        check(lib.calpol_trace_verdict(self._handle, verdict, ctypes.sizeof(verdict)))
        return verdict

    def steps(self) -> Iterator[_abi.Step]:
        for index in range(lib.calpol_trace_step_count(self._handle)):
            step = _abi.Step()
            check(lib.calpol_trace_get_step(self._handle, index, step, ctypes.sizeof(step)))
            yield step

    def text(self) -> str:
        return decode(lib.calpol_trace_text(self._handle))

    def summary(self) -> str:
        return decode(lib.calpol_trace_summary(self._handle))

    def json(self) -> str:
        return decode(lib.calpol_trace_json(self._handle))
