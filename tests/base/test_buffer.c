/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text being built.
 */
#include "base/buffer.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;
static struct cp_buffer buffer;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

START_TEST(a_new_buffer_holds_the_empty_text)
{
    ck_assert_ptr_nonnull(cp_buffer_text(&buffer).data);
    expect_text(cp_buffer_text(&buffer), "");
    ck_assert_str_eq(cp_buffer_string(&buffer), "");
}
END_TEST

START_TEST(what_is_added_stays_in_order_at_any_length)
{
    for (int i = 0; i < 10000; i++) {
        cp_buffer_add_byte(&buffer, (char)('a' + i % 26));
        cp_buffer_add_string(&buffer, i % 2 ? "" : "-");
        cp_buffer_add(&buffer, cp_text_make(NULL, 0));
    }
    ck_assert_uint_eq(cp_buffer_text(&buffer).length, 15000);
    ck_assert_uint_eq(strlen(cp_buffer_string(&buffer)), 15000);
    expect_text(cp_text_first(cp_buffer_text(&buffer), 9), "a-bc-de-f");
    ck_assert_str_eq(cp_buffer_string(&buffer) + 14997, "o-p");
}
END_TEST

START_TEST(a_string_ends_at_every_length)
{
    for (size_t length = 0; length < 300; length++) {
        const char *string = cp_buffer_string(&buffer);

        ck_assert_uint_eq(strlen(string), length);
        cp_buffer_add_spaces(&buffer, 1);
    }
}
END_TEST

START_TEST(numbers_are_decimal)
{
    cp_buffer_add_unsigned(&buffer, 0);
    cp_buffer_add_byte(&buffer, ' ');
    cp_buffer_add_unsigned(&buffer, UINT64_MAX);
    cp_buffer_add_byte(&buffer, ' ');
    cp_buffer_add_signed(&buffer, INT64_MIN);
    cp_buffer_add_byte(&buffer, ' ');
    cp_buffer_add_signed(&buffer, INT64_MAX);
    cp_buffer_add_byte(&buffer, ' ');
    cp_buffer_add_double(&buffer, -1.5);
    cp_buffer_add_byte(&buffer, ' ');
    cp_buffer_add_double(&buffer, 1000000);
    expect_text(cp_buffer_text(&buffer), "0 18446744073709551615 -9223372036854775808 "
                                         "9223372036854775807 -1.5 1000000");
}
END_TEST

START_TEST(every_directive_prints_its_type)
{
    cp_buffer_format(&buffer, "%s|%t|%q|%u|%d|%U|%f|%%|", "string", CP_TEXT("text"),
                     CP_TEXT("quoted"), UINT32_MAX, INT32_MIN, UINT64_MAX, 0.25);
    expect_text(cp_buffer_text(&buffer), "string|text|\"quoted\"|4294967295|-2147483648|"
                                         "18446744073709551615|0.25|%|");
}
END_TEST

START_TEST(a_quoted_text_shows_control_characters)
{
    cp_buffer_format(&buffer, "%q", cp_text_make("a\nb\0\x7f\xc3\xa9", 7));
    expect_text(cp_buffer_text(&buffer), "\"a\\x0ab\\x00\\x7f\xc3\xa9\"");
}
END_TEST

START_TEST(a_quoted_text_has_80_bytes_at_most)
{
    char text[100];

    memset(text, 'a', sizeof(text));
    cp_buffer_format(&buffer, "%q", cp_text_make(text, 80));
    ck_assert_uint_eq(cp_buffer_text(&buffer).length, 82);
    cp_buffer_init(&buffer, &arena);
    cp_buffer_format(&buffer, "%q", cp_text_make(text, 81));
    ck_assert_uint_eq(cp_buffer_text(&buffer).length, 82);
    ck_assert(cp_text_ends_with(cp_buffer_text(&buffer), CP_TEXT("aaa...\"")));
    /* A character of three bytes across the cut at 77. */
    memcpy(text + 75, "\xe2\x82\xac", 3);
    cp_buffer_init(&buffer, &arena);
    cp_buffer_format(&buffer, "%q", cp_text_make(text, 100));
    ck_assert_uint_eq(cp_buffer_text(&buffer).length, 80);
    ck_assert(cp_text_ends_with(cp_buffer_text(&buffer), CP_TEXT("aaa...\"")));
}
END_TEST

static const struct {
    struct cp_text text;
    const char *json;
} json_texts[] = {
    {{"", 0}, "\"\""},
    {{"plain", 5}, "\"plain\""},
    {{"\"\\/", 3}, "\"\\\"\\\\/\""},
    {{"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
    {{"\0\x01\x1f\x7f", 4}, "\"\\u0000\\u0001\\u001f\\u007f\""},
    {{"\xc3\xa9\xf0\x9f\x98\x80", 6}, "\"\xc3\xa9\xf0\x9f\x98\x80\""},
    {{"a\xff"
      "b\xe2\x82",
      5},
     "\"a\\ufffdb\\ufffd\\ufffd\""},
};

START_TEST(json_strings_are_escaped)
{
    cp_buffer_add_json(&buffer, json_texts[_i].text);
    expect_text(cp_buffer_text(&buffer), json_texts[_i].json);
}
END_TEST

static int build(const struct calpol_allocator *allocator, void *context)
{
    struct cp_arena small;
    struct cp_buffer built;
    bool complete;

    (void)context;
    cp_arena_init(&small, allocator);
    cp_buffer_init(&built, &small);
    for (int i = 0; i < 2000; i++)
        cp_buffer_format(&built, "%d", i);
    complete = cp_buffer_text(&built).data && cp_buffer_string(&built);
    ck_assert(complete || (!cp_buffer_text(&built).data && !cp_buffer_string(&built)));
    cp_arena_finish(&small);
    return complete ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

START_TEST(a_failure_sticks)
{
    ck_assert_uint_gt(for_each_failure(build, NULL), 1);
}
END_TEST

START_TEST(a_length_that_overflows_is_a_failure)
{
    cp_buffer_add_byte(&buffer, 'a');
    cp_buffer_add(&buffer, cp_text_make("b", SIZE_MAX - 1));
    ck_assert_ptr_null(cp_buffer_text(&buffer).data);
    cp_buffer_add_byte(&buffer, 'c');
    ck_assert_ptr_null(cp_buffer_string(&buffer));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/buffer");
    TCase *text = tcase_create("text");
    TCase *format = tcase_create("format");
    TCase *failure = tcase_create("failure");

    tcase_add_checked_fixture(text, set_up, tear_down);
    tcase_add_test(text, a_new_buffer_holds_the_empty_text);
    tcase_add_test(text, what_is_added_stays_in_order_at_any_length);
    tcase_add_test(text, a_string_ends_at_every_length);
    suite_add_tcase(suite, text);
    tcase_add_checked_fixture(format, set_up, tear_down);
    tcase_add_test(format, numbers_are_decimal);
    tcase_add_test(format, every_directive_prints_its_type);
    tcase_add_test(format, a_quoted_text_shows_control_characters);
    tcase_add_test(format, a_quoted_text_has_80_bytes_at_most);
    tcase_add_loop_test(format, json_strings_are_escaped, 0, (int)COUNT_OF(json_texts));
    suite_add_tcase(suite, format);
    tcase_add_checked_fixture(failure, set_up, tear_down);
    tcase_add_test(failure, a_failure_sticks);
    tcase_add_test(failure, a_length_that_overflows_is_a_failure);
    suite_add_tcase(suite, failure);
    return suite;
}
