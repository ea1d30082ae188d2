/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of diagnostic codes.
 */
#include "base/diagnostic.h"

static const struct cp_code_info codes[] = {
#define CP_CODE(identifier, number, name, severity, lenient, meaning)                              \
    {CP_CODE_##identifier, name, severity, lenient, meaning},
#include "base/codes.def"
#undef CP_CODE
};

#define CODE_COUNT ((uint32_t)(sizeof(codes) / sizeof(codes[0])))

static const char *const consequences[CP_CODE_COUNT + 1] = {
#define CP_CONSEQUENCE(identifier, text) [CP_CODE_##identifier] = (text),
#include "base/consequences.def"
#undef CP_CONSEQUENCE
};

const char *cp_code_consequence(enum cp_code code)
{
    return consequences[code] ? consequences[code] : "";
}

const struct cp_code_info *cp_code_info(uint32_t code)
{
    /* Rows are numbered from 1 without gaps; a test holds them to it. */
    return code >= 1 && code <= CODE_COUNT ? &codes[code - 1] : NULL;
}

const struct cp_code_info *cp_code_find(struct cp_text name)
{
    for (uint32_t i = 0; i < CODE_COUNT; i++) {
        if (cp_text_is(name, codes[i].name))
            return &codes[i];
    }
    return NULL;
}

const struct cp_code_info *cp_code_table(uint32_t *out_count)
{
    *out_count = CODE_COUNT;
    return codes;
}
