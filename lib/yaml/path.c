/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields: going down a tree, and the text of the way that was gone (resources.md, 1).
 */
#include "yaml/reader.h"

/* So many steps of a path are written between two walks up; fields are seldom deeper. */
#define STEPS_AT_ONCE 64u

struct cp_field cp_field_root(const struct cp_node *node)
{
    return (struct cp_field){.node = node, .index = CP_FIELD_MEMBER, .place = node};
}

static const struct cp_node *nearest_place(const struct cp_field *field)
{
    return field->node ? field->node : field->place;
}

static struct cp_field absent(const struct cp_field *up, struct cp_text name, uint32_t index)
{
    return (struct cp_field){.up = up, .name = name, .index = index, .place = nearest_place(up)};
}

struct cp_field cp_field_tagged(const struct cp_field *mapping, struct cp_text name, uint32_t tag)
{
    struct cp_field field = absent(mapping, name, CP_FIELD_MEMBER);
    const struct cp_member *member = cp_node_find_tagged(mapping->node, name, tag);

    if (!member)
        return field;
    field.place = &member->key;
    if (member->value.type != CP_NODE_NULL)
        field.node = &member->value;
    return field;
}

struct cp_field cp_field_item(const struct cp_field *sequence, uint32_t index)
{
    const struct cp_node *node = sequence->node;
    struct cp_field field = absent(sequence, cp_text_make(NULL, 0), index);

    if (node && node->type == CP_NODE_SEQUENCE && index < node->length) {
        field.node = &node->items[index];
        field.place = field.node;
    }
    return field;
}

struct cp_field cp_field_entry(const struct cp_field *mapping, uint32_t index)
{
    const struct cp_node *node = mapping->node;
    struct cp_field field = absent(mapping, cp_text_make(NULL, 0), CP_FIELD_MEMBER);
    const struct cp_member *member;

    if (!node || node->type != CP_NODE_MAPPING || index >= node->length)
        return field;
    member = &node->members[index];
    if (cp_node_is_scalar(&member->key))
        field.name = cp_node_text(&member->key);
    field.node = &member->value;
    field.place = &member->key;
    return field;
}

/* [A-Za-z_][A-Za-z0-9_]* */
static bool is_identifier(struct cp_text name)
{
    if (!name.length || cp_is_digit(name.data[0]))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        char byte = cp_lower(name.data[i]);

        if (!cp_is_digit(byte) && byte != '_' && !(byte >= 'a' && byte <= 'z'))
            return false;
    }
    return true;
}

static void add_step(const struct cp_field *field, bool first, struct cp_buffer *buffer)
{
    if (field->index != CP_FIELD_MEMBER) {
        cp_buffer_format(buffer, "[%u]", field->index);
    } else if (is_identifier(field->name)) {
        cp_buffer_add_string(buffer, first ? "" : ".");
        cp_buffer_add(buffer, field->name);
    } else {
        cp_buffer_add_byte(buffer, '[');
        cp_buffer_add_json(buffer, field->name);
        cp_buffer_add_byte(buffer, ']');
    }
}

void cp_field_path(const struct cp_field *field, struct cp_buffer *buffer)
{
    const struct cp_field *steps[STEPS_AT_ONCE];
    uint32_t total = 0;

    for (const struct cp_field *step = field; step->up; step = step->up)
        total++;
    for (uint32_t written = 0; written < total;) {
        uint32_t count = total - written < STEPS_AT_ONCE ? total - written : STEPS_AT_ONCE;
        const struct cp_field *step = field;

        for (uint32_t i = total - written - count; i > 0; i--)
            step = step->up;
        for (uint32_t i = count; i-- > 0; step = step->up)
            steps[i] = step;
        for (uint32_t i = 0; i < count; i++, written++)
            add_step(steps[i], written == 0, buffer);
    }
}

/* Takes the next step off a path: the length of the name, 0 for an index. False at the end, and at
   what is neither. */
static bool take_step(struct cp_text *path, struct cp_text *out_name, uint32_t *out_index)
{
    size_t length = 0;

    if (path->length && path->data[0] == '.')
        *path = cp_text_from_byte(*path, 1);
    *out_name = cp_text_make(NULL, 0);
    *out_index = 0;
    if (path->length && path->data[0] == '[') {
        for (length = 1; length < path->length && cp_is_digit(path->data[length]); length++)
            *out_index = *out_index * 10 + (uint32_t)(path->data[length] - '0');
        if (length == 1 || length == path->length || path->data[length] != ']')
            return false;
        *path = cp_text_from_byte(*path, length + 1);
        return true;
    }
    while (length < path->length && path->data[length] != '.' && path->data[length] != '[')
        length++;
    *out_name = cp_text_first(*path, length);
    *path = cp_text_from_byte(*path, length);
    return length > 0;
}

const struct cp_node *cp_node_at(const struct cp_node *root, struct cp_text path)
{
    const struct cp_node *node = root, *place = root;
    struct cp_text name;
    uint32_t index;

    while (take_step(&path, &name, &index)) {
        const struct cp_member *member;

        if (!name.length) {
            if (node->type != CP_NODE_SEQUENCE || index >= node->length)
                break;
            node = place = &node->items[index];
            continue;
        }
        member = cp_node_find(node, name);
        if (!member)
            break;
        node = &member->value;
        place = cp_node_is_scalar(node) ? node : &member->key;
    }
    return place;
}
