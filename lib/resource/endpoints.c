/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints objects, the predecessors of EndpointSlices (K8-114): a slice for each subset.
 */
#include "resource/backends.h"
#include "resource/k8s_values.h"
#include "resource/readers.h"
#include "resource/values.h"

static void read_address(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         struct cp_slice_spec *slice)
{
    struct cp_field ip = cp_field_member(field, "ip");
    struct cp_field target = cp_field_member(field, "targetRef");
    struct calpol_address address, *slot;
    struct cp_slice_endpoint *endpoint;

    if (!cp_k8s_read_object(reader, field, NULL) || !cp_read_address(reader, &ip, 0, &address))
        return;
    endpoint = cp_resource_push(reader, &slice->endpoints);
    slot = endpoint ? cp_resource_push(reader, &endpoint->addresses) : NULL;
    if (!slot)
        return;
    *slot = address;
    cp_read_pod_reference(reader, &target, endpoint);
}

/* notReadyAddresses are not backends. */
static void read_subset(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_slice_spec *slice)
{
    struct cp_field addresses = cp_field_member(field, "addresses");
    struct cp_field ports = cp_field_member(field, "ports");

    cp_k8s_read_object(reader, field, NULL);
    cp_read_backend_ports(reader, &ports, slice);
    if (!cp_read_sequence(&reader->base, &addresses))
        return;
    for (uint32_t i = 0; i < cp_field_count(&addresses); i++) {
        struct cp_field item = cp_field_item(&addresses, i);

        read_address(reader, &item, slice);
    }
}

static struct cp_slice_spec *new_slice(struct cp_resource_reader *reader)
{
    struct cp_slice_spec *slice = CP_NEW(reader->base.arena, struct cp_slice_spec);

    if (!slice) {
        cp_resource_no_memory(reader);
        return NULL;
    }
    slice->metadata = reader->metadata;
    slice->service = reader->metadata.name;
    slice->from_endpoints = true;
    return slice;
}

static void read_subsets(struct cp_resource_reader *reader, const struct cp_field *subsets)
{
    uint32_t count = cp_read_sequence(&reader->base, subsets) ? cp_field_count(subsets) : 0;

    /* Without subsets it still says that its Service has no backends. */
    for (uint32_t i = 0; i < count || i == 0; i++) {
        struct cp_field subset = cp_field_item(subsets, i);
        struct cp_slice_spec *slice = new_slice(reader);

        if (!slice)
            return;
        read_subset(reader, &subset, slice);
        cp_resource_add(reader, &reader->collection->slices, slice);
    }
}

void cp_endpoints_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_field subsets = cp_field_member(root, "subsets");
    struct cp_k8s_scope scope = cp_k8s_begin(reader, CP_LENIENCY_ALL);

    read_subsets(reader, &subsets);
    (void)cp_k8s_end(reader, &scope);
}
