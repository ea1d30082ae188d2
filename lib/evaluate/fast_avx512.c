/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel with 512-bit vectors: a block of lines, or CP_STEP numbers, is one.
 */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define CP_TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx2,bmi,bmi2,popcnt")))

#include "evaluate/fast_kernel.h"

CP_TARGET static inline unsigned count_begins(const uint16_t *begins, uint16_t key)
{
    __m512i numbers = _mm512_loadu_si512(begins);
    __mmask32 is_at_most = _mm512_cmple_epu16_mask(numbers, _mm512_set1_epi16((short)key));

    return (unsigned)__builtin_popcount(is_at_most);
}

/* Without jumps: how many steps a program has is hard to foresee. */
CP_TARGET static inline unsigned count_few_begins(const uint16_t *begins,
                                                  unsigned steps,
                                                  uint16_t key)
{
    unsigned second = count_begins(begins + CP_STEP, key);
    unsigned third = count_begins(begins + 2 * CP_STEP, key);

    return count_begins(begins, key) + (steps > 1 ? second : 0) + (steps > 2 ? third : 0);
}

CP_TARGET static inline unsigned first_common_bit(const uint64_t *a,
                                                  const uint64_t *b,
                                                  const uint64_t *c,
                                                  const uint64_t *d)
{
    __m512i left = _mm512_and_si512(_mm512_loadu_si512(a), _mm512_loadu_si512(b));
    __m512i right = _mm512_and_si512(_mm512_loadu_si512(c), _mm512_loadu_si512(d));
    __mmask8 is_common = _mm512_test_epi64_mask(left, right);
    unsigned word;

    if (!is_common)
        return CP_NO_BIT;
    word = (unsigned)__builtin_ctz(is_common);
    return word * 64 + (unsigned)__builtin_ctzll(a[word] & b[word] & c[word] & d[word]);
}

const struct cp_fast_kernel cp_fast_avx512 = {judge, judge_group, judge_with, find_address};

#else

typedef int cp_no_avx512_here;

#endif
