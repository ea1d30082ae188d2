/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of evaluation.
 */
#include "compile/policy_order.h"

#include "base/buffer.h"

int cp_orders_compare(bool a_given, double a, bool b_given, double b)
{
    if (a_given != b_given)
        return a_given ? -1 : 1;
    if (!a_given || a == b)
        return 0;
    return a < b ? -1 : 1;
}

bool cp_policy_key(struct cp_text name,
                   struct cp_text namespace_name,
                   enum cp_policy_kind kind,
                   struct cp_arena *arena,
                   struct cp_text *out_key)
{
    struct cp_buffer key;

    cp_buffer_init(&key, arena);
    cp_buffer_format(&key, "%t/%t/%s", name, namespace_name, cp_policy_kind_info(kind)->name);
    *out_key = cp_buffer_text(&key);
    return !key.failed;
}

bool cp_policy_compare(const struct cp_policy *a,
                       const struct cp_policy *b,
                       struct cp_arena *work,
                       int *out_order)
{
    struct cp_text key, other;

    *out_order = a->tier < b->tier ? -1 : 1;
    if (a->tier != b->tier)
        return true;
    *out_order = cp_orders_compare(a->has_order, a->order, b->has_order, b->order);
    if (*out_order)
        return true;
    if (!cp_policy_key(a->name, a->namespace_name, a->kind, work, &key) ||
        !cp_policy_key(b->name, b->namespace_name, b->kind, work, &other))
        return false;
    *out_order = cp_text_compare(key, other);
    return true;
}

uint64_t cp_policy_identity_hash(enum cp_policy_kind kind,
                                 struct cp_text namespace_name,
                                 struct cp_text name)
{
    return cp_hash_text(name, cp_hash_text(namespace_name, (uint64_t)kind));
}
