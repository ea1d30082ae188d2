/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Selector fields: length, global(), blanks, syntax, in this order; the first problem is reported.
 */
#include "resource/selector_field.h"

#include "base/utf8.h"
#include "resource/values.h"
#include "selector/combine.h"

#define LONGEST_SELECTOR 1024u
#define GLOBAL_CALL CP_TEXT("global(")

enum global_rule { GLOBAL_FORBIDDEN, GLOBAL_ALONE, GLOBAL_ALLOWED };

struct place_rules {
    bool limited;
    enum global_rule global;
    bool vanishes; /* in lenient loading a bad one is left out, not the whole policy */
};

static const struct place_rules places[] = {
    [CP_SELECTOR_OF_POLICY] = {true, GLOBAL_FORBIDDEN, false},
    [CP_SELECTOR_BESIDE_POLICY] = {true, GLOBAL_FORBIDDEN, true},
    [CP_SELECTOR_OF_ENTITY] = {true, GLOBAL_FORBIDDEN, false},
    [CP_SELECTOR_NOT_OF_ENTITY] = {true, GLOBAL_ALLOWED, false},
    [CP_SELECTOR_OF_NAMESPACES] = {true, GLOBAL_ALONE, false},
    [CP_SELECTOR_OF_ACCOUNTS] = {false, GLOBAL_ALLOWED, false},
};

/* Each check returns true if it found and reported something. */

static bool is_too_long(struct cp_resource_reader *reader,
                        const struct cp_field *field,
                        struct cp_text text)
{
    size_t characters;

    if (text.length <= LONGEST_SELECTOR)
        return false;
    characters = cp_utf8_count(text);
    if (characters <= LONGEST_SELECTOR)
        return false;
    cp_report(&reader->base, field, CP_CODE_SELECTOR_TOO_LONG,
              "a selector of %U characters, at most %u are allowed", (uint64_t)characters,
              LONGEST_SELECTOR);
    return true;
}

static bool has_bad_global(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_text text,
                           enum global_rule rule)
{
    size_t offset = cp_text_find(text, GLOBAL_CALL);

    if (rule == GLOBAL_ALLOWED || offset == SIZE_MAX)
        return false;
    if (rule == GLOBAL_ALONE && cp_selector_text_is_global(text))
        return false;
    cp_report_inside(&reader->base, field, offset, CP_CODE_SELECTOR_GLOBAL, "%s in %q",
                     rule == GLOBAL_ALONE
                         ? "global() must be the whole selector, it cannot be a part"
                         : "global() is not allowed here",
                     text);
    return true;
}

static bool is_blank(struct cp_resource_reader *reader,
                     const struct cp_field *field,
                     struct cp_text text)
{
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] != ' ' && text.data[i] != '\t')
            return false;
    }
    cp_report(
        &reader->base, field, CP_CODE_SELECTOR_BLANK,
        "a selector of blanks only, which Calico reads as all(): leave the field out, or write "
        "all()");
    return true;
}

/* selectors.md 4.6 */
static const char *lenient_consequence(const struct cp_resource_reader *reader,
                                       const struct cp_field *field,
                                       const struct place_rules *rules)
{
    if (!reader->base.lenient)
        return "";
    if (!rules->vanishes)
        return "; Calico would leave the whole resource out, and nothing of it is in force";
    return cp_text_is(field->name, "namespaceSelector")
               ? "; Calico would read this namespaceSelector as empty: the policy selects "
                 "endpoints "
                 "whatever their namespace"
               : "; Calico would read this serviceAccountSelector as empty: the policy selects "
                 "endpoints whatever their service account";
}

/* A YAML block text ends in a line break, which is no blank to Calico (resources.md 2.2). */
static const char *line_break_advice(struct cp_text text)
{
    return text.length && text.data[text.length - 1] == '\n'
               ? "; the text ends in a line break, write >- or |- or one line"
               : "";
}

static void report_syntax(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          const struct place_rules *rules,
                          struct cp_text text,
                          const struct cp_selector_problem *problem)
{
    size_t character = cp_utf8_count(cp_text_first(text, problem->offset)) + 1;

    cp_report_inside(&reader->base, field, problem->offset, CP_CODE_SELECTOR_SYNTAX,
                     "%s at character %U of %q%s%s", cp_selector_error_text(problem->error),
                     (uint64_t)character, text, line_break_advice(text),
                     lenient_consequence(reader, field, rules));
}

static void parse(struct cp_resource_reader *reader,
                  const struct cp_field *field,
                  const struct place_rules *rules,
                  struct cp_selector_field *selector)
{
    struct cp_selector_problem problem;

    switch (cp_selector_parse(selector->text, reader->base.arena, reader->names, &selector->tree,
                              &problem)) {
    case CALPOL_OK:
        break;
    case CALPOL_ERROR_NO_MEMORY:
        cp_resource_no_memory(reader);
        break;
    default:
        report_syntax(reader, field, rules, selector->text, &problem);
        /* What vanishes still has all() of the policy's own selector replaced (selectors.md 4.3).
         */
        if (rules->vanishes)
            selector->tree = &cp_selector_unparsed;
        else
            reader->left_out = true;
        break;
    }
}

void cp_read_selector(struct cp_resource_reader *reader,
                      const struct cp_field *field,
                      enum cp_selector_place place,
                      struct cp_selector_field *out_selector)
{
    const struct place_rules *rules = &places[place];
    struct cp_selector_field selector = {0};
    bool is_reported;

    if (!cp_read_text(&reader->base, field, &selector.text))
        return;
    selector.given = selector.text.length != 0;
    if (selector.given && !reader->deletion) {
        is_reported = (rules->limited && is_too_long(reader, field, selector.text)) ||
                      has_bad_global(reader, field, selector.text, rules->global) ||
                      is_blank(reader, field, selector.text);
        if (!is_reported || reader->base.lenient)
            parse(reader, field, rules, &selector);
    }
    *out_selector = selector;
}
