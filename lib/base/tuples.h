/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lists of numbers to dense number and back: equal lists have equal numbers, from 0 on in order of
 * arrival. Lists are compared whole; a hash only finds candidates.
 */
#ifndef CP_BASE_TUPLES_H
#define CP_BASE_TUPLES_H

#include "base/array.h"
#include "base/hash.h"

struct cp_tuple {
    const uint32_t *numbers;
    uint32_t count;
};

struct cp_tuples {
    struct cp_arena *arena; /* owns the lists */
    CP_ARRAY(struct cp_tuple) items;
    struct cp_index index;
};

void cp_tuples_init(struct cp_tuples *tuples, struct cp_arena *arena);

/* The number of a list, new or known; *out_is_new may be NULL. False: no memory. */
bool cp_tuples_add(struct cp_tuples *tuples,
                   const uint32_t *numbers,
                   uint32_t count,
                   uint32_t *out_id,
                   bool *out_is_new);

/* The number of a known list, else CP_INDEX_END. */
uint32_t cp_tuples_find(const struct cp_tuples *tuples, const uint32_t *numbers, uint32_t count);

#endif
