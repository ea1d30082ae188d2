/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which policy comes first (EV-20 to EV-24), and which one is which. Internal to compile/.
 */
#ifndef CP_COMPILE_POLICY_ORDER_H
#define CP_COMPILE_POLICY_ORDER_H

#include "ruleset/ruleset.h"

/* Orders of tiers or policies: those without any come last. */
int cp_orders_compare(bool a_given, double a, bool b_given, double b);

/* What policies of equal order are sorted by: "NAME/NAMESPACE/KIND" (EV-24). False: no memory. */
bool cp_policy_key(struct cp_text name,
                   struct cp_text namespace_name,
                   enum cp_policy_kind kind,
                   struct cp_arena *arena,
                   struct cp_text *out_key);

/* Of policies of one ruleset, or of two with the same tiers: less than, equal to or greater than 0. False:
   no memory. */
bool cp_policy_compare(const struct cp_policy *a,
                       const struct cp_policy *b,
                       struct cp_arena *work,
                       int *out_order);

/* What policies with equal kind, namespace and name are found under. */
uint64_t cp_policy_identity_hash(enum cp_policy_kind kind,
                                 struct cp_text namespace_name,
                                 struct cp_text name);

#endif
