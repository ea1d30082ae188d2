/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Peers of admin policies (K8-127).
 */
#include "base/hash.h"
#include "calpol/evaluate.h"
#include "resource/admin_policy.h"
#include "resource/k8s_values.h"
#include "resource/label_selector.h"
#include "resource/values.h"

#define MOST_NETWORKS 25u
#define LONGEST_NETWORK 43u

static const char *const ingress_peers[] = {"namespaces", "pods", NULL};
static const char *const egress_peers[] = {"namespaces", "pods",        "networks",
                                           "nodes",      "domainNames", NULL};
static const char *const baseline_peers[] = {"namespaces", "pods", "networks", "nodes", NULL};

void cp_admin_read_pods(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        const struct cp_admin_flavour *flavour,
                        struct cp_k8s_selector *namespace_selector,
                        struct cp_k8s_selector *pod_selector)
{
    static const char *const names[] = {"namespaceSelector", "podSelector", NULL};
    struct cp_field namespaces = cp_field_member(field, "namespaceSelector");
    struct cp_field pods = cp_field_member(field, "podSelector");

    if (!cp_k8s_read_object(reader, field, names))
        return;
    if (!cp_field_present(&pods))
        cp_report(&reader->base, &pods, CP_CODE_ADMIN_PODS_SELECTOR,
                  "no podSelector, expected one; {} is every pod");
    if (!cp_field_present(&namespaces) && flavour->is_v1alpha1)
        cp_report(&reader->base, &namespaces, CP_CODE_ADMIN_PODS_SELECTOR,
                  "no namespaceSelector, expected one; {} is every namespace");
    cp_k8s_read_selector(reader, &namespaces, namespace_selector);
    cp_k8s_read_selector(reader, &pods, pod_selector);
}

/* The checks that lists of networks and of domain names share: 1 to 25, all different. */
static void check_list(struct cp_resource_reader *reader, const struct cp_field *list)
{
    uint32_t count = cp_field_count(list);

    if (count == 0 || count > MOST_NETWORKS) {
        cp_report(&reader->base, list, CP_CODE_ADMIN_TOO_MANY, "%u items, expected 1 to %u", count,
                  MOST_NETWORKS);
        return;
    }
    for (uint32_t i = 1; i < count; i++) {
        const struct cp_node *item = &list->node->items[i];

        for (uint32_t k = 0; k < i; k++) {
            const struct cp_node *other = &list->node->items[k];

            if (cp_node_is_scalar(item) && cp_node_is_scalar(other) &&
                cp_text_equal(cp_node_text(item), cp_node_text(other)))
                cp_report(&reader->base, list, CP_CODE_ADMIN_DUPLICATE, "%q is given twice",
                          cp_node_text(item));
        }
    }
}

static void read_networks(struct cp_resource_reader *reader,
                          const struct cp_field *list,
                          struct cp_k8s_peer *peer)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    check_list(reader, list);
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_prefix prefix, *network;

        if (!cp_k8s_read_cidr(reader, &item, LONGEST_NETWORK, &prefix))
            continue;
        network = cp_resource_push(reader, &peer->networks);
        if (!network)
            return;
        *network = prefix;
    }
}

static void read_domain_name(struct cp_resource_reader *reader,
                             const struct cp_field *item,
                             struct cp_k8s_peer *peer)
{
    struct cp_text text, *name;

    if (!cp_read_text(&reader->base, item, &text))
        return;
    if (!cp_patterns_match(reader->patterns, CP_PATTERN_CNP_DOMAIN, text)) {
        cp_report(&reader->base, item, CP_CODE_DOMAIN_NAME,
                  "%q is no domain name, expected labels joined by dots, perhaps with *. in front",
                  text);
        return;
    }
    name = cp_resource_push(reader, &peer->domain_names.items);
    if (name)
        *name = text;
}

/* K8-101: domain names are for rules that accept. action NONE: it is unknown, and was reported. */
static void read_domain_names(struct cp_resource_reader *reader,
                              const struct cp_field *list,
                              uint8_t action,
                              struct cp_k8s_peer *peer)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    check_list(reader, list);
    if (action == CALPOL_ACTION_DENY || action == CALPOL_ACTION_PASS)
        cp_report(&reader->base, list, CP_CODE_DOMAIN_NAME_ACTION,
                  "domain names in a rule that does not allow");
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);

        read_domain_name(reader, &item, peer);
    }
}

static uint32_t present_count(const struct cp_field *field, const char *const *names)
{
    uint32_t count = 0;

    for (; *names; names++) {
        struct cp_field member = cp_field_member(field, *names);

        count += cp_field_present(&member) ? 1 : 0;
    }
    return count;
}

/* The peers that only egress rules have. */
static void read_addresses(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           const struct cp_admin_flavour *flavour,
                           uint8_t action,
                           struct cp_k8s_peer *peer)
{
    struct cp_field networks = cp_field_member(field, "networks");
    struct cp_field nodes = cp_field_member(field, "nodes");
    struct cp_field domain_names = cp_field_member(field, "domainNames");

    read_networks(reader, &networks, peer);
    cp_k8s_read_selector(reader, &nodes, &peer->nodes);
    if (flavour->has_domain_names)
        read_domain_names(reader, &domain_names, action, peer);
}

static void read_peer(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      const struct cp_admin_flavour *flavour,
                      bool is_egress,
                      uint8_t action,
                      struct cp_k8s_peer *peer)
{
    const char *const *names = is_egress ? egress_peers : ingress_peers;
    struct cp_field namespaces = cp_field_member(field, "namespaces");
    struct cp_field pods = cp_field_member(field, "pods");

    if (is_egress && !flavour->has_domain_names)
        names = baseline_peers;
    if (!cp_k8s_read_object(reader, field, names))
        return;
    if (present_count(field, names) != 1)
        cp_report(&reader->base, field, CP_CODE_ADMIN_PEER,
                  "a peer with several fields or none, expected exactly one");
    cp_k8s_read_selector(reader, &namespaces, &peer->namespace_selector);
    cp_admin_read_pods(reader, &pods, flavour, &peer->namespace_selector, &peer->pod_selector);
    if (is_egress)
        read_addresses(reader, field, flavour, action, peer);
}

/* Does a peer name addresses rather than pods? */
static bool is_address_peer(const struct cp_k8s_peer *peer)
{
    return peer->networks.count || peer->nodes.given || peer->domain_names.items.count;
}

void cp_admin_read_peers(struct cp_resource_reader *reader,
                         const struct cp_field *list,
                         const struct cp_admin_flavour *flavour,
                         bool is_egress,
                         struct cp_k8s_rule *rule,
                         bool *out_has_addresses)
{
    uint32_t count = cp_field_count(list);

    *out_has_addresses = false;
    if (cp_field_present(list) && !cp_read_sequence(&reader->base, list))
        return;
    if (count == 0)
        cp_report(&reader->base, list, CP_CODE_ADMIN_PEERS_MISSING,
                  "no peers, expected at least one");
    if (count > flavour->limit)
        cp_report(&reader->base, list, CP_CODE_ADMIN_TOO_MANY, "%u peers, expected at most %u",
                  count, flavour->limit);
    for (uint32_t i = 0; i < count; i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_k8s_peer *peer = cp_resource_push(reader, &rule->peers);

        if (!peer)
            return;
        read_peer(reader, &item, flavour, is_egress, rule->action, peer);
        *out_has_addresses = *out_has_addresses || is_address_peer(peer);
    }
}
