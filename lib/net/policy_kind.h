/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of policy that a verdict can name, and their spellings.
 */
#ifndef CP_NET_POLICY_KIND_H
#define CP_NET_POLICY_KIND_H

#include <stdbool.h>

enum cp_policy_kind {
    CP_KIND_NETWORK_POLICY,
    CP_KIND_GLOBAL_NETWORK_POLICY,
    CP_KIND_STAGED_NETWORK_POLICY,
    CP_KIND_STAGED_GLOBAL_NETWORK_POLICY,
    CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY,
    CP_KIND_KUBERNETES_NETWORK_POLICY,
    CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY,
    CP_KIND_KUBERNETES_ADMIN_NETWORK_POLICY,
    CP_KIND_KUBERNETES_BASELINE_ADMIN_NETWORK_POLICY,
    CP_KIND_PROFILE,
    CP_KIND_COUNT
};

struct cp_policy_kind_info {
    const char *name;       /* "KubernetesNetworkPolicy": sorts policies (EV-24) */
    const char *short_name; /* "knp" (EV-163) */
    const char *goldmane;   /* "NetworkPolicy" (EV-164) */
    const char *written;    /* kind in the file: "NetworkPolicy" */
    bool staged;
    bool namespaced;
};

const struct cp_policy_kind_info *cp_policy_kind_info(enum cp_policy_kind kind);

#endif
