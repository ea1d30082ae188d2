/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing of StagedKubernetesNetworkPolicy in the terms of Kubernetes.
 */
#include "resource/write.h"

#include "net/protocol.h"
#include "resource/staged.h"

static const char *operator_name(enum cp_k8s_operator operator_)
{
    switch (operator_) {
    case CP_OPERATOR_IN:
        return "In";
    case CP_OPERATOR_NOT_IN:
        return "NotIn";
    case CP_OPERATOR_EXISTS:
        return "Exists";
    case CP_OPERATOR_NOT_EXISTS:
        break;
    }
    return "DoesNotExist";
}

static void write_selector(struct cp_writer *writer,
                           const char *key,
                           const struct cp_k8s_selector *selector)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (!selector->given)
        return;
    cp_emit_map(emitter, key);
    cp_write_pairs(writer, "matchLabels", &selector->match_labels);
    if (selector->expressions.count) {
        cp_emit_list(emitter, "matchExpressions");
        for (uint32_t i = 0; i < selector->expressions.count; i++) {
            const struct cp_k8s_expression *expression = &selector->expressions.items[i];

            cp_emit_map(emitter, NULL);
            cp_emit_text(emitter, "key", expression->key);
            cp_emit_string(emitter, "operator", operator_name(expression->operator_));
            cp_write_texts(writer, "values", &expression->values);
            cp_emit_end(emitter);
        }
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

static void write_block(struct cp_writer *writer, const struct cp_k8s_peer *peer)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_emit_map(emitter, "ipBlock");
    cp_write_net(writer, "cidr", &peer->block);
    cp_write_nets(writer, "except", peer->except.items, peer->except.count);
    cp_emit_end(emitter);
}

static void write_peers(struct cp_writer *writer, const char *key, const struct cp_k8s_rule *rule)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (rule->peers.count == 0)
        return;
    cp_emit_list(emitter, key);
    for (uint32_t i = 0; i < rule->peers.count; i++) {
        const struct cp_k8s_peer *peer = &rule->peers.items[i];

        cp_emit_map(emitter, NULL);
        write_selector(writer, "podSelector", &peer->pod_selector);
        write_selector(writer, "namespaceSelector", &peer->namespace_selector);
        if (peer->has_block)
            write_block(writer, peer);
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

static void write_port(struct cp_writer *writer, const struct cp_k8s_port *port)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_emit_map(emitter, NULL);
    cp_emit_string(emitter, "protocol", cp_protocol_name(port->protocol));
    if (port->any_port) {
        cp_emit_end(emitter);
        return;
    }
    if (port->port.named)
        cp_emit_text(emitter, "port", port->port.name);
    else
        cp_emit_integer(emitter, "port", port->port.first);
    if (!port->port.named && port->port.last != port->port.first)
        cp_emit_integer(emitter, "endPort", port->port.last);
    cp_emit_end(emitter);
}

static void write_rule(struct cp_writer *writer,
                       const char *peers_key,
                       const struct cp_k8s_rule *rule)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_emit_map(emitter, NULL);
    write_peers(writer, peers_key, rule);
    if (rule->ports.count) {
        cp_emit_list(emitter, "ports");
        for (uint32_t i = 0; i < rule->ports.count; i++)
            write_port(writer, &rule->ports.items[i]);
        cp_emit_end(emitter);
    }
    cp_emit_end(emitter);
}

/* Broken rules are not written: they allow nothing (K8-130). */
static void write_rules(struct cp_writer *writer,
                        const char *key,
                        const char *peers_key,
                        const struct cp_k8s_rules *rules)
{
    struct cp_emitter *emitter = &writer->emitter;

    if (rules->items.count == 0)
        return;
    cp_emit_list(emitter, key);
    for (uint32_t i = 0; i < rules->items.count; i++) {
        if (!rules->items.items[i].broken)
            write_rule(writer, peers_key, &rules->items.items[i]);
    }
    cp_emit_end(emitter);
}

int cp_write_staged_k8s_policy(struct cp_writer *writer, const struct cp_k8s_policy_spec *policy)
{
    struct cp_emitter *emitter = &writer->emitter;

    cp_write_begin(writer, &policy->metadata, policy->metadata.kind);
    cp_emit_string(emitter, "stagedAction", cp_staged_action_name(policy->staged_action));
    write_selector(writer, "podSelector", &policy->pod_selector);
    cp_write_types(writer, "policyTypes", policy->types, policy->egress_first);
    write_rules(writer, "ingress", "from", &policy->ingress);
    write_rules(writer, "egress", "to", &policy->egress);
    return cp_write_end(writer);
}
