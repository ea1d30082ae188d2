/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A block of bytes that is a file in memory, or a copy of one.
 *
 * A mapped file must not be changed while it is mapped; whoever wants to change it writes another one
 * and renames it.
 */
#ifndef CP_BASE_MAPPING_H
#define CP_BASE_MAPPING_H

#include "base/allocator.h"

#include <stdbool.h>

struct cp_mapping {
    unsigned char *bytes; /* at a multiple of CP_MAPPING_ALIGNMENT; NULL: none */
    size_t size;          /* not 0 */
    void *memory;         /* from an allocator: what the copy is in; NULL: mapped */
};

#define CP_MAPPING_ALIGNMENT 64u

/*
 * Maps size bytes of an open file, read-only and, if there is room, at an address. CALPOL_OK;
 * CALPOL_ERROR_IO if the system does not, with *out_error set.
 */
int cp_mapping_of_file(
    int file, size_t size, uint64_t address, struct cp_mapping *out_mapping, int *out_error);

/* A copy in memory of the allocator's. CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_mapping_of_bytes(const void *bytes,
                        size_t size,
                        const struct calpol_allocator *allocator,
                        struct cp_mapping *out_mapping);

/* Lets the bytes be written; the file stays as it is. Or no longer. False: the system does not. */
bool cp_mapping_unlock(struct cp_mapping *mapping);
bool cp_mapping_lock(struct cp_mapping *mapping);

/* Ends a mapping; none is fine. */
void cp_mapping_finish(struct cp_mapping *mapping, const struct calpol_allocator *allocator);

#endif
