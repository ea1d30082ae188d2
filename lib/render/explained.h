/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An evaluation with everything that its rendering looks at.
 */
#ifndef CP_RENDER_EXPLAINED_H
#define CP_RENDER_EXPLAINED_H

#include "evaluate/evaluate.h"
#include "evaluate/words.h"

struct cp_explained {
    const struct cp_world *world;
    const struct cp_flow_words *words; /* as asked */
    const struct cp_flow *flow;        /* as resolved, before rewriting by Services */
    const struct cp_judgement *judgement;
    const struct cp_step *steps; /* of all stages of all legs; each stage knows its own */
    struct cp_arena *scratch;    /* for what rendering needs on the way */
    /* The same with staged policies enforced (EV-180), if that makes a difference; else NULL. */
    const struct cp_explained *pending;
};

/* The steps of a stage. */
static inline const struct cp_step *cp_stage_steps(const struct cp_explained *explained,
                                                   const struct cp_stage *stage)
{
    return explained->steps + stage->first_step;
}

/* Would staged policies change what happens, or who decides it? pending is the same flow judged
   with them enforced. */
bool cp_pending_differs(const struct cp_explained *enforced, const struct cp_explained *pending);

#endif
