/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The services that rules name: the addresses, protocols and ports of their endpoint slices
 * (EV-90, EV-91). Readiness is ignored, the legacy Endpoints kind is not looked at.
 */
#include "compile/compiler.h"

/* The slices of one service, found by (namespace, name). */
static uint64_t hash_name(struct cp_text namespace_name, struct cp_text name)
{
    return cp_hash_text(name, cp_hash_text(namespace_name, 0));
}

int cp_index_slices(struct cp_compiler *compiler)
{
    const struct cp_collection *collection = compiler->collection;

    for (uint32_t i = 0; i < collection->slices.count; i++) {
        const struct cp_slice_spec *slice = collection->slices.items[i];
        uint64_t hash = hash_name(slice->metadata.namespace_name, slice->service);

        if (!slice->service.length)
            continue;
        if (!cp_index_add(&compiler->slice_index, compiler->work, hash, i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

bool cp_next_slice(const struct cp_compiler *compiler,
                   struct cp_text namespace_name,
                   struct cp_text name,
                   uint32_t *position,
                   const struct cp_slice_spec **out_slice)
{
    const struct cp_index *index = &compiler->slice_index;
    uint32_t at = *position == CP_NONE ? cp_index_first(index, hash_name(namespace_name, name))
                                       : cp_index_next(index, *position);

    for (; at != CP_INDEX_END; at = cp_index_next(index, at)) {
        *out_slice = compiler->collection->slices.items[cp_index_item(index, at)];
        if (cp_text_equal((*out_slice)->metadata.namespace_name, namespace_name) &&
            cp_text_equal((*out_slice)->service, name)) {
            *position = at;
            return true;
        }
    }
    return false;
}

struct entry_list {
    CP_ARRAY(struct cp_service_entry) items;
};

static int add_entry(struct cp_compiler *compiler,
                     struct entry_list *entries,
                     const struct calpol_address *address,
                     uint8_t protocol,
                     uint16_t port)
{
    struct cp_service_entry *slot = cp_array_push(compiler->work, &entries->items);

    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = (struct cp_service_entry){*address, protocol, port};
    return CALPOL_OK;
}

/* Each address alone, which a source's service matches, and with each numbered port. */
static int add_address(struct cp_compiler *compiler,
                       struct entry_list *entries,
                       const struct cp_slice_spec *slice,
                       const struct calpol_address *address)
{
    int status = add_entry(compiler, entries, address, 0, 0);

    for (uint32_t i = 0; !status && i < slice->ports.count; i++) {
        const struct cp_slice_port *port = &slice->ports.items[i];

        if (port->has_number)
            status = add_entry(compiler, entries, address, port->protocol, port->port);
    }
    return status;
}

static int add_slice(struct cp_compiler *compiler,
                     struct entry_list *entries,
                     const struct cp_slice_spec *slice)
{
    int status = CALPOL_OK;

    if (slice->from_endpoints || slice->names_hosts)
        return CALPOL_OK;
    for (uint32_t e = 0; e < slice->endpoints.count; e++) {
        const struct cp_slice_endpoint *endpoint = &slice->endpoints.items[e];

        for (uint32_t a = 0; !status && a < endpoint->addresses.count; a++)
            status = add_address(compiler, entries, slice, &endpoint->addresses.items[a]);
    }
    return status;
}

static int compare_entries(const void *left, const void *right)
{
    const struct cp_service_entry *a = left, *b = right;
    int order = cp_address_compare(&a->address, &b->address);

    if (order)
        return order;
    if (a->protocol != b->protocol)
        return a->protocol < b->protocol ? -1 : 1;
    return (a->port > b->port) - (a->port < b->port);
}

static int fill_service(struct cp_compiler *compiler,
                        struct cp_text namespace_name,
                        struct cp_text name,
                        struct cp_rule_service *service)
{
    struct entry_list entries = {0};
    const struct cp_slice_spec *slice;
    uint32_t position = CP_NONE;
    int status = CALPOL_OK;

    while (!status && cp_next_slice(compiler, namespace_name, name, &position, &slice))
        status = add_slice(compiler, &entries, slice);
    if (status)
        return status;
    if (!cp_sort(entries.items.items, entries.items.count, sizeof(struct cp_service_entry),
                 compare_entries, compiler->work))
        return CALPOL_ERROR_NO_MEMORY;
    service->entry_count = entries.items.count;
    service->entries = cp_freeze(compiler, &entries.items);
    return service->entries ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

int cp_rule_service_number(struct cp_compiler *compiler,
                           struct cp_text namespace_name,
                           struct cp_text name,
                           uint32_t *out_service)
{
    const struct cp_index *index = &compiler->rule_service_index;
    uint64_t hash = hash_name(namespace_name, name);
    struct cp_rule_service *service;
    uint32_t namespace_id, name_id;

    if (!cp_intern_add(compiler->names, namespace_name, &namespace_id) ||
        !cp_intern_add(compiler->names, name, &name_id))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        *out_service = cp_index_item(index, i);
        service = &compiler->rule_services.items[*out_service];
        if (service->namespace_name == namespace_id && service->name == name_id)
            return CALPOL_OK;
    }
    *out_service = compiler->rule_services.count;
    service = cp_array_push(compiler->work, &compiler->rule_services);
    if (!service ||
        !cp_index_add(&compiler->rule_service_index, compiler->work, hash, *out_service))
        return CALPOL_ERROR_NO_MEMORY;
    *service = (struct cp_rule_service){.namespace_name = namespace_id, .name = name_id};
    return fill_service(compiler, namespace_name, name, service);
}
