/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Combining selectors (selectors.md 4.3, 4.4, 4.7).
 *
 * Calico pastes texts: "(A) && B", parsed once more in the end. Here the parts are joined as trees,
 * which comes to the same, and only what Calico changes as text is text for a moment: parts that
 * get a prefix are printed, all() and global() are replaced in the text, even inside quotes, and
 * the result is parsed. Doubled negations collapse on that way, as they do in Calico.
 */
#include "selector/combine.h"

#define NAMESPACE "projectcalico.org/namespace"
#define SERVICE_ACCOUNT "projectcalico.org/serviceaccount"
#define HAS_NAMESPACE "has(" NAMESPACE ")"
#define HAS_SERVICE_ACCOUNT "has(" SERVICE_ACCOUNT ")"

const struct cp_selector cp_selector_unparsed = {.type = CP_SELECTOR_ALL};

/* How a part is changed on its way into the whole. */
struct rewrite {
    const char *prefix; /* before all keys */
    const char *all;    /* in place of all(); NULL: it stays */
    const char *global; /* in place of global(); NULL: it stays */
};

static const struct rewrite entity_namespace = {"pcns.", HAS_NAMESPACE, "!" HAS_NAMESPACE};
static const struct rewrite policy_namespace = {"pcns.", HAS_NAMESPACE, NULL};
static const struct rewrite global_policy_account = {"pcsa.", HAS_SERVICE_ACCOUNT, NULL};
static const struct rewrite plain_account = {"pcsa.", NULL, NULL};
static const struct rewrite normal_form = {"", NULL, NULL};

/* text with each occurrence of word replaced; {NULL, 0} if there is no memory. */
static struct cp_text replace(struct cp_arena *arena,
                              struct cp_text text,
                              struct cp_text word,
                              const char *replacement)
{
    struct cp_buffer buffer;
    size_t found = replacement ? cp_text_find(text, word) : SIZE_MAX;

    if (found == SIZE_MAX)
        return text;
    cp_buffer_init(&buffer, arena);
    while (found != SIZE_MAX) {
        cp_buffer_add(&buffer, cp_text_first(text, found));
        cp_buffer_add_string(&buffer, replacement);
        text = cp_text_from_byte(text, found + word.length);
        found = cp_text_find(text, word);
    }
    cp_buffer_add(&buffer, text);
    return cp_buffer_text(&buffer);
}

static int parse(const struct cp_selector_builder *builder,
                 struct cp_text text,
                 const struct cp_selector **out_selector)
{
    struct cp_selector_problem problem;

    if (!text.data)
        return CALPOL_ERROR_NO_MEMORY;
    return cp_selector_parse(text, builder->arena, builder->names, out_selector, &problem);
}

/* Prints, replaces and parses a part; NULL where there is none. */
static int rewrite_part(const struct cp_selector_builder *builder,
                        const struct rewrite *rewrite,
                        const struct cp_selector *part,
                        const struct cp_selector **out_part)
{
    struct cp_buffer buffer;
    struct cp_text text;
    int status;

    *out_part = NULL;
    if (!part || part == &cp_selector_unparsed)
        return CALPOL_OK;
    cp_buffer_init(&buffer, builder->arena);
    status = cp_selector_print_prefixed(part, builder->names, cp_text_from(rewrite->prefix),
                                        builder->arena, &buffer);
    if (status != CALPOL_OK)
        return status;
    text = cp_buffer_text(&buffer);
    text = replace(builder->arena, text, CP_TEXT("all()"), rewrite->all);
    text = replace(builder->arena, text, CP_TEXT("global()"), rewrite->global);
    return parse(builder, text, out_part);
}

/* "(first) && (second)"; a part that is NULL is left out. The parts stay groups of their own. */
static int join(const struct cp_selector_builder *builder,
                const struct cp_selector *first,
                const struct cp_selector *second,
                const struct cp_selector **out_joined)
{
    const struct cp_selector *const parts[] = {first, second};

    if (!first || !second) {
        *out_joined = first ? first : second;
        return CALPOL_OK;
    }
    /* "( ) && ..." does not parse (4.6). */
    if (first == &cp_selector_blank || second == &cp_selector_blank)
        return CALPOL_ERROR_INVALID_INPUT;
    *out_joined = cp_selector_join(builder->arena, CP_SELECTOR_AND, parts, 2);
    return *out_joined ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* Joins a rewritten part to what is there. */
static int join_rewritten(const struct cp_selector_builder *builder,
                          const struct rewrite *rewrite,
                          const struct cp_selector *part,
                          const struct cp_selector **selector)
{
    const struct cp_selector *rewritten;
    int status = rewrite_part(builder, rewrite, part, &rewritten);

    return status == CALPOL_OK ? join(builder, *selector, rewritten, selector) : status;
}

/* projectcalico.org/namespace == "name" */
static int make_namespace_term(const struct cp_selector_builder *builder,
                               struct cp_text name,
                               const struct cp_selector **out_term)
{
    uint32_t key, value;

    if (!cp_intern_add(builder->names, CP_TEXT(NAMESPACE), &key) ||
        !cp_intern_add(builder->names, name, &value))
        return CALPOL_ERROR_NO_MEMORY;
    *out_term = cp_selector_leaf(builder->arena, CP_SELECTOR_EQUAL, key, value);
    return *out_term ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

int cp_combine_network_policy(const struct cp_selector_builder *builder,
                              const struct cp_selector *selector,
                              struct cp_text namespace_name,
                              const struct cp_selector *service_account_selector,
                              const struct cp_selector **out_selector)
{
    const struct cp_selector *combined;
    int status = make_namespace_term(builder, namespace_name, &combined);

    if (status == CALPOL_OK)
        status = join(builder, selector, combined, &combined);
    if (status == CALPOL_OK)
        status = join_rewritten(builder, &plain_account, service_account_selector, &combined);
    if (status == CALPOL_OK)
        *out_selector = combined;
    return status;
}

/* The policy's own selector: of it the raw text is changed, so that "all( )" stays. */
static int replace_in_own(const struct cp_selector_builder *builder,
                          struct cp_text text,
                          const char *all,
                          const struct cp_selector **selector)
{
    struct cp_text replaced = replace(builder->arena, text, CP_TEXT("all()"), all);

    if (!*selector || replaced.data == text.data)
        return CALPOL_OK;
    return parse(builder, replaced, selector);
}

int cp_combine_global_policy(const struct cp_selector_builder *builder,
                             const struct cp_selector *selector,
                             struct cp_text selector_text,
                             const struct cp_selector *namespace_selector,
                             const struct cp_selector *service_account_selector,
                             const struct cp_selector **out_selector)
{
    const struct cp_selector *combined = selector;
    const char *all = NULL;
    int status;

    /* The first part that is added replaces each all(), so that none is left for the second. */
    if (namespace_selector)
        all = HAS_NAMESPACE;
    else if (service_account_selector)
        all = HAS_SERVICE_ACCOUNT;
    status = replace_in_own(builder, selector_text, all, &combined);
    if (status == CALPOL_OK)
        status = join_rewritten(builder, &policy_namespace, namespace_selector, &combined);
    if (status == CALPOL_OK)
        status =
            join_rewritten(builder, &global_policy_account, service_account_selector, &combined);
    if (status == CALPOL_OK)
        *out_selector = combined;
    return status;
}

/*
 * projectcalico.org/serviceaccount in {'name', ...}, pasted as Calico does it, so that quotes in a
 * name have the same consequences; NULL if the result does not parse.
 */
static int make_account_names_term(const struct cp_selector_builder *builder,
                                   const struct cp_entity_selectors *selectors,
                                   const struct cp_selector **out_term)
{
    struct cp_buffer buffer;
    int status;

    cp_buffer_init(&buffer, builder->arena);
    cp_buffer_add_string(&buffer, SERVICE_ACCOUNT " in {");
    for (uint32_t i = 0; i < selectors->service_account_name_count; i++)
        cp_buffer_format(&buffer, "%s'%t'", i ? ", " : "", selectors->service_account_names[i]);
    cp_buffer_add_byte(&buffer, '}');
    status = parse(builder, cp_buffer_text(&buffer), out_term);
    if (status == CALPOL_OK)
        return rewrite_part(builder, &normal_form, *out_term, out_term);
    *out_term = NULL;
    return status == CALPOL_ERROR_INVALID_INPUT ? CALPOL_OK : status;
}

/* The service account part; NULL if there is none. Names that do not parse take the selector with
   them (4.4). */
static int make_account_part(const struct cp_selector_builder *builder,
                             const struct cp_entity_selectors *selectors,
                             const struct cp_selector **out_part)
{
    const struct cp_selector *by_label, *by_name = NULL;
    int status = CALPOL_OK;

    if (selectors->service_account_name_count) {
        status = make_account_names_term(builder, selectors, &by_name);
        if (status != CALPOL_OK || !by_name) {
            *out_part = NULL;
            return status;
        }
    }
    status = rewrite_part(builder, &plain_account, selectors->service_account_selector, &by_label);
    return status == CALPOL_OK ? join(builder, by_label, by_name, out_part) : status;
}

/* The namespace part; NULL if there is none. */
static int make_namespace_part(const struct cp_selector_builder *builder,
                               const struct cp_selector *namespace_selector,
                               struct cp_text namespace_name,
                               const struct cp_selector **out_part)
{
    if (!namespace_selector && namespace_name.length)
        return make_namespace_term(builder, namespace_name, out_part);
    return rewrite_part(builder, &entity_namespace, namespace_selector, out_part);
}

static int make_positive(const struct cp_selector_builder *builder,
                         const struct cp_entity_selectors *selectors,
                         struct cp_text namespace_name,
                         const struct cp_selector **out_positive)
{
    const struct cp_selector *inner;
    int status = make_account_part(builder, selectors, &inner);

    if (status == CALPOL_OK)
        status = join(builder, inner, selectors->selector, &inner);
    /* A rule that asks for nothing else is not confined to its namespace either. */
    if (status == CALPOL_OK && (inner || selectors->not_selector || selectors->namespace_selector))
        status = make_namespace_part(builder, selectors->namespace_selector, namespace_name,
                                     out_positive);
    else
        *out_positive = NULL;
    return status == CALPOL_OK ? join(builder, *out_positive, inner, out_positive) : status;
}

/* "(positive) && (!(negative))" */
static int fold(const struct cp_selector_builder *builder,
                const struct cp_selector *negative,
                const struct cp_selector **positive)
{
    const struct cp_selector *negation;

    if (negative == &cp_selector_blank)
        return CALPOL_ERROR_INVALID_INPUT;
    negation = cp_selector_join(builder->arena, CP_SELECTOR_NOT, &negative, 1);
    return negation ? join(builder, *positive, negation, positive) : CALPOL_ERROR_NO_MEMORY;
}

int cp_combine_entity(const struct cp_selector_builder *builder,
                      const struct cp_entity_selectors *selectors,
                      struct cp_text namespace_name,
                      const struct cp_selector **out_positive,
                      const struct cp_selector **out_negative)
{
    const struct cp_selector *positive, *negative = selectors->not_selector;
    int status = make_positive(builder, selectors, namespace_name, &positive);

    if (status == CALPOL_OK && positive && negative) {
        status = fold(builder, negative, &positive);
        negative = NULL;
    }
    if (status == CALPOL_OK) {
        *out_positive = positive;
        *out_negative = negative;
    }
    return status;
}
