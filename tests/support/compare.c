/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Comparing answers with expectations.
 */
#include "support/compare.h"

#include "yaml/document.h"

#include <stdio.h>

/* ---- Reading --------------------------------------------------------------------------------- */

static const struct cp_node *parse(struct cp_arena *arena, struct cp_text text)
{
    struct cp_source *source = CP_NEW(arena, struct cp_source);
    struct cp_documents documents = {.items.count = 0};
    const struct cp_yaml_limits limits = {.max_depth = 100};
    struct calpol_diagnostics diagnostics;
    bool good;

    source->name = "json";
    source->text = text;
    cp_diagnostics_init(&diagnostics, NULL, 10, false);
    good = cp_documents_read(source, &limits, arena, &diagnostics, &documents) == CALPOL_OK &&
           diagnostics.error_count == 0 && documents.items.count == 1;
    cp_diagnostics_finish(&diagnostics);
    return good ? &documents.items.items[0].root : NULL;
}

const struct cp_node *parse_json(struct cp_arena *arena, const char *text)
{
    return parse(arena, cp_text_from(text));
}

const struct cp_node *parse_file(struct cp_arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    const struct cp_node *node = NULL;
    long size;
    char *text;

    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    text = size > 0 ? cp_arena_allocate(arena, (size_t)size) : NULL;
    if (text && fread(text, 1, (size_t)size, file) == (size_t)size)
        node = parse(arena, cp_text_make(text, (size_t)size));
    fclose(file);
    return node;
}

const struct cp_node *member_of(const struct cp_node *mapping, const char *name)
{
    const struct cp_node *value = mapping ? cp_node_member(mapping, cp_text_from(name)) : NULL;

    return value && value->type != CP_NODE_NULL ? value : NULL;
}

/* ---- Printing -------------------------------------------------------------------------------- */

/* Vectors are a few levels deep. */
static void print(struct cp_buffer *buffer, const struct cp_node *node)
{
    switch ((enum cp_node_type)node->type) {
    case CP_NODE_NULL:
    case CP_NODE_BOOLEAN:
    case CP_NODE_INTEGER:
    case CP_NODE_FLOAT:
        cp_buffer_add(buffer, cp_node_text(node));
        break;
    case CP_NODE_TEXT:
        cp_buffer_add_json(buffer, cp_node_text(node));
        break;
    case CP_NODE_SEQUENCE:
        cp_buffer_add_byte(buffer, '[');
        for (uint32_t i = 0; i < node->length; i++) {
            cp_buffer_add_string(buffer, i ? ", " : "");
            print(buffer, &node->items[i]);
        }
        cp_buffer_add_byte(buffer, ']');
        break;
    case CP_NODE_MAPPING:
        cp_buffer_add_byte(buffer, '{');
        for (uint32_t i = 0; i < node->length; i++) {
            cp_buffer_add_string(buffer, i ? ", " : "");
            cp_buffer_add_json(buffer, cp_node_text(&node->members[i].key));
            cp_buffer_add_string(buffer, ": ");
            print(buffer, &node->members[i].value);
        }
        cp_buffer_add_byte(buffer, '}');
        break;
    }
}

const char *print_node(struct cp_arena *arena, const struct cp_node *node)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, arena);
    print(&buffer, node);
    return cp_buffer_string(&buffer);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static bool report_difference(struct cp_buffer *report,
                              const char *path,
                              const struct cp_node *expected,
                              const struct cp_node *actual)
{
    cp_buffer_format(report, "#   %s: expected ", path);
    print(report, expected);
    cp_buffer_add_string(report, ", is ");
    if (actual)
        print(report, actual);
    else
        cp_buffer_add_string(report, "absent");
    cp_buffer_add_byte(report, '\n');
    return false;
}

static const char *join(struct cp_buffer *report, const char *path, const char *name)
{
    struct cp_buffer joined;

    cp_buffer_init(&joined, report->arena);
    cp_buffer_format(&joined, "%s.%s", path, name);
    return cp_buffer_string(&joined);
}

static bool compare(const struct cp_node *expected,
                    const struct cp_node *actual,
                    const char *path,
                    struct cp_buffer *report);

/* The entry of a list of stages. */
static const struct cp_node *find_stage(const struct cp_node *stages, const char *name)
{
    for (uint32_t i = 0; stages && i < stages->length; i++) {
        const struct cp_node *stage = member_of(&stages->items[i], "stage");

        if (stage && cp_text_is(cp_node_text(stage), name))
            return &stages->items[i];
    }
    return NULL;
}

static bool compare_stages(const struct cp_node *expected,
                           const struct cp_node *actual,
                           const char *path,
                           struct cp_buffer *report)
{
    bool equal = true;

    for (uint32_t i = 0; i < expected->length; i++) {
        const struct cp_member *member = &expected->members[i];
        const char *name = member->key.text;

        equal &=
            compare(&member->value, find_stage(actual, name), join(report, path, name), report);
    }
    return equal;
}

static bool compare_mapping(const struct cp_node *expected,
                            const struct cp_node *actual,
                            const char *path,
                            struct cp_buffer *report)
{
    bool equal = true;

    if (!actual || actual->type != CP_NODE_MAPPING)
        return report_difference(report, path, expected, actual);
    for (uint32_t i = 0; i < expected->length; i++) {
        const struct cp_member *member = &expected->members[i];
        const char *name = member->key.text, *inner = join(report, path, name);
        const struct cp_node *value = member_of(actual, name);

        if (strcmp(name, "stages") == 0)
            equal &= compare_stages(&member->value, value, inner, report);
        else if (strcmp(name, "pending") != 0) /* another question: the runner asks it */
            equal &= compare(&member->value, value, inner, report);
    }
    return equal;
}

static bool compare_list(const struct cp_node *expected,
                         const struct cp_node *actual,
                         const char *path,
                         struct cp_buffer *report)
{
    bool equal = true;

    if (!actual || actual->type != CP_NODE_SEQUENCE || actual->length != expected->length)
        return report_difference(report, path, expected, actual);
    for (uint32_t i = 0; i < expected->length; i++)
        equal &= compare(&expected->items[i], &actual->items[i], path, report);
    return equal;
}

static bool compare(const struct cp_node *expected,
                    const struct cp_node *actual,
                    const char *path,
                    struct cp_buffer *report)
{
    if (expected->type == CP_NODE_NULL)
        return actual && actual->type != CP_NODE_NULL
                   ? report_difference(report, path, expected, actual)
                   : true;
    if (expected->type == CP_NODE_MAPPING)
        return compare_mapping(expected, actual, path, report);
    if (expected->type == CP_NODE_SEQUENCE)
        return compare_list(expected, actual, path, report);
    if (!actual || actual->type != expected->type ||
        !cp_text_equal(cp_node_text(expected), cp_node_text(actual)))
        return report_difference(report, path, expected, actual);
    return true;
}

bool compare_answer(const struct cp_node *expected,
                    const struct cp_node *answer,
                    const char *path,
                    struct cp_buffer *report)
{
    return compare(expected, answer, path, report);
}
