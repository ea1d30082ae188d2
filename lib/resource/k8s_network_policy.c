/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetworkPolicy of networking.k8s.io (kubernetes.md 3), and Calico's StagedKubernetesNetworkPolicy,
 * which has the same spec and a stagedAction (resources.md 6.5).
 */
#include "calpol/evaluate.h"
#include "resource/k8s_values.h"
#include "resource/label_selector.h"
#include "resource/readers.h"
#include "resource/staged.h"
#include "resource/values.h"

static void read_end_port(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_port_spec *port)
{
    int64_t last;

    if (port->named) {
        cp_report(&reader->base, field, CP_CODE_NP_ENDPORT_NAMED,
                  "an endPort behind the port name %q, expected a number as port", port->name);
        return;
    }
    if (!cp_read_integer(&reader->base, field, &last))
        return;
    if (last < port->first) {
        cp_report(&reader->base, field, CP_CODE_NP_ENDPORT_ORDER, "endPort %t is below port %u",
                  cp_node_text(field->node), (uint32_t)port->first);
    } else if (last > UINT16_MAX) {
        cp_report(&reader->base, field, CP_CODE_PORT_NUMBER, "%t is no port, expected 1 to 65535",
                  cp_node_text(field->node));
    } else {
        port->last = (uint16_t)last;
    }
}

static void read_port(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_k8s_port *port)
{
    static const char *const names[] = {"protocol", "port", "endPort", NULL};
    struct cp_field protocol = cp_field_member(field, "protocol");
    struct cp_field first = cp_field_member(field, "port");
    struct cp_field last = cp_field_member(field, "endPort");
    bool is_good;

    if (!cp_k8s_read_object(reader, field, names))
        return;
    /* K8-31: an entry without a port is every port of its protocol, which is TCP if not given. */
    cp_k8s_read_protocol(reader, &protocol, &port->protocol);
    port->any_port = !cp_field_present(&first);
    is_good = cp_k8s_read_port(reader, &first, &port->port);
    if (!cp_field_present(&last))
        return;
    if (port->any_port)
        cp_report(&reader->base, &last, CP_CODE_NP_ENDPORT_WITHOUT_PORT,
                  "an endPort without a port to begin at");
    else if (is_good)
        read_end_port(reader, &last, &port->port);
}

static void read_except(struct cp_resource_reader *reader,
                        const struct cp_field *list,
                        struct cp_k8s_peer *peer)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_prefix prefix, *except;

        if (!cp_k8s_read_cidr(reader, &item, SIZE_MAX, &prefix))
            continue;
        if (peer->has_block &&
            !(cp_prefix_covers(&peer->block, &prefix) && prefix.length > peer->block.length)) {
            cp_report(&reader->base, &item, CP_CODE_NP_EXCEPT_NOT_SUBSET,
                      "%q is not strictly inside the cidr of the block", cp_node_text(item.node));
            continue;
        }
        except = cp_resource_push(reader, &peer->except);
        if (!except)
            return;
        *except = prefix;
    }
}

static void read_block(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       struct cp_k8s_peer *peer)
{
    static const char *const names[] = {"cidr", "except", NULL};
    struct cp_field cidr = cp_field_member(field, "cidr");
    struct cp_field except = cp_field_member(field, "except");

    if (!cp_k8s_read_object(reader, field, names))
        return;
    peer->has_block = cp_k8s_read_cidr(reader, &cidr, SIZE_MAX, &peer->block);
    read_except(reader, &except, peer);
}

static void read_peer(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_k8s_peer *peer)
{
    static const char *const names[] = {"podSelector", "namespaceSelector", "ipBlock", NULL};
    struct cp_field pods = cp_field_member(field, "podSelector");
    struct cp_field namespaces = cp_field_member(field, "namespaceSelector");
    struct cp_field block = cp_field_member(field, "ipBlock");
    bool has_selector = cp_field_present(&pods) || cp_field_present(&namespaces);

    if (!cp_k8s_read_object(reader, field, names))
        return;
    if (!has_selector && !cp_field_present(&block))
        cp_report(&reader->base, field, CP_CODE_NP_PEER_EMPTY,
                  "an empty peer, expected podSelector, namespaceSelector or ipBlock");
    if (has_selector && cp_field_present(&block))
        cp_report(&reader->base, field, CP_CODE_NP_PEER_IPBLOCK_EXCLUSIVE,
                  "an ipBlock beside a selector, make them two peers");
    cp_k8s_read_selector(reader, &pods, &peer->pod_selector);
    cp_k8s_read_selector(reader, &namespaces, &peer->namespace_selector);
    read_block(reader, &block, peer);
}

static void read_peers(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       struct cp_k8s_rule *rule)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_k8s_peer *peer = cp_resource_push(reader, &rule->peers);

        if (!peer)
            return;
        read_peer(reader, &item, peer);
    }
}

static void read_ports(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       struct cp_k8s_rule *rule)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_k8s_port *port = cp_resource_push(reader, &rule->ports);

        if (!port)
            return;
        read_port(reader, &item, port);
    }
}

static void read_rule(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      const char *peers_name,
                      struct cp_k8s_rule *rule)
{
    const char *const names[] = {peers_name, "ports", NULL};
    struct cp_field peers = cp_field_member(field, peers_name);
    struct cp_field ports = cp_field_member(field, "ports");
    struct cp_k8s_scope scope = cp_k8s_begin(reader, CP_LENIENCY_RULE);

    rule->action = CALPOL_ACTION_ALLOW;
    rule->origin = cp_k8s_origin(reader, field);
    if (cp_k8s_read_object(reader, field, names)) {
        read_peers(reader, &peers, rule);
        read_ports(reader, &ports, rule);
    }
    rule->broken = cp_k8s_end(reader, &scope);
}

static void read_rules(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       const char *peers_name,
                       struct cp_k8s_rules *rules)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_k8s_rule *rule = cp_resource_push(reader, &rules->items);

        if (!rule)
            return;
        read_rule(reader, &item, peers_name, rule);
    }
}

/* CP_TYPE_... of a policyTypes entry; 0: reported. */
static uint8_t read_type(struct cp_resource_reader *reader, const struct cp_field *field)
{
    struct cp_text text;

    if (!cp_read_text(&reader->base, field, &text))
        return 0;
    if (cp_text_is(text, "Ingress"))
        return CP_TYPE_INGRESS;
    if (cp_text_is(text, "Egress"))
        return CP_TYPE_EGRESS;
    cp_report(&reader->base, field, CP_CODE_NP_POLICY_TYPES,
              "unknown policy type %q, expected Ingress or Egress", text);
    return 0;
}

/* K8-17 */
static void read_types(struct cp_resource_reader *reader,
                       const struct cp_field *spec,
                       struct cp_k8s_policy_spec *policy)
{
    struct cp_field list = cp_field_member(spec, "policyTypes");
    uint32_t count = cp_field_count(&list);

    if (cp_read_sequence(&reader->base, &list) && count > 2)
        cp_report(&reader->base, &list, CP_CODE_NP_POLICY_TYPES,
                  "%u policy types, expected at most Ingress and Egress", count);
    for (uint32_t i = 0; i < count; i++) {
        struct cp_field item = cp_field_item(&list, i);
        uint8_t type = read_type(reader, &item);

        policy->egress_first = policy->egress_first || (i == 0 && type == CP_TYPE_EGRESS);
        policy->types |= type;
    }
    if (count == 0)
        policy->types =
            policy->egress.items.count ? CP_TYPE_INGRESS | CP_TYPE_EGRESS : CP_TYPE_INGRESS;
}

/* policyTypes that are given alone decide. */
static void check_inert(struct cp_resource_reader *reader,
                        const struct cp_field *rules,
                        const struct cp_k8s_policy_spec *policy,
                        uint8_t type)
{
    if (!(policy->types & type) && cp_field_count(rules))
        cp_report(&reader->base, rules, CP_CODE_RULES_INERT,
                  "%t rules have no effect, since policyTypes leaves this direction out",
                  rules->name);
}

static struct cp_k8s_policy_spec *new_policy(struct cp_resource_reader *reader,
                                             enum cp_policy_kind kind)
{
    struct cp_k8s_policy_spec *policy = CP_NEW(reader->base.arena, struct cp_k8s_policy_spec);

    if (!policy) {
        cp_resource_no_memory(reader);
        return NULL;
    }
    policy->metadata = reader->metadata;
    policy->kind = kind;
    return policy;
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_k8s_policy_spec *policy)
{
    struct cp_field pods = cp_field_member(spec, "podSelector");
    struct cp_field ingress = cp_field_member(spec, "ingress");
    struct cp_field egress = cp_field_member(spec, "egress");

    cp_k8s_read_selector(reader, &pods, &policy->pod_selector);
    read_rules(reader, &ingress, "from", &policy->ingress);
    read_rules(reader, &egress, "to", &policy->egress);
    read_types(reader, spec, policy);
    check_inert(reader, &ingress, policy, CP_TYPE_INGRESS);
    check_inert(reader, &egress, policy, CP_TYPE_EGRESS);
}

void cp_k8s_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    static const char *const names[] = {"podSelector", "policyTypes", "ingress", "egress", NULL};
    struct cp_k8s_policy_spec *policy = new_policy(reader, CP_KIND_KUBERNETES_NETWORK_POLICY);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_k8s_scope scope;

    if (!policy)
        return;
    scope = cp_k8s_begin(reader, CP_LENIENCY_NONE);
    cp_k8s_read_object(reader, &spec, names);
    read_spec(reader, &spec, policy);
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->k8s_policies, policy);
}

/* What lenient loading does not judge by K8-130. policyTypes is a set here. */
static void check_staged_spec(struct cp_resource_reader *reader,
                              const struct cp_field *spec,
                              enum cp_staged_action action)
{
    struct cp_field types = cp_field_member(spec, "policyTypes");

    if (action == CP_STAGED_DELETE)
        cp_check_deletion(reader, spec);
    cp_check_repeats(reader, &types, CP_CODE_TYPES_DUPLICATE);
}

void cp_staged_k8s_network_policy_read(struct cp_resource_reader *reader,
                                       const struct cp_field *root)
{
    static const char *const names[] = {"stagedAction", "podSelector", "policyTypes",
                                        "ingress",      "egress",      NULL};
    struct cp_k8s_policy_spec *policy =
        new_policy(reader, CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_k8s_scope scope;

    if (!policy)
        return;
    cp_read_staged_action(reader, &spec, &policy->staged_action);
    check_staged_spec(reader, &spec, policy->staged_action);
    scope = cp_k8s_begin(reader, CP_LENIENCY_NONE);
    cp_k8s_read_object(reader, &spec, names);
    if (policy->staged_action != CP_STAGED_DELETE)
        read_spec(reader, &spec, policy);
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->k8s_policies, policy);
}
