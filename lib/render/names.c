/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables of names.
 */
#include "render/names.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const actions[] = {
    [CALPOL_ACTION_NONE] = "none",   [CALPOL_ACTION_ALLOW] = "allow",
    [CALPOL_ACTION_DENY] = "deny",   [CALPOL_ACTION_PASS] = "pass",
    [CALPOL_ACTION_LOG] = "log",     [CALPOL_ACTION_UNKNOWN] = "unknown",
    [CALPOL_ACTION_MIXED] = "mixed",
};

static const char *const stages[] = {
    [CALPOL_STAGE_NONE] = "",
    [CALPOL_STAGE_WORKLOAD_EGRESS] = "workload-egress",
    [CALPOL_STAGE_WORKLOAD_INGRESS] = "workload-ingress",
    [CALPOL_STAGE_HOST_EGRESS] = "host-egress",
    [CALPOL_STAGE_HOST_INGRESS] = "host-ingress",
    [CALPOL_STAGE_FORWARD_EGRESS] = "forward-egress",
    [CALPOL_STAGE_FORWARD_INGRESS] = "forward-ingress",
    [CALPOL_STAGE_PREDNAT_INGRESS] = "prednat-ingress",
    [CALPOL_STAGE_UNTRACKED_EGRESS] = "untracked-egress",
    [CALPOL_STAGE_UNTRACKED_INGRESS] = "untracked-ingress",
    [CALPOL_STAGE_TO_HOST] = "to-host",
    [CALPOL_STAGE_HOST_TO_WORKLOAD] = "host-to-workload",
    [CALPOL_STAGE_LOOPBACK] = "loopback",
    [CALPOL_STAGE_SAME_ENDPOINT] = "same-endpoint",
};

/* EV-167, K8-52, K8-113. */
static const char *const reasons[] = {
    [CALPOL_REASON_NONE] = "",
    [CALPOL_REASON_SAME_ENDPOINT] = "same-endpoint",
    [CALPOL_REASON_HOST_TO_OWN_WORKLOAD] = "host-to-own-workload",
    [CALPOL_REASON_LOOPBACK] = "loopback",
    [CALPOL_REASON_NO_ENDPOINT] = "no-endpoint",
    [CALPOL_REASON_CONNTRACK_ESTABLISHED] = "conntrack-established",
    [CALPOL_REASON_CONNTRACK_RELATED] = "conntrack-related",
    [CALPOL_REASON_CONNTRACK_INVALID] = "conntrack-invalid",
    [CALPOL_REASON_FAILSAFE] = "failsafe",
    [CALPOL_REASON_ACCEPTED_EARLY] = "accepted-early",
    [CALPOL_REASON_NO_FORWARD_POLICY] = "no-forward-policy",
    [CALPOL_REASON_FORWARD_PASS] = "forward-pass",
    [CALPOL_REASON_ENDPOINT_TO_HOST_DROP] = "endpoint-to-host-drop",
    [CALPOL_REASON_ENDPOINT_TO_HOST_ACCEPT] = "endpoint-to-host-accept",
    [CALPOL_REASON_ENDPOINT_TO_HOST_RETURN] = "endpoint-to-host-return",
    [CALPOL_REASON_ICMPV6_NEIGHBOUR] = "icmpv6-neighbour",
    [CALPOL_REASON_OWN_NODE] = "own-node",
    [CALPOL_REASON_NO_BACKENDS] = "no-backends",
};

static const char *const flow_errors[] = {
    [CALPOL_FLOW_OK] = "",
    [CALPOL_FLOW_UNKNOWN_REF] = "unknown-ref",
    [CALPOL_FLOW_ENDPOINT_FINISHED] = "endpoint-finished",
    [CALPOL_FLOW_UNKNOWN_PROTOCOL] = "unknown-protocol",
    [CALPOL_FLOW_BAD_PORT] = "bad-port",
    [CALPOL_FLOW_BAD_HTTP_PATH] = "bad-http-path",
    [CALPOL_FLOW_MIXED_IP_VERSIONS] = "mixed-ip-versions",
    [CALPOL_FLOW_BAD_ADDRESS] = "bad-address",
    [CALPOL_FLOW_BAD_FIELD] = "bad-field",
    [CALPOL_FLOW_BAD_JSON] = "bad-json",
    [CALPOL_FLOW_BAD_OPTION] = "bad-option",
};

/* EV-150, in byte order. */
static const struct {
    const char *name;
    uint32_t bit;
} dependencies[] = {
    {"destination.domains", CALPOL_DEPENDS_DESTINATION_DOMAINS},
    {"destination.interface", CALPOL_DEPENDS_DESTINATION_INTERFACE},
    {"destination.ip", CALPOL_DEPENDS_DESTINATION_IP},
    {"destination_port", CALPOL_DEPENDS_DESTINATION_PORT},
    {"http.method", CALPOL_DEPENDS_HTTP_METHOD},
    {"http.path", CALPOL_DEPENDS_HTTP_PATH},
    {"icmp", CALPOL_DEPENDS_ICMP},
    {"protocol", CALPOL_DEPENDS_PROTOCOL},
    {"source.interface", CALPOL_DEPENDS_SOURCE_INTERFACE},
    {"source.ip", CALPOL_DEPENDS_SOURCE_IP},
    {"source_port", CALPOL_DEPENDS_SOURCE_PORT},
};

static const char *name_of(const char *const *names, size_t count, int number)
{
    return number >= 0 && (size_t)number < count ? names[number] : "unknown";
}

const char *cp_action_name(int action)
{
    return name_of(actions, COUNT_OF(actions), action);
}

const char *cp_stage_name(int stage)
{
    return name_of(stages, COUNT_OF(stages), stage);
}

const char *cp_reason_name(int reason)
{
    return name_of(reasons, COUNT_OF(reasons), reason);
}

const char *cp_flow_error_name(int error)
{
    return name_of(flow_errors, COUNT_OF(flow_errors), error);
}

const char *cp_dependency_name(unsigned index, uint32_t *out_bit)
{
    if (index >= COUNT_OF(dependencies))
        return NULL;
    *out_bit = dependencies[index].bit;
    return dependencies[index].name;
}
