/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetworkPolicy, GlobalNetworkPolicy and their staged forms (resources.md 6.1 to 6.4, 8).
 */
#include "net/policy_kind.h"
#include "resource/policy_types.h"
#include "resource/readers.h"
#include "resource/selector_field.h"
#include "resource/staged.h"
#include "resource/values.h"

#define TIER_LABEL CP_TEXT("projectcalico.org/tier")
#define MOST_FIELDS 16u

struct policy_fields {
    struct cp_field spec;
    struct cp_field tier, order, types, ingress, egress, hints;
    struct cp_field selector, namespace_selector, service_account_selector;
    struct cp_field do_not_track, pre_dnat, apply_on_forward;
};

static void find_fields(const struct cp_field *root, struct policy_fields *out_fields)
{
    struct cp_field *spec = &out_fields->spec;

    *spec = cp_field_member(root, "spec");
    out_fields->tier = cp_field_member(spec, "tier");
    out_fields->order = cp_field_member(spec, "order");
    out_fields->types = cp_field_member(spec, "types");
    out_fields->ingress = cp_field_member(spec, "ingress");
    out_fields->egress = cp_field_member(spec, "egress");
    out_fields->hints = cp_field_member(spec, "performanceHints");
    out_fields->selector = cp_field_member(spec, "selector");
    out_fields->namespace_selector = cp_field_member(spec, "namespaceSelector");
    out_fields->service_account_selector = cp_field_member(spec, "serviceAccountSelector");
    out_fields->do_not_track = cp_field_member(spec, "doNotTrack");
    out_fields->pre_dnat = cp_field_member(spec, "preDNAT");
    out_fields->apply_on_forward = cp_field_member(spec, "applyOnForward");
}

/* ---- which fields there are ---- */

static bool is_global(enum cp_policy_kind kind)
{
    return !cp_policy_kind_info(kind)->namespaced;
}

static bool is_staged(enum cp_policy_kind kind)
{
    return cp_policy_kind_info(kind)->staged;
}

static void list_fields(enum cp_policy_kind kind, const char *names[MOST_FIELDS])
{
    static const char *const common[] = {
        "tier",  "order",   "selector", "serviceAccountSelector",
        "types", "ingress", "egress",   "performanceHints",
    };
    static const char *const global[] = {"namespaceSelector", "doNotTrack", "preDNAT",
                                         "applyOnForward"};
    uint32_t name_count = 0;

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
        names[name_count++] = common[i];
    for (size_t i = 0; is_global(kind) && i < sizeof(global) / sizeof(global[0]); i++)
        names[name_count++] = global[i];
    if (is_staged(kind))
        names[name_count++] = "stagedAction";
    names[name_count] = NULL;
}

/* Fields of a Kubernetes NetworkPolicy are often written here; the nearest name would not help. */
static void report_foreign(struct cp_resource_reader *reader,
                           const struct cp_field *spec,
                           const char *name,
                           const char *right)
{
    struct cp_field field = cp_field_member(spec, name);

    /* A member that is there, be it null, is placed at its key. */
    if (field.place == spec->node || !spec->node)
        return;
    field.node = NULL;
    cp_report(&reader->base, &field, CP_CODE_UNKNOWN_FIELD,
              "unknown field %q of Kubernetes policies, Calico calls it %s", field.name, right);
}

static void check_fields(struct cp_resource_reader *reader,
                         const struct cp_field *spec,
                         enum cp_policy_kind kind)
{
    const char *names[MOST_FIELDS];

    list_fields(kind, names);
    report_foreign(reader, spec, "policyTypes", "types");
    report_foreign(reader, spec, "podSelector", "selector");
    cp_check_members(&reader->base, spec, names, NULL);
}

/* ---- single fields ---- */

static void read_tier(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_policy_spec *policy)
{
    policy->tier = CP_TEXT("default");
    if (!cp_read_given_text(reader, field, &policy->tier))
        return;
    policy->tier_place =
        (struct cp_place){reader->base.source, field->node->line, field->node->column};
    cp_check_subdomain(reader, field, policy->tier, CP_CODE_TIER_NAME, "a tier name");
}

/* The label that says the tier is the system's, whatever was written (resources.md 8). */
static void set_tier_label(struct cp_resource_reader *reader,
                           const struct cp_field *root,
                           struct cp_policy_spec *policy)
{
    struct cp_pairs *labels = &policy->metadata.labels;
    const struct cp_text *written = cp_pairs_find(labels, TIER_LABEL);

    if (written && !cp_text_equal(*written, policy->tier)) {
        struct cp_field metadata = cp_field_member(root, "metadata");
        struct cp_field label_map = cp_field_member(&metadata, "labels");
        struct cp_field label = cp_field_member(&label_map, "projectcalico.org/tier");

        cp_report(&reader->base, &label, CP_CODE_TIER_LABEL,
                  "the label says tier %q, the policy is in tier %q, which counts", *written,
                  policy->tier);
    }
    if (!cp_pairs_set(labels, reader->base.arena, TIER_LABEL, policy->tier))
        cp_resource_no_memory(reader);
}

static void read_hints(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       struct cp_policy_spec *policy)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    cp_check_repeats(reader, list, CP_CODE_DUPLICATE_ITEM);
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_text text, *slot;

        if (!cp_read_text(&reader->base, &item, &text))
            continue;
        if (!cp_text_is(text, "AssumeNeededOnEveryNode")) {
            cp_report(&reader->base, &item, CP_CODE_PERFORMANCE_HINT,
                      "unknown performance hint %q, expected AssumeNeededOnEveryNode", text);
            continue;
        }
        slot = cp_resource_push(reader, &policy->performance_hints.items);
        if (slot)
            *slot = text;
    }
}

static void read_selectors(struct cp_resource_reader *reader,
                           const struct policy_fields *fields,
                           struct cp_policy_spec *policy)
{
    cp_read_selector(reader, &fields->selector, CP_SELECTOR_OF_POLICY, &policy->selector);
    cp_read_selector(reader, &fields->service_account_selector, CP_SELECTOR_BESIDE_POLICY,
                     &policy->service_account_selector);
    if (is_global(policy->kind)) {
        cp_read_selector(reader, &fields->namespace_selector, CP_SELECTOR_BESIDE_POLICY,
                         &policy->namespace_selector);
    }
}

/* ---- checks across fields ---- */

static void check_host_modes(struct cp_resource_reader *reader,
                             const struct policy_fields *fields,
                             const struct cp_policy_spec *policy)
{
    if (policy->pre_dnat && policy->do_not_track) {
        cp_report(&reader->base, &fields->pre_dnat, CP_CODE_PREDNAT_AND_DONOTTRACK,
                  "preDNAT and doNotTrack exclude each other");
    }
    if (policy->pre_dnat && cp_field_count(&fields->egress)) {
        cp_report(&reader->base, &fields->egress, CP_CODE_PREDNAT_EGRESS_RULES,
                  "a preDNAT policy has no egress rules");
    }
    if (policy->pre_dnat && policy->types_given && (policy->types & CP_TYPE_EGRESS)) {
        cp_report(&reader->base, &fields->types, CP_CODE_PREDNAT_EGRESS_TYPE,
                  "a preDNAT policy has no egress, expected types [Ingress]");
    }
    if ((policy->pre_dnat || policy->do_not_track) && !policy->apply_on_forward) {
        cp_report(&reader->base, &fields->apply_on_forward, CP_CODE_APPLY_ON_FORWARD,
                  "a policy with preDNAT or doNotTrack needs applyOnForward: true");
    }
}

static void check_inert(struct cp_resource_reader *reader,
                        const struct cp_field *rules,
                        const struct cp_policy_spec *policy,
                        unsigned type)
{
    if (policy->types_given && !(policy->types & type) && cp_field_count(rules)) {
        cp_report(&reader->base, rules, CP_CODE_RULES_INERT,
                  "%t rules have no effect, since types leaves this direction out", rules->name);
    }
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct policy_fields *fields,
                      struct cp_policy_spec *policy)
{
    policy->has_order = cp_read_number(&reader->base, &fields->order, &policy->order);
    read_selectors(reader, fields, policy);
    read_hints(reader, &fields->hints, policy);
    if (is_global(policy->kind)) {
        (void)cp_read_boolean(&reader->base, &fields->do_not_track, &policy->do_not_track);
        (void)cp_read_boolean(&reader->base, &fields->pre_dnat, &policy->pre_dnat);
        (void)cp_read_boolean(&reader->base, &fields->apply_on_forward, &policy->apply_on_forward);
    }
    cp_read_rules(reader, &fields->ingress, true, &policy->ingress);
    cp_read_rules(reader, &fields->egress, false, &policy->egress);
    policy->written_ingress = policy->ingress.items.count;
    policy->written_egress = policy->egress.items.count;
    cp_read_types(reader, &fields->types, policy);
}

static void read_policy(struct cp_resource_reader *reader,
                        const struct cp_field *root,
                        enum cp_policy_kind kind)
{
    struct cp_policy_spec *policy = CP_NEW(reader->base.arena, struct cp_policy_spec);
    struct policy_fields fields;

    if (!policy) {
        cp_resource_no_memory(reader);
        return;
    }
    find_fields(root, &fields);
    policy->kind = kind;
    policy->metadata = reader->metadata;
    if (cp_read_mapping(&reader->base, &fields.spec))
        check_fields(reader, &fields.spec, kind);
    read_tier(reader, &fields.tier, policy);
    set_tier_label(reader, root, policy);
    if (is_staged(kind))
        cp_read_staged_action(reader, &fields.spec, &policy->staged_action);
    reader->deletion = policy->staged_action == CP_STAGED_DELETE;
    read_spec(reader, &fields, policy);
    if (reader->deletion) {
        cp_check_deletion(reader, &fields.spec);
    } else {
        check_host_modes(reader, &fields, policy);
        check_inert(reader, &fields.ingress, policy, CP_TYPE_INGRESS);
        check_inert(reader, &fields.egress, policy, CP_TYPE_EGRESS);
        cp_default_types(reader, &fields.spec, policy);
    }
    cp_resource_add(reader, &reader->collection->policies, policy);
}

void cp_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    read_policy(reader, root, CP_KIND_NETWORK_POLICY);
}

void cp_global_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    read_policy(reader, root, CP_KIND_GLOBAL_NETWORK_POLICY);
}

void cp_staged_network_policy_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    read_policy(reader, root, CP_KIND_STAGED_NETWORK_POLICY);
}

void cp_staged_global_network_policy_read(struct cp_resource_reader *reader,
                                          const struct cp_field *root)
{
    read_policy(reader, root, CP_KIND_STAGED_GLOBAL_NETWORK_POLICY);
}
