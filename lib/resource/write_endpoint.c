/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing of host endpoints and workload endpoints.
 */
#include "resource/write.h"

#include "net/protocol.h"

/* A text that is not empty. */
static void write_given(struct cp_writer *writer, const char *key, struct cp_text text)
{
    if (text.length)
        cp_emit_text(&writer->emitter, key, text);
}

static void write_ports(struct cp_writer *writer,
                        const struct cp_endpoint_port *ports,
                        uint32_t port_count)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (port_count == 0)
        return;
    cp_emit_list(emitter, "ports");
    for (uint32_t i = 0; i < port_count; i++) {
        cp_emit_map(emitter, NULL);
        write_given(writer, "name", ports[i].name);
        cp_emit_string(emitter, "protocol", cp_protocol_name(ports[i].protocol));
        cp_emit_integer(emitter, "port", ports[i].port);
        if (ports[i].host_port)
            cp_emit_integer(emitter, "hostPort", ports[i].host_port);
        if (ports[i].host_ip.family)
            cp_write_address(writer, "hostIP", &ports[i].host_ip);
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

int cp_write_host_endpoint(struct cp_writer *writer, const struct cp_host_endpoint_spec *endpoint)
{
    cp_write_begin(writer, &endpoint->metadata, endpoint->metadata.kind);
    write_given(writer, "node", endpoint->node);
    write_given(writer, "interfaceName", endpoint->interface_name);
    cp_write_addresses(writer, "expectedIPs", endpoint->expected_ips.items,
                       endpoint->expected_ips.count);
    cp_write_texts(writer, "profiles", &endpoint->profiles);
    write_ports(writer, endpoint->ports.items, endpoint->ports.count);
    return cp_write_end(writer);
}

static void write_nats(struct cp_writer *writer, const struct cp_workload_spec *workload)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (workload->nats.count == 0)
        return;
    cp_emit_list(emitter, "ipNATs");
    for (uint32_t i = 0; i < workload->nats.count; i++) {
        cp_emit_map(emitter, NULL);
        cp_write_address(writer, "internalIP", &workload->nats.items[i].internal_ip);
        cp_write_address(writer, "externalIP", &workload->nats.items[i].external_ip);
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

int cp_write_workload_endpoint(struct cp_writer *writer, const struct cp_workload_spec *workload)
{
    cp_write_begin(writer, &workload->metadata, workload->metadata.kind);
    write_given(writer, "node", workload->node);
    write_given(writer, "orchestrator", workload->orchestrator);
    write_given(writer, "workload", workload->workload);
    write_given(writer, "pod", workload->pod);
    write_given(writer, "endpoint", workload->endpoint);
    write_given(writer, "containerID", workload->container_id);
    write_given(writer, "interfaceName", workload->interface_name);
    write_given(writer, "serviceAccountName", workload->service_account);
    cp_write_nets(writer, "ipNetworks", workload->networks.items, workload->networks.count);
    write_nats(writer, workload);
    if (workload->ipv4_gateway.family)
        cp_write_address(writer, "ipv4Gateway", &workload->ipv4_gateway);
    if (workload->ipv6_gateway.family)
        cp_write_address(writer, "ipv6Gateway", &workload->ipv6_gateway);
    cp_write_texts(writer, "profiles", &workload->profiles);
    write_given(writer, "mac", workload->mac);
    write_ports(writer, workload->ports.items, workload->ports.count);
    cp_write_nets(writer, "allowSpoofedSourcePrefixes", workload->spoofed.items,
                  workload->spoofed.count);
    return cp_write_end(writer);
}
