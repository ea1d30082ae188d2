/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text to dense number and back: equal texts have equal numbers, from 0 on in order of arrival.
 */
#ifndef CP_BASE_INTERN_H
#define CP_BASE_INTERN_H

#include "base/array.h"
#include "base/hash.h"

/* "No such text", as the result of a search. */
#define CP_INTERN_NONE UINT32_MAX

struct cp_intern {
    struct cp_arena *arena;       /* owns the texts, each with a NUL behind it */
    const struct cp_intern *base; /* NULL, or whose texts come first */
    uint32_t base_count;
    CP_ARRAY(struct cp_text) texts; /* behind those of the base */
    struct cp_index index;          /* of these */
};

void cp_intern_init(struct cp_intern *intern, struct cp_arena *arena);

/* Empty but for the texts of a base, which must stay and not grow. */
void cp_intern_init_over(struct cp_intern *intern,
                         const struct cp_intern *base,
                         struct cp_arena *arena);

/* How many texts there are. */
static inline uint32_t cp_intern_count(const struct cp_intern *intern)
{
    return intern->base_count + intern->texts.count;
}

/* The number of a text, new or known. False: no memory. */
bool cp_intern_add(struct cp_intern *intern, struct cp_text text, uint32_t *out_id);

/* The number of a known text, else CP_INTERN_NONE. Any number of threads at once. */
uint32_t cp_intern_find(const struct cp_intern *intern, struct cp_text text);

/* The text of a number; NUL-terminated. */
static inline struct cp_text cp_intern_text(const struct cp_intern *intern, uint32_t id)
{
    while (id < intern->base_count)
        intern = intern->base;
    return intern->texts.items[id - intern->base_count];
}

#endif
