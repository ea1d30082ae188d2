/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Namespace and ServiceAccount, of which only metadata counts (K8-40, K8-133).
 */
#include "resource/readers.h"

static struct cp_labelled_spec *new_labelled(struct cp_resource_reader *reader)
{
    struct cp_labelled_spec *labelled = CP_NEW(reader->base.arena, struct cp_labelled_spec);

    if (labelled)
        labelled->metadata = reader->metadata;
    else
        cp_resource_no_memory(reader);
    return labelled;
}

void cp_namespace_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_labelled_spec *labelled = new_labelled(reader);

    (void)root;
    cp_resource_add(reader, &reader->collection->namespaces, labelled);
}

void cp_service_account_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    struct cp_labelled_spec *labelled = new_labelled(reader);

    (void)root;
    cp_resource_add(reader, &reader->collection->service_accounts, labelled);
}
