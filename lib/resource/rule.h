/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule as read, in Calico's terms: of a Calico policy or profile, or converted from a Kubernetes
 * policy. Everything is checked, defaulted and masked; nothing is combined yet.
 */
#ifndef CP_RESOURCE_RULE_H
#define CP_RESOURCE_RULE_H

#include "net/prefix.h"
#include "resource/metadata.h"
#include "selector/selector.h"

/* A selector field: given is false for an absent or empty text (selectors.md 4.2). tree is never
   NULL when given, except where lenient loading left the whole policy out. */
struct cp_selector_field {
    bool given;
    struct cp_text text; /* as written; its data is NULL if there is no field */
    const struct cp_selector *tree;
};

/* One entry of ports: a range, or a name. */
struct cp_port_spec {
    bool named;
    uint16_t first, last;
    struct cp_text name;
};

/* A protocol; by_name matters for ICMP and ICMPv6 (EV-73) and for printing. */
struct cp_protocol_spec {
    bool given;
    bool by_name;
    uint8_t number;
};

/* icmp or notICMP. Values beyond 255 are possible in lenient loading and match nothing. */
struct cp_icmp_spec {
    bool given;
    bool has_type, has_code;
    int32_t type, code;
};

struct cp_service_spec {
    bool given;
    struct cp_text name;
    struct cp_text namespace_name; /* the policy's own namespace if none was written */
};

struct cp_http_path_spec {
    bool is_prefix;
    struct cp_text path;
};

/* source or destination. */
struct cp_entity_spec {
    CP_ARRAY(struct cp_prefix) nets;
    CP_ARRAY(struct cp_prefix) not_nets;
    CP_ARRAY(struct cp_port_spec) ports;
    CP_ARRAY(struct cp_port_spec) not_ports;
    struct cp_selector_field selector;
    struct cp_selector_field not_selector;
    struct cp_selector_field namespace_selector;
    bool service_accounts_given;
    struct cp_texts service_account_names;
    struct cp_selector_field service_account_selector;
    struct cp_service_spec service;
    struct cp_texts domains;
    bool matches_nothing; /* a nodes peer without nodes (K8-99): no address fits */
    bool nets_are_nodes;  /* nets are the addresses of nodes (K8-99): no pod has one */
};

struct cp_rule_spec {
    uint8_t action;     /* enum calpol_action: ALLOW, DENY, PASS, LOG */
    uint8_t ip_version; /* 4, 6; 0: both */
    struct cp_protocol_spec protocol;
    struct cp_protocol_spec not_protocol;
    struct cp_icmp_spec icmp;
    struct cp_icmp_spec not_icmp;
    struct cp_entity_spec source;
    struct cp_entity_spec destination;
    bool http_given;
    struct cp_texts http_methods;
    CP_ARRAY(struct cp_http_path_spec) http_paths;
    struct cp_pairs annotations;
    uint32_t written_rule; /* index in the resource as written (source_rule) */
    uint32_t written_peer; /* of a converted rule: which of the peers there */
    struct cp_origin origin;
};

struct cp_rules_spec {
    CP_ARRAY(struct cp_rule_spec) items;
};

/* Reads ingress or egress of a Calico policy or profile (resources.md 5). */
void cp_read_rules(struct cp_resource_reader *reader,
                   const struct cp_field *list,
                   bool is_ingress,
                   struct cp_rules_spec *out_rules);

#endif
