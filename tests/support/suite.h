/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a unit test file gives to main().
 */
#ifndef TESTS_SUPPORT_SUITE_H
#define TESTS_SUPPORT_SUITE_H

#include <check.h>

/* Each tests/<folder>/test_<file>.c defines this one; the caller owns the suite. */
Suite *test_suite(void);

/* A harsh build (see meson_options.txt): hashes are bad on purpose. */
#ifdef CP_HARSH
#define HARSH true
#else
#define HARSH false
#endif

#endif
