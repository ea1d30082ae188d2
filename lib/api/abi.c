/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sizes of public structs.
 */
#include "api/abi.h"

#include "calpol/calpol.h"

#include <assert.h>
#include <string.h>

struct abi_size {
    size_t first; /* in the first release that had the struct: a smaller one is a mistake */
    size_t now;
};

/* A struct that gets a field keeps its first size: write offsetof the new field there. */
#define UNCHANGED(type)                                                                            \
    {                                                                                              \
        sizeof(type), sizeof(type)                                                                 \
    }

static const struct abi_size sizes[] = {
    [CALPOL_STRUCT_ALLOCATOR] = UNCHANGED(struct calpol_allocator),
    [CALPOL_STRUCT_LOAD_OPTIONS] = UNCHANGED(struct calpol_load_options),
    [CALPOL_STRUCT_DIAGNOSTIC] = UNCHANGED(struct calpol_diagnostic),
    [CALPOL_STRUCT_ADDRESS] = UNCHANGED(struct calpol_address),
    [CALPOL_STRUCT_FLOW] = UNCHANGED(struct calpol_flow),
    [CALPOL_STRUCT_DECISION] = UNCHANGED(struct calpol_decision),
    [CALPOL_STRUCT_VERDICT] = UNCHANGED(struct calpol_verdict),
    [CALPOL_STRUCT_STEP] = UNCHANGED(struct calpol_step),
    [CALPOL_STRUCT_POLICY_INFO] = UNCHANGED(struct calpol_policy_info),
    [CALPOL_STRUCT_ENDPOINT_INFO] = UNCHANGED(struct calpol_endpoint_info),
    [CALPOL_STRUCT_TIER_INFO] = UNCHANGED(struct calpol_tier_info),
    [CALPOL_STRUCT_COUNTS] = UNCHANGED(struct calpol_counts),
    [CALPOL_STRUCT_ENDPOINT_SPEC] = UNCHANGED(struct calpol_endpoint_spec),
    [CALPOL_STRUCT_ENDPOINT_PORT] = UNCHANGED(struct calpol_endpoint_port),
};

#define SIZE_COUNT ((int)(sizeof(sizes) / sizeof(sizes[0])))

size_t cp_abi_size(int struct_id)
{
    return struct_id >= 0 && struct_id < SIZE_COUNT ? sizes[struct_id].now : 0;
}

static bool is_zero(const unsigned char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

int cp_abi_read(enum calpol_struct_id id, const void *theirs, size_t their_size, void *out_ours)
{
    size_t ours = sizes[id].now;

    if (their_size < sizes[id].first)
        return CALPOL_ERROR_ABI;
    if (their_size > ours && !is_zero((const unsigned char *)theirs + ours, their_size - ours))
        return CALPOL_ERROR_ABI;
    if (their_size < ours)
        memset(out_ours, 0, ours);
    memcpy(out_ours, theirs, their_size < ours ? their_size : ours);
    return CALPOL_OK;
}

int cp_abi_check(enum calpol_struct_id id, size_t their_size)
{
    return their_size < sizes[id].first ? CALPOL_ERROR_ABI : CALPOL_OK;
}

void cp_abi_write(enum calpol_struct_id id, const void *ours, void *out_theirs, size_t their_size)
{
    size_t size = sizes[id].now;

    assert(their_size >= sizes[id].first);
    if (their_size > size)
        memset((unsigned char *)out_theirs + size, 0, their_size - size);
    memcpy(out_theirs, ours, their_size < size ? their_size : size);
}
