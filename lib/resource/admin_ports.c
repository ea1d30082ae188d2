/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ports of admin policies: protocols of v1alpha2 (K8-128), ports of v1alpha1 (K8-129).
 */
#include "net/protocol.h"
#include "resource/admin_policy.h"
#include "resource/k8s_values.h"

static const char *const range_names[] = {"start", "end", NULL};
static const char *const range_names_v1alpha1[] = {"protocol", "start", "end", NULL};

/* The member of a mapping that is there; absent if there is none or several, which is reported with
   code admin-port. */
static struct cp_field only_member(struct cp_resource_reader *reader,
                                   const struct cp_field *field,
                                   const char *const *names,
                                   const char *expected)
{
    struct cp_field only = cp_field_member(field, names[0]);
    uint32_t count = cp_field_present(&only) ? 1 : 0;

    for (uint32_t i = 1; names[i]; i++) {
        struct cp_field member = cp_field_member(field, names[i]);

        if (!cp_field_present(&member))
            continue;
        only = member;
        count++;
    }
    if (count == 1)
        return only;
    cp_report(&reader->base, field, CP_CODE_ADMIN_PORT, "%s, expected exactly one of %s",
              count ? "several fields" : "none of the fields", expected);
    only.node = NULL;
    return only;
}

/* start and end. v1alpha1 takes equal ones, v1alpha2 does not. */
static void read_range(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       bool is_v1alpha1,
                       struct cp_port_spec *port)
{
    struct cp_field start = cp_field_member(field, "start");
    struct cp_field end = cp_field_member(field, "end");
    bool has_start, has_end;

    if (!cp_k8s_read_object(reader, field, is_v1alpha1 ? range_names_v1alpha1 : range_names))
        return;
    has_start = cp_k8s_read_port_number(reader, &start, &port->first);
    has_end = cp_k8s_read_port_number(reader, &end, &port->last);
    if (!has_start || !has_end || port->first < port->last ||
        (is_v1alpha1 && port->first == port->last))
        return;
    cp_report(&reader->base, field, CP_CODE_PORT_RANGE_ORDER, "start %u is not below end %u",
              (uint32_t)port->first, (uint32_t)port->last);
}

static void read_number(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_port_spec *port)
{
    if (cp_k8s_read_port_number(reader, field, &port->first))
        port->last = port->first;
}

/* A port name; an empty one says nothing. */
static void read_name(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_port_spec *port)
{
    port->named = true;
    if (cp_read_text(&reader->base, field, &port->name) && port->name.length == 0)
        cp_report(&reader->base, field, CP_CODE_ADMIN_PORT, "an empty port name");
}

/* destinationPort of tcp, udp and sctp. */
static void read_destination_port(struct cp_resource_reader *reader,
                                  const struct cp_field *field,
                                  struct cp_port_spec *port)
{
    static const char *const names[] = {"number", "range", NULL};
    struct cp_field only;

    if (!cp_k8s_read_object(reader, field, names))
        return;
    only = only_member(reader, field, names, "number and range");
    if (!cp_field_present(&only))
        return;
    if (cp_text_is(only.name, "number"))
        read_number(reader, &only, port);
    else
        read_range(reader, &only, false, port);
}

/* tcp, udp or sctp: the schema wants destinationPort in it. */
static void read_transport(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_k8s_port *port)
{
    static const char *const names[] = {"destinationPort", NULL};
    struct cp_field destination = cp_field_member(field, "destinationPort");

    if (cp_text_is(field->name, "tcp"))
        port->protocol = CP_PROTOCOL_TCP;
    else
        port->protocol = cp_text_is(field->name, "udp") ? CP_PROTOCOL_UDP : CP_PROTOCOL_SCTP;
    if (!cp_k8s_read_object(reader, field, names))
        return;
    if (cp_field_present(&destination))
        read_destination_port(reader, &destination, &port->port);
    else
        cp_report(&reader->base, field, CP_CODE_ADMIN_PORT,
                  "no destinationPort, which cannot be left out");
}

static void read_protocol_entry(struct cp_resource_reader *reader,
                                const struct cp_field *field,
                                struct cp_k8s_port *port)
{
    static const char *const names[] = {"tcp", "udp", "sctp", "destinationNamedPort", NULL};
    struct cp_field only;

    if (!cp_k8s_read_object(reader, field, names))
        return;
    only = only_member(reader, field, names, "tcp, udp, sctp and destinationNamedPort");
    if (!cp_field_present(&only))
        return;
    if (cp_text_is(only.name, "destinationNamedPort"))
        read_name(reader, &only, &port->port);
    else
        read_transport(reader, &only, port);
}

static void read_port_number_entry(struct cp_resource_reader *reader,
                                   const struct cp_field *field,
                                   struct cp_port_spec *port)
{
    static const char *const names[] = {"protocol", "port", NULL};
    struct cp_field number = cp_field_member(field, "port");

    if (cp_k8s_read_object(reader, field, names))
        read_number(reader, &number, port);
}

static void read_port_entry(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_k8s_port *port)
{
    static const char *const names[] = {"portNumber", "portRange", "namedPort", NULL};
    struct cp_field only, protocol;

    if (!cp_k8s_read_object(reader, field, names))
        return;
    only = only_member(reader, field, names, "portNumber, portRange and namedPort");
    if (!cp_field_present(&only))
        return;
    if (cp_text_is(only.name, "namedPort")) {
        read_name(reader, &only, &port->port);
        return;
    }
    protocol = cp_field_member(&only, "protocol");
    cp_k8s_read_protocol(reader, &protocol, &port->protocol);
    if (cp_text_is(only.name, "portNumber"))
        read_port_number_entry(reader, &only, &port->port);
    else
        read_range(reader, &only, true, &port->port);
}

void cp_admin_read_ports(struct cp_resource_reader *reader,
                         const struct cp_field *list,
                         const struct cp_admin_flavour *flavour,
                         struct cp_k8s_rule *rule,
                         bool *out_is_named)
{
    uint32_t count = cp_field_count(list);

    *out_is_named = false;
    if (!cp_read_sequence(&reader->base, list))
        return;
    if (count == 0)
        cp_report(&reader->base, list, CP_CODE_ADMIN_PORTS_EMPTY,
                  "an empty list, leave it out to mean every port");
    if (count > flavour->limit)
        cp_report(&reader->base, list, CP_CODE_ADMIN_TOO_MANY, "%u items, expected at most %u",
                  count, flavour->limit);
    for (uint32_t i = 0; i < count; i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_k8s_port *port = cp_resource_push(reader, &rule->ports);

        if (!port)
            return;
        if (flavour->is_v1alpha1)
            read_port_entry(reader, &item, port);
        else
            read_protocol_entry(reader, &item, port);
        *out_is_named = *out_is_named || port->port.named;
    }
}
