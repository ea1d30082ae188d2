/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Domain patterns against names (EV-97).
 */
#include "net/domain.h"

#include "support/expect.h"
#include "support/suite.h"

static const struct {
    const char *pattern, *name;
    bool matches;
} cases[] = {
    {"example.com", "example.com", true},
    {"example.com", "EXAMPLE.Com", true},
    {"EXAMPLE.com", "example.COM", true},
    {"example.com", "example.com.", true},
    {"example.com.", "example.com", true},
    {"example.com.", "example.com.", true},
    {"example.com", "a.example.com", false},
    {"example.com", "xample.com", false},
    {"example.com", "example.co", false},
    {"example.com", "example.com..", false},
    {"*.example.com", "a.example.com", true},
    {"*.example.com", "a.b.example.com", true},
    {"*.example.com", "A.EXAMPLE.COM.", true},
    {"*.example.com.", "a.example.com", true},
    {"*.example.com", "example.com", false},
    {"*.example.com", ".example.com", false},
    {"*.example.com", "aexample.com", false},
    {"*.example.com", "a..example.com", false},
    {"*.example.com", ".a.example.com", false},
    {"*.example.com", "a.example.com.evil.org", false},
    {"www.*.com", "www.example.com", true},
    {"www.*.com", "www.a.b.com", true},
    {"www.*.com", "www.com", false},
    {"www.*.com", "www..com", false},
    {"www.*.com", "wwwx.example.com", false},
    {"www.*.com", "www.example.xcom", false},
    {"www.*.com", "www.example.com.au", false},
    {"update.*", "update.example.com", true},
    {"update.*", "update.com.", true},
    {"update.*.", "update.com", true},
    {"update.*", "update", false},
    {"update.*", "update.", false},
    {"update.*", "updates.com", false},
    {"a.*.a", "a.a", false}, /* head and tail do not share a label */
    {"a.*.a", "a.a.a", true},
    {"*", "example.com", true}, /* not legal in a rule, but what it says */
    {"*foo.example.com", "xfoo.example.com", false},
    {"f*.example.com", "foo.example.com", false},
    {"f*o.com", "fooo.com", false},
    {"*.*.com", "a.b.com", false},
    {"*.*.com", "a.*.com", false},
    {"*.example.com", "*.example.com", true}, /* a name like any other */
    {"example.com", "", false},
    {"", "", false},
    {"", "example.com", false},
    {"*", "", false},
    {"*", ".", false},
    {".", ".", false},
    {"b\xc3\x84.com", "b\xc3\xa4.com", false}, /* only ASCII has case here */
};

START_TEST(patterns_match_whole_labels)
{
    ck_assert_msg(cp_domain_matches(cp_text_from(cases[_i].pattern),
                                    cp_text_from(cases[_i].name)) == cases[_i].matches,
                  "\"%s\" and \"%s\"", cases[_i].pattern, cases[_i].name);
}
END_TEST

START_TEST(no_text_is_no_name)
{
    ck_assert(!cp_domain_matches(cp_text_from(NULL), cp_text_from(NULL)));
    ck_assert(!cp_domain_matches(CP_TEXT("*"), cp_text_from(NULL)));
}
END_TEST

START_TEST(a_name_is_no_pattern_and_no_url)
{
    static const struct {
        const char *text;
        bool is_name;
    } names[] = {
        {"a.example.com", true},
        {"A.example.COM.", true},
        {"_dmarc.example.com", true},
        {"localhost", true},
        {"*.example.com", false},
        {"https://a.example.com", false},
        {"a.example.com:443", false},
        {"a..b", false},
        {"", false},
        {".", false},
        {"a b", false},
    };

    for (size_t i = 0; i < COUNT_OF(names); i++)
        ck_assert_msg(cp_domain_is_name(cp_text_from(names[i].text)) == names[i].is_name, "%s",
                      names[i].text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/domain");
    TCase *patterns = tcase_create("patterns");

    tcase_add_loop_test(patterns, patterns_match_whole_labels, 0, (int)COUNT_OF(cases));
    tcase_add_test(patterns, no_text_is_no_name);
    tcase_add_test(patterns, a_name_is_no_pattern_and_no_url);
    suite_add_tcase(suite, patterns);
    return suite;
}
