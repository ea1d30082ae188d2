/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reasons in words.
 */
#include "render/reasons.h"

const char *cp_reason_text(enum calpol_reason reason)
{
    static const char *const texts[] = {
        [CALPOL_REASON_NONE] = "",
        [CALPOL_REASON_SAME_ENDPOINT] = "a workload that talks to itself stays in its own network "
                                        "namespace: no policy is asked",
        [CALPOL_REASON_HOST_TO_OWN_WORKLOAD] =
            "a node always reaches its own workloads: the dataplane bypasses policy, whatever it "
            "says",
        [CALPOL_REASON_LOOPBACK] = "traffic of a node to itself is not policed",
        [CALPOL_REASON_NO_ENDPOINT] = "neither end is an endpoint that Calico polices",
        [CALPOL_REASON_CONNTRACK_ESTABLISHED] =
            "the packet belongs to a connection that was accepted before: policy is asked for new "
            "connections only",
        [CALPOL_REASON_CONNTRACK_RELATED] =
            "the packet is related to a connection that was accepted before: policy is asked for "
            "new connections only",
        [CALPOL_REASON_CONNTRACK_INVALID] = "connection tracking finds the packet invalid",
        [CALPOL_REASON_FAILSAFE] =
            "a failsafe port: open on host endpoints before any policy is asked",
        [CALPOL_REASON_ACCEPTED_EARLY] = "untracked or pre-DNAT policy has accepted it already",
        [CALPOL_REASON_NO_FORWARD_POLICY] =
            "no applyOnForward policy governs forwarded traffic of this host endpoint",
        [CALPOL_REASON_FORWARD_PASS] = "every tier of applyOnForward policy passes it on",
        [CALPOL_REASON_ENDPOINT_TO_HOST_DROP] =
            "a workload to its own node: option endpoint_to_host_action is Drop",
        [CALPOL_REASON_ENDPOINT_TO_HOST_ACCEPT] =
            "a workload to its own node: option endpoint_to_host_action is Accept",
        [CALPOL_REASON_ENDPOINT_TO_HOST_RETURN] =
            "a workload to its own node: option endpoint_to_host_action is Return, so the host's "
            "own "
            "firewall decides, which is not looked at",
        [CALPOL_REASON_ICMPV6_NEIGHBOUR] =
            "neighbour discovery between a workload and its node is always allowed",
        [CALPOL_REASON_OWN_NODE] =
            "a NetworkPolicy never blocks the traffic of a pod to its own node",
        [CALPOL_REASON_NO_BACKENDS] =
            "the Service has no backend: the connection is refused, whatever policy says",
    };

    return reason < sizeof(texts) / sizeof(texts[0]) ? texts[reason] : "";
}
