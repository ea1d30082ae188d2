/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of bits.
 */
#include "base/bitset.h"

#include "support/suite.h"

START_TEST(words_hold_all_bits)
{
    ck_assert_uint_eq(cp_bitset_words(0), 0);
    ck_assert_uint_eq(cp_bitset_words(1), 1);
    ck_assert_uint_eq(cp_bitset_words(64), 1);
    ck_assert_uint_eq(cp_bitset_words(65), 2);
    ck_assert_uint_eq(cp_bitset_words(UINT32_MAX), (size_t)1 << 26);
}
END_TEST

START_TEST(a_set_has_what_was_added_and_nothing_else)
{
    uint64_t words[4] = {0};

    for (uint32_t bit = 0; bit < 256; bit += 7)
        cp_bitset_add(words, bit);
    for (uint32_t bit = 0; bit < 256; bit++)
        ck_assert_int_eq(cp_bitset_has(words, bit), bit % 7 == 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/bitset");
    TCase *bits = tcase_create("bits");

    tcase_add_test(bits, words_hold_all_bits);
    tcase_add_test(bits, a_set_has_what_was_added_and_nothing_else);
    suite_add_tcase(suite, bits);
    return suite;
}
