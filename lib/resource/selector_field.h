/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that hold a selector (resources.md 5.4).
 */
#ifndef CP_RESOURCE_SELECTOR_FIELD_H
#define CP_RESOURCE_SELECTOR_FIELD_H

#include "resource/context.h"

/* Where a selector stands: decides its checks, and what lenient loading makes of one that does not
   parse (selectors.md 4.6). */
enum cp_selector_place {
    CP_SELECTOR_OF_POLICY,     /* selector of a policy */
    CP_SELECTOR_BESIDE_POLICY, /* its namespaceSelector and serviceAccountSelector */
    CP_SELECTOR_OF_ENTITY,     /* selector of source and destination */
    CP_SELECTOR_NOT_OF_ENTITY, /* notSelector */
    CP_SELECTOR_OF_NAMESPACES, /* namespaceSelector of source and destination */
    CP_SELECTOR_OF_ACCOUNTS    /* serviceAccounts.selector */
};

/* Reads and parses a selector. An absent or empty one is not given. */
void cp_read_selector(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      enum cp_selector_place place,
                      struct cp_selector_field *out_selector);

#endif
