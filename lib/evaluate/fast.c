/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which kernel runs on this machine.
 */
#include "evaluate/fast.h"

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))

bool cp_simd_is_usable(enum cp_simd simd)
{
    switch (simd) {
    case CP_SIMD_AVX512:
        return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("bmi2");
    case CP_SIMD_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    case CP_SIMD_PORTABLE:
        return true;
    case CP_SIMD_COUNT:
        break;
    }
    return false;
}

const struct cp_fast_kernel *cp_fast_kernel_of(enum cp_simd simd)
{
    static const struct cp_fast_kernel *const kernels[] = {
        [CP_SIMD_PORTABLE] = &cp_fast_portable,
        [CP_SIMD_AVX2] = &cp_fast_avx2,
        [CP_SIMD_AVX512] = &cp_fast_avx512,
    };

    return kernels[simd];
}

#else

bool cp_simd_is_usable(enum cp_simd simd)
{
    return simd == CP_SIMD_PORTABLE;
}

const struct cp_fast_kernel *cp_fast_kernel_of(enum cp_simd simd)
{
    (void)simd;
    return &cp_fast_portable;
}

#endif

const struct cp_fast_kernel *cp_fast_kernel_best(void)
{
    if (cp_simd_is_usable(CP_SIMD_AVX512))
        return cp_fast_kernel_of(CP_SIMD_AVX512);
    return cp_fast_kernel_of(cp_simd_is_usable(CP_SIMD_AVX2) ? CP_SIMD_AVX2 : CP_SIMD_PORTABLE);
}
