# SPDX-License-Identifier: Apache-2.0
"""Whole results side by side."""

STAGE_KEYS = ("stage", "endpoint", "action", "tier", "policy", "rule_index", "reason")
STAGE_LISTS = ("possible", "depends_on", "flow_log", "logs", "structured")


def plain_entry(entry):
    """An entry of structured, without what only calpol tells."""
    return {key: value for key, value in entry.items()
            if key not in ("trigger_last", "trigger_first")}


def plain_stage(stage):
    """A stage with every key, absent ones as null or empty."""
    if stage is None:
        return None
    plain = {key: stage.get(key) for key in STAGE_KEYS}
    plain.update((key, stage.get(key) or []) for key in STAGE_LISTS)
    plain["structured"] = [plain_entry(entry) for entry in plain["structured"]]
    return plain


def partial_stage(stage):
    """What a vector says of a stage."""
    if stage is None:
        return None
    keys = ("action", "tier", "policy", "rule_index", "reason", "possible", "depends_on",
            "flow_log", "logs")
    return {key: stage[key] for key in keys if stage.get(key) is not None}


def plain_result(result):
    """A result reduced to what the specification lays down."""
    if "error" in result:
        return {"error": result["error"]}
    plain = {key: result.get(key) for key in ("verdict", "decided_by", "reason")}
    plain["depends_on"] = result.get("depends_on") or []
    plain["egress"], plain["ingress"] = plain_stage(result["egress"]), plain_stage(result["ingress"])
    plain["stages"] = [plain_stage(stage) for stage in result["stages"]]
    return plain


def differences(expected, found, path=""):
    """Lines that say where two plain values differ."""
    if expected == found:
        return []
    if not path and ("error" in expected or "error" in found):
        expected, found = expected.get("error"), found.get("error")
    if isinstance(expected, dict) and isinstance(found, dict):
        lines = []
        for key in sorted(set(expected) | set(found)):
            lines += differences(expected.get(key), found.get(key), path + "." + key)
        return lines
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        lines = []
        for index, pair in enumerate(zip(expected, found)):
            lines += differences(*pair, "%s[%d]" % (path, index))
        return lines
    if path == ".stages":
        expected, found = [[stage["stage"] for stage in stages] for stages in (expected, found)]
    return ["%s: expected %r, calpol says %r" % (path.lstrip("."), expected, found)]
