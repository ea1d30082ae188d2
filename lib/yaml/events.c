/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From libyaml's events to a tree.
 */
#include "yaml/events.h"

#include "yaml/scalar.h"

uint32_t cp_events_line(const struct cp_events *events, const yaml_mark_t *mark)
{
    return events->line + (uint32_t)mark->line + 1;
}

static struct cp_text text_of(const yaml_char_t *string)
{
    return cp_text_from((const char *)string);
}

void cp_events_fail(struct cp_events *events, const yaml_mark_t *mark)
{
    events->error->code = CP_CODE_YAML_SYNTAX;
    events->error->line = cp_events_line(events, mark);
    events->error->column = cp_events_column(mark);
}

/* A text that stands on one line as it is has as many characters there as it has itself, for every
   escape is longer than what it means. */
static bool is_verbatim(const yaml_event_t *event, uint8_t style)
{
    const yaml_mark_t *start = &event->start_mark, *end = &event->end_mark;
    size_t quotes = style == CP_STYLE_QUOTED ? 2 : 0, characters = 0;

    if (style == CP_STYLE_BLOCK || start->line != end->line)
        return false;
    for (size_t i = 0; i < event->data.scalar.length; i++)
        characters += (event->data.scalar.value[i] & 0xc0) != 0x80;
    return end->column - start->column == characters + quotes;
}

static uint8_t style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return CP_STYLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE:
    case YAML_FOLDED_SCALAR_STYLE:
        return CP_STYLE_BLOCK;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE:
        break;
    }
    return CP_STYLE_PLAIN;
}

/* The text of a scalar whose tag is no good: with the tag, for messages, and so that nobody who
   overlooks the flaw takes "!has(x)" for nothing. */
static int set_tagged_text(struct cp_tree *tree,
                           struct cp_node *node,
                           struct cp_text tag,
                           struct cp_text value)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, tree->arena);
    cp_scalar_add_tag(&buffer, tag);
    if (value.length)
        cp_buffer_format(&buffer, " %t", value);
    node->text = cp_buffer_string(&buffer);
    node->length = (uint32_t)buffer.length;
    return node->text ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int set_scalar(struct cp_tree *tree, struct cp_node *node, const yaml_event_t *event)
{
    struct cp_text tag = text_of(event->data.scalar.tag);
    struct cp_text value =
        cp_text_make((const char *)event->data.scalar.value, event->data.scalar.length);
    enum cp_node_type type = CP_NODE_TEXT;

    node->style = style_of(event->data.scalar.style);
    node->verbatim = is_verbatim(event, node->style);
    if (event->data.scalar.tag) {
        if (!cp_scalar_tagged_type(value, tag, &type, &node->boolean))
            node->flaw = CP_FLAW_TAG;
    } else if (node->style == CP_STYLE_PLAIN) {
        type = cp_scalar_type(value, &node->boolean);
    }
    node->type = (uint8_t)type;
    node->deep_flaw = node->flaw != CP_FLAW_NONE;
    if (node->flaw)
        return set_tagged_text(tree, node, tag, value);
    node->text = cp_tree_text(tree, value.data, value.length);
    node->length = (uint32_t)value.length;
    return node->text ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* resources.md 2.4: a plain, untagged "<<" as a key. */
static bool is_merge(const struct cp_tree *tree, const yaml_event_t *event)
{
    const struct cp_tree_frame *frame;

    if (!tree->frames.count || event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE ||
        event->data.scalar.tag || event->data.scalar.length != 2 ||
        memcmp(event->data.scalar.value, "<<", 2) != 0)
        return false;
    frame = &tree->frames.items[tree->frames.count - 1];
    return frame->node.type == CP_NODE_MAPPING && (tree->nodes.count - frame->first) % 2 == 0;
}

static int on_scalar(struct cp_events *events, const yaml_event_t *event)
{
    struct cp_tree *tree = events->tree;
    bool merge = is_merge(tree, event);
    struct cp_node *node = cp_tree_add(tree, cp_events_line(events, &event->start_mark),
                                       cp_events_column(&event->start_mark));
    uint32_t definition;

    if (!node || set_scalar(tree, node, event) != CALPOL_OK)
        return CALPOL_ERROR_NO_MEMORY;
    if (event->data.scalar.anchor && !tree->limit) {
        if (!cp_anchors_open(&events->anchors, &tree->scratch, text_of(event->data.scalar.anchor),
                             &definition))
            return CALPOL_ERROR_NO_MEMORY;
        cp_anchors_close(&events->anchors, definition, node, 0, 1);
    }
    if (merge)
        cp_tree_mark_merge(tree);
    return CALPOL_OK;
}

static int on_unknown_alias(struct cp_events *events, const yaml_event_t *event)
{
    struct cp_buffer message;

    cp_buffer_init(&message, events->tree->arena);
    cp_buffer_format(&message,
                     "no anchor %q in this document before this alias; if it is text, put it in "
                     "quotes",
                     text_of(event->data.alias.anchor));
    cp_events_fail(events, &event->start_mark);
    events->error->message = cp_buffer_text(&message);
    return message.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

static int on_alias(struct cp_events *events, const yaml_event_t *event)
{
    const struct cp_anchor *anchor =
        cp_anchors_find(&events->anchors, text_of(event->data.alias.anchor));
    uint32_t line = cp_events_line(events, &event->start_mark),
             column = cp_events_column(&event->start_mark);
    struct cp_node node;

    if (events->tree->limit)
        return CALPOL_OK;
    if (!anchor)
        return on_unknown_alias(events, event);
    if (anchor->is_open) {
        cp_tree_spoil(events->tree, CP_LIMIT_RECURSION, line, column);
        return CALPOL_OK;
    }
    node = anchor->node;
    node.line = line;
    node.column = column;
    node.verbatim = false;
    return cp_tree_add_alias(events->tree, &node, anchor->height, anchor->size);
}

static int on_start(struct cp_events *events,
                    const yaml_event_t *event,
                    struct cp_node *node,
                    const yaml_char_t *anchor)
{
    struct cp_tree *tree = events->tree;
    uint32_t definition;
    int status;

    node->line = cp_events_line(events, &event->start_mark);
    node->column = cp_events_column(&event->start_mark);
    if (cp_tree_depth(tree) > tree->limits->max_depth) {
        cp_tree_spoil(tree, CP_LIMIT_DEPTH, node->line, node->column);
        events->deep_line = node->line;
        return CALPOL_OK;
    }
    status = cp_tree_open(tree, node);
    if (status != CALPOL_OK || !anchor || tree->limit)
        return status;
    if (!cp_anchors_open(&events->anchors, &tree->scratch, text_of(anchor), &definition))
        return CALPOL_ERROR_NO_MEMORY;
    tree->frames.items[tree->frames.count - 1].anchor = definition;
    return CALPOL_OK;
}

static int on_sequence_start(struct cp_events *events, const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.sequence_start.tag;
    struct cp_node node = {.type = CP_NODE_SEQUENCE};

    if (tag && !cp_scalar_is_sequence_tag(text_of(tag)))
        node.flaw = CP_FLAW_TAG;
    return on_start(events, event, &node, event->data.sequence_start.anchor);
}

static int on_mapping_start(struct cp_events *events, const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.mapping_start.tag;
    struct cp_node node = {.type = CP_NODE_MAPPING};

    if (tag && !cp_scalar_is_mapping_tag(text_of(tag)))
        node.flaw = CP_FLAW_TAG;
    return on_start(events, event, &node, event->data.mapping_start.anchor);
}

static int on_end(struct cp_events *events)
{
    struct cp_tree *tree = events->tree;
    struct cp_tree_frame frame = {.anchor = CP_TREE_NO_ANCHOR};
    int status = cp_tree_close(tree, &frame);

    if (status == CALPOL_OK && frame.anchor != CP_TREE_NO_ANCHOR)
        cp_anchors_close(&events->anchors, frame.anchor, &frame.node, frame.height,
                         tree->expanded - frame.expanded_before);
    return status;
}

int cp_events_end_document(struct cp_events *events, bool with_text)
{
    uint32_t before = events->tree->documents->items.count;
    int status = cp_tree_end_document(events->tree);

    cp_anchors_clear(&events->anchors);
    events->kept_count = with_text ? before : events->tree->documents->items.count;
    return status;
}

int cp_events_handle(struct cp_events *events, const yaml_event_t *event)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return on_scalar(events, event);
    case YAML_ALIAS_EVENT:
        return on_alias(events, event);
    case YAML_SEQUENCE_START_EVENT:
        return on_sequence_start(events, event);
    case YAML_MAPPING_START_EVENT:
        return on_mapping_start(events, event);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return on_end(events);
    case YAML_DOCUMENT_END_EVENT:
        return cp_events_end_document(events, event->data.document_end.implicit);
    case YAML_DOCUMENT_START_EVENT:
        /* So the document before did not end with the text. */
        events->kept_count = events->tree->documents->items.count;
        break;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
        break;
    }
    return CALPOL_OK;
}
