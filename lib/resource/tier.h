/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in tiers.
 */
#ifndef CP_RESOURCE_TIER_H
#define CP_RESOURCE_TIER_H

#include "base/text.h"

struct cp_builtin_tier {
    const char *name;
    uint8_t default_action; /* CALPOL_ACTION_DENY or CALPOL_ACTION_PASS */
    double order;
};

/* The built-in tier of a name: default, kube-admin, kube-baseline; NULL for others. */
const struct cp_builtin_tier *cp_builtin_tier_find(struct cp_text name);

#endif
