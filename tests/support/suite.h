/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a unit test file gives to main().
 */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include <check.h>
#include <stdbool.h>

/* Each tests/<folder>/test_<file>.c defines this one; the caller owns the suite. */
Suite *test_suite(void);

/* Of so many random cases, those that are tried here: all, or a share where tests run slowly
   (CALPOL_TEST_SHARE in the environment: one of so many; valgrind's setup has it). At least 1. */
unsigned share_of(unsigned usual);

/* The same for cases that have numbers: is this one of them? */
bool is_in_share(unsigned number);

/* A harsh build (see meson_options.txt): hashes are bad on purpose. */
#ifdef CP_HARSH
#define HARSH true
#else
#define HARSH false
#endif

#endif
