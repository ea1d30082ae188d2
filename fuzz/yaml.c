/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: reading YAML and JSON.
 *
 * Any text has documents, whose trees are sound; flaws are reported if and only if there are some;
 * and what is JSON without escapes is the same tree when libyaml reads it.
 */
#include "yaml/json.h"
#include "yaml/reader.h"
#include "yaml/stream.h"

#include <math.h>
#include <stdlib.h>

#define MOST_DEPTH 100u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cp_yaml_limits limits = {.max_depth = MOST_DEPTH, .max_nodes = 100000};

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_node(const struct cp_node *node, uint32_t depth);

/* Returns whether a child has a flaw. */
static bool check_children(const struct cp_node *node, uint32_t depth)
{
    bool deep_flaw = false;

    for (uint32_t i = 0; i < node->length; i++) {
        if (node->type == CP_NODE_SEQUENCE) {
            check_node(&node->items[i], depth);
            deep_flaw |= node->items[i].deep_flaw;
        } else {
            const struct cp_member *member = &node->members[i];

            check_node(&member->key, depth);
            check_node(&member->value, depth);
            require(member->key.type == CP_NODE_TEXT || node->flaw != CP_FLAW_NONE);
            deep_flaw |= member->key.deep_flaw || member->value.deep_flaw;
        }
    }
    return deep_flaw;
}

static void check_number(const struct cp_node *node)
{
    int64_t integer;
    double number;

    if (node->type == CP_NODE_INTEGER)
        require(cp_node_number(node, &number));
    if (cp_node_number(node, &number))
        require(isfinite(number));
    if (cp_node_integer(node, &integer))
        require(cp_node_number(node, &number));
}

static void check_node(const struct cp_node *node, uint32_t depth)
{
    bool deep_flaw = node->flaw != CP_FLAW_NONE;

    require(node->line >= 1 && node->column >= 1);
    if (cp_node_is_scalar(node)) {
        require(node->text != NULL);
        check_number(node);
    } else {
        require(depth < MOST_DEPTH);
        deep_flaw |= check_children(node, depth + 1);
    }
    require(node->deep_flaw == deep_flaw);
}

static void check_reports(const struct cp_document *document,
                          struct cp_arena *arena,
                          struct calpol_diagnostics *diagnostics)
{
    const struct cp_source source = {.name = "fuzz", .text = {NULL, 0}};
    struct cp_reader reader = {.arena = arena,
                               .diagnostics = diagnostics,
                               .source = &source,
                               .document = document->number};
    struct cp_field root = cp_field_root(&document->root);

    cp_check_flaws(&reader, &root);
    require(reader.status == CALPOL_OK);
    require((reader.error_count > 0) == document->root.deep_flaw);
}

static void read_as_calpol_does(struct cp_text text)
{
    const struct cp_source source = {.name = "fuzz", .text = text};
    struct cp_documents documents = {{{NULL}, 0, 0}};
    struct calpol_diagnostics diagnostics;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_diagnostics_init(&diagnostics, NULL, 100, false);
    require(cp_documents_read(&source, &limits, &arena, &diagnostics, &documents) == CALPOL_OK);
    for (uint32_t i = 0; i < documents.items.count; i++) {
        const struct cp_document *document = &documents.items.items[i];

        require(document->number == i);
        if (document->failed) {
            require(diagnostics.error_count > 0);
            continue;
        }
        require(document->root.type != CP_NODE_NULL);
        check_node(&document->root, 0);
        check_reports(document, &arena, &diagnostics);
    }
    cp_arena_finish(&arena);
    cp_diagnostics_finish(&diagnostics);
}

static bool is_infinite(const struct cp_node *node)
{
    double number;

    return node->type == CP_NODE_FLOAT && !cp_node_number(node, &number);
}

static void compare(const struct cp_node *json, const struct cp_node *yaml)
{
    /* 1e400 is text in YAML. */
    if (is_infinite(json))
        return;
    require(json->type == yaml->type && json->flaw == yaml->flaw);
    require(json->line == yaml->line && json->column == yaml->column);
    require(json->length == yaml->length && json->verbatim == yaml->verbatim);
    if (cp_node_is_scalar(json)) {
        require(memcmp(json->text, yaml->text, json->length) == 0);
        require(json->boolean == yaml->boolean && json->style == yaml->style);
        return;
    }
    for (uint32_t i = 0; i < json->length; i++) {
        if (json->type == CP_NODE_SEQUENCE) {
            compare(&json->items[i], &yaml->items[i]);
        } else {
            compare(&json->members[i].key, &yaml->members[i].key);
            compare(&json->members[i].value, &yaml->members[i].value);
        }
    }
}

/* Does a JSON text mean something else in YAML? Escapes do; and breaks which JSON lets pass. */
static bool is_special(struct cp_text text)
{
    return cp_text_find_byte(text, '\\') != SIZE_MAX ||
           cp_text_find(text, CP_TEXT("\xc2\x85")) != SIZE_MAX ||
           cp_text_find(text, CP_TEXT("\xe2\x80\xa8")) != SIZE_MAX ||
           cp_text_find(text, CP_TEXT("\xe2\x80\xa9")) != SIZE_MAX;
}

/* Reads a text by both readers, and compares if both have one document. */
static void read_twice(struct cp_text text)
{
    struct cp_documents documents[2] = {{{{NULL}, 0, 0}}, {{{NULL}, 0, 0}}};
    struct cp_yaml_error errors[2];
    struct cp_tree trees[2];
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    for (int i = 0; i < 2; i++)
        cp_tree_init(&trees[i], &arena, &limits, &documents[i]);
    require(cp_json_read(&trees[0], text, &errors[0]) == CALPOL_OK);
    if (!errors[0].code && !is_special(text)) {
        require(cp_stream_read(&trees[1], text, &errors[1]) == CALPOL_OK);
        if (!errors[1].code && documents[0].items.count == 1) {
            require(documents[1].items.count == 1);
            require(documents[0].items.items[0].failed == documents[1].items.items[0].failed);
            if (!documents[0].items.items[0].failed)
                compare(&documents[0].items.items[0].root, &documents[1].items.items[0].root);
        }
    }
    for (int i = 0; i < 2; i++)
        cp_tree_finish(&trees[i]);
    cp_arena_finish(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cp_text text = cp_text_make((const char *)data, size);

    read_as_calpol_does(text);
    if (cp_json_is_likely(text))
        read_twice(text);
    return 0;
}
