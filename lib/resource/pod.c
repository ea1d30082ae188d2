/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pods (K8-62): what policy needs to know of them. Everything else, and what API servers add, is
 * passed over.
 */
#include "resource/pod.h"

#include "net/protocol.h"
#include "resource/k8s_values.h"
#include "resource/readers.h"
#include "resource/values.h"

/* ---- spec ---- */

/* Ports of another protocol than TCP, UDP and SCTP are of no interest. */
static bool read_port(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      struct cp_endpoint_port *out_port)
{
    struct cp_endpoint_port port = {.protocol = CP_PROTOCOL_TCP};
    struct cp_field name = cp_field_member(field, "name");
    struct cp_field protocol = cp_field_member(field, "protocol");
    struct cp_field number = cp_field_member(field, "containerPort");
    struct cp_field host_port = cp_field_member(field, "hostPort");
    struct cp_text text;

    if (!cp_k8s_read_object(reader, field, NULL))
        return false;
    cp_read_text(&reader->base, &name, &port.name);
    if (cp_read_given_text(reader, &protocol, &text))
        port.protocol = cp_protocol_by_name(text);
    if (cp_field_present(&host_port))
        cp_read_port_number(reader, &host_port, 0, CP_CODE_ENDPOINT_PORT_NUMBER, &port.host_port);
    if (!cp_read_port_number(reader, &number, 1, CP_CODE_ENDPOINT_PORT_NUMBER, &port.port))
        return false;
    *out_port = port;
    return cp_protocol_has_ports(port.protocol);
}

static void read_ports(struct cp_resource_reader *reader,
                       const struct cp_field *list,
                       bool sidecar,
                       struct cp_workload_spec *workload)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_endpoint_port port, *slot;

        if (!read_port(reader, &item, &port))
            continue;
        slot = cp_resource_push(reader, &workload->ports);
        if (!slot)
            return;
        *slot = port;
        slot->sidecar = sidecar;
    }
}

/* Init containers give their names to policy too (K8-36); to Services only if they keep running
   (K8-111). */
static void read_containers(struct cp_resource_reader *reader,
                            const struct cp_field *list,
                            bool is_init,
                            struct cp_workload_spec *workload)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    for (uint32_t i = 0; i < cp_field_count(list); i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_field ports = cp_field_member(&item, "ports");
        struct cp_field restart_policy = cp_field_member(&item, "restartPolicy");
        struct cp_text text = CP_TEXT("");

        if (!cp_k8s_read_object(reader, &item, NULL) || !cp_field_present(&ports))
            continue;
        if (is_init)
            cp_read_text(&reader->base, &restart_policy, &text);
        read_ports(reader, &ports, !is_init || cp_text_is(text, "Always"), workload);
    }
}

static void read_service_account(struct cp_resource_reader *reader,
                                 const struct cp_field *spec,
                                 struct cp_workload_spec *workload)
{
    struct cp_field name = cp_field_member(spec, "serviceAccountName");
    struct cp_field old_name = cp_field_member(spec, "serviceAccount");

    workload->service_account = CP_TEXT("default");
    if (!cp_read_given_text(reader, &name, &workload->service_account))
        cp_read_given_text(reader, &old_name, &workload->service_account);
}

void cp_read_pod_spec(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_workload_spec *workload)
{
    struct cp_field node = cp_field_member(spec, "nodeName");
    struct cp_field host_network = cp_field_member(spec, "hostNetwork");
    struct cp_field containers = cp_field_member(spec, "containers");
    struct cp_field init_containers = cp_field_member(spec, "initContainers");

    workload->orchestrator = CP_TEXT("k8s");
    cp_k8s_read_object(reader, spec, NULL);
    cp_read_text(&reader->base, &node, &workload->node);
    cp_read_boolean(&reader->base, &host_network, &workload->host_network);
    read_service_account(reader, spec, workload);
    read_containers(reader, &containers, false, workload);
    read_containers(reader, &init_containers, true, workload);
}

/* ---- metadata ---- */

void cp_read_controller(struct cp_resource_reader *reader,
                        const struct cp_field *metadata,
                        struct cp_text *out_kind,
                        struct cp_text *out_name)
{
    struct cp_field list = cp_field_member(metadata, "ownerReferences");

    if (!cp_read_sequence(&reader->base, &list))
        return;
    for (uint32_t i = 0; i < cp_field_count(&list); i++) {
        struct cp_field item = cp_field_item(&list, i);
        struct cp_field controller = cp_field_member(&item, "controller");
        struct cp_field kind = cp_field_member(&item, "kind");
        struct cp_field name = cp_field_member(&item, "name");
        bool is_controller = false;

        if (!cp_read_boolean(&reader->base, &controller, &is_controller) || !is_controller)
            continue;
        cp_read_text(&reader->base, &kind, out_kind);
        cp_read_text(&reader->base, &name, out_name);
        return;
    }
}

static bool has_empty_annotation(const struct cp_metadata *metadata, struct cp_text key)
{
    const struct cp_text *value = cp_pairs_find(&metadata->annotations, key);

    return value && value->length == 0;
}

/* K8-55: the CNI plugin has released the address of a pod that is being deleted. */
static bool has_released_address(const struct cp_workload_spec *workload)
{
    return workload->deleting &&
           (has_empty_annotation(&workload->metadata, CP_TEXT("cni.projectcalico.org/podIP")) ||
            has_empty_annotation(&workload->metadata, CP_TEXT("vpc.amazonaws.com/pod-ips")));
}

/* ---- addresses ---- */

enum whose { ITS_OWN, ITS_HOSTS };

static void add_address(struct cp_resource_reader *reader,
                        const struct calpol_address *address,
                        enum whose whose,
                        struct cp_workload_spec *workload)
{
    struct calpol_address *slot = whose == ITS_OWN
                                      ? cp_resource_push(reader, &workload->addresses)
                                      : cp_resource_push(reader, &workload->host_addresses);

    if (slot)
        *slot = *address;
}

/* An address of the status; an empty one counts as absent. */
static bool read_ip(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    enum whose whose,
                    struct cp_workload_spec *workload)
{
    struct calpol_address address;
    struct cp_text text;

    if (!cp_read_given_text(reader, field, &text) || !cp_read_address(reader, field, 0, &address))
        return false;
    add_address(reader, &address, whose, workload);
    return true;
}

/* A list of {ip: ...} if it has any, else a single address. */
static void read_ips(struct cp_resource_reader *reader,
                     const struct cp_field *list,
                     const struct cp_field *single,
                     enum whose whose,
                     struct cp_workload_spec *workload)
{
    bool found = false;

    if (cp_read_sequence(&reader->base, list)) {
        for (uint32_t i = 0; i < cp_field_count(list); i++) {
            struct cp_field item = cp_field_item(list, i);
            struct cp_field ip = cp_field_member(&item, "ip");

            found = read_ip(reader, &ip, whose, workload) || found;
        }
    }
    if (!found)
        read_ip(reader, single, whose, workload);
}

static struct cp_text without_blanks(struct cp_text text)
{
    while (text.length && text.data[0] == ' ')
        text = cp_text_from_byte(text, 1);
    while (text.length && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

/* Addresses of an annotation: separated by commas, perhaps with blanks, perhaps with a full length
   behind. What is none is passed over, as Calico does; the pod then has no address. */
static void add_annotated(struct cp_resource_reader *reader,
                          struct cp_text key,
                          struct cp_workload_spec *workload)
{
    const struct cp_text *value = cp_pairs_find(&workload->metadata.annotations, key);
    struct cp_text rest = value ? *value : CP_TEXT("");

    while (rest.length) {
        size_t end = cp_text_find_byte(rest, ',');
        struct cp_text item = without_blanks(cp_text_first(rest, end));
        struct cp_prefix prefix;
        enum cp_prefix_problem problem = cp_prefix_parse(item, false, &prefix);

        if (problem == CP_PREFIX_BARE ||
            (problem == CP_PREFIX_OK && prefix.length == cp_family_bits(prefix.address.family)))
            add_address(reader, &prefix.address, ITS_OWN, workload);
        rest = cp_text_from_byte(rest, end == SIZE_MAX ? end : end + 1);
    }
}

/* ---- status ---- */

static bool is_end_phase(struct cp_text phase)
{
    return cp_text_is(phase, "Succeeded") || cp_text_is(phase, "Failed") ||
           cp_text_is(phase, "Completed");
}

/* Does a condition say that the pod is not ready? One that says nothing does not. */
static bool says_not_ready(struct cp_resource_reader *reader, const struct cp_field *condition)
{
    struct cp_field type = cp_field_member(condition, "type");
    struct cp_field status = cp_field_member(condition, "status");
    struct cp_text text;

    if (!cp_read_text(&reader->base, &type, &text) || !cp_text_is(text, "Ready"))
        return false;
    return cp_read_text(&reader->base, &status, &text) && !cp_text_is(text, "True");
}

static void read_status(struct cp_resource_reader *reader,
                        const struct cp_field *status,
                        struct cp_workload_spec *workload)
{
    struct cp_field phase = cp_field_member(status, "phase");
    struct cp_field conditions = cp_field_member(status, "conditions");
    struct cp_text text;

    cp_k8s_read_object(reader, status, NULL);
    workload->finished = has_released_address(workload);
    if (cp_read_text(&reader->base, &phase, &text) && is_end_phase(text))
        workload->finished = true;
    if (!cp_read_sequence(&reader->base, &conditions))
        return;
    for (uint32_t i = 0; i < cp_field_count(&conditions); i++) {
        struct cp_field condition = cp_field_item(&conditions, i);

        workload->not_ready = says_not_ready(reader, &condition) || workload->not_ready;
    }
}

static void read_addresses(struct cp_resource_reader *reader,
                           const struct cp_field *status,
                           struct cp_workload_spec *workload)
{
    static const char *const annotations[] = {
        "cni.projectcalico.org/podIPs", "cni.projectcalico.org/podIP", "vpc.amazonaws.com/pod-ips"};
    struct cp_field pod_ips = cp_field_member(status, "podIPs");
    struct cp_field pod_ip = cp_field_member(status, "podIP");
    struct cp_field host_ips = cp_field_member(status, "hostIPs");
    struct cp_field host_ip = cp_field_member(status, "hostIP");

    read_ips(reader, &pod_ips, &pod_ip, ITS_OWN, workload);
    for (size_t i = 0;
         workload->addresses.count == 0 && i < sizeof(annotations) / sizeof(annotations[0]); i++)
        add_annotated(reader, cp_text_from(annotations[i]), workload);
    read_ips(reader, &host_ips, &host_ip, ITS_HOSTS, workload);
}

void cp_pod_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_workload_spec *workload = CP_NEW(reader->base.arena, struct cp_workload_spec);
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_field status = cp_field_member(root, "status");
    struct cp_field deletion = cp_field_member(&metadata, "deletionTimestamp");
    struct cp_k8s_scope scope;

    if (!workload) {
        cp_resource_no_memory(reader);
        return;
    }
    workload->metadata = reader->metadata;
    workload->source = CP_WORKLOAD_POD;
    workload->deleting = cp_field_present(&deletion);
    scope = cp_k8s_begin(reader, CP_LENIENCY_ALL);
    cp_read_controller(reader, &metadata, &workload->owner_kind, &workload->owner_name);
    cp_read_pod_spec(reader, &spec, workload);
    read_status(reader, &status, workload);
    read_addresses(reader, &status, workload);
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->workloads, workload);
}
