/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The limits: nesting, nodes, bytes, aliases.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"

/* Text of a test: pieces, repeated. */
struct draft {
    struct cp_arena arena;
    struct cp_buffer buffer;
};

static void begin(struct draft *draft)
{
    cp_arena_init(&draft->arena, NULL);
    cp_buffer_init(&draft->buffer, &draft->arena);
}

static void repeat(struct draft *draft, const char *piece, uint32_t count)
{
    while (count--)
        cp_buffer_add_string(&draft->buffer, piece);
}

/* Reads the text with limits; true if its first document is good. If it failed, it did so by limit
   and is reported. */
static bool is_good(struct draft *draft, const struct cp_yaml_limits *limits, enum cp_limit limit)
{
    struct parsed parsed;
    const struct cp_document *document;
    bool failed;

    parse_limited(&parsed, cp_buffer_text(&draft->buffer), limits);
    ck_assert_uint_ge(parsed.documents.items.count, 1);
    document = &parsed.documents.items.items[0];
    failed = document->failed;
    ck_assert_uint_eq(document->limit, failed ? limit : CP_LIMIT_NONE);
    ck_assert_uint_eq(parsed.diagnostics.items.count, failed ? 1 : 0);
    if (failed) {
        ck_assert_uint_eq(parsed.diagnostics.items.items[0].code, CP_CODE_YAML_LIMIT);
        ck_assert_str_eq(parsed.diagnostics.items.items[0].path, "");
        ck_assert_uint_eq(document->root.type, CP_NODE_NULL);
    }
    finish_parsed(&parsed);
    cp_arena_finish(&draft->arena);
    return !failed;
}

static const struct {
    const char *before, *open, *middle, *close;
    uint32_t extra; /* levels that are not in open */
} nestings[] = {
    {"", "[", "", "]", 0},    {"", "[", "1", "]", 0},    {"", "{\"a\":", "1", "}", 0},
    {"", "{a: ", "", "}", 0}, {"a: ", "[", "", "]", 1},  {"", "- ", "x", "", 0},
    {"", "? ", "x", "", 0},   {"[1, ", "[", "", "]", 0},
};

START_TEST(a_hundred_levels_are_allowed_and_no_more)
{
    for (uint32_t levels = 99; levels <= 101; levels++) {
        struct draft draft;

        begin(&draft);
        repeat(&draft, nestings[_i].before, 1);
        repeat(&draft, nestings[_i].open, levels - nestings[_i].extra);
        repeat(&draft, nestings[_i].middle, 1);
        repeat(&draft, nestings[_i].close, levels - nestings[_i].extra);
        if (nestings[_i].before[0] == '[')
            repeat(&draft, "]", 1);
        ck_assert_int_eq(is_good(&draft, &usual_limits, CP_LIMIT_DEPTH),
                         levels + (nestings[_i].before[0] == '[' ? 1 : 0) <= 100);
    }
}
END_TEST

START_TEST(levels_that_come_by_aliases_count)
{
    for (uint32_t levels = 98; levels <= 101; levels++) {
        struct draft draft;

        begin(&draft);
        repeat(&draft, "- &a ", 1);
        repeat(&draft, "[", 60);
        repeat(&draft, "]", 60);
        repeat(&draft, "\n- ", 1);
        repeat(&draft, "[", levels - 61);
        repeat(&draft, "*a", 1);
        repeat(&draft, "]", levels - 61);
        ck_assert_int_eq(is_good(&draft, &usual_limits, CP_LIMIT_DEPTH), levels <= 100);
    }
}
END_TEST

START_TEST(other_documents_survive_one_that_is_too_deep)
{
    struct draft draft;
    struct parsed parsed;
    struct cp_buffer actual;

    begin(&draft);
    repeat(&draft, "a\n---\n", 1);
    repeat(&draft, "[\n", 101);
    repeat(&draft, " --- x\n\"\n---\n- b\n...\n--- c\n---\n", 1);
    repeat(&draft, "- ", 5000);
    repeat(&draft, "\r\n--- # d\r\nd: *x\n", 1);
    parse_documents(&parsed, cp_buffer_text(&draft.buffer));
    cp_buffer_init(&actual, &draft.arena);
    write_documents(&actual, &parsed);
    expect_text(cp_buffer_text(&actual), "\"a\" --- failed --- [\"b\"] --- \"c\" --- failed error");
    /* The unknown alias, at its line in the whole text. */
    ck_assert_uint_eq(parsed.diagnostics.items.items[2].line, 113);
    ck_assert_uint_eq(parsed.diagnostics.items.items[2].column, 4);
    ck_assert_uint_eq(parsed.diagnostics.items.items[2].document, 5);
    ck_assert_uint_eq(parsed.diagnostics.items.items[0].line, 103);
    ck_assert_uint_eq(parsed.diagnostics.items.items[0].document, 1);
    finish_parsed(&parsed);
    cp_arena_finish(&draft.arena);
}
END_TEST

START_TEST(after_a_hundred_documents_too_deep_the_rest_is_not_read)
{
    struct draft draft;
    struct parsed parsed;
    const struct cp_diagnostic *last;

    begin(&draft);
    for (uint32_t i = 0; i < 200; i++) {
        repeat(&draft, "---\n", 1);
        repeat(&draft, "[", 101);
        repeat(&draft, "\n", 1);
    }
    parse_documents(&parsed, cp_buffer_text(&draft.buffer));
    ck_assert_uint_eq(parsed.documents.items.count, 100);
    ck_assert_uint_eq(parsed.diagnostics.items.count, 101);
    last = &parsed.diagnostics.items.items[100];
    ck_assert_uint_eq(last->code, CP_CODE_YAML_LIMIT);
    ck_assert_uint_eq(last->line, 201);
    finish_parsed(&parsed);
    cp_arena_finish(&draft.arena);
}
END_TEST

static const struct {
    const char *text;
    uint32_t nodes; /* aliases expanded */
} counted[] = {
    {"a", 1},
    {"[a, b]", 3},
    {"{a: b}", 3},
    {"[\"a\", {\"b\": 1}]", 5},
    {"- &a [b, c]\n- *a\n", 7},
    {"- &a [b, c]\n- &d [*a, *a]\n- *d\n", 18},
};

START_TEST(nodes_are_counted_with_aliases_expanded)
{
    const struct cp_yaml_limits enough = {.max_depth = 100, .max_nodes = counted[_i].nodes};
    const struct cp_yaml_limits little = {.max_depth = 100, .max_nodes = counted[_i].nodes - 1};
    struct draft draft;

    begin(&draft);
    repeat(&draft, counted[_i].text, 1);
    ck_assert(is_good(&draft, &enough, CP_LIMIT_NODES));
    if (!little.max_nodes)
        return;
    begin(&draft);
    repeat(&draft, counted[_i].text, 1);
    ck_assert(!is_good(&draft, &little, CP_LIMIT_NODES));
}
END_TEST

START_TEST(a_document_with_too_many_nodes_spoils_itself_only)
{
    static const char *const texts[] = {"[a, b, c]\n---\n[d]\n", "[1,2,3] [4]"};
    const struct cp_yaml_limits limits = {.max_depth = 100, .max_nodes = 3};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct parsed parsed;

        parse_limited(&parsed, cp_text_from(texts[i]), &limits);
        ck_assert_uint_eq(parsed.documents.items.count, 2);
        ck_assert(parsed.documents.items.items[0].failed);
        ck_assert_uint_eq(root_of(&parsed, 1)->length, 1);
        ck_assert_uint_eq(parsed.documents.items.items[1].number, 1);
        (void)expect_diagnostic(&parsed, CP_CODE_YAML_LIMIT, 1, i ? 6 : 8);
        finish_parsed(&parsed);
    }
}
END_TEST

/* resources.md 2.4: more than a million nodes and more than ten times as many as written. */
START_TEST(aliases_may_expand_a_document_to_a_million_nodes)
{
    for (uint32_t aliases = 998; aliases <= 999; aliases++) {
        struct draft draft;

        /* Each stands for 1,001 nodes. */
        begin(&draft);
        repeat(&draft, "- &a [", 1);
        repeat(&draft, "x,", 1000);
        repeat(&draft, "]\n", 1);
        repeat(&draft, "- *a\n", aliases - 1);
        repeat(&draft, "- x\n", 2);
        ck_assert_int_eq(is_good(&draft, &usual_limits, CP_LIMIT_ALIASES), aliases == 998);
    }
}
END_TEST

START_TEST(aliases_may_expand_a_large_document_ten_times)
{
    for (uint32_t aliases = 10; aliases <= 12; aliases++) {
        struct draft draft;

        begin(&draft);
        repeat(&draft, "- &a [", 1);
        repeat(&draft, "x,", 120000);
        repeat(&draft, "]\n", 1);
        repeat(&draft, "- *a\n", aliases - 1);
        ck_assert_int_eq(is_good(&draft, &usual_limits, CP_LIMIT_ALIASES), aliases <= 10);
    }
}
END_TEST

START_TEST(exponential_aliases_are_a_limit)
{
    struct draft draft;

    begin(&draft);
    repeat(&draft, "- &a0 [x]\n", 1);
    for (uint32_t i = 1; i < 90; i++)
        cp_buffer_format(&draft.buffer, "- &a%u [*a%u, *a%u]\n", i, i - 1, i - 1);
    ck_assert(!is_good(&draft, &usual_limits, CP_LIMIT_ALIASES));
}
END_TEST

START_TEST(an_alias_inside_its_anchor_is_a_limit)
{
    static const char *const texts[] = {"&a [*a]", "&a {b: *a}", "&a {*a : b}", "- &a {b: [*a]}\n",
                                        "&a {<<: *a}"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct draft draft;

        begin(&draft);
        repeat(&draft, texts[i], 1);
        ck_assert_msg(!is_good(&draft, &usual_limits, CP_LIMIT_RECURSION), "%s", texts[i]);
    }
}
END_TEST

START_TEST(a_text_over_the_limit_of_bytes_is_not_read)
{
    const struct cp_yaml_limits limits = {.max_bytes = 3, .max_depth = 100};
    struct parsed parsed;

    parse_limited(&parsed, CP_TEXT("[1]"), &limits);
    ck_assert_uint_eq(parsed.documents.items.count, 1);
    finish_parsed(&parsed);
    parse_limited(&parsed, CP_TEXT("[1] "), &limits);
    ck_assert_uint_eq(parsed.documents.items.count, 0);
    (void)expect_diagnostic(&parsed, CP_CODE_YAML_LIMIT, 0, 0);
    finish_parsed(&parsed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("tree");
    TCase *depth = tcase_create("depth");
    TCase *size = tcase_create("size");
    TCase *aliases = tcase_create("aliases");

    tcase_set_timeout(aliases, 60);
    tcase_add_loop_test(depth, a_hundred_levels_are_allowed_and_no_more, 0, COUNT_OF(nestings));
    tcase_add_test(depth, levels_that_come_by_aliases_count);
    tcase_add_test(depth, other_documents_survive_one_that_is_too_deep);
    tcase_add_test(depth, after_a_hundred_documents_too_deep_the_rest_is_not_read);
    tcase_add_loop_test(size, nodes_are_counted_with_aliases_expanded, 0, COUNT_OF(counted));
    tcase_add_test(size, a_document_with_too_many_nodes_spoils_itself_only);
    tcase_add_test(size, a_text_over_the_limit_of_bytes_is_not_read);
    tcase_add_test(aliases, aliases_may_expand_a_document_to_a_million_nodes);
    tcase_add_test(aliases, aliases_may_expand_a_large_document_ten_times);
    tcase_add_test(aliases, exponential_aliases_are_a_limit);
    tcase_add_test(aliases, an_alias_inside_its_anchor_is_a_limit);
    suite_add_tcase(suite, depth);
    suite_add_tcase(suite, size);
    suite_add_tcase(suite, aliases);
    return suite;
}
