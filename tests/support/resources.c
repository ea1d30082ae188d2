/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loading resources for a test.
 */
#include "support/resources.h"

#include <check.h>

int try_load_resources(struct loaded *loaded,
                       struct cp_text text,
                       uint32_t flags,
                       const struct calpol_allocator *allocator)
{
    const struct cp_yaml_limits limits = {.max_depth = 100};
    int status;

    *loaded = (struct loaded){.source = {.name = "<test>", .text = text}};
    cp_arena_init(&loaded->work, allocator);
    cp_diagnostics_init(&loaded->diagnostics, allocator, 0, false);
    loaded->ruleset = cp_ruleset_new(allocator);
    if (!loaded->ruleset)
        return CALPOL_ERROR_NO_MEMORY;
    loaded->names = &loaded->ruleset->names;
    status = cp_resource_reader_init(&loaded->reader, &loaded->work, loaded->names,
                                     &loaded->diagnostics, &loaded->collection, flags);
    if (!status)
        status = cp_resources_read(&loaded->reader, &loaded->source, &limits);
    return status ? status : cp_resources_link(&loaded->reader);
}

void load_resources(struct loaded *loaded, struct cp_text text, uint32_t flags)
{
    ck_assert_int_eq(try_load_resources(loaded, text, flags, NULL), CALPOL_OK);
}

void finish_resources(struct loaded *loaded)
{
    cp_resource_reader_finish(&loaded->reader);
    cp_diagnostics_finish(&loaded->diagnostics);
    cp_ruleset_unref(loaded->ruleset);
    cp_arena_finish(&loaded->work);
}

uint32_t count_code(const struct loaded *loaded, enum cp_code code)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < loaded->diagnostics.items.count; i++)
        count += loaded->diagnostics.items.items[i].code == code ? 1 : 0;
    return count;
}

const struct cp_diagnostic *find_code(const struct loaded *loaded, enum cp_code code)
{
    for (uint32_t i = 0; i < loaded->diagnostics.items.count; i++)
        if (loaded->diagnostics.items.items[i].code == code)
            return &loaded->diagnostics.items.items[i];
    return NULL;
}

void expect_report(const struct loaded *loaded,
                   enum calpol_severity severity,
                   enum cp_code code,
                   const char *path)
{
    const struct cp_diagnostic *found = find_code(loaded, code);

    ck_assert_msg(found, "no diagnostic %s", cp_code_info(code)->name);
    ck_assert_str_eq(found->path, path);
    ck_assert_msg(found->severity == severity, "severity %u of: %s", found->severity,
                  found->message);
    ck_assert_uint_eq(count_code(loaded, code), 1);
}

void expect_no_errors(const struct loaded *loaded)
{
    for (uint32_t i = 0; i < loaded->diagnostics.items.count; i++) {
        const struct cp_diagnostic *item = &loaded->diagnostics.items.items[i];

        ck_assert_msg(item->severity != CALPOL_SEVERITY_ERROR, "%s: %s", item->path, item->message);
    }
}
