/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From tree to text (selectors.md 5.1), without recursion: the way down to the node at hand is a
 * stack of nodes, each with the number of children already printed.
 */
#include "selector/selector.h"

struct step {
    const struct cp_selector *node;
    uint32_t printed;
};

struct printer {
    const struct cp_intern *names;
    struct cp_text prefix; /* of all keys */
    struct cp_buffer *buffer;
    struct cp_arena *scratch;
    CP_ARRAY(struct step) way;
};

/* What stands between the key and the value or values. */
static const char *const operators[] = {
    [CP_SELECTOR_EQUAL] = " == ",
    [CP_SELECTOR_NOT_EQUAL] = " != ",
    [CP_SELECTOR_IN] = " in ",
    [CP_SELECTOR_NOT_IN] = " not in ",
    [CP_SELECTOR_CONTAINS] = " contains ",
    [CP_SELECTOR_STARTS_WITH] = " starts with ",
    [CP_SELECTOR_ENDS_WITH] = " ends with ",
};

static void print_key(const struct printer *printer, uint32_t key)
{
    cp_buffer_add(printer->buffer, printer->prefix);
    cp_buffer_add(printer->buffer, cp_intern_text(printer->names, key));
}

static void print_value(const struct printer *printer, uint32_t value)
{
    struct cp_text text = cp_intern_text(printer->names, value);
    char quote = cp_text_find_byte(text, '"') == SIZE_MAX ? '"' : '\'';

    cp_buffer_add_byte(printer->buffer, quote);
    cp_buffer_add(printer->buffer, text);
    cp_buffer_add_byte(printer->buffer, quote);
}

static void print_set(const struct printer *printer, const struct cp_selector *node)
{
    cp_buffer_add_byte(printer->buffer, '{');
    for (uint32_t i = 0; i < node->count; i++) {
        if (i)
            cp_buffer_add_string(printer->buffer, ", ");
        print_value(printer, node->values[i]);
    }
    cp_buffer_add_byte(printer->buffer, '}');
}

static void print_comparison(const struct printer *printer, const struct cp_selector *node)
{
    print_key(printer, node->key);
    cp_buffer_add_string(printer->buffer, operators[node->type]);
    if (node->type == CP_SELECTOR_IN || node->type == CP_SELECTOR_NOT_IN)
        print_set(printer, node);
    else
        print_value(printer, node->values[0]);
}

static void print_leaf(const struct printer *printer, const struct cp_selector *node)
{
    if (node->type == CP_SELECTOR_ALL) {
        cp_buffer_add_string(printer->buffer, "all()");
    } else if (node->type == CP_SELECTOR_GLOBAL) {
        cp_buffer_add_string(printer->buffer, "global()");
    } else if (node->type == CP_SELECTOR_HAS) {
        cp_buffer_add_string(printer->buffer, "has(");
        print_key(printer, node->key);
        cp_buffer_add_byte(printer->buffer, ')');
    } else {
        print_comparison(printer, node);
    }
}

/* What stands before child number printed of a parent: "!", "(", " && " or " || ". */
static const char *text_before_child(enum cp_selector_type parent, uint32_t printed)
{
    if (parent == CP_SELECTOR_NOT)
        return "!";
    if (printed == 0)
        return "(";
    return parent == CP_SELECTOR_AND ? " && " : " || ";
}

/* Prints what stands behind the last child of a parent, or a leaf as a whole. */
static void print_end(const struct printer *printer, const struct cp_selector *node)
{
    if (cp_selector_is_leaf(node))
        print_leaf(printer, node);
    else if (node->type != CP_SELECTOR_NOT)
        cp_buffer_add_byte(printer->buffer, ')');
}

static int enter(struct printer *printer, const struct cp_selector *node)
{
    struct step *step = cp_array_push(printer->scratch, &printer->way);

    if (!step)
        return CALPOL_ERROR_NO_MEMORY;
    *step = (struct step){node, 0};
    return CALPOL_OK;
}

int cp_selector_print_prefixed(const struct cp_selector *selector,
                               const struct cp_intern *names,
                               struct cp_text prefix,
                               struct cp_arena *scratch,
                               struct cp_buffer *buffer)
{
    struct printer printer = {
        .names = names, .prefix = prefix, .scratch = scratch, .buffer = buffer};
    int status = enter(&printer, selector);

    while (status == CALPOL_OK && printer.way.count) {
        struct step *step = &printer.way.items[printer.way.count - 1];

        if (!cp_selector_is_leaf(step->node) && step->printed < step->node->count) {
            cp_buffer_add_string(buffer, text_before_child(step->node->type, step->printed));
            status = enter(&printer, step->node->children[step->printed++]);
        } else {
            print_end(&printer, step->node);
            printer.way.count--;
        }
    }
    return status == CALPOL_OK && buffer->failed ? CALPOL_ERROR_NO_MEMORY : status;
}

int cp_selector_print(const struct cp_selector *selector,
                      const struct cp_intern *names,
                      struct cp_arena *scratch,
                      struct cp_buffer *buffer)
{
    return cp_selector_print_prefixed(selector, names, cp_text_make(NULL, 0), scratch, buffer);
}
