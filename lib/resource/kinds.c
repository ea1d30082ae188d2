/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kinds, and what an apiVersion and a kind make of a document (resources.md 3.2,
 * K8-43).
 */
#include "resource/kinds.h"

#include "resource/readers.h"

#define CALICO "projectcalico.org"
#define CALICO_RAW "crd.projectcalico.org"
#define ADMIN "policy.networking.k8s.io"

#define CLUSTER_FLAGS (CP_KIND_STRICT | CP_KIND_STRICT_METADATA)
#define NAMESPACED_FLAGS (CLUSTER_FLAGS | CP_KIND_NAMESPACED)

#define ROW_COUNT(table) ((uint32_t)(sizeof(table) / sizeof((table)[0])))

/* A workload template (kubernetes.md 5). Where the API group is gone, its version is that of the
   group which has the kind now. */
#define WORKLOAD(group, kind, version, old_versions)                                               \
    {                                                                                              \
        group, kind, kind, version, old_versions, CP_NAME_SUBDOMAIN, CP_KIND_NAMESPACED,           \
            cp_workload_read, NULL                                                                 \
    }

static const struct cp_kind kinds[] = {
    {CALICO, "NetworkPolicy", "CalicoNetworkPolicy", "v3", NULL, CP_NAME_NAMESPACED_POLICY,
     NAMESPACED_FLAGS | CP_KIND_TIERED, cp_network_policy_read, NULL},
    {CALICO, "GlobalNetworkPolicy", "GlobalNetworkPolicy", "v3", NULL, CP_NAME_POLICY,
     CLUSTER_FLAGS | CP_KIND_TIERED, cp_global_network_policy_read, NULL},
    {CALICO, "StagedNetworkPolicy", "StagedNetworkPolicy", "v3", NULL, CP_NAME_NAMESPACED_POLICY,
     NAMESPACED_FLAGS | CP_KIND_TIERED, cp_staged_network_policy_read, NULL},
    {CALICO, "StagedGlobalNetworkPolicy", "StagedGlobalNetworkPolicy", "v3", NULL, CP_NAME_POLICY,
     CLUSTER_FLAGS | CP_KIND_TIERED, cp_staged_global_network_policy_read, NULL},
    {CALICO, "Tier", "Tier", "v3", NULL, CP_NAME_LABEL, CLUSTER_FLAGS, cp_tier_read, NULL},
    {CALICO, "NetworkSet", "NetworkSet", "v3", NULL, CP_NAME_SUBDOMAIN, NAMESPACED_FLAGS,
     cp_network_set_read, NULL},
    {CALICO, "GlobalNetworkSet", "GlobalNetworkSet", "v3", NULL, CP_NAME_SUBDOMAIN, CLUSTER_FLAGS,
     cp_network_set_read, NULL},
    {CALICO, "Profile", "Profile", "v3", NULL, CP_NAME_SUBDOMAIN, CLUSTER_FLAGS, cp_profile_read,
     NULL},
    {CALICO, "HostEndpoint", "HostEndpoint", "v3", NULL, CP_NAME_SUBDOMAIN, CLUSTER_FLAGS,
     cp_host_endpoint_read, NULL},
    {CALICO, "WorkloadEndpoint", "WorkloadEndpoint", "v3", NULL, CP_NAME_SUBDOMAIN,
     NAMESPACED_FLAGS, cp_workload_endpoint_read, cp_workload_endpoint_name},
    {CALICO, "FelixConfiguration", "FelixConfiguration", "v3", NULL, CP_NAME_ANY, 0,
     cp_felix_configuration_read, NULL},
    {CALICO, "KubeControllersConfiguration", "KubeControllersConfiguration", "v3", NULL,
     CP_NAME_ANY, 0, cp_kube_controllers_configuration_read, NULL},
    {CALICO, "StagedKubernetesNetworkPolicy", "StagedKubernetesNetworkPolicy", "v3", NULL,
     CP_NAME_SUBDOMAIN, NAMESPACED_FLAGS, cp_staged_k8s_network_policy_read, NULL},

    {"networking.k8s.io", "NetworkPolicy", "NetworkPolicy", "v1", NULL, CP_NAME_SUBDOMAIN,
     CP_KIND_STRICT | CP_KIND_NAMESPACED, cp_k8s_network_policy_read, NULL},
    {"extensions", "NetworkPolicy", "NetworkPolicy", "networking.k8s.io/v1", "v1beta1",
     CP_NAME_SUBDOMAIN, CP_KIND_STRICT | CP_KIND_NAMESPACED, cp_k8s_network_policy_read, NULL},
    {ADMIN, "ClusterNetworkPolicy", "ClusterNetworkPolicy", "v1alpha2", NULL, CP_NAME_SUBDOMAIN,
     CP_KIND_STRICT, cp_cluster_network_policy_read, NULL},
    {ADMIN, "AdminNetworkPolicy", "AdminNetworkPolicy", "v1alpha1", NULL, CP_NAME_SUBDOMAIN,
     CP_KIND_STRICT, cp_admin_network_policy_read, NULL},
    {ADMIN, "BaselineAdminNetworkPolicy", "BaselineAdminNetworkPolicy", "v1alpha1", NULL,
     CP_NAME_SUBDOMAIN, CP_KIND_STRICT, cp_baseline_admin_network_policy_read, NULL},

    {"", "Pod", "Pod", "v1", NULL, CP_NAME_SUBDOMAIN, CP_KIND_NAMESPACED, cp_pod_read, NULL},
    {"", "Namespace", "Namespace", "v1", NULL, CP_NAME_LABEL, 0, cp_namespace_read, NULL},
    {"", "ServiceAccount", "ServiceAccount", "v1", NULL, CP_NAME_SUBDOMAIN, CP_KIND_NAMESPACED,
     cp_service_account_read, NULL},
    {"", "Node", "Node", "v1", NULL, CP_NAME_SUBDOMAIN, 0, cp_node_read, NULL},
    {"", "Service", "Service", "v1", NULL, CP_NAME_SUBDOMAIN, CP_KIND_NAMESPACED, cp_service_read,
     NULL},
    {"", "Endpoints", "Endpoints", "v1", NULL, CP_NAME_SUBDOMAIN, CP_KIND_NAMESPACED,
     cp_endpoints_read, NULL},
    {"discovery.k8s.io", "EndpointSlice", "EndpointSlice", "v1", "v1beta1", CP_NAME_SUBDOMAIN,
     CP_KIND_NAMESPACED, cp_endpoint_slice_read, NULL},

    WORKLOAD("apps", "Deployment", "v1", "v1beta1 v1beta2"),
    WORKLOAD("apps", "StatefulSet", "v1", "v1beta1 v1beta2"),
    WORKLOAD("apps", "DaemonSet", "v1", "v1beta2"),
    WORKLOAD("apps", "ReplicaSet", "v1", "v1beta2"),
    WORKLOAD("extensions", "Deployment", "apps/v1", "v1beta1"),
    WORKLOAD("extensions", "DaemonSet", "apps/v1", "v1beta1"),
    WORKLOAD("extensions", "ReplicaSet", "apps/v1", "v1beta1"),
    WORKLOAD("", "ReplicationController", "v1", NULL),
    WORKLOAD("batch", "Job", "v1", "v1beta1"),
    WORKLOAD("batch", "CronJob", "v1", "v1beta1 v2alpha1"),
};

/* Calico's kinds without a part in policy. */
static const char *const ignored_kinds[] = {
    "BGPConfiguration",
    "BGPFilter",
    "BGPPeer",
    "BlockAffinity",
    "CalicoNodeStatus",
    "ClusterInformation",
    "IPAMBlock",
    "IPAMConfig",
    "IPAMConfiguration",
    "IPAMHandle",
    "IPPool",
    "IPReservation",
    "Node",
};

/* Kinds of the file format of Calico v2, which shares its apiVersion with Kubernetes. */
static const char *const legacy_kinds[] = {
    "policy", "profile", "hostEndpoint", "workloadEndpoint", "tier", "ipPool", "bgpPeer", "node",
};

static bool is_listed(const char *const *names, uint32_t name_count, struct cp_text name)
{
    for (uint32_t i = 0; i < name_count; i++) {
        if (cp_text_is(name, names[i]))
            return true;
    }
    return false;
}

/* Is a word among those in a text, separated by blanks? */
static bool has_word(const char *words, struct cp_text word)
{
    struct cp_text rest = cp_text_from(words);

    while (rest.length) {
        size_t end = cp_text_find_byte(rest, ' ');

        if (cp_text_equal(cp_text_first(rest, end), word))
            return true;
        rest = cp_text_from_byte(rest, end == SIZE_MAX ? end : end + 1);
    }
    return false;
}

/* "apps/v1" is group "apps", version "v1"; "v1" is the group without a name. */
static void split(struct cp_text api_version,
                  struct cp_text *out_group,
                  struct cp_text *out_version)
{
    size_t end = api_version.length;

    while (end > 0 && api_version.data[end - 1] != '/')
        end--;
    *out_group = cp_text_first(api_version, end ? end - 1 : 0);
    *out_version = cp_text_from_byte(api_version, end);
}

bool cp_api_is_calico(struct cp_text api_version)
{
    struct cp_text group, version;

    split(api_version, &group, &version);
    return cp_text_is(group, CALICO) || cp_text_is(group, CALICO_RAW);
}

bool cp_api_is_raw(struct cp_text api_version)
{
    struct cp_text group, version;

    split(api_version, &group, &version);
    return cp_text_is(group, CALICO_RAW);
}

static enum cp_kind_status find_calico(struct cp_text api_version,
                                       struct cp_text kind,
                                       const struct cp_kind **out_kind)
{
    if (!cp_text_is(api_version, CALICO "/v3") && !cp_text_is(api_version, CALICO_RAW "/v1"))
        return CP_KIND_UNKNOWN_VERSION;
    for (uint32_t i = 0; i < ROW_COUNT(kinds); i++) {
        if (strcmp(kinds[i].group, CALICO) == 0 && cp_text_is(kind, kinds[i].kind)) {
            *out_kind = &kinds[i];
            return CP_KIND_READ;
        }
    }
    return is_listed(ignored_kinds, ROW_COUNT(ignored_kinds), kind) ? CP_KIND_IGNORED
                                                                    : CP_KIND_UNKNOWN;
}

enum cp_kind_status cp_kind_find(struct cp_text api_version,
                                 struct cp_text kind,
                                 const struct cp_kind **out_kind)
{
    struct cp_text group, version;

    if (cp_api_is_calico(api_version))
        return find_calico(api_version, kind, out_kind);
    split(api_version, &group, &version);
    for (uint32_t i = 0; i < ROW_COUNT(kinds); i++) {
        if (!cp_text_is(kind, kinds[i].kind) || !cp_text_is(group, kinds[i].group))
            continue;
        *out_kind = &kinds[i];
        if (cp_text_is(version, kinds[i].version))
            return CP_KIND_READ;
        return has_word(kinds[i].old_versions, version) ? CP_KIND_READ_OLD
                                                        : CP_KIND_UNKNOWN_VERSION;
    }
    if (cp_text_is(api_version, "v1") && is_listed(legacy_kinds, ROW_COUNT(legacy_kinds), kind))
        return CP_KIND_LEGACY;
    return CP_KIND_IGNORED;
}

const char *cp_kind_nearest(struct cp_text kind)
{
    const char *names[ROW_COUNT(kinds) + ROW_COUNT(ignored_kinds) + 1];
    uint32_t name_count = 0;

    for (uint32_t i = 0; i < ROW_COUNT(kinds); i++) {
        if (strcmp(kinds[i].group, CALICO) == 0)
            names[name_count++] = kinds[i].kind;
    }
    for (uint32_t i = 0; i < ROW_COUNT(ignored_kinds); i++)
        names[name_count++] = ignored_kinds[i];
    names[name_count] = NULL;
    return cp_nearest_name(kind, names);
}

const struct cp_kind *cp_kind_table(uint32_t *out_count)
{
    *out_count = ROW_COUNT(kinds);
    return kinds;
}
