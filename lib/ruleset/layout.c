/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of the description, in the order of enum cp_item.
 *
 * STRUCT is the struct whose table is being written.
 */
#include "ruleset/layout.h"

/* Tables; the formatter takes their macros for blocks. */
/* clang-format off */

#define MEMBER(member) (((STRUCT *)NULL)->member)
#define HEAD(member, type_)                                                                        \
    .name = #member, .type = (type_), .offset = offsetof(STRUCT, member),                          \
    .size = sizeof(MEMBER(member))

#define PLAIN(member) {HEAD(member, CP_LAYOUT_PLAIN)}
#define ABSENT(member) {HEAD(member, CP_LAYOUT_ABSENT)}
#define BYTES(member, first_, last_)                                                               \
    {HEAD(member, CP_LAYOUT_BYTE), .first = (first_), .last = (last_)}
#define BOOL(member) BYTES(member, 0, 1)
#define ENUM(member, first_, last_)                                                                \
    {HEAD(member, CP_LAYOUT_ENUM), .first = (first_), .last = (last_)}
#define INDEX(member, limit_) {HEAD(member, CP_LAYOUT_INDEX), .limit = (limit_)}
#define INDEX_OR_NONE(member, limit_) {HEAD(member, CP_LAYOUT_INDEX_OR_NONE), .limit = (limit_)}
#define RANGE(member, count_member, limit_)                                                        \
    {HEAD(member, CP_LAYOUT_RANGE), .limit = (limit_),                                              \
     .count_offset = offsetof(STRUCT, count_member)}
#define TEXT(member) {HEAD(member, CP_LAYOUT_TEXT)}
#define ARRAY_TYPE(member, type_, item_)                                                           \
    HEAD(member, type_), .item_size = sizeof(*MEMBER(member)), .item = (item_)
#define ARRAY(member, item_, count_member)                                                         \
    {ARRAY_TYPE(member, CP_LAYOUT_ARRAY, item_), .count_offset = offsetof(STRUCT, count_member)}
#define OPTIONAL(member, item_, count_member)                                                      \
    {ARRAY_TYPE(member, CP_LAYOUT_OPTIONAL_ARRAY, item_),                                           \
     .count_offset = offsetof(STRUCT, count_member)}
#define COUNTED(member, type_, item_, function)                                                    \
    {ARRAY_TYPE(member, type_, item_), .count = (function)}

/* Structs that are in others. */
#define PREFIXES(member) ARRAY(member.items, CP_ITEM_PREFIX, member.count), PLAIN(member.count)
#define TEXT_LIST(member) ARRAY(member.items, CP_ITEM_TEXT, member.count), PLAIN(member.count)
#define LABELS(member) ARRAY(member.items, CP_ITEM_LABEL, member.count), PLAIN(member.count)
#define FAILSAFES(member)                                                                          \
    ARRAY(member.items, CP_ITEM_FAILSAFE_PORT, member.count), PLAIN(member.count)
#define PORT_LIST(member)                                                                          \
    ARRAY(member.numbers.ranges, CP_ITEM_PORT_RANGE, member.numbers.range_count),                  \
        PLAIN(member.numbers.range_count),                                                         \
        ARRAY(member.names, CP_ITEM_NAME_NUMBER, member.name_count), PLAIN(member.name_count)
#define TRIE(member)                                                                               \
    ABSENT(member.arena), ARRAY(member.nodes.items, CP_ITEM_TRIE_NODE, member.nodes.count),        \
        PLAIN(member.nodes.count), ABSENT(member.nodes.capacity),                                  \
        ARRAY(member.values.items, CP_ITEM_TRIE_VALUE, member.values.count),                       \
        PLAIN(member.values.count), ABSENT(member.values.capacity), PLAIN(member.root4),           \
        PLAIN(member.root6)
#define INDEX_TABLE(member)                                                                        \
    {ARRAY_TYPE(member.entries, CP_LAYOUT_OPTIONAL_ARRAY, CP_ITEM_INDEX_ENTRY),                     \
     .count_offset = offsetof(STRUCT, member.mask), .count_more = 1},                              \
        PLAIN(member.mask), PLAIN(member.count)

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define LAYOUT(item_, name_, type_, fields_)                                                       \
    [item_] = {.name = (name_), .size = sizeof(type_), .field_count = COUNT_OF(fields_),           \
               .fields = (fields_)}

/* ---- Counts that no field tells -------------------------------------------------------------- */

static uint64_t count_policies(const struct calpol_ruleset *ruleset)
{
    return (uint64_t)ruleset->policy_count + ruleset->profile_count;
}

static uint64_t count_owners(const struct calpol_ruleset *ruleset)
{
    return (uint64_t)ruleset->workload_count + ruleset->host_endpoint_count +
           ruleset->network_set_count;
}

static uint64_t count_match_words(const struct calpol_ruleset *ruleset)
{
    return cp_bitset_words(ruleset->selector_count);
}

static uint64_t count_one(const struct calpol_ruleset *ruleset)
{
    (void)ruleset;
    return 1;
}

/* ---- Tiers, policies, rules ------------------------------------------------------------------ */

#define STRUCT struct cp_tier
static const struct cp_layout_field tier_fields[] = {
    TEXT(name),
    BOOL(has_order),
    PLAIN(order),
    BYTES(default_action, CALPOL_ACTION_ALLOW, CALPOL_ACTION_PASS),
    BOOL(declared),
    BOOL(exists),
    RANGE(first_policy, policy_count, CP_NUMBERS_OF_POLICIES),
    PLAIN(policy_count),
};
#undef STRUCT

struct policy_pointer {
    const struct cp_policy *policy;
};

#define STRUCT struct policy_pointer
static const struct cp_layout_field policy_pointer_fields[] = {
    COUNTED(policy, CP_LAYOUT_ARRAY, CP_ITEM_POLICY, count_one),
};
#undef STRUCT

#define STRUCT struct cp_policy
static const struct cp_layout_field policy_fields[] = {
    ENUM(kind, 0, CP_KIND_COUNT - 1),
    ENUM(set, 0, CP_SET_PREDNAT),
    BOOL(staged),
    BOOL(missing),
    BYTES(types, 0, 1u << CP_INGRESS | 1u << CP_EGRESS),
    INDEX_OR_NONE(tier, CP_NUMBERS_OF_TIERS),
    INDEX_OR_NONE(selector, CP_NUMBERS_OF_SELECTORS),
    TEXT(namespace_name),
    TEXT(name),
    TEXT(label),
    BOOL(has_order),
    PLAIN(order),
    ARRAY(rules[0], CP_ITEM_RULE, rule_count[0]),
    ARRAY(rules[1], CP_ITEM_RULE, rule_count[1]),
    PLAIN(rule_count),
    PLAIN(written_rule_count),
    PLAIN(first_rule),
    TEXT(source),
    PLAIN(line),
    TEXT(selector_text),
    TEXT(namespace_selector_text),
    TEXT(service_account_selector_text),
};
#undef STRUCT

#define STRUCT struct cp_rule
static const struct cp_layout_field rule_fields[] = {
    PLAIN(criteria),
    BYTES(action, CALPOL_ACTION_ALLOW, CALPOL_ACTION_LOG),
    BYTES(ip_version, 0, 6),
    PLAIN(protocol),
    PLAIN(not_protocol),
    BOOL(family_void),
    BOOL(family_void_match),
    PLAIN(written_rule),
    PLAIN(line),
    COUNTED(source, CP_LAYOUT_ARRAY, CP_ITEM_ENTITY, count_one),
    COUNTED(destination, CP_LAYOUT_ARRAY, CP_ITEM_ENTITY, count_one),
    COUNTED(details, CP_LAYOUT_OPTIONAL_ARRAY, CP_ITEM_RULE_DETAILS, count_one),
};
#undef STRUCT

#define STRUCT struct cp_rule_details
static const struct cp_layout_field rule_details_fields[] = {
    PLAIN(icmp),
    PLAIN(not_icmp),
    TEXT_LIST(http_methods),
    BOOL(http_any_method),
    ARRAY(http_paths, CP_ITEM_HTTP_PATH, http_path_count),
    PLAIN(http_path_count),
    TEXT(name),
};
#undef STRUCT

#define STRUCT struct cp_entity
static const struct cp_layout_field entity_fields[] = {
    PREFIXES(nets),
    PREFIXES(not_nets),
    INDEX_OR_NONE(selector, CP_NUMBERS_OF_SELECTORS),
    INDEX_OR_NONE(not_selector, CP_NUMBERS_OF_SELECTORS),
    PORT_LIST(ports),
    PORT_LIST(not_ports),
    INDEX_OR_NONE(service, CP_NUMBERS_OF_RULE_SERVICES),
    TEXT_LIST(domains),
    COUNTED(words, CP_LAYOUT_OPTIONAL_ARRAY, CP_ITEM_ENTITY_WORDS, count_one),
    BOOL(nets_are_nodes),
};
#undef STRUCT

#define STRUCT struct cp_entity_words
static const struct cp_layout_field entity_words_fields[] = {
    TEXT(selector),
    TEXT(not_selector),
    TEXT(namespace_selector),
    TEXT(service_account_selector),
    TEXT_LIST(service_account_names),
};
#undef STRUCT

#define STRUCT struct cp_http_path
static const struct cp_layout_field http_path_fields[] = {
    BOOL(is_prefix),
    BOOL(valid),
    TEXT(normalized),
    TEXT(written),
};
#undef STRUCT

#define STRUCT struct cp_rule_service
static const struct cp_layout_field rule_service_fields[] = {
    INDEX(namespace_name, CP_NUMBERS_OF_NAMES),
    INDEX(name, CP_NUMBERS_OF_NAMES),
    ARRAY(entries, CP_ITEM_SERVICE_ENTRY, entry_count),
    PLAIN(entry_count),
};
#undef STRUCT

#define ADDRESS(member) PLAIN(member)

#define STRUCT struct cp_service_entry
static const struct cp_layout_field service_entry_fields[] = {
    ADDRESS(address),
    PLAIN(protocol),
    PLAIN(port),
};
#undef STRUCT

/* ---- Selectors and labels -------------------------------------------------------------------- */

#define STRUCT struct cp_selector_entry
static const struct cp_layout_field selector_fields[] = {
    ARRAY(program.terms, CP_ITEM_TERM, program.term_count),
    PLAIN(program.term_count),
    PLAIN(program.start),
    TEXT(text),
    BOOL(some_set_with_nets),
    BOOL(some_addressed),
    ARRAY(domain_sets, CP_ITEM_SET_NUMBER, domain_set_count),
    PLAIN(domain_set_count),
};
#undef STRUCT

#define STRUCT struct cp_term
static const struct cp_layout_field term_fields[] = {
    ENUM(type, CP_SELECTOR_HAS, CP_SELECTOR_ENDS_WITH),
    INDEX(key, CP_NUMBERS_OF_NAMES),
    PLAIN(value_count),
    PLAIN(value),
    ARRAY(values, CP_ITEM_NAME_NUMBER, value_count),
    PLAIN(on_yes),
    PLAIN(on_no),
};
#undef STRUCT

#define STRUCT struct cp_label_set
static const struct cp_layout_field label_set_fields[] = {
    LABELS(labels),
    ARRAY(selectors, CP_ITEM_SELECTOR_NUMBER, selector_count),
    PLAIN(selector_count),
    COUNTED(matches, CP_LAYOUT_OPTIONAL_ARRAY, CP_ITEM_WORD, count_match_words),
    ARRAY(policies, CP_ITEM_POLICY_NUMBER, policy_count),
    PLAIN(policy_count),
};
#undef STRUCT

#define STRUCT struct cp_namespace_entry
static const struct cp_layout_field namespace_fields[] = {
    TEXT(name),
    BOOL(declared),
    LABELS(labels),
};
#undef STRUCT

#define STRUCT struct cp_labels
static const struct cp_layout_field labels_fields[] = {
    ARRAY(items, CP_ITEM_LABEL, count),
    PLAIN(count),
};
#undef STRUCT

#define STRUCT struct cp_label
static const struct cp_layout_field label_fields[] = {
    INDEX(key, CP_NUMBERS_OF_NAMES),
    INDEX_OR_NONE(value, CP_NUMBERS_OF_NAMES),
    TEXT(text),
};
#undef STRUCT

/* ---- Owners ---------------------------------------------------------------------------------- */

#define STRUCT struct cp_owner
static const struct cp_layout_field owner_fields[] = {
    ENUM(kind, 0, CP_OWNER_NETWORK_SET),
    INDEX(label_set, CP_NUMBERS_OF_LABEL_SETS),
    PREFIXES(nets),
    ARRAY(ports, CP_ITEM_NAMED_PORT, port_count),
    PLAIN(port_count),
    ARRAY(profiles, CP_ITEM_PROFILE_NUMBER, profile_count),
    PLAIN(profile_count),
    INDEX_OR_NONE(node, CP_NUMBERS_OF_NODES),
    TEXT(interface_name),
    TEXT_LIST(domains),
    TEXT(namespace_name),
    TEXT(name),
    TEXT(reference),
    BOOL(synthetic),
    BYTES(serving, CP_SERVING_NO, CP_SERVING_NO_POD),
    PLAIN(rank),
    TEXT(source),
    PLAIN(line),
};
#undef STRUCT

#define STRUCT struct cp_named_port
static const struct cp_layout_field named_port_fields[] = {
    INDEX(name, CP_NUMBERS_OF_NAMES),
    PLAIN(protocol),
    BOOL(serves),
    PLAIN(port),
};
#undef STRUCT

#define STRUCT struct cp_node_entry
static const struct cp_layout_field node_fields[] = {
    TEXT(name),
    BOOL(declared),
    ARRAY(addresses, CP_ITEM_ADDRESS, address_count),
    PLAIN(address_count),
    ARRAY(host_endpoints, CP_ITEM_HOST_NUMBER, host_endpoint_count),
    PLAIN(host_endpoint_count),
    INDEX_OR_NONE(wildcard, CP_NUMBERS_OF_HOSTS),
    BOOL(options.has_to_host),
    BOOL(options.has_inbound),
    BOOL(options.has_outbound),
    BYTES(options.to_host, 0, CP_TO_HOST_RETURN),
    FAILSAFES(options.inbound),
    FAILSAFES(options.outbound),
};
#undef STRUCT

#define STRUCT struct cp_host_pod
static const struct cp_layout_field host_pod_fields[] = {
    INDEX_OR_NONE(node, CP_NUMBERS_OF_NODES),
    ARRAY(addresses, CP_ITEM_ADDRESS, address_count),
    PLAIN(address_count),
};
#undef STRUCT

/* ---- Services -------------------------------------------------------------------------------- */

#define STRUCT struct cp_service
static const struct cp_layout_field service_fields[] = {
    TEXT(namespace_name),
    TEXT(name),
    BOOL(headless),
    ARRAY(cluster_ips, CP_ITEM_ADDRESS, cluster_ip_count),
    PLAIN(cluster_ip_count),
    ARRAY(external_ips, CP_ITEM_ADDRESS, external_ip_count),
    PLAIN(external_ip_count),
    ARRAY(ports, CP_ITEM_SERVICE_PORT, port_count),
    PLAIN(port_count),
    BOOL(external_name),
    BOOL(has_slices),
    BOOL(publish_not_ready),
    LABELS(selector),
};
#undef STRUCT

#define STRUCT struct cp_service_port_entry
static const struct cp_layout_field service_port_fields[] = {
    TEXT(name),
    PLAIN(protocol),
    PLAIN(port),
    PLAIN(node_port),
    PLAIN(target_port),
    INDEX_OR_NONE(target_name, CP_NUMBERS_OF_NAMES),
    ARRAY(backends, CP_ITEM_BACKEND, backend_count),
    PLAIN(backend_count),
};
#undef STRUCT

#define STRUCT struct cp_backend
static const struct cp_layout_field backend_fields[] = {
    INDEX_OR_NONE(owner, CP_NUMBERS_OF_WORKLOADS),
    INDEX_OR_NONE(node, CP_NUMBERS_OF_NODES),
    BOOL(is_host),
    BOOL(has_address),
    ADDRESS(address),
    PLAIN(port),
    PLAIN(rank),
};
#undef STRUCT

#define STRUCT struct cp_host_port
static const struct cp_layout_field host_port_fields[] = {
    INDEX(node, CP_NUMBERS_OF_NODES),
    PLAIN(protocol),
    PLAIN(host_port),
    PLAIN(port),
    INDEX(owner, CP_NUMBERS_OF_WORKLOADS),
};
#undef STRUCT

/* ---- Lookup ---------------------------------------------------------------------------------- */

#define STRUCT struct cp_reference
static const struct cp_layout_field reference_fields[] = {
    TEXT(text),
    ENUM(type, 0, CP_REFERENCE_SERVICE),
    PLAIN(id),
};
#undef STRUCT

#define STRUCT struct cp_failsafe_port
static const struct cp_layout_field failsafe_port_fields[] = {
    PLAIN(protocol),
    PLAIN(port),
    BOOL(has_net),
    PLAIN(net),
};
#undef STRUCT

#define STRUCT struct cp_prefix
static const struct cp_layout_field prefix_fields[] = {
    ADDRESS(address),
    BYTES(length, 0, 128),
};
#undef STRUCT

#define STRUCT struct calpol_address
static const struct cp_layout_field address_fields[] = {
    PLAIN(family),
    PLAIN(reserved),
    PLAIN(bytes),
};
#undef STRUCT

#define STRUCT struct cp_port_range
static const struct cp_layout_field port_range_fields[] = {
    PLAIN(first),
    PLAIN(last),
};
#undef STRUCT

#define STRUCT struct cp_trie_node
static const struct cp_layout_field trie_node_fields[] = {
    PLAIN(key),         PLAIN(children),   PLAIN(parent),
    PLAIN(first_value), PLAIN(last_value), PLAIN(length),
};
#undef STRUCT

#define STRUCT struct cp_trie_value
static const struct cp_layout_field trie_value_fields[] = {
    PLAIN(value),
    PLAIN(next),
};
#undef STRUCT

#define STRUCT struct cp_index_entry
static const struct cp_layout_field index_entry_fields[] = {
    PLAIN(tag),
    PLAIN(item),
};
#undef STRUCT

/* ---- Programs -------------------------------------------------------------------------------- */

#define ADDRESS_MAP(member)                                                                        \
    ARRAY(member.begins, CP_ITEM_ADDRESS_KEY, member.count),                                       \
        ARRAY(member.values, CP_ITEM_NUMBER, member.count),                                        \
        ARRAY(member.nodes, CP_ITEM_ADDRESS_NODE, member.node_count),                              \
        ARRAY(member.ways, CP_ITEM_NUMBER, member.way_count), PLAIN(member.count),                 \
        PLAIN(member.node_count), PLAIN(member.way_count), PLAIN(member.root)

#define STRUCT struct cp_programs
static const struct cp_layout_field programs_fields[] = {
    OPTIONAL(records[0], CP_ITEM_RECORD, workload_count),
    OPTIONAL(records[1], CP_ITEM_RECORD, workload_count),
    OPTIONAL(any_records, CP_ITEM_RECORD, workload_count),
    ENUM(any_family, 0, 1),
    ADDRESS_MAP(addresses[0]),
    ADDRESS_MAP(addresses[1]),
    {ARRAY_TYPE(code, CP_LAYOUT_ARRAY, CP_ITEM_CODE), .count_offset = offsetof(STRUCT, code_count)},
    ARRAY(decisions, CP_ITEM_DECISION, decision_count),
    ARRAY(vectors, CP_ITEM_VECTORS, vectors_count),
    PLAIN(slots),
    PLAIN(workload_count),
    BYTES(cell_shift, 1, 2),
    BOOL(wide_classes),
    PLAIN(slots_place),
    PLAIN(code_count),
    PLAIN(decision_count),
    PLAIN(program_count),
    PLAIN(vectors_count),
    PLAIN(class_count),
    PLAIN(left_out),
    PLAIN(bytes),
};
#undef STRUCT

#define AXIS(member)                                                                               \
    ARRAY(member.begins, CP_ITEM_NUMBER, member.count),                                            \
        ARRAY(member.rows, CP_ITEM_NUMBER, member.place_count),                                    \
        ARRAY(member.pages, CP_ITEM_NUMBER, member.page_count), PLAIN(member.count),               \
        ARRAY(member.records, CP_ITEM_WORD, member.word_count), PLAIN(member.place_count),         \
        PLAIN(member.page_count), PLAIN(member.word_count)

#define STRUCT struct cp_vectors
static const struct cp_layout_field vectors_fields[] = {
    AXIS(axes[0]),
    AXIS(axes[1]),
    AXIS(axes[2]),
    AXIS(axes[3]),
    ARRAY(blocks, CP_ITEM_BLOCK, block_total),
    ARRAY(lines, CP_ITEM_VECTOR_LINE, line_count),
    ARRAY(orders, CP_ITEM_NUMBER, line_count),
    OPTIONAL(joined, CP_ITEM_NUMBER, joined_count),
    ARRAY(lowest_orders, CP_ITEM_NUMBER, block_count),
    PLAIN(otherwise),
    PLAIN(part_count),
    PLAIN(block_count),
    PLAIN(summary_words),
    PLAIN(block_total),
    PLAIN(line_count),
    PLAIN(joined_count),
    PLAIN(asks),
};
#undef STRUCT

#define STRUCT struct cp_endpoint_record
static const struct cp_layout_field record_fields[] = {
    PLAIN(programs),
    PLAIN(address_class),
    PLAIN(flags),
};
#undef STRUCT

#define STRUCT struct cp_decision
static const struct cp_layout_field decision_fields[] = {
    PLAIN(action), PLAIN(needs), PLAIN(stage), PLAIN(tier), PLAIN(policy), PLAIN(rule),
};
#undef STRUCT

#define STRUCT struct cp_address_key
static const struct cp_layout_field address_key_fields[] = {
    PLAIN(high),
    PLAIN(low),
};
#undef STRUCT

#define STRUCT struct cp_address_node
static const struct cp_layout_field address_node_fields[] = {
    PLAIN(begins),
    PLAIN(first),
    PLAIN(before),
    PLAIN(here),
};
#undef STRUCT

#define STRUCT struct cp_vector_line
static const struct cp_layout_field vector_line_fields[] = {
    PLAIN(decision),
    PLAIN(next),
    PLAIN(needs),
};
#undef STRUCT

/* ---- Numbers and texts ----------------------------------------------------------------------- */

struct block {
    uint64_t words[CP_BLOCK_WORDS];
};

struct code {
    unsigned char bytes[64];
};

struct number {
    uint32_t value;
};

struct word {
    uint64_t value;
};

struct byte {
    char value;
};

#define STRUCT struct block
static const struct cp_layout_field block_fields[] = {PLAIN(words)};
#undef STRUCT

#define STRUCT struct code
static const struct cp_layout_field code_fields[] = {PLAIN(bytes)};
#undef STRUCT

#define STRUCT struct word
static const struct cp_layout_field word_fields[] = {PLAIN(value)};
#undef STRUCT

#define STRUCT struct byte
static const struct cp_layout_field byte_fields[] = {PLAIN(value)};
#undef STRUCT

#define STRUCT struct number
static const struct cp_layout_field number_fields[] = {PLAIN(value)};
static const struct cp_layout_field name_number_fields[] = {INDEX(value, CP_NUMBERS_OF_NAMES)};
static const struct cp_layout_field selector_number_fields[] = {INDEX(value, CP_NUMBERS_OF_SELECTORS)};
static const struct cp_layout_field policy_number_fields[] = {INDEX(value, CP_NUMBERS_OF_POLICIES)};
static const struct cp_layout_field profile_number_fields[] = {INDEX(value, CP_NUMBERS_OF_PROFILES)};
static const struct cp_layout_field set_number_fields[] = {INDEX(value, CP_NUMBERS_OF_SETS)};
static const struct cp_layout_field host_number_fields[] = {INDEX(value, CP_NUMBERS_OF_HOSTS)};
#undef STRUCT

/* A text, as an item of its own. */
struct text {
    struct cp_text text;
};

#define STRUCT struct text
static const struct cp_layout_field text_fields[] = {TEXT(text)};
#undef STRUCT

/* ---- The whole ------------------------------------------------------------------------------- */

#define STRUCT struct calpol_ruleset
static const struct cp_layout_field ruleset_fields[] = {
    ABSENT(references),
    ABSENT(allocator),
    ABSENT(arena),
    ABSENT(root),
    ABSENT(piece),
    ABSENT(names.arena),
    ABSENT(names.base),
    ABSENT(names.base_count),
    ARRAY(names.texts.items, CP_ITEM_TEXT, names.texts.count),
    PLAIN(names.texts.count),
    ABSENT(names.texts.capacity),
    INDEX_TABLE(names.index),
    ENUM(dialect, CALPOL_DIALECT_UPSTREAM, CALPOL_DIALECT_CALICO),
    PLAIN(options.set_by_caller),
    PLAIN(options.set_by_resource),
    BOOL(options.pending),
    BYTES(options.to_host, 0, CP_TO_HOST_RETURN),
    FAILSAFES(options.failsafe_inbound),
    FAILSAFES(options.failsafe_outbound),
    BOOL(options.http_ignore),
    BOOL(options.profile_pass_next),
    BOOL(options.other_family_match),
    BOOL(options.icmp_both_differ),
    BOOL(options.default_hit_first),
    BOOL(options.tier_order_million),
    ARRAY(tiers, CP_ITEM_TIER, tier_count),
    COUNTED(policies, CP_LAYOUT_ARRAY, CP_ITEM_POLICY_POINTER, count_policies),
    ABSENT(rules), /* policies have them */
    ARRAY(selectors, CP_ITEM_SELECTOR, selector_count),
    ARRAY(rule_services, CP_ITEM_RULE_SERVICE, rule_service_count),
    ARRAY(label_sets, CP_ITEM_LABEL_SET, label_set_count),
    COUNTED(owners, CP_LAYOUT_ARRAY, CP_ITEM_OWNER, count_owners),
    ARRAY(nodes, CP_ITEM_NODE, node_count),
    ARRAY(host_pods, CP_ITEM_HOST_POD, host_pod_count),
    ARRAY(services, CP_ITEM_SERVICE, service_count),
    ARRAY(host_ports, CP_ITEM_HOST_PORT, host_port_count),
    ARRAY(namespaces, CP_ITEM_NAMESPACE, namespace_count),
    ARRAY(reference_items, CP_ITEM_REFERENCE, reference_count),
    PLAIN(tier_count),
    PLAIN(policy_count),
    PLAIN(profile_count),
    PLAIN(rule_count),
    PLAIN(selector_count),
    PLAIN(rule_service_count),
    PLAIN(label_set_count),
    PLAIN(workload_count),
    PLAIN(host_endpoint_count),
    PLAIN(network_set_count),
    PLAIN(node_count),
    PLAIN(host_pod_count),
    PLAIN(service_count),
    PLAIN(host_port_count),
    PLAIN(namespace_count),
    PLAIN(reference_count),
    TRIE(owner_trie),
    TRIE(node_trie),
    TRIE(service_trie),
    INDEX_TABLE(reference_index),
    INDEX_TABLE(profile_index),
    INDEX_TABLE(namespace_index),
    ABSENT(label_set_index),
    INDEX_OR_NONE(key_namespace, CP_NUMBERS_OF_NAMES),
    INDEX_OR_NONE(key_orchestrator, CP_NUMBERS_OF_NAMES),
    INDEX_OR_NONE(key_service_account, CP_NUMBERS_OF_NAMES),
    ARRAY(profile_labels, CP_ITEM_PROFILE_LABELS, profile_count),
    COUNTED(programs, CP_LAYOUT_OPTIONAL_ARRAY, CP_ITEM_PROGRAMS, count_one),
    ABSENT(exemplars), /* handles take the slow way in an opened ruleset */
    ABSENT(kept),
    ABSENT(basis),
    ABSENT(image),
};
#undef STRUCT

static const struct cp_item_layout layouts[CP_ITEM_COUNT] = {
    LAYOUT(CP_ITEM_RULESET, "ruleset", struct calpol_ruleset, ruleset_fields),
    LAYOUT(CP_ITEM_TIER, "tier", struct cp_tier, tier_fields),
    LAYOUT(CP_ITEM_POLICY_POINTER, "pointer to a policy", struct policy_pointer,
           policy_pointer_fields),
    LAYOUT(CP_ITEM_POLICY, "policy", struct cp_policy, policy_fields),
    LAYOUT(CP_ITEM_RULE, "rule", struct cp_rule, rule_fields),
    LAYOUT(CP_ITEM_RULE_DETAILS, "details of a rule", struct cp_rule_details,
           rule_details_fields),
    LAYOUT(CP_ITEM_ENTITY, "end of a rule", struct cp_entity, entity_fields),
    LAYOUT(CP_ITEM_ENTITY_WORDS, "words of an entity", struct cp_entity_words,
           entity_words_fields),
    LAYOUT(CP_ITEM_HTTP_PATH, "HTTP path", struct cp_http_path, http_path_fields),
    LAYOUT(CP_ITEM_RULE_SERVICE, "service of a rule", struct cp_rule_service,
           rule_service_fields),
    LAYOUT(CP_ITEM_SERVICE_ENTRY, "address of a service of a rule", struct cp_service_entry,
           service_entry_fields),
    LAYOUT(CP_ITEM_SELECTOR, "selector", struct cp_selector_entry, selector_fields),
    LAYOUT(CP_ITEM_TERM, "term of a selector", struct cp_term, term_fields),
    LAYOUT(CP_ITEM_LABEL_SET, "label set", struct cp_label_set, label_set_fields),
    LAYOUT(CP_ITEM_NAMESPACE, "namespace", struct cp_namespace_entry, namespace_fields),
    LAYOUT(CP_ITEM_PROFILE_LABELS, "labels of a profile", struct cp_labels, labels_fields),
    LAYOUT(CP_ITEM_LABEL, "label", struct cp_label, label_fields),
    LAYOUT(CP_ITEM_OWNER, "owner", struct cp_owner, owner_fields),
    LAYOUT(CP_ITEM_NAMED_PORT, "named port", struct cp_named_port, named_port_fields),
    LAYOUT(CP_ITEM_NODE, "node", struct cp_node_entry, node_fields),
    LAYOUT(CP_ITEM_HOST_POD, "host pod", struct cp_host_pod, host_pod_fields),
    LAYOUT(CP_ITEM_SERVICE, "service", struct cp_service, service_fields),
    LAYOUT(CP_ITEM_SERVICE_PORT, "port of a service", struct cp_service_port_entry,
           service_port_fields),
    LAYOUT(CP_ITEM_BACKEND, "backend", struct cp_backend, backend_fields),
    LAYOUT(CP_ITEM_HOST_PORT, "host port", struct cp_host_port, host_port_fields),
    LAYOUT(CP_ITEM_REFERENCE, "reference", struct cp_reference, reference_fields),
    LAYOUT(CP_ITEM_FAILSAFE_PORT, "failsafe port", struct cp_failsafe_port,
           failsafe_port_fields),
    LAYOUT(CP_ITEM_PREFIX, "network", struct cp_prefix, prefix_fields),
    LAYOUT(CP_ITEM_ADDRESS, "address", struct calpol_address, address_fields),
    LAYOUT(CP_ITEM_PORT_RANGE, "port range", struct cp_port_range, port_range_fields),
    LAYOUT(CP_ITEM_TRIE_NODE, "node of a trie", struct cp_trie_node, trie_node_fields),
    LAYOUT(CP_ITEM_TRIE_VALUE, "value of a trie", struct cp_trie_value, trie_value_fields),
    LAYOUT(CP_ITEM_INDEX_ENTRY, "entry of an index", struct cp_index_entry, index_entry_fields),
    LAYOUT(CP_ITEM_PROGRAMS, "programs", struct cp_programs, programs_fields),
    LAYOUT(CP_ITEM_VECTORS, "vectors", struct cp_vectors, vectors_fields),
    LAYOUT(CP_ITEM_RECORD, "endpoint record", struct cp_endpoint_record, record_fields),
    LAYOUT(CP_ITEM_DECISION, "decision", struct cp_decision, decision_fields),
    LAYOUT(CP_ITEM_ADDRESS_KEY, "range of addresses", struct cp_address_key, address_key_fields),
    LAYOUT(CP_ITEM_ADDRESS_NODE, "node of addresses", struct cp_address_node,
           address_node_fields),
    LAYOUT(CP_ITEM_VECTOR_LINE, "line of vectors", struct cp_vector_line, vector_line_fields),
    LAYOUT(CP_ITEM_BLOCK, "block of vectors", struct block, block_fields),
    LAYOUT(CP_ITEM_CODE, "code", struct code, code_fields),
    LAYOUT(CP_ITEM_WORD, "word", struct word, word_fields),
    LAYOUT(CP_ITEM_NUMBER, "number", struct number, number_fields),
    LAYOUT(CP_ITEM_NAME_NUMBER, "number of a name", struct number, name_number_fields),
    LAYOUT(CP_ITEM_SELECTOR_NUMBER, "number of a selector", struct number,
           selector_number_fields),
    LAYOUT(CP_ITEM_POLICY_NUMBER, "number of a policy", struct number, policy_number_fields),
    LAYOUT(CP_ITEM_PROFILE_NUMBER, "number of a profile", struct number, profile_number_fields),
    LAYOUT(CP_ITEM_SET_NUMBER, "number of a network set", struct number, set_number_fields),
    LAYOUT(CP_ITEM_HOST_NUMBER, "number of a host endpoint", struct number, host_number_fields),
    LAYOUT(CP_ITEM_TEXT, "text", struct text, text_fields),
    LAYOUT(CP_ITEM_BYTE, "byte", struct byte, byte_fields),
};

const struct cp_item_layout *cp_item_layout(enum cp_item item)
{
    return &layouts[item];
}

uint64_t cp_layout_count(const struct calpol_ruleset *ruleset,
                        const struct cp_layout_field *field,
                        const void *item)
{
    uint32_t count;

    if (field->count)
        return field->count(ruleset);
    memcpy(&count, (const unsigned char *)item + field->count_offset, sizeof(count));
    return (uint64_t)count + field->count_more;
}

bool cp_item_is_flat(enum cp_item item)
{
    for (uint32_t i = 0; i < layouts[item].field_count; i++) {
        if (cp_layout_is_pointer(&layouts[item].fields[i]))
            return false;
    }
    return true;
}

static uint64_t hash_number(uint64_t hash, uint64_t number)
{
    return cp_hash_bytes(&number, sizeof(number), hash);
}

static uint64_t hash_field(uint64_t hash, const struct cp_layout_field *field)
{
    const uint32_t numbers[] = {field->type,      field->offset, field->size,
                                field->first,     field->last,   field->limit,
                                field->item_size, field->item,   field->count_offset};

    hash = cp_hash_text(cp_text_from(field->name), hash);
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        hash = hash_number(hash, numbers[i]);
    return hash;
}

uint64_t cp_layout_fingerprint(void)
{
    uint64_t hash = hash_number(0, CP_CRITERION_COUNT);

    for (size_t i = 0; i < CP_ITEM_COUNT; i++) {
        hash = hash_number(hash_number(hash, i), layouts[i].size);
        for (uint32_t f = 0; f < layouts[i].field_count; f++)
            hash = hash_field(hash, &layouts[i].fields[f]);
    }
    return hash;
}
