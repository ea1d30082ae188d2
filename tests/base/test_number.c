/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in text. The expected bits were computed by another implementation (CPython's float).
 */
#include "base/number.h"

#include "support/expect.h"
#include "support/suite.h"

#include <stdio.h>
#include <stdlib.h>

static uint64_t bits_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static double double_of(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static const struct {
    struct cp_text text;
    uint64_t limit;
    bool good;
    uint64_t value;
} unsigned_texts[] = {
    {{"0", 1}, 0, true, 0},
    {{"1", 1}, 0, false, 0},
    {{"65535", 5}, 65535, true, 65535},
    {{"65536", 5}, 65535, false, 0},
    {{"70000", 5}, 65535, false, 0},
    {{"00000000000000000000000000080", 29}, 65535, true, 80},
    {{"18446744073709551615", 20}, UINT64_MAX, true, UINT64_MAX},
    {{"18446744073709551616", 20}, UINT64_MAX, false, 0},
    {{"99999999999999999999999", 23}, UINT64_MAX, false, 0},
    {{"", 0}, 10, false, 0},
    {{NULL, 0}, 10, false, 0},
    {{"+1", 2}, 10, false, 0},
    {{"-1", 2}, 10, false, 0},
    {{" 1", 2}, 10, false, 0},
    {{"1 ", 2}, 10, false, 0},
    {{"1\n", 2}, 10, false, 0},
    {{"1\0", 2}, 10, false, 0},
    {{"0x1", 3}, 10, false, 0},
    {{"1e0", 3}, 10, false, 0},
    {{"\xd9\xa1", 2}, 10, false, 0}, /* an Arabic digit */
};

START_TEST(unsigned_numbers_are_digits_up_to_a_limit)
{
    uint64_t value = 12345;
    bool good = cp_number_parse_unsigned(unsigned_texts[_i].text, unsigned_texts[_i].limit, &value);

    ck_assert_int_eq(good, unsigned_texts[_i].good);
    ck_assert_uint_eq(value, good ? unsigned_texts[_i].value : 12345);
}
END_TEST

static const struct {
    const char *text;
    uint64_t bits;
} doubles[] = {
    {"0", 0x0000000000000000u},
    {"-0", 0x8000000000000000u},
    {"0.0", 0x0000000000000000u},
    {"00", 0x0000000000000000u},
    {"1", 0x3ff0000000000000u},
    {"+1", 0x3ff0000000000000u},
    {"-1", 0xbff0000000000000u},
    {"1.", 0x3ff0000000000000u},
    {".5", 0x3fe0000000000000u},
    {"1e3", 0x408f400000000000u},
    {"1E3", 0x408f400000000000u},
    {"1e+3", 0x408f400000000000u},
    {"1e-3", 0x3f50624dd2f1a9fcu},
    {"0001.5000", 0x3ff8000000000000u},
    {"1e6", 0x412e848000000000u},
    {"9007199254740992", 0x4340000000000000u},
    {"9007199254740993", 0x4340000000000000u}, /* halfway, to even */
    {"9007199254740994", 0x4340000000000001u},
    {"9007199254740995", 0x4340000000000002u},                            /* halfway, to even */
    {"9007199254740993.00000000000000000000000001", 0x4340000000000001u}, /* just above halfway */
    {"18014398509481986", 0x4350000000000000u},
    {"0.1", 0x3fb999999999999au},
    {"0.3", 0x3fd3333333333333u},
    {"123456.789e-3", 0x405edd3c07ee0b0bu},
    {"2.2250738585072014e-308", 0x0010000000000000u}, /* the smallest normal */
    {"2.2250738585072011e-308", 0x000fffffffffffffu}, /* the largest subnormal */
    {"2.2250738585072012e-308", 0x0010000000000000u},
    {"5e-324", 0x0000000000000001u},                  /* the smallest of all */
    {"2.4703282292062327e-324", 0x0000000000000000u}, /* just below half of it */
    {"2.4703282292062328e-324", 0x0000000000000001u}, /* just above */
    {"7.4109846876186981e-324", 0x0000000000000001u},
    {"7.4109846876186982e-324", 0x0000000000000002u},
    {"1e-324", 0x0000000000000000u},
    {"1e-400", 0x0000000000000000u},
    {"1e-99999999999999999999", 0x0000000000000000u},
    {"0e99999999999999999999", 0x0000000000000000u},
    {"1.7976931348623157e308", 0x7fefffffffffffffu}, /* the largest of all */
    {"1.7976931348623158e308", 0x7fefffffffffffffu}, /* nearer to it than to infinity */
    {"1e22", 0x4480f0cf064dd592u},                   /* the last exact power of ten */
    {"1e23", 0x44b52d02c7e14af6u},                   /* not exact any more */
    {"8.5e22", 0x44b1ffdbf6b2b2ebu},
    {"0.500000000000000166533453693773481063544750213623046875", 0x3fe0000000000002u},
    {"3.518437208883201171875e13", 0x42c0000000000002u},
    {"62.5364939768271845828", 0x404f44abd5aa7ca4u},
    {"8.10109172351e-10", 0x3e0bd5cbaef0fd0cu},
    {"1.50000000000000011102230246251565", 0x3ff8000000000000u},
    {"0.000000000000000000000000000000000000000000000000001e51", 0x3ff0000000000000u},
    {"100000000000000000000000000000000000000000000000000e-50", 0x3ff0000000000000u},
    {"5708990770823839207320493820740630171355185152001e-3", 0x4970000000000000u},
};

START_TEST(decimals_become_the_nearest_double)
{
    double value;

    ck_assert(cp_number_parse_double(cp_text_from(doubles[_i].text), &value));
    ck_assert_msg(bits_of(value) == doubles[_i].bits, "%s is %a", doubles[_i].text, value);
}
END_TEST

static const char *const not_doubles[] = {
    "",
    "+",
    ".",
    "-.",
    "e1",
    ".e1",
    "1e",
    "1e+",
    "1e-",
    " 1",
    "1 ",
    "1,5",
    "0x10",
    "1_0",
    "--1",
    "+-1",
    "1..",
    "1.2.3",
    "1e5.",
    "1e1e1",
    "1f",
    "inf",
    "nan",
    "Infinity",
    "1\n",
    "1e 5",
    "1 e5",
    "0b1",
    "1p3",
    "1e400",
    "1e309",
    "-1e309",
    "1.7976931348623159e308",
    "1e99999999999999999999",
};

START_TEST(other_forms_and_what_does_not_fit_are_refused)
{
    double value = 7;

    ck_assert(!cp_number_parse_double(cp_text_from(not_doubles[_i]), &value));
    ck_assert(value == 7);
}
END_TEST

START_TEST(a_nul_is_not_the_end)
{
    double value;

    ck_assert(!cp_number_parse_double(cp_text_make("1\0", 2), &value));
    ck_assert(!cp_number_parse_double(cp_text_make("\0"
                                                   "1",
                                                   2),
                                      &value));
}
END_TEST

/* Digits of 5^1075: times 10^-1075 it is 2^-1075, half of the smallest double. */
static const char half_of_smallest[] =
    "247032822920623272088284396434110686182529901307162382212792841250337753635104375932"
    "649918180817996189898282347722858865463328355177969898199387398005390939063150356595"
    "155702263922908583924491051844359318028499365361525003193704576782492193656236698636"
    "584807570015857692699037063119282795585513329278343384093519780155312465972635795746"
    "227664652728272200563740064854999770965994704540208281662262378573934507363390079677"
    "619305775067401763246736009689513405355374585166611342237666786041621596804619144672"
    "918403005300575308490487653917113865916462395249126236538818796362393732804238910186"
    "723484976682350898633885879256283027559956575244555072551893136908362547791869486679"
    "94968324049705821028513185451396213837722826145437693412532098591327667236328125";

/* 2^1024 - 2^970, halfway between the largest double and what would be the next. */
static const char half_above_largest[] =
    "179769313486231580793728971405303415079934132710037826936173778980444968292764750946"
    "649017977587207096330286416692887910946555547851940402630657488671505820681908902000"
    "708383676273854845817711531764475730270069855571366959622842914819860834936475292719"
    "074168444365510704342711559699508093042880177904174497792";

/* Parses digits, zeros, a final digit and an exponent. */
static bool parse_long(
    const char *digits, size_t zero_count, char last, int exponent, double *out_value)
{
    char text[2000];
    size_t length = strlen(digits);
    int written;

    memcpy(text, digits, length);
    memset(text + length, '0', zero_count);
    length += zero_count;
    text[length++] = last;
    written = snprintf(text + length, sizeof(text) - length, "e%d", exponent - (int)zero_count - 1);
    return cp_number_parse_double(cp_text_make(text, length + (size_t)written), out_value);
}

START_TEST(half_of_the_smallest_double_is_zero_and_anything_more_is_not)
{
    double value;

    ck_assert(parse_long(half_of_smallest, 0, '0', -1075, &value));
    ck_assert(value == 0);
    for (size_t zero_count = 0; zero_count < 200; zero_count++) {
        ck_assert(parse_long(half_of_smallest, zero_count, '1', -1075, &value));
        ck_assert_uint_eq(bits_of(value), 1);
    }
}
END_TEST

START_TEST(halfway_to_infinity_is_too_much_and_anything_less_is_not)
{
    char less[sizeof(half_above_largest)];
    double value;

    ck_assert(!parse_long(half_above_largest, 0, '0', 0, &value));
    memcpy(less, half_above_largest, sizeof(less));
    less[sizeof(less) - 2]--;
    ck_assert(parse_long(less, 500, '9', 0, &value));
    ck_assert_uint_eq(bits_of(value), 0x7fefffffffffffffu);
}
END_TEST

START_TEST(leading_zeros_and_exponents_of_any_length_make_up_for_each_other)
{
    const size_t zero_count = 100000;
    char *text = malloc(zero_count + 32);
    double value;
    int length;

    memset(text, '0', zero_count);
    text[0] = '.';
    length = snprintf(text + zero_count, 32, "25e%d", (int)zero_count);
    ck_assert(cp_number_parse_double(cp_text_make(text, zero_count + (size_t)length), &value));
    ck_assert(value == 2.5);
    free(text);
}
END_TEST

static const struct {
    double value;
    const char *text;
} printed[] = {
    {0.0, "0"},
    {-0.0, "-0"},
    {1.0, "1"},
    {-1.5, "-1.5"},
    {100.0, "100"},
    {1000000.0, "1000000"},
    {123456789012345.0, "123456789012345"},
    {999999999999999.0, "999999999999999"},
    {1e15, "1e15"},
    {1234567890123456.0, "1.234567890123456e15"},
    {0.1, "0.1"},
    {0.1 + 0.2, "0.30000000000000004"},
    {0.00001, "0.00001"},
    {0.000001234, "1.234e-6"},
    {1e22, "1e22"},
    {1e23, "1e23"},
    {9007199254740993.0, "9.007199254740992e15"},
    {5.684341886080802e-14, "5.684341886080802e-14"}, /* 2^-44: neighbours at two distances */
    {2.2250738585072014e-308, "2.2250738585072014e-308"},
    {4.9406564584124654e-324, "5e-324"},
    {1.7976931348623157e308, "1.7976931348623157e308"},
    {-1.7976931348623157e308, "-1.7976931348623157e308"},
    {3507306530042.34375, "3507306530042.3438"},    /* the digit before half is odd, */
    {1125899906842624.25, "1.1258999068426242e15"}, /* even */
};

START_TEST(doubles_print_as_expected)
{
    char text[CP_DOUBLE_TEXT_BYTES];
    size_t length = cp_number_print_double(printed[_i].value, text);

    expect_text(cp_text_make(text, length), printed[_i].text);
}
END_TEST

/* A printed number without its last digit, moved away from zero by one unit if up. */
static bool parse_shorter(struct cp_text text, bool up, double *out_value)
{
    char shorter[CP_DOUBLE_TEXT_BYTES + 1];
    size_t end = cp_text_find_byte(text, 'e'), at;

    if (end == SIZE_MAX)
        end = text.length;
    at = end - 1;
    memcpy(shorter, text.data, text.length);
    shorter[at] = '0';
    while (up) {
        while (at > 0 && shorter[at - 1] == '.')
            at--;
        if (at == 0 || shorter[at - 1] == '-')
            return false;
        up = shorter[--at] == '9';
        shorter[at] = up ? '0' : (char)(shorter[at] + 1);
    }
    return cp_number_parse_double(cp_text_make(shorter, text.length), out_value);
}

/* All kinds of doubles: any bits, small integers, few bits, subnormals. */
static double any_double(uint64_t random, int kind)
{
    switch (kind % 4) {
    case 0:
        return double_of(random);
    case 1:
        return (double)(random >> (kind % 64)) / 16;
    case 2:
        return double_of(random & 0xfff3000000000000u);
    default:
        return double_of(random & 0x800fffffffffffffu);
    }
}

START_TEST(what_is_printed_reads_back_the_same_and_nothing_shorter_does)
{
    uint64_t random = 1;

    for (int i = 0; i < 40000; i++) {
        double value = any_double(next_random(&random), i), other;
        char bytes[CP_DOUBLE_TEXT_BYTES];
        struct cp_text text;

        if (value - value != 0)
            continue;
        text = cp_text_make(bytes, cp_number_print_double(value, bytes));
        if (!cp_number_parse_double(text, &other) || bits_of(other) != bits_of(value))
            ck_abort_msg("%a is not %.*s", value, (int)text.length, text.data);
        /* Without a point, zeros at the end are no digits that could be left out. */
        if (cp_text_find_byte(text, '.') == SIZE_MAX)
            continue;
        ck_assert(!parse_shorter(text, false, &other) || other != value);
        ck_assert(!parse_shorter(text, true, &other) || other != value);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/number");
    TCase *parse = tcase_create("parse");
    TCase *print = tcase_create("print");

    tcase_add_loop_test(parse, unsigned_numbers_are_digits_up_to_a_limit, 0,
                        (int)COUNT_OF(unsigned_texts));
    tcase_add_loop_test(parse, decimals_become_the_nearest_double, 0, (int)COUNT_OF(doubles));
    tcase_add_loop_test(parse, other_forms_and_what_does_not_fit_are_refused, 0,
                        (int)COUNT_OF(not_doubles));
    tcase_add_test(parse, a_nul_is_not_the_end);
    tcase_add_test(parse, half_of_the_smallest_double_is_zero_and_anything_more_is_not);
    tcase_add_test(parse, halfway_to_infinity_is_too_much_and_anything_less_is_not);
    tcase_add_test(parse, leading_zeros_and_exponents_of_any_length_make_up_for_each_other);
    suite_add_tcase(suite, parse);
    tcase_add_loop_test(print, doubles_print_as_expected, 0, (int)COUNT_OF(printed));
    tcase_add_test(print, what_is_printed_reads_back_the_same_and_nothing_shorter_does);
    tcase_set_timeout(print, 60);
    suite_add_tcase(suite, print);
    return suite;
}
