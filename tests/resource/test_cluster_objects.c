/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes, Namespaces and ServiceAccounts; and a dump of a cluster as a whole, which must load as it
 * is (K8-125), whichever way it is written.
 */
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/resources.h"
#include "support/suite.h"

#include <stdio.h>

/* cluster-dump.yaml, as kubectl get -o yaml prints it. */
static struct cp_text read_dump(struct cp_arena *arena)
{
    static const char path[] = TESTS_FOLDER "/resource/cluster-dump.yaml";
    FILE *file = fopen(path, "rb");
    struct cp_buffer text;
    int byte;

    ck_assert_msg(file, "cannot open %s", path);
    cp_buffer_init(&text, arena);
    while ((byte = getc(file)) != EOF)
        cp_buffer_add_byte(&text, (char)byte);
    (void)fclose(file);
    return cp_buffer_text(&text);
}

static struct cp_arena arena;
static struct cp_text dump;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
    dump = read_dump(&arena);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static void check_dump(const struct loaded *loaded)
{
    const struct cp_collection *collection = &loaded->collection;

    ck_assert_uint_eq(collection->namespaces.count, 1);
    ck_assert_uint_eq(collection->nodes.count, 1);
    ck_assert_uint_eq(collection->service_accounts.count, 1);
    ck_assert_uint_eq(collection->templates.count, 1);
    ck_assert_uint_eq(collection->workloads.count, 1);
    ck_assert_uint_eq(collection->services.count, 1);
    ck_assert_uint_eq(collection->slices.count, 1);
    ck_assert_uint_eq(collection->k8s_policies.count, 1);
    ck_assert(!collection->has_calico);
}

START_TEST(a_dump_of_a_cluster_loads_without_a_word)
{
    struct loaded loaded;

    load_resources(&loaded, dump, 0);
    check_dump(&loaded);
    /* But for the kind that is not read. */
    ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
    ck_assert(find_code(&loaded, CP_CODE_KIND_IGNORED));
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_node_has_its_internal_and_external_addresses)
{
    const struct cp_node_spec *node;
    struct loaded loaded;

    load_resources(&loaded, dump, 0);
    node = loaded.collection.nodes.items[0];
    expect_text(node->metadata.name, "n1");
    expect_text(node->metadata.labels.items.items[0].value, "");
    ck_assert_uint_eq(node->addresses.count, 2);
    ck_assert_uint_eq(node->addresses.items[0].bytes[0], 192);
    ck_assert_uint_eq(node->addresses.items[1].bytes[0], 203);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_bad_address_of_a_node_is_reported)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("apiVersion: v1\nkind: Node\nmetadata: {name: n}\n"
                           "status: {addresses: [{type: InternalIP, address: n.example}]}\n"),
                   0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_ADDRESS, "status.addresses[0].address");
    ck_assert_uint_eq(loaded.collection.nodes.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_typed_list_gives_its_kind_to_its_items)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("{\"kind\": \"NetworkPolicyList\", \"apiVersion\": "
                           "\"networking.k8s.io/v1\", \"metadata\": {\"resourceVersion\": \"1\"}, "
                           "\"items\": [{\"metadata\": {\"name\": \"a\", \"namespace\": \"n\"}, "
                           "\"spec\": {\"podSelector\": {}}}, {\"metadata\": {\"name\": \"b\"}}]}"),
                   0);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    ck_assert_uint_eq(loaded.collection.k8s_policies.count, 2);
    finish_resources(&loaded);
}
END_TEST

static int load_dump(const struct calpol_allocator *allocator, void *context)
{
    struct loaded loaded;
    int status =
        try_load_resources(&loaded, *(struct cp_text *)context, CALPOL_LOAD_LENIENT, allocator);

    if (!status)
        check_dump(&loaded);
    finish_resources(&loaded);
    return status;
}

START_TEST(loading_a_dump_survives_each_failing_allocation)
{
    ck_assert_uint_gt(for_each_failure(load_dump, &dump), 10);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/cluster_objects");
    TCase *reading = tcase_create("reading");
    TCase *memory = tcase_create("memory");

    tcase_add_checked_fixture(reading, set_up, tear_down);
    tcase_add_checked_fixture(memory, set_up, tear_down);
    tcase_add_test(reading, a_dump_of_a_cluster_loads_without_a_word);
    tcase_add_test(reading, a_node_has_its_internal_and_external_addresses);
    tcase_add_test(reading, a_bad_address_of_a_node_is_reported);
    tcase_add_test(reading, a_typed_list_gives_its_kind_to_its_items);
    tcase_add_test(memory, loading_a_dump_survives_each_failing_allocation);
    tcase_set_timeout(memory, 60);
    suite_add_tcase(suite, reading);
    suite_add_tcase(suite, memory);
    return suite;
}
