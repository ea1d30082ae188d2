/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors of Kubernetes.
 */
#include "resource/label_selector.h"

#include "resource/k8s_values.h"
#include "resource/values.h"

/* K8-124: null is the empty text, another scalar that is no text is taken as written where lenient
   loading tolerates it. */
static bool read_value(struct cp_resource_reader *reader,
                       const struct cp_field *field,
                       struct cp_text *out_text)
{
    const struct cp_node *node = field->node;
    struct cp_text text = CP_TEXT("");

    if (cp_report_flaw(&reader->base, field))
        return false;
    if (!cp_node_is_scalar(node)) {
        cp_report(&reader->base, field, CP_CODE_LABEL_VALUE, "a label value is %s, expected text",
                  cp_node_type_text(node));
        return false;
    }
    if (node->type != CP_NODE_NULL)
        text = cp_node_text(node);
    if (node->type != CP_NODE_NULL && node->type != CP_NODE_TEXT)
        cp_report_as(&reader->base, field, CP_CODE_LABEL_VALUE, cp_soft(reader),
                     "a label value is %s, put %q in quotes to make it text",
                     cp_node_type_text(node), text);
    if (!cp_is_label_value(reader, text)) {
        cp_report(&reader->base, field, CP_CODE_LABEL_VALUE,
                  "%q is no label value, expected at most 63 letters, digits, \"-\", \"_\" and "
                  "\".\", the first and last a letter or digit",
                  text);
        return false;
    }
    *out_text = text;
    return true;
}

static void read_key(struct cp_resource_reader *reader,
                     const struct cp_field *field,
                     struct cp_text *out_key)
{
    if (cp_field_present(field) && !cp_read_text(&reader->base, field, out_key))
        return;
    if (!cp_is_qualified_name(reader, *out_key))
        cp_report(
            &reader->base, field, CP_CODE_LABEL_KEY,
            "%q is no label key, expected letters, digits, \"-\", \"_\" and \".\", at most 63 "
            "of them, perhaps behind a domain and \"/\"",
            *out_key);
}

static bool read_operator(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          enum cp_k8s_operator *out_operator)
{
    static const char *const names[] = {[CP_OPERATOR_IN] = "In",
                                        [CP_OPERATOR_NOT_IN] = "NotIn",
                                        [CP_OPERATOR_EXISTS] = "Exists",
                                        [CP_OPERATOR_NOT_EXISTS] = "DoesNotExist"};
    struct cp_text text = CP_TEXT("");

    if (cp_field_present(field) && !cp_read_text(&reader->base, field, &text))
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
        if (cp_text_is(text, names[i])) {
            *out_operator = (enum cp_k8s_operator)i;
            return true;
        }
    }
    cp_report(&reader->base, field, CP_CODE_SELECTOR_OPERATOR,
              "unknown operator %q, expected In, NotIn, Exists or DoesNotExist", text);
    return false;
}

static void read_values(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_texts *out_values)
{
    if (!cp_read_sequence(&reader->base, field))
        return;
    for (uint32_t i = 0; i < cp_field_count(field); i++) {
        struct cp_field item = cp_field_item(field, i);
        struct cp_text *value = cp_resource_push(reader, &out_values->items);

        if (!value)
            return;
        read_value(reader, &item, value);
    }
}

static void check_value_count(struct cp_resource_reader *reader,
                              const struct cp_field *field,
                              enum cp_k8s_operator operator_)
{
    bool wanted = operator_ == CP_OPERATOR_IN || operator_ == CP_OPERATOR_NOT_IN;

    if (wanted && cp_field_count(field) == 0)
        cp_report(&reader->base, field, CP_CODE_SELECTOR_VALUES_REQUIRED,
                  "In and NotIn need values");
    if (!wanted && cp_field_count(field) > 0)
        cp_report(&reader->base, field, CP_CODE_SELECTOR_VALUES_FORBIDDEN,
                  "Exists and DoesNotExist take no values");
}

static void read_expression(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_k8s_expression *expression)
{
    static const char *const names[] = {"key", "operator", "values", NULL};
    struct cp_field key = cp_field_member(field, "key");
    struct cp_field operator_ = cp_field_member(field, "operator");
    struct cp_field values = cp_field_member(field, "values");

    if (!cp_k8s_read_object(reader, field, names))
        return;
    read_key(reader, &key, &expression->key);
    read_values(reader, &values, &expression->values);
    if (read_operator(reader, &operator_, &expression->operator_))
        check_value_count(reader, &values, expression->operator_);
}

void cp_k8s_read_selector(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_k8s_selector *out_selector)
{
    static const char *const names[] = {"matchLabels", "matchExpressions", NULL};
    struct cp_field labels = cp_field_member(field, "matchLabels");
    struct cp_field expressions = cp_field_member(field, "matchExpressions");

    out_selector->given = cp_field_present(field);
    if (!cp_k8s_read_object(reader, field, names))
        return;
    cp_read_match_labels(reader, &labels, &out_selector->match_labels);
    if (!cp_read_sequence(&reader->base, &expressions))
        return;
    for (uint32_t i = 0; i < cp_field_count(&expressions); i++) {
        struct cp_field item = cp_field_item(&expressions, i);
        struct cp_k8s_expression *expression = cp_resource_push(reader, &out_selector->expressions);

        if (!expression)
            return;
        read_expression(reader, &item, expression);
    }
}

static bool expression_holds(const struct cp_k8s_expression *expression,
                             const struct cp_pairs *labels)
{
    const struct cp_text *value = cp_pairs_find(labels, expression->key);
    bool among = false;

    if (expression->operator_ == CP_OPERATOR_EXISTS)
        return value != NULL;
    if (expression->operator_ == CP_OPERATOR_NOT_EXISTS)
        return value == NULL;
    for (uint32_t i = 0; value && !among && i < expression->values.items.count; i++)
        among = cp_text_equal(*value, expression->values.items.items[i]);
    return among == (expression->operator_ == CP_OPERATOR_IN);
}

bool cp_k8s_selector_matches(const struct cp_k8s_selector *selector, const struct cp_pairs *labels)
{
    for (uint32_t i = 0; i < selector->match_labels.items.count; i++) {
        const struct cp_pair *wanted = &selector->match_labels.items.items[i];
        const struct cp_text *value = cp_pairs_find(labels, wanted->key);

        if (!value || !cp_text_equal(*value, wanted->value))
            return false;
    }
    for (uint32_t i = 0; i < selector->expressions.count; i++)
        if (!expression_holds(&selector->expressions.items[i], labels))
            return false;
    return true;
}
