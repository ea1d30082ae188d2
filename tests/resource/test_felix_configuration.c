/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options from FelixConfiguration (EV-195), automatic host endpoints (K8-132).
 */
#include "calico_text.h"
#include "net/protocol.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define FELIX(name, spec) CALICO("FelixConfiguration", "name: " name, spec)
#define CONTROLLERS(value)                                                                         \
    CALICO("KubeControllersConfiguration", "name: default",                                        \
           "controllers: {node: {hostEndpoint: {autoCreate: " value "}}}")

START_TEST(options_are_read_in_any_case)
{
    const struct cp_felix_spec *felix;
    struct loaded loaded;

    load_resources(
        &loaded,
        CP_TEXT(FELIX("default", "defaultEndpointToHostAction: accept, failsafeInboundHostPorts: "
                                 "[{protocol: udp, port: 68}, {port: 22, net: 10.0.0.1/8}], "
                                 "failsafeOutboundHostPorts: []")),
        0);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    felix = loaded.collection.felix.items[0];
    expect_text(felix->node, "");
    ck_assert(felix->has_host_action && felix->host_action == CP_HOST_ACCEPT);
    ck_assert(felix->has_inbound && felix->inbound.count == 2);
    ck_assert(felix->has_outbound && felix->outbound.count == 0);
    ck_assert_uint_eq(felix->inbound.items[0].protocol, CP_PROTOCOL_UDP);
    ck_assert_uint_eq(felix->inbound.items[0].port, 68);
    ck_assert(!felix->inbound.items[0].has_net);
    ck_assert_uint_eq(felix->inbound.items[1].protocol, CP_PROTOCOL_TCP);
    ck_assert(felix->inbound.items[1].has_net && felix->inbound.items[1].net.length == 8);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_node_has_options_of_its_own)
{
    const struct cp_felix_spec *felix;
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(FELIX("node.n1", "defaultEndpointToHostAction: Return")), 0);
    felix = loaded.collection.felix.items[0];
    expect_text(felix->node, "n1");
    ck_assert(!felix->has_inbound && !felix->has_outbound);
    finish_resources(&loaded);
}
END_TEST

START_TEST(other_fields_and_names_are_ignored_with_a_note)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(FELIX("default", "bpfEnabled: true, x: [1]")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_NOTE, CP_CODE_FIELD_IGNORED, "spec");
    finish_resources(&loaded);
    load_resources(&loaded, CP_TEXT(FELIX("Foo", "defaultEndpointToHostAction: x")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_NOTE, CP_CODE_FIELD_IGNORED, "metadata.name");
    ck_assert_uint_eq(loaded.collection.felix.count, 0);
    finish_resources(&loaded);
}
END_TEST

static const struct {
    const char *spec;
    const char *path;
} bad_specs[] = {
    {FELIX("default", "defaultEndpointToHostAction: reject"), "spec.defaultEndpointToHostAction"},
    {FELIX("default", "failsafeInboundHostPorts: [{protocol: icmp, port: 1}]"),
     "spec.failsafeInboundHostPorts[0].protocol"},
    {FELIX("default", "failsafeInboundHostPorts: [{protocol: tcp}]"),
     "spec.failsafeInboundHostPorts[0].port"},
    {FELIX("default", "failsafeOutboundHostPorts: [{port: 65536}]"),
     "spec.failsafeOutboundHostPorts[0].port"},
    {CONTROLLERS("true1"), "spec.controllers.node.hostEndpoint.autoCreate"},
};

START_TEST(a_value_that_is_none_is_refused_or_left_out)
{
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(bad_specs[_i].spec), 0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_OPTION_VALUE, bad_specs[_i].path);
    finish_resources(&loaded);
    load_resources(&loaded, cp_text_from(bad_specs[_i].spec), CALPOL_LOAD_LENIENT);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_OPTION_VALUE, bad_specs[_i].path);
    ck_assert(!loaded.collection.auto_host_endpoints);
    finish_resources(&loaded);
}
END_TEST

START_TEST(the_last_controllers_configuration_counts)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(CONTROLLERS("Disabled") "---\n" CONTROLLERS("Enabled")), 0);
    ck_assert(loaded.collection.auto_host_endpoints);
    finish_resources(&loaded);
    load_resources(&loaded, CP_TEXT(CONTROLLERS("Enabled") "---\n" CONTROLLERS("~")), 0);
    ck_assert(!loaded.collection.auto_host_endpoints);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/felix_configuration");
    TCase *options = tcase_create("options");

    tcase_add_test(options, options_are_read_in_any_case);
    tcase_add_test(options, a_node_has_options_of_its_own);
    tcase_add_test(options, other_fields_and_names_are_ignored_with_a_note);
    tcase_add_loop_test(options, a_value_that_is_none_is_refused_or_left_out, 0,
                        (int)COUNT_OF(bad_specs));
    tcase_add_test(options, the_last_controllers_configuration_counts);
    suite_add_tcase(suite, options);
    return suite;
}
