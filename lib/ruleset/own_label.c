/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of a pod's own labels.
 */
#include "ruleset/own_label.h"

bool cp_label_is_system(struct cp_text key)
{
    return cp_text_starts_with(key, CP_TEXT("pcns.")) ||
           cp_text_starts_with(key, CP_TEXT("pcsa.")) ||
           cp_text_is(key, "projectcalico.org/namespace") ||
           cp_text_is(key, "projectcalico.org/orchestrator") ||
           cp_text_is(key, "projectcalico.org/serviceaccount");
}

/* Keys which are moved already are moved again, so that no two keys become one. */
static bool is_reserved(struct cp_text key)
{
    return cp_label_is_system(key) || cp_text_starts_with(key, CP_TEXT("\x01"));
}

bool cp_own_label_key(struct cp_arena *arena,
                      enum calpol_dialect dialect,
                      struct cp_text key,
                      struct cp_text *out_key)
{
    char *moved;

    *out_key = key;
    if (dialect != CALPOL_DIALECT_UPSTREAM || !is_reserved(key))
        return true;
    moved = cp_arena_allocate(arena, key.length + 1);
    if (!moved)
        return false;
    moved[0] = '\x01';
    memcpy(moved + 1, key.data, key.length);
    *out_key = cp_text_make(moved, key.length + 1);
    return true;
}
