/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The three kinds of admin policies, and what tells them apart (kubernetes.md 7, 8).
 */
#ifndef CP_RESOURCE_ADMIN_POLICY_H
#define CP_RESOURCE_ADMIN_POLICY_H

#include "resource/context.h"

struct cp_admin_action {
    const char *name;
    uint8_t action; /* enum calpol_action */
};

struct cp_admin_flavour {
    enum cp_policy_kind kind;
    const char *const *spec_names;         /* fields of spec */
    const struct cp_admin_action *actions; /* ends with name NULL */
    const char *action_names;              /* for messages */
    const char *ports_name;                /* "protocols" or "ports" */
    uint32_t limit;                        /* of rules, peers, ports */
    bool has_priority;
    bool has_tier;
    bool has_domain_names; /* as egress peers */
    bool is_v1alpha1;      /* pods need both selectors; the older form of ports */
};

/* Reads a "pods" subject or peer into its two selectors. */
void cp_admin_read_pods(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        const struct cp_admin_flavour *flavour,
                        struct cp_k8s_selector *namespace_selector,
                        struct cp_k8s_selector *pod_selector);

/* Reads a rule's list of peers into rule, whose action is known. *out_has_addresses tells whether
   networks, nodes or domain names are among them. */
void cp_admin_read_peers(struct cp_resource_reader *reader,
                         const struct cp_field *list,
                         const struct cp_admin_flavour *flavour,
                         bool is_egress,
                         struct cp_k8s_rule *rule,
                         bool *out_has_addresses);

/*
 * Reads a rule's list of ports into rule (K8-76, K8-77, K8-128); an absent list is any port.
 * *out_is_named tells whether a named port is among them.
 */
void cp_admin_read_ports(struct cp_resource_reader *reader,
                         const struct cp_field *list,
                         const struct cp_admin_flavour *flavour,
                         struct cp_k8s_rule *rule,
                         bool *out_is_named);

/* Warns of admin policies of both API versions in one input (K8-85). */
void cp_admin_policies_link(struct cp_resource_reader *reader);

#endif
