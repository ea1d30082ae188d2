/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Characters in text.
 */
#include "base/utf8.h"

#include "support/expect.h"
#include "support/suite.h"

START_TEST(every_code_point_is_one_character)
{
    for (uint32_t code_point = 0; code_point < 0x110000; code_point++) {
        char bytes[4];
        size_t length;

        if (code_point >= 0xd800 && code_point < 0xe000)
            continue;
        length = cp_utf8_encode(code_point, bytes);
        if (cp_utf8_length(cp_text_make(bytes, length)) != length ||
            cp_utf8_length(cp_text_make(bytes, length - 1)) != 0)
            ck_abort_msg("U+%04X", (unsigned)code_point);
    }
}
END_TEST

static const struct {
    uint32_t code_point;
    const char *bytes;
} encodings[] = {
    {0x24, "$"},
    {0x7f, "\x7f"},
    {0x80, "\xc2\x80"},
    {0xe9, "\xc3\xa9"},
    {0x7ff, "\xdf\xbf"},
    {0x800, "\xe0\xa0\x80"},
    {0x20ac, "\xe2\x82\xac"},
    {0xffff, "\xef\xbf\xbf"},
    {0x10000, "\xf0\x90\x80\x80"},
    {0x1f600, "\xf0\x9f\x98\x80"},
    {0x10ffff, "\xf4\x8f\xbf\xbf"},
};

START_TEST(code_points_have_their_bytes)
{
    char bytes[4];
    size_t length = cp_utf8_encode(encodings[_i].code_point, bytes);

    expect_text(cp_text_make(bytes, length), encodings[_i].bytes);
}
END_TEST

static const char *const malformed[] = {
    "\x80",             /* continuation without start */
    "\xc0\x80",         /* overlong NUL */
    "\xc1\xbf",         /* overlong */
    "\xe0\x9f\xbf",     /* overlong */
    "\xed\xa0\x80",     /* surrogate */
    "\xed\xbf\xbf",     /* surrogate */
    "\xf0\x8f\xbf\xbf", /* overlong */
    "\xf4\x90\x80\x80", /* beyond U+10FFFF */
    "\xf5\x80\x80\x80",
    "\xff",
    "\xc3",
    "\xc3(",
    "\xe2\x82",
    "\xe2\x28\xa1",
    "\xf0\x9f\x98",
};

START_TEST(malformed_bytes_are_no_character)
{
    ck_assert_uint_eq(cp_utf8_length(cp_text_from(malformed[_i])), 0);
}
END_TEST

START_TEST(the_empty_text_has_no_character)
{
    ck_assert_uint_eq(cp_utf8_length(cp_text_from(NULL)), 0);
    ck_assert_uint_eq(cp_utf8_count(cp_text_from(NULL)), 0);
}
END_TEST

START_TEST(stray_bytes_count_as_one_each)
{
    ck_assert_uint_eq(cp_utf8_count(CP_TEXT("a\xc3\xa9\xe2\x82\xac")), 3);
    ck_assert_uint_eq(cp_utf8_count(CP_TEXT("\xff\xff-\xe2\x82")), 5);
}
END_TEST

START_TEST(a_cut_does_not_split_a_character)
{
    const struct cp_text text = CP_TEXT("a\xe2\x82\xac"
                                        "b");
    const size_t cuts[] = {0, 1, 1, 1, 4, 5, 5};

    for (size_t limit = 0; limit < COUNT_OF(cuts); limit++)
        ck_assert_uint_eq(cp_utf8_cut(text, limit), cuts[limit]);
}
END_TEST

START_TEST(stray_bytes_are_cut_anywhere)
{
    for (size_t limit = 0; limit < 8; limit++)
        ck_assert_uint_eq(cp_utf8_cut(CP_TEXT("\x80\x80\x80\x80\x80\x80\x80\x80"), limit), limit);
    ck_assert_uint_eq(cp_utf8_cut(CP_TEXT("a\xe2\x82-"), 2), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/utf8");
    TCase *characters = tcase_create("characters");

    tcase_add_test(characters, every_code_point_is_one_character);
    tcase_add_loop_test(characters, code_points_have_their_bytes, 0, (int)COUNT_OF(encodings));
    tcase_add_loop_test(characters, malformed_bytes_are_no_character, 0, (int)COUNT_OF(malformed));
    tcase_add_test(characters, the_empty_text_has_no_character);
    tcase_add_test(characters, stray_bytes_count_as_one_each);
    tcase_add_test(characters, a_cut_does_not_split_a_character);
    tcase_add_test(characters, stray_bytes_are_cut_anywhere);
    suite_add_tcase(suite, characters);
    return suite;
}
