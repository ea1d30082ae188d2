/* SPDX-License-Identifier: Apache-2.0 */
/*
 * EndpointSlices and Endpoints (K8-114, EV-90).
 */
#include "net/protocol.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define SLICE(labels, rest)                                                                        \
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                                       \
    "metadata: {name: s-1, namespace: shop, labels: {" labels "}}\n" rest "\n"
#define OF_S "kubernetes.io/service-name: s"
#define ENDPOINTS(rest)                                                                            \
    "apiVersion: v1\nkind: Endpoints\nmetadata: {name: s, namespace: shop}\n" rest "\n"

static const struct cp_slice_spec *load(struct loaded *loaded, const char *text)
{
    load_resources(loaded, cp_text_from(text), 0);
    return loaded->collection.slices.count ? loaded->collection.slices.items[0] : NULL;
}

START_TEST(a_slice_has_ports_and_endpoints)
{
    struct loaded loaded;
    const struct cp_slice_spec *slice = load(
        &loaded, SLICE(OF_S, "addressType: IPv4\n"
                             "ports: [{name: web, port: 8080}, {name: '', protocol: UDP, port: "
                             "null}, {port: 1, protocol: X}]\n"
                             "endpoints:\n"
                             "- {addresses: [10.0.0.1], conditions: {ready: true}, targetRef: "
                             "{kind: Pod, name: a, namespace: shop}}\n"
                             "- {addresses: [10.0.0.2, 10.0.0.3], conditions: {ready: false}, "
                             "targetRef: {kind: Pod, name: b}}\n"
                             "- {addresses: [10.0.0.4], conditions: {ready: null}, targetRef: "
                             "{kind: Node, name: c}}\n"));

    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    expect_text(slice->service, "s");
    ck_assert(!slice->from_endpoints && !slice->names_hosts);
    ck_assert_uint_eq(slice->ports.count, 2);
    ck_assert(slice->ports.items[0].has_number);
    ck_assert_uint_eq(slice->ports.items[0].port, 8080);
    ck_assert_uint_eq(slice->ports.items[0].protocol, CP_PROTOCOL_TCP);
    ck_assert(!slice->ports.items[1].has_number);
    ck_assert_uint_eq(slice->ports.items[1].protocol, CP_PROTOCOL_UDP);
    ck_assert_uint_eq(slice->endpoints.count, 3);
    ck_assert(!slice->endpoints.items[0].not_ready);
    ck_assert(slice->endpoints.items[1].not_ready);
    ck_assert(!slice->endpoints.items[2].not_ready);
    ck_assert_uint_eq(slice->endpoints.items[1].addresses.count, 2);
    expect_text(slice->endpoints.items[1].target_name, "b");
    expect_text(slice->endpoints.items[1].target_namespace, "shop");
    expect_text(slice->endpoints.items[2].target_name, "");
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_slice_of_host_names_has_no_addresses)
{
    struct loaded loaded;
    const struct cp_slice_spec *slice =
        load(&loaded, SLICE("", "addressType: FQDN\nendpoints: [{addresses: [a.example]}]\n"));

    expect_no_errors(&loaded);
    ck_assert(slice->names_hosts);
    expect_text(slice->service, "");
    ck_assert_uint_eq(slice->endpoints.items[0].addresses.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(each_subset_of_endpoints_is_a_slice)
{
    struct loaded loaded;
    const struct cp_slice_spec *slice =
        load(&loaded,
             ENDPOINTS("subsets:\n"
                       "- {addresses: [{ip: 10.0.0.1, targetRef: {kind: Pod, name: a, namespace: "
                       "shop}}], notReadyAddresses: [{ip: 10.0.0.2}], ports: [{port: 80}]}\n"
                       "- {addresses: [{ip: 10.0.0.3}], ports: [{port: 81}]}\n"));

    expect_no_errors(&loaded);
    ck_assert_uint_eq(loaded.collection.slices.count, 2);
    expect_text(slice->service, "s");
    ck_assert(slice->from_endpoints);
    ck_assert_uint_eq(slice->endpoints.count, 1);
    expect_text(slice->endpoints.items[0].target_name, "a");
    ck_assert_uint_eq(loaded.collection.slices.items[1]->ports.items[0].port, 81);
    finish_resources(&loaded);
}
END_TEST

START_TEST(endpoints_without_subsets_still_say_that_there_are_none)
{
    struct loaded loaded;
    const struct cp_slice_spec *slice = load(&loaded, ENDPOINTS("subsets: null"));

    ck_assert_uint_eq(loaded.collection.slices.count, 1);
    expect_text(slice->service, "s");
    ck_assert_uint_eq(slice->endpoints.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_repeated_object_takes_all_its_slices_along)
{
    struct loaded loaded;

    load(&loaded, ENDPOINTS("subsets: [{ports: [{port: 1}]}, {ports: [{port: 2}]}]\n---")
                      ENDPOINTS("subsets: [{ports: [{port: 3}]}]"));
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_DUPLICATE_OBJECT), 1);
    ck_assert_uint_eq(loaded.collection.slices.count, 1);
    ck_assert_uint_eq(loaded.collection.slices.items[0]->ports.items[0].port, 3);
    finish_resources(&loaded);
}
END_TEST

START_TEST(what_is_wrong_is_reported_where_it_is)
{
    static const struct {
        const char *text;
        enum cp_code code;
        const char *path;
    } cases[] = {
        {SLICE(OF_S, "endpoints: {}"), CP_CODE_TYPE, "endpoints"},
        {SLICE(OF_S, "ports: [{port: 65536}]"), CP_CODE_PORT_NUMBER, "ports[0].port"},
        {SLICE(OF_S, "endpoints: [{conditions: {ready: 'no'}}]"), CP_CODE_TYPE,
         "endpoints[0].conditions.ready"},
        {ENDPOINTS("subsets: [{addresses: [{ip: x}]}]"), CP_CODE_ADDRESS,
         "subsets[0].addresses[0].ip"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, cases[i].text), "%s", cases[i].text);
        expect_report(&loaded, CALPOL_SEVERITY_ERROR, cases[i].code, cases[i].path);
        finish_resources(&loaded);
    }
}
END_TEST

/* EV-90; the vector service-hostname-address. */
START_TEST(text_in_a_slice_that_is_no_address_is_skipped_with_a_warning)
{
    struct loaded loaded;
    const struct cp_slice_spec *slice =
        load(&loaded, SLICE(OF_S, "endpoints: [{addresses: [db.example.com, 10.0.0.1]}]"));

    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_ADDRESS, "endpoints[0].addresses[0]");
    ck_assert_uint_eq(slice->endpoints.items[0].addresses.count, 1);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/backends");
    TCase *reading = tcase_create("reading");

    tcase_add_test(reading, a_slice_has_ports_and_endpoints);
    tcase_add_test(reading, a_slice_of_host_names_has_no_addresses);
    tcase_add_test(reading, each_subset_of_endpoints_is_a_slice);
    tcase_add_test(reading, endpoints_without_subsets_still_say_that_there_are_none);
    tcase_add_test(reading, a_repeated_object_takes_all_its_slices_along);
    tcase_add_test(reading, what_is_wrong_is_reported_where_it_is);
    tcase_add_test(reading, text_in_a_slice_that_is_no_address_is_skipped_with_a_warning);
    suite_add_tcase(suite, reading);
    return suite;
}
