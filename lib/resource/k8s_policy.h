/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes policies as read: NetworkPolicy, AdminNetworkPolicy, BaselineAdminNetworkPolicy,
 * ClusterNetworkPolicy, and Calico's StagedKubernetesNetworkPolicy, in the terms they are written
 * in. compile/ makes Calico policies of them (kubernetes.md, section 6), once nodes and dialect are
 * known.
 */
#ifndef CP_RESOURCE_K8S_POLICY_H
#define CP_RESOURCE_K8S_POLICY_H

#include "resource/policy.h"

enum cp_k8s_operator {
    CP_OPERATOR_IN,
    CP_OPERATOR_NOT_IN,
    CP_OPERATOR_EXISTS,
    CP_OPERATOR_NOT_EXISTS
};

struct cp_k8s_expression {
    struct cp_text key;
    enum cp_k8s_operator operator_;
    struct cp_texts values;
};

struct cp_k8s_selector {
    bool given; /* present, perhaps empty */
    struct cp_pairs match_labels;
    CP_ARRAY(struct cp_k8s_expression) expressions;
};

/* One peer; exactly one of the groups of fields is set, networks are masked. */
struct cp_k8s_peer {
    struct cp_k8s_selector pod_selector;       /* of "pods" in admin policies */
    struct cp_k8s_selector namespace_selector; /* also the "namespaces" of admin policies */
    bool has_block;
    struct cp_prefix block;
    CP_ARRAY(struct cp_prefix) except;
    CP_ARRAY(struct cp_prefix) networks;
    struct cp_k8s_selector nodes;
    struct cp_texts domain_names;
};

/* One port entry: protocol 0 is "none given" for named ports of admin policies. */
struct cp_k8s_port {
    uint8_t protocol;
    bool any_port; /* no port: the whole protocol */
    struct cp_port_spec port;
};

struct cp_k8s_rule {
    struct cp_text name; /* admin policies; may be empty */
    uint8_t action;      /* NetworkPolicy: ALLOW. NONE: unknown, of a broken rule only */
    CP_ARRAY(struct cp_k8s_peer) peers;
    CP_ARRAY(struct cp_k8s_port) ports;
    bool broken; /* has a problem (lenient loads only): not to be taken at its word, dropped or
                    failed closed as a whole (K8-100, K8-130) */
    struct cp_origin origin;
};

struct cp_k8s_rules {
    CP_ARRAY(struct cp_k8s_rule) items;
};

struct cp_k8s_policy_spec {
    struct cp_metadata metadata;
    enum cp_policy_kind kind;
    struct cp_k8s_selector pod_selector;       /* NetworkPolicy; "pods" subject of admin policies */
    struct cp_k8s_selector namespace_selector; /* subject of admin policies, both forms */
    uint8_t types;                             /* NetworkPolicy: CP_TYPE_..., defaults filled in */
    bool egress_first;                         /* policyTypes were written [Egress, Ingress] */
    bool baseline;                             /* ClusterNetworkPolicy: tier Baseline */
    double priority;                           /* admin policies */
    enum cp_staged_action staged_action;
    struct cp_k8s_rules ingress;
    struct cp_k8s_rules egress;
};

#endif
