/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Numbers in text, strictly: the whole text or nothing, no blanks, no locale.
 */
#ifndef CP_BASE_NUMBER_H
#define CP_BASE_NUMBER_H

#include "base/text.h"

/* Long enough for any double that cp_number_print_double writes. */
#define CP_DOUBLE_TEXT_BYTES 32

/* One or more decimal digits, leading zeros allowed, value at most limit. */
bool cp_number_parse_unsigned(struct cp_text text, uint64_t limit, uint64_t *out_value);

/*
 * Optional sign; digits, or digits "." and perhaps more digits, or "." and digits; then perhaps "e"
 * or "E", optional sign, digits. Rounds to nearest even, exactly. False if the form is not met or
 * the value does not fit a double; tiny values become 0.
 */
bool cp_number_parse_double(struct cp_text text, double *out_value);

/* The shortest decimal that parses to the same double; whole numbers below 1e15 without a point.
   Returns its length. value is finite. */
size_t cp_number_print_double(double value, char out_text[CP_DOUBLE_TEXT_BYTES]);

#endif
