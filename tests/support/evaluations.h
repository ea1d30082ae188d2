/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluating for a test: flows from short texts, and results as short texts to compare with.
 *
 * A flow is "FROM > TO" and words behind it, in any order:
 *
 *   FROM, TO     references as a query takes them; "?" is a participant that nothing is known of
 *   tcp, 47, …   protocol                      :80, 1000:   destination port, source port
 *   type=8 code=0                              method=GET path=/x nohttp
 *   domains=a.b,c.d   domains=                 v4, v6       ip_version
 *   pre=ADDRESS preport=80                     established, related, invalid
 *   sip=ADDRESS dip=ADDRESS sif=eth0 dif=eth0  address and interface of either end
 */
#ifndef TESTS_SUPPORT_EVALUATIONS_H
#define TESTS_SUPPORT_EVALUATIONS_H

#include "evaluate/evaluate.h"
#include "evaluate/resolve.h"
#include "support/rulesets.h"

/* One question about a ruleset. */
struct asked {
    struct cp_arena arena;
    struct cp_options options;
    struct cp_world world;
    struct cp_flow_words words;
    struct cp_flow flow;
    struct cp_flow_problem problem;
};

/* Must not move afterwards. */
void start_asking(struct asked *asked, const struct calpol_ruleset *ruleset);
void finish_asking(struct asked *asked);

/* Fills in words from a text. */
void read_flow(struct asked *asked, const char *text);

/* Reads and resolves: CALPOL_FLOW_OK or the error. */
enum calpol_flow_error resolve_flow(struct asked *asked, const char *text);

/* The same; an error fails the test. */
void ask(struct asked *asked, const char *text);

/*
 * The result of the flow, without and with a recorder, which must be the same:
 *
 *   "VERDICT[ by STAGE][ (REASON)][ {DEPENDENCIES}]: STAGE; STAGE"
 *
 * with each stage as "NAME ACTION[ LABEL[RULE]][ (REASON)][ {DEPENDENCIES}]". Names as in JSON.
 */
const char *result_of(struct asked *asked, const char *text);

/* The entries of the trace of a flow's stages (EV-162) and its logs, as
   "LABEL[RULE] ACTION, …; …"; what is not certain has "?" behind it. */
const char *trace_of(struct asked *asked, const char *text);

/* The legs of a flow, each as "TO:PORT VERDICT", or "refused", "; " between them; then what they
   come to, as "= VERDICT[ {DEPENDENCIES}]". */
const char *legs_of(struct asked *asked, const char *text);

/* "yes", "no", "maybe {destination_port, source.ip}" */
const char *tri_text(struct asked *asked, struct cp_tri tri);

/* Fails the test unless two texts are the same. */
void expect_string(const char *actual, const char *expected);

#endif
