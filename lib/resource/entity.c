/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading of source and destination. What concerns both of them, or the protocol, is in rule.c.
 */
#include "resource/entity.h"

#include "resource/selector_field.h"
#include "resource/values.h"

#define MOST_NETS 256u
#define MOST_PORTS 50u

/* The last one is no field for strict_oss. */
static const char *const names[] = {
    "nets",        "notNets",           "ports",    "notPorts",        "selector",
    "notSelector", "namespaceSelector", "services", "serviceAccounts", "domains",
    NULL,
};
static const char *const oss_names[] = {
    "nets",        "notNets",           "ports",    "notPorts",        "selector",
    "notSelector", "namespaceSelector", "services", "serviceAccounts", NULL,
};

struct entity_fields {
    struct cp_field nets, not_nets, ports, not_ports;
    struct cp_field selector, not_selector, namespace_selector;
    struct cp_field service_accounts, services, domains;
};

static void find_fields(const struct cp_field *entity, struct entity_fields *out_fields)
{
    out_fields->nets = cp_field_member(entity, "nets");
    out_fields->not_nets = cp_field_member(entity, "notNets");
    out_fields->ports = cp_field_member(entity, "ports");
    out_fields->not_ports = cp_field_member(entity, "notPorts");
    out_fields->selector = cp_field_member(entity, "selector");
    out_fields->not_selector = cp_field_member(entity, "notSelector");
    out_fields->namespace_selector = cp_field_member(entity, "namespaceSelector");
    out_fields->service_accounts = cp_field_member(entity, "serviceAccounts");
    out_fields->services = cp_field_member(entity, "services");
    out_fields->domains = cp_field_member(entity, "domains");
}

/* ---- lists ---- */

/* A list with a limit: reports its type and length. */
static bool begin_list(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       uint32_t limit)
{
    if (!cp_read_sequence(&reader->base, list))
        return false;
    cp_check_count(reader, list, limit);
    return true;
}

static void check_not_net(struct cp_resource_reader *reader,
                          const struct cp_field *item,
                          const struct cp_prefix *net)
{
    if (net->length == 0) {
        cp_report(&reader->base, item, CP_CODE_NOTNETS_CATCH_ALL,
                  "notNets with %s leaves no address that could match",
                  net->address.family == 4 ? "0.0.0.0/0" : "::/0");
    }
}

static void read_nets(struct cp_resource_reader *reader,
                      const struct cp_field *list,
                      bool is_negated,
                      struct cp_entity_spec *entity)
{
    if (!begin_list(reader, list, MOST_NETS))
        return;
    cp_check_repeats(reader, list, CP_CODE_DUPLICATE_ITEM);
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_prefix net, *slot;

        if (!cp_read_net(reader, &item, 0, &net))
            continue;
        if (is_negated)
            check_not_net(reader, &item, &net);
        slot = is_negated ? cp_resource_push(reader, &entity->not_nets)
                          : cp_resource_push(reader, &entity->nets);
        if (slot)
            *slot = net;
    }
}

static void read_ports(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       bool is_negated,
                       struct cp_entity_spec *entity)
{
    if (!begin_list(reader, list, MOST_PORTS))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_port_spec port, *slot;

        if (!cp_read_port(reader, &item, &port))
            continue;
        slot = is_negated ? cp_resource_push(reader, &entity->not_ports)
                          : cp_resource_push(reader, &entity->ports);
        if (slot)
            *slot = port;
    }
}

/* ---- service accounts, services, domains ---- */

static void read_service_accounts(struct cp_resource_reader *reader,
                                  const struct cp_field *field,
                                  struct cp_entity_spec *entity)
{
    static const char *const members[] = {"names", "selector", NULL};
    struct cp_field list = cp_field_member(field, "names");
    struct cp_field selector = cp_field_member(field, "selector");

    if (!cp_read_mapping(&reader->base, field))
        return;
    cp_check_members(&reader->base, field, members, NULL);
    entity->service_accounts_given = true;
    cp_check_repeats(reader, &list, CP_CODE_DUPLICATE_ITEM);
    cp_read_subdomains(reader, &list, CP_CODE_SERVICE_ACCOUNT_NAME, "a service account name",
                       &entity->service_account_names);
    cp_read_selector(reader, &selector, CP_SELECTOR_OF_ACCOUNTS, &entity->service_account_selector);
}

static void read_service_name(struct cp_resource_reader *reader,
                              const struct cp_field *field,
                              struct cp_service_spec *service)
{
    if (cp_read_given_text(reader, field, &service->name))
        cp_check_subdomain(reader, field, service->name, CP_CODE_SERVICES_NAME, "a service name");
    else
        cp_report(&reader->base, field, CP_CODE_SERVICES_NAME, "a service match needs a name");
}

/* The policy's own namespace if none is given; rules of cluster-wide resources have none. */
static void read_service_namespace(struct cp_resource_reader *reader,
                                   const struct cp_field *field,
                                   struct cp_service_spec *service)
{
    if (cp_read_given_text(reader, field, &service->namespace_name)) {
        cp_check_subdomain(reader, field, service->namespace_name, CP_CODE_SERVICES_NAMESPACE,
                           "a namespace");
        return;
    }
    service->namespace_name = reader->metadata.namespace_name;
    if (!service->namespace_name.length) {
        cp_report(&reader->base, field, CP_CODE_SERVICES_NAMESPACE,
                  "a service match of a cluster-wide resource needs a namespace");
    }
}

static void read_services(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_service_spec *service)
{
    static const char *const members[] = {"name", "namespace", NULL};
    struct cp_field name = cp_field_member(field, "name");
    struct cp_field namespace_name = cp_field_member(field, "namespace");

    if (!cp_read_mapping(&reader->base, field))
        return;
    cp_check_members(&reader->base, field, members, NULL);
    service->given = true;
    read_service_name(reader, &name, service);
    read_service_namespace(reader, &namespace_name, service);
}

/* ---- checks among the fields ---- */

/* The first of the fields that is not empty; NULL if all are. */
static const struct cp_field *first_given(const struct cp_field *const *fields)
{
    while (*fields && !cp_field_given(*fields))
        fields++;
    return *fields;
}

static const struct cp_field *excluded_by_services(const struct entity_fields *fields)
{
    const struct cp_field *const excluded[] = {
        &fields->selector,
        &fields->not_selector,
        &fields->namespace_selector,
        &fields->nets,
        &fields->not_nets,
        &fields->domains,
        NULL,
    };

    /* Even an empty serviceAccounts is one too many. */
    if (cp_field_present(&fields->service_accounts))
        return &fields->service_accounts;
    return first_given(excluded);
}

static void check_services(struct cp_resource_reader *reader,
                           const struct entity_fields *fields,
                           struct cp_entity_side side)
{
    const struct cp_field *const ports[] = {&fields->ports, &fields->not_ports, NULL};
    const struct cp_field *services = &fields->services;
    const struct cp_field *other = excluded_by_services(fields);

    if (!cp_field_present(services))
        return;
    if (other) {
        cp_report(&reader->base, services, CP_CODE_SERVICES_EXCLUSIVE,
                  "services and %t exclude each other", other->name);
    }
    other = first_given(ports);
    if (other && !side.is_source) {
        cp_report(&reader->base, services, CP_CODE_SERVICES_PORTS,
                  "services and %t exclude each other, a service brings its own ports",
                  other->name);
    }
    if (side.is_ingress != side.is_source) {
        cp_report(&reader->base, services, CP_CODE_SERVICES_DIRECTION,
                  side.is_ingress ? "an ingress rule takes services in source only"
                                  : "an egress rule takes services in destination only");
    }
}

static void check_domains(struct cp_resource_reader *reader,
                          const struct entity_fields *fields,
                          struct cp_entity_side side,
                          uint8_t action)
{
    const struct cp_field *const excluded[] = {&fields->nets, &fields->selector, NULL};
    const struct cp_field *domains = &fields->domains, *other = first_given(excluded);

    if (!cp_field_given(domains))
        return;
    if (side.is_ingress || side.is_source) {
        cp_report(&reader->base, domains, CP_CODE_DOMAINS_DIRECTION,
                  "domains are for the destination of an egress rule only");
    }
    if (action != CALPOL_ACTION_ALLOW && action != CALPOL_ACTION_NONE) {
        cp_report(&reader->base, domains, CP_CODE_DOMAINS_ACTION,
                  "domains need a rule with action Allow");
    }
    if (other) {
        cp_report(&reader->base, domains, CP_CODE_DOMAINS_EXCLUSIVE,
                  "domains and %t exclude each other", other->name);
    }
}

void cp_read_entity(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    struct cp_entity_side side,
                    uint8_t action,
                    struct cp_entity_spec *out_entity)
{
    const bool strict_oss = reader->base.strict_oss;
    struct entity_fields fields;

    if (!cp_read_mapping(&reader->base, field))
        return;
    find_fields(field, &fields);
    cp_check_members(&reader->base, field, strict_oss ? oss_names : names, NULL);
    read_nets(reader, &fields.nets, false, out_entity);
    read_nets(reader, &fields.not_nets, true, out_entity);
    read_ports(reader, &fields.ports, false, out_entity);
    read_ports(reader, &fields.not_ports, true, out_entity);
    cp_read_selector(reader, &fields.selector, CP_SELECTOR_OF_ENTITY, &out_entity->selector);
    cp_read_selector(reader, &fields.not_selector, CP_SELECTOR_NOT_OF_ENTITY,
                     &out_entity->not_selector);
    cp_read_selector(reader, &fields.namespace_selector, CP_SELECTOR_OF_NAMESPACES,
                     &out_entity->namespace_selector);
    read_service_accounts(reader, &fields.service_accounts, out_entity);
    read_services(reader, &fields.services, &out_entity->service);
    if (!strict_oss)
        cp_read_domains(reader, &fields.domains, &out_entity->domains);
    if (reader->deletion)
        return;
    check_services(reader, &fields, side);
    check_domains(reader, &fields, side, action);
}
