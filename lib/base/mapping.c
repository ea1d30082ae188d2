/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mapping files.
 */
#include "base/mapping.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int cp_mapping_of_file(
    int file, size_t size, uint64_t address, struct cp_mapping *out_mapping, int *out_error)
{
    /* The address is a wish: without MAP_FIXED nothing that is there is mapped over. */
    void *wish = address <= UINTPTR_MAX ? (void *)(uintptr_t)address : NULL;
    void *bytes = mmap(wish, size, PROT_READ, MAP_PRIVATE, file, 0);

    if (bytes == MAP_FAILED) {
        *out_error = errno;
        return CALPOL_ERROR_IO;
    }
    posix_madvise(bytes, size, POSIX_MADV_WILLNEED);
    *out_mapping = (struct cp_mapping){.bytes = bytes, .size = size};
    return CALPOL_OK;
}

static size_t memory_size(size_t size)
{
    return size + CP_MAPPING_ALIGNMENT;
}

int cp_mapping_of_bytes(const void *bytes,
                        size_t size,
                        const struct calpol_allocator *allocator,
                        struct cp_mapping *out_mapping)
{
    void *memory = size < SIZE_MAX / 2 ? cp_allocate(allocator, memory_size(size)) : NULL;
    size_t skipped;

    if (!memory)
        return CALPOL_ERROR_NO_MEMORY;
    skipped =
        (CP_MAPPING_ALIGNMENT - (uintptr_t)memory % CP_MAPPING_ALIGNMENT) % CP_MAPPING_ALIGNMENT;
    *out_mapping = (struct cp_mapping){(unsigned char *)memory + skipped, size, memory};
    memcpy(out_mapping->bytes, bytes, size);
    return CALPOL_OK;
}

bool cp_mapping_unlock(struct cp_mapping *mapping)
{
    return mapping->memory || mprotect(mapping->bytes, mapping->size, PROT_READ | PROT_WRITE) == 0;
}

bool cp_mapping_lock(struct cp_mapping *mapping)
{
    return mapping->memory || mprotect(mapping->bytes, mapping->size, PROT_READ) == 0;
}

void cp_mapping_finish(struct cp_mapping *mapping, const struct calpol_allocator *allocator)
{
    if (mapping->memory)
        cp_release(allocator, mapping->memory, memory_size(mapping->size));
    else if (mapping->bytes)
        munmap(mapping->bytes, mapping->size);
    *mapping = (struct cp_mapping){NULL, 0, NULL};
}
