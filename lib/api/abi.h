/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rule by which public structs grow (calpol/base.h), in one place.
 *
 * A caller's struct may be smaller than ours, down to what the first release had, and then lacks
 * the newest fields; or larger, and then what we do not know must be zero.
 */
#ifndef CP_API_ABI_H
#define CP_API_ABI_H

#include "calpol/base.h"

#include <stdbool.h>

/* sizeof of a public struct here; 0 for a number that is none. */
size_t cp_abi_size(int struct_id);

/* Copies a caller's struct into ours, fields it lacks as zero. CALPOL_OK or CALPOL_ERROR_ABI. */
int cp_abi_read(enum calpol_struct_id id, const void *theirs, size_t their_size, void *out_ours);

/* May a struct of the caller's of this size be filled? CALPOL_OK or CALPOL_ERROR_ABI. */
int cp_abi_check(enum calpol_struct_id id, size_t their_size);

/* Fills a caller's struct, what we do not know of it with zero. The size was checked. */
void cp_abi_write(enum calpol_struct_id id, const void *ours, void *out_theirs, size_t their_size);

#endif
