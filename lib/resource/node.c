/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Nodes (K8-131): labels and addresses.
 */
#include "resource/k8s_values.h"
#include "resource/readers.h"
#include "resource/values.h"

static void read_address(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         struct cp_node_spec *node)
{
    struct cp_field type = cp_field_member(field, "type");
    struct cp_field value = cp_field_member(field, "address");
    struct calpol_address address, *slot;
    struct cp_text text;

    if (!cp_read_text(&reader->base, &type, &text) ||
        !(cp_text_is(text, "InternalIP") || cp_text_is(text, "ExternalIP")))
        return;
    if (!cp_read_address(reader, &value, 0, &address))
        return;
    slot = cp_resource_push(reader, &node->addresses);
    if (slot)
        *slot = address;
}

void cp_node_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_node_spec *node = CP_NEW(reader->base.arena, struct cp_node_spec);
    struct cp_field status = cp_field_member(root, "status");
    struct cp_field addresses = cp_field_member(&status, "addresses");
    struct cp_k8s_scope scope;

    if (!node) {
        cp_resource_no_memory(reader);
        return;
    }
    node->metadata = reader->metadata;
    scope = cp_k8s_begin(reader, CP_LENIENCY_ALL);
    if (cp_read_sequence(&reader->base, &addresses)) {
        for (uint32_t i = 0; i < cp_field_count(&addresses); i++) {
            struct cp_field item = cp_field_item(&addresses, i);

            read_address(reader, &item, node);
        }
    }
    (void)cp_k8s_end(reader, &scope);
    cp_resource_add(reader, &reader->collection->nodes, node);
}
