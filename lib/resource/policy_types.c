/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The directions that a policy applies in.
 */
#include "resource/policy_types.h"

#include "resource/values.h"

static void add_type(struct cp_resource_reader *reader,
                     const struct cp_field *item,
                     struct cp_policy_spec *policy)
{
    struct cp_text text;
    unsigned type;

    if (!cp_read_text(&reader->base, item, &text))
        return;
    type = cp_text_is(text, "Ingress")  ? CP_TYPE_INGRESS
           : cp_text_is(text, "Egress") ? CP_TYPE_EGRESS
                                        : 0;
    if (!type) {
        if (!reader->deletion)
            cp_report(&reader->base, item, CP_CODE_TYPES_VALUE,
                      "unknown type %q, expected Ingress or Egress", text);
        return;
    }
    policy->egress_first = policy->egress_first || (type == CP_TYPE_EGRESS && !policy->types);
    policy->types |= (uint8_t)type;
}

void cp_read_types(struct cp_resource_reader *reader,
                   const struct cp_field *field,
                   struct cp_policy_spec *policy)
{
    if (!cp_read_sequence(&reader->base, field))
        return;
    if (!reader->deletion)
        cp_check_repeats(reader, field, CP_CODE_TYPES_DUPLICATE);
    for (uint32_t i = 0; i < cp_field_count(field); i++) {
        struct cp_field item = cp_field_item(field, i);

        add_type(reader, &item, policy);
    }
    policy->types_given = cp_field_count(field) > 0;
    /* resources.md 6.3: dropped beside a deletion. */
    if (reader->deletion) {
        policy->types = 0;
        policy->types_given = policy->egress_first = false;
    }
}

/* Ingress unless there are egress rules only. */
static uint8_t types_of_rules(bool has_ingress, bool has_egress)
{
    if (!has_egress)
        return CP_TYPE_INGRESS;
    return has_ingress ? CP_TYPE_INGRESS | CP_TYPE_EGRESS : CP_TYPE_EGRESS;
}

static const char *types_text(unsigned types)
{
    switch (types) {
    case CP_TYPE_INGRESS:
        return "[Ingress]";
    case CP_TYPE_EGRESS:
        return "[Egress]";
    default:
        return "[Ingress, Egress]";
    }
}

void cp_default_types(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_policy_spec *policy)
{
    struct cp_field types = cp_field_member(spec, "types");
    struct cp_field ingress = cp_field_member(spec, "ingress");
    struct cp_field egress = cp_field_member(spec, "egress");
    uint8_t by_presence;

    if (policy->types_given)
        return;
    if (reader->door == CP_DOOR_RAW) {
        policy->types = CP_TYPE_INGRESS | CP_TYPE_EGRESS;
        cp_report(&reader->base, &types, CP_CODE_TYPES_MISSING_RAW,
                  "a raw object without types is in force in both directions; write types");
        return;
    }
    policy->types = types_of_rules(cp_field_count(&ingress) > 0, cp_field_count(&egress) > 0);
    by_presence = types_of_rules(cp_field_present(&ingress), cp_field_present(&egress));
    if (by_presence != policy->types) {
        cp_report(&reader->base, &types, CP_CODE_TYPES_AMBIGUOUS,
                  "taken as %s, but servers that look at the keys alone make it %s; write types",
                  types_text(policy->types), types_text(by_presence));
    }
}
