/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Steps: kept in order, brought together by stage, and missing only with notice.
 */
#include "evaluate/record.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static void record(struct cp_recorder *recorder, uint8_t stage, uint32_t policy)
{
    recorder->stage = stage;
    cp_record(recorder, (struct cp_step){.type = CP_STEP_MATCH, .policy = policy, .certain = true});
}

START_TEST(steps_are_sorted_by_stage_keeping_their_order)
{
    static const struct {
        uint8_t stage;
        uint32_t policy;
    } expected[] = {{9, 0}, {1, 2}, {1, 4}, {2, 1}, {2, 3}};
    struct cp_recorder recorder;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_recorder_init(&recorder, &arena);
    record(&recorder, 9, 0); /* before the part that is sorted */
    record(&recorder, 2, 1);
    record(&recorder, 1, 2);
    record(&recorder, 2, 3);
    record(&recorder, 1, 4);
    cp_record_sort(&recorder, 1);
    ck_assert_uint_eq(recorder.steps.count, COUNT_OF(expected));
    for (uint32_t i = 0; i < COUNT_OF(expected); i++) {
        ck_assert_uint_eq(recorder.steps.items[i].stage, expected[i].stage);
        ck_assert_uint_eq(recorder.steps.items[i].policy, expected[i].policy);
    }
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(doubt_falls_on_the_steps_from_a_position_on)
{
    struct cp_recorder recorder;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_recorder_init(&recorder, &arena);
    record(&recorder, 0, 0);
    record(&recorder, 0, 1);
    cp_record_doubt(&recorder, 1);
    ck_assert(recorder.steps.items[0].certain);
    ck_assert(!recorder.steps.items[1].certain);
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(without_a_recorder_nothing_happens)
{
    cp_record(NULL, (struct cp_step){.type = CP_STEP_MATCH});
    cp_record_doubt(NULL, 0);
    cp_record_sort(NULL, 0);
    ck_assert_uint_eq(cp_record_position(NULL), 0);
}
END_TEST

static int record_some(const struct calpol_allocator *allocator, void *context)
{
    struct cp_recorder recorder;
    struct cp_arena arena;
    bool failed;

    (void)context;
    cp_arena_init(&arena, allocator);
    cp_recorder_init(&recorder, &arena);
    for (uint8_t i = 0; i < 100; i++)
        record(&recorder, (uint8_t)(100 - i), i);
    cp_record_sort(&recorder, 0);
    failed = recorder.failed;
    cp_arena_finish(&arena);
    return failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

START_TEST(a_lack_of_memory_is_noticed)
{
    for_each_failure(record_some, NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/record");
    TCase *steps = tcase_create("steps");

    tcase_add_test(steps, steps_are_sorted_by_stage_keeping_their_order);
    tcase_add_test(steps, doubt_falls_on_the_steps_from_a_position_on);
    tcase_add_test(steps, without_a_recorder_nothing_happens);
    tcase_add_test(steps, a_lack_of_memory_is_noticed);
    suite_add_tcase(suite, steps);
    return suite;
}
