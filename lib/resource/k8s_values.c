/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of Kubernetes kinds share.
 */
#include "resource/k8s_values.h"

#include "base/number.h"
#include "net/protocol.h"
#include "resource/values.h"

struct cp_k8s_scope cp_k8s_begin(struct cp_resource_reader *reader, enum cp_leniency leniency)
{
    struct cp_k8s_scope scope = {reader->base.leniency, reader->base.problem_count};

    reader->base.leniency = leniency;
    return scope;
}

bool cp_k8s_end(struct cp_resource_reader *reader, const struct cp_k8s_scope *scope)
{
    reader->base.leniency = scope->leniency;
    return reader->base.problem_count != scope->problem_count;
}

bool cp_k8s_read_object(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        const char *const *names)
{
    if (!cp_read_mapping(&reader->base, field))
        return false;
    cp_check_members(&reader->base, field, names, NULL);
    return true;
}

struct cp_origin cp_k8s_origin(const struct cp_resource_reader *reader,
                               const struct cp_field *field)
{
    const struct cp_node *node = field->node ? field->node : field->place;

    return (struct cp_origin){{reader->base.source, node->line, node->column},
                              reader->base.document};
}

bool cp_k8s_read_protocol(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          uint8_t *out_protocol)
{
    struct cp_text text;
    uint8_t protocol;

    if (!cp_field_present(field)) {
        *out_protocol = CP_PROTOCOL_TCP;
        return true;
    }
    if (!cp_read_text(&reader->base, field, &text))
        return false;
    protocol = cp_protocol_by_name(text);
    if (!cp_protocol_has_ports(protocol)) {
        cp_report(&reader->base, field, CP_CODE_PROTOCOL,
                  "unknown protocol %q, expected TCP, UDP or SCTP, in upper case", text);
        return false;
    }
    *out_protocol = protocol;
    return true;
}

static bool bad_cidr(struct cp_resource_reader *reader,
                     const struct cp_field *field,
                     struct cp_text text,
                     enum cp_prefix_problem problem)
{
    const char *advice = "";

    if (problem == CP_PREFIX_BARE)
        advice = cp_text_find_byte(text, ':') == SIZE_MAX ? ": add /32 for the one address"
                                                          : ": add /128 for the one address";
    cp_report(&reader->base, field, CP_CODE_CIDR,
              "%q is no network, expected address/length without leading zeros%s", text, advice);
    return false;
}

bool cp_k8s_read_cidr(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      size_t max_length,
                      struct cp_prefix *out_prefix)
{
    struct cp_text text = CP_TEXT("");
    struct cp_prefix prefix;
    enum cp_prefix_problem problem;

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return false;
    if (!cp_field_present(field)) {
        cp_report(&reader->base, field, CP_CODE_CIDR, "no cidr, expected a network");
        return false;
    }
    problem = cp_prefix_parse(text, true, &prefix);
    if (problem == CP_PREFIX_OK && text.length > max_length)
        problem = CP_PREFIX_BAD;
    if (problem != CP_PREFIX_OK)
        return bad_cidr(reader, field, text, problem);
    if (cp_prefix_mask(&prefix))
        cp_report_as(&reader->base, field, CP_CODE_CIDR_HOST_BITS, CALPOL_SEVERITY_WARNING,
                     "%q has bits set behind its length; they are ignored", text);
    *out_prefix = prefix;
    return true;
}

static bool port_in_range(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          int64_t number,
                          uint16_t *out_port)
{
    if (number < 1 || number > UINT16_MAX) {
        cp_report(&reader->base, field, CP_CODE_PORT_NUMBER, "%t is no port, expected 1 to 65535",
                  cp_node_text(field->node));
        return false;
    }
    *out_port = (uint16_t)number;
    return true;
}

bool cp_k8s_read_port_number(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             uint16_t *out_port)
{
    int64_t number;

    if (!cp_field_present(field)) {
        cp_report(&reader->base, field, CP_CODE_PORT_NUMBER, "no port, expected 1 to 65535");
        return false;
    }
    return cp_read_integer(&reader->base, field, &number) &&
           port_in_range(reader, field, number, out_port);
}

/* K8-37: "80" in quotes. */
static bool read_quoted_number(struct cp_resource_reader *reader,
                               const struct cp_field *field,
                               uint64_t number,
                               struct cp_port_spec *out_port)
{
    enum calpol_severity severity = cp_soft(reader);

    cp_report_as(&reader->base, field, CP_CODE_PORT_NAME, severity,
                 "%q in quotes is a port name without a letter, write the number without quotes",
                 cp_node_text(field->node));
    if (severity == CALPOL_SEVERITY_ERROR ||
        !port_in_range(reader, field, (int64_t)number, &out_port->first))
        return false;
    out_port->last = out_port->first;
    return true;
}

static bool read_port_text(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_port_spec *out_port)
{
    struct cp_text text;
    uint64_t number;

    if (!cp_read_text(&reader->base, field, &text))
        return false;
    if (cp_number_parse_unsigned(text, INT64_MAX, &number))
        return read_quoted_number(reader, field, number, out_port);
    if (!cp_is_port_name(reader, text)) {
        cp_report(&reader->base, field, CP_CODE_PORT_NAME,
                  "%q is no port name, expected 1 to 15 of a-z, 0-9 and single dashes inside, with "
                  "a letter",
                  text);
        return false;
    }
    out_port->named = true;
    out_port->name = text;
    return true;
}

bool cp_k8s_read_port(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_port_spec *out_port)
{
    int64_t number;

    if (!cp_field_present(field))
        return false;
    if (field->node->type == CP_NODE_TEXT)
        return read_port_text(reader, field, out_port);
    if (!cp_read_integer(&reader->base, field, &number) ||
        !port_in_range(reader, field, number, &out_port->first))
        return false;
    out_port->last = out_port->first;
    return true;
}
