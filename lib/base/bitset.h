/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of small numbers as bits in 64-bit words.
 */
#ifndef CP_BASE_BITSET_H
#define CP_BASE_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t cp_bitset_words(uint32_t bit_count)
{
    return ((size_t)bit_count + 63) / 64;
}

static inline bool cp_bitset_has(const uint64_t *words, uint32_t bit)
{
    return words[bit / 64] >> (bit % 64) & 1;
}

static inline void cp_bitset_add(uint64_t *words, uint32_t bit)
{
    words[bit / 64] |= (uint64_t)1 << (bit % 64);
}

#endif
