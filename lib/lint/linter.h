/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks share. Internal to lint/.
 */
#ifndef CP_LINT_LINTER_H
#define CP_LINT_LINTER_H

#include "lint/lint.h"

/* What the input shows of the cluster. Advice that needs something of it is given only where it is
   shown, for people check folders that are a part of the whole. */
struct cp_lint_survey {
    bool has_endpoints; /* workload or host endpoints */
    bool has_addresses; /* some endpoint's address is known */
    bool has_ipv6;      /* some address or network of the input is IPv6 */
    bool has_declared_namespaces;
    bool has_backends; /* endpoint slices or services */
    /* A bit for each selector that some owner, endpoint, host endpoint satisfies. */
    uint64_t *by_owners, *by_endpoints, *by_hosts;
    uint64_t *ports;      /* a bit for each name that is some endpoint's port */
    uint64_t *namespaces; /* a bit for each namespace that has workload endpoints */
    uint32_t namespace_count;
    const struct cp_owner **set_owners; /* by label set: a workload that has it, or NULL */
};

/* Who may ask for names (DNS over UDP). */
struct cp_lint_dns {
    uint64_t *policies;   /* a bit for each policy that may let queries out */
    uint64_t *namespaces; /* a bit for each namespace that has such a policy */
    bool anywhere;        /* some policy is such a one */
    bool everywhere;      /* some global policy is */
    uint32_t *deaf_sets;  /* label sets of workloads that no policy lets ask */
    uint32_t deaf_count;
};

struct cp_linter {
    const struct cp_lint_input *input;
    const struct calpol_ruleset *ruleset;
    struct cp_lint_survey survey;
    struct cp_lint_dns dns;
    const struct cp_k8s_policy_spec **k8s_policies; /* by object number; NULL for other objects */
    CP_ARRAY(const struct cp_workload_spec *) host_pods; /* on the host network */
    struct cp_index host_labels; /* host_pods by each of their labels (cp_lint_hash_label) */
    const struct cp_pairs **namespace_labels; /* by namespace of the ruleset, as written */
    int status;                               /* CALPOL_ERROR_NO_MEMORY sticks */
};

/* One policy, by number: as compiled and as written. */
struct cp_linted {
    uint32_t number;
    const struct cp_policy *policy;
    const struct cp_policy_spec *spec;
    const struct cp_k8s_policy_spec *k8s; /* what spec was converted from, or NULL */
};

/* The rules of a policy in one direction: as compiled and as written. */
struct cp_linted_rules {
    enum cp_direction direction;
    const struct cp_rule *rules;
    const struct cp_rules_spec *specs;
    uint32_t count;
};

struct cp_linted_rules cp_linted_rules(const struct cp_linted *policy, enum cp_direction direction);

uint64_t cp_lint_hash_label(const struct cp_pair *label);

/* Gathers what there is to know. False: no memory. */
bool cp_lint_survey(struct cp_linter *linter);
bool cp_lint_survey_dns(struct cp_linter *linter);

/* Reports about an object's field; format as cp_buffer_format. */
void cp_advise_object(struct cp_linter *linter,
                      const struct cp_metadata *metadata,
                      struct cp_text field,
                      enum cp_code code,
                      const char *format,
                      ...);

/* The same about a policy's field, and about a rule's (field "" is the rule itself). Fields are
   Calico's; of a converted policy the report names what they were converted from. */
void cp_advise_policy(struct cp_linter *linter,
                      const struct cp_linted *policy,
                      const char *field,
                      enum cp_code code,
                      const char *format,
                      ...);
void cp_advise_rule(struct cp_linter *linter,
                    const struct cp_linted *policy,
                    const struct cp_linted_rules *rules,
                    uint32_t rule,
                    const char *field,
                    enum cp_code code,
                    const char *format,
                    ...);

/* The path of a rule's field as it was written. Appends to buffer. */
void cp_lint_rule_path(const struct cp_linted *policy,
                       const struct cp_linted_rules *rules,
                       uint32_t rule,
                       const char *field,
                       struct cp_buffer *buffer);

/* Does a policy select some endpoint of the input? */
bool cp_lint_selects_some(const struct cp_linter *linter, const struct cp_linted *policy);

/* Does the input show endpoints where those of a policy would be? */
bool cp_lint_shows_subject(const struct cp_linter *linter, const struct cp_linted *policy);

/* The checks, one policy at a time. */
void cp_lint_selection(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_rules(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_traffic(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_selectors(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_priority(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_peers(struct cp_linter *linter, const struct cp_linted *policy);

/* Says that only pods on the host network have the labels that a converted policy, or a peer of it,
   asks for, if it is so. */
bool cp_lint_host_subject(struct cp_linter *linter, const struct cp_linted *policy);
bool cp_lint_host_peer(struct cp_linter *linter,
                       const struct cp_linted *policy,
                       const struct cp_linted_rules *rules,
                       uint32_t rule);

/* Says that a peer of a converted policy is one dash away from another meaning, if it may be. */
bool cp_lint_dash(struct cp_linter *linter,
                  const struct cp_linted *policy,
                  const struct cp_linted_rules *rules,
                  uint32_t rule);

/* The check of everything else. */
void cp_lint_endpoints(struct cp_linter *linter);

/* Does a rule without anything that names IPv6 fail to see it in a way that is worth a remark: IPv6
   is in use, or it may be and what is forgotten is a denial? */
bool cp_lint_minds_ipv6(const struct cp_linter *linter, uint8_t action);

/* Is a field of the input a selector that no labels can satisfy? */
bool cp_lint_is_impossible(const struct cp_linter *linter, const struct cp_selector_field *field);

/* Can no labels satisfy the tree (selectors.md 6.1)? "!all()", the usual way to write "nothing", is
   not meant. out_key is the key that is asked for two things. */
bool cp_selector_is_impossible(const struct cp_selector *tree,
                               const struct cp_intern *names,
                               struct cp_text *out_key);

#endif
