/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interface names and ports of endpoints.
 */
#include "resource/endpoint_fields.h"

#include "net/protocol.h"
#include "resource/values.h"

void cp_read_interface_name(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_text *out_name)
{
    *out_name = CP_TEXT("");
    if (!cp_read_given_text(reader, field, out_name))
        return;
    if (!cp_patterns_match(reader->patterns, CP_PATTERN_INTERFACE_NAME, *out_name)) {
        cp_report(
            &reader->base, field, CP_CODE_INTERFACE_NAME,
            "%q is no interface name, expected \"*\" or 1 to 15 letters, digits, \"_\", \".\" "
            "and \"-\"",
            *out_name);
    }
}

/* The four parts return false if the port is to be left out. */

static bool read_name(struct cp_resource_reader *reader,
                      const struct cp_field *item,
                      bool may_be_absent,
                      struct cp_endpoint_port *port)
{
    struct cp_field field = cp_field_member(item, "name");

    port->name = CP_TEXT("");
    if (cp_field_present(&field) && !cp_read_text(&reader->base, &field, &port->name))
        return false;
    if (!port->name.length) {
        if (!may_be_absent)
            cp_report(&reader->base, &field, CP_CODE_ENDPOINT_PORT_NAME, "a port needs a name");
        return may_be_absent;
    }
    if (cp_is_port_name(reader, port->name))
        return true;
    cp_report(
        &reader->base, &field, CP_CODE_ENDPOINT_PORT_NAME,
        "%q is no port name, expected 1 to 15 lower-case letters, digits and single dashes, a "
        "letter among them",
        port->name);
    return false;
}

static bool read_protocol(struct cp_resource_reader *reader,
                          const struct cp_field *item,
                          struct cp_endpoint_port *port)
{
    struct cp_field field = cp_field_member(item, "protocol");
    struct cp_protocol_spec protocol = {0};

    (void)cp_read_protocol(reader, &field, &protocol);
    port->protocol = protocol.number;
    if (cp_protocol_has_ports(protocol.number))
        return true;
    cp_report(&reader->base, &field, CP_CODE_ENDPOINT_PORT_PROTOCOL,
              "a port needs a protocol: TCP, UDP or SCTP");
    return false;
}

static bool read_number(struct cp_resource_reader *reader,
                        const struct cp_field *item,
                        struct cp_endpoint_port *port)
{
    struct cp_field field = cp_field_member(item, "port");

    if (!cp_field_present(&field)) {
        cp_report(&reader->base, &field, CP_CODE_ENDPOINT_PORT_NUMBER,
                  "a port needs a number from 1 to 65535");
        return false;
    }
    return cp_read_port_number(reader, &field, 1, CP_CODE_ENDPOINT_PORT_NUMBER, &port->port);
}

static bool read_host_part(struct cp_resource_reader *reader,
                           const struct cp_field *item,
                           struct cp_endpoint_port *port)
{
    struct cp_field number = cp_field_member(item, "hostPort");
    struct cp_field address = cp_field_member(item, "hostIP");

    if (cp_field_given(&address))
        (void)cp_read_address(reader, &address, 0, &port->host_ip);
    return !cp_field_present(&number) ||
           cp_read_port_number(reader, &number, 0, CP_CODE_ENDPOINT_PORT_NUMBER, &port->host_port);
}

bool cp_read_endpoint_port(struct cp_resource_reader *reader,
                           const struct cp_field *item,
                           bool is_workload,
                           struct cp_endpoint_port *out_port)
{
    static const char *const members[] = {"name", "protocol", "port", NULL};
    static const char *const workload_members[] = {"name",     "protocol", "port",
                                                   "hostPort", "hostIP",   NULL};
    struct cp_endpoint_port port = {0};
    bool is_good;

    if (!cp_read_mapping(&reader->base, item))
        return false;
    cp_check_members(&reader->base, item, is_workload ? workload_members : members, NULL);
    is_good = !is_workload || read_host_part(reader, item, &port);
    is_good = read_name(reader, item, port.host_port != 0, &port) && is_good;
    is_good = read_protocol(reader, item, &port) && is_good;
    is_good = read_number(reader, item, &port) && is_good;
    if (is_good)
        *out_port = port;
    return is_good;
}
