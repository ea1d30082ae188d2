/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading when memory runs out: each allocation of a load of every kind of Calico's fails once.
 */
#include "calico_text.h"
#include "resource/write.h"
#include "support/failing_allocator.h"
#include "support/resources.h"
#include "support/suite.h"

#define RULE                                                                                       \
    "{action: Allow, protocol: TCP, source: {nets: [10.0.0.0/8], selector: a == 'b', "             \
    "serviceAccounts: {names: [x]}}, destination: {ports: [80, http]}, http: {methods: [GET], "    \
    "paths: [{prefix: /}]}, metadata: {annotations: {k: v}}}"

static const char text[] = TIER("t", "order: 1") "---\n" TIER("t", "order: 2") "---\n" POLICY("tier"
                                                                                              ": "
                                                                                              "u, "
                                                                                              "sele"
                                                                                              "ctor"
                                                                                              ": "
                                                                                              "all("
                                                                                              "), "
                                                                                              "perf"
                                                                                              "orma"
                                                                                              "nceH"
                                                                                              "ints"
                                                                                              ": "
                                                                                              "[Ass"
                                                                                              "umeN"
                                                                                              "eede"
                                                                                              "dOnE"
                                                                                              "very"
                                                                                              "Node"
                                                                                              "], "
                                                                                              "ingr"
                                                                                              "ess:"
                                                                                              " "
                                                                                              "[" RULE "]") "---\n" CALICO("StagedGlobalNetworkPolicy", "name: p", "namespaceSelector: 'a =', foo: 1") "---\n" RAW(
    "GlobalNetworkPolicy",
    "name: q, annotations: "
    "{projectcalico.org/"
    "metadata: "
    "'{\"labels\": {\"a\": "
    "\"b\"}}'}",
    "egress: []") "---"
                  "\n" CALICO("NetworkSet", "name: s, labels: {a: b}", "nets: [10.0.0.1, 10.0.0.1]") "---\n" CALICO("Profile", "name: p", "labelsToApply: {a: b}, egress: [{action: Deny}]") "---\n" CALICO(
                      "HostEndpoint",
                      "name: h",
                      "node: m, expectedIPs: [10.0.0.1], ports: [{name: a, protocol: TCP, port: "
                      "1}]") "---\n" CALICO("WorkloadEndpoint",
                                            "",
                                            "node: m, orchestrator: k8s, pod: p, endpoint: e, "
                                            "interfaceName: i, ipNetworks: "
                                            "[10.0.0.1], ipNATs: [{internalIP: 10.0.0.1, "
                                            "externalIP: 10.0.0.2}]") "---\n" CALICO("FelixConfigur"
                                                                                     "ation",
                                                                                     "name: "
                                                                                     "default",
                                                                                     "failsafeInbou"
                                                                                     "ndHostPorts: "
                                                                                     "[{port: "
                                                                                     "22}], "
                                                                                     "bpfEnabled: "
                                                                                     "true") "---\n"
                                                                                             "{apiV"
                                                                                             "ersio"
                                                                                             "n: "
                                                                                             "v1, "
                                                                                             "kind:"
                                                                                             " List"
                                                                                             ", "
                                                                                             "items"
                                                                                             ": "
                                                                                             "[{"
                                                                                             "apiVe"
                                                                                             "rsion"
                                                                                             ": "
                                                                                             "v1, "
                                                                                             "kind:"
                                                                                             " Secr"
                                                                                             "et}]}"
                                                                                             "\n";

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
    struct loaded loaded;
    int status;

    (void)context;
    status = try_load_resources(&loaded, cp_text_make(text, sizeof(text) - 1), CALPOL_LOAD_LENIENT,
                                allocator);
    if (status == CALPOL_OK)
        status = write_all(&loaded);
    finish_resources(&loaded);
    return status;
}

START_TEST(no_memory_is_told_and_nothing_is_lost)
{
    /* Few, where an arena takes blocks; thousands under AddressSanitizer. */
    ck_assert_uint_gt(for_each_failure(load_and_write, NULL), 10);
}
END_TEST

START_TEST(the_text_has_every_kind)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_make(text, sizeof(text) - 1), CALPOL_LOAD_LENIENT);
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
