/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors that no labels can satisfy.
 *
 * What a conjunction demands of each key is gathered: present, absent, one of some values, none of
 * some values (selectors.md 6.1). Two demands that exclude each other make it impossible. Only
 * demands of a limited depth are looked at, so nothing is found where a human would not find it
 * either.
 */
#include "lint/linter.h"

#define DEEPEST 4u
#define MOST_TERMS 64u

struct terms {
    const struct cp_selector *items[MOST_TERMS]; /* leaves, and NOT of HAS */
    uint32_t count;
};

static void gather(struct terms *terms, const struct cp_selector *tree, unsigned depth)
{
    if (tree->type == CP_SELECTOR_AND) {
        for (uint32_t i = 0; depth < DEEPEST && i < tree->count; i++)
            gather(terms, tree->children[i], depth + 1);
        return;
    }
    if (tree->type == CP_SELECTOR_OR || terms->count == MOST_TERMS)
        return;
    if (tree->type == CP_SELECTOR_NOT && tree->children[0]->type != CP_SELECTOR_HAS)
        return;
    terms->items[terms->count++] = tree;
}

/* The key that a term speaks of; CP_INTERN_NONE for all() and global(). */
static uint32_t key_of(const struct cp_selector *term)
{
    if (term->type == CP_SELECTOR_ALL || term->type == CP_SELECTOR_GLOBAL)
        return CP_INTERN_NONE;
    return term->type == CP_SELECTOR_NOT ? term->children[0]->key : term->key;
}

static bool needs_key(const struct cp_selector *term)
{
    switch (term->type) {
    case CP_SELECTOR_HAS:
    case CP_SELECTOR_EQUAL:
    case CP_SELECTOR_IN:
    case CP_SELECTOR_CONTAINS:
    case CP_SELECTOR_STARTS_WITH:
    case CP_SELECTOR_ENDS_WITH:
        return true;
    case CP_SELECTOR_ALL:
    case CP_SELECTOR_GLOBAL:
    case CP_SELECTOR_NOT_EQUAL:
    case CP_SELECTOR_NOT_IN:
    case CP_SELECTOR_NOT:
    case CP_SELECTOR_AND:
    case CP_SELECTOR_OR:
        break;
    }
    return false;
}

static uint32_t value_count(const struct cp_selector *term)
{
    bool is_set = term->type == CP_SELECTOR_IN || term->type == CP_SELECTOR_NOT_IN;

    return is_set ? term->count : 1;
}

/* Is a value among those of a term? They are in the order of their bytes. */
static bool lists(const struct cp_selector *term, const struct cp_intern *names, uint32_t value)
{
    const struct cp_text text = cp_intern_text(names, value);
    uint32_t low = 0, high = value_count(term);

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int order = cp_text_compare(cp_intern_text(names, term->values[middle]), text);

        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool lists_values(const struct cp_selector *term)
{
    return term->type == CP_SELECTOR_EQUAL || term->type == CP_SELECTOR_IN;
}

static bool excludes_values(const struct cp_selector *term)
{
    return term->type == CP_SELECTOR_NOT_EQUAL || term->type == CP_SELECTOR_NOT_IN;
}

/* The text that a comparison by text asks for; false for other terms. */
static bool text_of(const struct cp_selector *term,
                    const struct cp_intern *names,
                    struct cp_text *out_text)
{
    if (term->type != CP_SELECTOR_CONTAINS && term->type != CP_SELECTOR_STARTS_WITH &&
        term->type != CP_SELECTOR_ENDS_WITH)
        return false;
    *out_text = cp_intern_text(names, term->values[0]);
    return true;
}

/* Does a term hold for a value? */
static bool admits(const struct cp_selector *term, const struct cp_intern *names, uint32_t value)
{
    const struct cp_text text = cp_intern_text(names, value);
    struct cp_text part;

    if (lists_values(term))
        return lists(term, names, value);
    if (excludes_values(term))
        return !lists(term, names, value);
    if (!text_of(term, names, &part))
        return true;
    if (term->type == CP_SELECTOR_STARTS_WITH)
        return cp_text_starts_with(text, part);
    if (term->type == CP_SELECTOR_ENDS_WITH)
        return cp_text_ends_with(text, part);
    return cp_text_find(text, part) != SIZE_MAX;
}

/* a lists values: does b leave none of them? */
static bool leaves_nothing(const struct cp_selector *a,
                           const struct cp_selector *b,
                           const struct cp_intern *names)
{
    for (uint32_t i = 0; i < value_count(a); i++) {
        if (admits(b, names, a->values[i]))
            return false;
    }
    return true;
}

/* Can no value begin, or end, as both want it? */
static bool ends_differ(const struct cp_selector *a,
                        const struct cp_selector *b,
                        const struct cp_intern *names)
{
    struct cp_text one, other;

    if (a->type != b->type || !text_of(a, names, &one) || !text_of(b, names, &other))
        return false;
    if (a->type == CP_SELECTOR_STARTS_WITH)
        return !cp_text_starts_with(one, other) && !cp_text_starts_with(other, one);
    return a->type == CP_SELECTOR_ENDS_WITH && !cp_text_ends_with(one, other) &&
           !cp_text_ends_with(other, one);
}

/* Do two terms on one key exclude each other? */
static bool clash(const struct cp_selector *a,
                  const struct cp_selector *b,
                  const struct cp_intern *names)
{
    if (a->type == CP_SELECTOR_NOT)
        return needs_key(b);
    if (lists_values(a))
        return leaves_nothing(a, b, names);
    return ends_differ(a, b, names);
}

bool cp_selector_is_impossible(const struct cp_selector *tree,
                               const struct cp_intern *names,
                               struct cp_text *out_key)
{
    struct terms terms = {.count = 0};

    gather(&terms, tree, 0);
    for (uint32_t i = 0; i < terms.count; i++) {
        uint32_t key = key_of(terms.items[i]);

        if (key == CP_INTERN_NONE)
            continue;
        *out_key = cp_intern_text(names, key);
        if (terms.items[i]->type == CP_SELECTOR_IN && terms.items[i]->count == 0)
            return true;
        for (uint32_t j = 0; j < terms.count; j++) {
            if (j != i && key_of(terms.items[j]) == key &&
                clash(terms.items[i], terms.items[j], names))
                return true;
        }
    }
    return false;
}

static bool is_impossible(const struct cp_linter *linter,
                          const struct cp_selector_field *field,
                          struct cp_text *out_key)
{
    return field->given && field->tree &&
           cp_selector_is_impossible(field->tree, &linter->ruleset->names, out_key);
}

bool cp_lint_is_impossible(const struct cp_linter *linter, const struct cp_selector_field *field)
{
    struct cp_text key;

    return is_impossible(linter, field, &key);
}

static void check_policy_field(struct cp_linter *linter,
                               const struct cp_linted *policy,
                               const struct cp_selector_field *field,
                               const char *path)
{
    struct cp_text key;

    if (is_impossible(linter, field, &key))
        cp_advise_policy(linter, policy, path, CP_CODE_NEVER_MATCHES,
                         "never matches: it asks for two things of label %q that exclude each "
                         "other, so the policy selects nothing",
                         key);
}

static void check_rule_field(struct cp_linter *linter,
                             const struct cp_linted *policy,
                             const struct cp_linted_rules *rules,
                             uint32_t rule,
                             const struct cp_selector_field *field,
                             const char *path)
{
    struct cp_text key;

    if (is_impossible(linter, field, &key))
        cp_advise_rule(linter, policy, rules, rule, path, CP_CODE_NEVER_MATCHES,
                       "never matches: it asks for two things of label %q that exclude each other, "
                       "so the rule has no effect",
                       key);
}

static void check_entity(struct cp_linter *linter,
                         const struct cp_linted *policy,
                         const struct cp_linted_rules *rules,
                         uint32_t rule,
                         bool is_source)
{
    const struct cp_rule_spec *spec = &rules->specs->items.items[rule];
    const struct cp_entity_spec *entity = is_source ? &spec->source : &spec->destination;

    check_rule_field(linter, policy, rules, rule, &entity->selector,
                     is_source ? "source.selector" : "destination.selector");
    check_rule_field(linter, policy, rules, rule, &entity->namespace_selector,
                     is_source ? "source.namespaceSelector" : "destination.namespaceSelector");
    check_rule_field(linter, policy, rules, rule, &entity->service_account_selector,
                     is_source ? "source.serviceAccounts.selector"
                               : "destination.serviceAccounts.selector");
}

void cp_lint_selectors(struct cp_linter *linter, const struct cp_linted *policy)
{
    check_policy_field(linter, policy, &policy->spec->selector, "spec.selector");
    check_policy_field(linter, policy, &policy->spec->namespace_selector, "spec.namespaceSelector");
    check_policy_field(linter, policy, &policy->spec->service_account_selector,
                       "spec.serviceAccountSelector");
    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        struct cp_linted_rules rules = cp_linted_rules(policy, (enum cp_direction)direction);

        for (uint32_t i = 0; i < rules.count; i++) {
            check_entity(linter, policy, &rules, i, true);
            check_entity(linter, policy, &rules, i, false);
        }
    }
}
