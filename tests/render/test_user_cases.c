/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people asked (tests/vectors/user-cases.json), and what the text must tell them: for each
 * vector named in tests/render/user-cases.json the phrases there, which say what the case's own
 * answer says.
 */
#include "support/sessions.h"
#include "support/suite.h"
#include "support/vectors.h"

#include "support/compare.h"

#include <string.h>

static struct cp_arena arena;
static const struct cp_node *vectors, *phrases;

static void read_cases(void)
{
    cp_arena_init(&arena, NULL);
    vectors = parse_file(&arena, TESTS_FOLDER "/vectors/user-cases.json");
    phrases = parse_file(&arena, TESTS_FOLDER "/render/user-cases.json");
    ck_assert_ptr_nonnull(vectors);
    ck_assert_ptr_nonnull(phrases);
}

static void free_cases(void)
{
    cp_arena_finish(&arena);
}

static const struct cp_node *find_vector(struct cp_text id)
{
    for (uint32_t i = 0; i < vectors->length; i++) {
        if (cp_text_equal(cp_node_text(member_of(&vectors->items[i], "id")), id))
            return &vectors->items[i];
    }
    ck_abort_msg("there is no vector %s", id.data);
    return NULL;
}

static void check_case(const struct cp_node *vector, const struct cp_node *expected)
{
    calpol_ruleset *ruleset = load_text(member_of(vector, "resources")->text, NULL);
    const char *flow = print_node(&arena, member_of(vector, "flow"));
    calpol_query *query = new_query(ruleset);
    calpol_trace *trace;

    ck_assert_int_eq(calpol_query_set_flow(query, flow, strlen(flow)), CALPOL_OK);
    trace = explain(query);
    for (uint32_t i = 0; i < expected->length; i++)
        expect_part(calpol_trace_text(trace), expected->items[i].text);
    calpol_trace_free(trace);
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
}

START_TEST(the_text_answers_the_case)
{
    for (uint32_t i = 0; i < phrases->length; i++)
        check_case(find_vector(cp_node_text(&phrases->members[i].key)), &phrases->members[i].value);
    ck_assert_uint_gt(phrases->length, 40);
}
END_TEST

START_TEST(no_flow_is_left_without_a_verdict_line)
{
    for (uint32_t i = 0; i < vectors->length; i++) {
        const struct cp_node *verdict =
            member_of(member_of(&vectors->items[i], "expect"), "verdict");
        struct cp_buffer expected;
        const struct cp_node line = {.type = CP_NODE_TEXT};
        struct cp_node item = line;

        if (!verdict)
            continue;
        cp_buffer_init(&expected, &arena);
        cp_buffer_add_string(&expected,
                             cp_text_is(cp_node_text(verdict), "allow") ? "ALLOW  " : "DENY  ");
        item.text = cp_buffer_string(&expected);
        check_case(&vectors->items[i],
                   &(struct cp_node){.type = CP_NODE_SEQUENCE, .length = 1, .items = &item});
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("user cases");
    TCase *tcase = tcase_create("cases");

    tcase_add_checked_fixture(tcase, read_cases, free_cases);
    tcase_add_test(tcase, the_text_answers_the_case);
    tcase_add_test(tcase, no_flow_is_left_without_a_verdict_line);
    tcase_set_timeout(tcase, 60);
    suite_add_tcase(suite, tcase);
    return suite;
}
