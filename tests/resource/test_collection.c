/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity and repeats (resources.md 3.4).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

START_TEST(a_later_object_replaces_an_earlier_one)
{
    struct loaded loaded;

    load_resources(
        &loaded,
        CP_TEXT(TIER("a", "order: 1") "---\n" TIER("b", "order: 2") "---\n" TIER("a", "order: 3")),
        0);
    ck_assert_uint_eq(loaded.collection.tiers.count, 2);
    expect_text(loaded.collection.tiers.items[0]->metadata.name, "b");
    expect_text(loaded.collection.tiers.items[1]->metadata.name, "a");
    ck_assert(loaded.collection.tiers.items[1]->order > 2.5);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_repeat_is_told_with_the_place_of_the_first)
{
    const struct cp_diagnostic *found;
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(TIER("a", "order: 1") "---\n" TIER("a", "order: 3")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_DUPLICATE_OBJECT, "metadata.name");
    found = find_code(&loaded, CP_CODE_DUPLICATE_OBJECT);
    ck_assert_uint_eq(found->document, 1);
    ck_assert_uint_eq(found->line, 8);
    ck_assert_str_eq(found->message, "replaces the one of <test>, line 3; the later one counts");
    finish_resources(&loaded);
}
END_TEST

START_TEST(of_three_the_last_one_counts)
{
    struct loaded loaded;

    load_resources(
        &loaded,
        CP_TEXT(TIER("a", "order: 1") "---\n" TIER("a", "order: 2") "---\n" TIER("a", "order: 3")),
        0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_DUPLICATE_OBJECT), 2);
    ck_assert_uint_eq(loaded.collection.tiers.count, 1);
    ck_assert(loaded.collection.tiers.items[0]->order > 2.5);
    finish_resources(&loaded);
}
END_TEST

/* Pairs of documents, and whether they are the same object. */
static const struct {
    const char *first, *second;
    bool same;
} pairs[] = {
    {POLICY("tier: a"), POLICY("tier: b"), true},
    {CALICO("NetworkSet", "name: s", ""), CALICO("NetworkSet", "name: s, namespace: default", ""),
     true},
    {GLOBAL_POLICY(""), RAW("GlobalNetworkPolicy", "name: p", "types: [Egress]"), true},
    {CALICO("NetworkSet", "name: s", ""), CALICO("NetworkSet", "name: s, namespace: x", ""), false},
    {CALICO("GlobalNetworkSet", "name: s", ""), CALICO("NetworkSet", "name: s", ""), false},
    {CALICO("GlobalNetworkPolicy", "name: p", ""),
     CALICO("StagedGlobalNetworkPolicy", "name: p", ""), false},
    {POLICY(""),
     "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ns}\n",
     false},
    {"apiVersion: extensions/v1beta1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ns}\n",
     "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: ns}\n",
     true},
};

START_TEST(identity_is_kind_namespace_and_name)
{
    struct cp_arena arena;
    struct cp_buffer text;
    struct loaded loaded;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_format(&text, "%s---\n%s", pairs[_i].first, pairs[_i].second);
    load_resources(&loaded, cp_buffer_text(&text), 0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_DUPLICATE_OBJECT), pairs[_i].same);
    finish_resources(&loaded);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/collection");
    TCase *repeats = tcase_create("repeats");

    tcase_add_test(repeats, a_later_object_replaces_an_earlier_one);
    tcase_add_test(repeats, a_repeat_is_told_with_the_place_of_the_first);
    tcase_add_test(repeats, of_three_the_last_one_counts);
    tcase_add_loop_test(repeats, identity_is_kind_namespace_and_name, 0, (int)COUNT_OF(pairs));
    suite_add_tcase(suite, repeats);
    return suite;
}
