/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel with 256-bit vectors.
 */
#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

#include <immintrin.h>

#define CP_TARGET __attribute__((target("avx2,bmi,bmi2,popcnt")))

#include "evaluate/fast_kernel.h"

CP_TARGET static inline unsigned count_half(const uint16_t *begins, __m256i key)
{
    __m256i numbers = _mm256_loadu_si256((const __m256i *)(const void *)begins);
    __m256i is_at_most = _mm256_cmpeq_epi16(_mm256_max_epu16(numbers, key), key);

    return (unsigned)__builtin_popcount((unsigned)_mm256_movemask_epi8(is_at_most)) / 2;
}

CP_TARGET static inline unsigned count_begins(const uint16_t *begins, uint16_t key)
{
    __m256i keys = _mm256_set1_epi16((short)key);

    return count_half(begins, keys) + count_half(begins + CP_STEP / 2, keys);
}

CP_TARGET static inline unsigned count_few_begins(const uint16_t *begins,
                                                  unsigned steps,
                                                  uint16_t key)
{
    unsigned count = count_begins(begins, key);

    for (unsigned i = 1; i < steps; i++)
        count += count_begins(begins + (size_t)i * CP_STEP, key);
    return count;
}

CP_TARGET static inline __m256i load(const uint64_t *words)
{
    return _mm256_loadu_si256((const __m256i *)(const void *)words);
}

CP_TARGET static inline unsigned first_common_bit(const uint64_t *a,
                                                  const uint64_t *b,
                                                  const uint64_t *c,
                                                  const uint64_t *d)
{
    for (unsigned i = 0; i < CP_BLOCK_WORDS; i += 4) {
        __m256i common = _mm256_and_si256(_mm256_and_si256(load(a + i), load(b + i)),
                                          _mm256_and_si256(load(c + i), load(d + i)));

        if (_mm256_testz_si256(common, common))
            continue;
        for (unsigned w = i;; w++) {
            uint64_t word = a[w] & b[w] & c[w] & d[w];

            if (word)
                return w * 64 + (unsigned)__builtin_ctzll(word);
        }
    }
    return CP_NO_BIT;
}

const struct cp_fast_kernel cp_fast_avx2 = {judge, judge_group, judge_with, find_address};

#else

typedef int cp_no_avx2_here;

#endif
