/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is in a ruleset.
 */
#include "api/abi.h"
#include "ruleset/lookup.h"

#include "calpol/ruleset.h"

#include <math.h>

calpol_ruleset *calpol_ruleset_ref(calpol_ruleset *ruleset)
{
    return cp_ruleset_ref(ruleset);
}

void calpol_ruleset_unref(calpol_ruleset *ruleset)
{
    cp_ruleset_unref(ruleset);
}

int calpol_ruleset_counts(const calpol_ruleset *ruleset,
                          struct calpol_counts *out_counts,
                          size_t counts_size)
{
    struct calpol_counts counts;
    int status;

    if (!ruleset || !out_counts)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_COUNTS, counts_size);
    if (status)
        return status;
    counts = (struct calpol_counts){
        .tiers = ruleset->tier_count,
        .policies = ruleset->policy_count,
        .rules = ruleset->rule_count,
        .endpoints = ruleset->workload_count + ruleset->host_endpoint_count,
        .network_sets = ruleset->network_set_count,
        .namespaces = ruleset->namespace_count,
        .services = ruleset->service_count,
        .nodes = ruleset->node_count,
        .selectors = ruleset->selector_count,
        .label_sets = ruleset->label_set_count,
        .bytes = sizeof(*ruleset) + ruleset->arena.total + ruleset->image.size,
        .dialect = ruleset->dialect,
    };
    if (ruleset->programs) {
        counts.programs = ruleset->programs->program_count;
        counts.programs_left_out = ruleset->programs->left_out;
    }
    cp_abi_write(CALPOL_STRUCT_COUNTS, &counts, out_counts, counts_size);
    return CALPOL_OK;
}

/* Text of the ruleset's; all of them have a NUL behind them. */
static const char *string_of(struct cp_text text)
{
    return text.data ? text.data : "";
}

int calpol_ruleset_endpoint(const calpol_ruleset *ruleset,
                            uint32_t endpoint,
                            struct calpol_endpoint_info *out_info,
                            size_t info_size)
{
    struct calpol_endpoint_info info;
    const struct cp_owner *owner;
    int status;

    if (!ruleset || !out_info)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_ENDPOINT_INFO, info_size);
    if (status)
        return status;
    if (endpoint >= ruleset->workload_count + ruleset->host_endpoint_count)
        return CALPOL_ERROR_NOT_FOUND;
    owner = &ruleset->owners[endpoint];
    info = (struct calpol_endpoint_info){
        .reference = string_of(owner->reference),
        .namespace_name = string_of(owner->namespace_name),
        .name = string_of(owner->name),
        .node = owner->node == CP_NONE ? "" : string_of(ruleset->nodes[owner->node].name),
        .source = string_of(owner->source),
        .line = owner->line,
        .address_count = owner->nets.count,
        .is_host = owner->kind == CP_OWNER_HOST,
    };
    cp_abi_write(CALPOL_STRUCT_ENDPOINT_INFO, &info, out_info, info_size);
    return CALPOL_OK;
}

int calpol_ruleset_policy(const calpol_ruleset *ruleset,
                          uint32_t number,
                          struct calpol_policy_info *out_info,
                          size_t info_size)
{
    struct calpol_policy_info info;
    const struct cp_policy *policy;
    int status;

    if (!ruleset || !out_info)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_POLICY_INFO, info_size);
    if (status)
        return status;
    if (number >= ruleset->policy_count + ruleset->profile_count)
        return CALPOL_ERROR_NOT_FOUND;
    policy = ruleset->policies[number];
    info = (struct calpol_policy_info){
        .label = string_of(policy->label),
        .kind = cp_policy_kind_info(policy->kind)->name,
        .namespace_name = string_of(policy->namespace_name),
        .name = string_of(policy->name),
        .source = string_of(policy->source),
        .line = policy->line,
        .tier = policy->tier,
        .order = policy->has_order ? policy->order : INFINITY,
        .ingress_count = policy->rule_count[CP_INGRESS],
        .egress_count = policy->rule_count[CP_EGRESS],
        .staged = policy->staged,
    };
    cp_abi_write(CALPOL_STRUCT_POLICY_INFO, &info, out_info, info_size);
    return CALPOL_OK;
}

int calpol_ruleset_tier(const calpol_ruleset *ruleset,
                        uint32_t number,
                        struct calpol_tier_info *out_info,
                        size_t info_size)
{
    struct calpol_tier_info info;
    const struct cp_tier *tier;
    int status;

    if (!ruleset || !out_info)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_TIER_INFO, info_size);
    if (status)
        return status;
    if (number >= ruleset->tier_count)
        return CALPOL_ERROR_NOT_FOUND;
    tier = &ruleset->tiers[number];
    info = (struct calpol_tier_info){
        .name = string_of(tier->name),
        .order = tier->has_order ? tier->order : INFINITY,
        .default_action = tier->default_action,
        .policy_count = tier->policy_count,
        .declared = tier->declared,
    };
    cp_abi_write(CALPOL_STRUCT_TIER_INFO, &info, out_info, info_size);
    return CALPOL_OK;
}
