/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combining: what the vectors (selector-scope.json) do not hold. Expected texts follow from
 * selectors.md 4.3 to 4.6.
 */
#include "selector/combine.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/selectors.h"
#include "support/suite.h"

#include <string.h>

#define DEEP 100000u

/* "has(" and 508 bytes: with a prefix of five the name has 513, one too many. */
#define BYTES_127                                                                                  \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BYTES_508 BYTES_127 BYTES_127 BYTES_127 BYTES_127

static struct selector_world world;

static void set_up(void)
{
    selector_world_init(&world, NULL);
}

static void tear_down(void)
{
    selector_world_finish(&world);
}

static struct cp_selector_builder builder(void)
{
    return (struct cp_selector_builder){&world.arena, &world.names};
}

#define INVALID "(does not parse)"

/* expected is a canonical text, NULL for no selector, or INVALID. */
static void expect(int status, const struct cp_selector *selector, const char *expected)
{
    if (expected && strcmp(expected, INVALID) == 0) {
        ck_assert_int_eq(status, CALPOL_ERROR_INVALID_INPUT);
        return;
    }
    ck_assert_int_eq(status, CALPOL_OK);
    expect_text(print_selector(&world, selector), expected ? expected : "(none)");
}

static const struct global_case {
    const char *selector, *namespace_selector, *service_account_selector; /* NULL: not set */
    const char *expected;
} global_cases[] = {
    {NULL, NULL, NULL, NULL},
    /* Alone, the policy's own selector is left as it is. */
    {"all() || a == 'all()'", NULL, NULL, "(all() || a == \"all()\")"},
    {"!(!has(a))", NULL, NULL, "!!has(a)"},
    /* The first part that is added takes all of all(), the second finds its own only. */
    {"all()", "all()", "all()",
     "((has(projectcalico.org/namespace) && has(projectcalico.org/namespace)) && "
     "has(projectcalico.org/serviceaccount))"},
    {"all( ) || all()", "has(b)", "all( )",
     "(((all() || has(projectcalico.org/namespace)) && has(pcns.b)) && "
     "has(projectcalico.org/serviceaccount))"},
    {"all( ) || all()", NULL, "has(b)",
     "((all() || has(projectcalico.org/serviceaccount)) && has(pcsa.b))"},
    /* Inside quotes too, where a set may get another order and two values become one. */
    {"a in {'z', 'all()', 'has(projectcalico.org/namespace)'}", "has(b)", NULL,
     "(a in {\"has(projectcalico.org/namespace)\", \"z\"} && has(pcns.b))"},
    {NULL, "a == 'ball()all()'", NULL,
     "pcns.a == \"bhas(projectcalico.org/namespace)has(projectcalico.org/namespace)\""},
    {"global()", "global()", "global()", "((global() && global()) && global())"},
    /* Blanks only: fine alone and as a prefixed part, "( )" otherwise. */
    {" ", NULL, NULL, "all()"},
    {NULL, " ", NULL, "has(projectcalico.org/namespace)"},
    {NULL, NULL, "\t", "has(projectcalico.org/serviceaccount)"},
    {" ", "has(a)", NULL, INVALID},
    {" ", NULL, "has(a)", INVALID},
    /* A name that the prefix makes too long. */
    {"has(" BYTES_508 ")", NULL, NULL, "has(" BYTES_508 ")"},
    {NULL, "has(" BYTES_508 ")", NULL, INVALID},
    {"has(a)", NULL, "has(" BYTES_508 ")", INVALID},
};

START_TEST(a_global_policy_selects)
{
    const struct global_case *row = &global_cases[_i];
    const struct cp_selector_builder with = builder();
    const struct cp_selector *selector = NULL;
    int status = cp_combine_global_policy(
        &with, parse_selector(&world, row->selector), cp_text_from(row->selector),
        parse_selector(&world, row->namespace_selector),
        parse_selector(&world, row->service_account_selector), &selector);

    expect(status, selector, row->expected);
}
END_TEST

static const struct network_case {
    const char *selector, *service_account_selector;
    const char *expected;
} network_cases[] = {
    {NULL, NULL, "projectcalico.org/namespace == \"n\""},
    {"all()", "all()", "((all() && projectcalico.org/namespace == \"n\") && all())"},
    {"!(!has(a))", "!(!has(a))",
     "((!!has(a) && projectcalico.org/namespace == \"n\") && has(pcsa.a))"},
    {"\t", NULL, INVALID},
    {NULL, " ", "(projectcalico.org/namespace == \"n\" && all())"},
    {NULL, "has(" BYTES_508 ")", INVALID},
};

START_TEST(a_network_policy_selects)
{
    const struct network_case *row = &network_cases[_i];
    const struct cp_selector_builder with = builder();
    const struct cp_selector *selector = NULL;
    int status =
        cp_combine_network_policy(&with, parse_selector(&world, row->selector), CP_TEXT("n"),
                                  parse_selector(&world, row->service_account_selector), &selector);

    expect(status, selector, row->expected);
}
END_TEST

static const struct entity_case {
    const char *namespace_name; /* NULL: of a cluster-wide policy */
    const char *selector, *not_selector, *namespace_selector, *service_account_selector;
    const char *names[3];            /* of service accounts, up to NULL */
    const char *positive, *negative; /* NULL: there is none */
} entity_cases[] = {
    {.namespace_name = NULL},
    {.namespace_name = "n"},
    /* Replaced in the namespace part only; the negation that comes with global() collapses. */
    {.namespace_name = "n",
     .selector = "all()",
     .not_selector = "all()",
     .namespace_selector = "all() && !global()",
     .service_account_selector = "all()",
     .positive = "(((has(projectcalico.org/namespace) && has(projectcalico.org/namespace)) && "
                 "(all() && all())) && !all())"},
    /* What is put in place of all() is not searched for global(). */
    {.namespace_selector = "a == 'globall()'",
     .positive = "pcns.a == \"globhas(projectcalico.org/namespace)\""},
    /* Names of service accounts are a set, and what they inject is in the predicate (4.4), doubled
       negations collapsed. */
    {.names = {"b", "a"}, .positive = "projectcalico.org/serviceaccount in {\"a\", \"b\"}"},
    {.service_account_selector = "has(a)",
     .names = {"x'} || !(!has(b)) || c in {'y"},
     .positive = "(has(pcsa.a) && (projectcalico.org/serviceaccount in {\"x\"} || has(b) || "
                 "c in {\"y\"}))"},
    /* Names that do not parse take the service account selector with them, whatever it is. */
    {.namespace_name = "n", .service_account_selector = "has(" BYTES_508 ")", .names = {"x'y"}},
    {.namespace_name = "n",
     .selector = "has(a)",
     .service_account_selector = "has(b)",
     .names = {"x'y"},
     .positive = "(projectcalico.org/namespace == \"n\" && has(a))"},
    /* Blanks only: fine alone and as a prefixed part, "( )" otherwise. */
    {.selector = " ", .positive = "all()"},
    {.not_selector = " ", .negative = "all()"},
    {.namespace_selector = " ", .positive = "has(projectcalico.org/namespace)"},
    {.service_account_selector = " ", .positive = "all()"},
    {.selector = " ", .not_selector = "has(a)", .positive = INVALID},
    {.selector = "has(a)", .not_selector = " ", .positive = INVALID},
    {.selector = " ", .service_account_selector = "has(a)", .positive = INVALID},
    {.selector = " ", .namespace_selector = "has(a)", .positive = INVALID},
    {.namespace_name = "n", .selector = " ", .positive = INVALID},
    {.namespace_name = "n", .not_selector = " ", .positive = INVALID},
    /* Names that a prefix makes too long. */
    {.selector = "has(" BYTES_508 ")", .positive = "has(" BYTES_508 ")"},
    {.namespace_selector = "has(" BYTES_508 ")", .positive = INVALID},
    {.service_account_selector = "has(" BYTES_508 ")", .positive = INVALID},
};

static int combine_entity(const struct entity_case *row,
                          const struct cp_selector **out_positive,
                          const struct cp_selector **out_negative)
{
    const struct cp_selector_builder with = builder();
    struct cp_text names[3];
    struct cp_entity_selectors selectors = {
        .selector = parse_selector(&world, row->selector),
        .not_selector = parse_selector(&world, row->not_selector),
        .namespace_selector = parse_selector(&world, row->namespace_selector),
        .service_account_selector = parse_selector(&world, row->service_account_selector),
        .service_account_names = names,
    };

    for (uint32_t i = 0; i < COUNT_OF(names) && row->names[i]; i++)
        names[selectors.service_account_name_count++] = cp_text_from(row->names[i]);
    return cp_combine_entity(&with, &selectors, cp_text_from(row->namespace_name), out_positive,
                             out_negative);
}

START_TEST(an_entity_matches)
{
    const struct entity_case *row = &entity_cases[_i];
    const struct cp_selector *positive = NULL, *negative = NULL;
    int status = combine_entity(row, &positive, &negative);

    expect(status, positive, row->positive);
    if (status == CALPOL_OK)
        expect(status, negative, row->negative);
}
END_TEST

START_TEST(a_built_selector_needs_no_text)
{
    const struct cp_selector_builder with = builder();
    const struct cp_selector *selector = NULL;
    int status =
        cp_combine_global_policy(&with, parse_selector(&world, "a == 'b'"), cp_text_from(NULL),
                                 parse_selector(&world, "all()"), NULL, &selector);

    expect(status, selector, "(a == \"b\" && has(projectcalico.org/namespace))");
}
END_TEST

START_TEST(a_part_that_does_not_parse_is_left_out_but_replaces_all)
{
    const struct cp_selector_builder with = builder();
    const struct cp_selector *own = parse_selector(&world, "all()"), *selector = NULL;
    int status = cp_combine_global_policy(&with, own, CP_TEXT("all()"), &cp_selector_unparsed, NULL,
                                          &selector);

    expect(status, selector, "has(projectcalico.org/namespace)");
    status = cp_combine_global_policy(&with, own, CP_TEXT("all()"), NULL, &cp_selector_unparsed,
                                      &selector);
    expect(status, selector, "has(projectcalico.org/serviceaccount)");
    status = cp_combine_global_policy(&with, NULL, CP_TEXT(""), &cp_selector_unparsed,
                                      &cp_selector_unparsed, &selector);
    expect(status, selector, NULL);
    status = cp_combine_network_policy(&with, own, CP_TEXT("n"), &cp_selector_unparsed, &selector);
    expect(status, selector, "(all() && projectcalico.org/namespace == \"n\")");
}
END_TEST

START_TEST(depth_has_no_limit)
{
    const struct cp_selector_builder with = builder();
    const struct cp_selector *leaf = parse_selector(&world, "has(a)"), *selector = leaf;
    struct cp_buffer buffer;

    for (uint32_t i = 0; i < DEEP; i++) {
        const struct cp_selector *children[] = {leaf, selector};

        selector = cp_selector_join(&world.arena, CP_SELECTOR_AND, children, 2);
    }
    ck_assert_int_eq(
        cp_combine_global_policy(&with, NULL, cp_text_from(NULL), selector, NULL, &selector),
        CALPOL_OK);
    cp_buffer_init(&buffer, &world.arena);
    ck_assert_int_eq(cp_selector_print(selector, &world.names, &world.arena, &buffer), CALPOL_OK);
    ck_assert_uint_eq(buffer.length, DEEP * strlen("(has(pcns.a) && )") + strlen("has(pcns.a)"));
}
END_TEST

struct parts {
    const struct cp_selector *selector;
    struct cp_entity_selectors entity;
};

static int combine_with(const struct calpol_allocator *allocator, void *context)
{
    const struct parts *parts = context;
    const struct cp_selector *selector, *positive, *negative;
    struct cp_arena arena;
    struct cp_selector_builder with = {&arena, &world.names};
    int status;

    cp_arena_init(&arena, allocator);
    status =
        cp_combine_network_policy(&with, parts->selector, CP_TEXT("n"), parts->selector, &selector);
    if (status == CALPOL_OK)
        status = cp_combine_global_policy(&with, parts->selector, CP_TEXT("all() || has(a)"),
                                          parts->selector, parts->selector, &selector);
    if (status == CALPOL_OK)
        status = cp_combine_entity(&with, &parts->entity, CP_TEXT("n"), &positive, &negative);
    if (status == CALPOL_OK)
        status = cp_combine_entity(&with, &(struct cp_entity_selectors){.selector = selector},
                                   CP_TEXT("n"), &positive, &negative);
    cp_arena_finish(&arena);
    return status;
}

START_TEST(memory_may_run_out_anywhere)
{
    struct cp_text names[] = {CP_TEXT("x"), CP_TEXT("y")};
    const struct cp_selector *selector = parse_selector(&world, "all() || has(a)");
    struct parts parts = {selector, {selector, selector, selector, selector, names, 2}};

    ck_assert_uint_gt(for_each_failure(combine_with, &parts), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("selector/combine");
    TCase *policies = tcase_create("policies"), *entities = tcase_create("entities");
    TCase *limits = tcase_create("limits");

    tcase_add_checked_fixture(policies, set_up, tear_down);
    tcase_add_loop_test(policies, a_global_policy_selects, 0, COUNT_OF(global_cases));
    tcase_add_loop_test(policies, a_network_policy_selects, 0, COUNT_OF(network_cases));
    tcase_add_test(policies, a_built_selector_needs_no_text);
    tcase_add_test(policies, a_part_that_does_not_parse_is_left_out_but_replaces_all);
    suite_add_tcase(suite, policies);

    tcase_add_checked_fixture(entities, set_up, tear_down);
    tcase_add_loop_test(entities, an_entity_matches, 0, COUNT_OF(entity_cases));
    suite_add_tcase(suite, entities);

    tcase_add_checked_fixture(limits, set_up, tear_down);
    tcase_set_timeout(limits, 30);
    tcase_add_test(limits, depth_has_no_limit);
    tcase_add_test(limits, memory_may_run_out_anywhere);
    suite_add_tcase(suite, limits);
    return suite;
}
