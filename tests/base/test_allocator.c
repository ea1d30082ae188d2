/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The allocator hook.
 */
#include "base/allocator.h"

#include "support/failing_allocator.h"
#include "support/suite.h"

#include <string.h>

START_TEST(without_a_hook_memory_comes_from_malloc)
{
    struct calpol_allocator heap = cp_allocator_or_default(NULL);
    char *block = cp_allocate(&heap, 10);

    ck_assert_ptr_nonnull(block);
    memcpy(block, "123456789", 10);
    block = cp_resize(&heap, block, 10, 10000);
    ck_assert_ptr_nonnull(block);
    ck_assert_str_eq(block, "123456789");
    cp_release(&heap, block, 10000);
}
END_TEST

START_TEST(a_hook_is_told_every_size)
{
    struct failing_allocator counting;
    struct calpol_allocator hook;
    void *block;

    failing_allocator_init(&counting, FAIL_NEVER);
    hook = cp_allocator_or_default(&counting.allocator);
    block = cp_allocate(&hook, 10);
    ck_assert_uint_eq(counting.live_bytes, 10);
    block = cp_resize(&hook, block, 10, 25);
    ck_assert_uint_eq(counting.live_bytes, 25);
    ck_assert_uint_eq(counting.live_count, 1);
    cp_release(&hook, block, 25);
    ck_assert_uint_eq(counting.live_bytes, 0);
    ck_assert_uint_eq(counting.live_count, 0);
}
END_TEST

START_TEST(a_limit_counts_what_is_in_use)
{
    struct failing_allocator counting;
    struct cp_memory_limit limit = {.left = 100};
    struct calpol_allocator hook = cp_limited_allocator(&limit);
    void *block, *other;

    failing_allocator_init(&counting, FAIL_NEVER);
    limit.inner = counting.allocator;
    block = cp_allocate(&hook, 60);
    ck_assert_ptr_nonnull(block);
    ck_assert(!limit.exceeded);
    ck_assert_ptr_null(cp_allocate(&hook, 41));
    ck_assert(limit.exceeded);
    other = cp_allocate(&hook, 40);
    ck_assert_ptr_nonnull(other);
    ck_assert_ptr_null(cp_resize(&hook, block, 60, 61));
    cp_release(&hook, other, 40);
    block = cp_resize(&hook, block, 60, 100);
    ck_assert_ptr_nonnull(block);
    block = cp_resize(&hook, block, 100, 10);
    ck_assert_uint_eq(limit.left, 90);
    /* The blocks are the inner hook's. */
    cp_release(&counting.allocator, block, 10);
    ck_assert_uint_eq(counting.live_bytes, 0);
}
END_TEST

START_TEST(what_the_inner_hook_refuses_exceeds_no_limit)
{
    struct failing_allocator failing;
    struct cp_memory_limit limit = {.left = 100};
    struct calpol_allocator hook = cp_limited_allocator(&limit);

    failing_allocator_init(&failing, 0);
    limit.inner = failing.allocator;
    ck_assert_ptr_null(cp_allocate(&hook, 10));
    ck_assert(!limit.exceeded);
    ck_assert_uint_eq(limit.left, 100);
}
END_TEST

START_TEST(null_is_not_released)
{
    struct failing_allocator counting;

    failing_allocator_init(&counting, FAIL_NEVER);
    cp_release(&counting.allocator, NULL, 10);
    ck_assert_uint_eq(counting.live_bytes, 0);
    ck_assert_uint_eq(counting.live_count, 0);
}
END_TEST

START_TEST(a_failed_resize_leaves_the_block)
{
    struct failing_allocator failing;
    char *block;

    failing_allocator_init(&failing, 1);
    block = cp_allocate(&failing.allocator, 4);
    memcpy(block, "abc", 4);
    ck_assert_ptr_null(cp_resize(&failing.allocator, block, 4, 8));
    ck_assert_str_eq(block, "abc");
    cp_release(&failing.allocator, block, 4);
    ck_assert_uint_eq(failing.live_count, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/allocator");
    TCase *hook = tcase_create("hook");

    tcase_add_test(hook, without_a_hook_memory_comes_from_malloc);
    tcase_add_test(hook, a_hook_is_told_every_size);
    tcase_add_test(hook, a_limit_counts_what_is_in_use);
    tcase_add_test(hook, what_the_inner_hook_refuses_exceeds_no_limit);
    tcase_add_test(hook, null_is_not_released);
    tcase_add_test(hook, a_failed_resize_leaves_the_block);
    suite_add_tcase(suite, hook);
    return suite;
}
