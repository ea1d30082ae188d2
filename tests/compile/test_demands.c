/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How common labels are taken to be, and so what selectors are filed under.
 */
#include "compile/demands.h"

#include "support/expect.h"
#include "support/suite.h"

#define SET_COUNT 49152u

/* Label sets of one label, whose value is that of every count-th other. */
static void add_sets(struct cp_compiler *compiler, uint32_t count)
{
    struct cp_label *labels = CP_NEW_ARRAY(compiler->work, struct cp_label, SET_COUNT);

    ck_assert(labels && cp_array_reserve(compiler->work, &compiler->label_sets, SET_COUNT));
    for (uint32_t i = 0; i < SET_COUNT; i++) {
        labels[i] = (struct cp_label){.key = 7, .value = i % count};
        compiler->label_sets.items[i] = (struct cp_label_set){.labels = {&labels[i], 1}};
    }
    compiler->label_sets.count = SET_COUNT;
}

static uint32_t count_of(const struct cp_label_counts *counts, uint32_t value)
{
    const uint32_t label[2] = {7, value};
    uint32_t number = cp_tuples_find(&counts->labels, label, 2);

    return number == CP_INDEX_END ? 0 : counts->counts.items[number];
}

/* A selector filed under a label that is thought to be rare is tried on all that have it. */
START_TEST(labels_that_come_in_turn_are_counted_alike)
{
    for (uint32_t count = 2; count <= 6; count++) {
        struct cp_arena work;
        struct cp_compiler compiler = {.work = &work};
        struct cp_label_counts counts;
        uint32_t all;

        cp_arena_init(&work, NULL);
        add_sets(&compiler, count);
        ck_assert_int_eq(cp_count_labels(&compiler, &counts), CALPOL_OK);
        all = count_of(&counts, CP_INTERN_NONE);
        ck_assert_uint_ge(all, SET_COUNT / 4);
        for (uint32_t value = 0; value < count; value++) {
            ck_assert_uint_ge(count_of(&counts, value), all / count / 2);
            ck_assert_uint_le(count_of(&counts, value), all / count * 2);
        }
        cp_arena_finish(&work);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/demands");
    TCase *commonness = tcase_create("commonness");

    tcase_add_test(commonness, labels_that_come_in_turn_are_counted_alike);
    suite_add_tcase(suite, commonness);
    return suite;
}
