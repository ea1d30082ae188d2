/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow as evaluation sees it: participants found, family and addresses settled (evaluation.md,
 * chapters 1 and 2). resolve.h makes one; nothing is looked up by name afterwards.
 *
 * A flow is a plain value. Its texts belong to whoever owns the words it was made from, or to the
 * arena that it was resolved with.
 */
#ifndef CP_EVALUATE_FLOW_H
#define CP_EVALUATE_FLOW_H

#include "evaluate/words.h"
#include "ruleset/ruleset.h"

enum cp_party_kind {
    CP_PARTY_EXTERNAL, /* outside the cluster; also a network set as participant (EV-13) */
    CP_PARTY_WORKLOAD,
    CP_PARTY_HOST /* a node itself, pods on the host network included (EV-12) */
};

/* Where a participant's addresses come from while the flow does not say which it uses (EV-14). */
enum cp_addresses {
    CP_ADDRESSES_NONE,  /* nowhere: unless address is known it stays unknown */
    CP_ADDRESSES_OWNER, /* the nets of owner */
    CP_ADDRESSES_LIST   /* list: a node's addresses, a pod's on the host network, a Service's */
};

/* Source or destination. */
struct cp_party {
    enum cp_party_kind kind;
    uint32_t owner; /* a workload's own number in the world; the host endpoint, if the participant
                       was given as one; the network set, if it was given as one; else CP_NONE */
    uint32_t node;  /* number of its node; nodes that nobody declares have numbers behind those of
                       the ruleset; CP_NONE: not known, or outside */
    bool has_address;
    bool address_chosen; /* by EV-14, from addresses: the flow itself does not say */
    struct calpol_address address;
    struct cp_text interface_name; /* EV-120; empty: not given */
    enum cp_addresses addresses;
    const struct calpol_address *list;
    uint32_t list_count;
};

/* The destination before NAT (EV-8). */
struct cp_pre_dnat {
    bool present;
    enum cp_knowledge address_known; /* CP_ABSENT: the same as after; CP_UNKNOWN: nobody knows */
    bool has_port;                   /* false: the same as after */
    struct calpol_address address;
    uint16_t port;
};

/* What may rewrite the destination (kubernetes.md, section 9); see service.h. */
enum cp_rewrite {
    CP_REWRITE_NONE,    /* nothing: the flow is judged as it is */
    CP_REWRITE_ADDRESS, /* the destination's address is that of Services: K8-110, K8-118 */
    CP_REWRITE_NODE,    /* it is a node: nodePort and hostPort, K8-118, K8-119 */
    CP_REWRITE_SERVICE  /* the destination was given as "service:NS/NAME[:PORT]" */
};

struct cp_flow {
    struct cp_party source, destination;
    uint8_t family;       /* 4 or 6 (EV-7, EV-14) */
    uint8_t given_family; /* what the flow itself says: by ip_version or an address; 0: nothing */
    uint8_t state;        /* enum calpol_state */
    bool has_protocol, has_source_port, has_destination_port, has_icmp_type, has_icmp_code;
    uint8_t protocol, icmp_type, icmp_code;
    uint16_t source_port, destination_port;
    enum cp_knowledge http; /* CP_ABSENT: there is no HTTP information (EV-96) */
    bool has_method, has_path;
    bool path_valid; /* the path has a normal form; else no list of paths matches (EV-95) */
    struct cp_text method;
    struct cp_text path;       /* normalised */
    enum cp_knowledge domains; /* CP_UNKNOWN or CP_KNOWN, with no names too (EV-6) */
    const struct cp_text *domain_names;
    uint32_t domain_count;
    struct cp_pre_dnat pre_dnat;
    uint32_t entry_node; /* the node whose address the packet had before a nodePort or hostPort was
                            rewritten, plus 1: it passes through that node; 0: none */
    enum cp_rewrite rewrite;
    uint32_t service;      /* CP_REWRITE_SERVICE: its number */
    uint32_t service_port; /* its port as named in the reference; CP_NONE: by destination_port */
};

#endif
