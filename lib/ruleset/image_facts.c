/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What evaluation, explanations and lookups rely on beyond what the tables of layout.h say.
 */
#include "net/protocol.h"
#include "ruleset/image_check.h"

#include <math.h>

/* ---- Values ---------------------------------------------------------------------------------- */

static bool is_address(const struct calpol_address *address)
{
    return address->family == 4 || address->family == 6;
}

static bool is_prefix(const struct cp_prefix *prefix)
{
    return is_address(&prefix->address) && prefix->length <= cp_family_bits(prefix->address.family);
}

static bool is_order(bool has_order, double order)
{
    return !has_order || isfinite(order);
}

/* ---- Items, in the order of the image -------------------------------------------------------- */

typedef const char *check_items(const struct cp_image_check *check,
                                const void *items,
                                size_t first,
                                size_t count);

static const char *check_tiers(const struct cp_image_check *check,
                               const void *items,
                               size_t first,
                               size_t count)
{
    const struct cp_tier *tiers = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        if (!is_order(tiers[i].has_order, tiers[i].order))
            return "order";
    }
    return NULL;
}

/* A policy is in its tier's range, or a walk along a tier would not get on. */
static bool is_in_tier(const struct calpol_ruleset *root,
                       const struct cp_policy *policy,
                       size_t number)
{
    const struct cp_tier *tier;

    if (policy->tier >= root->tier_count)
        return false;
    tier = &root->tiers[policy->tier];
    return number >= tier->first_policy && number - tier->first_policy < tier->policy_count;
}

/* Policies come first, then profiles. */
static const char *check_policy_pointers(const struct cp_image_check *check,
                                         const void *items,
                                         size_t first,
                                         size_t count)
{
    const struct cp_policy *const *policies = items;
    const struct calpol_ruleset *root = check->root;

    for (size_t i = 0; i < count; i++) {
        const struct cp_policy *policy = policies[i];
        bool is_profile = first + i >= root->policy_count;

        if (is_profile != (policy->kind == CP_KIND_PROFILE))
            return "kind";
        if (is_profile ? policy->tier != CP_NONE : !is_in_tier(root, policy, first + i))
            return "tier";
        if (is_profile != (policy->selector == CP_NONE))
            return "selector";
    }
    return NULL;
}

static const char *check_policies(const struct cp_image_check *check,
                                  const void *items,
                                  size_t first,
                                  size_t count)
{
    const struct cp_policy *policies = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        if (!is_order(policies[i].has_order, policies[i].order))
            return "order";
    }
    return NULL;
}

/* What a rule asks of an end, the entity has. first is the end's first criterion. */
static bool has_criteria(const struct cp_entity *entity, uint32_t criteria, unsigned first)
{
    const unsigned side = CP_CRITERION_SOURCE_NETS;
    uint32_t selector = criteria >> (first + CP_CRITERION_SOURCE_SELECTOR - side) & 1;
    uint32_t not_selector = criteria >> (first + CP_CRITERION_SOURCE_NOT_SELECTOR - side) & 1;
    uint32_t service = criteria >> (first + CP_CRITERION_SOURCE_SERVICE - side) & 1;

    return (!selector || entity->selector != CP_NONE) &&
           (!not_selector || entity->not_selector != CP_NONE) &&
           (!service || entity->service != CP_NONE) &&
           (!(selector | not_selector) || entity->words);
}

static const char *check_rules(const struct cp_image_check *check,
                               const void *items,
                               size_t first,
                               size_t count)
{
    const uint32_t needs_details = 1u << CP_CRITERION_ICMP | 1u << CP_CRITERION_NOT_ICMP |
                                   1u << CP_CRITERION_HTTP_METHOD | 1u << CP_CRITERION_HTTP_PATH;
    const struct cp_rule *rules = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        uint32_t criteria = rules[i].criteria;

        if (criteria >> CP_CRITERION_COUNT)
            return "criteria";
        if (!has_criteria(rules[i].source, criteria, CP_CRITERION_SOURCE_NETS))
            return "source";
        if (!has_criteria(rules[i].destination, criteria, CP_CRITERION_DESTINATION_NETS))
            return "destination";
        if (criteria & needs_details && !rules[i].details)
            return "details";
        if (rules[i].ip_version != 0 && rules[i].ip_version != 4 && rules[i].ip_version != 6)
            return "ip_version";
    }
    return NULL;
}

static const char *check_service_entries(const struct cp_image_check *check,
                                         const void *items,
                                         size_t first,
                                         size_t count)
{
    const struct cp_service_entry *entries = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        if (!is_address(&entries[i].address))
            return "address";
    }
    return NULL;
}

/* Jumps lead on, so a program ends. */
static bool is_jump(uint32_t target, uint32_t from, uint32_t count)
{
    return target >= CP_TERM_NO || (target > from && target < count);
}

static const char *check_program(const struct cp_program *program)
{
    if (program->start < CP_TERM_NO && program->start >= program->term_count)
        return "start";
    for (uint32_t i = 0; i < program->term_count; i++) {
        const struct cp_term *term = &program->terms[i];

        if (!is_jump(term->on_yes, i, program->term_count) ||
            !is_jump(term->on_no, i, program->term_count))
            return "jump";
        if (term->type >= CP_SELECTOR_CONTAINS && term->type <= CP_SELECTOR_ENDS_WITH &&
            !term->value_count)
            return "value";
    }
    return NULL;
}

static const char *check_selectors(const struct cp_image_check *check,
                                   const void *items,
                                   size_t first,
                                   size_t count)
{
    const struct cp_selector_entry *selectors = items;
    const char *fault = NULL;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count && !fault; i++)
        fault = check_program(&selectors[i].program);
    return fault;
}

/* Policies ascend, for a walk takes those of a tier at once. */
static const char *check_label_sets(const struct cp_image_check *check,
                                    const void *items,
                                    size_t first,
                                    size_t count)
{
    const struct cp_label_set *sets = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        for (uint32_t p = 1; p < sets[i].policy_count; p++) {
            if (sets[i].policies[p - 1] >= sets[i].policies[p])
                return "policies";
        }
    }
    return NULL;
}

static enum cp_owner_kind kind_of_owner(const struct calpol_ruleset *root, size_t owner)
{
    if (owner < root->workload_count)
        return CP_OWNER_WORKLOAD;
    return owner - root->workload_count < root->host_endpoint_count ? CP_OWNER_HOST
                                                                    : CP_OWNER_NETWORK_SET;
}

static const char *check_owners(const struct cp_image_check *check,
                                const void *items,
                                size_t first,
                                size_t count)
{
    const struct cp_owner *owners = items;

    for (size_t i = 0; i < count; i++) {
        if (owners[i].kind != kind_of_owner(check->root, first + i))
            return "kind";
    }
    return NULL;
}

static const char *check_backends(const struct cp_image_check *check,
                                  const void *items,
                                  size_t first,
                                  size_t count)
{
    const struct cp_backend *backends = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        if (backends[i].address.family ? !is_address(&backends[i].address)
                                       : backends[i].has_address)
            return "address";
    }
    return NULL;
}

static struct cp_number_limit limit_of_reference(const struct cp_image_check *check,
                                                 enum cp_reference_type type)
{
    const struct calpol_ruleset *root = check->root;

    switch (type) {
    case CP_REFERENCE_OWNER:
        return check->limits[CP_NUMBERS_OF_OWNERS];
    case CP_REFERENCE_NODE:
        return check->limits[CP_NUMBERS_OF_NODES];
    case CP_REFERENCE_HOST_POD:
        return (struct cp_number_limit){0, root->host_pod_count};
    case CP_REFERENCE_SERVICE:
        return (struct cp_number_limit){0, root->service_count};
    case CP_REFERENCE_NONE:
    case CP_REFERENCE_FINISHED:
        break;
    }
    return (struct cp_number_limit){0, UINT32_MAX};
}

static const char *check_references(const struct cp_image_check *check,
                                    const void *items,
                                    size_t first,
                                    size_t count)
{
    const struct cp_reference *references = items;

    (void)first;
    for (size_t i = 0; i < count; i++) {
        struct cp_number_limit limit = limit_of_reference(check, references[i].type);

        if (limit.count != UINT32_MAX && !cp_is_within(limit, references[i].id))
            return "id";
    }
    return NULL;
}

static const char *check_failsafes(const struct cp_image_check *check,
                                   const void *items,
                                   size_t first,
                                   size_t count)
{
    const struct cp_failsafe_port *ports = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        if (!cp_protocol_name(ports[i].protocol))
            return "protocol";
        if (ports[i].has_net && !is_prefix(&ports[i].net))
            return "net";
    }
    return NULL;
}

static const char *check_prefixes(const struct cp_image_check *check,
                                  const void *items,
                                  size_t first,
                                  size_t count)
{
    const struct cp_prefix *prefixes = items;
    bool is_bad = false;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++)
        is_bad |= !is_prefix(&prefixes[i]);
    return is_bad ? "address" : NULL;
}

static const char *check_addresses(const struct cp_image_check *check,
                                   const void *items,
                                   size_t first,
                                   size_t count)
{
    const struct calpol_address *addresses = items;

    (void)check;
    (void)first;
    for (size_t i = 0; i < count; i++) {
        if (!is_address(&addresses[i]))
            return "family";
    }
    return NULL;
}

static const char *check_bytes(const struct cp_image_check *check,
                               const void *items,
                               size_t first,
                               size_t count)
{
    const char *bytes = items;
    bool is_end = first + count == check->header.counts[CP_ITEM_BYTE];

    return is_end && bytes[count - 1] != '\0' ? "end" : NULL;
}

/* ---- What chains lead through ---------------------------------------------------------------- */

/* Items of an array: those from first up to end. */
struct stretch {
    uint32_t first, end;
};

/* Which items of an array are among those of a piece? */
static struct stretch stretch_in(
    const void *array, uint64_t array_count, size_t item_size, const void *items, size_t count)
{
    uintptr_t start = (uintptr_t)array, end = start + array_count * item_size;
    uintptr_t piece = (uintptr_t)items, piece_end = piece + count * item_size;
    uintptr_t from = start > piece ? start : piece, to = end < piece_end ? end : piece_end;

    if (!array || from >= to)
        return (struct stretch){0, 0};
    return (struct stretch){(uint32_t)((from - start) / item_size),
                            (uint32_t)((to - start) / item_size)};
}

static bool is_value_chain(const struct cp_prefix_trie *trie, uint32_t first)
{
    return first == CP_TRIE_NONE || first < trie->values.count;
}

/* A child is longer and knows its parent, so ways down and up end. */
static bool is_child(const struct cp_prefix_trie *trie, uint32_t parent, uint32_t child)
{
    const struct cp_trie_node *node;

    if (child == CP_TRIE_NONE)
        return true;
    if (child >= trie->nodes.count)
        return false;
    node = &trie->nodes.items[child];
    return node->parent == parent && node->length <= 128 &&
           (parent == CP_TRIE_NONE || node->length > trie->nodes.items[parent].length);
}

static bool are_trie_nodes(const struct cp_prefix_trie *trie, const void *items, size_t count)
{
    const struct cp_trie_node *nodes = trie->nodes.items;
    struct stretch stretch = stretch_in(nodes, trie->nodes.count, sizeof(*nodes), items, count);
    bool is_good = true;

    for (uint32_t i = stretch.first; is_good && i < stretch.end; i++)
        is_good = is_child(trie, i, nodes[i].children[0]) &&
                  is_child(trie, i, nodes[i].children[1]) &&
                  is_value_chain(trie, nodes[i].first_value);
    return is_good;
}

static bool are_trie_values(const struct cp_prefix_trie *trie,
                            uint32_t limit,
                            const void *items,
                            size_t count)
{
    const struct cp_trie_value *values = trie->values.items;
    struct stretch stretch = stretch_in(values, trie->values.count, sizeof(*values), items, count);
    bool is_good = true;

    for (uint32_t i = stretch.first; is_good && i < stretch.end; i++)
        is_good = values[i].value < limit &&
                  (values[i].next == CP_TRIE_NONE ||
                   (values[i].next > i && values[i].next < trie->values.count));
    return is_good;
}

static const char *check_trie_nodes(const struct cp_image_check *check,
                                    const void *items,
                                    size_t first,
                                    size_t count)
{
    (void)first;
    return are_trie_nodes(&check->root->owner_trie, items, count) &&
                   are_trie_nodes(&check->root->node_trie, items, count) &&
                   are_trie_nodes(&check->root->service_trie, items, count)
               ? NULL
               : "ways";
}

static const char *check_trie_values(const struct cp_image_check *check,
                                     const void *items,
                                     size_t first,
                                     size_t count)
{
    const struct calpol_ruleset *root = check->root;

    (void)first;
    return are_trie_values(&root->owner_trie, cp_ruleset_owner_count(root), items, count) &&
                   are_trie_values(&root->node_trie, root->node_count, items, count) &&
                   are_trie_values(&root->service_trie, root->service_count, items, count)
               ? NULL
               : "value";
}

static bool has_roots(const struct cp_prefix_trie *trie)
{
    return is_child(trie, CP_TRIE_NONE, trie->root4) && is_child(trie, CP_TRIE_NONE, trie->root6);
}

static bool are_index_entries(const struct cp_index *index,
                              uint32_t limit,
                              const void *items,
                              size_t count)
{
    const struct cp_index_entry *entries = index->entries;
    struct stretch stretch =
        stretch_in(entries, (uint64_t)index->mask + 1, sizeof(*entries), items, count);
    bool is_bad = false;

    for (uint32_t i = stretch.first; i < stretch.end; i++)
        is_bad |= entries[i].item >= limit && entries[i].item != CP_INDEX_END;
    return !is_bad;
}

static const char *check_index_entries(const struct cp_image_check *check,
                                       const void *items,
                                       size_t first,
                                       size_t count)
{
    const struct calpol_ruleset *root = check->root;

    (void)first;
    return are_index_entries(&root->names.index, root->names.texts.count, items, count) &&
                   are_index_entries(&root->reference_index, root->reference_count, items, count) &&
                   are_index_entries(&root->profile_index, root->profile_count, items, count) &&
                   are_index_entries(&root->namespace_index, root->namespace_count, items, count)
               ? NULL
               : "item";
}

/* At least one entry is free, or looking for what is not there would not end. */
static bool is_index(const struct cp_index *index)
{
    if (!index->entries)
        return true;
    if (index->mask == UINT32_MAX || (index->mask & (index->mask + 1)))
        return false;
    for (uint32_t i = 0; i <= index->mask; i++) {
        if (index->entries[i].item == CP_INDEX_END)
            return true;
    }
    return false;
}

/* ---- The root -------------------------------------------------------------------------------- */

/* Arrays of the ruleset hold all items of their kinds, so that numbers count from the first one on.
 */
static bool has_all(const struct cp_image_check *check, enum cp_item item, uint64_t count)
{
    return check->header.counts[item] == count;
}

static const char *check_root(const struct cp_image_check *check,
                              const void *items,
                              size_t first,
                              size_t count)
{
    const struct calpol_ruleset *root = items;
    uint64_t owners =
        (uint64_t)root->workload_count + root->host_endpoint_count + root->network_set_count;
    uint64_t policies = (uint64_t)root->policy_count + root->profile_count;

    (void)first;
    (void)count;
    if (owners >= CP_NONE || policies >= CP_NONE || root->names.texts.count == UINT32_MAX)
        return "count";
    return has_all(check, CP_ITEM_TIER, root->tier_count) &&
                   has_all(check, CP_ITEM_POLICY_POINTER, policies) &&
                   has_all(check, CP_ITEM_OWNER, owners)
               ? NULL
               : "items";
}

const char *cp_image_check_items(const struct cp_image_check *check,
                                 enum cp_item item,
                                 const void *items,
                                 size_t first,
                                 size_t count)
{
    static check_items *const checks[CP_ITEM_COUNT] = {
        [CP_ITEM_RULESET] = check_root,
        [CP_ITEM_TIER] = check_tiers,
        [CP_ITEM_POLICY_POINTER] = check_policy_pointers,
        [CP_ITEM_POLICY] = check_policies,
        [CP_ITEM_RULE] = check_rules,
        [CP_ITEM_SERVICE_ENTRY] = check_service_entries,
        [CP_ITEM_SELECTOR] = check_selectors,
        [CP_ITEM_LABEL_SET] = check_label_sets,
        [CP_ITEM_OWNER] = check_owners,
        [CP_ITEM_BACKEND] = check_backends,
        [CP_ITEM_REFERENCE] = check_references,
        [CP_ITEM_FAILSAFE_PORT] = check_failsafes,
        [CP_ITEM_PREFIX] = check_prefixes,
        [CP_ITEM_ADDRESS] = check_addresses,
        [CP_ITEM_TRIE_NODE] = check_trie_nodes,
        [CP_ITEM_TRIE_VALUE] = check_trie_values,
        [CP_ITEM_INDEX_ENTRY] = check_index_entries,
        [CP_ITEM_BYTE] = check_bytes,
    };

    return checks[item] ? checks[item](check, items, first, count) : NULL;
}

/* ---- The whole ------------------------------------------------------------------------------- */

const char *cp_image_check_whole(const struct cp_image_check *check)
{
    const struct calpol_ruleset *root = check->root;

    if (!has_roots(&root->owner_trie))
        return "owner_trie";
    if (!has_roots(&root->node_trie))
        return "node_trie";
    if (!has_roots(&root->service_trie))
        return "service_trie";
    if (!is_index(&root->names.index))
        return "names";
    if (!is_index(&root->reference_index))
        return "reference_index";
    if (!is_index(&root->profile_index))
        return "profile_index";
    if (!is_index(&root->namespace_index))
        return "namespace_index";
    return NULL;
}
