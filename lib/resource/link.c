/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be said about resources only when all of them are known: policies and their tiers
 * (resources.md 9.3, 9.4), admin policies of both API versions (K8-85).
 */
#include "resource/admin_policy.h"
#include "resource/load.h"
#include "resource/tier.h"

/* Names of the tiers in the input, for looking up. */
struct tier_names {
    const struct cp_resource_reader *reader;
    const struct cp_collection *collection;
    struct cp_index index;
};

static bool index_tiers(struct cp_resource_reader *reader, struct tier_names *names)
{
    const struct cp_collection *collection = reader->collection;

    *names = (struct tier_names){.reader = reader, .collection = collection};
    for (uint32_t i = 0; i < collection->tiers.count; i++) {
        uint64_t hash = cp_hash_text(collection->tiers.items[i]->metadata.name, 0);

        if (!cp_index_add(&names->index, reader->base.arena, hash, i))
            return false;
    }
    return true;
}

static bool is_known(const struct tier_names *names, struct cp_text tier)
{
    const struct cp_index *index = &names->index;
    uint64_t hash = cp_hash_text(tier, 0);

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (cp_text_equal(names->collection->tiers.items[cp_index_item(index, i)]->metadata.name,
                          tier))
            return true;
    }
    for (uint32_t i = 0; i < names->reader->known_tier_count; i++) {
        if (cp_text_equal(names->reader->known_tiers[i], tier))
            return true;
    }
    if (names->collection->has_admin_v1alpha1 &&
        (cp_text_is(tier, "adminnetworkpolicy") || cp_text_is(tier, "baselineadminnetworkpolicy")))
        return true; /* K8-7 */
    return cp_builtin_tier_find(tier) != NULL;
}

/* Reports about a field of an object whose tree is no longer at hand. */
static void report(struct cp_resource_reader *reader,
                   const struct cp_metadata *metadata,
                   const struct cp_place *place,
                   const char *field,
                   enum cp_code code,
                   enum calpol_severity severity,
                   struct cp_buffer *message)
{
    struct cp_subject subject;

    if (!cp_metadata_subject(metadata, cp_text_from(field), reader->base.arena, &subject)) {
        cp_resource_no_memory(reader);
        return;
    }
    subject.place = *place;
    if (cp_diagnose_as(reader->base.diagnostics, &subject, code, severity,
                       cp_buffer_text(message)) == CALPOL_ERROR_NO_MEMORY)
        cp_resource_no_memory(reader);
}

static void check_tier(struct cp_resource_reader *reader,
                       const struct tier_names *names,
                       const struct cp_policy_spec *policy)
{
    struct cp_buffer message;

    if (is_known(names, policy->tier))
        return;
    cp_buffer_init(&message, reader->base.arena);
    cp_buffer_format(&message,
                     "tier %q is not in the input; the policy comes after all known tiers",
                     policy->tier);
    report(reader, &policy->metadata, &policy->tier_place, "spec.tier", CP_CODE_UNDEFINED_TIER,
           reader->tiers_required ? CALPOL_SEVERITY_ERROR : CALPOL_SEVERITY_WARNING, &message);
}

/* Names that the older rule left alone. */
static bool is_exempt(struct cp_text name)
{
    static const char *const prefixes[] = {"knp.default.", "ossg.", "kanp.adminnetworkpolicy.",
                                           "kbanp.baselineadminnetworkpolicy."};

    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        if (cp_text_starts_with(name, cp_text_from(prefixes[i])))
            return true;
    }
    return false;
}

/*
 * resources.md 9.3. By the rule of Calico 3.30 a name with a dot begins with the tier, and one
 * without is in tier default. Without the flag a name is remarked on only if it points at another
 * known tier.
 */
static bool has_wrong_prefix(const struct cp_resource_reader *reader,
                             const struct tier_names *names,
                             const struct cp_policy_spec *policy)
{
    struct cp_text name = policy->metadata.name;
    size_t dot = cp_text_find_byte(name, '.');
    struct cp_text prefix = cp_text_first(name, dot);

    if (is_exempt(name))
        return false;
    if (dot == SIZE_MAX)
        return reader->tier_prefix_required && !cp_text_is(policy->tier, "default");
    if (cp_text_equal(prefix, policy->tier))
        return false;
    return reader->tier_prefix_required || is_known(names, prefix);
}

static void check_prefix(struct cp_resource_reader *reader,
                         const struct tier_names *names,
                         const struct cp_policy_spec *policy)
{
    const struct cp_metadata *metadata = &policy->metadata;
    enum calpol_severity severity = CALPOL_SEVERITY_WARNING;
    struct cp_buffer message;

    if (!has_wrong_prefix(reader, names, policy))
        return;
    if (reader->tier_prefix_required)
        severity = cp_diagnostics_severity(reader->base.diagnostics, CP_CODE_NAME_TIER_PREFIX);
    cp_buffer_init(&message, reader->base.arena);
    cp_buffer_format(
        &message,
        "the name %q does not begin with the policy's tier, %q, as releases before 3.32 "
        "want it",
        metadata->name, policy->tier);
    report(reader, metadata, &reader->collection->objects.items[metadata->object].place,
           "metadata.name", CP_CODE_NAME_TIER_PREFIX, severity, &message);
}

int cp_resources_link(struct cp_resource_reader *reader)
{
    const struct cp_collection *collection = reader->collection;
    struct tier_names names;

    cp_collection_drop_replaced(reader->collection);
    if (!index_tiers(reader, &names))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < collection->policies.count; i++) {
        check_tier(reader, &names, collection->policies.items[i]);
        check_prefix(reader, &names, collection->policies.items[i]);
    }
    cp_admin_policies_link(reader);
    return reader->base.status;
}
