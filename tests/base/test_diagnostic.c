/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of diagnostics.
 */
#include "base/diagnostic.h"

#include "base/utf8.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct calpol_diagnostics list;

static void set_up(void)
{
    cp_diagnostics_init(&list, NULL, 0, false);
}

static void set_up_lenient(void)
{
    cp_diagnostics_init(&list, NULL, 0, true);
}

static void set_up_limited(void)
{
    cp_diagnostics_init(&list, NULL, 2, false);
}

static void tear_down(void)
{
    cp_diagnostics_finish(&list);
}

/* Adds a diagnostic at a place of a source that may be NULL. */
static int say(const struct cp_source *source, uint32_t line, uint32_t column, enum cp_code code)
{
    const struct cp_subject subject = {
        .place = {source, line, column},
        .resource = CP_TEXT("NetworkPolicy/a/b"),
        .path = CP_TEXT("spec.order"),
        .document = 3,
    };

    return cp_diagnose(&list, &subject, code, CP_TEXT("message"));
}

START_TEST(a_diagnostic_holds_copies_of_what_was_said)
{
    char name[] = "file.yaml", text[] = "a: 1\nb: x\r\n", message[] = "b is \"x\"";
    struct cp_source source = {.name = name, .text = cp_text_from(text)};
    struct cp_subject subject = {.place = {&source, 2, 4},
                                 .resource = CP_TEXT("Tier/t"),
                                 .path = CP_TEXT("spec.b"),
                                 .document = 1};
    const struct cp_diagnostic *item;

    ck_assert_int_eq(cp_diagnose(&list, &subject, CP_CODE_TYPE, cp_text_from(message)), CALPOL_OK);
    memset(name, 'x', strlen(name));
    memset(text, 'x', strlen(text));
    memset(message, 'x', strlen(message));
    ck_assert_uint_eq(list.items.count, 1);
    item = &list.items.items[0];
    ck_assert_int_eq(item->code, CP_CODE_TYPE);
    ck_assert_int_eq(item->severity, CALPOL_SEVERITY_ERROR);
    ck_assert_str_eq(item->source, "file.yaml");
    ck_assert_uint_eq(item->line, 2);
    ck_assert_uint_eq(item->column, 4);
    ck_assert_uint_eq(item->document, 1);
    ck_assert_str_eq(item->resource, "Tier/t");
    ck_assert_str_eq(item->path, "spec.b");
    ck_assert_str_eq(item->message, "b is \"x\"");
    ck_assert_str_eq(item->excerpt, "b: x");
    ck_assert_uint_eq(item->excerpt_column, 4);
}
END_TEST

START_TEST(a_diagnostic_of_nowhere_has_empty_texts)
{
    const struct cp_subject nowhere = {.document = 0};
    const struct cp_diagnostic *item;

    ck_assert_int_eq(cp_diagnose(&list, &nowhere, CP_CODE_TYPE, CP_TEXT("message")), CALPOL_OK);
    item = &list.items.items[0];
    ck_assert_str_eq(item->source, "");
    ck_assert_str_eq(item->resource, "");
    ck_assert_str_eq(item->path, "");
    ck_assert_str_eq(item->excerpt, "");
    ck_assert_uint_eq(item->excerpt_column, 0);
}
END_TEST

START_TEST(the_same_is_said_once)
{
    struct cp_source source = {.name = "s", .text = CP_TEXT("text")};

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(say(&source, 1, 1, CP_CODE_TYPE), CALPOL_OK);
        ck_assert_int_eq(say(&source, 1, 2, CP_CODE_TYPE), CALPOL_OK);
        ck_assert_int_eq(say(&source, 2, 1, CP_CODE_TYPE), CALPOL_OK);
        ck_assert_int_eq(say(&source, 1, 1, CP_CODE_ACTION), CALPOL_OK);
        ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_TYPE), CALPOL_OK);
    }
    ck_assert_uint_eq(list.items.count, 5);
    ck_assert_uint_eq(list.error_count, 5);
}
END_TEST

START_TEST(severities_are_counted)
{
    ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_TYPE), CALPOL_OK);
    ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_UNDEFINED_TIER), CALPOL_OK);
    ck_assert_int_eq(say(NULL, 2, 1, CP_CODE_UNDEFINED_TIER), CALPOL_OK);
    ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_KIND_IGNORED), CALPOL_OK);
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_uint_eq(list.warning_count, 2);
    ck_assert_uint_eq(list.note_count, 1);
}
END_TEST

START_TEST(a_severity_may_be_given)
{
    const struct cp_subject nowhere = {.document = 0};

    ck_assert_int_eq(cp_diagnose_as(&list, &nowhere, CP_CODE_UNDEFINED_TIER, CALPOL_SEVERITY_ERROR,
                                    CP_TEXT("message")),
                     CALPOL_OK);
    ck_assert_int_eq(list.items.items[0].severity, CALPOL_SEVERITY_ERROR);
    ck_assert_uint_eq(list.error_count, 1);
}
END_TEST

START_TEST(a_failed_message_is_no_memory)
{
    const struct cp_subject nowhere = {.document = 0};

    ck_assert_int_eq(cp_diagnose(&list, &nowhere, CP_CODE_TYPE, cp_text_make(NULL, 0)),
                     CALPOL_ERROR_NO_MEMORY);
    ck_assert_uint_eq(list.items.count, 0);
    ck_assert_uint_eq(list.error_count, 0);
}
END_TEST

START_TEST(lenient_loading_softens_what_its_table_says)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++) {
        bool softened =
            table[i].severity == CALPOL_SEVERITY_ERROR && table[i].lenient != CP_LENIENT_ERROR;

        ck_assert_int_eq(cp_diagnostics_severity(&list, table[i].code),
                         softened ? CALPOL_SEVERITY_WARNING : table[i].severity);
    }
}
END_TEST

START_TEST(strict_loading_softens_nothing)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++)
        ck_assert_int_eq(cp_diagnostics_severity(&list, table[i].code), table[i].severity);
}
END_TEST

START_TEST(beyond_the_limit_is_counted_only)
{
    ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_TYPE), CALPOL_OK);
    ck_assert_int_eq(say(NULL, 2, 1, CP_CODE_TYPE), CALPOL_OK);
    ck_assert(!list.full);
    ck_assert_int_eq(say(NULL, 3, 1, CP_CODE_TYPE), CALPOL_ERROR_LIMIT);
    ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_TYPE), CALPOL_OK);
    ck_assert(list.full);
    ck_assert_uint_eq(list.items.count, 2);
    ck_assert_uint_eq(list.error_count, 3);
}
END_TEST

START_TEST(the_limit_is_for_each_severity)
{
    for (uint32_t line = 1; line <= 3; line++)
        say(NULL, line, 1, CP_CODE_UNDEFINED_TIER);
    ck_assert_uint_eq(list.items.count, 2);
    ck_assert_int_eq(say(NULL, 1, 1, CP_CODE_TYPE), CALPOL_OK);
    ck_assert_uint_eq(list.items.count, 3);
    ck_assert_int_eq(list.items.items[2].severity, CALPOL_SEVERITY_ERROR);
    ck_assert_uint_eq(list.warning_count, 3);
    ck_assert_uint_eq(list.error_count, 1);
}
END_TEST

static const struct {
    const char *text;
    uint32_t line, column;
    const char *excerpt;
    uint32_t excerpt_column;
} excerpts[] = {
    {"one\ntwo\nthree", 1, 1, "one", 1},
    {"one\ntwo\nthree", 3, 2, "three", 2},
    {"one\r\ntwo\r\n", 1, 4, "one", 4},
    {"one\n\nthree", 2, 1, "", 1},
    {"one\n", 2, 1, "", 1},
    {"one", 5, 1, "", 1},
    {"", 1, 1, "", 1},
    {"one", 1, 0, "one", 0},
    {"one", 0, 0, "", 0},
    {"\xc3\xa9\xe2\x82\xac: x\n", 1, 5, "\xc3\xa9\xe2\x82\xac: x", 5},
    {"\xef\xbb\xbfone: x", 1, 6, "one: x", 6},                /* a byte order mark is no column */
    {"a\tb\x01\xff", 1, 3, "a b\xef\xbf\xbd\xef\xbf\xbd", 3}, /* controls, what is no UTF-8 */
    {"\xff\xfe"
     "a",
     1, 1, "", 0}, /* UTF-16 is not shown */
};

START_TEST(an_excerpt_is_the_line)
{
    struct cp_source source = {.name = "s", .text = cp_text_from(excerpts[_i].text)};

    ck_assert_int_eq(say(&source, excerpts[_i].line, excerpts[_i].column, CP_CODE_TYPE), CALPOL_OK);
    ck_assert_str_eq(list.items.items[0].excerpt, excerpts[_i].excerpt);
    ck_assert_uint_eq(list.items.items[0].excerpt_column, excerpts[_i].excerpt_column);
}
END_TEST

/* A line of a thousand characters, each of two bytes, but for the one in question. */
START_TEST(a_long_line_is_shortened_around_the_column)
{
    char text[2001];
    struct cp_source source = {.name = "s", .text = {text, 1999}};
    const struct cp_diagnostic *item;

    for (size_t i = 0; i < 1000; i++)
        memcpy(text + 2 * i, "\xc3\xa9", 3);
    memmove(text + 1200, text + 1201, 800);
    text[1200] = '!';
    ck_assert_int_eq(say(&source, 1, 601, CP_CODE_TYPE), CALPOL_OK);
    item = &list.items.items[0];
    ck_assert_uint_eq(cp_utf8_count(cp_text_from(item->excerpt)), 160);
    ck_assert_uint_le(strlen(item->excerpt), 320);
    ck_assert_int_eq(item->excerpt[2 * (item->excerpt_column - 1)], '!');
}
END_TEST

/* Sources have numbers in the order of loading; what is about none comes last. */
START_TEST(sorting_is_by_place_and_keeps_the_order_of_equals)
{
    struct cp_source first = {.name = "z", .number = 1}, second = {.name = "a", .number = 2};
    const enum cp_code expected[] = {CP_CODE_ACTION,    CP_CODE_CIDR, CP_CODE_PROTOCOL,
                                     CP_CODE_PORT_NAME, CP_CODE_NAME, CP_CODE_TYPE};

    ck_assert_int_eq(say(NULL, 0, 0, CP_CODE_TYPE), CALPOL_OK);
    ck_assert_int_eq(say(&second, 1, 1, CP_CODE_NAME), CALPOL_OK);
    ck_assert_int_eq(say(&first, 10, 2, CP_CODE_PORT_NAME), CALPOL_OK);
    ck_assert_int_eq(say(&first, 9, 5, CP_CODE_CIDR), CALPOL_OK);
    ck_assert_int_eq(say(&first, 9, 5, CP_CODE_PROTOCOL), CALPOL_OK);
    ck_assert_int_eq(say(&first, 9, 4, CP_CODE_ACTION), CALPOL_OK);
    ck_assert_int_eq(cp_diagnostics_sort(&list), CALPOL_OK);
    for (size_t i = 0; i < COUNT_OF(expected); i++)
        ck_assert_int_eq(list.items.items[i].code, expected[i]);
}
END_TEST

/* Says one thing of each severity in the first line of a source, about a resource that has codes
   to be ignored. */
static void say_all(const struct cp_source *source, const char *ignored)
{
    const struct cp_subject subject = {.place = {source, 1, 1}, .ignored = cp_text_from(ignored)};
    const enum cp_code codes[] = {CP_CODE_ACTION, CP_CODE_UNDEFINED_TIER, CP_CODE_KIND_IGNORED};

    for (size_t i = 0; i < COUNT_OF(codes); i++)
        ck_assert_int_eq(cp_diagnose(&list, &subject, codes[i], CP_TEXT("message")), CALPOL_OK);
}

START_TEST(a_disabled_code_is_dropped_unless_it_is_an_error)
{
    cp_bitset_add(list.disabled, CP_CODE_ACTION);
    cp_bitset_add(list.disabled, CP_CODE_UNDEFINED_TIER);
    say_all(NULL, "");
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_uint_eq(list.warning_count, 0);
    ck_assert_uint_eq(list.note_count, 1);
    ck_assert_uint_eq(list.items.count, 2);
}
END_TEST

START_TEST(a_resource_switches_off_warnings_and_notes_and_no_errors)
{
    say_all(NULL, "action, kind-ignored");
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_uint_eq(list.warning_count, 1);
    ck_assert_uint_eq(list.note_count, 0);
}
END_TEST

START_TEST(a_comment_switches_off_warnings_and_notes_and_no_errors)
{
    struct cp_source source = {.name = "s",
                               .text = CP_TEXT("a: 1 # calpol: ignore action, undefined-tier\n")};

    say_all(&source, "");
    ck_assert_uint_eq(list.error_count, 1);
    ck_assert_uint_eq(list.warning_count, 0);
    ck_assert_uint_eq(list.note_count, 1);
}
END_TEST

START_TEST(a_code_can_be_an_error_that_is_not_switched_off)
{
    const struct cp_subject subject = {.ignored = CP_TEXT("undefined-tier")};

    ck_assert_int_eq(cp_diagnose_as(&list, &subject, CP_CODE_UNDEFINED_TIER, CALPOL_SEVERITY_ERROR,
                                    CP_TEXT("message")),
                     CALPOL_OK);
    ck_assert_uint_eq(list.error_count, 1);
}
END_TEST

static int report(const struct calpol_allocator *allocator, void *context)
{
    struct cp_source source = {.name = "s", .text = CP_TEXT("line\nline\nline")};
    struct calpol_diagnostics few;
    int status = CALPOL_OK;

    (void)context;
    cp_diagnostics_init(&few, allocator, 0, false);
    for (uint32_t i = 0; i < 20 && status == CALPOL_OK; i++) {
        const struct cp_subject subject = {.place = {&source, 20 - i, 1},
                                           .resource = CP_TEXT("Tier/t"),
                                           .path = CP_TEXT("spec"),
                                           .document = i};

        status = cp_diagnose(&few, &subject, CP_CODE_TYPE, CP_TEXT("message"));
    }
    if (status == CALPOL_OK)
        status = cp_diagnostics_sort(&few);
    for (uint32_t i = 0; i < few.items.count; i++)
        ck_assert_str_eq(few.items.items[i].message, "message");
    cp_diagnostics_finish(&few);
    return status;
}

START_TEST(no_memory_is_noticed_and_the_list_stays_whole)
{
    ck_assert_uint_gt(for_each_failure(report, NULL), 1);
}
END_TEST

/* A test case with a list of its own. */
static TCase *add_case(Suite *suite, const char *name, SFun make_list)
{
    TCase *made = tcase_create(name);

    tcase_add_checked_fixture(made, make_list, tear_down);
    suite_add_tcase(suite, made);
    return made;
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/diagnostic");
    TCase *strict = add_case(suite, "list", set_up);
    TCase *lenient = add_case(suite, "lenient", set_up_lenient);
    TCase *limited = add_case(suite, "limited", set_up_limited);

    tcase_add_test(strict, a_diagnostic_holds_copies_of_what_was_said);
    tcase_add_test(strict, a_diagnostic_of_nowhere_has_empty_texts);
    tcase_add_test(strict, the_same_is_said_once);
    tcase_add_test(strict, severities_are_counted);
    tcase_add_test(strict, a_severity_may_be_given);
    tcase_add_test(strict, a_failed_message_is_no_memory);
    tcase_add_test(strict, strict_loading_softens_nothing);
    tcase_add_loop_test(strict, an_excerpt_is_the_line, 0, (int)COUNT_OF(excerpts));
    tcase_add_test(strict, a_long_line_is_shortened_around_the_column);
    tcase_add_test(strict, sorting_is_by_place_and_keeps_the_order_of_equals);
    tcase_add_test(strict, a_disabled_code_is_dropped_unless_it_is_an_error);
    tcase_add_test(strict, a_resource_switches_off_warnings_and_notes_and_no_errors);
    tcase_add_test(strict, a_comment_switches_off_warnings_and_notes_and_no_errors);
    tcase_add_test(strict, a_code_can_be_an_error_that_is_not_switched_off);
    tcase_add_test(strict, no_memory_is_noticed_and_the_list_stays_whole);
    tcase_add_test(lenient, lenient_loading_softens_what_its_table_says);
    tcase_add_test(limited, beyond_the_limit_is_counted_only);
    tcase_add_test(limited, the_limit_is_for_each_severity);
    return suite;
}
