/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the number of an object to its resource, whichever array of the collection it is in.
 */
#include "resource/kinds.h"
#include "resource/write.h"

enum slot_type {
    SLOT_NONE,
    SLOT_POLICY,
    SLOT_STAGED_K8S_POLICY,
    SLOT_TIER,
    SLOT_PROFILE,
    SLOT_NETWORK_SET,
    SLOT_HOST_ENDPOINT,
    SLOT_WORKLOAD_ENDPOINT
};

struct cp_write_slot {
    enum slot_type type;
    uint32_t item; /* of its array */
};

/* Pods and Kubernetes policies share arrays with resources of Calico's. */
static bool is_calico(const struct cp_collection *collection, uint32_t object)
{
    return strcmp(collection->objects.items[object].kind->group, "projectcalico.org") == 0;
}

#define FILL_SLOTS(index, array, slot_type)                                                        \
    do {                                                                                           \
        for (uint32_t i = 0; i < (array)->count; i++) {                                            \
            uint32_t object = (array)->items[i]->metadata.object;                                  \
                                                                                                   \
            if (is_calico((index)->collection, object))                                            \
                (index)->slots[object] = (struct cp_write_slot){(slot_type), i};                   \
        }                                                                                          \
    } while (0)

int cp_write_index_make(const struct cp_collection *collection,
                        struct cp_arena *arena,
                        struct cp_write_index *out_index)
{
    struct cp_write_index index = {.collection = collection};

    index.slots = CP_NEW_ARRAY(arena, struct cp_write_slot, collection->objects.count);
    if (!index.slots)
        return CALPOL_ERROR_NO_MEMORY;
    FILL_SLOTS(&index, &collection->policies, SLOT_POLICY);
    FILL_SLOTS(&index, &collection->k8s_policies, SLOT_STAGED_K8S_POLICY);
    FILL_SLOTS(&index, &collection->tiers, SLOT_TIER);
    FILL_SLOTS(&index, &collection->profiles, SLOT_PROFILE);
    FILL_SLOTS(&index, &collection->network_sets, SLOT_NETWORK_SET);
    FILL_SLOTS(&index, &collection->host_endpoints, SLOT_HOST_ENDPOINT);
    FILL_SLOTS(&index, &collection->workloads, SLOT_WORKLOAD_ENDPOINT);
    *out_index = index;
    return CALPOL_OK;
}

int cp_write_object(struct cp_writer *writer, const struct cp_write_index *index, uint32_t object)
{
    const struct cp_collection *collection = index->collection;
    const struct cp_write_slot *slot = &index->slots[object];

    switch (slot->type) {
    case SLOT_NONE:
        break;
    case SLOT_POLICY:
        return cp_write_policy(writer, collection->policies.items[slot->item]);
    case SLOT_STAGED_K8S_POLICY:
        return cp_write_staged_k8s_policy(writer, collection->k8s_policies.items[slot->item]);
    case SLOT_TIER:
        return cp_write_tier(writer, collection->tiers.items[slot->item]);
    case SLOT_PROFILE:
        return cp_write_profile(writer, collection->profiles.items[slot->item]);
    case SLOT_NETWORK_SET:
        return cp_write_network_set(writer, collection->network_sets.items[slot->item]);
    case SLOT_HOST_ENDPOINT:
        return cp_write_host_endpoint(writer, collection->host_endpoints.items[slot->item]);
    case SLOT_WORKLOAD_ENDPOINT:
        return cp_write_workload_endpoint(writer, collection->workloads.items[slot->item]);
    }
    return CALPOL_ERROR_NOT_FOUND;
}
