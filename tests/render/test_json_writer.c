/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Commas and quotes, so that nobody else need think of them.
 */
#include "render/json_writer.h"
#include "support/expect.h"
#include "support/suite.h"

START_TEST(members_and_items_are_separated)
{
    struct cp_arena arena;
    struct cp_buffer buffer;
    struct cp_json json = {.buffer = &buffer};

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    cp_json_open(&json, NULL, '{');
    cp_json_open(&json, "empty", '[');
    cp_json_close(&json, ']');
    cp_json_open(&json, "list", '[');
    cp_json_number(&json, NULL, -1);
    cp_json_boolean(&json, NULL, true);
    cp_json_null(&json, NULL);
    cp_json_open(&json, NULL, '{');
    cp_json_string(&json, "a", "quote \" and \\");
    cp_json_text_or_null(&json, "b", CP_TEXT(""));
    cp_json_text_or_null(&json, "c", CP_TEXT("x"));
    cp_json_close(&json, '}');
    cp_json_close(&json, ']');
    cp_json_boolean(&json, "last", false);
    cp_json_close(&json, '}');
    ck_assert_str_eq(cp_buffer_string(&buffer),
                     "{\"empty\": [], \"list\": [-1, true, null, {\"a\": \"quote \\\" and "
                     "\\\\\", \"b\": null, \"c\": \"x\"}], \"last\": false}");
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("json_writer");
    TCase *tcase = tcase_create("json");

    tcase_add_test(tcase, members_and_items_are_separated);
    suite_add_tcase(suite, tcase);
    return suite;
}
