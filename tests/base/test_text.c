/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Slices of text.
 */
#include "base/text.h"

#include "support/expect.h"
#include "support/suite.h"

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

/* In ascending order. */
static const struct cp_text ordered[] = {
    {NULL, 0}, {"\0", 1}, {"A", 1}, {"a", 1},    {"a\0", 2},
    {"aa", 2}, {"ab", 2}, {"b", 1}, {"\xff", 1},
};

START_TEST(texts_are_ordered_by_unsigned_bytes_and_length)
{
    for (int i = 0; i < (int)COUNT_OF(ordered); i++) {
        for (int j = 0; j < (int)COUNT_OF(ordered); j++) {
            ck_assert_int_eq(sign(cp_text_compare(ordered[i], ordered[j])), sign(i - j));
            ck_assert_int_eq(cp_text_equal(ordered[i], ordered[j]), i == j);
        }
    }
}
END_TEST

START_TEST(folding_concerns_ascii_letters_only)
{
    for (int byte = 0; byte < 256; byte++) {
        char lower = byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : (char)byte;
        char bytes[] = {(char)byte, lower};

        ck_assert_int_eq(cp_lower((char)byte), lower);
        ck_assert(cp_text_equal_folded(cp_text_make(bytes, 1), cp_text_make(bytes + 1, 1)));
        ck_assert_int_eq(cp_is_digit((char)byte), byte >= '0' && byte <= '9');
    }
    ck_assert(!cp_text_equal_folded(CP_TEXT("["), CP_TEXT("{")));
    ck_assert(!cp_text_equal_folded(CP_TEXT("\xc4"), CP_TEXT("\xe4")));
    ck_assert(!cp_text_equal_folded(CP_TEXT("ab"), CP_TEXT("a")));
}
END_TEST

START_TEST(the_empty_text_starts_and_ends_every_text)
{
    struct cp_text none = {NULL, 0};

    ck_assert(cp_text_starts_with(CP_TEXT("ab"), none) && cp_text_starts_with(none, none));
    ck_assert(cp_text_ends_with(CP_TEXT("ab"), none) && cp_text_ends_with(none, none));
    ck_assert(cp_text_starts_with(CP_TEXT("abc"), CP_TEXT("ab")));
    ck_assert(cp_text_ends_with(CP_TEXT("abc"), CP_TEXT("bc")));
    ck_assert(!cp_text_starts_with(CP_TEXT("ab"), CP_TEXT("abc")));
    ck_assert(!cp_text_ends_with(CP_TEXT("bc"), CP_TEXT("abc")));
    ck_assert(!cp_text_ends_with(CP_TEXT("abc"), CP_TEXT("ab")));
}
END_TEST

START_TEST(parts_stay_within_the_text)
{
    expect_text(cp_text_from_byte(CP_TEXT("abc"), 1), "bc");
    expect_text(cp_text_from_byte(CP_TEXT("abc"), 3), "");
    expect_text(cp_text_from_byte(CP_TEXT("abc"), 4), "");
    expect_text(cp_text_from_byte(CP_TEXT("abc"), SIZE_MAX), "");
    expect_text(cp_text_from_byte(cp_text_from(NULL), 1), "");
    expect_text(cp_text_first(CP_TEXT("abc"), 2), "ab");
    expect_text(cp_text_first(CP_TEXT("abc"), SIZE_MAX), "abc");
}
END_TEST

static const struct {
    struct cp_text text, needle;
    size_t found;
} searches[] = {
    {{"", 0}, {"", 0}, 0},
    {{"abc", 3}, {"", 0}, 0},
    {{"", 0}, {"a", 1}, SIZE_MAX},
    {{"abc", 3}, {"abc", 3}, 0},
    {{"abc", 3}, {"abcd", 4}, SIZE_MAX},
    {{"abc", 3}, {"c", 1}, 2},
    {{"abc", 2}, {"c", 1}, SIZE_MAX},
    {{"aaab", 4}, {"aab", 3}, 1},
    {{"aaaa", 4}, {"aab", 3}, SIZE_MAX},
    {{"ababac", 6}, {"abac", 4}, 2},
    {{"a\0b", 3}, {"\0b", 2}, 1},
    {{"ab", 2}, {"bc", 2}, SIZE_MAX},
};

START_TEST(a_search_finds_the_first_place)
{
    size_t found = cp_text_find(searches[_i].text, searches[_i].needle);

    ck_assert_uint_eq(found, searches[_i].found);
    if (searches[_i].needle.length == 1)
        ck_assert_uint_eq(cp_text_find_byte(searches[_i].text, searches[_i].needle.data[0]), found);
}
END_TEST

START_TEST(nothing_is_found_in_no_text)
{
    ck_assert_uint_eq(cp_text_find_byte(cp_text_from(NULL), 'a'), SIZE_MAX);
    ck_assert_uint_eq(cp_text_find(cp_text_from(NULL), CP_TEXT("a")), SIZE_MAX);
}
END_TEST

static const struct {
    const char *a, *b;
    unsigned distance;
} distances[] = {
    {"", "", 0},
    {"", "abc", 3},
    {"allow", "allow", 0},
    {"allow", "alow", 1},    /* deletion */
    {"allow", "allowed", 2}, /* insertions */
    {"allow", "alloy", 1},   /* replacement */
    {"allow", "lalow", 1},   /* swap of neighbours */
    {"noNets", "notNets", 1},
    {"kitten", "sitting", 3},
    {"abcdef", "badcfe", 3}, /* three swaps */
    {"ca", "abc", 3},        /* a swapped pair is not edited again */
};

START_TEST(distance_counts_edits)
{
    struct cp_text a = cp_text_from(distances[_i].a), b = cp_text_from(distances[_i].b);

    ck_assert_uint_eq(cp_text_distance(a, b, 10), distances[_i].distance);
    ck_assert_uint_eq(cp_text_distance(b, a, 10), distances[_i].distance);
    if (distances[_i].distance > 1)
        ck_assert_uint_eq(cp_text_distance(a, b, 0), 1);
}
END_TEST

START_TEST(long_texts_are_far_apart)
{
    char longest[65];
    struct cp_text text = {longest, sizeof(longest)};

    memset(longest, 'a', sizeof(longest));
    ck_assert_uint_eq(cp_text_distance(text, text, 3), 4);
    text.length--;
    ck_assert_uint_eq(cp_text_distance(text, text, 3), 0);
    ck_assert_uint_eq(cp_text_distance(text, cp_text_first(text, 62), 3), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/text");
    TCase *comparison = tcase_create("comparison");
    TCase *search = tcase_create("search");
    TCase *distance = tcase_create("distance");

    tcase_add_test(comparison, texts_are_ordered_by_unsigned_bytes_and_length);
    tcase_add_test(comparison, folding_concerns_ascii_letters_only);
    tcase_add_test(comparison, the_empty_text_starts_and_ends_every_text);
    tcase_add_test(comparison, parts_stay_within_the_text);
    suite_add_tcase(suite, comparison);
    tcase_add_loop_test(search, a_search_finds_the_first_place, 0, (int)COUNT_OF(searches));
    tcase_add_test(search, nothing_is_found_in_no_text);
    suite_add_tcase(suite, search);
    tcase_add_loop_test(distance, distance_counts_edits, 0, (int)COUNT_OF(distances));
    tcase_add_test(distance, long_texts_are_far_apart);
    suite_add_tcase(suite, distance);
    return suite;
}
