/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growable arrays.
 */
#include "base/array.h"

#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

START_TEST(items_stay_while_it_grows)
{
    CP_ARRAY(uint32_t) numbers = {0};

    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t *item = cp_array_push(&arena, &numbers);

        ck_assert_ptr_nonnull(item);
        *item = i * i;
    }
    ck_assert_uint_eq(numbers.count, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        ck_assert_uint_eq(numbers.items[i], i * i);
}
END_TEST

START_TEST(reserved_room_is_not_moved)
{
    CP_ARRAY(uint32_t) numbers = {0};
    const uint32_t *before;

    ck_assert(cp_array_reserve(&arena, &numbers, 50));
    ck_assert_uint_eq(numbers.count, 0);
    before = numbers.items;
    for (int i = 0; i < 50; i++)
        *cp_array_push(&arena, &numbers) = 1;
    ck_assert_ptr_eq(numbers.items, before);
}
END_TEST

START_TEST(more_than_four_billion_items_are_refused)
{
    struct failing_allocator counting;
    struct cp_arena small;
    void *memory = NULL;
    uint32_t capacity = UINT32_MAX - 1;

    failing_allocator_init(&counting, 0);
    cp_arena_init(&small, &counting.allocator);
    ck_assert(!cp_array_reserve_bytes(&small, &memory, UINT32_MAX - 1, &capacity, 2, 1));
    ck_assert_uint_eq(counting.allocation_count, 0);
    ck_assert_uint_eq(capacity, UINT32_MAX - 1);
    ck_assert_ptr_null(memory);
}
END_TEST

START_TEST(a_failed_push_leaves_the_array)
{
    CP_ARRAY(uint32_t) numbers = {0};
    struct failing_allocator failing;
    struct cp_arena small;
    uint32_t *item;

    failing_allocator_init(&failing, 3);
    cp_arena_init(&small, &failing.allocator);
    while ((item = cp_array_push(&small, &numbers)))
        *item = numbers.count - 1;
    ck_assert_uint_gt(numbers.count, 8);
    ck_assert_uint_eq(numbers.count, numbers.capacity);
    for (uint32_t i = 0; i < numbers.count; i++)
        ck_assert_uint_eq(numbers.items[i], i);
    cp_arena_finish(&small);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/array");
    TCase *growth = tcase_create("growth");

    tcase_add_checked_fixture(growth, set_up, tear_down);
    tcase_add_test(growth, items_stay_while_it_grows);
    tcase_add_test(growth, reserved_room_is_not_moved);
    tcase_add_test(growth, more_than_four_billion_items_are_refused);
    tcase_add_test(growth, a_failed_push_leaves_the_array);
    suite_add_tcase(suite, growth);
    return suite;
}
