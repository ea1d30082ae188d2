/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hints about selectors.
 */
#include "render/selector_hints.h"

#include "render/census.h"
#include "render/describe.h"

/* Labels shown of one owner. */
#define MOST_LABELS 5u

static struct cp_text key_text(const struct cp_world *world, uint32_t key)
{
    return cp_intern_text(&world->ruleset->names, key);
}

/* "namespace label " and the like. */
static const char *label_of(enum cp_label_holder holder)
{
    switch (holder) {
    case CP_HOLDER_NAMESPACE:
        return "namespace label ";
    case CP_HOLDER_SERVICE_ACCOUNT:
        return "service account label ";
    case CP_HOLDER_ENDPOINT:
        break;
    }
    return "label ";
}

/* ---- Labels at hand -------------------------------------------------------------------------- */

/* Does a term hold for the labels? */
static bool term_holds(const struct cp_world *world,
                       const struct cp_term *term,
                       const struct cp_label_set *labels)
{
    struct cp_term alone = *term;
    const struct cp_program program = {&alone, 1, 0};

    alone.on_yes = CP_TERM_YES;
    alone.on_no = CP_TERM_NO;
    return cp_program_matches(&program, &world->ruleset->names, &labels->labels);
}

/* Is it a term's fault that the selector does not hold: does its answer lead to no, or would the
   other one have led to yes? */
static bool is_at_fault(const struct cp_world *world,
                        const struct cp_term *term,
                        const struct cp_label_set *labels)
{
    bool holds = term_holds(world, term, labels);
    uint32_t taken = holds ? term->on_yes : term->on_no;
    uint32_t other = holds ? term->on_no : term->on_yes;

    return taken == CP_TERM_NO || other == CP_TERM_YES;
}

/* Was the key of a term shown already? */
static bool is_shown(const struct cp_program *program,
                     const uint32_t *shown,
                     uint32_t count,
                     uint32_t term)
{
    for (uint32_t i = 0; i < count; i++) {
        if (program->terms[shown[i]].key == program->terms[term].key)
            return true;
    }
    return false;
}

static void print_label(const struct cp_world *world,
                        uint32_t key,
                        const struct cp_label_set *labels,
                        struct cp_buffer *buffer)
{
    const struct cp_label *label = cp_labels_find(&labels->labels, key);
    struct cp_label_name name = cp_label_name_of(key_text(world, key));

    if (key == world->ruleset->key_namespace && label)
        cp_buffer_format(buffer, "is in namespace %t", label->text);
    else if (key == world->ruleset->key_namespace)
        cp_buffer_add_string(buffer, "is in no namespace");
    else if (key == world->ruleset->key_orchestrator && !label)
        cp_buffer_add_string(buffer, "is no pod");
    else if (key == world->ruleset->key_service_account && label)
        cp_buffer_format(buffer, "has service account %t", label->text);
    else if (label)
        cp_buffer_format(buffer, "has %s%t=%t", label_of(name.holder), name.name, label->text);
    else
        cp_buffer_format(buffer, "has no %s%t", label_of(name.holder), name.name);
}

void cp_print_relevant_labels(const struct cp_world *world,
                              uint32_t selector,
                              const struct cp_label_set *labels,
                              struct cp_buffer *buffer)
{
    const struct cp_program *program = &world->ruleset->selectors[selector].program;
    bool matches = cp_label_set_matches(labels, selector);
    uint32_t shown[MOST_LABELS], count = 0;

    for (uint32_t i = 0; i < program->term_count && count < MOST_LABELS; i++) {
        if (!matches && !is_at_fault(world, &program->terms[i], labels))
            continue;
        if (is_shown(program, shown, count, i))
            continue;
        cp_buffer_add_string(buffer, count ? " and " : " ");
        print_label(world, program->terms[i].key, labels, buffer);
        shown[count++] = i;
    }
    if (!count)
        cp_buffer_add_string(buffer, matches ? " fits" : " does not fit");
}

/* ---- Labels that nobody has ------------------------------------------------------------------ */

bool cp_selector_matches_some(const struct cp_world *world, uint32_t selector)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    uint32_t own = cp_ruleset_owner_count(ruleset);

    for (uint32_t i = 0; i < ruleset->label_set_count; i++) {
        if (cp_label_set_matches(&ruleset->label_sets[i], selector))
            return true;
    }
    for (uint32_t i = 0; i < world->overlays.count; i++) {
        if (cp_label_set_matches(world->overlays.items[i].labels, selector))
            return true;
    }
    for (uint32_t i = own; i < cp_world_owner_count(world); i++) {
        if (cp_label_set_matches(cp_world_labels(world, i), selector))
            return true;
    }
    return false;
}

/* "no namespace has ", "no endpoint or network set has ". */
static void print_nobody(enum cp_label_holder holder, struct cp_buffer *buffer)
{
    static const char *const holders[] = {
        [CP_HOLDER_ENDPOINT] = "endpoint or network set",
        [CP_HOLDER_NAMESPACE] = "namespace",
        [CP_HOLDER_SERVICE_ACCOUNT] = "service account",
    };

    cp_buffer_format(buffer, "no %s has ", holders[holder]);
}

static void print_missing_key(struct cp_label_name wanted,
                              const struct cp_census *census,
                              struct cp_buffer *buffer)
{
    print_nobody(wanted.holder, buffer);
    cp_buffer_format(buffer, "label %t", wanted.name);
    if (wanted.holder == CP_HOLDER_ENDPOINT && cp_text_is(wanted.name, "projectcalico.org/name"))
        cp_buffer_add_string(buffer, ", which is one of namespaces and service accounts: write "
                                     "namespaceSelector, or projectcalico.org/namespace here");
    else if (wanted.holder == CP_HOLDER_ENDPOINT && census->namespace_has_key)
        cp_buffer_add_string(buffer, ", but namespaces have one: write namespaceSelector");
    else if (census->near_key.length)
        cp_buffer_format(buffer, ", near it: %t", census->near_key);
}

static void print_missing_value(struct cp_label_name wanted,
                                struct cp_text value,
                                const struct cp_census *census,
                                struct cp_buffer *buffer)
{
    print_nobody(wanted.holder, buffer);
    cp_buffer_format(buffer, "%t=%t", wanted.name, value);
    if (census->near_value.length)
        cp_buffer_format(buffer, ", near it: %t", census->near_value);
}

/* Namespaces have it, but there is nobody in them. */
static void print_empty_namespace(struct cp_label_name wanted,
                                  struct cp_text value,
                                  struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "no endpoint or network set is in a namespace with label %t",
                     wanted.name);
    if (value.length)
        cp_buffer_format(buffer, "=%t", value);
}

/* True: this term is what nobody meets. */
static bool print_missing_term(const struct cp_world *world,
                               const struct cp_term *term,
                               struct cp_buffer *buffer)
{
    bool is_equal =
        term->type == CP_SELECTOR_EQUAL || (term->type == CP_SELECTOR_IN && term->value_count == 1);
    struct cp_text key = key_text(world, term->key), value = CP_TEXT("");
    struct cp_label_name wanted = cp_label_name_of(key);
    struct cp_census census;

    /* Without it the selector does not hold; else its absence is no reason. */
    if (term->on_no != CP_TERM_NO)
        return false;
    if (is_equal)
        value = key_text(world, term->values[0]);
    census = cp_take_census(world, key, value);
    if (wanted.holder == CP_HOLDER_NAMESPACE &&
        (is_equal ? census.namespace_has_value && !census.has_value
                  : census.namespace_has_key && !census.has_key))
        print_empty_namespace(wanted, value, buffer);
    else if (!census.has_key && !(wanted.holder == CP_HOLDER_NAMESPACE && census.namespace_has_key))
        print_missing_key(wanted, &census, buffer);
    else if (is_equal && !census.has_value)
        print_missing_value(wanted, value, &census, buffer);
    else
        return false;
    return true;
}

void cp_print_missing_label(const struct cp_world *world,
                            uint32_t selector,
                            struct cp_buffer *buffer)
{
    const struct cp_program *program = &world->ruleset->selectors[selector].program;

    for (uint32_t i = 0; i < program->term_count; i++) {
        if (print_missing_term(world, &program->terms[i], buffer))
            return;
    }
}

static void hint_matches_nothing(const struct cp_world *world,
                                 uint32_t selector,
                                 struct cp_buffer *buffer)
{
    struct cp_buffer why;

    if (cp_selector_matches_some(world, selector))
        return;
    cp_buffer_init(&why, buffer->arena);
    cp_print_missing_label(world, selector, &why);
    cp_buffer_add_string(buffer, "; the selector matches 0 endpoints and network sets");
    if (why.length)
        cp_buffer_format(buffer, ": %t", cp_buffer_text(&why));
    buffer->failed = buffer->failed || why.failed;
}

/* ---- Another namespace ----------------------------------------------------------------------- */

/* The labels with another namespace, sorted by key. False: no memory. */
static bool move_labels(const struct cp_world *world,
                        const struct cp_labels *labels,
                        struct cp_text namespace_name,
                        struct cp_arena *arena,
                        struct cp_labels *out_labels)
{
    struct cp_label *items = CP_NEW_ARRAY(arena, struct cp_label, labels->count + 1);
    const struct cp_intern *names = &world->ruleset->names;
    struct cp_label own = {world->ruleset->key_namespace, cp_intern_find(names, namespace_name),
                           namespace_name};
    uint32_t count = 0;
    bool done = false;

    if (!items)
        return false;
    for (uint32_t i = 0; i < labels->count; i++) {
        if (!done && labels->items[i].key >= own.key) {
            items[count++] = own;
            done = true;
        }
        if (labels->items[i].key != own.key)
            items[count++] = labels->items[i];
    }
    if (!done)
        items[count++] = own;
    *out_labels = (struct cp_labels){items, count};
    return true;
}

/* EV-82: would an owner of the address match if it were in the policy's namespace? */
static void hint_namespace(const struct cp_spot *spot,
                           enum cp_end end,
                           uint32_t selector,
                           struct cp_buffer *buffer)
{
    const struct cp_world *world = spot->explained->world;
    const struct cp_program *program = &world->ruleset->selectors[selector].program;
    const struct cp_entity_words *words = cp_spot_entity(spot, end)->words;
    struct cp_owner_walk walk;

    if (!spot->policy->namespace_name.length || words->namespace_selector.length ||
        world->ruleset->key_namespace == CP_INTERN_NONE)
        return;
    for (bool more = cp_side_first(spot->view, &spot->view->sides[end], &walk); more;
         more = cp_side_next(&walk)) {
        const struct cp_owner *owner = cp_world_owner(world, walk.owner);
        struct cp_labels moved;

        if (!move_labels(world, &walk.labels->labels, spot->policy->namespace_name,
                         spot->explained->scratch, &moved)) {
            buffer->failed = true;
            return;
        }
        if (!cp_program_matches(program, &world->ruleset->names, &moved))
            continue;
        cp_buffer_format(buffer,
                         "; it would match, but a selector without namespaceSelector looks only "
                         "into the policy's own namespace %t",
                         spot->policy->namespace_name);
        if (!owner->namespace_name.length)
            cp_buffer_add_string(buffer, ", and for what is in no namespace write "
                                         "namespaceSelector: global()");
        return;
    }
}

void cp_print_selector_hints(const struct cp_spot *spot,
                             enum cp_end end,
                             uint32_t selector,
                             struct cp_buffer *buffer)
{
    hint_matches_nothing(spot->explained->world, selector, buffer);
    hint_namespace(spot, end, selector, buffer);
}
