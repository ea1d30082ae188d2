/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services (K8-110 to K8-118).
 */
#include "net/protocol.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define SERVICE(spec)                                                                              \
    "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {" spec "}\n"

static const struct cp_service_object *load(struct loaded *loaded, const char *text)
{
    load_resources(loaded, cp_text_from(text), 0);
    return loaded->collection.services.count ? loaded->collection.services.items[0] : NULL;
}

START_TEST(ports_lead_to_targets_by_number_or_name)
{
    static const struct {
        const char *name;
        uint8_t protocol;
        uint16_t port, node_port, target_port;
        const char *target_name;
    } expected[] = {
        {"", CP_PROTOCOL_TCP, 80, 0, 80, ""},    {"a", CP_PROTOCOL_UDP, 53, 30053, 5353, ""},
        {"b", CP_PROTOCOL_TCP, 81, 0, 0, "web"}, {"c", CP_PROTOCOL_TCP, 82, 0, 82, ""},
        {"d", CP_PROTOCOL_SCTP, 83, 0, 83, ""},
    };
    struct loaded loaded;
    const struct cp_service_object *service =
        load(&loaded, SERVICE("ports: [{port: 80}, {name: a, protocol: UDP, port: 53, nodePort: "
                              "30053, targetPort: 5353}, {name: b, port: 81, targetPort: web}, "
                              "{name: c, port: 82, targetPort: 0}, {name: d, port: 83, protocol: "
                              "SCTP, targetPort: ''}]"));

    expect_no_errors(&loaded);
    ck_assert_uint_eq(service->ports.count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        const struct cp_service_port *port = &service->ports.items[i];

        expect_text(port->name, expected[i].name);
        ck_assert_uint_eq(port->protocol, expected[i].protocol);
        ck_assert_uint_eq(port->port, expected[i].port);
        ck_assert_uint_eq(port->node_port, expected[i].node_port);
        ck_assert_uint_eq(port->target_port, expected[i].target_port);
        expect_text(port->target_name, expected[i].target_name);
    }
    finish_resources(&loaded);
}
END_TEST

START_TEST(cluster_addresses_come_from_the_list_or_the_single_field)
{
    static const struct {
        const char *text;
        uint32_t count;
        bool headless;
    } cases[] = {
        {SERVICE("clusterIPs: [10.96.0.1, 'fd00::1'], clusterIP: 10.96.0.1"), 2, false},
        {SERVICE("clusterIP: 10.96.0.1"), 1, false},
        {SERVICE("clusterIPs: [], clusterIP: 10.96.0.1"), 1, false},
        {SERVICE("clusterIP: None"), 0, true},
        {SERVICE("clusterIPs: [None], clusterIP: None"), 0, true},
        {SERVICE("clusterIP: ''"), 0, false},
        {SERVICE(""), 0, false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_service_object *service = load(&loaded, cases[i].text);

        expect_no_errors(&loaded);
        ck_assert_msg(service->cluster_ips.count == cases[i].count, "%s", cases[i].text);
        ck_assert_msg(service->headless == cases[i].headless, "%s", cases[i].text);
        ck_assert(!service->external_name);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(external_addresses_are_given_ones_and_the_load_balancers)
{
    struct loaded loaded;
    const struct cp_service_object *service = load(
        &loaded, SERVICE("externalIPs: [203.0.113.1]") "status: {loadBalancer: {ingress: [{ip: "
                                                       "203.0.113.2}, {hostname: a.example}]}}"
                                                       "\n");

    expect_no_errors(&loaded);
    ck_assert_uint_eq(service->external_ips.count, 2);
    ck_assert_uint_eq(service->external_ips.items[1].bytes[3], 2);
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_empty_selector_is_none)
{
    struct loaded loaded;
    const struct cp_service_object *service =
        load(&loaded, SERVICE("selector: {app: web, old: null}, publishNotReadyAddresses: true"));

    ck_assert(service->has_selector);
    ck_assert(service->publish_not_ready);
    expect_text(*cp_pairs_find(&service->selector, CP_TEXT("old")), "");
    finish_resources(&loaded);
    ck_assert(!load(&loaded, SERVICE("selector: {}"))->has_selector);
    finish_resources(&loaded);
    ck_assert(load(&loaded, SERVICE("type: ExternalName, externalName: a.example"))->external_name);
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
        {SERVICE("ports: [{port: 0}]"), CP_CODE_PORT_NUMBER, "spec.ports[0].port"},
        {SERVICE("ports: [{port: 1, targetPort: 65536}]"), CP_CODE_PORT_NUMBER,
         "spec.ports[0].targetPort"},
        {SERVICE("ports: [{port: 1, nodePort: -1}]"), CP_CODE_PORT_NUMBER,
         "spec.ports[0].nodePort"},
        {SERVICE("clusterIP: none"), CP_CODE_ADDRESS, "spec.clusterIP"},
        {SERVICE("externalIPs: [x]"), CP_CODE_ADDRESS, "spec.externalIPs[0]"},
        {SERVICE("selector: {app: yes}"), CP_CODE_LABEL_VALUE, "spec.selector.app"},
        {SERVICE("ports: [], ports: []"), CP_CODE_YAML_DUPLICATE_KEY, "spec.ports"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, cases[i].text), "%s", cases[i].text);
        expect_report(&loaded, CALPOL_SEVERITY_ERROR, cases[i].code, cases[i].path);
        finish_resources(&loaded);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/service");
    TCase *reading = tcase_create("reading");

    tcase_add_test(reading, ports_lead_to_targets_by_number_or_name);
    tcase_add_test(reading, cluster_addresses_come_from_the_list_or_the_single_field);
    tcase_add_test(reading, external_addresses_are_given_ones_and_the_load_balancers);
    tcase_add_test(reading, an_empty_selector_is_none);
    tcase_add_test(reading, what_is_wrong_is_reported_where_it_is);
    suite_add_tcase(suite, reading);
    return suite;
}
