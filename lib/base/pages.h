/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large pages for what is large and read here and there: a processor remembers where a few thousand pages
 * are, and finding another one takes longer than reading from it.
 */
#ifndef CP_BASE_PAGES_H
#define CP_BASE_PAGES_H

#include <stddef.h>

/* Asks the system for large pages for memory to which nothing was written yet. It need not comply, and
   memory that is smaller than such a page stays as it is. */
void cp_pages_prefer_large(void *bytes, size_t size);

#endif
