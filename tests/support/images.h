/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rulesets in tests.
 */
#ifndef TESTS_SUPPORT_IMAGES_H
#define TESTS_SUPPORT_IMAGES_H

#include "calpol/calpol.h"

/* A small ruleset that has something of everything. NULL: malloc. */
calpol_ruleset *load_kinds(const struct calpol_allocator *allocator);

/* The bytes of a ruleset as a file. */
calpol_text *bytes_of(const calpol_ruleset *ruleset);

/* The ruleset of bytes, which must be good. */
calpol_ruleset *open_image(const void *bytes, size_t size);

/* Writes the checksum that a file should have, if it is long enough to have one. */
void fix_checksum(unsigned char *bytes, size_t size);

#endif
