/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running libyaml: what its errors advise, and texts made to take long.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"
#include "yaml/stream.h"

#include <stdlib.h>

/* Mistakes that people make with policies, and a word that the advice must have. */
static const struct {
    const char *text;
    const char *advice;
} mistakes[] = {
    {"nets: [::/0]", "put text such as ::/0 in quotes"},
    {"selector: @x", "put text that begins with a special character in quotes"},
    {"a:\n\tb: c\n", "indent with blanks, not tabs"},
    {"selector: a: b", "put text with a colon in it in quotes"},
    {"selector: *", "put text that begins with * or & in quotes"},
    {"selector: !has(x) && y", "put text that begins with * or & in quotes"},
    {"{selector: !has(x)}", "put text that begins with ! in quotes"},
    {"{selector: foo in {'a','b'}}", "put text with special characters in it in quotes"},
    {"selector: 'a' == 'b'", "look at the indentation"},
    {"a:\n  - b\n c\n", "look at the indentation"},
    {"ingress: [\n", "perhaps a bracket or quote is not closed"},
    {"a: 'b\n", "perhaps a bracket or quote is not closed"},
    {"%YAML 3.0\n--- a\n", "expected %YAML 1.1 or 1.2"},
    {"selector: *all", "if it is text, put it in quotes"},
};

START_TEST(errors_advise)
{
    struct parsed parsed;
    struct cp_text message;

    parse_documents(&parsed, cp_text_from(mistakes[_i].text));
    ck_assert_uint_eq(parsed.diagnostics.items.count, 1);
    ck_assert_uint_eq(parsed.diagnostics.items.items[0].code, CP_CODE_YAML_SYNTAX);
    message = cp_text_from(parsed.diagnostics.items.items[0].message);
    ck_assert_msg(cp_text_find(message, cp_text_from(mistakes[_i].advice)) != SIZE_MAX, "%s: %s",
                  mistakes[_i].text, message.data);
    ck_assert(cp_text_find_byte(message, '\n') == SIZE_MAX);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(an_error_names_the_line_where_its_context_begins)
{
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("a\n--- # x\nb: 1\n- c\n"));
    ck_assert_str_eq(expect_diagnostic(&parsed, CP_CODE_YAML_SYNTAX, 4, 1)->message,
                     "did not find expected key while parsing a block mapping that begins in line "
                     "3; look at the indentation");
    finish_parsed(&parsed);
}
END_TEST

/* 256 KiB of each: what takes time or memory of more than the size would not get through here. */
#define HOSTILE_BYTES ((size_t)1 << 18)

static const struct {
    const char *before, *piece, *after;
} hostile[] = {
    {"", "[", ""},
    {"", "{", ""},
    {"", "[\n", ""},
    {"", "[\"a\",", ""},
    {"", "{\"a\":", ""},
    {"", "{a: ", ""},
    {"", "- ", ""},
    {"", "? ", ""},
    {"",
     "--- [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
     "[[[[[[[[[[[[[[[[[[[[[[[[[\n",
     ""},
    {"", "--- &a [*a]\n", ""},
    {"", "---\n", ""},
    {"", "%TAG !a! b\n", "---\na"},
    {"", "- &a x\n", ""},
    {"- &a x\n", "- *a\n", ""},
    {"- &a [x, x, x, x, x, x, x, x]\n- &b [*a, *a, *a]\n", "- &a [*b, *a]\n- &b [*a]\n", ""},
    {"- &a {b: c, d: e}\n", "- {<<: [*a, *a, *a]}\n", ""},
    {"", "a: b\n", ""},
    {"{", "\"a\":1,", "\"b\":2}"},
    {"[", "{\"a\":1,\"a\":2},", "1]"},
    {"[", "!a x,", "y]"},
    {"[", "1,", "]"},
    {"", "{}", ""},
    {"", "1", ""},
    {"0.", "0", "1"},
    {"1e", "0", "1"},
    {"", "'", ""},
    {"\"", "\\x41", "\""},
    {"[\"", "\\ud83d\\ude00", "\"]"},
    {"|\n", " \n", ""},
    {">\n", " a\n", ""},
    {"", "\xe2\x80\xa8", ""},
    {"", "\xff", ""},
    {"", "on: a\n", ""},
};

START_TEST(hostile_texts_are_judged)
{
    size_t piece = strlen(hostile[_i].piece), length = strlen(hostile[_i].before);
    char *text = malloc(HOSTILE_BYTES + 64);
    struct parsed parsed;

    ck_assert_ptr_nonnull(text);
    memcpy(text, hostile[_i].before, length);
    for (; length + piece <= HOSTILE_BYTES; length += piece)
        memcpy(text + length, hostile[_i].piece, piece);
    memcpy(text + length, hostile[_i].after, strlen(hostile[_i].after));
    length += strlen(hostile[_i].after);
    parse_documents(&parsed, cp_text_make(text, length));
    for (uint32_t i = 0; i < parsed.documents.items.count; i++)
        ck_assert_uint_eq(parsed.documents.items.items[i].number, i);
    finish_parsed(&parsed);
    free(text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("stream");
    TCase *advice = tcase_create("advice");
    TCase *time = tcase_create("time");

    tcase_set_timeout(time, 20);
    tcase_add_loop_test(advice, errors_advise, 0, COUNT_OF(mistakes));
    tcase_add_test(advice, an_error_names_the_line_where_its_context_begins);
    tcase_add_loop_test(time, hostile_texts_are_judged, 0, COUNT_OF(hostile));
    suite_add_tcase(suite, advice);
    suite_add_tcase(suite, time);
    return suite;
}
