/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of a Kubernetes rule, by protocol.
 */
#include "compile/k8s_ports.h"

#include "net/ports.h"
#include "net/protocol.h"

static const uint8_t protocols[CP_PORT_GROUPS] = {0, CP_PROTOCOL_SCTP, CP_PROTOCOL_TCP,
                                                  CP_PROTOCOL_UDP};

static int add_port(struct cp_arena *arena,
                    struct cp_port_group *group,
                    const struct cp_k8s_port *port)
{
    struct cp_port_spec *slot;

    group->used = true;
    group->any_port = group->any_port || port->any_port;
    if (port->any_port)
        return CALPOL_OK;
    slot = cp_array_push(arena, &group->ports);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = port->port;
    return CALPOL_OK;
}

/* How many port numbers a list names, those of ranges included. */
static uint64_t number_count(const struct cp_port_group *group)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < group->ports.count; i++) {
        const struct cp_port_spec *port = &group->ports.items[i];

        count += port->named ? 0 : port->last - port->first + 1u;
    }
    return count;
}

/* Moves names to the front, in their order, and replaces the numbers by the fewest ranges. */
static int merge(struct cp_arena *arena, struct cp_port_group *group)
{
    struct cp_port_range *ranges = CP_NEW_ARRAY(arena, struct cp_port_range, group->ports.count);
    uint32_t range_count = 0, kept = 0;
    struct cp_ports set;

    if (!ranges)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < group->ports.count; i++) {
        const struct cp_port_spec port = group->ports.items[i];

        if (port.named)
            group->ports.items[kept++] = port;
        else
            ranges[range_count++] = (struct cp_port_range){port.first, port.last};
    }
    if (!cp_ports_make(arena, ranges, range_count, &set))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < set.range_count; i++)
        group->ports.items[kept++] =
            (struct cp_port_spec){.first = set.ranges[i].first, .last = set.ranges[i].last};
    group->ports.count = kept;
    return CALPOL_OK;
}

int cp_group_k8s_ports(struct cp_arena *arena,
                       const struct cp_k8s_rule *rule,
                       struct cp_port_group out_groups[CP_PORT_GROUPS])
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; i < CP_PORT_GROUPS; i++)
        out_groups[i] = (struct cp_port_group){.protocol = protocols[i]};
    if (rule->ports.count == 0)
        out_groups[0].used = out_groups[0].any_port = true;
    for (uint32_t i = 0; !status && i < rule->ports.count; i++) {
        const struct cp_k8s_port *port = &rule->ports.items[i];
        uint32_t group = 0;

        while (protocols[group] != port->protocol)
            group++;
        status = add_port(arena, &out_groups[group], port);
    }
    for (uint32_t i = 0; !status && i < CP_PORT_GROUPS; i++) {
        if (out_groups[i].any_port)
            out_groups[i].ports.count = 0;
        else if (number_count(&out_groups[i]) > 1)
            status = merge(arena, &out_groups[i]);
    }
    return status;
}
