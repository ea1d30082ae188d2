/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps of compilation share. Internal to compile/.
 *
 * Steps return int status. Growing arrays live in the work arena and are copied to size into the
 * ruleset's arena by the step that made them. Texts that stay are interned, which copies each once.
 */
#ifndef CP_COMPILE_COMPILER_H
#define CP_COMPILE_COMPILER_H

#include "base/sort.h"
#include "compile/compile.h"
#include "selector/combine.h"

/* A profile while compiling: declared, implied or missing. */
struct cp_profile_entry {
    struct cp_text name;
    const struct cp_profile_spec *spec; /* NULL: implied or missing */
    bool allows_all;                    /* implied: one Allow rule in each direction */
    bool missing;
    struct cp_labels labels;
};

/* The end of a rule, and the bytes that it is known by. */
struct cp_known_entity {
    struct cp_text key;
    const struct cp_entity *entity;
};

struct cp_compiler {
    const struct cp_compile_input *input;
    struct cp_collection *collection;
    struct calpol_ruleset *ruleset;
    struct cp_arena *arena; /* the ruleset's */
    struct cp_arena *work;
    struct cp_intern *names;

    CP_ARRAY(struct cp_policy_spec *)
    policies;                                  /* all, converted ones included, in order of
                                                   evaluation once sorted */
    CP_ARRAY(struct cp_policy) policy_entries; /* parallel, then profiles */
    CP_ARRAY(struct cp_rule) rules;
    CP_ARRAY(struct cp_known_entity) entities;
    struct cp_index entity_index; /* entities by key */
    struct cp_buffer entity_key;  /* of the entity that is being looked for */
    CP_ARRAY(struct cp_profile_entry) profiles;
    struct cp_index profile_index;
    CP_ARRAY(struct cp_namespace_entry) namespaces;
    struct cp_index namespace_index;
    const struct cp_selector_entry
        *known_selectors; /* of an update: those that there are already */
    uint32_t known_selector_count;
    const struct cp_index *known_selector_index; /* of the first indexed_selector_count of them */
    uint32_t indexed_selector_count;
    CP_ARRAY(struct cp_selector_entry) selectors;        /* those behind the known ones */
    CP_ARRAY(const struct cp_selector *) selector_trees; /* parallel; NULL: everything */
    struct cp_index selector_index;
    CP_ARRAY(struct cp_label_set) label_sets;
    struct cp_index label_set_index;
    CP_ARRAY(struct cp_owner) owners;
    CP_ARRAY(uint32_t) owner_sets;    /* parallel: numbers of their label sets */
    CP_ARRAY(uint32_t) domain_owners; /* network sets with domains */
    CP_ARRAY(struct cp_node_entry) nodes;
    struct cp_index node_index;
    uint32_t *workload_owners;   /* by number of workload: its owner, or CP_NONE */
    uint32_t *sorted_workloads;  /* numbers of workloads by namespace and name */
    uint32_t *workload_ranks;    /* by number of workload: its place there */
    struct cp_index slice_index; /* slices of the collection by namespace and service */
    CP_ARRAY(struct cp_rule_service) rule_services;
    struct cp_index rule_service_index;
    CP_ARRAY(struct cp_host_pod) host_pods;
    CP_ARRAY(struct cp_service) services;
    CP_ARRAY(struct cp_reference) references;
};

/* A stable copy of a text: interned. */
int cp_keep_text(struct cp_compiler *compiler, struct cp_text text, struct cp_text *out_text);

/* "prefix" + text, interned. */
int cp_keep_joined(struct cp_compiler *compiler,
                   const char *prefix,
                   struct cp_text text,
                   struct cp_text *out_text);

/* File name and line of an origin. */
int cp_keep_origin(struct cp_compiler *compiler,
                   const struct cp_origin *origin,
                   struct cp_text *out_source,
                   uint32_t *out_line);

/* An array copied to size into the ruleset's arena; NULL only if memory ran out (an empty array
   gives a pointer to nothing). */
#define cp_freeze(compiler, array)                                                                 \
    cp_arena_copy((compiler)->arena, (array)->items, (array)->count * sizeof(*(array)->items))

/* ---- The steps, in their order ----------------------------------------------------------- */

/* namespaces.c: Namespace objects and namespaces that are only mentioned (EV-114, K8-40, K8-42). */
int cp_compile_namespaces(struct cp_compiler *compiler);

/* policies.c: converts, sorts tiers and policies (EV-20 to EV-24, K8-7 to K8-9). */
int cp_compile_policies(struct cp_compiler *compiler);

/* combined.c: the selectors of fields as predicates, and policies for which that cannot be. */
int cp_combine_policy_spec(struct cp_compiler *compiler,
                           const struct cp_policy_spec *spec,
                           const struct cp_selector **out_selector);
int cp_combine_entity_spec(struct cp_compiler *compiler,
                           const struct cp_entity_spec *spec,
                           struct cp_text namespace_name,
                           const struct cp_selector **out_positive,
                           const struct cp_selector **out_negative);
int cp_policy_combines(struct cp_compiler *compiler,
                       const struct cp_policy_spec *spec,
                       bool *out_combines);
int cp_profile_combines(struct cp_compiler *compiler,
                        const struct cp_profile_spec *spec,
                        bool *out_combines);

/* profiles.c: declared and implied profiles; then their rules, as policies behind the policies. */
int cp_compile_profiles(struct cp_compiler *compiler);
int cp_compile_profile_rules(struct cp_compiler *compiler);

/* The number in profiles of a name, adding an implied or missing one if need be. */
int cp_profile_of(struct cp_compiler *compiler, struct cp_text name, uint32_t *out_profile);

/* policies.c: a policy by itself, its rules being in the compiler's. */
int cp_compile_policy(struct cp_compiler *compiler,
                      const struct cp_policy_spec *spec,
                      uint32_t tier,
                      struct cp_policy *policy);

/* compile.c: the keys that evaluation needs, once all names are there. */
void cp_set_keys(struct cp_compiler *compiler);

/* entities.c: what the end of a rule asks; equal ones are the same. */
int cp_entity_of(struct cp_compiler *compiler,
                 const struct cp_entity_spec *spec,
                 struct cp_text namespace_name,
                 const struct cp_entity **out_entity);

/* entities.c: a list of texts, each kept. */
int cp_keep_texts(struct cp_compiler *compiler,
                  const struct cp_texts *texts,
                  struct cp_text_list *out_list);

/* rules.c: the rules of a policy or profile to flat form, in one direction. */
int cp_compile_rules(struct cp_compiler *compiler,
                     const struct cp_rules_spec *rules,
                     struct cp_text namespace_name,
                     struct cp_policy *policy,
                     enum cp_direction direction);

/* selectors.c: the number of a combined selector. matches.c: then, with all label sets known, the
   matches. */
int cp_selector_number(struct cp_compiler *compiler,
                       const struct cp_selector *tree,
                       uint32_t *out_selector);
int cp_compile_matches(struct cp_compiler *compiler);

/* labels.c: sets of labels. Labels are added strongest first: a key that is there stays. */
struct cp_label_list {
    CP_ARRAY(struct cp_label) items;
};
int cp_label_add(struct cp_compiler *compiler,
                 struct cp_label_list *list,
                 struct cp_text key,
                 struct cp_text value);
int cp_labels_finish(struct cp_compiler *compiler,
                     struct cp_label_list *list,
                     struct cp_labels *out_labels);
int cp_label_set_number(struct cp_compiler *compiler,
                        const struct cp_labels *labels,
                        uint32_t *out_set);

/* nodes.c: nodes, their addresses, host endpoints and options. */
int cp_named_node(struct cp_compiler *compiler, struct cp_text name, uint32_t *out_node);
int cp_compile_nodes(struct cp_compiler *compiler);
int cp_finish_nodes(struct cp_compiler *compiler);

/* owners.c: workloads, host endpoints, network sets; host pods; references. */
int cp_compile_owners(struct cp_compiler *compiler);
/* text stays where it is. */
int cp_add_reference(struct cp_compiler *compiler,
                     struct cp_text text,
                     enum cp_reference_type type,
                     uint32_t id);

/* addresses.c: the tries from addresses to owners, nodes and services. */
int cp_compile_addresses(struct cp_compiler *compiler);

/* rule_services.c: services of rules (EV-90). Slices are indexed first. cp_next_slice walks the
   slices of a service from *position = CP_NONE on. */
int cp_index_slices(struct cp_compiler *compiler);
bool cp_next_slice(const struct cp_compiler *compiler,
                   struct cp_text namespace_name,
                   struct cp_text name,
                   uint32_t *position,
                   const struct cp_slice_spec **out_slice);
int cp_rule_service_number(struct cp_compiler *compiler,
                           struct cp_text namespace_name,
                           struct cp_text name,
                           uint32_t *out_service);

/* services.c, host_ports.c: Services and hostPorts as destinations (K8-110 to K8-119). */
int cp_compile_services(struct cp_compiler *compiler);
int cp_compile_host_ports(struct cp_compiler *compiler);

/* Selectors that updates may add (basis.h): bits of label sets have a place for each. */
#define CP_LATE_SELECTORS 1024u

/* freeze.c: everything to size in the ruleset's arena. */
int cp_freeze_ruleset(struct cp_compiler *compiler);

/* An index made in the work arena, in the ruleset's. */
int cp_freeze_index(struct cp_compiler *compiler,
                    const struct cp_index *index,
                    struct cp_index *out_index);

#endif
