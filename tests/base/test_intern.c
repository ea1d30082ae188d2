/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts and their numbers.
 */
#include "base/intern.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;
static struct cp_intern names;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
    cp_intern_init(&names, &arena);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static uint32_t add(const char *string)
{
    uint32_t id;

    ck_assert(cp_intern_add(&names, cp_text_from(string), &id));
    return id;
}

START_TEST(numbers_are_given_in_order_of_arrival)
{
    ck_assert_uint_eq(add("b"), 0);
    ck_assert_uint_eq(add("a"), 1);
    ck_assert_uint_eq(add("b"), 0);
    ck_assert_uint_eq(add(""), 2);
    ck_assert_uint_eq(names.texts.count, 3);
}
END_TEST

START_TEST(only_known_texts_are_found)
{
    ck_assert_uint_eq(cp_intern_find(&names, CP_TEXT("a")), CP_INTERN_NONE);
    (void)add("a");
    (void)add("ab");
    ck_assert_uint_eq(cp_intern_find(&names, CP_TEXT("ab")), 1);
    ck_assert_uint_eq(cp_intern_find(&names, CP_TEXT("A")), CP_INTERN_NONE);
    ck_assert_uint_eq(cp_intern_find(&names, CP_TEXT("")), CP_INTERN_NONE);
}
END_TEST

START_TEST(texts_over_a_base_are_numbered_behind_it)
{
    struct cp_intern over;
    uint32_t id;

    (void)add("a");
    (void)add("b");
    cp_intern_init_over(&over, &names, &arena);
    ck_assert(cp_intern_add(&over, CP_TEXT("b"), &id) && id == 1);
    ck_assert(cp_intern_add(&over, CP_TEXT("c"), &id) && id == 2);
    ck_assert_uint_eq(cp_intern_find(&over, CP_TEXT("a")), 0);
    ck_assert_uint_eq(cp_intern_find(&over, CP_TEXT("c")), 2);
    ck_assert_uint_eq(cp_intern_find(&names, CP_TEXT("c")), CP_INTERN_NONE);
    ck_assert_uint_eq(cp_intern_count(&over), 3);
    expect_text(cp_intern_text(&over, 0), "a");
    expect_text(cp_intern_text(&over, 2), "c");
}
END_TEST

START_TEST(texts_are_copied_and_terminated)
{
    char bytes[] = "text behind";
    uint32_t id;

    ck_assert(cp_intern_add(&names, cp_text_make(bytes, 4), &id));
    memset(bytes, 'x', sizeof(bytes));
    expect_text(cp_intern_text(&names, id), "text");
    ck_assert_str_eq(cp_intern_text(&names, id).data, "text");
}
END_TEST

START_TEST(bytes_behind_a_nul_count)
{
    uint32_t first, second;

    ck_assert(cp_intern_add(&names, cp_text_make("a\0b", 3), &first));
    ck_assert(cp_intern_add(&names, cp_text_make("a\0c", 3), &second));
    ck_assert_uint_ne(first, second);
}
END_TEST

/* A text of its own for each number. */
static struct cp_text text_of(uint32_t number, char bytes[4])
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (char)(number >> 8 * i & 0xff);
    return cp_text_make(bytes, 4);
}

START_TEST(many_texts_keep_their_numbers)
{
    char bytes[4];
    uint32_t id;

    for (uint32_t i = 0; i < 20000; i++) {
        ck_assert(cp_intern_add(&names, text_of(i * 77, bytes), &id));
        ck_assert_uint_eq(id, i);
    }
    for (uint32_t i = 0; i < 20000; i++) {
        ck_assert_uint_eq(cp_intern_find(&names, text_of(i * 77, bytes)), i);
        ck_assert(cp_text_equal(cp_intern_text(&names, i), text_of(i * 77, bytes)));
    }
}
END_TEST

static int intern_some(const struct calpol_allocator *allocator, void *context)
{
    struct cp_arena small;
    struct cp_intern few;
    uint32_t id, known = 0;
    char bytes[4];

    (void)context;
    cp_arena_init(&small, allocator);
    cp_intern_init(&few, &small);
    while (known < 500 && cp_intern_add(&few, text_of(known, bytes), &id))
        known++;
    for (uint32_t i = 0; i < known; i++)
        ck_assert_uint_eq(cp_intern_find(&few, text_of(i, bytes)), i);
    ck_assert_uint_eq(cp_intern_find(&few, text_of(known, bytes)), CP_INTERN_NONE);
    cp_arena_finish(&small);
    return known == 500 ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

START_TEST(a_failed_addition_leaves_what_was_known)
{
    ck_assert_uint_gt(for_each_failure(intern_some, NULL), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/intern");
    TCase *texts = tcase_create("texts");

    tcase_add_checked_fixture(texts, set_up, tear_down);
    tcase_add_test(texts, numbers_are_given_in_order_of_arrival);
    tcase_add_test(texts, only_known_texts_are_found);
    tcase_add_test(texts, texts_over_a_base_are_numbered_behind_it);
    tcase_add_test(texts, texts_are_copied_and_terminated);
    tcase_add_test(texts, bytes_behind_a_nul_count);
    tcase_add_test(texts, many_texts_keep_their_numbers);
    tcase_add_test(texts, a_failed_addition_leaves_what_was_known);
    suite_add_tcase(suite, texts);
    return suite;
}
