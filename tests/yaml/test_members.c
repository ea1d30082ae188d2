/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of mappings: repeated ones, and ones that are no text.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"

static const struct {
    const char *text, *expected;
} keys[] = {
    {"a: 1\na: 2\n", "{\"a\": int(1), \"a\" !repeated: int(2)}"},
    {"a: 1\nb: 2\na: 3\na: 4\n",
     "{\"a\": int(1), \"b\": int(2), \"a\" !repeated: int(3), \"a\" !repeated: int(4)}"},
    /* Quoting, escapes and tags do not matter, the resolved text does. */
    {"a: 1\n'a': 2\n", "{\"a\": int(1), \"a\" !repeated: int(2)}"},
    {"a: 1\n\"\\x61\": 2\n", "{\"a\": int(1), \"a\" !repeated: int(2)}"},
    {"'1': 1\n!!str 1: 2\n", "{\"1\": int(1), \"1\" !repeated: int(2)}"},
    {"{\"a\": 1, \"\\u0061\": 2}", "{\"a\": int(1), \"a\" !repeated: int(2)}"},
    {"a: 1\nA: 2\n", "{\"a\": int(1), \"A\": int(2)}"},
    {"'': 1\n\"\": 2\n", "{\"\": int(1), \"\" !repeated: int(2)}"},
    {"ab: 1\nba: 2\naab: 3\n", "{\"ab\": int(1), \"ba\": int(2), \"aab\": int(3)}"},
    {"a: {b: 1}\nc: {b: 2}\n", "{\"a\": {\"b\": int(1)}, \"c\": {\"b\": int(2)}}"},
    {"\"a\\0b\": 1\n\"a\\0c\": 2\n", "{\"a\\u0000b\": int(1), \"a\\u0000c\": int(2)}"},
    /* resources.md 2.4: a key has to be text. */
    {"on: 1\n", "{true: int(1)} !key"},
    {"1: a\n", "{int(1): \"a\"} !key"},
    {"~: a\n", "{null: \"a\"} !key"},
    {"?\n: a\n", "{null: \"a\"} !key"},
    {"1.5: a\n", "{float(1.5): \"a\"} !key"},
    {"? [a]\n: b\n", "{[\"a\"]: \"b\"} !key"},
    {"? {a: b}\n: c\n", "{{\"a\": \"b\"}: \"c\"} !key"},
    {"!!int 1: a\n", "{int(1): \"a\"} !key"},
    {"x: {on: 1}\nz: 2\n", "{\"x\": {true: int(1)} !key, \"z\": int(2)}"},
    {"on: 1\non: 2\na: 3\na: 4\n",
     "{true: int(1), true: int(2), \"a\": int(3), \"a\" !repeated: int(4)} !key"},
    {"? a\n", "{\"a\": null}"},
};

START_TEST(keys_are_judged)
{
    expect_documents(cp_text_from(keys[_i].text), keys[_i].expected);
}
END_TEST

/* A mapping of count different keys, of which number repeated is given again at the end. */
static uint32_t count_flaws(uint32_t count, uint32_t repeated)
{
    struct cp_arena arena;
    struct cp_buffer text;
    struct parsed parsed;
    const struct cp_node *root;
    uint32_t flaws = 0;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    for (uint32_t i = 0; i < count; i++)
        cp_buffer_format(&text, "k%u: v\n", i);
    cp_buffer_format(&text, "k%u: w\n", repeated);
    parse_documents(&parsed, cp_buffer_text(&text));
    root = root_of(&parsed, 0);
    ck_assert_uint_eq(root->length, count + 1);
    for (uint32_t i = 0; i < root->length; i++)
        flaws += root->members[i].key.flaw != CP_FLAW_NONE ? 1 : 0;
    ck_assert_int_eq(root->members[count].key.flaw != CP_FLAW_NONE, repeated < count);
    finish_parsed(&parsed);
    cp_arena_finish(&arena);
    return flaws;
}

START_TEST(repeated_keys_are_found_in_mappings_of_any_size)
{
    static const uint32_t counts[] = {1, 2, 8, 22, 23, 24, 25, 26, 64, 1000, 20000};

    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        ck_assert_uint_eq(count_flaws(counts[i], 0), 1);
        ck_assert_uint_eq(count_flaws(counts[i], counts[i] / 2), 1);
        ck_assert_uint_eq(count_flaws(counts[i], counts[i] - 1), 1);
        ck_assert_uint_eq(count_flaws(counts[i], counts[i]), 0);
    }
}
END_TEST

START_TEST(every_repeat_of_many_is_marked)
{
    struct cp_arena arena;
    struct cp_buffer text;
    struct parsed parsed;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    for (uint32_t i = 0; i < 1000; i++)
        cp_buffer_add_string(&text, "k: v\n");
    parse_documents(&parsed, cp_buffer_text(&text));
    for (uint32_t i = 0; i < 1000; i++)
        ck_assert_int_eq(root_of(&parsed, 0)->members[i].key.flaw,
                         i ? CP_FLAW_DUPLICATE : CP_FLAW_NONE);
    finish_parsed(&parsed);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("members");
    TCase *table = tcase_create("table");
    TCase *sizes = tcase_create("sizes");

    tcase_add_loop_test(table, keys_are_judged, 0, COUNT_OF(keys));
    tcase_add_test(sizes, repeated_keys_are_found_in_mappings_of_any_size);
    tcase_add_test(sizes, every_repeat_of_many_is_marked);
    suite_add_tcase(suite, table);
    suite_add_tcase(suite, sizes);
    return suite;
}
