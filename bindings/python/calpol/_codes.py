# SPDX-License-Identifier: Apache-2.0
"""Numbers of the C interface with their names.

Values may be added in any release of the library. A number that this package does not know yet
becomes a member all the same, called CODE_<number>, so that a newer library does no harm.
"""

from __future__ import annotations

import enum
from typing import Any

from ._library import lib


class Code(enum.IntEnum):
    """An integer with a name: ``str()`` gives the name as in the JSON form, "workload-egress"."""

    @classmethod
    def _missing_(cls, value: object) -> Any:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = f"CODE_{value}"
        member._value_ = value
        return member

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")

    def __format__(self, specification: str) -> str:
        return format(str(self), specification)


class Action(Code):
    """What happens to a flow, or what a rule says."""

    NONE = 0  #: no policy was asked; of a whole flow: it was bad, and got no verdict
    ALLOW = 1
    DENY = 2
    PASS = 3  #: steps only
    LOG = 4  #: steps only
    UNKNOWN = 5  #: depends on something that the flow does not tell
    MIXED = 6  #: a Service's backends have different verdicts


class Stage(Code):
    """Where policy is asked."""

    NONE = 0
    WORKLOAD_EGRESS = 1
    WORKLOAD_INGRESS = 2
    HOST_EGRESS = 3
    HOST_INGRESS = 4
    FORWARD_EGRESS = 5
    FORWARD_INGRESS = 6
    PREDNAT_INGRESS = 7
    UNTRACKED_EGRESS = 8
    UNTRACKED_INGRESS = 9
    TO_HOST = 10
    HOST_TO_WORKLOAD = 11
    LOOPBACK = 12
    SAME_ENDPOINT = 13


class Reason(Code):
    """Why an answer came about without a rule."""

    NONE = 0  #: a rule, a profile or the end of a tier decided
    SAME_ENDPOINT = 1
    HOST_TO_OWN_WORKLOAD = 2
    LOOPBACK = 3
    NO_ENDPOINT = 4
    CONNTRACK_ESTABLISHED = 5
    CONNTRACK_RELATED = 6
    CONNTRACK_INVALID = 7
    FAILSAFE = 8
    ACCEPTED_EARLY = 9
    NO_FORWARD_POLICY = 10
    FORWARD_PASS = 11
    ENDPOINT_TO_HOST_DROP = 12
    ENDPOINT_TO_HOST_ACCEPT = 13
    ENDPOINT_TO_HOST_RETURN = 14
    ICMPV6_NEIGHBOUR = 15
    OWN_NODE = 16
    NO_BACKENDS = 17


class Severity(Code):
    """How grave a diagnostic is. Errors make a load fail."""

    NOTE = 1
    WARNING = 2
    ERROR = 3


class State(Code):
    """States of connection tracking."""

    NEW = 0
    ESTABLISHED = 1
    RELATED = 2
    INVALID = 3


class Dialect(Code):
    """Whose reading of Kubernetes objects is followed where Calico departs from Kubernetes."""

    AUTO = 0  #: Calico's if any Calico object is in the input, else Kubernetes' own
    UPSTREAM = 1
    CALICO = 2


class Depends(enum.IntFlag):
    """What an unknown answer depends on, as a set of bits; ``str()`` lists the names, with commas."""

    PROTOCOL = 1 << 0
    SOURCE_PORT = 1 << 1
    DESTINATION_PORT = 1 << 2
    SOURCE_IP = 1 << 3
    DESTINATION_IP = 1 << 4
    ICMP = 1 << 5
    HTTP_METHOD = 1 << 6
    HTTP_PATH = 1 << 7
    DESTINATION_DOMAINS = 1 << 8
    SOURCE_INTERFACE = 1 << 9
    DESTINATION_INTERFACE = 1 << 10

    def __str__(self) -> str:
        bits = (1 << position for position in range(int(self).bit_length()))
        return ", ".join(lib.calpol_dependency_name(bit).decode() for bit in bits if self & bit)
