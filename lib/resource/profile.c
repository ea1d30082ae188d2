/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profile (resources.md 6.8).
 */
#include "resource/readers.h"
#include "resource/values.h"

void cp_profile_read(struct cp_resource_reader *reader, const struct cp_field *root)
{
    static const char *const members[] = {"ingress", "egress", "labelsToApply", NULL};
    struct cp_profile_spec *profile = CP_NEW(reader->base.arena, struct cp_profile_spec);
    struct cp_field spec = cp_field_member(root, "spec");
    struct cp_field ingress = cp_field_member(&spec, "ingress");
    struct cp_field egress = cp_field_member(&spec, "egress");
    struct cp_field labels = cp_field_member(&spec, "labelsToApply");

    if (!profile) {
        cp_resource_no_memory(reader);
        return;
    }
    profile->metadata = reader->metadata;
    if (cp_read_mapping(&reader->base, &spec))
        cp_check_members(&reader->base, &spec, members, NULL);
    cp_read_rules(reader, &ingress, true, &profile->ingress);
    cp_read_rules(reader, &egress, false, &profile->egress);
    cp_read_labels(reader, &labels, &profile->labels_to_apply);
    cp_resource_add(reader, &reader->collection->profiles, profile);
}
