/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule against one flow (evaluation.md, chapter 8 and table 14.5), three-valued.
 */
#ifndef CP_EVALUATE_MATCH_H
#define CP_EVALUATE_MATCH_H

#include "evaluate/tri.h"
#include "evaluate/view.h"

/* The answers of a rule's criteria, as bits 1 << enum cp_criterion; those in neither set are yes.
 */
struct cp_rule_answers {
    uint32_t no, maybe;
};

/*
 * Does the rule match? direction is that of the policed endpoint: it decides, with the rule's
 * action, whether domains of network sets count (EV-98). Stops at the first criterion that says no.
 */
struct cp_tri cp_match(const struct cp_view *view,
                       const struct cp_rule *rule,
                       enum cp_direction direction);

/* The same, looking at every criterion. The result is that of cp_match. */
struct cp_tri cp_match_all(const struct cp_view *view,
                           const struct cp_rule *rule,
                           enum cp_direction direction,
                           struct cp_rule_answers *out_answers);

/* One criterion that the rule has. */
struct cp_tri cp_match_criterion(const struct cp_view *view,
                                 const struct cp_rule *rule,
                                 enum cp_direction direction,
                                 enum cp_criterion criterion);

#endif
