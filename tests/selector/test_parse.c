/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parser: shape of trees, places of errors, depth and size. The language itself is tested by
 * the vectors.
 */
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/selectors.h"
#include "support/suite.h"

#include <string.h>

#define DEEP 100000u
#define ONE_MEGABYTE ((size_t)1 << 20)

static struct selector_world world;

static void set_up(void)
{
    selector_world_init(&world, NULL);
}

static void tear_down(void)
{
    selector_world_finish(&world);
}

static void expect_error(const char *text, size_t offset, enum cp_selector_error error)
{
    const struct cp_selector *selector = NULL;
    struct cp_selector_problem problem = {CP_SELECTOR_OK, 0};

    ck_assert_int_eq(
        cp_selector_parse(cp_text_from(text), &world.arena, &world.names, &selector, &problem),
        CALPOL_ERROR_INVALID_INPUT);
    ck_assert_str_eq(cp_selector_error_name(problem.error), cp_selector_error_name(error));
    ck_assert_uint_eq(problem.offset, offset);
    ck_assert_ptr_null(selector);
}

START_TEST(a_run_of_operands_is_one_node)
{
    const struct cp_selector *selector =
        parse_selector(&world, "has(a) && has(b) && has(c) || has(d)");

    ck_assert_int_eq(selector->type, CP_SELECTOR_OR);
    ck_assert_uint_eq(selector->count, 2);
    ck_assert_int_eq(selector->children[0]->type, CP_SELECTOR_AND);
    ck_assert_uint_eq(selector->children[0]->count, 3);
    ck_assert_int_eq(selector->children[1]->type, CP_SELECTOR_HAS);
}
END_TEST

START_TEST(a_group_stays_a_node_of_its_own)
{
    const struct cp_selector *selector = parse_selector(&world, "(has(a) && has(b)) && has(c)");

    ck_assert_int_eq(selector->type, CP_SELECTOR_AND);
    ck_assert_uint_eq(selector->count, 2);
    ck_assert_int_eq(selector->children[0]->type, CP_SELECTOR_AND);
    ck_assert_uint_eq(selector->children[0]->count, 2);
}
END_TEST

START_TEST(parentheses_make_no_node)
{
    ck_assert_int_eq(parse_selector(&world, "((has(a)))")->type, CP_SELECTOR_HAS);
}
END_TEST

START_TEST(negation_binds_to_the_next_primary)
{
    const struct cp_selector *selector = parse_selector(&world, "!a == \"b\" && c == \"d\"");

    ck_assert_int_eq(selector->type, CP_SELECTOR_AND);
    ck_assert_int_eq(selector->children[0]->type, CP_SELECTOR_NOT);
    ck_assert_int_eq(selector->children[0]->children[0]->type, CP_SELECTOR_EQUAL);
    ck_assert_int_eq(selector->children[1]->type, CP_SELECTOR_EQUAL);
}
END_TEST

START_TEST(a_run_of_negations_collapses_up_to_a_parenthesis)
{
    expect_text(print_selector(&world, parse_selector(&world, "!!has(a)")), "has(a)");
    expect_text(print_selector(&world, parse_selector(&world, "! ! !has(a)")), "!has(a)");
    expect_text(print_selector(&world, parse_selector(&world, "!!(!has(a))")), "!has(a)");
    expect_text(print_selector(&world, parse_selector(&world, "!(!has(a))")), "!!has(a)");
}
END_TEST

START_TEST(values_of_a_set_are_sorted_and_unique)
{
    const struct cp_selector *selector =
        parse_selector(&world, "a in {'b', \"9\", 'B', 'b', '10', '', 'b ', \"\xc3\xa9\",}");

    expect_text(print_selector(&world, selector),
                "a in {\"\", \"10\", \"9\", \"B\", \"b\", \"b \", \"\xc3\xa9\"}");
}
END_TEST

START_TEST(nothing_parses_to_the_blank_tree)
{
    ck_assert_ptr_eq(parse_selector(&world, ""), &cp_selector_blank);
    ck_assert_ptr_eq(parse_selector(&world, " \t "), &cp_selector_blank);
    ck_assert_ptr_ne(parse_selector(&world, "all()"), &cp_selector_blank);
    expect_text(print_selector(&world, &cp_selector_blank), "all()");
}
END_TEST

START_TEST(an_unclosed_set_is_reported_where_its_brace_is_missed)
{
    expect_error("a in {'x'", 9, CP_SELECTOR_EXPECTED_RBRACE);
    /*                     ^ the end */
    expect_error("a in {'x' 'y'}", 10, CP_SELECTOR_EXPECTED_RBRACE);
    /*                      ^ */
    expect_error("a in {'x',,}", 10, CP_SELECTOR_EXPECTED_RBRACE);
    /*                      ^ */
    expect_error("a in {,}", 6, CP_SELECTOR_EXPECTED_RBRACE);
    /*                  ^ */
}
END_TEST

START_TEST(an_unclosed_group_is_reported_where_its_parenthesis_is_missed)
{
    expect_error("(has(a) && (has(b)", 18, CP_SELECTOR_EXPECTED_RPAREN);
    /*                              ^ the end */
    expect_error("(has(a) has(b))", 8, CP_SELECTOR_EXPECTED_RPAREN);
    /*                    ^ */
    expect_error("has(a))", 6, CP_SELECTOR_TRAILING_CONTENT);
    /*                  ^ */
}
END_TEST

START_TEST(a_term_is_missed_where_it_should_begin)
{
    expect_error("()", 1, CP_SELECTOR_UNEXPECTED_TOKEN);
    /*             ^ */
    expect_error("has(a) && ", 10, CP_SELECTOR_UNEXPECTED_TOKEN);
    /*                      ^ the end */
    expect_error("!", 1, CP_SELECTOR_UNEXPECTED_TOKEN);
    /*             ^ the end */
    expect_error("a", 1, CP_SELECTOR_UNEXPECTED_EOF);
    /*             ^ the end */
    expect_error("a ==", 4, CP_SELECTOR_EXPECTED_STRING);
    /*                ^ the end */
}
END_TEST

START_TEST(a_lexical_error_anywhere_goes_first)
{
    expect_error("a && b && c = \"d\"", 12, CP_SELECTOR_EXPECTED_EQEQ);
    /*                        ^ and not && behind a */
    expect_error(") && \"x'", 5, CP_SELECTOR_UNTERMINATED_STRING);
    /*                 ^ and not ) */
}
END_TEST

START_TEST(no_text_of_the_problem_is_written_on_success)
{
    struct cp_selector_problem problem = {CP_SELECTOR_EXPECTED_SET, 77};
    const struct cp_selector *selector;

    ck_assert_int_eq(
        cp_selector_parse(CP_TEXT("has(a)"), &world.arena, &world.names, &selector, &problem),
        CALPOL_OK);
    ck_assert_uint_eq(problem.offset, 77);
}
END_TEST

START_TEST(global_alone_is_told_apart)
{
    ck_assert(cp_selector_text_is_global(CP_TEXT("global()")));
    ck_assert(cp_selector_text_is_global(CP_TEXT(" \tglobal( ) ")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("(global())")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("!global()")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("global() && all()")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("global() %")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("x == \"global(\"")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("all()")));
    ck_assert(!cp_selector_text_is_global(CP_TEXT("")));
}
END_TEST

START_TEST(every_error_has_a_name_and_a_line)
{
    for (int error = CP_SELECTOR_OK; error <= CP_SELECTOR_TRAILING_CONTENT; error++) {
        const char *name = cp_selector_error_name((enum cp_selector_error)error);

        ck_assert_ptr_nonnull(name);
        ck_assert_str_ne(cp_selector_error_text((enum cp_selector_error)error), "");
        for (int other = CP_SELECTOR_OK; other < error; other++)
            ck_assert_str_ne(name, cp_selector_error_name((enum cp_selector_error)other));
    }
}
END_TEST

/* A text made of a unit again and again, something in the middle, and another unit as often. */
static struct cp_text repeat(const char *before,
                             const char *middle,
                             const char *after,
                             size_t count)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &world.arena);
    for (size_t i = 0; i < count; i++)
        cp_buffer_add_string(&buffer, before);
    cp_buffer_add_string(&buffer, middle);
    for (size_t i = 0; i < count; i++)
        cp_buffer_add_string(&buffer, after);
    ck_assert(!buffer.failed);
    return cp_buffer_text(&buffer);
}

static const struct cp_selector *parse_text(struct cp_text text)
{
    struct cp_selector_problem problem;
    const struct cp_selector *selector;

    ck_assert_int_eq(cp_selector_parse(text, &world.arena, &world.names, &selector, &problem),
                     CALPOL_OK);
    return selector;
}

static uint32_t depth_of(const struct cp_selector *selector)
{
    uint32_t depth = 1;

    for (; !cp_selector_is_leaf(selector); depth++)
        selector = selector->children[selector->count - 1];
    return depth;
}

static const struct shape {
    const char *before, *after;
    uint32_t depth;
} shapes[] = {
    {"(", ")", 1},
    {"!(", ")", DEEP + 1},
    {"(has(x) && !(", "))", 2 * DEEP + 1},
    {"has(x) || (has(y) && (", "))", 2 * DEEP + 1},
    {"!", "", 1},
};

START_TEST(depth_has_no_limit)
{
    const struct shape *shape = &shapes[_i];
    const struct cp_selector *selector =
        parse_text(repeat(shape->before, "has(a)", shape->after, DEEP));

    ck_assert_uint_eq(depth_of(selector), shape->depth);
}
END_TEST

static const char *const units[] = {
    "(",  "!",      "a",      "{",       "'", "''",   "a == 'b' && ", "a == 'b' || ",
    " ",  "has(",   "a in {", "not in ", "&", "\"',", "all()",        "((a in {'b'} || !",
    "\t", "a not ", "ends \t"};

/* A parser that is not linear does not get through these in time. */
START_TEST(a_megabyte_of_anything_is_parsed_quickly)
{
    const char *unit = units[_i];
    struct cp_text text = repeat(unit, "", "", ONE_MEGABYTE / strlen(unit));
    struct cp_selector_problem problem;
    const struct cp_selector *selector;
    int status = cp_selector_parse(text, &world.arena, &world.names, &selector, &problem);

    ck_assert(status == CALPOL_OK || status == CALPOL_ERROR_INVALID_INPUT);
}
END_TEST

START_TEST(a_megabyte_of_values_is_a_set)
{
    struct cp_buffer buffer;
    const struct cp_selector *selector;
    uint32_t count = 0;

    cp_buffer_init(&buffer, &world.arena);
    cp_buffer_add_string(&buffer, "a in {");
    for (; buffer.length < ONE_MEGABYTE; count++)
        cp_buffer_format(&buffer, "'%u',", count * 7919u % 1000003u);
    cp_buffer_add_string(&buffer, "}");
    selector = parse_text(cp_buffer_text(&buffer));
    ck_assert_uint_eq(selector->count, count);
    for (uint32_t i = 1; i < count; i++)
        ck_assert_int_lt(cp_text_compare(cp_intern_text(&world.names, selector->values[i - 1]),
                                         cp_intern_text(&world.names, selector->values[i])),
                         0);
}
END_TEST

static int parse_with(const struct calpol_allocator *allocator, void *context)
{
    struct selector_world failing;
    struct cp_selector_problem problem;
    const struct cp_selector *selector;
    int status;

    selector_world_init(&failing, allocator);
    status = cp_selector_parse(cp_text_from(context), &failing.arena, &failing.names, &selector,
                               &problem);
    selector_world_finish(&failing);
    return status;
}

START_TEST(memory_may_run_out_anywhere)
{
    char text[] = "a == 'b' && !(c in {'d', 'e', 'f'} || !!(has(g) && h starts with 'i' && "
                  "!all())) || j not in {'k', 'l'} || !m contains 'n' || (((o ends with 'p')))";

    ck_assert_uint_gt(for_each_failure(parse_with, text), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("selector/parse");
    TCase *trees = tcase_create("trees"), *errors = tcase_create("errors");
    TCase *limits = tcase_create("limits");

    tcase_add_checked_fixture(trees, set_up, tear_down);
    tcase_add_test(trees, a_run_of_operands_is_one_node);
    tcase_add_test(trees, a_group_stays_a_node_of_its_own);
    tcase_add_test(trees, parentheses_make_no_node);
    tcase_add_test(trees, negation_binds_to_the_next_primary);
    tcase_add_test(trees, a_run_of_negations_collapses_up_to_a_parenthesis);
    tcase_add_test(trees, values_of_a_set_are_sorted_and_unique);
    tcase_add_test(trees, nothing_parses_to_the_blank_tree);
    tcase_add_test(trees, global_alone_is_told_apart);
    suite_add_tcase(suite, trees);

    tcase_add_checked_fixture(errors, set_up, tear_down);
    tcase_add_test(errors, an_unclosed_set_is_reported_where_its_brace_is_missed);
    tcase_add_test(errors, an_unclosed_group_is_reported_where_its_parenthesis_is_missed);
    tcase_add_test(errors, a_term_is_missed_where_it_should_begin);
    tcase_add_test(errors, a_lexical_error_anywhere_goes_first);
    tcase_add_test(errors, no_text_of_the_problem_is_written_on_success);
    tcase_add_test(errors, every_error_has_a_name_and_a_line);
    suite_add_tcase(suite, errors);

    tcase_add_checked_fixture(limits, set_up, tear_down);
    tcase_set_timeout(limits, 30);
    tcase_add_loop_test(limits, depth_has_no_limit, 0, COUNT_OF(shapes));
    tcase_add_loop_test(limits, a_megabyte_of_anything_is_parsed_quickly, 0, COUNT_OF(units));
    tcase_add_test(limits, a_megabyte_of_values_is_a_set);
    tcase_add_test(limits, memory_may_run_out_anywhere);
    suite_add_tcase(suite, limits);
    return suite;
}
