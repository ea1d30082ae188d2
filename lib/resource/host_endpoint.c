/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HostEndpoint (resources.md 6.9).
 */
#include "resource/endpoint_fields.h"
#include "resource/readers.h"
#include "resource/values.h"

static void read_node(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_host_endpoint_spec *endpoint)
{
    if (!cp_read_given_text(reader, field, &endpoint->node)) {
        cp_report(&reader->base, field, CP_CODE_HEP_NODE, "a host endpoint needs a node");
        return;
    }
    /* Lenient loading uses a bad name, but cannot do without any. */
    if (!cp_is_dns_subdomain(reader, endpoint->node)) {
        cp_report_as(
            &reader->base, field, CP_CODE_HEP_NODE, cp_soft(reader),
            "%q is no node name, expected at most 253 lower-case letters, digits, \"-\" and "
            "\".\"",
            endpoint->node);
    }
}

static void read_expected_ips(struct cp_resource_reader *reader,
                              const struct cp_field *list,
                              struct cp_host_endpoint_spec *endpoint)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    cp_check_repeats(reader, list, CP_CODE_DUPLICATE_ITEM);
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct calpol_address address, *slot;

        if (!cp_read_address(reader, &item, 0, &address))
            continue;
        slot = cp_resource_push(reader, &endpoint->expected_ips);
        if (slot)
            *slot = address;
    }
}

static void read_ports(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       struct cp_host_endpoint_spec *endpoint)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_endpoint_port port, *slot;

        if (!cp_read_endpoint_port(reader, &item, false, &port))
            continue;
        slot = cp_resource_push(reader, &endpoint->ports);
        if (slot)
            *slot = port;
    }
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_host_endpoint_spec *endpoint)
{
    struct cp_field node = cp_field_member(spec, "node");
    struct cp_field interface_name = cp_field_member(spec, "interfaceName");
    struct cp_field expected_ips = cp_field_member(spec, "expectedIPs");
    struct cp_field profiles = cp_field_member(spec, "profiles");
    struct cp_field ports = cp_field_member(spec, "ports");

    read_node(reader, &node, endpoint);
    cp_read_interface_name(reader, &interface_name, &endpoint->interface_name);
    read_expected_ips(reader, &expected_ips, endpoint);
    if (!cp_field_given(&interface_name) && !cp_field_given(&expected_ips)) {
        cp_report(&reader->base, &interface_name, CP_CODE_HEP_INTERFACE_OR_IPS,
                  "a host endpoint needs interfaceName or expectedIPs");
    }
    cp_check_repeats(reader, &profiles, CP_CODE_DUPLICATE_ITEM);
    cp_read_subdomains(reader, &profiles, CP_CODE_PROFILE_NAME, "a profile name",
                       &endpoint->profiles);
    read_ports(reader, &ports, endpoint);
}

void cp_host_endpoint_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    static const char *const members[] = {"node",     "interfaceName", "expectedIPs",
                                          "profiles", "ports",         NULL};
    struct cp_host_endpoint_spec *endpoint =
        CP_NEW(reader->base.arena, struct cp_host_endpoint_spec);
    struct cp_field spec = cp_field_member(root, "spec");

    if (!endpoint) {
        cp_resource_no_memory(reader);
        return;
    }
    endpoint->metadata = reader->metadata;
    if (cp_read_mapping(&reader->base, &spec))
        cp_check_members(&reader->base, &spec, members, NULL);
    read_spec(reader, &spec, endpoint);
    cp_resource_add(reader, &reader->collection->host_endpoints, endpoint);
}
