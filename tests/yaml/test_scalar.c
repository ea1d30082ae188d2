/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The typing of scalars: every row of resources.md 2.1 and 2.3, and their consequences.
 */
#include "support/expect.h"
#include "support/suite.h"
#include "yaml/node.h"
#include "yaml/scalar.h"

enum {
    NIL = CP_NODE_NULL,
    BOOLEAN = CP_NODE_BOOLEAN,
    INTEGER = CP_NODE_INTEGER,
    FLOAT = CP_NODE_FLOAT,
    TEXT = CP_NODE_TEXT
};

/* Rows of words, each of one type. */
static const struct {
    int type;
    bool boolean;
    const char *words; /* blanks between them */
} words[] = {
    {NIL, false, "~ null Null NULL"},
    {BOOLEAN, true, "y Y yes Yes YES true True TRUE on On ON"},
    {BOOLEAN, false, "n N no No NO false False FALSE off Off OFF"},
    {FLOAT, false, ".inf .Inf .INF +.inf +.Inf +.INF -.inf -.Inf -.INF .nan .NaN .NAN"},
    {INTEGER, false, "0 1 -1 +1 10 -0 +0 123456789 1_000 1__0 1_ 0_ -1_0 00 000 0_7"},
    {INTEGER, false, "0x0 0x1f 0X1F 0xAbC -0x10 +0x10 0x_1 0b0 0b101 0B11 -0b1 0o10 0O17 -0o7 010"},
    {INTEGER, false, "9223372036854775807 -9223372036854775808 18446744073709551615"},
    {INTEGER, false, "0xffffffffffffffff 01777777777777777777777 +9223372036854775807"},
    {FLOAT, false, "08 09 -08 0_8 019 1.5 1. .5 -.5 +.5 1.10 0.0 1e3 1E3 1e+3 1e-3 1.5e3 .5e1"},
    {FLOAT, false, "1_0.5 1_e3 08.5 1e-400 -1.5 1e308 18446744073709551616 -9223372036854775809"},
    {FLOAT, false, "+9223372036854775808 +18446744073709551615 07777777777777777777777777"},
    {TEXT, false, "yEs tRue nUll nULL trUE oN oFF yES nO"},
    {TEXT, false, "+.nan -.nan .iNF inf nan infinity -inf .infx .nanx"},
    {TEXT, false, "0o8 0b2 0x 0b 0o 0xg _1 1e400 -1e400 1e 1e+ e3 . .. - + -- +- ._5 .e3 +_ 1.2.3"},
    {TEXT, false, "0xfffffffffffffffff 0x1p3 0b1e3 --1 +-1 1-1 1,000 1x 0x1.8 1e3.0 1e1_0x"},
    {TEXT, false, "20:30 12:30:45 1:2 2024-01-01 2001-12-14t21:59:43.10-05:00 10.0.0.0/8 1.2.3.4"},
    {TEXT, false, "<< = foo Allow TCP yesno nothing onset yy nn truetrue ~~ nullnull"},
};

static enum cp_node_type type_of(struct cp_text text, bool *out_boolean)
{
    *out_boolean = false;
    return cp_scalar_type(text, out_boolean);
}

START_TEST(words_have_the_types_of_the_table)
{
    struct cp_text rest = cp_text_from(words[_i].words);

    while (rest.length) {
        size_t end = cp_text_find_byte(rest, ' ');
        struct cp_text word = cp_text_first(rest, end);
        bool boolean;
        int type = (int)type_of(word, &boolean);

        ck_assert_msg(type == words[_i].type && boolean == words[_i].boolean,
                      "\"%.*s\" has type %d (%d)", (int)word.length, word.data, type, boolean);
        rest = end < rest.length ? cp_text_from_byte(rest, end + 1) : cp_text_make("", 0);
    }
}
END_TEST

START_TEST(blanks_make_text_of_words)
{
    static const char *const texts[] = {" ",   " 1",  "1 ", "1 2", "true ",
                                        "\t1", "1\n", " ~", "0x 1"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        bool boolean;

        ck_assert_int_eq(type_of(cp_text_from(texts[i]), &boolean), TEXT);
    }
}
END_TEST

START_TEST(empty_text_is_null)
{
    bool boolean;

    ck_assert_int_eq(type_of(CP_TEXT(""), &boolean), NIL);
}
END_TEST

START_TEST(a_nul_is_no_end)
{
    bool boolean;

    ck_assert_int_eq(type_of(CP_TEXT("1\0"), &boolean), TEXT);
    ck_assert_int_eq(type_of(CP_TEXT("true\0"), &boolean), TEXT);
    ck_assert_int_eq(type_of(CP_TEXT("\0"), &boolean), TEXT);
}
END_TEST

/* [P] in scalar.c: so long a number is refused where one is wanted, but it is read in no time. */
START_TEST(numbers_with_underscores_may_have_512_digits)
{
    char digits[2048];
    bool boolean;

    for (size_t i = 0; i < sizeof(digits); i += 2) {
        digits[i] = '0';
        digits[i + 1] = '_';
    }
    digits[0] = '1';
    digits[1] = '.';
    ck_assert_int_eq(type_of(cp_text_make(digits, 1022), &boolean), FLOAT);
    ck_assert_int_eq(type_of(cp_text_make(digits, 1030), &boolean), TEXT);
}
END_TEST

static const struct {
    const char *text;
    double number;
    int64_t integer;
    bool is_integer; /* fits int64_t and has no fraction */
} numbers[] = {
    {"0", 0, 0, true},
    {"-0", 0, 0, true},
    {"010", 8, 8, true},
    {"-010", -8, -8, true},
    {"08", 8, 8, true},
    {"0o10", 8, 8, true},
    {"0x10", 16, 16, true},
    {"-0b11", -3, -3, true},
    {"1_000", 1000, 1000, true},
    {"1e3", 1000, 1000, true},
    {"1_0.5", 10.5, 0, false},
    {"1.10", 1.1, 0, false},
    {"-1.5", -1.5, 0, false},
    {".5", 0.5, 0, false},
    {"1e-400", 0, 0, true},
    {"9223372036854775807", 9223372036854775807.0, INT64_MAX, true},
    {"-9223372036854775808", -9223372036854775808.0, INT64_MIN, true},
    {"9223372036854775808", 9223372036854775808.0, 0, false},
    {"18446744073709551615", 18446744073709551615.0, 0, false},
    {"18446744073709551616", 18446744073709551616.0, 0, false},
    {"-9223372036854775809", -9223372036854775809.0, INT64_MIN, true}, /* rounds to 2^63 */
    {"4503599627370495.5", 4503599627370495.5, 0, false},
    {"1e18", 1e18, 1000000000000000000, true},
    {"1e19", 1e19, 0, false},
};

START_TEST(numbers_have_their_values)
{
    struct cp_text text = cp_text_from(numbers[_i].text);
    struct cp_node node = {.text = text.data, .length = (uint32_t)text.length};
    double number = -1;
    int64_t integer = -1;
    bool boolean;

    node.type = (uint8_t)type_of(text, &boolean);
    ck_assert(node.type == INTEGER || node.type == FLOAT);
    ck_assert(cp_node_number(&node, &number));
    ck_assert_msg(number == numbers[_i].number, "%s is %.17g", text.data, number);
    ck_assert_int_eq(cp_node_integer(&node, &integer), numbers[_i].is_integer);
    ck_assert_int_eq(integer, numbers[_i].is_integer ? numbers[_i].integer : -1);
}
END_TEST

START_TEST(infinite_numbers_have_no_value)
{
    static const char *const texts[] = {".inf", "-.INF", "+.Inf", ".nan"};

    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct cp_node node = {
            .type = FLOAT, .text = texts[i], .length = (uint32_t)strlen(texts[i])};
        double number;
        int64_t integer;

        ck_assert(!cp_node_number(&node, &number));
        ck_assert(!cp_node_integer(&node, &integer));
    }
}
END_TEST

#define CORE "tag:yaml.org,2002:"
#define REFUSED (-1)

static const struct {
    const char *tag, *text;
    int type;
} tagged[] = {
    {CORE "str", "1", TEXT},
    {CORE "str", "", TEXT},
    {CORE "str", "true", TEXT},
    {CORE "int", "1", INTEGER},
    {CORE "int", "0x1f", INTEGER},
    {CORE "int", "1.5", REFUSED},
    {CORE "int", "abc", REFUSED},
    {CORE "int", "", REFUSED},
    {CORE "int", "1e3", REFUSED},
    {CORE "float", "1.5", FLOAT},
    {CORE "float", "1", INTEGER},
    {CORE "float", ".inf", FLOAT},
    {CORE "float", "x", REFUSED},
    {CORE "bool", "yes", BOOLEAN},
    {CORE "bool", "1", REFUSED},
    {CORE "bool", "yEs", REFUSED},
    {CORE "null", "", NIL},
    {CORE "null", "~", NIL},
    {CORE "null", "0", REFUSED},
    {CORE "map", "", REFUSED},
    {CORE "seq", "", REFUSED},
    {CORE "binary", "", REFUSED},
    {CORE "set", "", REFUSED},
    {CORE "timestamp", "", REFUSED},
    {CORE "python/none", "", REFUSED},
    {CORE "strx", "", REFUSED},
    {CORE "", "", REFUSED},
    {"!", "has(x)", REFUSED},
    {"!has(x)", "", REFUSED},
    {"!foo", "1", REFUSED},
    {"str", "1", REFUSED},
};

START_TEST(tags_say_the_type_or_are_refused)
{
    enum cp_node_type type = CP_NODE_SEQUENCE;
    bool boolean = false;
    bool known = cp_scalar_tagged_type(cp_text_from(tagged[_i].text), cp_text_from(tagged[_i].tag),
                                       &type, &boolean);

    ck_assert_msg((known ? (int)type : REFUSED) == tagged[_i].type, "%s %s", tagged[_i].tag,
                  tagged[_i].text);
    ck_assert_int_eq(boolean, tagged[_i].type == BOOLEAN);
}
END_TEST

START_TEST(collections_have_one_tag_each)
{
    ck_assert(cp_scalar_is_sequence_tag(CP_TEXT(CORE "seq")));
    ck_assert(!cp_scalar_is_sequence_tag(CP_TEXT(CORE "map")));
    ck_assert(cp_scalar_is_mapping_tag(CP_TEXT(CORE "map")));
    ck_assert(!cp_scalar_is_mapping_tag(CP_TEXT(CORE "set")));
    ck_assert(!cp_scalar_is_mapping_tag(CP_TEXT("!")));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("scalar");
    TCase *plain = tcase_create("plain");
    TCase *values = tcase_create("values");
    TCase *tags = tcase_create("tags");

    tcase_add_loop_test(plain, words_have_the_types_of_the_table, 0, COUNT_OF(words));
    tcase_add_test(plain, blanks_make_text_of_words);
    tcase_add_test(plain, empty_text_is_null);
    tcase_add_test(plain, a_nul_is_no_end);
    tcase_add_test(plain, numbers_with_underscores_may_have_512_digits);
    tcase_add_loop_test(values, numbers_have_their_values, 0, COUNT_OF(numbers));
    tcase_add_test(values, infinite_numbers_have_no_value);
    tcase_add_loop_test(tags, tags_say_the_type_or_are_refused, 0, COUNT_OF(tagged));
    tcase_add_test(tags, collections_have_one_tag_each);
    suite_add_tcase(suite, plain);
    suite_add_tcase(suite, values);
    suite_add_tcase(suite, tags);
    return suite;
}
