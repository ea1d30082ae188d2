/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator whose n-th allocation fails, and which counts what is still allocated.
 *
 *     for_each_failure(load_a_policy, &context);
 *
 * runs a body with the first, the second, ... allocation failing until it gets through, and checks
 * that it says CALPOL_ERROR_NO_MEMORY each time and frees everything with the right sizes.
 */
#ifndef TESTS_SUPPORT_FAILING_ALLOCATOR_H
#define TESTS_SUPPORT_FAILING_ALLOCATOR_H

#include "calpol/base.h"

#include <stdbool.h>

/* Never fail. */
#define FAIL_NEVER SIZE_MAX

struct failing_allocator {
    struct calpol_allocator allocator; /* hand this on */
    size_t fail_at;                    /* number of the allocation that fails, from 0 */
    size_t allocation_count;           /* allocations and resizes asked for */
    size_t live_count;                 /* blocks not released */
    size_t live_bytes;
    bool failed;
};

/* Must not move afterwards: the allocator's context points to it. */
void failing_allocator_init(struct failing_allocator *failing, size_t fail_at);

/* What is run: CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
typedef int failing_body(const struct calpol_allocator *allocator, void *context);

/* Returns the number of allocations that the body makes; fails the test if it misbehaves. */
size_t for_each_failure(failing_body *body, void *context);

#endif
