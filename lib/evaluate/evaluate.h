/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a flow to its verdict (evaluation.md 14.1).
 *
 * Nothing here fails, and nothing allocates unless a recorder or an arena is given.
 */
#ifndef CP_EVALUATE_EVALUATE_H
#define CP_EVALUATE_EVALUATE_H

#include "evaluate/service.h"
#include "evaluate/stages.h"

/* The result for one flow (EV-160, EV-161). */
struct cp_result {
    uint8_t verdict;           /* ALLOW, DENY, UNKNOWN */
    enum calpol_reason reason; /* when no stage walked policy (EV-167) */
    int decided_by;            /* index in stages of the first that definitely denies; -1: none */
    int egress, ingress;       /* indexes; -1: no such stage */
    uint32_t depends;          /* CALPOL_DEPENDS_... when the verdict is UNKNOWN, else 0 */
    uint32_t stage_count;
    struct cp_stage stages[CP_STAGE_LIMIT];
};

/* Judges one flow as it is: rewriting by Services is not looked at. recorder may be NULL. */
void cp_evaluate(const struct cp_world *world,
                 const struct cp_flow *flow,
                 struct cp_recorder *recorder,
                 struct cp_result *out_result);

/*
 * Judges a flow with all its legs and sums up: one common verdict, else MIXED for backends that
 * differ (K8-115), UNKNOWN for cases that differ. A decision that differs between legs has no tier,
 * policy and rule; if its action differs as well, it is MIXED or UNKNOWN likewise.
 */
void cp_judge(const struct cp_world *world,
              const struct cp_flow *flow,
              struct calpol_verdict *out_verdict);

/* One leg with its result. A refused leg is denied with reason no-backends and has no stages. */
struct cp_leg_result {
    struct cp_leg leg;
    struct cp_result result;
};

/* The same with everything kept, for rendering. */
struct cp_judgement {
    struct calpol_verdict verdict; /* as from cp_judge */
    const struct cp_leg_result *legs;
    uint32_t leg_count; /* at least 1 */
    bool is_open;       /* the legs are cases, which hang on depends */
    uint32_t depends;
    uint32_t changed;     /* owner whose labels leave open which backends there are, or CP_NONE */
    bool port_is_missing; /* the destination is a Service's address, but no port of it (K8-112) */
};

/* CALPOL_OK or CALPOL_ERROR_NO_MEMORY. Legs go to arena, steps to the recorder, which may be NULL.
 */
int cp_judge_recorded(const struct cp_world *world,
                      const struct cp_flow *flow,
                      struct cp_arena *arena,
                      struct cp_recorder *recorder,
                      struct cp_judgement *out_judgement);

/* A stage, and a whole result, in the form of the public interface. Profiles of inline workloads,
   which no ruleset has, and "no profile matched" become policy CALPOL_NONE. */
struct calpol_decision cp_stage_decision(const struct cp_world *world,
                                         const struct cp_stage *stage);
void cp_result_verdict(const struct cp_world *world,
                       const struct cp_result *result,
                       struct calpol_verdict *out_verdict);

#endif
