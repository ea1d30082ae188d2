/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The immutable ruleset: what compile/ makes and evaluate/ reads.
 *
 * Everything is in flat arrays and called by its number. Nothing in a finished ruleset is written
 * but the reference count, and room that updates take (compile/basis.h). What a load makes is in one
 * arena.
 *
 *   tiers      in order of evaluation
 *   policies   in order of evaluation (so a tier's are a range, and ascending numbers are the order
 *              of a walk), then profiles
 *   rules      a policy's ingress rules, then its egress rules, are ranges
 *   owners     whoever owns labels and addresses: workload endpoints in order of declaration, then
 *              host endpoints by name, then network sets
 *   label sets effective labels, each distinct set once; owners point to theirs
 *   selectors  each distinct combined selector once; a label set has a bit for each
 */
#ifndef CP_RULESET_RULESET_H
#define CP_RULESET_RULESET_H

#include "base/bitset.h"
#include "base/intern.h"
#include "base/mapping.h"
#include "net/policy_kind.h"
#include "net/ports.h"
#include "net/prefix_trie.h"
#include "ruleset/kept.h"
#include "ruleset/options.h"
#include "ruleset/piece.h"
#include "ruleset/program.h"
#include "selector/program.h"

#include <stdatomic.h>

#define CP_NONE UINT32_MAX

/* Directions, as indexes. */
enum cp_direction { CP_INGRESS, CP_EGRESS };

/* ---- Rules ------------------------------------------------------------------------------- */

/*
 * What a rule asks, in the order in which it is looked at. criteria of a rule has a bit for each
 * that it has. The source criteria and the destination criteria run parallel.
 */
enum cp_criterion {
    CP_CRITERION_IP_VERSION,          /* EV-72, EV-73 */
    CP_CRITERION_NET_FAMILY,          /* EV-78, EV-79: present when any of the four lists is */
    CP_CRITERION_PROTOCOL,            /* EV-74 */
    CP_CRITERION_NOT_PROTOCOL,        /* EV-75 */
    CP_CRITERION_ICMP,                /* EV-92 */
    CP_CRITERION_NOT_ICMP,            /* EV-93 */
    CP_CRITERION_SOURCE_NETS,         /* EV-76 */
    CP_CRITERION_SOURCE_NOT_NETS,     /* EV-77 */
    CP_CRITERION_SOURCE_SELECTOR,     /* EV-80 to EV-85 */
    CP_CRITERION_SOURCE_NOT_SELECTOR, /* EV-83 */
    CP_CRITERION_SOURCE_PORTS,        /* EV-86 to EV-88 */
    CP_CRITERION_SOURCE_NOT_PORTS,    /* EV-89 */
    CP_CRITERION_SOURCE_SERVICE,      /* EV-91 */
    CP_CRITERION_SOURCE_DOMAINS,      /* never written, matches as EV-97 would (lenient loads) */
    CP_CRITERION_SOURCE_NOWHERE,      /* matches no address (K8-99) */
    CP_CRITERION_DESTINATION_NETS,
    CP_CRITERION_DESTINATION_NOT_NETS,
    CP_CRITERION_DESTINATION_SELECTOR,
    CP_CRITERION_DESTINATION_NOT_SELECTOR,
    CP_CRITERION_DESTINATION_PORTS,
    CP_CRITERION_DESTINATION_NOT_PORTS,
    CP_CRITERION_DESTINATION_SERVICE, /* EV-90 */
    CP_CRITERION_DESTINATION_DOMAINS, /* EV-97 */
    CP_CRITERION_DESTINATION_NOWHERE,
    CP_CRITERION_HTTP_METHOD, /* EV-94 */
    CP_CRITERION_HTTP_PATH,   /* EV-95 */
    CP_CRITERION_COUNT
};

#define CP_CRITERIA_PER_SIDE (CP_CRITERION_DESTINATION_NETS - CP_CRITERION_SOURCE_NETS)

struct cp_prefixes {
    const struct cp_prefix *items; /* masked, as written */
    uint32_t count;
};

struct cp_text_list {
    const struct cp_text *items;
    uint32_t count;
};

/* A list of ports: numbers, and names (interned). */
struct cp_port_list {
    struct cp_ports numbers;
    const uint32_t *names;
    uint32_t name_count;
};

/* source or destination of a rule. */
struct cp_entity {
    struct cp_prefixes nets, not_nets;
    uint32_t selector;     /* positive part with the negative folded in (EV-84), or CP_NONE */
    uint32_t not_selector; /* negative alone (EV-83), or CP_NONE */
    struct cp_port_list ports, not_ports;
    uint32_t service; /* number in rule_services, or CP_NONE */
    struct cp_text_list domains;
    const struct cp_entity_words *words; /* as written, for explanations */
    bool nets_are_nodes; /* nets are the addresses of nodes: no workload has one, not even one whose
                            address is not known yet (K8-28, K8-99) */
};

/* One that asks nothing. */
extern const struct cp_entity cp_entity_any;

/* The selectors of an entity as somebody wrote them; empty texts where nothing was written. */
struct cp_entity_words {
    struct cp_text selector, not_selector, namespace_selector, service_account_selector;
    struct cp_text_list service_account_names;
};

struct cp_http_path {
    bool is_prefix;
    bool valid; /* the rule's path normalises; else it matches nothing (EV-95) */
    struct cp_text normalized;
    struct cp_text written;
};

/* Port numbers etc. that may be absent are -1 in ints. */
struct cp_icmp {
    int16_t type, code; /* -1: not given; 256: lenient loads, matches nothing */
};

/* What few rules have. */
struct cp_rule_details {
    struct cp_icmp icmp, not_icmp;
    struct cp_text_list http_methods;
    bool http_any_method; /* "*" is among them */
    const struct cp_http_path *http_paths;
    uint32_t http_path_count;
    struct cp_text name; /* annotation "name" of converted rules; empty: none */
};

/* Rules are many; most of their ends are one of a few, and equal ones are one of the load. */
struct cp_rule {
    uint32_t criteria;              /* bits 1 << enum cp_criterion */
    uint8_t action;                 /* enum calpol_action: ALLOW, DENY, PASS, LOG */
    uint8_t ip_version;             /* 4, 6, or 0 */
    uint8_t protocol, not_protocol; /* where the criterion is present */
    bool family_void[2];       /* [0] for IPv4 flows, [1] for IPv6: cannot match (EV-78, EV-79) with
                             other_family_not_nets=skip */
    bool family_void_match[2]; /* the same with other_family_not_nets=match */
    uint32_t written_rule;     /* index as written (source_rule) */
    uint32_t line;             /* 0: not known */
    const struct cp_entity *source, *destination;
    const struct cp_rule_details *details; /* NULL: no ICMP, no HTTP, no name */
};

/* The service of rules: addresses and (address, protocol, port) triples (EV-90, EV-91). */
struct cp_service_entry {
    struct calpol_address address;
    uint8_t protocol; /* 0: an address without any port */
    uint16_t port;
};

struct cp_rule_service {
    uint32_t namespace_name, name;          /* interned */
    const struct cp_service_entry *entries; /* by address, family first */
    uint32_t entry_count;                   /* 0: no slices, matches nothing */
};

/* ---- Policies ---------------------------------------------------------------------------- */

struct cp_tier {
    struct cp_text name;
    bool has_order;
    double order;
    uint8_t default_action; /* CALPOL_ACTION_DENY or CALPOL_ACTION_PASS */
    bool declared;          /* by a Tier in the input */
    bool exists;            /* declared or built in; else only policies name it (EV-22) */
    uint32_t first_policy, policy_count;
};

/* The sets of EV-34. A policy is in one; FORWARD policies are walked in the normal set too. */
enum cp_policy_set { CP_SET_NORMAL, CP_SET_FORWARD, CP_SET_UNTRACKED, CP_SET_PREDNAT };

struct cp_policy {
    enum cp_policy_kind kind; /* CP_KIND_PROFILE for profiles */
    enum cp_policy_set set;
    bool staged;
    bool missing;      /* a profile that is listed but not declared: one Deny rule (EV-112) */
    uint8_t types;     /* bit 1 << enum cp_direction */
    uint32_t tier;     /* CP_NONE for profiles */
    uint32_t selector; /* CP_NONE for profiles */
    struct cp_text namespace_name, name; /* namespace empty for cluster-wide kinds */
    struct cp_text label;                /* "np:shop/web" (EV-163) */
    bool has_order;
    double order;
    const struct cp_rule *rules[2]; /* by enum cp_direction, as the next ones */
    uint32_t rule_count[2];
    uint32_t written_rule_count[2]; /* before expansion */
    uint32_t first_rule[2];         /* number of the first of rules */
    struct cp_text source;          /* file; empty: implied */
    uint32_t line;
    /* As written, for explanations: */
    struct cp_text selector_text, namespace_selector_text, service_account_selector_text;
};

/* ---- Selectors and labels ---------------------------------------------------------------- */

struct cp_selector_entry {
    struct cp_program program;
    struct cp_text text;     /* canonical */
    bool some_set_with_nets; /* a network set that holds a net matches (EV-15) */
    bool some_addressed;     /* an owner of any kind that has an address or net matches (EV-15) */
    const uint32_t *domain_sets; /* owners: network sets with domains that match (EV-98) */
    uint32_t domain_set_count;
};

/* Sets for which the same selectors hold share what is behind their labels. */
struct cp_label_set {
    struct cp_labels labels;
    const uint32_t *selectors; /* those that hold, ascending */
    uint32_t selector_count;
    const uint64_t *matches; /* the same as bits; NULL: the bits would be too many, or the set is of
                                 one question */
    const uint32_t *policies; /* numbers of the policies whose selector holds, ascending */
    uint32_t policy_count;
};

/* ---- Owners ------------------------------------------------------------------------------ */

enum cp_owner_kind { CP_OWNER_WORKLOAD, CP_OWNER_HOST, CP_OWNER_NETWORK_SET };

struct cp_named_port {
    uint32_t name; /* interned */
    uint8_t protocol;
    bool serves; /* of a container that runs: a target port of Services (K8-111) */
    uint16_t port;
};

/* Can a workload be a backend of Services that select it (K8-113)? */
enum cp_serving {
    CP_SERVING_NO,        /* it is being deleted, or no workload */
    CP_SERVING_NOT_READY, /* of those that publish addresses which are not ready */
    CP_SERVING_READY,
    CP_SERVING_NO_POD /* a WorkloadEndpoint */
};

struct cp_owner {
    enum cp_owner_kind kind;
    uint32_t label_set;
    struct cp_prefixes
        nets; /* addresses as host networks, or a set's nets; in order of declaration */
    const struct cp_named_port *ports;
    uint32_t port_count;
    const uint32_t *profiles; /* counted from the first profile on, in order (EV-110) */
    uint32_t profile_count;
    uint32_t node;                 /* number in nodes, or CP_NONE */
    struct cp_text interface_name; /* host endpoints: "*" is the wildcard */
    struct cp_text_list domains;   /* network sets: allowedEgressDomains */
    struct cp_text namespace_name, name;
    struct cp_text reference; /* "pod:shop/web", "hostendpoint:h", "networkset:a/b", ... */
    bool synthetic;           /* made from a workload template */
    uint8_t serving;          /* enum cp_serving */
    uint32_t rank; /* workloads: place among pods by namespace and name, which only Services need */
    struct cp_text source; /* file; empty: none */
    uint32_t line;
};

/* Options that a FelixConfiguration node.NAME sets (EV-195). */
struct cp_node_options {
    bool has_to_host, has_inbound, has_outbound;
    uint8_t to_host;
    struct cp_failsafe_ports inbound, outbound;
};

/* A node: declared, or named by an endpoint. */
struct cp_node_entry {
    struct cp_text name;
    bool declared;
    const struct calpol_address *addresses; /* of the Node, else hostIPs of its pods */
    uint32_t address_count;
    const uint32_t *host_endpoints; /* owners by name, wildcards left out */
    uint32_t host_endpoint_count;
    uint32_t wildcard; /* owner: the wildcard host endpoint with the earliest name, or CP_NONE */
    struct cp_node_options options;
};

/* A pod on the host network: its node, as a participant. */
struct cp_host_pod {
    uint32_t node; /* CP_NONE: not scheduled */
    const struct calpol_address *addresses;
    uint32_t address_count;
};

/* ---- Services as destinations (kubernetes.md, section 9) --------------------------------- */

struct cp_backend {
    uint32_t owner; /* the pod, or CP_NONE: an address of a slice, or a node */
    uint32_t node;  /* of a pod on the host network, CP_NONE: not known */
    bool is_host;   /* such a pod: it is reached at its node's addresses */
    bool has_address;
    struct calpol_address address; /* of a slice; pods' own addresses are the owner's */
    uint16_t port;                 /* target port */
    uint32_t rank;                 /* of a selector: the pod's, see struct cp_owner */
};

struct cp_service_port_entry {
    struct cp_text name;
    uint8_t protocol;
    uint16_t port;
    uint16_t node_port; /* 0: none */
    uint16_t target_port;
    uint32_t target_name; /* interned; CP_NONE: target_port counts */
    const struct cp_backend *backends;
    uint32_t backend_count;
};

struct cp_service {
    struct cp_text namespace_name, name;
    bool headless;                            /* or ExternalName: rewrites nothing (K8-117) */
    const struct calpol_address *cluster_ips; /* in order of declaration */
    uint32_t cluster_ip_count;
    const struct calpol_address *external_ips;
    uint32_t external_ip_count;
    const struct cp_service_port_entry *ports;
    uint32_t port_count;
    bool external_name; /* an alias for a name outside: has no backends here */
    bool has_slices;    /* backends come from EndpointSlices or Endpoints, not from the selector */
    bool publish_not_ready;
    struct cp_labels selector; /* as written, for worlds with other labels; empty: none */
};

/* A container's hostPort (K8-119), sorted by node, protocol, host_port. */
struct cp_host_port {
    uint32_t node;
    uint8_t protocol;
    uint16_t host_port;
    uint16_t port;
    uint32_t owner;
};

/* ---- Lookup ------------------------------------------------------------------------------- */

enum cp_reference_type {
    CP_REFERENCE_NONE,
    CP_REFERENCE_OWNER,    /* id: owner */
    CP_REFERENCE_NODE,     /* id: node */
    CP_REFERENCE_HOST_POD, /* id: host pod */
    CP_REFERENCE_FINISHED, /* a pod that has ended */
    CP_REFERENCE_SERVICE   /* id: service */
};

struct cp_reference {
    struct cp_text
        text; /* canonical: "pod:" for every workload, "workload" names share one space */
    enum cp_reference_type type;
    uint32_t id;
};

struct cp_namespace_entry {
    struct cp_text name;
    bool declared;
    struct cp_labels labels; /* its own, plus the forced name label (EV-114), interned */
};

/* ---- The whole ---------------------------------------------------------------------------- */

struct cp_basis;

/*
 * A ruleset that a quick update made (compile/update.h) lies over the one of a load, its root. What it
 * points to is the root's, or in a piece, or in its own arena. Nothing points to the arena of a ruleset
 * but the ruleset itself and, if it is a root, those over it.
 */
struct calpol_ruleset {
    atomic_uint_fast32_t references; /* reference count */
    struct calpol_allocator allocator;
    struct cp_arena arena;
    struct calpol_ruleset *root; /* with a reference; NULL: made by a load */
    struct cp_piece *piece;      /* what updates added since, with a reference; NULL: nothing */
    struct cp_intern names;      /* every key, value, port name */
    enum calpol_dialect dialect; /* never AUTO; what is behind it is copied by an update */
    struct cp_options options;

    const struct cp_tier *tiers;
    const struct cp_policy *const *policies; /* policies, then profiles */
    const struct cp_rule *rules;             /* of all policies and profiles; NULL over a root */
    const struct cp_selector_entry *selectors;
    const struct cp_rule_service *rule_services;
    const struct cp_label_set *label_sets;
    const struct cp_owner *owners;
    const struct cp_node_entry *nodes;
    const struct cp_host_pod *host_pods;
    const struct cp_service *services;
    const struct cp_host_port *host_ports;
    const struct cp_namespace_entry *namespaces;
    const struct cp_reference *reference_items;

    uint32_t tier_count, policy_count, profile_count; /* policies: policy_count, then profiles */
    uint32_t rule_count, selector_count, rule_service_count, label_set_count;
    uint32_t workload_count, host_endpoint_count, network_set_count; /* owners, in this order */
    uint32_t node_count, host_pod_count, service_count, host_port_count, namespace_count;
    uint32_t reference_count;

    struct cp_prefix_trie owner_trie;   /* address -> owners */
    struct cp_prefix_trie node_trie;    /* address -> nodes */
    struct cp_prefix_trie service_trie; /* cluster and external addresses -> services */
    struct cp_index reference_index;    /* reference_items by text */
    struct cp_index profile_index;      /* profiles by name, for inline workloads */
    struct cp_index namespace_index;    /* namespaces by name */
    struct cp_index label_set_index;    /* label_sets by their labels */

    /* Interned keys that evaluation itself needs, CP_INTERN_NONE if nothing names them. */
    uint32_t key_namespace, key_orchestrator, key_service_account;

    /* labelsToApply of profiles, for inline workloads and relabelling: a profile's labels. */
    const struct cp_labels *profile_labels; /* parallel to the profiles */

    const struct cp_programs *programs; /* the fast path; NULL: none were made */
    struct cp_exemplars exemplars;      /* of programs; in no compiled file */
    const struct cp_kept *kept;         /* what an update needs; NULL: it was not asked for */
    struct cp_basis *basis;             /* what a quick one needs besides: the root's; or NULL */

    struct cp_mapping image; /* of an opened ruleset (image.h): what everything above is in */
};

/* An empty ruleset with one reference, to be filled by compile/. NULL: no memory. */
struct calpol_ruleset *cp_ruleset_new(const struct calpol_allocator *allocator);

/* One that lies over another, with a piece of its own, to be filled by compile/update.c. What it does not
   fill in is as in the other one. NULL: no memory. */
struct calpol_ruleset *cp_ruleset_over(const struct calpol_allocator *allocator,
                                       struct calpol_ruleset *old);

/* Sets the hook that releases the ruleset and serves what is made from it later. */
void cp_ruleset_set_allocator(struct calpol_ruleset *ruleset,
                              const struct calpol_allocator *allocator);

/* One reference more, one less; the last one frees. NULL is fine. */
struct calpol_ruleset *cp_ruleset_ref(struct calpol_ruleset *ruleset);
void cp_ruleset_unref(struct calpol_ruleset *ruleset);

/* The effective labels of one of the ruleset's owners. */
static inline const struct cp_label_set *cp_owner_labels(const struct calpol_ruleset *ruleset,
                                                         const struct cp_owner *owner)
{
    return &ruleset->label_sets[owner->label_set];
}

/* The policy that a profile of an owner is, by number. */
static inline uint32_t cp_profile_policy(const struct calpol_ruleset *ruleset, uint32_t profile)
{
    return ruleset->policy_count + profile;
}

static inline uint32_t cp_ruleset_owner_count(const struct calpol_ruleset *ruleset)
{
    return ruleset->workload_count + ruleset->host_endpoint_count + ruleset->network_set_count;
}

/* The same by searching in the numbers. */
bool cp_label_set_lists(const struct cp_label_set *set, uint32_t selector);

static inline bool cp_label_set_matches(const struct cp_label_set *set, uint32_t selector)
{
    return set->matches ? cp_bitset_has(set->matches, selector) : cp_label_set_lists(set, selector);
}

#endif
