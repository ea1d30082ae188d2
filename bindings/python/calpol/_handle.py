# SPDX-License-Identifier: Apache-2.0
"""Endpoints that are in no input, by what is known of them."""

from __future__ import annotations

import ctypes
import ipaddress
import weakref
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Tuple,
    TypedDict,
    Union,
)

from . import _abi
from ._errors import OptionError, check, encode
from ._library import lib
from ._query import End, IPAddress, Words

if TYPE_CHECKING:
    from ._ruleset import Ruleset


class Port(NamedTuple):
    """A named port of an endpoint."""

    name: str
    port: int  #: 0 to 65535
    protocol: str = "TCP"  #: a name in any case


class Known(TypedDict, total=False):
    """What is known of an endpoint: the words of ``Ruleset.new_endpoint()``."""

    namespace: str
    name: str
    service_account: str
    node: Optional[str]
    labels: Mapping[str, str]
    addresses: Iterable[Union[str, IPAddress]]
    ports: Iterable[Union[Port, Tuple[str, int], Tuple[str, int, str]]]
    profiles: Optional[Iterable[str]]


def handle(index: int) -> int:
    """What stands for the endpoint at a place of ``endpoints`` of ``Ruleset.evaluate_batch()``, in the
    columns source and destination."""
    if not 0 <= index < _abi.NONE - _abi.HANDLE_BASE:
        raise ValueError(f"the place is {index}, which is out of range")
    return _abi.HANDLE_BASE + index


class EndpointHandle:
    """An endpoint that is in no input of a ruleset. ``Ruleset.new_endpoint()`` makes it.

    It never changes; any number of threads may use one at once. It keeps its ruleset alive, and is
    good for that one only.
    """

    def __init__(self, ruleset: Ruleset, known: Known) -> None:
        self._ruleset = ruleset
        spec, self._participant, self._addresses = _spec_of(ruleset, known)
        self._handle = ctypes.c_void_p()
        check(
            lib.calpol_endpoint_new(ruleset._handle, spec, ctypes.sizeof(spec), self._handle),
            "endpoint",
        )
        self._finalizer = weakref.finalize(self, lib.calpol_endpoint_free, self._handle)

    def __repr__(self) -> str:
        return f"<calpol.EndpointHandle: {self._participant}>"

    @property
    def is_fast(self) -> bool:
        """Are flows with it judged as fast as others? Answers are the same."""
        return bool(lib.calpol_endpoint_is_fast(self._handle))

    @property
    def addresses(self) -> Tuple[IPAddress, ...]:
        """Its addresses, in order."""
        return self._addresses

    def participant(self, ip_version: Optional[int] = None) -> Dict[str, Any]:
        """The same endpoint in the JSON form of flows, {"namespace": ..., "labels": ..., ...}.

        Args:
            ip_version: 4 or 6: with the first address of this family, if it has one. None: with that
                of the only family that it has.

        Raises:
            ValueError: ip_version is None, and there are addresses of both families.
        """
        families = {address.version for address in self._addresses}
        if ip_version is None and len(families) > 1:
            raise ValueError("the endpoint has addresses of both families: say ip_version")
        own = [a for a in self._addresses if ip_version in (None, a.version)]
        if families and not own:
            raise ValueError(f"the endpoint has no address of IPv{ip_version}")
        return {**self._participant, **({"ip": str(own[0])} if own else {})}


def handles_of(ruleset: Ruleset, endpoints: Iterable[EndpointHandle]) -> ctypes.Array[Any]:
    """The table of handles that the library takes."""
    found = list(endpoints)
    for place, endpoint in enumerate(found):
        if not isinstance(endpoint, EndpointHandle):
            raise TypeError(f"endpoints[{place}] is {type(endpoint).__name__}, no EndpointHandle")
        if endpoint._ruleset is not ruleset:
            raise ValueError(f"endpoints[{place}] is one of another ruleset")
    return (ctypes.c_void_p * len(found))(*(endpoint._handle.value for endpoint in found))


def described(ruleset: Ruleset, flow: Optional[Mapping[str, Any]], words: Words) -> Words:
    """The words of a flow with the JSON form of handles in place of them."""
    source, destination = words.get("source"), words.get("destination")
    if not isinstance(source, EndpointHandle) and not isinstance(destination, EndpointHandle):
        return words
    if source is destination:
        raise ValueError("source and destination are the same handle: ask evaluate_batch()")
    handles_of(ruleset, (end for end in (source, destination) if isinstance(end, EndpointHandle)))
    said = {**(flow or {}), **{name: value for name, value in words.items() if value is not None}}
    version = said.get("ip_version") or _version_of(said.get("source"), said.get("destination"))
    plain = words.copy()
    if isinstance(source, EndpointHandle):
        plain["source"] = source.participant(version)
    if isinstance(destination, EndpointHandle):
        plain["destination"] = destination.participant(version)
    return plain


def _version_of(source: Optional[End], destination: Optional[End]) -> Optional[int]:
    """Which family is the one (EV-14): the first of the destination's that the source has too, or
    the first of the only end that is given. None: that cannot be known here."""
    ours, theirs = _versions(source), _versions(destination)
    if source is None or destination is None:
        return next(iter(ours or theirs), None)
    return next((version for version in theirs if version in ours), None)


def _versions(end: Optional[End]) -> List[int]:
    """The families of an end in order, if that can be known here."""
    if isinstance(end, EndpointHandle):
        return [address.version for address in end.addresses]
    try:
        return [_address(end).version]  # type: ignore[arg-type]
    except ValueError:
        return []


# From words to the struct and to JSON


def _texts(texts: Iterable[str], what: str) -> ctypes.Array[Any]:
    encoded = [encode(text, what) for text in texts]
    return (ctypes.c_char_p * max(len(encoded), 1))(*encoded)


def _address(given: Union[str, IPAddress]) -> IPAddress:
    address = ipaddress.ip_address(given)
    mapped = getattr(address, "ipv4_mapped", None)
    return mapped if mapped is not None else address


def _raw_addresses(addresses: Iterable[IPAddress]) -> List[_abi.Address]:
    found = []
    for address in addresses:
        raw = _abi.Address(family=address.version)
        raw.bytes[: len(address.packed)] = address.packed
        found.append(raw)
    return found


def _raw_port(ruleset: Ruleset, port: Port) -> _abi.EndpointPort:
    if not 0 <= port.port <= 0xFFFF:
        raise OptionError(f"port {port.port} is out of range", _abi.ERROR_INVALID_ARGUMENT)
    flows = ruleset.flows({"protocol": [port.protocol]})
    if flows.column("given")[0] != _abi.GIVEN_PROTOCOL:
        raise OptionError(f'"{port.protocol}" is no protocol', _abi.ERROR_INVALID_INPUT)
    return _abi.EndpointPort(
        name=encode(port.name, "name of a port"),
        port=port.port,
        protocol=flows.column("protocol")[0],
    )


def _participant(known: Known, ports: List[Port]) -> Dict[str, Any]:
    """All but the address."""
    found: Dict[str, Any] = {
        "namespace": known.get("namespace", "default"),
        "labels": dict(known.get("labels", {})),
    }
    for name in ("service_account", "node"):
        value = known.get(name)
        if value is not None:
            found[name] = value
    if ports:
        found["ports"] = [port._asdict() for port in ports]
    profiles = known.get("profiles")
    if profiles is not None:
        found["profiles"] = list(profiles)
    return found


def _spec_of(
    ruleset: Ruleset, known: Known
) -> Tuple[_abi.EndpointSpec, Dict[str, Any], Tuple[IPAddress, ...]]:
    """The struct, which has references to all that it points to; the JSON form; the addresses."""
    unknown = sorted(known.keys() - Known.__annotations__.keys())
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    addresses = tuple(_address(given) for given in known.get("addresses", ()))
    ports = [Port(*given) for given in known.get("ports", ())]
    participant = _participant(known, ports)
    labels = participant["labels"]
    profiles = participant.get("profiles")
    raw_addresses = _raw_addresses(addresses)
    raw_ports = [_raw_port(ruleset, port) for port in ports]
    spec = _abi.EndpointSpec(
        label_keys=_texts(labels, "key of a label"),
        label_values=_texts(labels.values(), "value of a label"),
        addresses=(_abi.Address * len(raw_addresses))(*raw_addresses),
        ports=(_abi.EndpointPort * len(raw_ports))(*raw_ports),
        label_count=len(labels),
        address_count=len(raw_addresses),
        port_count=len(raw_ports),
    )
    for name in ("namespace", "name", "service_account", "node"):
        value = known.get(name)
        if value is not None:
            field = "namespace_name" if name == "namespace" else name
            setattr(spec, field, encode(value, name))  # type: ignore[arg-type]
    if profiles is not None:
        spec.profiles = _texts(profiles, "profile")
        spec.profile_count = len(profiles)
    return spec, participant, addresses
