/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiers and policies, sorted into the order in which they are evaluated.
 */
#include "compile/compiler.h"

#include "compile/convert_k8s.h"
#include "compile/policy_order.h"

static const struct cp_implied_tier builtin_tiers[] = {
    {"adminnetworkpolicy", 1000, CALPOL_ACTION_PASS, true},
    {"kube-admin", 1000, CALPOL_ACTION_PASS, false},
    {"default", 1000000, CALPOL_ACTION_DENY, false},
    {"baselineadminnetworkpolicy", 10000000, CALPOL_ACTION_PASS, true},
    {"kube-baseline", 10000000, CALPOL_ACTION_PASS, false},
};

const struct cp_implied_tier *cp_implied_tiers(size_t *out_count)
{
    *out_count = sizeof(builtin_tiers) / sizeof(builtin_tiers[0]);
    return builtin_tiers;
}

struct tier_list {
    CP_ARRAY(struct cp_tier) items;
    struct cp_index index;
};

static struct cp_tier *find_tier(struct tier_list *tiers, struct cp_text name)
{
    uint64_t hash = cp_hash_text(name, 0);

    for (uint32_t i = cp_index_first(&tiers->index, hash); i != CP_INDEX_END;
         i = cp_index_next(&tiers->index, i)) {
        struct cp_tier *tier = &tiers->items.items[cp_index_item(&tiers->index, i)];

        if (cp_text_equal(tier->name, name))
            return tier;
    }
    return NULL;
}

/* Adds a tier unless it is there. */
static int add_tier(struct cp_compiler *compiler,
                    struct tier_list *tiers,
                    const struct cp_tier *tier)
{
    struct cp_tier *slot;

    if (find_tier(tiers, tier->name))
        return CALPOL_OK;
    slot = cp_array_push(compiler->work, &tiers->items);
    if (!slot || !cp_index_add(&tiers->index, compiler->work, cp_hash_text(tier->name, 0),
                               tiers->items.count - 1))
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *tier;
    return cp_keep_text(compiler, tier->name, &slot->name);
}

static int add_declared_tiers(struct cp_compiler *compiler, struct tier_list *tiers)
{
    const struct cp_collection *collection = compiler->collection;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->tiers.count; i++) {
        const struct cp_tier_spec *spec = collection->tiers.items[i];
        struct cp_tier tier = {
            .name = spec->metadata.name,
            .has_order = spec->has_order,
            .order = spec->order,
            .default_action = spec->default_action,
            .declared = true,
            .exists = true,
        };

        if (!tier.has_order && compiler->ruleset->options.tier_order_million) {
            tier.has_order = true;
            tier.order = 1000000;
        }
        status = add_tier(compiler, tiers, &tier);
    }
    return status;
}

static int add_builtin_tiers(struct cp_compiler *compiler, struct tier_list *tiers)
{
    int status = CALPOL_OK;

    for (size_t i = 0; !status && i < sizeof(builtin_tiers) / sizeof(builtin_tiers[0]); i++) {
        const struct cp_implied_tier *builtin = &builtin_tiers[i];
        struct cp_tier tier = {
            .name = cp_text_from(builtin->name),
            .has_order = true,
            .order = builtin->order,
            .default_action = builtin->default_action,
            .exists = true,
        };

        if (!builtin->v1alpha1 || compiler->collection->has_admin_v1alpha1)
            status = add_tier(compiler, tiers, &tier);
    }
    return status;
}

/* EV-22: a tier that only policies name is enforced all the same. */
static int add_named_tiers(struct cp_compiler *compiler, struct tier_list *tiers)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < compiler->policies.count; i++) {
        struct cp_tier tier = {
            .name = compiler->policies.items[i]->tier,
            .default_action = CALPOL_ACTION_DENY,
        };

        status = add_tier(compiler, tiers, &tier);
    }
    return status;
}

/* EV-20, EV-22: tiers that exist by order, those without order last; then the undefined ones. */
static int compare_tiers(const void *left, const void *right)
{
    const struct cp_tier *a = left, *b = right;
    int order;

    if (a->exists != b->exists)
        return a->exists ? -1 : 1;
    order = cp_orders_compare(a->has_order, a->order, b->has_order, b->order);
    return order ? order : cp_text_compare(a->name, b->name);
}

/* A policy with what it is sorted by. */
struct sorted_policy {
    struct cp_policy_spec *spec;
    uint32_t tier;
    struct cp_text key; /* "NAME/NAMESPACE/KIND" (EV-24) */
};

static int compare_policies(const void *left, const void *right)
{
    const struct sorted_policy *a = left, *b = right;
    int order;

    if (a->tier != b->tier)
        return a->tier < b->tier ? -1 : 1;
    order =
        cp_orders_compare(a->spec->has_order, a->spec->order, b->spec->has_order, b->spec->order);
    return order ? order : cp_text_compare(a->key, b->key);
}

static int make_key(struct cp_compiler *compiler, struct sorted_policy *policy)
{
    const struct cp_metadata *metadata = &policy->spec->metadata;

    return cp_policy_key(metadata->name, metadata->namespace_name, policy->spec->kind,
                         compiler->work, &policy->key)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

/* Numbers of the tiers, in their sorted order, into the policies to be sorted. */
static int number_tiers(struct cp_compiler *compiler,
                        const struct tier_list *sorted,
                        struct sorted_policy *policies)
{
    struct tier_list tiers = {0};
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < sorted->items.count; i++)
        status = add_tier(compiler, &tiers, &sorted->items.items[i]);
    for (uint32_t i = 0; !status && i < compiler->policies.count; i++) {
        policies[i].spec = compiler->policies.items[i];
        policies[i].tier =
            (uint32_t)(find_tier(&tiers, policies[i].spec->tier) - tiers.items.items);
        status = make_key(compiler, &policies[i]);
    }
    return status;
}

static int sort_tiers_and_policies(struct cp_compiler *compiler, struct tier_list *tiers)
{
    uint32_t count = compiler->policies.count;
    struct sorted_policy *policies = CP_NEW_ARRAY(compiler->work, struct sorted_policy, count);
    int status;

    if (!policies || !cp_sort(tiers->items.items, tiers->items.count, sizeof(struct cp_tier),
                              compare_tiers, compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    status = number_tiers(compiler, tiers, policies);
    if (status)
        return status;
    if (!cp_sort(policies, count, sizeof(*policies), compare_policies, compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        struct cp_tier *tier = &tiers->items.items[policies[i].tier];

        compiler->policies.items[i] = policies[i].spec;
        if (!tier->policy_count++)
            tier->first_policy = i;
    }
    return CALPOL_OK;
}

int cp_keep_origin(struct cp_compiler *compiler,
                   const struct cp_origin *origin,
                   struct cp_text *out_source,
                   uint32_t *out_line)
{
    *out_line = origin->place.line;
    *out_source = cp_text_make("", 0);
    if (!origin->place.source)
        return CALPOL_OK;
    return cp_keep_text(compiler, cp_text_from(origin->place.source->name), out_source);
}

/* EV-34: the set that a policy is walked in. */
static enum cp_policy_set set_of(const struct cp_policy_spec *spec)
{
    if (spec->do_not_track)
        return CP_SET_UNTRACKED;
    if (spec->pre_dnat)
        return CP_SET_PREDNAT;
    return spec->apply_on_forward ? CP_SET_FORWARD : CP_SET_NORMAL;
}

/* Whom a policy selects (EV-30, EV-31). */
static int combine_policy(struct cp_compiler *compiler,
                          const struct cp_policy_spec *spec,
                          uint32_t *out_selector)
{
    const struct cp_selector *tree = NULL;
    int status = cp_combine_policy_spec(compiler, spec, &tree);

    return status ? status : cp_selector_number(compiler, tree, out_selector);
}

static int keep_policy_texts(struct cp_compiler *compiler,
                             const struct cp_policy_spec *spec,
                             struct cp_policy *policy)
{
    const struct cp_metadata *metadata = &spec->metadata;
    struct cp_buffer label;
    int status;

    cp_buffer_init(&label, compiler->work);
    cp_buffer_format(&label, "%s:%t%s%t", cp_policy_kind_info(spec->kind)->short_name,
                     metadata->namespace_name, metadata->namespace_name.length ? "/" : "",
                     metadata->name);
    if (label.failed)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_keep_text(compiler, cp_buffer_text(&label), &policy->label);
    if (!status)
        status = cp_keep_text(compiler, metadata->name, &policy->name);
    if (!status)
        status = cp_keep_text(compiler, metadata->namespace_name, &policy->namespace_name);
    if (!status)
        status = cp_keep_text(compiler, spec->selector.text, &policy->selector_text);
    if (!status)
        status =
            cp_keep_text(compiler, spec->namespace_selector.text, &policy->namespace_selector_text);
    if (!status)
        status = cp_keep_text(compiler, spec->service_account_selector.text,
                              &policy->service_account_selector_text);
    if (!status)
        status = cp_keep_origin(compiler, &metadata->origin, &policy->source, &policy->line);
    return status;
}

/* CP_TYPE_... and 1 << enum cp_direction are the same bits. */
_Static_assert(CP_TYPE_INGRESS == 1u << CP_INGRESS && CP_TYPE_EGRESS == 1u << CP_EGRESS,
               "types are directions as bits");

int cp_compile_policy(struct cp_compiler *compiler,
                      const struct cp_policy_spec *spec,
                      uint32_t tier,
                      struct cp_policy *policy)
{
    const struct cp_text namespace_name = spec->metadata.namespace_name;
    int status;

    *policy = (struct cp_policy){
        .kind = spec->kind,
        .set = set_of(spec),
        .staged = cp_policy_kind_info(spec->kind)->staged,
        .types = spec->types,
        .tier = tier,
        .has_order = spec->has_order,
        .order = spec->order,
    };
    status = keep_policy_texts(compiler, spec, policy);
    if (!status)
        status = combine_policy(compiler, spec, &policy->selector);
    if (!status)
        status = cp_compile_rules(compiler, &spec->ingress, namespace_name, policy, CP_INGRESS);
    if (!status)
        status = cp_compile_rules(compiler, &spec->egress, namespace_name, policy, CP_EGRESS);
    policy->written_rule_count[CP_INGRESS] = spec->written_ingress;
    policy->written_rule_count[CP_EGRESS] = spec->written_egress;
    return status;
}

/* Profiles that are implied have a rule in each direction. */
#define RULES_OF_PROFILE 2u

/* Makes room for all policies and their rules, and for profiles: arrays that grow to hundreds of megabytes
   would leave as much behind. */
static int make_room(struct cp_compiler *compiler)
{
    uint64_t profiles = compiler->namespaces.count + compiler->collection->profiles.count + 64;
    uint64_t policies = compiler->policies.count + profiles, rules = profiles * RULES_OF_PROFILE;

    for (uint32_t i = 0; i < compiler->policies.count; i++)
        rules += (uint64_t)compiler->policies.items[i]->ingress.items.count +
                 compiler->policies.items[i]->egress.items.count;
    return policies <= UINT32_MAX && rules <= UINT32_MAX &&
                   cp_array_reserve(compiler->work, &compiler->policy_entries,
                                    (uint32_t)policies) &&
                   cp_array_reserve(compiler->work, &compiler->rules, (uint32_t)rules)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

static int compile_sorted_policies(struct cp_compiler *compiler, const struct tier_list *tiers)
{
    int status = make_room(compiler);

    for (uint32_t t = 0; t < tiers->items.count; t++) {
        const struct cp_tier *tier = &tiers->items.items[t];

        for (uint32_t i = 0; !status && i < tier->policy_count; i++) {
            struct cp_policy *policy = cp_array_push(compiler->work, &compiler->policy_entries);

            if (!policy)
                return CALPOL_ERROR_NO_MEMORY;
            status = cp_compile_policy(compiler, compiler->policies.items[tier->first_policy + i],
                                       t, policy);
        }
    }
    return status;
}

static int add_policy(struct cp_compiler *compiler, struct cp_policy_spec *spec)
{
    struct cp_policy_spec **slot;

    /* EV-180: a staged deletion takes no part in either scope. */
    if (cp_policy_kind_info(spec->kind)->staged && spec->staged_action == CP_STAGED_DELETE)
        return CALPOL_OK;
    slot = cp_array_push(compiler->work, &compiler->policies);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = spec;
    return CALPOL_OK;
}

/* Those whose selectors do not combine are reported and left out. */
static int add_own(struct cp_compiler *compiler, struct cp_policy_spec *spec)
{
    bool combines;
    int status = cp_policy_combines(compiler, spec, &combines);

    return status || !combines ? status : add_policy(compiler, spec);
}

static int add_converted(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    struct cp_k8s_converter converter = {
        .arena = compiler->work,
        .names = compiler->names,
        .dialect = compiler->ruleset->dialect,
        .collection = collection,
        .diagnostics = compiler->input->diagnostics,
    };
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->k8s_policies.count; i++) {
        struct cp_policy_spec *spec = CP_NEW(compiler->work, struct cp_policy_spec);

        if (!spec)
            return CALPOL_ERROR_NO_MEMORY;
        status = cp_convert_k8s_policy(&converter, collection->k8s_policies.items[i], spec);
        if (!status)
            status = add_policy(compiler, spec);
    }
    return status;
}

int cp_compile_policies(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;
    struct tier_list tiers = {0};
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < compiler->collection->policies.count; i++)
        status = add_own(compiler, compiler->collection->policies.items[i]);
    if (!status)
        status = add_converted(compiler);
    if (!status)
        status = add_declared_tiers(compiler, &tiers);
    if (!status)
        status = add_builtin_tiers(compiler, &tiers);
    if (!status)
        status = add_named_tiers(compiler, &tiers);
    if (!status)
        status = sort_tiers_and_policies(compiler, &tiers);
    if (!status)
        status = compile_sorted_policies(compiler, &tiers);
    if (status)
        return status;
    ruleset->tiers = cp_freeze(compiler, &tiers.items);
    ruleset->tier_count = tiers.items.count;
    return ruleset->tiers ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}
