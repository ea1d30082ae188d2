/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that was loaded, by kind, in the order of the input, with replaced objects gone.
 */
#ifndef CP_RESOURCE_COLLECTION_H
#define CP_RESOURCE_COLLECTION_H

#include "base/hash.h"
#include "resource/cluster.h"
#include "resource/k8s_policy.h"
#include "resource/policy.h"
#include "resource/workload.h"

struct cp_kind;

/* One object of the input, for telling repeats (resources.md 3.4). */
struct cp_object {
    const struct cp_kind *kind;
    struct cp_text namespace_name, name;
    struct cp_place place; /* of its name */
    bool replaced;         /* a later one has its identity, or it was removed by an update */
    bool is_calico;        /* of one of Calico's groups */
    bool is_admin_v1alpha1;
};

struct cp_collection {
    CP_ARRAY(struct cp_policy_spec *) policies;         /* Calico's own, staged ones included */
    CP_ARRAY(struct cp_k8s_policy_spec *) k8s_policies; /* as written; compile/ converts */
    CP_ARRAY(struct cp_tier_spec *) tiers;
    CP_ARRAY(struct cp_profile_spec *) profiles;
    CP_ARRAY(struct cp_workload_spec *) workloads;
    CP_ARRAY(struct cp_template_spec *) templates;
    CP_ARRAY(struct cp_host_endpoint_spec *) host_endpoints;
    CP_ARRAY(struct cp_network_set_spec *) network_sets;
    CP_ARRAY(struct cp_labelled_spec *) namespaces;
    CP_ARRAY(struct cp_labelled_spec *) service_accounts;
    CP_ARRAY(struct cp_node_spec *) nodes;
    CP_ARRAY(struct cp_service_object *) services;
    CP_ARRAY(struct cp_slice_spec *) slices;
    CP_ARRAY(struct cp_felix_spec *) felix;
    bool auto_host_endpoints;           /* a KubeControllersConfiguration enables them (K8-132) */
    uint32_t auto_host_object;          /* that configuration, as an object */
    bool has_calico;                    /* some object of a Calico group was in the input (K8-3) */
    bool has_admin_v1alpha1;            /* the tiers of K8-7 for them exist */
    CP_ARRAY(struct cp_object) objects; /* metadata.object is an index of it */
    struct cp_index object_index;
};

struct cp_resource_reader;

/* Gives reader->metadata its object number, once its name is known, and warns of a repeat
   (duplicate-object). */
void cp_collection_register(struct cp_resource_reader *reader, const struct cp_field *name);

/* Takes replaced objects out of all arrays, keeping the order, and says what those that stay make of the
   whole. */
void cp_collection_drop_replaced(struct cp_collection *collection);

#endif
