/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services: which addresses and ports stand for which pods (K8-110 to K8-118).
 */
#include "net/protocol.h"
#include "resource/k8s_values.h"
#include "resource/readers.h"
#include "resource/values.h"

/* ---- ports ---- */

/* A number or a name; absent, 0 and "" mean the port itself. */
static void read_target_port(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_service_port *port)
{
    if (field->node && field->node->type == CP_NODE_TEXT)
        cp_read_text(&reader->base, field, &port->target_name);
    else
        cp_read_port_number(reader, field, 0, CP_CODE_PORT_NUMBER, &port->target_port);
    if (port->target_port == 0 && port->target_name.length == 0)
        port->target_port = port->port;
}

/* A port of a protocol that has none (which API servers refuse) is of no interest. */
static bool read_port(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_service_port *out_port)
{
    struct cp_field name = cp_field_member(field, "name");
    struct cp_field protocol = cp_field_member(field, "protocol");
    struct cp_field number = cp_field_member(field, "port");
    struct cp_field node_port = cp_field_member(field, "nodePort");
    struct cp_field target = cp_field_member(field, "targetPort");
    struct cp_service_port port = {.protocol = CP_PROTOCOL_TCP};
    struct cp_text text;

    if (!cp_k8s_read_object(reader, field, NULL))
        return false;
    cp_read_text(&reader->base, &name, &port.name);
    if (cp_read_given_text(reader, &protocol, &text))
        port.protocol = cp_protocol_by_name(text);
    cp_read_port_number(reader, &node_port, 0, CP_CODE_PORT_NUMBER, &port.node_port);
    if (!cp_read_port_number(reader, &number, 1, CP_CODE_PORT_NUMBER, &port.port))
        return false;
    read_target_port(reader, &target, &port);
    *out_port = port;
    return cp_protocol_has_ports(port.protocol);
}

static void read_ports(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       struct cp_service_object *service)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_service_port port, *slot;

        if (!read_port(reader, &item, &port))
            continue;
        slot = cp_resource_push(reader, &service->ports);
        if (!slot)
            return;
        *slot = port;
    }
}

/* ---- addresses ---- */

/* K8-117: "None" makes the Service headless. An empty address is none. */
static void read_cluster_ip(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_service_object *service)
{
    struct calpol_address address, *slot;
    struct cp_text text;

    if (!cp_read_given_text(reader, field, &text))
        return;
    if (cp_text_is(text, "None")) {
        service->headless = true;
        return;
    }
    if (!cp_read_address(reader, field, 0, &address))
        return;
    slot = cp_resource_push(reader, &service->cluster_ips);
    if (slot)
        *slot = address;
}

static void read_cluster_ips(struct cp_resource_reader *reader,
                             const struct cp_field *spec,
                             struct cp_service_object *service)
{
    struct cp_field list = cp_field_member(spec, "clusterIPs");
    struct cp_field single = cp_field_member(spec, "clusterIP");

    if (cp_read_sequence(&reader->base, &list)) {
        for (uint32_t i = 0; i < cp_field_count(&list); i++) {
            struct cp_field item = cp_field_item(&list, i);

            read_cluster_ip(reader, &item, service);
        }
    }
    if (service->cluster_ips.count == 0 && !service->headless)
        read_cluster_ip(reader, &single, service);
}

static void read_external_ip(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_service_object *service)
{
    struct calpol_address address, *slot;
    struct cp_text text;

    if (!cp_read_given_text(reader, field, &text) || !cp_read_address(reader, field, 0, &address))
        return;
    slot = cp_resource_push(reader, &service->external_ips);
    if (slot)
        *slot = address;
}

/* K8-118: externalIPs, and what the load balancer was given. */
static void read_external_ips(struct cp_resource_reader *reader,
                              const struct cp_field *root,
                              const struct cp_field *spec,
                              struct cp_service_object *service)
{
    struct cp_field list = cp_field_member(spec, "externalIPs");
    struct cp_field status = cp_field_member(root, "status");
    struct cp_field balancer = cp_field_member(&status, "loadBalancer");
    struct cp_field ingress = cp_field_member(&balancer, "ingress");

    if (cp_read_sequence(&reader->base, &list)) {
        for (uint32_t i = 0; i < cp_field_count(&list); i++) {
            struct cp_field item = cp_field_item(&list, i);

            read_external_ip(reader, &item, service);
        }
    }
    if (!cp_read_sequence(&reader->base, &ingress))
        return;
    for (uint32_t i = 0; i < cp_field_count(&ingress); i++) {
        struct cp_field item = cp_field_item(&ingress, i);
        struct cp_field ip = cp_field_member(&item, "ip");

        read_external_ip(reader, &ip, service);
    }
}

/* ---- the object ---- */

void cp_service_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_service_object *service = CP_NEW(reader->base.arena, struct cp_service_object);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_field type = cp_field_member(&spec, "type");
    struct cp_field not_ready = cp_field_member(&spec, "publishNotReadyAddresses");
    struct cp_field selector = cp_field_member(&spec, "selector");
    struct cp_field ports = cp_field_member(&spec, "ports");
    struct cp_k8s_scope scope;
    struct cp_text text;

    if (!service) {
        cp_resource_no_memory(reader);
        return;
    }
    service->metadata = reader->metadata;
    scope = cp_k8s_begin(reader, CP_LENIENCY_ALL);
    cp_k8s_read_object(reader, &spec, NULL);
    service->external_name =
        cp_read_text(&reader->base, &type, &text) && cp_text_is(text, "ExternalName");
    cp_read_boolean(&reader->base, &not_ready, &service->publish_not_ready);
    cp_read_labels(reader, &selector, &service->selector);
    service->has_selector = service->selector.items.count > 0;
    read_cluster_ips(reader, &spec, service);
    read_external_ips(reader, root, &spec, service);
    read_ports(reader, &ports, service);
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->services, service);
}
