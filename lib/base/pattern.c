/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms of names, matched by pcre2.
 *
 * The patterns never backtrack over more than a label: repetitions are possessive ("++", "*+"), and
 * what a name may not begin or end with is looked ahead and behind for. So time is linear in the
 * text, and neither stack nor heap grows with it. No UTF, no UCP: letters and digits are ASCII.
 *
 * pcre2 gives memory back without telling its size, so each block has it in front:
 *
 *   block: [ size | bytes ... ]
 */
#include "base/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Far more than the patterns need for any name. What exceeds them, such as a name of a million
   labels, does not match. */
#define MATCH_LIMIT 1000000u
#define DEPTH_LIMIT 1000u
#define HEAP_LIMIT_KIBIBYTES 1024u

#define LABEL "(?!-)[-a-z0-9]++(?<!-)"
#define SUBDOMAIN LABEL "(?:\\." LABEL ")*+"
#define QUALIFIED "(?![-_.])[-_.A-Za-z0-9]{1,63}+(?<![-_.])"
#define DOMAIN_LABEL "(?:\\*|(?!-)[-_A-Za-z0-9]{1,63}+(?<!-))"
#define CNP_LABEL "(?![-_])[-_A-Za-z0-9]++(?<![-_])"
#define HEX "[0-9A-Fa-f]"

static const char *const sources[CP_PATTERN_COUNT] = {
    [CP_PATTERN_DNS_LABEL] = LABEL "\\z",
    [CP_PATTERN_DNS_SUBDOMAIN] = SUBDOMAIN "\\z",
    [CP_PATTERN_QUALIFIED_NAME] = "(?:" SUBDOMAIN "/)?+" QUALIFIED "\\z",
    [CP_PATTERN_LABEL_VALUE] = "(?:" QUALIFIED ")?+\\z",
    [CP_PATTERN_PORT_NAME] = "(?=[-0-9]*+[a-z])(?!-)(?:[a-z0-9]|-(?!-)){1,15}+(?<!-)\\z",
    [CP_PATTERN_INTERFACE_NAME] = "(?:\\*|[-_.A-Za-z0-9]{1,15}+)\\z",
    [CP_PATTERN_CONTAINER_ID] = "(?!-)[-A-Za-z0-9]++(?<!-)\\z",
    [CP_PATTERN_MAC] = "(?:" HEX "{2}([-:])(?:" HEX "{2}\\1){4}" HEX "{2}"
                       "|(?:" HEX "{4}\\.){2}" HEX "{4})\\z",
    [CP_PATTERN_POLICY_NAME] = LABEL "(?:\\." LABEL ")?+\\z",
    /* The final dot does not count as one of the 253; one star at most, and not alone. */
    [CP_PATTERN_DOMAIN] =
        "(?=[-_.*A-Za-z0-9]{1,253}\\.?\\z)"
        "(?![^*]*+\\*[^*]*+\\*)(?!\\*\\.?\\z)" DOMAIN_LABEL "(?:\\." DOMAIN_LABEL ")*+\\.?\\z",
    [CP_PATTERN_CNP_DOMAIN] = "(?:\\*\\.)?+" CNP_LABEL "(?:\\." CNP_LABEL ")++\\.?\\z",
};

struct cp_patterns {
    struct calpol_allocator allocator;
    bool failed;
    pcre2_general_context *general;
    pcre2_compile_context *compile;
    pcre2_match_context *match;
    pcre2_match_data *data;
    pcre2_code *codes[CP_PATTERN_COUNT];
};

struct block {
    size_t size; /* of the whole block */
    _Alignas(max_align_t) unsigned char bytes[];
};

static void *allocate_block(PCRE2_SIZE size, void *context)
{
    struct block *block;

    if (size > SIZE_MAX - sizeof(*block))
        return NULL;
    block = cp_allocate(context, sizeof(*block) + size);
    if (!block)
        return NULL;
    block->size = sizeof(*block) + size;
    return block->bytes;
}

static void release_block(void *bytes, void *context)
{
    struct block *block;

    if (!bytes)
        return;
    block = (struct block *)((unsigned char *)bytes - offsetof(struct block, bytes));
    cp_release(context, block, block->size);
}

static bool make_contexts(struct cp_patterns *patterns)
{
    patterns->general =
        pcre2_general_context_create(allocate_block, release_block, &patterns->allocator);
    if (!patterns->general)
        return false;
    patterns->compile = pcre2_compile_context_create(patterns->general);
    patterns->match = pcre2_match_context_create(patterns->general);
    patterns->data = pcre2_match_data_create(2, patterns->general);
    if (!patterns->compile || !patterns->match || !patterns->data)
        return false;
    (void)pcre2_set_match_limit(patterns->match, MATCH_LIMIT);
    (void)pcre2_set_depth_limit(patterns->match, DEPTH_LIMIT);
    (void)pcre2_set_heap_limit(patterns->match, HEAP_LIMIT_KIBIBYTES);
    return true;
}

static bool compile_all(struct cp_patterns *patterns)
{
    const uint32_t options = PCRE2_ANCHORED | PCRE2_NEVER_UTF | PCRE2_NEVER_UCP;

    for (int i = 0; i < CP_PATTERN_COUNT; i++) {
        PCRE2_SIZE offset;
        int error;

        patterns->codes[i] = pcre2_compile((PCRE2_SPTR)sources[i], PCRE2_ZERO_TERMINATED, options,
                                           &error, &offset, patterns->compile);
        if (!patterns->codes[i])
            return false;
    }
    return true;
}

struct cp_patterns *cp_patterns_new(const struct calpol_allocator *allocator)
{
    struct calpol_allocator hook = cp_allocator_or_default(allocator);
    struct cp_patterns *patterns = cp_allocate(&hook, sizeof(*patterns));

    if (!patterns)
        return NULL;
    *patterns = (struct cp_patterns){.allocator = hook};
    if (!make_contexts(patterns) || !compile_all(patterns)) {
        cp_patterns_free(patterns);
        return NULL;
    }
    return patterns;
}

void cp_patterns_free(struct cp_patterns *patterns)
{
    struct calpol_allocator hook;

    if (!patterns)
        return;
    for (int i = 0; i < CP_PATTERN_COUNT; i++)
        pcre2_code_free(patterns->codes[i]);
    pcre2_match_data_free(patterns->data);
    pcre2_match_context_free(patterns->match);
    pcre2_compile_context_free(patterns->compile);
    pcre2_general_context_free(patterns->general);
    hook = patterns->allocator;
    cp_release(&hook, patterns, sizeof(*patterns));
}

/* Nearly all names are short words of lower-case letters, digits and dashes, the latter not at the
   ends. These forms take every such word. */
#define TAKE_WORDS                                                                                 \
    (1u << CP_PATTERN_DNS_LABEL | 1u << CP_PATTERN_DNS_SUBDOMAIN |                                 \
     1u << CP_PATTERN_QUALIFIED_NAME | 1u << CP_PATTERN_LABEL_VALUE |                              \
     1u << CP_PATTERN_POLICY_NAME)
#define LONGEST_WORD 63u

static bool is_letter_or_digit(char byte)
{
    return (byte >= 'a' && byte <= 'z') || cp_is_digit(byte);
}

static bool is_word(struct cp_text text)
{
    if (!text.length || text.length > LONGEST_WORD || text.data[0] == '-' ||
        text.data[text.length - 1] == '-')
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (!is_letter_or_digit(text.data[i]) && text.data[i] != '-')
            return false;
    }
    return true;
}

bool cp_patterns_match(struct cp_patterns *patterns, enum cp_pattern pattern, struct cp_text text)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.length ? text.data : "");
    int count;

    if ((TAKE_WORDS >> pattern & 1) && is_word(text))
        return true;
    count = pcre2_match(patterns->codes[pattern], subject, text.length, 0, 0, patterns->data,
                        patterns->match);
    if (count == PCRE2_ERROR_NOMEMORY)
        patterns->failed = true;
    return count >= 0;
}

bool cp_patterns_failed(const struct cp_patterns *patterns)
{
    return patterns->failed;
}
