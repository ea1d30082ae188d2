/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a text both ways. For tests and for fuzzing: no Check here.
 */
#include "support/same_trees.h"

#include "yaml/stream.h"

#include <stdlib.h>

static bool same_node(const struct cp_node *one, const struct cp_node *other)
{
    return one->type == other->type && one->style == other->style && one->flaw == other->flaw &&
           one->verbatim == other->verbatim && one->boolean == other->boolean &&
           one->deep_flaw == other->deep_flaw && one->line == other->line &&
           one->column == other->column && one->length == other->length;
}

/* The nesting is limited by whoever read the trees. */
bool same_trees(const struct cp_node *one, const struct cp_node *other)
{
    if (!same_node(one, other))
        return false;
    if (cp_node_is_scalar(one))
        return cp_text_equal(cp_node_text(one), cp_node_text(other));
    for (uint32_t i = 0; i < one->length; i++) {
        if (one->type == CP_NODE_SEQUENCE
                ? !same_trees(&one->items[i], &other->items[i])
                : !same_trees(&one->members[i].key, &other->members[i].key) ||
                      !same_trees(&one->members[i].value, &other->members[i].value))
            return false;
    }
    return true;
}

struct reading {
    struct cp_tree tree;
    struct cp_documents documents;
    struct cp_yaml_error error;
};

typedef int reader(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *out_error);

static void run(reader *read,
                struct cp_text text,
                struct cp_arena *arena,
                const struct cp_yaml_limits *limits,
                struct reading *reading)
{
    reading->documents = (struct cp_documents){.items.count = 0};
    cp_tree_init(&reading->tree, arena, limits, &reading->documents);
    if (read(&reading->tree, text, &reading->error) != CALPOL_OK)
        abort();
    cp_tree_finish(&reading->tree);
}

static bool same_errors(const struct cp_yaml_error *one, const struct cp_yaml_error *other)
{
    if (one->code != other->code)
        return false;
    return !one->code || (one->line == other->line && one->column == other->column &&
                          cp_text_equal(one->message, other->message));
}

static bool same_documents(const struct cp_document *one, const struct cp_document *other)
{
    return one->number == other->number && one->failed == other->failed &&
           one->limit == other->limit && same_trees(&one->root, &other->root);
}

static const char *compare(const struct reading *one, const struct reading *other)
{
    if (!same_errors(&one->error, &other->error))
        return "the error differs";
    if (one->documents.items.count != other->documents.items.count)
        return "the number of documents differs";
    for (uint32_t i = 0; i < one->documents.items.count; i++) {
        if (!same_documents(&one->documents.items.items[i], &other->documents.items.items[i]))
            return "a document differs";
    }
    return NULL;
}

const char *read_both_ways(struct cp_text text,
                           const struct cp_yaml_limits *limits,
                           uint32_t *out_quick)
{
    struct reading quick, events;
    const char *difference;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    run(cp_stream_read, text, &arena, limits, &quick);
    run(cp_stream_read_events, text, &arena, limits, &events);
    difference = compare(&quick, &events);
    if (out_quick)
        *out_quick = quick.tree.quick_documents;
    cp_arena_finish(&arena);
    return difference;
}
