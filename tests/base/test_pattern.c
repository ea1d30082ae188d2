/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each form takes and refuses, from the tables of the specification.
 */
#include "base/pattern.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

#include <stdlib.h>

static struct cp_patterns *patterns;

static void set_up(void)
{
    patterns = cp_patterns_new(NULL);
    ck_assert_ptr_nonnull(patterns);
}

static void tear_down(void)
{
    ck_assert(!cp_patterns_failed(patterns));
    cp_patterns_free(patterns);
}

#define A5 "aaaaa"
#define A15 A5 A5 A5
#define A60 A15 A15 A15 A15
#define A63 A60 "aaa"
#define A250 A60 A60 A60 A60 A5 A5
#define LABELS_248                                                                                 \
    A60 "." A60 "." A60 "." A60 "."                                                                \
        "aaaa"

static const struct {
    enum cp_pattern pattern;
    const char *good[14]; /* ends with NULL */
    const char *bad[22];
} forms[] = {
    {CP_PATTERN_DNS_LABEL,
     {"a", "0", "a-b", "a--b", "kube-system", A250},
     {"", "-", "-a", "a-", "A", "a.b", "a_b", "a ", " a", "a\n", "\xc3\xa9", "a/b"}},
    {CP_PATTERN_DNS_SUBDOMAIN,
     {"a", "a.b", "0.1.2", "a-b.c--d", A250 "." A250},
     {"", ".", ".a", "a.", "a..b", "-a.b", "a-.b", "a.-b", "a.b-", "A.b", "a_b.c", "a.b\n"}},
    {CP_PATTERN_QUALIFIED_NAME,
     {"a", "A", "0", "a.b_C-d", "example.com/a", "a/B", "a--b/c", A63, "a/" A63, A250 "/a"},
     {"", "/", "/a", "a/", "a/b/c", "A/b", "a_b/c", "a./b", ".a/b", "-a", "a-", "_a", "a.", "a b",
      A63 "a", "a/" A63 "a", "a\n", "a/b\n", "a/-b"}},
    {CP_PATTERN_LABEL_VALUE,
     {"", "a", "A", "0", "a.b_C-d", A63},
     {"-a", "a-", ".a", "a.", "_", "a b", "a/b", A63 "a", "\n", "a\n", "\xc3\xa9"}},
    {CP_PATTERN_PORT_NAME,
     {"http", "a", "8080a", "0-a", "a-b-c", A15},
     {"", "80", "0-1", "a--b", "-a", "a-", "-", "HTTP", "http_alt", "80-90", "*", "a.b", "a ",
      "a\n", A15 "a"}},
    {CP_PATTERN_INTERFACE_NAME,
     {"*", "eth0", "A_b.c-", "-", ".", A15},
     {"", "**", "*a", "a*", "a b", "a/b", "eth0\n", A15 "a", "\xc3\xa9"}},
    {CP_PATTERN_CONTAINER_ID,
     {"a", "0", "A-b", "1337495556942031415926535", A250},
     {"", "-", "-a", "a-", "a_b", "a.b", "a\n", "a b"}},
    {CP_PATTERN_MAC,
     {"00:11:22:aa:BB:cC", "00-11-22-aa-bb-cc", "0011.22aa.bbcc"},
     {"", "00:11:22:aa:bb", "00:11:22:aa:bb:cc:dd", "00:11:22-aa:bb:cc", "0:11:22:aa:bb:cc",
      "001122aabbcc", "00.11.22.aa.bb.cc", "0011:22aa:bbcc", "0011.22aa", "gg:11:22:aa:bb:cc",
      "00:11:22:aa:bb:cc\n", "00:11:22:aa:bb:cc:dd:ee"}},
    {CP_PATTERN_POLICY_NAME,
     {"a", "default.a", "a-b.c-d", "0.0"},
     {"", ".", "a.", ".a", "a.b.c", "a..b", "-a", "a.-b", "A", "a_b", "a.b\n"}},
    {CP_PATTERN_DOMAIN,
     {"a", "a.b", "A.b.", "*.example.com", "www.*.com", "update.*", "update.*.", "_dmarc.a_b",
      "0.1", A63 ".a", LABELS_248 ".aaaa", LABELS_248 ".aaaa."},
     {"",
      ".",
      "*",
      "*.",
      "a..b",
      ".a",
      "a..",
      "*.*",
      "*.a.*",
      "*foo.example.com",
      "f*o.com",
      "-a.b",
      "a-.b",
      "a.b-",
      "a b",
      A63 "a.b",
      LABELS_248 ".aaaaa",
      LABELS_248 ".aaaaa.",
      "a\n",
      "a.b.\n",
      "a/b"}},
    {CP_PATTERN_CNP_DOMAIN,
     {"a.b", "A.b-c.D", "*.a.b", "a.b.", "a_b.c__d.e", "*.example.com.", A63 "a.b"},
     {"", "a", "*", "*.a", "*.", "a.*", "*a.b", "a.*.b", "*.*.a", ".a.b", "a..b", "a.b..", "-a.b",
      "a-.b", "_a.b", "a_.b", "a.b_", "a.b\n"}},
};

START_TEST(each_form_takes_what_it_should)
{
    for (size_t i = 0; i < COUNT_OF(forms[_i].good) && forms[_i].good[i]; i++)
        ck_assert_msg(
            cp_patterns_match(patterns, forms[_i].pattern, cp_text_from(forms[_i].good[i])),
            "form %d does not take \"%s\"", (int)forms[_i].pattern, forms[_i].good[i]);
}
END_TEST

START_TEST(each_form_refuses_what_it_should)
{
    for (size_t i = 0; i < COUNT_OF(forms[_i].bad) && forms[_i].bad[i]; i++)
        ck_assert_msg(
            !cp_patterns_match(patterns, forms[_i].pattern, cp_text_from(forms[_i].bad[i])),
            "form %d takes \"%s\"", (int)forms[_i].pattern, forms[_i].bad[i]);
}
END_TEST

START_TEST(every_form_is_tested)
{
    ck_assert_uint_eq(COUNT_OF(forms), CP_PATTERN_COUNT);
    for (int i = 0; i < CP_PATTERN_COUNT; i++)
        ck_assert_int_eq(forms[i].pattern, i);
}
END_TEST

/* A good name with one byte replaced by another is good only where the byte is one of the form's.
 */
START_TEST(no_other_byte_is_taken)
{
    static const char *const allowed[CP_PATTERN_COUNT] = {
        [CP_PATTERN_DNS_LABEL] = "az09-",          [CP_PATTERN_DNS_SUBDOMAIN] = "az09-.",
        [CP_PATTERN_QUALIFIED_NAME] = "aAz09-_./", [CP_PATTERN_LABEL_VALUE] = "aAz09-_.",
        [CP_PATTERN_PORT_NAME] = "az09-",          [CP_PATTERN_INTERFACE_NAME] = "aAz09-_.",
        [CP_PATTERN_CONTAINER_ID] = "aAz09-",      [CP_PATTERN_POLICY_NAME] = "az09-.",
        [CP_PATTERN_DOMAIN] = "aAz09-_.",
    };

    if (!allowed[_i])
        return;
    for (int byte = 0; byte < 256; byte++) {
        char name[] = {'b', (char)byte, 'b'};
        char like = (char)byte;

        if (byte >= 'a' && byte <= 'z')
            like = 'a';
        else if (byte >= 'A' && byte <= 'Z')
            like = 'A';
        else if (byte >= '0' && byte <= '9')
            like = '0';
        ck_assert_msg(cp_patterns_match(patterns, (enum cp_pattern)_i, cp_text_make(name, 3)) ==
                          (like && strchr(allowed[_i], like)),
                      "form %d, byte %d", _i, byte);
    }
}
END_TEST

START_TEST(a_nul_is_a_byte_like_any_other)
{
    for (int i = 0; i < CP_PATTERN_COUNT; i++) {
        ck_assert(!cp_patterns_match(patterns, (enum cp_pattern)i, cp_text_make("a.b\0", 4)));
        ck_assert(!cp_patterns_match(patterns, (enum cp_pattern)i, cp_text_make("\0", 1)));
    }
}
END_TEST

static bool any_matches(const char *name, size_t length)
{
    bool any = false;

    for (int i = 0; i < CP_PATTERN_COUNT; i++)
        any = cp_patterns_match(patterns, (enum cp_pattern)i, cp_text_make(name, length)) || any;
    return any;
}

/* Neither time nor memory nor limits are an obstacle to names far longer than there should be. */
START_TEST(a_long_name_is_judged_to_its_end)
{
    const size_t length = 10000000, some_labels = 200000;
    char *name = malloc(length);

    for (size_t i = 0; i < length; i++)
        name[i] = i % 2 ? '.' : 'a';
    ck_assert(
        cp_patterns_match(patterns, CP_PATTERN_DNS_SUBDOMAIN, cp_text_make(name, some_labels - 1)));
    ck_assert(cp_patterns_match(patterns, CP_PATTERN_CNP_DOMAIN, cp_text_make(name, some_labels)));
    name[some_labels - 1] = '-';
    ck_assert(!any_matches(name, some_labels));
    ck_assert(!any_matches(name, length));
    memset(name, 'a', length);
    ck_assert(cp_patterns_match(patterns, CP_PATTERN_DNS_LABEL, cp_text_make(name, length)));
    name[length - 1] = '-';
    ck_assert(!any_matches(name, length));
    free(name);
}
END_TEST

START_TEST(the_empty_text_is_a_label_value_only)
{
    for (int i = 0; i < CP_PATTERN_COUNT; i++)
        ck_assert_int_eq(cp_patterns_match(patterns, (enum cp_pattern)i, cp_text_from(NULL)),
                         i == CP_PATTERN_LABEL_VALUE);
}
END_TEST

static int use(const struct calpol_allocator *allocator, void *context)
{
    struct cp_patterns *table = cp_patterns_new(allocator);
    bool failed, matches;

    (void)context;
    if (!table)
        return CALPOL_ERROR_NO_MEMORY;
    matches = cp_patterns_match(table, CP_PATTERN_DNS_LABEL, CP_TEXT("a"));
    failed = cp_patterns_failed(table);
    ck_assert_int_eq(matches, !failed);
    cp_patterns_free(table);
    return failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK;
}

START_TEST(memory_comes_from_the_hook_and_may_run_out)
{
    ck_assert_uint_gt(for_each_failure(use, NULL), CP_PATTERN_COUNT);
}
END_TEST

START_TEST(null_may_be_freed)
{
    cp_patterns_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/pattern");
    TCase *names = tcase_create("names");
    TCase *memory = tcase_create("memory");

    tcase_add_checked_fixture(names, set_up, tear_down);
    tcase_add_loop_test(names, each_form_takes_what_it_should, 0, (int)COUNT_OF(forms));
    tcase_add_loop_test(names, each_form_refuses_what_it_should, 0, (int)COUNT_OF(forms));
    tcase_add_test(names, every_form_is_tested);
    tcase_add_loop_test(names, no_other_byte_is_taken, 0, CP_PATTERN_COUNT);
    tcase_add_test(names, a_nul_is_a_byte_like_any_other);
    tcase_add_test(names, a_long_name_is_judged_to_its_end);
    tcase_add_test(names, the_empty_text_is_a_label_value_only);
    suite_add_tcase(suite, names);
    tcase_add_test(memory, memory_comes_from_the_hook_and_may_run_out);
    tcase_add_test(memory, null_may_be_freed);
    suite_add_tcase(suite, memory);
    return suite;
}
