/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of workload endpoints (resources.md 6.9).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define PARTS(orchestrator)                                                                        \
    "interfaceName: cali1, node: node-1, orchestrator: " orchestrator                              \
    ", pod: a-pod, containerID: c1, workload: w.x, endpoint: eth0"

static const struct {
    const char *text;
    const char *name;
} names[] = {
    {CALICO("WorkloadEndpoint", "", PARTS("k8s")), "node--1-k8s-a--pod-eth0"},
    {CALICO("WorkloadEndpoint", "", PARTS("cni")), "node--1-cni-c1-eth0"},
    {CALICO("WorkloadEndpoint", "", PARTS("libnetwork")), "node--1-libnetwork-libnetwork-eth0"},
    {CALICO("WorkloadEndpoint", "", PARTS("nova")), "node--1-nova-w.x-eth0"},
};

START_TEST(a_name_is_made_of_four_parts)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(names[_i].text), 0);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    expect_text(loaded.collection.workloads.items[0]->metadata.name, names[_i].name);
    finish_resources(&loaded);
}
END_TEST

START_TEST(without_all_parts_there_is_no_name)
{
    struct loaded loaded;

    load_resources(
        &loaded, CP_TEXT(CALICO("WorkloadEndpoint", "", "interfaceName: cali1, node: node-1")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_NAME_REQUIRED, "metadata.name");
    finish_resources(&loaded);
}
END_TEST

#define LETTERS_50 "abcdefghijabcdefghijabcdefghijabcdefghijabcdefghij"
#define LETTERS_250 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50 LETTERS_50

START_TEST(a_name_that_is_made_has_the_form_of_names)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(CALICO("WorkloadEndpoint", "",
                                  "interfaceName: cali1, node: " LETTERS_250
                                  ", orchestrator: k8s, pod: p, endpoint: eth0")),
                   0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_NAME, "metadata.name");
    finish_resources(&loaded);
}
END_TEST

START_TEST(another_name_is_a_warning)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(CALICO("WorkloadEndpoint", "name: web", PARTS("k8s"))), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_WEP_NAME, "metadata.name");
    ck_assert_str_eq(loaded.diagnostics.items.items[0].message,
                     "Calico would call this endpoint \"node--1-k8s-a--pod-eth0\"");
    expect_text(loaded.collection.workloads.items[0]->metadata.name, "web");
    finish_resources(&loaded);
}
END_TEST

START_TEST(addresses_are_those_of_its_networks)
{
    const struct cp_workload_spec *workload;
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT(CALICO("WorkloadEndpoint", "name: w",
                                  "interfaceName: cali1, ipNetworks: [10.0.0.1/32, '::1'], ports: "
                                  "[{protocol: TCP, port: 80, hostPort: 8080, hostIP: 10.9.9.9}], "
                                  "qosControls: {on: 1}")),
                   0);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    workload = loaded.collection.workloads.items[0];
    ck_assert_uint_eq(workload->addresses.count, 2);
    ck_assert_uint_eq(workload->ports.items[0].host_port, 8080);
    ck_assert_int_eq(workload->source, CP_WORKLOAD_ENDPOINT);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/workload_endpoint");
    TCase *endpoints = tcase_create("endpoints");

    tcase_add_loop_test(endpoints, a_name_is_made_of_four_parts, 0, (int)COUNT_OF(names));
    tcase_add_test(endpoints, without_all_parts_there_is_no_name);
    tcase_add_test(endpoints, a_name_that_is_made_has_the_form_of_names);
    tcase_add_test(endpoints, another_name_is_a_warning);
    tcase_add_test(endpoints, addresses_are_those_of_its_networks);
    suite_add_tcase(suite, endpoints);
    return suite;
}
