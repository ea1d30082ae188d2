/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of labels and addresses: workload endpoints, host endpoints, network sets (EV-17, EV-18),
 * and pods that are none: on the host network, or finished.
 */
#include "compile/compiler.h"

#include "compile/workloads.h"
#include "net/protocol.h"
#include "ruleset/own_label.h"

int cp_add_reference(struct cp_compiler *compiler,
                     struct cp_text text,
                     enum cp_reference_type type,
                     uint32_t id)
{
    struct cp_reference *slot = cp_array_push(compiler->work, &compiler->references);

    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = (struct cp_reference){.text = text, .type = type, .id = id};
    return CALPOL_OK;
}

/* Appends to a text that has room. */
static void append(char **end, struct cp_text text)
{
    if (text.length)
        memcpy(*end, text.data, text.length);
    *end += text.length;
}

/* "pod:NS/NAME"; without a namespace "hostendpoint:NAME". There is none other like it, so it is not
   interned. */
static int make_reference(struct cp_compiler *compiler,
                          const char *prefix,
                          const struct cp_metadata *metadata,
                          struct cp_text *out_reference)
{
    struct cp_text kind = cp_text_from(prefix), slash = CP_TEXT("/");
    size_t length = kind.length + 1 + metadata->namespace_name.length + metadata->name.length;
    char *bytes, *end;

    if (!metadata->namespace_name.length)
        slash.length = 0;
    bytes = cp_arena_allocate(compiler->arena, length + slash.length + 1);
    if (!bytes)
        return CALPOL_ERROR_NO_MEMORY;
    end = bytes;
    append(&end, kind);
    append(&end, CP_TEXT(":"));
    append(&end, metadata->namespace_name);
    append(&end, slash);
    append(&end, metadata->name);
    *end = '\0';
    *out_reference = cp_text_make(bytes, (size_t)(end - bytes));
    return CALPOL_OK;
}

/* A copy of a text that is hardly found twice. */
static int copy_text(struct cp_compiler *compiler, struct cp_text text, struct cp_text *out_text)
{
    const char *bytes = cp_arena_text(compiler->arena, text.data, text.length);

    *out_text = cp_text_make(bytes, text.length);
    return bytes ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* ---- Labels ------------------------------------------------------------------------------------ */

static bool is_reserved(struct cp_text key)
{
    return cp_text_starts_with(key, CP_TEXT("pcns.")) || cp_text_starts_with(key, CP_TEXT("pcsa."));
}

/* A workload's own labels (EV-17, K8-46): in dialect calico those that could forge its namespace or
   service account are dropped; in dialect upstream they live under keys of their own. */
static int add_workload_labels(struct cp_compiler *compiler,
                               const struct cp_pairs *labels,
                               struct cp_label_list *list)
{
    enum calpol_dialect dialect = compiler->ruleset->dialect;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < labels->items.count; i++) {
        const struct cp_pair *pair = &labels->items.items[i];
        struct cp_text key;

        if (dialect == CALPOL_DIALECT_CALICO && is_reserved(pair->key))
            continue;
        if (!cp_own_label_key(compiler->work, dialect, pair->key, &key))
            return CALPOL_ERROR_NO_MEMORY;
        status = cp_label_add(compiler, list, key, pair->value);
    }
    return status;
}

static int add_labels(struct cp_compiler *compiler,
                      const struct cp_pairs *labels,
                      struct cp_label_list *list)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < labels->items.count; i++)
        status =
            cp_label_add(compiler, list, labels->items.items[i].key, labels->items.items[i].value);
    return status;
}

/* A label that the system sets; none for an empty value. */
static int add_system_label(struct cp_compiler *compiler,
                            struct cp_label_list *list,
                            const char *key,
                            struct cp_text value)
{
    return value.length ? cp_label_add(compiler, list, cp_text_from(key), value) : CALPOL_OK;
}

/* Profiles' labels are weaker than own ones, and later profiles weaker than earlier. */
static int add_profile_labels(struct cp_compiler *compiler,
                              const uint32_t *profiles,
                              uint32_t count,
                              struct cp_label_list *list)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct cp_labels *labels = &compiler->profiles.items[profiles[i]].labels;

        for (uint32_t l = 0; l < labels->count; l++) {
            struct cp_label *slot = cp_array_push(compiler->work, &list->items);

            if (!slot)
                return CALPOL_ERROR_NO_MEMORY;
            *slot = labels->items[l];
        }
    }
    return CALPOL_OK;
}

/* ---- Profiles ---------------------------------------------------------------------------------- */

/* Numbers of profiles by name, in the order listed. */
static int find_profiles(struct cp_compiler *compiler,
                         const struct cp_text *names,
                         uint32_t count,
                         uint32_t **out_profiles)
{
    uint32_t *profiles = CP_NEW_ARRAY(compiler->work, uint32_t, count);
    int status = profiles ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;

    for (uint32_t i = 0; !status && i < count; i++)
        status = cp_profile_of(compiler, names[i], &profiles[i]);
    *out_profiles = profiles;
    return status;
}

/* EV-114: a pod has its namespace's profile, then its service account's. */
static int pod_profiles(struct cp_compiler *compiler,
                        const struct cp_workload_spec *spec,
                        uint32_t **out_profiles,
                        uint32_t *out_count)
{
    struct cp_text names[2];
    struct cp_buffer account;
    int status = cp_keep_joined(compiler, "kns.", spec->metadata.namespace_name, &names[0]);

    cp_buffer_init(&account, compiler->work);
    cp_buffer_format(&account, "ksa.%t.%t", spec->metadata.namespace_name, spec->service_account);
    if (status || account.failed)
        return CALPOL_ERROR_NO_MEMORY;
    names[1] = cp_buffer_text(&account);
    *out_count = spec->service_account.length ? 2 : 1;
    return find_profiles(compiler, names, *out_count, out_profiles);
}

static int keep_profiles(struct cp_compiler *compiler,
                         const uint32_t *profiles,
                         uint32_t count,
                         struct cp_owner *owner)
{
    owner->profiles = cp_arena_copy(compiler->arena, profiles, count * sizeof(*profiles));
    owner->profile_count = count;
    return owner->profiles ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* ---- Addresses and ports ------------------------------------------------------------------------ */

static int keep_addresses(struct cp_compiler *compiler,
                          const struct calpol_address *addresses,
                          uint32_t count,
                          struct cp_prefixes *out_nets)
{
    struct cp_prefix *nets = CP_NEW_ARRAY(compiler->arena, struct cp_prefix, count);

    if (!nets)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        nets[i] = cp_prefix_of_address(&addresses[i]);
    *out_nets = (struct cp_prefixes){nets, count};
    return CALPOL_OK;
}

static int keep_ports(struct cp_compiler *compiler,
                      const struct cp_endpoint_port *ports,
                      uint32_t count,
                      struct cp_owner *owner)
{
    struct cp_named_port *named = CP_NEW_ARRAY(compiler->arena, struct cp_named_port, count);

    if (!named)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        struct cp_named_port *slot = &named[owner->port_count];

        if (!ports[i].name.length || !cp_protocol_has_ports(ports[i].protocol))
            continue;
        if (!cp_intern_add(compiler->names, ports[i].name, &slot->name))
            return CALPOL_ERROR_NO_MEMORY;
        slot->protocol = ports[i].protocol;
        slot->port = ports[i].port;
        slot->serves = ports[i].sidecar;
        owner->port_count++;
    }
    owner->ports = named;
    return CALPOL_OK;
}

/* ---- Owners ------------------------------------------------------------------------------------- */

/* Names, place and reference of an owner; then the owner itself, with its labels. */
static int add_owner(struct cp_compiler *compiler,
                     const char *prefix,
                     const struct cp_metadata *metadata,
                     struct cp_label_list *labels,
                     struct cp_owner *owner)
{
    struct cp_labels finished;
    struct cp_owner *slot;
    uint32_t *set;
    int status = make_reference(compiler, prefix, metadata, &owner->reference);

    if (!status)
        status = copy_text(compiler, metadata->name, &owner->name);
    if (!status)
        status = cp_keep_text(compiler, metadata->namespace_name, &owner->namespace_name);
    if (!status)
        status = cp_keep_origin(compiler, &metadata->origin, &owner->source, &owner->line);
    if (!status)
        status = cp_labels_finish(compiler, labels, &finished);
    if (status)
        return status;
    slot = cp_array_push(compiler->work, &compiler->owners);
    set = cp_array_push(compiler->work, &compiler->owner_sets);
    if (!slot || !set)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *owner;
    return cp_label_set_number(compiler, &finished, set);
}

/* K8-113 */
static enum cp_serving serving_of(const struct cp_workload_spec *spec)
{
    if (spec->source == CP_WORKLOAD_ENDPOINT)
        return CP_SERVING_NO_POD;
    if (spec->finished || spec->deleting)
        return CP_SERVING_NO;
    return spec->not_ready ? CP_SERVING_NOT_READY : CP_SERVING_READY;
}

static int add_workload_owner(struct cp_compiler *compiler, const struct cp_workload_spec *spec)
{
    struct cp_owner owner = {.kind = CP_OWNER_WORKLOAD,
                             .synthetic = spec->source == CP_WORKLOAD_TEMPLATE,
                             .serving = (uint8_t)serving_of(spec)};
    struct cp_label_list labels = {0};
    uint32_t *profiles, profile_count = spec->profiles.items.count;
    int status;

    if (spec->source == CP_WORKLOAD_ENDPOINT)
        status = find_profiles(compiler, spec->profiles.items.items, profile_count, &profiles);
    else
        status = pod_profiles(compiler, spec, &profiles, &profile_count);
    if (!status)
        status = keep_profiles(compiler, profiles, profile_count, &owner);
    if (!status)
        status = cp_named_node(compiler, spec->node, &owner.node);
    if (!status)
        status = cp_keep_text(compiler, spec->interface_name, &owner.interface_name);
    if (!status)
        status =
            keep_addresses(compiler, spec->addresses.items, spec->addresses.count, &owner.nets);
    if (!status)
        status = keep_ports(compiler, spec->ports.items, spec->ports.count, &owner);
    /* What the system sets is stronger than what the object says. */
    if (!status)
        status = add_system_label(compiler, &labels, "projectcalico.org/namespace",
                                  spec->metadata.namespace_name);
    if (!status)
        status = add_system_label(compiler, &labels, "projectcalico.org/orchestrator",
                                  spec->orchestrator);
    if (!status)
        status = add_system_label(compiler, &labels, "projectcalico.org/serviceaccount",
                                  spec->service_account);
    if (!status)
        status = add_workload_labels(compiler, &spec->metadata.labels, &labels);
    if (!status)
        status = add_profile_labels(compiler, profiles, profile_count, &labels);
    if (!status)
        status =
            add_owner(compiler, spec->source == CP_WORKLOAD_ENDPOINT ? "workloadendpoint" : "pod",
                      &spec->metadata, &labels, &owner);
    return status;
}

static int add_host_owner(struct cp_compiler *compiler, const struct cp_host_endpoint_spec *spec)
{
    struct cp_owner owner = {.kind = CP_OWNER_HOST};
    struct cp_label_list labels = {0};
    uint32_t *profiles, profile_count = spec->profiles.items.count;
    int status = find_profiles(compiler, spec->profiles.items.items, profile_count, &profiles);

    if (!status)
        status = keep_profiles(compiler, profiles, profile_count, &owner);
    if (!status)
        status = cp_named_node(compiler, spec->node, &owner.node);
    if (!status)
        status = cp_keep_text(compiler, spec->interface_name, &owner.interface_name);
    if (!status)
        status = keep_addresses(compiler, spec->expected_ips.items, spec->expected_ips.count,
                                &owner.nets);
    if (!status)
        status = keep_ports(compiler, spec->ports.items, spec->ports.count, &owner);
    if (!status)
        status = add_labels(compiler, &spec->metadata.labels, &labels);
    if (!status)
        status = add_profile_labels(compiler, profiles, profile_count, &labels);
    if (!status)
        status = add_owner(compiler, "hostendpoint", &spec->metadata, &labels, &owner);
    return status;
}

static int keep_domains(struct cp_compiler *compiler,
                        const struct cp_texts *domains,
                        struct cp_text_list *out_list)
{
    struct cp_text *items = CP_NEW_ARRAY(compiler->arena, struct cp_text, domains->items.count);
    int status = items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;

    for (uint32_t i = 0; !status && i < domains->items.count; i++)
        status = cp_keep_text(compiler, domains->items.items[i], &items[i]);
    *out_list = (struct cp_text_list){items, domains->items.count};
    return status;
}

/* A NetworkSet has its namespace's labels, a GlobalNetworkSet only its own (EV-17). */
static int add_set_owner(struct cp_compiler *compiler, const struct cp_network_set_spec *spec)
{
    struct cp_owner owner = {.kind = CP_OWNER_NETWORK_SET, .node = CP_NONE};
    struct cp_text namespace_name = spec->metadata.namespace_name, profile_name;
    struct cp_label_list labels = {0};
    uint32_t profile, *slot;
    int status = keep_domains(compiler, &spec->domains, &owner.domains);

    owner.nets.count = spec->nets.count;
    owner.nets.items = cp_freeze(compiler, &spec->nets);
    if (!owner.nets.items)
        return CALPOL_ERROR_NO_MEMORY;
    if (!status)
        status = add_system_label(compiler, &labels, "projectcalico.org/namespace", namespace_name);
    if (!status)
        status = add_labels(compiler, &spec->metadata.labels, &labels);
    if (!status && namespace_name.length) {
        status = cp_keep_joined(compiler, "kns.", namespace_name, &profile_name);
        if (!status)
            status = cp_profile_of(compiler, profile_name, &profile);
        if (!status)
            status = add_profile_labels(compiler, &profile, 1, &labels);
    }
    if (!status && owner.domains.count) {
        slot = cp_array_push(compiler->work, &compiler->domain_owners);
        if (!slot)
            return CALPOL_ERROR_NO_MEMORY;
        *slot = compiler->owners.count;
    }
    if (!status)
        status = add_owner(compiler, namespace_name.length ? "networkset" : "globalnetworkset",
                           &spec->metadata, &labels, &owner);
    return status;
}

/* ---- Pods that are no endpoints ------------------------------------------------------------------ */

/* EV-12, K8-53: as a participant such a pod is its node. */
static int add_host_pod(struct cp_compiler *compiler, const struct cp_workload_spec *spec)
{
    struct cp_host_pod *pod = cp_array_push(compiler->work, &compiler->host_pods);
    struct cp_text reference;
    int status;

    if (!pod)
        return CALPOL_ERROR_NO_MEMORY;
    *pod = (struct cp_host_pod){.address_count = spec->addresses.count};
    pod->addresses = cp_freeze(compiler, &spec->addresses);
    if (!pod->addresses)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_named_node(compiler, spec->node, &pod->node);
    if (!status)
        status = make_reference(compiler, "pod", &spec->metadata, &reference);
    if (!status)
        status = cp_add_reference(compiler, reference, CP_REFERENCE_HOST_POD,
                                  compiler->host_pods.count - 1);
    return status;
}

static int add_finished_pod(struct cp_compiler *compiler, const struct cp_workload_spec *spec)
{
    struct cp_text reference;
    int status = make_reference(compiler, "pod", &spec->metadata, &reference);

    return status ? status : cp_add_reference(compiler, reference, CP_REFERENCE_FINISHED, CP_NONE);
}

static int add_workload(struct cp_compiler *compiler, const struct cp_workload_spec *spec)
{
    struct cp_text reference;
    int status;

    /* A finished pod has given up its address, its node's as well (K8-54). */
    if (spec->finished)
        return add_finished_pod(compiler, spec);
    if (spec->host_network)
        return add_host_pod(compiler, spec);
    status = add_workload_owner(compiler, spec);
    if (status)
        return status;
    /* Pods and workload endpoints are found under one kind of reference. */
    reference = compiler->owners.items[compiler->owners.count - 1].reference;
    if (spec->source == CP_WORKLOAD_ENDPOINT)
        status = make_reference(compiler, "pod", &spec->metadata, &reference);
    if (!status)
        status =
            cp_add_reference(compiler, reference, CP_REFERENCE_OWNER, compiler->owners.count - 1);
    return status;
}

/* ---- Automatic host endpoints (K8-132) ------------------------------------------------------------ */

static int add_automatic(struct cp_compiler *compiler, const struct cp_node_spec *node)
{
    struct cp_host_endpoint_spec **slot, *spec;
    struct cp_text *profile;
    struct cp_buffer name;
    int status;

    spec = CP_NEW(compiler->work, struct cp_host_endpoint_spec);
    slot = cp_array_push(compiler->work, &compiler->collection->host_endpoints);
    if (!spec || !slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = spec;
    spec->metadata = node->metadata;
    spec->metadata.labels = (struct cp_pairs){0};
    status = cp_keep_text(compiler, node->metadata.name, &spec->node);
    for (uint32_t i = 0; !status && i < node->metadata.labels.items.count; i++) {
        const struct cp_pair *pair = &node->metadata.labels.items.items[i];

        if (!cp_pairs_set(&spec->metadata.labels, compiler->work, pair->key, pair->value))
            return CALPOL_ERROR_NO_MEMORY;
    }
    if (!cp_pairs_set(&spec->metadata.labels, compiler->work,
                      CP_TEXT("projectcalico.org/created-by"), CP_TEXT("calico-kube-controllers")))
        return CALPOL_ERROR_NO_MEMORY;
    spec->interface_name = CP_TEXT("*");
    spec->expected_ips.items = node->addresses.items;
    spec->expected_ips.count = spec->expected_ips.capacity = node->addresses.count;
    profile = cp_array_push(compiler->work, &spec->profiles.items);
    if (!profile)
        return CALPOL_ERROR_NO_MEMORY;
    *profile = CP_TEXT("projectcalico-default-allow");
    cp_buffer_init(&name, compiler->work);
    cp_buffer_format(&name, "%t-auto-hep", node->metadata.name);
    spec->metadata.name = cp_buffer_text(&name);
    return name.failed ? CALPOL_ERROR_NO_MEMORY : status;
}

static int add_automatic_host_endpoints(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && collection->auto_host_endpoints && i < collection->nodes.count;
         i++)
        status = add_automatic(compiler, collection->nodes.items[i]);
    return status;
}

static int compare_host_endpoints(const void *left, const void *right)
{
    const struct cp_host_endpoint_spec *const *a = left, *const *b = right;

    return cp_text_compare((*a)->metadata.name, (*b)->metadata.name);
}

static int add_host_endpoints(struct cp_compiler *compiler)
{
    struct cp_collection *collection = compiler->collection;
    int status = add_automatic_host_endpoints(compiler);

    if (status ||
        !cp_sort(collection->host_endpoints.items, collection->host_endpoints.count,
                 sizeof(*collection->host_endpoints.items), compare_host_endpoints, compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < collection->host_endpoints.count; i++) {
        status = add_host_owner(compiler, collection->host_endpoints.items[i]);
        if (!status)
            status = cp_add_reference(compiler,
                                      compiler->owners.items[compiler->owners.count - 1].reference,
                                      CP_REFERENCE_OWNER, compiler->owners.count - 1);
    }
    return status;
}

static int add_network_sets(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < collection->network_sets.count; i++) {
        status = add_set_owner(compiler, collection->network_sets.items[i]);
        if (!status)
            status = cp_add_reference(compiler,
                                      compiler->owners.items[compiler->owners.count - 1].reference,
                                      CP_REFERENCE_OWNER, compiler->owners.count - 1);
    }
    return status;
}

int cp_compile_owners(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;
    struct cp_collection *collection = compiler->collection;
    int status = cp_expand_templates(collection, compiler->work, compiler->input->diagnostics);
    uint32_t workload_count = collection->workloads.count;

    compiler->workload_owners = CP_NEW_ARRAY(compiler->work, uint32_t, workload_count);
    if (!compiler->workload_owners ||
        !cp_array_reserve(compiler->work, &compiler->owners, workload_count) ||
        !cp_array_reserve(compiler->work, &compiler->owner_sets, workload_count) ||
        !cp_array_reserve(compiler->work, &compiler->references, workload_count))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < workload_count; i++) {
        uint32_t owner = compiler->owners.count;

        status = add_workload(compiler, collection->workloads.items[i]);
        compiler->workload_owners[i] = compiler->owners.count > owner ? owner : CP_NONE;
    }
    ruleset->workload_count = compiler->owners.count;
    if (!status)
        status = add_host_endpoints(compiler);
    ruleset->host_endpoint_count = compiler->owners.count - ruleset->workload_count;
    if (!status)
        status = add_network_sets(compiler);
    ruleset->network_set_count = collection->network_sets.count;
    return status;
}
