/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forms of names: one table of regular expressions, each compiled once per load. The only user
 * of pcre2; never on the evaluation path.
 */
#ifndef CP_BASE_PATTERN_H
#define CP_BASE_PATTERN_H

#include "base/allocator.h"
#include "base/text.h"

enum cp_pattern {
    CP_PATTERN_DNS_LABEL, /* resources.md 7.5; length is the caller's business */
    CP_PATTERN_DNS_SUBDOMAIN,
    CP_PATTERN_QUALIFIED_NAME, /* 7.6, whole key; the prefix's 253 is the caller's business */
    CP_PATTERN_LABEL_VALUE,    /* 7.6, the empty value included, 63 */
    CP_PATTERN_PORT_NAME,      /* 7.2, 1 to 15, a letter at least, no "--" */
    CP_PATTERN_INTERFACE_NAME, /* 6.9, 1 to 15, or "*" */
    CP_PATTERN_CONTAINER_ID,   /* 6.9 */
    CP_PATTERN_MAC,            /* 6.9: six bytes, ":" or "-" between, or dotted */
    CP_PATTERN_POLICY_NAME,    /* 9.1: one DNS label, or two joined by a dot */
    CP_PATTERN_DOMAIN,         /* 5.7 */
    CP_PATTERN_CNP_DOMAIN,     /* K8-127: two labels at least, perhaps "*." in front */
    CP_PATTERN_COUNT
};

struct cp_patterns; /* compiled table; one thread at a time */

/* NULL: no memory. */
struct cp_patterns *cp_patterns_new(const struct calpol_allocator *allocator);
void cp_patterns_free(struct cp_patterns *patterns);

/* Does the whole text have the form? False also if memory ran out; see cp_patterns_failed. */
bool cp_patterns_match(struct cp_patterns *patterns, enum cp_pattern pattern, struct cp_text text);

/* Has any match since cp_patterns_new run out of memory? Then the answers are not to be trusted. */
bool cp_patterns_failed(const struct cp_patterns *patterns);

#endif
