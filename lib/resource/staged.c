/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stagedAction, and what may stand beside a deletion.
 */
#include "resource/staged.h"

#include "resource/values.h"

static const char *const names[] = {
    [CP_STAGED_SET] = "Set",
    [CP_STAGED_DELETE] = "Delete",
    [CP_STAGED_LEARN] = "Learn",
    [CP_STAGED_IGNORE] = "Ignore",
    NULL,
};

const char *cp_staged_action_name(enum cp_staged_action action)
{
    return names[action];
}

void cp_read_staged_action(struct cp_resource_reader *reader,
                           const struct cp_field *spec,
                           enum cp_staged_action *out_action)
{
    struct cp_field field = cp_field_member(spec, "stagedAction");
    const char *nearest;
    struct cp_text text;

    *out_action = CP_STAGED_SET;
    if (!cp_read_given_text(reader, &field, &text))
        return;
    for (int i = 0; names[i]; i++) {
        if (cp_text_is(text, names[i])) {
            *out_action = (enum cp_staged_action)i;
            return;
        }
    }
    nearest = cp_nearest_name(text, names);
    if (nearest) {
        cp_report(&reader->base, &field, CP_CODE_STAGED_ACTION,
                  "unknown staged action %q, expected %s", text, nearest);
    } else {
        cp_report(&reader->base, &field, CP_CODE_STAGED_ACTION,
                  "unknown staged action %q, expected Set, Delete, Learn or Ignore", text);
    }
}

/* Empty are the empty text, list and mapping, and false; 0 is a value. */
static bool is_empty(const struct cp_field *field)
{
    return !cp_field_given(field) ||
           (field->node->type == CP_NODE_BOOLEAN && !field->node->boolean);
}

void cp_check_deletion(struct cp_resource_reader *reader, const struct cp_field *spec)
{
    static const char *const harmless[] = {"tier", "stagedAction", "types"};

    for (uint32_t i = 0; i < cp_field_count(spec); i++) {
        struct cp_field field = cp_field_entry(spec, i);
        bool counts = !is_empty(&field);

        for (size_t j = 0; j < sizeof(harmless) / sizeof(harmless[0]); j++)
            counts = counts && !cp_text_is(field.name, harmless[j]);
        if (!counts)
            continue;
        cp_report(&reader->base, spec, CP_CODE_STAGED_DELETE_SPEC,
                  "a staged deletion has nothing but its tier, found %t", field.name);
        return;
    }
}
