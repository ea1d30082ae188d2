/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing a flow with the failsafe ports in force at a node, three-valued.
 */
#include "evaluate/failsafe.h"

/* The lists in force at a node: what the caller set wins over the node's own (EV-195). */
static struct cp_failsafe_ports failsafe_ports(const struct cp_world *world,
                                               uint32_t node,
                                               enum cp_direction direction)
{
    const struct cp_node_entry *entry = cp_world_node(world, node);
    bool inbound = direction == CP_INGRESS;
    enum cp_option option = inbound ? CP_OPTION_FAILSAFE_INBOUND : CP_OPTION_FAILSAFE_OUTBOUND;

    if (entry && !(world->options->set_by_caller & 1u << option)) {
        if (inbound && entry->options.has_inbound)
            return entry->options.inbound;
        if (!inbound && entry->options.has_outbound)
            return entry->options.outbound;
    }
    return inbound ? world->options->failsafe_inbound : world->options->failsafe_outbound;
}

/* A port of the flow, to be compared with failsafe ports. */
struct failsafe_port {
    bool known;
    uint16_t number;
    uint32_t depends;
};

static struct cp_tri peer_in(const struct cp_flow *flow,
                             const struct cp_party *peer,
                             const struct cp_prefix *net,
                             uint32_t depends)
{
    if (net->address.family != flow->family)
        return cp_tri_of(false);
    if (!peer->has_address)
        return net->length == 0 ? cp_tri_of(true) : cp_tri_maybe(depends);
    return cp_tri_of(cp_prefix_contains(net, &peer->address));
}

static struct cp_tri is_listed(const struct cp_flow *flow,
                               const struct cp_failsafe_ports *ports,
                               struct failsafe_port port,
                               enum cp_direction direction)
{
    const struct cp_party *peer = direction == CP_INGRESS ? &flow->source : &flow->destination;
    uint32_t peer_depends =
        direction == CP_INGRESS ? CALPOL_DEPENDS_SOURCE_IP : CALPOL_DEPENDS_DESTINATION_IP;
    struct cp_tri result = cp_tri_of(false);

    for (uint32_t i = 0; i < ports->count; i++) {
        const struct cp_failsafe_port *entry = &ports->items[i];
        struct cp_tri one =
            cp_tri_and(cp_tri_if_known(flow->has_protocol, flow->protocol == entry->protocol,
                                       CALPOL_DEPENDS_PROTOCOL),
                       cp_tri_if_known(port.known, port.number == entry->port, port.depends));

        if (entry->has_net)
            one = cp_tri_and(one, peer_in(flow, peer, &entry->net, peer_depends));
        result = cp_tri_or(result, one);
    }
    return result;
}

struct cp_tri cp_failsafe(const struct cp_world *world,
                          const struct cp_flow *flow,
                          uint32_t node,
                          enum cp_direction direction,
                          bool before_nat,
                          bool replies)
{
    enum cp_direction back = direction == CP_INGRESS ? CP_EGRESS : CP_INGRESS;
    struct cp_failsafe_ports own = failsafe_ports(world, node, direction);
    struct cp_failsafe_ports other = failsafe_ports(world, node, back);
    struct failsafe_port destination = {flow->has_destination_port, flow->destination_port,
                                        CALPOL_DEPENDS_DESTINATION_PORT};
    struct failsafe_port source = {flow->has_source_port, flow->source_port,
                                   CALPOL_DEPENDS_SOURCE_PORT};
    struct cp_tri result;

    if (before_nat && flow->pre_dnat.present && flow->pre_dnat.has_port) {
        destination.known = true;
        destination.number = flow->pre_dnat.port;
    }
    result = is_listed(flow, &own, destination, direction);
    if (replies)
        result = cp_tri_or(result, is_listed(flow, &other, source, direction));
    return result;
}
