# SPDX-License-Identifier: Apache-2.0
"""The slow models of reference/, asked many questions about one cluster."""
import copy

import compare
from reference import calpol_ref, k8s_ref


class CalicoModel:
    """evaluation.md, on one cluster."""

    def __init__(self, cluster):
        self.options = cluster["options"]
        self.model = calpol_ref.Model(docs=cluster["documents"], options=self.options)

    def ask(self, flow, options):
        return calpol_ref.ask(self.model, flow, {**self.options, **options})

    @staticmethod
    def differences(expected, found):
        """Lines on what calpol's answer has wrong."""
        return compare.differences(compare.plain_result(expected), compare.plain_result(found))

    @staticmethod
    def expectation(expected):
        """A result in the form that vectors have: partial, with stages by name."""
        if "error" in expected:
            return expected
        expectation = {key: expected.get(key) for key in ("verdict", "decided_by", "reason")}
        for key in ("egress", "ingress"):
            expectation[key] = compare.partial_stage(expected[key])
        expectation["stages"] = {stage["stage"]: compare.partial_stage(stage)
                                 for stage in reversed(expected["stages"])}
        if expected["verdict"] == "unknown":
            expectation["depends_on"] = expected["depends_on"]
        return expectation


class KubernetesModel:
    """Upstream semantics, on one cluster. It knows verdicts, and the policies that may be named."""

    def __init__(self, cluster):
        self.world = k8s_ref.load_objects(copy.deepcopy(cluster["documents"]))

    def ask(self, flow, options):
        del options  # has none
        return k8s_ref.evaluate(self.world, flow)

    def differences(self, expected, found):
        """Lines on what calpol's answer has wrong."""
        for key in ("error", "verdict"):
            if expected.get(key) != found.get(key):
                return ["%s: expected %s, calpol says %s" % (key, expected.get(key) or expected,
                                                             found.get(key) or found)]
        if "error" in expected:
            return []
        if expected.get("reason") == "no-backends":
            return [] if found["reason"] == "no-backends" else ["reason: expected no-backends"]
        pairs = list(zip(expected.get("legs") or [expected], found.get("legs") or [found]))
        if len(expected.get("legs", ())) != len(found.get("legs", ())):
            return ["legs: expected %d, calpol says %d" % (len(expected.get("legs", ())),
                                                           len(found.get("legs", ())))]
        return [line for pair in pairs for line in self.leg_differences(*pair)]

    @staticmethod
    def leg_differences(expected, found):
        lines = []
        for direction in ("egress", "ingress"):
            why = k8s_ref.same_direction(expected[direction], found[direction], found["reason"])
            if why:
                # There the model is taken for what is asked and calpol for what is expected.
                lines.append("%s: the model says: %s (of calpol)" % (direction, why))
        backend = found.get("dnat")
        if backend and not expected["dst_on_host"] and (backend["destination"], backend.get("destination_port")) != (
                expected["dst"], expected["dst_port"]):
            lines.append("dnat: expected %s port %s, calpol says %s" % (
                expected["dst"], expected["dst_port"], backend))
        return lines

    @staticmethod
    def expectation(expected):
        return {"error": expected["error"]} if "error" in expected else {
            "verdict": expected["verdict"]}
