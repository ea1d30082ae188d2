/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which label sets a selector holds for: the index gives what trying everything gives.
 */
#include "support/expect.h"
#include "support/rulesets.h"
#include "support/suite.h"

#define POD_COUNT 40
#define POLICY_COUNT 120

static const char *const keys[] = {"a", "b", "c", "d"};
static const char *const values[] = {"1", "2", "3", ""};

static void add_random_term(struct cp_buffer *text, uint64_t *state)
{
    static const char *const forms[] = {
        "%s == '%s'", "%s != '%s'",        "%s in {'%s', '2'}",   "%s not in {'%s'}",
        "has(%s)",    "%s contains '%s'",  "%s starts with '%s'", "!has(%s)",
        "all()",      "%s ends with '%s'",
    };

    cp_buffer_format(text, forms[next_random(state) % COUNT_OF(forms)],
                     keys[next_random(state) % COUNT_OF(keys)],
                     values[next_random(state) % COUNT_OF(values)]);
}

/* Up to three terms, joined and grouped at random. */
static void add_random_selector(struct cp_buffer *text, uint64_t *state)
{
    unsigned terms = 1 + next_random(state) % 4;

    for (unsigned i = 0; i < terms; i++) {
        if (i)
            cp_buffer_add_string(text, next_random(state) % 2 ? " && " : " || ");
        if (next_random(state) % 4 == 0)
            cp_buffer_add_string(text, "!");
        cp_buffer_add_string(text, "(");
        add_random_term(text, state);
        cp_buffer_add_string(text, ")");
    }
}

static void add_pods(struct cp_buffer *text, uint64_t *state)
{
    for (uint32_t i = 0; i < POD_COUNT; i++) {
        cp_buffer_format(text,
                         "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p%u\n"
                         "  namespace: n%u\n  labels:\n    z: z\n",
                         i, i % 3);
        for (size_t k = 0; k < COUNT_OF(keys); k++) {
            if (next_random(state) % 2)
                cp_buffer_format(text, "    %s: '%s'\n", keys[k],
                                 values[next_random(state) % COUNT_OF(values)]);
        }
    }
}

static void add_policies(struct cp_buffer *text, uint64_t *state)
{
    for (uint32_t i = 0; i < POLICY_COUNT; i++) {
        cp_buffer_format(text,
                         "---\napiVersion: projectcalico.org/v3\nkind: %s\nmetadata: {name: "
                         "q%u%s}\nspec:\n  selector: \"",
                         i % 2 ? "GlobalNetworkPolicy" : "NetworkPolicy", i,
                         i % 2 ? "" : ", namespace: n1");
        add_random_selector(text, state);
        cp_buffer_add_string(text, "\"\n");
    }
}

static void expect_exact_matches(const struct calpol_ruleset *ruleset)
{
    for (uint32_t s = 0; s < ruleset->selector_count; s++) {
        const struct cp_program *program = &ruleset->selectors[s].program;

        for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
            const struct cp_label_set *set = &ruleset->label_sets[i];

            ck_assert_msg(cp_label_set_matches(set, s) ==
                              cp_program_matches(program, &ruleset->names, &set->labels),
                          "%s on label set %u", ruleset->selectors[s].text.data, i);
        }
    }
}

static void expect_exact_policies(const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
        const struct cp_label_set *set = &ruleset->label_sets[i];
        uint32_t at = 0;

        for (uint32_t p = 0; p < ruleset->policy_count; p++) {
            if (cp_label_set_matches(set, ruleset->policies[p]->selector))
                ck_assert_uint_eq(set->policies[at++], p);
        }
        ck_assert_uint_eq(at, set->policy_count);
    }
}

START_TEST(the_index_finds_exactly_the_selectors_that_hold)
{
    uint64_t state = 20261125;
    struct cp_buffer text;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    for (int round = 0; round < 20; round++) {
        struct compiled compiled;

        cp_buffer_init(&text, &arena);
        add_pods(&text, &state);
        add_policies(&text, &state);
        compile_resources(&compiled, cp_buffer_string(&text), CALPOL_DIALECT_AUTO);
        ck_assert_uint_eq(compiled.ruleset->policy_count, POLICY_COUNT);
        expect_exact_matches(compiled.ruleset);
        expect_exact_policies(compiled.ruleset);
        free_compiled(&compiled);
    }
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/selectors");
    TCase *index = tcase_create("index");

    tcase_add_test(index, the_index_finds_exactly_the_selectors_that_hold);
    suite_add_tcase(suite, index);
    return suite;
}
