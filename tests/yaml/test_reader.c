/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of fields, their paths, and reports about them.
 */
#include "support/documents.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"
#include "yaml/reader.h"

struct fixture {
    struct parsed parsed;
    struct cp_reader reader;
    struct cp_field root;
};

static void setup(struct fixture *fixture, const char *text)
{
    parse_documents(&fixture->parsed, cp_text_from(text));
    fixture->reader = (struct cp_reader){
        .arena = &fixture->parsed.arena,
        .diagnostics = &fixture->parsed.diagnostics,
        .source = &fixture->parsed.source,
        .resource = CP_TEXT("Kind/name"),
        .document = 7,
    };
    fixture->root = cp_field_root(root_of(&fixture->parsed, 0));
}

static void teardown(struct fixture *fixture)
{
    ck_assert_int_eq(fixture->reader.status, CALPOL_OK);
    finish_parsed(&fixture->parsed);
}

static void expect_path(const struct cp_field *field, const char *expected)
{
    struct cp_arena arena;
    struct cp_buffer buffer;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    cp_field_path(field, &buffer);
    expect_text(cp_buffer_text(&buffer), expected);
    cp_arena_finish(&arena);
}

START_TEST(a_path_names_the_way)
{
    struct fixture fixture;
    struct cp_field spec, rules, rule, ports, port;

    setup(&fixture, "spec:\n  ingress:\n  - a: 1\n  - ports: [80, 90]\n");
    spec = cp_field_member(&fixture.root, "spec");
    rules = cp_field_member(&spec, "ingress");
    rule = cp_field_item(&rules, 1);
    ports = cp_field_member(&rule, "ports");
    port = cp_field_item(&ports, 1);
    expect_path(&fixture.root, "");
    expect_path(&spec, "spec");
    expect_path(&port, "spec.ingress[1].ports[1]");
    ck_assert_uint_eq(cp_field_count(&rules), 2);
    ck_assert_uint_eq(cp_field_count(&port), 0);
    expect_text(cp_node_text(port.node), "90");
    teardown(&fixture);
}
END_TEST

START_TEST(a_sequence_at_the_root_begins_its_paths_with_brackets)
{
    struct fixture fixture;
    struct cp_field item, kind;

    setup(&fixture, "- kind: x\n");
    item = cp_field_item(&fixture.root, 0);
    kind = cp_field_member(&item, "kind");
    expect_path(&kind, "[0].kind");
    teardown(&fixture);
}
END_TEST

static const struct {
    const char *key; /* as JSON */
    const char *path;
} keys[] = {
    {"\"a\"", "labels.a"},
    {"\"_aZ9\"", "labels._aZ9"},
    {"\"9a\"", "labels[\"9a\"]"},
    {"\"\"", "labels[\"\"]"},
    {"\"a.b/c\"", "labels[\"a.b/c\"]"},
    {"\"a-b\"", "labels[\"a-b\"]"},
    {"\"\\\"\\\\\\u0000\\n\"", "labels[\"\\\"\\\\\\u0000\\n\"]"},
    {"\"\xc3\xa9\"", "labels[\"\xc3\xa9\"]"},
};

START_TEST(keys_that_are_no_identifiers_are_quoted_in_paths)
{
    struct fixture fixture;
    struct cp_field labels, entry;
    char text[64] = "{\"labels\": {";

    strcat(strcat(text, keys[_i].key), ": 1}}");
    setup(&fixture, text);
    labels = cp_field_member(&fixture.root, "labels");
    entry = cp_field_entry(&labels, 0);
    expect_path(&entry, keys[_i].path);
    teardown(&fixture);
}
END_TEST

START_TEST(a_path_may_be_longer_than_what_is_written_at_once)
{
    struct cp_field fields[200];
    struct cp_arena arena;
    struct cp_buffer buffer;

    fields[0] = cp_field_root(NULL);
    for (uint32_t i = 1; i < COUNT_OF(fields); i++)
        fields[i] = cp_field_item(&fields[i - 1], i);
    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    for (uint32_t i = 1; i < COUNT_OF(fields); i++)
        cp_buffer_format(&buffer, "[%u]", i);
    expect_path(&fields[COUNT_OF(fields) - 1], cp_buffer_string(&buffer));
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(null_is_absent_but_as_an_item_or_entry)
{
    struct fixture fixture;
    struct cp_field a, b, c, d, list, item, entry;

    setup(&fixture, "a: ~\nb:\nlist: [~]\nmap: {k: }\n");
    a = cp_field_member(&fixture.root, "a");
    b = cp_field_member(&fixture.root, "b");
    c = cp_field_member(&fixture.root, "c");
    d = cp_field_member(&c, "d");
    ck_assert(!cp_field_present(&a) && !cp_field_present(&b));
    ck_assert(!cp_field_present(&c) && !cp_field_present(&d));
    expect_path(&d, "c.d");
    /* A missing field is reported where it should be: at its key, or at the mapping. */
    ck_assert_uint_eq(b.place->line, 2);
    ck_assert_ptr_eq(c.place, fixture.root.node);
    ck_assert_ptr_eq(d.place, fixture.root.node);
    list = cp_field_member(&fixture.root, "list");
    item = cp_field_item(&list, 0);
    ck_assert(cp_field_present(&item));
    list = cp_field_member(&fixture.root, "map");
    entry = cp_field_entry(&list, 0);
    ck_assert(cp_field_present(&entry));
    expect_path(&entry, "map.k");
    teardown(&fixture);
}
END_TEST

enum reading { TEXT, BOOLEAN, NUMBER, INTEGER, SEQUENCE, MAPPING };

static bool read_as(struct fixture *fixture, const struct cp_field *field, enum reading reading)
{
    struct cp_text text = CP_TEXT("untouched");
    bool boolean = true;
    double number = -7;
    int64_t integer = -7;
    bool good = false;

    switch (reading) {
    case TEXT:
        good = cp_read_text(&fixture->reader, field, &text);
        ck_assert(good || cp_text_is(text, "untouched"));
        break;
    case BOOLEAN:
        good = cp_read_boolean(&fixture->reader, field, &boolean);
        break;
    case NUMBER:
        good = cp_read_number(&fixture->reader, field, &number);
        break;
    case INTEGER:
        good = cp_read_integer(&fixture->reader, field, &integer);
        ck_assert(good || integer == -7);
        break;
    case SEQUENCE:
        good = cp_read_sequence(&fixture->reader, field);
        break;
    case MAPPING:
        good = cp_read_mapping(&fixture->reader, field);
        break;
    }
    return good;
}

/* What is good for each way of reading, in the order of enum reading. */
static const struct {
    const char *value;
    const char *good;    /* T text, B boolean, N number, I integer, S sequence, M mapping */
    const char *message; /* of cp_read_integer, if that fails */
} values[] = {
    {"x", "T", "expected a whole number, found text, \"x\""},
    {"''", "T", "expected a whole number, found text, \"\""},
    {"'1'", "T", "expected a whole number, found text, \"1\""},
    {"1", "NI", NULL},
    {"1e3", "NI", NULL},
    {"1.5", "N", "expected a whole number, found a number, \"1.5\""},
    {"4503599627370495.5", "N", "expected a whole number, found a number, \"4503599627370495.5\""},
    {"99999999999999999999", "NI", NULL},
    {"1e400", "T", "expected a whole number, found text, \"1e400\""},
    {".inf", "", "expected a whole number, found a number, \".inf\""},
    {".nan", "", "expected a whole number, found a number, \".nan\""},
    {"yes", "B", "expected a whole number, found a boolean, \"yes\""},
    {"[1]", "S", "expected a whole number, found a list"},
    {"{a: 1}", "M", "expected a whole number, found a mapping"},
    {"~", "", NULL}, /* absent */
};

START_TEST(fields_are_read_as_their_type_only)
{
    for (enum reading reading = TEXT; reading <= MAPPING; reading++) {
        struct fixture fixture;
        struct cp_field field;
        char text[64] = "a: ";
        bool expected = strchr(values[_i].good, "TBNISM"[reading]) != NULL;
        const struct calpol_diagnostics *list = &fixture.parsed.diagnostics;

        setup(&fixture, strcat(text, values[_i].value));
        field = cp_field_member(&fixture.root, "a");
        ck_assert_msg(read_as(&fixture, &field, reading) == expected, "%s as %d", text,
                      (int)reading);
        ck_assert_uint_eq(list->items.count, expected || values[_i].value[0] == '~' ? 0 : 1);
        ck_assert_uint_eq(fixture.reader.error_count, list->items.count);
        if (list->items.count) {
            (void)expect_diagnostic(&fixture.parsed, CP_CODE_TYPE, 1, 4);
            ck_assert_str_eq(list->items.items[0].path, "a");
            ck_assert_str_eq(list->items.items[0].resource, "Kind/name");
            ck_assert_uint_eq(list->items.items[0].document, 7);
        }
        if (reading == INTEGER && list->items.count)
            ck_assert_str_eq(list->items.items[0].message, values[_i].message);
        teardown(&fixture);
    }
}
END_TEST

/* resources.md 2.5 */
START_TEST(a_null_item_is_empty)
{
    struct fixture fixture;
    struct cp_field item;
    struct cp_text text;
    bool boolean = true;
    double number = 1;
    int64_t integer = 1;

    setup(&fixture, "- ~\n");
    item = cp_field_item(&fixture.root, 0);
    ck_assert(cp_read_text(&fixture.reader, &item, &text));
    expect_text(text, "");
    ck_assert(cp_read_boolean(&fixture.reader, &item, &boolean) && !boolean);
    ck_assert(cp_read_number(&fixture.reader, &item, &number) && number == 0);
    ck_assert(cp_read_integer(&fixture.reader, &item, &integer) && integer == 0);
    ck_assert(cp_read_sequence(&fixture.reader, &item) && cp_field_count(&item) == 0);
    ck_assert(cp_read_mapping(&fixture.reader, &item) && cp_field_count(&item) == 0);
    ck_assert_uint_eq(fixture.parsed.diagnostics.items.count, 0);
    teardown(&fixture);
}
END_TEST

static const struct {
    const char *text;
    int64_t value;
} integers[] = {
    {"a: 0x1F", 31},
    {"a: -12", -12},
    {"a: 08", 8},
    {"a: 65536.0", 65536},
    {"a: 9223372036854775807", INT64_MAX},
    {"a: 9223372036854775808", INT64_MAX},
    {"a: 18446744073709551615", INT64_MAX},
    {"a: 1e300", INT64_MAX},
    {"a: -9223372036854775808", INT64_MIN},
    {"a: -1e300", INT64_MIN},
};

START_TEST(integers_that_do_not_fit_are_at_the_ends)
{
    struct fixture fixture;
    struct cp_field field;
    int64_t value = 1;

    setup(&fixture, integers[_i].text);
    field = cp_field_member(&fixture.root, "a");
    ck_assert(cp_read_integer(&fixture.reader, &field, &value));
    ck_assert_int_eq(value, integers[_i].value);
    teardown(&fixture);
}
END_TEST

START_TEST(text_without_quotes_is_an_error_or_lenient_a_warning)
{
    static const char *const texts[] = {"a: 1.10", "a: yes", "a: 080"};
    static const char *const written[] = {"1.10", "yes", "080"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct fixture fixture;
        struct cp_field field;
        struct cp_text text;

        setup(&fixture, texts[i]);
        field = cp_field_member(&fixture.root, "a");
        ck_assert(!cp_read_text(&fixture.reader, &field, &text));
        ck_assert_uint_eq(fixture.reader.error_count, 1);
        teardown(&fixture);

        setup(&fixture, texts[i]);
        fixture.reader.lenient = true;
        field = cp_field_member(&fixture.root, "a");
        ck_assert(cp_read_text(&fixture.reader, &field, &text));
        expect_text(text, written[i]);
        ck_assert_uint_eq(fixture.reader.error_count, 0);
        ck_assert_uint_eq(fixture.parsed.diagnostics.warning_count, 1);
        ck_assert_uint_eq(fixture.parsed.diagnostics.items.items[0].code, CP_CODE_TYPE);
        teardown(&fixture);
    }
}
END_TEST

START_TEST(text_with_a_nul_is_refused)
{
    struct fixture fixture;
    struct cp_field field;
    struct cp_text text;

    setup(&fixture, "a: \"x\\0y\"\n");
    field = cp_field_member(&fixture.root, "a");
    ck_assert(!cp_read_text(&fixture.reader, &field, &text));
    ck_assert_str_eq(expect_diagnostic(&fixture.parsed, CP_CODE_TEXT_NUL, 1, 4)->message,
                     "text contains a NUL character: \"x\\x00y\"");
    teardown(&fixture);
}
END_TEST

static const struct {
    const char *text;
    enum cp_code code;
    const char *message; /* its beginning */
} flaws[] = {
    {"a: !has(x)", CP_CODE_YAML_TAG, "\"!has(x)\" begins with a YAML tag"},
    {"a: ! has(x)", CP_CODE_YAML_TAG, "\"! has(x)\" begins with a YAML tag"},
    {"a: !!int abc", CP_CODE_YAML_TAG, "\"!!int abc\" begins with a YAML tag"},
    {"a: !x [b]", CP_CODE_YAML_TAG, "a list with a YAML tag"},
    {"a: !!set {b}", CP_CODE_YAML_TAG, "a mapping with a YAML tag"},
    {"a: {1: 2}", CP_CODE_YAML_KEY, "a key of this mapping is no text"},
    {"a: {<<: 2}", CP_CODE_YAML_KEY, "a key of this mapping is no text"},
};

START_TEST(a_flaw_is_reported_first_whatever_is_wanted)
{
    for (enum reading reading = TEXT; reading <= MAPPING; reading++) {
        struct fixture fixture;
        struct cp_field field;
        const char *message;

        setup(&fixture, flaws[_i].text);
        field = cp_field_member(&fixture.root, "a");
        ck_assert(!read_as(&fixture, &field, reading));
        message = expect_diagnostic(&fixture.parsed, flaws[_i].code, 1, 4)->message;
        ck_assert_msg(cp_text_starts_with(cp_text_from(message), cp_text_from(flaws[_i].message)),
                      "%s", message);
        ck_assert_str_eq(fixture.parsed.diagnostics.items.items[0].path, "a");
        teardown(&fixture);
    }
}
END_TEST

static const struct {
    const char *text;
    size_t offset;
    uint32_t column;
} insides[] = {
    {"a: x y", 2, 6},
    {"a: 'x y'", 2, 7},
    {"a: \"x \xc3\xa9y\"", 4, 8}, /* before the y, behind two bytes of é */
    {"a: \"x\\ty\"", 2, 4},
    {"a: |\n  x y\n", 2, 4},
    {"a: x\n  y", 2, 4},
    {"a: xyz", 99, 7},
    {"{\"a\": \"x y\"}", 2, 10},
};

START_TEST(a_report_inside_text_has_the_column_if_it_can_be_told)
{
    struct fixture fixture;
    struct cp_field field;

    setup(&fixture, insides[_i].text);
    field = cp_field_member(&fixture.root, "a");
    cp_report_inside(&fixture.reader, &field, insides[_i].offset, CP_CODE_SELECTOR_SYNTAX,
                     "number %u", 3u);
    ck_assert_str_eq(
        expect_diagnostic(&fixture.parsed, CP_CODE_SELECTOR_SYNTAX, 1, insides[_i].column)->message,
        "number 3");
    teardown(&fixture);
}
END_TEST

START_TEST(severity_is_the_code_s_or_the_caller_s)
{
    struct fixture fixture;

    setup(&fixture, "a: 1");
    cp_report(&fixture.reader, &fixture.root, CP_CODE_KIND_IGNORED, "%s", "x");
    cp_report(&fixture.reader, &fixture.root, CP_CODE_NAMESPACE_IGNORED, "%s", "x");
    ck_assert_uint_eq(fixture.reader.error_count, 0);
    cp_report(&fixture.reader, &fixture.root, CP_CODE_NAME, "%s", "x");
    ck_assert_uint_eq(fixture.reader.error_count, 1);
    cp_report_as(&fixture.reader, &fixture.root, CP_CODE_ACTION, CALPOL_SEVERITY_NOTE, "%s", "x");
    ck_assert_uint_eq(fixture.reader.error_count, 1);
    ck_assert_uint_eq(fixture.parsed.diagnostics.note_count, 2);
    ck_assert_uint_eq(fixture.parsed.diagnostics.warning_count, 1);
    teardown(&fixture);
}
END_TEST

static int report_something(const struct calpol_allocator *allocator, void *context)
{
    const struct cp_node text = {
        .type = CP_NODE_TEXT, .line = 1, .column = 1, .text = "x", .length = 1};
    const struct cp_source source = {.name = "x", .text = CP_TEXT("x")};
    struct cp_arena arena;
    struct calpol_diagnostics diagnostics;
    struct cp_reader reader = {.arena = &arena, .diagnostics = &diagnostics, .source = &source};
    struct cp_field field = cp_field_root(&text);
    int64_t value;

    (void)context;
    cp_arena_init(&arena, allocator);
    cp_diagnostics_init(&diagnostics, allocator, 0, false);
    ck_assert(!cp_read_integer(&reader, &field, &value));
    cp_report(&reader, &field, CP_CODE_NAME,
              "a message of more than sixty-four bytes, so that the "
              "buffer that it is built in has to grow");
    cp_arena_finish(&arena);
    cp_diagnostics_finish(&diagnostics);
    return reader.status;
}

START_TEST(memory_failure_sticks_in_the_reader)
{
    ck_assert_uint_gt(for_each_failure(report_something, NULL), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("reader");
    TCase *paths = tcase_create("paths");
    TCase *reads = tcase_create("reads");
    TCase *reports = tcase_create("reports");

    tcase_add_test(paths, a_path_names_the_way);
    tcase_add_test(paths, a_sequence_at_the_root_begins_its_paths_with_brackets);
    tcase_add_loop_test(paths, keys_that_are_no_identifiers_are_quoted_in_paths, 0, COUNT_OF(keys));
    tcase_add_test(paths, a_path_may_be_longer_than_what_is_written_at_once);
    tcase_add_test(paths, null_is_absent_but_as_an_item_or_entry);
    tcase_add_loop_test(reads, fields_are_read_as_their_type_only, 0, COUNT_OF(values));
    tcase_add_test(reads, a_null_item_is_empty);
    tcase_add_loop_test(reads, integers_that_do_not_fit_are_at_the_ends, 0, COUNT_OF(integers));
    tcase_add_test(reads, text_without_quotes_is_an_error_or_lenient_a_warning);
    tcase_add_test(reads, text_with_a_nul_is_refused);
    tcase_add_loop_test(reads, a_flaw_is_reported_first_whatever_is_wanted, 0, COUNT_OF(flaws));
    tcase_add_loop_test(reports, a_report_inside_text_has_the_column_if_it_can_be_told, 0,
                        COUNT_OF(insides));
    tcase_add_test(reports, severity_is_the_code_s_or_the_caller_s);
    tcase_add_test(reports, memory_failure_sticks_in_the_reader);
    suite_add_tcase(suite, paths);
    suite_add_tcase(suite, reads);
    suite_add_tcase(suite, reports);
    return suite;
}
