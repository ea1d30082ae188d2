/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Containers' hostPorts: a node's address and port that leads to a pod (K8-119).
 */
#include "compile/compiler.h"

struct host_port_list {
    CP_ARRAY(struct cp_host_port) items;
};

static int compare_host_ports(const void *left, const void *right)
{
    const struct cp_host_port *a = left, *b = right;

    if (a->node != b->node)
        return a->node < b->node ? -1 : 1;
    if (a->protocol != b->protocol)
        return a->protocol < b->protocol ? -1 : 1;
    return (a->host_port > b->host_port) - (a->host_port < b->host_port);
}

static int add_ports(struct cp_compiler *compiler,
                     struct host_port_list *list,
                     const struct cp_workload_spec *pod,
                     uint32_t owner)
{
    for (uint32_t i = 0; i < pod->ports.count; i++) {
        const struct cp_endpoint_port *port = &pod->ports.items[i];
        struct cp_host_port *slot;

        if (!port->host_port)
            continue;
        slot = cp_array_push(compiler->work, &list->items);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = (struct cp_host_port){
            .node = compiler->owners.items[owner].node,
            .protocol = port->protocol,
            .host_port = port->host_port,
            .port = port->port,
            .owner = owner,
        };
    }
    return CALPOL_OK;
}

int cp_compile_host_ports(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    struct calpol_ruleset *ruleset = compiler->ruleset;
    struct host_port_list list = {0};
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->workloads.count; i++) {
        uint32_t owner = compiler->workload_owners[i];

        if (owner != CP_NONE && compiler->owners.items[owner].node != CP_NONE)
            status = add_ports(compiler, &list, collection->workloads.items[i], owner);
    }
    if (status)
        return status;
    if (!cp_sort(list.items.items, list.items.count, sizeof(struct cp_host_port),
                 compare_host_ports, compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    ruleset->host_port_count = list.items.count;
    ruleset->host_ports = cp_freeze(compiler, &list.items);
    return ruleset->host_ports ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}
