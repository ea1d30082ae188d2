/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sorting.
 */
#include "base/sort.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

#define MOST_ITEMS 600

struct item {
    uint32_t key;
    uint32_t number; /* in the beginning */
};

static struct cp_arena arena;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static int compare_keys(const void *left, const void *right)
{
    const struct item *a = left, *b = right;

    return (a->key > b->key) - (a->key < b->key);
}

/* Lists with few and with many different keys; up, down, and without order. */
static void fill(struct item *items, uint32_t count, uint32_t keys, uint64_t *random)
{
    for (uint32_t i = 0; i < count; i++) {
        items[i].key = (uint32_t)(next_random(random) % keys);
        if (keys == 1000)
            items[i].key = i;
        if (keys == 1001)
            items[i].key = count - i;
        items[i].number = i;
    }
}

static void expect_sorted(const struct item *items, uint32_t count)
{
    bool seen[MOST_ITEMS] = {false};

    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_lt(items[i].number, count);
        ck_assert(!seen[items[i].number]);
        seen[items[i].number] = true;
        if (i == 0)
            continue;
        ck_assert_uint_le(items[i - 1].key, items[i].key);
        if (items[i - 1].key == items[i].key)
            ck_assert_uint_lt(items[i - 1].number, items[i].number);
    }
}

static const uint32_t key_counts[] = {1, 2, 10, 1000, 1001, 1000000};

START_TEST(items_are_sorted_and_equal_ones_keep_their_order)
{
    struct item items[MOST_ITEMS];
    uint64_t random = 1;

    for (uint32_t count = 0; count <= MOST_ITEMS; count += count < 40 ? 1 : 37) {
        fill(items, count, key_counts[_i], &random);
        ck_assert(cp_sort(items, count, sizeof(*items), compare_keys, &arena));
        expect_sorted(items, count);
    }
}
END_TEST

START_TEST(without_memory_items_are_unchanged)
{
    struct item items[3] = {{3, 0}, {2, 1}, {1, 2}}, before[3];
    struct failing_allocator failing;
    struct cp_arena small;

    memcpy(before, items, sizeof(items));
    failing_allocator_init(&failing, 0);
    cp_arena_init(&small, &failing.allocator);
    ck_assert(!cp_sort(items, 3, sizeof(*items), compare_keys, &small));
    ck_assert_mem_eq(items, before, sizeof(items));
}
END_TEST

/* Context: an array of ranks. */
static int compare_ranks(uint32_t a, uint32_t b, const void *context)
{
    const uint32_t *ranks = context;

    return (ranks[a] > ranks[b]) - (ranks[a] < ranks[b]);
}

START_TEST(numbers_are_sorted_in_place)
{
    uint32_t numbers[MOST_ITEMS];
    uint64_t random = 1;

    for (uint32_t count = 0; count <= MOST_ITEMS; count += count < 40 ? 1 : 37) {
        uint64_t sum = 0;

        for (uint32_t i = 0; i < count; i++) {
            numbers[i] = (uint32_t)(next_random(&random) % key_counts[_i]);
            sum += numbers[i];
        }
        cp_sort_numbers(numbers, count, NULL, NULL);
        for (uint32_t i = 0; i < count; i++) {
            sum -= numbers[i];
            ck_assert(i == 0 || numbers[i - 1] <= numbers[i]);
        }
        ck_assert_uint_eq(sum, 0);
    }
}
END_TEST

START_TEST(numbers_are_sorted_by_what_they_stand_for)
{
    const uint32_t ranks[] = {30, 10, 50, 20, 40}, expected[] = {1, 3, 0, 4, 2};
    uint32_t numbers[] = {0, 1, 2, 3, 4};

    cp_sort_numbers(numbers, 5, compare_ranks, ranks);
    ck_assert_mem_eq(numbers, expected, sizeof(expected));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/sort");
    TCase *items = tcase_create("items");
    TCase *numbers = tcase_create("numbers");

    tcase_add_checked_fixture(items, set_up, tear_down);
    tcase_add_loop_test(items, items_are_sorted_and_equal_ones_keep_their_order, 0,
                        (int)COUNT_OF(key_counts));
    tcase_add_test(items, without_memory_items_are_unchanged);
    suite_add_tcase(suite, items);
    tcase_add_loop_test(numbers, numbers_are_sorted_in_place, 0, (int)COUNT_OF(key_counts));
    tcase_add_test(numbers, numbers_are_sorted_by_what_they_stand_for);
    suite_add_tcase(suite, numbers);
    return suite;
}
