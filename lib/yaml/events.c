/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML through libyaml's events.
 *
 * libyaml has no limits. Its time grows with the square of the nesting, so reading stops where a
 * document is nested too deep, and goes on with a new parser where the next document begins.
 */
#include "yaml/events.h"

#include "base/lines.h"
#include "yaml/anchors.h"
#include "yaml/encoding.h"
#include "yaml/scalar.h"

#include <yaml.h>

struct events {
    struct cp_tree *tree;
    struct cp_anchors anchors;
    yaml_parser_t parser;
    uint32_t line;       /* lines of the text before what the parser got */
    uint32_t deep_line;  /* where a collection is nested too deep; 0: nowhere */
    uint32_t kept_count; /* documents before the last one, if that ended with the text; else all */
    struct cp_yaml_error *error;
};

static uint32_t line_of(const struct events *events, const yaml_mark_t *mark)
{
    return events->line + (uint32_t)mark->line + 1;
}

static uint32_t column_of(const yaml_mark_t *mark)
{
    return (uint32_t)mark->column + 1;
}

static struct cp_text text_of(const yaml_char_t *string)
{
    return cp_text_from((const char *)string);
}

/* Ends the stream. */
static void fail(struct events *events, const yaml_mark_t *mark, struct cp_buffer *message)
{
    events->error->code = CP_CODE_YAML_SYNTAX;
    events->error->message = cp_buffer_text(message);
    events->error->line = line_of(events, mark);
    events->error->column = column_of(mark);
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
    const struct cp_tree_frame *frame = tree->frames.items + tree->frames.count;

    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE || event->data.scalar.tag ||
        event->data.scalar.length != 2 || memcmp(event->data.scalar.value, "<<", 2) != 0)
        return false;
    return tree->frames.count && frame[-1].node.type == CP_NODE_MAPPING &&
           (tree->nodes.count - frame[-1].first) % 2 == 0;
}

static int on_scalar(struct events *events, const yaml_event_t *event)
{
    struct cp_tree *tree = events->tree;
    bool merge = is_merge(tree, event);
    struct cp_node *node =
        cp_tree_add(tree, line_of(events, &event->start_mark), column_of(&event->start_mark));
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

static int on_unknown_alias(struct events *events, const yaml_event_t *event)
{
    struct cp_buffer message;

    cp_buffer_init(&message, events->tree->arena);
    cp_buffer_format(&message,
                     "no anchor %q in this document before this alias; if it is text, put it in "
                     "quotes",
                     text_of(event->data.alias.anchor));
    fail(events, &event->start_mark, &message);
    return CALPOL_OK;
}

static int on_alias(struct events *events, const yaml_event_t *event)
{
    const struct cp_anchor *anchor =
        cp_anchors_find(&events->anchors, text_of(event->data.alias.anchor));
    uint32_t line = line_of(events, &event->start_mark), column = column_of(&event->start_mark);
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

static int on_start(struct events *events,
                    const yaml_event_t *event,
                    struct cp_node *node,
                    const yaml_char_t *anchor)
{
    struct cp_tree *tree = events->tree;
    uint32_t definition;
    int status;

    node->line = line_of(events, &event->start_mark);
    node->column = column_of(&event->start_mark);
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

static int on_sequence_start(struct events *events, const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.sequence_start.tag;
    struct cp_node node = {.type = CP_NODE_SEQUENCE};

    if (tag && !cp_scalar_is_sequence_tag(text_of(tag)))
        node.flaw = CP_FLAW_TAG;
    return on_start(events, event, &node, event->data.sequence_start.anchor);
}

static int on_mapping_start(struct events *events, const yaml_event_t *event)
{
    const yaml_char_t *tag = event->data.mapping_start.tag;
    struct cp_node node = {.type = CP_NODE_MAPPING};

    if (tag && !cp_scalar_is_mapping_tag(text_of(tag)))
        node.flaw = CP_FLAW_TAG;
    return on_start(events, event, &node, event->data.mapping_start.anchor);
}

static int on_end(struct events *events)
{
    struct cp_tree *tree = events->tree;
    struct cp_tree_frame frame = {.anchor = CP_TREE_NO_ANCHOR};
    int status = cp_tree_close(tree, &frame);

    if (status == CALPOL_OK && frame.anchor != CP_TREE_NO_ANCHOR)
        cp_anchors_close(&events->anchors, frame.anchor, &frame.node, frame.height,
                         tree->expanded - frame.expanded_before);
    return status;
}

static int end_document(struct events *events, bool with_text)
{
    uint32_t before = events->tree->documents->items.count;
    int status = cp_tree_end_document(events->tree);

    cp_anchors_clear(&events->anchors);
    events->kept_count = with_text ? before : events->tree->documents->items.count;
    return status;
}

static int handle(struct events *events, const yaml_event_t *event)
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
        return end_document(events, event->data.document_end.implicit);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_START_EVENT:
        break;
    }
    return CALPOL_OK;
}

struct advice {
    const char *problem; /* libyaml's words */
    const char *advice;
};

static const struct advice advices[] = {
    {"found character that cannot start any token",
     "put text that begins with a special character in quotes, and indent with blanks, not tabs"},
    {"mapping values are not allowed in this context",
     "put text with a colon in it in quotes, and look at the indentation"},
    {"did not find expected alphabetic or numeric character",
     "put text that begins with * or & in quotes"},
    {"did not find expected node content", "put text such as ::/0 in quotes"},
    {"did not find expected ',' or ']'", "put text with special characters in it in quotes"},
    {"did not find expected ',' or '}'", "put text with special characters in it in quotes"},
    {"did not find expected key", "look at the indentation"},
    {"did not find expected '-' indicator", "look at the indentation"},
    {"did not find expected whitespace or line break", "put text that begins with ! in quotes"},
    {"found incompatible YAML document", "expected %YAML 1.1 or 1.2"},
};

static void add_advice(struct cp_buffer *message, const char *problem)
{
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (strcmp(problem, advices[i].problem) == 0)
            cp_buffer_format(message, "; %s", advices[i].advice);
    }
}

/* "did not find expected key while parsing a block mapping that begins in line 3; look at ..." */
static int on_parser_error(struct events *events)
{
    const yaml_parser_t *parser = &events->parser;
    const char *problem = parser->problem ? parser->problem : "not well-formed YAML";
    struct cp_buffer message;

    if (parser->error == YAML_MEMORY_ERROR)
        return CALPOL_ERROR_NO_MEMORY;
    cp_buffer_init(&message, events->tree->arena);
    cp_buffer_add_string(&message, problem);
    if (parser->context)
        cp_buffer_format(&message, " %s that begins in line %u", parser->context,
                         line_of(events, &parser->context_mark));
    add_advice(&message, problem);
    fail(events, &parser->problem_mark, &message);
    return CALPOL_OK;
}

static int read_events(struct events *events)
{
    yaml_event_type_t type = YAML_NO_EVENT;
    int status = CALPOL_OK;

    while (status == CALPOL_OK && type != YAML_STREAM_END_EVENT && !events->deep_line &&
           !events->error->code) {
        yaml_event_t event;

        if (!yaml_parser_parse(&events->parser, &event))
            return on_parser_error(events);
        type = event.type;
        status = handle(events, &event);
        /* What ended before another event came did not end with the text. */
        if (type == YAML_DOCUMENT_START_EVENT)
            events->kept_count = events->tree->documents->items.count;
        yaml_event_delete(&event);
    }
    return status;
}

static int read_part(struct events *events, struct cp_text text)
{
    int status;

    if (!yaml_parser_initialize(&events->parser))
        return CALPOL_ERROR_NO_MEMORY;
    yaml_parser_set_encoding(&events->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&events->parser, (const unsigned char *)text.data, text.length);
    events->deep_line = 0;
    status = read_events(events);
    yaml_parser_delete(&events->parser);
    return status;
}

/* Is this line, wherever it stands, a "---" or "..."? */
static bool is_marker(struct cp_text line)
{
    if (!cp_text_starts_with(line, CP_TEXT("---")) && !cp_text_starts_with(line, CP_TEXT("...")))
        return false;
    return line.length == 3 || line.data[3] == ' ' || line.data[3] == '\t' ||
           cp_line_break(cp_text_from_byte(line, 3));
}

static struct cp_text next_line(struct cp_text text)
{
    size_t length = 0;

    while (text.length && !length) {
        length = cp_line_break(text);
        text = cp_text_from_byte(text, length ? length : 1);
    }
    return text;
}

/* Goes on to the next document behind deep_line. Even inside brackets, quotes and block scalars
   the markers of documents are what they are. False if there is none. */
static bool skip_document(struct events *events, struct cp_text *rest)
{
    uint32_t line = events->line + 1;
    struct cp_text at = *rest;

    do {
        at = next_line(at);
        line++;
    } while (at.length && (line <= events->deep_line || !is_marker(at)));
    events->line = line - 1;
    *rest = cp_text_starts_with(at, CP_TEXT("...")) ? cp_text_from_byte(at, 3) : at;
    return at.length > 0;
}

/* The text was read up to a fault. An error of libyaml's there, and a document that ends there,
   come from the cut. */
static void cut_off(struct events *events,
                    struct cp_text text,
                    const struct cp_encoding_fault *fault)
{
    struct cp_yaml_error *error = events->error;
    uint32_t line, column;
    struct cp_buffer message;

    cp_line_locate(text, fault->offset, &line, &column);
    if (error->code && (error->line < line || (error->line == line && error->column < column)))
        return;
    if (!error->code)
        events->tree->documents->items.count = events->kept_count;
    cp_buffer_init(&message, events->tree->arena);
    cp_buffer_add_string(&message, fault->problem);
    *error = (struct cp_yaml_error){fault->code, cp_buffer_text(&message), line, column};
}

int cp_events_read(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *out_error)
{
    struct events events = {
        .tree = tree, .kept_count = tree->documents->items.count, .error = out_error};
    struct cp_encoding_fault fault;
    struct cp_text rest;
    int status;

    *out_error = (struct cp_yaml_error){.code = CP_CODE_NONE};
    cp_encoding_check(text, &fault);
    rest = cp_text_first(text, fault.offset);
    do {
        status = read_part(&events, rest);
        if (status == CALPOL_OK && events.deep_line)
            status = end_document(&events, false);
    } while (status == CALPOL_OK && events.deep_line && skip_document(&events, &rest));
    if (status == CALPOL_OK && fault.problem)
        cut_off(&events, text, &fault);
    return status;
}
