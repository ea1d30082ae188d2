/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What EndpointSlices and Endpoints have in common.
 */
#include "resource/backends.h"

#include "net/protocol.h"
#include "resource/k8s_values.h"
#include "resource/values.h"

static bool read_port(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_slice_port *out_port)
{
    struct cp_field name = cp_field_member(field, "name");
    struct cp_field protocol = cp_field_member(field, "protocol");
    struct cp_field number = cp_field_member(field, "port");
    struct cp_slice_port port = {.protocol = CP_PROTOCOL_TCP};
    struct cp_text text;

    if (!cp_k8s_read_object(reader, field, NULL))
        return false;
    cp_read_text(&reader->base, &name, &port.name);
    if (cp_read_given_text(reader, &protocol, &text))
        port.protocol = cp_protocol_by_name(text);
    port.has_number = cp_read_port_number(reader, &number, 1, CP_CODE_PORT_NUMBER, &port.port);
    *out_port = port;
    return cp_protocol_has_ports(port.protocol);
}

void cp_read_backend_ports(struct cp_resource_reader *reader,
                           const struct cp_field *list,
                           struct cp_slice_spec *slice)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_slice_port port, *slot;

        if (!read_port(reader, &item, &port))
            continue;
        slot = cp_resource_push(reader, &slice->ports);
        if (!slot)
            return;
        *slot = port;
    }
}

void cp_read_pod_reference(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_slice_endpoint *endpoint)
{
    struct cp_field kind = cp_field_member(field, "kind");
    struct cp_field name = cp_field_member(field, "name");
    struct cp_field namespace_name = cp_field_member(field, "namespace");
    struct cp_text text;

    if (!cp_read_text(&reader->base, &kind, &text) || !cp_text_is(text, "Pod"))
        return;
    cp_read_text(&reader->base, &name, &endpoint->target_name);
    endpoint->target_namespace = reader->metadata.namespace_name;
    cp_read_given_text(reader, &namespace_name, &endpoint->target_namespace);
}
