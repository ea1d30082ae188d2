/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes: declared or named by an endpoint, with their addresses, host endpoints and options.
 */
#include "compile/compiler.h"

/* What is known of a node while compiling; parallel to compiler->nodes. */
struct node_parts {
    CP_ARRAY(struct calpol_address) addresses;
    CP_ARRAY(uint32_t) host_endpoints;
};

int cp_named_node(struct cp_compiler *compiler, struct cp_text name, uint32_t *out_node)
{
    const struct cp_index *index = &compiler->node_index;
    uint64_t hash = cp_hash_text(name, 0);
    struct cp_node_entry *entry;

    *out_node = CP_NONE;
    if (!name.length)
        return CALPOL_OK;
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_node = cp_index_item(index, i);
        if (cp_text_equal(compiler->nodes.items[*out_node].name, name))
            return CALPOL_OK;
    }
    *out_node = compiler->nodes.count;
    entry = cp_array_push(compiler->work, &compiler->nodes);
    if (!entry || !cp_index_add(&compiler->node_index, compiler->work, hash, *out_node))
        return CALPOL_ERROR_NO_MEMORY;
    *entry = (struct cp_node_entry){.wildcard = CP_NONE};
    return cp_keep_text(compiler, name, &entry->name);
}

int cp_compile_nodes(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    uint32_t node;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->nodes.count; i++) {
        status = cp_named_node(compiler, collection->nodes.items[i]->metadata.name, &node);
        if (!status)
            compiler->nodes.items[node].declared = true;
    }
    /* Finished pods are no endpoints, but their node's address is one all the same (K8-51). */
    for (uint32_t i = 0; !status && i < collection->workloads.count; i++) {
        const struct cp_workload_spec *spec = collection->workloads.items[i];

        if (spec->host_addresses.count)
            status = cp_named_node(compiler, spec->node, &node);
    }
    return status;
}

static int add_address(struct cp_compiler *compiler,
                       struct node_parts *parts,
                       const struct calpol_address *address)
{
    struct calpol_address *slot;

    for (uint32_t i = 0; i < parts->addresses.count; i++) {
        if (cp_address_equal(&parts->addresses.items[i], address))
            return CALPOL_OK;
    }
    slot = cp_array_push(compiler->work, &parts->addresses);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *address;
    return CALPOL_OK;
}

/* K8-51: InternalIP and ExternalIP of the Node, and the host addresses of pods that run there. */
static int gather_addresses(struct cp_compiler *compiler, struct node_parts *parts)
{
    const struct cp_collection *collection = compiler->collection;
    uint32_t node;
    int status = CALPOL_OK;

    for (uint32_t i = 0; i < collection->nodes.count; i++) {
        const struct cp_node_spec *spec = collection->nodes.items[i];

        status = cp_named_node(compiler, spec->metadata.name, &node);
        for (uint32_t a = 0; !status && a < spec->addresses.count; a++)
            status = add_address(compiler, &parts[node], &spec->addresses.items[a]);
        if (status)
            return status;
    }
    for (uint32_t i = 0; i < collection->workloads.count; i++) {
        const struct cp_workload_spec *spec = collection->workloads.items[i];

        if (!spec->node.length || !spec->host_addresses.count)
            continue;
        status = cp_named_node(compiler, spec->node, &node);
        for (uint32_t a = 0; !status && a < spec->host_addresses.count; a++)
            status = add_address(compiler, &parts[node], &spec->host_addresses.items[a]);
        if (status)
            return status;
    }
    return status;
}

static int add_addresses_of(struct cp_compiler *compiler, struct node_parts *parts, uint32_t owner)
{
    const struct cp_prefixes *nets = &compiler->owners.items[owner].nets;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < nets->count; i++)
        status = add_address(compiler, parts, &nets->items[i].address);
    return status;
}

/* A node without addresses of its own speaks with those of its host endpoints; only the former
   answer to the node's name (the trie of nodes). */
static int fallback_addresses(struct cp_compiler *compiler,
                              struct node_parts *parts,
                              const struct cp_node_entry *node)
{
    int status = CALPOL_OK;

    if (parts->addresses.count)
        return CALPOL_OK;
    for (uint32_t i = 0; !status && i < parts->host_endpoints.count; i++)
        status = add_addresses_of(compiler, parts, parts->host_endpoints.items[i]);
    if (!status && node->wildcard != CP_NONE)
        status = add_addresses_of(compiler, parts, node->wildcard);
    return status;
}

/* Host endpoints come sorted by name; of wildcards the first counts (EV-120). */
static int gather_host_endpoints(struct cp_compiler *compiler, struct node_parts *parts)
{
    for (uint32_t i = 0; i < compiler->owners.count; i++) {
        const struct cp_owner *owner = &compiler->owners.items[i];
        struct cp_node_entry *node;
        uint32_t *slot;

        if (owner->kind != CP_OWNER_HOST || owner->node == CP_NONE)
            continue;
        node = &compiler->nodes.items[owner->node];
        if (cp_text_is(owner->interface_name, "*")) {
            if (node->wildcard == CP_NONE)
                node->wildcard = i;
            continue;
        }
        slot = cp_array_push(compiler->work, &parts[owner->node].host_endpoints);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = i;
    }
    return CALPOL_OK;
}

static int keep_failsafes(struct cp_compiler *compiler,
                          const struct cp_failsafe *ports,
                          uint32_t count,
                          struct cp_failsafe_ports *out_ports)
{
    struct cp_failsafe_port *items = CP_NEW_ARRAY(compiler->arena, struct cp_failsafe_port, count);

    if (!items)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        items[i] = (struct cp_failsafe_port){.protocol = ports[i].protocol,
                                             .port = ports[i].port,
                                             .has_net = ports[i].has_net,
                                             .net = ports[i].net};
    *out_ports = (struct cp_failsafe_ports){items, count};
    return CALPOL_OK;
}

static uint8_t to_host_of(enum cp_host_action action)
{
    switch (action) {
    case CP_HOST_ACCEPT:
        return CP_TO_HOST_ACCEPT;
    case CP_HOST_RETURN:
        return CP_TO_HOST_RETURN;
    case CP_HOST_DROP:
        break;
    }
    return CP_TO_HOST_DROP;
}

/* EV-195: the resource "default", below what the caller said. */
static int set_default_options(struct cp_compiler *compiler, const struct cp_felix_spec *spec)
{
    struct cp_options *options = &compiler->ruleset->options;
    uint32_t caller = options->set_by_caller;
    int status = CALPOL_OK;

    if (spec->has_host_action && !(caller & 1u << CP_OPTION_ENDPOINT_TO_HOST_ACTION)) {
        options->to_host = to_host_of(spec->host_action);
        options->set_by_resource |= 1u << CP_OPTION_ENDPOINT_TO_HOST_ACTION;
    }
    if (spec->has_inbound && !(caller & 1u << CP_OPTION_FAILSAFE_INBOUND)) {
        options->set_by_resource |= 1u << CP_OPTION_FAILSAFE_INBOUND;
        status = keep_failsafes(compiler, spec->inbound.items, spec->inbound.count,
                                &options->failsafe_inbound);
    }
    if (!status && spec->has_outbound && !(caller & 1u << CP_OPTION_FAILSAFE_OUTBOUND)) {
        options->set_by_resource |= 1u << CP_OPTION_FAILSAFE_OUTBOUND;
        status = keep_failsafes(compiler, spec->outbound.items, spec->outbound.count,
                                &options->failsafe_outbound);
    }
    return status;
}

static int set_node_options(struct cp_compiler *compiler, const struct cp_felix_spec *spec)
{
    struct cp_node_options *options;
    uint32_t node;
    int status = cp_named_node(compiler, spec->node, &node);

    if (status)
        return status;
    options = &compiler->nodes.items[node].options;
    options->has_to_host = spec->has_host_action;
    options->to_host = to_host_of(spec->host_action);
    options->has_inbound = spec->has_inbound;
    options->has_outbound = spec->has_outbound;
    status = keep_failsafes(compiler, spec->inbound.items, spec->inbound.count, &options->inbound);
    if (!status)
        status = keep_failsafes(compiler, spec->outbound.items, spec->outbound.count,
                                &options->outbound);
    return status;
}

static int apply_felix(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->felix.count; i++) {
        const struct cp_felix_spec *spec = collection->felix.items[i];

        status = spec->node.length ? set_node_options(compiler, spec)
                                   : set_default_options(compiler, spec);
    }
    return status;
}

static int fill_nodes(struct cp_compiler *compiler, struct node_parts *parts)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; i < compiler->nodes.count; i++) {
        struct cp_node_entry *node = &compiler->nodes.items[i];

        for (uint32_t a = 0; a < parts[i].addresses.count; a++) {
            struct cp_prefix host = cp_prefix_of_address(&parts[i].addresses.items[a]);

            if (!cp_prefix_trie_add(&compiler->ruleset->node_trie, &host, i))
                return CALPOL_ERROR_NO_MEMORY;
        }
        status = fallback_addresses(compiler, &parts[i], node);
        node->addresses = cp_freeze(compiler, &parts[i].addresses);
        node->address_count = parts[i].addresses.count;
        node->host_endpoints = cp_freeze(compiler, &parts[i].host_endpoints);
        node->host_endpoint_count = parts[i].host_endpoints.count;
        if (status || !node->addresses || !node->host_endpoints)
            return CALPOL_ERROR_NO_MEMORY;
    }
    return status;
}

/* EV-10: a Node object or any endpoint that names it makes a node one that can be named. */
static int add_references(struct cp_compiler *compiler)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < compiler->nodes.count; i++) {
        struct cp_text reference;

        status = cp_keep_joined(compiler, "node:", compiler->nodes.items[i].name, &reference);
        if (!status)
            status = cp_add_reference(compiler, reference, CP_REFERENCE_NODE, i);
    }
    return status;
}

int cp_finish_nodes(struct cp_compiler *compiler)
{
    struct node_parts *parts;
    int status = add_references(compiler);

    if (!status)
        status = apply_felix(compiler);
    if (status)
        return status;
    cp_prefix_trie_init(&compiler->ruleset->node_trie, compiler->arena);
    parts = CP_NEW_ARRAY(compiler->work, struct node_parts, compiler->nodes.count);
    if (!parts)
        return CALPOL_ERROR_NO_MEMORY;
    status = gather_addresses(compiler, parts);
    if (!status)
        status = gather_host_endpoints(compiler, parts);
    if (!status)
        status = fill_nodes(compiler, parts);
    return status;
}
