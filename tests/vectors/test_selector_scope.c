/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selector-scope.json: how the selectors of several fields become one predicate, and which label of
 * several sources counts.
 */
#include "selector/combine.h"

#include "support/expect.h"
#include "support/selectors.h"
#include "support/suite.h"
#include "support/vectors.h"

#include <stdio.h>

/* What the file holds; fewer means that something was lost. */
#define VECTOR_COUNT 204u
#define CASE_COUNT 977u

#define MOST_TERMS 8u

/* A vector being checked. */
struct check {
    struct selector_world world;
    const struct cp_node *input;
    int status; /* CALPOL_OK, or CALPOL_ERROR_INVALID_INPUT where the combined text does not parse
                 */
    const struct cp_selector *positive, *negative; /* NULL: none */
};

/* ---- Policies and rules ---------------------------------------------------------------------- */

/* The tree of a field; NULL for the empty text. False: it does not parse. */
static bool parse_field(struct check *check,
                        struct cp_text text,
                        const struct cp_selector **out_selector)
{
    struct cp_selector_problem problem;

    *out_selector = NULL;
    return text.length == 0 || cp_selector_parse(text, &check->world.arena, &check->world.names,
                                                 out_selector, &problem) == CALPOL_OK;
}

static bool parse_member(struct check *check,
                         const char *name,
                         const struct cp_selector **out_selector)
{
    return parse_field(check, member_text(check->input, name), out_selector);
}

static struct cp_selector_builder builder(struct check *check)
{
    return (struct cp_selector_builder){&check->world.arena, &check->world.names};
}

/* A namespace or service account selector of a policy, which may be one that does not parse. */
static const struct cp_selector *parse_beside(struct check *check, const char *name)
{
    const struct cp_selector *selector;

    return parse_member(check, name, &selector) ? selector : &cp_selector_unparsed;
}

static void combine_network_policy(struct check *check)
{
    const struct cp_selector_builder with = builder(check);
    const struct cp_selector *own;

    ck_assert(parse_member(check, "selector", &own));
    check->status =
        cp_combine_network_policy(&with, own, member_text(check->input, "namespace"),
                                  parse_beside(check, "serviceAccountSelector"), &check->positive);
}

static void combine_global_policy(struct check *check)
{
    const struct cp_selector_builder with = builder(check);
    const struct cp_selector *own;

    ck_assert(parse_member(check, "selector", &own));
    check->status = cp_combine_global_policy(
        &with, own, member_text(check->input, "selector"), parse_beside(check, "namespaceSelector"),
        parse_beside(check, "serviceAccountSelector"), &check->positive);
}

static void read_accounts(struct check *check, struct cp_entity_selectors *selectors)
{
    const struct cp_node *accounts = find_member(check->input, "serviceAccounts"), *names;
    struct cp_text *texts;

    if (!accounts)
        return;
    ck_assert(parse_field(check, member_text(accounts, "selector"),
                          &selectors->service_account_selector));
    names = member_list(accounts, "names");
    texts = CP_NEW_ARRAY(&check->world.arena, struct cp_text, names->length);
    for (uint32_t i = 0; i < names->length; i++)
        texts[i] = cp_node_text(&names->items[i]);
    selectors->service_account_names = texts;
    selectors->service_account_name_count = names->length;
}

static void combine_entity(struct check *check)
{
    const struct cp_selector_builder with = builder(check);
    struct cp_entity_selectors selectors = {.selector = NULL};
    struct cp_text namespace_name = member_text(check->input, "namespace");

    if (!parse_member(check, "selector", &selectors.selector) ||
        !parse_member(check, "notSelector", &selectors.not_selector)) {
        check->status = CALPOL_ERROR_INVALID_INPUT;
        return;
    }
    /* A namespace selector that does not parse costs the policy, and nobody combines anything. The
       vectors have the text without it, and without the namespace that it would have replaced. */
    if (!parse_member(check, "namespaceSelector", &selectors.namespace_selector))
        namespace_name = CP_TEXT("");
    read_accounts(check, &selectors);
    check->status =
        cp_combine_entity(&with, &selectors, namespace_name, &check->positive, &check->negative);
}

/* ---- Kubernetes label selectors (selectors.md 4.5), with the building blocks ----------------- */

struct terms {
    const struct cp_selector *items[MOST_TERMS];
    uint32_t count;
};

static void add_term(struct terms *terms, const struct cp_selector *term)
{
    ck_assert_ptr_nonnull(term);
    ck_assert_uint_lt(terms->count, MOST_TERMS);
    terms->items[terms->count++] = term;
}

static uint32_t intern(struct check *check, struct cp_text text)
{
    uint32_t id = CP_INTERN_NONE;

    ck_assert(cp_intern_add(&check->world.names, text, &id));
    return id;
}

static void add_equal(struct check *check,
                      struct terms *terms,
                      struct cp_text key,
                      struct cp_text value)
{
    add_term(terms, cp_selector_leaf(&check->world.arena, CP_SELECTOR_EQUAL, intern(check, key),
                                     intern(check, value)));
}

/* In byte order of their keys. */
static void add_match_labels(struct check *check, struct terms *terms, const struct cp_node *labels)
{
    struct cp_text last = {NULL, 0};

    for (uint32_t i = 0; i < labels->length; i++) {
        const struct cp_member *next = NULL;

        for (uint32_t j = 0; j < labels->length; j++) {
            struct cp_text key = cp_node_text(&labels->members[j].key);

            if ((i == 0 || cp_text_compare(key, last) > 0) &&
                (!next || cp_text_compare(key, cp_node_text(&next->key)) < 0))
                next = &labels->members[j];
        }
        ck_assert_ptr_nonnull(next);
        last = cp_node_text(&next->key);
        add_equal(check, terms, last, cp_node_text(&next->value));
    }
}

static void add_set(struct check *check,
                    struct terms *terms,
                    enum cp_selector_type type,
                    const struct cp_node *expression)
{
    const struct cp_node *list = member_list(expression, "values");
    uint32_t values[MOST_TERMS] = {intern(check, CP_TEXT(""))};

    ck_assert_uint_le(list->length, MOST_TERMS);
    for (uint32_t i = 0; i < list->length; i++)
        values[i] = intern(check, cp_node_text(&list->items[i]));
    add_term(terms, cp_selector_set(&check->world.arena, &check->world.names, type,
                                    intern(check, member_text(expression, "key")), values,
                                    list->length ? list->length : 1));
}

static void add_expression(struct check *check,
                           struct terms *terms,
                           const struct cp_node *expression)
{
    struct cp_text operator_ = member_text(expression, "operator");
    uint32_t key = intern(check, member_text(expression, "key"));
    const struct cp_selector *has = cp_selector_leaf(&check->world.arena, CP_SELECTOR_HAS, key, 0);

    if (cp_text_is(operator_, "In"))
        add_set(check, terms, CP_SELECTOR_IN, expression);
    else if (cp_text_is(operator_, "NotIn"))
        add_set(check, terms, CP_SELECTOR_NOT_IN, expression);
    else if (cp_text_is(operator_, "Exists"))
        add_term(terms, has);
    else if (cp_text_is(operator_, "DoesNotExist"))
        add_term(terms, cp_selector_join(&check->world.arena, CP_SELECTOR_NOT, &has, 1));
}

static void add_label_selector(struct check *check, struct terms *terms)
{
    const struct cp_node *selector = find_member(check->input, "labelSelector");
    const struct cp_node *labels = selector ? find_member(selector, "matchLabels") : NULL;
    const struct cp_node *list = selector ? find_member(selector, "matchExpressions") : NULL;

    if (labels)
        add_match_labels(check, terms, labels);
    for (uint32_t i = 0; list && i < list->length; i++)
        add_expression(check, terms, &list->items[i]);
}

static void join_terms(struct check *check, const struct terms *terms)
{
    if (terms->count == 1)
        check->positive = terms->items[0];
    else if (terms->count > 1)
        check->positive =
            cp_selector_join(&check->world.arena, CP_SELECTOR_AND, terms->items, terms->count);
}

static void combine_pod_selector(struct check *check)
{
    struct terms terms = {.count = 0};

    add_equal(check, &terms, CP_TEXT("projectcalico.org/orchestrator"), CP_TEXT("k8s"));
    add_label_selector(check, &terms);
    join_terms(check, &terms);
}

static void combine_namespace_selector(struct check *check)
{
    struct terms terms = {.count = 0};

    add_label_selector(check, &terms);
    if (terms.count == 0 && find_member(check->input, "labelSelector"))
        add_term(&terms, cp_selector_leaf(&check->world.arena, CP_SELECTOR_ALL, 0, 0));
    join_terms(check, &terms);
}

static void parse_alone(struct check *check)
{
    ck_assert(parse_member(check, "selector", &check->positive));
}

/* ---- The vectors ----------------------------------------------------------------------------- */

static const struct place {
    const char *name;
    void (*combine)(struct check *check);
} places[] = {
    {"networkpolicy", combine_network_policy},
    {"globalnetworkpolicy", combine_global_policy},
    {"rule", combine_entity},
    {"kubernetes-pod-selector", combine_pod_selector},
    {"kubernetes-namespace-selector", combine_namespace_selector},
    {"inherit", parse_alone},
};

static void combine(struct check *check, struct cp_text name)
{
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (cp_text_is(name, places[i].name)) {
            places[i].combine(check);
            return;
        }
    }
    ck_abort_msg("unknown place %s", name.data);
}

static void check_selector(struct check *check,
                           const struct cp_selector *selector,
                           const struct cp_node *vector,
                           const char *member)
{
    const char *expected = member_string(vector, member);
    struct cp_text text = print_selector(&check->world, selector);

    ck_assert_msg(cp_text_is(text, expected ? expected : "(none)"), "%s: %s is %s",
                  member_text(vector, "id").data, member, text.data);
}

/* A key is looked up in the item's own labels, then in its profiles in their order (2.1). */
static void add_effective_labels(struct check *check,
                                 const struct cp_node *vector_case,
                                 struct label_set *set)
{
    const struct cp_node *profiles = find_member(vector_case, "profiles");
    const struct cp_node *labels = find_member(vector_case, profiles ? "own" : "labels");

    add_labels(&check->world, set, labels);
    for (uint32_t i = 0; profiles && i < profiles->length; i++)
        add_labels(&check->world, set, &profiles->items[i]);
}

static void check_case(struct check *check, const struct cp_node *vector_case, const char *id)
{
    struct label_set set = {.labels.count = 0};

    add_effective_labels(check, vector_case, &set);
    ck_assert_msg(selector_matches(&check->world, check->positive, &set.labels) ==
                      member_boolean(vector_case, "match"),
                  "%s: line %u, column %u", id, vector_case->line, vector_case->column);
    ck_assert(!check->negative == !find_member(vector_case, "negative_match"));
    if (check->negative)
        ck_assert_msg(selector_matches(&check->world, check->negative, &set.labels) ==
                          member_boolean(vector_case, "negative_match"),
                      "%s: negative, line %u, column %u", id, vector_case->line,
                      vector_case->column);
}

static unsigned check_vector(const struct cp_node *vector)
{
    struct check check = {.input = find_member(vector, "input")};
    const struct cp_node *cases = member_list(vector, "cases");
    const char *id = member_text(vector, "id").data;

    selector_world_init(&check.world, NULL);
    combine(&check, member_text(vector, "place"));
    ck_assert_msg((check.status == CALPOL_OK) == member_boolean(vector, "valid"), "%s: status %d",
                  id, check.status);
    if (check.status == CALPOL_OK) {
        ck_assert_msg((check.positive != NULL) == member_boolean(vector, "restricts"), "%s", id);
        check_selector(&check, check.positive, vector, "canonical");
        check_selector(&check, check.negative, vector, "negative");
    }
    for (uint32_t i = 0; i < cases->length; i++)
        check_case(&check, &cases->items[i], id);
    selector_world_finish(&check.world);
    return cases->length;
}

START_TEST(selectors_of_several_fields_become_one)
{
    unsigned vector_count = 0, case_count = 0;
    const struct cp_node *vectors;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    vectors = read_vectors(&arena, "selector-scope.json");
    for (; vector_count < vectors->length; vector_count++)
        case_count += check_vector(&vectors->items[vector_count]);
    cp_arena_finish(&arena);
    (void)printf("# %u combinations, %u label sets\n", vector_count, case_count);
    (void)fflush(stdout);
    ck_assert_uint_ge(vector_count, VECTOR_COUNT);
    ck_assert_uint_ge(case_count, CASE_COUNT);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("vectors/selector_scope");
    TCase *vectors = tcase_create("vectors");

    tcase_set_timeout(vectors, 30);
    tcase_add_test(vectors, selectors_of_several_fields_become_one);
    suite_add_tcase(suite, vectors);
    return suite;
}
