/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three-valued logic: Kleene's tables, and what makes the order of parts irrelevant.
 */
#include "evaluate/tri.h"

#include "support/expect.h"
#include "support/suite.h"

/* Every answer, and maybe with different dependencies. */
static const struct cp_tri answers[] = {
    {CP_ANSWER_NO, 0},    {CP_ANSWER_YES, 0},   {CP_ANSWER_MAYBE, 0}, {CP_ANSWER_MAYBE, 1},
    {CP_ANSWER_MAYBE, 2}, {CP_ANSWER_MAYBE, 3}, {CP_ANSWER_MAYBE, 4},
};

static bool same(struct cp_tri a, struct cp_tri b)
{
    return a.answer == b.answer && a.depends == b.depends;
}

static const struct {
    enum cp_answer a, b, both, either;
} tables[] = {
    {CP_ANSWER_NO, CP_ANSWER_NO, CP_ANSWER_NO, CP_ANSWER_NO},
    {CP_ANSWER_NO, CP_ANSWER_MAYBE, CP_ANSWER_NO, CP_ANSWER_MAYBE},
    {CP_ANSWER_NO, CP_ANSWER_YES, CP_ANSWER_NO, CP_ANSWER_YES},
    {CP_ANSWER_MAYBE, CP_ANSWER_MAYBE, CP_ANSWER_MAYBE, CP_ANSWER_MAYBE},
    {CP_ANSWER_MAYBE, CP_ANSWER_YES, CP_ANSWER_MAYBE, CP_ANSWER_YES},
    {CP_ANSWER_YES, CP_ANSWER_YES, CP_ANSWER_YES, CP_ANSWER_YES},
};

START_TEST(and_and_or_follow_kleene)
{
    struct cp_tri a = {tables[_i].a, 0}, b = {tables[_i].b, 0};

    ck_assert_int_eq(cp_tri_and(a, b).answer, tables[_i].both);
    ck_assert_int_eq(cp_tri_and(b, a).answer, tables[_i].both);
    ck_assert_int_eq(cp_tri_or(a, b).answer, tables[_i].either);
    ck_assert_int_eq(cp_tri_or(b, a).answer, tables[_i].either);
}
END_TEST

START_TEST(not_swaps_yes_and_no_and_leaves_maybe)
{
    ck_assert(same(cp_tri_not(cp_tri_of(true)), cp_tri_of(false)));
    ck_assert(same(cp_tri_not(cp_tri_of(false)), cp_tri_of(true)));
    ck_assert(same(cp_tri_not(cp_tri_maybe(5)), cp_tri_maybe(5)));
}
END_TEST

START_TEST(a_maybe_collects_what_the_parts_depend_on)
{
    ck_assert(same(cp_tri_and(cp_tri_maybe(1), cp_tri_maybe(4)), cp_tri_maybe(5)));
    ck_assert(same(cp_tri_or(cp_tri_maybe(1), cp_tri_maybe(4)), cp_tri_maybe(5)));
    ck_assert(same(cp_tri_and(cp_tri_maybe(1), cp_tri_of(true)), cp_tri_maybe(1)));
    ck_assert(same(cp_tri_or(cp_tri_of(false), cp_tri_maybe(2)), cp_tri_maybe(2)));
}
END_TEST

START_TEST(a_settled_answer_depends_on_nothing)
{
    ck_assert(same(cp_tri_and(cp_tri_maybe(1), cp_tri_of(false)), cp_tri_of(false)));
    ck_assert(same(cp_tri_or(cp_tri_of(true), cp_tri_maybe(1)), cp_tri_of(true)));
}
END_TEST

START_TEST(an_unknown_fact_is_maybe_whatever_its_value)
{
    ck_assert(same(cp_tri_if_known(false, true, 2), cp_tri_maybe(2)));
    ck_assert(same(cp_tri_if_known(false, false, 2), cp_tri_maybe(2)));
    ck_assert(same(cp_tri_if_known(true, true, 2), cp_tri_of(true)));
    ck_assert(same(cp_tri_if_known(true, false, 2), cp_tri_of(false)));
}
END_TEST

START_TEST(neither_order_nor_grouping_matters)
{
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        for (size_t k = 0; k < COUNT_OF(answers); k++) {
            struct cp_tri a = answers[_i], b = answers[i], c = answers[k];

            ck_assert(same(cp_tri_and(a, b), cp_tri_and(b, a)));
            ck_assert(same(cp_tri_or(a, b), cp_tri_or(b, a)));
            ck_assert(same(cp_tri_and(cp_tri_and(a, b), c), cp_tri_and(a, cp_tri_and(b, c))));
            ck_assert(same(cp_tri_or(cp_tri_or(a, b), c), cp_tri_or(a, cp_tri_or(b, c))));
        }
    }
}
END_TEST

START_TEST(or_is_and_turned_around)
{
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        struct cp_tri a = answers[_i], b = answers[i];

        ck_assert(same(cp_tri_not(cp_tri_or(a, b)), cp_tri_and(cp_tri_not(a), cp_tri_not(b))));
        ck_assert(same(cp_tri_not(cp_tri_and(a, b)), cp_tri_or(cp_tri_not(a), cp_tri_not(b))));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/tri");
    TCase *logic = tcase_create("logic");

    tcase_add_loop_test(logic, and_and_or_follow_kleene, 0, COUNT_OF(tables));
    tcase_add_test(logic, not_swaps_yes_and_no_and_leaves_maybe);
    tcase_add_test(logic, a_maybe_collects_what_the_parts_depend_on);
    tcase_add_test(logic, a_settled_answer_depends_on_nothing);
    tcase_add_test(logic, an_unknown_fact_is_maybe_whatever_its_value);
    tcase_add_loop_test(logic, neither_order_nor_grouping_matters, 0, COUNT_OF(answers));
    tcase_add_loop_test(logic, or_is_and_turned_around, 0, COUNT_OF(answers));
    suite_add_tcase(suite, logic);
    return suite;
}
