/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking for large pages, where the system knows how.
 */
#ifndef _DEFAULT_SOURCE
#define _DEFAULT_SOURCE /* madvise() is in no standard */
#endif

#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define LARGE_PAGE ((uintptr_t)1 << 21)

void cp_pages_prefer_large(void *bytes, size_t size)
{
#ifdef MADV_HUGEPAGE
    size_t skipped = (LARGE_PAGE - (uintptr_t)bytes % LARGE_PAGE) % LARGE_PAGE;

    if (size >= skipped + LARGE_PAGE)
        (void)madvise((char *)bytes + skipped, (size - skipped) / LARGE_PAGE * LARGE_PAGE,
                      MADV_HUGEPAGE);
#else
    (void)bytes;
    (void)size;
#endif
}
