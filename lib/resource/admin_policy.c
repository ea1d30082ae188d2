/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ClusterNetworkPolicy (kubernetes.md 7), AdminNetworkPolicy and BaselineAdminNetworkPolicy
 * (kubernetes.md 8): one shape in three flavours. Their ports are in admin_ports.c, their peers in
 * admin_peers.c.
 */
#include "resource/admin_policy.h"

#include "base/utf8.h"
#include "calpol/evaluate.h"
#include "resource/k8s_values.h"
#include "resource/label_selector.h"
#include "resource/readers.h"

#define LONGEST_RULE_NAME 100u
#define HIGHEST_PRIORITY 1000

static const struct cp_admin_action cluster_actions[] = {{"Accept", CALPOL_ACTION_ALLOW},
                                                         {"Deny", CALPOL_ACTION_DENY},
                                                         {"Pass", CALPOL_ACTION_PASS},
                                                         {NULL, CALPOL_ACTION_NONE}};
static const struct cp_admin_action admin_actions[] = {{"Allow", CALPOL_ACTION_ALLOW},
                                                       {"Deny", CALPOL_ACTION_DENY},
                                                       {"Pass", CALPOL_ACTION_PASS},
                                                       {NULL, CALPOL_ACTION_NONE}};
static const struct cp_admin_action baseline_actions[] = {
    {"Allow", CALPOL_ACTION_ALLOW}, {"Deny", CALPOL_ACTION_DENY}, {NULL, CALPOL_ACTION_NONE}};

static const char *const cluster_spec[] = {"tier",    "priority", "subject",
                                           "ingress", "egress",   NULL};
static const char *const admin_spec[] = {"priority", "subject", "ingress", "egress", NULL};
static const char *const baseline_spec[] = {"subject", "ingress", "egress", NULL};

static const struct cp_admin_flavour cluster_flavour = {
    .kind = CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY,
    .spec_names = cluster_spec,
    .actions = cluster_actions,
    .action_names = "Accept, Deny or Pass",
    .ports_name = "protocols",
    .limit = 25,
    .has_priority = true,
    .has_tier = true,
    .has_domain_names = true,
};

static const struct cp_admin_flavour admin_flavour = {
    .kind = CP_KIND_KUBERNETES_ADMIN_NETWORK_POLICY,
    .spec_names = admin_spec,
    .actions = admin_actions,
    .action_names = "Allow, Deny or Pass",
    .ports_name = "ports",
    .limit = 100,
    .has_priority = true,
    .has_domain_names = true,
    .is_v1alpha1 = true,
};

static const struct cp_admin_flavour baseline_flavour = {
    .kind = CP_KIND_KUBERNETES_BASELINE_ADMIN_NETWORK_POLICY,
    .spec_names = baseline_spec,
    .actions = baseline_actions,
    .action_names = "Allow or Deny",
    .ports_name = "ports",
    .limit = 100,
    .is_v1alpha1 = true,
};

static uint8_t read_action(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           const struct cp_admin_flavour *flavour)
{
    const struct cp_admin_action *action = flavour->actions;
    struct cp_text text = CP_TEXT("");

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return CALPOL_ACTION_NONE;
    while (action->name && !cp_text_is(text, action->name))
        action++;
    if (!action->name)
        cp_report(&reader->base, field, CP_CODE_ADMIN_ACTION, "unknown action %q, expected %s",
                  text, flavour->action_names);
    return action->action;
}

static void read_rule_name(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_text *out_name)
{
    if (!cp_read_text(&reader->base, field, out_name))
        return;
    if (cp_utf8_count(*out_name) > LONGEST_RULE_NAME)
        cp_report(&reader->base, field, CP_CODE_ADMIN_RULE_NAME,
                  "a name of %U characters, expected at most %u",
                  (uint64_t)cp_utf8_count(*out_name), LONGEST_RULE_NAME);
}

static void read_rule_body(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           const struct cp_admin_flavour *flavour,
                           bool is_egress,
                           struct cp_k8s_rule *rule)
{
    const char *peers_name = is_egress ? "to" : "from";
    const char *const names[] = {"name", "action", peers_name, flavour->ports_name, NULL};
    struct cp_field name = cp_field_member(field, "name");
    struct cp_field action = cp_field_member(field, "action");
    struct cp_field peers = cp_field_member(field, peers_name);
    struct cp_field ports = cp_field_member(field, flavour->ports_name);
    bool has_addresses, is_named;

    if (!cp_k8s_read_object(reader, field, names))
        return;
    read_rule_name(reader, &name, &rule->name);
    rule->action = read_action(reader, &action, flavour);
    cp_admin_read_peers(reader, &peers, flavour, is_egress, rule, &has_addresses);
    cp_admin_read_ports(reader, &ports, flavour, rule, &is_named);
    if (is_named && has_addresses)
        cp_report(&reader->base, field, CP_CODE_ADMIN_NAMED_PORT_PEER,
                  "a named port beside networks, nodes or domainNames, which have no names for "
                  "ports");
}

static void read_rules(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       const struct cp_admin_flavour *flavour,
                       bool is_egress,
                       struct cp_k8s_rules *rules)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    if (cp_field_count(list) > flavour->limit)
        cp_report(&reader->base, list, CP_CODE_ADMIN_TOO_MANY, "%u rules, expected at most %u",
                  cp_field_count(list), flavour->limit);
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_k8s_rule *rule = cp_resource_push(reader, &rules->items);
        struct cp_k8s_scope scope;

        if (!rule)
            return;
        scope = cp_k8s_begin(reader, CP_LENIENCY_RULE);
        rule->origin = cp_k8s_origin(reader, &item);
        read_rule_body(reader, &item, flavour, is_egress, rule);
        rule->broken = cp_k8s_end(reader, &scope);
    }
}

static void read_tier(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_k8s_policy_spec *policy)
{
    struct cp_text text = CP_TEXT("");

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return;
    policy->baseline = cp_text_is(text, "Baseline");
    if (!policy->baseline && !cp_text_is(text, "Admin"))
        cp_report(&reader->base, field, CP_CODE_CNP_TIER,
                  text.length ? "tier %q, expected Admin or Baseline"
                              : "no tier, expected Admin or Baseline",
                  text);
}

static void read_priority(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_k8s_policy_spec *policy)
{
    int64_t priority;

    if (!cp_field_present(field)) {
        cp_report(&reader->base, field, CP_CODE_ADMIN_PRIORITY_MISSING,
                  "no priority, expected 0 to 1000");
        return;
    }
    if (!cp_read_integer(&reader->base, field, &priority))
        return;
    if (priority < 0 || priority > HIGHEST_PRIORITY)
        cp_report(&reader->base, field, CP_CODE_ADMIN_PRIORITY_RANGE,
                  "priority %t, expected 0 to 1000", cp_node_text(field->node));
    policy->priority = (double)priority;
}

static void read_subject(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         const struct cp_admin_flavour *flavour,
                         struct cp_k8s_policy_spec *policy)
{
    static const char *const names[] = {"namespaces", "pods", NULL};
    struct cp_field namespaces = cp_field_member(field, "namespaces");
    struct cp_field pods = cp_field_member(field, "pods");

    if (cp_field_present(field) && !cp_k8s_read_object(reader, field, names))
        return;
    if (cp_field_present(&namespaces) == cp_field_present(&pods))
        cp_report(&reader->base, field, CP_CODE_ADMIN_SUBJECT,
                  "expected exactly one of namespaces and pods as subject");
    cp_k8s_read_selector(reader, &namespaces, &policy->namespace_selector);
    cp_admin_read_pods(reader, &pods, flavour, &policy->namespace_selector, &policy->pod_selector);
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      const struct cp_admin_flavour *flavour,
                      struct cp_k8s_policy_spec *policy)
{
    struct cp_field tier = cp_field_member(spec, "tier");
    struct cp_field priority = cp_field_member(spec, "priority");
    struct cp_field subject = cp_field_member(spec, "subject");
    struct cp_field ingress = cp_field_member(spec, "ingress");
    struct cp_field egress = cp_field_member(spec, "egress");

    cp_k8s_read_object(reader, spec, flavour->spec_names);
    if (flavour->has_tier)
        read_tier(reader, &tier, policy);
    if (flavour->has_priority)
        read_priority(reader, &priority, policy);
    read_subject(reader, &subject, flavour, policy);
    read_rules(reader, &ingress, flavour, false, &policy->ingress);
    read_rules(reader, &egress, flavour, true, &policy->egress);
}

static void read_policy(struct cp_resource_reader *reader,
                        const struct cp_field *root,
                        const struct cp_admin_flavour *flavour)
{
    struct cp_k8s_policy_spec *policy = CP_NEW(reader->base.arena, struct cp_k8s_policy_spec);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_k8s_scope scope;

    if (!policy) {
        cp_resource_no_memory(reader);
        return;
    }
    policy->metadata = reader->metadata;
    policy->kind = flavour->kind;
    scope = cp_k8s_begin(reader, CP_LENIENCY_NONE);
    read_spec(reader, &spec, flavour, policy);
    (void)cp_k8s_end(reader, &scope);
    if (flavour->is_v1alpha1 && cp_resource_usable(reader))
        reader->collection->objects.items[reader->metadata.object].is_admin_v1alpha1 = true;
    cp_resource_add(reader, &reader->collection->k8s_policies, policy);
}

void cp_cluster_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    read_policy(reader, root, &cluster_flavour);
}

void cp_admin_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    read_policy(reader, root, &admin_flavour);
}

void cp_baseline_admin_network_policy_read(struct cp_resource_reader *reader,
                                           const struct cp_field *root)
{
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field name = cp_field_member(&metadata, "name");

    if (!cp_text_is(reader->metadata.name, "default"))
        cp_report(&reader->base, &name, CP_CODE_BANP_NAME,
                  "named %q, the only BaselineAdminNetworkPolicy there may be is named default",
                  reader->metadata.name);
    read_policy(reader, root, &baseline_flavour);
}

static void warn_of_both(struct cp_resource_reader *reader,
                         const struct cp_k8s_policy_spec *newer,
                         const struct cp_k8s_policy_spec *older)
{
    struct cp_subject subject;
    struct cp_buffer message;

    cp_buffer_init(&message, reader->base.arena);
    cp_buffer_format(
        &message,
        "%t is of the other API version; what both mean together is not defined, tiers "
        "go by name here",
        newer->metadata.resource);
    if (!cp_metadata_subject(&older->metadata, CP_TEXT("apiVersion"), reader->base.arena,
                             &subject) ||
        cp_diagnose(reader->base.diagnostics, &subject, CP_CODE_ADMIN_VERSIONS_MIXED,
                    cp_buffer_text(&message)) == CALPOL_ERROR_NO_MEMORY)
        cp_resource_no_memory(reader);
}

void cp_admin_policies_link(struct cp_resource_reader *reader)
{
    const struct cp_k8s_policy_spec *newer = NULL, *older = NULL;

    for (uint32_t i = 0; i < reader->collection->k8s_policies.count; i++) {
        const struct cp_k8s_policy_spec *policy = reader->collection->k8s_policies.items[i];

        if (policy->kind == CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY)
            newer = newer ? newer : policy;
        else if (policy->kind != CP_KIND_KUBERNETES_NETWORK_POLICY &&
                 policy->kind != CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY)
            older = older ? older : policy;
    }
    if (newer && older)
        warn_of_both(reader, newer, older);
}
