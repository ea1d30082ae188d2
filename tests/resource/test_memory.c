/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading when memory runs out: each allocation of a load of every kind of Calico's fails once.
 */
#include "calico_text.h"
#include "resource/write.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/resources.h"
#include "support/suite.h"

#define RULE                                                                                       \
    "{action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8], selector: a == 'b', "             \
    "serviceAccounts: {names: [x]}}, destination: {ports: [80, http]}, http: {methods: [GET], "    \
    "paths: [{prefix: /}]}, metadata: {annotations: {k: v}}}"

static const char *const documents[] = {
    TIER("t", "order: 1"),
    TIER("t", "order: 2"),
    POLICY("tier: u, selector: all(), performanceHints: [AssumeNeededOnEveryNode], "
           "ingress: [" RULE "]"),
    CALICO("StagedGlobalNetworkPolicy", "name: p", "namespaceSelector: 'a =', foo: 1"),
    RAW("GlobalNetworkPolicy",
        "name: q, annotations: {projectcalico.org/metadata: '{\"labels\": {\"a\": \"b\"}}'}",
        "egress: []"),
    CALICO("NetworkSet", "name: s, labels: {a: b}", "nets: [10.0.0.1, 10.0.0.1]"),
    CALICO("Profile", "name: p", "labelsToApply: {a: b}, egress: [{action: Deny}]"),
    CALICO("HostEndpoint",
           "name: h",
           "node: m, expectedIPs: [10.0.0.1], ports: [{name: a, protocol: TCP, port: 1}]"),
    CALICO("WorkloadEndpoint",
           "",
           "node: m, orchestrator: k8s, pod: p, endpoint: e, interfaceName: i, "
           "ipNetworks: [10.0.0.1], ipNATs: [{internalIP: 10.0.0.1, externalIP: 10.0.0.2}]"),
    CALICO("FelixConfiguration",
           "name: default",
           "failsafeInboundHostPorts: [{port: 22}], bpfEnabled: true"),
    "{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: Secret}]}\n",
};

/* All of them as one text. */
static struct cp_text make_text(struct cp_arena *arena)
{
    struct cp_buffer text;

    cp_buffer_init(&text, arena);
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        cp_buffer_add_string(&text, "---\n");
        cp_buffer_add_string(&text, documents[i]);
    }
    return cp_buffer_text(&text);
}

static int write_all(struct loaded *loaded)
{
    struct cp_write_index index;
    int status = cp_write_index_make(&loaded->collection, &loaded->work, &index);

    for (uint32_t i = 0; status == CALPOL_OK && i < loaded->collection.objects.count; i++) {
        struct cp_writer writer;
        struct cp_buffer written;

        cp_buffer_init(&written, &loaded->work);
        cp_writer_init(&writer, CP_EMIT_YAML, loaded->names, &loaded->work, &written);
        status = cp_write_object(&writer, &index, i);
        if (status == CALPOL_ERROR_NOT_FOUND)
            status = CALPOL_OK;
    }
    return status;
}

static int load_and_write(const struct calpol_allocator *allocator, void *context)
{
    const struct cp_text *text = context;
    struct loaded loaded;
    int status = try_load_resources(&loaded, *text, CALPOL_LOAD_LENIENT, allocator);

    if (status == CALPOL_OK)
        status = write_all(&loaded);
    finish_resources(&loaded);
    return status;
}

START_TEST(no_memory_is_told_and_nothing_is_lost)
{
    struct cp_arena arena;
    struct cp_text text;

    cp_arena_init(&arena, NULL);
    text = make_text(&arena);
    /* Few, where an arena takes blocks; thousands under AddressSanitizer. */
    ck_assert_uint_gt(for_each_failure(load_and_write, &text), 10);
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(the_text_has_every_kind)
{
    struct cp_arena arena;
    struct loaded loaded;

    cp_arena_init(&arena, NULL);
    load_resources(&loaded, make_text(&arena), CALPOL_LOAD_LENIENT);
    expect_no_errors(&loaded);
    ck_assert_uint_eq(loaded.collection.objects.count, 10);
    ck_assert_uint_eq(loaded.collection.tiers.count, 1);
    ck_assert_uint_eq(loaded.collection.policies.count, 3);
    ck_assert_uint_eq(loaded.collection.network_sets.count, 1);
    ck_assert_uint_eq(loaded.collection.profiles.count, 1);
    ck_assert_uint_eq(loaded.collection.host_endpoints.count, 1);
    ck_assert_uint_eq(loaded.collection.workloads.count, 1);
    ck_assert_uint_eq(loaded.collection.felix.count, 1);
    finish_resources(&loaded);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/memory");
    TCase *memory = tcase_create("memory");

    tcase_add_test(memory, the_text_has_every_kind);
    tcase_add_test(memory, no_memory_is_told_and_nothing_is_lost);
    tcase_set_timeout(memory, 120);
    suite_add_tcase(suite, memory);
    return suite;
}
