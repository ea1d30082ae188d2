/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at nodes.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"

START_TEST(a_member_is_found_by_its_key)
{
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("a: 1\nb: 2\nab: 3\n"));
    expect_text(cp_node_text(cp_node_member(root_of(&parsed, 0), CP_TEXT("b"))), "2");
    expect_text(cp_node_text(cp_node_member(root_of(&parsed, 0), CP_TEXT("ab"))), "3");
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("c")));
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("")));
    finish_parsed(&parsed);
}
END_TEST

START_TEST(keys_with_equal_tags_are_told_apart)
{
    struct parsed parsed;

    ck_assert_uint_eq(cp_key_tag(CP_TEXT("abcde")), cp_key_tag(CP_TEXT("axcye")));
    parse_documents(&parsed, CP_TEXT("abcde: 1\naxcye: 2\nabcye: 3\n<<: {axcde: 4}\n"));
    expect_text(cp_node_text(cp_node_member(root_of(&parsed, 0), CP_TEXT("abcde"))), "1");
    expect_text(cp_node_text(cp_node_member(root_of(&parsed, 0), CP_TEXT("axcye"))), "2");
    expect_text(cp_node_text(cp_node_member(root_of(&parsed, 0), CP_TEXT("axcde"))), "4");
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("azcze")));
    ck_assert(!root_of(&parsed, 0)->deep_flaw);
    finish_parsed(&parsed);
}
END_TEST

/* Tags are made where mappings are: in small and large ones, and by merges. */
START_TEST(every_key_has_its_tag)
{
    struct parsed parsed;
    const struct cp_node *root;

    parse_documents(&parsed, CP_TEXT("a: {one: 1, three: 3}\nb: &b {two: 2}\nc:\n  own: 0\n  <<: "
                                     "*b\n  behind: 1\n"));
    root = root_of(&parsed, 0);
    for (uint32_t m = 0; m < root->length; m++) {
        const struct cp_node *mapping = &root->members[m].value;

        ck_assert_uint_eq(root->members[m].key.tag,
                          cp_key_tag(cp_node_text(&root->members[m].key)));
        for (uint32_t i = 0; i < mapping->length; i++)
            ck_assert_uint_eq(mapping->members[i].key.tag,
                              cp_key_tag(cp_node_text(&mapping->members[i].key)));
    }
    ck_assert_uint_eq(root->members[2].value.length, 3);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(the_last_of_repeated_members_is_found)
{
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("a: 1\nb: 2\na: 3\n"));
    expect_text(cp_node_text(cp_node_member(root_of(&parsed, 0), CP_TEXT("a"))), "3");
    finish_parsed(&parsed);
}
END_TEST

START_TEST(a_key_that_is_no_text_is_not_found)
{
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("on: 1\n1: 2\n~: 3\n[x]: 4\n"));
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("on")));
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("1")));
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("~")));
    finish_parsed(&parsed);
}
END_TEST

START_TEST(what_is_no_mapping_has_no_members)
{
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("[a]"));
    ck_assert_ptr_null(cp_node_member(root_of(&parsed, 0), CP_TEXT("a")));
    ck_assert_ptr_null(cp_node_member(&root_of(&parsed, 0)->items[0], CP_TEXT("a")));
    ck_assert_ptr_null(cp_node_member(NULL, CP_TEXT("a")));
    finish_parsed(&parsed);
}
END_TEST

START_TEST(types_have_words_for_messages)
{
    static const char *const expected[] = {"null", "a boolean", "a number", "a number",
                                           "text", "a list",    "a mapping"};
    struct parsed parsed;
    const struct cp_node *root;

    parse_documents(&parsed, CP_TEXT("[~, yes, 1, 1.5, x, [], {}]"));
    root = root_of(&parsed, 0);
    ck_assert_uint_eq(root->length, COUNT_OF(expected));
    for (uint32_t i = 0; i < root->length; i++)
        ck_assert_str_eq(cp_node_type_text(&root->items[i]), expected[i]);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(only_numbers_have_numbers)
{
    struct parsed parsed;
    const struct cp_node *root;

    parse_documents(&parsed, CP_TEXT("['1', yes, ~, [1], {a: 1}]"));
    root = root_of(&parsed, 0);
    for (uint32_t i = 0; i < root->length; i++) {
        int64_t integer;
        double number;

        ck_assert(!cp_node_integer(&root->items[i], &integer));
        ck_assert(!cp_node_number(&root->items[i], &number));
    }
    finish_parsed(&parsed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("node");
    TCase *members = tcase_create("members");
    TCase *values = tcase_create("values");

    tcase_add_test(members, a_member_is_found_by_its_key);
    tcase_add_test(members, keys_with_equal_tags_are_told_apart);
    tcase_add_test(members, every_key_has_its_tag);
    tcase_add_test(members, the_last_of_repeated_members_is_found);
    tcase_add_test(members, a_key_that_is_no_text_is_not_found);
    tcase_add_test(members, what_is_no_mapping_has_no_members);
    tcase_add_test(values, types_have_words_for_messages);
    tcase_add_test(values, only_numbers_have_numbers);
    suite_add_tcase(suite, members);
    suite_add_tcase(suite, values);
    return suite;
}
