/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From bytes to trees: documents, places, tags, anchors; which reader has the word; and memory that
 * runs out at each allocation.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/same_trees.h"
#include "support/suite.h"
#include "yaml/reader.h"

#include <stdio.h>

struct reading {
    const char *text;
    size_t length;
    const char *expected; /* in the form of write_documents */
};

#define READS(text, expected)                                                                      \
    {                                                                                              \
        "" text, sizeof(text) - 1, expected                                                        \
    }

/* resources.md 2.5 */
static const struct reading streams[] = {
    READS("", ""),
    READS(" \n\n", ""),
    READS("# nothing\n", ""),
    READS("---\n---\n...\n---\n# no\n", ""),
    READS("~", ""),
    READS("--- null\n--- !!null ''\n--- x\n", "\"x\""),
    READS("a: 1\n", "{\"a\": int(1)}"),
    READS("a: 1", "{\"a\": int(1)}"),
    READS("a\n---\n\n---\nb\n...\n---\nc\n", "\"a\" --- \"b\" --- \"c\""),
    /* Not by YAML 1.2, but by libyaml and the Go tools. */
    READS("b\n...\nc\n", "\"b\" error"),
    READS("''\n--- []\n--- {}\n", "\"\" --- [] --- {}"),
    READS("\xef\xbb\xbf", ""),
    READS("\xef\xbb\xbf"
          "a: 1",
          "{\"a\": int(1)}"),
    READS("\xef\xbb\xbf{\"a\": 1}", "{\"a\": int(1)}"),
    READS("a: b\r\nc:\r\n- d\r\n", "{\"a\": \"b\", \"c\": [\"d\"]}"),
    READS("a: |\r\n  x\r\n  y\r\nb: \"p\r\n  q\"\r\n", "{\"a\": \"x\\ny\\n\", \"b\": \"p q\"}"),
    READS("a\r\n---\r\nb\r\n", "\"a\" --- \"b\""),
    READS("\xff\xfe"
          "a\0:\0 \0\xe9\0",
          "{\"a\": \"\xc3\xa9\"}"),
    READS("\xfe\xff"
          "\0[\0\"\xd8\x3d\xde\x00\0\"\0]",
          "[\"\xf0\x9f\x98\x80\"]"),
    READS("%YAML 1.1\n---\ny\n", "true"),
    READS("%YAML 1.2\n---\ny\n", "true"),
    READS("%YAML 1.3\n---\ny\n", "error"),
    READS("%YAML 2.0\n---\ny\n", "error"),
    READS("%YAML 1.1\n%YAML 1.1\n---\ny\n", "error"),
    READS("{\ta:\t1,\n\tb: 2}", "{\"a\": int(1), \"b\": int(2)}"),
    READS("a:\n\tb: 1\n", "error"),
    READS("- dead:beef::\n- ::1/128\n- fe80::1\n",
          "[{\"dead:beef:\": null}, \"::1/128\", \"fe80::1\"]"),
    READS("[::/0]", "error"),
    READS("a: |\n  all()\nb: >-\n  x\n  y\nc: |-\n  z\n",
          "{\"a\": \"all()\\n\", \"b\": \"x y\", \"c\": \"z\"}"),
    READS("- '1'\n- \"yes\"\n- |-\n  1\n- ''\n- \"\\0\"\n- \"\\/\"\n- 'it''s'\n",
          "[\"1\", \"yes\", \"1\", \"\", \"\\u0000\", \"/\", \"it's\"]"),
    READS("\"\\ud83d\\ude00\"", "error"),
    READS("a: [\n", "error"),
    READS("a: @x", "error"),
    READS("a: *", "error"),
    READS("a: 'x' == 'y'", "error"),
    READS("a: {b: c in {'d','e'}}", "error"),
};

/* A syntax error ends the stream; the documents before it stay. */
static const struct reading broken[] = {
    READS("a\n---\nb: c: d\n---\ne\n", "\"a\" error"),
    READS("a: 1\n}\n", "error"),
    READS("[a]\n}\n", "[\"a\"] error"),
    READS("a\n--- 'x\n", "\"a\" error"),
    READS("a\n---\nb\x01\n", "\"a\" error"),
    READS("a\n---\n[b, \xff", "\"a\" error"),
    READS("a\n...\n\x01", "\"a\" error"),
    READS("a\n---\n\x01", "\"a\" error"),
    READS("a\n\x01", "error"),
    READS("a\xff", "error"),
    READS("a\n---\n*b\n", "\"a\" error"),
    READS("\x7f", "error"),
    READS("a: \xc2\x81", "error"),
    READS("a: \xed\xa0\x80", "error"),
    READS("a: \xef\xbf\xbf", "error"),
    READS("\xff\xfe"
          "a\0\0\xd8",
          "error"),
    READS("\xff\xfe"
          "a\0b",
          "error"),
};

/* resources.md 2.3 */
static const struct reading tags[] = {
    READS("!!str 1", "\"1\""),
    READS("!!str", "\"\""),
    READS("!<tag:yaml.org,2002:str> 1", "\"1\""),
    READS("!!int '0x1f'", "int(0x1f)"),
    READS("!!float 1", "int(1)"),
    READS("!!bool \"no\"", "false"),
    READS("[!!null '']", "[null]"),
    READS("!!map {a: 1}", "{\"a\": int(1)}"),
    READS("!!seq [a]", "[\"a\"]"),
    READS("selector: !has(x)", "{\"selector\": \"!has(x)\" !tag}"),
    READS("selector: ! has(x)", "{\"selector\": \"! has(x)\" !tag}"),
    READS("selector: ! 'has(x)'", "{\"selector\": \"! has(x)\" !tag}"),
    READS("- !\n- ! []\n- ! {}\n", "[\"!\" !tag, [] !tag, {} !tag]"),
    READS("[!!int abc, !!binary aGk=, !!null x]",
          "[\"!!int abc\" !tag, \"!!binary aGk=\" !tag, \"!!null x\" !tag]"),
    READS("!!set {a}", "{\"a\": null} !tag"),
    READS("[!!map [a], !!seq {a: 1}, !!str [a], !!map x]",
          "[[\"a\"] !tag, {\"a\": int(1)} !tag, [\"a\"] !tag, \"!!map x\" !tag]"),
    READS("!<x:y> z", "\"!<x:y> z\" !tag"),
    READS("!foo a: 1", "{\"!foo a\" !tag: int(1)}"),
    READS("%TAG !! tag:x,2000:\n---\n!!str 1", "\"!<tag:x,2000:str> 1\" !tag"),
    READS("%TAG !e! tag:yaml.org,2002:\n---\n!e!str 1", "\"1\""),
    READS("!e!str 1", "error"),
};

/* resources.md 2.4 */
static const struct reading anchors[] = {
    READS("- &a x\n- *a\n", "[\"x\", \"x\"]"),
    READS("- &a {b: [1]}\n- *a\n", "[{\"b\": [int(1)]}, {\"b\": [int(1)]}]"),
    READS("- &a x\n- &a z\n- *a\n", "[\"x\", \"z\", \"z\"]"),
    READS("- &a [&a x, *a]\n- *a\n", "[[\"x\", \"x\"], \"x\"]"),
    READS("- &a\n- *a\n", "[null, null]"),
    READS("- &a !!str 1\n- *a\n", "[\"1\", \"1\"]"),
    READS("- &a !x 1\n- *a\n", "[\"!x 1\" !tag, \"!x 1\" !tag]"),
    READS("&a k: 1\nb: *a\n*a : 2\n", "{\"k\": int(1), \"b\": \"k\", \"k\" !repeated: int(2)}"),
    READS("- &a true\n- *a\n", "[true, true]"),
    READS("*a", "error"),
    READS("&a x\n---\n*a\n", "\"x\" error"),
    READS("- *a\n- &a x\n", "error"),
    READS("&a [*a]\n---\nb\n", "failed --- \"b\""),
    READS("&a {b: {c: *a}}", "failed"),
    READS("- &a [x]\n- &b [*a, *a]\n- *b\n", "[[\"x\"], [[\"x\"], [\"x\"]], [[\"x\"], [\"x\"]]]"),
};

/* resources.md 2.2, 2.5: JSON, and what only begins like it. */
static const struct reading jsons[] = {
    READS(" \n {\"a\": yes}", "{\"a\": true}"),
    READS(" \n\t{\"a\": \"yes\"}", "{\"a\": \"yes\"}"),
    READS("{\"a\": 1,}", "{\"a\": int(1)}"),
    READS("[1, 2,]", "[int(1), int(2)]"),
    READS("{a: b}", "{\"a\": \"b\"}"),
    READS("{\"a\": 010}", "{\"a\": int(010)}"),
    READS("[\"a\"] # comment", "[\"a\"]"),
    READS("[\"\\x41\"]", "[\"A\"]"),
    READS("{\"a\": 1}\n---\n{\"b\": 2}\n", "{\"a\": int(1)} --- {\"b\": int(2)}"),
    READS("{\"a\": 1}\n{\"b\": 2}\n", "{\"a\": int(1)} --- {\"b\": int(2)}"),
    READS("{\"a\": 1}\n{\"b\": 2,}\n", "{\"a\": int(1)} error"),
    READS("{}\n{]\n", "{} error"),
    READS("{\"a\": &x 1, \"b\": *x}", "{\"a\": int(1), \"b\": int(1)}"),
    READS("{\"a\": \"\\ud83d\\ude00\"}", "{\"a\": \"\xf0\x9f\x98\x80\"}"),
    READS("{\"a\": \"\\ud83d\"}", "error"),
    READS("{\"a\": \"\\ude00\\ud83d\"}", "error"),
    READS("{\"a\": \"\x01\"}", "error"),
    READS("a: {\"b\": 1e3}\n", "{\"a\": {\"b\": float(1e3)}}"),
};

#define READING_TEST(table)                                                                        \
    START_TEST(table##_read_as_they_should)                                                        \
    {                                                                                              \
        expect_documents(cp_text_make(table[_i].text, table[_i].length), table[_i].expected);      \
    }                                                                                              \
    END_TEST

READING_TEST(streams)
READING_TEST(broken)
READING_TEST(tags)
READING_TEST(anchors)
READING_TEST(jsons)

/* A fault far behind the document, where libyaml reads ahead, does not take it along. */
START_TEST(a_document_survives_a_bad_byte_in_the_next)
{
    char text[64];

    for (size_t gap = 0; gap < 40; gap++) {
        memset(text, ' ', sizeof(text));
        memcpy(text, "a: 1\n---\n", 9);
        text[9 + gap] = '\x02';
        expect_documents(cp_text_make(text, 10 + gap), "{\"a\": int(1)} error");
    }
}
END_TEST

static const struct {
    const char *text;
    enum cp_code code;
    uint32_t line, column, document;
    const char *message; /* its beginning */
} errors[] = {
    {"a: b: c", CP_CODE_YAML_SYNTAX, 1, 5, 0, "mapping values are not allowed"},
    {"\xc3\xa9: b: c", CP_CODE_YAML_SYNTAX, 1, 5, 0, "mapping values are not allowed"},
    {"a\n---\nb\n---\nc: d: e", CP_CODE_YAML_SYNTAX, 5, 5, 2, "mapping values"},
    {"a:\n  b: [1,\n\n", CP_CODE_YAML_SYNTAX, 2, 9, 0, "did not find expected node content"},
    {"a: \"x", CP_CODE_YAML_SYNTAX, 1, 6, 0, "found unexpected end of stream"},
    {"a:\n- b\nc: [::/0]", CP_CODE_YAML_SYNTAX, 3, 5, 0, "did not find expected node content"},
    {"a: *b", CP_CODE_YAML_SYNTAX, 1, 4, 0, "no anchor \"b\""},
    {"a: 1\nb: \"\xc3\xa9\x01\"", CP_CODE_YAML_SYNTAX, 2, 6, 0, "a character that YAML does not"},
    {"a: \xff", CP_CODE_YAML_SYNTAX, 1, 4, 0, "a byte that is not UTF-8"},
    {"\xef\xbb\xbf"
     "a: *b",
     CP_CODE_YAML_SYNTAX, 1, 4, 0, "no anchor \"b\""},
    {"a\r\n---\r\nb: *c", CP_CODE_YAML_SYNTAX, 3, 4, 1, "no anchor \"c\""},
    {"{\"a\": 1}\n {\"b\" 2}", CP_CODE_YAML_SYNTAX, 2, 7, 1, "expected a colon"},
    {"{\"a\": \"\xc3\xa9\", \"b\" 2}", CP_CODE_YAML_SYNTAX, 1, 16, 0, "expected a colon"},
    {"{\"a\": \"\\q \xc3\xa9\"}", CP_CODE_YAML_SYNTAX, 1, 8, 0, "no such escape"},
    {"a\n---\n- &b [*b]\n---\nc", CP_CODE_YAML_LIMIT, 3, 7, 1, "an alias inside its own anchor"},
};

START_TEST(errors_tell_line_column_and_document)
{
    struct parsed parsed;
    const struct cp_diagnostic *item;

    parse_documents(&parsed, cp_text_from(errors[_i].text));
    item = expect_diagnostic(&parsed, errors[_i].code, errors[_i].line, errors[_i].column);
    ck_assert_uint_eq(item->document, errors[_i].document);
    ck_assert_str_eq(item->path, "");
    ck_assert_str_eq(item->source, "test.yaml");
    ck_assert_msg(
        cp_text_starts_with(cp_text_from(item->message), cp_text_from(errors[_i].message)),
        "\"%s\", expected \"%s\"", item->message, errors[_i].message);
    finish_parsed(&parsed);
}
END_TEST

static void expect_place(const struct cp_node *node, uint32_t line, uint32_t column)
{
    ck_assert_msg(node->line == line && node->column == column, "at %u:%u, expected %u:%u",
                  node->line, node->column, line, column);
}

START_TEST(nodes_know_their_places_in_yaml)
{
    struct parsed parsed;
    const struct cp_node *root, *list, *mapping;

    parse_documents(&parsed, CP_TEXT("---\n"
                                     "\xc3\xa9\xe4\xb8\xad: 'x'\n" /* é中 */
                                     "b:\n"
                                     "- c\n"
                                     "- {d: e, \"f\": |\n"
                                     "  }\n"));
    ck_assert_uint_eq(parsed.diagnostics.items.count, 1); /* no block scalar in braces */
    finish_parsed(&parsed);

    parse_documents(&parsed, CP_TEXT("---\n"
                                     "\xc3\xa9\xe4\xb8\xad: 'x'\n" /* é中 */
                                     "b:\n"
                                     "- c\n"
                                     "- {d: e, \"f\": ~}\n"
                                     "- &a |\n"
                                     "  text\n"
                                     "-\n"
                                     "- *a\n"));
    root = root_of(&parsed, 0);
    expect_place(root, 2, 1);
    expect_place(&root->members[0].value, 2, 5);
    list = &root->members[1].value;
    expect_place(&root->members[1].key, 3, 1);
    expect_place(list, 4, 1);
    expect_place(&list->items[0], 4, 3);
    mapping = &list->items[1];
    expect_place(mapping, 5, 3);
    expect_place(&mapping->members[0].value, 5, 7);
    expect_place(&mapping->members[1].key, 5, 10);
    expect_place(&mapping->members[1].value, 5, 15);
    expect_place(&list->items[2], 6, 3);
    expect_place(&list->items[4], 9, 3);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(nodes_know_their_places_in_json)
{
    struct parsed parsed;
    const struct cp_node *root;

    parse_documents(&parsed, CP_TEXT("{\"\xc3\xa9\": \"\xe4\xb8\xad\", \"b\": [1,\r\n"
                                     "\t[ ] ],\r"
                                     " \"c\":{}\n"
                                     "}\n\n  []"));
    root = root_of(&parsed, 0);
    expect_place(root, 1, 1);
    expect_place(&root->members[0].key, 1, 2);
    expect_place(&root->members[0].value, 1, 7);
    expect_place(&root->members[1].key, 1, 12);
    expect_place(&root->members[1].value, 1, 17);
    expect_place(&root->members[1].value.items[0], 1, 18);
    expect_place(&root->members[1].value.items[1], 2, 2);
    expect_place(&root->members[2].key, 3, 2);
    expect_place(&root->members[2].value, 3, 6);
    expect_place(root_of(&parsed, 1), 6, 3);
    finish_parsed(&parsed);
}
END_TEST

/* Both readers count lines as libyaml does, and so does the excerpt. */
START_TEST(unicode_line_breaks_count_in_both_languages)
{
    struct parsed yaml, json;

    parse_documents(&yaml, CP_TEXT("[\"\xe2\x80\xa8\", x]"));
    parse_documents(&json, CP_TEXT("[\"\xe2\x80\xa8\", 1]"));
    expect_place(&root_of(&yaml, 0)->items[1], 2, 4);
    expect_place(&root_of(&json, 0)->items[1], 2, 4);
    finish_parsed(&yaml);
    finish_parsed(&json);
}
END_TEST

static const struct {
    const char *text; /* a list of one scalar */
    bool verbatim;
} verbatims[] = {
    {"- abc", true},
    {"- \xc3\xa9x y", true},
    {"- 'a b'", true},
    {"- \"a \xc3\xa9\"", true},
    {"- \"a\\n\"", false},
    {"- \"\\x41\"", false},
    {"- 'it''s'", false},
    {"- a\n  b", false},
    {"- 'a\n  b'", false},
    {"- |\n  a", false},
    {"- &x abc", false},
    {"- !!str abc", false},
    {"- !x abc", false},
    {"[\"abc\"]", true},
    {"[\"\xc3\xa9\"]", true},
    {"[\"\\u0041\"]", false},
    {"[\"\xe2\x80\xa8\"]", false},
    {"[12]", true},
    {"[true]", true},
};

START_TEST(text_that_stands_in_the_source_is_verbatim)
{
    struct parsed parsed;

    parse_documents(&parsed, cp_text_from(verbatims[_i].text));
    ck_assert_msg(root_of(&parsed, 0)->items[0].verbatim == verbatims[_i].verbatim, "%s",
                  verbatims[_i].text);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(an_alias_is_not_verbatim)
{
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("- &a\n  abc\n- *a\n"));
    ck_assert(!root_of(&parsed, 0)->items[1].verbatim);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(scalars_know_their_style)
{
    static const uint8_t styles[] = {CP_STYLE_PLAIN, CP_STYLE_QUOTED, CP_STYLE_QUOTED,
                                     CP_STYLE_BLOCK, CP_STYLE_BLOCK};
    struct parsed parsed;

    parse_documents(&parsed, CP_TEXT("- a\n- 'b'\n- \"c\"\n- |\n  d\n- >\n  e\n"));
    for (uint32_t i = 0; i < COUNT_OF(styles); i++)
        ck_assert_uint_eq(root_of(&parsed, 0)->items[i].style, styles[i]);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(flaws_are_seen_from_above)
{
    struct parsed parsed;
    const struct cp_node *root;

    parse_documents(&parsed, CP_TEXT("a: {b: [x, !y z]}\nc: {d: [x]}\ne: {f: 1, f: 2}\ng: {1: 2}\n"
                                     "h: {!i j: k}\n"));
    root = root_of(&parsed, 0);
    ck_assert(root->deep_flaw);
    ck_assert(root->members[0].value.deep_flaw);
    ck_assert(!root->members[1].value.deep_flaw);
    ck_assert(root->members[2].value.deep_flaw);
    ck_assert(root->members[3].value.deep_flaw);
    ck_assert(root->members[4].value.deep_flaw);
    finish_parsed(&parsed);
}
END_TEST

START_TEST(documents_are_appended_and_numbered_by_source)
{
    struct parsed parsed;
    const struct cp_source second = {.name = "second", .text = CP_TEXT("[3]\n[4]\n[5] x")};

    parse_documents(&parsed, CP_TEXT("1\n---\n2\n"));
    ck_assert_int_eq(cp_documents_read(&second, &usual_limits, &parsed.arena, &parsed.diagnostics,
                                       &parsed.documents),
                     CALPOL_OK);
    /* Neither JSON nor YAML: libyaml, which takes one value, has the word. */
    ck_assert_uint_eq(parsed.documents.items.count, 3);
    ck_assert_uint_eq(parsed.documents.items.items[2].number, 0);
    expect_text(cp_node_text(&parsed.documents.items.items[2].root.items[0]), "3");
    ck_assert_str_eq(parsed.diagnostics.items.items[0].source, "second");
    ck_assert_uint_eq(parsed.diagnostics.items.items[0].document, 1);
    finish_parsed(&parsed);
}
END_TEST

static const char *const texts_to_fail[] = {
    "",
    "a: &x {k: [1, 'two', !!int three]}\nb: {<<: *x, k: 2, k: 3}\n---\n- *y\n",
    "a: {k: 1, <<: [{k: 2, l: 3}, {l: 4}]}\n--- {a: b: c}\n",
    "{\"a\": [1, \"\\u00e9\", {\"b\": null, \"b\": 1.5}], \"a\": \"long enough to be no shared "
    "text\"}",
    "{\"a\": [1, 2,]}",
    "{\"a\": \"\\q\"}",
    "{a: 0, b: 0, c: 0, d: 0, e: 0, f: 0, g: 0, h: 0, i: 0, j: 0, k: 0, l: 0, m: 0, n: 0, o: 0,"
    " p: 0, q: 0, r: 0, s: 0, t: 0, u: 0, v: 0, w: 0, x: 0, y: 0, z: 0, b: 1}",
    "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["
    "[["
    "[[[[[[[[[[[[[[[[[[[[[[[[[\n---\n&a [*a]\n",
    "a: \"\x01\"\n",
};

static int read_and_check(const struct calpol_allocator *allocator, void *context)
{
    const struct cp_source source = {.name = "x",
                                     .text = cp_text_from(*(const char *const *)context)};
    struct cp_arena arena;
    struct calpol_diagnostics diagnostics;
    struct cp_documents documents = {{{NULL}, 0, 0}};
    struct cp_reader reader = {
        .arena = &arena, .diagnostics = &diagnostics, .source = &source, .status = CALPOL_OK};
    int status;

    cp_arena_init(&arena, allocator);
    cp_diagnostics_init(&diagnostics, allocator, 0, false);
    status = cp_documents_read(&source, &usual_limits, &arena, &diagnostics, &documents);
    for (uint32_t i = 0; status == CALPOL_OK && i < documents.items.count; i++) {
        struct cp_field field = cp_field_root(&documents.items.items[i].root);

        cp_check_flaws(&reader, &field);
        status = reader.status;
    }
    cp_arena_finish(&arena);
    cp_diagnostics_finish(&diagnostics);
    return status;
}

START_TEST(memory_may_run_out_anywhere)
{
    const char *text = texts_to_fail[_i];

    ck_assert_uint_lt(for_each_failure(read_and_check, &text), 1000);
}
END_TEST

/* ---- Documents that are visited ---- */

static const char *const visited[] = {
    "",
    "a: 1\n---\n---\nb:\n- c: [d, e]\n- 'f'\n---\n# nothing\n",
    "a: &x 1\n---\nb: *x\n---\nc: 1\n",
    "a: !x 1\n---\nb: 1\n---\nc: [[[[1]]]]\n---\nd: 1\n",
    "[[[[1]]]]\n---\na: 1\n",
    "{\"a\": 1}\n{\"b\": 2}",
    "a: 1\n---\nb: [\n",
    "a: 1\n---\nb: \x01",
};

struct visits {
    const struct parsed *parsed;
    uint32_t count, again_count;
};

static int visit(void *context, const struct cp_document *document)
{
    struct visits *visits = context;
    const struct cp_document *expected = &visits->parsed->documents.items.items[visits->count++];
    struct cp_arena arena;
    struct cp_node root;

    ck_assert_uint_le(visits->count, visits->parsed->documents.items.count);
    ck_assert_uint_eq(document->number, expected->number);
    ck_assert(document->failed == expected->failed);
    ck_assert(same_trees(&document->root, &expected->root));
    if (!document->again.length)
        return CALPOL_OK;
    visits->again_count++;
    cp_arena_init(&arena, NULL);
    ck_assert(cp_document_read_again(document->again, document->line, &arena, &root));
    ck_assert(same_trees(&root, &expected->root));
    cp_arena_finish(&arena);
    return CALPOL_OK;
}

static void visit_text(struct cp_text text, uint32_t least_again)
{
    const struct cp_yaml_limits tight = {.max_depth = 3};
    struct calpol_diagnostics diagnostics;
    struct parsed parsed;
    struct visits visits = {&parsed, 0, 0};
    const struct cp_document_visitor visitor = {visit, &visits};
    struct cp_arena arena;
    uint32_t count;

    parse_limited(&parsed, text, &tight);
    cp_arena_init(&arena, NULL);
    cp_diagnostics_init(&diagnostics, NULL, 1000, false);
    ck_assert_int_eq(
        cp_documents_visit(&parsed.source, &tight, &arena, &diagnostics, &visitor, &count),
        CALPOL_OK);
    ck_assert_uint_eq(count, parsed.documents.items.count);
    ck_assert_uint_eq(visits.count, count);
    ck_assert_uint_ge(visits.again_count, least_again);
    ck_assert_uint_eq(diagnostics.error_count, parsed.diagnostics.error_count);
    cp_diagnostics_finish(&diagnostics);
    cp_arena_finish(&arena);
    finish_parsed(&parsed);
}

START_TEST(a_visitor_sees_what_reading_gives)
{
    visit_text(cp_text_from(visited[_i]), 0);
}
END_TEST

START_TEST(short_documents_can_be_read_again)
{
    static char text[3 * 5000 + 100];
    size_t length = 0;

    /* The second one is too long. */
    for (int document = 0; document < 3; document++) {
        length += (size_t)snprintf(text + length, sizeof(text) - length, "---\n# c\na:\n");
        for (int i = 0; i < (document == 1 ? 1000 : 100); i++)
            length += (size_t)snprintf(text + length, sizeof(text) - length, "- b%d\n", i);
    }
    visit_text(cp_text_make(text, length), 2);
}
END_TEST

static int stop(void *context, const struct cp_document *document)
{
    (void)document;
    ++*(uint32_t *)context;
    return CALPOL_ERROR_NO_MEMORY;
}

START_TEST(a_visitor_may_end_the_reading)
{
    const struct cp_source source = {.name = "test", .text = CP_TEXT("a: 1\n---\nb: 1\n")};
    uint32_t seen = 0, count;
    const struct cp_document_visitor visitor = {stop, &seen};
    struct calpol_diagnostics diagnostics;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_diagnostics_init(&diagnostics, NULL, 1000, false);
    ck_assert_int_eq(
        cp_documents_visit(&source, &usual_limits, &arena, &diagnostics, &visitor, &count),
        CALPOL_ERROR_NO_MEMORY);
    ck_assert_uint_eq(seen, 1);
    cp_diagnostics_finish(&diagnostics);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("document");
    TCase *readings = tcase_create("readings");
    TCase *places = tcase_create("places");
    TCase *nodes = tcase_create("nodes");
    TCase *memory = tcase_create("memory");
    TCase *visits;

    tcase_add_loop_test(readings, streams_read_as_they_should, 0, COUNT_OF(streams));
    tcase_add_loop_test(readings, broken_read_as_they_should, 0, COUNT_OF(broken));
    tcase_add_loop_test(readings, tags_read_as_they_should, 0, COUNT_OF(tags));
    tcase_add_loop_test(readings, anchors_read_as_they_should, 0, COUNT_OF(anchors));
    tcase_add_loop_test(readings, jsons_read_as_they_should, 0, COUNT_OF(jsons));
    tcase_add_test(readings, a_document_survives_a_bad_byte_in_the_next);
    tcase_add_test(readings, documents_are_appended_and_numbered_by_source);
    tcase_add_loop_test(places, errors_tell_line_column_and_document, 0, COUNT_OF(errors));
    tcase_add_test(places, nodes_know_their_places_in_yaml);
    tcase_add_test(places, nodes_know_their_places_in_json);
    tcase_add_test(places, unicode_line_breaks_count_in_both_languages);
    tcase_add_loop_test(nodes, text_that_stands_in_the_source_is_verbatim, 0, COUNT_OF(verbatims));
    tcase_add_test(nodes, an_alias_is_not_verbatim);
    tcase_add_test(nodes, scalars_know_their_style);
    tcase_add_test(nodes, flaws_are_seen_from_above);
    tcase_add_loop_test(memory, memory_may_run_out_anywhere, 0, COUNT_OF(texts_to_fail));
    suite_add_tcase(suite, readings);
    suite_add_tcase(suite, places);
    suite_add_tcase(suite, nodes);
    suite_add_tcase(suite, memory);
    visits = tcase_create("visits");
    tcase_add_loop_test(visits, a_visitor_sees_what_reading_gives, 0, COUNT_OF(visited));
    tcase_add_test(visits, short_documents_can_be_read_again);
    tcase_add_test(visits, a_visitor_may_end_the_reading);
    suite_add_tcase(suite, visits);
    return suite;
}
