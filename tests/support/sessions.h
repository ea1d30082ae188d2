/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Using the public interface in tests: whatever is not expected to fail fails the test if it does.
 */
#ifndef TESTS_SUPPORT_SESSIONS_H
#define TESTS_SUPPORT_SESSIONS_H

#include "calpol/calpol.h"

/* The ruleset of a text; with the default allocator if it is NULL. */
calpol_ruleset *load_text(const char *text, const struct calpol_allocator *allocator);

/* The same, and an update of a ruleset by a text and the name of what is gone (NULL: nothing), that may fail.
   flags are those of load options. */
int try_load_text(const char *text,
                  uint32_t flags,
                  const struct calpol_allocator *allocator,
                  calpol_ruleset **out_ruleset);
int try_update_text(calpol_ruleset *old,
                    const char *text,
                    const char *removed,
                    const struct calpol_allocator *allocator,
                    calpol_ruleset **out_ruleset);

/* A query about a ruleset. */
calpol_query *new_query(calpol_ruleset *ruleset);

/* Sets a flow in JSON; single quotes stand for double ones. */
void set_flow(calpol_query *query, const char *json);

/* The trace of the query; freed by the caller. */
calpol_trace *explain(calpol_query *query);

/* The action of the query's verdict. */
int action_of(calpol_query *query);

/* Fails the test unless a text has, has not, a part. */
void expect_part(const char *text, const char *part);
void expect_no_part(const char *text, const char *part);

#endif
