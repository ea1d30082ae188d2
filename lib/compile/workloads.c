/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods made from workload templates.
 */
#include "compile/workloads.h"

/* By enum cp_template_kind. */
static const char *const kind_names[] = {
    [CP_TEMPLATE_DEPLOYMENT] = "Deployment",
    [CP_TEMPLATE_STATEFUL_SET] = "StatefulSet",
    [CP_TEMPLATE_DAEMON_SET] = "DaemonSet",
    [CP_TEMPLATE_REPLICA_SET] = "ReplicaSet",
    [CP_TEMPLATE_REPLICATION_CONTROLLER] = "ReplicationController",
    [CP_TEMPLATE_JOB] = "Job",
    [CP_TEMPLATE_CRON_JOB] = "CronJob",
};

/* An object within its namespace. */
struct identity {
    struct cp_text namespace_name, kind, name;
};

struct expansion {
    struct cp_collection *collection;
    struct cp_arena *arena;
    struct calpol_diagnostics *diagnostics;
    struct cp_index templates; /* by identity */
    struct cp_index pods;      /* by namespace and name: numbers of workloads */
    bool *live;                /* by template: it has live pods, or those it controls have */
};

static uint64_t hash_of(const struct identity *identity)
{
    uint64_t hash = cp_hash_text(identity->namespace_name, 0);

    hash = cp_hash_text(identity->kind, hash);
    return cp_hash_text(identity->name, hash);
}

static bool is_same(const struct identity *a, const struct identity *b)
{
    return cp_text_equal(a->namespace_name, b->namespace_name) && cp_text_equal(a->kind, b->kind) &&
           cp_text_equal(a->name, b->name);
}

static struct identity identity_of(const struct cp_template_spec *template_)
{
    return (struct identity){template_->metadata.namespace_name,
                             cp_text_from(kind_names[template_->kind]), template_->metadata.name};
}

static struct identity identity_of_pod(const struct cp_workload_spec *workload)
{
    return (struct identity){workload->metadata.namespace_name, CP_TEXT("Pod"),
                             workload->metadata.name};
}

/* ---- which workloads have live pods (K8-65) ---- */

static int index_templates(struct expansion *expansion)
{
    for (uint32_t i = 0; i < expansion->collection->templates.count; i++) {
        struct identity identity = identity_of(expansion->collection->templates.items[i]);

        if (!cp_index_add(&expansion->templates, expansion->arena, hash_of(&identity), i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* The number of a template; UINT32_MAX if there is none. */
static uint32_t find_template(const struct expansion *expansion, const struct identity *wanted)
{
    const struct cp_index *index = &expansion->templates;

    for (uint32_t i = cp_index_first(index, hash_of(wanted)); i != CP_INDEX_END;
         i = cp_index_next(index, i)) {
        uint32_t number = cp_index_item(index, i);
        struct identity identity = identity_of(expansion->collection->templates.items[number]);

        if (is_same(&identity, wanted))
            return number;
    }
    return UINT32_MAX;
}

/* A workload has live pods, and so have those that control it. Each is walked through once. */
static void mark_live(struct expansion *expansion, struct identity identity)
{
    for (;;) {
        uint32_t number = find_template(expansion, &identity);
        const struct cp_template_spec *template_;

        if (number == UINT32_MAX || expansion->live[number])
            return;
        expansion->live[number] = true;
        template_ = expansion->collection->templates.items[number];
        identity.kind = template_->owner_kind;
        identity.name = template_->owner_name;
    }
}

/* The ReplicaSet of a pod may be missing: its name is the Deployment's, a dash and a hash which the
   pod has as a label. */
static void mark_deployment(struct expansion *expansion, const struct cp_workload_spec *pod)
{
    const struct cp_text *hash = cp_pairs_find(&pod->metadata.labels, CP_TEXT("pod-template-hash"));
    struct cp_text name = pod->owner_name;
    size_t dash;

    if (!hash || !cp_text_is(pod->owner_kind, "ReplicaSet") || name.length <= hash->length ||
        !cp_text_ends_with(name, *hash))
        return;
    dash = name.length - hash->length - 1;
    if (name.data[dash] == '-')
        mark_live(expansion, (struct identity){pod->metadata.namespace_name, CP_TEXT("Deployment"),
                                               cp_text_first(name, dash)});
}

static int look_at_pods(struct expansion *expansion)
{
    for (uint32_t i = 0; i < expansion->collection->workloads.count; i++) {
        const struct cp_workload_spec *pod = expansion->collection->workloads.items[i];
        struct identity identity = identity_of_pod(pod);

        if (pod->source != CP_WORKLOAD_POD)
            continue;
        if (!cp_index_add(&expansion->pods, expansion->arena, hash_of(&identity), i))
            return CALPOL_ERROR_NO_MEMORY;
        if (pod->owner_kind.length == 0)
            continue;
        mark_live(expansion, (struct identity){pod->metadata.namespace_name, pod->owner_kind,
                                               pod->owner_name});
        mark_deployment(expansion, pod);
    }
    return CALPOL_OK;
}

static bool is_controlled(const struct cp_template_spec *template_)
{
    for (size_t i = 0; i < sizeof(kind_names) / sizeof(kind_names[0]); i++)
        if (cp_text_is(template_->owner_kind, kind_names[i]))
            return true;
    return false;
}

/* ---- making pods (K8-63, K8-64) ---- */

static bool is_taken(const struct expansion *expansion, const struct identity *wanted)
{
    const struct cp_index *index = &expansion->pods;

    for (uint32_t i = cp_index_first(index, hash_of(wanted)); i != CP_INDEX_END;
         i = cp_index_next(index, i)) {
        struct identity identity =
            identity_of_pod(expansion->collection->workloads.items[cp_index_item(index, i)]);

        if (is_same(&identity, wanted))
            return true;
    }
    return false;
}

static int format(struct cp_arena *arena,
                  struct cp_text *out_text,
                  const char *form,
                  struct cp_text first,
                  struct cp_text second)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, arena);
    cp_buffer_format(&buffer, form, first, second);
    *out_text = cp_buffer_text(&buffer);
    return buffer.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

static int copy_labels(struct cp_arena *arena, const struct cp_pairs *from, struct cp_pairs *to)
{
    *to = (struct cp_pairs){0};
    for (uint32_t i = 0; i < from->items.count; i++)
        if (!cp_pairs_set(to, arena, from->items.items[i].key, from->items.items[i].value))
            return CALPOL_ERROR_NO_MEMORY;
    return CALPOL_OK;
}

/* The labels that controllers add and people select by. */
static int add_controller_labels(struct cp_arena *arena,
                                 const struct cp_template_spec *template_,
                                 struct cp_text pod_name,
                                 struct cp_text number,
                                 struct cp_pairs *labels)
{
    struct cp_text name = template_->metadata.name;
    bool is_done = true;

    if (template_->kind == CP_TEMPLATE_STATEFUL_SET)
        is_done =
            cp_pairs_set(labels, arena, CP_TEXT("statefulset.kubernetes.io/pod-name"), pod_name) &&
            cp_pairs_set(labels, arena, CP_TEXT("apps.kubernetes.io/pod-index"), number);
    if (template_->kind == CP_TEMPLATE_JOB)
        is_done = cp_pairs_set(labels, arena, CP_TEXT("job-name"), name) &&
                  cp_pairs_set(labels, arena, CP_TEXT("batch.kubernetes.io/job-name"), name);
    return is_done ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int name_pod(struct expansion *expansion,
                    const struct cp_template_spec *template_,
                    int64_t number,
                    struct cp_workload_spec *pod)
{
    struct cp_buffer digits;
    int status;

    cp_buffer_init(&digits, expansion->arena);
    cp_buffer_add_signed(&digits, number);
    if (digits.failed)
        return CALPOL_ERROR_NO_MEMORY;
    status = format(expansion->arena, &pod->metadata.name, "%t-%t", template_->metadata.name,
                    cp_buffer_text(&digits));
    if (!status)
        status = format(expansion->arena, &pod->metadata.resource, "Pod/%t/%t",
                        pod->metadata.namespace_name, pod->metadata.name);
    if (!status)
        status =
            copy_labels(expansion->arena, &template_->pod.metadata.labels, &pod->metadata.labels);
    return status ? status
                  : add_controller_labels(expansion->arena, template_, pod->metadata.name,
                                          cp_buffer_text(&digits), &pod->metadata.labels);
}

/* Pod number number of a template. A real pod of that name stays, and an earlier made one. */
static int make_pod(struct expansion *expansion,
                    const struct cp_template_spec *template_,
                    int64_t number)
{
    struct cp_collection *collection = expansion->collection;
    struct cp_workload_spec *pod = CP_NEW(expansion->arena, struct cp_workload_spec);
    struct cp_workload_spec **slot;
    struct identity identity;
    int status;

    if (!pod)
        return CALPOL_ERROR_NO_MEMORY;
    *pod = template_->pod;
    status = name_pod(expansion, template_, number, pod);
    identity = identity_of_pod(pod);
    if (status || is_taken(expansion, &identity))
        return status;
    slot = cp_array_push(expansion->arena, &collection->workloads);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = pod;
    return cp_index_add(&expansion->pods, expansion->arena, hash_of(&identity),
                        collection->workloads.count - 1)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

static int note_no_replicas(struct expansion *expansion, const struct cp_template_spec *template_)
{
    bool counts_parallel = template_->kind == CP_TEMPLATE_JOB;
    struct cp_subject subject;
    int status;

    if (!expansion->diagnostics)
        return CALPOL_OK;
    if (!cp_metadata_subject(&template_->metadata,
                             counts_parallel ? CP_TEXT("spec.parallelism")
                                             : CP_TEXT("spec.replicas"),
                             expansion->arena, &subject))
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_diagnose(expansion->diagnostics, &subject, CP_CODE_WORKLOAD_NO_REPLICAS,
                         CP_TEXT("no replicas, taken as one pod"));
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_OK;
}

static int expand(struct expansion *expansion, const struct cp_template_spec *template_)
{
    int64_t first = template_->kind == CP_TEMPLATE_STATEFUL_SET ? template_->first_ordinal : 1;
    int status = CALPOL_OK;

    if (template_->replicas == 0)
        status = note_no_replicas(expansion, template_);
    if (!status)
        status = make_pod(expansion, template_, first);
    if (!status && template_->replicas > 1)
        status = make_pod(expansion, template_, first + 1);
    return status;
}

int cp_expand_templates(struct cp_collection *collection,
                        struct cp_arena *arena,
                        struct calpol_diagnostics *diagnostics)
{
    struct expansion expansion = {
        .collection = collection, .arena = arena, .diagnostics = diagnostics};
    uint32_t count = collection->templates.count;
    int status;

    if (count == 0)
        return CALPOL_OK;
    expansion.live = CP_NEW_ARRAY(arena, bool, count);
    if (!expansion.live)
        return CALPOL_ERROR_NO_MEMORY;
    status = index_templates(&expansion);
    if (!status)
        status = look_at_pods(&expansion);
    for (uint32_t i = 0; !status && i < count; i++)
        if (!expansion.live[i] && !is_controlled(collection->templates.items[i]))
            status = expand(&expansion, collection->templates.items[i]);
    return status;
}
