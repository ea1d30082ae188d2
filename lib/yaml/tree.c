/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Building trees.
 */
#include "yaml/tree.h"

#include "yaml/members.h"

#include <assert.h>

/* Texts up to this length are shared. */
#define LONGEST_SHARED 32u

#define MOST_EXPANDED ((uint64_t)1 << 62)

void cp_tree_init(struct cp_tree *tree,
                  struct cp_arena *arena,
                  const struct cp_yaml_limits *limits,
                  struct cp_documents *documents)
{
    *tree = (struct cp_tree){
        .arena = arena,
        .collections = arena,
        .limits = limits,
        .documents = documents,
        .first_document = documents->items.count,
    };
    cp_arena_init(&tree->scratch, &arena->allocator);
    cp_arena_init(&tree->passing, &arena->allocator);
}

void cp_tree_finish(struct cp_tree *tree)
{
    cp_arena_finish(&tree->scratch);
    cp_arena_adopt(tree->arena, &tree->passing);
}

void cp_tree_set_visitor(struct cp_tree *tree, const struct cp_document_visitor *visitor)
{
    tree->visitor = visitor;
    tree->collections = &tree->passing;
}

int cp_tree_hand_over(struct cp_tree *tree, struct cp_text again, uint32_t line)
{
    struct cp_documents *documents = tree->documents;
    uint32_t count = documents->items.count;
    int status = CALPOL_OK;

    if (!tree->visitor)
        return CALPOL_OK;
    for (uint32_t i = tree->first_document; i < count && status == CALPOL_OK; i++) {
        documents->items.items[i].again = again;
        documents->items.items[i].line = line;
        status = tree->visitor->visit(tree->visitor->context, &documents->items.items[i]);
    }
    documents->items.count = tree->first_document;
    tree->visited_count += count - tree->first_document;
    if (again.length)
        cp_arena_rewind(&tree->passing);
    else
        cp_arena_adopt(tree->arena, &tree->passing);
    return status;
}

void cp_tree_spoil(struct cp_tree *tree, enum cp_limit limit, uint32_t line, uint32_t column)
{
    if (tree->limit)
        return;
    tree->limit = (uint8_t)limit;
    tree->limit_line = line;
    tree->limit_column = column;
}

/* Counts a node that stands for size nodes. */
static void count_node(struct cp_tree *tree, uint64_t size, uint32_t line, uint32_t column)
{
    tree->written++;
    tree->expanded += size;
    /* Anchors that double each other would overflow soon. */
    if (tree->expanded > MOST_EXPANDED)
        tree->expanded = MOST_EXPANDED;
    if (tree->limits->max_nodes && tree->expanded > tree->limits->max_nodes)
        cp_tree_spoil(tree, CP_LIMIT_NODES, line, column);
}

/* Room for a node on the stack; NULL: no memory. */
static struct cp_node *push(struct cp_tree *tree)
{
    if (tree->limit)
        return &tree->discarded;
    if (tree->nodes.count < tree->nodes.capacity)
        return &tree->nodes.items[tree->nodes.count++];
    return cp_array_push(&tree->scratch, &tree->nodes);
}

struct cp_node *cp_tree_add(struct cp_tree *tree, uint32_t line, uint32_t column)
{
    struct cp_node *node;

    count_node(tree, 1, line, column);
    node = push(tree);
    if (node)
        *node = (struct cp_node){.line = line, .column = column};
    return node;
}

/* Which of the recent texts it may be. */
static size_t recent_slot(const char *text, size_t length)
{
    size_t part = length < sizeof(uint64_t) ? length : sizeof(uint64_t);
    uint64_t head = 0, tail = 0;

    memcpy(&head, text, part);
    memcpy(&tail, text + length - part, part);
    return (size_t)(((head ^ tail << 7 ^ length) * UINT64_C(0x9e3779b97f4a7c15)) >> 32) %
           CP_TREE_RECENT_TEXTS;
}

/* Dumps repeat the same few keys and words without end. */
const char *cp_tree_text(struct cp_tree *tree, const char *text, size_t length)
{
    struct cp_text *recent;

    if (tree->limit || !length)
        return "";
    if (length > LONGEST_SHARED)
        return cp_arena_text(tree->arena, text, length);
    recent = &tree->recent[recent_slot(text, length)];
    if (!cp_text_equal(*recent, cp_text_make(text, length))) {
        recent->data = cp_arena_text(tree->arena, text, length);
        recent->length = recent->data ? length : 0;
    }
    return recent->data;
}

static struct cp_tree_frame *top_frame(struct cp_tree *tree)
{
    return tree->frames.count ? &tree->frames.items[tree->frames.count - 1] : NULL;
}

/* The collection that was opened last has a child with collections height deep. */
static void raise_top(struct cp_tree *tree, uint32_t height)
{
    struct cp_tree_frame *frame = top_frame(tree);

    if (frame && frame->height < height + 1)
        frame->height = height + 1;
}

int cp_tree_add_alias(struct cp_tree *tree,
                      const struct cp_node *node,
                      uint32_t height,
                      uint64_t size)
{
    struct cp_node *copy;

    count_node(tree, size, node->line, node->column);
    if (tree->frames.count + (uint64_t)height > tree->limits->max_depth)
        cp_tree_spoil(tree, CP_LIMIT_DEPTH, node->line, node->column);
    copy = push(tree);
    if (!copy)
        return CALPOL_ERROR_NO_MEMORY;
    *copy = *node;
    raise_top(tree, height);
    return CALPOL_OK;
}

void cp_tree_mark_merge(struct cp_tree *tree)
{
    if (tree->limit)
        return;
    tree->nodes.items[tree->nodes.count - 1].boolean = true;
    top_frame(tree)->has_merge = true;
}

int cp_tree_open(struct cp_tree *tree, const struct cp_node *node)
{
    struct cp_tree_frame *frame = cp_array_push(&tree->scratch, &tree->frames);

    if (!frame)
        return CALPOL_ERROR_NO_MEMORY;
    *frame = (struct cp_tree_frame){
        .node = *node,
        .first = tree->nodes.count,
        .height = 1,
        .anchor = CP_TREE_NO_ANCHOR,
        .expanded_before = tree->expanded,
    };
    count_node(tree, 1, node->line, node->column);
    return CALPOL_OK;
}

static int make_sequence(struct cp_tree *tree,
                         struct cp_node *node,
                         const struct cp_node *items,
                         uint32_t count)
{
    node->length = count;
    node->items = count ? cp_arena_copy(tree->collections, items, count * sizeof(*items)) : NULL;
    if (count && !node->items)
        return CALPOL_ERROR_NO_MEMORY;
    node->deep_flaw = node->flaw != CP_FLAW_NONE;
    for (uint32_t i = 0; i < count; i++)
        node->deep_flaw |= items[i].deep_flaw;
    return CALPOL_OK;
}

static int make_collection(struct cp_tree *tree, struct cp_tree_frame *frame)
{
    uint32_t count = tree->nodes.count - frame->first;
    const struct cp_node *children = count ? &tree->nodes.items[frame->first] : NULL;

    if (frame->node.type == CP_NODE_SEQUENCE)
        return make_sequence(tree, &frame->node, children, count);
    if (frame->has_merge)
        return cp_members_merge(tree, &frame->node, children, count / 2);
    return cp_members_make(tree, &frame->node, children, count / 2);
}

int cp_tree_close(struct cp_tree *tree, struct cp_tree_frame *out_frame)
{
    struct cp_tree_frame *frame = top_frame(tree);
    int status = tree->limit ? CALPOL_OK : make_collection(tree, frame);
    struct cp_node *node;

    tree->frames.count--;
    if (status != CALPOL_OK || tree->limit)
        return status;
    tree->nodes.count = frame->first;
    node = push(tree);
    if (!node)
        return CALPOL_ERROR_NO_MEMORY;
    *node = frame->node;
    raise_top(tree, frame->height);
    if (out_frame)
        *out_frame = *frame;
    return CALPOL_OK;
}

static void judge_expansion(struct cp_tree *tree)
{
    const struct cp_node *root = tree->nodes.items;

    if (!tree->limit && cp_tree_is_expansion(tree, tree->expanded))
        cp_tree_spoil(tree, CP_LIMIT_ALIASES, root->line, root->column);
}

void cp_tree_forget_document(struct cp_tree *tree)
{
    tree->nodes.count = 0;
    tree->frames.count = 0;
    tree->written = 0;
    tree->expanded = 0;
    tree->merged = 0;
    tree->limit = CP_LIMIT_NONE;
}

int cp_tree_end_document(struct cp_tree *tree)
{
    struct cp_document document = {.number = cp_tree_document(tree)};
    struct cp_document *added;

    judge_expansion(tree);
    if (tree->limit) {
        document.failed = true;
        document.limit = tree->limit;
        document.root =
            (struct cp_node){.line = tree->limit_line, .column = tree->limit_column, .text = ""};
    } else {
        assert(tree->nodes.count == 1 && tree->frames.count == 0);
        document.root = tree->nodes.items[0];
    }
    cp_tree_forget_document(tree);
    /* resources.md 2.5: documents that are empty are skipped and not counted. */
    if (document.root.type == CP_NODE_NULL && !document.failed)
        return CALPOL_OK;
    added = cp_array_push(tree->arena, &tree->documents->items);
    if (!added)
        return CALPOL_ERROR_NO_MEMORY;
    *added = document;
    return CALPOL_OK;
}
