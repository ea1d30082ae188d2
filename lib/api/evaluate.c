/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain flows to plain verdicts. Nothing here allocates.
 */
#include "evaluate/evaluate.h"
#include "api/abi.h"
#include "api/endpoint.h"
#include "evaluate/fast.h"
#include "evaluate/resolve.h"

#define KNOWN_GIVEN                                                                                \
    (CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |            \
     CALPOL_GIVEN_ICMP_TYPE | CALPOL_GIVEN_ICMP_CODE | CALPOL_GIVEN_NO_HTTP |                      \
     CALPOL_GIVEN_NO_DOMAINS)

/* What is said with fields that this release does not know may change the answer. */
static bool is_understood(const struct calpol_flow *flow)
{
    uint32_t reserved = 0;

    for (size_t i = 0; i < sizeof(flow->reserved) / sizeof(flow->reserved[0]); i++)
        reserved |= flow->reserved[i];
    return !reserved && !(flow->given & ~(uint32_t)KNOWN_GIVEN) &&
           flow->state <= CALPOL_STATE_INVALID;
}

/* Judges a flow of our own size by the plain walk. CALPOL_OK or CALPOL_ERROR_INVALID_INPUT. */
static int judge_plainly(const struct calpol_ruleset *ruleset,
                         const struct calpol_flow *plain,
                         struct calpol_verdict *out_verdict)
{
    struct cp_world world;
    struct cp_flow flow;

    cp_world_init(&world, ruleset);
    if (!is_understood(plain) || cp_resolve_plain(&world, plain, &flow) != CALPOL_FLOW_OK)
        return CALPOL_ERROR_INVALID_INPUT;
    cp_judge(&world, &flow, out_verdict);
    return CALPOL_OK;
}

/* Are structs of the caller's just like ours, so that there is no need to copy them? */
static bool is_ours(const void *theirs, size_t their_size, size_t size)
{
    return their_size == size && (uintptr_t)theirs % _Alignof(struct calpol_flow) == 0;
}

_Static_assert(_Alignof(struct calpol_verdict) == _Alignof(struct calpol_flow),
               "one alignment is asked for both");

static int judge(const struct calpol_ruleset *ruleset,
                 const struct calpol_flow *flow,
                 struct calpol_verdict *out_verdict)
{
    if (ruleset->programs && cp_fast_kernel_best()->judge(ruleset->programs, flow, out_verdict))
        return CALPOL_OK;
    return judge_plainly(ruleset, flow, out_verdict);
}

int calpol_evaluate(const calpol_ruleset *ruleset,
                    const struct calpol_flow *flow,
                    size_t flow_size,
                    struct calpol_verdict *out_verdict,
                    size_t verdict_size)
{
    struct calpol_verdict verdict;
    struct calpol_flow plain;
    int status;

    if (!ruleset || !flow || !out_verdict)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    if (is_ours(flow, flow_size, sizeof(plain)) &&
        is_ours(out_verdict, verdict_size, sizeof(verdict)))
        return judge(ruleset, flow, out_verdict);
    status = cp_abi_check(CALPOL_STRUCT_VERDICT, verdict_size);
    if (!status)
        status = cp_abi_read(CALPOL_STRUCT_FLOW, flow, flow_size, &plain);
    if (status)
        return status;
    status = judge(ruleset, &plain, &verdict);
    if (!status)
        cp_abi_write(CALPOL_STRUCT_VERDICT, &verdict, out_verdict, verdict_size);
    return status;
}

/* What programs leave. */
static int judge_other(const struct cp_handle_table *table,
                       const struct cp_fast_kernel *kernel,
                       const struct calpol_flow *flow,
                       struct calpol_verdict *out_verdict)
{
    if (!table->count || !cp_flow_has_handle(flow))
        return judge_plainly(table->ruleset, flow, out_verdict);
    return is_understood(flow) ? cp_judge_with_handles(table, kernel, flow, out_verdict)
                               : CALPOL_ERROR_INVALID_INPUT;
}

/* Judges a group of flows of our own size. A bad one gets an all-zero verdict. */
static int judge_group(const struct cp_handle_table *table,
                       const struct cp_fast_kernel *kernel,
                       const struct calpol_flow *flows,
                       uint32_t count,
                       struct calpol_verdict *out_verdicts)
{
    uint32_t left = (1u << count) - 1;
    int result = CALPOL_OK;

    if (table->ruleset->programs)
        left &= ~kernel->judge_group(table->ruleset->programs, flows, count, out_verdicts);
    for (uint32_t i = 0; left; i++, left >>= 1) {
        if (!(left & 1) || !judge_other(table, kernel, &flows[i], &out_verdicts[i]))
            continue;
        out_verdicts[i] = (struct calpol_verdict){.action = CALPOL_ACTION_NONE};
        result = CALPOL_ERROR_INVALID_INPUT;
    }
    return result;
}

/* Judges flows where they are. */
static int judge_in_place(const struct cp_handle_table *table,
                          const struct cp_fast_kernel *kernel,
                          const struct calpol_flow *flows,
                          size_t count,
                          struct calpol_verdict *out_verdicts)
{
    int result = CALPOL_OK;

    for (size_t done = 0; done < count; done += CP_FAST_GROUP) {
        uint32_t size = count - done < CP_FAST_GROUP ? (uint32_t)(count - done) : CP_FAST_GROUP;

        if (judge_group(table, kernel, flows + done, size, out_verdicts + done))
            result = CALPOL_ERROR_INVALID_INPUT;
    }
    return result;
}

static int judge_all(const struct cp_handle_table *table,
                     const void *flows,
                     size_t flow_size,
                     size_t count,
                     void *out_verdicts,
                     size_t verdict_size)
{
    const struct cp_fast_kernel *kernel = cp_fast_kernel_best();
    const unsigned char *next_flow = flows;
    unsigned char *next_verdict = out_verdicts;
    int result = CALPOL_OK, status;

    if (is_ours(flows, flow_size, sizeof(struct calpol_flow)) &&
        is_ours(out_verdicts, verdict_size, sizeof(struct calpol_verdict)))
        return judge_in_place(table, kernel, flows, count, out_verdicts);
    status = cp_abi_check(CALPOL_STRUCT_VERDICT, verdict_size);
    for (size_t done = 0; !status && done < count;) {
        struct calpol_verdict verdicts[CP_FAST_GROUP];
        struct calpol_flow group[CP_FAST_GROUP];
        uint32_t size = 0;

        for (; !status && size < CP_FAST_GROUP && done + size < count; next_flow += flow_size) {
            status = cp_abi_read(CALPOL_STRUCT_FLOW, next_flow, flow_size, &group[size]);
            size += !status;
        }
        if (judge_group(table, kernel, group, size, verdicts))
            result = CALPOL_ERROR_INVALID_INPUT;
        for (uint32_t i = 0; i < size; i++, next_verdict += verdict_size)
            cp_abi_write(CALPOL_STRUCT_VERDICT, &verdicts[i], next_verdict, verdict_size);
        done += size;
    }
    return status ? status : result;
}

int calpol_evaluate_batch(const calpol_ruleset *ruleset,
                          const void *flows,
                          size_t flow_size,
                          size_t count,
                          void *out_verdicts,
                          size_t verdict_size)
{
    const struct cp_handle_table table = {.ruleset = ruleset};

    if (!ruleset || ((!flows || !out_verdicts) && count))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return judge_all(&table, flows, flow_size, count, out_verdicts, verdict_size);
}

int calpol_evaluate_with(const calpol_ruleset *ruleset,
                         const calpol_endpoint *const *endpoints,
                         size_t endpoint_count,
                         const void *flows,
                         size_t flow_size,
                         size_t count,
                         void *out_verdicts,
                         size_t verdict_size)
{
    const struct cp_handle_table table = {ruleset, endpoints, endpoint_count};

    if (!ruleset || ((!flows || !out_verdicts) && count) || (!endpoints && endpoint_count))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return judge_all(&table, flows, flow_size, count, out_verdicts, verdict_size);
}
