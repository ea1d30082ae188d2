/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Maps of texts, below and above the length from which they have an index.
 */
#include "resource/metadata.h"
#include "support/expect.h"
#include "support/suite.h"

static struct cp_text number_text(struct cp_arena *arena, uint32_t number)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, arena);
    cp_buffer_format(&buffer, "k%u", number);
    return cp_buffer_text(&buffer);
}

static void fill(struct cp_arena *arena, struct cp_pairs *pairs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct cp_text text = number_text(arena, i);

        ck_assert(cp_pairs_set(pairs, arena, text, text));
    }
}

static const uint32_t lengths[] = {1, 16, 17, 18, 1000};

START_TEST(what_is_set_is_found_and_replaced_in_place)
{
    struct cp_pairs pairs = {0};
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    fill(&arena, &pairs, lengths[_i]);
    ck_assert(cp_pairs_set(&pairs, &arena, CP_TEXT("k0"), CP_TEXT("new")));
    ck_assert_uint_eq(pairs.items.count, lengths[_i]);
    expect_text(pairs.items.items[0].value, "new");
    for (uint32_t i = 1; i < lengths[_i]; i++)
        ck_assert_ptr_eq(cp_pairs_find(&pairs, number_text(&arena, i)),
                         &pairs.items.items[i].value);
    ck_assert_ptr_null(cp_pairs_find(&pairs, CP_TEXT("k")));
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(what_is_removed_is_gone_and_the_rest_keeps_its_order)
{
    struct cp_pairs pairs = {0};
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    fill(&arena, &pairs, lengths[_i]);
    ck_assert(cp_pairs_remove(&pairs, &arena, CP_TEXT("k0")));
    ck_assert(cp_pairs_remove(&pairs, &arena, CP_TEXT("none")));
    ck_assert_uint_eq(pairs.items.count, lengths[_i] - 1);
    ck_assert_ptr_null(cp_pairs_find(&pairs, CP_TEXT("k0")));
    for (uint32_t i = 1; i < lengths[_i]; i++)
        ck_assert_ptr_eq(cp_pairs_find(&pairs, number_text(&arena, i)),
                         &pairs.items.items[i - 1].value);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/pairs");
    TCase *pairs = tcase_create("pairs");

    tcase_add_loop_test(pairs, what_is_set_is_found_and_replaced_in_place, 0,
                        (int)COUNT_OF(lengths));
    tcase_add_loop_test(pairs, what_is_removed_is_gone_and_the_rest_keeps_its_order, 0,
                        (int)COUNT_OF(lengths));
    suite_add_tcase(suite, pairs);
    return suite;
}
