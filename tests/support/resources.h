/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading resources for a test: from text to a collection, with everything that takes.
 */
#ifndef TESTS_SUPPORT_RESOURCES_H
#define TESTS_SUPPORT_RESOURCES_H

#include "resource/load.h"
#include "ruleset/ruleset.h"

struct loaded {
    struct cp_arena work;
    struct calpol_ruleset *ruleset; /* empty; its names are those of the selectors */
    struct cp_intern *names;
    struct calpol_diagnostics diagnostics;
    struct cp_collection collection;
    struct cp_resource_reader reader;
    struct cp_source source;
};

/* Loads one text; flags are enum calpol_load_flag. Must not move afterwards. Memory failure fails
   the test. */
void load_resources(struct loaded *loaded, struct cp_text text, uint32_t flags);

/* The same, reporting memory failure. */
int try_load_resources(struct loaded *loaded,
                       struct cp_text text,
                       uint32_t flags,
                       const struct calpol_allocator *allocator);

void finish_resources(struct loaded *loaded);

/* How many diagnostics have a code; the first of them, or NULL. */
uint32_t count_code(const struct loaded *loaded, enum cp_code code);
const struct cp_diagnostic *find_code(const struct loaded *loaded, enum cp_code code);

/* Fails the test unless there is exactly one diagnostic of this code and severity, at this path. */
void expect_report(const struct loaded *loaded,
                   enum calpol_severity severity,
                   enum cp_code code,
                   const char *path);

/* Fails the test if there are errors. */
void expect_no_errors(const struct loaded *loaded);

#endif
