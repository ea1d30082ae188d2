/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comments that switch warnings and notes off.
 */
#include "base/ignores.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static const struct {
    const char *codes, *code;
    bool named;
} lists[] = {
    {"type", "type", true},
    {"type", "typ", false},
    {"type", "types", false},
    {"", "type", false},
    {"", "", false},
    {"action,type", "type", true},
    {" action , type ", "type", true},
    {"action type", "type", false}, /* no comma: a remark */
    {"action, type because of type", "type", true},
    {"action because, type", "type", false},
    {"action: type", "type", false},
    {"action,,type", "type", false},
    {"no-dns-egress,icmpv6-left-open", "icmpv6-left-open", true},
    {"Type", "type", false},
};

START_TEST(a_list_of_codes_ends_where_no_comma_follows)
{
    ck_assert_int_eq(cp_codes_name(cp_text_from(lists[_i].codes), lists[_i].code), lists[_i].named);
}
END_TEST

/* The lines for which code "a" is ignored, as digits. */
static const struct {
    const char *text, *lines;
} comments[] = {
    {"x: 1 # calpol: ignore a\ny: 2\n", "1"},
    {"x: 1\n# calpol: ignore a\ny: 2\nz: 3\n", "23"},
    {"x: 1\n  \t# calpol: ignore a\ny: 2\nz: 3\n", "23"},
    {"# calpol: ignore a\n# calpol: ignore b\nx: 1\ny: 2\n", "123"},
    {"# calpol: ignore b\n# calpol: ignore a\nx: 1\n", "23"},
    {"# calpol: ignore a\n# something else\nx: 1\n",
     "12"}, /* between the comment and what is meant */
    {"#calpol: ignore a\nx: 1\n", "12"},
    {"# calpol:ignore a\nx: 1\n", "12"},
    {"x: 1# calpol: ignore a\ny: 2\n", ""}, /* part of the value */
    {"x: 1 # calpol: ignore b, a\n", "1"},
    {"x: 1 # calpol: ignore b # calpol: ignore a\n", "1"},
    {"x: 1 # we use calpol: ignore a\n", ""},
    {"x: 1 # calpol: ignored a\n", ""},
    {"x: 1 # calpol: ignore\n", ""},
    {"x: 1 # calpol: ignore a", "1"},
    {"# calpol: ignore a\r\nx: 1\r\ny: 2\r\n", "12"},
    {"v: 0\rw: 0 # calpol: ignore a\rx: 1\r", "2"},
    {"\xc2\x85# calpol: ignore a\xe2\x80\xa8x: 1\ny: 2\n", "23"},
    {"calpol: ignore a\n# calpol: ignore b", ""},
    {"", ""},
};

START_TEST(a_comment_counts_for_its_line_or_for_the_one_below)
{
    struct cp_ignores ignores;
    char lines[10] = "";
    size_t count = 0;

    ck_assert(cp_ignores_read(cp_text_from(comments[_i].text), &arena, &ignores));
    for (uint32_t line = 1; line < 10; line++) {
        if (cp_ignores_hold(&ignores, line, "a"))
            lines[count++] = (char)('0' + line);
    }
    ck_assert_str_eq(lines, comments[_i].lines);
}
END_TEST

static int read_comments(const struct calpol_allocator *allocator, void *context)
{
    struct cp_arena small;
    struct cp_ignores ignores;
    bool done;

    (void)context;
    cp_arena_init(&small, allocator);
    done = cp_ignores_read(CP_TEXT("# calpol: ignore a\n"), &small, &ignores);
    cp_arena_finish(&small);
    return done ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

START_TEST(no_memory_is_noticed)
{
    ck_assert_uint_ge(for_each_failure(read_comments, NULL), 1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/ignores");
    TCase *made = tcase_create("ignores");

    tcase_add_checked_fixture(made, set_up, tear_down);
    tcase_add_loop_test(made, a_list_of_codes_ends_where_no_comma_follows, 0, (int)COUNT_OF(lists));
    tcase_add_loop_test(made, a_comment_counts_for_its_line_or_for_the_one_below, 0,
                        (int)COUNT_OF(comments));
    tcase_add_test(made, no_memory_is_noticed);
    suite_add_tcase(suite, made);
    return suite;
}
