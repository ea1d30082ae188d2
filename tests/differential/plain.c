/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a flow in JSON fits into struct calpol_flow.
 */
#include "plain.h"

#include "net/protocol.h"
#include "support/compare.h"

#include <string.h>

/* Does a mapping have other members than these? */
static bool has_others(const struct cp_node *mapping, const char *const *names)
{
    for (uint32_t i = 0; mapping && i < mapping->length; i++) {
        size_t k = 0;

        while (names[k] && strcmp(mapping->members[i].key.text, names[k]) != 0)
            k++;
        if (!names[k])
            return true;
    }
    return false;
}

/* A number within limit, and its bit of "given"; true as well if there is none. */
static bool take_number(const struct cp_node *mapping,
                        const char *name,
                        int64_t limit,
                        uint32_t bit,
                        uint32_t *given,
                        uint32_t *out_value)
{
    const struct cp_node *node = member_of(mapping, name);
    int64_t value;

    *out_value = 0;
    if (!node)
        return true;
    if (!cp_node_integer(node, &value) || value < 0 || value > limit)
        return false;
    *given |= bit;
    *out_value = (uint32_t)value;
    return true;
}

/* ---- Ends ------------------------------------------------------------------------------------ */

/* Only endpoints have ids; a host's other names (a pod on the host network) have none. */
static bool take_end(const calpol_ruleset *ruleset,
                     const struct cp_node *end,
                     uint32_t *out_endpoint,
                     struct calpol_address *out_address)
{
    static const char *const names[] = {"ref", "ip", "domains", NULL};
    const struct cp_node *reference = member_of(end, "ref"), *address = member_of(end, "ip");

    *out_endpoint = CALPOL_NONE;
    if (has_others(end, names))
        return false;
    if (address && calpol_address_parse(address->text, out_address) != CALPOL_OK)
        return false;
    return !reference ||
           calpol_ruleset_find_endpoint(ruleset, reference->text, out_endpoint) == CALPOL_OK;
}

/* Names do not fit, that there are none does. */
static bool take_domains(const struct cp_node *end, struct calpol_flow *flow)
{
    const struct cp_node *domains = member_of(end, "domains");

    if (domains && domains->length == 0)
        flow->given |= CALPOL_GIVEN_NO_DOMAINS;
    return !domains || domains->length == 0;
}

/* ---- The rest -------------------------------------------------------------------------------- */

static bool take_protocol(const struct cp_node *root, struct calpol_flow *flow)
{
    const struct cp_node *node = member_of(root, "protocol");
    int64_t number;

    if (!node)
        return true;
    if (node->type == CP_NODE_TEXT)
        number = cp_protocol_by_any_name(cp_node_text(node));
    else if (!cp_node_integer(node, &number))
        return false;
    if (number < 1 || number > UINT8_MAX)
        return false;
    flow->given |= CALPOL_GIVEN_PROTOCOL;
    flow->protocol = (uint8_t)number;
    return true;
}

static bool take_numbers(const struct cp_node *root, struct calpol_flow *flow)
{
    const struct cp_node *icmp = member_of(root, "icmp");
    uint32_t source_port, destination_port, type, code;

    if (!take_number(root, "source_port", UINT16_MAX, CALPOL_GIVEN_SOURCE_PORT, &flow->given,
                     &source_port) ||
        !take_number(root, "destination_port", UINT16_MAX, CALPOL_GIVEN_DESTINATION_PORT,
                     &flow->given, &destination_port) ||
        !take_number(icmp, "type", UINT8_MAX, CALPOL_GIVEN_ICMP_TYPE, &flow->given, &type) ||
        !take_number(icmp, "code", UINT8_MAX, CALPOL_GIVEN_ICMP_CODE, &flow->given, &code))
        return false;
    flow->source_port = (uint16_t)source_port;
    flow->destination_port = (uint16_t)destination_port;
    flow->icmp_type = (uint8_t)type;
    flow->icmp_code = (uint8_t)code;
    return true;
}

static bool take_state(const struct cp_node *root, struct calpol_flow *flow)
{
    static const char *const names[] = {"new", "established", "related", "invalid"};
    const struct cp_node *state = member_of(root, "state");

    for (uint8_t i = 0; state && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(state->text, names[i]) == 0)
            flow->state = i;
    }
    return true;
}

static bool take_http(const struct cp_node *root, struct calpol_flow *flow)
{
    const struct cp_node *http = cp_node_member(root, CP_TEXT("http"));

    if (http && http->type == CP_NODE_NULL)
        flow->given |= CALPOL_GIVEN_NO_HTTP;
    return !http || http->type == CP_NODE_NULL;
}

static bool take_flow(const calpol_ruleset *ruleset,
                      const struct cp_node *root,
                      struct calpol_flow *flow)
{
    static const char *const names[] = {
        "source", "destination", "protocol", "source_port", "destination_port",
        "icmp",   "http",        "state",    NULL};
    const struct cp_node *destination = member_of(root, "destination");

    memset(flow, 0, sizeof(*flow));
    return !has_others(root, names) &&
           take_end(ruleset, member_of(root, "source"), &flow->source_endpoint,
                    &flow->source_address) &&
           take_end(ruleset, destination, &flow->destination_endpoint,
                    &flow->destination_address) &&
           take_domains(destination, flow) && take_protocol(root, flow) &&
           take_numbers(root, flow) && take_state(root, flow) && take_http(root, flow);
}

bool plain_flow(const calpol_ruleset *ruleset, const char *json, struct calpol_flow *out_flow)
{
    struct cp_arena arena;
    const struct cp_node *root;
    bool taken;

    cp_arena_init(&arena, NULL);
    root = parse_json(&arena, json);
    taken = root && take_flow(ruleset, root, out_flow);
    cp_arena_finish(&arena);
    return taken;
}
