/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label classes: exact, and in an order in which what selectors hold for is few ranges.
 */
#include "compile/label_classes.h"

#include "support/expect.h"
#include "support/rulesets.h"
#include "support/suite.h"

#define NAMESPACES 24u
#define APPS 4u

static const char *const selectors[] = {
    "env == 'dev'",
    "team == 't0'",
    "team == 't1'",
    "team == 't2'",
    "app == 'a0'",
    "app == 'a1'",
    "app == 'a2'",
    "has(app)",
    "has(odd)",
    "team == 't1' && app == 'a1'",
    "zone == 'z9'",
    "has(zone)",
    "team in {'t0', 't2'}",
};

/* In the order of the text no selector's pods are together. */
static void add_pods(struct cp_buffer *text)
{
    for (uint32_t i = 0; i < NAMESPACES * APPS; i++) {
        uint32_t namespace = i % NAMESPACES;

        cp_buffer_format(
            text,
            "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p%u\n  namespace: n%u\n"
            "  labels: {app: a%u, team: t%u, env: %s, zone: z%u%s}\n",
            i, namespace, i / NAMESPACES, namespace % 3, namespace % 4 ? "prod" : "dev", namespace,
            i % 7 == 0 ? ", odd: ''" : "");
    }
}

static void add_rules(struct cp_buffer *text)
{
    cp_buffer_add_string(text, "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                               "metadata: {name: q}\nspec:\n  ingress:\n");
    for (size_t i = 0; i < COUNT_OF(selectors); i++)
        cp_buffer_format(text, "  - action: Allow\n    source: {selector: \"%s\"}\n", selectors[i]);
}

struct made {
    struct cp_arena work;
    struct compiled compiled;
    struct cp_label_classes classes;
};

static void make(struct made *made)
{
    struct cp_buffer text;

    cp_arena_init(&made->work, NULL);
    cp_buffer_init(&text, &made->work);
    add_pods(&text);
    add_rules(&text);
    compile_resources(&made->compiled, cp_buffer_string(&text), CALPOL_DIALECT_AUTO);
    ck_assert_int_eq(
        cp_label_classes_make(&made->classes, made->compiled.ruleset, false, &made->work),
        CALPOL_OK);
}

static void finish(struct made *made)
{
    free_compiled(&made->compiled);
    cp_arena_finish(&made->work);
}

static bool is_in_ranges(const struct cp_label_classes *classes, uint32_t selector, uint32_t number)
{
    bool is_in = false;

    for (uint32_t r = classes->first_range[selector]; r < classes->first_range[selector + 1]; r++)
        is_in = is_in || (number >= classes->ranges[r].first && number < classes->ranges[r].end);
    return is_in;
}

START_TEST(ranges_of_a_selector_are_the_classes_that_it_holds_for)
{
    struct made made;
    const struct cp_label_classes *classes = &made.classes;

    make(&made);
    for (uint32_t s = 0; s < made.compiled.ruleset->selector_count; s++) {
        if (!cp_bitset_has(classes->selectors, s))
            continue;
        for (uint32_t i = 0; i < made.compiled.ruleset->label_set_count; i++) {
            uint32_t number = classes->class_of_vector[classes->vector_of_set[i]];
            bool holds = cp_label_set_matches(&made.compiled.ruleset->label_sets[i], s);

            ck_assert(classes->vector_of_class[number] == classes->vector_of_set[i]);
            ck_assert(is_in_ranges(classes, s, number) == holds);
            ck_assert(cp_label_class_matches(classes, number, s) == holds);
        }
    }
    finish(&made);
}
END_TEST

static uint32_t count_holders(const struct made *made, uint32_t selector)
{
    uint32_t count = 0;

    for (uint32_t c = 0; c < made->classes.class_count; c++)
        count += cp_label_class_matches(&made->classes, c, selector);
    return count;
}

/* Of the selectors that hold for more classes than one does, those that hold for a class, as bits. */
static uint64_t broader_of(const struct made *made, uint32_t number, uint32_t selector)
{
    uint32_t holders = count_holders(made, selector);
    uint64_t bits = 0;

    for (uint32_t s = 0; s < made->compiled.ruleset->selector_count; s++) {
        uint32_t others = count_holders(made, s);
        bool is_before = others > holders || (others == holders && s < selector);

        if (is_before && cp_label_class_matches(&made->classes, number, s))
            bits |= (uint64_t)1 << s;
    }
    return bits;
}

/* How many kinds of classes there are among those that a selector holds for, to broader selectors. */
static uint32_t count_kinds(const struct made *made, uint32_t selector)
{
    uint64_t kinds[NAMESPACES * APPS];
    uint32_t count = 0;

    for (uint32_t c = 0; c < made->classes.class_count; c++) {
        uint64_t kind;
        uint32_t known = 0;

        if (!cp_label_class_matches(&made->classes, c, selector))
            continue;
        kind = broader_of(made, c, selector);
        while (known < count && kinds[known] != kind)
            known++;
        kinds[known] = kind;
        count += known == count;
    }
    return count;
}

START_TEST(a_selector_has_as_many_ranges_as_broader_ones_make_of_it)
{
    struct made made;
    const struct cp_label_classes *classes = &made.classes;

    make(&made);
    ck_assert_uint_le(made.compiled.ruleset->selector_count, 64);
    for (uint32_t s = 0; s < made.compiled.ruleset->selector_count; s++) {
        uint32_t ranges = classes->first_range[s + 1] - classes->first_range[s];

        if (cp_bitset_has(classes->selectors, s))
            ck_assert_uint_le(ranges, count_kinds(&made, s));
    }
    finish(&made);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/label_classes");
    TCase *order = tcase_create("order");

    tcase_add_test(order, ranges_of_a_selector_are_the_classes_that_it_holds_for);
    tcase_add_test(order, a_selector_has_as_many_ranges_as_broader_ones_make_of_it);
    suite_add_tcase(suite, order);
    return suite;
}
