/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EV-95, step by step.
 */
#include "net/http_path.h"

#include "support/expect.h"
#include "support/suite.h"

#include <stdlib.h>

static const struct {
    const char *path;
    const char *normal; /* NULL: there is none */
} paths[] = {
    {"/", "/"},
    {"/a", "/a"},
    {"/a/b", "/a/b"},
    {"/A", "/A"},
    /* 1: query and fragment */
    {"/a?b", "/a"},
    {"/a#b", "/a"},
    {"/a?b#c", "/a"},
    {"/a#b?c", "/a"},
    {"/?", "/"},
    {"/a?%zz", "/a"},
    {"/a?/../../x", "/a"},
    {"?/a", NULL},
    /* 2: escapes, once */
    {"/%61", "/a"},
    {"/%C3%a9", "/\xc3\xa9"},
    {"%2Fa", "/a"},
    {"/a%3Fb", "/a?b"},
    {"/a%23b", "/a#b"},
    {"/a%20b", "/a b"},
    {"/a%2fb", "/a/b"},
    {"/a%2e%2e/b", "/a../b"},
    {"/a/%2e%2e/b", "/b"},
    {"/a/%2E/b", "/a/b"},
    {"/%2561", "/%61"},
    {"/%25", "/%"},
    {"/%", NULL},
    {"/%2", NULL},
    {"/a%", NULL},
    {"/%zz", NULL},
    {"/%2g", NULL},
    {"/%g2", NULL},
    {"/% 1", NULL},
    {"/%-1", NULL},
    /* 3: escaped twice, NUL */
    {"/%252e%252e/a", NULL},
    {"/a%252Fb", NULL},
    {"/a%255cb", NULL},
    {"/a%255Cb", NULL},
    {"/%2525", "/%25"},
    {"/%25%32%65", NULL},
    {"/a%00", NULL},
    {"/%00", NULL},
    /* 4: backslashes, and what must be in front */
    {"\\a\\b", "/a/b"},
    {"/a\\..\\b", "/b"},
    {"/a%5cb", "/a/b"},
    {"", NULL},
    {"a", NULL},
    {"a/b", NULL},
    {"*", NULL},
    {"http://host/a", NULL},
    /* 5: parameters */
    {"/a;b", "/a"},
    {"/a;b=c;d/e", "/a/e"},
    {"/;a/b", "/b"},
    {"/a/..;x/b", "/b"},
    {"/a/.;x/b", "/a/b"},
    {"/a%3bb/c", "/a/c"},
    {"/a;/b;", "/a/b"},
    {"/a/;/b", "/a/b"},
    /* 6: segments that do not count */
    {"//", "/"},
    {"//a///b//", "/a/b"},
    {"/a/", "/a"},
    {"/.", "/"},
    {"/./a/./b/.", "/a/b"},
    {"/..", "/"},
    {"/../a", "/a"},
    {"/a/..", "/"},
    {"/a/../b", "/b"},
    {"/a/b/../..", "/"},
    {"/a/b/../../..", "/"},
    {"/a/b/../../../c", "/c"},
    {"/a/b/c/../d", "/a/b/d"},
    {"/...", "/..."},
    {"/a..", "/a.."},
    {"/..a", "/..a"},
    {"/.a/b.", "/.a/b."},
    {"/a//../b", "/b"},
};

START_TEST(a_path_has_the_normal_form_of_the_specification)
{
    struct cp_text path = cp_text_from(paths[_i].path), result;
    char *block = malloc(path.length ? path.length : 1);
    bool normal = cp_http_path_normalize(path, block, &result);

    ck_assert_msg(normal == (paths[_i].normal != NULL), "%s", paths[_i].path);
    if (normal) {
        expect_text(result, paths[_i].normal);
        ck_assert_ptr_eq(result.data, block);
    }
    free(block);
}
END_TEST

START_TEST(a_path_may_be_normalized_in_place)
{
    struct cp_text path = cp_text_from(paths[_i].path), result;
    char *block = malloc(path.length ? path.length : 1);
    bool normal;

    memcpy(block, path.data, path.length);
    normal = cp_http_path_normalize(cp_text_make(block, path.length), block, &result);
    ck_assert_int_eq(normal, paths[_i].normal != NULL);
    if (normal)
        expect_text(result, paths[_i].normal);
    free(block);
}
END_TEST

START_TEST(a_nul_in_a_path_is_refused)
{
    struct cp_text result;
    char block[8];

    ck_assert(!cp_http_path_normalize(cp_text_make("/a\0b", 4), block, &result));
    ck_assert(cp_http_path_normalize(cp_text_make("/a?\0b", 5), block, &result));
}
END_TEST

static const struct {
    const char *rule, *path;
    bool exact, prefix;
} matches[] = {
    {"/", "/", true, true},      {"/", "/a", false, true},     {"/a", "/a", true, true},
    {"/a", "/a/b", false, true}, {"/a", "/ab", false, false},  {"/a", "/A", false, false},
    {"/a", "/", false, false},   {"/a/b", "/a", false, false}, {"/a/b", "/a/b/c", false, true},
};

START_TEST(a_prefix_is_whole_segments)
{
    struct cp_text rule = cp_text_from(matches[_i].rule), path = cp_text_from(matches[_i].path);

    ck_assert_int_eq(cp_http_path_matches_exact(rule, path), matches[_i].exact);
    ck_assert_int_eq(cp_http_path_matches_prefix(rule, path), matches[_i].prefix);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/http_path");
    TCase *form = tcase_create("form");
    TCase *match = tcase_create("match");

    tcase_add_loop_test(form, a_path_has_the_normal_form_of_the_specification, 0,
                        (int)COUNT_OF(paths));
    tcase_add_loop_test(form, a_path_may_be_normalized_in_place, 0, (int)COUNT_OF(paths));
    tcase_add_test(form, a_nul_in_a_path_is_refused);
    suite_add_tcase(suite, form);
    tcase_add_loop_test(match, a_prefix_is_whole_segments, 0, (int)COUNT_OF(matches));
    suite_add_tcase(suite, match);
    return suite;
}
