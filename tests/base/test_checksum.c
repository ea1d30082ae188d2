/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The checksum, of random bytes.
 */
#include "base/checksum.h"

#include "support/expect.h"
#include "support/suite.h"

#include <string.h>

#define BYTES 300u

static unsigned char bytes[BYTES];

static void set_up(void)
{
    uint32_t state = 1;

    for (size_t i = 0; i < BYTES; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(state >> 24);
    }
}

static uint64_t sum_of(size_t length)
{
    struct cp_checksum checksum;

    cp_checksum_init(&checksum);
    cp_checksum_add(&checksum, bytes, length);
    return cp_checksum_value(&checksum);
}

START_TEST(a_sum_does_not_depend_on_how_bytes_are_cut)
{
    for (size_t first = 0; first <= BYTES; first++) {
        for (size_t second = first; second <= BYTES; second += 37) {
            struct cp_checksum checksum;

            cp_checksum_init(&checksum);
            cp_checksum_add(&checksum, bytes, first);
            cp_checksum_add(&checksum, bytes + first, second - first);
            cp_checksum_value(&checksum);
            cp_checksum_add(&checksum, bytes + second, BYTES - second);
            ck_assert_uint_eq(cp_checksum_value(&checksum), sum_of(BYTES));
        }
    }
}
END_TEST

START_TEST(each_change_of_a_byte_changes_the_sum)
{
    uint64_t whole = sum_of(BYTES);

    for (size_t i = 0; i < BYTES; i++) {
        for (unsigned change = 1; change < 256; change++) {
            bytes[i] = (unsigned char)(bytes[i] ^ change);
            ck_assert_uint_ne(sum_of(BYTES), whole);
            bytes[i] = (unsigned char)(bytes[i] ^ change);
        }
    }
}
END_TEST

START_TEST(zeros_at_the_end_count)
{
    uint64_t sums[BYTES + 1];

    memset(bytes, 0, sizeof(bytes));
    for (size_t length = 0; length <= BYTES; length++) {
        sums[length] = sum_of(length);
        for (size_t other = 0; other < length; other++)
            ck_assert_uint_ne(sums[length], sums[other]);
    }
}
END_TEST

START_TEST(words_that_change_places_change_the_sum)
{
    uint64_t whole = sum_of(BYTES);

    for (size_t from = 0; from + 8 <= BYTES; from += 8) {
        for (size_t to = from + 8; to + 8 <= BYTES; to += 8) {
            unsigned char word[8];

            memcpy(word, bytes + from, 8);
            memcpy(bytes + from, bytes + to, 8);
            memcpy(bytes + to, word, 8);
            ck_assert_uint_ne(sum_of(BYTES), whole);
            memcpy(bytes + to, bytes + from, 8);
            memcpy(bytes + from, word, 8);
        }
    }
}
END_TEST

/* Files are exchanged between machines and versions, which must mean the same by a sum: worked out
   once by the definition in checksum.c, in another language. */
START_TEST(sums_stay_what_they_are)
{
    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, "calpol", 6);
    ck_assert_uint_eq(sum_of(0), 0x0416188423217303u);
    ck_assert_uint_eq(sum_of(6), 0x3b107a0b5694807du);
    ck_assert_uint_eq(sum_of(65), 0xc751144b6f172efcu);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("checksum");
    TCase *tcase = tcase_create("checksum");

    tcase_add_checked_fixture(tcase, set_up, NULL);
    tcase_add_test(tcase, a_sum_does_not_depend_on_how_bytes_are_cut);
    tcase_add_test(tcase, each_change_of_a_byte_changes_the_sum);
    tcase_add_test(tcase, zeros_at_the_end_count);
    tcase_add_test(tcase, words_that_change_places_change_the_sum);
    tcase_add_test(tcase, sums_stay_what_they_are);
    suite_add_tcase(suite, tcase);
    return suite;
}
