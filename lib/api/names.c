/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers to names.
 */
#include "render/names.h"
#include "base/diagnostic.h"

const char *calpol_action_name(int action)
{
    return cp_action_name(action);
}

const char *calpol_stage_name(int stage)
{
    return cp_stage_name(stage);
}

const char *calpol_reason_name(int reason)
{
    return cp_reason_name(reason);
}

const char *calpol_dependency_name(uint32_t dependency)
{
    const char *name;
    uint32_t bit;

    for (unsigned i = 0; (name = cp_dependency_name(i, &bit)); i++) {
        if (bit == dependency)
            return name;
    }
    return "unknown";
}

const char *calpol_flow_error_name(int error)
{
    return cp_flow_error_name(error);
}

const char *calpol_code_name(uint32_t code)
{
    const struct cp_code_info *info = cp_code_info(code);

    return info ? info->name : "unknown";
}

const char *calpol_code_meaning(uint32_t code)
{
    const struct cp_code_info *info = cp_code_info(code);

    return info ? info->meaning : "";
}

int calpol_code_severity(uint32_t code)
{
    const struct cp_code_info *info = cp_code_info(code);

    return info ? (int)info->severity : 0;
}
