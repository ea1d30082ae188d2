/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bytes of a source are.
 */
#include "support/expect.h"
#include "support/suite.h"
#include "yaml/encoding.h"

/* Characters that libyaml takes and refuses, at the ends of their ranges. */
static const char *const allowed[] = {
    "\t",
    "\n",
    "\r",
    " ",
    "~",
    "\xc2\x85",
    "\xc2\xa0",
    "\xdf\xbf",
    "\xe0\xa0\x80",
    "\xed\x9f\xbf",
    "\xee\x80\x80",
    "\xef\xbb\xbf",
    "\xef\xbf\xbd",
    "\xf0\x90\x80\x80",
    "\xf4\x8f\xbf\xbf",
    "\xe2\x80\xa8",
};
static const char *const refused[] = {
    "\x01",
    "\x08",
    "\x0b",
    "\x0c",
    "\x0e",
    "\x1f",
    "\x7f",
    "\xc2\x80",
    "\xc2\x84",
    "\xc2\x86",
    "\xc2\x9f",
    "\xef\xbf\xbe",
    "\xef\xbf\xbf",
    "\x80",
    "\xbf",
    "\xc0\x80",
    "\xc1\xbf",
    "\xc3",
    "\xe0\x80\x80",
    "\xe0\x9f\xbf",
    "\xed\xa0\x80",
    "\xed\xbf\xbf",
    "\xe4\xb8",
    "\xf0\x8f\xbf\xbf",
    "\xf4\x90\x80\x80",
    "\xf5\x80\x80\x80",
    "\xff",
    "\xf0\x9f\x98",
};

/* Looks at a piece behind gap letters and before as many; returns the offset of a fault. */
static size_t check_piece(const char *piece, size_t gap, size_t *out_length)
{
    char text[64];
    size_t length = strlen(piece);
    struct cp_encoding_fault fault;

    memset(text, 'x', sizeof(text));
    memcpy(text + gap, piece, length);
    *out_length = 2 * gap + length;
    cp_encoding_check(cp_text_make(text, *out_length), &fault);
    ck_assert_int_eq(fault.problem != NULL, fault.code != CP_CODE_NONE);
    ck_assert_int_eq(fault.problem != NULL, fault.offset < *out_length);
    return fault.offset;
}

START_TEST(characters_that_yaml_allows_pass_at_any_offset)
{
    for (size_t gap = 0; gap < 20; gap++) {
        size_t length;

        ck_assert_uint_eq(check_piece(allowed[_i], gap, &length), length);
    }
}
END_TEST

START_TEST(what_yaml_does_not_allow_is_found_at_any_offset)
{
    for (size_t gap = 0; gap < 20; gap++) {
        size_t length;

        ck_assert_uint_eq(check_piece(refused[_i], gap, &length), gap);
    }
}
END_TEST

START_TEST(a_nul_is_found)
{
    struct cp_encoding_fault fault;

    cp_encoding_check(CP_TEXT("aaaaaaaaaaaa\0aaaaaaaaaaa"), &fault);
    ck_assert_uint_eq(fault.offset, 12);
    ck_assert_uint_eq(fault.code, CP_CODE_YAML_SYNTAX);
}
END_TEST

static void add_tags(char *text, size_t count)
{
    text[0] = '\0';
    while (count--)
        strcat(text, "%TAG !a! b\n");
}

START_TEST(a_hundred_tag_directives_are_allowed_in_a_document)
{
    char text[5000], hundred[2500];
    struct cp_encoding_fault fault;

    add_tags(hundred, 100);
    add_tags(text, 101);
    cp_encoding_check(cp_text_from(hundred), &fault);
    ck_assert_uint_eq(fault.code, CP_CODE_NONE);
    cp_encoding_check(cp_text_from(text), &fault);
    ck_assert_uint_eq(fault.code, CP_CODE_YAML_LIMIT);
    strcpy(text, hundred);
    strcat(text, "--- x\n...\n");
    strcat(text, hundred);
    cp_encoding_check(cp_text_from(text), &fault);
    ck_assert_uint_eq(fault.code, CP_CODE_NONE);
}
END_TEST

static const struct {
    const char *text;
    size_t length;
    const char *expected;
} decoded[] = {
    {"abc", 3, "abc"},
    {"", 0, ""},
    {"\xef\xbb\xbf"
     "abc",
     6, "abc"},
    {"\xef\xbb\xbf\xef\xbb\xbf", 6, "\xef\xbb\xbf"},
    {"\xff\xfe"
     "a\0b\0",
     6, "ab"},
    {"\xfe\xff"
     "\0a\0b",
     6, "ab"},
    {"\xff\xfe", 2, ""},
    {"\xff\xfe\xe9\0\x2d\x4e", 6, "\xc3\xa9\xe4\xb8\xad"},
    {"\xff\xfe\x3d\xd8\x00\xde", 6, "\xf0\x9f\x98\x80"},
    {"\xfe\xff\xd8\x3d\xde\x00", 6, "\xf0\x9f\x98\x80"},
    /* What is no UTF-16 becomes no UTF-8. */
    {"\xff\xfe\x3d\xd8", 4, "\xff"},
    {"\xff\xfe\x00\xde\x61\x00", 6,
     "\xff"
     "a"},
    {"\xff\xfe\x3d\xd8\x61\x00", 6,
     "\xff"
     "a"},
    {"\xff\xfe"
     "a\0b",
     5, "a\xff"},
};

START_TEST(byte_order_marks_are_understood)
{
    struct cp_arena arena;
    struct cp_text text;

    cp_arena_init(&arena, NULL);
    ck_assert_int_eq(
        cp_encoding_decode(&arena, cp_text_make(decoded[_i].text, decoded[_i].length), &text),
        CALPOL_OK);
    expect_text(text, decoded[_i].expected);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("encoding");
    TCase *check = tcase_create("check");
    TCase *decode = tcase_create("decode");

    tcase_add_loop_test(check, characters_that_yaml_allows_pass_at_any_offset, 0,
                        COUNT_OF(allowed));
    tcase_add_loop_test(check, what_yaml_does_not_allow_is_found_at_any_offset, 0,
                        COUNT_OF(refused));
    tcase_add_test(check, a_nul_is_found);
    tcase_add_test(check, a_hundred_tag_directives_are_allowed_in_a_document);
    tcase_add_loop_test(decode, byte_order_marks_are_understood, 0, COUNT_OF(decoded));
    suite_add_tcase(suite, check);
    suite_add_tcase(suite, decode);
    return suite;
}
