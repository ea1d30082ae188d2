/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source and destination of a rule (resources.md 5.3, 5.5, 5.7).
 */
#ifndef CP_RESOURCE_ENTITY_H
#define CP_RESOURCE_ENTITY_H

#include "resource/context.h"

/* Which side of which rule. */
struct cp_entity_side {
    bool is_ingress; /* of the rule */
    bool is_source;
};

/* Reads an entity with the checks of its single fields and of those among themselves. action is the
   rule's, CALPOL_ACTION_NONE if it is wrong. */
void cp_read_entity(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    struct cp_entity_side side,
                    uint8_t action,
                    struct cp_entity_spec *out_entity);

#endif
