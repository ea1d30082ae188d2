/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading YAML and JSON for a test.
 */
#include "support/documents.h"

#include "support/expect.h"

const struct cp_yaml_limits usual_limits = {.max_bytes = 0, .max_depth = 100, .max_nodes = 0};

void parse_limited(struct parsed *parsed, struct cp_text text, const struct cp_yaml_limits *limits)
{
    *parsed = (struct parsed){.source = {.name = "test.yaml", .text = text}};
    cp_arena_init(&parsed->arena, NULL);
    cp_diagnostics_init(&parsed->diagnostics, NULL, 1000, false);
    ck_assert_int_eq(cp_documents_read(&parsed->source, limits, &parsed->arena,
                                       &parsed->diagnostics, &parsed->documents),
                     CALPOL_OK);
}

void parse_documents(struct parsed *parsed, struct cp_text text)
{
    parse_limited(parsed, text, &usual_limits);
}

void finish_parsed(struct parsed *parsed)
{
    cp_arena_finish(&parsed->arena);
    cp_diagnostics_finish(&parsed->diagnostics);
}

const struct cp_node *root_of(const struct parsed *parsed, uint32_t index)
{
    ck_assert_uint_lt(index, parsed->documents.items.count);
    ck_assert(!parsed->documents.items.items[index].failed);
    return &parsed->documents.items.items[index].root;
}

static void write_flaw(struct cp_buffer *buffer, const struct cp_node *node)
{
    static const char *const names[] = {"", " !tag", " !key", " !repeated"};

    cp_buffer_add_string(buffer, names[node->flaw]);
}

static void write_scalar(struct cp_buffer *buffer, const struct cp_node *node)
{
    switch (node->type) {
    case CP_NODE_NULL:
        cp_buffer_add_string(buffer, "null");
        break;
    case CP_NODE_BOOLEAN:
        cp_buffer_add_string(buffer, node->boolean ? "true" : "false");
        break;
    case CP_NODE_INTEGER:
        cp_buffer_format(buffer, "int(%t)", cp_node_text(node));
        break;
    case CP_NODE_FLOAT:
        cp_buffer_format(buffer, "float(%t)", cp_node_text(node));
        break;
    default:
        cp_buffer_add_json(buffer, cp_node_text(node));
        break;
    }
}

/* Nested no deeper than the limit allows. */
void write_tree(struct cp_buffer *buffer, const struct cp_node *node)
{
    if (cp_node_is_scalar(node)) {
        write_scalar(buffer, node);
        write_flaw(buffer, node);
        return;
    }
    cp_buffer_add_byte(buffer, node->type == CP_NODE_SEQUENCE ? '[' : '{');
    for (uint32_t i = 0; i < node->length; i++) {
        cp_buffer_add_string(buffer, i ? ", " : "");
        if (node->type == CP_NODE_SEQUENCE) {
            write_tree(buffer, &node->items[i]);
        } else {
            write_tree(buffer, &node->members[i].key);
            cp_buffer_add_string(buffer, ": ");
            write_tree(buffer, &node->members[i].value);
        }
    }
    cp_buffer_add_byte(buffer, node->type == CP_NODE_SEQUENCE ? ']' : '}');
    write_flaw(buffer, node);
}

static bool was_stopped(const struct parsed *parsed)
{
    const struct calpol_diagnostics *list = &parsed->diagnostics;

    return list->items.count &&
           list->items.items[list->items.count - 1].code == CP_CODE_YAML_SYNTAX;
}

void write_documents(struct cp_buffer *buffer, const struct parsed *parsed)
{
    for (uint32_t i = 0; i < parsed->documents.items.count; i++) {
        const struct cp_document *document = &parsed->documents.items.items[i];

        ck_assert_uint_eq(document->number, i);
        cp_buffer_add_string(buffer, i ? " --- " : "");
        if (document->failed)
            cp_buffer_add_string(buffer, "failed");
        else
            write_tree(buffer, &document->root);
    }
    if (was_stopped(parsed))
        cp_buffer_add_string(buffer, parsed->documents.items.count ? " error" : "error");
}

void expect_documents(struct cp_text text, const char *expected)
{
    struct parsed parsed;
    struct cp_buffer buffer;

    parse_documents(&parsed, text);
    cp_buffer_init(&buffer, &parsed.arena);
    write_documents(&buffer, &parsed);
    ck_assert_msg(cp_text_is(cp_buffer_text(&buffer), expected),
                  "\"%.*s\" reads as %s, expected %s", (int)text.length, text.data,
                  cp_buffer_string(&buffer), expected);
    finish_parsed(&parsed);
}

const struct cp_diagnostic *expect_diagnostic(const struct parsed *parsed,
                                              enum cp_code code,
                                              uint32_t line,
                                              uint32_t column)
{
    const struct cp_diagnostic *item = parsed->diagnostics.items.items;

    ck_assert_uint_eq(parsed->diagnostics.items.count, 1);
    ck_assert_msg(item->code == code && item->line == line && item->column == column,
                  "%s at %u:%u (%s), expected %s at %u:%u", cp_code_info(item->code)->name,
                  item->line, item->column, item->message, cp_code_info(code)->name, line, column);
    return item;
}
