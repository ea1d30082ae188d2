/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NetworkSet and GlobalNetworkSet (resources.md 6.7).
 */
#include "resource/readers.h"
#include "resource/values.h"

#define NAMESPACE_LABEL "projectcalico.org/namespace"

/* A label that the system sets from metadata.namespace; lenient loading drops what was written. */
static void check_reserved_label(struct cp_resource_reader *reader,
                                 const struct cp_field *root,
                                 struct cp_pairs *labels)
{
    struct cp_field metadata = cp_field_member(root, "metadata");
    struct cp_field label_map = cp_field_member(&metadata, "labels");
    struct cp_field label = cp_field_member(&label_map, NAMESPACE_LABEL);

    if (!cp_pairs_find(labels, CP_TEXT(NAMESPACE_LABEL)))
        return;
    cp_report(&reader->base, &label, CP_CODE_LABEL_RESERVED,
              "the label " NAMESPACE_LABEL " is set by Calico itself, leave it out");
    if (!cp_pairs_remove(labels, reader->base.arena, CP_TEXT(NAMESPACE_LABEL)))
        cp_resource_no_memory(reader);
}

static void read_nets(struct cp_resource_reader *reader,
                      const struct cp_field *list,
                      struct cp_network_set_spec *set)
{
    if (!cp_read_sequence(&reader->base, list))
        return;
    cp_check_repeats(reader, list, CP_CODE_DUPLICATE_ITEM);
    for (uint32_t i = 0; i < cp_field_count(list) && reader->base.status == CALPOL_OK; i++) {
        struct cp_field item = cp_field_item(list, i);
        struct cp_prefix net, *slot;

        if (!cp_read_net(reader, &item, CP_NET_BARE | CP_NET_HOST_BITS, &net))
            continue;
        slot = cp_resource_push(reader, &set->nets);
        if (slot)
            *slot = net;
    }
}

void cp_network_set_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    /* The last one is no field for strict_oss. */
    static const char *const members[] = {"nets", "allowedEgressDomains", NULL};
    static const char *const oss_members[] = {"nets", NULL};
    const bool strict_oss = reader->base.strict_oss;
    struct cp_network_set_spec *set = CP_NEW(reader->base.arena, struct cp_network_set_spec);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_field nets = cp_field_member(&spec, "nets");
    struct cp_field domains = cp_field_member(&spec, "allowedEgressDomains");

    if (!set) {
        cp_resource_no_memory(reader);
        return;
    }
    set->metadata = reader->metadata;
    check_reserved_label(reader, root, &set->metadata.labels);
    if (cp_read_mapping(&reader->base, &spec))
        cp_check_members(&reader->base, &spec, strict_oss ? oss_members : members, NULL);
    read_nets(reader, &nets, set);
    if (!strict_oss)
        cp_read_domains(reader, &domains, &set->domains);
    cp_resource_add(reader, &reader->collection->network_sets, set);
}
