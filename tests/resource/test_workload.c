/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workload templates as read (K8-63). What pods come of them is tested in compile/.
 */
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#define WORKLOAD(version, kind, spec)                                                              \
    "apiVersion: " version "\nkind: " kind                                                         \
    "\nmetadata: {name: w, namespace: shop, labels: {of: workload}}\nspec: " spec "\n"
#define TEMPLATE                                                                                   \
    "template: {metadata: {namespace: other, labels: {app: web}}, spec: {nodeName: n1, "           \
    "serviceAccountName: runner, containers: [{ports: [{name: http, containerPort: 80}]}]}}"

static const struct cp_template_spec *load(struct loaded *loaded, const char *text)
{
    load_resources(loaded, cp_text_from(text), 0);
    return loaded->collection.templates.count ? loaded->collection.templates.items[0] : NULL;
}

START_TEST(each_kind_has_a_template_and_a_number_of_pods)
{
    static const struct {
        const char *text;
        enum cp_template_kind kind;
        int64_t replicas;
    } cases[] = {
        {WORKLOAD("apps/v1", "Deployment", "{replicas: 3, " TEMPLATE "}"), CP_TEMPLATE_DEPLOYMENT,
         3},
        {WORKLOAD("apps/v1", "Deployment", "{replicas: null, " TEMPLATE "}"),
         CP_TEMPLATE_DEPLOYMENT, 1},
        {WORKLOAD("apps/v1", "StatefulSet", "{replicas: 0, " TEMPLATE "}"),
         CP_TEMPLATE_STATEFUL_SET, 0},
        {WORKLOAD("apps/v1", "DaemonSet", "{replicas: 3, " TEMPLATE "}"), CP_TEMPLATE_DAEMON_SET,
         1},
        {WORKLOAD("apps/v1", "ReplicaSet", "{replicas: 2, " TEMPLATE "}"), CP_TEMPLATE_REPLICA_SET,
         2},
        {WORKLOAD("v1", "ReplicationController", "{" TEMPLATE "}"),
         CP_TEMPLATE_REPLICATION_CONTROLLER, 1},
        {WORKLOAD("batch/v1", "Job", "{parallelism: 5, " TEMPLATE "}"), CP_TEMPLATE_JOB, 5},
        {WORKLOAD("batch/v1", "CronJob", "{jobTemplate: {spec: {parallelism: 5, " TEMPLATE "}}}"),
         CP_TEMPLATE_CRON_JOB, 1},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        const struct cp_template_spec *template_ = load(&loaded, cases[i].text);
        const struct cp_workload_spec *pod = &template_->pod;

        ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
        ck_assert_int_eq(template_->kind, cases[i].kind);
        ck_assert_int_eq(template_->replicas, cases[i].replicas);
        ck_assert_int_eq(pod->source, CP_WORKLOAD_TEMPLATE);
        ck_assert_uint_eq(pod->metadata.labels.items.count, 1);
        expect_text(pod->metadata.labels.items.items[0].key, "app");
        expect_text(pod->metadata.namespace_name, "shop");
        expect_text(pod->service_account, "runner");
        expect_text(pod->node, "");
        ck_assert_uint_eq(pod->ports.count, 1);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(older_api_versions_are_read_with_a_warning)
{
    static const char *const texts[] = {
        WORKLOAD("apps/v1beta2", "Deployment", "{}"),
        WORKLOAD("apps/v1beta1", "StatefulSet", "{}"),
        WORKLOAD("extensions/v1beta1", "Deployment", "{}"),
        WORKLOAD("extensions/v1beta1", "DaemonSet", "{}"),
        WORKLOAD("extensions/v1beta1", "ReplicaSet", "{}"),
        WORKLOAD("batch/v1beta1", "CronJob", "{}"),
    };

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct loaded loaded;

        ck_assert(load(&loaded, texts[i]));
        expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_REMOVED_API_VERSION, "apiVersion");
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(a_stateful_set_may_start_at_another_ordinal)
{
    struct loaded loaded;

    ck_assert_int_eq(
        load(&loaded, WORKLOAD("apps/v1", "StatefulSet", "{ordinals: {start: 5}}"))->first_ordinal,
        5);
    finish_resources(&loaded);
    ck_assert(!load(&loaded, WORKLOAD("apps/v1", "StatefulSet", "{ordinals: {start: -1}}")));
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_OUT_OF_RANGE, "spec.ordinals.start");
    finish_resources(&loaded);
    ck_assert(!load(
        &loaded, WORKLOAD("apps/v1", "StatefulSet", "{ordinals: {start: 9223372036854775807}}")));
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_workload_without_template_is_a_pod_without_labels)
{
    struct loaded loaded;
    const struct cp_template_spec *template_ =
        load(&loaded,
             "apiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: w, ownerReferences: [{kind: "
             "Deployment, name: d, controller: true}]}\n");

    expect_no_errors(&loaded);
    expect_text(template_->owner_kind, "Deployment");
    expect_text(template_->owner_name, "d");
    expect_text(template_->pod.service_account, "default");
    ck_assert_uint_eq(template_->pod.metadata.labels.items.count, 0);
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
        {WORKLOAD("apps/v1", "Deployment", "{replicas: '3'}"), CP_CODE_TYPE, "spec.replicas"},
        {WORKLOAD("apps/v1", "Deployment", "{template: []}"), CP_CODE_TYPE, "spec.template"},
        {WORKLOAD("apps/v1", "Deployment", "{template: {metadata: {labels: {a: on}}}}"),
         CP_CODE_LABEL_VALUE, "spec.template.metadata.labels.a"},
        {WORKLOAD("batch/v1", "CronJob",
                  "{jobTemplate: {spec: {template: {spec: {hostNetwork: 1}}}}}"),
         CP_CODE_TYPE, "spec.jobTemplate.spec.template.spec.hostNetwork"},
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
    Suite *suite = suite_create("resource/workload");
    TCase *reading = tcase_create("reading");

    tcase_add_test(reading, each_kind_has_a_template_and_a_number_of_pods);
    tcase_add_test(reading, older_api_versions_are_read_with_a_warning);
    tcase_add_test(reading, a_stateful_set_may_start_at_another_ordinal);
    tcase_add_test(reading, a_workload_without_template_is_a_pod_without_labels);
    tcase_add_test(reading, what_is_wrong_is_reported_where_it_is);
    suite_add_tcase(suite, reading);
    return suite;
}
