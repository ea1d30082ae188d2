/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to trees: which reader is right for a source, and what to say about it.
 */
#include "yaml/document.h"

#include "yaml/block.h"
#include "yaml/encoding.h"
#include "yaml/json.h"
#include "yaml/stream.h"

/* One attempt at a source. */
struct attempt {
    struct cp_yaml_error error;
    uint32_t first, count; /* its documents */
    uint32_t visited;      /* those before them that the visitor took */
};

typedef int attempt_reader(struct cp_tree *tree,
                           struct cp_text text,
                           struct cp_yaml_error *out_error);

static int try_reader(attempt_reader *reader,
                      struct cp_text text,
                      struct cp_arena *arena,
                      const struct cp_yaml_limits *limits,
                      struct cp_documents *documents,
                      const struct cp_document_visitor *visitor,
                      struct attempt *out_attempt)
{
    struct cp_tree tree;
    int status;

    cp_tree_init(&tree, arena, limits, documents);
    if (visitor)
        cp_tree_set_visitor(&tree, visitor);
    status = reader(&tree, text, &out_attempt->error);
    cp_tree_finish(&tree);
    out_attempt->visited = tree.visited_count;
    out_attempt->first = tree.first_document;
    out_attempt->count = documents->items.count - tree.first_document;
    return status;
}

/* Keeps the documents of the second attempt only, and moves them where those of the first were. */
static void keep_second(struct cp_documents *documents,
                        const struct attempt *first,
                        const struct attempt *second)
{
    struct cp_document *items = documents->items.items;

    if (second->count && first->count)
        memmove(items + first->first, items + second->first, second->count * sizeof(*items));
    documents->items.count = first->first + second->count;
}

/*
 * What begins as JSON is read as JSON if it is that all through. If not it may be YAML in flow
 * style, with a comma too many or comments; if it is not that either, the reader whose language the
 * text seems to be written in has the word.
 */
static int read_text(struct cp_text text,
                     const struct cp_yaml_limits *limits,
                     struct cp_arena *arena,
                     struct cp_documents *documents,
                     const struct cp_document_visitor *visitor,
                     uint32_t *out_visited,
                     struct cp_yaml_error *out_error)
{
    struct attempt json = {.error = {.code = CP_CODE_YAML_SYNTAX}}, yaml;
    bool is_likely = cp_json_is_likely(text);
    int status = CALPOL_OK;

    json.first = documents->items.count;
    *out_visited = 0;
    if (is_likely)
        status = try_reader(cp_json_read, text, arena, limits, documents, NULL, &json);
    *out_error = json.error;
    if (status != CALPOL_OK || json.error.code == CP_CODE_NONE)
        return status;
    /* Of two attempts one is thrown away. */
    status = try_reader(cp_stream_read, text, arena, limits, documents, is_likely ? NULL : visitor,
                        &yaml);
    *out_visited = yaml.visited;
    if (status == CALPOL_OK && yaml.error.code && is_likely &&
        json.error.code == CP_CODE_YAML_SYNTAX && cp_json_is_meant(text)) {
        documents->items.count = json.first + json.count;
        return CALPOL_OK;
    }
    keep_second(documents, &json, &yaml);
    *out_error = yaml.error;
    return status;
}

/* Where and about what the readers report. */
struct report {
    const struct cp_source *source;
    const struct cp_yaml_limits *limits;
    struct calpol_diagnostics *diagnostics;
};

static int diagnose(const struct report *report,
                    enum cp_code code,
                    uint32_t line,
                    uint32_t column,
                    uint32_t document,
                    struct cp_text message)
{
    const struct cp_subject subject = {
        .place = {report->source, line, column},
        .document = document,
    };
    int status = cp_diagnose(report->diagnostics, &subject, code, message);

    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_OK;
}

static void add_limit(const struct report *report, enum cp_limit limit, struct cp_buffer *message)
{
    switch (limit) {
    case CP_LIMIT_DEPTH:
        cp_buffer_format(message, "nested deeper than the limit of %u", report->limits->max_depth);
        break;
    case CP_LIMIT_NODES:
        cp_buffer_format(message, "more nodes in one document than the limit of %u",
                         report->limits->max_nodes);
        break;
    case CP_LIMIT_ALIASES:
        cp_buffer_add_string(message, "aliases expand the document to more than a million nodes "
                                      "and ten times its size");
        break;
    case CP_LIMIT_RECURSION:
        cp_buffer_add_string(message, "an alias inside its own anchor");
        break;
    case CP_LIMIT_NONE:
        break;
    }
}

static int report_limit(const struct report *report, const struct cp_document *document)
{
    struct cp_arena scratch;
    struct cp_buffer message;
    int status;

    cp_arena_init(&scratch, &report->diagnostics->arena.allocator);
    cp_buffer_init(&message, &scratch);
    add_limit(report, (enum cp_limit)document->limit, &message);
    status = diagnose(report, CP_CODE_YAML_LIMIT, document->root.line, document->root.column,
                      document->number, cp_buffer_text(&message));
    cp_arena_finish(&scratch);
    return status;
}

static int report_all(const struct report *report,
                      const struct cp_documents *documents,
                      uint32_t first,
                      uint32_t visited,
                      const struct cp_yaml_error *error)
{
    int status = CALPOL_OK;

    for (uint32_t i = first; i < documents->items.count && status == CALPOL_OK; i++) {
        if (documents->items.items[i].failed)
            status = report_limit(report, &documents->items.items[i]);
    }
    if (status == CALPOL_OK && error->code)
        status = diagnose(report, error->code, error->line, error->column,
                          visited + documents->items.count - first, error->message);
    return status;
}

static int report_size(const struct report *report)
{
    return diagnose(report, CP_CODE_YAML_LIMIT, 0, 0, 0,
                    CP_TEXT("the text is larger than the limit of bytes"));
}

/* visitor may be NULL. */
static int read_source(const struct report *report,
                       struct cp_arena *arena,
                       struct cp_documents *documents,
                       const struct cp_document_visitor *visitor,
                       uint32_t *out_visited)
{
    const struct cp_source *source = report->source;
    const struct cp_yaml_limits *limits = report->limits;
    uint32_t first = documents->items.count;
    struct cp_yaml_error error;
    struct cp_text text;
    int status;

    *out_visited = 0;
    /* Lengths, lines and columns are kept in 32 bits. */
    if ((limits->max_bytes && source->text.length > limits->max_bytes) ||
        source->text.length >= UINT32_MAX)
        return report_size(report);
    status = cp_encoding_decode(arena, source->text, &text);
    if (status != CALPOL_OK || !text.length)
        return status;
    /* UTF-16 grows. */
    if (text.length >= UINT32_MAX)
        return report_size(report);
    status = read_text(text, limits, arena, documents, visitor, out_visited, &error);
    return status == CALPOL_OK ? report_all(report, documents, first, *out_visited, &error)
                               : status;
}

int cp_documents_read(const struct cp_source *source,
                      const struct cp_yaml_limits *limits,
                      struct cp_arena *arena,
                      struct calpol_diagnostics *diagnostics,
                      struct cp_documents *documents)
{
    const struct report report = {source, limits, diagnostics};
    uint32_t visited;

    return read_source(&report, arena, documents, NULL, &visited);
}

/* A visit on the way, of a document that may have failed. */
struct visit {
    const struct report *report;
    const struct cp_document_visitor *visitor;
};

static int visit_reported(void *context, const struct cp_document *document)
{
    const struct visit *visit = context;
    int status = document->failed ? report_limit(visit->report, document) : CALPOL_OK;

    return status == CALPOL_OK ? visit->visitor->visit(visit->visitor->context, document) : status;
}

int cp_documents_visit(const struct cp_source *source,
                       const struct cp_yaml_limits *limits,
                       struct cp_arena *arena,
                       struct calpol_diagnostics *diagnostics,
                       const struct cp_document_visitor *visitor,
                       uint32_t *out_count)
{
    const struct report report = {source, limits, diagnostics};
    struct visit visit = {&report, visitor};
    const struct cp_document_visitor reported = {visit_reported, &visit};
    struct cp_documents documents = {.items.count = 0};
    uint32_t visited;
    int status = read_source(&report, arena, &documents, &reported, &visited);

    for (uint32_t i = 0; i < documents.items.count && status == CALPOL_OK; i++)
        status = visitor->visit(visitor->context, &documents.items.items[i]);
    *out_count = visited + documents.items.count;
    return status;
}

bool cp_document_read_again(struct cp_text again,
                            uint32_t line,
                            struct cp_arena *arena,
                            struct cp_node *out_root)
{
    const struct cp_yaml_limits limits = {.max_depth = UINT32_MAX};
    struct cp_documents documents = {.items.count = 0};
    enum cp_block_result result;
    struct cp_block block;
    struct cp_tree tree;

    cp_tree_init(&tree, arena, &limits, &documents);
    cp_block_init(&block, &tree, again);
    block.line = line;
    result = cp_block_read_document(&block);
    cp_tree_finish(&tree);
    if (result != CP_BLOCK_OK || !documents.items.count)
        return false;
    *out_root = documents.items.items[0].root;
    return true;
}
