/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bump allocation.
 */
#include "base/arena.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

#if defined(__SANITIZE_ADDRESS__) || defined(CP_HARSH)
#define WATCHED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WATCHED true
#endif
#endif
#ifndef WATCHED
#define WATCHED false
#endif

static struct failing_allocator counting;
static struct cp_arena arena;

static void set_up(void)
{
    failing_allocator_init(&counting, FAIL_NEVER);
    cp_arena_init(&arena, &counting.allocator);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
    ck_assert_uint_eq(counting.live_count, 0);
    ck_assert_uint_eq(counting.live_bytes, 0);
}

START_TEST(an_unused_arena_allocates_nothing)
{
    ck_assert_uint_eq(counting.allocation_count, 0);
}
END_TEST

START_TEST(allocations_are_aligned_and_apart)
{
    unsigned char *last = NULL;
    size_t last_size = 0;

    for (size_t size = 0; size < 300; size++) {
        unsigned char *bytes = cp_arena_allocate(&arena, size);

        ck_assert_ptr_nonnull(bytes);
        ck_assert_uint_eq((uintptr_t)bytes % _Alignof(max_align_t), 0);
        ck_assert(!last || bytes >= last + last_size || bytes + size <= last);
        ck_assert(!last_size || bytes != last);
        memset(bytes, 0xa5, size);
        last = bytes;
        last_size = size;
    }
}
END_TEST

/* Under a sanitizer each allocation is a block of its own, so that overruns are seen. */
START_TEST(small_things_share_blocks)
{
    const size_t count = 100000;

    for (size_t i = 0; i < count; i++)
        ck_assert_ptr_nonnull(cp_arena_allocate(&arena, 8));
    if (WATCHED)
        ck_assert_uint_eq(counting.live_count, count);
    else
        ck_assert_uint_lt(counting.live_count, 20);
    ck_assert_uint_eq(arena.total, counting.live_bytes);
}
END_TEST

START_TEST(a_large_thing_has_room)
{
    const size_t size = (size_t)10 << 20;
    unsigned char *bytes = cp_arena_allocate(&arena, size);

    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 1, size);
    ck_assert_ptr_nonnull(cp_arena_allocate(&arena, 1));
}
END_TEST

START_TEST(zeroed_memory_is_zero)
{
    memset(cp_arena_allocate(&arena, 64), 0xff, 64);
    for (int i = 0; i < 100; i++) {
        uint64_t *words = CP_NEW_ARRAY(&arena, uint64_t, 16);

        for (int j = 0; j < 16; j++)
            ck_assert_uint_eq(words[j], 0);
        memset(words, 0xff, 16 * sizeof(*words));
    }
    cp_arena_finish(&arena);
    ck_assert_uint_eq(*CP_NEW(&arena, uint64_t), 0);
}
END_TEST

/* Smaller than a large page, and several of them that begin anywhere. */
START_TEST(zeroed_memory_on_large_pages_is_zero)
{
    static const size_t sizes[] = {0, 1, 4096, (size_t)1 << 21, ((size_t)5 << 20) + 3};

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *dirty = cp_arena_allocate(&arena, sizes[i]), *bytes;
        unsigned sum = 0;

        memset(dirty, 0xff, sizes[i]);
        cp_arena_rewind(&arena);
        bytes = cp_arena_zeroed_large(&arena, sizes[i], 1);
        ck_assert_ptr_nonnull(bytes);
        for (size_t b = 0; b < sizes[i]; b++)
            sum |= bytes[b];
        ck_assert_uint_eq(sum, 0);
    }
    ck_assert_ptr_null(cp_arena_zeroed_large(&arena, SIZE_MAX / 8 + 1, 8));
}
END_TEST

START_TEST(sizes_that_overflow_are_no_memory)
{
    ck_assert_ptr_null(cp_arena_allocate(&arena, SIZE_MAX));
    ck_assert_ptr_null(cp_arena_allocate(&arena, SIZE_MAX - 8));
    ck_assert_ptr_null(cp_arena_zeroed(&arena, SIZE_MAX / 8 + 1, 8));
    ck_assert_ptr_null(cp_arena_text(&arena, "", SIZE_MAX));
    ck_assert_uint_eq(counting.allocation_count, 0);
}
END_TEST

START_TEST(copies_are_copies)
{
    const char original[] = {'a', '\0', 'b'};
    char *text = cp_arena_text(&arena, original, sizeof(original));
    char *bytes = cp_arena_copy(&arena, original, sizeof(original));

    ck_assert_mem_eq(text, original, sizeof(original));
    ck_assert_int_eq(text[3], '\0');
    ck_assert_mem_eq(bytes, original, sizeof(original));
    ck_assert_str_eq(cp_arena_text(&arena, NULL, 0), "");
    ck_assert_ptr_nonnull(cp_arena_copy(&arena, NULL, 0));
}
END_TEST

START_TEST(a_finished_arena_may_be_used_again)
{
    (void)cp_arena_allocate(&arena, 100);
    cp_arena_finish(&arena);
    ck_assert_uint_eq(counting.live_bytes, 0);
    ck_assert_uint_eq(arena.total, 0);
    ck_assert_ptr_nonnull(cp_arena_allocate(&arena, 100));
    ck_assert_uint_gt(counting.live_bytes, 0);
}
END_TEST

static int fill(const struct calpol_allocator *allocator, void *context)
{
    struct cp_arena filled;
    int status = CALPOL_OK;

    (void)context;
    cp_arena_init(&filled, allocator);
    for (size_t size = 1; size < 100000 && status == CALPOL_OK; size *= 3) {
        if (!cp_arena_allocate(&filled, size) || !cp_arena_text(&filled, "text", 4))
            status = CALPOL_ERROR_NO_MEMORY;
    }
    cp_arena_finish(&filled);
    return status;
}

START_TEST(no_memory_is_noticed_and_nothing_leaks)
{
    ck_assert_uint_gt(for_each_failure(fill, NULL), 1);
}
END_TEST

START_TEST(an_arena_takes_over_what_another_has)
{
    struct failing_allocator counted;
    struct cp_arena taker, other;

    failing_allocator_init(&counted, FAIL_NEVER);
    cp_arena_init(&taker, &counted.allocator);
    cp_arena_init(&other, &counted.allocator);
    for (int i = 0; i < 3; i++) {
        char *mine = i ? cp_arena_text(&taker, "mine", 4) : NULL;
        char *theirs = cp_arena_text(&other, "theirs", 6), *more;

        ck_assert_ptr_nonnull(cp_arena_allocate(&other, 10000));
        cp_arena_adopt(&taker, &other);
        cp_arena_adopt(&taker, &other);
        ck_assert_uint_eq(other.total, 0);
        ck_assert_uint_eq(taker.total, counted.live_bytes);
        more = cp_arena_text(&taker, "more", 4);
        ck_assert_str_eq(theirs, "theirs");
        ck_assert_str_eq(more, "more");
        if (mine)
            ck_assert_str_eq(mine, "mine");
    }
    cp_arena_finish(&other);
    cp_arena_finish(&taker);
    ck_assert_uint_eq(counted.live_bytes, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/arena");
    TCase *allocation = tcase_create("allocation");
    TCase *failure = tcase_create("failure");

    tcase_add_checked_fixture(allocation, set_up, tear_down);
    tcase_add_test(allocation, an_unused_arena_allocates_nothing);
    tcase_add_test(allocation, allocations_are_aligned_and_apart);
    tcase_add_test(allocation, small_things_share_blocks);
    tcase_add_test(allocation, a_large_thing_has_room);
    tcase_add_test(allocation, an_arena_takes_over_what_another_has);
    tcase_add_test(allocation, zeroed_memory_is_zero);
    tcase_add_test(allocation, zeroed_memory_on_large_pages_is_zero);
    tcase_add_test(allocation, sizes_that_overflow_are_no_memory);
    tcase_add_test(allocation, copies_are_copies);
    tcase_add_test(allocation, a_finished_arena_may_be_used_again);
    suite_add_tcase(suite, allocation);
    tcase_add_test(failure, no_memory_is_noticed_and_nothing_leaks);
    suite_add_tcase(suite, failure);
    return suite;
}
