/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The readers of the kinds, named by the table in kinds.c; each is in the file of its kind. See
 * struct cp_kind for what they do.
 */
#ifndef CP_RESOURCE_READERS_H
#define CP_RESOURCE_READERS_H

#include "resource/context.h"

/* Calico's kinds (resources.md 6). */
void cp_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_global_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_staged_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_staged_global_network_policy_read(struct cp_resource_reader *reader,
                                          const struct cp_field *root);
void cp_tier_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_profile_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_network_set_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_host_endpoint_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_workload_endpoint_read(struct cp_resource_reader *reader, const struct cp_field *root);
bool cp_workload_endpoint_name(struct cp_resource_reader *reader,
                               const struct cp_field *root,
                               struct cp_text *out_name);

/* Calico's configuration, read for a few fields only. */
void cp_felix_configuration_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_kube_controllers_configuration_read(struct cp_resource_reader *reader,
                                            const struct cp_field *root);

/* Kubernetes policies (kubernetes.md 3, 7, 8; resources.md 6.5). */
void cp_k8s_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_staged_k8s_network_policy_read(struct cp_resource_reader *reader,
                                       const struct cp_field *root);
void cp_cluster_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_admin_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_baseline_admin_network_policy_read(struct cp_resource_reader *reader,
                                           const struct cp_field *root);

/* The other Kubernetes kinds (kubernetes.md 4, 5, 9). */
void cp_pod_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_workload_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_namespace_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_service_account_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_node_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_service_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_endpoints_read(struct cp_resource_reader *reader, const struct cp_field *root);
void cp_endpoint_slice_read(struct cp_resource_reader *reader, const struct cp_field *root);

#endif
