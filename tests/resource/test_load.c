/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents, lists and kinds (resources.md 3).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* What a text must be told about. NULL as path is no path. */
struct complaint {
    const char *text;
    enum cp_code code;
    enum calpol_severity severity;
    const char *path;
};

#define ERROR CALPOL_SEVERITY_ERROR
#define NOTE CALPOL_SEVERITY_NOTE
#define WARNING CALPOL_SEVERITY_WARNING

static const struct complaint complaints[] = {
    {"just text\n", CP_CODE_DOCUMENT_TYPE, ERROR, ""},
    {"- 1\n", CP_CODE_DOCUMENT_TYPE, ERROR, "[0]"},
    {"{apiVersion: v1, kind: List, items: [~]}\n", CP_CODE_DOCUMENT_TYPE, ERROR, "items[0]"},
    {"apiVersion: v1\n", CP_CODE_KIND_MISSING, ERROR, "kind"},
    {"{apiVersion: v1, kind: ''}\n", CP_CODE_KIND_MISSING, ERROR, "kind"},
    {"{apiVersion: v1, kind: List, items: [{apiVersion: v1}]}\n", CP_CODE_KIND_MISSING, ERROR,
     "items[0].kind"},
    {"kind: Pod\n", CP_CODE_API_VERSION_MISSING, ERROR, "apiVersion"},
    {"{apiVersion: [], kind: Pod}\n", CP_CODE_TYPE, ERROR, "apiVersion"},
    {"{apiVersion: projectcalico.org/v2, kind: Tier}\n", CP_CODE_API_VERSION_UNKNOWN, ERROR,
     "apiVersion"},
    {"{apiVersion: projectcalico.org/v1, kind: TierList}\n", CP_CODE_API_VERSION_UNKNOWN, ERROR,
     "apiVersion"},
    {"{apiVersion: projectcalico.org/v3, kind: networkPolicy}\n", CP_CODE_KIND_UNKNOWN, ERROR,
     "kind"},
    {"{apiVersion: projectcalico.org/v3, kind: FooList}\n", CP_CODE_KIND_UNKNOWN, ERROR, "kind"},
    {"{apiVersion: projectcalico.org/v3, kind: List}\n", CP_CODE_KIND_UNKNOWN, ERROR, "kind"},
    {"{apiVersion: v1, kind: hostEndpoint}\n", CP_CODE_LEGACY_API, ERROR, "apiVersion"},
    {"{apiVersion: projectcalico.org/v3, kind: IPPool}\n", CP_CODE_KIND_IGNORED, NOTE, "kind"},
    {"{apiVersion: example.org/v1, kind: Widget}\n", CP_CODE_KIND_IGNORED, NOTE, "kind"},
    {"{apiVersion: example.org/v1, kind: NetworkPolicy}\n", CP_CODE_KIND_IGNORED, WARNING, "kind"},
    {"{apiVersion: cilium.io/v2, kind: CiliumNetworkPolicy}\n", CP_CODE_KIND_IGNORED, WARNING,
     "kind"},
    {"{apiVersion: projectcalico.org/v3, kind: IPPoolList, items: [{}, {}]}\n",
     CP_CODE_KIND_IGNORED, NOTE, "items[0].kind"},
    {"{apiVersion: v1, kind: List, items: {}}\n", CP_CODE_TYPE, ERROR, "items"},
    {"{apiVersion: extensions/v1beta1, kind: NetworkPolicy, metadata: {name: p}}\n",
     CP_CODE_REMOVED_API_VERSION, WARNING, "apiVersion"},
};

START_TEST(what_is_no_resource_is_told_once)
{
    const struct complaint *complaint = &complaints[_i];
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(complaint->text), 0);
    expect_report(&loaded, complaint->severity, complaint->code, complaint->path);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_misspelt_kind_is_told_the_right_one)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT("{apiVersion: projectcalico.org/v3, kind: NetworkPolcy}"), 0);
    ck_assert_str_eq(find_code(&loaded, CP_CODE_KIND_UNKNOWN)->message,
                     "unknown Calico kind \"NetworkPolcy\", did you mean NetworkPolicy?");
    finish_resources(&loaded);
}
END_TEST

START_TEST(lists_are_opened_at_any_depth)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("- {apiVersion: v1, kind: List, items: ["
                           "    {apiVersion: projectcalico.org/v3, kind: TierList, items: ["
                           "        {metadata: {name: a}},"
                           "        {apiVersion: projectcalico.org/v3, kind: Profile,"
                           "         metadata: {name: b}}]}]}\n"),
                   0);
    expect_no_errors(&loaded);
    ck_assert_uint_eq(loaded.collection.tiers.count, 1);
    ck_assert_uint_eq(loaded.collection.profiles.count, 1);
    expect_text(loaded.collection.tiers.items[0]->metadata.path, "[0].items[0].items[0]");
    expect_text(loaded.collection.tiers.items[0]->metadata.kind, "Tier");
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_item_with_one_of_kind_and_version_does_not_get_the_other)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("{apiVersion: projectcalico.org/v3, kind: TierList, items: ["
                           "{kind: Tier, metadata: {name: a}}]}"),
                   0);
    expect_report(&loaded, ERROR, CP_CODE_API_VERSION_MISSING, "items[0].apiVersion");
    finish_resources(&loaded);
}
END_TEST

START_TEST(lists_inside_lists_come_to_an_end)
{
    struct cp_arena arena;
    struct cp_buffer text;
    struct loaded loaded;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    for (int i = 0; i < 40; i++)
        cp_buffer_add_string(&text, "{apiVersion: v1, kind: List, items: [");
    cp_buffer_add_string(&text, "{apiVersion: v1, kind: Secret}");
    for (int i = 0; i < 40; i++)
        cp_buffer_add_string(&text, "]}");
    load_resources(&loaded, cp_buffer_text(&text), 0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_KIND_IGNORED), 1);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
    finish_resources(&loaded);
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(a_skipped_kind_is_noted_once_a_source)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("{apiVersion: v1, kind: Secret}\n---\n{apiVersion: v1, kind: Secret}\n"
                           "---\n{apiVersion: v1, kind: ConfigMap}\n"),
                   0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_KIND_IGNORED), 2);
    finish_resources(&loaded);
}
END_TEST

START_TEST(nobody_looks_into_what_is_skipped)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT("{apiVersion: v1, kind: Secret, a: !b c, d: 1, d: 2, 5: 6}\n"),
                   0);
    ck_assert_uint_eq(loaded.diagnostics.error_count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(flaws_of_what_is_read_are_told)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: a}\n"
                           "metadata: {name: b}\nspec: {order: !x 5, on: 3}\n"),
                   0);
    expect_report(&loaded, ERROR, CP_CODE_YAML_DUPLICATE_KEY, "metadata");
    expect_report(&loaded, ERROR, CP_CODE_YAML_KEY, "spec");
    ck_assert_uint_eq(loaded.collection.tiers.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_object_with_errors_is_not_used_and_the_others_are)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(TIER("a", "order: x") "---\n" TIER("b", "order: 1") "---\n" TIER(
                       "c", "order: 1, foo: 1")),
                   0);
    ck_assert_uint_eq(loaded.collection.tiers.count, 1);
    expect_text(loaded.collection.tiers.items[0]->metadata.name, "b");
    ck_assert_uint_eq(find_code(&loaded, CP_CODE_UNKNOWN_FIELD)->document, 2);
    ck_assert_str_eq(find_code(&loaded, CP_CODE_UNKNOWN_FIELD)->resource, "Tier/c");
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_object_of_calico_s_is_remembered)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT("{apiVersion: projectcalico.org/v3, kind: IPPool}\n"), 0);
    ck_assert(loaded.collection.has_calico);
    finish_resources(&loaded);
    load_resources(&loaded, CP_TEXT("{apiVersion: v1, kind: Secret}\n"), 0);
    ck_assert(!loaded.collection.has_calico);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/load");
    TCase *documents = tcase_create("documents");

    tcase_add_loop_test(documents, what_is_no_resource_is_told_once, 0, (int)COUNT_OF(complaints));
    tcase_add_test(documents, a_misspelt_kind_is_told_the_right_one);
    tcase_add_test(documents, lists_are_opened_at_any_depth);
    tcase_add_test(documents, an_item_with_one_of_kind_and_version_does_not_get_the_other);
    tcase_add_test(documents, lists_inside_lists_come_to_an_end);
    tcase_add_test(documents, a_skipped_kind_is_noted_once_a_source);
    tcase_add_test(documents, nobody_looks_into_what_is_skipped);
    tcase_add_test(documents, flaws_of_what_is_read_are_told);
    tcase_add_test(documents, an_object_with_errors_is_not_used_and_the_others_are);
    tcase_add_test(documents, an_object_of_calico_s_is_remembered);
    suite_add_tcase(suite, documents);
    return suite;
}
