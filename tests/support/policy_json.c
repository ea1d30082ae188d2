/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Converted policies as JSON.
 */
#include "support/policy_json.h"

#include "calpol/evaluate.h"
#include "net/protocol.h"

#include <check.h>

static void separate(struct cp_buffer *buffer)
{
    char last = buffer->length ? buffer->data[buffer->length - 1] : '{';

    if (last != '{' && last != '[' && last != ':')
        cp_buffer_add_byte(buffer, ',');
}

static void write_key(struct cp_buffer *buffer, const char *key)
{
    separate(buffer);
    cp_buffer_add_json(buffer, cp_text_from(key));
    cp_buffer_add_byte(buffer, ':');
}

static void write_text(struct cp_buffer *buffer, struct cp_text text)
{
    separate(buffer);
    cp_buffer_add_json(buffer, text);
}

static void write_text_member(struct cp_buffer *buffer, const char *key, struct cp_text text)
{
    write_key(buffer, key);
    write_text(buffer, text);
}

static void open(struct cp_buffer *buffer, const char *key, char bracket)
{
    write_key(buffer, key);
    cp_buffer_add_byte(buffer, bracket);
}

/* ---- what is expected ---- */

/* The member with the least key above another; NULL if there is none. */
static const struct cp_member *next_member(const struct cp_node *node, const struct cp_text *above)
{
    const struct cp_member *next = NULL;

    for (uint32_t i = 0; i < node->length; i++) {
        const struct cp_member *member = &node->members[i];
        struct cp_text key = cp_node_text(&member->key);

        if ((!above || cp_text_compare(key, *above) > 0) &&
            (!next || cp_text_compare(key, cp_node_text(&next->key)) < 0))
            next = member;
    }
    return next;
}

static void write_members(struct cp_buffer *buffer, const struct cp_node *node)
{
    const struct cp_member *member = next_member(node, NULL);

    cp_buffer_add_byte(buffer, '{');
    while (member) {
        struct cp_text key = cp_node_text(&member->key);

        separate(buffer);
        cp_buffer_add_json(buffer, key);
        cp_buffer_add_byte(buffer, ':');
        write_sorted_json(buffer, &member->value);
        member = next_member(node, &key);
    }
    cp_buffer_add_byte(buffer, '}');
}

void write_sorted_json(struct cp_buffer *buffer, const struct cp_node *node)
{
    separate(buffer);
    if (node->type == CP_NODE_MAPPING) {
        write_members(buffer, node);
    } else if (node->type == CP_NODE_SEQUENCE) {
        cp_buffer_add_byte(buffer, '[');
        for (uint32_t i = 0; i < node->length; i++)
            write_sorted_json(buffer, &node->items[i]);
        cp_buffer_add_byte(buffer, ']');
    } else if (node->type == CP_NODE_TEXT) {
        cp_buffer_add_json(buffer, cp_node_text(node));
    } else {
        cp_buffer_add(buffer, cp_node_text(node));
    }
}

/* ---- what there is ---- */

static void write_nets(struct cp_buffer *buffer,
                       const char *key,
                       const struct cp_prefix *nets,
                       uint32_t count)
{
    if (!count)
        return;
    open(buffer, key, '[');
    for (uint32_t i = 0; i < count; i++) {
        struct cp_buffer net;

        cp_buffer_init(&net, buffer->arena);
        cp_prefix_print(&nets[i], &net);
        write_text(buffer, cp_buffer_text(&net));
    }
    cp_buffer_add_byte(buffer, ']');
}

static void write_port(struct cp_buffer *buffer, const struct cp_port_spec *port)
{
    if (port->named) {
        write_text(buffer, port->name);
        return;
    }
    separate(buffer);
    cp_buffer_format(buffer, port->first == port->last ? "%u" : "\"%u:%u\"", (uint32_t)port->first,
                     (uint32_t)port->last);
}

static void write_ports(struct cp_buffer *buffer, const struct cp_entity_spec *entity)
{
    if (!entity->ports.count)
        return;
    open(buffer, "ports", '[');
    for (uint32_t i = 0; i < entity->ports.count; i++)
        write_port(buffer, &entity->ports.items[i]);
    cp_buffer_add_byte(buffer, ']');
}

static void write_domains(struct cp_buffer *buffer, const struct cp_entity_spec *entity)
{
    if (!entity->domains.items.count)
        return;
    open(buffer, "domains", '[');
    for (uint32_t i = 0; i < entity->domains.items.count; i++)
        write_text(buffer, entity->domains.items.items[i]);
    cp_buffer_add_byte(buffer, ']');
}

static void write_selector(struct cp_buffer *buffer,
                           const char *key,
                           const struct cp_selector_field *field)
{
    if (field->given)
        write_text_member(buffer, key, field->text);
}

/* An entity that says nothing is left out. */
static void write_entity(struct cp_buffer *buffer,
                         const char *key,
                         const struct cp_entity_spec *entity)
{
    size_t before = buffer->length, opened;

    open(buffer, key, '{');
    opened = buffer->length;
    write_domains(buffer, entity);
    if (entity->matches_nothing)
        write_text_member(buffer, "matches", CP_TEXT("nothing"));
    write_selector(buffer, "namespaceSelector", &entity->namespace_selector);
    write_nets(buffer, "nets", entity->nets.items, entity->nets.count);
    write_nets(buffer, "notNets", entity->not_nets.items, entity->not_nets.count);
    write_ports(buffer, entity);
    write_selector(buffer, "selector", &entity->selector);
    cp_buffer_add_byte(buffer, '}');
    if (buffer->length == opened + 1)
        buffer->length = before;
}

static const char *action_name(uint8_t action)
{
    switch (action) {
    case CALPOL_ACTION_ALLOW:
        return "Allow";
    case CALPOL_ACTION_DENY:
        return "Deny";
    case CALPOL_ACTION_PASS:
        return "Pass";
    default:
        return "?";
    }
}

static void write_rule(struct cp_buffer *buffer, const struct cp_rule_spec *rule)
{
    const struct cp_text *name = cp_pairs_find(&rule->annotations, CP_TEXT("name"));

    separate(buffer);
    cp_buffer_add_byte(buffer, '{');
    write_text_member(buffer, "action", cp_text_from(action_name(rule->action)));
    write_entity(buffer, "destination", &rule->destination);
    if (name) {
        cp_buffer_add_string(buffer, ",\"metadata\":{\"annotations\":{\"name\":");
        cp_buffer_add_json(buffer, *name);
        cp_buffer_add_string(buffer, "}}");
    }
    if (rule->protocol.given)
        write_text_member(buffer, "protocol",
                          cp_text_from(cp_protocol_name(rule->protocol.number)));
    write_entity(buffer, "source", &rule->source);
    cp_buffer_add_byte(buffer, '}');
}

static void write_rules(struct cp_buffer *buffer,
                        const char *key,
                        const char *source_key,
                        const struct cp_rules_spec *rules)
{
    open(buffer, key, '[');
    for (uint32_t i = 0; i < rules->items.count; i++)
        write_rule(buffer, &rules->items.items[i]);
    cp_buffer_add_byte(buffer, ']');
    open(buffer, source_key, '[');
    for (uint32_t i = 0; i < rules->items.count; i++) {
        separate(buffer);
        cp_buffer_add_unsigned(buffer, rules->items.items[i].written_rule);
    }
    cp_buffer_add_byte(buffer, ']');
}

/* An admin policy without rules has an empty list, which means both (K8-107). */
static void write_types(struct cp_buffer *buffer, const struct cp_policy_spec *policy)
{
    open(buffer, "types", '[');
    if (policy->types_given && (policy->types & CP_TYPE_INGRESS))
        write_text(buffer, CP_TEXT("Ingress"));
    if (policy->types_given && (policy->types & CP_TYPE_EGRESS))
        write_text(buffer, CP_TEXT("Egress"));
    cp_buffer_add_byte(buffer, ']');
}

void write_policy_json(struct cp_buffer *buffer,
                       const struct cp_policy_spec *policy,
                       struct cp_text legacy_name)
{
    cp_buffer_add_byte(buffer, '{');
    write_rules(buffer, "egress", "egress_source", &policy->egress);
    write_rules(buffer, "ingress", "ingress_source", &policy->ingress);
    write_text_member(buffer, "kind", cp_text_from(cp_policy_kind_info(policy->kind)->name));
    write_text_member(buffer, "legacy_name", legacy_name);
    write_text_member(buffer, "name", policy->metadata.name);
    if (policy->metadata.namespace_name.length)
        write_text_member(buffer, "namespace", policy->metadata.namespace_name);
    write_selector(buffer, "namespaceSelector", &policy->namespace_selector);
    write_key(buffer, "order");
    ck_assert(policy->has_order);
    cp_buffer_add_double(buffer, policy->order);
    write_selector(buffer, "selector", &policy->selector);
    write_text_member(buffer, "tier", policy->tier);
    write_types(buffer, policy);
    cp_buffer_add_byte(buffer, '}');
}
