/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Unsigned integers large enough to convert any double to decimal and back exactly, on the stack.
 *
 * Capacity is the caller's business: number.c shows that its numbers stay below CP_BIG_WORDS words.
 * Exceeding it is a programming error and is asserted.
 */
#ifndef CP_BASE_BIG_H
#define CP_BASE_BIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CP_BIG_WORDS 100u

/* Least significant word first, the last one not zero; zero has no words. */
struct cp_big {
    uint32_t count;
    uint32_t words[CP_BIG_WORDS];
};

void cp_big_set(struct cp_big *big, uint64_t value);

/* Copies the words in use only. */
void cp_big_copy(struct cp_big *big, const struct cp_big *from);

/* Number of bits: 0 for zero, 1 for one, 2 for two and three. */
size_t cp_big_bits(const struct cp_big *big);

/* Negative, zero, positive. */
int cp_big_compare(const struct cp_big *a, const struct cp_big *b);

/* big = big * factor + summand */
void cp_big_multiply(struct cp_big *big, uint32_t factor, uint32_t summand);

/* big = big * 5^exponent */
void cp_big_multiply_power5(struct cp_big *big, unsigned exponent);

/* big = big * 2^exponent */
void cp_big_shift(struct cp_big *big, size_t exponent);

void cp_big_add(struct cp_big *big, const struct cp_big *summand);

/* big = big - subtrahend, which is not larger. */
void cp_big_subtract(struct cp_big *big, const struct cp_big *subtrahend);

#endif
