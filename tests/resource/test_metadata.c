/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata, and raw objects whose metadata is stored in an annotation (resources.md 4, 9.1, 10).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* ---- what reports call an object ---- */

static const struct {
    const char *text;
    const char *resource;
} resources[] = {
    {POLICY("foo: 1"), "CalicoNetworkPolicy/ns/p"},
    {CALICO("NetworkPolicy", "name: p", "foo: 1"), "CalicoNetworkPolicy/default/p"},
    {CALICO("StagedNetworkPolicy", "name: p", "foo: 1"), "StagedNetworkPolicy/default/p"},
    {GLOBAL_POLICY("foo: 1"), "GlobalNetworkPolicy/p"},
    {CALICO("GlobalNetworkSet", "name: s, namespace: x", "foo: 1"), "GlobalNetworkSet/s"},
    {CALICO("Tier", "name: T", ""), "Tier/T"},
    {CALICO("Tier", "foo: bar", ""), "Tier"},
    {RAW("NetworkPolicy",
         "name: default.p, annotations: {projectcalico.org/metadata: '{\"name\": \"q\"}'}",
         "types: [Ingress], foo: 1"),
     "CalicoNetworkPolicy/default/q"},
};

START_TEST(reports_name_the_object)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(resources[_i].text), 0);
    ck_assert_uint_gt(loaded.diagnostics.error_count, 0);
    for (uint32_t i = 0; i < loaded.diagnostics.items.count; i++)
        ck_assert_str_eq(loaded.diagnostics.items.items[i].resource, resources[_i].resource);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_namespace_of_a_cluster_wide_object_is_dropped)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(CALICO("Tier", "name: t, namespace: x", "order: 1")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_NAMESPACE_IGNORED,
                  "metadata.namespace");
    expect_text(loaded.collection.tiers.items[0]->metadata.namespace_name, "");
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_bad_label_key_is_pointed_at)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: projectcalico.org/v3\n"
                           "kind: Tier\n"
                           "metadata:\n"
                           "  name: t\n"
                           "  labels: {a: b, c_: d}\n"
                           /*               ^ column 18 */
                           "spec: {order: 1}\n"),
                   0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_LABEL_KEY, "metadata.labels.c_");
    ck_assert_uint_eq(loaded.diagnostics.items.items[0].line, 5);
    ck_assert_uint_eq(loaded.diagnostics.items.items[0].column, 18);
    finish_resources(&loaded);
}
END_TEST

START_TEST(the_object_of_an_item_knows_its_path)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: projectcalico.org/v3\nkind: TierList\nitems:\n"
                           "- metadata: {name: t}\n"),
                   0);
    expect_text(loaded.collection.tiers.items[0]->metadata.path, "items[0]");
    ck_assert_uint_eq(loaded.collection.tiers.items[0]->metadata.origin.place.line, 4);
    finish_resources(&loaded);
}
END_TEST

/* ---- raw objects ---- */

/* The stored metadata of a policy called default.p, and what the name then is. */
static const struct {
    const char *stored;
    const char *spec;
    const char *name;
} raw_names[] = {
    {"{\"name\": \"q\"}", "types: [Ingress]", "q"},
    {"{\"name\": \"default.q\"}", "types: [Ingress]", "default.q"},
    {"{}", "types: [Ingress]", "p"},
    {"{\"name\": \"\"}", "types: [Ingress], tier: default", "p"},
    {"{\"name\": null}", "types: [Ingress], tier: other", "default.p"},
};

/* The text lives in the arena, as long as what is loaded. */
static void load_raw(struct loaded *loaded,
                     struct cp_arena *arena,
                     const char *stored,
                     const char *spec)
{
    struct cp_buffer text;

    cp_arena_init(arena, NULL);
    cp_buffer_init(&text, arena);
    cp_buffer_format(&text,
                     "apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\n"
                     "metadata:\n  name: default.p\n  labels: {a: raw, b: raw}\n"
                     "  annotations: {projectcalico.org/metadata: '%s', c: raw}\nspec: {%s}\n",
                     stored, spec);
    load_resources(loaded, cp_buffer_text(&text), 0);
}

START_TEST(a_raw_object_has_its_stored_name)
{
    struct loaded loaded;
    struct cp_arena arena;

    load_raw(&loaded, &arena, raw_names[_i].stored, raw_names[_i].spec);
    expect_no_errors(&loaded);
    expect_text(loaded.collection.policies.items[0]->metadata.name, raw_names[_i].name);
    finish_resources(&loaded);
    cp_arena_finish(&arena);
}
END_TEST

static void expect_pair(const struct cp_pairs *pairs, const char *key, const char *value)
{
    const struct cp_text *found = cp_pairs_find(pairs, cp_text_from(key));

    ck_assert_msg(found, "no %s", key);
    expect_text(*found, value);
}

START_TEST(stored_labels_and_annotations_lie_over_raw_ones)
{
    const struct cp_metadata *metadata;
    struct loaded loaded;
    struct cp_arena arena;

    load_raw(&loaded, &arena, "{\"labels\": {\"b\": \"new\"}, \"annotations\": {\"d\": \"new\"}}",
             "types: [Ingress]");
    expect_no_errors(&loaded);
    metadata = &loaded.collection.policies.items[0]->metadata;
    expect_pair(&metadata->labels, "a", "raw");
    expect_pair(&metadata->labels, "b", "new");
    expect_pair(&metadata->annotations, "c", "raw");
    expect_pair(&metadata->annotations, "d", "new");
    ck_assert_uint_eq(metadata->annotations.items.count, 2);
    finish_resources(&loaded);
    cp_arena_finish(&arena);
}
END_TEST

/* YAML is not enough. */
static const char *const bad_stores[] = {"",      "[]", "{a: b}",          "{\"a\": 1",
                                         "{} {}", "5",  "{\"labels\": []}"};

START_TEST(stored_metadata_that_is_no_json_object_is_refused)
{
    struct loaded loaded;
    struct cp_arena arena;

    load_raw(&loaded, &arena, bad_stores[_i], "types: [Ingress]");
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_CRD_METADATA,
                  "metadata.annotations[\"projectcalico.org/metadata\"]");
    finish_resources(&loaded);
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(in_a_v3_document_the_annotation_is_ordinary)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(CALICO("Tier", "name: t, annotations: {projectcalico.org/metadata: '['}",
                                  "order: 1")),
                   0);
    expect_no_errors(&loaded);
    expect_text(loaded.collection.tiers.items[0]->metadata.annotations.items.items[0].value, "[");
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/metadata");
    TCase *metadata = tcase_create("metadata");
    TCase *raw = tcase_create("raw");

    tcase_add_loop_test(metadata, reports_name_the_object, 0, (int)COUNT_OF(resources));
    tcase_add_test(metadata, a_namespace_of_a_cluster_wide_object_is_dropped);
    tcase_add_test(metadata, a_bad_label_key_is_pointed_at);
    tcase_add_test(metadata, the_object_of_an_item_knows_its_path);
    tcase_add_loop_test(raw, a_raw_object_has_its_stored_name, 0, (int)COUNT_OF(raw_names));
    tcase_add_test(raw, stored_labels_and_annotations_lie_over_raw_ones);
    tcase_add_loop_test(raw, stored_metadata_that_is_no_json_object_is_refused, 0,
                        (int)COUNT_OF(bad_stores));
    tcase_add_test(raw, in_a_v3_document_the_annotation_is_ordinary);
    suite_add_tcase(suite, metadata);
    suite_add_tcase(suite, raw);
    return suite;
}
