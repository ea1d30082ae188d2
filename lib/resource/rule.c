/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of Calico policies and profiles: their own fields, and the checks across source and
 * destination (resources.md 5.1, 5.2).
 */
#include "resource/rule.h"

#include "net/protocol.h"
#include "resource/entity.h"
#include "resource/rule_http.h"
#include "resource/values.h"

#define MOST_RULES 1024u

/* One of the two entities, and their lists for the checks across them. */
struct entity_fields {
    struct cp_field entity;
    struct cp_field nets, not_nets, ports, not_ports;
};

struct rule_fields {
    struct cp_field action, ip_version, protocol, not_protocol;
    struct cp_field icmp, not_icmp, http;
    struct entity_fields source, destination;
};

static void find_entity(const struct cp_field *rule,
                        const char *name,
                        struct entity_fields *out_fields)
{
    out_fields->entity = cp_field_member(rule, name);
    out_fields->nets = cp_field_member(&out_fields->entity, "nets");
    out_fields->not_nets = cp_field_member(&out_fields->entity, "notNets");
    out_fields->ports = cp_field_member(&out_fields->entity, "ports");
    out_fields->not_ports = cp_field_member(&out_fields->entity, "notPorts");
}

static void find_fields(const struct cp_field *rule, struct rule_fields *out_fields)
{
    out_fields->action = cp_field_member(rule, "action");
    out_fields->ip_version = cp_field_member(rule, "ipVersion");
    out_fields->protocol = cp_field_member(rule, "protocol");
    out_fields->not_protocol = cp_field_member(rule, "notProtocol");
    out_fields->icmp = cp_field_member(rule, "icmp");
    out_fields->not_icmp = cp_field_member(rule, "notICMP");
    out_fields->http = cp_field_member(rule, "http");
    find_entity(rule, "source", &out_fields->source);
    find_entity(rule, "destination", &out_fields->destination);
}

/* ---- single fields ---- */

static const char *const action_names[] = {"Allow", "Deny", "Log", "Pass", NULL};
static const uint8_t actions[] = {CALPOL_ACTION_ALLOW, CALPOL_ACTION_DENY, CALPOL_ACTION_LOG,
                                  CALPOL_ACTION_PASS};

static void report_action(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_text text)
{
    const char *nearest = cp_nearest_name(text, action_names);

    if (!text.length) {
        cp_report(&reader->base, field, CP_CODE_ACTION,
                  "a rule needs an action: Allow, Deny, Log or Pass");
    } else if (nearest) {
        cp_report(&reader->base, field, CP_CODE_ACTION, "unknown action %q, expected %s", text,
                  nearest);
    } else {
        cp_report(&reader->base, field, CP_CODE_ACTION,
                  "unknown action %q, expected Allow, Deny, Log or Pass", text);
    }
}

/* CALPOL_ACTION_NONE if there is none that is good. */
static uint8_t read_action(struct cp_resource_reader *reader, const struct cp_field *field)
{
    struct cp_text text = CP_TEXT("");

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return CALPOL_ACTION_NONE;
    for (int i = 0; action_names[i]; i++) {
        if (cp_text_is(text, action_names[i]))
            return actions[i];
    }
    if (!reader->deletion)
        report_action(reader, field, text);
    return CALPOL_ACTION_NONE;
}

static void read_ip_version(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_rule_spec *rule)
{
    int64_t version;

    if (!cp_read_integer(&reader->base, field, &version))
        return;
    if (version == 4 || version == 6)
        rule->ip_version = (uint8_t)version;
    else
        cp_report(&reader->base, field, CP_CODE_IP_VERSION, "IP version %t, expected 4 or 6",
                  cp_node_text(field->node));
}

/* Values out of range are kept for lenient loading, where they match nothing. */
static bool read_icmp_number(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             int64_t limit,
                             int32_t *out_number)
{
    int64_t number;

    if (!cp_read_integer(&reader->base, field, &number))
        return false;
    if (number < 0 || number > limit) {
        cp_report(&reader->base, field, CP_CODE_OUT_OF_RANGE, "%t is %t, expected 0 to %u",
                  field->name, cp_node_text(field->node), (uint32_t)limit);
    }
    *out_number = number < 0 ? -1 : number > INT32_MAX ? INT32_MAX : (int32_t)number;
    return true;
}

static void read_icmp(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_icmp_spec *icmp)
{
    static const char *const members[] = {"type", "code", NULL};
    struct cp_field type = cp_field_member(field, "type");
    struct cp_field code = cp_field_member(field, "code");

    if (!cp_read_mapping(&reader->base, field))
        return;
    cp_check_members(&reader->base, field, members, NULL);
    icmp->given = true;
    icmp->has_type = read_icmp_number(reader, &type, 254, &icmp->type);
    icmp->has_code = read_icmp_number(reader, &code, 255, &icmp->code);
    if (cp_field_present(&code) && !cp_field_present(&type)) {
        cp_report(&reader->base, &code, CP_CODE_ICMP_CODE_NO_TYPE,
                  "an ICMP code needs a type beside it");
    }
}

static void read_rule_metadata(struct cp_resource_reader *reader,
                               const struct cp_field *field,
                               struct cp_rule_spec *rule)
{
    static const char *const members[] = {"annotations", NULL};
    struct cp_field annotations = cp_field_member(field, "annotations");

    if (!cp_read_mapping(&reader->base, field))
        return;
    cp_check_members(&reader->base, field, members, NULL);
    cp_read_annotations(reader, &annotations, true, &rule->annotations);
    cp_check_annotation_size(reader, &annotations, &rule->annotations);
}

/* ---- checks across the rule ---- */

static bool has_numbers(const struct cp_port_spec *ports, uint32_t port_count)
{
    for (uint32_t i = 0; i < port_count; i++) {
        if (!ports[i].named)
            return true;
    }
    return false;
}

/* Named ports bring their protocol along; numbers need one that has ports. */
static void check_port_list(struct cp_resource_reader *reader,
                            const struct cp_field *list,
                            const struct cp_port_spec *ports,
                            uint32_t port_count,
                            const struct cp_protocol_spec *protocol)
{
    if (cp_field_count(list) == 0)
        return;
    if (!protocol->given && has_numbers(ports, port_count)) {
        cp_report(&reader->base, list, CP_CODE_PORTS_PROTOCOL,
                  "%t need a protocol: TCP, UDP or SCTP", list->name);
    } else if (protocol->given && !cp_protocol_has_ports(protocol->number)) {
        cp_report(&reader->base, list, CP_CODE_PORTS_PROTOCOL,
                  "the rule's protocol has no ports, expected TCP, UDP or SCTP with %t",
                  list->name);
    }
}

static void check_ports(struct cp_resource_reader *reader,
                        const struct entity_fields *fields,
                        const struct cp_entity_spec *entity,
                        const struct cp_protocol_spec *protocol)
{
    check_port_list(reader, &fields->ports, entity->ports.items, entity->ports.count, protocol);
    check_port_list(reader, &fields->not_ports, entity->not_ports.items, entity->not_ports.count,
                    protocol);
}

static void check_icmp(struct cp_resource_reader *reader,
                       const struct rule_fields *fields,
                       const struct cp_rule_spec *rule)
{
    const struct cp_protocol_spec *protocols[] = {&rule->protocol, &rule->not_protocol};
    const bool is_malformed = cp_field_present(&fields->protocol) && !rule->protocol.given;

    if (cp_field_present(&fields->icmp) && !is_malformed &&
        !(rule->protocol.given && cp_protocol_is_icmp(rule->protocol.number))) {
        cp_report(&reader->base, &fields->icmp, CP_CODE_ICMP_PROTOCOL,
                  "icmp needs the protocol ICMP or ICMPv6");
    }
    for (int i = 0; i < 2; i++) {
        uint8_t wanted;

        if (!protocols[i]->given || !cp_protocol_is_icmp(protocols[i]->number))
            continue;
        wanted = protocols[i]->number == CP_PROTOCOL_ICMP ? 4 : 6;
        if (rule->ip_version && rule->ip_version != wanted) {
            cp_report(&reader->base, &fields->ip_version, CP_CODE_ICMP_IP_VERSION,
                      "%s is a protocol of IPv%u, found ipVersion %u",
                      cp_protocol_name(protocols[i]->number), (uint32_t)wanted,
                      (uint32_t)rule->ip_version);
        }
    }
}

/* The four lists of networks in the order in which they are judged. */
struct net_list {
    const struct cp_field *field;
    const struct cp_prefix *nets;
    uint32_t net_count;
};

/* Does the list hold a network that is not of the version? */
static bool has_other_version(const struct net_list *list, uint8_t version)
{
    for (uint32_t i = 0; i < list->net_count; i++) {
        if (list->nets[i].address.family != version)
            return true;
    }
    return false;
}

static void check_nets(struct cp_resource_reader *reader,
                       const struct rule_fields *fields,
                       const struct cp_rule_spec *rule)
{
    const struct cp_entity_spec *source = &rule->source, *destination = &rule->destination;
    const struct net_list lists[] = {
        {&fields->source.nets, source->nets.items, source->nets.count},
        {&fields->source.not_nets, source->not_nets.items, source->not_nets.count},
        {&fields->destination.nets, destination->nets.items, destination->nets.count},
        {&fields->destination.not_nets, destination->not_nets.items, destination->not_nets.count},
    };
    uint8_t first_version = 0;
    bool is_mixed = false;

    for (int i = 0; i < 4; i++) {
        if (lists[i].net_count == 0)
            continue;
        if (rule->ip_version && has_other_version(&lists[i], rule->ip_version)) {
            cp_report(&reader->base, lists[i].field, CP_CODE_NETS_IP_VERSION,
                      "networks of IPv%u in a rule with ipVersion %u",
                      rule->ip_version == 4 ? 6u : 4u, (uint32_t)rule->ip_version);
        }
        if (!first_version)
            first_version = lists[i].nets[0].address.family;
        if (!is_mixed && has_other_version(&lists[i], first_version)) {
            cp_report(&reader->base, lists[i].field, CP_CODE_NETS_MIXED_FAMILIES,
                      "networks of IPv4 and IPv6 in one rule, expected a rule for each");
            is_mixed = true;
        }
    }
}

static void check_http(struct cp_resource_reader *reader,
                       const struct rule_fields *fields,
                       bool is_ingress,
                       const struct cp_rule_spec *rule)
{
    const struct cp_field *http = &fields->http;

    if (!cp_field_present(http))
        return;
    if (rule->action != CALPOL_ACTION_ALLOW && rule->action != CALPOL_ACTION_NONE)
        cp_report(&reader->base, http, CP_CODE_HTTP_ACTION, "http needs a rule with action Allow");
    if (rule->protocol.given && rule->protocol.number != CP_PROTOCOL_TCP)
        cp_report(&reader->base, http, CP_CODE_HTTP_PROTOCOL, "http needs the protocol TCP");
    if (!is_ingress)
        cp_report(&reader->base, http, CP_CODE_HTTP_EGRESS, "http is for ingress rules only");
}

static void check_rule(struct cp_resource_reader *reader,
                       const struct rule_fields *fields,
                       bool is_ingress,
                       const struct cp_rule_spec *rule)
{
    const bool is_malformed = cp_field_present(&fields->protocol) && !rule->protocol.given;

    if (!is_malformed) {
        check_ports(reader, &fields->source, &rule->source, &rule->protocol);
        check_ports(reader, &fields->destination, &rule->destination, &rule->protocol);
    }
    check_icmp(reader, fields, rule);
    check_nets(reader, fields, rule);
    check_http(reader, fields, is_ingress, rule);
}

/* ---- rules ---- */

static void read_rule(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      bool is_ingress,
                      struct cp_rule_spec *rule)
{
    static const char *const members[] = {
        "action", "ipVersion",   "protocol", "notProtocol", "icmp", "notICMP",
        "source", "destination", "http",     "metadata",    NULL,
    };
    const struct cp_entity_side source = {is_ingress, true}, destination = {is_ingress, false};
    struct cp_field metadata = cp_field_member(field, "metadata");
    struct rule_fields fields;

    if (!cp_read_mapping(&reader->base, field))
        return;
    cp_check_members(&reader->base, field, members, NULL);
    find_fields(field, &fields);
    rule->action = read_action(reader, &fields.action);
    read_ip_version(reader, &fields.ip_version, rule);
    (void)cp_read_protocol(reader, &fields.protocol, &rule->protocol);
    (void)cp_read_protocol(reader, &fields.not_protocol, &rule->not_protocol);
    read_icmp(reader, &fields.icmp, &rule->icmp);
    read_icmp(reader, &fields.not_icmp, &rule->not_icmp);
    cp_read_entity(reader, &fields.source.entity, source, rule->action, &rule->source);
    cp_read_entity(reader, &fields.destination.entity, destination, rule->action,
                   &rule->destination);
    cp_read_http(reader, &fields.http, rule);
    read_rule_metadata(reader, &metadata, rule);
    if (!reader->deletion)
        check_rule(reader, &fields, is_ingress, rule);
}

/* Rules are large, so the array has its exact size. In strict loading those beyond the limit are
   not looked at: the list is refused, and a long one must not cost many times its length. */
static bool reserve_rules(struct cp_resource_reader *reader,
                          uint32_t count,
                          struct cp_rules_spec *rules)
{
    rules->items.items = CP_NEW_ARRAY(reader->base.arena, struct cp_rule_spec, count);
    if (!rules->items.items) {
        cp_resource_no_memory(reader);
        return false;
    }
    rules->items.capacity = count;
    return true;
}

void cp_read_rules(struct cp_resource_reader *reader,
                   const struct cp_field *list,
                   bool is_ingress,
                   struct cp_rules_spec *out_rules)
{
    uint32_t count = cp_field_count(list);

    if (!cp_read_sequence(&reader->base, list) || count == 0)
        return;
    cp_check_count(reader, list, MOST_RULES);
    if (count > MOST_RULES && !reader->base.lenient)
        count = MOST_RULES;
    if (!reserve_rules(reader, count, out_rules))
        return;
    for (uint32_t i = 0; i < count && reader->base.status == CALPOL_OK; i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_rule_spec *rule = &out_rules->items.items[out_rules->items.count++];

        rule->written_rule = i;
        rule->origin.place =
            (struct cp_place){reader->base.source, item.node->line, item.node->column};
        rule->origin.document = reader->base.document;
        read_rule(reader, &item, is_ingress, rule);
    }
}
