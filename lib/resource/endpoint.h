/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints and network sets as read: who owns addresses and labels.
 */
#ifndef CP_RESOURCE_ENDPOINT_H
#define CP_RESOURCE_ENDPOINT_H

#include "net/prefix.h"
#include "resource/metadata.h"

/* A named port of an endpoint; ports without a name are kept for hostPort and Services. */
struct cp_endpoint_port {
    struct cp_text name; /* empty: none */
    uint8_t protocol;    /* TCP, UDP, SCTP */
    uint16_t port;
    uint16_t host_port; /* 0: none */
    bool sidecar;       /* of a container, or of an init container that keeps running (K8-111) */
    struct calpol_address host_ip; /* of a WorkloadEndpoint, for printing only; family 0: none */
};

/* Of a WorkloadEndpoint, for printing only. */
struct cp_nat_spec {
    struct calpol_address internal_ip, external_ip;
};

enum cp_workload_source { CP_WORKLOAD_POD, CP_WORKLOAD_ENDPOINT, CP_WORKLOAD_TEMPLATE };

/* A Pod, a WorkloadEndpoint, or a pod made from a workload's template. Labels are those written;
   the reserved ones are compile/'s business (EV-17, K8-46). */
struct cp_workload_spec {
    struct cp_metadata metadata;
    enum cp_workload_source source;
    struct cp_text node;            /* empty: none */
    struct cp_text orchestrator;    /* "k8s" for pods */
    struct cp_text service_account; /* empty: none (WorkloadEndpoints only) */
    struct cp_texts profiles;       /* WorkloadEndpoints only; pods' are implied */
    CP_ARRAY(struct calpol_address) addresses;
    CP_ARRAY(struct cp_endpoint_port) ports;
    struct cp_text interface_name;
    bool host_network;
    bool finished;                                  /* EV-12, K8-54, K8-55 */
    bool deleting;                                  /* has a deletionTimestamp (K8-113) */
    bool not_ready;                                 /* condition Ready is not True (K8-113) */
    CP_ARRAY(struct calpol_address) host_addresses; /* status.hostIPs: its node's */
    struct cp_text owner_kind, owner_name;          /* controller owner reference; empty: none */
    /* WorkloadEndpoint fields without a part in evaluation, kept for printing. */
    struct cp_text workload, pod, endpoint, container_id, mac;
    CP_ARRAY(struct cp_prefix) networks;
    CP_ARRAY(struct cp_nat_spec) nats;
    struct calpol_address ipv4_gateway, ipv6_gateway; /* family 0: none */
    CP_ARRAY(struct cp_prefix) spoofed;               /* allowSpoofedSourcePrefixes */
};

struct cp_host_endpoint_spec {
    struct cp_metadata metadata;
    struct cp_text node;
    struct cp_text interface_name; /* "*": wildcard; empty: none */
    CP_ARRAY(struct calpol_address) expected_ips;
    struct cp_texts profiles;
    CP_ARRAY(struct cp_endpoint_port) ports;
};

/* NetworkSet (with a namespace) or GlobalNetworkSet. */
struct cp_network_set_spec {
    struct cp_metadata metadata;
    CP_ARRAY(struct cp_prefix) nets; /* masked */
    struct cp_texts domains;         /* allowedEgressDomains */
};

#endif
