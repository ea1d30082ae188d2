/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs: the same answers as the trees they come from, and their form.
 */
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/selectors.h"
#include "support/suite.h"

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

static struct cp_program compile(const struct cp_selector *selector)
{
    struct cp_program program;

    ck_assert_int_eq(cp_program_make(selector, &world.arena, &world.arena, &program), CALPOL_OK);
    return program;
}

static struct cp_program compile_text(const char *text)
{
    return compile(parse_selector(&world, text));
}

/* Labels from { key, value, key, value, ..., NULL }. */
static struct cp_labels labels_of(struct label_set *set, const char *const *texts)
{
    *set = (struct label_set){.labels.count = 0};
    for (; *texts; texts += 2)
        add_label(&world, set, cp_text_from(texts[0]), cp_text_from(texts[1]));
    return set->labels;
}

START_TEST(a_program_answers_as_its_tree_does)
{
    uint64_t seed = 1000 + (uint64_t)_i;
    const struct cp_selector *selector = random_selector(&world, &seed, 6);
    struct cp_program program = compile(selector);

    for (uint32_t i = 0; i < ENUMERATED_LABEL_SETS; i++) {
        struct label_set set;

        enumerate_label_set(&world, i, &set);
        ck_assert_msg(cp_program_matches(&program, &world.names, &set.labels) ==
                          tree_matches(&world, selector, &set.labels),
                      "%s on label set %u", print_selector(&world, selector).data, i);
    }
}
END_TEST

static void check_jump(uint32_t from, uint32_t to, uint32_t count, bool *reached)
{
    if (to >= CP_TERM_NO)
        return;
    ck_assert_uint_gt(to, from);
    ck_assert_uint_lt(to, count);
    reached[to] = true;
}

START_TEST(jumps_lead_forward_and_to_every_term)
{
    uint64_t seed = 2000 + (uint64_t)_i;
    struct cp_program program = compile(random_selector(&world, &seed, 6));
    bool *reached = CP_NEW_ARRAY(&world.arena, bool, program.term_count);

    ck_assert(program.start == 0 ? program.term_count > 0 : program.start >= CP_TERM_NO);
    for (uint32_t i = 0; i < program.term_count; i++) {
        const struct cp_term *term = &program.terms[i];

        ck_assert(i == 0 || reached[i]);
        ck_assert_int_ne(term->type, CP_SELECTOR_NOT_EQUAL);
        ck_assert_int_ne(term->type, CP_SELECTOR_NOT_IN);
        ck_assert_uint_ne(term->on_yes, term->on_no);
        check_jump(i, term->on_yes, program.term_count, reached);
        check_jump(i, term->on_no, program.term_count, reached);
        for (uint32_t j = 1; j < term->value_count; j++)
            ck_assert_uint_lt(term->values[j - 1], term->values[j]);
    }
}
END_TEST

START_TEST(an_and_stops_at_the_first_no)
{
    struct cp_program program = compile_text("has(a) && !has(b) && has(c)");

    ck_assert_uint_eq(program.term_count, 3);
    ck_assert_uint_eq(program.terms[0].on_yes, 1);
    ck_assert_uint_eq(program.terms[0].on_no, CP_TERM_NO);
    ck_assert_uint_eq(program.terms[1].on_yes, CP_TERM_NO);
    ck_assert_uint_eq(program.terms[1].on_no, 2);
    ck_assert_uint_eq(program.terms[2].on_yes, CP_TERM_YES);
    ck_assert_uint_eq(program.terms[2].on_no, CP_TERM_NO);
}
END_TEST

START_TEST(an_or_stops_at_the_first_yes)
{
    struct cp_program program = compile_text("!(has(a) || (has(b) && has(c)))");

    ck_assert_uint_eq(program.term_count, 3);
    ck_assert_uint_eq(program.terms[0].on_yes, CP_TERM_NO);
    ck_assert_uint_eq(program.terms[0].on_no, 1);
    ck_assert_uint_eq(program.terms[1].on_yes, 2);
    ck_assert_uint_eq(program.terms[1].on_no, CP_TERM_YES);
    ck_assert_uint_eq(program.terms[2].on_yes, CP_TERM_NO);
    ck_assert_uint_eq(program.terms[2].on_no, CP_TERM_YES);
}
END_TEST

static void expect_constant(const char *text, uint32_t start)
{
    struct cp_program program = text ? compile_text(text) : compile(NULL);

    ck_assert_uint_eq(program.start, start);
    ck_assert_uint_eq(program.term_count, 0);
}

START_TEST(constants_need_no_term)
{
    expect_constant(NULL, CP_TERM_YES);
    expect_constant(" ", CP_TERM_YES);
    expect_constant("all()", CP_TERM_YES);
    expect_constant("global()", CP_TERM_YES);
    expect_constant("!all()", CP_TERM_NO);
    expect_constant("has(a) && !all()", CP_TERM_NO);
    expect_constant("!all() && has(a)", CP_TERM_NO);
    expect_constant("all() || has(a) || has(b)", CP_TERM_YES);
    expect_constant("has(a) || all()", CP_TERM_YES);
}
END_TEST

START_TEST(a_value_that_no_selector_names_is_compared_as_text)
{
    const char *const texts[] = {"a", "web-frontend", NULL};
    struct label_set set;
    struct cp_labels labels;
    struct cp_program programs[] = {
        compile_text("a starts with 'web'"),
        compile_text("a ends with 'end'"),
        compile_text("a contains '-front'"),
        compile_text("a contains ''"),
        compile_text("has(a)"),
        compile_text("a != 'web'"),
        compile_text("a not in {'web'}"),
    };
    struct cp_program equal = compile_text("a == 'web' || a in {'web', 'front'}");

    labels = labels_of(&set, texts);
    ck_assert_uint_eq(labels.items[0].value, CP_INTERN_NONE);
    for (size_t i = 0; i < COUNT_OF(programs); i++)
        ck_assert(cp_program_matches(&programs[i], &world.names, &labels));
    ck_assert(!cp_program_matches(&equal, &world.names, &labels));
}
END_TEST

START_TEST(a_part_longer_than_the_value_does_not_match)
{
    const char *const texts[] = {"a", "web", NULL};
    struct label_set set;
    struct cp_labels labels;
    struct cp_program program = compile_text("a starts with 'webs' || a ends with 'xweb' || "
                                             "a contains 'webweb'");

    labels = labels_of(&set, texts);
    ck_assert(!cp_program_matches(&program, &world.names, &labels));
}
END_TEST

START_TEST(labels_are_found_by_key)
{
    struct cp_label items[5];
    struct cp_labels labels = {items, 0};

    ck_assert_ptr_null(cp_labels_find(&labels, 3));
    for (labels.count = 1; labels.count <= 5; labels.count++) {
        for (uint32_t i = 0; i < labels.count; i++)
            items[i] = (struct cp_label){.key = 10 * i + 5};
        for (uint32_t key = 0; key < 10 * labels.count; key++) {
            const struct cp_label *expected = key % 10 == 5 ? &items[key / 10] : NULL;

            ck_assert_ptr_eq(cp_labels_find(&labels, key), expected);
        }
    }
}
END_TEST

START_TEST(depth_has_no_limit)
{
    const struct cp_selector *leaf = parse_selector(&world, "has(a)"), *selector = leaf;
    struct cp_labels none = {NULL, 0};
    struct cp_program program;

    for (uint32_t i = 0; i < DEEP; i++) {
        const struct cp_selector *children[] = {leaf, selector};

        selector =
            cp_selector_join(&world.arena, i % 2 ? CP_SELECTOR_AND : CP_SELECTOR_OR, children, 2);
        ck_assert_ptr_nonnull(selector);
        selector = cp_selector_join(&world.arena, CP_SELECTOR_NOT, &selector, 1);
    }
    program = compile(selector);
    ck_assert_uint_le(program.term_count, DEEP + 1);
    /* Without the label, the outermost AND is false at once, and the NOT around it makes it true.
     */
    ck_assert(cp_program_matches(&program, &world.names, &none));
}
END_TEST

START_TEST(a_large_set_is_searched)
{
    const uint32_t count = 100000;
    uint32_t *values = CP_NEW_ARRAY(&world.arena, uint32_t, count), key;
    const struct cp_selector *selector;
    struct cp_program program;

    ck_assert(cp_intern_add(&world.names, CP_TEXT("a"), &key));
    for (uint32_t i = 0; i < count; i++) {
        char text[] = {(char)(i % 251), (char)(i / 251 % 251), (char)(i / 63001), 'x'};

        ck_assert(cp_intern_add(&world.names, cp_text_make(text, sizeof(text)), &values[i]));
    }
    selector = cp_selector_set(&world.arena, &world.names, CP_SELECTOR_IN, key, values, count);
    program = compile(selector);
    ck_assert_uint_eq(program.terms[0].value_count, count);
    for (uint32_t i = 0; i < count; i++) {
        struct cp_label label = {key, values[i], cp_intern_text(&world.names, values[i])};
        struct cp_labels labels = {&label, 1};

        ck_assert(cp_program_matches(&program, &world.names, &labels));
        label.value = CP_INTERN_NONE;
        ck_assert(!cp_program_matches(&program, &world.names, &labels));
    }
}
END_TEST

static int compile_with(const struct calpol_allocator *allocator, void *selector)
{
    struct cp_arena arena, scratch;
    struct cp_program program;
    int status;

    cp_arena_init(&arena, allocator);
    cp_arena_init(&scratch, allocator);
    status = cp_program_make(selector, &arena, &scratch, &program);
    cp_arena_finish(&scratch);
    cp_arena_finish(&arena);
    return status;
}

START_TEST(memory_may_run_out_anywhere)
{
    struct cp_selector selector = *parse_selector(
        &world, "a == 'b' && !(c in {'d', 'e', 'f'} || !!(has(g) && h starts with 'i' && "
                "!all())) || j not in {'k', 'l'} || !m contains 'n' || (((o ends with 'p')))");

    ck_assert_uint_gt(for_each_failure(compile_with, &selector), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("selector/program");
    TCase *programs = tcase_create("programs"), *labels = tcase_create("labels");
    TCase *limits = tcase_create("limits");

    tcase_add_checked_fixture(programs, set_up, tear_down);
    tcase_add_loop_test(programs, a_program_answers_as_its_tree_does, 0, RANDOM_TREES);
    tcase_add_loop_test(programs, jumps_lead_forward_and_to_every_term, 0, RANDOM_TREES);
    tcase_add_test(programs, an_and_stops_at_the_first_no);
    tcase_add_test(programs, an_or_stops_at_the_first_yes);
    tcase_add_test(programs, constants_need_no_term);
    suite_add_tcase(suite, programs);

    tcase_add_checked_fixture(labels, set_up, tear_down);
    tcase_add_test(labels, a_value_that_no_selector_names_is_compared_as_text);
    tcase_add_test(labels, a_part_longer_than_the_value_does_not_match);
    tcase_add_test(labels, labels_are_found_by_key);
    suite_add_tcase(suite, labels);

    tcase_add_checked_fixture(limits, set_up, tear_down);
    tcase_set_timeout(limits, 30);
    tcase_add_test(limits, depth_has_no_limit);
    tcase_add_test(limits, a_large_set_is_searched);
    tcase_add_test(limits, memory_may_run_out_anywhere);
    suite_add_tcase(suite, limits);
    return suite;
}
