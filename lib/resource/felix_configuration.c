/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FelixConfiguration, for the options of evaluation that it sets (EV-195), and
 * KubeControllersConfiguration, for automatic host endpoints (K8-132). Both are read loosely.
 */
#include "net/protocol.h"
#include "resource/readers.h"
#include "resource/values.h"

#define NODE_PREFIX CP_TEXT("node.")

static const char *const option_names[] = {"defaultEndpointToHostAction",
                                           "failsafeInboundHostPorts", "failsafeOutboundHostPorts"};

/* ---- what happens to traffic from an endpoint to its host ---- */

static void read_host_action(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_felix_spec *felix)
{
    static const struct {
        const char *name;
        enum cp_host_action action;
    } actions[] = {{"Drop", CP_HOST_DROP}, {"Accept", CP_HOST_ACCEPT}, {"Return", CP_HOST_RETURN}};
    struct cp_text text;

    if (!cp_read_given_text(reader, field, &text))
        return;
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (cp_text_equal_folded(text, cp_text_from(actions[i].name))) {
            felix->has_host_action = true;
            felix->host_action = actions[i].action;
            return;
        }
    }
    cp_report(&reader->base, field, CP_CODE_OPTION_VALUE,
              "unknown action %q, expected Drop, Accept or Return", text);
}

/* ---- failsafe ports ---- */

static bool read_failsafe_protocol(struct cp_resource_reader *reader,
                                   const struct cp_field *item,
                                   struct cp_failsafe *failsafe)
{
    struct cp_field field = cp_field_member(item, "protocol");
    struct cp_text text;

    failsafe->protocol = CP_PROTOCOL_TCP;
    if (!cp_field_given(&field))
        return true;
    if (!cp_read_text(&reader->base, &field, &text))
        return false;
    failsafe->protocol = cp_protocol_by_any_name(text);
    if (failsafe->protocol == CP_PROTOCOL_TCP || failsafe->protocol == CP_PROTOCOL_UDP)
        return true;
    cp_report(&reader->base, &field, CP_CODE_OPTION_VALUE,
              "unknown protocol %q of a failsafe port, expected TCP or UDP", text);
    return false;
}

static bool read_failsafe(struct cp_resource_reader *reader,
                          const struct cp_field *item,
                          struct cp_failsafe *failsafe)
{
    struct cp_field port = cp_field_member(item, "port");
    struct cp_field net = cp_field_member(item, "net");
    bool is_good;

    if (!cp_read_mapping(&reader->base, item))
        return false;
    is_good = read_failsafe_protocol(reader, item, failsafe);
    if (!cp_field_present(&port)) {
        cp_report(&reader->base, &port, CP_CODE_OPTION_VALUE, "a failsafe port needs a number");
        return false;
    }
    if (!cp_read_port_number(reader, &port, 1, CP_CODE_OPTION_VALUE, &failsafe->port))
        return false;
    if (!cp_field_given(&net))
        return is_good;
    failsafe->has_net = cp_read_net(reader, &net, CP_NET_BARE | CP_NET_HOST_BITS, &failsafe->net);
    return is_good && failsafe->has_net;
}

/* A list that is there replaces the default list whole, so an empty one switches failsafes off. */
static void read_failsafes(struct cp_resource_reader *reader,
                           const struct cp_field *list,
                           bool is_inbound,
                           struct cp_felix_spec *felix)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    if (is_inbound)
        felix->has_inbound = true;
    else
        felix->has_outbound = true;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_failsafe failsafe = {0}, *slot;

        if (!read_failsafe(reader, &item, &failsafe))
            continue;
        slot = is_inbound ? cp_resource_push(reader, &felix->inbound)
                          : cp_resource_push(reader, &felix->outbound);
        if (slot)
            *slot = failsafe;
    }
}

/* ---- the rest ---- */

static void note_other_fields(struct cp_resource_reader *reader, const struct cp_field *spec)
{
    uint32_t other_count = cp_field_count(spec);

    for (size_t i = 0; i < sizeof(option_names) / sizeof(option_names[0]); i++)
        other_count -= cp_node_find(spec->node, cp_text_from(option_names[i])) != NULL;
    if (other_count) {
        cp_report(&reader->base, spec, CP_CODE_FIELD_IGNORED,
                  "fields without a part in policy are ignored, %u of them", other_count);
    }
}

/* "default" sets options for all nodes, "node.NAME" for one; others do nothing. */
static bool find_node(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      struct cp_felix_spec *felix)
{
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field field = cp_field_member(&metadata, "name");
    struct cp_text name = reader->metadata.name;

    if (cp_text_is(name, "default"))
        return true;
    if (cp_text_starts_with(name, NODE_PREFIX) && name.length > NODE_PREFIX.length) {
        felix->node = cp_text_from_byte(name, NODE_PREFIX.length);
        return true;
    }
    cp_report(&reader->base, &field, CP_CODE_FIELD_IGNORED,
              "a FelixConfiguration has an effect when named default or node.NAME, not as %q",
              name);
    return false;
}

void cp_felix_configuration_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_felix_spec *felix = CP_NEW(reader->base.arena, struct cp_felix_spec);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_field action = cp_field_member(&spec, option_names[0]);
    struct cp_field inbound = cp_field_member(&spec, option_names[1]);
    struct cp_field outbound = cp_field_member(&spec, option_names[2]);

    if (!felix) {
        cp_resource_no_memory(reader);
        return;
    }
    felix->metadata = reader->metadata;
    if (!find_node(reader, root, felix) || !cp_read_mapping(&reader->base, &spec))
        return;
    cp_check_members(&reader->base, &spec, NULL, NULL);
    note_other_fields(reader, &spec);
    read_host_action(reader, &action, felix);
    read_failsafes(reader, &inbound, true, felix);
    read_failsafes(reader, &outbound, false, felix);
    cp_resource_add(reader, &reader->collection->felix, felix);
}

void cp_kube_controllers_configuration_read(struct cp_resource_reader *reader,
                                            const struct cp_field *root)
{
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_field controllers = cp_field_member(&spec, "controllers");
    struct cp_field node = cp_field_member(&controllers, "node");
    struct cp_field host_endpoint = cp_field_member(&node, "hostEndpoint");
    struct cp_field auto_create = cp_field_member(&host_endpoint, "autoCreate");
    struct cp_text text = CP_TEXT("Disabled");

    (void)cp_read_given_text(reader, &auto_create, &text);
    if (!cp_text_is(text, "Enabled") && !cp_text_is(text, "Disabled")) {
        cp_report(&reader->base, &auto_create, CP_CODE_OPTION_VALUE,
                  "unknown value %q, expected Enabled or Disabled", text);
    }
    /* The later of two replaces the earlier one here as well. */
    reader->collection->auto_host_endpoints = cp_text_is(text, "Enabled");
    reader->collection->auto_host_object = reader->metadata.object;
}
