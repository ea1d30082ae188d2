/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors and label sets are matched within limits, and lists of matches are in order.
 */
#include "compile/compile.h"

#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define PODS 40u
#define POLICIES 200u

/* Pods with labels of their own, and policies for all of them. */
static void write_cluster(struct cp_buffer *text)
{
    for (uint32_t i = 0; i < PODS; i++)
        cp_buffer_format(text,
                         "---\napiVersion: v1\nkind: Pod\n"
                         "metadata: {name: p%u, namespace: shop, labels: {app: '%u'}}\n"
                         "spec: {containers: []}\nstatus: {podIPs: [{ip: 10.0.0.%u}]}\n",
                         i, i, i);
    for (uint32_t i = 0; i < POLICIES; i++)
        cp_buffer_format(text,
                         "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                         "metadata: {name: g%u}\nspec: {selector: \"has(app) || has(b%u)\"}\n",
                         i, i);
}

struct cluster {
    struct cp_arena arena; /* of the text */
    struct loaded loaded;
};

/* Compiles the cluster; what it came to, and what was said. */
static int compile(struct cluster *cluster, uint64_t max_tries, uint64_t max_matches)
{
    struct loaded *loaded = &cluster->loaded;
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .dialect = CALPOL_DIALECT_CALICO,
        .max_tries = max_tries,
        .max_matches = max_matches,
    };
    struct cp_buffer text;

    cp_options_init(&input.options);
    cp_arena_init(&cluster->arena, NULL);
    cp_buffer_init(&text, &cluster->arena);
    write_cluster(&text);
    load_resources(loaded, cp_text_from(cp_buffer_string(&text)), 0);
    expect_no_errors(loaded);
    return cp_compile(&input, loaded->ruleset);
}

static void finish(struct cluster *cluster)
{
    finish_resources(&cluster->loaded);
    cp_arena_finish(&cluster->arena);
}

START_TEST(lists_are_ascending_and_complete)
{
    struct cluster cluster;

    ck_assert_int_eq(compile(&cluster, 0, 0), CALPOL_OK);
    ck_assert_uint_eq(cluster.loaded.ruleset->label_set_count, PODS);
    for (uint32_t i = 0; i < cluster.loaded.ruleset->label_set_count; i++) {
        const struct cp_label_set *set = &cluster.loaded.ruleset->label_sets[i];

        ck_assert_uint_eq(set->policy_count, POLICIES);
        ck_assert_uint_eq(set->selector_count, POLICIES);
        for (uint32_t s = 1; s < set->selector_count; s++)
            ck_assert_uint_lt(set->selectors[s - 1], set->selectors[s]);
    }
    finish(&cluster);
}
END_TEST

static void expect_too_many(uint64_t max_tries, uint64_t max_matches)
{
    struct cluster cluster;

    ck_assert_int_eq(compile(&cluster, max_tries, max_matches), CALPOL_ERROR_LIMIT);
    ck_assert_uint_eq(cluster.loaded.diagnostics.error_count, 1);
    ck_assert_uint_eq(count_code(&cluster.loaded, CP_CODE_YAML_LIMIT), 1);
    ck_assert_ptr_nonnull(strstr(find_code(&cluster.loaded, CP_CODE_YAML_LIMIT)->message,
                                 "200 selectors and 40 distinct sets"));
    finish(&cluster);
}

START_TEST(too_many_pairs_are_an_error)
{
    expect_too_many(POLICIES * (PODS - 2), 0);
    expect_too_many(0, POLICIES * (PODS - 2));
}
END_TEST

START_TEST(as_many_pairs_as_are_allowed_are_none)
{
    struct cluster cluster;

    ck_assert_int_eq(compile(&cluster, POLICIES * PODS, POLICIES * PODS), CALPOL_OK);
    finish(&cluster);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/matches");
    TCase *tcase = tcase_create("all");

    tcase_add_test(tcase, lists_are_ascending_and_complete);
    tcase_add_test(tcase, too_many_pairs_are_an_error);
    tcase_add_test(tcase, as_many_pairs_as_are_allowed_are_none);
    suite_add_tcase(suite, tcase);
    return suite;
}
