/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking at nodes. Numbers are kept as written and read when somebody asks.
 */
#include "yaml/node.h"

#include "yaml/scalar.h"

/* The powers of two at which int64_t ends. */
#define INT64_END 9223372036854775808.0

const struct cp_member *cp_node_find_tagged(const struct cp_node *node,
                                            struct cp_text key,
                                            uint32_t tag)
{
    if (!node || node->type != CP_NODE_MAPPING)
        return NULL;
    for (uint32_t i = node->length; i-- > 0;) {
        const struct cp_member *member = &node->members[i];

        if (member->key.tag == tag && member->key.type == CP_NODE_TEXT &&
            cp_text_equal(cp_node_text(&member->key), key))
            return member;
    }
    return NULL;
}

const struct cp_member *cp_node_find(const struct cp_node *node, struct cp_text key)
{
    return cp_node_find_tagged(node, key, cp_key_tag(key));
}

const struct cp_node *cp_node_member(const struct cp_node *node, struct cp_text key)
{
    const struct cp_member *member = cp_node_find(node, key);

    return member ? &member->value : NULL;
}

const char *cp_node_type_text(const struct cp_node *node)
{
    switch ((enum cp_node_type)node->type) {
    case CP_NODE_NULL:
        return "null";
    case CP_NODE_BOOLEAN:
        return "a boolean";
    case CP_NODE_INTEGER:
    case CP_NODE_FLOAT:
        return "a number";
    case CP_NODE_TEXT:
        return "text";
    case CP_NODE_SEQUENCE:
        return "a list";
    case CP_NODE_MAPPING:
        break;
    }
    return "a mapping";
}

static bool float_to_integer(double value, int64_t *out_value)
{
    int64_t whole;

    if (!(value >= -INT64_END && value < INT64_END))
        return false;
    whole = (int64_t)value;
    if ((double)whole != value)
        return false;
    *out_value = whole;
    return true;
}

bool cp_node_integer(const struct cp_node *node, int64_t *out_value)
{
    uint64_t magnitude;
    bool negative;
    double value;

    if (node->type == CP_NODE_FLOAT)
        return cp_scalar_float(cp_node_text(node), &value) && float_to_integer(value, out_value);
    if (node->type != CP_NODE_INTEGER ||
        !cp_scalar_integer(cp_node_text(node), &negative, &magnitude))
        return false;
    if (!negative && magnitude > (uint64_t)INT64_MAX)
        return false;
    /* The magnitude of INT64_MIN has no positive counterpart. */
    *out_value = negative && magnitude ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return true;
}

bool cp_node_number(const struct cp_node *node, double *out_value)
{
    uint64_t magnitude;
    bool negative;

    if (node->type == CP_NODE_FLOAT)
        return cp_scalar_float(cp_node_text(node), out_value);
    if (node->type != CP_NODE_INTEGER ||
        !cp_scalar_integer(cp_node_text(node), &negative, &magnitude))
        return false;
    /* Without a second zero: "-0" is 0. */
    *out_value = negative && magnitude ? -(double)magnitude : (double)magnitude;
    return true;
}
