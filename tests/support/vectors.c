/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading test vectors.
 */
#include "support/vectors.h"

#include <check.h>
#include <stdio.h>

#define FOLDER TESTS_FOLDER "/vectors/"

static struct cp_text read_file(struct cp_arena *arena, const char *name)
{
    struct cp_buffer path, text;
    char chunk[4096];
    size_t length;
    FILE *file;

    cp_buffer_init(&path, arena);
    cp_buffer_format(&path, "%s%s", FOLDER, name);
    file = fopen(cp_buffer_string(&path), "rb");
    ck_assert_msg(file, "cannot open %s%s", FOLDER, name);
    cp_buffer_init(&text, arena);
    while ((length = fread(chunk, 1, sizeof(chunk), file)) > 0)
        cp_buffer_add(&text, cp_text_make(chunk, length));
    ck_assert(!ferror(file));
    (void)fclose(file);
    return cp_buffer_text(&text);
}

const struct cp_node *read_vectors(struct cp_arena *arena, const char *name)
{
    const struct cp_source source = {.name = name, .text = read_file(arena, name)};
    const struct cp_yaml_limits limits = {.max_depth = 100};
    struct cp_documents documents = {.items = {.count = 0}};
    struct calpol_diagnostics diagnostics;

    cp_diagnostics_init(&diagnostics, NULL, 0, false);
    ck_assert_int_eq(cp_documents_read(&source, &limits, arena, &diagnostics, &documents),
                     CALPOL_OK);
    ck_assert_uint_eq(diagnostics.items.count, 0);
    cp_diagnostics_finish(&diagnostics);
    ck_assert_uint_eq(documents.items.count, 1);
    return &documents.items.items[0].root;
}

const struct cp_node *find_member(const struct cp_node *mapping, const char *name)
{
    const struct cp_node *member = cp_node_member(mapping, cp_text_from(name));

    return member && member->type != CP_NODE_NULL ? member : NULL;
}

static const struct cp_node *typed_member(const struct cp_node *mapping,
                                          const char *name,
                                          enum cp_node_type type)
{
    const struct cp_node *member = find_member(mapping, name);

    ck_assert_msg(member && member->type == type, "line %u: no good member %s", mapping->line,
                  name);
    return member;
}

struct cp_text member_text(const struct cp_node *mapping, const char *name)
{
    return cp_node_text(typed_member(mapping, name, CP_NODE_TEXT));
}

const char *member_string(const struct cp_node *mapping, const char *name)
{
    return find_member(mapping, name) ? member_text(mapping, name).data : NULL;
}

bool member_boolean(const struct cp_node *mapping, const char *name)
{
    return typed_member(mapping, name, CP_NODE_BOOLEAN)->boolean;
}

size_t member_size(const struct cp_node *mapping, const char *name)
{
    int64_t value = -1;

    ck_assert(cp_node_integer(typed_member(mapping, name, CP_NODE_INTEGER), &value));
    ck_assert_int_ge(value, 0);
    return (size_t)value;
}

const struct cp_node *member_list(const struct cp_node *mapping, const char *name)
{
    return typed_member(mapping, name, CP_NODE_SEQUENCE);
}
