# SPDX-License-Identifier: Apache-2.0
"""Answers, and the things that they name."""

from __future__ import annotations

import dataclasses
from typing import Any, Dict, Optional, Tuple

from ._codes import Action, Depends, Dialect, Reason, Stage


@dataclasses.dataclass(frozen=True)
class Tier:
    """A tier. Ids ascend in the order of evaluation."""

    id: int
    name: str
    order: float  #: infinity if it has none
    default_action: Action  #: DENY or PASS
    policy_count: int
    declared: bool  #: False: built in, or only named by a policy


@dataclasses.dataclass(frozen=True)
class Policy:
    """A policy or, if it has no tier, a profile."""

    id: int
    label: str  #: "np:shop/web", "gnp:deny", "pro:kns.shop"
    kind: str  #: "NetworkPolicy", "KubernetesNetworkPolicy", "Profile", ...
    namespace: str  #: "" for cluster-wide kinds
    name: str
    source: str  #: the file it came from; "" for what is implied
    line: int  #: of the resource, from 1; 0: not known
    tier: Optional[str]
    order: float  #: infinity if it has none
    ingress_count: int  #: rules, as expanded
    egress_count: int
    staged: bool


@dataclasses.dataclass(frozen=True)
class Endpoint:
    """A workload or host endpoint."""

    id: int  #: what the columns source and destination of ``Ruleset.flows()`` take
    reference: str  #: "pod:NS/NAME", "workloadendpoint:NS/NAME", "hostendpoint:NAME"
    namespace: str  #: "" for host endpoints
    name: str
    node: str  #: "" if not known
    source: str  #: the file it was declared in; "" if nowhere
    line: int  #: from 1; 0: not known
    address_count: int
    is_host: bool


@dataclasses.dataclass(frozen=True)
class Counts:
    """How much is in a ruleset."""

    tiers: int
    policies: int
    rules: int
    endpoints: int
    network_sets: int
    namespaces: int
    services: int
    nodes: int
    selectors: int  #: distinct ones, after combining
    label_sets: int  #: distinct ones
    bytes: int  #: memory taken
    dialect: Dialect  #: the one in force, never AUTO
    programs: int  #: that make evaluate_batch() fast
    programs_left_out: int  #: for want of memory, or because a rule cannot be said so


@dataclasses.dataclass(frozen=True)
class Decision:
    """The answer for one direction."""

    action: Action  #: ALLOW, DENY, UNKNOWN; MIXED for Services
    stage: Stage
    reason: Reason
    tier: Optional[str]  #: None: a profile decided, or no single rule
    policy: Optional[str]  #: its label, "np:shop/web"; None: no single rule
    rule: int  #: index in the policy's rules of that direction; -1: end of the tier, or no rule
    tier_id: Optional[int]
    policy_id: Optional[int]


@dataclasses.dataclass(frozen=True)
class Verdict:
    """The answer for a flow. Ask ``allowed`` or ``action``: a verdict is neither true nor false."""

    action: Action  #: ALLOW, DENY, UNKNOWN, MIXED; NONE only for bad flows of a batch
    reason: Reason  #: when no policy was walked
    decided_by: Stage  #: the first stage that definitely denies; NONE if none does
    depends_on: Depends  #: what an UNKNOWN hangs on
    egress: Optional[Decision]  #: of the source's endpoint; None: not policed
    ingress: Optional[Decision]  #: of the destination's endpoint; None: not policed

    @property
    def allowed(self) -> bool:
        """Is it certain that the flow passes? Not so if the action is UNKNOWN or MIXED."""
        return self.action == Action.ALLOW

    @property
    def denied(self) -> bool:
        """Is it certain that the flow does not pass?"""
        return self.action == Action.DENY

    def __bool__(self) -> bool:
        raise TypeError("a verdict is neither true nor false; ask verdict.allowed")


@dataclasses.dataclass(frozen=True)
class Step:
    """One step of the walk: a rule that was looked at, the end of a tier, a profile."""

    stage: Stage
    action: Action  #: NONE: the rule missed
    certain: bool  #: False: only on some branches, because something is unknown
    tier: Optional[str]  #: None for profiles
    policy: Optional[str]  #: its label
    rule: int  #: index; -1: end of tier, or no profile matched
    depends_on: Depends  #: of a rule that may match


@dataclasses.dataclass(frozen=True)
class Explanation:
    """A verdict with the walk that led to it."""

    verdict: Verdict
    summary: str  #: the verdict and what decided it, in a few lines
    text: str  #: the whole walk for people, and what would change the answer
    json: str  #: the result as one line of JSON
    data: Dict[str, Any] = dataclasses.field(repr=False, compare=False)  #: the same, parsed
    steps: Tuple[Step, ...] = dataclasses.field(repr=False)

    def __str__(self) -> str:
        return self.text
