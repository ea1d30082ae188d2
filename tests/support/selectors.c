/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of selectors share.
 */
#include "support/selectors.h"

#include "support/expect.h"

void selector_world_init(struct selector_world *world, const struct calpol_allocator *allocator)
{
    cp_arena_init(&world->arena, allocator);
    cp_intern_init(&world->names, &world->arena);
}

void selector_world_finish(struct selector_world *world)
{
    cp_arena_finish(&world->arena);
}

const struct cp_selector *parse_selector(struct selector_world *world, const char *text)
{
    const struct cp_selector *selector = NULL;
    struct cp_selector_problem problem = {CP_SELECTOR_OK, 0};
    int status;

    if (!text)
        return NULL;
    status =
        cp_selector_parse(cp_text_from(text), &world->arena, &world->names, &selector, &problem);
    ck_assert_msg(status == CALPOL_OK, "%s: %s at %zu", text, cp_selector_error_name(problem.error),
                  problem.offset);
    return selector;
}

struct cp_text print_selector(struct selector_world *world, const struct cp_selector *selector)
{
    struct cp_buffer buffer;

    if (!selector)
        return CP_TEXT("(none)");
    cp_buffer_init(&buffer, &world->arena);
    ck_assert_int_eq(cp_selector_print(selector, &world->names, &world->arena, &buffer), CALPOL_OK);
    ck_assert_ptr_nonnull(cp_buffer_string(&buffer));
    return cp_buffer_text(&buffer);
}

static uint32_t intern(struct selector_world *world, struct cp_text text)
{
    uint32_t id = CP_INTERN_NONE;

    ck_assert(cp_intern_add(&world->names, text, &id));
    return id;
}

void add_label(struct selector_world *world,
               struct label_set *set,
               struct cp_text key,
               struct cp_text value)
{
    uint32_t key_id = intern(world, key), at = set->labels.count;

    set->labels.items = set->items;
    if (cp_labels_find(&set->labels, key_id))
        return;
    ck_assert_uint_lt(at, COUNT_OF(set->items));
    for (; at > 0 && set->items[at - 1].key > key_id; at--)
        set->items[at] = set->items[at - 1];
    /* Values are left as they are: a value that no selector names has no number. */
    set->items[at] = (struct cp_label){key_id, cp_intern_find(&world->names, value), value};
    set->labels.count++;
}

void add_labels(struct selector_world *world, struct label_set *set, const struct cp_node *labels)
{
    for (uint32_t i = 0; i < labels->length; i++) {
        const struct cp_member *label = &labels->members[i];

        add_label(world, set, cp_node_text(&label->key), cp_node_text(&label->value));
    }
}

bool selector_matches(struct selector_world *world,
                      const struct cp_selector *selector,
                      const struct cp_labels *labels)
{
    struct cp_program program;

    ck_assert_int_eq(cp_program_make(selector, &world->arena, &world->arena, &program), CALPOL_OK);
    return cp_program_matches(&program, &world->names, labels);
}

/* By hand and slowly: cp_labels_find and the order of labels are not relied upon. */
static const struct cp_text *find_value(const struct cp_labels *labels, uint32_t key)
{
    for (uint32_t i = 0; i < labels->count; i++) {
        if (labels->items[i].key == key)
            return &labels->items[i].text;
    }
    return NULL;
}

static bool is_member(const struct selector_world *world,
                      const struct cp_selector *selector,
                      struct cp_text value)
{
    for (uint32_t i = 0; i < selector->count; i++) {
        if (cp_text_equal(cp_intern_text(&world->names, selector->values[i]), value))
            return true;
    }
    return false;
}

static bool is_part(struct cp_text part, struct cp_text whole)
{
    for (size_t i = 0; i + part.length <= whole.length; i++) {
        if (cp_text_equal(cp_text_first(cp_text_from_byte(whole, i), part.length), part))
            return true;
    }
    return false;
}

static bool part_matches(enum cp_selector_type type, struct cp_text part, struct cp_text value)
{
    if (type == CP_SELECTOR_CONTAINS)
        return is_part(part, value);
    if (type == CP_SELECTOR_STARTS_WITH)
        return cp_text_equal(cp_text_first(value, part.length), part);
    ck_assert_int_eq(type, CP_SELECTOR_ENDS_WITH);
    return value.length >= part.length &&
           cp_text_equal(cp_text_from_byte(value, value.length - part.length), part);
}

/* value is NULL where the label is absent. */
static bool leaf_matches(const struct selector_world *world,
                         const struct cp_selector *selector,
                         const struct cp_text *value)
{
    enum cp_selector_type type = selector->type;

    if (type == CP_SELECTOR_ALL || type == CP_SELECTOR_GLOBAL)
        return true;
    if (type == CP_SELECTOR_HAS)
        return value;
    if (type == CP_SELECTOR_EQUAL || type == CP_SELECTOR_IN)
        return value && is_member(world, selector, *value);
    if (type == CP_SELECTOR_NOT_EQUAL || type == CP_SELECTOR_NOT_IN)
        return !value || !is_member(world, selector, *value);
    return value && part_matches(type, cp_intern_text(&world->names, selector->values[0]), *value);
}

bool tree_matches(const struct selector_world *world,
                  const struct cp_selector *selector,
                  const struct cp_labels *labels)
{
    bool is_or = selector->type == CP_SELECTOR_OR;

    if (cp_selector_is_leaf(selector))
        return leaf_matches(world, selector, find_value(labels, selector->key));
    if (selector->type == CP_SELECTOR_NOT)
        return !tree_matches(world, selector->children[0], labels);
    for (uint32_t i = 0; i < selector->count; i++) {
        if (tree_matches(world, selector->children[i], labels) == is_or)
            return is_or;
    }
    return !is_or;
}

static uint32_t draw(uint64_t *seed, uint32_t bound)
{
    return (uint32_t)(next_random(seed) >> 32) % bound;
}

static const char *const keys[] = {"a", "b", "in"};
static const char *const values[] = {"", "x", "xy", "yx", "it's"};
/* Values of labels only; NULL is an absent label. */
static const char *const label_values[] = {NULL, "", "x", "xy", "yx", "xyx"};

static uint32_t draw_text(struct selector_world *world,
                          uint64_t *seed,
                          const char *const *texts,
                          uint32_t count)
{
    return intern(world, cp_text_from(texts[draw(seed, count)]));
}

static const struct cp_selector *random_leaf(struct selector_world *world, uint64_t *seed)
{
    enum cp_selector_type type = (enum cp_selector_type)draw(seed, CP_SELECTOR_NOT);
    uint32_t key = draw_text(world, seed, keys, COUNT_OF(keys));
    uint32_t drawn[4], count = draw(seed, COUNT_OF(drawn) + 1);

    for (uint32_t i = 0; i < COUNT_OF(drawn); i++)
        drawn[i] = draw_text(world, seed, values, COUNT_OF(values));
    if (type == CP_SELECTOR_IN || type == CP_SELECTOR_NOT_IN)
        return cp_selector_set(&world->arena, &world->names, type, key, drawn, count);
    return cp_selector_leaf(&world->arena, type, key, drawn[0]);
}

const struct cp_selector *random_selector(struct selector_world *world,
                                          uint64_t *seed,
                                          unsigned depth)
{
    const struct cp_selector *children[4], *made;
    enum cp_selector_type type =
        (enum cp_selector_type)(CP_SELECTOR_NOT + draw(seed, CP_SELECTOR_OR - CP_SELECTOR_NOT + 1));
    uint32_t count = type == CP_SELECTOR_NOT ? 1 : 2 + draw(seed, COUNT_OF(children) - 1);

    if (depth <= 1 || draw(seed, 4) == 0) {
        made = random_leaf(world, seed);
    } else {
        for (uint32_t i = 0; i < count; i++)
            children[i] = random_selector(world, seed, depth - 1);
        made = cp_selector_join(&world->arena, type, children, count);
    }
    ck_assert_ptr_nonnull(made);
    return made;
}

void enumerate_label_set(struct selector_world *world, uint32_t number, struct label_set *out_set)
{
    const uint32_t base = COUNT_OF(label_values);

    ck_assert_uint_lt(number, ENUMERATED_LABEL_SETS);
    *out_set = (struct label_set){.labels.count = 0};
    for (size_t i = 0; i < COUNT_OF(keys); i++, number /= base) {
        const char *value = label_values[number % base];

        if (value)
            add_label(world, out_set, cp_text_from(keys[i]), cp_text_from(value));
    }
    ck_assert_uint_eq(number, 0);
}
