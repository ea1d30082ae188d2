/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three-valued answers (EV-150 to EV-152): yes, no, or maybe with what it depends on.
 *
 * Kleene logic. depends is a set of CALPOL_DEPENDS_... bits; it is 0 unless the answer is maybe,
 * and it is the union over the parts that are maybe. So neither the order of the parts nor stopping
 * at the first part that settles the answer changes anything.
 */
#ifndef CP_EVALUATE_TRI_H
#define CP_EVALUATE_TRI_H

#include <stdbool.h>
#include <stdint.h>

/* In the order in which AND is the smaller and OR the larger of two. */
enum cp_answer { CP_ANSWER_NO, CP_ANSWER_MAYBE, CP_ANSWER_YES };

struct cp_tri {
    enum cp_answer answer;
    uint32_t depends;
};

static inline struct cp_tri cp_tri_of(bool value)
{
    return (struct cp_tri){value ? CP_ANSWER_YES : CP_ANSWER_NO, 0};
}

static inline struct cp_tri cp_tri_maybe(uint32_t depends)
{
    return (struct cp_tri){CP_ANSWER_MAYBE, depends};
}

/* The value if it is known, else maybe with what it depends on. */
static inline struct cp_tri cp_tri_if_known(bool known, bool value, uint32_t depends)
{
    return known ? cp_tri_of(value) : cp_tri_maybe(depends);
}

static inline struct cp_tri cp_tri_and(struct cp_tri a, struct cp_tri b)
{
    if (a.answer == CP_ANSWER_NO || b.answer == CP_ANSWER_NO)
        return cp_tri_of(false);
    if (a.answer == CP_ANSWER_YES && b.answer == CP_ANSWER_YES)
        return a;
    return cp_tri_maybe(a.depends | b.depends);
}

static inline struct cp_tri cp_tri_not(struct cp_tri a)
{
    return (struct cp_tri){(enum cp_answer)(CP_ANSWER_YES - a.answer), a.depends};
}

static inline struct cp_tri cp_tri_or(struct cp_tri a, struct cp_tri b)
{
    if (a.answer == CP_ANSWER_YES || b.answer == CP_ANSWER_YES)
        return cp_tri_of(true);
    if (a.answer == CP_ANSWER_NO && b.answer == CP_ANSWER_NO)
        return a;
    return cp_tri_maybe(a.depends | b.depends);
}

#endif
