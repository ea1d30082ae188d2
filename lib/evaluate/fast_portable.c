/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel for any machine.
 */
#define CP_TARGET

#include "evaluate/fast_kernel.h"

/* Written so that compilers find the vector instructions that every machine of a kind has. */
static inline unsigned count_begins(const uint16_t *begins, uint16_t key)
{
    uint16_t count = 0;

    for (unsigned i = 0; i < CP_STEP; i++)
        count = (uint16_t)(count + (begins[i] <= key));
    return count;
}

static inline unsigned count_few_begins(const uint16_t *begins, unsigned steps, uint16_t key)
{
    unsigned count = count_begins(begins, key);

    for (unsigned i = 1; i < steps; i++)
        count += count_begins(begins + (size_t)i * CP_STEP, key);
    return count;
}

static inline unsigned first_common_bit(const uint64_t *a,
                                        const uint64_t *b,
                                        const uint64_t *c,
                                        const uint64_t *d)
{
    for (unsigned i = 0; i < CP_BLOCK_WORDS; i++) {
        uint64_t word = a[i] & b[i] & c[i] & d[i];

        if (word)
            return i * 64 + (unsigned)__builtin_ctzll(word);
    }
    return CP_NO_BIT;
}

const struct cp_fast_kernel cp_fast_portable = {judge, judge_group, judge_with, find_address};
