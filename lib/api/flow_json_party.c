/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the JSON form of a flow: source and destination (EV-10).
 */
#include "api/flow_json_parts.h"

#include "net/domain.h"

/* Copies a list of texts. */
static uint32_t read_texts(struct cp_reader *reader,
                           const struct cp_field *field,
                           const struct cp_text **out_texts)
{
    uint32_t count = cp_field_count(field);
    struct cp_text *texts;

    if (!cp_read_sequence(reader, field))
        return 0;
    texts = CP_NEW_ARRAY(reader->arena, struct cp_text, count ? count : 1);
    if (!texts) {
        reader->status = CALPOL_ERROR_NO_MEMORY;
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct cp_field item = cp_field_item(field, i);

        cp_read_text(reader, &item, &texts[i]);
    }
    *out_texts = texts;
    return count;
}

static void read_labels(struct cp_reader *reader,
                        const struct cp_field *field,
                        struct cp_participant_words *party)
{
    uint32_t count = cp_field_count(field);
    struct cp_label_words *labels;

    if (!cp_read_mapping(reader, field))
        return;
    cp_check_members(reader, field, NULL, NULL);
    party->has_labels = true;
    labels = CP_NEW_ARRAY(reader->arena, struct cp_label_words, count ? count : 1);
    if (!labels) {
        reader->status = CALPOL_ERROR_NO_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct cp_field value = cp_field_entry(field, i);

        labels[i].key = value.name;
        cp_read_text(reader, &value, &labels[i].value);
    }
    party->labels = labels;
    party->label_count = count;
}

/* One entry of ports: {name, protocol, port}. */
static void read_port(struct cp_reader *reader,
                      const struct cp_field *field,
                      struct cp_port_words *port)
{
    static const char *const names[] = {"name", "protocol", "port", NULL};
    struct cp_field name, number, protocol;

    if (!cp_read_mapping(reader, field))
        return;
    cp_check_members(reader, field, names, NULL);
    name = cp_field_member(field, "name");
    number = cp_field_member(field, "port");
    protocol = cp_field_member(field, "protocol");
    port->protocol = 6;
    cp_flow_read_protocol(reader, &protocol, &port->protocol);
    if (!cp_field_present(&name) || !cp_field_present(&number))
        cp_report(reader, field, CP_CODE_TYPE, "a port needs both name and port");
    cp_read_text(reader, &name, &port->name);
    cp_flow_read_port(reader, &number, &port->port);
}

static void read_ports(struct cp_reader *reader,
                       const struct cp_field *field,
                       struct cp_participant_words *party)
{
    uint32_t count = cp_field_count(field);
    struct cp_port_words *ports;

    if (!cp_read_sequence(reader, field))
        return;
    ports = CP_NEW_ARRAY(reader->arena, struct cp_port_words, count ? count : 1);
    if (!ports) {
        reader->status = CALPOL_ERROR_NO_MEMORY;
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct cp_field item = cp_field_item(field, i);

        read_port(reader, &item, &ports[i]);
    }
    party->ports = ports;
    party->port_count = count;
}

/* What describes a workload, and what goes with it only. */
static void read_inline(struct cp_reader *reader,
                        const struct cp_field *end,
                        struct cp_participant_words *party)
{
    struct cp_field namespace_name = cp_field_member(end, "namespace");
    struct cp_field labels = cp_field_member(end, "labels");
    struct cp_field profiles = cp_field_member(end, "profiles");
    struct cp_field service_account = cp_field_member(end, "service_account");
    struct cp_field ports = cp_field_member(end, "ports");

    party->has_namespace = cp_read_text(reader, &namespace_name, &party->namespace_name);
    read_labels(reader, &labels, party);
    party->has_profiles = cp_field_present(&profiles);
    party->profile_count = read_texts(reader, &profiles, &party->profiles);
    cp_read_text(reader, &service_account, &party->service_account);
    read_ports(reader, &ports, party);
}

/* Fields that go only with a workload described here, and such a workload not with a ref. */
static void check_form(struct cp_reader *reader,
                       const struct cp_field *end,
                       const struct cp_participant_words *party)
{
    static const char *const marks[] = {"namespace", "labels", "profiles", NULL};
    static const char *const extras[] = {"service_account", "ports", NULL};
    bool is_inline = party->has_namespace || party->has_labels || party->has_profiles;

    for (size_t i = 0; marks[i]; i++) {
        struct cp_field field = cp_field_member(end, marks[i]);

        if (party->reference.length && cp_field_present(&field))
            cp_report(reader, &field, CP_CODE_TYPE,
                      "%s describes a workload and does not go with ref", marks[i]);
    }
    for (size_t i = 0; extras[i]; i++) {
        struct cp_field field = cp_field_member(end, extras[i]);

        if (!is_inline && cp_field_present(&field))
            cp_report(reader, &field, CP_CODE_TYPE,
                      "%s goes only with namespace, labels or profiles", extras[i]);
    }
    if (party->reference.length && party->node.length) {
        struct cp_field field = cp_field_member(end, "node");

        cp_report(reader, &field, CP_CODE_TYPE, "node does not go with ref");
    }
}

static void read_end(struct cp_reader *reader,
                     const struct cp_field *end,
                     struct cp_participant_words *party)
{
    struct cp_field reference = cp_field_member(end, "ref");
    struct cp_field ip = cp_field_member(end, "ip");
    struct cp_field ip_version = cp_field_member(end, "ip_version");
    struct cp_field interface_name = cp_field_member(end, "interface");
    struct cp_field node = cp_field_member(end, "node");

    if (cp_read_text(reader, &reference, &party->reference) && !party->reference.length)
        cp_report(reader, &reference, CP_CODE_TYPE,
                  "ref is empty, expected the like of pod:NS/NAME");
    party->has_address = cp_flow_read_address(reader, &ip, &party->address);
    cp_flow_read_ip_version(reader, &ip_version, &party->ip_version);
    cp_read_text(reader, &interface_name, &party->interface_name);
    cp_read_text(reader, &node, &party->node);
    read_inline(reader, end, party);
    check_form(reader, end, party);
}

static void read_domains(struct cp_reader *reader,
                         const struct cp_field *destination,
                         struct cp_flow_words *words)
{
    struct cp_field domains = cp_field_member(destination, "domains");

    /* An empty list is known: there are none (EV-6). */
    if (cp_field_present(&domains))
        words->domains = CP_KNOWN;
    words->domain_count = read_texts(reader, &domains, &words->domain_names);
    for (uint32_t i = 0; i < words->domain_count; i++) {
        struct cp_field item = cp_field_item(&domains, i);

        /* A pattern would match its own like, and so allow what nobody resolved. */
        if (words->domain_names[i].data && !cp_domain_is_name(words->domain_names[i]))
            cp_report(reader, &item, CP_CODE_DOMAIN_NAME,
                      "%q is no name that a client can have resolved", words->domain_names[i]);
    }
}

void cp_flow_read_parties(struct cp_reader *reader,
                          const struct cp_field *root,
                          struct cp_flow_words *words)
{
    static const char *const source_names[] = {
        "ref",  "ip",       "ip_version", "interface", "namespace", "labels", "service_account",
        "node", "profiles", "ports",      NULL,
    };
    static const char *const destination_names[] = {
        "ref",  "ip",       "ip_version", "interface", "namespace", "labels", "service_account",
        "node", "profiles", "ports",      "domains",   NULL,
    };
    struct cp_field source = cp_field_member(root, "source");
    struct cp_field destination = cp_field_member(root, "destination");

    if (cp_read_mapping(reader, &source)) {
        cp_check_members(reader, &source, source_names, NULL);
        read_end(reader, &source, &words->source);
    }
    if (cp_read_mapping(reader, &destination)) {
        cp_check_members(reader, &destination, destination_names, NULL);
        read_end(reader, &destination, &words->destination);
        read_domains(reader, &destination, words);
    }
}
