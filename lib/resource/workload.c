/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deployment and its kin: the pods they would make (K8-63 to K8-65). compile/ decides which of them
 * do.
 */
#include "resource/k8s_values.h"
#include "resource/pod.h"
#include "resource/readers.h"

#define HIGHEST_ORDINAL INT32_MAX

static const struct {
    const char *kind;
    enum cp_template_kind template_kind;
    const char *count; /* field of spec; NULL: always one pod */
} forms[] = {
    {"Deployment", CP_TEMPLATE_DEPLOYMENT, "replicas"},
    {"StatefulSet", CP_TEMPLATE_STATEFUL_SET, "replicas"},
    {"DaemonSet", CP_TEMPLATE_DAEMON_SET, NULL},
    {"ReplicaSet", CP_TEMPLATE_REPLICA_SET, "replicas"},
    {"ReplicationController", CP_TEMPLATE_REPLICATION_CONTROLLER, "replicas"},
    {"Job", CP_TEMPLATE_JOB, "parallelism"},
    {"CronJob", CP_TEMPLATE_CRON_JOB, NULL},
};

static void read_first_ordinal(struct cp_resource_reader *reader,
                               const struct cp_field *spec,
                               struct cp_template_spec *template_)
{
    struct cp_field ordinals = cp_field_member(spec, "ordinals");
    struct cp_field start = cp_field_member(&ordinals, "start");
    int64_t first;

    if (!cp_read_integer(&reader->base, &start, &first))
        return;
    if (first < 0 || first > HIGHEST_ORDINAL)
        cp_report(&reader->base, &start, CP_CODE_OUT_OF_RANGE, "%t, expected 0 to 2147483647",
                  cp_node_text(start.node));
    else
        template_->first_ordinal = first;
}

static void read_template(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_template_spec *template_)
{
    struct cp_field metadata = cp_field_member(field, "metadata");
    struct cp_field labels = cp_field_member(&metadata, "labels");
    struct cp_field spec = cp_field_member(field, "spec");
    struct cp_workload_spec *pod = &template_->pod;

    cp_k8s_read_object(reader, field, NULL);
    pod->source = CP_WORKLOAD_TEMPLATE;
    pod->metadata.api_version = CP_TEXT("v1");
    pod->metadata.kind = CP_TEXT("Pod");
    pod->metadata.namespace_name = reader->metadata.namespace_name;
    pod->metadata.origin = reader->metadata.origin;
    cp_read_labels(reader, &labels, &pod->metadata.labels);
    cp_read_pod_spec(reader, &spec, pod);
    pod->node = CP_TEXT("");
}

/* A CronJob's template lies in its Job's. */
static void read_nested_template(struct cp_resource_reader *reader,
                                 const struct cp_field *spec,
                                 struct cp_template_spec *template_)
{
    struct cp_field job = cp_field_member(spec, "jobTemplate");
    struct cp_field job_spec = cp_field_member(&job, "spec");
    struct cp_field field = cp_field_member(&job_spec, "template");

    read_template(reader, &field, template_);
}

static void read_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      const char *count_name,
                      struct cp_template_spec *template_)
{
    struct cp_field field = cp_field_member(spec, "template");

    cp_k8s_read_object(reader, spec, NULL);
    template_->replicas = 1;
    if (count_name) {
        struct cp_field count = cp_field_member(spec, count_name);

        cp_read_integer(&reader->base, &count, &template_->replicas);
    }
    if (template_->kind == CP_TEMPLATE_STATEFUL_SET)
        read_first_ordinal(reader, spec, template_);
    if (template_->kind == CP_TEMPLATE_CRON_JOB)
        read_nested_template(reader, spec, template_);
    else
        read_template(reader, &field, template_);
}

void cp_workload_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_template_spec *template_ = CP_NEW(reader->base.arena, struct cp_template_spec);
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field spec = cp_field_member(root, "spec");
    size_t form = 0;
    struct cp_k8s_scope scope;

    if (!template_) {
        cp_resource_no_memory(reader);
        return;
    }
    while (strcmp(forms[form].kind, reader->kind->kind) != 0)
        form++;
    template_->metadata = reader->metadata;
    template_->kind = forms[form].template_kind;
    scope = cp_k8s_begin(reader, CP_LENIENCY_ALL);
    cp_read_controller(reader, &metadata, &template_->owner_kind, &template_->owner_name);
    read_spec(reader, &spec, forms[form].count, template_);
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->templates, template_);
}
