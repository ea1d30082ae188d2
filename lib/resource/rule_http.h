/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP criteria of a rule (resources.md 5.6).
 */
#ifndef CP_RESOURCE_RULE_HTTP_H
#define CP_RESOURCE_RULE_HTTP_H

#include "resource/context.h"

/* Reads http; its checks against the rest of the rule are the rule's business. */
void cp_read_http(struct cp_resource_reader *reader,
                  const struct cp_field *field,
                  struct cp_rule_spec *rule);

#endif
