/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a text.
 */
#include "base/lines.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static const struct {
    const char *text;
    size_t length;
} breaks[] = {
    {"\n", 1},           {"\nx", 1},      {"\r", 1},           {"\rx", 1},          {"\r\n", 2},
    {"\n\r", 1},         {"\xc2\x85", 2}, {"\xe2\x80\xa8", 3}, {"\xe2\x80\xa9", 3}, {"", 0},
    {"x\n", 0},          {"\xc2", 0},     {"\xc2\x86", 0},     {"\xe2", 0},         {"\xe2\x80", 0},
    {"\xe2\x80\xaa", 0}, {"\t", 0},       {"\x0b", 0},         {"\x0c", 0},
};

START_TEST(lines_end_where_libyaml_ends_them)
{
    ck_assert_uint_eq(cp_line_break(cp_text_from(breaks[_i].text)), breaks[_i].length);
}
END_TEST

/* a, é, b; nothing; 中 and a byte that is no character; CR; end. */
static const char text[] = "a\xc3\xa9"
                           "b\n\r\n\xe4\xb8\xad\xff\rend";

static const struct {
    uint32_t line, column;
    size_t offset;
} places[] = {
    {1, 1, 0},  {1, 2, 1},  {1, 3, 3},  {1, 4, 4},  {2, 1, 5},  {3, 1, 7},
    {3, 2, 10}, {3, 3, 11}, {4, 1, 12}, {4, 3, 14}, {4, 4, 15},
};

START_TEST(a_place_is_found_and_found_again)
{
    struct cp_arena arena;
    struct cp_lines lines;
    uint32_t line, column;
    size_t offset;

    cp_arena_init(&arena, NULL);
    cp_lines_init(&lines, cp_text_from(text));
    ck_assert(cp_lines_find(&lines, &arena, places[_i].line, places[_i].column, &offset));
    ck_assert_uint_eq(offset, places[_i].offset);
    cp_line_locate(cp_text_from(text), places[_i].offset, &line, &column);
    ck_assert_uint_eq(line, places[_i].line);
    ck_assert_uint_eq(column, places[_i].column);
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(places_behind_a_line_or_the_text_are_at_its_end)
{
    struct cp_arena arena;
    struct cp_lines lines;
    size_t offset;

    cp_arena_init(&arena, NULL);
    cp_lines_init(&lines, cp_text_from(text));
    ck_assert(cp_lines_find(&lines, &arena, 1, 99, &offset));
    ck_assert_uint_eq(offset, 4);
    ck_assert(cp_lines_find(&lines, &arena, 2, 2, &offset));
    ck_assert_uint_eq(offset, 5);
    ck_assert(cp_lines_find(&lines, &arena, 9, 1, &offset));
    ck_assert_uint_eq(offset, sizeof(text) - 1);
    cp_arena_finish(&arena);
}
END_TEST

/* A text of many lines, with a long one in the middle, and where each character is. */
START_TEST(any_order_of_searches_finds_the_same)
{
    enum { LENGTH = 20000 };
    static char many[LENGTH];
    struct cp_arena arena;
    struct cp_lines lines;
    uint64_t state = 1;

    for (size_t i = 0; i < LENGTH; i++)
        many[i] = (i < 5000 || i > 15000) && i % 37 == 0 ? '\n' : 'x';
    cp_arena_init(&arena, NULL);
    cp_lines_init(&lines, cp_text_make(many, LENGTH));
    for (int i = 0; i < 2000; i++) {
        size_t wanted = (size_t)(next_random(&state) % LENGTH), found;
        uint32_t line, column;

        cp_line_locate(lines.text, wanted, &line, &column);
        ck_assert(cp_lines_find(&lines, &arena, line, column, &found));
        ck_assert_uint_eq(found, wanted);
    }
    ck_assert_uint_le(lines.marks.count, LENGTH / 512);
    cp_arena_finish(&arena);
}
END_TEST

static int find_far(const struct calpol_allocator *allocator, void *context)
{
    static char blank[8192];
    struct cp_arena arena;
    struct cp_lines lines;
    size_t offset;
    bool found;

    (void)context;
    memset(blank, ' ', sizeof(blank));
    cp_arena_init(&arena, allocator);
    cp_lines_init(&lines, cp_text_make(blank, sizeof(blank)));
    found = cp_lines_find(&lines, &arena, 1, 8000, &offset);
    cp_arena_finish(&arena);
    return found ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

START_TEST(memory_for_marks_may_run_out)
{
    ck_assert_uint_gt(for_each_failure(find_far, NULL), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("lines");
    TCase *ends = tcase_create("ends");
    TCase *search = tcase_create("search");

    tcase_add_loop_test(ends, lines_end_where_libyaml_ends_them, 0, COUNT_OF(breaks));
    tcase_add_loop_test(search, a_place_is_found_and_found_again, 0, COUNT_OF(places));
    tcase_add_test(search, places_behind_a_line_or_the_text_are_at_its_end);
    tcase_add_test(search, any_order_of_searches_finds_the_same);
    tcase_add_test(search, memory_for_marks_may_run_out);
    suite_add_tcase(suite, ends);
    suite_add_tcase(suite, search);
    return suite;
}
