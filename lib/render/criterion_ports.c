/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Criteria in words: ports, by number and by name, and Services.
 */
#include "net/protocol.h"
#include "render/criterion.h"
#include "render/describe.h"
#include "render/list.h"

/* ---- Ports ----------------------------------------------------------------------------------- */

static void print_range(const struct cp_port_range *range, struct cp_buffer *buffer)
{
    cp_buffer_add_unsigned(buffer, range->first);
    if (range->last != range->first)
        cp_buffer_format(buffer, "-%u", range->last);
}

static void print_ports(const struct cp_spot *spot,
                        const struct cp_port_list *ports,
                        struct cp_buffer *buffer)
{
    const struct cp_intern *names = &spot->explained->world->ruleset->names;
    struct cp_list list = cp_list_begin(buffer, ports->numbers.range_count + ports->name_count);

    for (uint32_t i = 0; i < ports->numbers.range_count; i++) {
        if (cp_list_next(&list))
            print_range(&ports->numbers.ranges[i], buffer);
    }
    for (uint32_t i = 0; i < ports->name_count; i++) {
        if (cp_list_next(&list))
            cp_buffer_add(buffer, cp_intern_text(names, ports->names[i]));
    }
    cp_list_end(&list);
}

void cp_want_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s port ", cp_end_name(end));
    print_ports(spot, &cp_spot_entity(spot, end)->ports, buffer);
}

void cp_want_not_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s port other than ", cp_end_name(end));
    print_ports(spot, &cp_spot_entity(spot, end)->not_ports, buffer);
}

/* The port of the flow; false: its protocol has none. */
static bool print_have(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_side *side = &spot->view->sides[end];
    const struct cp_flow *flow = spot->view->flow;

    if (flow->has_protocol && !cp_protocol_has_ports(flow->protocol)) {
        cp_buffer_add_string(buffer, "but ");
        cp_describe_protocol(flow->protocol, buffer);
        cp_buffer_add_string(buffer, " has no ports");
        return false;
    }
    if (side->has_port)
        cp_buffer_format(buffer, "but it is %u", side->port);
    else
        cp_buffer_add_string(buffer, "but it is not told");
    return true;
}

/* What an owner calls by a name: ", and pod:m/b has http at 9090/TCP". */
static bool print_declared(const struct cp_spot *spot,
                           uint32_t number,
                           uint32_t name,
                           struct cp_buffer *buffer)
{
    const struct cp_world *world = spot->explained->world;
    const struct cp_owner *owner = cp_world_owner(world, number);
    bool found = false;

    for (uint32_t i = 0; i < owner->port_count; i++) {
        if (owner->ports[i].name != name)
            continue;
        cp_buffer_add_string(buffer, found ? " and " : ", and ");
        if (!found) {
            cp_describe_owner(world, number, buffer);
            cp_buffer_format(buffer, " has %t at ", cp_intern_text(&world->ruleset->names, name));
        }
        cp_buffer_format(buffer, "%u/", owner->ports[i].port);
        cp_describe_protocol(owner->ports[i].protocol, buffer);
        found = true;
    }
    return found;
}

/* EV-87: a name means what the owner of the address says, and nothing if it says nothing. */
static void explain_name(const struct cp_spot *spot,
                         enum cp_end end,
                         uint32_t name,
                         struct cp_buffer *buffer)
{
    const struct cp_side *side = &spot->view->sides[end];
    struct cp_text text = cp_intern_text(&spot->explained->world->ruleset->names, name);
    struct cp_owner_walk walk;
    bool found = false;

    for (bool more = cp_side_first(spot->view, side, &walk); more; more = cp_side_next(&walk))
        found = print_declared(spot, walk.owner, name, buffer) || found;
    if (found)
        return;
    cp_buffer_add_string(buffer, ", and ");
    cp_describe_party(spot->explained, spot->view->flow, end, buffer);
    cp_buffer_format(buffer, " declares no port %t", text);
    if (!cp_world_declares_port(spot->explained->world, name))
        cp_buffer_add_string(buffer, ", nor does any other endpoint");
}

void cp_miss_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_port_list *ports = &cp_spot_entity(spot, end)->ports;

    if (!print_have(spot, end, buffer))
        return;
    for (uint32_t i = 0; i < ports->name_count; i++)
        explain_name(spot, end, ports->names[i], buffer);
}

void cp_miss_not_ports(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    print_have(spot, end, buffer);
}

/* ---- Services -------------------------------------------------------------------------------- */

static const struct cp_rule_service *service_of(const struct cp_spot *spot, enum cp_end end)
{
    return &spot->explained->world->ruleset->rule_services[cp_spot_entity(spot, end)->service];
}

void cp_want_service(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_intern *names = &spot->explained->world->ruleset->names;
    const struct cp_rule_service *service = service_of(spot, end);

    cp_buffer_format(buffer, "%s among the backends of Service %t/%t", cp_end_name(end),
                     cp_intern_text(names, service->namespace_name),
                     cp_intern_text(names, service->name));
}

/* EV-90, EV-91: a source is any address of the slices, a destination an address with a port. */
static bool is_listed(const struct cp_service_entry *entry, enum cp_end end)
{
    return end == CP_SOURCE ? !entry->protocol : entry->protocol != 0;
}

static void print_entries(const struct cp_rule_service *service,
                          enum cp_end end,
                          struct cp_buffer *buffer)
{
    uint32_t count = 0;
    struct cp_list list;

    for (uint32_t i = 0; i < service->entry_count; i++)
        count += is_listed(&service->entries[i], end);
    cp_buffer_add_string(buffer, count ? ", and they are " : ", and they have no ports");
    list = cp_list_begin(buffer, count);
    for (uint32_t i = 0; i < service->entry_count; i++) {
        const struct cp_service_entry *entry = &service->entries[i];

        if (!is_listed(entry, end) || !cp_list_next(&list))
            continue;
        cp_address_print(&entry->address, buffer);
        if (!entry->protocol)
            continue;
        cp_buffer_format(buffer, " port %u/", entry->port);
        cp_describe_protocol(entry->protocol, buffer);
    }
    cp_list_end(&list);
}

void cp_miss_service(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_rule_service *service = service_of(spot, end);
    const struct cp_side *side = &spot->view->sides[end];

    if (!service->entry_count) {
        cp_buffer_add_string(buffer, "which has no EndpointSlice in the input");
        return;
    }
    cp_buffer_add_string(buffer, "but it is ");
    cp_describe_side_address(side, buffer);
    if (end == CP_DESTINATION && side->has_port)
        cp_buffer_format(buffer, " port %u", side->port);
    print_entries(service, end, buffer);
}
