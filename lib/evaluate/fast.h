/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast path: plain flows judged by programs (ruleset/program.h).
 *
 * What comes out is what the plain walk says, or that the plain walk must be asked. Nothing
 * allocates; any number of threads at once.
 *
 * The work is done by one of several kernels, which differ in the instructions they are made of and
 * in nothing else. fast_kernel.h is their text.
 */
#ifndef CP_EVALUATE_FAST_H
#define CP_EVALUATE_FAST_H

#include "ruleset/ruleset.h"

#include "calpol/evaluate.h"

/* Flows that are judged together, so that waiting for the memory of one is work on the others. */
#define CP_FAST_GROUP 16u

/* The ends of a flow that are in no ruleset: a record for each family, or NULL for other ends. */
struct cp_fast_ends {
    const struct cp_endpoint_record *source, *destination;
};

struct cp_fast_kernel {
    /* False: ask the plain walk, *out_verdict is not written. */
    bool (*judge)(const struct cp_programs *programs,
                  const struct calpol_flow *flow,
                  struct calpol_verdict *out_verdict);
    /* At most CP_FAST_GROUP flows. A bit for each that was judged; of the others the plain walk
       must be asked. */
    uint32_t (*judge_group)(const struct cp_programs *programs,
                            const struct calpol_flow *flows,
                            uint32_t count,
                            struct calpol_verdict *out_verdicts);
    /* One flow with ends of their own, which have no address in it but the one of their record. */
    bool (*judge_with)(const struct cp_programs *programs,
                       const struct calpol_flow *flow,
                       const struct cp_fast_ends *ends,
                       struct calpol_verdict *out_verdict);
    /* What an address is: enum cp_address_type and a number. family is an index. */
    uint32_t (*find_address)(const struct cp_programs *programs,
                             const struct calpol_address *address,
                             int family);
};

enum cp_simd { CP_SIMD_PORTABLE, CP_SIMD_AVX2, CP_SIMD_AVX512, CP_SIMD_COUNT };

/* Can this machine run a kernel? */
bool cp_simd_is_usable(enum cp_simd simd);

/* One that can be run, and the best that can. */
const struct cp_fast_kernel *cp_fast_kernel_of(enum cp_simd simd);
const struct cp_fast_kernel *cp_fast_kernel_best(void);

extern const struct cp_fast_kernel cp_fast_portable;
extern const struct cp_fast_kernel cp_fast_avx2;
extern const struct cp_fast_kernel cp_fast_avx512;

#endif
