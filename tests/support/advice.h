/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lint/ says about a text, as short text to compare with.
 */
#ifndef TESTS_SUPPORT_ADVICE_H
#define TESTS_SUPPORT_ADVICE_H

/*
 * Loads a text with advice and compares the warnings, in the order of the input, with "CODE
 * RESOURCE PATH", one on a line. An error in the text fails the test.
 */
void expect_advice(const char *text, const char *expected);

/* The same when there must be one warning only; and compares its place and message too. */
void expect_advice_at(
    const char *text, const char *expected, unsigned line, unsigned column, const char *message);

#endif
