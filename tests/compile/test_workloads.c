/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods made from workload templates (K8-63 to K8-65).
 */
#include "compile/workloads.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/resources.h"
#include "support/suite.h"

#define OBJECT(version, kind, metadata, spec)                                                      \
    "---\napiVersion: " version "\nkind: " kind "\nmetadata: {namespace: shop, " metadata          \
    "}\nspec: {" spec "}\n"
#define LABELLED "template: {metadata: {labels: {app: web}}}"
#define DEPLOYMENT(metadata, spec) OBJECT("apps/v1", "Deployment", metadata, spec LABELLED)
#define REPLICA_SET(metadata, spec) OBJECT("apps/v1", "ReplicaSet", metadata, spec LABELLED)
#define STATEFUL_SET(metadata, spec) OBJECT("apps/v1", "StatefulSet", metadata, spec LABELLED)
#define POD(metadata) OBJECT("v1", "Pod", metadata, "")
#define OWNER(kind, name) "ownerReferences: [{kind: " kind ", name: " name ", controller: true}]"

static void expand(struct loaded *loaded, const char *text)
{
    load_resources(loaded, cp_text_from(text), 0);
    expect_no_errors(loaded);
    ck_assert_int_eq(cp_expand_templates(&loaded->collection, &loaded->work, &loaded->diagnostics),
                     CALPOL_OK);
}

static const struct cp_text *label(const struct cp_workload_spec *pod, const char *key)
{
    return cp_pairs_find(&pod->metadata.labels, cp_text_from(key));
}

/* Names of the pods that there are afterwards, separated by blanks. */
START_TEST(each_template_without_live_pods_gives_one_pod_or_two)
{
    static const struct {
        const char *text;
        const char *names;
    } cases[] = {
        {DEPLOYMENT("name: d", ""), "d-1"},
        {DEPLOYMENT("name: d", "replicas: 1, "), "d-1"},
        {DEPLOYMENT("name: d", "replicas: 2, "), "d-1 d-2"},
        {DEPLOYMENT("name: d", "replicas: 100, "), "d-1 d-2"},
        {DEPLOYMENT("name: d", "replicas: 0, "), "d-1"},
        {STATEFUL_SET("name: s", "replicas: 3, "), "s-0 s-1"},
        {STATEFUL_SET("name: s", "replicas: 2, ordinals: {start: 7}, "), "s-7 s-8"},
        {STATEFUL_SET("name: s", "replicas: 2, ordinals: {start: 2147483647}, "),
         "s-2147483647 s-2147483648"},
        {OBJECT("apps/v1", "DaemonSet", "name: a", ""), "a-1"},
        {OBJECT("batch/v1", "Job", "name: j", "parallelism: 2"), "j-1 j-2"},
        {OBJECT("batch/v1", "CronJob", "name: c", ""), "c-1"},
        {OBJECT("v1", "ReplicationController", "name: r", "replicas: 2"), "r-1 r-2"},
        /* live pods */
        {DEPLOYMENT("name: d", "") POD("name: x, " OWNER("Deployment", "d")), "x"},
        {REPLICA_SET("name: r, " OWNER("Deployment", "d"), "") DEPLOYMENT("name: d", "")
             POD("name: x, " OWNER("ReplicaSet", "r")),
         "x"},
        {DEPLOYMENT("name: d", "") REPLICA_SET("name: r, " OWNER("Deployment", "d"), ""), "d-1"},
        {REPLICA_SET("name: r, " OWNER("Deployment", "d"), ""), ""},
        {REPLICA_SET("name: r, " OWNER("Rollout", "d"), ""), "r-1"},
        {DEPLOYMENT("name: d", "")
             POD("name: x, labels: {pod-template-hash: abc}, " OWNER("ReplicaSet", "d-abc")),
         "x"},
        {DEPLOYMENT("name: d", "")
             POD("name: x, labels: {pod-template-hash: abc}, " OWNER("ReplicaSet", "dxabc")),
         "x d-1"},
        {DEPLOYMENT("name: d", "") POD("name: x, " OWNER("ReplicaSet", "d-abc")), "x d-1"},
        {OBJECT("batch/v1", "CronJob", "name: c", "")
             OBJECT("batch/v1", "Job", "name: j, " OWNER("CronJob", "c"), "")
                 POD("name: x, " OWNER("Job", "j")),
         "x"},
        {DEPLOYMENT("name: d", "") "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: "
                                   "shop, " OWNER("Deployment", "d") "}\nstatus: {phase: "
                                                                     "Succeeded}\n",
         "x"},
        {DEPLOYMENT("name: d", "") POD("name: x, ownerReferences: [{kind: Deployment, name: d}]"),
         "x d-1"},
        {DEPLOYMENT("name: d", "") "---\napiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: "
                                   "other, " OWNER("Deployment", "d") "}\n",
         "x d-1"},
        {DEPLOYMENT("name: d", "") POD("name: x, " OWNER("StatefulSet", "d")), "x d-1"},
        /* names that are taken */
        {DEPLOYMENT("name: d", "replicas: 2, ") POD("name: d-2"), "d-2 d-1"},
        {DEPLOYMENT("name: w", "") OBJECT("apps/v1", "DaemonSet", "name: w", ""), "w-1"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct loaded loaded;
        struct cp_buffer names;

        expand(&loaded, cases[i].text);
        cp_buffer_init(&names, &loaded.work);
        for (uint32_t k = 0; k < loaded.collection.workloads.count; k++)
            cp_buffer_format(&names, k ? " %t" : "%t",
                             loaded.collection.workloads.items[k]->metadata.name);
        ck_assert_msg(cp_text_is(cp_buffer_text(&names), cases[i].names), "%s is not %s for%s",
                      cp_buffer_string(&names), cases[i].names, cases[i].text);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(a_made_pod_is_that_of_the_template)
{
    const struct cp_workload_spec *pod;
    struct loaded loaded;

    expand(&loaded, DEPLOYMENT("name: d, labels: {of: workload}", "replicas: 2, "));
    pod = loaded.collection.workloads.items[1];
    ck_assert_int_eq(pod->source, CP_WORKLOAD_TEMPLATE);
    expect_text(pod->metadata.namespace_name, "shop");
    expect_text(pod->metadata.kind, "Pod");
    expect_text(pod->metadata.resource, "Pod/shop/d-2");
    ck_assert_uint_eq(pod->metadata.labels.items.count, 1);
    expect_text(*label(pod, "app"), "web");
    ck_assert_uint_eq(pod->metadata.origin.place.line, 2);
    ck_assert(!pod->finished);
    finish_resources(&loaded);
}
END_TEST

START_TEST(controllers_add_the_labels_that_people_select_by)
{
    const struct cp_workload_spec *const *pods;
    struct loaded loaded;

    expand(&loaded,
           STATEFUL_SET("name: s", "replicas: 2, ") OBJECT("batch/v1", "Job", "name: j", LABELLED)
               OBJECT("batch/v1", "CronJob", "name: c", ""));
    pods = (const struct cp_workload_spec *const *)loaded.collection.workloads.items;
    ck_assert_uint_eq(loaded.collection.workloads.count, 4);
    expect_text(*label(pods[0], "statefulset.kubernetes.io/pod-name"), "s-0");
    expect_text(*label(pods[0], "apps.kubernetes.io/pod-index"), "0");
    expect_text(*label(pods[1], "statefulset.kubernetes.io/pod-name"), "s-1");
    expect_text(*label(pods[1], "apps.kubernetes.io/pod-index"), "1");
    expect_text(*label(pods[1], "app"), "web");
    expect_text(*label(pods[2], "job-name"), "j");
    expect_text(*label(pods[2], "batch.kubernetes.io/job-name"), "j");
    expect_text(*label(pods[2], "app"), "web");
    ck_assert(!label(pods[3], "job-name"));
    finish_resources(&loaded);
}
END_TEST

START_TEST(no_replicas_are_one_pod_with_a_note)
{
    struct loaded loaded;

    expand(&loaded, DEPLOYMENT("name: d", "replicas: 0, "));
    expect_report(&loaded, CALPOL_SEVERITY_NOTE, CP_CODE_WORKLOAD_NO_REPLICAS, "spec.replicas");
    finish_resources(&loaded);
    /* An old ReplicaSet of a Deployment is nothing to speak of. */
    expand(&loaded, DEPLOYMENT("name: d", "")
                        REPLICA_SET("name: r, " OWNER("Deployment", "d"), "replicas: 0, "));
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(owners_in_a_circle_come_to_an_end)
{
    struct loaded loaded;

    expand(&loaded, REPLICA_SET("name: a, " OWNER("ReplicaSet", "b"), "")
                        REPLICA_SET("name: b, " OWNER("ReplicaSet", "a"), "")
                            POD("name: x, " OWNER("ReplicaSet", "a")));
    ck_assert_uint_eq(loaded.collection.workloads.count, 1);
    finish_resources(&loaded);
}
END_TEST

static int expand_some(const struct calpol_allocator *allocator, void *context)
{
    struct loaded loaded;
    int status = try_load_resources(&loaded, cp_text_from(context), 0, allocator);

    if (!status)
        status = cp_expand_templates(&loaded.collection, &loaded.work, &loaded.diagnostics);
    finish_resources(&loaded);
    return status;
}

START_TEST(expansion_survives_each_failing_allocation)
{
    static char text[] = STATEFUL_SET("name: s", "replicas: 2, ")
        DEPLOYMENT("name: d", "replicas: 0, ") POD("name: d-2");

    ck_assert_uint_gt(for_each_failure(expand_some, text), 5);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/workloads");
    TCase *pods = tcase_create("pods");
    TCase *memory = tcase_create("memory");

    tcase_add_test(pods, each_template_without_live_pods_gives_one_pod_or_two);
    tcase_add_test(pods, a_made_pod_is_that_of_the_template);
    tcase_add_test(pods, controllers_add_the_labels_that_people_select_by);
    tcase_add_test(pods, no_replicas_are_one_pod_with_a_note);
    tcase_add_test(pods, owners_in_a_circle_come_to_an_end);
    tcase_add_test(memory, expansion_survives_each_failing_allocation);
    tcase_set_timeout(memory, 60);
    suite_add_tcase(suite, pods);
    suite_add_tcase(suite, memory);
    return suite;
}
