/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ruleset keeps of its load, so that another one can be made of it with some documents
 * changed.
 *
 * Texts are kept whole, and shared by all rulesets that were made of them. A load is round 0, each
 * update on the way from there to a ruleset one round more. An object of a later round replaces one
 * of the same identity of an earlier round; a removal of a round takes objects of earlier rounds
 * away.
 */
#ifndef CP_RULESET_KEPT_H
#define CP_RULESET_KEPT_H

#include "base/arena.h"
#include "base/diagnostic.h"
#include "ruleset/options.h"

#include "calpol/load.h"

#include <stdatomic.h>

struct cp_kept_text {
    atomic_uint_fast32_t references;
    struct calpol_allocator allocator;
    const char *name;
    struct cp_text text; /* NUL-terminated */
    size_t size;         /* of all of it */
};

struct cp_kept_input {
    struct cp_kept_text *text;
    uint32_t round;
};

/* An object that is there no more. identity is that of its kind. */
struct cp_removal {
    struct cp_text identity, namespace_name, name;
    uint32_t round;
};

struct cp_kept {
    struct calpol_load_options load; /* its allocator is not used */
    struct cp_options options;       /* what the caller set */
    uint64_t disabled[CP_CODE_COUNT / 64 + 1];
    uint32_t round;
    const struct cp_kept_input *inputs; /* a reference on each text */
    uint32_t input_count;
    const struct cp_removal *removals;
    uint32_t removal_count;
};

/* A copy of a text, with one reference. NULL: no memory. */
struct cp_kept_text *cp_kept_text_new(const struct calpol_allocator *allocator,
                                      const char *name,
                                      struct cp_text text);

/* One reference more, one less; the last one frees. */
struct cp_kept_text *cp_kept_text_ref(struct cp_kept_text *text);
void cp_kept_text_unref(struct cp_kept_text *text);

/* A removal with texts of its own. False: no memory. */
bool cp_removal_copy(struct cp_arena *arena,
                     const struct cp_removal *removal,
                     struct cp_removal *out_removal);

/* Drops the references on the texts; all else is in an arena. NULL is fine. */
void cp_kept_finish(const struct cp_kept *kept);

#endif
