/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text: the quick reader, and libyaml for what that gives up: running the parser, and what its
 * errors mean.
 *
 * What is given up is read from the start of its document up to the start of another, at markers,
 * which are markers whatever stands around them. So each byte is read three times at most.
 *
 * libyaml has no limits. Its time grows with the square of the nesting, so reading stops where a
 * document is nested too deep, and goes on with a new parser where the next document begins.
 */
#include "yaml/stream.h"

#include "base/lines.h"
#include "yaml/block.h"
#include "yaml/encoding.h"
#include "yaml/events.h"

/* A new parser takes longer than a small document, so that a file of such documents would take long
   to refuse. */
#define MOST_DEEP_DOCUMENTS 100u

/* And so it gets a part of some length. */
#define LEAST_PART ((size_t)4096)

/* Documents up to this length can be read again where somebody asks for a place in them, which takes
   microseconds. */
#define LONGEST_AGAIN ((size_t)4096)

struct stream {
    struct cp_events events;
    yaml_parser_t parser;
    struct cp_text part; /* what the parser got */
    uint32_t deep_count; /* documents that are nested too deep */
    bool at_end;         /* the error is that the part ended */
};

struct advice {
    const char *problem; /* libyaml's words */
    const char *advice;
    bool holds_at_end; /* of the text: elsewhere something is missing there */
};

static const struct advice advices[] = {
    {"found character that cannot start any token",
     "put text that begins with a special character in quotes, and indent with blanks, not tabs",
     true},
    {"did not find expected alphabetic or numeric character",
     "put text that begins with * or & in quotes", true},
    {"found incompatible YAML document", "expected %YAML 1.1 or 1.2", true},
    {"mapping values are not allowed in this context",
     "put text with a colon in it in quotes, and look at the indentation", true},
    {"did not find expected whitespace or line break", "put text that begins with ! in quotes",
     true},
    {"did not find expected node content", "put text such as ::/0 in quotes", false},
    {"did not find expected ',' or ']'", "put text with special characters in it in quotes", false},
    {"did not find expected ',' or '}'", "put text with special characters in it in quotes", false},
    {"did not find expected key", "look at the indentation", false},
    {"did not find expected '-' indicator", "look at the indentation", false},
};

static const char *advice_on(const char *problem, bool at_end)
{
    for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++) {
        if (strcmp(problem, advices[i].problem) == 0 && (!at_end || advices[i].holds_at_end))
            return advices[i].advice;
    }
    return at_end ? "the text ends here, perhaps a bracket or quote is not closed" : NULL;
}

/* An error at the end of the text is moved to where there is something to see: libyaml takes the
   end for the start of one more line. */
static void move_from_end(struct stream *stream)
{
    struct cp_yaml_error *error = stream->events.error;
    size_t length = stream->part.length;
    uint32_t line, column;

    while (length && strchr(" \t\r\n", stream->part.data[length - 1]))
        length--;
    cp_line_locate(stream->part, length, &line, &column);
    line += stream->events.line;
    if (error->line < line || (error->line == line && error->column < column))
        return;
    error->line = line;
    error->column = column;
    stream->at_end = true;
}

/* "did not find expected key while parsing a block mapping that begins in line 3; look at ..." */
static int set_message(struct stream *stream)
{
    const yaml_parser_t *parser = &stream->parser;
    const char *problem = parser->problem ? parser->problem : "not well-formed YAML";
    const char *advice = advice_on(problem, stream->at_end);
    struct cp_buffer message;

    cp_buffer_init(&message, stream->events.tree->arena);
    cp_buffer_add_string(&message, problem);
    if (parser->context)
        cp_buffer_format(&message, " %s", parser->context);
    if (parser->context && parser->context_mark.index < parser->problem_mark.index)
        cp_buffer_format(&message, " that begins in line %u",
                         cp_events_line(&stream->events, &parser->context_mark));
    if (advice)
        cp_buffer_format(&message, "; %s", advice);
    stream->events.error->message = cp_buffer_text(&message);
    return message.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

static int on_parser_error(struct stream *stream)
{
    if (stream->parser.error == YAML_MEMORY_ERROR)
        return CALPOL_ERROR_NO_MEMORY;
    cp_events_fail(&stream->events, &stream->parser.problem_mark);
    move_from_end(stream);
    return set_message(stream);
}

static int read_events(struct stream *stream)
{
    struct cp_events *events = &stream->events;
    yaml_event_type_t type = YAML_NO_EVENT;
    int status = CALPOL_OK;

    while (status == CALPOL_OK && type != YAML_STREAM_END_EVENT && !events->deep_line &&
           !events->error->code) {
        yaml_event_t event;

        if (!yaml_parser_parse(&stream->parser, &event))
            return on_parser_error(stream);
        type = event.type;
        status = cp_events_handle(events, &event);
        yaml_event_delete(&event);
    }
    return status;
}

/* Reads up to the end or to a document that is nested too deep. */
static int read_part(struct stream *stream)
{
    int status;

    if (!yaml_parser_initialize(&stream->parser))
        return CALPOL_ERROR_NO_MEMORY;
    yaml_parser_set_encoding(&stream->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&stream->parser, (const unsigned char *)stream->part.data,
                                 stream->part.length);
    stream->events.deep_line = 0;
    status = read_events(stream);
    yaml_parser_delete(&stream->parser);
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
static bool find_document(struct stream *stream)
{
    struct cp_events *events = &stream->events;
    uint32_t line = events->line + 1;
    struct cp_text at = stream->part;

    do {
        at = next_line(at);
        line++;
    } while (at.length && (line <= events->deep_line || !is_marker(at)));
    events->line = line - 1;
    stream->part = cp_text_starts_with(at, CP_TEXT("...")) ? cp_text_from_byte(at, 3) : at;
    return at.length > 0;
}

/* A document was nested too deep, and another begins behind these lines. */
static void count_deep(struct stream *stream, uint32_t lines)
{
    if (++stream->deep_count < MOST_DEEP_DOCUMENTS)
        return;
    *stream->events.error = (struct cp_yaml_error){
        .code = CP_CODE_YAML_LIMIT,
        .message = CP_TEXT("a hundred documents are nested too deep, the rest is not read"),
        .line = lines + 1,
        .column = 1,
    };
}

/* Ends a document that is nested too deep and finds the next one. False if there is none. */
static int skip_document(struct stream *stream, bool *out_found)
{
    struct cp_events *events = &stream->events;
    int status = cp_events_end_document(events, false);

    *out_found = false;
    if (status != CALPOL_OK || !find_document(stream))
        return status;
    count_deep(stream, events->line);
    *out_found = !events->error->code;
    return CALPOL_OK;
}

/* The text was read up to a fault. A document that ends there does so because of the cut, and so
   does an error there come from it. */
static void cut_off(struct stream *stream,
                    struct cp_text text,
                    const struct cp_encoding_fault *fault)
{
    struct cp_yaml_error *error = stream->events.error;

    if (error->code && !stream->at_end)
        return;
    if (!error->code)
        stream->events.tree->documents->items.count = stream->events.kept_count;
    error->code = fault->code;
    error->message = cp_text_from(fault->problem);
    cp_line_locate(text, fault->offset, &error->line, &error->column);
}

/* Reads a part of the text from the start of a document on: all of its documents, unless there is
   an error. */
static int read_documents(struct stream *stream, struct cp_text part, uint32_t lines_before)
{
    bool found;
    int status;

    stream->part = part;
    stream->events.line = lines_before;
    do {
        found = false;
        status = read_part(stream);
        if (status == CALPOL_OK && stream->events.deep_line)
            status = skip_document(stream, &found);
    } while (status == CALPOL_OK && found);
    return status;
}

/* ---- The quick way, and libyaml where that gives up ---- */

/* Where a part that libyaml reads begins. */
struct given_up {
    struct cp_text rest; /* of the text, from there on */
    uint32_t line;       /* lines before it */
    uint32_t documents;  /* that were read before it */
    uint32_t deep_count;
};

/* The bytes of the rest up to the start of a document, LEAST_PART or more. out_lines: its lines. */
static size_t part_length(struct cp_text rest, uint32_t *out_lines)
{
    const char *at = rest.data, *end = rest.data + rest.length;

    *out_lines = 0;
    do {
        const char *line_feed = memchr(at, '\n', (size_t)(end - at));

        if (!line_feed)
            return rest.length;
        at = line_feed + 1;
        ++*out_lines;
    } while ((size_t)(at - rest.data) < LEAST_PART ||
             !cp_text_starts_with(cp_text_make(at, (size_t)(end - at)), CP_TEXT("---")) ||
             !is_marker(cp_text_make(at, (size_t)(end - at))));
    return (size_t)(at - rest.data);
}

/* Has libyaml read a part of the rest, or all of it if there is an error: at the end of a part that
   would be another one than within the text, and the stream ends with it anyway. */
static int read_given_up(struct stream *stream, struct given_up *given_up)
{
    struct cp_documents *documents = stream->events.tree->documents;
    uint32_t lines;
    size_t length = part_length(given_up->rest, &lines);
    int status = read_documents(stream, cp_text_first(given_up->rest, length), given_up->line);

    if (status == CALPOL_OK && stream->events.error->code && length < given_up->rest.length) {
        cp_tree_forget_document(stream->events.tree);
        cp_anchors_clear(&stream->events.anchors);
        documents->items.count = given_up->documents;
        stream->deep_count = given_up->deep_count;
        *stream->events.error = (struct cp_yaml_error){.code = CP_CODE_NONE};
        status = read_documents(stream, given_up->rest, given_up->line);
        length = given_up->rest.length;
    }
    if (status == CALPOL_OK && stream->events.deep_line && length < given_up->rest.length)
        count_deep(stream, given_up->line + lines);
    given_up->rest = cp_text_from_byte(given_up->rest, length);
    given_up->line += lines;
    return status;
}

/* Hands over a document that began at the rest. */
static int hand_over(struct cp_tree *tree,
                     struct cp_text rest,
                     const struct cp_block *block,
                     uint32_t line)
{
    size_t length = (size_t)(block->next - rest.data);

    return cp_tree_hand_over(tree, cp_text_first(rest, length <= LONGEST_AGAIN ? length : 0), line);
}

/* Reads a text that is fit for both ways. */
static int read_both_ways(struct stream *stream, struct cp_text text)
{
    struct cp_tree *tree = stream->events.tree;
    struct cp_block block;
    int status = CALPOL_OK;

    cp_block_init(&block, tree, text);
    while (status == CALPOL_OK && block.next < block.end && !stream->events.error->code) {
        struct given_up at = {
            .rest = cp_text_make(block.next, (size_t)(block.end - block.next)),
            .line = block.line,
            .documents = tree->documents->items.count,
            .deep_count = stream->deep_count,
        };

        switch (cp_block_read_document(&block)) {
        case CP_BLOCK_OK:
            tree->quick_documents++;
            status = hand_over(tree, at.rest, &block, at.line);
            break;
        case CP_BLOCK_NO_MEMORY:
            return CALPOL_ERROR_NO_MEMORY;
        case CP_BLOCK_GIVEN_UP:
            cp_tree_forget_document(tree);
            status = read_given_up(stream, &at);
            if (status == CALPOL_OK && !stream->events.error->code)
                status = cp_tree_hand_over(tree, CP_TEXT(""), 0);
            block.next = at.rest.data;
            block.line = at.line;
        }
    }
    return status;
}

static int read_text(struct cp_tree *tree,
                     struct cp_text text,
                     bool by_events,
                     struct cp_yaml_error *out_error)
{
    struct stream stream = {.events = {
                                .tree = tree,
                                .error = out_error,
                                .kept_count = tree->documents->items.count,
                            }};
    struct cp_encoding_fault fault;
    int status;

    *out_error = (struct cp_yaml_error){.code = CP_CODE_NONE};
    cp_encoding_check(text, &fault);
    if (!fault.problem && !fault.is_odd && !by_events)
        return read_both_ways(&stream, text);
    status = read_documents(&stream, cp_text_first(text, fault.offset), 0);
    if (status == CALPOL_OK && fault.problem)
        cut_off(&stream, text, &fault);
    return status;
}

int cp_stream_read(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *out_error)
{
    return read_text(tree, text, false, out_error);
}

int cp_stream_read_events(struct cp_tree *tree,
                          struct cp_text text,
                          struct cp_yaml_error *out_error)
{
    return read_text(tree, text, true, out_error);
}
