/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selectors.json: the selector language. Each text is valid or not, prints canonically, holds for
 * label sets or not; each error has its kind and offset.
 */
#include "support/expect.h"
#include "support/selectors.h"
#include "support/suite.h"
#include "support/vectors.h"

#include <stdio.h>

/* What the file holds; fewer means that something was lost. */
#define SELECTOR_COUNT 1042u
#define VALID_COUNT 653u
#define CASE_COUNT 3379u

struct counts {
    unsigned selectors, valid, cases;
};

static void check_error(const struct cp_node *vector, const struct cp_selector_problem *problem)
{
    const char *id = member_text(vector, "id").data;

    ck_assert_msg(!member_boolean(vector, "valid"), "%s: %s at %zu", id,
                  cp_selector_error_name(problem->error), problem->offset);
    ck_assert_msg(cp_text_is(member_text(vector, "error"), cp_selector_error_name(problem->error)),
                  "%s: %s", id, cp_selector_error_name(problem->error));
    ck_assert_msg(member_size(vector, "error_offset") == problem->offset, "%s: offset %zu", id,
                  problem->offset);
}

static void check_case(struct selector_world *world,
                       const struct cp_selector *selector,
                       const char *id,
                       const struct cp_node *vector_case)
{
    const struct cp_node *labels = find_member(vector_case, "labels");
    bool match = member_boolean(vector_case, "match");
    struct label_set set = {.labels.count = 0};

    add_labels(world, &set, labels);
    ck_assert_msg(selector_matches(world, selector, &set.labels) == match, "%s: line %u", id,
                  vector_case->line);
    ck_assert_msg(tree_matches(world, selector, &set.labels) == match, "%s: line %u (tree)", id,
                  vector_case->line);
}

static void check_vector(const struct cp_node *vector, struct counts *counts)
{
    const char *id = member_text(vector, "id").data;
    const struct cp_node *cases = member_list(vector, "cases");
    const struct cp_selector *selector;
    struct cp_selector_problem problem;
    struct selector_world world;

    counts->selectors++;
    selector_world_init(&world, NULL);
    if (cp_selector_parse(member_text(vector, "selector"), &world.arena, &world.names, &selector,
                          &problem)) {
        check_error(vector, &problem);
    } else {
        ck_assert_msg(member_boolean(vector, "valid"), "%s: not refused", id);
        ck_assert_msg(
            cp_text_equal(print_selector(&world, selector), member_text(vector, "canonical")),
            "%s: prints %s", id, print_selector(&world, selector).data);
        counts->valid++;
        for (uint32_t i = 0; i < cases->length; i++, counts->cases++)
            check_case(&world, selector, id, &cases->items[i]);
    }
    selector_world_finish(&world);
}

START_TEST(selectors_are_read_printed_and_matched)
{
    struct counts counts = {0, 0, 0};
    struct cp_arena arena;
    const struct cp_node *vectors;

    cp_arena_init(&arena, NULL);
    vectors = read_vectors(&arena, "selectors.json");
    for (uint32_t i = 0; i < vectors->length; i++)
        check_vector(&vectors->items[i], &counts);
    cp_arena_finish(&arena);
    (void)printf("# %u selectors, %u of them valid, %u label sets\n", counts.selectors,
                 counts.valid, counts.cases);
    (void)fflush(stdout);
    ck_assert_uint_ge(counts.selectors, SELECTOR_COUNT);
    ck_assert_uint_ge(counts.valid, VALID_COUNT);
    ck_assert_uint_ge(counts.cases, CASE_COUNT);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("vectors/selectors");
    TCase *vectors = tcase_create("vectors");

    tcase_set_timeout(vectors, 30);
    tcase_add_test(vectors, selectors_are_read_printed_and_matched);
    suite_add_tcase(suite, vectors);
    return suite;
}
