/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing of rules.
 */
#include "resource/write.h"

#include "net/protocol.h"

static const char *action_name(uint8_t action)
{
    switch (action) {
    case CALPOL_ACTION_ALLOW:
        return "Allow";
    case CALPOL_ACTION_PASS:
        return "Pass";
    case CALPOL_ACTION_LOG:
        return "Log";
    default:
        return "Deny";
    }
}

static void write_protocol(struct cp_writer *writer,
                           const char *key,
                           const struct cp_protocol_spec *protocol)
{
    if (!protocol->given)
        return;
    if (protocol->by_name)
        cp_emit_string(&writer->emitter, key, cp_protocol_name(protocol->number));
    else
        cp_emit_integer(&writer->emitter, key, protocol->number);
}

static void write_icmp(struct cp_writer *writer, const char *key, const struct cp_icmp_spec *icmp)
{
    if (!icmp->given)
        return;
    cp_emit_map(&writer->emitter, key);
    if (icmp->has_type)
        cp_emit_integer(&writer->emitter, "type", icmp->type);
    if (icmp->has_code)
        cp_emit_integer(&writer->emitter, "code", icmp->code);
    cp_emit_end(&writer->emitter);
}

static void write_ports(struct cp_writer *writer,
                        const char *key,
                        const struct cp_port_spec *ports,
                        uint32_t port_count)
{
    if (port_count == 0)
        return;
    cp_emit_list(&writer->emitter, key);
    for (uint32_t i = 0; i < port_count; i++)
        cp_write_port(writer, NULL, &ports[i]);
    cp_emit_end(&writer->emitter);
}

static void write_service_accounts(struct cp_writer *writer, const struct cp_entity_spec *entity)
{
    if (!entity->service_accounts_given)
        return;
    cp_emit_map(&writer->emitter, "serviceAccounts");
    cp_write_texts(writer, "names", &entity->service_account_names);
    cp_write_selector(writer, "selector", &entity->service_account_selector);
    cp_emit_end(&writer->emitter);
}

static void write_service(struct cp_writer *writer, const struct cp_service_spec *service)
{
    if (!service->given)
        return;
    cp_emit_map(&writer->emitter, "services");
    cp_emit_text(&writer->emitter, "name", service->name);
    cp_emit_text(&writer->emitter, "namespace", service->namespace_name);
    cp_emit_end(&writer->emitter);
}

static bool is_empty(const struct cp_entity_spec *entity)
{
    return !entity->nets.count && !entity->not_nets.count && !entity->ports.count &&
           !entity->not_ports.count && !entity->selector.given && !entity->not_selector.given &&
           !entity->namespace_selector.given && !entity->service_accounts_given &&
           !entity->service.given && !entity->domains.items.count && !entity->matches_nothing;
}

static void write_entity(struct cp_writer *writer,
                         const char *key,
                         const struct cp_entity_spec *entity)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (is_empty(entity))
        return;
    cp_emit_map(emitter, key);
    cp_write_nets(writer, "nets", entity->nets.items, entity->nets.count);
    cp_write_nets(writer, "notNets", entity->not_nets.items, entity->not_nets.count);
    write_ports(writer, "ports", entity->ports.items, entity->ports.count);
    write_ports(writer, "notPorts", entity->not_ports.items, entity->not_ports.count);
    /* What matches nothing must not become what matches everything. */
    if (entity->matches_nothing)
        cp_emit_string(emitter, "selector", "!all()");
    else
        cp_write_selector(writer, "selector", &entity->selector);
    cp_write_selector(writer, "notSelector", &entity->not_selector);
    cp_write_selector(writer, "namespaceSelector", &entity->namespace_selector);
    write_service_accounts(writer, entity);
    write_service(writer, &entity->service);
    cp_write_texts(writer, "domains", &entity->domains);
    cp_emit_end(emitter);
}

static void write_http(struct cp_writer *writer, const struct cp_rule_spec *rule)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (!rule->http_given)
        return;
    cp_emit_map(emitter, "http");
    cp_write_texts(writer, "methods", &rule->http_methods);
    if (rule->http_paths.count) {
        cp_emit_list(emitter, "paths");
        for (uint32_t i = 0; i < rule->http_paths.count; i++) {
            const struct cp_http_path_spec *path = &rule->http_paths.items[i];

            cp_emit_map(emitter, NULL);
            cp_emit_text(emitter, path->is_prefix ? "prefix" : "exact", path->path);
            cp_emit_end(emitter);
        }
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

static void write_rule(struct cp_writer *writer, const struct cp_rule_spec *rule)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_emit_map(emitter, NULL);
    cp_emit_string(emitter, "action", action_name(rule->action));
    if (rule->ip_version)
        cp_emit_integer(emitter, "ipVersion", rule->ip_version);
    write_protocol(writer, "protocol", &rule->protocol);
    write_protocol(writer, "notProtocol", &rule->not_protocol);
    write_icmp(writer, "icmp", &rule->icmp);
    write_icmp(writer, "notICMP", &rule->not_icmp);
    write_entity(writer, "source", &rule->source);
    write_entity(writer, "destination", &rule->destination);
    write_http(writer, rule);
    if (rule->annotations.items.count) {
        cp_emit_map(emitter, "metadata");
        cp_write_pairs(writer, "annotations", &rule->annotations);
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

void cp_write_rules(struct cp_writer *writer, const char *key, const struct cp_rules_spec *rules)
{
    if (rules->items.count == 0)
        return;
    cp_emit_list(&writer->emitter, key);
    for (uint32_t i = 0; i < rules->items.count; i++)
        write_rule(writer, &rules->items.items[i]);
    cp_emit_end(&writer->emitter);
}
