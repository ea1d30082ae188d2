/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WorkloadEndpoint (resources.md 6.9).
 */
#include "resource/endpoint_fields.h"
#include "resource/readers.h"
#include "resource/values.h"

/* ---- the name ---- */

static struct cp_text part(const struct cp_field *spec, const char *name)
{
    const struct cp_node *node = cp_field_member(spec, name).node;

    return node && node->type == CP_NODE_TEXT ? cp_node_text(node) : CP_TEXT("");
}

/* What the third part of the name is depends on who runs the workload. */
static struct cp_text workload_part(const struct cp_field *spec, struct cp_text orchestrator)
{
    if (cp_text_is(orchestrator, "k8s"))
        return part(spec, "pod");
    if (cp_text_is(orchestrator, "cni"))
        return part(spec, "containerID");
    if (cp_text_is(orchestrator, "libnetwork"))
        return CP_TEXT("libnetwork");
    return part(spec, "workload");
}

/* A part with its dashes doubled. */
static void add_part(struct cp_buffer *buffer, struct cp_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '-')
            cp_buffer_add_byte(buffer, '-');
        cp_buffer_add_byte(buffer, text.data[i]);
    }
}

bool cp_workload_endpoint_name(struct cp_resource_reader *reader,
                               const struct cp_field *root,
                               struct cp_text *out_name)
{
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_text orchestrator = part(&spec, "orchestrator");
    const struct cp_text parts[] = {part(&spec, "node"), orchestrator,
                                    workload_part(&spec, orchestrator), part(&spec, "endpoint")};
    struct cp_buffer buffer;

    for (int i = 0; i < 4; i++) {
        if (!parts[i].length || parts[i].data[0] == '-' ||
            cp_text_ends_with(parts[i], CP_TEXT("-")))
            return false;
    }
    cp_buffer_init(&buffer, reader->base.arena);
    for (int i = 0; i < 4; i++) {
        if (i)
            cp_buffer_add_byte(&buffer, '-');
        add_part(&buffer, parts[i]);
    }
    if (buffer.failed) {
        cp_resource_no_memory(reader);
        return false;
    }
    *out_name = cp_buffer_text(&buffer);
    return true;
}

static void check_name(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field name = cp_field_member(&metadata, "name");
    struct cp_text usual;

    if (!cp_field_given(&name) || !cp_workload_endpoint_name(reader, root, &usual))
        return;
    if (!cp_text_equal(usual, reader->metadata.name)) {
        cp_report(&reader->base, &name, CP_CODE_WEP_NAME, "Calico would call this endpoint %q",
                  usual);
    }
}

/* ---- single fields ---- */

static void read_names(struct cp_resource_reader *reader,
                       const struct cp_field *spec,
                       struct cp_workload_spec *workload)
{
    const struct {
        const char *name;
        struct cp_text *text;
    } names[] = {
        {"node", &workload->node},         {"orchestrator", &workload->orchestrator},
        {"workload", &workload->workload}, {"pod", &workload->pod},
        {"endpoint", &workload->endpoint}, {"serviceAccountName", &workload->service_account},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct cp_field field = cp_field_member(spec, names[i].name);

        if (cp_read_given_text(reader, &field, names[i].text))
            cp_check_subdomain(reader, &field, *names[i].text, CP_CODE_NAME, "a name");
    }
}

static void read_identifiers(struct cp_resource_reader *reader,
                             const struct cp_field *spec,
                             struct cp_workload_spec *workload)
{
    struct cp_field container = cp_field_member(spec, "containerID");
    struct cp_field mac = cp_field_member(spec, "mac");
    struct cp_field interface_name = cp_field_member(spec, "interfaceName");

    if (cp_read_given_text(reader, &container, &workload->container_id) &&
        !cp_patterns_match(reader->patterns, CP_PATTERN_CONTAINER_ID, workload->container_id)) {
        cp_report(&reader->base, &container, CP_CODE_WEP_CONTAINER_ID,
                  "%q is no container id, expected letters, digits and \"-\"",
                  workload->container_id);
    }
    if (cp_read_given_text(reader, &mac, &workload->mac) &&
        !cp_patterns_match(reader->patterns, CP_PATTERN_MAC, workload->mac)) {
        cp_report(&reader->base, &mac, CP_CODE_WEP_MAC,
                  "%q is no MAC address, expected six bytes such as 00:11:22:33:44:55",
                  workload->mac);
    }
    cp_read_interface_name(reader, &interface_name, &workload->interface_name);
    if (!cp_field_given(&interface_name)) {
        cp_report(&reader->base, &interface_name, CP_CODE_INTERFACE_NAME,
                  "a workload endpoint needs an interfaceName");
    }
}

static void read_gateways(struct cp_resource_reader *reader,
                          const struct cp_field *spec,
                          struct cp_workload_spec *workload)
{
    struct cp_field ipv4 = cp_field_member(spec, "ipv4Gateway");
    struct cp_field ipv6 = cp_field_member(spec, "ipv6Gateway");

    if (cp_field_given(&ipv4))
        (void)cp_read_address(reader, &ipv4, 4, &workload->ipv4_gateway);
    if (cp_field_given(&ipv6))
        (void)cp_read_address(reader, &ipv6, 6, &workload->ipv6_gateway);
}

/* ---- networks and address translations ---- */

static void add_network(struct cp_resource_reader *reader,
                        const struct cp_field *item,
                        const struct cp_prefix *net,
                        struct cp_workload_spec *workload)
{
    struct cp_prefix *network = cp_resource_push(reader, &workload->networks);
    struct calpol_address *address;

    if (network)
        *network = *net;
    if (net->length != cp_family_bits(net->address.family)) {
        cp_report(&reader->base, item, CP_CODE_WEP_NET_NOT_SINGLE,
                  "a network of more than one address, expected a length of %u",
                  (uint32_t)cp_family_bits(net->address.family));
        return;
    }
    address = cp_resource_push(reader, &workload->addresses);
    if (address)
        *address = net->address;
}

static void read_networks(struct cp_resource_reader *reader,
                          const struct cp_field *list,
                          struct cp_workload_spec *workload)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_prefix net;

        if (cp_read_net(reader, &item, CP_NET_BARE, &net))
            add_network(reader, &item, &net, workload);
    }
}

static uint64_t address_hash(const struct calpol_address *address)
{
    return cp_hash_bytes(address->bytes, sizeof(address->bytes), address->family);
}

static bool is_own(const struct cp_workload_spec *workload,
                   const struct cp_index *index,
                   const struct calpol_address *address)
{
    uint64_t hash = address_hash(address);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (cp_address_equal(&workload->addresses.items[cp_index_item(index, i)], address))
            return true;
    }
    return false;
}

static bool read_nat_address(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct calpol_address *out_address)
{
    if (cp_field_present(field))
        return cp_read_address(reader, field, 0, out_address);
    cp_report(&reader->base, field, CP_CODE_ADDRESS, "an address translation needs %t",
              field->name);
    return false;
}

static void read_nat(struct cp_resource_reader *reader,
                     const struct cp_field *item,
                     const struct cp_index *own_addresses,
                     struct cp_workload_spec *workload)
{
    static const char *const members[] = {"internalIP", "externalIP", NULL};
    struct cp_field internal = cp_field_member(item, "internalIP");
    struct cp_field external = cp_field_member(item, "externalIP");
    struct cp_nat_spec nat = {0}, *slot;
    bool has_internal, has_external;

    if (!cp_read_mapping(&reader->base, item))
        return;
    cp_check_members(&reader->base, item, members, NULL);
    has_internal = read_nat_address(reader, &internal, &nat.internal_ip);
    has_external = read_nat_address(reader, &external, &nat.external_ip);
    if (!has_internal || !has_external)
        return;
    slot = cp_resource_push(reader, &workload->nats);
    if (slot)
        *slot = nat;
    if (nat.internal_ip.family != nat.external_ip.family) {
        cp_report(&reader->base, item, CP_CODE_WEP_NAT_FAMILY,
                  "internalIP and externalIP are of different IP versions");
    }
    if (!is_own(workload, own_addresses, &nat.internal_ip)) {
        cp_report(&reader->base, item, CP_CODE_WEP_NAT_NOT_COVERED,
                  "internalIP is not among ipNetworks");
    }
}

static void read_nats(struct cp_resource_reader *reader,
                      const struct cp_field *list,
                      struct cp_workload_spec *workload)
{
    struct cp_index own_addresses = {0};

    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < workload->addresses.count; i++) {
        if (!cp_index_add(&own_addresses, reader->base.arena,
                          address_hash(&workload->addresses.items[i]), i))
            cp_resource_no_memory(reader);
    }
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);

        read_nat(reader, &item, &own_addresses, workload);
    }
}

static void read_spoofed(struct cp_resource_reader *reader,
                         const struct cp_field *list,
                         struct cp_workload_spec *workload)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_prefix net, *slot;

        if (!cp_read_net(reader, &item, CP_NET_BARE | CP_NET_HOST_BITS, &net))
            continue;
        slot = cp_resource_push(reader, &workload->spoofed);
        if (slot)
            *slot = net;
    }
}

/* ---- all of it ---- */

static void read_ports(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       struct cp_workload_spec *workload)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_endpoint_port port, *slot;

        if (!cp_read_endpoint_port(reader, &item, true, &port))
            continue;
        slot = cp_resource_push(reader, &workload->ports);
        if (slot)
            *slot = port;
    }
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_workload_spec *workload)
{
    struct cp_field networks = cp_field_member(spec, "ipNetworks");
    struct cp_field nats = cp_field_member(spec, "ipNATs");
    struct cp_field profiles = cp_field_member(spec, "profiles");
    struct cp_field ports = cp_field_member(spec, "ports");
    struct cp_field spoofed = cp_field_member(spec, "allowSpoofedSourcePrefixes");

    read_names(reader, spec, workload);
    read_identifiers(reader, spec, workload);
    read_networks(reader, &networks, workload);
    read_nats(reader, &nats, workload);
    read_gateways(reader, spec, workload);
    cp_read_subdomains(reader, &profiles, CP_CODE_PROFILE_NAME, "a profile name",
                       &workload->profiles);
    read_ports(reader, &ports, workload);
    read_spoofed(reader, &spoofed, workload);
}

void cp_workload_endpoint_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    static const char *const members[] = {
        "node",       "orchestrator", "workload",      "pod",
        "endpoint",   "containerID",  "interfaceName", "serviceAccountName",
        "ipNetworks", "ipNATs",       "ipv4Gateway",   "ipv6Gateway",
        "profiles",   "mac",          "ports",         "allowSpoofedSourcePrefixes",
        NULL,
    };
    static const char *const ignored[] = {"qosControls", NULL};
    struct cp_workload_spec *workload = CP_NEW(reader->base.arena, struct cp_workload_spec);
    struct cp_field spec = cp_field_member(root, "spec");

    if (!workload) {
        cp_resource_no_memory(reader);
        return;
    }
    workload->metadata = reader->metadata;
    workload->source = CP_WORKLOAD_ENDPOINT;
    if (cp_read_mapping(&reader->base, &spec))
        cp_check_members(&reader->base, &spec, members, ignored);
    check_name(reader, root);
    read_spec(reader, &spec, workload);
    cp_resource_add(reader, &reader->collection->workloads, workload);
}
