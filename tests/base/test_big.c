/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Large integers.
 */
#include "base/big.h"

#include "support/expect.h"
#include "support/suite.h"

static struct cp_big big_of(uint64_t value)
{
    struct cp_big big;

    cp_big_set(&big, value);
    return big;
}

static bool equal(const struct cp_big *a, const struct cp_big *b)
{
    return cp_big_compare(a, b) == 0;
}

START_TEST(bits_are_counted_from_one)
{
    struct cp_big big = big_of(0);

    ck_assert_uint_eq(cp_big_bits(&big), 0);
    big = big_of(1);
    for (size_t bits = 1; bits <= 3000; bits++) {
        ck_assert_uint_eq(cp_big_bits(&big), bits);
        cp_big_shift(&big, 1);
    }
}
END_TEST

START_TEST(numbers_are_ordered)
{
    const uint64_t values[] = {0, 1, 2, UINT32_MAX, (uint64_t)UINT32_MAX + 1, UINT64_MAX};

    for (int i = 0; i < (int)COUNT_OF(values); i++) {
        for (int j = 0; j < (int)COUNT_OF(values); j++) {
            struct cp_big a = big_of(values[i]), b = big_of(values[j]);

            ck_assert_int_eq(cp_big_compare(&a, &b), (i > j) - (i < j));
        }
    }
}
END_TEST

START_TEST(small_numbers_calculate_like_words)
{
    uint64_t random = 1;

    for (int i = 0; i < 10000; i++) {
        uint64_t a = next_random(&random) >> (33 + i % 20),
                 b = next_random(&random) >> (33 + i % 13);
        struct cp_big sum = big_of(a), addend = big_of(b), product = big_of(a), shifted = big_of(a);
        struct cp_big expected_sum = big_of(a + b), expected_product = big_of(a * b + i);
        struct cp_big expected_shifted = big_of(a << i % 32), expected_difference = big_of(a);

        cp_big_add(&sum, &addend);
        ck_assert(equal(&sum, &expected_sum));
        cp_big_subtract(&sum, &addend);
        ck_assert(equal(&sum, &expected_difference));
        cp_big_multiply(&product, (uint32_t)b, (uint32_t)i);
        ck_assert(equal(&product, &expected_product));
        cp_big_shift(&shifted, (size_t)i % 32);
        ck_assert(equal(&shifted, &expected_shifted));
    }
}
END_TEST

/* 10^n both ways: by five and two, and ten by ten. */
START_TEST(powers_of_ten_agree)
{
    struct cp_big tens = big_of(1);

    for (unsigned exponent = 0; exponent <= 900; exponent++) {
        struct cp_big other = big_of(1);

        cp_big_multiply_power5(&other, exponent);
        cp_big_shift(&other, exponent);
        ck_assert(equal(&tens, &other));
        cp_big_multiply(&tens, 10, 0);
    }
}
END_TEST

/* (2^n - 1) + 1 carries through, 2^n - 1 borrows through. */
START_TEST(carry_and_borrow_reach_the_end)
{
    const struct cp_big one = big_of(1);

    for (size_t bits = 1; bits <= 3000; bits += 31) {
        struct cp_big big = one;

        cp_big_shift(&big, bits);
        cp_big_subtract(&big, &one);
        ck_assert_uint_eq(cp_big_bits(&big), bits);
        cp_big_add(&big, &one);
        ck_assert_uint_eq(cp_big_bits(&big), bits + 1);
    }
}
END_TEST

START_TEST(nothing_stays_nothing)
{
    struct cp_big zero = big_of(0), five = big_of(5), copy;

    cp_big_shift(&zero, 1000);
    cp_big_multiply(&zero, 10, 0);
    cp_big_add(&zero, &zero);
    cp_big_subtract(&zero, &zero);
    ck_assert_uint_eq(zero.count, 0);
    cp_big_copy(&copy, &five);
    cp_big_multiply(&five, 0, 0);
    ck_assert(equal(&five, &zero));
    cp_big_subtract(&copy, &copy);
    ck_assert(equal(&copy, &zero));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/big");
    TCase *arithmetic = tcase_create("arithmetic");

    tcase_add_test(arithmetic, bits_are_counted_from_one);
    tcase_add_test(arithmetic, numbers_are_ordered);
    tcase_add_test(arithmetic, small_numbers_calculate_like_words);
    tcase_add_test(arithmetic, powers_of_ten_agree);
    tcase_add_test(arithmetic, carry_and_borrow_reach_the_end);
    tcase_add_test(arithmetic, nothing_stays_nothing);
    suite_add_tcase(suite, arithmetic);
    return suite;
}
