/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rewriting of destinations: which ports of Services, and which hostPorts, a flow may mean, and the
 * backends of each.
 */
#include "evaluate/service.h"

#include "evaluate/participant.h"

/* Where a walk looks for rewritings, in this order; then the flow as it is. */
enum phase { PHASE_SERVICES, PHASE_HOST_PORTS, PHASE_PLAIN, PHASE_END };

/* ---- Services that the destination may be -------------------------------------------------- */

/* The smallest number from from on of a Service that has the address. */
static uint32_t next_of_address(const struct cp_world *world,
                                const struct calpol_address *address,
                                uint32_t from)
{
    const struct cp_prefix_trie *trie = &world->ruleset->service_trie;
    uint32_t service, next = CP_NONE;
    struct cp_trie_walk walk;

    for (bool more = cp_prefix_trie_first(trie, address, &walk, &service); more;
         more = cp_prefix_trie_next(trie, &walk, &service)) {
        if (service >= from && service < next)
            next = service;
    }
    return next;
}

static uint32_t next_service(const struct cp_world *world,
                             const struct cp_flow *flow,
                             uint32_t from)
{
    switch (flow->rewrite) {
    case CP_REWRITE_ADDRESS:
        return next_of_address(world, &flow->destination.address, from);
    case CP_REWRITE_NODE:
        return from < world->ruleset->service_count ? from : CP_NONE;
    case CP_REWRITE_SERVICE:
        return from <= flow->service ? flow->service : CP_NONE;
    case CP_REWRITE_NONE:
        break;
    }
    return CP_NONE;
}

/* ---- Does a port fit? ---------------------------------------------------------------------- */

static struct cp_tri protocol_fits(const struct cp_flow *flow, uint8_t protocol)
{
    return cp_tri_if_known(flow->has_protocol, flow->protocol == protocol, CALPOL_DEPENDS_PROTOCOL);
}

static struct cp_tri number_fits(const struct cp_flow *flow, uint16_t port)
{
    return cp_tri_if_known(flow->has_destination_port, flow->destination_port == port,
                           CALPOL_DEPENDS_DESTINATION_PORT);
}

/* K8-118: a node's address leads on by nodePort; it may be a Service's address besides. */
static struct cp_tri node_port_fits(const struct cp_world *world,
                                    const struct cp_flow *flow,
                                    uint32_t service,
                                    const struct cp_service_port_entry *port)
{
    struct cp_tri fit = cp_tri_of(false);

    if (port->node_port)
        fit = number_fits(flow, port->node_port);
    if (next_of_address(world, &flow->destination.address, service) == service)
        fit = cp_tri_or(fit, number_fits(flow, port->port));
    return fit;
}

/* A Service that was named is meant, so its only port is. */
static struct cp_tri named_service_fits(const struct cp_flow *flow,
                                        const struct cp_service *service,
                                        uint32_t index)
{
    const struct cp_service_port_entry *port = &service->ports[index];
    struct cp_tri fit =
        cp_tri_and(protocol_fits(flow, port->protocol), number_fits(flow, port->port));

    if (service->external_name)
        return cp_tri_of(false);
    if (service->headless)
        return cp_tri_of(index == (flow->service_port == CP_NONE ? 0 : flow->service_port));
    if (flow->service_port != CP_NONE)
        return cp_tri_of(index == flow->service_port);
    if (service->port_count == 1 && fit.answer == CP_ANSWER_MAYBE)
        return cp_tri_of(true);
    return fit;
}

/* K8-111 */
static struct cp_tri port_fits(const struct cp_world *world,
                               const struct cp_flow *flow,
                               uint32_t number,
                               uint32_t index)
{
    const struct cp_service *service = &world->ruleset->services[number];
    const struct cp_service_port_entry *port = &service->ports[index];

    if (flow->rewrite == CP_REWRITE_SERVICE)
        return named_service_fits(flow, service, index);
    if (service->headless)
        return cp_tri_of(false);
    return cp_tri_and(protocol_fits(flow, port->protocol),
                      flow->rewrite == CP_REWRITE_NODE ? node_port_fits(world, flow, number, port)
                                                       : number_fits(flow, port->port));
}

/* ---- Candidates ---------------------------------------------------------------------------- */

/* Takes in that a rewriting fits, or may fit. */
static bool take_fit(struct cp_leg_walk *walk, struct cp_tri fit)
{
    walk->inside = true;
    walk->is_served = false;
    walk->backend = (struct cp_backend_walk){0};
    if (fit.answer == CP_ANSWER_YES)
        walk->settled = true;
    else
        walk->is_open = true;
    walk->depends |= fit.depends;
    return true;
}

/* The next port of a Service that fits, from walk->service and walk->port on. */
static bool next_service_port(const struct cp_world *world,
                              const struct cp_flow *flow,
                              struct cp_leg_walk *walk)
{
    uint32_t service;

    while ((service = next_service(world, flow, walk->service)) != CP_NONE) {
        if (service != walk->service)
            walk->port = 0;
        walk->service = service;
        for (; walk->port < world->ruleset->services[service].port_count; walk->port++) {
            struct cp_tri fit = port_fits(world, flow, service, walk->port);

            if (fit.answer != CP_ANSWER_NO)
                return take_fit(walk, fit);
        }
        walk->service++;
        walk->port = 0;
    }
    return false;
}

/* Can a pod be reached in the flow's family? One that is planned can. */
static bool has_family(const struct cp_world *world, uint32_t owner, uint8_t family)
{
    const struct cp_prefixes *nets = &cp_world_owner(world, owner)->nets;

    for (uint32_t i = 0; i < nets->count; i++) {
        if (nets->items[i].address.family == family)
            return true;
    }
    return nets->count == 0;
}

/* The next hostPort of the node that fits, from walk->port on (K8-119). */
static bool next_host_port(const struct cp_world *world,
                           const struct cp_flow *flow,
                           struct cp_leg_walk *walk)
{
    for (; walk->port < world->ruleset->host_port_count; walk->port++) {
        const struct cp_host_port *port = &world->ruleset->host_ports[walk->port];
        struct cp_tri fit;

        if (flow->rewrite != CP_REWRITE_NODE || port->node != flow->destination.node ||
            !has_family(world, port->owner, flow->family))
            continue;
        fit = cp_tri_and(protocol_fits(flow, port->protocol), number_fits(flow, port->host_port));
        if (fit.answer != CP_ANSWER_NO)
            return take_fit(walk, fit);
    }
    return false;
}

static bool next_candidate(const struct cp_world *world,
                           const struct cp_flow *flow,
                           struct cp_leg_walk *walk)
{
    if (walk->settled)
        return false;
    if (walk->phase == PHASE_SERVICES) {
        if (next_service_port(world, flow, walk))
            return true;
        walk->phase = PHASE_HOST_PORTS;
        walk->port = 0;
    }
    return walk->phase == PHASE_HOST_PORTS && next_host_port(world, flow, walk);
}

/* ---- Legs ---------------------------------------------------------------------------------- */

/* Sets the destination behind the rewriting, and what it was before. */
static void rewrite(const struct cp_flow *flow,
                    const struct cp_party *party,
                    uint8_t protocol,
                    uint16_t front_port,
                    uint16_t port,
                    struct cp_flow *out_flow)
{
    *out_flow = *flow;
    out_flow->rewrite = CP_REWRITE_NONE;
    out_flow->pre_dnat = (struct cp_pre_dnat){
        .present = true,
        .address_known = flow->destination.has_address ? CP_KNOWN : CP_UNKNOWN,
        .has_port = true,
        .address = flow->destination.address,
        .port = flow->has_destination_port ? flow->destination_port : front_port,
    };
    if (flow->rewrite == CP_REWRITE_NODE && flow->destination.node != CP_NONE)
        out_flow->entry_node = flow->destination.node + 1;
    out_flow->destination = *party;
    out_flow->destination.interface_name = flow->destination.interface_name;
    out_flow->has_protocol = true;
    out_flow->protocol = protocol;
    out_flow->has_destination_port = true;
    out_flow->destination_port = port;
}

/* K8-117: clients of a headless Service get a backend's address and use the port they name. Who
   names it by name alone gets the backend's from DNS, too. */
static void reach_directly(const struct cp_flow *flow, struct cp_flow *out_flow)
{
    bool is_port_named = flow->service_port != CP_NONE;

    out_flow->pre_dnat = (struct cp_pre_dnat){.address_known = CP_ABSENT};
    if (is_port_named && !flow->has_destination_port)
        return;
    if (!is_port_named) {
        out_flow->has_protocol = flow->has_protocol;
        out_flow->protocol = flow->protocol;
    }
    out_flow->has_destination_port = flow->has_destination_port;
    out_flow->destination_port = flow->destination_port;
}

static void party_of_backend(const struct cp_world *world,
                             const struct cp_backend *backend,
                             struct cp_party *out_party)
{
    if (backend->is_host) {
        cp_party_of_node(world, backend->node, out_party);
        return;
    }
    if (backend->owner == CP_NONE) {
        cp_party_of_address(world, &backend->address, out_party);
        return;
    }
    cp_party_of_owner(world, backend->owner, out_party);
    out_party->has_address = backend->has_address;
    out_party->address = backend->address;
}

/* Family and addresses of a leg: those of the address that was rewritten, else of the first leg
   that has one in common with the source. False: this backend cannot be meant. */
static bool settle(const struct cp_world *world,
                   const struct cp_flow *flow,
                   struct cp_leg_walk *walk,
                   struct cp_flow *leg)
{
    if (walk->family)
        leg->given_family = walk->family;
    else if (flow->destination.has_address)
        leg->given_family = flow->family;
    if (leg->destination.has_address) {
        if (leg->given_family && leg->given_family != leg->destination.address.family)
            return false;
        leg->given_family = leg->destination.address.family;
    }
    if (!cp_settle_addresses(world, leg))
        return false;
    walk->family = leg->family;
    return true;
}

/* Labels that changed leave open whether this is a backend: the legs are cases. */
static void take_doubt(struct cp_leg_walk *walk, uint32_t changed)
{
    walk->is_open = true;
    walk->depends |= CALPOL_DEPENDS_DESTINATION_IP;
    walk->changed = changed + 1;
}

static bool next_backend(const struct cp_world *world,
                         const struct cp_flow *flow,
                         struct cp_leg_walk *walk,
                         struct cp_leg *out_leg)
{
    const struct cp_service *service = &world->ruleset->services[walk->service];
    const struct cp_service_port_entry *port = &service->ports[walk->port];
    uint16_t front =
        flow->rewrite == CP_REWRITE_NODE && port->node_port ? port->node_port : port->port;
    struct cp_backend backend;
    uint32_t changed;

    out_leg->via = CP_VIA_SERVICE;
    out_leg->service = walk->service;
    out_leg->service_port = walk->port;
    while (cp_next_backend(world, service, port, &walk->backend, &backend, &changed)) {
        struct cp_party party;

        party_of_backend(world, &backend, &party);
        rewrite(flow, &party, port->protocol, front, backend.port, &out_leg->flow);
        if (service->headless)
            reach_directly(flow, &out_leg->flow);
        if (!settle(world, flow, walk, &out_leg->flow))
            continue;
        if (changed == CP_NONE)
            walk->is_served = true;
        else
            take_doubt(walk, changed);
        return true;
    }
    return false;
}

static bool next_pod(const struct cp_world *world,
                     const struct cp_flow *flow,
                     struct cp_leg_walk *walk,
                     struct cp_leg *out_leg)
{
    const struct cp_host_port *port = &world->ruleset->host_ports[walk->port];
    struct cp_party party;

    out_leg->via = CP_VIA_HOST_PORT;
    if (walk->backend.position++)
        return false;
    walk->is_served = true;
    cp_party_of_owner(world, port->owner, &party);
    rewrite(flow, &party, port->protocol, port->host_port, port->port, &out_leg->flow);
    return settle(world, flow, walk, &out_leg->flow);
}

/* The next leg of the port that the walk is at; after the last one the walk leaves the port. */
static bool next_of_port(const struct cp_world *world,
                         const struct cp_flow *flow,
                         struct cp_leg_walk *walk,
                         struct cp_leg *out_leg)
{
    bool found = walk->phase == PHASE_SERVICES ? next_backend(world, flow, walk, out_leg)
                                               : next_pod(world, flow, walk, out_leg);
    bool refused = !found && !walk->is_served;

    if (refused) { /* K8-113 */
        out_leg->refused = true;
        out_leg->flow = *flow;
    }
    if (!found) {
        walk->inside = false;
        walk->port++;
    }
    return found || refused;
}

/* The flow as it is: if nothing rewrites it, or nothing for certain. A Service that was named is
   meant, unless none of its ports is. */
static bool next_plain(const struct cp_world *world,
                       const struct cp_flow *flow,
                       struct cp_leg_walk *walk,
                       struct cp_leg *out_leg)
{
    bool is_named = flow->rewrite == CP_REWRITE_SERVICE;
    bool is_left = walk->leg_count == 0 || (walk->is_open && !is_named);

    if (walk->phase == PHASE_END || walk->settled || !is_left)
        return false;
    walk->phase = PHASE_END;
    walk->port_is_missing =
        walk->leg_count == 0 && (flow->rewrite == CP_REWRITE_ADDRESS ||
                                 (is_named && !world->ruleset->services[flow->service].headless));
    out_leg->flow = *flow;
    out_leg->flow.rewrite = CP_REWRITE_NONE;
    return true;
}

bool cp_next_leg(const struct cp_world *world,
                 const struct cp_flow *flow,
                 struct cp_leg_walk *walk,
                 struct cp_leg *out_leg)
{
    bool found = false;

    *out_leg = (struct cp_leg){.service = CP_NONE, .service_port = CP_NONE};
    if (flow->rewrite == CP_REWRITE_NONE && walk->phase == PHASE_SERVICES)
        walk->phase = PHASE_PLAIN;
    while (!found && (walk->inside || next_candidate(world, flow, walk)))
        found = next_of_port(world, flow, walk, out_leg);
    if (!found) {
        *out_leg = (struct cp_leg){.service = CP_NONE, .service_port = CP_NONE};
        found = next_plain(world, flow, walk, out_leg);
    }
    walk->leg_count += found;
    return found;
}

void cp_flow_find_rewrite(const struct cp_world *world, struct cp_flow *flow)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    const struct cp_party *destination = &flow->destination;
    bool is_service_address;

    if (flow->rewrite == CP_REWRITE_SERVICE || flow->pre_dnat.present ||
        !destination->has_address || !(ruleset->service_count || ruleset->host_port_count))
        return;
    is_service_address = next_of_address(world, &destination->address, 0) != CP_NONE;
    if (destination->kind == CP_PARTY_HOST)
        flow->rewrite = CP_REWRITE_NODE;
    else if (destination->kind == CP_PARTY_EXTERNAL && is_service_address)
        flow->rewrite = CP_REWRITE_ADDRESS;
}
