/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Schoolbook arithmetic on 32-bit words.
 */
#include "base/big.h"

#include <assert.h>
#include <string.h>

#define WORD_BITS 32u

static void push(struct cp_big *big, uint32_t word)
{
    assert(big->count < CP_BIG_WORDS);
    big->words[big->count++] = word;
}

static void trim(struct cp_big *big)
{
    while (big->count && big->words[big->count - 1] == 0)
        big->count--;
}

void cp_big_set(struct cp_big *big, uint64_t value)
{
    big->count = 0;
    push(big, (uint32_t)value);
    push(big, (uint32_t)(value >> WORD_BITS));
    trim(big);
}

void cp_big_copy(struct cp_big *big, const struct cp_big *from)
{
    big->count = from->count;
    memcpy(big->words, from->words, from->count * sizeof(from->words[0]));
}

size_t cp_big_bits(const struct cp_big *big)
{
    size_t bits = 0;

    if (!big->count)
        return 0;
    for (uint32_t top = big->words[big->count - 1]; top; top >>= 1)
        bits++;
    return (size_t)(big->count - 1) * WORD_BITS + bits;
}

int cp_big_compare(const struct cp_big *a, const struct cp_big *b)
{
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    for (uint32_t i = a->count; i-- > 0;) {
        if (a->words[i] != b->words[i])
            return a->words[i] < b->words[i] ? -1 : 1;
    }
    return 0;
}

void cp_big_multiply(struct cp_big *big, uint32_t factor, uint32_t summand)
{
    uint64_t carry = summand;

    for (uint32_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->words[i] * factor;
        big->words[i] = (uint32_t)carry;
        carry >>= WORD_BITS;
    }
    if (carry)
        push(big, (uint32_t)carry);
    trim(big);
}

void cp_big_multiply_power5(struct cp_big *big, unsigned exponent)
{
    const unsigned step = 13; /* 5^13 is the largest that fits a word */

    for (; exponent >= step; exponent -= step)
        cp_big_multiply(big, 1220703125u, 0);
    for (; exponent; exponent--)
        cp_big_multiply(big, 5, 0);
}

void cp_big_shift(struct cp_big *big, size_t exponent)
{
    uint32_t words = (uint32_t)(exponent / WORD_BITS), bits = exponent % WORD_BITS;

    if (!big->count)
        return;
    cp_big_multiply(big, (uint32_t)1 << bits, 0);
    assert(words <= CP_BIG_WORDS - big->count);
    memmove(big->words + words, big->words, big->count * sizeof(big->words[0]));
    memset(big->words, 0, words * sizeof(big->words[0]));
    big->count += words;
}

void cp_big_add(struct cp_big *big, const struct cp_big *summand)
{
    uint64_t carry = 0;

    while (big->count < summand->count)
        push(big, 0);
    for (uint32_t i = 0; i < big->count; i++) {
        carry += (uint64_t)big->words[i] + (i < summand->count ? summand->words[i] : 0);
        big->words[i] = (uint32_t)carry;
        carry >>= WORD_BITS;
    }
    if (carry)
        push(big, (uint32_t)carry);
}

void cp_big_subtract(struct cp_big *big, const struct cp_big *subtrahend)
{
    uint64_t borrow = 0;

    assert(cp_big_compare(big, subtrahend) >= 0);
    for (uint32_t i = 0; i < big->count; i++) {
        uint64_t word = i < subtrahend->count ? subtrahend->words[i] : 0;
        uint64_t difference = (uint64_t)big->words[i] - word - borrow;

        big->words[i] = (uint32_t)difference;
        borrow = difference >> WORD_BITS & 1;
    }
    trim(big);
}
