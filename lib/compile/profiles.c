/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: declared ones, those that namespaces and service accounts imply, the built-in one that
 * allows everything, and those that endpoints list in vain (EV-112, EV-114).
 */
#include "compile/compiler.h"

static bool find_profile(const struct cp_compiler *compiler,
                         struct cp_text name,
                         uint64_t hash,
                         uint32_t *out_profile)
{
    const struct cp_index *index = &compiler->profile_index;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_profile = cp_index_item(index, i);
        if (cp_text_equal(compiler->profiles.items[*out_profile].name, name))
            return true;
    }
    return false;
}

/* A new entry, unless the name is known: a declared profile wins over an implied one. */
static int add_profile(struct cp_compiler *compiler,
                       struct cp_text name,
                       bool *out_added,
                       uint32_t *out_profile)
{
    uint64_t hash = cp_hash_text(name, 0);
    struct cp_profile_entry *entry;

    *out_added = !find_profile(compiler, name, hash, out_profile);
    if (!*out_added)
        return CALPOL_OK;
    *out_profile = compiler->profiles.count;
    entry = cp_array_push(compiler->work, &compiler->profiles);
    if (!entry || !cp_index_add(&compiler->profile_index, compiler->work, hash, *out_profile))
        return CALPOL_ERROR_NO_MEMORY;
    *entry = (struct cp_profile_entry){0};
    return cp_keep_text(compiler, name, &entry->name);
}

static int keep_labels(struct cp_compiler *compiler, struct cp_label_list *list, uint32_t profile)
{
    struct cp_labels *labels = &compiler->profiles.items[profile].labels;
    int status = cp_labels_finish(compiler, list, labels);

    if (status)
        return status;
    labels->items =
        cp_arena_copy(compiler->arena, labels->items, labels->count * sizeof(*labels->items));
    return labels->items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int add_prefixed(struct cp_compiler *compiler,
                        struct cp_label_list *list,
                        const char *prefix,
                        struct cp_text key,
                        struct cp_text value)
{
    struct cp_text joined;
    int status = cp_keep_joined(compiler, prefix, key, &joined);

    return status ? status : cp_label_add(compiler, list, joined, value);
}

/* EV-114: kns.NS allows everything and carries the namespace's labels. */
static int add_namespace_profile(struct cp_compiler *compiler,
                                 struct cp_text name,
                                 const struct cp_labels *labels)
{
    struct cp_label_list list = {0};
    struct cp_text profile_name;
    uint32_t profile;
    bool added = false;
    int status = cp_keep_joined(compiler, "kns.", name, &profile_name);

    if (!status)
        status = add_profile(compiler, profile_name, &added, &profile);
    if (status || !added)
        return status;
    compiler->profiles.items[profile].allows_all = true;
    status = add_prefixed(compiler, &list, "pcns.", CP_TEXT("projectcalico.org/name"), name);
    for (uint32_t i = 0; !status && i < labels->count; i++)
        status = add_prefixed(compiler, &list, "pcns.",
                              cp_intern_text(compiler->names, labels->items[i].key),
                              labels->items[i].text);
    return status ? status : keep_labels(compiler, &list, profile);
}

/* EV-114: ksa.NS.SA has no rules and carries the service account's labels. */
static int fill_account_profile(struct cp_compiler *compiler,
                                uint32_t profile,
                                struct cp_text account,
                                const struct cp_pairs *labels)
{
    struct cp_label_list list = {0};
    int status = add_prefixed(compiler, &list, "pcsa.", CP_TEXT("projectcalico.org/name"), account);

    for (uint32_t i = 0; !status && labels && i < labels->items.count; i++)
        status = add_prefixed(compiler, &list, "pcsa.", labels->items.items[i].key,
                              labels->items.items[i].value);
    return status ? status : keep_labels(compiler, &list, profile);
}

static int add_account_profile(struct cp_compiler *compiler, const struct cp_metadata *account)
{
    struct cp_buffer name;
    uint32_t profile;
    bool added;
    int status;

    cp_buffer_init(&name, compiler->work);
    cp_buffer_format(&name, "ksa.%t.%t", account->namespace_name, account->name);
    if (name.failed)
        return CALPOL_ERROR_NO_MEMORY;
    status = add_profile(compiler, cp_buffer_text(&name), &added, &profile);
    if (status || !added)
        return status;
    return fill_account_profile(compiler, profile, account->name, &account->labels);
}

static int add_declared(struct cp_compiler *compiler, const struct cp_profile_spec *spec)
{
    const struct cp_pairs *labels = &spec->labels_to_apply;
    struct cp_label_list list = {0};
    uint32_t profile;
    bool added, combines;
    int status = add_profile(compiler, spec->metadata.name, &added, &profile);

    if (!status)
        status = cp_profile_combines(compiler, spec, &combines);
    if (status)
        return status;
    /* To a dataplane a profile that it left out is one that does not exist (EV-112). */
    compiler->profiles.items[profile].missing = !combines;
    compiler->profiles.items[profile].spec = combines ? spec : NULL;
    for (uint32_t i = 0; !status && i < labels->items.count; i++)
        status =
            cp_label_add(compiler, &list, labels->items.items[i].key, labels->items.items[i].value);
    return status ? status : keep_labels(compiler, &list, profile);
}

int cp_compile_profiles(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    uint32_t profile;
    bool added;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->profiles.count; i++)
        status = add_declared(compiler, collection->profiles.items[i]);
    for (uint32_t i = 0; !status && i < compiler->namespaces.count; i++)
        status = add_namespace_profile(compiler, compiler->namespaces.items[i].name,
                                       &compiler->namespaces.items[i].labels);
    for (uint32_t i = 0; !status && i < collection->service_accounts.count; i++)
        status = add_account_profile(compiler, &collection->service_accounts.items[i]->metadata);
    if (!status)
        status = add_profile(compiler, CP_TEXT("projectcalico-default-allow"), &added, &profile);
    if (!status && added)
        compiler->profiles.items[profile].allows_all = true;
    return status;
}

/* The account of "ksa.NS.ACCOUNT"; accounts may hold dots, namespaces do not. */
static struct cp_text account_of(struct cp_text profile_name)
{
    struct cp_text rest = cp_text_from_byte(profile_name, strlen("ksa."));
    size_t dot = cp_text_find_byte(rest, '.');

    return cp_text_from_byte(rest, dot == SIZE_MAX ? rest.length : dot + 1);
}

/* A namespace that only a profile's name mentions. */
static int add_mentioned_namespace(struct cp_compiler *compiler, struct cp_text profile_name)
{
    struct cp_text name = cp_text_from_byte(profile_name, strlen("kns."));
    struct cp_label_list list = {0};
    struct cp_labels labels;
    int status = cp_label_add(compiler, &list, CP_TEXT("kubernetes.io/metadata.name"), name);

    if (!status)
        status = cp_labels_finish(compiler, &list, &labels);
    return status ? status : add_namespace_profile(compiler, name, &labels);
}

int cp_profile_of(struct cp_compiler *compiler, struct cp_text name, uint32_t *out_profile)
{
    bool added;
    int status;

    if (find_profile(compiler, name, cp_hash_text(name, 0), out_profile))
        return CALPOL_OK;
    if (cp_text_starts_with(name, CP_TEXT("kns."))) {
        *out_profile = compiler->profiles.count;
        return add_mentioned_namespace(compiler, name);
    }
    status = add_profile(compiler, name, &added, out_profile);
    if (status)
        return status;
    if (cp_text_starts_with(name, CP_TEXT("ksa.")))
        return fill_account_profile(compiler, *out_profile, account_of(name), NULL);
    compiler->profiles.items[*out_profile].missing = true;
    return CALPOL_OK;
}

/* One rule without criteria in each direction. */
static int add_plain_rules(struct cp_compiler *compiler, struct cp_policy *policy, uint8_t action)
{
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_rule *rule = cp_array_push(compiler->work, &compiler->rules);

        if (!rule)
            return CALPOL_ERROR_NO_MEMORY;
        *rule = (struct cp_rule){
            .action = action, .source = &cp_entity_any, .destination = &cp_entity_any};
        policy->first_rule[direction] = compiler->rules.count - 1;
        policy->rule_count[direction] = 1;
        policy->written_rule_count[direction] = 1;
    }
    return CALPOL_OK;
}

static int fill_profile(struct cp_compiler *compiler,
                        const struct cp_profile_entry *entry,
                        struct cp_policy *policy)
{
    const struct cp_text none = {NULL, 0};
    int status;

    if (entry->allows_all && !entry->spec)
        return add_plain_rules(compiler, policy, CALPOL_ACTION_ALLOW);
    if (entry->missing)
        return add_plain_rules(compiler, policy, CALPOL_ACTION_DENY);
    if (!entry->spec)
        return CALPOL_OK;
    status = cp_compile_rules(compiler, &entry->spec->ingress, none, policy, CP_INGRESS);
    if (!status)
        status = cp_compile_rules(compiler, &entry->spec->egress, none, policy, CP_EGRESS);
    return status;
}

int cp_compile_profile_rules(struct cp_compiler *compiler)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < compiler->profiles.count; i++) {
        const struct cp_profile_entry *entry = &compiler->profiles.items[i];
        struct cp_policy policy = {
            .kind = CP_KIND_PROFILE,
            .missing = entry->missing,
            .types = 1u << CP_INGRESS | 1u << CP_EGRESS,
            .tier = CP_NONE,
            .selector = CP_NONE,
            .name = entry->name,
        };
        struct cp_policy *slot;

        status = cp_keep_joined(compiler, "pro:", entry->name, &policy.label);
        if (!status && entry->spec)
            status = cp_keep_origin(compiler, &entry->spec->metadata.origin, &policy.source,
                                    &policy.line);
        if (!status)
            status = fill_profile(compiler, entry, &policy);
        if (status)
            break;
        slot = cp_array_push(compiler->work, &compiler->policy_entries);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = policy;
    }
    return status;
}
