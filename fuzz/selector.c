/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selectors: any bytes are a selector or an error with a place in the text. The canonical text of a
 * selector is one with the same meaning, the canonical text of that is the same text, and so it is
 * for what a policy makes of the selector.
 */
#include "selector/combine.h"
#include "selector/program.h"

#include <stdlib.h>

#define LABEL_SETS 16u
#define MOST_LABELS 64u

#define EXPECT(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct world {
    struct cp_arena arena;
    struct cp_intern names;
};

static const struct cp_selector *parse(struct world *world, struct cp_text text)
{
    struct cp_selector_problem problem = {CP_SELECTOR_OK, 0};
    const struct cp_selector *selector;

    if (cp_selector_parse(text, &world->arena, &world->names, &selector, &problem) == CALPOL_OK)
        return selector;
    EXPECT(problem.error != CP_SELECTOR_OK && problem.offset <= text.length);
    return NULL;
}

static struct cp_text print(struct world *world, const struct cp_selector *selector)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &world->arena);
    EXPECT(cp_selector_print(selector, &world->names, &world->arena, &buffer) == CALPOL_OK);
    return cp_buffer_text(&buffer);
}

static struct cp_program compile(struct world *world, const struct cp_selector *selector)
{
    struct cp_program program;

    EXPECT(cp_program_make(selector, &world->arena, &world->arena, &program) == CALPOL_OK);
    return program;
}

/* Labels made of the texts of the selector: keys that come up in it, with values that do. */
static uint32_t make_labels(const struct world *world, uint32_t number, struct cp_label *labels)
{
    uint32_t name_count = world->names.texts.count, count = 0;

    for (uint32_t key = 0; key < name_count && count < MOST_LABELS; key++) {
        uint32_t value = (key * 5 + number * 3) % (name_count + 1);
        bool is_named = value < name_count;

        if ((key + number) % 3 == 0)
            continue;
        labels[count++] = (struct cp_label){
            .key = key,
            .value = is_named ? value : CP_INTERN_NONE,
            .text = is_named ? cp_intern_text(&world->names, value) : CP_TEXT("no name"),
        };
    }
    return count;
}

static void expect_same_meaning(struct world *world,
                                const struct cp_selector *first,
                                const struct cp_selector *second)
{
    struct cp_program first_program = compile(world, first);
    struct cp_program second_program = compile(world, second);
    struct cp_label labels[MOST_LABELS];

    for (uint32_t i = 0; i < LABEL_SETS; i++) {
        uint32_t count = make_labels(world, i, labels);
        struct cp_labels set = {labels, count};

        EXPECT(cp_program_matches(&first_program, &world->names, &set) ==
               cp_program_matches(&second_program, &world->names, &set));
    }
}

static void check_canonical_text(struct world *world, const struct cp_selector *selector)
{
    struct cp_text text = print(world, selector), again;
    const struct cp_selector *second = parse(world, text);

    EXPECT(second);
    again = print(world, second);
    /* The one case in which a text is not its own canonical text (selectors.md 5.2). */
    EXPECT(cp_text_equal(again, text) || cp_text_find(text, CP_TEXT("!!")) != SIZE_MAX);
    EXPECT(cp_text_equal(print(world, parse(world, again)), again));
    expect_same_meaning(world, selector, second);
}

static void check_combined(struct world *world,
                           struct cp_text text,
                           const struct cp_selector *selector)
{
    const struct cp_selector_builder builder = {&world->arena, &world->names};
    const struct cp_entity_selectors entity = {
        selector, selector, selector, selector, &text, 1,
    };
    const struct cp_selector *combined, *negative;

    if (cp_combine_global_policy(&builder, selector, text, selector, selector, &combined) ==
        CALPOL_OK)
        check_canonical_text(world, combined);
    if (cp_combine_entity(&builder, &entity, CP_TEXT("n"), &combined, &negative) == CALPOL_OK)
        check_canonical_text(world, combined);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cp_text text = cp_text_make((const char *)data, size);
    const struct cp_selector *selector;
    struct world world;

    cp_arena_init(&world.arena, NULL);
    cp_intern_init(&world.names, &world.arena);
    selector = parse(&world, text);
    EXPECT(selector || !cp_selector_text_is_global(text));
    if (selector) {
        check_canonical_text(&world, selector);
        check_combined(&world, text, selector);
    }
    cp_arena_finish(&world.arena);
    return 0;
}
