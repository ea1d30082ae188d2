# SPDX-License-Identifier: Apache-2.0
"""The C interface, mirrored: structs, flags and prototypes.

To bind another function, add its row to FUNCTIONS; another struct, its class and its row in STRUCTS.
bind() compares the sizes with those of the library, and a test compares names and numbers with the
headers.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    POINTER,
    c_char_p,
    c_double,
    c_int,
    c_int32,
    c_size_t,
    c_uint8,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any, Dict, Tuple, Type

NONE = 0xFFFFFFFF  # "none" for ids
HANDLE_BASE = 0x80000000  # the first place of a table of handles, as an id of an endpoint

OK = 0
ERROR_NO_MEMORY = -1
ERROR_INVALID_ARGUMENT = -2
ERROR_INVALID_INPUT = -3
ERROR_NOT_FOUND = -4
ERROR_LIMIT = -5
ERROR_IO = -6
ERROR_ABI = -7

LOAD_LENIENT = 1 << 0
LOAD_STRICT_OSS = 1 << 1
LOAD_RAW_DEFAULTS = 1 << 2
LOAD_TIERS_REQUIRED = 1 << 3
LOAD_TIER_PREFIX_REQUIRED = 1 << 4
LOAD_LINT = 1 << 5
LOAD_NO_PROGRAMS = 1 << 6
LOAD_UPDATABLE = 1 << 7

GIVEN_PROTOCOL = 1 << 0
GIVEN_SOURCE_PORT = 1 << 1
GIVEN_DESTINATION_PORT = 1 << 2
GIVEN_ICMP_TYPE = 1 << 3
GIVEN_ICMP_CODE = 1 << 4
GIVEN_NO_HTTP = 1 << 5
GIVEN_NO_DOMAINS = 1 << 6
GIVEN_ERROR = 1 << 30

COLUMN_SOURCE = 1
COLUMN_DESTINATION = 2
COLUMN_PROTOCOL = 3


class Allocator(ctypes.Structure):
    _fields_ = [
        ("allocate", c_void_p),
        ("resize", c_void_p),
        ("release", c_void_p),
        ("context", c_void_p),
    ]


class LoadOptions(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_size_t),
        ("allocator", POINTER(Allocator)),
        ("max_bytes", c_uint64),
        ("max_total_bytes", c_uint64),
        ("max_depth", c_uint32),
        ("max_nodes", c_uint32),
        ("max_diagnostics", c_uint32),
        ("flags", c_uint32),
        ("dialect", c_uint32),
        ("max_program_megabytes", c_uint32),
        ("max_memory_megabytes", c_uint32),
        ("reserved", c_uint32 * 5),
    ]


class Diagnostic(ctypes.Structure):
    _fields_ = [
        ("code", c_uint32),
        ("severity", c_uint32),
        ("line", c_uint32),
        ("column", c_uint32),
        ("name", c_char_p),
        ("source", c_char_p),
        ("resource", c_char_p),
        ("path", c_char_p),
        ("message", c_char_p),
        ("excerpt", c_char_p),
        ("excerpt_column", c_uint32),
        ("reserved", c_uint32),
    ]


class Address(ctypes.Structure):
    _fields_ = [
        ("family", c_uint8),
        ("reserved", c_uint8 * 3),
        ("bytes", c_uint8 * 16),
    ]


class Flow(ctypes.Structure):
    _fields_ = [
        ("given", c_uint32),
        ("source_endpoint", c_uint32),
        ("destination_endpoint", c_uint32),
        ("source_address", Address),
        ("destination_address", Address),
        ("source_port", c_uint16),
        ("destination_port", c_uint16),
        ("protocol", c_uint8),
        ("icmp_type", c_uint8),
        ("icmp_code", c_uint8),
        ("state", c_uint8),
        ("reserved", c_uint32 * 4),
    ]


class Decision(ctypes.Structure):
    _fields_ = [
        ("action", c_uint8),
        ("reason", c_uint8),
        ("stage", c_uint16),
        ("tier", c_uint32),
        ("policy", c_uint32),
        ("rule", c_int32),
    ]


class Verdict(ctypes.Structure):
    _fields_ = [
        ("action", c_uint8),
        ("reason", c_uint8),
        ("decided_by", c_uint16),
        ("depends_on", c_uint32),
        ("reserved", c_uint32 * 2),
        ("egress", Decision),
        ("ingress", Decision),
    ]


class Step(ctypes.Structure):
    _fields_ = [
        ("stage", c_uint16),
        ("action", c_uint8),
        ("certain", c_uint8),
        ("tier", c_uint32),
        ("policy", c_uint32),
        ("rule", c_int32),
        ("depends_on", c_uint32),
        ("reserved", c_uint32 * 2),
    ]


class PolicyInfo(ctypes.Structure):
    _fields_ = [
        ("label", c_char_p),
        ("kind", c_char_p),
        ("namespace_name", c_char_p),
        ("name", c_char_p),
        ("source", c_char_p),
        ("line", c_uint32),
        ("tier", c_uint32),
        ("order", c_double),
        ("ingress_count", c_uint32),
        ("egress_count", c_uint32),
        ("staged", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class EndpointInfo(ctypes.Structure):
    _fields_ = [
        ("reference", c_char_p),
        ("namespace_name", c_char_p),
        ("name", c_char_p),
        ("node", c_char_p),
        ("source", c_char_p),
        ("line", c_uint32),
        ("address_count", c_uint32),
        ("is_host", c_uint32),
        ("reserved", c_uint32),
    ]


class TierInfo(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("order", c_double),
        ("default_action", c_uint32),
        ("policy_count", c_uint32),
        ("declared", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class Counts(ctypes.Structure):
    _fields_ = [
        ("tiers", c_uint32),
        ("policies", c_uint32),
        ("rules", c_uint32),
        ("endpoints", c_uint32),
        ("network_sets", c_uint32),
        ("namespaces", c_uint32),
        ("services", c_uint32),
        ("nodes", c_uint32),
        ("selectors", c_uint32),
        ("label_sets", c_uint32),
        ("bytes", c_uint64),
        ("dialect", c_uint32),
        ("programs", c_uint32),
        ("programs_left_out", c_uint32),
        ("reserved", c_uint32 * 3),
    ]


class EndpointPort(ctypes.Structure):
    _fields_ = [
        ("name", c_char_p),
        ("port", c_uint16),
        ("protocol", c_uint8),
        ("reserved", c_uint8 * 5),
    ]


class EndpointSpec(ctypes.Structure):
    _fields_ = [
        ("namespace_name", c_char_p),
        ("name", c_char_p),
        ("service_account", c_char_p),
        ("node", c_char_p),
        ("label_keys", POINTER(c_char_p)),
        ("label_values", POINTER(c_char_p)),
        ("addresses", POINTER(Address)),
        ("ports", POINTER(EndpointPort)),
        ("profiles", POINTER(c_char_p)),
        ("label_count", c_uint32),
        ("address_count", c_uint32),
        ("port_count", c_uint32),
        ("profile_count", c_uint32),
        ("reserved", c_uint32 * 4),
    ]


# By their number in enum calpol_struct_id.
STRUCTS: Dict[int, Type[ctypes.Structure]] = {
    1: Allocator,
    2: LoadOptions,
    3: Diagnostic,
    4: Address,
    5: Flow,
    6: Decision,
    7: Verdict,
    8: Step,
    9: PolicyInfo,
    10: EndpointInfo,
    11: TierInfo,
    12: Counts,
    13: EndpointSpec,
    14: EndpointPort,
}

# Objects are handled by their address; texts come out as bytes.
HANDLE = c_void_p
OUT_HANDLE = POINTER(c_void_p)
OUT_ID = POINTER(c_uint32)
BUFFER = c_void_p

# Result, then arguments, in the order of lib/calpol.map.
FUNCTIONS: Dict[str, Tuple[Any, ...]] = {
    "calpol_action_name": (c_char_p, c_int),
    "calpol_address_parse": (c_int, c_char_p, POINTER(Address)),
    "calpol_code_meaning": (c_char_p, c_uint32),
    "calpol_code_name": (c_char_p, c_uint32),
    "calpol_code_severity": (c_int, c_uint32),
    "calpol_dependency_name": (c_char_p, c_uint32),
    "calpol_diagnostics_count": (c_size_t, HANDLE),
    "calpol_diagnostics_count_severity": (c_size_t, HANDLE, c_int),
    "calpol_diagnostics_free": (None, HANDLE),
    "calpol_diagnostics_get": (c_int, HANDLE, c_size_t, POINTER(Diagnostic), c_size_t),
    "calpol_diagnostics_resource_count": (c_size_t, HANDLE),
    "calpol_diagnostics_source": (c_char_p, HANDLE, c_size_t),
    "calpol_diagnostics_source_count": (c_size_t, HANDLE),
    "calpol_endpoint_free": (None, HANDLE),
    "calpol_endpoint_is_fast": (c_int, HANDLE),
    "calpol_endpoint_new": (c_int, HANDLE, POINTER(EndpointSpec), c_size_t, OUT_HANDLE),
    "calpol_evaluate": (c_int, HANDLE, POINTER(Flow), c_size_t, POINTER(Verdict), c_size_t),
    "calpol_evaluate_batch": (c_int, HANDLE, BUFFER, c_size_t, c_size_t, BUFFER, c_size_t),
    "calpol_evaluate_with": (
        c_int, HANDLE, BUFFER, c_size_t, BUFFER, c_size_t, c_size_t, BUFFER, c_size_t,
    ),
    "calpol_flow_error_name": (c_char_p, c_int),
    "calpol_flows_read_column": (
        c_int, HANDLE, c_int, BUFFER, BUFFER, BUFFER, c_size_t, BUFFER, c_size_t,
    ),
    "calpol_handle": (c_uint32, c_uint32),
    "calpol_is_compiled": (c_int, c_char_p, c_size_t),
    "calpol_load_options_init": (c_int, POINTER(LoadOptions), c_size_t),
    "calpol_loader_add_path": (c_int, HANDLE, c_char_p),
    "calpol_loader_add_text": (c_int, HANDLE, c_char_p, c_char_p, c_size_t),
    "calpol_loader_convert": (c_int, HANDLE, OUT_HANDLE, OUT_HANDLE),
    "calpol_loader_disable": (c_int, HANDLE, c_char_p),
    "calpol_loader_finish": (c_int, HANDLE, OUT_HANDLE, OUT_HANDLE),
    "calpol_loader_free": (None, HANDLE),
    "calpol_loader_new": (c_int, POINTER(LoadOptions), OUT_HANDLE),
    "calpol_loader_set_option": (c_int, HANDLE, c_char_p, c_char_p),
    "calpol_query_add_domain": (c_int, HANDLE, c_char_p),
    "calpol_query_error": (c_int, HANDLE),
    "calpol_query_error_text": (c_char_p, HANDLE),
    "calpol_query_evaluate": (c_int, HANDLE, POINTER(Verdict), c_size_t),
    "calpol_query_explain": (c_int, HANDLE, OUT_HANDLE),
    "calpol_query_explain_as": (c_int, HANDLE, c_uint32, OUT_HANDLE),
    "calpol_query_free": (None, HANDLE),
    "calpol_query_new": (c_int, HANDLE, OUT_HANDLE),
    "calpol_query_relabel": (c_int, HANDLE, c_char_p, c_char_p),
    "calpol_query_reset": (None, HANDLE),
    "calpol_query_set_destination": (c_int, HANDLE, c_char_p),
    "calpol_query_set_destination_port": (c_int, HANDLE, c_uint32),
    "calpol_query_set_flow": (c_int, HANDLE, c_char_p, c_size_t),
    "calpol_query_set_http": (c_int, HANDLE, c_char_p, c_char_p),
    "calpol_query_set_icmp": (c_int, HANDLE, c_int, c_int),
    "calpol_query_set_option": (c_int, HANDLE, c_char_p, c_char_p),
    "calpol_query_set_protocol": (c_int, HANDLE, c_char_p),
    "calpol_query_set_source": (c_int, HANDLE, c_char_p),
    "calpol_query_set_source_port": (c_int, HANDLE, c_uint32),
    "calpol_reason_name": (c_char_p, c_int),
    "calpol_ruleset_counts": (c_int, HANDLE, POINTER(Counts), c_size_t),
    "calpol_ruleset_endpoint": (c_int, HANDLE, c_uint32, POINTER(EndpointInfo), c_size_t),
    "calpol_ruleset_find_address": (c_int, HANDLE, POINTER(Address), OUT_ID),
    "calpol_ruleset_find_endpoint": (c_int, HANDLE, c_char_p, OUT_ID),
    "calpol_ruleset_open": (c_int, c_char_p, c_void_p, OUT_HANDLE, c_char_p, c_size_t),
    "calpol_ruleset_open_bytes": (
        c_int, c_char_p, c_size_t, c_void_p, OUT_HANDLE, c_char_p, c_size_t,
    ),
    "calpol_ruleset_policy": (c_int, HANDLE, c_uint32, POINTER(PolicyInfo), c_size_t),
    "calpol_ruleset_ref": (HANDLE, HANDLE),
    "calpol_ruleset_save": (c_int, HANDLE, c_char_p),
    "calpol_ruleset_suggest": (c_int, HANDLE, c_char_p, c_char_p, c_size_t),
    "calpol_ruleset_tier": (c_int, HANDLE, c_uint32, POINTER(TierInfo), c_size_t),
    "calpol_ruleset_unref": (None, HANDLE),
    "calpol_ruleset_update": (
        c_int, HANDLE, HANDLE, POINTER(c_char_p), c_size_t, OUT_HANDLE, OUT_HANDLE,
    ),
    "calpol_ruleset_write": (c_int, HANDLE, OUT_HANDLE),
    "calpol_stage_name": (c_char_p, c_int),
    "calpol_status_text": (c_char_p, c_int),
    "calpol_struct_size": (c_size_t, c_int),
    "calpol_text_free": (None, HANDLE),
    "calpol_text_length": (c_size_t, HANDLE),
    "calpol_text_string": (c_void_p, HANDLE),
    "calpol_trace_free": (None, HANDLE),
    "calpol_trace_get_step": (c_int, HANDLE, c_size_t, POINTER(Step), c_size_t),
    "calpol_trace_json": (c_char_p, HANDLE),
    "calpol_trace_step_count": (c_size_t, HANDLE),
    "calpol_trace_summary": (c_char_p, HANDLE),
    "calpol_trace_text": (c_char_p, HANDLE),
    "calpol_trace_verdict": (c_int, HANDLE, POINTER(Verdict), c_size_t),
    "calpol_version": (c_char_p,),
}


def bind(library: ctypes.CDLL) -> None:
    """Gives every function its prototype and compares the sizes of the structs.

    Raises ImportError if the library lacks a function or has a struct of another size.
    """
    for name, (result, *arguments) in FUNCTIONS.items():
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(f"{library._name} has no function {name}") from None
        function.restype = result
        function.argtypes = arguments
    for number, struct in STRUCTS.items():
        theirs = library.calpol_struct_size(number)
        if theirs != ctypes.sizeof(struct):
            raise ImportError(
                f"{library._name}: struct {struct.__name__} has {theirs} bytes, "
                f"this package expects {ctypes.sizeof(struct)}"
            )
