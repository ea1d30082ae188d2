/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plain flows to plain verdicts. Nothing here allocates.
 */
#include "evaluate/evaluate.h"
#include "api/abi.h"
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

/* Judges a flow of our own size. CALPOL_OK or CALPOL_ERROR_INVALID_INPUT. */
static int judge(const struct cp_world *world,
                 const struct calpol_flow *plain,
                 struct calpol_verdict *out_verdict)
{
    struct cp_flow flow;

    if (!is_understood(plain) || cp_resolve_plain(world, plain, &flow) != CALPOL_FLOW_OK)
        return CALPOL_ERROR_INVALID_INPUT;
    cp_judge(world, &flow, out_verdict);
    return CALPOL_OK;
}

int calpol_evaluate(const calpol_ruleset *ruleset,
                    const struct calpol_flow *flow,
                    size_t flow_size,
                    struct calpol_verdict *out_verdict,
                    size_t verdict_size)
{
    struct calpol_verdict verdict;
    struct calpol_flow plain;
    struct cp_world world;
    int status;

    if (!ruleset || !flow || !out_verdict)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_VERDICT, verdict_size);
    if (!status)
        status = cp_abi_read(CALPOL_STRUCT_FLOW, flow, flow_size, &plain);
    if (status)
        return status;
    cp_world_init(&world, ruleset);
    status = judge(&world, &plain, &verdict);
    if (!status)
        cp_abi_write(CALPOL_STRUCT_VERDICT, &verdict, out_verdict, verdict_size);
    return status;
}

int calpol_evaluate_batch(const calpol_ruleset *ruleset,
                          const void *flows,
                          size_t flow_size,
                          size_t count,
                          void *out_verdicts,
                          size_t verdict_size)
{
    const unsigned char *next_flow = flows;
    unsigned char *next_verdict = out_verdicts;
    struct cp_world world;
    int result = CALPOL_OK, status;

    if (!ruleset || ((!flows || !out_verdicts) && count))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_VERDICT, verdict_size);
    if (status)
        return status;
    cp_world_init(&world, ruleset);
    for (size_t i = 0; i < count; i++, next_flow += flow_size, next_verdict += verdict_size) {
        struct calpol_verdict verdict = {.action = CALPOL_ACTION_NONE};
        struct calpol_flow plain;

        status = cp_abi_read(CALPOL_STRUCT_FLOW, next_flow, flow_size, &plain);
        if (status)
            return status;
        if (judge(&world, &plain, &verdict)) {
            verdict = (struct calpol_verdict){.action = CALPOL_ACTION_NONE};
            result = CALPOL_ERROR_INVALID_INPUT;
        }
        cp_abi_write(CALPOL_STRUCT_VERDICT, &verdict, next_verdict, verdict_size);
    }
    return result;
}
