/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EndpointSlices (K8-114, EV-90): which addresses are behind a Service.
 */
#include "net/protocol.h"
#include "resource/backends.h"
#include "resource/k8s_values.h"
#include "resource/readers.h"
#include "resource/values.h"

/* Text that is no address is skipped, as Calico does (EV-90), and said so. */
static bool read_address(struct cp_resource_reader *reader,
                         const struct cp_field *item,
                         struct calpol_address *out_address)
{
    struct cp_text text;

    if (!cp_read_text(&reader->base, item, &text))
        return false;
    if (cp_address_parse(text, out_address, NULL))
        return true;
    cp_report_as(&reader->base, item, CP_CODE_ADDRESS, CALPOL_SEVERITY_WARNING,
                 "%q is no IP address, and matches nothing", text);
    return false;
}

static void read_addresses(struct cp_resource_reader *reader,
                           const struct cp_field *list,
                           struct cp_slice_endpoint *endpoint)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct calpol_address address, *slot;

        if (!read_address(reader, &item, &address))
            continue;
        slot = cp_resource_push(reader, &endpoint->addresses);
        if (!slot)
            return;
        *slot = address;
    }
}

static void read_endpoint(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_slice_spec *slice)
{
    struct cp_field addresses = cp_field_member(field, "addresses");
    struct cp_field conditions = cp_field_member(field, "conditions");
    struct cp_field ready = cp_field_member(&conditions, "ready");
    struct cp_field target = cp_field_member(field, "targetRef");
    struct cp_slice_endpoint *endpoint;
    bool is_ready = true;

    if (!cp_k8s_read_object(reader, field, NULL))
        return;
    endpoint = cp_resource_push(reader, &slice->endpoints);
    if (!endpoint)
        return;
    cp_read_boolean(&reader->base, &ready, &is_ready);
    endpoint->not_ready = !is_ready;
    cp_read_pod_reference(reader, &target, endpoint);
    if (!slice->names_hosts)
        read_addresses(reader, &addresses, endpoint);
}

static void read_endpoints(struct cp_resource_reader *reader,
                           const struct cp_field *list,
                           struct cp_slice_spec *slice)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);

        read_endpoint(reader, &item, slice);
    }
}

void cp_endpoint_slice_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_slice_spec *slice = CP_NEW(reader->base.arena, struct cp_slice_spec);
    struct cp_field type = cp_field_member(root, "addressType");
    struct cp_field endpoints = cp_field_member(root, "endpoints");
    struct cp_field ports = cp_field_member(root, "ports");
    const struct cp_text *service;
    struct cp_k8s_scope scope;
    struct cp_text text;

    if (!slice) {
        cp_resource_no_memory(reader);
        return;
    }
    slice->metadata = reader->metadata;
    service = cp_pairs_find(&slice->metadata.labels, CP_TEXT("kubernetes.io/service-name"));
    if (service)
        slice->service = *service;
    scope = cp_k8s_begin(reader, CP_LENIENCY_ALL);
    slice->names_hosts = cp_read_text(&reader->base, &type, &text) && cp_text_is(text, "FQDN");
    cp_read_backend_ports(reader, &ports, slice);
    read_endpoints(reader, &endpoints, slice);
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->slices, slice);
}
