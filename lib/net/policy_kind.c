/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of policy kinds.
 */
#include "net/policy_kind.h"

static const struct cp_policy_kind_info kinds[CP_KIND_COUNT] = {
    [CP_KIND_NETWORK_POLICY] = {"NetworkPolicy", "np", "CalicoNetworkPolicy", "NetworkPolicy",
                                false, true},
    [CP_KIND_GLOBAL_NETWORK_POLICY] = {"GlobalNetworkPolicy", "gnp", "GlobalNetworkPolicy",
                                       "GlobalNetworkPolicy", false, false},
    [CP_KIND_STAGED_NETWORK_POLICY] = {"StagedNetworkPolicy", "snp", "StagedNetworkPolicy",
                                       "StagedNetworkPolicy", true, true},
    [CP_KIND_STAGED_GLOBAL_NETWORK_POLICY] = {"StagedGlobalNetworkPolicy", "sgnp",
                                              "StagedGlobalNetworkPolicy",
                                              "StagedGlobalNetworkPolicy", true, false},
    [CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY] = {"StagedKubernetesNetworkPolicy", "sknp",
                                                  "StagedKubernetesNetworkPolicy",
                                                  "StagedKubernetesNetworkPolicy", true, true},
    [CP_KIND_KUBERNETES_NETWORK_POLICY] = {"KubernetesNetworkPolicy", "knp", "NetworkPolicy",
                                           "NetworkPolicy", false, true},
    [CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY] = {"KubernetesClusterNetworkPolicy", "kcnp",
                                                   "ClusterNetworkPolicy", "ClusterNetworkPolicy",
                                                   false, false},
    [CP_KIND_KUBERNETES_ADMIN_NETWORK_POLICY] = {"KubernetesAdminNetworkPolicy", "kanp",
                                                 "AdminNetworkPolicy", "AdminNetworkPolicy", false,
                                                 false},
    [CP_KIND_KUBERNETES_BASELINE_ADMIN_NETWORK_POLICY] = {"KubernetesBaselineAdminNetworkPolicy",
                                                          "kbanp", "BaselineAdminNetworkPolicy",
                                                          "BaselineAdminNetworkPolicy", false,
                                                          false},
    [CP_KIND_PROFILE] = {"Profile", "pro", "Profile", "Profile", false, false},
};

const struct cp_policy_kind_info *cp_policy_kind_info(enum cp_policy_kind kind)
{
    return &kinds[kind];
}
