/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes policies in Calico's terms. Selectors are in k8s_selector.c, ports in k8s_ports.c.
 */
#include "compile/convert_k8s.h"

#include "base/sort.h"
#include "calpol/evaluate.h"
#include "compile/k8s_ports.h"
#include "compile/k8s_selector.h"
#include "net/protocol.h"
#include "resource/label_selector.h"

#define NETWORK_POLICY_ORDER 1000.0

/* K8-70: where the policies of a kind belong, and how they were called. */
static const struct home {
    enum cp_policy_kind kind;
    bool baseline;
    const char *tier;
    const char *legacy_prefix; /* NULL: never had one */
} homes[] = {
    {CP_KIND_KUBERNETES_NETWORK_POLICY, false, "default", "knp.default."},
    {CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY, false, "default", NULL},
    {CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY, false, "kube-admin", "kcnp.kube-admin."},
    {CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY, true, "kube-baseline", "kcnp.kube-baseline."},
    {CP_KIND_KUBERNETES_ADMIN_NETWORK_POLICY, false, "adminnetworkpolicy",
     "kanp.adminnetworkpolicy."},
    {CP_KIND_KUBERNETES_BASELINE_ADMIN_NETWORK_POLICY, false, "baselineadminnetworkpolicy",
     "kbanp.baselineadminnetworkpolicy."},
};

static const struct home *home_of(const struct cp_k8s_policy_spec *policy)
{
    const struct home *home = homes;

    while (home->kind != policy->kind || home->baseline != policy->baseline)
        home++;
    return home;
}

static bool is_admin(const struct cp_k8s_policy_spec *policy)
{
    return policy->kind != CP_KIND_KUBERNETES_NETWORK_POLICY &&
           policy->kind != CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY;
}

int cp_k8s_legacy_name(const struct cp_k8s_policy_spec *policy,
                       struct cp_arena *arena,
                       struct cp_text *out_name)
{
    const char *prefix = home_of(policy)->legacy_prefix;
    struct cp_buffer buffer;

    *out_name = CP_TEXT("");
    if (!prefix)
        return CALPOL_OK;
    cp_buffer_init(&buffer, arena);
    cp_buffer_format(&buffer, "%s%t", prefix, policy->metadata.name);
    if (buffer.failed)
        return CALPOL_ERROR_NO_MEMORY;
    *out_name = cp_buffer_text(&buffer);
    return CALPOL_OK;
}

/* ---- peers ---- */

static int add_net(struct cp_arena *arena,
                   const struct cp_prefix *prefix,
                   struct cp_entity_spec *entity)
{
    struct cp_prefix *net = cp_array_push(arena, &entity->nets);

    if (!net)
        return CALPOL_ERROR_NO_MEMORY;
    *net = *prefix;
    return CALPOL_OK;
}

/* K8-74 */
static int convert_block(struct cp_k8s_converter *converter,
                         const struct cp_k8s_peer *peer,
                         struct cp_entity_spec *entity)
{
    uint32_t count = peer->except.count;

    if (!cp_array_reserve(converter->arena, &entity->not_nets, count))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        entity->not_nets.items[entity->not_nets.count++] = peer->except.items[i];
    return add_net(converter->arena, &peer->block, entity);
}

static int compare_node_names(const void *a, const void *b)
{
    const struct cp_node_spec *const *left = a, *const *right = b;

    return cp_text_compare((*left)->metadata.name, (*right)->metadata.name);
}

static int sort_nodes(struct cp_k8s_converter *converter)
{
    uint32_t count = converter->collection->nodes.count;
    const struct cp_node_spec **nodes =
        CP_NEW_ARRAY(converter->arena, const struct cp_node_spec *, count);

    if (!nodes)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        nodes[i] = converter->collection->nodes.items[i];
    if (!cp_sort(nodes, count, sizeof(*nodes), compare_node_names, converter->arena))
        return CALPOL_ERROR_NO_MEMORY;
    converter->nodes = nodes;
    return CALPOL_OK;
}

/* K8-99. An empty list of addresses must not turn into any address. */
static int convert_nodes(struct cp_k8s_converter *converter,
                         const struct cp_k8s_selector *selector,
                         struct cp_entity_spec *entity)
{
    int status = converter->nodes ? CALPOL_OK : sort_nodes(converter);

    for (uint32_t i = 0; !status && i < converter->collection->nodes.count; i++) {
        const struct cp_node_spec *node = converter->nodes[i];

        if (!cp_k8s_selector_matches(selector, &node->metadata.labels))
            continue;
        for (uint32_t k = 0; !status && k < node->addresses.count; k++) {
            struct cp_prefix prefix = cp_prefix_of_address(&node->addresses.items[k]);

            status = add_net(converter->arena, &prefix, entity);
        }
    }
    entity->nets_are_nodes = true;
    entity->matches_nothing = entity->nets.count == 0;
    return status;
}

/* K8-73. Of admin policies, a peer of namespaces is converted as it stands in dialect calico; in
   dialect upstream it matches pods only (K8-96). */
static int convert_selectors(struct cp_k8s_converter *converter,
                             const struct cp_k8s_policy_spec *policy,
                             const struct cp_k8s_peer *peer,
                             struct cp_entity_spec *entity)
{
    bool is_of_namespaces = is_admin(policy) && !peer->pod_selector.given;
    int status = CALPOL_OK;

    if (!is_of_namespaces || converter->dialect == CALPOL_DIALECT_UPSTREAM)
        status = cp_convert_pod_selector(converter, &peer->pod_selector, &entity->selector);
    if (!status && (is_admin(policy) || peer->namespace_selector.given))
        status = cp_convert_namespace_selector(converter, &peer->namespace_selector,
                                               &entity->namespace_selector);
    return status;
}

static int convert_peer(struct cp_k8s_converter *converter,
                        const struct cp_k8s_policy_spec *policy,
                        const struct cp_k8s_peer *peer,
                        struct cp_entity_spec *entity)
{
    if (peer->has_block)
        return convert_block(converter, peer, entity);
    if (peer->networks.count) {
        int status = CALPOL_OK;

        for (uint32_t i = 0; !status && i < peer->networks.count; i++)
            status = add_net(converter->arena, &peer->networks.items[i], entity);
        return status;
    }
    if (peer->nodes.given)
        return convert_nodes(converter, &peer->nodes, entity);
    if (peer->domain_names.items.count) {
        entity->domains = peer->domain_names;
        return CALPOL_OK;
    }
    return convert_selectors(converter, policy, peer, entity);
}

/* ---- rules ---- */

/* Where the rules of one direction go. */
struct output {
    struct cp_k8s_converter *converter;
    const struct cp_k8s_policy_spec *policy;
    bool is_egress;
    struct cp_rules_spec *rules;
};

static struct cp_rule_spec *new_rule(const struct output *output,
                                     uint32_t written_rule,
                                     const struct cp_k8s_rule *written)
{
    struct cp_rule_spec *rule = cp_array_push(output->converter->arena, &output->rules->items);

    if (rule)
        *rule = (struct cp_rule_spec){
            .action = written->action, .written_rule = written_rule, .origin = written->origin};
    return rule;
}

/* K8-100, and rules with problems that lenient loading tolerates (K8-130). */
static bool can_convert(const struct output *output, const struct cp_k8s_rule *rule)
{
    if (rule->broken)
        return false;
    if (output->converter->dialect == CALPOL_DIALECT_UPSTREAM)
        return true;
    for (uint32_t i = 0; i < rule->peers.count; i++) {
        const struct cp_k8s_peer *peer = &rule->peers.items[i];

        if (peer->nodes.given || peer->domain_names.items.count)
            return false;
    }
    return true;
}

/* A broken rule has been reported when it was read. */
static int warn_of_failure(const struct output *output,
                           uint32_t written_rule,
                           const struct cp_k8s_rule *rule)
{
    struct cp_arena *arena = output->converter->arena;
    struct cp_buffer field, message;
    struct cp_subject subject;
    int status;

    if (rule->broken || !output->converter->diagnostics)
        return CALPOL_OK;
    cp_buffer_init(&field, arena);
    cp_buffer_format(&field, "spec.%s[%u]", output->is_egress ? "egress" : "ingress", written_rule);
    cp_buffer_init(&message, arena);
    cp_buffer_format(&message,
                     "Calico cannot convert peers of nodes and domainNames, so that this rule %s",
                     rule->action == CALPOL_ACTION_ALLOW ? "allows nothing" : "denies everything");
    if (field.failed ||
        !cp_metadata_subject(&output->policy->metadata, cp_buffer_text(&field), arena, &subject))
        return CALPOL_ERROR_NO_MEMORY;
    subject.place = rule->origin.place;
    status = cp_diagnose(output->converter->diagnostics, &subject, CP_CODE_RULE_NOT_CONVERTED,
                         cp_buffer_text(&message));
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_OK;
}

/* What would allow allows nothing; what would deny or pass denies everything. An unknown action
   does nothing. */
static int fail_closed(const struct output *output,
                       uint32_t written_rule,
                       const struct cp_k8s_rule *written)
{
    struct cp_rule_spec *rule;
    int status = warn_of_failure(output, written_rule, written);

    if (status || (written->action != CALPOL_ACTION_DENY && written->action != CALPOL_ACTION_PASS))
        return status;
    rule = new_rule(output, written_rule, written);
    if (!rule)
        return CALPOL_ERROR_NO_MEMORY;
    rule->action = CALPOL_ACTION_DENY;
    return CALPOL_OK;
}

static int set_name(struct cp_arena *arena, struct cp_text name, struct cp_rule_spec *rule)
{
    if (name.length && !cp_pairs_set(&rule->annotations, arena, CP_TEXT("name"), name))
        return CALPOL_ERROR_NO_MEMORY;
    return CALPOL_OK;
}

/* One pair of protocol and peer; entity is that of peer number peer. */
static int add_pair(const struct output *output,
                    uint32_t written_rule,
                    const struct cp_k8s_rule *written,
                    const struct cp_port_group *group,
                    uint32_t peer,
                    const struct cp_entity_spec *entity)
{
    struct cp_rule_spec *rule = new_rule(output, written_rule, written);

    if (!rule)
        return CALPOL_ERROR_NO_MEMORY;
    rule->written_peer = peer;
    if (group->protocol)
        rule->protocol =
            (struct cp_protocol_spec){.given = true, .by_name = true, .number = group->protocol};
    *(output->is_egress ? &rule->destination : &rule->source) = *entity;
    rule->destination.ports.items = group->ports.items;
    rule->destination.ports.count = rule->destination.ports.capacity = group->ports.count;
    return set_name(output->converter->arena, written->name, rule);
}

static int add_block(const struct output *output,
                     uint32_t written_rule,
                     const struct cp_k8s_rule *written,
                     const struct cp_entity_spec *entities,
                     uint32_t entity_count)
{
    struct cp_port_group groups[CP_PORT_GROUPS];
    int status = cp_group_k8s_ports(output->converter->arena, written, groups);
    uint32_t used = 0;

    for (uint32_t g = 0; !status && g < CP_PORT_GROUPS; g++)
        used += groups[g].used;
    if (!status &&
        !cp_array_reserve(output->converter->arena, &output->rules->items, used * entity_count))
        status = CALPOL_ERROR_NO_MEMORY;
    for (uint32_t g = 0; !status && g < CP_PORT_GROUPS; g++)
        for (uint32_t i = 0; groups[g].used && !status && i < entity_count; i++)
            status = add_pair(output, written_rule, written, &groups[g], i, &entities[i]);
    return status;
}

/* K8-71: a rule becomes a block of rules, protocols outside, peers inside. */
static int convert_rule(const struct output *output,
                        uint32_t written_rule,
                        const struct cp_k8s_rule *written)
{
    static const struct cp_entity_spec anybody;
    struct cp_k8s_converter *converter = output->converter;
    uint32_t count = written->peers.count;
    struct cp_entity_spec *entities;
    int status = CALPOL_OK;

    if (!can_convert(output, written))
        return fail_closed(output, written_rule, written);
    if (count == 0)
        return add_block(output, written_rule, written, &anybody, 1);
    entities = CP_NEW_ARRAY(converter->arena, struct cp_entity_spec, count);
    if (!entities)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < count; i++)
        status = convert_peer(converter, output->policy, &written->peers.items[i], &entities[i]);
    return status ? status : add_block(output, written_rule, written, entities, count);
}

static int convert_rules(struct cp_k8s_converter *converter,
                         const struct cp_k8s_policy_spec *policy,
                         bool is_egress,
                         struct cp_rules_spec *rules)
{
    const struct output output = {converter, policy, is_egress, rules};
    const struct cp_k8s_rules *written = is_egress ? &policy->egress : &policy->ingress;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < written->items.count; i++)
        status = convert_rule(&output, i, &written->items.items[i]);
    return status;
}

/* ---- policies ---- */

/* K8-107: an empty list of types is both of them. */
static void set_types(const struct cp_k8s_policy_spec *policy, struct cp_policy_spec *converted)
{
    converted->types = policy->types;
    converted->types_given = true;
    if (!is_admin(policy))
        return;
    converted->types = (converted->ingress.items.count ? CP_TYPE_INGRESS : 0) |
                       (converted->egress.items.count ? CP_TYPE_EGRESS : 0);
    if (converted->types)
        return;
    converted->types = CP_TYPE_INGRESS | CP_TYPE_EGRESS;
    converted->types_given = false;
}

int cp_convert_k8s_policy(struct cp_k8s_converter *converter,
                          const struct cp_k8s_policy_spec *policy,
                          struct cp_policy_spec *out_policy)
{
    struct cp_policy_spec converted = {
        .metadata = policy->metadata,
        .kind = policy->kind,
        .tier = cp_text_from(home_of(policy)->tier),
        .has_order = true,
        .order = NETWORK_POLICY_ORDER,
        .staged_action = policy->staged_action,
        .written_ingress = policy->ingress.items.count,
        .written_egress = policy->egress.items.count,
    };
    int status = cp_convert_pod_selector(converter, &policy->pod_selector, &converted.selector);

    if (is_admin(policy) && policy->kind != CP_KIND_KUBERNETES_BASELINE_ADMIN_NETWORK_POLICY)
        converted.order = policy->priority;
    if (!status && is_admin(policy))
        status = cp_convert_namespace_selector(converter, &policy->namespace_selector,
                                               &converted.namespace_selector);
    if (!status)
        status = convert_rules(converter, policy, false, &converted.ingress);
    if (!status)
        status = convert_rules(converter, policy, true, &converted.egress);
    if (status)
        return status;
    set_types(policy, &converted);
    *out_policy = converted;
    return CALPOL_OK;
}
