/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiling trees to terms with jumps, and running them.
 *
 * Terms are made from the last to the first, so that where to go on is known when a term is made:
 * for a && b, b is compiled first and is where a goes on for yes; for a || b, where it goes on for
 * no; NOT exchanges yes and no. The list is turned around in the end, and terms that nothing leads
 * to (what stands behind an all() in an OR) are left out.
 */
#include "selector/program.h"

#include "base/sort.h"

/* A node on the way down, with the places where the program goes on behind it. */
struct step {
    const struct cp_selector *node;
    uint32_t left; /* children not yet compiled */
    uint32_t on_yes, on_no;
};

struct compiler {
    struct cp_arena *scratch;
    CP_ARRAY(struct step) way;
    CP_ARRAY(struct cp_term) terms; /* the last one first; jumps are indices here */
    uint32_t start;                 /* of what was compiled last */
};

static bool is_negative(enum cp_selector_type type)
{
    return type == CP_SELECTOR_NOT_EQUAL || type == CP_SELECTOR_NOT_IN;
}

static enum cp_selector_type positive_type(enum cp_selector_type type)
{
    if (type == CP_SELECTOR_NOT_EQUAL)
        return CP_SELECTOR_EQUAL;
    return type == CP_SELECTOR_NOT_IN ? CP_SELECTOR_IN : type;
}

static int enter(struct compiler *compiler,
                 const struct cp_selector *node,
                 uint32_t on_yes,
                 uint32_t on_no)
{
    struct step *step = cp_array_push(compiler->scratch, &compiler->way);

    if (!step)
        return CALPOL_ERROR_NO_MEMORY;
    *step = (struct step){node, cp_selector_is_leaf(node) ? 0 : node->count, on_yes, on_no};
    return CALPOL_OK;
}

/* Compiles the last child that is left. The one behind it is where it may go on. */
static int enter_child(struct compiler *compiler, struct step *step)
{
    const struct cp_selector *node = step->node;
    bool is_last = step->left == node->count;

    if (!is_last && node->type == CP_SELECTOR_AND)
        step->on_yes = compiler->start;
    if (!is_last && node->type == CP_SELECTOR_OR)
        step->on_no = compiler->start;
    step->left--;
    if (node->type == CP_SELECTOR_NOT)
        return enter(compiler, node->children[0], step->on_no, step->on_yes);
    return enter(compiler, node->children[step->left], step->on_yes, step->on_no);
}

static int add_term(struct compiler *compiler, const struct step *step)
{
    const struct cp_selector *node = step->node;
    bool negative = is_negative(node->type);
    struct cp_term *term = cp_array_push(compiler->scratch, &compiler->terms);

    if (!term)
        return CALPOL_ERROR_NO_MEMORY;
    *term = (struct cp_term){
        .type = positive_type(node->type),
        .key = node->key,
        .value_count = node->count,
        .values = node->values,
        .on_yes = negative ? step->on_no : step->on_yes,
        .on_no = negative ? step->on_yes : step->on_no,
    };
    compiler->start = compiler->terms.count - 1;
    return CALPOL_OK;
}

/* A term whose answer is known or does not matter is no term. */
static int compile_leaf(struct compiler *compiler, const struct step *step)
{
    bool is_constant =
        step->node->type == CP_SELECTOR_ALL || step->node->type == CP_SELECTOR_GLOBAL;

    if (!is_constant && step->on_yes != step->on_no)
        return add_term(compiler, step);
    compiler->start = step->on_yes;
    return CALPOL_OK;
}

static int compile(struct compiler *compiler, const struct cp_selector *selector)
{
    int status = enter(compiler, selector, CP_TERM_YES, CP_TERM_NO);

    while (status == CALPOL_OK && compiler->way.count) {
        struct step *step = &compiler->way.items[compiler->way.count - 1];

        if (step->left) {
            status = enter_child(compiler, step);
        } else {
            if (cp_selector_is_leaf(step->node))
                status = compile_leaf(compiler, step);
            compiler->way.count--;
        }
    }
    return status;
}

static void mark(uint32_t *numbers, uint32_t target)
{
    if (target < CP_TERM_NO)
        numbers[target] = 1;
}

/* Gives each term that can be reached its number in the program, plus one, in the order in which
   they run; the others get 0. Jumps lead to lower indices only, so one pass does it. */
static uint32_t number_terms(const struct compiler *compiler, uint32_t *numbers)
{
    uint32_t count = 0;

    mark(numbers, compiler->start);
    for (uint32_t i = compiler->terms.count; i-- > 0;) {
        if (!numbers[i])
            continue;
        mark(numbers, compiler->terms.items[i].on_yes);
        mark(numbers, compiler->terms.items[i].on_no);
        numbers[i] = ++count;
    }
    return count;
}

static uint32_t renumber(const uint32_t *numbers, uint32_t target)
{
    return target < CP_TERM_NO ? numbers[target] - 1 : target;
}

static size_t count_values(const struct compiler *compiler, const uint32_t *numbers)
{
    size_t count = 0;

    for (uint32_t i = 0; i < compiler->terms.count; i++)
        count += numbers[i] ? compiler->terms.items[i].value_count : 0;
    return count;
}

static int compare_numbers(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

/* The term as it is in the program; values is room for its values. False: no memory. */
static bool copy_term(const struct compiler *compiler,
                      const uint32_t *numbers,
                      const struct cp_term *term,
                      struct cp_term *copy,
                      uint32_t *values)
{
    if (term->value_count)
        memcpy(values, term->values, term->value_count * sizeof(*values));
    *copy = *term;
    copy->values = values;
    copy->value = term->type == CP_SELECTOR_EQUAL ? *values : 0;
    copy->on_yes = renumber(numbers, term->on_yes);
    copy->on_no = renumber(numbers, term->on_no);
    return cp_sort(values, term->value_count, sizeof(*values), compare_numbers, compiler->scratch);
}

/* Copies the terms that are numbered to where they belong. */
static bool copy_terms(const struct compiler *compiler,
                       const uint32_t *numbers,
                       struct cp_term *terms,
                       uint32_t *values)
{
    for (uint32_t i = 0; i < compiler->terms.count; i++) {
        const struct cp_term *term = &compiler->terms.items[i];

        if (!numbers[i])
            continue;
        if (!copy_term(compiler, numbers, term, &terms[numbers[i] - 1], values))
            return false;
        values += term->value_count;
    }
    return true;
}

static int freeze(const struct compiler *compiler,
                  struct cp_arena *arena,
                  struct cp_program *out_program)
{
    uint32_t *numbers = CP_NEW_ARRAY(compiler->scratch, uint32_t, compiler->terms.count);
    uint32_t count = numbers ? number_terms(compiler, numbers) : 0;
    size_t value_count = numbers ? count_values(compiler, numbers) : 0;
    struct cp_term *terms = CP_NEW_ARRAY(arena, struct cp_term, count);
    uint32_t *values = CP_NEW_ARRAY(arena, uint32_t, value_count);

    if (!numbers || !terms || !values || !copy_terms(compiler, numbers, terms, values))
        return CALPOL_ERROR_NO_MEMORY;
    *out_program = (struct cp_program){
        .terms = terms,
        .term_count = count,
        .start = renumber(numbers, compiler->start),
    };
    return CALPOL_OK;
}

int cp_program_make(const struct cp_selector *selector,
                    struct cp_arena *arena,
                    struct cp_arena *scratch,
                    struct cp_program *out_program)
{
    struct compiler compiler = {.scratch = scratch, .start = CP_TERM_YES};
    int status = selector ? compile(&compiler, selector) : CALPOL_OK;

    if (status != CALPOL_OK)
        return status;
    if (compiler.start >= CP_TERM_NO) {
        *out_program = (struct cp_program){.start = compiler.start};
        return CALPOL_OK;
    }
    return freeze(&compiler, arena, out_program);
}

/* So many are looked through one by one: where that ends is easier to foresee than where a search by halves
   goes. */
#define FEW_LABELS 8u

const struct cp_label *cp_labels_find(const struct cp_labels *labels, uint32_t key)
{
    const struct cp_label *items = labels->items;
    uint32_t low = 0, high = labels->count;

    while (high - low > FEW_LABELS) {
        uint32_t middle = low + (high - low) / 2;

        if (key < items[middle].key)
            high = middle;
        else
            low = middle;
    }
    while (low < high && items[low].key < key)
        low++;
    return low < high && items[low].key == key ? &items[low] : NULL;
}

static bool has_value(const struct cp_term *term, uint32_t value)
{
    uint32_t low = 0, high = term->value_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (value < term->values[middle])
            high = middle;
        else if (value > term->values[middle])
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* The label is there; does it have what the term wants (selectors.md 2)? */
static bool holds(const struct cp_term *term,
                  const struct cp_intern *names,
                  const struct cp_label *label)
{
    if (term->type == CP_SELECTOR_EQUAL)
        return label->value == term->value;
    if (term->type == CP_SELECTOR_HAS)
        return true;
    if (term->type == CP_SELECTOR_IN)
        return has_value(term, label->value);
    if (term->type == CP_SELECTOR_CONTAINS)
        return cp_text_find(label->text, cp_intern_text(names, term->values[0])) != SIZE_MAX;
    if (term->type == CP_SELECTOR_STARTS_WITH)
        return cp_text_starts_with(label->text, cp_intern_text(names, term->values[0]));
    return cp_text_ends_with(label->text, cp_intern_text(names, term->values[0]));
}

bool cp_program_matches(const struct cp_program *program,
                        const struct cp_intern *names,
                        const struct cp_labels *labels)
{
    uint32_t at = program->start;

    while (at < CP_TERM_NO) {
        const struct cp_term *term = &program->terms[at];
        const struct cp_label *label = cp_labels_find(labels, term->key);

        at = label && holds(term, names, label) ? term->on_yes : term->on_no;
    }
    return at == CP_TERM_YES;
}
