/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of JSON alone, and that it agrees with libyaml where both can read a text.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"
#include "yaml/json.h"
#include "yaml/stream.h"

#include <stdlib.h>

typedef int reader_function(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *error);

/* Reads a text with one of the readers; parsed is to be finished whatever comes of it. */
static struct cp_yaml_error read_with(reader_function *reader,
                                      struct cp_text text,
                                      struct parsed *parsed)
{
    struct cp_yaml_error error;
    struct cp_tree tree;

    *parsed = (struct parsed){.source = {.text = text}};
    cp_arena_init(&parsed->arena, NULL);
    cp_diagnostics_init(&parsed->diagnostics, NULL, 0, false);
    cp_tree_init(&tree, &parsed->arena, &usual_limits, &parsed->documents);
    ck_assert_int_eq(reader(&tree, text, &error), CALPOL_OK);
    cp_tree_finish(&tree);
    return error;
}

struct good {
    const char *text;
    size_t length;
    const char *expected;
};

#define READS(text, expected)                                                                      \
    {                                                                                              \
        "" text, sizeof(text) - 1, expected                                                        \
    }

static const struct good values[] = {
    READS("{}", "{}"),
    READS("[]", "[]"),
    READS(" [ ] ", "[]"),
    READS("[[],{},[[]]]", "[[], {}, [[]]]"),
    READS("[true,false,null]", "[true, false, null]"),
    READS("{\"a\":1,\"b\":{\"c\":[2,{\"d\":3}]}}",
          "{\"a\": int(1), \"b\": {\"c\": [int(2), {\"d\": int(3)}]}}"),
    READS("{\"a\":1,\"a\":2}", "{\"a\": int(1), \"a\" !repeated: int(2)}"),
    READS("{\"\":\"\"}", "{\"\": \"\"}"),
    READS("\r\n\t[\r\n\t1\t,\r2 ]\n", "[int(1), int(2)]"),
    /* JSON's types, not YAML's. */
    READS("[\"yes\",\"1\",\"null\",\"~\",\"<<\",\"\"]",
          "[\"yes\", \"1\", \"null\", \"~\", \"<<\", \"\"]"),
    READS("{\"on\":1,\"1\":2,\"<<\":{\"a\":3}}",
          "{\"on\": int(1), \"1\": int(2), \"<<\": {\"a\": int(3)}}"),
    READS("[0,-0,1,-1,10,1234567890123456789]",
          "[int(0), int(-0), int(1), int(-1), int(10), int(1234567890123456789)]"),
    READS("[18446744073709551615,-9223372036854775808]",
          "[int(18446744073709551615), int(-9223372036854775808)]"),
    READS("[18446744073709551616,-9223372036854775809]",
          "[float(18446744073709551616), float(-9223372036854775809)]"),
    READS("[0.5,1e3,1E+3,1e-3,-0.0,1.5e10,1e400]",
          "[float(0.5), float(1e3), float(1E+3), float(1e-3), float(-0.0), float(1.5e10), "
          "float(1e400)]"),
    READS("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"),
    READS("[\"a\\u0041\\u00e9\\u4E2d\\u0000z\"]", "[\"aA\xc3\xa9\xe4\xb8\xad\\u0000z\"]"),
    READS("[\"\\ud83d\\ude00\",\"\\uD800\\uDC00\",\"\\udbff\\udfff\"]",
          "[\"\xf0\x9f\x98\x80\", \"\xf0\x90\x80\x80\", \"\xf4\x8f\xbf\xbf\"]"),
    READS("[\"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\x7f\"]",
          "[\"\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80\\u007f\"]"),
    READS("[\"0123456\\\"0123456789abcdef\\\\0123456789abcdef\"]",
          "[\"0123456\\\"0123456789abcdef\\\\0123456789abcdef\"]"),
    /* Several values. */
    READS("{}[] {}\n[1]", "{} --- [] --- {} --- [int(1)]"),
    READS("[] null \"a\" 1 true", "[] --- \"a\" --- int(1) --- true"),
};

START_TEST(values_read_as_they_should)
{
    struct parsed parsed;
    struct cp_buffer actual;
    struct cp_yaml_error error =
        read_with(cp_json_read, cp_text_make(values[_i].text, values[_i].length), &parsed);

    ck_assert_msg(error.code == CP_CODE_NONE, "%s: %.*s", values[_i].text,
                  (int)error.message.length, error.message.data);
    cp_buffer_init(&actual, &parsed.arena);
    write_documents(&actual, &parsed);
    expect_text(cp_buffer_text(&actual), values[_i].expected);
    finish_parsed(&parsed);
}
END_TEST

static const struct {
    const char *text;
    uint32_t column; /* of the error, in the first line */
    const char *message;
} errors[] = {
    {"[", 2, "expected a value"},
    {"[1", 3, "expected a comma or ]"},
    {"[1,", 4, "expected a value"},
    {"[1,]", 4, "expected a value"},
    {"[,1]", 2, "expected a value"},
    {"[1 2]", 4, "expected a comma or ]"},
    {"[1}", 3, "expected a comma or ]"},
    {"{", 2, "expected a key in double quotes"},
    {"{a:1}", 2, "expected a key in double quotes"},
    {"{1:1}", 2, "expected a key in double quotes"},
    {"{\"a\"}", 5, "expected a colon after the key"},
    {"{\"a\":}", 6, "expected a value"},
    {"{\"a\":1", 7, "expected a comma or }"},
    {"{\"a\":1,}", 8, "expected a key in double quotes"},
    {"{\"a\":1]", 7, "expected a comma or }"},
    {"]", 1, "expected a value"},
    {"[]]", 3, "expected a value"},
    {"[tru]", 2, "expected a value"},
    {"[truex]", 6, "expected a comma or ]"},
    {"[True]", 2, "expected a value"},
    {"[nul", 2, "expected a value"},
    {"[yes]", 2, "expected a value"},
    {"['a']", 2, "expected a value"},
    {"[01]", 2, "not a number as JSON has it"},
    {"[-]", 2, "not a number as JSON has it"},
    {"[-01]", 2, "not a number as JSON has it"},
    {"[1.]", 2, "not a number as JSON has it"},
    {"[.5]", 2, "expected a value"},
    {"[+1]", 2, "expected a value"},
    {"[1e]", 2, "not a number as JSON has it"},
    {"[1e+]", 2, "not a number as JSON has it"},
    {"[1.e5]", 2, "not a number as JSON has it"},
    {"[1", 3, "expected a comma or ]"},
    {"[0x10]", 3, "expected a comma or ]"},
    {"[1_0]", 3, "expected a comma or ]"},
    {"[NaN]", 2, "expected a value"},
    {"[\"a", 4, "the string is not closed"},
    {"[\"a\\", 4, "the string is not closed"},
    {"[\"a\\\"", 6, "the string is not closed"},
    {"[\"a\\x\"]", 4, "no such escape in JSON"},
    {"[\"\\u12\"]", 3, "no such escape in JSON"},
    {"[\"\\u12g4\"]", 3, "no such escape in JSON"},
    {"[\"\\U0041\"]", 3, "no such escape in JSON"},
    {"[\"\\\xc3\xa9\"]", 3, "no such escape in JSON"},
    {"[\"a\\ud83d\"]", 4, "half of a surrogate pair without the other half"},
    {"[\"\\ude00\"]", 3, "half of a surrogate pair without the other half"},
    {"[\"\\ud83dx\"]", 3, "half of a surrogate pair without the other half"},
    {"[\"\\ud83d\\u0041\"]", 3, "half of a surrogate pair without the other half"},
    {"[\"\\ud83d\\ud83d\\ude00\"]", 3, "half of a surrogate pair without the other half"},
    {"[\"a\nb\"]", 4, "a control character in a string, expected an escape"},
    {"[\"\t\"]", 3, "a control character in a string, expected an escape"},
    {"[\"12345678\x01\"]", 11, "a control character in a string, expected an escape"},
    {"[\"\xc3\xa9\xff\"]", 4, "a byte that is not UTF-8"},
    {"[\"\xed\xa0\x80\"]", 3, "a byte that is not UTF-8"},
    {"[\"\xc0\x80\"]", 3, "a byte that is not UTF-8"},
    {"[\"\xe4\xb8", 3, "a byte that is not UTF-8"},
    {"[1] // no", 5, "expected a value"},
    {"[1] # no", 5, "expected a value"},
    {"[\xc2\xa0"
     "1]",
     2, "expected a value"},
};

START_TEST(errors_are_where_they_are)
{
    struct parsed parsed;
    struct cp_yaml_error error = read_with(cp_json_read, cp_text_from(errors[_i].text), &parsed);

    ck_assert_uint_eq(error.code, CP_CODE_YAML_SYNTAX);
    ck_assert_msg(error.line == 1 && error.column == errors[_i].column, "%s: at %u:%u",
                  errors[_i].text, error.line, error.column);
    expect_text(error.message, errors[_i].message);
    finish_parsed(&parsed);
}
END_TEST

/* A reader that looks one byte too far is caught by the sanitizer. */
START_TEST(every_beginning_of_a_text_can_be_read)
{
    static const char text[] =
        "[{\"a\\u00e9\\ud83d\\ude00\xc3\xa9\":[-1.5e+3,true,null]},\r\n\"b\"]";

    for (size_t length = 1; length < sizeof(text) - 1; length++) {
        char *copy = malloc(length);
        struct parsed parsed;

        ck_assert_ptr_nonnull(copy);
        memcpy(copy, text, length);
        ck_assert_uint_eq(read_with(cp_json_read, cp_text_make(copy, length), &parsed).code,
                          CP_CODE_YAML_SYNTAX);
        finish_parsed(&parsed);
        free(copy);
    }
}
END_TEST

/* The texts that are JSON and YAML at once, without surrogates and tabs at the start of lines. */
static const char *const shared[] = {
    "{}",
    "[]",
    "{\"a\": 1, \"b\": [true, false, null, -1, 0.5, 1e3, \"x\"], \"c\": {\"d\": {}}}",
    "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u0000\", \"\xc3\xa9\xf0\x9f\x98\x80\", \"yes\", \"1\"]",
    "{\"a\": {\"a\": 1, \"a\": 2}, \"a\": \"b\", \"\": []}",
    "{\n    \"items\": [\n        {\n            \"k\": 1\n        }\n    ]\n}\n",
    "[18446744073709551615, 18446744073709551616, -9223372036854775808, -0, 1.0E-2]",
    "{\"a\":1,\"b\":[2,\"c\"],\"d\":{\"e\":\"f\"}}",
};

static void expect_same(const struct cp_node *a, const struct cp_node *b)
{
    ck_assert_uint_eq(a->type, b->type);
    ck_assert_uint_eq(a->style, b->style);
    ck_assert_uint_eq(a->flaw, b->flaw);
    ck_assert_uint_eq(a->deep_flaw, b->deep_flaw);
    ck_assert_uint_eq(a->boolean, b->boolean);
    ck_assert_uint_eq(a->verbatim, b->verbatim);
    ck_assert_uint_eq(a->line, b->line);
    ck_assert_uint_eq(a->column, b->column);
    ck_assert_uint_eq(a->length, b->length);
    if (cp_node_is_scalar(a)) {
        ck_assert_mem_eq(a->text, b->text, a->length + 1);
        return;
    }
    for (uint32_t i = 0; i < a->length; i++) {
        if (a->type == CP_NODE_SEQUENCE) {
            expect_same(&a->items[i], &b->items[i]);
        } else {
            expect_same(&a->members[i].key, &b->members[i].key);
            expect_same(&a->members[i].value, &b->members[i].value);
        }
    }
}

START_TEST(json_and_yaml_agree_on_places_and_values)
{
    struct parsed json, yaml;
    struct cp_text text = cp_text_from(shared[_i]);

    ck_assert_uint_eq(read_with(cp_json_read, text, &json).code, CP_CODE_NONE);
    ck_assert_uint_eq(read_with(cp_stream_read, text, &yaml).code, CP_CODE_NONE);
    ck_assert_uint_eq(json.documents.items.count, 1);
    ck_assert_uint_eq(yaml.documents.items.count, 1);
    expect_same(root_of(&json, 0), root_of(&yaml, 0));
    finish_parsed(&json);
    finish_parsed(&yaml);
}
END_TEST

START_TEST(nesting_beyond_the_limit_is_told_from_bad_syntax)
{
    char text[101];
    struct parsed parsed;

    memset(text, '[', sizeof(text));
    ck_assert_uint_eq(read_with(cp_json_read, cp_text_make(text, 101), &parsed).code,
                      CP_CODE_YAML_LIMIT);
    finish_parsed(&parsed);
    ck_assert_uint_eq(read_with(cp_json_read, cp_text_make(text, 100), &parsed).code,
                      CP_CODE_YAML_SYNTAX);
    finish_parsed(&parsed);
}
END_TEST

static const struct {
    const char *text;
    bool likely, meant;
} guesses[] = {
    {"", false, false},        {" \n", false, false},       {"a: b", false, false},
    {"# {", false, false},     {"- {}", false, false},      {"{}", true, false},
    {"\r\n\t {", true, false}, {"[", true, false},          {"{\"a\"", true, true},
    {"[ {\n\"", true, true},   {"[[[\"", true, true},       {"{a: \"b\"}", true, false},
    {"[::/0]", true, false},   {"[1, \"a\"]", true, false}, {"\"a\"", false, true},
};

START_TEST(json_is_recognised_by_its_beginning)
{
    struct cp_text text = cp_text_from(guesses[_i].text);

    ck_assert_int_eq(cp_json_is_likely(text), guesses[_i].likely);
    ck_assert_int_eq(cp_json_is_meant(text), guesses[_i].meant);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("json");
    TCase *readings = tcase_create("readings");
    TCase *mistakes = tcase_create("mistakes");
    TCase *agreement = tcase_create("agreement");

    tcase_add_loop_test(readings, values_read_as_they_should, 0, COUNT_OF(values));
    tcase_add_loop_test(readings, json_is_recognised_by_its_beginning, 0, COUNT_OF(guesses));
    tcase_add_loop_test(mistakes, errors_are_where_they_are, 0, COUNT_OF(errors));
    tcase_add_test(mistakes, every_beginning_of_a_text_can_be_read);
    tcase_add_test(mistakes, nesting_beyond_the_limit_is_told_from_bad_syntax);
    tcase_add_loop_test(agreement, json_and_yaml_agree_on_places_and_values, 0, COUNT_OF(shared));
    suite_add_tcase(suite, readings);
    suite_add_tcase(suite, mistakes);
    suite_add_tcase(suite, agreement);
    return suite;
}
