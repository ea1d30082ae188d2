/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The other resources as read: tiers, profiles, namespaces, service accounts, nodes, services and
 * their backends, configuration.
 */
#ifndef CP_RESOURCE_CLUSTER_H
#define CP_RESOURCE_CLUSTER_H

#include "resource/endpoint.h"
#include "resource/rule.h"

struct cp_tier_spec {
    struct cp_metadata metadata;
    bool has_order;
    double order;
    uint8_t default_action; /* CALPOL_ACTION_DENY or CALPOL_ACTION_PASS */
};

struct cp_profile_spec {
    struct cp_metadata metadata;
    struct cp_rules_spec ingress;
    struct cp_rules_spec egress;
    struct cp_pairs labels_to_apply;
};

/* Namespace and ServiceAccount: only metadata counts. */
struct cp_labelled_spec {
    struct cp_metadata metadata;
};

struct cp_node_spec {
    struct cp_metadata metadata;
    CP_ARRAY(struct calpol_address) addresses; /* InternalIP and ExternalIP, as listed */
};

struct cp_service_port {
    struct cp_text name;
    uint8_t protocol;
    uint16_t port;
    uint16_t node_port;   /* 0: none */
    uint16_t target_port; /* 0: by name */
    struct cp_text target_name;
};

struct cp_service_object {
    struct cp_metadata metadata;
    bool headless, external_name;
    bool publish_not_ready;
    bool has_selector;
    struct cp_pairs selector;
    CP_ARRAY(struct calpol_address) cluster_ips;
    CP_ARRAY(struct calpol_address) external_ips; /* externalIPs and load balancer addresses */
    CP_ARRAY(struct cp_service_port) ports;
};

struct cp_slice_port {
    struct cp_text name;
    uint8_t protocol;
    bool has_number;
    uint16_t port;
};

struct cp_slice_endpoint {
    CP_ARRAY(struct calpol_address) addresses;
    bool not_ready;
    struct cp_text target_namespace, target_name; /* targetRef of kind Pod; empty: none */
};

/* EndpointSlice, or one subset of an Endpoints object. */
struct cp_slice_spec {
    struct cp_metadata metadata;
    struct cp_text service; /* name; empty: belongs to none */
    bool from_endpoints;    /* legacy: does not serve rules' services (EV-90) */
    bool names_hosts;       /* addressType FQDN: matches nothing */
    CP_ARRAY(struct cp_slice_port) ports;
    CP_ARRAY(struct cp_slice_endpoint) endpoints;
};

enum cp_host_action { CP_HOST_DROP, CP_HOST_ACCEPT, CP_HOST_RETURN };

struct cp_failsafe {
    uint8_t protocol;
    uint16_t port;
    bool has_net;
    struct cp_prefix net;
};

/* FelixConfiguration "default" or "node.NAME" (EV-195). */
struct cp_felix_spec {
    struct cp_metadata metadata;
    struct cp_text node; /* empty: "default" */
    bool has_host_action;
    enum cp_host_action host_action;
    bool has_inbound, has_outbound; /* the list was present, perhaps empty */
    CP_ARRAY(struct cp_failsafe) inbound;
    CP_ARRAY(struct cp_failsafe) outbound;
};

#endif
