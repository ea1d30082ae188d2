/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods (K8-36, K8-53 to K8-55, K8-62).
 */
#include "net/protocol.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define POD(metadata, rest)                                                                        \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: shop" metadata "}\n" rest "\n"

static const struct cp_workload_spec *load(struct loaded *loaded, const char *text)
{
    load_resources(loaded, cp_text_from(text), 0);
    return loaded->collection.workloads.count ? loaded->collection.workloads.items[0] : NULL;
}

static void expect_address(const struct calpol_address *address, const char *expected)
{
    struct cp_buffer buffer;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    cp_address_print(address, &buffer);
    ck_assert_str_eq(cp_buffer_string(&buffer), expected);
    cp_arena_finish(&arena);
}

START_TEST(a_pod_that_says_nothing_is_live_and_has_the_default_service_account)
{
    struct loaded loaded;
    const struct cp_workload_spec *pod = load(&loaded, POD("", ""));

    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    ck_assert_int_eq(pod->source, CP_WORKLOAD_POD);
    expect_text(pod->service_account, "default");
    expect_text(pod->orchestrator, "k8s");
    expect_text(pod->node, "");
    ck_assert(!pod->host_network && !pod->finished && !pod->deleting && !pod->not_ready);
    ck_assert_uint_eq(pod->addresses.count + pod->ports.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(the_service_account_has_two_names)
{
    static const struct {
        const char *text;
        const char *name;
    } cases[] = {
        {POD("", "spec: {serviceAccountName: a, serviceAccount: b}"), "a"},
        {POD("", "spec: {serviceAccountName: '', serviceAccount: b}"), "b"},
        {POD("", "spec: {serviceAccount: b}"), "b"},
        {POD("", "spec: {serviceAccountName: null}"), "default"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        expect_text(load(&loaded, cases[i].text)->service_account, cases[i].name);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(the_first_source_of_addresses_that_has_any_counts)
{
    static const struct {
        const char *text;
        uint32_t count;
        const char *first;
    } cases[] = {
        {POD("", "status: {podIPs: [{ip: 10.0.0.1}, {ip: 'fd00::1'}], podIP: 10.0.0.2}"), 2,
         "10.0.0.1"},
        {POD("", "status: {podIPs: [], podIP: 10.0.0.2}"), 1, "10.0.0.2"},
        {POD("", "status: {podIPs: [{}], podIP: 10.0.0.2}"), 1, "10.0.0.2"},
        {POD("", "status: {podIP: ''}"), 0, NULL},
        {POD("", "status: {podIP: '::ffff:10.0.0.3'}"), 1, "10.0.0.3"},
        {POD(", annotations: {cni.projectcalico.org/podIPs: '10.0.0.4/32, fd00::4/128', "
             "cni.projectcalico.org/podIP: 10.0.0.5/32}",
             ""),
         2, "10.0.0.4"},
        {POD(", annotations: {cni.projectcalico.org/podIPs: '', cni.projectcalico.org/podIP: "
             "10.0.0.5/32}",
             ""),
         1, "10.0.0.5"},
        {POD(", annotations: {vpc.amazonaws.com/pod-ips: '10.0.0.6,10.0.0.7'}", ""), 2, "10.0.0.6"},
        {POD(", annotations: {cni.projectcalico.org/podIP: 10.0.0.5/32}",
             "status: {podIP: 10.0.0.2}"),
         1, "10.0.0.2"},
        {POD(", annotations: {cni.projectcalico.org/podIP: 10.0.0.5/24}", ""), 0, NULL},
        {POD(", annotations: {cni.projectcalico.org/podIP: ',x,'}", ""), 0, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_workload_spec *pod = load(&loaded, cases[i].text);

        expect_no_errors(&loaded);
        ck_assert_msg(pod->addresses.count == cases[i].count, "%s", cases[i].text);
        if (cases[i].first)
            expect_address(&pod->addresses.items[0], cases[i].first);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(the_addresses_of_its_host_are_kept)
{
    struct loaded loaded;
    const struct cp_workload_spec *pod =
        load(&loaded, POD("", "spec: {hostNetwork: true, nodeName: n1}\n"
                              "status: {hostIPs: [{ip: 192.168.0.1}], hostIP: 192.168.0.2}"));

    ck_assert(pod->host_network);
    expect_text(pod->node, "n1");
    ck_assert_uint_eq(pod->host_addresses.count, 1);
    expect_address(&pod->host_addresses.items[0], "192.168.0.1");
    finish_resources(&loaded);
    pod = load(&loaded, POD("", "status: {hostIP: 192.168.0.2}"));
    expect_address(&pod->host_addresses.items[0], "192.168.0.2");
    finish_resources(&loaded);
}
END_TEST

START_TEST(ports_come_from_all_containers_and_sidecars_are_told_apart)
{
    static const struct {
        const char *name;
        uint8_t protocol;
        uint16_t port, host_port;
        bool sidecar;
    } expected[] = {
        {"http", CP_PROTOCOL_TCP, 80, 0, true},  {"", CP_PROTOCOL_UDP, 53, 5353, true},
        {"other", CP_PROTOCOL_SCTP, 9, 0, true}, {"init", CP_PROTOCOL_TCP, 1, 0, false},
        {"beside", CP_PROTOCOL_TCP, 2, 0, true},
    };
    struct loaded loaded;
    const struct cp_workload_spec *pod = load(
        &loaded,
        POD("", "spec:\n"
                "  containers:\n"
                "  - ports: [{name: http, containerPort: 80}, {containerPort: 53, protocol: UDP, "
                "hostPort: 5353}]\n"
                "  - {name: b}\n"
                "  - ports: [{name: other, containerPort: 9, protocol: SCTP}, {name: lost, "
                "containerPort: 7, protocol: ICMP}, {name: no-number}]\n"
                "  initContainers:\n"
                "  - ports: [{name: init, containerPort: 1}]\n"
                "  - restartPolicy: Always\n"
                "    ports: [{name: beside, containerPort: 2}]\n"));

    expect_no_errors(&loaded);
    ck_assert_uint_eq(pod->ports.count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        const struct cp_endpoint_port *port = &pod->ports.items[i];

        expect_text(port->name, expected[i].name);
        ck_assert_uint_eq(port->protocol, expected[i].protocol);
        ck_assert_uint_eq(port->port, expected[i].port);
        ck_assert_uint_eq(port->host_port, expected[i].host_port);
        ck_assert_int_eq(port->sidecar, expected[i].sidecar);
    }
    finish_resources(&loaded);
}
END_TEST

#define RELEASED ", annotations: {cni.projectcalico.org/podIP: ''}"
#define RELEASED_AWS ", annotations: {vpc.amazonaws.com/pod-ips: ''}"
#define DELETED ", deletionTimestamp: '2026-01-01T00:00:00Z'"

START_TEST(a_pod_is_finished_by_its_phase_or_when_its_address_is_released)
{
    static const struct {
        const char *text;
        bool finished, deleting;
    } cases[] = {
        {POD("", "status: {phase: Pending}"), false, false},
        {POD("", "status: {phase: Running}"), false, false},
        {POD("", "status: {phase: Unknown}"), false, false},
        {POD("", "status: {phase: Succeeded}"), true, false},
        {POD("", "status: {phase: Failed}"), true, false},
        {POD("", "status: {phase: Completed}"), true, false},
        {POD(DELETED, ""), false, true},
        {POD(RELEASED, ""), false, false},
        {POD(DELETED RELEASED, "status: {podIP: 10.0.0.1}"), true, true},
        {POD(DELETED RELEASED_AWS, ""), true, true},
        {POD(DELETED RELEASED, "status: {phase: Running}"), true, true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_workload_spec *pod = load(&loaded, cases[i].text);

        expect_no_errors(&loaded);
        ck_assert_msg(pod->finished == cases[i].finished, "%s", cases[i].text);
        ck_assert_msg(pod->deleting == cases[i].deleting, "%s", cases[i].text);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(a_pod_is_not_ready_when_its_condition_says_so)
{
    static const struct {
        const char *text;
        bool not_ready;
    } cases[] = {
        {POD("", "status: {conditions: []}"), false},
        {POD("", "status: {conditions: [{type: Initialized, status: 'False'}]}"), false},
        {POD("", "status: {conditions: [{type: Ready}]}"), false},
        {POD("", "status: {conditions: [{type: Ready, status: 'True'}]}"), false},
        {POD("", "status: {conditions: [{type: Ready, status: 'False'}]}"), true},
        {POD("", "status: {conditions: [{type: Ready, status: Unknown}]}"), true},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(load(&loaded, cases[i].text)->not_ready == cases[i].not_ready, "%s",
                      cases[i].text);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(the_owner_that_controls_a_pod_is_known)
{
    struct loaded loaded;
    const struct cp_workload_spec *pod =
        load(&loaded, POD(", ownerReferences: [{kind: Node, name: a}, {kind: ReplicaSet, name: b, "
                          "controller: true}]",
                          ""));

    expect_text(pod->owner_kind, "ReplicaSet");
    expect_text(pod->owner_name, "b");
    finish_resources(&loaded);
    pod = load(&loaded, POD(", ownerReferences: [{kind: Node, name: a, controller: false}]", ""));
    expect_text(pod->owner_kind, "");
    finish_resources(&loaded);
}
END_TEST

START_TEST(what_policy_does_not_need_is_passed_over)
{
    struct loaded loaded;

    ck_assert(load(&loaded,
                   POD(", managedFields: [{fieldsV1: {'f:spec': {}}}], uid: 1, whatever: [yes]",
                       "spec: {containers: [{image: 1, ports: null, restartPolicy: 5}], volumes: "
                       "{}, dnsPolicy: [1]}\n"
                       "status: {containerStatuses: x, qosClass: 7, podIPs: null}\n"
                       "extra: 1\n")));
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
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
        {POD("", "spec: []"), CP_CODE_TYPE, "spec"},
        {POD("", "spec: {hostNetwork: 'true'}"), CP_CODE_TYPE, "spec.hostNetwork"},
        {POD("", "spec: {hostNetwork: true, hostNetwork: false}"), CP_CODE_YAML_DUPLICATE_KEY,
         "spec.hostNetwork"},
        {POD("", "spec: {nodeName: 5}"), CP_CODE_TYPE, "spec.nodeName"},
        {POD("", "spec: {containers: {}}"), CP_CODE_TYPE, "spec.containers"},
        {POD("", "spec: {containers: [{ports: [{containerPort: 0}]}]}"),
         CP_CODE_ENDPOINT_PORT_NUMBER, "spec.containers[0].ports[0].containerPort"},
        {POD("", "spec: {containers: [{ports: [{containerPort: 1, hostPort: 65536}]}]}"),
         CP_CODE_ENDPOINT_PORT_NUMBER, "spec.containers[0].ports[0].hostPort"},
        {POD("", "status: {podIPs: [{ip: 10.0.0.256}]}"), CP_CODE_ADDRESS, "status.podIPs[0].ip"},
        {POD("", "status: {hostIP: here}"), CP_CODE_ADDRESS, "status.hostIP"},
        {POD(", labels: {a: 1}", ""), CP_CODE_LABEL_VALUE, "metadata.labels.a"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;

        ck_assert_msg(!load(&loaded, cases[i].text), "%s", cases[i].text);
        expect_report(&loaded, CALPOL_SEVERITY_ERROR, cases[i].code, cases[i].path);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(lenient_loading_leaves_out_what_it_cannot_read)
{
    static const char text[] =
        POD("", "spec: {nodeName: 5, containers: [{ports: {}}, {ports: [{containerPort: 0}, "
                "{containerPort: 80}]}]}\n"
                "status: {podIPs: [{ip: x}, {ip: 10.0.0.1}]}\n");
    const struct cp_workload_spec *pod;
    struct loaded loaded;

    load_resources(&loaded, cp_text_from(text), CALPOL_LOAD_LENIENT);
    expect_no_errors(&loaded);
    ck_assert_uint_eq(loaded.diagnostics.warning_count, 4);
    pod = loaded.collection.workloads.items[0];
    expect_text(pod->node, "5");
    ck_assert_uint_eq(pod->ports.count, 1);
    ck_assert_uint_eq(pod->addresses.count, 1);
    ck_assert_int_eq(loaded.reader.base.leniency, CP_LENIENCY_BY_CODE);
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/pod");
    TCase *reading = tcase_create("reading");
    TCase *loose = tcase_create("loose");

    tcase_add_test(reading, a_pod_that_says_nothing_is_live_and_has_the_default_service_account);
    tcase_add_test(reading, the_service_account_has_two_names);
    tcase_add_test(reading, the_first_source_of_addresses_that_has_any_counts);
    tcase_add_test(reading, the_addresses_of_its_host_are_kept);
    tcase_add_test(reading, ports_come_from_all_containers_and_sidecars_are_told_apart);
    tcase_add_test(reading, a_pod_is_finished_by_its_phase_or_when_its_address_is_released);
    tcase_add_test(reading, a_pod_is_not_ready_when_its_condition_says_so);
    tcase_add_test(reading, the_owner_that_controls_a_pod_is_known);
    tcase_add_test(loose, what_policy_does_not_need_is_passed_over);
    tcase_add_test(loose, what_is_wrong_is_reported_where_it_is);
    tcase_add_test(loose, lenient_loading_leaves_out_what_it_cannot_read);
    suite_add_tcase(suite, reading);
    suite_add_tcase(suite, loose);
    return suite;
}
