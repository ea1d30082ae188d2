/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing of YAML and JSON.
 */
#include "resource/emit.h"
#include "support/expect.h"
#include "support/suite.h"

/* All there is, nested in each way. */
static void write_sample(struct cp_emitter *emitter)
{
    cp_emit_map(emitter, NULL);
    cp_emit_string(emitter, "name", "a");
    cp_emit_map(emitter, "empty");
    cp_emit_end(emitter);
    cp_emit_list(emitter, "none");
    cp_emit_end(emitter);
    cp_emit_list(emitter, "list");
    cp_emit_integer(emitter, NULL, -1);
    cp_emit_number(emitter, NULL, 0.5);
    cp_emit_boolean(emitter, NULL, true);
    cp_emit_map(emitter, NULL);
    cp_emit_end(emitter);
    cp_emit_map(emitter, NULL);
    cp_emit_string(emitter, "x", "1");
    cp_emit_list(emitter, "y");
    cp_emit_string(emitter, NULL, "z");
    cp_emit_end(emitter);
    cp_emit_end(emitter);
    cp_emit_list(emitter, NULL);
    cp_emit_integer(emitter, NULL, 2);
    cp_emit_end(emitter);
    cp_emit_end(emitter);
    cp_emit_map(emitter, "map");
    cp_emit_pair(emitter, CP_TEXT("a.b/c"), CP_TEXT("d"));
    cp_emit_pair(emitter, CP_TEXT("on"), CP_TEXT(""));
    cp_emit_end(emitter);
    cp_emit_end(emitter);
}

static const struct {
    enum cp_emit_form form;
    const char *expected;
} samples[] = {
    {CP_EMIT_JSON, "{\"name\":\"a\",\"empty\":{},\"none\":[],\"list\":[-1,0.5,true,{},{\"x\":\"1\","
                   "\"y\":[\"z\"]},[2]],\"map\":{\"a.b/c\":\"d\",\"on\":\"\"}}"},
    {CP_EMIT_YAML, "name: a\n"
                   "empty: {}\n"
                   "none: []\n"
                   "list:\n"
                   "- -1\n"
                   "- 0.5\n"
                   "- true\n"
                   "- {}\n"
                   "- x: \"1\"\n"
                   "  \"y\":\n"
                   "  - z\n"
                   "- - 2\n"
                   "map:\n"
                   "  a.b/c: d\n"
                   "  \"on\": \"\"\n"},
};

START_TEST(each_form_nests)
{
    struct cp_emitter emitter;
    struct cp_buffer buffer;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    cp_emitter_init(&emitter, samples[_i].form, &buffer);
    write_sample(&emitter);
    ck_assert_str_eq(cp_buffer_string(&buffer), samples[_i].expected);
    cp_arena_finish(&arena);
}
END_TEST

/* Texts that YAML would take for something else are quoted; the others need not be. */
static const struct {
    const char *text;
    const char *yaml;
} texts[] = {
    {"web-1", "web-1\n"},
    {"10.0.0.0/8", "10.0.0.0/8\n"},
    {"a.b/c_d", "a.b/c_d\n"},
    {"", "\"\"\n"},
    {"yes", "\"yes\"\n"},
    {"~", "\"~\"\n"},
    {"null", "\"null\"\n"},
    {"1e3", "\"1e3\"\n"},
    {"0x1F", "\"0x1F\"\n"},
    {"80:90", "\"80:90\"\n"},
    {"-", "\"-\"\n"},
    {"::1/128", "\"::1/128\"\n"},
    {"a == 'b'", "\"a == 'b'\"\n"},
    {"a == \"b\"", "'a == \"b\"'\n"},
    {"a == \"b'\"", "\"a == \\\"b'\\\"\"\n"},
    {"/a", "/a\n"},
    {"!all()", "\"!all()\"\n"},
    {"a\nb\"\\", "\"a\\nb\\\"\\\\\"\n"},
    {".inf", "\".inf\"\n"},
};

START_TEST(a_text_stays_a_text)
{
    struct cp_emitter emitter;
    struct cp_buffer buffer;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    cp_emitter_init(&emitter, CP_EMIT_YAML, &buffer);
    cp_emit_map(&emitter, NULL);
    cp_emit_string(&emitter, "a", texts[_i].text);
    cp_emit_end(&emitter);
    ck_assert_str_eq(cp_buffer_string(&buffer) + strlen("a: "), texts[_i].yaml);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/emit");
    TCase *forms = tcase_create("forms");

    tcase_add_loop_test(forms, each_form_nests, 0, (int)COUNT_OF(samples));
    tcase_add_loop_test(forms, a_text_stays_a_text, 0, (int)COUNT_OF(texts));
    suite_add_tcase(suite, forms);
    return suite;
}
