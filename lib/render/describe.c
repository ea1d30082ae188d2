/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Things in words.
 */
#include "render/describe.h"

#include "net/protocol.h"
#include "render/names.h"

/* ---- Policies -------------------------------------------------------------------------------- */

struct cp_text cp_tier_text(const struct cp_world *world, uint32_t tier)
{
    return tier == CP_NONE ? CP_TEXT("__PROFILE__") : world->ruleset->tiers[tier].name;
}

struct cp_text cp_policy_text(const struct cp_world *world, uint32_t policy)
{
    return policy == CP_POLICY_NO_MATCH ? CP_TEXT("pro:__NO_MATCH__")
                                        : cp_world_policy(world, policy)->label;
}

const struct cp_rule *cp_hit_rule(const struct cp_world *world,
                                  const struct cp_hit *hit,
                                  enum cp_direction direction)
{
    if (hit->rule < 0 || hit->policy == CP_POLICY_NO_MATCH)
        return NULL;
    return cp_world_rule(world, hit->policy, direction, (uint32_t)hit->rule);
}

bool cp_policy_is_kubernetes(const struct cp_policy *policy)
{
    switch (policy->kind) {
    case CP_KIND_KUBERNETES_NETWORK_POLICY:
    case CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY:
    case CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY:
    case CP_KIND_KUBERNETES_ADMIN_NETWORK_POLICY:
    case CP_KIND_KUBERNETES_BASELINE_ADMIN_NETWORK_POLICY:
        return true;
    case CP_KIND_NETWORK_POLICY:
    case CP_KIND_GLOBAL_NETWORK_POLICY:
    case CP_KIND_STAGED_NETWORK_POLICY:
    case CP_KIND_STAGED_GLOBAL_NETWORK_POLICY:
    case CP_KIND_PROFILE:
    case CP_KIND_COUNT:
        break;
    }
    return false;
}

void cp_describe_policy(const struct cp_policy *policy, char separator, struct cp_buffer *buffer)
{
    cp_buffer_add_string(buffer, cp_policy_kind_info(policy->kind)->goldmane);
    cp_buffer_add_byte(buffer, separator);
    if (policy->namespace_name.length)
        cp_buffer_format(buffer, "%t/", policy->namespace_name);
    cp_buffer_add(buffer, policy->name);
}

bool cp_pod_selector_text(struct cp_text text, struct cp_text *out_text)
{
    const struct cp_text pods = CP_TEXT("projectcalico.org/orchestrator == 'k8s'");
    const struct cp_text and = CP_TEXT(" && ");
    struct cp_text rest = cp_text_from_byte(text, pods.length);

    if (!cp_text_starts_with(text, pods) || (rest.length && !cp_text_starts_with(rest, and)))
        return false;
    *out_text = cp_text_from_byte(rest, and.length);
    return true;
}

void cp_describe_place(struct cp_text source, uint32_t line, struct cp_buffer *buffer)
{
    if (!source.length)
        return;
    cp_buffer_format(buffer, " (%t", source);
    if (line)
        cp_buffer_format(buffer, ":%u", line);
    cp_buffer_add_byte(buffer, ')');
}

const char *cp_direction_name(enum cp_direction direction)
{
    return direction == CP_EGRESS ? "egress" : "ingress";
}

/* ---- Ends ------------------------------------------------------------------------------------ */

void cp_describe_owner(const struct cp_world *world, uint32_t owner, struct cp_buffer *buffer)
{
    const struct cp_owner *found = cp_world_owner(world, owner);

    if (owner < cp_ruleset_owner_count(world->ruleset))
        cp_buffer_add(buffer, found->reference);
    else
        cp_buffer_format(buffer, "the workload described in namespace %t", found->namespace_name);
}

/* The name of a node, be it declared or only named by the question. */
static struct cp_text node_name(const struct cp_explained *explained,
                                const struct cp_party *party,
                                enum cp_end end)
{
    const struct cp_node_entry *node = cp_world_node(explained->world, party->node);

    if (node)
        return node->name;
    return end == CP_SOURCE ? explained->words->source.node : explained->words->destination.node;
}

/* What the question called an end, as long as that is still meant: not behind a Service. */
static struct cp_text asked_reference(const struct cp_explained *explained,
                                      const struct cp_flow *flow,
                                      enum cp_end end)
{
    if (end == CP_SOURCE)
        return explained->words->source.reference;
    return flow == explained->flow || explained->flow->rewrite == CP_REWRITE_NONE
               ? explained->words->destination.reference
               : cp_text_make("", 0);
}

/* Who an end is; false if it is only an address. */
static bool describe_who(const struct cp_explained *explained,
                         const struct cp_flow *flow,
                         enum cp_end end,
                         struct cp_buffer *buffer)
{
    const struct cp_party *party = end == CP_SOURCE ? &flow->source : &flow->destination;
    struct cp_text reference = asked_reference(explained, flow, end);

    if (party->owner != CP_NONE) {
        cp_describe_owner(explained->world, party->owner, buffer);
    } else if (cp_text_find_byte(reference, ':') != SIZE_MAX &&
               !cp_text_starts_with(reference, CP_TEXT("ip:"))) {
        cp_buffer_add(buffer, reference);
    } else if (party->kind == CP_PARTY_HOST) {
        struct cp_text name = node_name(explained, party, end);

        cp_buffer_format(buffer, name.length ? "node:%t" : "a node%t", name);
    } else {
        return false;
    }
    return true;
}

void cp_describe_party(const struct cp_explained *explained,
                       const struct cp_flow *flow,
                       enum cp_end end,
                       struct cp_buffer *buffer)
{
    const struct cp_party *party = end == CP_SOURCE ? &flow->source : &flow->destination;
    bool is_known = describe_who(explained, flow, end, buffer);

    if (!party->has_address) {
        cp_buffer_add_string(buffer, is_known ? "" : "an unknown address outside");
        return;
    }
    cp_buffer_add_string(buffer, is_known ? " (" : "");
    cp_address_print(&party->address, buffer);
    cp_buffer_add_string(buffer, is_known ? ")" : "");
}

/* ---- Flows ----------------------------------------------------------------------------------- */

void cp_describe_protocol(uint8_t protocol, struct cp_buffer *buffer)
{
    const char *name = cp_protocol_name(protocol);

    if (name)
        cp_buffer_add_string(buffer, name);
    else
        cp_buffer_format(buffer, "protocol %u", protocol);
}

static void describe_icmp(const struct cp_flow *flow, struct cp_buffer *buffer)
{
    if (flow->has_icmp_type)
        cp_buffer_format(buffer, " type %u", flow->icmp_type);
    if (flow->has_icmp_type && flow->has_icmp_code)
        cp_buffer_format(buffer, " code %u", flow->icmp_code);
}

void cp_describe_flow(const struct cp_explained *explained,
                      const struct cp_flow *flow,
                      struct cp_buffer *buffer)
{
    cp_describe_party(explained, flow, CP_SOURCE, buffer);
    cp_buffer_add_string(buffer, " -> ");
    cp_describe_party(explained, flow, CP_DESTINATION, buffer);
    cp_buffer_add_byte(buffer, ' ');
    if (flow->has_protocol)
        cp_describe_protocol(flow->protocol, buffer);
    else
        cp_buffer_add_string(buffer, "protocol not told");
    if (flow->has_protocol && cp_protocol_is_icmp(flow->protocol)) {
        describe_icmp(flow, buffer);
        return;
    }
    if (flow->has_protocol && !cp_protocol_has_ports(flow->protocol))
        return;
    if (flow->has_destination_port)
        cp_buffer_format(buffer, "/%u", flow->destination_port);
    else if (flow->rewrite != CP_REWRITE_SERVICE || flow->service_port == CP_NONE)
        cp_buffer_add_string(buffer, ", port not told");
}

void cp_describe_depends(uint32_t depends, struct cp_buffer *buffer)
{
    const char *name, *separator = "";
    uint32_t bit;

    for (unsigned i = 0; (name = cp_dependency_name(i, &bit)); i++) {
        if (!(depends & bit))
            continue;
        cp_buffer_format(buffer, "%s%s", separator, name);
        separator = ", ";
    }
}
