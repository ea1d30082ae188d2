/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Are texts what they claim to be? Strict, small and written for the fuzzers: a reader of the
 * library's own would forgive what its writer does wrong.
 */
#ifndef FUZZ_WELLFORMED_H
#define FUZZ_WELLFORMED_H

#include <stdbool.h>
#include <stddef.h>

/* One JSON value (RFC 8259) with white space around it, in UTF-8. */
bool is_json(const char *text, size_t length);

/* One XML 1.0 document of elements, attributes, character references and text; no CDATA, comments
   or document types. */
bool is_xml(const char *text, size_t length);

#endif
