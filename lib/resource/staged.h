/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the staged kinds have in common (resources.md 6.3 to 6.5).
 */
#ifndef CP_RESOURCE_STAGED_H
#define CP_RESOURCE_STAGED_H

#include "resource/context.h"

/* Reads spec.stagedAction: Set if it is absent or empty. Another text is reported, and Set. */
void cp_read_staged_action(struct cp_resource_reader *reader,
                           const struct cp_field *spec,
                           enum cp_staged_action *out_action);

/* Reports at spec what a staged deletion may not have: any other field than tier, stagedAction and
   types (which are dropped) that is not empty. */
void cp_check_deletion(struct cp_resource_reader *reader, const struct cp_field *spec);

/* The name of a staged action. */
const char *cp_staged_action_name(enum cp_staged_action action);

#endif
