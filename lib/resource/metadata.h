/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every resource has: identity, labels, annotations, and where it was written.
 */
#ifndef CP_RESOURCE_METADATA_H
#define CP_RESOURCE_METADATA_H

#include "base/array.h"
#include "base/diagnostic.h"

struct cp_pair {
    struct cp_text key;
    struct cp_text value;
};

/* A map of texts in the order written, keys unique. */
struct cp_pairs {
    CP_ARRAY(struct cp_pair) items;
};

/* The value of a key, or NULL. */
const struct cp_text *cp_pairs_find(const struct cp_pairs *pairs, struct cp_text key);

/* Sets a key, replacing its value if it is there. False: no memory. */
bool cp_pairs_set(struct cp_pairs *pairs, struct cp_arena *arena, struct cp_text key,
                  struct cp_text value);

struct cp_texts {
    CP_ARRAY(struct cp_text) items;
};

/* Where a resource or rule stands in the input. */
struct cp_origin {
    struct cp_place place;
    uint32_t document;
};

struct cp_metadata {
    struct cp_text api_version; /* as written, or the list's */
    struct cp_text kind;        /* as written, or the list's less "List" */
    struct cp_text name;
    struct cp_text namespace_name; /* empty for cluster-wide kinds; defaulted for the others */
    struct cp_pairs labels;
    struct cp_pairs annotations;
    struct cp_origin origin;
    struct cp_text resource; /* "NetworkPolicy/shop/web", for reports */
};

#endif
