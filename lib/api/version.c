/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the library says about itself.
 */
#include "api/abi.h"

const char *calpol_version(void)
{
    return CALPOL_VERSION;
}

const char *calpol_status_text(int status)
{
    static const char *const texts[] = {
        [-CALPOL_OK] = "success",
        [-CALPOL_ERROR_NO_MEMORY] = "out of memory",
        [-CALPOL_ERROR_INVALID_ARGUMENT] = "invalid argument",
        [-CALPOL_ERROR_INVALID_INPUT] = "invalid input",
        [-CALPOL_ERROR_NOT_FOUND] = "not found",
        [-CALPOL_ERROR_LIMIT] = "a limit was exceeded",
        [-CALPOL_ERROR_IO] = "a file could not be read",
        [-CALPOL_ERROR_ABI] = "a struct of a size that this library cannot serve",
    };
    const int count = (int)(sizeof(texts) / sizeof(texts[0]));

    return status <= 0 && status > -count ? texts[-status] : "unknown status";
}

size_t calpol_struct_size(int struct_id)
{
    return cp_abi_size(struct_id);
}
