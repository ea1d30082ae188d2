/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types of a policy, given or filled in (resources.md 6.1, 8).
 */
#ifndef CP_RESOURCE_POLICY_TYPES_H
#define CP_RESOURCE_POLICY_TYPES_H

#include "resource/context.h"

/* Reads types into types, types_given and egress_first of the policy. */
void cp_read_types(struct cp_resource_reader *reader,
                   const struct cp_field *field,
                   struct cp_policy_spec *policy);

/* Fills in types that were not given, by the rules that the policy has. */
void cp_default_types(struct cp_resource_reader *reader,
                      const struct cp_field *spec,
                      struct cp_policy_spec *policy);

#endif
