/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a unit test file gives to main().
 */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include <check.h>

/* Each tests/<folder>/test_<file>.c defines this one; the caller owns the suite. */
Suite *test_suite(void);

#endif
