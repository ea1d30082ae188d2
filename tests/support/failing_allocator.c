/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An allocator whose n-th allocation fails.
 */
#include "support/failing_allocator.h"

#include <check.h>
#include <stdlib.h>

/* A body that does not get through by then goes in circles. */
#define MOST_FAILURES 1000000u

static bool fails(struct failing_allocator *failing)
{
    if (failing->allocation_count++ != failing->fail_at)
        return false;
    failing->failed = true;
    return true;
}

static void *failing_allocate(void *context, size_t size)
{
    struct failing_allocator *failing = context;
    void *pointer = fails(failing) ? NULL : malloc(size);

    if (pointer) {
        failing->live_count++;
        failing->live_bytes += size;
    }
    return pointer;
}

static void *failing_resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    struct failing_allocator *failing = context;
    void *resized = fails(failing) ? NULL : realloc(pointer, new_size);

    if (resized) {
        failing->live_count += pointer ? 0 : 1;
        failing->live_bytes += new_size - old_size;
    }
    return resized;
}

static void failing_release(void *context, void *pointer, size_t size)
{
    struct failing_allocator *failing = context;

    failing->live_count--;
    failing->live_bytes -= size;
    free(pointer);
}

void failing_allocator_init(struct failing_allocator *failing, size_t fail_at)
{
    *failing = (struct failing_allocator){
        .allocator = {failing_allocate, failing_resize, failing_release, failing},
        .fail_at = fail_at,
    };
}

size_t for_each_failure(failing_body *body, void *context)
{
    for (size_t fail_at = 0; fail_at < MOST_FAILURES; fail_at++) {
        struct failing_allocator failing;
        int status;

        failing_allocator_init(&failing, fail_at);
        status = body(&failing.allocator, context);
        ck_assert_msg(failing.live_count == 0 && failing.live_bytes == 0,
                      "allocation %zu failed: %zu blocks, %zu bytes are left", fail_at,
                      failing.live_count, failing.live_bytes);
        ck_assert_msg(status == (failing.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK),
                      "allocation %zu failed: status is %d", fail_at, status);
        if (!failing.failed)
            return failing.allocation_count;
    }
    ck_abort_msg("does not get through with %u allocations", MOST_FAILURES);
    return 0;
}
