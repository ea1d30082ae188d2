/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Canonical text (selectors.md 5).
 */
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/selectors.h"
#include "support/suite.h"

#include <string.h>

#define DEEP 100000u
#define RANDOM_TREES 200

static struct selector_world world;

static void set_up(void)
{
    selector_world_init(&world, NULL);
}

static void tear_down(void)
{
    selector_world_finish(&world);
}

static const struct pair {
    const char *text;
    const char *canonical;
} pairs[] = {
    {" ", "all()"},
    {"all( )", "all()"},
    {"global(\t)", "global()"},
    {"has( a )", "has(a)"},
    {"a=='b'", "a == \"b\""},
    {"a!='b'", "a != \"b\""},
    {"a contains'b'", "a contains \"b\""},
    {"a startswith 'b'", "a starts with \"b\""},
    {"a ends \t with 'b'", "a ends with \"b\""},
    {"a in{'b','a'}", "a in {\"a\", \"b\"}"},
    {"a notin{'b'}", "a not in {\"b\"}"},
    {"a in {}", "a in {}"},
    {"a in {'\"', \"'\"}", "a in {'\"', \"'\"}"},
    {"!(a == 'b')", "!a == \"b\""},
    {"!(has(a) || has(b))", "!(has(a) || has(b))"},
    {"has(a) && (has(b) && has(c))", "(has(a) && (has(b) && has(c)))"},
    {"has(a) && has(b) || has(c)", "((has(a) && has(b)) || has(c))"},
    {"has(a) || has(a)", "(has(a) || has(a))"},
    {"!(!has(a))", "!!has(a)"},
};

START_TEST(a_text_prints_as)
{
    const struct cp_selector *selector = parse_selector(&world, pairs[_i].text);

    expect_text(print_selector(&world, selector), pairs[_i].canonical);
}
END_TEST

START_TEST(a_prefix_goes_before_every_key)
{
    const struct cp_selector *selector =
        parse_selector(&world, "all() && global() && has(a) && !b == 'c' && d in {'e', 'f'}");
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &world.arena);
    ck_assert_int_eq(
        cp_selector_print_prefixed(selector, &world.names, CP_TEXT("pcns."), &world.arena, &buffer),
        CALPOL_OK);
    ck_assert_str_eq(cp_buffer_string(&buffer),
                     "(all() && global() && has(pcns.a) && !pcns.b == \"c\" && "
                     "pcns.d in {\"e\", \"f\"})");
}
END_TEST

START_TEST(printing_appends)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &world.arena);
    cp_buffer_add_string(&buffer, "selector: ");
    ck_assert_int_eq(
        cp_selector_print(parse_selector(&world, "has(a)"), &world.names, &world.arena, &buffer),
        CALPOL_OK);
    ck_assert_str_eq(cp_buffer_string(&buffer), "selector: has(a)");
}
END_TEST

/* 5.2: only runs of "!" may become shorter, so the second text is the last. */
START_TEST(canonical_text_reads_back_with_the_same_meaning)
{
    uint64_t seed = 1 + (uint64_t)_i;
    const struct cp_selector *first = random_selector(&world, &seed, 5), *second;
    struct cp_text text = print_selector(&world, first), again;

    second = parse_selector(&world, text.data);
    again = print_selector(&world, second);
    if (cp_text_find(text, CP_TEXT("!!")) == SIZE_MAX)
        expect_text(again, text.data);
    expect_text(print_selector(&world, parse_selector(&world, again.data)), again.data);
    for (uint32_t i = 0; i < ENUMERATED_LABEL_SETS; i++) {
        struct label_set set;

        enumerate_label_set(&world, i, &set);
        ck_assert_msg(tree_matches(&world, first, &set.labels) ==
                          tree_matches(&world, second, &set.labels),
                      "%s and %s differ on label set %u", text.data, again.data, i);
    }
}
END_TEST

START_TEST(depth_has_no_limit)
{
    const struct cp_selector *selector = parse_selector(&world, "has(a)");
    struct cp_buffer buffer;

    for (uint32_t i = 0; i < DEEP; i++)
        selector = cp_selector_join(&world.arena, CP_SELECTOR_NOT, &selector, 1);
    cp_buffer_init(&buffer, &world.arena);
    ck_assert_int_eq(cp_selector_print(selector, &world.names, &world.arena, &buffer), CALPOL_OK);
    ck_assert_uint_eq(buffer.length, DEEP + strlen("has(a)"));
}
END_TEST

static int print_with(const struct calpol_allocator *allocator, void *selector)
{
    struct cp_arena arena;
    struct cp_buffer buffer;
    int status;

    cp_arena_init(&arena, allocator);
    cp_buffer_init(&buffer, &arena);
    status = cp_selector_print(selector, &world.names, &arena, &buffer);
    cp_arena_finish(&arena);
    return status;
}

START_TEST(memory_may_run_out_anywhere)
{
    uint64_t seed = 7;
    struct cp_selector selector = *random_selector(&world, &seed, 12);

    ck_assert_uint_gt(for_each_failure(print_with, &selector), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("selector/canonical");
    TCase *texts = tcase_create("texts"), *trees = tcase_create("trees");

    tcase_add_checked_fixture(texts, set_up, tear_down);
    tcase_add_loop_test(texts, a_text_prints_as, 0, COUNT_OF(pairs));
    tcase_add_test(texts, a_prefix_goes_before_every_key);
    tcase_add_test(texts, printing_appends);
    suite_add_tcase(suite, texts);

    tcase_add_checked_fixture(trees, set_up, tear_down);
    tcase_set_timeout(trees, 30);
    tcase_add_loop_test(trees, canonical_text_reads_back_with_the_same_meaning, 0, RANDOM_TREES);
    tcase_add_test(trees, depth_has_no_limit);
    tcase_add_test(trees, memory_may_run_out_anywhere);
    suite_add_tcase(suite, trees);
    return suite;
}
