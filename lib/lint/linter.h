/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the checks share. Internal to lint/.
 */
#ifndef CP_LINT_LINTER_H
#define CP_LINT_LINTER_H

#include "lint/lint.h"

struct cp_linter {
    const struct cp_lint_input *input;
    const struct calpol_ruleset *ruleset;
    bool has_endpoints;    /* the input has workload or host endpoints */
    bool dns_allowed;      /* some enforced policy may let DNS queries out */
    /* A bit for each selector that some owner, endpoint, host endpoint satisfies. */
    uint64_t *by_owners, *by_endpoints, *by_hosts;
    uint64_t *declared_ports; /* a bit for each name that is some endpoint's port */
    int status;            /* CALPOL_ERROR_NO_MEMORY sticks */
};

/* One policy, by number: as compiled and as written. */
struct cp_linted {
    uint32_t number;
    const struct cp_policy *policy;
    const struct cp_policy_spec *spec;
};

/* The rules of a policy in one direction: as compiled and as written. */
struct cp_linted_rules {
    enum cp_direction direction;
    const struct cp_rule *rules;
    const struct cp_rules_spec *specs;
    uint32_t count;
};

struct cp_linted_rules cp_linted_rules(const struct cp_linter *linter,
                                       const struct cp_linted *policy,
                                       enum cp_direction direction);

/* Reports about a policy's field, and about a rule (field "" is the rule itself); format as
   cp_buffer_format. */
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

/* The checks, one policy at a time. */
void cp_lint_selection(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_rules(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_traffic(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_selectors(struct cp_linter *linter, const struct cp_linted *policy);
void cp_lint_priority(struct cp_linter *linter, const struct cp_linted *policy);

/* May the rule let DNS queries out, by its protocol and ports? */
bool cp_rule_may_allow_dns(const struct cp_rule *rule);

/* The checks of everything else. */
void cp_lint_endpoints(struct cp_linter *linter);
void cp_lint_kubernetes(struct cp_linter *linter);

/* Can no labels satisfy the tree (selectors.md 6.1)? "!all()", the usual way to write "nothing", is
   not meant. out_key is the key that is asked for two things. */
bool cp_selector_is_impossible(const struct cp_selector *tree,
                               const struct cp_intern *names,
                               struct cp_text *out_key);

#endif
