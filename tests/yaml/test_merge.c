/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Merge keys (resources.md 2.4).
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"

/* Behind "- &a {k: 1, l: 2}\n- &b {k: 3, m: 4}\n- " */
static const struct {
    const char *mapping, *expected;
} merges[] = {
    {"<<: *a", "{\"k\": int(1), \"l\": int(2)}"},
    {"{<<: *a}", "{\"k\": int(1), \"l\": int(2)}"},
    {"<<: {x: 1}", "{\"x\": int(1)}"},
    {"<<: []", "{}"},
    {"<<: {}", "{}"},
    /* The earlier mapping of a list wins. */
    {"<<: [*a, *b]", "{\"k\": int(1), \"l\": int(2), \"m\": int(4)}"},
    {"<<: [*b, *a]", "{\"k\": int(3), \"m\": int(4), \"l\": int(2)}"},
    {"<<: [*a, *a]", "{\"k\": int(1), \"l\": int(2)}"},
    {"<<: [{k: 5}, *a]", "{\"k\": int(5), \"l\": int(2)}"},
    /* A key behind the merge overrides it. */
    {"<<: *a\n  k: 9", "{\"k\": int(9), \"l\": int(2)}"},
    {"<<: *a\n  x: 9", "{\"k\": int(1), \"l\": int(2), \"x\": int(9)}"},
    {"<<: *a\n  k: 8\n  k: 9", "{\"k\": int(8), \"l\": int(2), \"k\" !repeated: int(9)}"},
    /* [P] A key before the merge is given twice. */
    {"k: 9\n  <<: *a", "{\"k\": int(9), \"k\" !repeated: int(1), \"l\": int(2)}"},
    {"x: 9\n  <<: *a", "{\"x\": int(9), \"k\": int(1), \"l\": int(2)}"},
    {"m: 9\n  <<: [*a, *b]",
     "{\"m\": int(9), \"k\": int(1), \"l\": int(2), \"m\" !repeated: int(4)}"},
    {"k: 9\n  <<: [*a, *b]",
     "{\"k\": int(9), \"k\" !repeated: int(1), \"l\": int(2), \"m\": int(4)}"},
    {"k: 7\n  <<: *a\n  k: 9", "{\"k\": int(7), \"k\" !repeated: int(9), \"l\": int(2)}"},
    /* Anything else is no merge, or a bad one. */
    {"\"<<\": *a", "{\"<<\": {\"k\": int(1), \"l\": int(2)}}"},
    {"'<<': 1", "{\"<<\": int(1)}"},
    {"!!str <<: 1", "{\"<<\": int(1)}"},
    {"<<: x", "{} !key"},
    {"<<: ", "{} !key"},
    {"<<: [*a, x]", "{\"k\": int(1), \"l\": int(2)} !key"},
    {"<<: [[*a]]", "{} !key"},
    {"<<: *a\n  <<: *b", "{\"k\": int(1), \"l\": int(2)} !key"},
    {"<<: !x {k: 1}", "{\"k\": int(1)} !key"},
    {"<<: [!x {k: 1}]", "{\"k\": int(1)} !key"},
    {"<<: {1: 2}", "{int(1): int(2)} !key"},
    {"[<<, {a: <<}, '<<']", "[\"<<\", {\"a\": \"<<\"}, \"<<\"]"},
    {"&c <<: 1\n  z: *c", "{\"z\": \"<<\"} !key"},
    /* Flaws of what is merged come along. */
    {"<<: {k: !x y}", "{\"k\": \"!x y\" !tag}"},
    {"<<: {k: 1, k: 2}", "{\"k\": int(1), \"k\" !repeated: int(2)}"},
    {"<<: [*a, {k: 1, k: 2}]", "{\"k\": int(1), \"l\": int(2)}"},
    {"{on: 1, <<: *a}", "{true: int(1), \"k\": int(1), \"l\": int(2)} !key"},
    /* Merges of merges. */
    {"&c\n  <<: *a\n- <<: *c\n  l: 9",
     "{\"k\": int(1), \"l\": int(2)}, {\"k\": int(1), \"l\": int(9)}"},
};

START_TEST(a_merge_gives_what_it_should)
{
    struct cp_arena arena;
    struct cp_buffer text, expected;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_format(&text, "- &a {k: 1, l: 2}\n- &b {k: 3, m: 4}\n- %s\n", merges[_i].mapping);
    cp_buffer_init(&expected, &arena);
    cp_buffer_format(&expected,
                     "[{\"k\": int(1), \"l\": int(2)}, {\"k\": int(3), \"m\": int(4)}, %s]",
                     merges[_i].expected);
    expect_documents(cp_buffer_text(&text), cp_buffer_string(&expected));
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(a_key_before_a_merge_is_reported_at_the_merge)
{
    struct parsed parsed;
    const struct cp_node *mapping;

    parse_documents(&parsed, CP_TEXT("- &a {k: 1}\n"
                                     "- k: 2\n"
                                     "  <<: *a\n"));
    /*                                ^ line 3, column 3 */
    mapping = &root_of(&parsed, 0)->items[1];
    ck_assert_uint_eq(mapping->length, 2);
    ck_assert_uint_eq(mapping->members[1].key.flaw, CP_FLAW_DUPLICATE);
    ck_assert_uint_eq(mapping->members[1].key.line, 3);
    ck_assert_uint_eq(mapping->members[1].key.column, 3);
    ck_assert(mapping->deep_flaw);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(merged_members_keep_the_place_where_they_are_written)
{
    struct parsed parsed;
    const struct cp_member *member;

    parse_documents(&parsed, CP_TEXT("- &a {k: 1}\n- <<: *a\n"));
    member = &root_of(&parsed, 0)->items[1].members[0];
    ck_assert_uint_eq(member->key.line, 1);
    ck_assert_uint_eq(member->value.column, 10);
    finish_parsed(&parsed);
}
END_TEST

/* Repeated merges of a large mapping are stopped before they take the memory. */
START_TEST(merging_too_much_is_a_limit)
{
    struct parsed parsed;
    struct cp_arena arena;
    struct cp_buffer text;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_add_string(&text, "- &a {");
    for (uint32_t i = 0; i < 2000; i++)
        cp_buffer_format(&text, "k%u: v, ", i);
    cp_buffer_add_string(&text, "}\n");
    for (uint32_t i = 0; i < 2000; i++)
        cp_buffer_add_string(&text, "- {<<: *a}\n");
    cp_buffer_add_string(&text, "---\nb\n");
    parse_documents(&parsed, cp_buffer_text(&text));
    ck_assert_uint_eq(parsed.documents.items.count, 2);
    ck_assert(parsed.documents.items.items[0].failed);
    ck_assert_uint_eq(parsed.documents.items.items[0].limit, CP_LIMIT_ALIASES);
    expect_text(cp_node_text(root_of(&parsed, 1)), "b");
    finish_parsed(&parsed);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("merge");
    TCase *table = tcase_create("table");
    TCase *places = tcase_create("places");
    TCase *limits = tcase_create("limits");

    tcase_add_loop_test(table, a_merge_gives_what_it_should, 0, COUNT_OF(merges));
    tcase_add_test(places, a_key_before_a_merge_is_reported_at_the_merge);
    tcase_add_test(places, merged_members_keep_the_place_where_they_are_written);
    tcase_add_test(limits, merging_too_much_is_a_limit);
    suite_add_tcase(suite, table);
    suite_add_tcase(suite, places);
    suite_add_tcase(suite, limits);
    return suite;
}
