# SPDX-License-Identifier: Apache-2.0
"""calpol: what Calico and Kubernetes network policies say to a flow.

    >>> import calpol
    >>> ruleset = calpol.load("policies/")
    >>> verdict = ruleset.evaluate(
    ...     source="shop/web", destination="203.0.113.9", protocol="TCP", destination_port=443)
    >>> verdict.allowed, verdict.egress.policy
    (False, 'np:shop/web')
    >>> print(ruleset.explain(source="shop/web", destination="203.0.113.9").text)

``load()`` makes a ``Ruleset``, which never changes and may be used by any number of threads; what
``Ruleset.save()`` wrote, ``open()`` has back in no time. ``Ruleset.evaluate()`` judges a flow,
``Ruleset.explain()`` tells why, ``Ruleset.evaluate_batch()`` judges tables of flows. What a flow does
not tell is unknown; where the answer hangs on it, the verdict is Action.UNKNOWN and names what it
depends on.
"""

from ._abi import (
    GIVEN_DESTINATION_PORT,
    GIVEN_ERROR,
    GIVEN_ICMP_CODE,
    GIVEN_ICMP_TYPE,
    GIVEN_NO_DOMAINS,
    GIVEN_NO_HTTP,
    GIVEN_PROTOCOL,
    GIVEN_SOURCE_PORT,
    NONE,
)
from ._codes import Action, Depends, Dialect, Reason, Severity, Stage, State
from ._diagnostics import Diagnostic, DiagnosticCode, Diagnostics, codes
from ._errors import CompiledError, Error, FlowError, LoadError, NotFoundError, OptionError
from ._handle import EndpointHandle, Port, handle
from ._library import VERSION as __version__
from ._library import lib as _lib
from ._load import Conversion, convert, load, open
from ._records import FlowArray, VerdictArray
from ._ruleset import Ruleset, flow_dtype, verdict_dtype
from ._verdict import Counts, Decision, Endpoint, Explanation, Policy, Step, Tier, Verdict

#: Version of the shared library in use.
library_version: str = _lib.calpol_version().decode()

__all__ = [
    "Action",
    "CompiledError",
    "Conversion",
    "Counts",
    "Decision",
    "Depends",
    "Diagnostic",
    "DiagnosticCode",
    "Diagnostics",
    "Dialect",
    "Endpoint",
    "EndpointHandle",
    "Error",
    "Explanation",
    "FlowArray",
    "FlowError",
    "GIVEN_DESTINATION_PORT",
    "GIVEN_ERROR",
    "GIVEN_ICMP_CODE",
    "GIVEN_ICMP_TYPE",
    "GIVEN_NO_DOMAINS",
    "GIVEN_NO_HTTP",
    "GIVEN_PROTOCOL",
    "GIVEN_SOURCE_PORT",
    "LoadError",
    "NONE",
    "NotFoundError",
    "OptionError",
    "Policy",
    "Port",
    "Reason",
    "Ruleset",
    "Severity",
    "Stage",
    "State",
    "Step",
    "Tier",
    "Verdict",
    "VerdictArray",
    "__version__",
    "codes",
    "convert",
    "flow_dtype",
    "handle",
    "library_version",
    "load",
    "open",
    "verdict_dtype",
]

for _name in __all__:  # they are called what users call them
    if isinstance(globals()[_name], type):
        globals()[_name].__module__ = "calpol"
