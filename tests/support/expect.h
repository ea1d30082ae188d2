/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expectations that Check has no words for.
 */
#ifndef TESTS_SUPPORT_EXPECT_H
#define TESTS_SUPPORT_EXPECT_H

#include "base/text.h"

#include <check.h>

/* A slice is exactly this string. */
#define expect_text(actual, expected)                                                              \
    do {                                                                                           \
        struct cp_text actual_ = (actual);                                                         \
        const char *expected_ = (expected);                                                        \
                                                                                                   \
        ck_assert_msg(cp_text_is(actual_, expected_), "\"%.*s\" is not \"%s\"",                    \
                      (int)actual_.length, actual_.data ? actual_.data : "", expected_);           \
    } while (0)

/* Items of an array. */
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The next of a fixed sequence of numbers without pattern; *state starts anywhere but at 0. */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

#endif
