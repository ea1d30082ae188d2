/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services as destinations: their addresses, ports, and the backends of each port (K8-110 to
 * K8-119).
 */
#include "compile/service_pods.h"

#include "net/protocol.h"

struct backend_list {
    CP_ARRAY(struct cp_backend) items;
};

static int add_backend(struct cp_compiler *compiler,
                       struct backend_list *list,
                       const struct cp_backend *backend)
{
    struct cp_backend *slot = cp_array_push(compiler->work, &list->items);

    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *backend;
    return CALPOL_OK;
}

/* ---- From slices (K8-114) ---------------------------------------------------------------------- */

static int add_slice_endpoint(struct cp_compiler *compiler,
                              struct backend_list *list,
                              const struct cp_slice_endpoint *endpoint,
                              uint16_t port)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < endpoint->addresses.count; i++) {
        const struct cp_backend backend = {
            .owner = CP_NONE,
            .node = CP_NONE,
            .has_address = true,
            .address = endpoint->addresses.items[i],
            .port = port,
        };

        status = add_backend(compiler, list, &backend);
    }
    return status;
}

/* The endpoints of a slice that are ready and have the Service's port by name. */
static int add_slice(struct cp_compiler *compiler,
                     struct backend_list *list,
                     const struct cp_slice_spec *slice,
                     const struct cp_service_port *port)
{
    int status = CALPOL_OK;

    for (uint32_t p = 0; p < slice->ports.count; p++) {
        const struct cp_slice_port *slice_port = &slice->ports.items[p];

        if (!slice_port->has_number || slice_port->protocol != port->protocol ||
            !cp_text_equal(slice_port->name, port->name))
            continue;
        for (uint32_t e = 0; !status && e < slice->endpoints.count; e++) {
            const struct cp_slice_endpoint *endpoint = &slice->endpoints.items[e];

            if (!endpoint->not_ready)
                status = add_slice_endpoint(compiler, list, endpoint, slice_port->port);
        }
    }
    return status;
}

/* Backends from slices, or from the legacy Endpoints; *out_found tells whether there are any such
   objects of the Service. */
static int add_from_slices(struct cp_compiler *compiler,
                           const struct cp_service_object *service,
                           const struct cp_service_port *port,
                           bool legacy,
                           struct backend_list *list,
                           bool *out_found)
{
    const struct cp_slice_spec *slice;
    uint32_t position = CP_NONE;
    int status = CALPOL_OK;

    *out_found = false;
    while (!status && cp_next_slice(compiler, service->metadata.namespace_name,
                                    service->metadata.name, &position, &slice)) {
        if (slice->from_endpoints != legacy)
            continue;
        *out_found = true;
        if (!slice->names_hosts)
            status = add_slice(compiler, list, slice, port);
    }
    return status;
}

/* ---- From the selector (K8-113) ------------------------------------------------------------------ */

static bool is_selected(const struct cp_service_object *service, const struct cp_workload_spec *pod)
{
    const struct cp_pairs *wanted = &service->selector;

    for (uint32_t i = 0; i < wanted->items.count; i++) {
        const struct cp_text *value =
            cp_pairs_find(&pod->metadata.labels, wanted->items.items[i].key);

        if (!value || !cp_text_equal(*value, wanted->items.items[i].value))
            return false;
    }
    return true;
}

static bool is_live(const struct cp_service_object *service, const struct cp_workload_spec *pod)
{
    return pod->source != CP_WORKLOAD_ENDPOINT && !pod->finished && !pod->deleting &&
           (!pod->not_ready || service->publish_not_ready);
}

/* K8-111: the target port on a pod: a number, or a name among its containers and sidecars. */
static bool target_port(const struct cp_service_port *port,
                        const struct cp_workload_spec *pod,
                        uint16_t *out_port)
{
    *out_port = port->target_port;
    if (!port->target_name.length)
        return true;
    for (uint32_t i = 0; i < pod->ports.count; i++) {
        const struct cp_endpoint_port *candidate = &pod->ports.items[i];

        if (candidate->sidecar && candidate->protocol == port->protocol &&
            cp_text_equal(candidate->name, port->target_name)) {
            *out_port = candidate->port;
            return true;
        }
    }
    return false;
}

/* A pod on the host network is reached at its own addresses, or else at its node's (K8-53). */
static int add_host_pod(struct cp_compiler *compiler,
                        struct backend_list *list,
                        uint32_t number,
                        uint16_t port)
{
    const struct cp_workload_spec *pod = compiler->collection->workloads.items[number];
    struct cp_backend host = {
        .owner = CP_NONE, .is_host = true, .port = port, .rank = compiler->workload_ranks[number]};
    int status = cp_named_node(compiler, pod->node, &host.node);

    if (!status && !pod->addresses.count)
        return add_backend(compiler, list, &host);
    for (uint32_t i = 0; !status && i < pod->addresses.count; i++) {
        const struct cp_backend backend = {
            .owner = CP_NONE,
            .node = CP_NONE,
            .has_address = true,
            .address = pod->addresses.items[i],
            .port = port,
            .rank = host.rank,
        };

        status = add_backend(compiler, list, &backend);
    }
    return status;
}

static int add_pod(struct cp_compiler *compiler,
                   struct backend_list *list,
                   uint32_t number,
                   const struct cp_service_port *port)
{
    const struct cp_workload_spec *pod = compiler->collection->workloads.items[number];
    struct cp_backend backend = {.owner = compiler->workload_owners[number],
                                 .node = CP_NONE,
                                 .rank = compiler->workload_ranks[number]};

    if (!target_port(port, pod, &backend.port))
        return CALPOL_OK;
    if (pod->host_network)
        return add_host_pod(compiler, list, number, backend.port);
    return add_backend(compiler, list, &backend);
}

/* The pods of a namespace are a range of the pods sorted by namespace and name. */
static void find_namespace(const struct cp_compiler *compiler,
                           struct cp_text namespace_name,
                           uint32_t *out_first,
                           uint32_t *out_end)
{
    uint32_t low = 0, high = compiler->collection->workloads.count;
    const uint32_t *sorted = compiler->sorted_workloads;
    struct cp_workload_spec *const *workloads = compiler->collection->workloads.items;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (cp_text_compare(workloads[sorted[middle]]->metadata.namespace_name, namespace_name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *out_first = low;
    high = compiler->collection->workloads.count;
    while (low < high &&
           cp_text_equal(workloads[sorted[low]]->metadata.namespace_name, namespace_name))
        low++;
    *out_end = low;
}

/* Adds the pod as a backend if the Service selects it. */
static int try_pod(struct cp_compiler *compiler,
                   const struct cp_service_object *service,
                   const struct cp_service_port *port,
                   uint32_t number,
                   struct backend_list *list)
{
    const struct cp_workload_spec *pod = compiler->collection->workloads.items[number];

    return is_live(service, pod) && is_selected(service, pod)
               ? add_pod(compiler, list, number, port)
               : CALPOL_OK;
}

static int add_from_selector(struct cp_compiler *compiler,
                             const struct cp_service_pods *pods,
                             const struct cp_service_object *service,
                             const struct cp_service_port *port,
                             struct backend_list *list)
{
    const struct cp_wanted_label *label = cp_service_pods_find(pods, service);
    uint32_t first, end;
    int status = CALPOL_OK;

    if (!service->has_selector)
        return CALPOL_OK;
    if (label) {
        for (uint32_t i = 0; !status && i < label->pods.count; i++)
            status = try_pod(compiler, service, port, label->pods.items[i], list);
        return status;
    }
    find_namespace(compiler, service->metadata.namespace_name, &first, &end);
    for (uint32_t i = first; !status && i < end; i++)
        status = try_pod(compiler, service, port, compiler->sorted_workloads[i], list);
    return status;
}

/* ---- Services ------------------------------------------------------------------------------------ */

static int compile_port(struct cp_compiler *compiler,
                        const struct cp_service_pods *pods,
                        const struct cp_service_object *service,
                        const struct cp_service_port *port,
                        bool *out_has_slices,
                        struct cp_service_port_entry *entry)
{
    struct backend_list list = {0};
    bool found;
    int status = add_from_slices(compiler, service, port, false, &list, &found);

    if (!status && !found)
        status = add_from_slices(compiler, service, port, true, &list, &found);
    if (!status && !found)
        status = add_from_selector(compiler, pods, service, port, &list);
    *out_has_slices = found;
    entry->target_port = port->target_port;
    entry->target_name = CP_NONE;
    if (!status && port->target_name.length &&
        !cp_intern_add(compiler->names, port->target_name, &entry->target_name))
        status = CALPOL_ERROR_NO_MEMORY;
    if (!status)
        status = cp_keep_text(compiler, port->name, &entry->name);
    entry->protocol = port->protocol;
    entry->port = port->port;
    entry->node_port = port->node_port;
    entry->backend_count = list.items.count;
    entry->backends = cp_freeze(compiler, &list.items);
    return status || !entry->backends ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

static int keep_selector(struct cp_compiler *compiler,
                         const struct cp_service_object *spec,
                         struct cp_service *service)
{
    uint32_t count = spec->selector.items.count;
    struct cp_label *labels = CP_NEW_ARRAY(compiler->arena, struct cp_label, count);

    if (!labels)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_pair *pair = &spec->selector.items.items[i];

        if (!cp_intern_add(compiler->names, pair->key, &labels[i].key) ||
            !cp_intern_add(compiler->names, pair->value, &labels[i].value))
            return CALPOL_ERROR_NO_MEMORY;
        labels[i].text = cp_intern_text(compiler->names, labels[i].value);
    }
    service->selector = (struct cp_labels){labels, count};
    return CALPOL_OK;
}

static int compile_service(struct cp_compiler *compiler,
                           const struct cp_service_pods *pods,
                           const struct cp_service_object *spec,
                           struct cp_service *service)
{
    struct cp_service_port_entry *ports =
        CP_NEW_ARRAY(compiler->arena, struct cp_service_port_entry, spec->ports.count);
    int status = ports ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;

    for (uint32_t i = 0; !status && i < spec->ports.count; i++)
        status = compile_port(compiler, pods, spec, &spec->ports.items[i], &service->has_slices,
                              &ports[i]);
    if (!status)
        status = keep_selector(compiler, spec, service);
    if (!status)
        status = cp_keep_text(compiler, spec->metadata.namespace_name, &service->namespace_name);
    if (!status)
        status = cp_keep_text(compiler, spec->metadata.name, &service->name);
    service->headless = spec->headless || spec->external_name;
    service->external_name = spec->external_name;
    service->publish_not_ready = spec->publish_not_ready;
    service->ports = ports;
    service->port_count = spec->ports.count;
    service->cluster_ips = cp_freeze(compiler, &spec->cluster_ips);
    service->cluster_ip_count = spec->cluster_ips.count;
    service->external_ips = cp_freeze(compiler, &spec->external_ips);
    service->external_ip_count = spec->external_ips.count;
    if (!service->cluster_ips || !service->external_ips)
        return CALPOL_ERROR_NO_MEMORY;
    return status;
}

static int add_service(struct cp_compiler *compiler,
                       const struct cp_service_pods *pods,
                       const struct cp_service_object *spec)
{
    struct cp_service *service = cp_array_push(compiler->work, &compiler->services);
    struct cp_buffer buffer;
    struct cp_text reference;
    int status;

    if (!service)
        return CALPOL_ERROR_NO_MEMORY;
    *service = (struct cp_service){0};
    status = compile_service(compiler, pods, spec, service);
    if (status)
        return status;
    cp_buffer_init(&buffer, compiler->work);
    cp_buffer_format(&buffer, "service:%t/%t", spec->metadata.namespace_name, spec->metadata.name);
    if (buffer.failed)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_keep_text(compiler, cp_buffer_text(&buffer), &reference);
    return status ? status
                  : cp_add_reference(compiler, reference, CP_REFERENCE_SERVICE,
                                     compiler->services.count - 1);
}

/* A workload's number with what it is sorted by. */
struct sorted_workload {
    const struct cp_metadata *metadata;
    uint32_t number;
};

static int compare_workloads(const void *left, const void *right)
{
    const struct sorted_workload *a = left, *b = right;
    int order = cp_text_compare(a->metadata->namespace_name, b->metadata->namespace_name);

    return order ? order : cp_text_compare(a->metadata->name, b->metadata->name);
}

static int sort_workloads(struct cp_compiler *compiler)
{
    uint32_t count = compiler->collection->workloads.count;
    struct sorted_workload *sorted = CP_NEW_ARRAY(compiler->work, struct sorted_workload, count);

    compiler->sorted_workloads = CP_NEW_ARRAY(compiler->work, uint32_t, count);
    compiler->workload_ranks = CP_NEW_ARRAY(compiler->work, uint32_t, count);
    if (!sorted || !compiler->sorted_workloads || !compiler->workload_ranks)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        sorted[i] =
            (struct sorted_workload){&compiler->collection->workloads.items[i]->metadata, i};
    if (!cp_sort(sorted, count, sizeof(*sorted), compare_workloads, compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t owner = compiler->workload_owners[sorted[i].number];

        compiler->sorted_workloads[i] = sorted[i].number;
        compiler->workload_ranks[sorted[i].number] = i;
        if (owner != CP_NONE)
            compiler->owners.items[owner].rank = i;
    }
    return CALPOL_OK;
}

int cp_compile_services(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    struct cp_service_pods pods;
    int status = CALPOL_OK;

    if (!collection->services.count)
        return CALPOL_OK;
    status = sort_workloads(compiler);
    if (!status)
        status = cp_service_pods_make(compiler, &pods);
    for (uint32_t i = 0; !status && i < collection->services.count; i++)
        status = add_service(compiler, &pods, collection->services.items[i]);
    return status;
}
