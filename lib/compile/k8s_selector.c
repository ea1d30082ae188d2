/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors of Kubernetes as selectors of Calico.
 */
#include "compile/k8s_selector.h"

#include "base/sort.h"
#include "ruleset/own_label.h"

/* A selector being built: its terms, and its text. */
struct builder {
    struct cp_k8s_converter *converter;
    bool is_of_pods;
    struct cp_buffer text;
    CP_ARRAY(const struct cp_selector *) terms;
};

static struct builder begin(struct cp_k8s_converter *converter, bool is_of_pods)
{
    struct builder builder = {.converter = converter, .is_of_pods = is_of_pods};

    cp_buffer_init(&builder.text, converter->arena);
    return builder;
}

/* Takes a term (NULL: no memory), whose text is written already. */
static int add_term(struct builder *builder, const struct cp_selector *term)
{
    const struct cp_selector **slot;

    if (!term)
        return CALPOL_ERROR_NO_MEMORY;
    slot = cp_array_push(builder->converter->arena, &builder->terms);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = term;
    return CALPOL_OK;
}

static void begin_text(struct builder *builder)
{
    if (builder->terms.count)
        cp_buffer_add_string(&builder->text, " && ");
}

/* Label values hold no quotes. */
static void add_value_text(struct builder *builder, struct cp_text value)
{
    cp_buffer_format(&builder->text, "'%t'", value);
}

static int intern_key(struct builder *builder, struct cp_text key, uint32_t *out_key)
{
    struct cp_k8s_converter *converter = builder->converter;

    if (builder->is_of_pods && !cp_own_label_key(converter->arena, converter->dialect, key, &key))
        return CALPOL_ERROR_NO_MEMORY;
    return cp_intern_add(converter->names, key, out_key) ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int add_equal(struct builder *builder,
                     uint32_t key,
                     struct cp_text key_text,
                     struct cp_text value)
{
    struct cp_k8s_converter *converter = builder->converter;
    uint32_t id;

    if (!cp_intern_add(converter->names, value, &id))
        return CALPOL_ERROR_NO_MEMORY;
    begin_text(builder);
    cp_buffer_format(&builder->text, "%t == ", key_text);
    add_value_text(builder, value);
    return add_term(builder, cp_selector_leaf(converter->arena, CP_SELECTOR_EQUAL, key, id));
}

/* Kubernetes selectors match pods, and nothing else: host endpoints and network sets do not have
   this label. */
static int add_orchestrator(struct builder *builder)
{
    const struct cp_text key_text = CP_TEXT("projectcalico.org/orchestrator");
    uint32_t key;

    if (!cp_intern_add(builder->converter->names, key_text, &key))
        return CALPOL_ERROR_NO_MEMORY;
    return add_equal(builder, key, key_text, CP_TEXT("k8s"));
}

static int compare_keys(const void *a, const void *b)
{
    return cp_text_compare(((const struct cp_pair *)a)->key, ((const struct cp_pair *)b)->key);
}

static int add_match_labels(struct builder *builder, const struct cp_pairs *labels)
{
    struct cp_arena *arena = builder->converter->arena;
    uint32_t count = labels->items.count;
    struct cp_pair *sorted;
    int status = CALPOL_OK;

    if (!count)
        return CALPOL_OK;
    sorted = cp_arena_copy(arena, labels->items.items, count * sizeof(*sorted));
    if (!sorted || !cp_sort(sorted, count, sizeof(*sorted), compare_keys, arena))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < count; i++) {
        uint32_t key;

        status = intern_key(builder, sorted[i].key, &key);
        if (!status)
            status = add_equal(builder, key, sorted[i].key, sorted[i].value);
    }
    return status;
}

static int add_has(struct builder *builder,
                   uint32_t key,
                   const struct cp_k8s_expression *expression)
{
    struct cp_arena *arena = builder->converter->arena;
    bool is_negated = expression->operator_ == CP_OPERATOR_NOT_EXISTS;
    const struct cp_selector *has = cp_selector_leaf(arena, CP_SELECTOR_HAS, key, CP_INTERN_NONE);

    begin_text(builder);
    cp_buffer_format(&builder->text, is_negated ? "! has(%t)" : "has(%t)", expression->key);
    if (has && is_negated)
        has = cp_selector_join(arena, CP_SELECTOR_NOT, &has, 1);
    return add_term(builder, has);
}

static int add_set(struct builder *builder,
                   uint32_t key,
                   const struct cp_k8s_expression *expression)
{
    struct cp_k8s_converter *converter = builder->converter;
    bool is_negated = expression->operator_ == CP_OPERATOR_NOT_IN;
    uint32_t count = expression->values.items.count;
    uint32_t *ids = CP_NEW_ARRAY(converter->arena, uint32_t, count);

    if (!ids)
        return CALPOL_ERROR_NO_MEMORY;
    begin_text(builder);
    cp_buffer_format(&builder->text, is_negated ? "%t not in { " : "%t in { ", expression->key);
    for (uint32_t i = 0; i < count; i++) {
        if (!cp_intern_add(converter->names, expression->values.items.items[i], &ids[i]))
            return CALPOL_ERROR_NO_MEMORY;
        cp_buffer_add_string(&builder->text, i ? ", " : "");
        add_value_text(builder, expression->values.items.items[i]);
    }
    cp_buffer_add_string(&builder->text, " }");
    return add_term(builder, cp_selector_set(converter->arena, converter->names,
                                             is_negated ? CP_SELECTOR_NOT_IN : CP_SELECTOR_IN, key,
                                             ids, count));
}

static int add_expression(struct builder *builder, const struct cp_k8s_expression *expression)
{
    uint32_t key;
    int status = intern_key(builder, expression->key, &key);

    if (status)
        return status;
    switch (expression->operator_) {
    case CP_OPERATOR_EXISTS:
    case CP_OPERATOR_NOT_EXISTS:
        return add_has(builder, key, expression);
    case CP_OPERATOR_IN:
    case CP_OPERATOR_NOT_IN:
        break;
    }
    return add_set(builder, key, expression);
}

static int add_selector(struct builder *builder, const struct cp_k8s_selector *selector)
{
    int status = add_match_labels(builder, &selector->match_labels);

    for (uint32_t i = 0; !status && i < selector->expressions.count; i++)
        status = add_expression(builder, &selector->expressions.items[i]);
    return status;
}

static int finish(struct builder *builder, struct cp_selector_field *out_field)
{
    struct cp_arena *arena = builder->converter->arena;
    const struct cp_selector *tree;

    if (builder->terms.count == 1)
        tree = builder->terms.items[0];
    else
        tree = cp_selector_join(arena, CP_SELECTOR_AND, builder->terms.items, builder->terms.count);
    if (!tree || builder->text.failed)
        return CALPOL_ERROR_NO_MEMORY;
    *out_field = (struct cp_selector_field){true, cp_buffer_text(&builder->text), tree};
    return CALPOL_OK;
}

int cp_convert_pod_selector(struct cp_k8s_converter *converter,
                            const struct cp_k8s_selector *selector,
                            struct cp_selector_field *out_field)
{
    struct builder builder = begin(converter, true);
    int status = add_orchestrator(&builder);

    if (!status && selector)
        status = add_selector(&builder, selector);
    return status ? status : finish(&builder, out_field);
}

int cp_convert_namespace_selector(struct cp_k8s_converter *converter,
                                  const struct cp_k8s_selector *selector,
                                  struct cp_selector_field *out_field)
{
    struct builder builder = begin(converter, false);
    int status = add_selector(&builder, selector);

    if (!status && !builder.terms.count) {
        cp_buffer_add_string(&builder.text, "all()");
        status = add_term(&builder, cp_selector_leaf(converter->arena, CP_SELECTOR_ALL, 0, 0));
    }
    return status ? status : finish(&builder, out_field);
}
