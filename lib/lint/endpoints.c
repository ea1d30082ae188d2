/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Endpoints that a missing profile closes (EV-112).
 */
#include "lint/linter.h"

#include "ruleset/lookup.h"

static void advise(struct cp_linter *linter,
                   const struct cp_metadata *metadata,
                   uint32_t index,
                   struct cp_text profile)
{
    struct cp_buffer path;

    cp_buffer_init(&path, linter->input->work);
    cp_buffer_format(&path, "spec.profiles[%u]", index);
    cp_advise_object(linter, metadata, cp_buffer_text(&path), CP_CODE_MISSING_PROFILE,
                     "profile %q does not exist: whatever the policies leave open is denied, even "
                     "if a later profile would allow it",
                     profile);
}

static bool is_missing(const struct calpol_ruleset *ruleset, struct cp_text name)
{
    uint32_t profile = cp_lookup_profile(ruleset, name);

    return profile != CP_NONE && ruleset->policies[profile]->missing;
}

static void check_profiles(struct cp_linter *linter,
                           const struct cp_metadata *metadata,
                           const struct cp_texts *profiles)
{
    for (uint32_t i = 0; i < profiles->items.count; i++) {
        if (is_missing(linter->ruleset, profiles->items.items[i]))
            advise(linter, metadata, i, profiles->items.items[i]);
    }
}

void cp_lint_endpoints(struct cp_linter *linter)
{
    const struct cp_collection *collection = linter->input->collection;

    for (uint32_t i = 0; i < collection->workloads.count; i++)
        check_profiles(linter, &collection->workloads.items[i]->metadata,
                       &collection->workloads.items[i]->profiles);
    for (uint32_t i = 0; i < collection->host_endpoints.count; i++)
        check_profiles(linter, &collection->host_endpoints.items[i]->metadata,
                       &collection->host_endpoints.items[i]->profiles);
}
